"""What a language model answered, held to what it was asked for.

The model has read text that anybody may have written. Its answer is taken only when it has the
right form and nothing in it could lead a reader elsewhere or pass for a fact of the catalogue.
"""

import re
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from ummid.errors import ModelError
from ummid.models.enricher import (
    FEWEST_WORDS,
    KEYWORDS,
    MEDIUM,
    MOODS,
    MOST_WORDS,
    SHORT,
    THEMES,
    Enrichment,
    Generated,
    TitleFacts,
)
from ummid.models.facts import WORD_LENGTH, clean
from ummid.models.prompts import Prompt, fence
from ummid.models.sentences import cut, cut_words, words
from ummid.models.spoken import is_in, primary, small_words
from ummid.models.vocabulary import vocabulary

_LONGEST = 20_000
_LINK = re.compile(
    r"https?:|\bwww\.|\S@\S|(?:^|\s)@\w|</?[a-z!]|\]\(|\bt\.me\b|\bbit\.ly\b"
    r"|\b[\w-]+\.(?:com|net|org|tv|io|info|biz|example|ru|co|app|xyz|site|online|link|shop|gg)\b",
    re.IGNORECASE,
)
_OFF_TASK = re.compile(
    r"\bas an? (?:ai|language model)|\blanguage model\b|\bsystem prompt\b"
    r"|\bthese (?:rules|markers)\b"
    r"|\b(?:ignore|disregard|forget)\b.{0,20}\b(?:instruction|rule|prompt)s?\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{4,}")
_CODE = re.compile(
    r"\b(?=\w*[A-Za-z])(?=(?:\w*\d){3})\w{5,}\b|\b10\.\d{4,}/|\b\w{4}(?:-\w{4}){3}\b"
)
_DECADE = re.compile(r"\d{3}0s")
_TOKEN = re.compile(r"[^\W\d_]{4,}")
_ECHOED_WORDS = 8
_STEM, _TELLING, _SHARED = 5, 12, 3


class _Answer(Struct, kw_only=True):
    synopsis: str
    keywords: list[str]
    moods: list[str]
    themes: list[str]
    audience: str
    warnings: list[str]
    language: str


_decode = msgspec.json.Decoder(_Answer).decode


def checked(text: str, facts: TitleFacts, prompt: Prompt, generated: Generated) -> Enrichment:
    """The enrichment in an answer. Raises ModelError with what is wrong with it."""
    answer = _read(text)
    synopsis = cut_words(clean(answer.synopsis, _LONGEST), MOST_WORDS)
    known = vocabulary()
    found = Enrichment(
        language=facts.language,
        synopsis=synopsis,
        medium=cut(synopsis, MEDIUM),
        short=cut(synopsis, SHORT),
        keywords=_phrases(answer.keywords)[: KEYWORDS[1]],
        moods=_known(answer.moods, known.moods)[: MOODS[1]],
        themes=_phrases(answer.themes)[: THEMES[1]],
        audience=answer.audience,
        warnings=_known(answer.warnings, known.warnings),
        generated=generated,
    )
    _hold_to_form(found)
    if primary(answer.language) != primary(facts.language) or not is_in(synopsis, facts.language):
        raise ModelError("wrong-language", f"asked for {facts.language}, not written in it")
    _hold_to_facts(found, facts, prompt)
    return found


def _read(text: str) -> _Answer:
    if len(text) > _LONGEST:
        raise ModelError("malformed", f"the answer has {len(text)} characters")
    try:
        return _decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ModelError("malformed", f"the answer is not as asked for: {error}") from error


def _hold_to_form(found: Enrichment) -> None:
    count = words(found.synopsis)
    if count < FEWEST_WORDS:
        raise ModelError(
            "wrong-length",
            f"{count} words in whole sentences; asked for {FEWEST_WORDS} to {MOST_WORDS}",
        )
    if not found.short:
        raise ModelError("wrong-length", f"the first sentence has more than {SHORT} characters")
    for name, count, least in (
        ("keywords", len(found.keywords), KEYWORDS[0]),
        ("moods", len(found.moods), MOODS[0]),
        ("themes", len(found.themes), THEMES[0]),
    ):
        if count < least:
            raise ModelError("too-few", f"{count} {name} that can be used; asked for {least}")
    if found.audience not in vocabulary().audiences:
        raise ModelError(
            "unknown-word", f"audience {found.audience[:40]!r} is not in the vocabulary"
        )


def _hold_to_facts(found: Enrichment, facts: TitleFacts, prompt: Prompt) -> None:
    text = "\n".join((found.synopsis, *found.keywords, *found.themes))
    if link := _LINK.search(text):
        raise ModelError("link", f"{link[0]!r} in the answer; no links are taken")
    if _OFF_TASK.search(text) or fence(facts) in text or _echoes(text, prompt.system):
        raise ModelError("off-task", "the answer speaks of its instructions")
    told = _told(facts)
    for code in _CODE.findall(_DECADE.sub("", text)):
        if code not in told:
            raise ModelError("invented", f"{code!r} is in no fact")
    years = {number[:3] for number in _NUMBER.findall(told)}
    for number in _NUMBER.findall(text):
        decade = number[:3] in years and f"{number}s" in text
        if number not in told and not decade:
            raise ModelError("invented", f"the number {number} is in no fact")
    if not _is_about(found.synopsis, facts):
        raise ModelError("off-task", "the answer shares no words with what was told")


def _told(facts: TitleFacts) -> str:
    return msgspec.json.encode(facts).decode()


def _echoes(text: str, system: str) -> bool:
    said = f" {' '.join(text.lower().split())} "
    rules = system.lower().split()
    runs = (rules[n : n + _ECHOED_WORDS] for n in range(len(rules) - _ECHOED_WORDS + 1))
    return any(f" {' '.join(run)} " in said for run in runs)


def _is_about(text: str, facts: TitleFacts) -> bool:
    """Whether a text shares telling words with partners' synopses of its language, where they
    have enough of them."""
    same = (t.text for t in facts.synopses if primary(t.language) == primary(facts.language))
    told = _telling(" ".join((facts.title, *same)), facts.language)
    return len(told) < _TELLING or len(told & _telling(text, facts.language)) >= _SHARED


def _telling(text: str, language: str) -> set[str]:
    small = small_words(language)
    return {token[:_STEM] for token in _TOKEN.findall(text.lower()) if token not in small}


def _phrases(said: Iterable[str]) -> tuple[str, ...]:
    cleaned = (clean(one, _LONGEST) for one in said)
    once = {one.casefold(): one for one in cleaned if 0 < len(one) <= WORD_LENGTH}
    return tuple(once.values())


def _known(said: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in dict.fromkeys(said) if one in set(known))
