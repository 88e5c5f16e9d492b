"""What was answered is not worked out again, as long as the index is the one that answered."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.search.catalogues import ALL, Listed, Told
from ummid.errors import StoreError, UmmidError
from ummid.models.embedder import Task, Vector
from ummid.models.outcome import Outcome
from ummid.search.asked import Answers, Asked, RememberingEmbedder, answer
from ummid.search.catalogue import Catalogue
from ummid.search.searcher import Answer, Place, Searcher
from ummid.stores.cache import Cache, MemoryCache, Sheltered
from ummid.stores.vectors import EVERYTHING, Filter

CATALOGUE = Catalogue.of(ALL)
SPACES = ("genre",)
ASKED = Asked("haunted house", 3)


class Broken:
    def get(self, key: str) -> bytes | None:
        raise StoreError(f"no {key} here", retryable=True)

    def set(self, key: str, value: bytes, seconds: float) -> None:
        raise StoreError(f"no room for {key}, {len(value)}, {seconds}", retryable=True)

    def close(self) -> None: ...


class Garbled(MemoryCache):
    """What another version, or somebody else, has written."""

    def get(self, key: str) -> bytes | None:
        return b"\xc1" if super().get(key) else None


class Counting(Searcher):
    def __init__(self) -> None:
        super().__init__(CATALOGUE)
        self.asked = 0

    def search(
        self,
        asked: str,
        count: int = 10,
        within: Filter = EVERYTHING,
        *,
        after: Place | None = None,
        per_series: int = 0,
    ) -> Answer:
        self.asked += 1
        return super().search(asked, count, within, after=after, per_series=per_series)


class Embedding:
    """An embedder that counts what it embeds, and knows no text of nothing."""

    name, dimensions = "counting", 2

    def __init__(self) -> None:
        self.embedded: list[tuple[str, Task]] = []

    def embed(self, texts: Sequence[str], task: Task) -> list[Outcome[Vector]]:
        self.embedded += [(text, task) for text in texts]
        return [
            Outcome(np.array([0.6, 0.8], np.float32))
            if text
            else Outcome(error=UmmidError("empty"))
            for text in texts
        ]


def test_an_answer_is_worked_out_once_for_each_state_of_the_index() -> None:
    searcher, answers = Counting(), Answers(MemoryCache())
    first = answers.of(searcher, CATALOGUE, "1", ASKED, SPACES)
    assert answers.of(searcher, CATALOGUE, "1", ASKED, SPACES) == first
    assert first == answer(Searcher(CATALOGUE), CATALOGUE, ASKED, SPACES)
    assert searcher.asked == 1
    assert answers.of(searcher, CATALOGUE, "2", ASKED, SPACES) == first
    assert searcher.asked == 2


@pytest.mark.parametrize(
    "other",
    [
        Asked("haunted", 3),
        Asked("haunted house", 4),
        Asked("haunted house", 3, Filter(deny={"genre": ("Horror",)})),
        Asked("haunted house", 3, per_series=1),
        Asked("haunted house", 3, after=Place(0.5, "t1")),
    ],
)
def test_another_question_has_another_answer(other: Asked) -> None:
    searcher, answers = Counting(), Answers(MemoryCache())
    answers.of(searcher, CATALOGUE, "1", ASKED, SPACES)
    found = answers.of(searcher, CATALOGUE, "1", other, SPACES)
    assert found == answer(Searcher(CATALOGUE), CATALOGUE, other, SPACES)
    assert searcher.asked == 2


@pytest.mark.parametrize("cache", [Sheltered(Broken()), Garbled()], ids=["broken", "garbled"])
def test_a_cache_that_fails_fails_no_search(cache: Cache) -> None:
    answers = Answers(cache)
    expected = answer(Searcher(CATALOGUE), CATALOGUE, ASKED, SPACES)
    for _ in range(2):
        assert answers.of(Searcher(CATALOGUE), CATALOGUE, "1", ASKED, SPACES) == expected


def test_what_words_alone_answered_is_not_remembered() -> None:
    index = Listed({"t3": (0.0, 1.0)})
    searcher = Searcher(CATALOGUE, index, Told({"haunted house": (0.0, 1.0)}))
    answers = Answers(MemoryCache())
    index.broken = True
    assert answers.of(searcher, CATALOGUE, "1", ASKED, SPACES).degraded
    index.broken = False
    assert not answers.of(searcher, CATALOGUE, "1", ASKED, SPACES).degraded


def test_a_question_is_embedded_once_and_documents_always() -> None:
    model, cache = Embedding(), MemoryCache()
    for embedder in (RememberingEmbedder(model, cache), RememberingEmbedder(model, cache)):
        first, second = embedder.embed(["a", "a"], "query")
        assert first.value is not None
        assert second.value is not None
        assert first.value.tolist() == second.value.tolist()
        embedder.embed(["a"], "document")
    assert model.embedded == [("a", "query"), ("a", "document"), ("a", "document")]


def test_a_text_without_a_vector_is_tried_again() -> None:
    model = Embedding()
    embedder = RememberingEmbedder(model, MemoryCache())
    for _ in range(2):
        (outcome,) = embedder.embed([""], "query")
        assert str(outcome.error) == "empty"
    assert len(model.embedded) == 2
    assert (embedder.name, embedder.dimensions) == ("counting", 2)


def test_a_vector_of_another_size_is_not_taken() -> None:
    model, cache = Embedding(), MemoryCache()
    RememberingEmbedder(model, cache).embed(["a"], "query")
    model.dimensions = 3
    RememberingEmbedder(model, cache).embed(["a"], "query")
    assert len(model.embedded) == 2
