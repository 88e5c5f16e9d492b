"""Several parts of an index as one: their rows among all rows, and keys found in each of them."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from heapq import merge
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ummid.search.arrays import Arrays, Groups, Rows


class Placed(NamedTuple):
    """The arrays of a part, and where each of its rows is among all. Where that is `size`, one
    past the last, the row counts no more: its document was changed or removed.
    """

    arrays: Arrays
    rows: Rows


class Across:
    """Parts whose counting rows together are 0 to `size`, each once; in each part they rise."""

    def __init__(self, parts: Sequence[Placed], size: int) -> None:
        self.parts = tuple(parts)
        self.size = size

    @classmethod
    def one(cls, arrays: Arrays, size: int) -> "Across":
        return cls([Placed(arrays, np.arange(size, dtype=np.uint32))], size)

    def column(self, name: str, dtype: Any) -> NDArray[Any]:
        """What each part holds by row, by row among all."""
        found = np.empty(self.size + 1, dtype)
        for part in self.parts:
            found[part.rows] = part.arrays[name]
        return found[: self.size]


class Share:
    """What one part, of that number, has of the rows of keys."""

    def __init__(self, number: int, part: Placed, name: str, size: int) -> None:
        self.number, self.arrays = number, part.arrays
        self.groups = Groups(part.arrays, name)
        self.placed, self._size = part.rows, size
        last = int(self.placed[-1]) if len(self.placed) else -1
        self._all_count = not np.any(self.placed == size)
        self._alone = self._all_count and last == len(self.placed) - 1

    def rows(self, part: slice) -> Rows:
        """Rows among all; `size` for those that count no more."""
        own = self.groups.rows[part]
        return own if self._alone else self.placed[own]

    def counted(self, part: slice) -> int:
        """How many rows count."""
        if self._all_count:
            return int(part.stop) - int(part.start)
        return int(np.count_nonzero(self.rows(part) < self._size))

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """By key, how many rows count."""
        if not len(self.groups.keys):
            return np.zeros(0, np.int64)
        lives = (self.placed < self._size)[self.groups.rows]
        return np.add.reduceat(lives, self.groups.starts[:-1], dtype=np.int64)


class Spread:
    """Rows by key over all parts. No key has an empty list of rows in a part."""

    def __init__(self, across: Across, name: str) -> None:
        self.size = across.size
        self.shares = tuple(
            Share(number, part, name, across.size) for number, part in enumerate(across.parts)
        )

    def parts(self, key: str) -> Iterator[tuple[Share, slice]]:
        """Where each part has a key."""
        for share in self.shares:
            place = share.groups.keys.find(key)
            if place is not None:
                yield share, share.groups.part_at(place)

    def rows(self, key: str) -> list[int]:
        """The rows of a key that count, in order."""
        found = [share.rows(part) for share, part in self.parts(key)]
        return sorted(row for rows in found for row in rows.tolist() if row < self.size)

    def count(self, key: str) -> int:
        """How many rows of a key count."""
        places = ((share, share.groups.keys.find(key)) for share in self.shares)
        return sum(int(share.counts[place]) for share, place in places if place is not None)

    def begun(self, text: str) -> Iterator[tuple[str, Share, int]]:
        """Every key that begins with a text, in order; equal ones of several parts together."""
        return merge(*(_begun(share, text) for share in self.shares), key=lambda found: found[0])


def _begun(share: Share, text: str) -> Iterator[tuple[str, Share, int]]:
    keys = share.groups.keys
    for place in range(keys.first(text), len(keys)):
        if not (key := keys[place]).startswith(text):
            return
        yield key, share, place
