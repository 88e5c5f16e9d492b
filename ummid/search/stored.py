"""A store's search: words in mapped files, vectors mapped, both as far as they were indexed.

Words and vectors follow the change feed each on its own: what vectors name and the words do not
know is left out.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from fcntl import LOCK_EX, flock
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ummid.errors import StoreError
from ummid.models.embedder import Embedder
from ummid.models.minilm.embedder import MiniLM
from ummid.search import generations
from ummid.search.catalogue import Catalogue
from ummid.search.document import Document
from ummid.search.generations import Words
from ummid.search.indexing import Followed, Indexed, Mark, follow
from ummid.search.places import MappedVectors, Vectors
from ummid.search.published import documents
from ummid.search.searcher import Searcher
from ummid.stores.table import Table
from ummid.stores.vectors import EVERYTHING, Filter, Hit, VectorIndex
from ummid.views import changes, keys

_FOLDER, _WORDS, _VECTORS = "search", "words-4", "vectors"
"""The number goes with how words are laid out in files: what another version laid out is not opened
but made anew."""
_MARK = "followed.json"
_FILES = MappedVectors()
_CHUNK = 1000
"""Titles that are read at a time."""
_CHANGES = 8000
"""Changes that are indexed at a time."""


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

    Words that are damaged, or those of another table, are made anew. Raises StoreError for damaged
    vectors. Whoever is killed leaves what was indexed before, and may call again.
    """
    (store / _FOLDER).mkdir(parents=True, exist_ok=True)
    with (store / _FOLDER / "lock").open("ab") as lock:
        flock(lock, LOCK_EX)
        done = _follow(table, store, model, progress, vectors)
        _follow_words(table, _opened(_words(store)))
    return done


def newest(store: Path) -> int | None:
    """How far the words of a store are indexed; None where they are not."""
    return generations.newest(_words(store))


def generation(store: Path, model: Embedder, vectors: Vectors = _FILES) -> str:
    """Another one after every update of the words or of the vectors; cheap to ask for."""
    mark = _stamp(beside(store, model, vectors) / _MARK)
    return f"{generations.stamp(_words(store))}.{mark}"


def open_search(store: Path, model: Embedder, vectors: Vectors = _FILES) -> Opened:
    """The newest index of a store; where vectors cannot be opened, words answer alone.

    Raises StoreError when nothing is indexed, or words are damaged.
    """
    now = generation(store, model, vectors)  # before opening: what is opened is no older
    if newest(store) is None:
        raise StoreError(f"nothing is indexed in {store}; `ummid index` makes it searchable")
    serial, catalogue = generations.open_newest(_words(store))
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


def _opened(folder: Path) -> Words:
    try:
        return Words(folder)
    except StoreError:
        shutil.rmtree(folder, ignore_errors=True)
        return Words(folder)


def _follow_words(table: Table, words: Words) -> None:
    # Changes of the meantime are read twice, by the next call for the second time.
    last = changes.last_serial(table)
    if words.serial is None or words.serial > last:
        words.clear()
        words.add(_published(table))
        words.unite()
        words.publish(last)
        return
    serial = words.serial
    while found := list(changes.since(table, serial, _CHANGES)):
        titles = [*dict.fromkeys(change.title for change in found)]
        words.change(dict(zip(titles, _as_published(table, titles), strict=True)))
        serial = found[-1].serial
    if serial != words.serial:
        words.publish(serial)


def _published(table: Table) -> Iterator[Document]:
    """The documents of all titles, in the order of their ids."""
    lead = len(keys.title(""))
    titles = (
        key[lead:].decode()
        for key, column, cell in table.scan(keys.title(""))
        if column == keys.BODY and cell.value
    )
    return filter(None, _as_published(table, titles))


def _as_published(table: Table, titles: Iterable[str]) -> Iterator[Document | None]:
    """The document of each title; None for one that is not published."""
    waiting = iter(titles)
    while chunk := [*islice(waiting, _CHUNK)]:
        yield from documents(table, chunk)
