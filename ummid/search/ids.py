"""The ids of all rows, in their order, whichever parts they are in."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from ummid.search.across import Across
from ummid.search.arrays import Strings
from ummid.search.part import hashed


class Ids(Sequence[str]):
    """Sorted. `sources` are their places in the parts as if one lay behind the other."""

    def __init__(self, across: Across, sources: NDArray[Any]) -> None:
        self._across, self._sources = across, sources
        self._parts = [Strings(part.arrays, "ids") for part in across.parts]
        sizes = [len(part) for part in self._parts]
        self._firsts = [*accumulate(sizes, initial=0)][: len(sizes)]

    def __len__(self) -> int:
        return self._across.size

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[n] for n in range(*row.indices(len(self)))]
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        source = int(self._sources[row])
        part = bisect_right(self._firsts, source) - 1
        return self._parts[part][source - self._firsts[part]]

    def rows(self, keys: Sequence[str]) -> list[int | None]:
        """The row of each id; None where no document has it."""
        hashes = np.array([hashed(key) for key in keys], np.uint64)
        found: list[int | None] = [None] * len(keys)
        for part, ids in zip(self._across.parts, self._parts, strict=True):
            if not len(ids):
                continue
            places = np.searchsorted(part.arrays["ids.hashes"], hashes)
            local = part.arrays["ids.rows"][np.minimum(places, len(ids) - 1)]
            rows = part.rows[local].tolist()
            for n, (row, known) in enumerate(zip(rows, ids.at(local), strict=True)):
                if row < len(self) and known == keys[n]:
                    found[n] = row
        return found


def sources(across: Across) -> NDArray[np.uint32]:
    """See `Ids`."""
    found = np.empty(across.size + 1, np.uint32)
    first = 0
    for part in across.parts:
        found[part.rows] = np.arange(first, first + len(part.rows))
        first += len(part.rows)
    return found[: across.size]
