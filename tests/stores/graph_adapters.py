"""The adapters of the `Hypergraph` port, as their tests open them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path

from tests.emulators import needs_bigtable, needs_firestore
from tests.stores.adapters import ADAPTERS as TABLES
from ummid.catalog.keys import stable_id
from ummid.stores.firestore.place import FirestorePlace
from ummid.stores.hypergraph import Hypergraph
from ummid.views.edges import TableHypergraph


@contextmanager
def _on_table(name: str, folder: Path) -> Iterator[Hypergraph]:
    if name == "bigtable":
        needs_bigtable()
    with closing(TABLES[name](folder)) as table:
        yield TableHypergraph(table)


@contextmanager
def _on_firestore(folder: Path) -> Iterator[Hypergraph]:
    needs_firestore()
    from ummid.stores.firestore.graph import FirestoreHypergraph

    with closing(FirestoreHypergraph(place_of(folder))) as graph:
        yield graph


def place_of(folder: Path) -> FirestorePlace:
    """A database of the folder's own: the emulator makes any that is asked for."""
    return FirestorePlace("test", f"d-{stable_id(str(folder.resolve()))}")


ADAPTERS: dict[str, Callable[[Path], AbstractContextManager[Hypergraph]]] = {
    **{name: partial(_on_table, name) for name in TABLES},
    "firestore": _on_firestore,
}
"""How to open the graph whose data belong to a folder."""
