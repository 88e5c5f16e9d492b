"""Where the vectors of a store are kept: in files beside it, on Vertex AI Vector Search, or in a
PostgreSQL database.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ummid.catalog.keys import stable_id
from ummid.errors import StoreError
from ummid.models.embedder import Embedder
from ummid.stores.table import Table
from ummid.stores.vectors import VectorIndex
from ummid.views import keys

if TYPE_CHECKING:
    from ummid.stores.pgvector.index import PgVectorIndex
    from ummid.stores.pgvector.place import Place as Database
    from ummid.stores.vertex.wire import Place

_INDEX = "index-2"
"""In the folder as soon as an index has been begun. The number goes with what of a title is a
restrict: what another version wrote is made anew, which embeds nothing again."""


class Vectors(Protocol):
    """`beside` is a folder of the store, with how far the index has followed it."""

    def name(self, model: Embedder) -> str:
        """Of that folder: another index or model, another folder. Two are never compared."""
        ...

    def is_there(self, beside: Path) -> bool:
        """Whether an index has been begun; else all is followed anew."""
        ...

    def open(self, beside: Path, model: Embedder, table: Table | None) -> VectorIndex:
        """Without a table, for searching only. Raises StoreError that says what to do."""
        ...


class MappedVectors:
    def name(self, model: Embedder) -> str:
        return model.name

    def is_there(self, beside: Path) -> bool:
        return (beside / _INDEX).exists()

    def open(self, beside: Path, model: Embedder, table: Table | None) -> VectorIndex:
        from ummid.stores.mapped.index import MappedVectorIndex  # loads a large library

        folder = beside / _INDEX
        if table is None:
            return MappedVectorIndex(folder, model.dimensions, readonly=True)
        try:
            return MappedVectorIndex(folder, model.dimensions)
        except StoreError as error:
            raise StoreError(
                f"{error}; remove {folder} and run `ummid index` again, which embeds no text that "
                "it has embedded before"
            ) from error


class VertexVectors:
    """Its ledger is in the store's table, so that whoever indexes a store knows what is newest."""

    def __init__(self, place: "Place", seconds: float) -> None:
        """`seconds`: how long a search waits."""
        self._place, self._seconds = place, seconds

    def name(self, model: Embedder) -> str:
        return f"{model.name}@{stable_id(self._place.index)}"

    def is_there(self, beside: Path) -> bool:
        return (beside / _INDEX).exists()

    def open(self, beside: Path, model: Embedder, table: Table | None) -> VectorIndex:
        from ummid.stores.vertex.index import VertexVectorIndex
        from ummid.stores.vertex.wire import Wire, WireConfig, connect

        # A try that hangs leaves time for another.
        config = WireConfig(search_timeout=self._seconds / 2, search_deadline=self._seconds)
        wire = Wire(self._place, connect(self._place), config)
        prefix = keys.indexed(beside.name)
        try:
            index = VertexVectorIndex(wire, model.dimensions, model.name, table, prefix)
        except StoreError:
            wire.close()
            raise
        if table is not None:
            (beside / _INDEX).touch()
        return index


class PgVectors:
    """The database knows what is newest; the folder only which database was followed."""

    def __init__(self, place: "Database", seconds: float) -> None:
        """`seconds`: how long a search waits."""
        self._place, self._seconds = place, seconds

    def name(self, model: Embedder) -> str:
        return f"{model.name}@{stable_id(self._place.identity)}"

    def is_there(self, beside: Path) -> bool:
        return (beside / _INDEX).exists()

    def open(self, beside: Path, model: Embedder, table: Table | None) -> VectorIndex:
        """Raises StoreError for another database than the one that was followed so far."""
        from ummid.stores.pgvector.index import PgVectorIndex
        from ummid.stores.pgvector.session import Patience

        # A try that hangs leaves time for another.
        index = PgVectorIndex(
            self._place,
            model.dimensions,
            model.name,
            readonly=table is None,
            searching=Patience(self._seconds / 2, self._seconds),
        )
        if table is not None:
            self._claim(beside / _INDEX, index)
        return index

    def _claim(self, mark: Path, index: "PgVectorIndex") -> None:
        known = mark.read_text(encoding="utf-8") if mark.exists() else index.identity
        if known != index.identity:
            index.close()
            raise StoreError(
                f"{self._place} was made anew since it was last filled; remove {mark.parent} and "
                "run `ummid index`, which embeds no text that it has embedded before"
            )
        mark.write_text(index.identity, encoding="utf-8")
