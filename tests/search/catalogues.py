"""A few documents that tests search, and stand-ins for models that do as they are told."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ummid.errors import StoreError, UmmidError
from ummid.models.embedder import Task, Vector
from ummid.models.outcome import Outcome
from ummid.search.across import Across
from ummid.search.document import Document
from ummid.search.filters import Restricted
from ummid.search.text_index import TextIndex
from ummid.stores.vectors import EVERYTHING, Filter, Hit, Restricts, Window

MATRIX = Document(
    id="t1",
    titles=("The Matrix", "Matrix", "黑客帝国"),
    text="A hacker learns that the world is a simulation and joins the rebels.",
    keywords=("simulation", "artificial intelligence"),
    genres=("Science Fiction",),
    people=("Keanu Reeves", "Carrie-Anne Moss"),
    kind="movie",
    year=1999,
    restricts=Restricts(
        {"genre": ("Science Fiction",), "platform": ("FR:netflix",)}, {"year": 1999}
    ),
)
OTHERS = Document(
    id="t2",
    titles=("The Others",),
    text="A mother who lives in a dark old house believes that it is haunted.",
    genres=("Horror",),
    people=("Nicole Kidman",),
    kind="movie",
    year=2001,
    restricts=Restricts({"genre": ("Horror",)}, {"year": 2001}, (Window("FR:netflix", 100, 200),)),
)
HOUSE = Document(
    id="t3",
    titles=("Haunted House Diaries",),
    text="Every week another family moves into a haunted house.",
    genres=("Horror", "Reality"),
    kind="series",
    year=2015,
    restricts=Restricts({"genre": ("Horror", "Reality")}, {"year": 2015}),
)
AMELIE = Document(
    id="t4",
    titles=("Amélie", "Le Fabuleux Destin d'Amélie Poulain"),
    text="A shy waitress in Paris changes the lives of those around her for the better.",
    genres=("Romance",),
    people=("Audrey Tautou",),
    kind="movie",
    restricts=Restricts({"genre": ("Romance",)}),
)
ALL = (MATRIX, OTHERS, HOUSE, AMELIE)


def index_of(documents: Sequence[Document]) -> TextIndex:
    return TextIndex(Across.one(TextIndex.arrays(documents), len(documents)))


def restricted(documents: Sequence[Restricts]) -> Restricted:
    return Restricted(Across.one(Restricted.arrays(documents), len(documents)))


class Told:
    """An `Embedder` with a vector for each text it was told of; others it fails on."""

    name = "told"
    dimensions = 2

    def __init__(self, vectors: Mapping[str, Sequence[float]]) -> None:
        self._vectors = vectors

    def embed(self, texts: Sequence[str], task: Task) -> list[Outcome[Vector]]:
        assert task == "query"
        return [
            Outcome(np.array(self._vectors[text], np.float32))
            if text in self._vectors
            else Outcome(error=UmmidError("out of quota", retryable=True))
            for text in texts
        ]


class Listed:
    """A `VectorIndex`, as far as search asks of one, that compares with every vector."""

    dimensions = 2

    def __init__(
        self,
        vectors: Mapping[str, Sequence[float]],
        restricts: Mapping[str, Restricts] | None = None,
    ) -> None:
        self._ids = sorted(vectors)
        self._vectors = np.array([vectors[key] for key in self._ids], np.float32)
        named = restricts or {}
        ordered = [named.get(key, Restricts()) for key in self._ids]
        self._restricted = restricted(ordered)
        self.broken = False

    def search(
        self, vector: Vector, count: int, within: Filter = EVERYTHING, per_crowd: int = 0
    ) -> list[Hit]:
        self.per_crowd = per_crowd
        if self.broken:
            raise StoreError("the index is being moved", retryable=True)
        mask = self._restricted.mask(within)
        scored = [
            Hit(key, float(one @ vector))
            for key, one, allowed in zip(self._ids, self._vectors, mask, strict=True)
            if allowed
        ]
        return sorted(scored, key=lambda hit: (-hit.score, hit.id))[:count]

    def upsert(self, items: Iterable[object]) -> None: ...
    def restrict(self, changes: Iterable[object]) -> list[str]: ...
    def remove(self, removals: Iterable[object]) -> None: ...
    def versions(self, ids: Sequence[str]) -> list[int | None]: ...
    def close(self) -> None: ...
