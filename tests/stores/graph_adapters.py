"""The adapters of the `Hypergraph` port, as their tests open them."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from tests.emulators import needs_bigtable
from tests.stores.adapters import ADAPTERS as TABLES
from ummid.stores.hypergraph import Hypergraph
from ummid.views.edges import TableHypergraph


@contextmanager
def _on_table(name: str, folder: Path) -> Iterator[Hypergraph]:
    if name == "bigtable":
        needs_bigtable()
    with closing(TABLES[name](folder)) as table:
        yield TableHypergraph(table)


Opening = Callable[[Path], "contextmanager[Hypergraph]"]
ADAPTERS = {name: partial(_on_table, name) for name in TABLES}
"""How to open the graph whose data belong to a folder."""
