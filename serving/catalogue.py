"""What the API reads: the materialised views of one store, opened when first needed."""

from pathlib import Path
from threading import Lock
from typing import NamedTuple

import msgspec

from serving.problems import Problem
from ummid.catalog.title import Title
from ummid.opening import beside, open_table
from ummid.rights.availability import Availability, availability
from ummid.rights.collisions import Collision, collisions
from ummid.stores.cache import MemoryCache
from ummid.stores.hypergraph import Edge, Member
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Table
from ummid.views import changes, keys, titles
from ummid.views.availability import UNSTATED, decode_offers, read_offers
from ummid.views.changes import Change
from ummid.views.edges import TableHypergraph
from ummid.views.generated import GeneratedText, generated_text, served
from ummid.views.state import RecordState, states
from ummid.views.titles import Document

_PARTS = 8 << 20
"""Bytes of generated text that a process remembers: some thousand titles."""
_decode_title = msgspec.json.Decoder(Title).decode


class Moved(Exception):
    """The title was merged into another, which answers for it."""

    def __init__(self, survivor: str) -> None:
        super().__init__(survivor)
        self.survivor = survivor


class Known(NamedTuple):
    """An availability, and since when (epoch ms) the grants behind it have been known."""

    answer: Availability
    since: int | None


class Catalogue:
    """One store, read only. Every process opens its own, after the server has forked.

    A store that cannot be opened is tried again by the next request: StoreError until then.
    """

    def __init__(self, store: Path | LmdbTable) -> None:
        self._path = store if isinstance(store, Path) else store.path
        self._table: Table | None = None if isinstance(store, Path) else store
        self._opening = Lock()
        self._parts = MemoryCache(_PARTS)

    @property
    def folder(self) -> Path:
        """Where the store's index lies on this machine."""
        return beside(self._path)

    @property
    def table(self) -> Table:
        return self._table or self._open()

    def _open(self) -> Table:
        with self._opening:
            if self._table is None:
                self._table = open_table(self._path, readonly=True)
            return self._table

    def document(self, title_id: str) -> Document:
        """A title as served: one read, and a second one only where there is none.

        Raises Moved for a title that was merged into another, Problem for one that was
        withdrawn or never was.
        """
        return self._published(title_id, titles.read_document(self.table, title_id))

    def served(self, title_id: str) -> Document:
        """As `document`, with what was generated about the title."""
        return self._published(title_id, served(self.table, title_id, self._parts))

    def _published(self, title_id: str, found: Document | None) -> Document:
        if found is not None and found.body:
            return found
        survivor = titles.survivor(self.table, title_id)
        if survivor != title_id:
            raise Moved(survivor)
        if found is None:
            raise Problem("unknown-title", f"no title was ever published as {title_id}")
        raise Problem("withdrawn-title", f"no partner states {title_id} any more")

    def title(self, title_id: str) -> Title:
        return _decode_title(self.document(title_id).body)

    def generated(self, title_id: str) -> GeneratedText | None:
        """What a model says of a published title, where one was asked."""
        return generated_text(self.table, title_id, self.document(title_id))

    def sources(self, title: Title) -> list[RecordState | None]:
        """What is filed of each statement behind a title, in the order of its sources."""
        return states(self.table, [source.record for source in title.sources])

    def availability(self, title_id: str, territory: str, at: int, as_of: int | None) -> Known:
        """Availability by what was known at `as_of`; None is all that is known.

        A title that has grants at `as_of` is answered even if it has since been merged or
        withdrawn. Raises as `document` does otherwise.
        """
        then = None if as_of is None else max(as_of, 0)  # nothing was known before 1970
        cell = self.table.get(keys.availability(title_id), keys.GRANTS, then)
        if cell is None or not cell.value:
            self.document(title_id)
        known = decode_offers(cell.value if cell else b"")
        concerning = known.concerning(territory)
        unplaced = tuple(known.offers[i] for i in known.by_territory.get(UNSTATED, ()))
        elsewhere = len(known.offers) - len(concerning) - len(unplaced)
        answer = availability(concerning, territory, at, unplaced=unplaced, elsewhere=elsewhere)
        return Known(answer, cell.version if cell else None)

    def rights(self, title_id: str, as_of: int | None) -> tuple[list[Edge], list[Collision]]:
        """The title's grants as edges, and those that collide, by what was known at `as_of`.

        Answers and raises as `availability` does.
        """
        then = None if as_of is None else max(as_of, 0)
        edges = list(TableHypergraph(self.table).find([Member("title", title_id)], as_of=then))
        if not edges:
            self.document(title_id)
        known = read_offers(self.table, title_id, then)
        return edges, collisions(known.offers if known else ())

    def lookup(self, scheme: str, value: str) -> list[str]:
        return titles.lookup(self.table, scheme, value)

    def serial(self) -> int:
        return changes.last_serial(self.table)

    def changes(self, since: int, limit: int) -> list[Change]:
        return list(changes.since(self.table, since, limit))
