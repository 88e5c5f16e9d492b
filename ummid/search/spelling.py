"""Known words near a misspelt one, found by what is left when one sign is taken away.

Two words one slip apart (a sign missing, added, wrong, or two swapped) share such a rest, so a
look-up costs as much as the word is long, however many words are known.
"""

import zlib
from collections.abc import Iterable, Iterator

import numpy as np
from rapidfuzz.distance import OSA

_SHORTEST = 4
_TWO_SLIPS = 8
"""From this length on a word may be two slips off."""


class Spelling:
    """Known words by their rests; of equally near words the more frequent one is meant."""

    def __init__(self, counted: Iterable[tuple[str, int]]) -> None:
        known = sorted((word, n) for word, n in counted if len(word) >= _SHORTEST)
        self._words = [word for word, _ in known]
        self._counts = [n for _, n in known]
        rests = [(rest, n) for n, word in enumerate(self._words) for rest in _rests(word)]
        hashes = np.array([rest for rest, _ in rests], np.uint32)
        order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[order]
        self._of = np.array([n for _, n in rests], np.uint32)[order]

    def nearest(self, word: str) -> str | None:
        """The known word that was meant; None when no word is near enough."""
        if len(word) < _SHORTEST:
            return None
        hashes = np.array(sorted(set(_rests(word))), np.uint32)
        firsts = np.searchsorted(self._hashes, hashes, "left")
        lasts = np.searchsorted(self._hashes, hashes, "right")
        found = {int(n) for a, b in zip(firsts, lasts, strict=True) for n in self._of[a:b]}
        allowed = 2 if len(word) >= _TWO_SLIPS else 1
        near = [
            (distance, -self._counts[n], self._words[n])
            for n in found
            if (distance := OSA.distance(word, self._words[n], score_cutoff=allowed)) <= allowed
        ]
        return min(near)[2] if near else None


def _rests(word: str) -> Iterator[int]:
    yield zlib.crc32(word.encode())
    for n in range(len(word)):
        yield zlib.crc32((word[:n] + word[n + 1 :]).encode())
