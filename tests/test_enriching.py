"""`ummid enrich`, and what `ummid ingest` does with the titles that it publishes."""

import fcntl
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commandline import errors, refused, ummid
from tests.ingest.feeds import Store, roku, write
from tests.models.gemini_server import Gemini, refuses, says, serving
from tests.models.telling import TOLD, written


def feed(folder: Path, *names: str) -> Path:
    movies = [{"id": name, "title": name, "longDescription": TOLD} for name in names]
    return write(folder / "feed.json", roku(movies, "2024-01-01T00:00:00Z"))


@pytest.fixture
def gemini(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gemini]:
    with serving() as server:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        monkeypatch.setenv("GOOGLE_API_KEY", "k")
        yield server


def said(*arguments: object) -> str:
    found = ummid(*arguments)
    assert found.exit_code == 0, found.output
    return found.stdout


def test_an_ingest_enriches_and_indexes_and_the_second_does_neither(tmp_path: Path) -> None:
    store = ("--store", tmp_path / "store")
    path = feed(tmp_path, "One", "Two")
    first = ummid("ingest", path, *store)
    assert (first.exit_code, errors(first)) == (0, [])
    assert "enrichment: 2 enriched titles" in first.stdout
    assert "index: 2 changed titles, 2 embedded" in first.stdout
    again = said("ingest", path, *store)
    assert "enrichment" not in again
    ran, idle = said("runs", *store).splitlines()
    assert ran.endswith("; titles 2 enriched, 0 kept, 0 failed, 0 left")
    assert idle.endswith(" s"), "nothing waited"
    assert "index: 0 changed titles, 0 embedded" in again
    found = json.loads(said("search", "retired detective", "--limit", 1, "--json", *store))
    body = json.loads(said("title", found["id"], *store))
    assert body["generated"]["synopsis"] == TOLD
    assert body["generated"]["method"] == "extractive"
    why = said("title", "why", found["id"], *store)
    assert "generated, no partner's word: chosen by rule among partners' words; extractive" in why


def test_neither_is_done_where_the_settings_say_so(tmp_path: Path) -> None:
    config = tmp_path / "ummid.toml"
    config.write_text('enricher = "none"\nindex = "no"\n')
    store = ("--store", tmp_path / "store")
    out = said("--config", config, "ingest", feed(tmp_path, "One"), *store)
    assert "enrichment" not in out
    assert "index:" not in out
    assert not (tmp_path / "store" / "search").exists()
    assert refused(ummid("--config", config, "enrich", *store)).startswith("enricher = none")
    out = said("enrich", "--no-index", *store)
    assert out == "1 titles enriched, 0 with what was answered before, 0 failed, 0 left\n"
    assert said("ingest", tmp_path / "feed.json", "--no-index", *store).count("index:") == 0


def test_a_dry_run_says_what_would_be_asked_and_cost(
    tmp_path: Path, gemini: Gemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ("--store", tmp_path / "store")
    said("ingest", feed(tmp_path, "One", "Two"), "--no-index", *store)
    free = said("enrich", "--dry-run", *store).splitlines()
    assert free[0].startswith("2 titles: 2 answered before, 0 alike to another, 0 to ask")
    assert free[1] == "about 0 tokens in and 0 out"
    monkeypatch.setenv("UMMID_ENRICHER", "gemini")
    monkeypatch.setenv("UMMID_ENRICH_PRICES", "300/2500")
    counts, cost = said("enrich", "--dry-run", *store).splitlines()
    assert counts.startswith("2 titles: 0 answered before, 0 alike to another, 2 to ask gemini-")
    assert " tokens in and 900 out, " in cost
    assert cost.endswith(" by enrich_prices")
    assert gemini.total == 0


def test_another_enricher_does_what_is_to_be_done_anew_and_says_what_failed(
    tmp_path: Path, gemini: Gemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ("--store", tmp_path / "store")
    said("ingest", feed(tmp_path, "Harbour 1", "Harbour 2"), "--no-index", *store)
    gemini.script = lambda title, _: (
        refuses(400, "INVALID_ARGUMENT") if title == "Harbour 2" else says(written())
    )
    monkeypatch.setenv("UMMID_ENRICHER", "gemini")
    found = ummid("enrich", *store)
    assert found.stdout.startswith("1 titles enriched, 0 with what was answered before, 1 failed")
    assert "the failed wait as dead letters" in found.stderr
    assert "index: 2 changed titles, 2 embedded" in found.stdout
    before = gemini.total
    gemini.script = lambda *_: says(written())
    again = said("enrich", "--workers", 1, *store)
    assert again.startswith("1 titles enriched, 0 with what was answered before, 0 failed, 0 left")
    assert gemini.total == before + 1


def test_a_budget_ends_politely_and_the_next_run_goes_on(
    tmp_path: Path, gemini: Gemini, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ("--store", tmp_path / "store")
    gemini.script = lambda *_: says(written())
    names = [f"Harbour {number}" for number in range(30)]
    monkeypatch.setenv("UMMID_ENRICHER", "gemini")
    monkeypatch.setenv("UMMID_ENRICH_TOKENS", "9000")
    out = said("ingest", feed(tmp_path, *names), "--no-index", *store)
    (line,) = [line for line in out.splitlines() if line.startswith("enrichment: ")]
    assert line.endswith(
        "left titles: the run's budget (9000 tokens) is used up; the next run goes on from here"
    )
    made = gemini.total
    assert 0 < made < 30
    found = ummid("enrich", "--no-index", *store)
    assert found.exit_code == 0
    assert "stopped: the run's budget (9000 tokens) is used up" in found.stderr
    assert gemini.total > made
    monkeypatch.setenv("UMMID_ENRICH_TOKENS", "")
    report = tmp_path / "r.json"
    said("ingest", tmp_path / "feed.json", "--no-index", "--report", report, *store)
    assert set(json.loads(report.read_bytes())["enrichment"]) == {"enriched"}
    assert gemini.total == 30


def test_a_busy_or_missing_store_is_said(tmp_path: Path) -> None:
    assert "there is no store" in refused(ummid("enrich", "--store", tmp_path / "none"))
    store = Store(tmp_path / "store")
    store.ingest(feed(tmp_path, "One"))
    store.close()
    with (store.path / "ingest.lock").open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "another ingest is running" in refused(ummid("enrich", "--store", store.path))
