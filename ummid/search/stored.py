"""A store's search: words in mapped files, vectors mapped, both as far as they were indexed.

Indexing writes a new folder of words and then removes all but the newest two, so that who has
opened one may finish with it. Vectors follow on their own: what they name and the words do not
know is left out.
"""

import shutil
from collections.abc import Callable, Iterator
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import NamedTuple

from ummid.errors import StoreError
from ummid.models.embedder import Embedder
from ummid.models.minilm.embedder import MiniLM
from ummid.search.catalogue import Catalogue
from ummid.search.document import Document
from ummid.search.indexing import Followed, Indexed, Mark, follow
from ummid.search.places import MappedVectors, Vectors
from ummid.search.published import documents
from ummid.search.searcher import Searcher
from ummid.stores.table import Table
from ummid.stores.vectors import EVERYTHING, Filter, Hit, VectorIndex
from ummid.views import keys

_FOLDER, _WORDS, _VECTORS = "search", "words-2", "vectors"
"""The number goes with how words are laid out in files: what another version laid out is not opened
but made anew."""
_MARK = "followed.json"
_KEPT = 2
_FILES = MappedVectors()
_CHUNK = 1000


class Opened(NamedTuple):
    """What a process searches: as far as `serial` of the change feed. `trouble` says why there
    are no vectors. `generation` changes whenever an answer may be another one.
    """

    serial: int
    catalogue: Catalogue
    searcher: Searcher
    vectors: VectorIndex | None
    embedder: Embedder
    trouble: str = ""
    generation: str = ""

    def by_meaning(
        self, asked: str, count: int, within: Filter = EVERYTHING, per_series: int = 0
    ) -> list[Hit]:
        """The titles likest to a text by meaning alone. Raises what the model says of the text."""
        (outcome,) = self.embedder.embed([asked], "query")
        if outcome.value is None:
            raise outcome.error or StoreError("the text has no vector")
        if self.vectors is None:
            raise StoreError(f"meaning is not searched: {self.trouble}")
        return self.vectors.search(outcome.value, count, within, per_series)


def embedder() -> Embedder:
    """The one that needs no network and no key."""
    return MiniLM()


def update(
    table: Table,
    store: Path,
    model: Embedder,
    progress: Callable[[Indexed], None],
    vectors: Vectors = _FILES,
) -> Indexed:
    """Indexes what a table publishes and is not indexed yet; waits for who does so already.

    What is damaged of the words is made anew. Raises StoreError for damaged vectors.
    """
    (store / _FOLDER).mkdir(parents=True, exist_ok=True)
    with (store / _FOLDER / "lock").open("ab") as lock:
        flock(lock, LOCK_EX)
        done = _follow(table, store, model, progress, vectors)
        folder = _words(store) / f"{done.serial:016d}"
        if not _opens(folder):
            shutil.rmtree(folder, ignore_errors=True)
            Catalogue.of(_published(table)).write(folder)
            for old in _generations(store)[:-_KEPT]:
                shutil.rmtree(old, ignore_errors=True)
    return done


def newest(store: Path) -> int | None:
    """How far the words of a store are indexed; None where they are not."""
    found = _generations(store)
    return int(found[-1].name) if found else None


def generation(store: Path, model: Embedder, vectors: Vectors = _FILES) -> str:
    """Another one after every update of the words or of the vectors; cheap to ask for."""
    marks = (_words(store), beside(store, model, vectors) / _MARK)
    return ".".join(_stamp(path) for path in marks)


def open_search(store: Path, model: Embedder, vectors: Vectors = _FILES) -> Opened:
    """The newest index of a store; where vectors cannot be opened, words answer alone.

    Raises StoreError when nothing is indexed, or words are damaged.
    """
    now = generation(store, model, vectors)  # before opening: what is opened is no older
    serial = newest(store)
    if serial is None:
        raise StoreError(f"nothing is indexed in {store}; `ummid index` makes it searchable")
    catalogue = Catalogue.open(_words(store) / f"{serial:016d}")
    try:
        index = vectors.open(beside(store, model, vectors), model, None)
    except StoreError as error:
        return Opened(serial, catalogue, Searcher(catalogue), None, model, str(error), now)
    searcher = Searcher(catalogue, index, model)
    return Opened(serial, catalogue, searcher, index, model, generation=now)


def beside(store: Path, model: Embedder, vectors: Vectors = _FILES) -> Path:
    """The folder of what is kept of an index beside it."""
    return store / _FOLDER / _VECTORS / vectors.name(model)


def _follow(
    table: Table,
    store: Path,
    model: Embedder,
    progress: Callable[[Indexed], None],
    vectors: Vectors,
) -> Indexed:
    folder = beside(store, model, vectors)
    mark = Mark(folder / _MARK)
    if not vectors.is_there(folder):
        folder.mkdir(parents=True, exist_ok=True)
        mark.write(Followed())
    index = vectors.open(folder, model, table)
    try:
        return follow(table, index, model, mark, progress)
    finally:
        index.close()


def _stamp(path: Path) -> str:
    try:
        status = path.stat()
    except FileNotFoundError:
        return ""
    return f"{status.st_mtime_ns:x}-{status.st_ino:x}"


def _words(store: Path) -> Path:
    return store / _FOLDER / _WORDS


def _opens(folder: Path) -> bool:
    try:
        Catalogue.open(folder)
    except StoreError:
        return False
    return True


def _generations(store: Path) -> list[Path]:
    return sorted(path for path in _words(store).glob("*") if path.name.isdecimal())


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
