"""A store's search: words in mapped files, vectors mapped, both as far as they were indexed.

Indexing writes a new folder of words and then removes all but the newest two, so that who has
opened one may finish with it. Vectors follow on their own: what they name and the words do not
know is left out.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ummid.errors import StoreError
from ummid.models.embedder import Embedder
from ummid.models.minilm.embedder import MiniLM
from ummid.search.catalogue import Catalogue
from ummid.search.document import Document
from ummid.search.indexing import Indexed, follow
from ummid.search.published import documents
from ummid.search.searcher import Searcher
from ummid.stores.table import Table
from ummid.stores.vectors import EVERYTHING, Filter, Hit, VectorIndex
from ummid.views import keys, titles

_FOLDER, _WORDS, _VECTORS = "search", "words-1", "vectors"
"""The number in the name goes with how words are laid out in files: one laid out by another
version is not opened, it is made anew."""
_KEPT = 2
_CHUNK = 1000


class Opened(NamedTuple):
    """What a process searches: as far as `serial` of the change feed."""

    serial: int
    catalogue: Catalogue
    searcher: Searcher
    vectors: VectorIndex | None
    embedder: Embedder

    def by_meaning(self, asked: str, count: int, within: Filter = EVERYTHING) -> list[Hit]:
        """The titles likest to a text by meaning alone. Raises what the model says of the text."""
        (outcome,) = self.embedder.embed([asked], "query")
        if outcome.value is None:
            raise outcome.error or StoreError("the text has no vector")
        if self.vectors is None:
            raise StoreError("there is no index of vectors; `ummid index` makes one")
        return self.vectors.search(outcome.value, count, within)


class Named(NamedTuple):
    """What an answer shows of a title."""

    title: str | None
    kind: str
    year: int | None


def named(table: Table, title_ids: Sequence[str]) -> dict[str, Named]:
    """Those of the titles that are published now."""
    cells = table.get_many([keys.title(title_id) for title_id in title_ids], keys.BODY)
    found = {
        title_id: titles.decode_title(cell.value)
        for title_id, cell in zip(title_ids, cells, strict=True)
        if cell is not None and cell.value
    }
    return {id: Named(title.title, title.kind, title.year) for id, title in found.items()}


def embedder() -> Embedder:
    """The one that needs no network and no key."""
    return MiniLM()


def update(
    table: Table, store: Path, model: Embedder, progress: Callable[[Indexed], None]
) -> Indexed:
    """Indexes what a table publishes and is not indexed yet; one at a time.

    Raises StoreError when another process does so already.
    """
    vectors = _vectors(store, model)
    try:
        done = follow(table, vectors, model, progress)
    finally:
        vectors.close()
    words = store / _FOLDER / _WORDS
    folder = words / f"{done.serial:016d}"
    if not folder.exists():
        words.mkdir(parents=True, exist_ok=True)
        Catalogue.of(_published(table)).write(folder)
        for old in _generations(store)[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    return done


def newest(store: Path) -> int | None:
    """How far the words of a store are indexed; None where they are not."""
    found = _generations(store)
    return int(found[-1].name) if found else None


def open_search(store: Path, model: Embedder) -> Opened:
    """The newest index of a store; without vectors, words answer alone.

    Raises StoreError when nothing is indexed.
    """
    serial = newest(store)
    if serial is None:
        raise StoreError(f"nothing is indexed in {store}; `ummid index` makes it searchable")
    catalogue = Catalogue.open(store / _FOLDER / _WORDS / f"{serial:016d}")
    try:
        vectors = _vectors(store, model, readonly=True)
    except StoreError:
        return Opened(serial, catalogue, Searcher(catalogue), None, model)
    return Opened(serial, catalogue, Searcher(catalogue, vectors, model), vectors, model)


def _vectors(store: Path, model: Embedder, *, readonly: bool = False) -> VectorIndex:
    """Vectors of two models are never compared."""
    from ummid.stores.mapped.index import MappedVectorIndex  # loads a large library

    folder = store / _FOLDER / _VECTORS / model.name
    return MappedVectorIndex(folder, model.dimensions, readonly=readonly)


def _generations(store: Path) -> list[Path]:
    words = store / _FOLDER / _WORDS
    return sorted(path for path in words.glob("*") if path.name.isdecimal())


def _published(table: Table) -> Iterator[Document]:
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
