"""The journal: a batch of several rows is written down first, so that it is done as a whole.

Bigtable writes one row at a time. Steps tell what is left to do by what they find (a title whose
body is right is not published again), so that half a batch of a killed writer would stay half
for ever. The next run completes it instead, and never over a cell that is as new already.
"""

import uuid
from collections.abc import Iterator, Sequence

import msgspec
import zstandard
from google.cloud.bigtable.data import (
    DeleteAllFromRow,
    ReadRowsQuery,
    Row,
    RowRange,
    SetCell,
    Table,
)
from google.cloud.bigtable.data.mutations import Mutation

from ummid.stores.bigtable.layout import JOURNAL, NEWEST, WORK, after
from ummid.stores.table import Put

_CELL = 2 << 20
"""Bytes of puts in one cell, before they are packed: the emulator's answers stay below 4 MB."""
_COUNT = b"count"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[bytes, bytes, int, bytes]]).decode


class Journal:
    """Batches that are being written, one row each."""

    def __init__(self, target: Table) -> None:
        self._target = target

    def open(self, puts: Sequence[Put]) -> bytes:
        """Writes a batch down; its row. It counts once its last cell is there."""
        row = JOURNAL + uuid.uuid4().hex.encode()
        parts = list(_parts(puts))
        for number, part in enumerate(parts):
            cells: list[Mutation] = [_cell(b"%06d" % number, zstandard.compress(_encode(part), 1))]
            if number == len(parts) - 1:
                cells.append(_cell(_COUNT, b"%d" % len(parts)))
            self._target.mutate_row(row, cells)
        return row

    def close(self, row: bytes) -> None:
        self._target.mutate_row(row, DeleteAllFromRow())

    def pending(self) -> list[bytes]:
        """The batches that were written down and not ended."""
        whole = RowRange(JOURNAL, after(JOURNAL))
        only = ReadRowsQuery(row_ranges=[whole], row_filter=NEWEST)
        return [row.row_key for row in self._target.read_rows(only)]

    def read(self, row: bytes) -> Iterator[list[Put]]:
        """A batch in parts; nothing of one that was not written down to its end."""
        found = self._target.read_row(row, row_filter=NEWEST)
        parts = _whole(found) if found else []
        for part in parts:
            yield [Put(*one) for one in _decode(zstandard.decompress(part))]


def _parts(puts: Sequence[Put]) -> Iterator[list[Put]]:
    part: list[Put] = []
    size = 0
    for put in puts:
        part.append(put)
        size += len(put.key) + len(put.column) + len(put.value)
        if size >= _CELL:
            yield part
            part, size = [], 0
    if part:
        yield part


def _cell(qualifier: bytes, value: bytes) -> SetCell:
    return SetCell(WORK, qualifier, value, 0)


def _whole(row: Row) -> list[bytes]:
    cells = {cell.qualifier: cell.value for cell in row.cells}
    count = int(cells.pop(_COUNT, b"0"))
    return [cells[name] for name in sorted(cells)] if len(cells) == count else []
