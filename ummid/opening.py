"""Opening the store that a name means: a folder with an embedded table, or a table in the cloud.

A store is named by a path. One that begins with `bigtable:` names a Bigtable table, as in
`bigtable://project/instance/table`; every other one is a folder.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from ummid.errors import ConfigError, StoreError
from ummid.stores.bigtable.place import is_bigtable, parse
from ummid.stores.table import Table
from ummid.views import keys

_ANY_ROW = keys.counter("lease")


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
        table.get(_ANY_ROW, keys.VALUE)  # says now that there is no such table
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
