"""The adapters of the `VectorIndex` port, as their tests and child processes open them."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ummid.catalog.keys import stable_id
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.mapped.index import MappedVectorIndex
from ummid.stores.vectors import VectorIndex
from ummid.stores.vertex.index import VertexVectorIndex
from ummid.stores.vertex.wire import Channels, Place, Wire, WireConfig

ROOT = Path(__file__).resolve().parents[2]
DIMENSIONS = 4
QUICK = WireConfig(
    rate=5_000.0,
    most_rate=5_000.0,
    timeout=20.0,
    deadline=60.0,
    search_timeout=20.0,
    search_deadline=60.0,
    backoff=0.01,
)


def place_of(folder: Path) -> Place:
    """What stands for an index is named by the folder; the stand-in has both by one name."""
    name = f"projects/p/locations/europe-west4/indexes/{stable_id(str(folder))}"
    return Place(name, "projects/p/locations/europe-west4/indexEndpoints/1", name, "localhost")


def wire_to(port: int, folder: Path, config: WireConfig = QUICK) -> Wire:
    import grpc

    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    return Wire(place_of(folder), Channels(channel, channel), config, chance=lambda: 0.5)


class Stand(VertexVectorIndex):
    """Closes its table as well. Retries are quick, and what was noted is sent again at once."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        from tests.stores.vertex_server import shared_port

        self._table = LmdbTable(folder / "ledger")
        super().__init__(wire_to(shared_port(), folder), dimensions, "e", self._table, b"h#")

    def close(self) -> None:
        super().close()
        self._table.close()


def in_postgres(folder: Path, dimensions: int, few: int = 5_000) -> VectorIndex:
    """In a schema named by the folder, of the server that this process and its children share."""
    from tests.postgres import place_of as schema_of
    from ummid.stores.pgvector.index import PgVectorIndex
    from ummid.stores.pgvector.schema import Schema
    from ummid.stores.pgvector.session import Patience

    place, patience = schema_of(folder), Patience(60, 120, backoff=0.01)
    Schema(place, "e", dimensions).apply()
    return PgVectorIndex(place, dimensions, "e", searching=patience, writing=patience, few=few)


ADAPTERS: dict[str, Callable[[Path, int], VectorIndex]] = {
    "mapped": MappedVectorIndex,
    "mapped, short journal": partial(MappedVectorIndex, journaled=3),
    "vertex": Stand,
    "pgvector": in_postgres,
    "pgvector, graph first": partial(in_postgres, few=0),
}
"""How to open an index whose data belong to a folder: the same folder, the same index."""

_CHILD = """
import sys
from pathlib import Path
import numpy as np
from tests.stores.vector_adapters import ADAPTERS, DIMENSIONS
from ummid.stores.vectors import *
index = ADAPTERS[sys.argv[1]](Path(sys.argv[2]), DIMENSIONS)
"""


def child(adapter: str, folder: Path, program: str) -> "subprocess.Popen[str]":
    """Another process that runs `program`, in which `index` is the index of the folder."""
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD + program, adapter, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
