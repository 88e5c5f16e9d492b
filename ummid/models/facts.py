"""What a model is told of a title: partner text without its tricks, cut to size."""

import unicodedata
from collections import Counter
from collections.abc import Iterable

from ummid.catalog.languages import UNDETERMINED
from ummid.catalog.title import Title
from ummid.models.enricher import Person, TitleFacts, Told
from ummid.models.sentences import cut

DEFAULT_LANGUAGE = "en"
NAMES, GENRES, KEYWORDS, PEOPLE, RATINGS, SYNOPSES = 8, 12, 20, 20, 8, 5
NAME_LENGTH, WORD_LENGTH, SYNOPSIS_LENGTH = 200, 60, 3000

_JOINERS = {"\u200c", "\u200d"}
_TITLE_USES = ("display", "original", "alternate", "short")
_LONGEST_FIRST = {"long": 0, "medium": 1, "short": 2}


def clean(text: str, limit: int) -> str:
    """One line of visible text: no control, formatting, private or tag characters. Too long a
    text ends with a sentence, if it has one that fits.

    What a reader cannot see (bidirectional overrides, zero-width and tag characters) can carry
    instructions to a model. The joiners that some scripts are spelled with stay.
    """
    line = " ".join(text.split())
    if not line.isprintable():  # seldom, and what is printable has none of them
        seen = "".join(
            c
            for c in line
            if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs")
        )
        line = " ".join(seen.split())
    return line if len(line) <= limit else cut(line, limit) or line[:limit].rstrip()


def facts_of(title: Title, language: str | None = None) -> TitleFacts:
    """What is told of a golden record. `language` is the one to write in; without it that of
    most partner text, and English where there is none of a stated language."""
    told = sorted(title.synopses, key=lambda s: _LONGEST_FIRST[s.length])
    names = (text.value for use in _TITLE_USES for text in title.titles if text.use == use)
    return TitleFacts(
        kind=title.kind,
        language=language or _language(title),
        title=clean(title.title or "", NAME_LENGTH),
        names=_few(names, NAMES, NAME_LENGTH),
        year=title.year,
        languages=title.languages[:NAMES],
        countries=title.countries[:NAMES],
        genres=_few((genre.text for genre in title.genres), GENRES, WORD_LENGTH),
        keywords=_few(title.keywords, KEYWORDS, WORD_LENGTH),
        people=tuple(
            dict.fromkeys(
                Person(clean(credit.name, WORD_LENGTH), clean(credit.role, WORD_LENGTH))
                for credit in title.credits[:PEOPLE]
            )
        ),
        ratings=_few((rating.value for rating in title.ratings), RATINGS, WORD_LENGTH),
        rating_reasons=_few(
            (r for one in title.ratings for r in one.reasons), RATINGS, NAME_LENGTH
        ),
        synopses=tuple(
            dict.fromkeys(
                Told(text, one.language)
                for one in told
                if (text := clean(one.value, SYNOPSIS_LENGTH))
            )
        )[:SYNOPSES],
    )


def _language(title: Title) -> str:
    spoken: Counter[str] = Counter()
    for text in title.synopses:
        if text.language != UNDETERMINED:
            spoken[text.language.partition("-")[0]] += len(text.value)
    if not spoken:
        return DEFAULT_LANGUAGE
    return min(spoken, key=lambda language: (-spoken[language], language))


def _few(texts: Iterable[str], count: int, length: int) -> tuple[str, ...]:
    cleaned = (clean(text, length) for text in texts)
    return tuple(dict.fromkeys(text for text in cleaned if text))[:count]
