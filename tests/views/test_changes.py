"""The change feed: one serial per change, in order, reserved once."""

import subprocess
import sys
from pathlib import Path

import pytest

from ummid.errors import StoreError
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Put
from ummid.views import changes, keys
from ummid.views.changes import Change

LOST = [("lost", "updated", ())]
ROOT = Path(__file__).resolve().parents[2]


def publish(table: LmdbTable, *titles: str, at: int = 5) -> None:
    news = [(title, "updated", ("title",)) for title in titles]
    with changes.numbered(table, news, "run-1", at) as rows:
        table.write(rows)


def test_changes_are_numbered_from_one_in_the_order_given(table: LmdbTable) -> None:
    assert changes.last_serial(table) == 0
    assert list(changes.since(table, 0, 10)) == []
    publish(table, "b", "a")
    publish(table, "c", at=6)
    assert changes.last_serial(table) == 3
    assert list(changes.since(table, 0, 10)) == [
        Change(1, "b", "updated", 5, "run-1", ("title",)),
        Change(2, "a", "updated", 5, "run-1", ("title",)),
        Change(3, "c", "updated", 6, "run-1", ("title",)),
    ]


def test_a_page_begins_after_a_serial_and_has_an_end(table: LmdbTable) -> None:
    publish(table, *(f"t{number}" for number in range(1, 1001)))

    def page(serial: int, limit: int) -> list[int]:
        return [change.serial for change in changes.since(table, serial, limit)]

    assert page(0, 3) == [1, 2, 3]
    assert page(9, 2) == [10, 11]
    assert page(99, 2) == [100, 101]
    assert page(998, 5) == [999, 1000]
    assert page(1000, 5) == []
    assert page(0, 0) == []


def test_no_changes_take_no_serial(table: LmdbTable) -> None:
    with changes.numbered(table, [], "run-1", 5) as rows:
        assert rows == []
    assert changes.last_serial(table) == 0


def test_a_clock_that_runs_behind_takes_no_serial_twice(table: LmdbTable) -> None:
    publish(table, "a", at=100)
    publish(table, "b", "c", at=50)
    publish(table, "d", at=100)
    assert [c.title for c in changes.since(table, 0, 10)] == ["a", "b", "c", "d"]


def test_serials_that_were_reserved_and_never_written_leave_a_gap(table: LmdbTable) -> None:
    with pytest.raises(StoreError), changes.numbered(table, LOST, "run-1", 5):
        raise StoreError("the batch could not be written")
    publish(table, "a")
    changes.settle(table, 6)
    assert [(c.serial, c.title) for c in changes.since(table, 0, 10)] == [(2, "a")]
    assert changes.last_serial(table) == 2


def test_nothing_is_read_past_a_batch_that_another_is_still_to_write(table: LmdbTable) -> None:
    publish(table, "a")
    with changes.numbered(table, LOST, "run-1", 5) as late:
        publish(table, "c")
        assert [c.title for c in changes.since(table, 0, 10)] == ["a"]
        assert changes.last_serial(table) == 1
        table.write(late)
    assert [c.title for c in changes.since(table, 1, 10)] == ["lost", "c"]
    assert changes.last_serial(table) == 3


def test_a_store_from_before_batches_were_noted_is_read_on(table: LmdbTable) -> None:
    table.write([Put(keys.counter("serial"), keys.VALUE, 5, b"7")])
    assert changes.last_serial(table) == 7
    publish(table, "a")
    assert [c.serial for c in changes.since(table, 0, 10)] == [8]


RESERVE = """
import sys
from pathlib import Path
from ummid.stores.lmdb_table import LmdbTable
from ummid.views import changes
table = LmdbTable(Path(sys.argv[1]))
for number in range(50):
    news = [(f"{sys.argv[2]}-{number}-{part}", "updated", ()) for part in range(3)]
    with changes.numbered(table, news, sys.argv[2], int(sys.argv[3])) as rows:
        table.write(rows)
"""


def test_two_processes_never_share_a_serial(table: LmdbTable) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", RESERVE, str(table.path), name, known], cwd=ROOT)
        for name, known in (("one", "1000"), ("two", "999"))
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    found = list(changes.since(table, 0, 1000))
    assert [change.serial for change in found] == list(range(1, 301))
    assert len({change.title for change in found}) == 300
    for one in ("one", "two"):
        own = [change.title for change in found if change.run == one]
        assert own == [f"{one}-{number}-{part}" for number in range(50) for part in range(3)]
