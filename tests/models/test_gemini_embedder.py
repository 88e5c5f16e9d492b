"""Gemini's embeddings over HTTP, well and badly: never a vector for the text beside it."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from google.oauth2.credentials import Credentials

from tests.models.embedding_server import Asked, Embeddings, answer, meant
from tests.models.wire import Reply, refuses, served
from ummid.errors import ConfigError, ModelError
from ummid.models.budget import Budget
from ummid.models.embedder import Task, Vector
from ummid.models.enricher import Cost
from ummid.models.gemini_calls import Endpoint
from ummid.models.gemini_embedder import EmbeddingConfig, GeminiEmbedder
from ummid.models.outcome import Outcome
from ummid.models.prices import Prices

Make = Callable[..., GeminiEmbedder]
THROTTLED = refuses(429, "RESOURCE_EXHAUSTED")


@pytest.fixture
def server() -> Iterator[Embeddings]:
    with served(Embeddings()) as embeddings:
        yield embeddings


@pytest.fixture
def make(server: Embeddings) -> Iterator[Make]:
    made: list[GeminiEmbedder] = []

    def connected(
        budget: Budget | None = None, *, vertex: bool = True, **settings: Any
    ) -> GeminiEmbedder:
        quick: dict[str, Any] = {"rate": 500.0, "backoff": 0.01, "timeout": 5.0}
        given = {"dimensions": 256, "query_deadline": 30.0, **quick, **settings}
        credentials = Credentials(token="t") if vertex else None  # type: ignore[no-untyped-call]
        endpoint = Endpoint(
            "p" if vertex else None, "europe-west4", "k", server.url, credentials=credentials
        )
        config = EmbeddingConfig(endpoint=endpoint, **given)
        made.append(GeminiEmbedder(config, budget, chance=lambda: 0.5))
        return made[-1]

    yield connected
    for embedder in made:
        embedder.close()


def texts(count: int) -> list[str]:
    return [f"story {number} of the harbour" for number in range(count)]


def codes(outcomes: list[Outcome[Vector]]) -> list[str]:
    """`ok` or the error's code, in order; a retryable one ends in `?`."""
    found = []
    for value, error in outcomes:
        assert (value is None) != (error is None)
        assert error is None or isinstance(error, ModelError)
        found.append("ok" if error is None else error.code + "?" * error.retryable)
    return found


def check(asked: list[str], found: list[Outcome[Vector]], task: str | None) -> None:
    """Each vector is its own text's, and has the length 1."""
    for text, (vector, _) in zip(asked, found, strict=True):
        if vector is not None:
            right = meant(text, task, len(vector))
            assert vector.dtype == np.float32
            assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
            assert float(vector @ (right / np.linalg.norm(right))) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("vertex", [True, False], ids=["vertex", "key"])
@pytest.mark.parametrize(
    ("task", "said"), [("document", "RETRIEVAL_DOCUMENT"), ("query", "RETRIEVAL_QUERY")]
)
def test_each_text_gets_its_own_vector_in_few_requests(
    server: Embeddings, make: Make, vertex: bool, task: Task, said: str
) -> None:
    embedder = make(vertex=vertex)
    asked = texts(260)
    found = embedder.embed(asked, task)
    assert codes(found) == ["ok"] * 260
    check(asked, found, said)
    assert {a.task for a in server.asked} == {said}
    assert sorted(len(a.texts) for a in server.asked) == ([10, 250] if vertex else [60, 100, 100])
    assert set(server.paid.values()) == {1}
    assert embedder.counts["embedded"] == 260
    assert embedder.embed([], task) == []


def test_the_request_says_what_the_api_wants_to_hear(server: Embeddings, make: Make) -> None:
    make().embed(["a"], "document")
    make(vertex=False).embed(["b"], "query")
    (path, headers, request), (other, keyed, _) = server.requests
    assert path.endswith(
        "/projects/p/locations/europe-west4/publishers/google/models/gemini-embedding-001:predict"
    )
    assert headers["Authorization"] == "Bearer t"
    assert request["parameters"] == {"outputDimensionality": 256, "autoTruncate": True}
    assert other == "/v1beta/models/gemini-embedding-001:batchEmbedContents"
    assert keyed["x-goog-api-key"] == "k"


@pytest.mark.parametrize("vertex", [True, False], ids=["vertex", "key"])
def test_a_model_that_would_read_two_texts_as_one_is_asked_for_one(
    server: Embeddings, make: Make, vertex: bool
) -> None:
    embedder = make(model="gemini-embedding-2", vertex=vertex)
    for task, begins in (
        ("document", "title: none | text: "),
        ("query", "task: search result | query: "),
    ):
        server.asked.clear()
        asked = texts(5)
        found = embedder.embed(asked, task)  # type: ignore[arg-type]
        assert codes(found) == ["ok"] * 5
        check([begins + text for text in asked], found, None)
        assert sorted(a.texts for a in server.asked) == sorted((begins + t,) for t in asked)


def test_equal_texts_are_paid_once_and_empty_ones_not_asked(server: Embeddings, make: Make) -> None:
    found = make().embed(["a", "b", "a", "", " \n", "a"], "document")
    assert codes(found) == ["ok", "ok", "ok", "empty", "empty", "ok"]
    assert found[0].value is found[2].value
    assert server.paid == {"a": 1, "b": 1}


def test_a_request_holds_no_more_tokens_than_the_model_takes(
    server: Embeddings, make: Make
) -> None:
    long = [f"{number} " + "word " * 1500 for number in range(20)]
    embedder = make()
    assert codes(embedder.embed(long, "document")) == ["ok"] * 20
    assert len(server.asked) > 1
    assert embedder.counts["halved"] == 0


def test_what_would_not_be_read_is_not_sent_and_what_was_cut_is_counted(
    server: Embeddings, make: Make
) -> None:
    embedder = make()
    assert codes(embedder.embed(["é" * 50_000, "w " * 3000, "\ud800"], "document")) == ["ok"] * 3
    sent = [text for asked in server.asked for text in asked.texts]
    assert max(len(text.encode()) for text in sent) <= 2048 * 8
    assert embedder.counts["cut"] == 1


@pytest.mark.parametrize("gone", [0, 3, 9])
def test_a_missing_vector_is_its_texts_alone(server: Embeddings, make: Make, gone: int) -> None:
    asked = texts(10)

    def script(said: Asked) -> Reply | None:
        if asked[gone] in said.texts:
            return answer("predict", said, said.texts.index(asked[gone]))
        return None

    server.script = script
    embedder = make()
    found = embedder.embed(asked, "document")
    assert codes(found) == ["misaligned?" if n == gone else "ok" for n in range(10)]
    check(asked, found, "RETRIEVAL_DOCUMENT")
    assert embedder.counts["embedded"] == 9
    assert embedder.counts["misaligned"] == 1
    assert embedder.budget.spent.input_tokens >= server.tokens  # an answer of no use counts


def test_a_vector_too_many_is_nobodys(server: Embeddings, make: Make) -> None:
    def script(said: Asked) -> Reply | None:
        if len(said.texts) == 2:
            return answer("predict", said._replace(texts=(*said.texts, "another")))
        return None

    server.script = script
    found = make().embed(["a", "b"], "document")
    assert codes(found) == ["ok", "ok"]
    check(["a", "b"], found, "RETRIEVAL_DOCUMENT")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([0.5] * 255, "wrong-dimensions"),
        ([0.5] * 3072, "wrong-dimensions"),
        ([], "wrong-dimensions"),
        ([0.0] * 256, "no-direction?"),
        ([1e308] * 256, "no-direction?"),
    ],
)
def test_a_bad_vector_is_its_texts_alone(
    server: Embeddings, make: Make, values: list[float], code: str
) -> None:
    server.script = lambda said: answer("predict", said, 2, values=values)
    asked = texts(5)
    found = make().embed(asked, "document")
    assert codes(found) == ["ok", "ok", code, "ok", "ok"]
    check(asked, found, "RETRIEVAL_DOCUMENT")
    assert len(server.asked) == 1


def test_a_text_that_is_refused_is_found_and_its_neighbours_are_embedded(
    server: Embeddings, make: Make
) -> None:
    asked = texts(40)
    bad = {asked[7], asked[30]}
    server.script = lambda said: refuses(400, "INVALID_ARGUMENT") if bad & set(said.texts) else None
    embedder = make()
    found = embedder.embed(asked, "document")
    assert codes(found) == ["refused" if n in (7, 30) else "ok" for n in range(40)]
    check(asked, found, "RETRIEVAL_DOCUMENT")
    assert set(server.paid.values()) == {1}
    assert embedder.budget.spent.input_tokens == server.tokens


def test_a_model_that_refuses_all_is_not_asked_for_each(server: Embeddings, make: Make) -> None:
    server.script = lambda _: refuses(400, "INVALID_ARGUMENT")
    found = codes(make(concurrency=1).embed(texts(200), "document"))
    assert set(found) == {"refused", "denied"}
    assert len(server.asked) < 40


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_that_all_would_hear_ends_the_batch(
    server: Embeddings, make: Make, status: int
) -> None:
    server.script = lambda _: refuses(status, "PERMISSION_DENIED")
    embedder = make(concurrency=1)
    assert codes(embedder.embed(texts(600), "document")) == ["denied"] * 600
    assert len(server.asked) == 1
    assert embedder.budget.spent == Cost()


@pytest.mark.parametrize(
    "bad",
    [
        THROTTLED,
        refuses(500, "INTERNAL"),
        refuses(503, "UNAVAILABLE"),
        Reply(200, b"{not json"),
        Reply(200, b'{"predictions": 7}'),
        Reply(breaks=True),
        Reply(200, b"{}", after=30),
    ],
    ids=["throttled", "error", "overloaded", "malformed", "no list", "broken", "hanging"],
)
def test_a_storm_passes_and_each_text_gets_one_vector(
    server: Embeddings, make: Make, bad: Reply
) -> None:
    server.script = lambda said: bad if said.n < 2 else None
    embedder = make(timeout=5.0)
    asked = texts(300)
    found = embedder.embed(asked, "document")
    assert codes(found) == ["ok"] * 300
    check(asked, found, "RETRIEVAL_DOCUMENT")
    assert embedder.counts["calls"] == 4
    assert sum(n for name, n in embedder.counts.items() if name.startswith("failed: ")) == 2
    assert embedder.budget.is_settled


def test_a_question_has_less_time_than_a_catalogue(server: Embeddings, make: Make) -> None:
    server.script = lambda _: Reply(after=30)
    embedder = make(query_deadline=0.5, timeout=20.0)
    assert codes(embedder.embed(["who?"], "query")) == ["deadline?"]
    server.script = lambda _: None
    assert codes(embedder.embed(["a"], "document")) == ["ok"]


def test_what_is_late_fails_and_what_was_answered_stays(server: Embeddings, make: Make) -> None:
    server.script = lambda said: Reply(after=30) if len(said.texts) < 250 else None
    found = codes(make(deadline=8.0, timeout=20.0).embed(texts(260), "document"))
    assert found == ["ok"] * 250 + ["deadline?"] * 10


def test_a_budget_stops_documents_and_lets_people_ask(server: Embeddings, make: Make) -> None:
    asked = texts(500)
    most = make().estimate(asked[:250]).input_tokens
    embedder = make(Budget(tokens=most + 100), concurrency=1)
    found = codes(embedder.embed(asked, "document"))
    assert found == ["ok"] * 250 + ["budget?"] * 250
    assert embedder.budget.spent.input_tokens == server.tokens == 250 * 5
    assert codes(embedder.embed(["who?"], "query")) == ["ok"]
    assert embedder.asked.spent.input_tokens == 1
    assert codes(make().embed(asked[250:], "document")) == ["ok"] * 250
    assert set(server.paid.values()) == {1}


def test_a_service_that_does_not_say_its_cost_costs_the_most(
    server: Embeddings, make: Make
) -> None:
    prices = Prices(0.15, 0)
    embedder = make(Budget(money=1.0), vertex=False, prices=prices)
    asked = texts(10)
    expected = embedder.estimate(asked)
    assert not server.asked
    embedder.embed(asked, "document")
    assert embedder.budget.spent == expected
    assert expected.money == pytest.approx(expected.input_tokens * 0.15 / 1e6)
    with pytest.raises(ConfigError, match="prices"):
        make(Budget(money=1.0))


def test_models_and_sizes_have_names_of_their_own(make: Make) -> None:
    names = {
        make(model=model, dimensions=size).name
        for model in ("gemini-embedding-001", "gemini-embedding-2")
        for size in (256, 768)
    }
    assert len(names) == 4
    assert make(dimensions=768).dimensions == 768


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"model": "../x"}, "embed_model"),
        ({"dimensions": 64}, "128 to 3072"),
        ({"dimensions": 4000}, "128 to 3072"),
    ],
)
def test_what_cannot_be_asked_for_is_said(make: Make, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        make(**settings)
