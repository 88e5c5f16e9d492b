"""A `VectorIndex` that lives in memory and compares with every vector: the exact answer."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ummid.search.filters import Restricted
from ummid.stores.vectors import EVERYTHING, Filter, Hit, Item


class Exact:
    """Filled once. Rows in the order of ids, so that of equal scores the smaller id is first."""

    def __init__(self, dimensions: int, items: Iterable[Item]) -> None:
        ordered = sorted(items, key=lambda item: item.id)
        self.dimensions = dimensions
        self._ids = [item.id for item in ordered]
        restricts = [item.restricts for item in ordered]
        self._restricted = Restricted(Restricted.arrays(restricts), len(restricts))
        self._vectors: NDArray[np.float32] = np.zeros((len(ordered), dimensions), np.float32)
        for row, item in enumerate(ordered):
            self._vectors[row] = item.vector

    def search(
        self,
        vector: NDArray[np.float32],
        count: int,
        within: Filter = EVERYTHING,
        per_crowd: int = 0,
    ) -> list[Hit]:
        if per_crowd:
            raise NotImplementedError("nothing measured here limits crowds")
        cosines = self._vectors @ vector
        rows = np.flatnonzero(self._restricted.mask(within))
        if len(rows) > count > 0:
            inside = cosines[rows]
            rows = rows[inside >= np.partition(inside, len(rows) - count)[len(rows) - count]]
        rows = rows[np.lexsort((rows, -cosines[rows]))[:count]]
        return [
            Hit(self._ids[row], score)
            for row, score in zip(rows, cosines[rows].tolist(), strict=True)
        ]

    def versions(self, ids: Sequence[str]) -> list[int | None]:
        known = set(self._ids)
        return [0 if one in known else None for one in ids]

    def upsert(self, items: Iterable[Item]) -> None:
        raise NotImplementedError("filled once, when it is made")

    def restrict(self, changes: object) -> list[str]:
        raise NotImplementedError("filled once, when it is made")

    def remove(self, removals: object) -> None:
        raise NotImplementedError("filled once, when it is made")

    def close(self) -> None:
        self._ids.clear()
