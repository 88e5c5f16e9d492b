"""Enriching as a step of a run: every changed title once, and nothing lost."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.enrich.enrichers import MADE, Counting, Named
from tests.ingest.feeds import Store, roku, write
from ummid.enrich.choose import Chosen
from ummid.ingest import run as runs
from ummid.ingest.backfill import enrich_published
from ummid.ingest.context import PARTITIONS, Run
from ummid.ingest.enrich import enrich_titles, queue_stale, waiting
from ummid.ingest.run import begin
from ummid.views import changes, enrichments, generated, queue, titles
from ummid.views.runs import Enriched


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    one = Store(tmp_path / "store")
    one.enricher = Named("m")
    yield one
    one.close()


@pytest.fixture(autouse=True)
def model() -> Iterator[Counting]:
    MADE["m"] = Counting()
    yield MADE["m"]
    MADE.clear()


def feed(folder: Path, *names: str, day: int = 1, **more: str) -> Path:
    """A whole catalogue of these titles; `more` says something else of each."""
    movies = [{"id": f"id-{name}", "title": name, **more} for name in names]
    return write(folder / f"feed-{day}.json", roku(movies, f"2024-01-{day:02}T00:00:00Z"))


def shown(store: Store) -> dict[str, str]:
    """By name, what is served as generated about each title."""
    found = {}
    for title_id, title in store.titles_by_id().items():
        document = generated.served(store.table, title_id)
        assert document is not None
        body = json.loads(document.body)
        if "generated" in body:
            found[str(title.title)] = body["generated"]["synopsis"]
    return found


def left(store: Store) -> list[str]:
    return [one for partition in PARTITIONS for one in waiting(store.table, partition)]


def test_every_published_title_is_enriched_and_a_second_run_asks_nothing(
    store: Store, model: Counting, tmp_path: Path
) -> None:
    path = feed(tmp_path, "One", "Two")
    assert store.ingest(path).enrichment == Enriched(enriched=2)
    assert shown(store) == {"One": "One", "Two": "Two"}
    before = store.views()
    assert store.ingest(path).enrichment == Enriched()
    assert (model.asked.total(), left(store), store.views()) == (2, [], before)


def test_what_is_generated_stands_apart_and_says_where_it_comes_from(
    store: Store, tmp_path: Path
) -> None:
    store.ingest(feed(tmp_path, "One"))
    ((title_id, title),) = store.titles_by_id().items()
    document = titles.read_document(store.table, title_id)
    assert document is not None
    served = generated.served(store.table, title_id)
    assert served is not None
    body = json.loads(served.body)
    assert body.pop("generated") == {
        "method": "generative",
        "model": "m",
        "prompt_version": "p",
        "at": "1970-01-01T00:00:00.001Z",
        "language": "en",
        "synopsis": "One",
    }
    assert body == json.loads(document.body)
    assert served.etag != document.etag
    assert [s.value for s in title.synopses] == ["About One"]


def test_a_run_without_an_enricher_asks_and_queues_nothing(
    store: Store, model: Counting, tmp_path: Path
) -> None:
    store.enricher = None
    assert store.ingest(feed(tmp_path, "One")).enrichment == Enriched()
    assert (left(store), shown(store), model.asked.total()) == ([], {}, 0)
    run = Run("run-1", store.path, known=1, started="")
    assert queue_stale(run, store.table, "0") == 0
    with pytest.raises(ValueError, match="without an enricher"):
        enrich_titles(run, store.table, [])


def test_the_order_of_deliveries_and_when_they_came_change_no_view(tmp_path: Path) -> None:
    feeds = [
        feed(tmp_path, "One", "Two", day=1),
        feed(tmp_path, "One", "Three", day=2, shortDescription="A detective hunts a killer."),
        feed(tmp_path, "One", "Two", "Four", day=3, longDescription="A secret. A murder."),
    ]
    seen = []
    for number, order in enumerate(itertools.permutations(feeds)):
        store = Store(tmp_path / f"store-{number}")
        store.enricher = Chosen()
        for path in (*order, order[0]):
            store.ingest(path, release_held=True)
        seen.append((store.views(), sorted(shown(store))))
        store.close()
    assert seen == [seen[0]] * len(seen)
    assert seen[0][1] == ["Four", "One", "Two"]


def test_text_about_older_facts_is_not_shown(store: Store, tmp_path: Path) -> None:
    store.ingest(feed(tmp_path, "One", "Two"))
    store.enricher = None
    movies = [
        {"id": "id-One", "title": "One", "longDescription": "Told anew."},
        {"id": "id-Two", "title": "Two"},
    ]
    store.ingest(write(tmp_path / "new.json", roku(movies, "2024-01-02T00:00:00Z")))
    assert shown(store) == {"Two": "Two"}
    store.enricher = Named("m")
    with begin(store.path, enricher=store.enricher) as run:
        assert enrich_published(run) == Enriched(enriched=1)
    assert shown(store) == {"One": "One", "Two": "Two"}


def test_a_title_that_cannot_be_enriched_is_a_letter_and_its_neighbours_go_on(
    store: Store, model: Counting, tmp_path: Path
) -> None:
    path = feed(tmp_path, "One", "bad", "Two")
    assert store.ingest(path).enrichment == Enriched(enriched=2, failed=1)
    (letter,) = store.letters()
    assert (letter.code, letter.format, letter.place) == ("link", "enrichment", "m p")
    assert (letter.retryable, letter.reason, letter.partner) == (False, "a link in it", "*")
    assert letter.path.removeprefix("title:") in store.titles_by_id()
    assert store.ingest(path).enrichment == Enriched()

    model.trouble.clear()
    newer = feed(tmp_path, "One", "bad", "Two", day=2, longDescription="Told anew.")
    assert store.ingest(newer).enrichment == Enriched(enriched=3)
    assert store.letters() == []
    assert len(shown(store)) == 3


def test_what_the_budget_leaves_waits_for_the_next_run(
    store: Store, model: Counting, tmp_path: Path
) -> None:
    names = [f"t{number}" for number in range(40)]
    done = store.ingest(feed(tmp_path, *names, "later")).enrichment
    assert done.enriched + done.left == 41
    assert done.left >= 1
    assert (done.failed, done.stopped) == (0, "used up")
    assert len(left(store)) == done.left
    assert store.letters() == []
    model.trouble.clear()
    assert store.ingest().enrichment == Enriched(enriched=done.left)
    assert len(shown(store)) == 41
    assert set(model.asked.values()) <= {1, 2}


def test_a_service_that_is_not_there_is_not_asked_for_ever(
    store: Store, model: Counting, tmp_path: Path
) -> None:
    with_trouble = feed(tmp_path, "down")
    done = store.ingest(with_trouble).enrichment
    assert done == Enriched(failed=1)
    assert [letter.code for letter in store.letters()] == ["unreachable"]
    assert len(left(store)) == 1
    more = feed(tmp_path, "down", *(f"t{number}" for number in range(40)), day=2)
    done = store.ingest(more).enrichment
    assert done.enriched + done.failed + done.left == 41
    model.trouble.clear()
    store.ingest()
    assert (len(shown(store)), store.letters(), left(store)) == (41, [], [])


def test_another_model_asks_what_it_must_and_the_old_one_nothing(
    store: Store, model: Counting, tmp_path: Path
) -> None:
    store.ingest(feed(tmp_path, "One", "bad"))
    MADE["n"] = Counting(model="n")
    with begin(store.path, enricher=Named("n")) as run:
        assert enrich_published(run) == Enriched(enriched=1, failed=1)
    assert shown(store) == {"One": "One"}
    with begin(store.path, enricher=Named("n")) as run:
        assert enrich_published(run) == Enriched(failed=1)
    assert MADE["n"].asked["One"] == 1
    with begin(store.path, enricher=Named("m")) as run:
        assert enrich_published(run) == Enriched(kept=1, failed=1)
    assert model.asked["One"] == 1


def test_a_model_that_fails_takes_nothing_away(
    store: Store, model: Counting, tmp_path: Path
) -> None:
    model.trouble.clear()
    store.ingest(feed(tmp_path, "bad"))
    MADE["n"] = Counting(model="n")
    with begin(store.path, enricher=Named("n")) as run:
        assert enrich_published(run) == Enriched(failed=1)
    assert shown(store) == {"bad": "bad"}


def test_a_run_that_is_killed_before_it_enriches_loses_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(runs, "_enriched", killed)
        with pytest.raises(KeyboardInterrupt):
            store.ingest(feed(tmp_path, "One", "Two"))
    assert len(store.titles_by_id()) == len(left(store)) == 2
    assert store.ingest().enrichment == Enriched(enriched=2)
    assert (left(store), shown(store)) == ([], {"One": "One", "Two": "Two"})


def test_a_withdrawn_title_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    store.ingest(feed(tmp_path, "One", "bad"))
    store.ingest(feed(tmp_path, "One", day=2), release_held=True)
    assert (store.letters(), shown(store)) == ([], {"One": "One"})
    fresh = Store(tmp_path / "fresh")
    fresh.enricher = Named("m")
    fresh.ingest(feed(tmp_path, "One", day=2))
    assert fresh.views() == store.views()
    fresh.close()


def test_the_change_feed_tells_of_generated_text(store: Store, tmp_path: Path) -> None:
    store.ingest(feed(tmp_path, "One"))
    found = list(changes.since(store.table, 0, 10))
    assert [one.parts for one in found] == [("title", "availability"), ("generated",)]
    assert {one.title for one in found} == set(store.titles_by_id())


def test_titles_alike_are_answered_alike(store: Store, model: Counting, tmp_path: Path) -> None:
    movies = [{"id": f"m{n}", "title": "Same", "shortDescription": "Alike."} for n in range(2)]
    store.ingest(write(tmp_path / "a.json", roku(movies[:1], "2024-01-01T00:00:00Z", "A")))
    found = store.ingest(write(tmp_path / "b.json", roku(movies[1:], "2024-01-01T00:00:00Z", "B")))
    assert found.enrichment.enriched + found.enrichment.kept == 1
    assert model.asked["Same"] <= 2


def test_several_processes_enrich_as_one_does(tmp_path: Path) -> None:
    path = feed(tmp_path, *(f"Night {number}" for number in range(30)))
    seen = []
    for workers in (1, 2):
        store = Store(tmp_path / f"store-{workers}")
        store.enricher = Chosen()
        store.ingest(path)
        with begin(store.path, enricher=Chosen()) as run:
            table = run.table()
            table.drop(b"i#")
            for one in store.titles_by_id():
                table.write([generated.put(one, None, run.known)])
            assert enrich_published(run, workers) == Enriched(enriched=30)
        seen.append(store.views())
        store.close()
    assert seen[0] == seen[1]


def test_a_pointer_is_read_as_it_was_written() -> None:
    pointer = generated.Pointer("e" * 16, generated.maker("m", "p"), "c" * 20)
    assert generated.decode(generated.put("t", pointer, 1).value) == pointer
    assert generated.decode(generated.put("t", None, 1).value) is None
    assert generated.maker("m", "p") != generated.maker("m", "q")


def test_text_that_has_gone_is_not_shown(store: Store, tmp_path: Path) -> None:
    store.ingest(feed(tmp_path, "One"))
    store.table.drop(b"i#")
    assert shown(store) == {}
    assert enrichments.read(store.table, []) == []


def test_what_is_left_outlives_the_run_and_the_rest_does_not(store: Store) -> None:
    from ummid.views import keys

    table = store.table
    for run, part in (("run-1", "a0"), ("run-1", "left-a1"), ("run-2", "left-a2")):
        table.write(queue.puts(keys.unenriched, [part.replace("-", "")], run, part, 1))
    queue.enriched(table, "run-2")
    assert [key for key, _, _ in table.scan(b"h#")] == [b"h#l#run-2#left-a2"]
