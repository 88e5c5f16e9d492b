"""`Table` on one Bigtable table. See docs/backends.md for what it asks of the service."""

import copy
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import islice

from google.cloud.bigtable.data import Row, SetCell
from google.cloud.bigtable.data.row_filters import (
    BlockAllFilter,
    ConditionalRowFilter,
    RowFilter,
    RowFilterUnion,
    StripValueTransformerFilter,
)

from ummid.errors import StoreError
from ummid.stores.bigtable import layout
from ummid.stores.bigtable.client import Deadlines, asking, connect, open_target
from ummid.stores.bigtable.journal import Journal
from ummid.stores.bigtable.layout import (
    HISTORIC,
    NEWEST,
    WORK,
    Layout,
    Versions,
    chain,
    logical,
)
from ummid.stores.bigtable.place import BigtablePlace
from ummid.stores.bigtable.reading import Reader, cell_of, columns
from ummid.stores.bigtable.writing import Entry, entries, not_sent, send, set_cell
from ummid.stores.table import (
    HISTORY,
    MAX_VERSION,
    Cell,
    Failure,
    PartlyWritten,
    Put,
    checked_same_row,
)

_AT_ONCE = 8
"""Requests of one table under way."""
_DROPPED_AT_ONCE = 10_000
_MARK = b"done-by"
_TRY_AGAIN = 0.05
_DEADLINES = Deadlines()


class BigtableTable:
    """See `Table`. `spread` are the beginnings of keys whose rows are spread over buckets, `last`
    of those that appear when the rest of their batch has.

    Safe for threads. Every request ends within its deadline, tries included; only what may be
    repeated is tried again. Raises StoreError, retryable where the service may recover.
    """

    def __init__(
        self,
        place: BigtablePlace,
        *,
        spread: Sequence[bytes] = (),
        last: Sequence[bytes] = (),
        readonly: bool = False,
        deadlines: Deadlines = _DEADLINES,
    ) -> None:
        self.place, self._deadlines, self._last = place, deadlines, tuple(last)
        self._readonly = readonly
        self._left: Callable[[], float] = lambda: deadlines.write
        self._layout = Layout(spread)
        self._client = connect(place)
        self._target = open_target(self._client, place, deadlines)
        self._journal = Journal(self._target)
        self._pool = ThreadPoolExecutor(_AT_ONCE, "bigtable")
        self._reader = Reader(self._target, self._pool, place, self._layout)

    def get(self, key: bytes, column: bytes, at: int | None = None) -> Cell | None:
        if at is not None and at < 0:
            return None
        known = Versions(0, at) if at is not None and column.startswith(HISTORY) else None
        row = self._reader.row(key, chain(layout.of_column(column), known, NEWEST))
        return cell_of(row.cells[0]) if row else None

    def get_many(self, keys: Sequence[bytes], column: bytes) -> list[Cell | None]:
        found = self._reader.rows(keys, chain(layout.of_column(column), NEWEST))
        return [cell_of(found[key].cells[0]) if key in found else None for key in keys]

    def get_rows(self, keys: Sequence[bytes]) -> list[list[tuple[bytes, Cell]]]:
        found = self._reader.rows(keys, NEWEST)
        return [columns(found.get(key)) for key in keys]

    def scan(
        self, prefix: bytes, start: bytes = b"", stop: bytes | None = None
    ) -> Iterator[tuple[bytes, bytes, Cell]]:
        key, one_row, column = prefix.partition(b"\x00")
        if one_row:
            if key >= start and (stop is None or key < stop):
                yield from self._columns(key, column)
            return
        first, last = max(prefix, start), layout.after(prefix)
        if stop is not None:
            last = min(last, stop) if last else stop
        if last and first >= last:
            return
        for found, row in self._reader.scan(first, last):
            for name, cell in columns(row):
                yield found, name, cell

    def _columns(self, key: bytes, prefix: bytes) -> Iterator[tuple[bytes, bytes, Cell]]:
        row = self._reader.row(key, chain(layout.of_columns(prefix), NEWEST))
        for name, cell in columns(row):
            if name.startswith(prefix):
                yield key, name, cell

    def write(self, puts: Iterable[Put]) -> None:
        whole = list(puts)
        batch = entries(whole, self._layout)
        if not batch:
            return
        with self._writing():
            journal = self._journal.open(whole) if len(batch) > 1 else None
            failed = self._send(batch)
        if journal and not any(one.retryable for one in failed):
            with suppress(StoreError), self._writing():  # else the next run finds nothing to do
                self._journal.close(journal)
        if failed:
            raise self._partly(failed, len(batch))

    def _send(self, batch: Sequence[Entry]) -> list[Failure]:
        """Sends what must come last only when all the rest was written."""
        last: list[Entry] = []
        rest: list[Entry] = []
        for entry in batch:
            tells = logical(entry.row).startswith(self._last)
            (last if tells else rest).append(entry)
        failed = self._sent(rest)
        if not failed:
            return self._sent(last)
        retryable = all(one.retryable for one in failed)
        return failed + [not_sent(entry, retryable) for entry in last]

    def _sent(self, batch: Sequence[Entry]) -> list[Failure]:
        return send(
            self._target, self._pool, batch, lambda: min(self._left(), self._deadlines.write)
        )

    def _partly(self, failed: Sequence[Failure], count: int) -> PartlyWritten:
        first = failed[0]
        return PartlyWritten(
            f"{len(failed):,} of {count:,} rows could not be written to {self.place}, the first "
            f"of them {first.key[:60]!r}: {first.reason}; write the batch again",
            failed,
        )

    def check_and_put(self, key: bytes, column: bytes, expected: bytes | None, put: Put) -> bool:
        checked_same_row(key, put)
        row, mark = self._layout.physical(key), uuid.uuid4().bytes
        until = time.monotonic() + self._deadlines.read
        tried = False
        while True:
            try:
                done = self._check_and_put(row, column, expected, put, mark)
            except StoreError as error:
                if not error.retryable or time.monotonic() >= until:
                    raise
                tried = True  # done or not: the mark tells once the service answers again
                time.sleep(_TRY_AGAIN)
            else:
                return done or (tried and self._mark(key) == mark)

    def _check_and_put(
        self, row: bytes, column: bytes, expected: bytes | None, put: Put, mark: bytes
    ) -> bool:
        mutations = [set_cell(put), SetCell(WORK, _MARK, mark, 0)]
        absent = expected is None
        with self._writing():
            matched = self._target.check_and_mutate_row(
                row,
                _predicate(column, expected, put),
                true_case_mutations=None if absent else mutations,
                false_case_mutations=mutations if absent else None,
            )
        return matched != absent

    def _mark(self, key: bytes) -> bytes | None:
        row = self._reader.row(key, NEWEST)
        cells = row.get_cells(WORK, _MARK) if row else []
        return cells[0].value if cells else None

    def drop(self, prefix: bytes) -> int:
        dropped = 0
        kept = StripValueTransformerFilter(True)
        for within in self._layout.ranges(prefix, layout.after(prefix)):
            stream = self._reader.stream(within, kept)
            while some := list(islice(stream, _DROPPED_AT_ONCE)):
                gone = [Entry(row.row_key) for _, row in some]
                with self._writing():
                    failed = self._sent(gone)
                if failed:
                    raise self._partly(failed, len(gone))
                dropped += sum(_count(row) for _, row in some)
        return dropped

    def together(self) -> AbstractContextManager[None]:
        """Every write is durable when its call returns."""
        return nullcontext()

    def recover(self) -> int:
        with self._writing():
            left = self._journal.pending()
            for journal in left:
                self._complete([put for part in self._journal.read(journal) for put in part])
                self._journal.close(journal)
        return len(left)

    def _complete(self, puts: Sequence[Put]) -> None:
        """Writes what is newer than what is there: it may have been written, and more since."""
        batch = entries(self._missing(puts), self._layout)
        failed = [one for one in self._send(batch) if one.retryable]
        if failed:
            raise self._partly(failed, len(batch))

    def _missing(self, puts: Sequence[Put]) -> Iterator[Put]:
        """Puts without a cell that is as new; in history, of the same version."""
        found = self._reader.rows([put.key for put in puts], StripValueTransformerFilter(True))
        stored: dict[tuple[bytes, bytes], set[int]] = {}
        for key, row in found.items():
            for cell in row.cells:
                versions = stored.setdefault((key, bytes(cell.qualifier)), set())
                versions.add(cell.timestamp_micros // 1000)
        for put in puts:
            there = stored.get((put.key, put.column), set())
            is_history = put.column.startswith(HISTORY)
            if put.version not in there and (is_history or max(there, default=-1) < put.version):
                yield put

    def fenced(self, left: Callable[[], float]) -> "BigtableTable":
        """The same table for who may write as long as `left` says, in seconds; it raises
        StoreError when that is over.
        """
        one = copy.copy(self)
        one._left = left
        return one

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._client.close()

    def _writing(self) -> AbstractContextManager[None]:
        if self._readonly:
            raise StoreError(f"writing to {self.place} failed: it was opened to be read only")
        try:
            self._left()
        except StoreError as error:
            raise StoreError(
                f"writing to {self.place} failed: {error}", retryable=error.retryable
            ) from error
        return asking(self.place, "writing to")


def _predicate(column: bytes, expected: bytes | None, put: Put) -> RowFilter:
    """A filter that finds something in the row where the put may be written; for a cell that is
    not expected to be there, where it may not.
    """
    there = layout.of_column(column)
    value = None if expected is None else layout.of_value(expected)
    is_history = put.column.startswith(HISTORY)
    if put.column == column:  # the usual case, by plain filters alone
        as_old = None if is_history or expected is None else Versions(0, put.version)
        return chain(there, NEWEST, value, as_old)
    same = chain(there, NEWEST, value)
    if is_history or put.version == MAX_VERSION:
        return same
    newer = chain(layout.of_column(put.column), Versions(put.version + 1))
    if expected is None:
        return RowFilterUnion([there, newer])
    return ConditionalRowFilter(newer, true_filter=BlockAllFilter(True), false_filter=same)


def _count(row: Row) -> int:
    """Cells of a row as the port counts them: old versions of current columns are none."""
    current = {c.qualifier for c in row.cells if c.family not in (HISTORIC, WORK)}
    return len(current) + sum(c.family == HISTORIC for c in row.cells)
