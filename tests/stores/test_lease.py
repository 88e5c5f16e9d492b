"""A lease: one holder at a time among machines, on every table."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from grpc import StatusCode

from tests.emulators import needs_bigtable
from tests.stores.adapters import ADAPTERS
from tests.wire import Fault, wire
from ummid.errors import StoreError
from ummid.stores.bigtable.client import EMULATOR, Deadlines
from ummid.stores.bigtable.table import BigtableTable
from ummid.stores.lease import Holder, Keeper, Lease, Timing, holding, this_process
from ummid.stores.table import Put, Table

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


def for_ever(do: Callable[[], object]) -> None:
    while True:
        do()


def test_holding_waits_for_the_one_that_has_it_and_gives_it_back(
    leases: tuple[Lease, Lease],
) -> None:
    one, other = leases
    with holding(one, busy) as keeper:
        with pytest.raises(StoreError, match="busy: process"):
            with holding(other, busy, patience=0.2):
                pass
        assert 30 < keeper.left() <= 60
    with pytest.raises(StoreError, match="this run has ended"):
        keeper.left()
    with holding(other, busy):
        assert one.take()
    assert one.take() is None


def test_a_holder_says_that_it_is_there_until_another_has_taken_it(table: Table) -> None:
    with holding(Lease(table, ROW, Timing(lasts=0.4)), busy) as keeper:
        before = table.get(ROW, b"s:lease")
        assert before
        while table.get(ROW, b"s:lease") == before:
            pass
        assert Lease(table, ROW, Timing(clock=lambda: time.time() + 1)).take() is None
        with pytest.raises(StoreError, match="another run has taken the lease of this run"):
            for_ever(keeper.left)


def test_a_holder_that_the_table_does_not_hear_writes_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = needs_bigtable()
    direct = ADAPTERS["bigtable"](tmp_path)
    assert isinstance(direct, BigtableTable)
    with wire(address) as between:
        monkeypatch.setenv(EMULATOR, between.address)
        table = BigtableTable(direct.place, deadlines=Deadlines(read=0.3, attempt=0.1))
        with holding(Lease(table, ROW, Timing(lasts=1)), busy) as keeper:
            fenced = table.fenced(keeper.left)
            fenced.write([Put(b"t#1", b"v:body", 1, b"x")])
            gone = [Fault(StatusCode.UNAVAILABLE)] * 10_000
            between.fail("CheckAndMutateRow", *gone)
            with pytest.raises(StoreError, match=r"writing to .* failed") as raised:
                for_ever(lambda: fenced.write([Put(b"t#1", b"v:body", 2, b"y")]))
            assert raised.value.retryable
        table.close()
    direct.close()


def test_a_lease_that_is_handed_over_waits_for_who_takes_it_up(table: Table, clock: Clock) -> None:
    timing = Timing(lasts=60, clock=clock)
    one, other = Lease(table, ROW, timing), Lease(table, ROW, timing)
    assert one.take() is None
    assert one.hand_over("run-1", 900)
    clock.now += 899
    holder = other.take()
    assert holder
    assert holder.name == "run-1"
    worker = Lease(table, ROW, timing, one.token)
    assert worker.renew()
    clock.now += 59
    assert other.take()
    clock.now += 1
    assert other.take() is None
    assert not worker.renew()


def test_several_processes_keep_a_lease_until_one_of_them_ends_the_run(
    table: Table, clock: Clock
) -> None:
    timing = Timing(lasts=60, clock=clock)
    one, next_one = Lease(table, ROW, timing), Lease(table, ROW, timing)
    assert one.take() is None
    assert one.hand_over("run-1", 900)
    workers = [Lease(table, ROW, timing, one.token) for _ in range(3)]
    for _ in range(3):
        clock.now += 50
        assert all(worker.renew() for worker in workers)
    one.take_back()  # what somebody has taken up is not
    assert all(worker.renew() for worker in workers)
    workers[0].give_back(after=30)
    assert not any(worker.renew() for worker in workers[1:])
    clock.now += 29
    assert next_one.take()
    clock.now += 1
    assert next_one.take() is None
    workers[0].give_back()  # of the next one's
    assert next_one.renew()


def test_what_nobody_took_up_is_taken_back_when_launching_fails(
    leases: tuple[Lease, Lease],
) -> None:
    one, other = leases

    def launch() -> None:
        with holding(one, busy) as keeper:
            keeper.hand_over("run-1", 900)
            with pytest.raises(StoreError, match="was handed over to other processes"):
                keeper.left()
            assert other.take()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        launch()
    assert other.take() is None


def test_a_launcher_that_has_lost_the_lease_cannot_hand_it_over(
    leases: tuple[Lease, Lease], clock: Clock
) -> None:
    one, other = leases
    with holding(one, busy) as keeper:
        clock.now += 60
        assert other.take() is None
        with pytest.raises(StoreError, match="another run has taken the lease"):
            keeper.hand_over("run-1", 900)
    assert other.renew()


def test_who_does_nothing_for_a_run_keeps_its_lease_no_longer(table: Table) -> None:
    first = Lease(table, ROW, Timing(lasts=0.2))
    assert first.take() is None
    keeper = Keeper(Lease(table, ROW, Timing(lasts=0.2), first.token), idle=0)
    assert keeper.left() > 0
    other = Lease(table, ROW, Timing(lasts=0.2))
    while other.take():
        pass
    with pytest.raises(StoreError, match="another run has taken the lease"):
        for_ever(keeper.left)


def test_who_comes_back_to_a_run_that_nobody_followed_goes_on(table: Table) -> None:
    timing = Timing(lasts=2)
    first = Lease(table, ROW, timing)
    assert first.take() is None
    keeper = Keeper(Lease(table, ROW, timing, first.token), idle=0)
    assert keeper.left() > 0
    before = threads()
    while threads():
        pass
    assert before
    silent = table.get(ROW, b"s:lease")
    while keeper.left() and table.get(ROW, b"s:lease") == silent:
        pass
    assert Lease(table, ROW, timing).take()
    keeper.end()


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "lease"]


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
