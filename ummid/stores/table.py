"""The `Table` port: sorted rows of versioned cells, as Bigtable has them.

A row is named by bytes; a cell by row, column and version (a time in epoch ms). A column's
family (what stands before its first `:`) says how many versions are kept: `h:` keeps every
version, any other family only the newest.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

HISTORY = b"h:"

MAX_KEY = 400
"""Bytes of row key and column together, neither of which holds a NUL: LMDB takes 511 in a
physical key, Bigtable 4,096."""


class Cell(NamedTuple):
    """`value` b"" is a tombstone: deleted at that version, and read as such."""

    version: int
    value: bytes


class Put(NamedTuple):
    """One cell to write."""

    key: bytes
    column: bytes
    version: int
    value: bytes


class Table(Protocol):
    """Delivery semantics: a write is durable when the call returns and may be repeated.

    A cell with a version older than the stored one is ignored (for history columns: filed
    where it belongs); an equal version overwrites. Several processes may read while one
    writes; a batch becomes visible as a whole.
    """

    def get(self, key: bytes, column: bytes, at: int | None = None) -> Cell | None:
        """The newest cell, or the newest with a version up to `at` (history columns)."""
        ...

    def get_many(self, keys: Sequence[bytes], column: bytes) -> list[Cell | None]:
        """The newest cell of each key, in the order asked."""
        ...

    def get_rows(self, keys: Sequence[bytes]) -> list[list[tuple[bytes, Cell]]]:
        """(column, newest cell) of every column of each row, in the order asked."""
        ...

    def scan(
        self, prefix: bytes, start: bytes = b"", stop: bytes | None = None
    ) -> Iterator[tuple[bytes, bytes, Cell]]:
        """(key, column, newest cell) of rows with the prefix, in order of key and column.

        `start` is inclusive and `stop` exclusive, both whole keys. A prefix of a whole key, NUL
        and the beginning of a column gives those columns of that one row. Tombstones are
        included. What is written while a scan runs may or may not be seen by it.
        """
        ...

    def write(self, puts: Iterable[Put]) -> None:
        """Upserts a batch of cells. Raises StoreError when nothing of it was written."""
        ...

    def check_and_put(self, key: bytes, column: bytes, expected: bytes | None, put: Put) -> bool:
        """Writes `put` if the newest value of (key, column) is `expected` (None: no cell).

        Says whether it did; a put older than the cell that is there is not written.
        """
        ...

    def drop(self, prefix: bytes) -> int:
        """Removes every cell under a prefix for good, and says how many. For scratch rows only:
        what has been published is deleted by a tombstone."""
        ...

    def close(self) -> None: ...
