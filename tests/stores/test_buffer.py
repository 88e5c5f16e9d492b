"""Buffered writes reach the table in large sorted batches, each as a whole."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ummid.errors import StoreError
from ummid.stores.buffer import BATCH, BATCH_BYTES, WriteBuffer
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Cell, Put

V = b"v:one"


class Recording(LmdbTable):
    """A table that remembers its batches, on a disk that may be full."""

    batches: list[list[Put]]
    full = False

    def write(self, puts: Iterable[Put]) -> None:
        if self.full:
            raise StoreError("no space")
        batch = list(puts)
        self.batches.append(batch)
        super().write(batch)


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Recording]:
    with closing(Recording(tmp_path)) as opened:
        opened.batches = []
        yield opened


def test_nothing_is_written_before_the_flush_and_all_of_it_sorted_by_it(table: Recording) -> None:
    buffer = WriteBuffer(table)
    buffer.add([Put(b"c", V, 1, b"3"), Put(b"a", V, 1, b"1")])
    buffer.add([])
    buffer.add(Put(key, V, 1, b"2") for key in [b"b"])
    assert table.batches == []
    buffer.flush()
    buffer.flush()
    assert [[put.key for put in batch] for batch in table.batches] == [[b"a", b"b", b"c"]]


def test_of_two_puts_of_one_version_to_one_cell_the_later_counts(table: Recording) -> None:
    buffer = WriteBuffer(table)
    buffer.add([Put(b"a", V, 1, b"z"), Put(b"b", V, 2, b"newest"), Put(b"b", V, 1, b"zz")])
    buffer.add([Put(b"a", V, 1, b"")])
    buffer.flush()
    assert table.get(b"a", V) == Cell(1, b"")
    assert table.get(b"b", V) == Cell(2, b"newest")


def test_puts_that_belong_together_are_never_parted(table: Recording) -> None:
    buffer = WriteBuffer(table)
    group = [Put(b"%06d" % n, V, 1, b"") for n in range(BATCH - 2)]
    buffer.add(group)
    assert table.batches == []
    buffer.add([Put(b"x", V, 1, b""), Put(b"y", V, 1, b"")])
    assert [len(batch) for batch in table.batches] == [BATCH]
    buffer.add([Put(b"z", V, 1, b"")])
    assert len(table.batches) == 1


def test_few_large_values_are_written_before_they_fill_memory(table: Recording) -> None:
    buffer = WriteBuffer(table)
    buffer.add([Put(b"a", V, 1, b"x" * (BATCH_BYTES - 1))])
    assert table.batches == []
    buffer.add([Put(b"b", V, 1, b"x")])
    buffer.add([Put(b"c", V, 1, b"x")])
    assert [len(batch) for batch in table.batches] == [2]


def test_a_write_that_fails_keeps_what_waits(table: Recording) -> None:
    buffer = WriteBuffer(table)
    buffer.add([Put(b"a", V, 1, b"x")])
    table.full = True
    with pytest.raises(StoreError):
        buffer.flush()
    table.full = False
    buffer.flush()
    assert table.get(b"a", V) == Cell(1, b"x")
