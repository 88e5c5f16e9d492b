"""A million titles made of those of a catalogue: as long, as worded and as alike as they are.

Title n takes most of one title and some of another: half of each name, sentences of both synopses,
people of both under mixed names, genres and kind of the first, a year near the first's. Its vector
lies between theirs, mostly at the first, a little off. So words are as frequent and vectors as
crowded as in a catalogue; what a real million would have and this has not is a million titles' own
words. The same size gives the same titles, whatever the machine.
"""

import random
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ummid.models.embedder import Vector
from ummid.search.document import Document
from ummid.stores.vectors import Restricts, Window

_SEED = 20250301
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_PLACES = ("FR", "DE", "US", "GB", "JP", "BR", "IN", "ES")
_PLATFORMS = ("flix", "prime", "plus", "max", "tv")
DAY = 20_000
"""Windows lie around this day."""
_NOISE = 0.25
_CHUNK = 20_000


class Mixture(NamedTuple):
    """Which two titles each made title is of."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]


def mixture(base: int, size: int) -> Mixture:
    rng = np.random.default_rng(_SEED)
    first = np.arange(size) % base
    return Mixture(first, (first + 1 + rng.integers(base - 1, size=size)) % base)


def documents(base: Sequence[Document], size: int) -> Iterator[Document]:
    """`size` titles; restricts name type, genre, partner, country, year and windows."""
    one, other = mixture(len(base), size)
    names = sorted({part for document in base for who in document.people for part in who.split()})
    for n, (a, b) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        yield _document(n, base[a], base[b], names)


def vectors(base: NDArray[np.float32], size: int) -> Iterator[NDArray[np.float32]]:
    """In parts, of the titles in their order."""
    one, other = mixture(len(base), size)
    rng = np.random.default_rng(_SEED)
    length = base.shape[1] ** -0.5
    for start in range(0, size, _CHUNK):
        a, b = base[one[start : start + _CHUNK]], base[other[start : start + _CHUNK]]
        share = rng.uniform(0.0, 0.35, (len(a), 1)).astype(np.float32)
        noise = rng.standard_normal(a.shape, np.float32) * np.float32(_NOISE * length)
        made = (1 - share) * a + share * b + noise
        yield made / np.linalg.norm(made, axis=1, keepdims=True)


def filled(found: Sequence[Vector]) -> NDArray[np.float32]:
    """Vectors as rows, those of nothing replaced by one of no meaning."""
    rows = np.array(found, np.float32)
    rows[~rows.any(axis=1), 0] = 1
    return rows


def _document(n: int, one: Document, other: Document, names: Sequence[str]) -> Document:
    rng = random.Random(_SEED + n)
    year = None if one.year is None else min(2025, one.year + rng.randint(-3, 3))
    tokens = dict(one.restricts.tokens)
    return Document(
        id=f"{rng.getrandbits(80):020x}",
        titles=(_halves(one.titles[0], other.titles[0]),),
        text=" ".join(_mixed(_SENTENCE.split(one.text), _SENTENCE.split(other.text), rng)),
        tagline=one.tagline if rng.random() < 0.5 else other.tagline,
        keywords=tuple(_mixed(one.keywords, other.keywords, rng)),
        genres=one.genres,
        people=tuple(
            who if rng.random() < 0.5 else f"{who.partition(' ')[0]} {rng.choice(names)}"
            for who in _mixed(one.people, other.people, rng)
        ),
        kind=one.kind,
        year=year,
        restricts=Restricts(tokens, {} if year is None else {"year": year}, _windows(rng)),
    )


def _halves(one: str, other: str) -> str:
    first, second = one.split(), other.split()
    return " ".join((*first[: (len(first) + 1) // 2], *second[len(second) // 2 :]))


def _mixed(one: Sequence[str], other: Sequence[str], rng: random.Random) -> list[str]:
    """Most of one and some of the other, in their order."""
    return [x for x in one if rng.random() < 0.75] + [x for x in other if rng.random() < 0.25]


def _windows(rng: random.Random) -> tuple[Window, ...]:
    found = []
    for place in rng.sample(_PLACES, rng.randint(0, 3)):
        start = DAY - rng.randint(0, 700)
        platform = rng.choice(_PLATFORMS)
        for on in ("*", platform):
            found.append(Window(f"{place}|{on}", start, start + rng.randint(100, 1000)))
    return tuple(found)
