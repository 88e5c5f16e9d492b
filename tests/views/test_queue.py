"""Work that waits survives the process that found it."""

from ummid.catalog.keys import stable_id
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Put
from ummid.views import keys, queue

IDS = [stable_id("record", str(number)) for number in range(300)]


def test_ids_wait_in_their_partition_until_everything_is_done(table: LmdbTable) -> None:
    table.write(queue.puts(keys.dirty, IDS, "run-1", "a0", 5))
    for partition in "0123456789abcdef":
        waiting = queue.waiting(table, keys.dirty_partition(partition))
        assert waiting == sorted(one for one in IDS if one.startswith(partition))
        assert queue.waiting(table, keys.affected_partition(partition)) == []
    queue.done(table)
    assert list(table.scan(b"")) == []


def test_what_several_batches_and_a_killed_run_left_is_found_once(table: LmdbTable) -> None:
    for run, part, ids in (
        ("run-1", "a0", ["a1", "a3"]),
        ("run-1", "a1", ["a2", "a1"]),
        ("run-2", "a0", ["a3", "b1"]),
    ):
        table.write(queue.puts(keys.affected, ids, run, part, 5))
    assert queue.waiting(table, keys.affected_partition("a")) == ["a1", "a2", "a3"]
    assert queue.waiting(table, keys.affected_partition("b")) == ["b1"]


def test_a_step_that_is_repeated_writes_the_same_rows() -> None:
    once = queue.puts(keys.dirty, ["a2", "a1", "b1"], "run-1", "a0", 5)
    again = queue.puts(keys.dirty, {"b1", "a1", "a2"}, "run-1", "a0", 5)
    assert once == again
    assert len(once) == 2
    assert queue.puts(keys.dirty, [], "run-1", "a0", 5) == []


def test_doing_the_work_leaves_everything_else(table: LmdbTable) -> None:
    table.write(
        [Put(keys.title("a1"), keys.BODY, 1, b"x"), Put(keys.run("r"), keys.REPORT, 1, b"x")]
    )
    table.write(queue.puts(keys.affected, ["a1"], "run-1", "a0", 5))
    queue.done(table)
    assert [key for key, _, _ in table.scan(b"")] == [keys.run("r"), keys.title("a1")]


def test_ids_wait_since_the_first_run_that_left_them(table: LmdbTable) -> None:
    table.write(queue.puts(keys.entered, ["a1", "a2"], "run-1", "a0", 5))
    table.write(queue.puts(keys.entered, ["a2", "a3"], "run-2", "a0", 9))
    assert queue.since(table, keys.entered_partition("a")) == {"a1": 5, "a2": 5, "a3": 9}
    queue.done(table)
    assert queue.since(table, keys.entered_partition("a")) == {}
