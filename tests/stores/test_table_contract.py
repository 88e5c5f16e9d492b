"""What every adapter of the `Table` port promises: the same tests, the same answers."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.stores.adapters import ADAPTERS, child
from ummid.errors import StoreError
from ummid.stores.table import MAX_KEY, MAX_VALUE, MAX_VERSION, Cell, Put, Table

V, H = b"v:one", b"h:one"


def values(found: Sequence[Cell | None]) -> list[bytes | None]:
    return [cell.value if cell else None for cell in found]


def test_what_was_never_written_is_none(table: Table) -> None:
    assert table.get(b"a", V) is None
    assert table.get(b"a", H) is None
    assert table.get(b"a", H, at=10) is None
    assert table.get_many([b"a", b"b"], V) == [None, None]
    assert table.get_many([], V) == []
    assert table.get_rows([b"a"]) == [[]]
    assert list(table.scan(b"")) == []


def test_a_cell_is_read_as_it_was_written(table: Table) -> None:
    binary = bytes(range(256))
    table.write([Put(b"a", V, 7, binary), Put(b"a", H, 8, b"h"), Put(b"\xff\xfe", V, 9, b"x")])
    assert table.get(b"a", V) == Cell(7, binary)
    assert table.get(b"a", H) == Cell(8, b"h")
    assert table.get(b"\xff\xfe", V) == Cell(9, b"x")
    assert table.get(b"a", b"v:on") is None
    assert table.get(b"a", b"v:one ") is None


@pytest.mark.parametrize("column", [V, H])
@pytest.mark.parametrize(
    ("written", "newest"),
    [
        ([(1, b"old"), (2, b"new")], Cell(2, b"new")),
        ([(2, b"new"), (1, b"old")], Cell(2, b"new")),
        ([(1, b"first"), (1, b"again")], Cell(1, b"again")),
        ([(1, b"here"), (2, b"")], Cell(2, b"")),
        ([(2, b""), (1, b"late")], Cell(2, b"")),
        ([(0, b"at the epoch")], Cell(0, b"at the epoch")),
        ([(1_700_000_000_000, b"a"), (1_700_000_000_001, b"b")], Cell(1_700_000_000_001, b"b")),
    ],
)
def test_the_newest_version_counts_whatever_the_order_and_an_equal_one_overwrites(
    table: Table, column: bytes, written: list[tuple[int, bytes]], newest: Cell
) -> None:
    for version, value in written:
        table.write([Put(b"a", column, version, value)])
    table.write([Put(b"b", column, version, value) for version, value in written])
    for key in (b"a", b"b"):
        assert table.get(key, column) == newest
    assert table.get_many([b"b", b"a"], column) == [newest, newest]
    assert table.get_rows([b"a"]) == [[(column, newest)]]
    assert list(table.scan(b"a")) == [(b"a", column, newest)]


@pytest.mark.parametrize(
    ("at", "known"),
    [
        (9, None),
        (-1, None),
        (10, b"ten"),
        (19, b"ten"),
        (20, b""),
        (30, b"thirty"),
        (99, b"thirty"),
    ],
)
def test_a_history_column_answers_as_of_any_time(
    table: Table, at: int, known: bytes | None
) -> None:
    for version, value in [(20, b""), (30, b"thirty"), (10, b"wrong"), (10, b"ten")]:
        table.write([Put(b"a", H, version, value)])
    table.write([Put(b"a", b"h:on", 1, b"other column"), Put(b"b", H, 1, b"other row")])
    assert values([table.get(b"a", H, at)]) == [known]


def test_rows_and_keys_are_answered_in_the_order_asked_as_often_as_asked(table: Table) -> None:
    table.write([Put(b"a", V, 1, b"1"), Put(b"c", V, 1, b"3"), Put(b"c", b"h:x", 1, b"4")])
    assert values(table.get_many([b"c", b"b", b"a", b"c"], V)) == [b"3", None, b"1", b"3"]
    assert table.get_rows([b"c", b"b", b"c"]) == [
        [(b"h:x", Cell(1, b"4")), (V, Cell(1, b"3"))],
        [],
        [(b"h:x", Cell(1, b"4")), (V, Cell(1, b"3"))],
    ]


def test_a_row_shows_the_newest_cell_of_each_column(table: Table) -> None:
    versions = range(1_700_000_000_000, 1_700_000_000_050)
    table.write([Put(b"a", H, v, b"%d" % v) for v in versions])
    table.write([Put(b"a", b"h:two", v, b"2") for v in versions])
    table.write([Put(b"a", V, 5, b""), Put(b"a!", V, 5, b"another row")])
    newest = versions[-1]
    expected = [
        (H, Cell(newest, b"%d" % newest)),
        (b"h:two", Cell(newest, b"2")),
        (V, Cell(5, b"")),
    ]
    assert table.get_rows([b"a"]) == [expected]
    assert list(table.scan(b"a")) == [
        *((b"a", column, cell) for column, cell in expected),
        (b"a!", V, Cell(5, b"another row")),
    ]


SCANNED = (b"a", b"a#1", b"a#2", b"a#20", b"a#3", b"b#1")


@pytest.mark.parametrize(
    ("prefix", "start", "stop", "keys"),
    [
        (b"", b"", None, SCANNED),
        (b"a", b"", None, SCANNED[:5]),
        (b"a#", b"", None, SCANNED[1:5]),
        (b"a#2", b"", None, (b"a#2", b"a#20")),
        (b"a#", b"a#2", None, (b"a#2", b"a#20", b"a#3")),
        (b"a#", b"a#21", None, (b"a#3",)),
        (b"a#", b"", b"a#20", (b"a#1", b"a#2")),
        (b"a#", b"a#2", b"a#3", (b"a#2", b"a#20")),
        (b"a#", b"a#2", b"a#2", ()),
        (b"a#", b"a", b"z", SCANNED[1:5]),
        (b"a#", b"b", None, ()),
        (b"c", b"", None, ()),
        (b"a#2\x00", b"", None, (b"a#2",)),
        (b"a#2\x00v:o", b"", None, (b"a#2",)),
        (b"a#2\x00v:x", b"", None, ()),
    ],
)
def test_a_scan_gives_the_rows_between_start_and_stop_in_order(
    table: Table, prefix: bytes, start: bytes, stop: bytes | None, keys: tuple[bytes, ...]
) -> None:
    table.write([Put(key, V, 1, key) for key in reversed(SCANNED)])
    assert [key for key, _, _ in table.scan(prefix, start, stop)] == list(keys)


def test_a_long_scan_gives_every_row_once_while_others_are_written(table: Table) -> None:
    keys = [b"s#%06d" % number for number in range(12_000)]
    table.write([Put(key, V, 1, key) for key in keys])
    table.write([Put(key, H, v, b"%d" % v) for key in keys[::100] for v in (1, 2, 3)])
    seen = []
    for number, (key, column, cell) in enumerate(table.scan(b"s#")):
        seen.append((key, column, cell))
        if number % 3000 == 0:
            table.write([Put(key + b"!", V, 1, b"new"), Put(b"t#%d" % number, V, 1, b"beyond")])
    expected = [(key, V, Cell(1, key)) for key in keys]
    expected += [(key, H, Cell(3, b"3")) for key in keys[::100]]
    assert [one for one in seen if not one[0].endswith(b"!")] == sorted(expected)
    assert len(list(table.scan(b"s#", b"s#005000", b"s#011000"))) >= 6000


def test_a_scan_that_is_left_early_holds_nothing(table: Table) -> None:
    table.write([Put(b"s#%d" % number, V, 1, b"x") for number in range(500)])
    scan = table.scan(b"s#")
    assert next(scan)[0] == b"s#0"
    table.write([Put(b"s#0", V, 2, b"y")])
    assert table.drop(b"s#") == 500
    assert list(table.scan(b"s#")) == []


BAD_PUTS = [
    Put(b"k" * MAX_KEY, V, 1, b"x"),
    Put(b"k", b"v:" + b"c" * MAX_KEY, 1, b"x"),
    Put(b"k" * MAX_KEY, H, 1, b"x"),
    Put(b"k\x00k", V, 1, b"x"),
    Put(b"k", b"v:\x00", 1, b"x"),
    Put(b"", V, 1, b"x"),
    Put(b"k", V, 1, bytes(MAX_VALUE + 1)),
    Put(b"k", V, -1, b"x"),
    Put(b"k", H, -1, b"x"),
    Put(b"k", V, MAX_VERSION + 1, b"x"),
]
REASONS = [rf"row key of .* at most {MAX_KEY} bytes"] * 6 + [
    rf"value of {MAX_VALUE + 1:,} bytes in row b'k': at most {MAX_VALUE:,}",
    rf"version -1 in row b'k': epoch ms from 0 to {MAX_VERSION}",
    rf"version -1 in row b'k': epoch ms from 0 to {MAX_VERSION}",
    rf"version {MAX_VERSION + 1} in row",
]


@pytest.mark.parametrize(
    ("bad", "reason"), list(zip(BAD_PUTS, REASONS, strict=True)), ids=range(len(BAD_PUTS))
)
def test_a_bad_put_leaves_nothing_of_its_batch_and_says_why(
    table: Table, bad: Put, reason: str
) -> None:
    table.write([Put(b"kept", V, 1, b"before")])
    with pytest.raises(StoreError, match=reason) as raised:
        table.write(
            [Put(b"a", V, 1, b"x"), Put(b"kept", V, 2, b"after"), bad, Put(b"b", V, 1, b"")]
        )
    assert not raised.value.retryable
    assert list(table.scan(b"")) == [(b"kept", V, Cell(1, b"before"))]


@pytest.mark.parametrize("column", [V, H])
def test_versions_reach_from_the_epoch_to_the_last_one(table: Table, column: bytes) -> None:
    table.write(
        [
            Put(b"a", column, MAX_VERSION, b"last"),
            Put(b"a", column, 0, b"first"),
            Put(b"a", column, MAX_VERSION - 1, b""),
        ]
    )
    assert table.get(b"a", column) == Cell(MAX_VERSION, b"last")
    if column == H:
        assert table.get(b"a", column, MAX_VERSION) == Cell(MAX_VERSION, b"last")
        assert table.get(b"a", column, MAX_VERSION + 1) == Cell(MAX_VERSION, b"last")
        assert table.get(b"a", column, MAX_VERSION - 1) == Cell(MAX_VERSION - 1, b"")
        assert table.get(b"a", column, 1) == Cell(0, b"first")
    last = Put(b"a", column, MAX_VERSION, b"again")
    assert table.check_and_put(b"a", column, b"last", last)


def test_a_large_value_and_a_row_of_very_many_cells_are_read_as_written(table: Table) -> None:
    large = bytes(range(256)) * (3 << 12)  # 3 MiB
    many = [Put(b"wide", b"m:%06d" % n, 1, b"%d" % n) for n in range(25_000)]
    table.write([*many, Put(b"large", V, 1, large), Put(b"large", b"v:two", 1, large[::-1])])
    assert table.get(b"large", V) == Cell(1, large)
    (row,) = table.get_rows([b"wide"])
    assert row == [(put.column, Cell(1, put.value)) for put in many]
    assert len(list(table.scan(b"wide\x00m:0243"))) == 100


TEXTS = ["é", "e\u0301", "天", "天使", "\U0001f3ac", "ÿ", "a b", "%00", "/"]


def test_keys_and_columns_of_any_text_are_kept_apart_and_sorted_by_their_bytes(
    table: Table,
) -> None:
    names = sorted(text.encode() for text in TEXTS)
    table.write([Put(b"x#" + a, b"v:" + b, 1, a + b) for a in names for b in names])
    assert list(table.scan(b"x#")) == [
        (b"x#" + a, b"v:" + b, Cell(1, a + b)) for a in names for b in names
    ]
    for name in names:
        assert {key for key, _, _ in table.scan(b"x#" + name) if key == b"x#" + name}
        assert values(table.get_many([b"x#" + name], b"v:" + name)) == [name + name]


EDGES = [b"\x01", b"\xfe", b"\xfe\xff", b"\xff", b"\xff\x01", b"\xff\xff", b"\xff\xff\xff"]


@pytest.mark.parametrize("lead", [b"", b"s#", b"p#"])
def test_prefixes_at_the_end_of_the_bytes_find_what_begins_with_them(
    table: Table, lead: bytes
) -> None:
    table.write([Put(lead + key, V, 1, b"") for key in EDGES])
    for prefix in EDGES:
        found = [key.removeprefix(lead) for key, _, _ in table.scan(lead + prefix)]
        assert found == [key for key in EDGES if key.startswith(prefix)]
        stop = [key for key, _, _ in table.scan(lead, lead + prefix, lead + b"\xff\xff")]
        assert stop == [lead + key for key in EDGES if prefix <= key < b"\xff\xff"]
    assert table.drop(lead + b"\xff") == 4
    assert [key for key, _, _ in table.scan(lead)] == [lead + key for key in EDGES[:3]]


def test_a_row_of_many_columns_is_scanned_by_how_they_begin(table: Table) -> None:
    columns = [b"g:1", b"h:1", b"h:11", b"h:2", b"i:1", b"v:1"]
    table.write([Put(b"a", column, 1, b"x") for column in columns])
    for prefix in (b"", b"g", b"h", b"h:", b"h:1", b"h:11", b"i:", b"v:1", b"v:2", b"\xff"):
        found = [column for _, column, _ in table.scan(b"a\x00" + prefix)]
        assert found == [column for column in columns if column.startswith(prefix)]
    assert list(table.scan(b"a\x00v:", start=b"b")) == []
    assert list(table.scan(b"a\x00v:", stop=b"a")) == []
    assert [c for _, c, _ in table.scan(b"a\x00v:", start=b"a", stop=b"b")] == [b"v:1"]
    assert list(table.scan(b"none\x00v:")) == []


def test_a_batch_that_cannot_be_made_leaves_nothing(table: Table) -> None:
    def broken() -> Iterator[Put]:
        yield Put(b"a", V, 1, b"x")
        raise LookupError

    with pytest.raises(LookupError):
        table.write(broken())
    table.write([])
    assert list(table.scan(b"")) == []


@pytest.mark.parametrize("column", [V, H])
def test_the_longest_key_is_written_and_a_longer_one_holds_nothing(
    table: Table, column: bytes
) -> None:
    longest = b"\xff" * (MAX_KEY - len(column))
    table.write([Put(longest, column, 1, b"x")])
    assert table.get(longest, column) == Cell(1, b"x")
    assert [key for key, _, _ in table.scan(longest[:-1])] == [longest]
    assert table.get(longest + b"\xff" * 1000, column) is None
    for none in (b"\xff" * 5000, b"", longest[:9] + b"\x00" + longest[9:]):
        assert table.get(none, column) is None
        assert table.get_many([none, longest], column) == [None, Cell(1, b"x")]
        assert table.get_rows([none]) == [[]]
    with pytest.raises(StoreError, match=f"row key of {MAX_KEY + 1} bytes"):
        table.write([Put(longest + b"\xff", column, 1, b"x")])


@pytest.mark.parametrize("column", [V, H])
def test_check_and_put_writes_only_over_what_is_expected(table: Table, column: bytes) -> None:
    def attempt(expected: bytes | None, version: int, value: bytes) -> tuple[bool, bytes | None]:
        done = table.check_and_put(b"a", column, expected, Put(b"a", column, version, value))
        (now,) = values([table.get(b"a", column)])
        return done, now

    assert attempt(b"", 1, b"no") == (False, None)
    assert attempt(None, 1, b"one") == (True, b"one")
    assert attempt(None, 2, b"no") == (False, b"one")
    assert attempt(b"two", 2, b"no") == (False, b"one")
    assert attempt(b"one", 1, b"same version") == (True, b"same version")
    assert attempt(b"same version", 2, b"") == (True, b"")
    assert attempt(None, 3, b"a tombstone is a cell") == (False, b"")
    assert attempt(b"", 3, b"back") == (True, b"back")


def test_check_and_put_says_so_when_a_newer_cell_keeps_its_place(table: Table) -> None:
    table.write([Put(b"a", V, 5, b"five")])
    assert not table.check_and_put(b"a", V, b"five", Put(b"a", V, 4, b"four"))
    assert table.get(b"a", V) == Cell(5, b"five")


def test_check_and_put_may_look_at_one_cell_of_a_row_and_write_another(table: Table) -> None:
    table.write([Put(b"row", V, 1, b"free"), Put(b"row", b"v:two", 5, b"five")])
    assert table.check_and_put(b"row", V, b"free", Put(b"row", H, 1, b"x"))
    assert not table.check_and_put(b"row", V, b"taken", Put(b"row", H, 1, b"y"))
    assert not table.check_and_put(b"row", V, b"free", Put(b"row", b"v:two", 4, b"older"))
    assert table.check_and_put(b"row", V, b"free", Put(b"row", b"v:two", 5, b"as old"))
    assert not table.check_and_put(b"row", b"v:none", None, Put(b"row", b"v:two", 4, b"older"))
    assert table.check_and_put(b"row", b"v:none", None, Put(b"row", b"v:two", 6, b"newer"))
    assert [cell for _, _, cell in table.scan(b"row")] == [
        Cell(1, b"x"),
        Cell(1, b"free"),
        Cell(6, b"newer"),
    ]


def test_check_and_put_files_an_older_version_where_history_is_kept(table: Table) -> None:
    table.write([Put(b"a", H, 5, b"five")])
    assert table.check_and_put(b"a", H, b"five", Put(b"a", H, 4, b"four"))
    assert table.get(b"a", H) == Cell(5, b"five")
    assert table.get(b"a", H, at=4) == Cell(4, b"four")


BINARY = [bytes(range(256)), b"\x00", b"\n", b".*", b"\xff" * 50, "Amélie – 天使".encode()]


@pytest.mark.parametrize("value", BINARY, ids=range(len(BINARY)))
def test_check_and_put_compares_bytes_and_no_pattern(table: Table, value: bytes) -> None:
    table.write([Put(b"a", V, 1, value)])
    for other in (value + b"x", value[:-1], b".*", b".", b""):
        if other != value:
            assert not table.check_and_put(b"a", V, other, Put(b"a", V, 2, b"no"))
    assert table.check_and_put(b"a", V, value, Put(b"a", V, 2, b"yes"))


def test_check_and_put_looks_at_one_row_and_writes_to_no_other(table: Table) -> None:
    table.write([Put(b"lock", V, 1, b"free")])
    with pytest.raises(StoreError, match="cannot depend on row"):
        table.check_and_put(b"lock", V, b"free", Put(b"a", H, 1, b"x"))
    for bad in BAD_PUTS:
        with pytest.raises(StoreError, match=r"row key|value of|version"):
            table.check_and_put(bad.key, V, b"free", bad)
    assert [key for key, _, _ in table.scan(b"")] == [b"lock"]


def test_drop_removes_every_cell_under_a_prefix_and_no_other(table: Table) -> None:
    many = [Put(b"d#%06d" % number, V, 1, b"x") for number in range(50_001)]
    table.write([*many, Put(b"d", V, 1, b"x"), Put(b"d$", V, 1, b"x")])
    table.write([Put(b"d#h", H, version, b"x") for version in (1, 2, 3)])
    assert table.drop(b"d#0") == 50_001
    assert table.drop(b"d#") == 3
    assert table.drop(b"d#") == 0
    assert table.get(b"d#h", H, at=2) is None
    assert [key for key, _, _ in table.scan(b"")] == [b"d", b"d$"]


def test_what_was_written_is_there_when_the_table_is_opened_again(
    adapter: str, tmp_path: Path
) -> None:
    with closing(ADAPTERS[adapter](tmp_path / "store")) as table:
        table.write([Put(b"a", V, 1, b"x"), Put(b"a", H, 1, b"y")])
    with closing(ADAPTERS[adapter](tmp_path / "store")) as table:
        assert list(table.scan(b"")) == [(b"a", H, Cell(1, b"y")), (b"a", V, Cell(1, b"x"))]


WRITE_ROWS = """
print("ready", flush=True)
for number in range(1, 101):
    value = b"%d" % number
    table.write(
        Put(b"w#%03d" % row, column, number, value)
        for row in range(100) for column in (b"v:one", b"v:two")
    )
print("done", flush=True)
sys.stdin.readline()
"""


def test_another_process_sees_whole_rows_that_never_go_back_while_one_writes(
    adapter: str, table: Table, tmp_path: Path
) -> None:
    keys = [b"w#%03d" % row for row in range(100)]
    seen = [0] * len(keys)
    with child(adapter, tmp_path / "store", WRITE_ROWS) as writer:
        assert writer.stdin
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
        while min(seen) < 100:
            assert writer.poll() is None
            for number, row in enumerate(table.get_rows(keys)):
                if row:
                    (value,) = {cell for _, cell in row}
                    assert value.version == int(value.value) >= seen[number]
                    seen[number] = value.version
        assert writer.stdout.readline() == "done\n"
        writer.stdin.write("\n")
    assert writer.returncode == 0


COUNT = """
for _ in range(200):
    while True:
        cell = table.get(b"counter", b"v:one")
        put = Put(b"counter", b"v:one", 1, b"%d" % (int(cell.value) + 1))
        if table.check_and_put(b"counter", b"v:one", cell.value, put):
            break
"""


def test_of_processes_that_check_and_put_none_is_lost(
    adapter: str, table: Table, tmp_path: Path
) -> None:
    table.write([Put(b"counter", V, 1, b"0")])
    children = [child(adapter, tmp_path / "store", COUNT) for _ in range(2)]
    for one in children:
        one.communicate()
    assert [one.returncode for one in children] == [0, 0]
    assert table.get(b"counter", V) == Cell(1, b"400")


APPEND = """
mine = sys.stdin.readline().strip().encode()
for number in range(100):
    table.write([
        Put(b"shared", b"m:" + mine + b"%d" % number, 1, b"x"),
        Put(b"shared", b"h:log", number, b"%d" % number),
        Put(b"newest", b"v:one", number, b"%d" % number),
    ])
"""


def test_processes_that_write_the_same_rows_end_with_all_of_it(
    adapter: str, table: Table, tmp_path: Path
) -> None:
    writers = [child(adapter, tmp_path / "store", APPEND) for _ in range(2)]
    for name, writer in zip("ab", writers, strict=True):
        assert writer.stdin
        writer.stdin.write(f"{name}\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    assert len(list(table.scan(b"shared\x00m:"))) == 200
    assert [table.get(b"shared", b"h:log", at) for at in (0, 57)] == [
        Cell(0, b"0"),
        Cell(57, b"57"),
    ]
    assert table.get(b"newest", V) == Cell(99, b"99")


def test_nothing_is_left_to_recover_after_writes_that_ended(table: Table) -> None:
    table.write([Put(b"a", V, 1, b"x"), Put(b"b", H, 1, b"y")])
    before = list(table.scan(b""))
    assert table.recover() == 0
    assert list(table.scan(b"")) == before


def test_what_is_written_together_is_read_at_once_by_who_writes_it(table: Table) -> None:
    table.write([Put(b"a", V, 1, b"before"), Put(b"s#1", V, 1, b"scratch")])
    with table.together():
        table.write([Put(b"a", V, 2, b"after"), Put(b"b", H, 2, b"h")])
        with table.together():
            assert table.check_and_put(b"c", V, None, Put(b"c", V, 2, b"c"))
        assert not table.check_and_put(b"c", V, None, Put(b"c", V, 2, b"d"))
        assert table.drop(b"s#") == 1
        assert table.get(b"a", V) == Cell(2, b"after")
        assert table.get(b"b", H) == Cell(2, b"h")
        assert values(table.get_many([b"c", b"a"], V)) == [b"c", b"after"]
        assert table.get_rows([b"b"]) == [[(H, Cell(2, b"h"))]]
        assert [key for key, _, _ in table.scan(b"")] == [b"a", b"b", b"c"]
        table.write([Put(b"a", V, 1, b"older")])
    assert [(key, cell.value) for key, _, cell in table.scan(b"")] == [
        (b"a", b"after"),
        (b"b", b"h"),
        (b"c", b"c"),
    ]
