"""A store's search: its documents in memory, its vectors mapped, both as far as it publishes."""

from collections.abc import Iterator
from pathlib import Path

from ummid.errors import StoreError
from ummid.models.embedder import Embedder
from ummid.models.minilm.embedder import MiniLM
from ummid.search.catalogue import Catalogue
from ummid.search.document import Document
from ummid.search.published import documents
from ummid.search.searcher import Searcher
from ummid.stores.mapped.index import MappedVectorIndex
from ummid.stores.table import Table
from ummid.stores.vectors import VectorIndex
from ummid.views import keys

FOLDER = "vectors"
_CHUNK = 1000


def embedder() -> Embedder:
    """The one that needs no network and no key."""
    return MiniLM()


def vector_index(store: Path, model: Embedder, *, readonly: bool = False) -> VectorIndex:
    """The index of a store for an embedder: vectors of two models are never compared."""
    return MappedVectorIndex(store / FOLDER / model.name, model.dimensions, readonly=readonly)


def searcher(table: Table, store: Path) -> Searcher:
    """Reads every published title into memory; without an index of vectors, words answer alone."""
    model = embedder()
    catalogue = Catalogue(published(table))
    try:
        vectors = vector_index(store, model, readonly=True)
    except StoreError:
        return Searcher(catalogue)
    return Searcher(catalogue, vectors, model)


def published(table: Table) -> Iterator[Document]:
    """The documents of all titles, in the order of their ids."""
    waiting: list[str] = []
    lead = len(keys.title(""))
    for key, column, cell in table.scan(keys.title("")):
        if column == keys.BODY and cell.value:
            waiting.append(key[lead:].decode())
            if len(waiting) == _CHUNK:
                yield from filter(None, documents(table, waiting))
                waiting.clear()
    yield from filter(None, documents(table, waiting))
