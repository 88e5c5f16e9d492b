"""The rows of the journal in memory, searched one by one."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ummid.stores.mapped.columns import decode
from ummid.stores.mapped.kernels import Floats, Rows, cosines, dots
from ummid.stores.mapped.matching import satisfies
from ummid.stores.mapped.source import Taken
from ummid.stores.vectors import Filter, Restricts

_FEW = 512


class Recent:
    """Grows only at its end, so that a view of what was there stays true while it grows."""

    def __init__(self, dimensions: int) -> None:
        self.ids: list[str] = []
        self.versions: list[int] = []
        self.crowds: list[int] = []
        self.restricts: list[bytes] = []
        self.row_of: dict[str, int] = {}
        self.vectors: Floats = np.empty((_FEW, dimensions), np.float32)
        self._dead: NDArray[np.bool_] = np.zeros(_FEW, np.bool_)
        self._decoded: list[Restricts] = []

    def add(self, name: str, version: int, crowd: int, restricts: bytes, vector: Floats) -> None:
        """Takes the place of an earlier row of that id."""
        self.drop(name)
        row = len(self.ids)
        if row == len(self.vectors):
            self.vectors = np.concatenate([self.vectors, np.empty_like(self.vectors)])
            self._dead = np.concatenate([self._dead, np.zeros_like(self._dead)])
        self.vectors[row] = vector
        self.ids.append(name)
        self.versions.append(version)
        self.crowds.append(crowd)
        self.restricts.append(restricts)
        self._decoded.append(decode(restricts))
        self.row_of[name] = row

    def drop(self, name: str) -> None:
        row = self.row_of.pop(name, None)
        if row is not None:
            self._dead[row] = True

    def view(self) -> "RecentView":
        size = len(self.ids)
        return RecentView(
            self.ids, self.crowds, self._decoded, self.vectors[:size], ~self._dead[:size]
        )

    def taken(self) -> Taken:
        """What counts, as the source of a segment."""
        rows = sorted(self.row_of.values())
        whole = Taken(
            self.ids,
            np.array(self.versions, np.int64),
            np.array(self.crowds, np.uint64),
            self.restricts,
            self.vectors,
        )
        return whole.part(np.array(rows, np.int64))


class RecentView(NamedTuple):
    ids: list[str]
    crowds: list[int]
    restricts: list[Restricts]
    vectors: Floats
    alive: NDArray[np.bool_]

    def search(self, vector: Floats, within: Filter) -> Iterator[tuple[float, int]]:
        """(score, row) of those that satisfy the filter, the highest scores first; restricts are
        only looked at as far as it is read.
        """
        rows: Rows = np.flatnonzero(self.alive)
        if not len(rows):
            return
        near = dots(self.vectors, vector)[rows]
        order = np.argsort(-near, kind="stable")
        for start in range(0, len(order), _FEW):
            part = rows[order[start : start + _FEW]]
            scores = cosines(self.vectors, part, vector)
            for place in np.argsort(-scores, kind="stable"):
                row = int(part[place])
                if satisfies(self.restricts[row], within):
                    yield float(scores[place]), row
