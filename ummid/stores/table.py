"""The `Table` port: sorted rows of versioned cells, as Bigtable has them.

A row is named by bytes; a cell by row, column and version (a time in epoch ms). A column's
family (what stands before its first `:`) says how many versions are kept: `h:` keeps every
version, any other family only the newest.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from ummid.errors import StoreError

HISTORY = b"h:"

MAX_KEY = 400
"""Bytes of row key and column together, neither of which holds a NUL: LMDB takes 511 in a
physical key, Bigtable 4,096."""

MAX_VALUE = 64 << 20
"""Bytes of one value: Bigtable takes 100 MB and answers for whole rows."""

MAX_VERSION = (2**63 - 1) // 1000
"""Epoch ms; versions are not negative. Bigtable counts microseconds in 64 bits."""


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


def checked(put: Put) -> Put:
    """The put, if every adapter can hold it. Raises StoreError for what none may take."""
    key, column, version, value = put
    size = len(key) + len(column)
    if not key or size > MAX_KEY or b"\x00" in key or b"\x00" in column:
        raise StoreError(
            f"row key of {size} bytes {key[:60]!r}…: at most {MAX_KEY} bytes "
            "with its column, not empty, and no NUL; hash the long part"
        )
    if len(value) > MAX_VALUE:
        raise StoreError(
            f"value of {len(value):,} bytes in row {key[:60]!r}: at most {MAX_VALUE:,} "
            "bytes; store it in parts"
        )
    if not 0 <= version <= MAX_VERSION:
        raise StoreError(f"version {version} in row {key[:60]!r}: epoch ms from 0 to {MAX_VERSION}")
    return put


def may_hold(key: bytes) -> bool:
    """Whether there can be a row of that key: whoever asks may ask for anything."""
    return 0 < len(key) <= MAX_KEY and b"\x00" not in key


def checked_same_row(key: bytes, put: Put) -> Put:
    """As `checked`, of a put that depends on a cell of `key`."""
    if put.key != key:
        raise StoreError(
            f"a put to row {put.key[:60]!r} cannot depend on row {key[:60]!r}: "
            "only one row at a time is looked at and written as one"
        )
    return checked(put)


class Failure(NamedTuple):
    """A row of a batch that could not be written, and why."""

    key: bytes
    columns: tuple[bytes, ...]
    reason: str
    retryable: bool


class PartlyWritten(StoreError):
    """Some rows of a batch were written and `failures` were not.

    Where each of them may succeed later (`retryable`), the batch may be repeated, and is
    completed by the next `recover` if it is not.
    """

    def __init__(self, message: str, failures: Sequence[Failure] = ()) -> None:
        self.failures = tuple(failures)
        super().__init__(message, retryable=all(one.retryable for one in self.failures))

    def __reduce__(self) -> tuple[object, ...]:
        """So that it can be raised in a process and caught in another."""
        return type(self), (str(self), self.failures)


class Table(Protocol):
    """Delivery semantics: a write is durable when the call returns and may be repeated.

    A cell with a version older than the stored one is ignored (for history columns: filed
    where it belongs); an equal version overwrites. Several processes may read while one
    writes. A row's cells of one batch become visible together, and a batch whose writer is
    killed is there as a whole or not at all after `recover`. On LMDB a batch is also seen as a
    whole; on Bigtable its rows appear one by one.
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
        """Upserts a batch of cells.

        Raises StoreError when nothing of it was written, PartlyWritten when something was.
        """
        ...

    def check_and_put(self, key: bytes, column: bytes, expected: bytes | None, put: Put) -> bool:
        """Writes `put` if the newest value of (key, column) is `expected` (None: no cell).

        Says whether it did; a put older than the cell that is there is not written. `put` is
        of the same row, maybe of another column. StoreError says that it is not known.
        """
        ...

    def drop(self, prefix: bytes) -> int:
        """Removes every cell under a prefix for good, and says how many. For scratch rows only:
        what has been published is deleted by a tombstone."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Inside, this thread's writes may wait to become durable, and seen by others, together.

        They do so at its end; this thread sees them at once. An error that leaves it means that
        it is not known what was written: on LMDB nothing was. For a few thousand rows, and for
        who writes alone: others may have to wait.
        """
        ...

    def recover(self) -> int:
        """Completes batches of killed writers, and says how many. For who writes alone."""
        ...

    def close(self) -> None: ...
