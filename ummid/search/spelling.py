"""Known words near a misspelt one, found by what is left when one sign is taken away.

Two words one slip apart (a sign missing, added, wrong, or two swapped) share such a rest, so a
look-up costs as much as the word is long, however many words are known.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from ummid.search.across import Across, Share, Spread
from ummid.search.arrays import Arrays, Groups, encoded
from ummid.search.merging import Merged

_SHORTEST = 4
_TWO_SLIPS = 8
"""From this length on a word may be two slips off."""
_NAME = "spelling"
_HASHES, _OF = f"{_NAME}.hashes", f"{_NAME}.of"


class Spelling:
    """Known words by their rests; of equally near words the more frequent one is meant."""

    def __init__(self, across: Across) -> None:
        self._spread = Spread(across, _NAME)

    @staticmethod
    def arrays(words: Mapping[str, Sequence[int]]) -> Arrays:
        """Of words and the rows they are in, a row as often as they are in it."""
        known = {word: words[word] for word in sorted(words) if len(word) >= _SHORTEST}
        rests = [(rest, n) for n, word in enumerate(known) for rest in _rests(word)]
        table = np.array(rests, np.uint64).reshape(-1, 2)
        return {**Groups.arrays(known, _NAME), **_sorted(table[:, 0], table[:, 1])}

    @staticmethod
    def merge(merged: Merged) -> None:
        known = merged.groups(_NAME)
        parts = zip(merged.across.parts, known.moved, strict=True)
        of = np.concatenate([moved[part.arrays[_OF]] for part, moved in parts])
        rests = np.concatenate([part.arrays[_HASHES] for part in merged.across.parts])
        stays = of < known.size
        for name, array in _sorted(rests[stays], of[stays]).items():
            merged.add(name, array)

    def nearest(self, word: str) -> str | None:
        """The known word that was meant; None when no word is near enough."""
        if len(word) < _SHORTEST:
            return None
        hashes = np.array(sorted(set(_rests(word))), np.uint32)
        found = {known for share in self._spread.shares for known in _sharing(share, hashes)}
        allowed = 2 if len(word) >= _TWO_SLIPS else 1
        near = [
            (distance, -count, known)
            for known in found
            if (distance := OSA.distance(word, known, score_cutoff=allowed)) <= allowed
            and (count := self._spread.count(known))
        ]
        return min(near)[2] if near else None


def _sharing(share: Share, hashes: NDArray[np.uint32]) -> Iterator[str]:
    """The words of a part that have one of these rests."""
    known = share.arrays[_HASHES]
    firsts = np.searchsorted(known, hashes, "left").tolist()
    lasts = np.searchsorted(known, hashes, "right").tolist()
    for first, last in zip(firsts, lasts, strict=True):
        yield from share.groups.keys.at(share.arrays[_OF][first:last])


def _sorted(hashes: NDArray[Any], of: NDArray[Any]) -> Arrays:
    """Rests and the words that have them, by rest."""
    pairs = np.unique(hashes.astype(np.uint64) << np.uint64(32) | of.astype(np.uint64))
    return {
        _HASHES: (pairs >> np.uint64(32)).astype(np.uint32),
        _OF: pairs.astype(np.uint32),
    }


def _rests(word: str) -> Iterator[int]:
    yield zlib.crc32(encoded(word))
    for n in range(len(word)):
        yield zlib.crc32(encoded(word[:n] + word[n + 1 :]))
