"""The adapters of the `Table` port, as the contract suite and its child processes open them."""

import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Table

ROOT = Path(__file__).resolve().parents[2]


def _bigtable(folder: Path) -> Table:
    from ummid.stores.bigtable.place import BigtablePlace
    from ummid.stores.bigtable.schema import Schema
    from ummid.stores.bigtable.table import BigtableTable

    name = f"t-{sha256(str(folder.resolve()).encode()).hexdigest()[:20]}"
    place = BigtablePlace("test", "contract", name)
    schema = Schema(place)
    schema.apply()
    schema.close()
    return BigtableTable(place, spread=SPREAD)


SPREAD = (b"a#", b"s#")
"""Some kinds of rows that the contract writes lie in buckets on Bigtable, beside others."""

ADAPTERS: dict[str, Callable[[Path], Table]] = {"lmdb": LmdbTable, "bigtable": _bigtable}
"""How to open a table whose data belong to a folder: the same folder gives the same table, in
any process. An adapter on an emulator derives its table's name from the folder."""

_CHILD = """
import sys
from pathlib import Path
from tests.stores.adapters import ADAPTERS
from ummid.stores.table import Put
table = ADAPTERS[sys.argv[1]](Path(sys.argv[2]))
"""


def child(adapter: str, folder: Path, program: str) -> "subprocess.Popen[str]":
    """Another process that runs `program`, in which `table` is the table of the folder."""
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD + program, adapter, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
