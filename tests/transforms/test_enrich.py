"""Enriching on Beam: what became of every title, whatever a batch is put together from."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from tests.enrich.enrichers import MADE, Counting, Named
from tests.ingest.feeds import Store, roku, write
from tests.models.gemini_server import MODEL, THROTTLED, Gemini, Reply, refuses, says, serving
from tests.models.telling import TOLD, synopsis, written
from transforms.enrich import EnricherHandler, EnrichTitles, _partitions
from ummid.enrich.choose import Chosen
from ummid.ingest.context import PARTITIONS, Run
from ummid.ingest.enrich import Ended
from ummid.ingest.run import begin
from ummid.models.enricher import Enricher
from ummid.models.gemini import GeminiConfig, GeminiEnricher
from ummid.models.gemini_calls import Endpoint
from ummid.views import deadletters, generated, keys, queue, titles
from ummid.views.runs import Enriched


@dataclass(frozen=True)
class GeminiAt(Chosen):
    """A server that speaks the Gemini API, asked as fast as it answers."""

    url: str

    @property
    def is_remote(self) -> bool:
        return True

    def make(self) -> Enricher:
        endpoint = Endpoint(api_key="k", base_url=self.url)
        quick: dict[str, Any] = {"rate": 500.0, "most_rate": 500.0, "backoff": 0.01}
        return GeminiEnricher(GeminiConfig(MODEL, endpoint=endpoint, timeout=1.0, **quick))


@pytest.fixture
def gemini() -> Iterator[Gemini]:
    with serving() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store(tmp_path / "store")
    yield one
    one.close()


@pytest.fixture(autouse=True)
def model() -> Iterator[Counting]:
    MADE["m"] = Counting()
    yield MADE["m"]
    MADE.clear()


def publish(store: Store, tmp_path: Path, *names: str) -> None:
    """Publishes titles that nobody enriches yet."""
    movies = [
        {"id": f"id-{name}", "title": name, "longDescription": TOLD, "genres": ["thriller"]}
        for name in names
    ]
    store.ingest(write(tmp_path / "feed.json", roku(movies, "2024-01-01T00:00:00Z")))


def run(
    store: Store, enricher: Chosen | None, expected: Enriched, *, is_handed: bool = False
) -> dict[str, int]:
    """Enriches on Beam all that is published, and gives the counters."""
    with begin(store.path, enricher=enricher) as begun:
        one = replace(begun, is_handed=is_handed)
        ids = store.titles_by_id()
        store.table.write(queue.puts(keys.unenriched, ids, one.id, "a", one.known))
        with beam.Pipeline("FnApiRunner") as pipeline:
            enriched = pipeline | beam.Create([1, 2]) | "Enrich" >> EnrichTitles(one)
            assert_that(enriched, equal_to([expected]))
        if enricher is not None:
            queue.enriched(store.table, one.id)
    return {
        metric.key.metric.name: metric.committed
        for metric in pipeline.result.metrics().query()["counters"]
        if metric.key.metric.namespace == "ummid"
    }


def said(store: Store) -> dict[str, str]:
    """The synopsis that is shown of each title."""
    found = store.titles_by_id()
    documents = [titles.read_document(store.table, one) for one in found]
    etags = [document.etag for document in documents if document]
    shown = generated.read(store.table, list(found), etags)
    return {
        str(title.title): one.synopsis
        for title, one in zip(found.values(), shown, strict=True)
        if one is not None
    }


def test_every_title_has_one_outcome_and_is_counted(store: Store, tmp_path: Path) -> None:
    names = [f"t{number}" for number in range(20)]
    publish(store, tmp_path, *names, "bad")
    assert run(store, Named("m"), Enriched(20, 0, 1)) == {"enriched": 20, "failed": 1}
    assert said(store) == {name: name for name in names}
    assert run(store, Named("m"), Enriched(0, 20, 1)) == {"kept": 20, "failed": 1}


@pytest.mark.parametrize(("handed", "who"), [(True, 1), (False, 16)])
def test_of_processes_elsewhere_one_asks_a_service_for_all(
    store: Store, handed: bool, who: int
) -> None:
    with begin(store.path) as begun:
        one = replace(begun, is_handed=handed, enricher=GeminiAt("http://nowhere"))
        assert len(_partitions(0, one)) == who
        assert "".join(_partitions(0, one)) == "".join(PARTITIONS)
        assert len(_partitions(0, replace(one, enricher=Chosen()))) == 16


def test_what_one_process_asks_for_all_is_all_that_waits(
    store: Store, tmp_path: Path, gemini: Gemini
) -> None:
    publish(store, tmp_path, *(f"t{number}" for number in range(20)))
    run(store, GeminiAt(gemini.url), Enriched(20), is_handed=True)
    assert len(said(store)) == 20


@pytest.mark.parametrize(("odd", "code"), [("crash", "unexpected"), ("lost", "lost-outcome")])
def test_an_enricher_that_breaks_its_word_loses_nothing_on_beam(
    store: Store, tmp_path: Path, odd: str, code: str
) -> None:
    publish(store, tmp_path, odd)
    run(store, Named("m"), Enriched(failed=1))
    assert [letter.code for letter in store.letters()] == [code]


def test_nobody_to_ask_is_nothing_to_do(store: Store, tmp_path: Path) -> None:
    publish(store, tmp_path, "One")
    assert run(store, None, Enriched()) == {}


def test_the_default_needs_nobody(store: Store, tmp_path: Path) -> None:
    publish(store, tmp_path, "One", "Two")
    run(store, Chosen(), Enriched(2))
    assert said(store) == {"One": TOLD, "Two": TOLD}


def test_a_storm_on_the_wire_loses_nothing_and_a_replay_pays_nothing(
    gemini: Gemini, store: Store, tmp_path: Path
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
    names = [f"Harbour {number}" for number in range(24)]
    good = [name for name in names if name[8:] not in ("13", "17")]
    publish(store, tmp_path, *names)
    run(store, GeminiAt(gemini.url), Enriched(22, 0, 2))
    assert said(store) == dict.fromkeys(good, synopsis())
    letters = {store.titles_by_id()[str(deadletters.title_of(x))].title: x for x in store.letters()}
    assert {title: letter.code for title, letter in letters.items()} == {
        "Harbour 13": "refused",
        "Harbour 17": "link",
    }
    answered = gemini.paid - Counter({"Harbour 17": 2, "Harbour 3": 1, "Harbour 1": 1})
    answered -= Counter({"Harbour 4": 1})  # what hung, was garbled or broke off: never seen
    assert answered == dict.fromkeys(good, 1)

    gemini.script = lambda *_: says(written())
    before = gemini.total
    run(store, GeminiAt(gemini.url), Enriched(2, 22, 0))
    assert gemini.total == before + 2
    assert store.letters() == []
    assert said(store) == dict.fromkeys(names, synopsis())


def test_a_handler_asks_each_batch_once_and_repeats_none(
    store: Store, model: Counting, tmp_path: Path
) -> None:
    publish(store, tmp_path, "a", "bad", "b")
    ids = {str(title.title): one for one, title in store.titles_by_id().items()}
    with begin(store.path, enricher=Named("m")) as one:
        handler = EnricherHandler(one)
        batch = [ids["a"], ids["bad"], ids["b"]]
        found = list(handler.run_inference(batch, handler.create_client()))
    assert [one.example for one in found] == batch
    failed = Ended("failed", "a link in it")
    assert [one.inference for one in found] == [Ended("enriched"), failed, Ended("enriched")]
    assert model.batches == [3]


def test_the_steps_have_names_that_stay(tmp_path: Path) -> None:
    pipeline = beam.Pipeline("FnApiRunner")
    one = Run("run-1", tmp_path, known=1, started="")
    _ = pipeline | "Published" >> beam.Create([1]) | "Enrich" >> EnrichTitles(one)
    labels = {
        part.full_label.removeprefix("Enrich/")
        for part in pipeline.transforms_stack[0].parts[1].parts
    }
    assert labels == {"Before Enrich", "Partitions", "Spread", "Waiting", "Ask", "Count", "Sum"}
