"""Words to documents: an inverted index scored by BM25F.

A word's counts in the fields are weighed and added before they saturate, so that a word in three
fields is not three words. Measured against the sum of per-field scores that engines offer, this
is what makes one list of answers good for names, synopses and vague memories alike.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ummid.search.document import FIELDS, Document, texts
from ummid.search.words import stems

_SATURATION = 1.2
"""BM25's k1."""

Scores = NDArray[np.float32]


class TextIndex:
    """Immutable. Documents are rows in the order of their ids."""

    def __init__(self, documents: Sequence[Document]) -> None:
        """`documents` in the order of their ids, each id once."""
        self.size = len(documents)
        counts = [_Counts() for _ in FIELDS]
        terms: dict[str, int] = {}
        for row, document in enumerate(documents):
            for field, values in zip(counts, texts(document), strict=True):
                words = Counter(word for value in values for word in stems(value))
                field.add(row, [(terms.setdefault(w, len(terms)), n) for w, n in words.items()])
        self._terms = terms
        self._invert(counts)

    def frequency(self, term: str) -> int:
        """In how many documents a stem is."""
        number = self._terms.get(term)
        return 0 if number is None else int(self._starts[number + 1] - self._starts[number])

    def rarity(self, term: str) -> float:
        """BM25's idf; 0 for a stem that is nowhere."""
        number = self._terms.get(term)
        return 0.0 if number is None else float(self._rarities[number])

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """The score of every row for weighed stems; 0 where none of them is."""
        scores = np.zeros(self.size, np.float32)
        for term, weight in sorted(weights.items()):
            number = self._terms.get(term)
            if number is not None:
                part = slice(self._starts[number], self._starts[number + 1])
                factor = np.float32(weight * self._rarities[number])
                scores[self._rows[part]] += factor * self._impacts[part]
        return scores

    def _invert(self, counts: Iterable["_Counts"]) -> None:
        weighed = [
            field.weighed(self.size, rule.weight, rule.dilution)
            for field, rule in zip(counts, FIELDS, strict=True)
        ]
        keys = np.concatenate([found for found, _ in weighed])
        amounts = np.concatenate([amount for _, amount in weighed])
        # Sorted by term, then row; the same pair from several fields becomes one.
        order = np.argsort(keys, kind="stable")
        keys, amounts = keys[order], amounts[order]
        firsts = np.flatnonzero(np.diff(keys, prepend=-1))
        amounts = np.add.reduceat(amounts, firsts) if len(firsts) else amounts
        keys = keys[firsts]
        width = max(self.size, 1)
        self._rows = (keys % width).astype(np.uint32)
        self._impacts = (amounts * (1 + _SATURATION) / (amounts + _SATURATION)).astype(np.float32)
        self._starts = np.searchsorted(keys // width, np.arange(len(self._terms) + 1))
        found = np.diff(self._starts)
        self._rarities = np.log1p((self.size - found + 0.5) / (found + 0.5))


class _Counts:
    """How often each word is in one field of each document."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self._terms: list[int] = []
        self._amounts: list[int] = []

    def add(self, row: int, counted: Iterable[tuple[int, int]]) -> None:
        for term, amount in counted:
            self._rows.append(row)
            self._terms.append(term)
            self._amounts.append(amount)

    def weighed(
        self, size: int, weight: float, dilution: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Keys (term, row) as one number each, and counts weighed and freed of length."""
        rows, terms = np.array(self._rows, np.int64), np.array(self._terms, np.int64)
        amounts = np.array(self._amounts, np.float64)
        lengths = np.bincount(rows, amounts, minlength=size)
        usual = lengths[lengths > 0].mean() if len(rows) else 1.0
        norms = 1 - dilution + dilution * lengths / usual
        return terms * max(size, 1) + rows, weight * amounts / norms[rows]
