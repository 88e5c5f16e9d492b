"""Questions answered with facets, and remembered for as long as the index is the one that answered.

A vector of a query is remembered by the model and the text; an answer by the question and the
generation of the index, so that after an update nobody is answered from before it.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from msgspec import Struct

from ummid.models.embedder import Embedder, Task, Vector
from ummid.models.outcome import Outcome
from ummid.search.catalogue import Catalogue
from ummid.search.filters import Facet
from ummid.search.searcher import Found, Place, Searcher
from ummid.stores.cache import Cache
from ummid.stores.flights import Flights
from ummid.stores.vectors import EVERYTHING, Filter

_VECTOR_SECONDS = 7 * 86_400
_ANSWER_SECONDS = 3_600
_LAYOUT = 1
"""Goes with `Answered`: processes of two versions may share a cache."""


class Asked(Struct, frozen=True, array_like=True):
    """A question: see `Searcher.search`."""

    text: str
    count: int
    within: Filter = EVERYTHING
    after: Place | None = None
    per_series: int = 0


class Answered(Struct, frozen=True, array_like=True):
    """As `Answer`, with how many matched, and `facets` counted over them."""

    found: tuple[Found, ...]
    matched: int
    facets: Mapping[str, tuple[Facet, ...]]
    corrected: dict[str, str]
    degraded: bool


_answered = msgspec.msgpack.Decoder(Answered).decode


def answer(
    searcher: Searcher, catalogue: Catalogue, asked: Asked, spaces: Sequence[str]
) -> Answered:
    """Answers one question, with facets of the namespaces."""
    said = searcher.search(
        asked.text, asked.count, asked.within, after=asked.after, per_series=asked.per_series
    )
    return Answered(
        said.found,
        int(np.count_nonzero(said.matched)),
        catalogue.restricted.facets(said.matched, spaces),
        said.corrected,
        said.degraded,
    )


class Answers:
    """What was answered before, and what is being answered at this moment: once for all who ask."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._flights = Flights[Answered]()

    def of(
        self,
        searcher: Searcher,
        catalogue: Catalogue,
        generation: str,
        asked: Asked,
        spaces: Sequence[str],
    ) -> Answered:
        """`generation` names the state of the index; what was answered without meaning is not
        remembered.
        """
        key = "answer:" + _digest(_LAYOUT, generation, asked, spaces)

        def make() -> Answered:
            made = answer(searcher, catalogue, asked, spaces)
            if not made.degraded:
                self._cache.set(key, msgspec.msgpack.encode(made), _ANSWER_SECONDS)
            return made

        return self._known(key) or self._flights.once(key, make)

    def _known(self, key: str) -> Answered | None:
        held = self._cache.get(key)
        try:
            return None if held is None else _answered(held)
        except msgspec.DecodeError:
            return None


class RememberingEmbedder:
    """An embedder whose vectors of queries are remembered."""

    def __init__(self, model: Embedder, cache: Cache) -> None:
        self.name, self.dimensions = model.name, model.dimensions
        self._model, self._cache = model, cache
        self._flights = Flights[Outcome[Vector]]()

    def embed(self, texts: Sequence[str], task: Task) -> list[Outcome[Vector]]:
        if task != "query":
            return self._model.embed(texts, task)
        return [self._query(text) for text in texts]

    def _query(self, text: str) -> Outcome[Vector]:
        key = "vector:" + _digest(self.name, text)
        held = self._cache.get(key)
        if held is not None and len(held) == 4 * self.dimensions:
            return Outcome(np.frombuffer(held, "<f4"))

        def make() -> Outcome[Vector]:
            (made,) = self._model.embed([text], "query")
            if made.value is not None:
                self._cache.set(key, made.value.astype("<f4").tobytes(), _VECTOR_SECONDS)
            return made

        return self._flights.once(key, make)


def _digest(*parts: object) -> str:
    return hashlib.blake2b(msgspec.msgpack.encode(parts), digest_size=16).hexdigest()
