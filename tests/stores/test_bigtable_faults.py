"""The table on Bigtable where calls fail on the wire: nothing is lost, nothing goes unsaid."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from grpc import StatusCode

from tests.emulators import needs_bigtable
from tests.stores.adapters import ADAPTERS
from tests.wire import Fault, Wire, wire
from ummid.errors import StoreError
from ummid.stores.bigtable.client import EMULATOR, Deadlines
from ummid.stores.bigtable.table import BigtableTable
from ummid.stores.table import Cell, PartlyWritten, Put, Table

V, H = b"v:one", b"h:one"
SOON = Deadlines(read=4, write=4, attempt=1)
GONE, LATE = StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED
THROTTLED, ABORTED = StatusCode.RESOURCE_EXHAUSTED, StatusCode.ABORTED
PASSING = (GONE, LATE, THROTTLED, ABORTED)
FOR_EVER = 10_000


@pytest.fixture
def direct(tmp_path: Path) -> Iterator[Table]:
    """The same table, without the wire."""
    needs_bigtable()
    with closing(ADAPTERS["bigtable"](tmp_path)) as table:
        yield table


@pytest.fixture
def faulty() -> Iterator[Wire]:
    with wire(needs_bigtable()) as between:
        yield between


@pytest.fixture
def table(
    direct: BigtableTable, faulty: Wire, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BigtableTable]:
    with monkeypatch.context() as patch:
        patch.setenv(EMULATOR, faulty.address)
        opened = BigtableTable(direct.place, spread=(b"a#", b"s#"), last=(b"z#",), deadlines=SOON)
    with closing(opened):
        yield opened


def puts(count: int, version: int = 1) -> list[Put]:
    return [Put(b"r#%03d" % n, V, version, b"%d" % version) for n in range(count)]


def stored(table: Table, prefix: bytes = b"") -> list[bytes]:
    return [key for key, _, _ in table.scan(prefix)]


def is_odd(row: bytes) -> bool:
    return row[-1] % 2 == 1


@pytest.mark.parametrize("code", PASSING)
@pytest.mark.parametrize("after", [False, True])
def test_a_batch_whose_request_fails_for_a_while_is_written(
    table: BigtableTable, faulty: Wire, direct: Table, code: StatusCode, after: bool
) -> None:
    faulty.fail("MutateRows", Fault(code, after=after), Fault(code, after=after))
    faulty.fail("MutateRow", Fault(code, after=after))
    table.write(puts(20))
    assert faulty.calls["MutateRows"] == 3
    assert len(stored(direct)) == 20
    assert direct.recover() == 0


def test_of_a_half_failed_batch_only_what_failed_is_sent_again(
    table: BigtableTable, faulty: Wire, direct: Table
) -> None:
    faulty.fail("MutateRows", *(Fault(code, rows=is_odd) for code in PASSING))
    table.write(puts(20))
    assert faulty.calls["MutateRows"] == 5
    assert len(stored(direct)) == 20


def test_rows_that_fail_until_the_deadline_are_named_and_completed_later(
    table: BigtableTable, faulty: Wire, direct: Table
) -> None:
    faulty.fail("MutateRows", *[Fault(GONE, rows=is_odd)] * FOR_EVER)
    with pytest.raises(PartlyWritten, match=r"3 of 6 rows could not be written .*r#001") as raised:
        table.write([*puts(6), Put(b"r#001", b"v:two", 1, b"2")])
    assert raised.value.retryable
    assert [one.key for one in raised.value.failures] == [b"r#001", b"r#003", b"r#005"]
    assert raised.value.failures[0].columns == (V, b"v:two")
    assert {one.reason for one in raised.value.failures} == {"503 the wire says UNAVAILABLE"}
    assert stored(direct) == [b"r#000", b"r#002", b"r#004"]
    faulty.mend()
    assert table.recover() == 1
    assert set(stored(direct)) == {put.key for put in puts(6)}
    assert table.recover() == 0


def test_rows_that_are_refused_for_good_are_said_and_not_tried_again(
    table: BigtableTable, faulty: Wire, direct: Table
) -> None:
    refused = Fault(StatusCode.INVALID_ARGUMENT, rows=is_odd)
    faulty.fail("MutateRows", refused)
    with pytest.raises(PartlyWritten, match="10 of 20 rows") as raised:
        table.write(puts(20))
    assert not raised.value.retryable
    assert len(raised.value.failures) == 10
    assert len(stored(direct)) == 10
    assert direct.recover() == 0


def test_a_batch_that_cannot_be_written_down_leaves_nothing(
    table: BigtableTable, faulty: Wire, direct: Table
) -> None:
    faulty.fail("MutateRow", *[Fault(GONE)] * FOR_EVER)
    with pytest.raises(StoreError, match=r"writing to bigtable://.* failed: 503") as raised:
        table.write(puts(20))
    assert raised.value.retryable
    assert not isinstance(raised.value, PartlyWritten)
    assert stored(direct) == []
    assert faulty.calls["MutateRows"] == 0


def test_a_batch_that_is_written_counts_even_if_its_journal_stays(
    table: BigtableTable, faulty: Wire, direct: Table
) -> None:
    table.write(puts(1))
    assert faulty.calls["MutateRow"] == 0  # a row is written as a whole anyway
    faulty.fail("MutateRow", None, *[Fault(GONE)] * FOR_EVER)
    table.write(puts(20, version=2))
    assert {cell for _, _, cell in direct.scan(b"")} == {Cell(2, b"2")}
    direct.write(puts(20, version=3))
    faulty.mend()
    assert direct.recover() == 1
    assert {cell for _, _, cell in direct.scan(b"")} == {Cell(3, b"3")}


def test_what_tells_of_others_appears_only_when_they_are_there(
    table: BigtableTable, faulty: Wire, direct: Table
) -> None:
    faulty.fail("MutateRows", *[Fault(GONE, rows=is_odd)] * FOR_EVER)
    tells = Put(b"z#1", V, 1, b"r#001 is there")
    with pytest.raises(PartlyWritten, match="2 of 3 rows") as raised:
        table.write([tells, *puts(2)])
    assert raised.value.failures[-1].reason == "what it tells of was not written"
    assert stored(direct) == [b"r#000"]
    faulty.mend()
    assert table.recover() == 1
    assert stored(direct) == [b"r#000", b"r#001", b"z#1"]
    faulty.fail("MutateRows", Fault(StatusCode.INVALID_ARGUMENT, rows=is_odd))
    with pytest.raises(PartlyWritten) as refused:
        table.write([Put(b"z#2", V, 2, b""), *puts(2, version=2)])
    assert not refused.value.retryable


def test_a_recovered_batch_never_overwrites_what_came_after_it(
    table: BigtableTable, faulty: Wire, direct: Table
) -> None:
    faulty.fail("MutateRows", *[Fault(GONE)] * FOR_EVER)
    batch = [*puts(3, version=5), Put(b"h", H, 5, b"five"), Put(b"h", H, 4, b"four")]
    with pytest.raises(PartlyWritten):
        table.write(batch)
    faulty.mend()
    direct.write([Put(b"r#000", V, 6, b"newer"), Put(b"r#001", V, 5, b""), Put(b"h", H, 5, b"x")])
    assert direct.recover() == 1
    assert direct.get_many([b"r#000", b"r#001", b"r#002"], V) == [
        Cell(6, b"newer"),
        Cell(5, b""),
        Cell(5, b"5"),
    ]
    assert direct.get(b"h", H) == Cell(5, b"x")
    assert direct.get(b"h", H, at=4) == Cell(4, b"four")


def test_a_batch_that_was_not_written_down_to_its_end_never_was(
    table: BigtableTable, faulty: Wire, direct: Table
) -> None:
    large = [Put(b"r#%d" % n, V, 1, bytes(1 << 20)) for n in range(4)]
    faulty.fail("MutateRow", None, Fault(GONE), Fault(StatusCode.INVALID_ARGUMENT))
    with pytest.raises(StoreError, match="INVALID_ARGUMENT"):
        table.write(large)
    faulty.mend()
    assert direct.recover() == 1
    assert stored(direct) == []


READS: dict[str, Callable[[Table], object]] = {
    "get": lambda table: table.get(b"r#001", V),
    "get at": lambda table: table.get(b"r#001", H, 5),
    "get_many": lambda table: table.get_many([b"r#001", b"r#005"], V),
    "get_rows": lambda table: table.get_rows([b"r#001", b"r#005"]),
    "scan": lambda table: list(table.scan(b"")),
    "scan a row": lambda table: list(table.scan(b"r#001\x00v:")),
}


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(
    "fault",
    [*map(Fault, PASSING), Fault(GONE, midway=True), Fault(None)],
    ids=str,
)
def test_a_read_that_fails_for_a_while_answers_all_the_same(
    table: BigtableTable, faulty: Wire, direct: Table, read: str, fault: Fault
) -> None:
    direct.write([*puts(200), Put(b"r#001", H, 3, b"x"), Put(b"a#1", V, 1, b"y")])
    faulty.fail("ReadRows", fault, fault)
    assert READS[read](table) == READS[read](direct)


@pytest.mark.parametrize("read", READS)
def test_a_read_that_fails_until_its_deadline_says_where_and_why(
    table: BigtableTable, faulty: Wire, read: str
) -> None:
    faulty.fail("ReadRows", *[Fault(GONE)] * FOR_EVER)
    with pytest.raises(StoreError, match=r"reading from bigtable://.* failed: 503 the") as gone:
        READS[read](table)
    assert gone.value.retryable
    faulty.mend()
    faulty.fail("ReadRows", *[Fault(StatusCode.PERMISSION_DENIED)] * 20)
    with pytest.raises(StoreError, match=r"403 .*; the credentials may not do that") as denied:
        READS[read](table)
    assert not denied.value.retryable


@pytest.mark.parametrize("code", PASSING)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("expected", [None, b"1"])
def test_a_check_whose_answer_is_lost_is_done_once_and_told_as_done(
    table: BigtableTable,
    faulty: Wire,
    direct: Table,
    code: StatusCode,
    after: bool,
    expected: bytes | None,
) -> None:
    if expected is not None:
        direct.write(puts(1))
    faulty.fail("CheckAndMutateRow", Fault(code, after=after), Fault(code, after=after))
    assert table.check_and_put(b"r#000", V, expected, Put(b"r#000", V, 2, b"2"))
    assert direct.get(b"r#000", V) == Cell(2, b"2")
    faulty.fail("CheckAndMutateRow", Fault(code, after=after))
    assert not table.check_and_put(b"r#000", V, expected, Put(b"r#000", V, 3, b"3"))
    assert direct.get(b"r#000", V) == Cell(2, b"2")


def test_a_check_that_never_answers_says_that_it_is_not_known(
    table: BigtableTable, faulty: Wire
) -> None:
    faulty.fail("CheckAndMutateRow", *[Fault(GONE)] * FOR_EVER)
    with pytest.raises(StoreError, match="503") as raised:
        table.check_and_put(b"a", V, None, Put(b"a", V, 1, b"x"))
    assert raised.value.retryable
    faulty.mend()
    faulty.fail("CheckAndMutateRow", Fault(StatusCode.FAILED_PRECONDITION))
    with pytest.raises(StoreError, match="the app profile must route to one cluster"):
        table.check_and_put(b"a", V, None, Put(b"a", V, 1, b"x"))


def test_a_drop_that_fails_says_so_and_is_made_good(
    table: BigtableTable, faulty: Wire, direct: Table
) -> None:
    direct.write([*puts(20), Put(b"a#1", V, 1, b"x")])
    faulty.fail("MutateRows", *[Fault(GONE, rows=is_odd)] * FOR_EVER)
    with pytest.raises(PartlyWritten, match="10 of 20 rows"):
        table.drop(b"r#")
    faulty.mend()
    assert table.drop(b"r#") == 10
    assert stored(direct) == [b"a#1"]


def test_of_many_calls_that_fail_at_random_no_row_is_lost(
    table: BigtableTable, faulty: Wire
) -> None:
    ways = [Fault(GONE), Fault(GONE, after=True), Fault(LATE, rows=is_odd), Fault(LATE)]
    for version in range(1, 9):
        faulty.fail("MutateRows", ways[version % 4])
        faulty.fail("MutateRow", ways[version % 2], ways[(version + 1) % 2])
        faulty.fail("ReadRows", ways[version % 2])
        with suppress(PartlyWritten):
            table.write(puts(50, version))
    assert {cell for _, _, cell in table.scan(b"")} == {Cell(8, b"8")}
    assert table.recover() == 0
