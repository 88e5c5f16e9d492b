"""GET /api/v1/search and its relatives: found by words and meaning, inside exact filters."""

from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient

from serving.app import create_app
from tests.rights.offers import at, offer
from tests.serving.building import Building, statement
from ummid.catalog.model import Credit, Genre, Synopsis, Text
from ummid.search import stored

HEIST = "A gang of thieves plans one last bank robbery while a tired policeman hunts them."
GHOSTS = "A mother and her children believe that their dark old house is haunted by ghosts."


@pytest.fixture
def indexed(building: Building) -> Building:
    heat = statement(
        key="1",
        own_id="1",
        kind="film",
        year=1995,
        titles=(Text("Heat", "en"),),
        synopses=(Synopsis(HEIST, "en"),),
        genres=(Genre("Crime"),),
        credits=(Credit("Al Pacino", "actor"),),
    )
    others = statement(
        key="2",
        own_id="2",
        kind="film",
        year=2001,
        titles=(Text("The Others", "en"),),
        synopses=(Synopsis(GHOSTS, "en"),),
        genres=(Genre("Horror"),),
    )
    building.title(heat, offers=[offer()])
    building.title(others)
    stored.update(building.table, building.folder, stored.embedder(), lambda _: None)
    return building


@pytest.fixture
def search(indexed: Building) -> FlaskClient:
    return create_app(indexed.table, clock=lambda: at("2025-06-01T12:00:00Z")).test_client()


def ask(client: FlaskClient, path: str, status: int = 200) -> Any:
    found = client.get(f"/api/v1{path}")
    assert found.status_code == status, found.data
    return msgspec.json.decode(found.data)


def names(body: Any) -> list[str]:
    return [hit["title"] for hit in body["hits"]]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("heat", "Heat"),
        ("the others", "The Others"),
        ("al pacino", "Heat"),
        ("criminals robbing a bank", "Heat"),
        ("spooky mansion with spirits", "The Others"),
    ],
)
def test_titles_are_found_by_name_people_and_meaning(
    search: FlaskClient, query: str, first: str
) -> None:
    assert names(ask(search, f"/search?q={query}"))[0] == first


def test_an_answer_says_what_it_rests_on(search: FlaskClient) -> None:
    body = ask(search, "/search?q=bank+robery&explain=1")
    first = body["hits"][0]
    assert (first["title"], first["kind"], first["year"]) == ("Heat", "film", 1995)
    assert first["href"] == f"/api/v1/titles/{first['id']}"
    assert first["explained"].keys() == {"words", "meaning", "hints", "exact"}
    assert {"value": "Crime", "count": 1} in body["facets"]["genre"]
    assert body["serial"] == 2


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("genre=Horror", ["The Others"]),
        ("type=series", []),
        ("year_from=1990&year_to=1999", ["Heat"]),
        ("territory=FR", ["Heat"]),
        ("territory=FR&platform=flix&at=2025-12-31", ["Heat"]),
        ("territory=FR&at=2026-01-01", []),
        ("territory=FR&platform=other", []),
        ("territory=DE", []),
        ("partner=acme&genre=Crime", ["Heat"]),
    ],
)
def test_filters_are_exact(search: FlaskClient, filters: str, found: list[str]) -> None:
    assert names(ask(search, f"/search?q=a+film&{filters}")) == found
    assert names(ask(search, f"/search/semantic?query=a+film&{filters}")) == found


def test_meaning_alone_ranks_by_likeness(search: FlaskClient) -> None:
    body = ask(search, "/search/semantic?query=haunted+house")
    assert names(body) == ["The Others", "Heat"]
    assert body["hits"][0]["score"] > body["hits"][1]["score"]


def test_similar_titles_leave_the_title_itself_out(search: FlaskClient) -> None:
    heat = ask(search, "/search?q=heat")["hits"][0]["id"]
    assert names(ask(search, f"/titles/{heat}/similar")) == ["The Others"]


def test_a_title_without_a_text_is_like_nothing(indexed: Building, search: FlaskClient) -> None:
    bare = indexed.title(statement(key="3", own_id="3", titles=()))
    assert ask(search, f"/titles/{bare.id}/similar", 404)["type"].endswith("no-text")


def test_suggestions_begin_as_typed(search: FlaskClient) -> None:
    body = ask(search, "/search/suggestions?prefix=al+pa")
    assert body["suggestions"] == [{"text": "Al Pacino", "kind": "person", "titles": 1}]


def test_a_platform_or_day_asks_for_a_territory(search: FlaskClient) -> None:
    assert "territory" in ask(search, "/search?q=heat&platform=flix", 400)["detail"]
    assert "territory" in ask(search, "/search?q=heat&at=2025-03-01", 400)["detail"]
    assert "1 or 0" in ask(search, "/search?q=heat&explain=yes", 400)["detail"]


def test_before_anything_is_indexed_search_says_what_to_do(client: FlaskClient) -> None:
    for path in ("/search?q=x", "/search/semantic?query=x", "/search/suggestions?prefix=x"):
        body = ask(client, path, 503)
        assert body["type"].endswith("search-unavailable")
        assert "ummid index" in body["detail"]


def test_a_newer_index_is_taken_up_and_withdrawn_titles_are_left_out(
    indexed: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.finder._LOOK_EVERY", 0)
    client = create_app(indexed.table).test_client()
    heat = ask(client, "/search?q=heat")["hits"][0]["id"]
    indexed.withdraw(heat)
    assert names(ask(client, "/search?q=heat")) == ["The Others"]
    ronin = statement(key="4", own_id="4", titles=(Text("Ronin", "en"),))
    indexed.title(ronin)
    stored.update(indexed.table, indexed.folder, stored.embedder(), lambda _: None)
    assert names(ask(client, "/search?q=ronin"))[0] == "Ronin"
