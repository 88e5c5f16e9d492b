"""How alike the titles of two statements are."""

import re
from collections.abc import Sequence, Set

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from ummid.identity.generic import is_generic
from ummid.identity.levels import UNKNOWN
from ummid.identity.lexicon import is_common, meaning
from ummid.identity.profile import Profile

_NUMBER = re.compile(r"\d+")
_TELLING = (("same, long", 13), ("same", 8), ("same, short", 4))
"""Letters that a name must have to tell so much, those of common words counting half."""
_MANY = 12
"""More pairs of names than this are not compared for translations."""


def title_level(one: Profile, other: Profile) -> str:
    """The level of the two names that are most alike."""
    names, others = one.names, other.names
    if not names or not others:
        return UNKNOWN
    common = set(names).intersection(others)
    if common:
        equal = common - _articles_apart(one.articled, other.articled)
        level = _same(max(equal or common, key=_telling))
        return level if equal or level == "same, generic" else "article apart"
    best, pair = -1.0, ("", "")
    for x in names:
        for y in others:
            if x.replace(" ", "") == y.replace(" ", ""):
                return _same(max(x, y))
            alike = max(fuzz.ratio(x, y), fuzz.token_sort_ratio(x, y))
            if alike > best or (alike == best and _ordered(x, y) > _ordered(*pair)):
                best, pair = alike, (x, y)
    level = _near(*pair, best, one.heads + other.heads, one.tails + other.tails)
    if level not in _POOR:
        return level
    return _translated(names, others, level)


def _articles_apart(one: Sequence[str] | None, other: Sequence[str] | None) -> set[str]:
    """The names that an article leads on one side only, as far as both sides tell."""
    return set() if one is None or other is None else set(one).symmetric_difference(other)


def _telling(name: str) -> tuple[bool, int, str]:
    return not is_generic(name), len(name), name


def _ordered(x: str, y: str) -> tuple[str, str]:
    return (x, y) if x < y else (y, x)


def _same(name: str) -> str:
    if is_generic(name):
        return "same, generic"
    length = sum(len(word) / (2 if is_common(word) else 1) for word in name.split())
    return next((level for level, least in _TELLING if length >= least), "same, common")


def _near(x: str, y: str, alike: float, heads: Sequence[str], tails: Sequence[str]) -> str:
    counts, other_counts = set(_NUMBER.findall(x)), set(_NUMBER.findall(y))
    if counts != other_counts and counts and other_counts:
        return "other number, alike" if alike >= 80 else "other number"
    numbered = ", numbered" if counts != other_counts else ""
    words, others = set(x.split()), set(y.split())
    if alike >= 80 and _another_word(words - others, others - words):
        return "another word"
    if alike >= 94:
        return "nearly same" + numbered
    if alike >= 88:
        return "alike" + numbered
    shared = sum(map(len, words & others))
    length, other_length = sum(map(len, words)), sum(map(len, others))
    if shared == min(length, other_length):
        shorter, longer = sorted((x, y), key=lambda name: (len(name), name))
        return _held(shorter, longer, heads, tails)
    if alike >= 80:
        return "similar" + numbered
    if counts and counts == other_counts:
        return "same number"
    if shared >= 0.4 * (length + other_length - shared) or (
        shared and fuzz.token_set_ratio(x, y) >= 90
    ):
        return "words shared"
    if alike >= 60:
        return "slightly similar"
    long, long_others = [w for w in words if len(w) > 4], [w for w in others if len(w) > 4]
    for u in long:
        for v in long_others:
            if fuzz.ratio(u, v) >= 80:
                return "a word alike"
    return "differ"


def _held(shorter: str, longer: str, heads: Sequence[str], tails: Sequence[str]) -> str:
    """Of a title whose words are all in the other: whether they are a part that a colon or a
    dash sets apart there, its beginning, or just some."""
    if shorter in heads:
        return "subtitle left out"
    short = ", short" if len(shorter) < 10 else ""
    if shorter in tails:
        return f"subtitle alone{short}"
    if heads and 2 * len(shorter) < len(longer):
        return "contained, short"
    return ("begun" if longer.startswith(f"{shorter} ") else "contained") + short


def _another_word(left: Set[str], of_other: Set[str]) -> bool:
    """Whether each has a word that no word of the other is a misspelling of.

    `take this woman` and `take this oath`; a word more, or one word written as two, is none.
    """
    return _unlike(left, of_other) and _unlike(of_other, left)


def _unlike(words: Set[str], others: Set[str]) -> bool:
    closed = "".join(sorted(others))
    return any(
        len(word) > 2 and word not in closed and not any(_misspelt(word, other) for other in others)
        for word in words
    )


def _misspelt(word: str, other: str) -> bool:
    """Whether a third of the letters differ at most, or a single one."""
    most = max(1, max(len(word), len(other)) // 3)
    return OSA.distance(word, other, score_cutoff=most) <= most


_POOR = frozenset(
    {"another word", "same number", "words shared", "slightly similar", "a word alike", "differ"}
)
"""Levels that a translation betters."""


def _translated(names: Sequence[str], others: Sequence[str], level: str) -> str:
    """A better level for titles that say the same in two languages, else the one they have."""
    if len(names) * len(others) > _MANY:
        return level
    best = 0.0
    for one in map(meaning, names):
        for other in map(meaning, others):
            both = sum(map(len, one & other))
            if both:
                best = max(best, both / (sum(map(len, one)) + sum(map(len, other)) - both))
    if best == 1:
        return "translated"
    if level == "another word":
        return level
    if best >= 0.6:
        return "mostly translated"
    if best >= 0.35:
        return "partly translated"
    return level
