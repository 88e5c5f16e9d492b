"""Blocks: what two statements must have in common to be compared at all.

Several kinds of block, so that a misspelt title, a missing year or a translation still leaves
one in common; each narrow enough that a catalogue of millions has few members in one. A
statement's blocks depend on nothing but the statement.
"""

from collections.abc import Iterator
from itertools import combinations

from ummid.catalog.keys import stable_id
from ummid.identity.generic import is_generic
from ummid.identity.profile import STOP_WORDS, Profile

_TITLES, _TOKENS, _PERSONS = 4, 4, 5
_PREFIX = 6


def blocks(profile: Profile) -> tuple[str, ...]:
    """The ids of the blocks of a statement, in order; () for one that is not compared."""
    if profile.kind is None:
        return ()
    return tuple(sorted({stable_id("block", *parts) for parts in _blocks(profile)}))


def _blocks(one: Profile) -> Iterator[tuple[str, ...]]:
    if one.kind in ("episode", "season"):
        yield from _numbered(one)
    for name in one.names[:_TITLES]:
        tokens = _distinctive(name)
        for pair in combinations(sorted(token[:_PREFIX] for token in tokens), 2):
            yield ("pair", *pair)
        if one.kind == "episode":
            if not is_generic(name):
                yield "name", name.replace(" ", "")
            continue
        yield "name", name.replace(" ", "")
        if one.year is not None:
            yield from _dated(name, tokens, one.year)
    yield from _people(one)


def _numbered(one: Profile) -> Iterator[tuple[str, ...]]:
    """Episodes and seasons by their numbers, within what else is known of them."""
    if one.season is None or (one.kind == "episode" and one.episode is None):
        return
    numbers = (str(one.season), str(one.episode))
    for name in one.series:
        yield ("series", name, *numbers)
    if one.kind == "season" or one.series:
        return
    if one.date:
        yield ("date", one.date, *numbers)
    if one.year is not None:
        for name in one.names[:2]:
            if is_generic(name):
                yield ("generic", name, *numbers, str(one.year))
                yield ("generic", name, *numbers, str(one.year + 1))
            else:
                yield ("begins", name[:3], *numbers)


def _dated(name: str, tokens: list[str], year: int) -> Iterator[tuple[str, ...]]:
    """The longest and the first word with a year, and with the next, so that two years apart by
    one meet; other long words with the year itself.
    """
    first = next((t for t in name.split() if t not in STOP_WORDS), name)
    for word in {tokens[0] if tokens else name[:4], first}:
        yield "word", word[:_PREFIX], str(year)
        yield "word", word[:_PREFIX], str(year + 1)
    for word in tokens[:3]:
        if len(word) > 4:
            yield "same year", word[:_PREFIX], str(year)


def _people(one: Profile) -> Iterator[tuple[str, ...]]:
    for name in one.directors[:2]:
        yield "person", name
        if one.year is not None and one.kind != "episode":
            for word in sorted(name.split(), key=lambda w: (-len(w), w))[:2]:
                yield "director", word[:5], str(one.year)
                yield "director", word[:5], str(one.year + 1)
    for name in one.people[:_PERSONS]:
        yield "person", name


def _distinctive(name: str) -> list[str]:
    """The longest words of a name: a stand-in for the rarest that needs no catalogue."""
    words = {w for w in name.split() if len(w) > 2 and w not in STOP_WORDS}
    return sorted(words, key=lambda w: (-len(w), w))[:_TOKENS]
