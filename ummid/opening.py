"""Opening the store that a name means: a folder with an embedded table, or a table in the cloud.

A store is named by a path. One that begins with `bigtable:` names a Bigtable table, as in
`bigtable://project/instance/table`; every other one is a folder.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TextIO

from ummid.errors import ConfigError, StoreError
from ummid.stores.bigtable.place import is_bigtable, parse
from ummid.stores.table import Table
from ummid.views import keys

_LOOK_AGAIN = 0.1
"""Seconds between looks at a store that another run holds."""
_LEASE = keys.counter("lease")


def open_table(store: Path, *, readonly: bool = False) -> Table:
    """The table of a store; an embedded one is made when missing unless `readonly`.

    Raises StoreError when it cannot be opened, ConfigError when its client is not installed.
    """
    if not is_bigtable(store):
        from ummid.stores.lmdb_table import LmdbTable

        return LmdbTable(store, readonly=readonly)
    place = parse(store)
    try:
        from ummid.stores.bigtable.table import BigtableTable
    except ImportError as error:
        raise ConfigError(
            f"{place} needs the Google Cloud packages: pip install '.[gcp]' ({error})"
        ) from error
    table = BigtableTable(place, spread=keys.SPREAD, last=keys.LAST, readonly=readonly)
    try:
        table.get(_LEASE, keys.VALUE)  # says now that there is no such table
    except StoreError:
        table.close()
        raise
    return table


def check(store: Path) -> None:
    """Raises what `open_table` would, in a process that forks later.

    The cloud's client does not survive a fork, so that one is opened in a process of its own.
    """
    if not is_bigtable(store):
        _open_and_close(store)
        return
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        alone.submit(_open_and_close, store).result()


def _open_and_close(store: Path) -> None:
    open_table(store, readonly=True).close()


def beside(store: Path) -> Path:
    """The folder of this machine for what lies beside the table."""
    return parse(store).folder if is_bigtable(store) else store


def absolute(store: Path) -> Path:
    """The same store by a name that does not depend on the working folder."""
    return store if is_bigtable(store) else store.resolve()


def require(store: Path) -> None:
    """Raises StoreError where there is no store."""
    if not is_bigtable(store) and not (store / "data.mdb").exists():
        raise StoreError(f"there is no store in {store}")


def hold(store: Path, table: Table, patience: float = 0) -> AbstractContextManager[None]:
    """Inside, this is the only run on the store. Raises StoreError while another one holds it,
    after `patience` seconds.

    On this machine that goes with the process, at once. On Bigtable it is a lease that runs out
    a minute after the process was last heard of; a process that loses it writes no more.
    """
    if not is_bigtable(store):
        return _locked(store, patience)
    from ummid.stores.bigtable.table import BigtableTable
    from ummid.stores.lease import Holder, Lease, holding

    assert isinstance(table, BigtableTable)

    def busy(holder: Holder) -> StoreError:
        silent = time.time() - holder.heard
        return _busy(parse(store), f"{holder.name}, heard of {silent:.0f} s ago")

    return holding(Lease(table, _LEASE), table.refuse, busy, patience)


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
