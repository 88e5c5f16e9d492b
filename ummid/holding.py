"""One run at a time on a store, whatever processes do its work.

A store in a folder is held by a file lock of the launching process. A table in the cloud is held by
a lease (`ummid/stores/lease.py`) that goes with the run: each process that works on it keeps it.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TextIO, cast

from ummid.errors import StoreError
from ummid.stores.bigtable.place import is_bigtable, parse
from ummid.stores.lease import LASTS, Holder, Keeper, Lease, Timing, holding
from ummid.stores.table import Table
from ummid.views import keys

if TYPE_CHECKING:
    from ummid.stores.bigtable.table import BigtableTable

LEASE = keys.counter("lease")
_LOOK_AGAIN = 0.1
"""Seconds between looks at a store that another run holds."""


class Leased(NamedTuple):
    """The lease that a run works under, as it travels to its processes."""

    token: str
    lasts: float = LASTS


class _Kept(NamedTuple):
    keeper: Keeper
    table: Table
    fenced: Table


_kept: dict[str, _Kept] = {}
"""By token: the leases that this process keeps."""
_keeping = Lock()


@contextmanager
def hold(
    store: Path, table: Table, patience: float = 0, lasts: float = LASTS
) -> Iterator[Leased | None]:
    """Inside, there is no other run on the store. Raises StoreError while another one holds it,
    after `patience` seconds.

    On this machine that goes with the process, at once. On Bigtable it is a lease that runs out
    `lasts` seconds after a process of the run was last heard of; one that loses it writes no more.
    """
    if not is_bigtable(store):
        with _locked(store, patience):
            yield None
        return

    def busy(holder: Holder) -> StoreError:
        return _busy(parse(store), _said(holder))

    lease = Lease(table, LEASE, Timing(lasts))
    with holding(lease, busy, patience) as keeper:
        _keep(lease.token, keeper, table)
        try:
            yield Leased(lease.token, lasts)
        finally:
            _kept.pop(lease.token, None)


def under(table: Table, leased: Leased | None) -> Table:
    """The table for who works on the run of that lease: it writes while the run has the lease.

    From the first call on this process keeps the lease, as long as it works. Raises StoreError
    when another run has it.
    """
    if leased is None:
        return table
    with _keeping:
        kept = _kept.get(leased.token)
        if kept is None or kept.table is not table:
            lease = Lease(table, LEASE, Timing(leased.lasts), leased.token)
            kept = _keep(leased.token, Keeper(lease), table)
    kept.keeper.left()
    return kept.fenced


def hand_over(leased: Leased | None, name: str, seconds: float) -> None:
    """The processes that take up the run keep its lease from now on, the first of them within
    some seconds. Raises StoreError when another run has it.

    A store in a folder stays with this process: whoever launches waits.
    """
    if leased is not None:
        _kept.pop(leased.token).keeper.hand_over(name, seconds)


def give_back(leased: Leased | None) -> None:
    """The end of a run that was handed over. The next may begin when no process of this one can
    still believe that the lease is its own.
    """
    if leased is not None and (kept := _kept.pop(leased.token, None)):
        kept.keeper.give_back(after=leased.lasts / 2)


def _keep(token: str, keeper: Keeper, table: Table) -> _Kept:
    for other, kept in list(_kept.items()):
        if kept.keeper.is_over:
            _kept.pop(other, None)
    fenced = cast("BigtableTable", table).fenced(keeper.left)
    _kept[token] = _Kept(keeper, table, fenced)
    return _kept[token]


def _said(holder: Holder) -> str:
    silent = time.time() - holder.heard
    if silent < 0:
        return f"{holder.name}, to be heard of within {holder.left(time.time()):.0f} s"
    return f"{holder.name}, heard of {silent:.0f} s ago"


def _busy(store: object, holder: str) -> StoreError:
    return StoreError(
        f"another ingest is running on {store} ({holder}); "
        "wait for it (--wait SECONDS) or use another --store",
        retryable=True,
    )


@contextmanager
def _locked(store: Path, patience: float) -> Iterator[None]:
    with (store / "ingest.lock").open("a+") as lock:
        _hold(lock, lambda: _busy(store, _holder(lock.name)), patience)
        lock.seek(0)
        lock.truncate()
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield


def _hold(lock: TextIO, busy: Callable[[], StoreError], patience: float) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise busy() from error
            time.sleep(_LOOK_AGAIN)
        else:
            return


def _holder(path: str) -> str:
    return Path(path).read_text(encoding="utf-8").strip() or "unknown process"
