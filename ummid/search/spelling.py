"""Known words near a misspelt one, found by what is left when one sign is taken away.

Two words one slip apart (a sign missing, added, wrong, or two swapped) share such a rest, so a
look-up costs as much as the word is long, however many words are known.
"""

import zlib
from collections.abc import Iterable, Iterator

import numpy as np
from rapidfuzz.distance import OSA

from ummid.search.arrays import Arrays, Strings

_SHORTEST = 4
_TWO_SLIPS = 8
"""From this length on a word may be two slips off."""
_NAME = "spelling"


class Spelling:
    """Known words by their rests; of equally near words the more frequent one is meant."""

    def __init__(self, arrays: Arrays) -> None:
        self._words = Strings(arrays, _NAME)
        self._counts = arrays[f"{_NAME}.counts"]
        self._hashes, self._of = arrays[f"{_NAME}.hashes"], arrays[f"{_NAME}.of"]

    @staticmethod
    def arrays(counted: Iterable[tuple[str, int]]) -> Arrays:
        known = sorted((word, n) for word, n in counted if len(word) >= _SHORTEST)
        rests = [(rest, n) for n, (word, _) in enumerate(known) for rest in _rests(word)]
        table = np.array(rests, np.uint32).reshape(-1, 2)
        table = table[np.argsort(table[:, 0], kind="stable")]
        return {
            **Strings.arrays([word for word, _ in known], _NAME),
            f"{_NAME}.counts": np.array([n for _, n in known], np.int64),
            f"{_NAME}.hashes": table[:, 0].copy(),
            f"{_NAME}.of": table[:, 1].copy(),
        }

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
            (distance, -int(self._counts[n]), known)
            for n, known in ((n, self._words[n]) for n in found)
            if (distance := OSA.distance(word, known, score_cutoff=allowed)) <= allowed
        ]
        return min(near)[2] if near else None


def _rests(word: str) -> Iterator[int]:
    yield zlib.crc32(_coded(word))
    for n in range(len(word)):
        yield zlib.crc32(_coded(word[:n] + word[n + 1 :]))


def _coded(word: str) -> bytes:
    return word.encode("utf-8", "surrogatepass")
