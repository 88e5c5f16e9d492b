"""Enriching on Beam: as many out as in, whatever a batch is put together from."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from tests.enrich.enrichers import Counting, titled
from tests.models.gemini_server import MODEL, THROTTLED, Gemini, Reply, refuses, says, serving
from tests.models.telling import many, written
from transforms.enrich import FORMAT, EnricherHandler, EnrichTitles
from ummid.enrich.cached import CachedEnricher
from ummid.ingest.context import close_table, open_table
from ummid.models.enricher import Enricher, TitleFacts
from ummid.models.gemini import GeminiConfig, GeminiEnricher
from ummid.models.gemini_calls import Endpoint
from ummid.models.offline import OfflineEnricher
from ummid.views.deadletters import DeadLetter

_made: list[Any] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    for enricher in _made:
        enricher.close()
    _made.clear()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "store"
    close_table(tmp_path / "store")


@pytest.fixture
def gemini() -> Iterator[Gemini]:
    with serving() as server:
        yield server


class Gemini_:
    """Makes an enricher that asks a server through the cache; can be sent to workers."""

    def __init__(self, url: str, store: Path) -> None:
        self._url, self._store = url, store

    def __call__(self) -> Enricher:
        endpoint = Endpoint(api_key="k", base_url=self._url)
        quick: dict[str, Any] = {"rate": 500.0, "most_rate": 500.0, "backoff": 0.01}
        inner = GeminiEnricher(GeminiConfig(MODEL, endpoint=endpoint, timeout=1.0, **quick))
        _made.append(inner)
        return CachedEnricher(inner, open_table(self._store))


def asked(facts: list[TitleFacts]) -> list[tuple[str, TitleFacts]]:
    return [(f"id-{one.title}", one) for one in facts]


def counters(pipeline: beam.Pipeline) -> dict[str, int]:
    return {
        metric.key.metric.name: metric.committed
        for metric in pipeline.result.metrics().query()["counters"]
        if metric.key.metric.namespace == "ummid"
    }


def run(
    make: Any, facts: list[TitleFacts], good: list[Any], failed: list[Any], batch: int = 16
) -> dict[str, int]:
    """Runs it and holds it to (id, synopsis) of the good and (path, code) of the failed."""
    with beam.Pipeline("FnApiRunner") as pipeline:
        enriched = (
            pipeline
            | "Titles" >> beam.Create(asked(facts))
            | "Enrich" >> EnrichTitles(make, "run-1", batch)
        )
        said = enriched.good | "Said" >> beam.MapTuple(lambda i, e: (i, e.synopsis))
        codes = enriched.failed | "Codes" >> beam.Map(lambda letter: (letter.path, letter.code))
        assert_that(said, equal_to(good), "Good")
        assert_that(codes, equal_to(failed), "Failed")
    return counters(pipeline)


@pytest.mark.parametrize("batch", [1, 3, 16])
def test_one_outcome_per_title_whatever_the_batch(batch: int) -> None:
    names = [f"t{n}" for n in range(20)]
    found = run(
        Counting,
        titled(*names, "bad", "later", "bad"),
        [(f"id-{name}", name) for name in names],
        [("title:id-bad", "link"), ("title:id-bad", "link"), ("title:id-later", "budget")],
        batch,
    )
    assert found == {
        "enriched": 20,
        "enrich_failed": 3,
        "enrich_failed_link": 2,
        "enrich_failed_budget": 1,
    }


@pytest.mark.parametrize(("odd", "code"), [("crash", "unexpected"), ("lost", "lost-outcome")])
def test_an_enricher_that_breaks_its_word_loses_nothing_on_beam(odd: str, code: str) -> None:
    found = run(Counting, titled(odd), [], [(f"title:id-{odd}", code)])
    assert found["enrich_failed"] == 1


def test_a_dead_letter_says_which_title_who_was_asked_and_why() -> None:
    with beam.Pipeline("FnApiRunner") as pipeline:
        letters = (
            pipeline | beam.Create(asked(titled("later"))) | EnrichTitles(Counting, "run-1")
        ).failed
        assert_that(
            letters | beam.Map(lambda one: one.id.count(".") == 1 and _without_id(one)),
            equal_to(
                [
                    DeadLetter(
                        id="",
                        run="run-1",
                        partner="*",
                        format=FORMAT,
                        path="title:id-later",
                        place="m p",
                        code="budget",
                        reason="used up",
                        retryable=True,
                    )
                ]
            ),
        )


def _without_id(letter: DeadLetter) -> DeadLetter:
    import msgspec

    return msgspec.structs.replace(letter, id="")


def test_titles_keep_their_time() -> None:
    """RunInference's batches come out at the end of time."""
    with beam.Pipeline("FnApiRunner") as pipeline:
        enriched = (
            pipeline
            | beam.Create(asked(titled("a", "b", "bad")))
            | beam.Map(lambda one: beam.window.TimestampedValue(one, 1000 + ord(one[1].title[0])))
            | EnrichTitles(Counting, "run-1")
        )
        times = enriched.good | "Good" >> beam.ParDo(_Time())
        assert_that(times, equal_to([1000 + ord("a"), 1000 + ord("b")]), "Good times")
        failed = enriched.failed | "Failed" >> beam.ParDo(_Time())
        assert_that(failed, equal_to([1000 + ord("b")]), "Failed times")


class _Time(beam.DoFn):
    def process(self, _one: Any, time: Any = beam.DoFn.TimestampParam) -> Iterator[int]:
        yield int(time)


def test_the_default_needs_nobody() -> None:
    facts = many(5)
    told = facts[0].synopses[0].text
    run(OfflineEnricher, facts, [(f"id-{one.title}", told) for one in facts], [])


def test_a_storm_on_the_wire_loses_nothing_and_a_replay_pays_nothing(
    gemini: Gemini, store: Path
) -> None:
    kinds = {
        1: Reply(after=30),
        2: Reply(500, b""),
        3: Reply(200, b"{"),
        4: Reply(breaks=True),
    }

    def script(title: str, number: int) -> Reply:
        which = int(title.split()[1])
        if which == 13:
            return refuses(400, "INVALID_ARGUMENT")
        if which == 17:
            return says(written(keywords=["www.evil.example", *"abcdefghijk"]))
        if number == 0:
            return kinds.get(which, THROTTLED)
        return says(written())

    gemini.script = script
    facts, make = many(24), Gemini_(gemini.url, store)
    text = says_synopsis()
    good = [(f"id-{one.title}", text) for one in facts if one.title[8:] not in ("13", "17")]
    failed = [("title:id-Harbour 13", "refused"), ("title:id-Harbour 17", "link")]
    found = run(make, facts, good, failed)
    assert found["enriched"] == found["enrich_asked"] - 2 == 22
    answered = gemini.paid - Counter({"Harbour 17": 2, "Harbour 3": 1, "Harbour 1": 1})
    answered -= Counter({"Harbour 4": 1})  # what hung, was garbled or broke off: never seen
    assert answered == {one.title: 1 for one in facts if one.title[8:] not in ("13", "17")}

    before = gemini.total
    again = run(make, [one for one in facts if one.title[8:] not in ("13", "17")], good, [])
    assert again == {"enriched": 22, "enrich_kept": 22}
    assert gemini.total == before


def says_synopsis() -> str:
    from tests.models.telling import synopsis

    return synopsis()


def test_a_handler_asks_each_batch_once_and_repeats_none() -> None:
    handler, inner = EnricherHandler(Counting, batch=4), Counting()
    batch: Any = [(*one, 0) for one in asked(titled("a", "bad", "b"))]
    found = handler.run_inference(batch, inner)
    assert [one.example[0] for one in found] == ["id-a", "id-bad", "id-b"]
    assert [one.inference.error is None for one in found] == [True, False, True]
    assert {one.model_id for one in found} == {"m p"}
    assert inner.batches == [3]
    assert handler.batch_elements_kwargs() == {"min_batch_size": 1, "max_batch_size": 4}
    crashing: Any = [(*one, 0) for one in asked(titled("crash"))]
    assert not next(iter(handler.run_inference(crashing, inner))).inference.error.retryable
    assert inner.batches == [3, 1]


def test_the_steps_have_names_that_stay() -> None:
    pipeline = beam.Pipeline("FnApiRunner")
    _ = pipeline | "Titles" >> beam.Create([]) | "Enrich" >> EnrichTitles(Counting, "run-1")
    labels = {
        part.full_label.removeprefix("Enrich/")
        for part in pipeline.transforms_stack[0].parts[1].parts
    }
    assert labels == {"Stamp", "Ask", "Answered", "Sort out"}
