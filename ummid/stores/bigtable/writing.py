"""Writing batches: what is sent together, and what became of every row of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from typing import NamedTuple, cast

from google.cloud.bigtable.data import DeleteAllFromRow, RowMutationEntry, SetCell, Table
from google.cloud.bigtable.data.exceptions import MutationsExceptionGroup
from google.cloud.bigtable.data.mutations import Mutation
from google.cloud.bigtable_v2.types import MutateRowsRequest

from ummid.errors import StoreError
from ummid.stores.bigtable.client import in_words, is_passing
from ummid.stores.bigtable.layout import Layout, family, logical, micros
from ummid.stores.table import HISTORY, Failure, Put, checked

_ROWS, _CELLS, _BYTES = 1_000, 10_000, 4 << 20
"""What one request holds, of the 100,000 mutations and 256 MB that the service takes."""
_CELL_OVERHEAD = 32


class Entry(NamedTuple):
    """Cells of one row, which are written together, and about how many bytes they are. Without
    any the row is deleted.
    """

    row: bytes
    puts: Sequence[Put] = ()
    size: int = 0


def entries(puts: Iterable[Put], layout: Layout) -> list[Entry]:
    """A batch by row: of two puts to one cell, the newer, and of equals, the later one.

    Raises StoreError for a put that cannot be held; then nothing of it was written.
    """
    rows: dict[bytes, dict[tuple[bytes, int], Put]] = {}
    for put in puts:
        cells = rows.setdefault(checked(put).key, {})
        if put.column.startswith(HISTORY):
            cells[put.column, put.version] = put
        else:
            stored = cells.get((put.column, 0))
            if stored is None or stored.version <= put.version:
                cells[put.column, 0] = put
    return [
        entry
        for key, cells in sorted(rows.items())
        for entry in _parts(layout.physical(key), list(cells.values()))
    ]


def _parts(row: bytes, puts: list[Put]) -> Iterator[Entry]:
    """A row of very many cells is written in parts; any other one at once."""
    for start in range(0, len(puts), _CELLS):
        part = puts[start : start + _CELLS]
        size = sum(len(p.column) + len(p.value) + _CELL_OVERHEAD for p in part)
        yield Entry(row, part, len(row) + size)


class _Mutations(RowMutationEntry):
    """An entry of the client that is encoded directly: its own way takes as long again."""

    def _to_pb(self) -> MutateRowsRequest.Entry:
        message = MutateRowsRequest.Entry.pb()()
        message.row_key = self.row_key
        for mutation in self.mutations:
            if isinstance(mutation, SetCell):
                cell = message.mutations.add().set_cell
                cell.family_name, cell.column_qualifier = mutation.family, mutation.qualifier
                cell.timestamp_micros, cell.value = mutation.timestamp_micros, mutation.new_value
            else:
                message.mutations.add().delete_from_row.SetInParent()
        return cast("MutateRowsRequest.Entry", MutateRowsRequest.Entry.wrap(message))


def _mutations(entry: Entry) -> RowMutationEntry:
    if not entry.puts:
        return _Mutations(entry.row, DeleteAllFromRow())
    return _Mutations(entry.row, [set_cell(put) for put in entry.puts])


def set_cell(put: Put) -> Mutation:
    """Always with its version: the service's own clock would make a repetition a new cell."""
    return SetCell(family(put.column), put.column, put.value, micros(put.version))


def send(
    target: Table, pool: Executor, batch: Sequence[Entry], left: Callable[[], float]
) -> list[Failure]:
    """Sends entries in a few requests at once, each tried again for as many seconds as `left`
    gives when it begins; none any more once it raises StoreError.

    Gives the rows that were not written in the end, in order of key. All entries are
    idempotent: only what failed is sent again.
    """
    failed: list[Failure] = []
    requests = [pool.submit(_request, target, part, left) for part in _requests(batch)]
    for request in requests:
        failed += request.result()
    return sorted(failed)


def _requests(batch: Sequence[Entry]) -> Iterator[list[Entry]]:
    waiting: list[Entry] = []
    cells = size = 0
    for entry in batch:
        more = len(entry.puts)
        if waiting and (
            len(waiting) >= _ROWS or cells + more > _CELLS or size + entry.size > _BYTES
        ):
            yield waiting
            waiting, cells, size = [], 0, 0
        waiting.append(entry)
        cells, size = cells + more, size + entry.size
    if waiting:
        yield waiting


def _request(target: Table, part: list[Entry], left: Callable[[], float]) -> list[Failure]:
    try:
        seconds = left()
    except StoreError as error:  # it may be written by who comes next
        return [_about(_mutations(entry), str(error), True) for entry in part]
    try:
        target.bulk_mutate_rows(
            [_mutations(entry) for entry in part],
            operation_timeout=seconds,
            attempt_timeout=min(seconds, target.default_mutate_rows_attempt_timeout or seconds),
        )
    except MutationsExceptionGroup as group:
        return [_failure(error.entry, error.__cause__) for error in group.exceptions]
    return []


def not_sent(entry: Entry, retryable: bool) -> Failure:
    """Of a row that waits for others which could not be written."""
    return _about(_mutations(entry), "what it tells of was not written", retryable)


def _failure(entry: RowMutationEntry, cause: BaseException | None) -> Failure:
    return _about(entry, in_words(cause), is_passing(cause))


def _about(entry: RowMutationEntry, reason: str, retryable: bool) -> Failure:
    columns = tuple(m.qualifier for m in entry.mutations if isinstance(m, SetCell))
    return Failure(logical(entry.row_key), columns, reason, retryable)
