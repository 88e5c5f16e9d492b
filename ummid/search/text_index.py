"""Words to documents: an inverted index scored by BM25F.

A word's counts in the fields are weighed and added before they saturate, so that a word in three
fields is not three words. Measured against the sum of per-field scores that engines offer, this
is what makes one list of answers good for names, synopses and vague memories alike.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ummid.search.arrays import Arrays, Groups, Strings
from ummid.search.document import FIELDS, Document, texts
from ummid.search.words import stems

_SATURATION = 1.2
"""BM25's k1."""
_NAME = "text"

Scores = NDArray[np.float32]


class TextIndex:
    """Immutable. Documents are rows from 0 to `size`."""

    def __init__(self, arrays: Arrays, size: int) -> None:
        self.size = size
        self._terms = Groups(arrays, _NAME)
        # Cached: asking for a word's frequency, rarity and rows would look it up three times.
        self._part = lru_cache(maxsize=65_536)(self._terms.part)
        self._impacts = arrays[f"{_NAME}.impacts"]

    @staticmethod
    def arrays(documents: Sequence[Document]) -> Arrays:
        counts = [_Counts() for _ in FIELDS]
        terms: dict[str, int] = {}
        for document in documents:
            for field, values in zip(counts, texts(document), strict=True):
                words = Counter(stems("\n".join(values)))
                field.add([terms.setdefault(word, len(terms)) for word in words], words.values())
        return _inverted(counts, terms, len(documents))

    def frequency(self, term: str) -> int:
        """In how many documents a stem is."""
        part = self._part(term)
        return int(part.stop) - int(part.start)

    def rarity(self, term: str) -> float:
        """BM25's idf; 0 for a stem that is nowhere."""
        found = self.frequency(term)
        return float(np.log1p((self.size - found + 0.5) / (found + 0.5))) if found else 0.0

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """The score of every row for weighed stems; 0 where none of them is."""
        scores = np.zeros(self.size, np.float32)
        for term, weight in sorted(weights.items()):
            part = self._part(term)
            factor = np.float32(weight * self.rarity(term))
            scores[self._terms.rows[part]] += factor * self._impacts[part]
        return scores

    def held(self, shares: Mapping[str, float]) -> Scores:
        """By row, the sum of the shares of the stems that a document holds."""
        held = np.zeros(self.size, np.float32)
        for term, share in sorted(shares.items()):
            held[self._terms.rows[self._part(term)]] += np.float32(share)
        return held


class _Counts:
    """How often each word is in one field of each document."""

    def __init__(self) -> None:
        self._sizes, self._terms, self._amounts = array("I"), array("I"), array("I")

    def add(self, terms: Sequence[int], amounts: Iterable[int]) -> None:
        """Of the next document: terms as numbers, and how often each is in it."""
        self._sizes.append(len(terms))
        self._terms.extend(terms)
        self._amounts.extend(amounts)

    def weighed(
        self, places: NDArray[np.int64], size: int, weight: float, dilution: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Keys (term, row) as one number each, and counts weighed and freed of length."""
        rows = np.repeat(np.arange(size), np.frombuffer(self._sizes, np.uintc))
        terms = np.frombuffer(self._terms, np.uintc)
        amounts = np.frombuffer(self._amounts, np.uintc).astype(np.float64)
        lengths = np.bincount(rows, amounts, minlength=size)
        usual = lengths[lengths > 0].mean() if len(rows) else 1.0
        norms = 1 - dilution + dilution * lengths / usual
        return places[terms] * max(size, 1) + rows, weight * amounts / norms[rows]


def _inverted(counts: Sequence[_Counts], terms: Mapping[str, int], size: int) -> Arrays:
    ordered = sorted(terms)
    places = np.zeros(len(terms), np.int64)
    places[[terms[term] for term in ordered]] = np.arange(len(terms))
    weighed = [
        field.weighed(places, size, rule.weight, rule.dilution)
        for field, rule in zip(counts, FIELDS, strict=True)
    ]
    keys = np.concatenate([found for found, _ in weighed])
    amounts = np.concatenate([amount for _, amount in weighed])
    # Sorted by term, then row; the same pair from several fields becomes one.
    order = np.argsort(keys, kind="stable")
    keys, amounts = keys[order], amounts[order]
    firsts = np.flatnonzero(np.diff(keys, prepend=-1))
    keys, amounts = keys[firsts], np.add.reduceat(amounts, firsts) if len(firsts) else amounts
    width = max(size, 1)
    return {
        **Strings.arrays(ordered, f"{_NAME}.keys"),
        f"{_NAME}.starts": np.searchsorted(keys // width, np.arange(len(terms) + 1)),
        f"{_NAME}.rows": (keys % width).astype(np.uint32),
        f"{_NAME}.impacts": (amounts * (1 + _SATURATION) / (amounts + _SATURATION)).astype("f4"),
    }
