"""Following what the catalogue publishes: every changed title embedded once and indexed.

The change feed says what changed; how far it was followed is kept beside the index, and goes with
it. A vector is stored in the table by its text before it is used, so that a replay, a rebuild or a
process that is killed pays for no text twice, and a change of rights alone embeds nothing.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from ummid.errors import ItemError
from ummid.models.embedder import Embedder, Vector
from ummid.search import refused
from ummid.search.document import Document
from ummid.search.published import documents
from ummid.stores.table import Put, Table
from ummid.stores.vectors import Item, VectorIndex
from ummid.views import changes, keys

BATCH = 500
_VECTOR = b"s:vector"
_NO_MEANING = ("generated",)
"""Parts of a change after which a title's vector and restricts are what they were."""


class Indexed(Struct, kw_only=True):
    """What following the feed did. `embedded`: texts the model read; `reused`: vectors that were
    there; `failed`: titles whose text has no vector, or that the index does not take; `refused`:
    the latter, a dead letter each; `serial`: the last change that was followed.
    """

    titles: int = 0
    embedded: int = 0
    reused: int = 0
    removed: int = 0
    failed: int = 0
    refused: int = 0
    serial: int = 0


class Followed(Struct, frozen=True):
    """How far an index has come: the last change, and titles without a vector or refused."""

    serial: int = 0
    failed: tuple[str, ...] = ()


class Mark:
    """`Followed` in a file, replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Followed:
        """Nothing at all where there is no file, or none that can be read: all is followed anew."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Followed)
        except (FileNotFoundError, msgspec.DecodeError):
            return Followed()

    def write(self, followed: Followed) -> None:
        draft = self._path.with_suffix(".new")
        draft.write_bytes(msgspec.json.encode(followed))
        draft.replace(self._path)


def follow(
    table: Table,
    vectors: VectorIndex,
    embedder: Embedder,
    mark: Mark,
    progress: Callable[[Indexed], None] = lambda _: None,
) -> Indexed:
    """Brings a vector index up to what a table publishes.

    May be called again after a crash, and repeats nothing that was paid for; one at a time.
    Titles whose text has no vector, or that the index does not take, are left out of the index and
    tried again by the next call; the latter are dead letters meanwhile.
    """
    step = _Follow(table, vectors, embedder, mark)
    step.once_more()
    while found := list(changes.since(table, step.done.serial, BATCH)):
        step.titles({change.title: change.at for change in found if change.parts != _NO_MEANING})
        step.followed(found[-1].serial)
        progress(step.done)
    return step.done


class _Follow:
    def __init__(self, table: Table, vectors: VectorIndex, embedder: Embedder, mark: Mark) -> None:
        self._table, self._vectors, self._embedder = table, vectors, embedder
        self._mark = mark
        self._failed: set[str] = set()
        self._refused: set[str] = set()
        self.done = Indexed(serial=mark.read().serial)

    def once_more(self) -> None:
        """Tries the titles that had no vector the last time, as of the last change followed."""
        last = next(changes.since(self._table, self.done.serial - 1, 1), None)
        waiting = self._mark.read().failed
        if last is not None:
            for start in range(0, len(waiting), BATCH):
                self.titles(dict.fromkeys(waiting[start : start + BATCH], last.at))
            self.followed(self.done.serial)

    def titles(self, changed: Mapping[str, int]) -> None:
        """Indexes titles as they are published now, each under the version of its last change."""
        found: list[Document] = []
        gone: list[tuple[str, int]] = []
        for title_id, document in zip(changed, documents(self._table, [*changed]), strict=True):
            if document is not None and document.meaning:
                found.append(document)
            else:
                gone.append((title_id, changed[title_id]))
        vectors = self._vectors_of(found)
        errors = self._upsert(
            {
                d.id: Item(d.id, vector, changed[d.id], d.restricts, d.series)
                for d, vector in zip(found, vectors, strict=True)
                if vector is not None
            }
        )
        # What stood there of a refused title has restricts that hold no more.
        self._vectors.remove([*gone, *((title, changed[title]) for title in errors)])
        failed = {d.id for d, vector in zip(found, vectors, strict=True) if vector is None}
        refused.file(self._table, f"vectors of {self._embedder.name}", changed, errors)
        self._failed = self._failed - changed.keys() | failed | errors.keys()
        self._refused = self._refused - changed.keys() | errors.keys()
        self.done.titles += len(changed)
        self.done.removed += len(gone)
        self.done.failed, self.done.refused = len(self._failed), len(self._refused)

    def _upsert(self, items: dict[str, Item]) -> dict[str, ItemError]:
        """Writes what the index takes; why it does not take the others."""
        errors: dict[str, ItemError] = {}
        while True:
            try:
                self._vectors.upsert([*items.values()])
            except ItemError as error:
                for each in (error, *error.others):
                    errors[each.id] = each
                    del items[each.id]
            else:
                return errors

    def followed(self, serial: int) -> None:
        self._mark.write(Followed(serial, tuple(sorted(self._failed))))
        self.done.serial = serial

    def _vectors_of(self, found: Sequence[Document]) -> list[Vector | None]:
        rows = [keys.embedding(self._text_id(document)) for document in found]
        cells = zip(rows, self._table.get_many(rows, _VECTOR), strict=True)
        known = {row: np.frombuffer(cell.value, "<f4") for row, cell in cells if cell}
        missing = {row: d.meaning for row, d in zip(rows, found, strict=True) if row not in known}
        outcomes = self._embedder.embed([*missing.values()], "document") if missing else []
        made = {
            row: outcome.value
            for row, outcome in zip(missing, outcomes, strict=True)
            if outcome.value is not None
        }
        self._table.write(
            Put(row, _VECTOR, 0, vector.astype("<f4").tobytes()) for row, vector in made.items()
        )
        self.done.embedded += len(made)
        self.done.reused += sum(row in known for row in rows)
        known.update(made)
        return [known.get(row) for row in rows]

    def _text_id(self, document: Document) -> str:
        text = f"{self._embedder.name}\0{document.meaning}"
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
