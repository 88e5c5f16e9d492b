"""`ummid index` and `ummid search` over a store."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.rights.offers import offer
from tests.serving.building import Building, statement
from ummid.catalog.model import Genre, Synopsis, Text
from ummid.cli import main


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    store = Building(tmp_path / "store")
    heat = statement(
        key="1",
        own_id="1",
        year=1995,
        titles=(Text("Heat", "en"),),
        synopses=(Synopsis("Thieves plan a bank robbery while a policeman hunts them.", "en"),),
        genres=(Genre("Crime"),),
    )
    store.title(heat, offers=[offer()])
    store.title(statement(key="2", own_id="2", titles=(Text("The Others", "en"),), year=2001))
    yield store
    store.table.close()


def run(building: Building, *arguments: str) -> Result:
    building.table.close()
    command, *others = arguments
    return CliRunner().invoke(main, [command, "--store", str(building.folder), *others])


@pytest.fixture
def indexed(building: Building) -> Building:
    done = run(building, "index")
    assert done.exit_code == 0, done.output
    assert "index: 2 changed titles, 2 embedded" in done.stdout
    return building


def test_indexing_again_embeds_nothing(indexed: Building) -> None:
    assert "0 changed titles, 0 embedded" in run(indexed, "index").stdout


def test_a_search_lists_the_best_first_and_can_explain_itself(indexed: Building) -> None:
    found = run(indexed, "search", "robbing a bank", "--explain")
    first, explained, second, *_ = found.stdout.splitlines()
    assert "Heat (1995), film" in first
    assert "words" in explained
    assert "meaning" in explained
    assert "The Others (2001)" in second


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (("--genre", "Crime"), ["Heat"]),
        (("--territory", "France", "--platform", "flix", "--date", "2025-06-01"), ["Heat"]),
        (("--territory", "FR", "--date", "2027-06-01"), []),
        (("--from", "2000", "--to", "2009"), ["The Others"]),
        (("--type", "series"), []),
    ],
)
def test_filters_are_exact(indexed: Building, filters: tuple[str, ...], found: list[str]) -> None:
    said = run(indexed, "search", "a film", "--json", *filters)
    assert [json.loads(line)["title"] for line in said.stdout.splitlines()] == found
    assert bool(found) != ("nothing inside these filters answers" in said.stderr)


def test_a_misspelt_word_is_read_as_what_was_meant(indexed: Building) -> None:
    assert "'othrs' is nowhere; read as 'others'" in run(indexed, "search", "othrs").stderr


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (("--platform", "flix"), "ask for a --territory"),
        (("--date", "2025-06-01"), "ask for a --territory"),
        (("--territory", "Atlantis"), "names no territory"),
    ],
)
def test_filters_that_cannot_be_are_refused(
    indexed: Building, filters: tuple[str, ...], said: str
) -> None:
    refused = run(indexed, "search", "heat", *filters)
    assert refused.exit_code == 1
    assert said in refused.output


def test_an_empty_query_is_refused(indexed: Building) -> None:
    refused = run(indexed, "search", " ")
    assert refused.exit_code == 2
    assert "say what to look for" in refused.output


def test_damaged_vectors_are_told_beside_what_words_find(indexed: Building) -> None:
    (manifest,) = indexed.folder.glob("search/vectors/*/index-2/manifest.json")
    manifest.write_bytes(b"{")
    found = run(indexed, "search", "heat")
    assert "Heat (1995), film" in found.stdout.splitlines()[0]
    assert "The Others" not in found.stdout
    assert "searched by words alone" in found.stderr


def test_a_store_that_was_never_indexed_says_what_to_do(building: Building) -> None:
    refused = run(building, "search", "heat")
    assert refused.exit_code == 1
    assert "`ummid index`" in refused.output


def test_without_a_store_there_is_nothing_to_index(tmp_path: Path) -> None:
    refused = CliRunner().invoke(main, ["index", "--store", str(tmp_path / "none")])
    assert refused.exit_code == 1
    assert "there is no store" in refused.output
