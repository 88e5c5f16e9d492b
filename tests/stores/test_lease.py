"""A lease: one holder at a time among machines, on every table."""

from pathlib import Path
from threading import Event

import pytest
from grpc import StatusCode

from tests.emulators import needs_bigtable
from tests.stores.adapters import ADAPTERS
from tests.wire import Fault, wire
from ummid.errors import StoreError
from ummid.stores.bigtable.client import EMULATOR, Deadlines
from ummid.stores.bigtable.table import BigtableTable
from ummid.stores.lease import Holder, Lease, Timing, holding, this_process
from ummid.stores.table import Table

ROW = b"n#lease"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def leases(table: Table, clock: Clock) -> tuple[Lease, Lease]:
    timing = Timing(lasts=60, clock=clock)
    return Lease(table, ROW, timing), Lease(table, ROW, timing)


def test_one_takes_it_and_the_other_is_told_who(leases: tuple[Lease, Lease], clock: Clock) -> None:
    one, other = leases
    assert one.take() is None
    holder = other.take()
    assert holder
    assert (holder.name, holder.heard) == (this_process(), clock.now)
    one.give_back()
    assert other.take() is None
    assert one.take()


def test_a_holder_that_is_heard_of_keeps_it_and_one_that_is_not_loses_it(
    leases: tuple[Lease, Lease], clock: Clock
) -> None:
    one, other = leases
    assert one.take() is None
    for _ in range(3):
        clock.now += 59
        assert other.take()
        assert one.renew()
    clock.now += 60
    assert other.take() is None
    assert not one.renew()
    one.give_back()  # of the other nothing is taken
    assert other.renew()
    other.give_back()
    assert not other.renew()


def test_of_two_that_take_it_at_once_one_has_it(
    table: Table, leases: tuple[Lease, Lease], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = leases
    original = table.get
    with monkeypatch.context() as patch:

        def late(*asked: object) -> object:
            patch.undo()
            found = original(*asked)  # type: ignore[arg-type]
            assert other.take() is None
            return found

        patch.setattr(table, "get", late)
        assert one.take()
    assert other.renew()


def test_one_that_is_given_back_at_that_moment_is_not_said_to_be_free(
    table: Table, leases: tuple[Lease, Lease], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = leases
    original = table.check_and_put
    with monkeypatch.context() as patch:

        def late(*asked: object) -> bool:
            patch.undo()
            assert other.take() is None
            done = original(*asked)  # type: ignore[arg-type]
            other.give_back()
            return done

        patch.setattr(table, "check_and_put", late)
        holder = one.take()
    assert holder
    assert holder.name == "another process"


def busy(holder: Holder) -> StoreError:
    return StoreError(f"busy: {holder.name}", retryable=True)


def test_holding_waits_for_the_one_that_has_it_and_gives_it_back(
    leases: tuple[Lease, Lease],
) -> None:
    one, other = leases
    lost: list[str] = []
    with holding(one, lost.append, busy):
        with pytest.raises(StoreError, match="busy: process"):
            with holding(other, lost.append, busy, patience=0.2):
                pass
    with holding(other, lost.append, busy):
        assert one.take()
    assert one.take() is None
    assert lost == []


def test_a_holder_says_that_it_is_there_until_another_has_taken_it(table: Table) -> None:
    timing = Timing(lasts=0.4)
    lease = Lease(table, ROW, timing)
    told = Event()
    lost: list[str] = []

    def tell(why: str) -> None:
        lost.append(why)
        told.set()

    with holding(lease, tell, busy, timing=timing):
        before = table.get(ROW, b"s:lease")
        assert before
        while table.get(ROW, b"s:lease") == before:
            pass
        assert Lease(table, ROW, Timing(lasts=-1)).take() is None
        assert told.wait(60)
    assert lost == ["another process has taken the lease of this run"]


def test_a_holder_that_the_table_does_not_hear_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = needs_bigtable()
    direct = ADAPTERS["bigtable"](tmp_path)
    assert isinstance(direct, BigtableTable)
    with wire(address) as between:
        monkeypatch.setenv(EMULATOR, between.address)
        table = BigtableTable(direct.place, deadlines=Deadlines(read=0.3, attempt=0.1))
        told = Event()
        lost: list[str] = []

        def tell(why: str) -> None:
            lost.append(why)
            told.set()

        with holding(Lease(table, ROW), tell, busy, timing=Timing(lasts=1)):
            gone = [Fault(StatusCode.UNAVAILABLE)] * 10_000
            between.fail("CheckAndMutateRow", *gone)
            assert told.wait(60)
        assert lost[0].startswith("the lease of this run could not be renewed: writing to")
        table.close()
    direct.close()


def test_a_renewal_whose_answer_was_lost_counts(table: Table, clock: Clock) -> None:
    lease = Lease(table, ROW, Timing(lasts=60, clock=clock))
    assert lease.take() is None
    before = lease._held
    clock.now += 10
    assert lease.renew()
    lease._held = before  # as if it had not heard that it was done
    clock.now += 10
    assert lease.renew()
    assert lease.renew()
