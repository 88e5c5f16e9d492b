"""What is particular to the table on LMDB: its file, its processes, its errors."""

import os
import resource
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.stores.adapters import child
from ummid.errors import StoreError
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Cell, Put

V = b"v:one"

WRITE_FOR_EVER = """
for number in range(1, 1_000_000):
    keys = [b"w#%04d" % row for row in range(1000)]
    table.write([Put(key, b"v:one", number, b"%d" % number) for key in keys])
    table.write([Put(b"h#", b"h:one", number, b"x")])
    print(number, flush=True)
"""


def test_a_process_that_is_killed_while_writing_leaves_whole_batches(tmp_path: Path) -> None:
    with child("lmdb", tmp_path, WRITE_FOR_EVER) as writer:
        assert writer.stdout
        while int(writer.stdout.readline()) < 5:
            pass
        os.kill(writer.pid, signal.SIGKILL)
        last = max([5, *(int(line) for line in writer.stdout.read().split())])
    with closing(LmdbTable(tmp_path)) as table:
        cells = table.get_many([b"w#%04d" % row for row in range(1000)], V)
        versions = {cell.version for cell in cells if cell}
        assert len(cells) == 1000
        assert versions in ({last}, {last + 1})
        history = table.get(b"h#", b"h:one")
        assert history
        assert history.version in (last, last + 1)
        table.write([Put(b"w#0000", V, last + 2, b"and it goes on")])
        assert table.get(b"w#0000", V) == Cell(last + 2, b"and it goes on")


WRITE_BATCHES = """
print("ready", flush=True)
for number in range(1, 301):
    keys = [b"w#%03d" % row for row in range(100)]
    table.write([Put(key, b"v:one", number, b"%d" % number) for key in keys])
    if number == 150:
        print("half", flush=True)
        sys.stdin.readline()
print("done", flush=True)
sys.stdin.readline()
"""


def test_another_process_reads_whole_batches_while_one_writes(tmp_path: Path) -> None:
    keys = [b"w#%03d" % row for row in range(100)]
    with (
        closing(LmdbTable(tmp_path)) as table,
        child("lmdb", tmp_path, WRITE_BATCHES) as writer,
    ):
        assert writer.stdin
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
        for line, expected in (("half\n", b"150"), ("done\n", b"300")):
            while table.get(b"w#099", V) != Cell(int(expected), expected):
                assert len(set(table.get_many(keys, V))) == 1
                assert writer.poll() is None
            assert {cell.value for cell in table.get_many(keys, V) if cell} == {expected}
            assert writer.stdout.readline() == line
            writer.stdin.write("\n")
            writer.stdin.flush()
    assert writer.returncode == 0


def test_a_store_that_is_only_to_be_read_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "none"
    with pytest.raises(StoreError) as raised:
        LmdbTable(missing, readonly=True)
    assert str(raised.value) == (
        f"there is no store in {missing}; `ummid ingest --store {missing} FEED…` makes one"
    )
    assert not missing.exists()


def test_a_store_opened_for_reading_takes_no_writes(tmp_path: Path) -> None:
    LmdbTable(tmp_path / "deep" / "store").close()
    with closing(LmdbTable(tmp_path / "deep" / "store", readonly=True)) as table:
        for write in (
            lambda: table.write([Put(b"a", V, 1, b"x")]),
            lambda: table.check_and_put(b"a", V, None, Put(b"a", V, 1, b"x")),
            lambda: table.drop(b"a"),
        ):
            with pytest.raises(StoreError, match=r"writing to the store in .*store failed"):
                write()
        assert table.get(b"a", V) is None


def damaged(folder: Path) -> None:
    folder.mkdir()
    (folder / "data.mdb").write_bytes(b"no database" * 1000)


@pytest.mark.parametrize("make", [damaged, Path.touch, lambda p: p.symlink_to("/dev/null")])
def test_a_store_that_cannot_be_opened_says_where_and_why(tmp_path: Path, make: object) -> None:
    path = tmp_path / "store"
    make(path)  # type: ignore[operator]
    with pytest.raises(StoreError, match=f"the store in {path} cannot be opened: ."):
        LmdbTable(path)


def test_one_process_has_one_table_per_store(tmp_path: Path) -> None:
    with closing(LmdbTable(tmp_path)):
        with pytest.raises(StoreError, match=r"cannot be opened: .*already open"):
            LmdbTable(tmp_path)


@contextmanager
def limited_file_size(size: int) -> Iterator[None]:
    """As a full disk: files of this process cannot grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_write_that_does_not_fit_on_the_disk_leaves_what_was_there(tmp_path: Path) -> None:
    with closing(LmdbTable(tmp_path)) as table:
        table.write([Put(b"a", V, 1, b"x")])
        with limited_file_size(1_000_000):
            with pytest.raises(
                StoreError, match=r"nothing of the batch was kept: .*disk space"
            ) as e:
                table.write([Put(b"b#%d" % n, V, 1, b"x" * 1000) for n in range(5000)])
        assert e.value.retryable
        assert [key for key, _, _ in table.scan(b"")] == [b"a"]
        table.write([Put(b"b#%d" % n, V, 1, b"x" * 1000) for n in range(5000)])
        assert len(list(table.scan(b"b#"))) == 5000


def test_a_read_that_fails_says_so(tmp_path: Path) -> None:
    table = LmdbTable(tmp_path)
    table.close()
    for read in (
        lambda: table.get(b"a", V),
        lambda: table.get_many([b"a"], V),
        lambda: table.get_rows([b"a"]),
        lambda: list(table.scan(b"a")),
    ):
        with pytest.raises(StoreError, match=f"reading the store in {tmp_path} failed: ."):
            read()


IDLE = """
print("open", flush=True)
sys.stdin.readline()
"""

READ = """
txn = table._env.begin()
print("reading", flush=True)
sys.stdin.readline()
"""


def test_a_reader_that_was_killed_does_not_make_the_file_grow_for_ever(tmp_path: Path) -> None:
    rows = [b"r#%03d" % number for number in range(500)]

    def rewrite(table: LmdbTable, version: int) -> None:
        table.write([Put(row, V, version, b"%04d" % version * 250) for row in rows])

    with closing(LmdbTable(tmp_path)) as table:
        rewrite(table, 1)
    with child("lmdb", tmp_path, IDLE) as server, child("lmdb", tmp_path, READ) as reader:
        assert server.stdout
        assert reader.stdout
        assert server.stdout.readline() == "open\n"
        assert reader.stdout.readline() == "reading\n"
        reader.kill()
        reader.wait()
        with closing(LmdbTable(tmp_path)) as table:
            for version in range(2, 6):
                rewrite(table, version)
            settled = (tmp_path / "data.mdb").stat().st_size
            for version in range(6, 30):
                rewrite(table, version)
        assert (tmp_path / "data.mdb").stat().st_size <= 1.5 * settled
        server.communicate("\n")


def test_of_what_is_written_together_others_see_all_or_nothing(tmp_path: Path) -> None:
    with closing(LmdbTable(tmp_path)) as table, ThreadPoolExecutor(1) as other:
        with table.together():
            table.write([Put(b"a", b"v:x", 1, b"1")])
            assert other.submit(table.get, b"a", b"v:x").result() is None
            table.write([Put(b"b", b"v:x", 1, b"2")])
        assert len(other.submit(lambda: list(table.scan(b""))).result()) == 2


def test_of_what_was_to_be_written_together_an_error_leaves_nothing(tmp_path: Path) -> None:
    with closing(LmdbTable(tmp_path)) as table:
        with suppress(StoreError), table.together():
            table.write([Put(b"a", b"v:x", 1, b"1")])
            table.write([Put(b"", b"v:x", 1, b"2")])
        assert list(table.scan(b"")) == []
        table.write([Put(b"a", b"v:x", 1, b"1")])
        assert len(list(table.scan(b""))) == 1
