"""Words to documents: an inverted index scored by BM25F.

A word's counts in the fields are weighed and added before they saturate, so that a word in three
fields is not three words. Measured against the sum of per-field scores that engines offer, this
is what makes one list of answers good for names, synopses and vague memories alike.

What is stored says nothing of other documents: how often a word is in a field, and how long that
is. How long fields usually are, and in how many documents a word is, comes from all parts when the
index is opened, so that scores do not depend on how it came to be.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ummid.search.across import Across, Share, Spread
from ummid.search.arrays import Arrays, Rows, Strings
from ummid.search.document import FIELDS, Document, texts
from ummid.search.merging import Merged
from ummid.search.words import stems

_SATURATION = 1.2
"""BM25's k1."""
_NAME = "text"
_SHAPES, _SHAPED = f"{_NAME}.shapes", f"{_NAME}.shape"
_BITS = 30
"""Of a length, and of a count, in the number that is a shape."""
_MOST = (1 << _BITS) - 1

Scores = NDArray[np.float32]


class TextIndex:
    """Immutable. Documents are rows from 0 to `size`."""

    def __init__(self, across: Across) -> None:
        self.size = across.size
        self._spread = Spread(across, _NAME)
        usual = _usual_lengths(across)
        self._weighed = [_weighed(part.arrays, usual) for part in across.parts]
        # Asking for a word's frequency, rarity and rows would look it up three times.
        self._parts = lru_cache(maxsize=65_536)(self._found)
        self.frequency = lru_cache(maxsize=65_536)(self._frequency)
        """In how many documents a stem is."""

    @staticmethod
    def arrays(documents: Sequence[Document]) -> Arrays:
        counts = [_Counts() for _ in FIELDS]
        terms: dict[str, int] = {}
        for document in documents:
            for field, values in zip(counts, texts(document), strict=True):
                words = Counter(stems("\n".join(values)))
                field.add([terms.setdefault(word, len(terms)) for word in words], words.values())
        return _inverted(counts, terms, len(documents))

    @staticmethod
    def merge(merged: Merged) -> None:
        parts = merged.across.parts
        shapes = np.unique(np.concatenate([part.arrays[_SHAPES] for part in parts]))
        moved = [np.searchsorted(shapes, part.arrays[_SHAPES]) for part in parts]
        merged.add(_SHAPES, shapes)

        def shaped(number: int, stretch: slice) -> NDArray[np.int64]:
            return moved[number][parts[number].arrays[_SHAPED][stretch]]

        merged.groups(_NAME, {"shape": (np.min_scalar_type(len(shapes)), shaped)})
        for n in range(len(FIELDS)):
            merged.column(_lengths(n), np.uint32)

    def rarity(self, term: str) -> float:
        """BM25's idf; 0 for a stem that is nowhere."""
        found = self.frequency(term)
        return float(np.log1p((self.size - found + 0.5) / (found + 0.5))) if found else 0.0

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """The score of every row for weighed stems; 0 where none of them is."""
        # Rows that count no more have one place, behind all others.
        scores = np.zeros(self.size + 1, np.float32)
        for term, weight in sorted(weights.items()):
            factor = np.float32(weight * self.rarity(term))
            for rows, impacts in self._impacts(term):
                scores[rows] += factor * impacts
        return scores[: self.size]

    def held(self, shares: Mapping[str, float]) -> Scores:
        """By row, the sum of the shares of the stems that a document holds."""
        held = np.zeros(self.size + 1, np.float32)
        for term, share in sorted(shares.items()):
            for rows, _, _ in self._rows(term):
                held[rows] += np.float32(share)
        return held[: self.size]

    def _found(self, term: str) -> tuple[tuple[Share, slice], ...]:
        return tuple(self._spread.parts(term))

    def _frequency(self, term: str) -> int:
        found = (rows for rows, _, _ in self._rows(term))
        return sum(int(np.count_nonzero(rows < self.size)) for rows in found)

    def _rows(self, term: str) -> Iterator[tuple[Rows, NDArray[np.intp], NDArray[Any]]]:
        """The rows of a stem in each part, where each begins among its fields, and their shapes."""
        for share, part in self._parts(term):
            local = share.groups.rows[part]
            firsts = np.flatnonzero(np.diff(local, prepend=local[0] + np.uint32(1)))
            yield share.placed[local[firsts]], firsts, share.arrays[_SHAPED][part]

    def _impacts(self, term: str) -> Iterator[tuple[Rows, Scores]]:
        shares = (share for share, _ in self._parts(term))
        for share, (rows, firsts, shapes) in zip(shares, self._rows(term), strict=True):
            amounts = np.add.reduceat(self._weighed[share.number][shapes], firsts)
            impacts = amounts * (1 + _SATURATION) / (amounts + _SATURATION)
            yield rows, impacts.astype(np.float32)


class _Counts:
    """How often each word is in one field of each document."""

    def __init__(self) -> None:
        self._sizes, self._terms, self._amounts = array("I"), array("I"), array("I")

    def add(self, terms: Sequence[int], amounts: Iterable[int]) -> None:
        """Of the next document: terms as numbers, and how often each is in it."""
        self._sizes.append(len(terms))
        self._terms.extend(terms)
        self._amounts.extend(amounts)

    def shaped(
        self, places: NDArray[np.int64], size: int, field: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
        """Keys (term, row) as one number each, their shapes; the length of each row."""
        rows = np.repeat(np.arange(size), np.frombuffer(self._sizes, np.uintc))
        terms = np.frombuffer(self._terms, np.uintc)
        amounts = np.frombuffer(self._amounts, np.uintc).astype(np.int64)
        lengths = np.bincount(rows, amounts, minlength=size).astype(np.int64)
        lengths = np.minimum(lengths, _MOST)
        shapes = (field << 2 * _BITS) | (lengths[rows] << _BITS) | np.minimum(amounts, _MOST)
        return places[terms] * max(size, 1) + rows, shapes, lengths.astype(np.uint32)


def _inverted(counts: Sequence[_Counts], terms: Mapping[str, int], size: int) -> Arrays:
    ordered = sorted(terms)
    places = np.zeros(len(terms), np.int64)
    places[[terms[term] for term in ordered]] = np.arange(len(terms))
    shaped = [field.shaped(places, size, number) for number, field in enumerate(counts)]
    keys = np.concatenate([found for found, _, _ in shaped])
    # Sorted by term, then row, then field.
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    shapes, shape = np.unique(np.concatenate([one for _, one, _ in shaped]), return_inverse=True)
    width = max(size, 1)
    return {
        **Strings.arrays(ordered, f"{_NAME}.keys"),
        f"{_NAME}.starts": np.searchsorted(keys // width, np.arange(len(terms) + 1)),
        f"{_NAME}.rows": (keys % width).astype(np.uint32),
        _SHAPED: shape[order].astype(np.min_scalar_type(len(shapes))),
        _SHAPES: shapes,
        **{_lengths(n): lengths for n, (_, _, lengths) in enumerate(shaped)},
    }


def _lengths(field: int) -> str:
    return f"{_NAME}.lengths.{field}"


def _usual_lengths(across: Across) -> list[float]:
    """By field, how long it is where there is one. Sums of whole numbers, whatever the order."""
    usual = []
    for n in range(len(FIELDS)):
        total = having = 0
        for part in across.parts:
            lengths = part.arrays[_lengths(n)][part.rows < across.size]
            total += int(lengths.sum(dtype=np.int64))
            having += int(np.count_nonzero(lengths))
        usual.append(total / having if having else 1.0)
    return usual


def _weighed(arrays: Arrays, usual: Sequence[float]) -> NDArray[np.float64]:
    """What each shape adds to a word: its count, weighed and freed of the field's length."""
    shapes = arrays[_SHAPES]
    fields, lengths = shapes >> 2 * _BITS, (shapes >> _BITS) & _MOST
    weights = np.array([field.weight for field in FIELDS])[fields]
    dilutions = np.array([field.dilution for field in FIELDS])[fields]
    norms = 1 - dilutions + dilutions * lengths / np.array(usual)[fields]
    weighed: NDArray[np.float64] = weights * (shapes & _MOST) / norms
    return weighed
