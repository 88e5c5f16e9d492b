"""`Table` on LMDB: one file, one writer at a time, any number of reading processes.

A physical key is `row NUL column`, and for history columns `row NUL column NUL ~version`, so
that the newest cell comes first; a value is its version (8 bytes) and the payload. Commits
are synced; a killed process leaves the last committed batch.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident
from typing import Any, cast

import lmdb

from ummid.errors import StoreError
from ummid.stores.table import HISTORY, Cell, Put, checked, checked_same_row

_MAP_SIZE = 1 << 40
"""Address space, not disk: the file grows with what is stored."""
_FIRST_PAGE, _LARGEST_PAGE = 64, 4096
_DROPPED_AT_ONCE = 50_000
_VERSION = struct.Struct(">q")
_DESCENDING = struct.Struct(">Q")
_TOP = (1 << 64) - 1
_PAST_HISTORY = b"\x01"
"""After a history column's name: sorts after every version of it."""


class LmdbTable:
    """See `Table`. `path` is a directory, made when missing unless `readonly`."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        if readonly and not (path / "data.mdb").exists():
            raise StoreError(
                f"there is no store in {path}; `ummid ingest --store {path} FEED…` makes one"
            )
        self.path = path
        self._open: tuple[int, lmdb.Transaction[Any]] | None = None
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._env = lmdb.open(
                str(path), map_size=_MAP_SIZE, readonly=readonly, max_readers=512, readahead=False
            )
            self._env.reader_check()  # a killed reader would keep old pages from being reused
        except (lmdb.Error, OSError) as error:
            raise StoreError(f"the store in {path} cannot be opened: {error}") from error

    def get(self, key: bytes, column: bytes, at: int | None = None) -> Cell | None:
        with self._reading() as txn:
            return _find(txn, key, column, at)

    def get_many(self, keys: Sequence[bytes], column: bytes) -> list[Cell | None]:
        with self._reading() as txn:
            if column.startswith(HISTORY):
                cursor = txn.cursor()
                return [_newest(cursor, key + b"\x00" + column + b"\x00", None) for key in keys]
            suffix = b"\x00" + column
            found = [txn.get(key + suffix) for key in keys]
            return [None if value is None else _cell(value) for value in found]

    def get_rows(self, keys: Sequence[bytes]) -> list[list[tuple[bytes, Cell]]]:
        with self._reading() as txn:
            cursor = txn.cursor()
            return [_row(cursor, key + b"\x00") for key in keys]

    def scan(
        self, prefix: bytes, start: bytes = b"", stop: bytes | None = None
    ) -> Iterator[tuple[bytes, bytes, Cell]]:
        position, size = max(prefix, start), _FIRST_PAGE
        while True:
            page, position = self._page(prefix, position, stop, size)
            yield from page
            if not position:
                return
            size = min(2 * size, _LARGEST_PAGE)

    def _page(
        self, prefix: bytes, position: bytes, stop: bytes | None, size: int
    ) -> tuple[list[tuple[bytes, bytes, Cell]], bytes]:
        """One read transaction's worth: a long scan never pins old pages of the file."""
        page: list[tuple[bytes, bytes, Cell]] = []
        with self._reading() as txn:
            cursor = txn.cursor()
            more = cursor.set_range(position)
            while more:
                physical = cursor.key()
                if not physical.startswith(prefix):
                    return page, b""
                key, column, *history = physical.split(b"\x00", 2)
                if stop is not None and key >= stop:
                    return page, b""
                if len(page) >= size:
                    return page, physical
                page.append((key, column, _cell(cursor.value())))
                if history:
                    more = cursor.set_range(key + b"\x00" + column + _PAST_HISTORY)
                else:
                    more = cursor.next()
        return page, b""

    def write(self, puts: Iterable[Put]) -> None:
        with self._writing() as txn:
            _put(txn, puts)

    def check_and_put(self, key: bytes, column: bytes, expected: bytes | None, put: Put) -> bool:
        checked_same_row(key, put)
        with self._writing() as txn:
            found = _find(txn, key, column)
            if (None if found is None else found.value) != expected:
                return False
            return _put(txn, [put])

    def drop(self, prefix: bytes) -> int:
        dropped = 0
        while True:
            batch = 0
            with self._writing() as txn:
                cursor = txn.cursor()
                more = cursor.set_range(prefix)
                while more and bytes(cursor.key()).startswith(prefix) and batch < _DROPPED_AT_ONCE:
                    more = cursor.delete()
                    batch += 1
            dropped += batch
            if batch < _DROPPED_AT_ONCE:
                return dropped

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction, synced once. Other writers wait until it ends, in any process."""
        if self._own() is not None:
            yield
            return
        with self._writing(buffers=False) as txn:
            self._open = get_ident(), txn
            try:
                yield
            finally:
                self._open = None

    def _own(self) -> "lmdb.Transaction[Any] | None":
        """The transaction that this thread has open."""
        found = self._open
        return found[1] if found is not None and found[0] == get_ident() else None

    def recover(self) -> int:
        """Nothing is ever left half done."""
        return 0

    def close(self) -> None:
        self._env.close()

    @contextmanager
    def _writing(self, *, buffers: bool = True) -> "Iterator[lmdb.Transaction[Any]]":
        try:
            if (own := self._own()) is not None:
                yield own
                return
            begun: lmdb.Transaction[Any] = (
                self._env.begin(write=True, buffers=True)
                if buffers
                else self._env.begin(write=True)
            )
            with begun as txn:
                yield txn
        except lmdb.Error as error:
            raise StoreError(
                f"writing to the store in {self.path} failed, nothing of the batch was kept: "
                f"{error}; check disk space and rights",
                retryable=True,
            ) from error

    def _reading(self) -> "_Reading":
        return _Reading(self)


class _Reading:
    """A read transaction. As a class, not a generator: a lookup spends as long in either as in
    the read itself, and this one takes a third."""

    __slots__ = ("_own", "_table", "_txn")

    def __init__(self, table: LmdbTable) -> None:
        self._table = table

    def __enter__(self) -> "lmdb.Transaction[bytes]":
        self._own = self._table._own() if self._table._open else None
        if self._own is not None:
            return self._own
        try:
            self._txn = self._table._env.begin()
        except lmdb.Error as error:
            raise self._failed(error) from error
        return self._txn

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._own is None:
            self._txn.abort()
        if isinstance(error, lmdb.Error):
            raise self._failed(error) from error

    def _failed(self, error: lmdb.Error) -> StoreError:
        return StoreError(
            f"reading the store in {self._table.path} failed: {error}", retryable=True
        )


def _cell(value: bytes | memoryview) -> Cell:
    return Cell(_VERSION.unpack_from(value)[0], bytes(value[8:]))


def _row(cursor: lmdb.Cursor, prefix: bytes) -> list[tuple[bytes, Cell]]:
    found: list[tuple[bytes, Cell]] = []
    if not cursor.set_range(prefix):
        return found
    lead, last = len(prefix), b""
    for physical, value in cast("Iterator[tuple[bytes, bytes]]", iter(cursor)):
        if not physical.startswith(prefix):
            break
        column = physical[lead:]
        if b"\x00" in column:  # a version of a history column, the newest first
            column = column[: column.index(b"\x00")]
            if column == last:
                continue
            last = column
        found.append((column, _cell(value)))
    return found


def _put(txn: "lmdb.Transaction[memoryview]", puts: Iterable[Put]) -> bool:
    """Writes what is not older than what is stored; whether that was all of it."""
    newest: dict[bytes, bytes] = {}  # by physical key, as stored: versions order as their bytes
    history: list[tuple[bytes, bytes]] = []
    for put in puts:
        key, column, version, value = checked(put)
        physical, stored = key + b"\x00" + column, _VERSION.pack(version) + value
        if column.startswith(HISTORY):
            history.append((physical + b"\x00" + _DESCENDING.pack(_TOP - version), stored))
        elif (other := newest.get(physical)) is None or other[:8] <= stored[:8]:
            newest[physical] = stored
    cursor, count = txn.cursor(), len(newest)
    for found, kept in cursor.getmulti(list(newest)):
        if bytes(kept[:8]) > newest[bytes(found)][:8]:
            del newest[bytes(found)]
    cursor.putmulti(sorted(newest.items()))
    cursor.putmulti(history)
    return len(newest) == count


def _find(
    txn: "lmdb.Transaction[Any]", key: bytes, column: bytes, at: int | None = None
) -> Cell | None:
    physical = key + b"\x00" + column
    if column.startswith(HISTORY):
        return _newest(txn.cursor(), physical + b"\x00", at)
    found = txn.get(physical)
    return None if found is None else _cell(found)


def _newest(cursor: "lmdb.Cursor[Any]", prefix: bytes, at: int | None) -> Cell | None:
    if at is not None and at < 0:
        return None
    start = prefix if at is None else prefix + _DESCENDING.pack(_TOP - at)
    if cursor.set_range(start) and bytes(cursor.key()).startswith(prefix):
        return _cell(cursor.value())
    return None
