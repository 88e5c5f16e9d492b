"""The offline enricher: chooses among partners' words by rule, and invents none.

It needs no network and no weights, takes about a millisecond, and is the default. Where
partners say nothing it says nothing.
"""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import cache

from ummid.catalog.languages import UNDETERMINED
from ummid.models.enricher import (
    KEYWORDS,
    MEDIUM,
    MOODS,
    MOST_WORDS,
    SHORT,
    THEMES,
    Cost,
    Enrichment,
    Generated,
    TitleFacts,
    Told,
)
from ummid.models.keywords import keywords
from ummid.models.outcome import Outcome
from ummid.models.sentences import cut, cut_words
from ummid.models.spoken import guess, primary
from ummid.models.vocabulary import Signs, vocabulary, vocabulary_mark

_GENRE_WEIGHT, _LEAST_WEIGHT = 2, 2
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_ENDINGS = ("", "s", "es", "d", "ed", "ing", "er", "ers", "ly")
_BETWEEN_GENRES = re.compile(r"\s*[,/|;>]\s*")


class OfflineEnricher:
    """See `Enricher`. Every element has an enrichment; it may be empty."""

    model = "extractive-1"

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.prompt = f"vocabulary-{vocabulary_mark()}"
        self._clock = clock

    def enrich(self, facts: Sequence[TitleFacts]) -> list[Outcome[Enrichment]]:
        return [Outcome(self._extracted(one)) for one in facts]

    def estimate(self, facts: TitleFacts) -> Cost:  # noqa: ARG002
        return Cost()

    def _extracted(self, facts: TitleFacts) -> Enrichment:
        told = _best(facts)
        text = told.text if told else ""
        language = _language(told)
        synopsis = cut_words(text, MOST_WORDS)
        words = _vocabulary_words(f"{facts.title}. {text}")
        genres = _genres(facts)
        return Enrichment(
            language=language,
            synopsis=synopsis,
            medium=cut(synopsis, MEDIUM),
            short=cut(synopsis, SHORT),
            keywords=keywords(text, language, KEYWORDS[1], [p.name for p in facts.people]),
            moods=_spoken_for("moods", genres, words)[: MOODS[1]],
            themes=_spoken_for("themes", genres, words)[: THEMES[1]],
            audience=_audience(facts, genres),
            warnings=_warnings(facts),
            generated=Generated("extractive", self.model, self.prompt, round(self._clock() * 1000)),
        )


def _best(facts: TitleFacts) -> Told | None:
    """The longest synopsis in the language asked for, else the longest of all."""
    asked = [told for told in facts.synopses if primary(told.language) == primary(facts.language)]
    return max(asked or facts.synopses, key=lambda told: len(told.text), default=None)


def _language(told: Told | None) -> str:
    if told is None:
        return UNDETERMINED
    return guess(told.text) if told.language == UNDETERMINED else told.language


def _spoken_for(group: str, genres: set[str], words: set[str]) -> tuple[str, ...]:
    """The entries with enough signs, the best first: a genre, or two words of the text."""
    by_genre, by_word = _signs(group)
    weights: Counter[str] = Counter()
    for genre in genres:
        weights.update(dict.fromkeys(by_genre.get(genre, ()), _GENRE_WEIGHT))
    for name, _ in {found for word in words for found in by_word.get(word, ())}:
        weights[name] += 1
    enough = [name for name, weight in weights.items() if weight >= _LEAST_WEIGHT]
    return tuple(sorted(enough, key=lambda name: (-weights[name], name)))


@cache
def _signs(group: str) -> tuple[dict[str, set[str]], dict[str, set[tuple[str, str]]]]:
    """The entries of a group by genre, and by each form of each word with the word itself."""
    by_genre: defaultdict[str, set[str]] = defaultdict(set)
    by_word: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    entries: dict[str, Signs] = getattr(vocabulary(), group)
    for name, signs in entries.items():
        for genre in signs.genres:
            by_genre[genre].add(name)
        for word in signs.words:
            for ending in _ENDINGS:
                by_word[word + ending].add((name, word))
    return dict(by_genre), dict(by_word)


def _audience(facts: TitleFacts, genres: set[str]) -> str:
    """What ratings say, the strictest first; else what a genre says."""
    known = vocabulary().audiences
    for audience in reversed(known):
        if not set(known[audience].ratings).isdisjoint(facts.ratings):
            return audience
    return next((name for name, s in known.items() if not genres.isdisjoint(s.genres)), "")


def _warnings(facts: TitleFacts) -> tuple[str, ...]:
    """Only what a rating body gave as a reason: a synopsis does not show what is on screen."""
    words = _vocabulary_words(" ".join(facts.rating_reasons))
    known = vocabulary().warnings
    return tuple(name for name, signs in known.items() if not words.isdisjoint(signs.words))


def _genres(facts: TitleFacts) -> set[str]:
    whole = [genre.casefold() for genre in facts.genres]
    return {part for genre in whole for part in (genre, *_BETWEEN_GENRES.split(genre))}


def _vocabulary_words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
