"""Blocks: what two statements must have in common to be compared at all.

Several kinds of block, so that a misspelt title, a missing year or a translation still leaves
one in common; each narrow enough that a catalogue of millions has few members in one. A
statement's blocks depend on nothing but the statement. What each kind costs and finds is in
`docs/identity.md`.
"""

from collections.abc import Iterator
from hashlib import blake2b

from ummid.identity.generic import is_generic
from ummid.identity.lexicon import meanings
from ummid.identity.profile import STOP_WORDS, Profile

_TITLES, _WORDS, _DIRECTORS, _PERSONS = 4, 4, 2, 5
_PREFIX = 6


def blocks(profile: Profile) -> tuple[str, ...]:
    """The ids of the blocks of a statement, in order; () for one that is not compared."""
    if profile.kind is None:
        return ()
    return tuple(sorted(set(map(_id, set(block_keys(profile))))))


def _id(key: str) -> str:
    """16 hex characters: two keys that share one cost a comparison, nothing else."""
    return blake2b(key.encode(), digest_size=8).hexdigest()


def block_keys(one: Profile) -> Iterator[str]:
    """What the blocks of a statement stand for, its kind before the first colon."""
    if one.kind in ("episode", "season"):
        yield from _numbered(one)
    for name in one.names[:_TITLES]:
        words = name.split()
        tokens = _longest(words)
        yield from _pairs(tokens)
        closed = name.replace(" ", "")
        if one.kind == "episode":
            if not is_generic(name):
                yield f"name:{closed}"
            continue
        yield f"name:{closed}"
        if one.year is not None:
            yield from _words(name, words, tokens, one.year)
    for name in (*one.directors[:_DIRECTORS], *one.people[:_PERSONS]):
        yield f"person:{name}"


def _numbered(one: Profile) -> Iterator[str]:
    """Episodes and seasons by their numbers, within what else is known of them."""
    if one.season is None or (one.kind == "episode" and one.episode is None):
        return
    numbers = f"{one.season}:{one.episode}"
    for name in one.series:
        yield f"series:{numbers}:{name}"
    if one.kind == "season" or one.series:
        return
    if one.date:
        yield f"date:{numbers}:{one.date}"
    if one.year is not None:
        for name in one.names[:2]:
            if is_generic(name):
                yield f"generic:{numbers}:{one.year}:{name}"
                yield f"generic:{numbers}:{one.year + 1}:{name}"
            else:
                yield f"begins:{numbers}:{name[:3]}"


def _words(name: str, words: list[str], long: list[str], year: int) -> Iterator[str]:
    """The first word and the longest with the year, in English where they are common words."""
    translated = meanings(words) or words
    if translated != words:
        long = _longest(translated)
    for word in {translated[0], long[0] if long else name[:4]}:
        yield f"word:{year}:{word[:_PREFIX]}"
    for word in long[1:]:
        if len(word) > 4:
            yield f"word:{year}:{word[:_PREFIX]}"


def _pairs(tokens: list[str]) -> Iterator[str]:
    begins = sorted(token[:_PREFIX] for token in tokens)
    for n, one in enumerate(begins):
        for other in begins[n + 1 :]:
            yield f"pair:{one}:{other}"


def _longest(words: list[str]) -> list[str]:
    """The longest words of a name: a stand-in for the rarest that needs no catalogue."""
    long = sorted({w for w in words if len(w) > 2 and w not in STOP_WORDS})
    if len(long) > 1:
        long.sort(key=len, reverse=True)
    return long[:_WORDS]
