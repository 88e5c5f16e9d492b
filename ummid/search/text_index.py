"""Words to documents: an inverted index scored by BM25F.

A word's counts in the fields are weighed and added before they saturate, so that a word in three
fields is not three words. Measured against the sum of per-field scores that engines offer, this
is what makes one list of answers good for names, synopses and vague memories alike.

What is stored says nothing of other documents: how often a word is in each field, and how long
those are. That is its shape in a document, and of shapes a catalogue has few. How long fields
usually are, and so what each shape counts, comes from all parts when the index is opened, so that
scores do not depend on how it came to be.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ummid.search.across import Across, Placed, Share, Spread
from ummid.search.arrays import Arrays, Strings, starts
from ummid.search.document import FIELDS, Document, texts
from ummid.search.merging import Merged
from ummid.search.words import stems

_SATURATION = 1.2
"""BM25's k1."""
_NAME = "text"
_SHAPED, _PIECES, _ENDS = f"{_NAME}.shape", f"{_NAME}.pieces", f"{_NAME}.pieces.ends"
_PIECE = np.dtype(np.int64)
_BITS = 30
"""Of a length, and of a count, in the number that is a piece of a shape: what one field says."""
_MOST = (1 << _BITS) - 1
_STRETCH = 1 << 22

Scores = NDArray[np.float32]


class TextIndex:
    """Immutable. Documents are rows from 0 to `size`."""

    def __init__(self, across: Across) -> None:
        self.size = across.size
        self._spread = Spread(across, _NAME)
        usual = _usual_lengths(across)
        self._impacts = [_impacts(part.arrays, usual) for part in across.parts]
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
        shapes: dict[bytes, int] = {}
        moved = [_known(shapes, part, merged.across.size) for part in parts]

        def shaped(number: int, stretch: slice) -> NDArray[np.int64]:
            return moved[number][parts[number].arrays[_SHAPED][stretch]]

        merged.groups(_NAME, {"shape": (np.min_scalar_type(len(shapes)), shaped)})
        for name, column in _table(shapes).items():
            merged.add(name, column)
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
            for share, part in self._parts(term):
                impacts = self._impacts[share.number][share.arrays[_SHAPED][part]]
                scores[share.rows(part)] += factor * impacts
        return scores[: self.size]

    def held(self, shares: Mapping[str, float]) -> Scores:
        """By row, the sum of the shares of the stems that a document holds."""
        held = np.zeros(self.size + 1, np.float32)
        for term, share in sorted(shares.items()):
            for found, part in self._parts(term):
                held[found.rows(part)] += np.float32(share)
        return held[: self.size]

    def _found(self, term: str) -> tuple[tuple[Share, slice], ...]:
        return tuple(self._spread.parts(term))

    def _frequency(self, term: str) -> int:
        return sum(share.counted(part) for share, part in self._parts(term))


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
        """Keys (term, row) as one number each, their pieces; the length of each row."""
        rows = np.repeat(np.arange(size), np.frombuffer(self._sizes, np.uintc))
        terms = np.frombuffer(self._terms, np.uintc)
        amounts = np.frombuffer(self._amounts, np.uintc).astype(np.int64)
        lengths = np.bincount(rows, amounts, minlength=size).astype(np.int64)
        lengths = np.minimum(lengths, _MOST)
        pieces = (field << 2 * _BITS) | (lengths[rows] << _BITS) | np.minimum(amounts, _MOST)
        return places[terms] * max(size, 1) + rows, pieces, lengths.astype(np.uint32)


def _inverted(counts: Sequence[_Counts], terms: Mapping[str, int], size: int) -> Arrays:
    ordered = sorted(terms)
    places = np.zeros(len(terms), np.int64)
    places[[terms[term] for term in ordered]] = np.arange(len(terms))
    shaped = [field.shaped(places, size, number) for number, field in enumerate(counts)]
    keys = np.concatenate([found for found, _, _ in shaped])
    # Sorted by term, then row, then field.
    order = np.argsort(keys, kind="stable")
    keys, pieces = keys[order], np.concatenate([one for _, one, _ in shaped])[order]
    firsts = np.flatnonzero(np.diff(keys, prepend=-1))
    shapes: dict[bytes, int] = {}
    shape = _numbered(shapes, pieces, np.append(firsts, len(keys)))
    keys, width = keys[firsts], max(size, 1)
    return {
        **Strings.arrays(ordered, f"{_NAME}.keys"),
        f"{_NAME}.starts": np.searchsorted(keys // width, np.arange(len(terms) + 1)),
        f"{_NAME}.rows": (keys % width).astype(np.uint32),
        _SHAPED: shape.astype(np.min_scalar_type(len(shapes))),
        **_table(shapes),
        **{_lengths(n): lengths for n, (_, _, lengths) in enumerate(shaped)},
    }


def _numbered(
    shapes: dict[bytes, int], pieces: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The numbers of shapes, which get one where they have none, by where their pieces are."""
    numbers = np.zeros(len(ends) - 1, np.int64)
    single = np.diff(ends) == 1
    # Most words are in one field of a document.
    known, of = np.unique(pieces[ends[:-1][single]], return_inverse=True)
    own = [shapes.setdefault(piece.tobytes(), len(shapes)) for piece in known]
    numbers[single] = np.array(own, np.int64)[of]
    view, width = pieces.view(np.uint8).data, _PIECE.itemsize
    others = np.flatnonzero(~single)
    stretches = zip(
        (ends[others] * width).tolist(), (ends[others + 1] * width).tolist(), strict=True
    )
    numbers[others] = [
        shapes.setdefault(bytes(view[first:last]), len(shapes)) for first, last in stretches
    ]
    return numbers


def _table(shapes: Iterable[bytes]) -> Arrays:
    coded = [*shapes]
    return {
        _PIECES: np.frombuffer(b"".join(coded), _PIECE),
        _ENDS: starts([len(one) // _PIECE.itemsize for one in coded]),
    }


def _known(shapes: dict[bytes, int], part: Placed, size: int) -> NDArray[np.int64]:
    """By shape of a part, its number among those of all; 0 for one that no row has any more."""
    ends = part.arrays[_ENDS]
    used = np.zeros(len(ends) - 1, np.bool_)
    for first in range(0, len(part.arrays[_SHAPED]), _STRETCH):
        stretch = slice(first, first + _STRETCH)
        counts = part.rows[part.arrays[f"{_NAME}.rows"][stretch]] < size
        used[part.arrays[_SHAPED][stretch][counts]] = True
    moved = np.zeros(len(used), np.int64)
    pieces = part.arrays[_PIECES]
    for n in np.flatnonzero(used).tolist():
        coded = pieces[ends[n] : ends[n + 1]].tobytes()
        moved[n] = shapes.setdefault(coded, len(shapes))
    return moved


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


def _impacts(arrays: Arrays, usual: Sequence[float]) -> Scores:
    """What a word of each shape counts: over the fields its count, weighed and freed of the field's
    length; then saturated.
    """
    pieces = arrays[_PIECES]
    fields, lengths = pieces >> 2 * _BITS, (pieces >> _BITS) & _MOST
    weights = np.array([field.weight for field in FIELDS])[fields]
    dilutions = np.array([field.dilution for field in FIELDS])[fields]
    norms = 1 - dilutions + dilutions * lengths / np.array(usual)[fields]
    weighed = weights * (pieces & _MOST) / norms
    amounts = np.add.reduceat(weighed, arrays[_ENDS][:-1]) if len(pieces) else weighed
    impacts: Scores = (amounts * (1 + _SATURATION) / (amounts + _SATURATION)).astype(np.float32)
    return impacts
