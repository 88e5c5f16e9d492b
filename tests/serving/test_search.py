"""GET /api/v1/search and its relatives: found by words and meaning, inside exact filters."""

from base64 import urlsafe_b64encode
from contextlib import closing
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from serving.app import create_app
from serving.cursors import CURSOR
from tests.rights.offers import at, offer
from tests.serving.building import Building, statement
from ummid.catalog.model import Credit, Genre, Parent, Synopsis, Text
from ummid.errors import UmmidError
from ummid.models.embedder import Vector
from ummid.models.outcome import Outcome
from ummid.search import stored
from ummid.stores.cache import MemoryCache
from ummid.stores.mapped.index import MappedVectorIndex

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
    assert first["explained"].keys() == {"words", "meaning", "hints", "exact", "cosine"}
    assert {"value": "crime", "count": 1, "name": "Crime"} in body["facets"]["genre"]
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
    indexed: Building,
) -> None:
    client = create_app(indexed.table).test_client()
    heat = ask(client, "/search?q=heat")["hits"][0]["id"]
    indexed.withdraw(heat)
    assert names(ask(client, "/search?q=heat")) == ["The Others"]
    ronin = statement(key="4", own_id="4", titles=(Text("Ronin", "en"),))
    indexed.title(ronin)
    stored.update(indexed.table, indexed.folder, stored.embedder(), lambda _: None)
    assert names(ask(client, "/search?q=ronin"))[0] == "Ronin"


@pytest.fixture
def series(building: Building) -> FlaskClient:
    """Two series with episodes and a film, all about the same; one partner writes in its way."""
    for name in ("Reef", "Jaws"):
        parent = Parent("series", title=name)
        for number in range(1, 4):
            building.title(
                statement(
                    key=f"{name}-{number}",
                    own_id=f"{name}-{number}",
                    kind="episode",
                    titles=(Text(f"{name} {number}", "en"),),
                    synopses=(Synopsis("Sharks come to the beach.", "en"),),
                    genres=(Genre("Comedy" if number > 1 else "comedies"),),
                    languages=("en-US",),
                    parents=(parent,),
                ),
                offers=[offer(platform="Prime Video")],
            )
    building.title(
        statement(
            key="film",
            own_id="film",
            titles=(Text("Sharks", "en"),),
            synopses=(Synopsis("Sharks come to the beach.", "en"),),
            genres=(Genre("Sci-Fi"),),
            languages=("fr",),
            countries=("FR",),
        )
    )
    stored.update(building.table, building.folder, stored.embedder(), lambda _: None)
    return create_app(building.table, clock=lambda: at("2025-06-01T12:00:00Z")).test_client()


@pytest.mark.parametrize("more", ["", "&per_series=1", "&territory=FR", "&explain=1&genre=comedy"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_put_together_are_the_whole_list(series: FlaskClient, more: str, limit: int) -> None:
    whole = ask(series, f"/search?q=sharks+on+a+beach&limit=100{more}")
    assert whole["next"] is None
    found: list[str] = []
    following = f"/api/v1/search?q=sharks+on+a+beach&limit={limit}{more}"
    while following:
        answered = series.get(following)
        body = msgspec.json.decode(answered.data)
        assert len(body["hits"]) <= limit
        found += names(body)
        following = body["next"]
        link = answered.headers.get("Link")
        assert link == (f'<{following}>; rel="next"' if following else None)
    assert found == names(whole)


def test_of_one_series_no_more_are_answered_than_asked_for(series: FlaskClient) -> None:
    body = ask(series, "/search?q=sharks&per_series=1")
    assert sorted(name[:4] for name in names(body)) == ["Jaws", "Reef", "Shar"]
    assert body["matched"] == 7
    assert body["facets"]["genre"] == [
        {"value": "comedy", "count": 6, "name": "Comedy"},
        {"value": "science fiction", "count": 1, "name": "Sci-Fi"},
    ]
    by_meaning = ask(series, "/search/semantic?query=sharks&per_series=2")
    assert sorted(name[:4] for name in names(by_meaning)) == ["Jaws"] * 2 + ["Reef"] * 2 + ["Shar"]
    film = next(hit["id"] for hit in body["hits"] if hit["title"] == "Sharks")
    assert len(names(ask(series, f"/titles/{film}/similar?per_series=1"))) == 2


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ("genre=COMEDIES", 6),
        ("genre=science-fiction", 1),
        ("language=en", 6),
        ("language=en-US", 6),
        ("language=fr", 1),
        ("country=fr", 1),
        ("type=Episode", 6),
        ("territory=FR&platform=prime-video", 6),
    ],
)
def test_a_filter_does_not_mind_how_it_is_spelt(
    series: FlaskClient, filters: str, count: int
) -> None:
    body = ask(series, f"/search?q=sharks&limit=100&{filters}")
    assert len(body["hits"]) == count
    languages = {facet["value"]: facet["name"] for facet in body["facets"]["language"]}
    assert languages.items() <= {"en": "English", "en-US": "en-US", "fr": "French"}.items()


def cursor_of(client: FlaskClient, question: str) -> str:
    following = ask(client, f"/search?{question}")["next"]
    return str(parse_qs(urlsplit(following).query)["cursor"][0])


@pytest.mark.parametrize(
    "made_up",
    [
        "",
        "x",
        "====",
        "0" * 257,
        "%00%FF",
        "AAAA",
        "AUAAAAAAAAAAAADAf2E",  # not a number
        "AUAAAAAAAAAAAACAf2E",  # endless
        "AUAAAAAAAAAAAAAAAP__",  # no id
        "é",
    ],
)
def test_a_cursor_that_no_answer_gave_is_refused(series: FlaskClient, made_up: str) -> None:
    body = ask(series, f"/search?q=sharks&cursor={made_up}", 400)
    assert body["type"].endswith("bad-cursor")
    assert "next" in body["detail"]


@given(raw=st.binary(max_size=40), named=st.text(max_size=8))
def test_whatever_a_cursor_holds_it_is_read_or_refused(raw: bytes, named: str) -> None:
    for held in (raw, b"\x01" + raw, b"\x01" + raw[:13].ljust(13, b"\0") + named.encode()):
        try:
            read = CURSOR.read(urlsafe_b64encode(held).decode())
        except ValueError:
            continue
        assert CURSOR.read(str(read)) == read


@pytest.mark.parametrize(
    "other", ["q=shark&limit=2", "q=sharks&limit=2&genre=comedy", "q=sharks&per_series=1"]
)
def test_a_cursor_of_another_question_is_refused(series: FlaskClient, other: str) -> None:
    cursor = cursor_of(series, "q=sharks&limit=2")
    body = ask(series, f"/search?{other}&cursor={cursor}", 400)
    assert body["type"].endswith("bad-cursor")
    assert "another question" in body["detail"]
    assert ask(series, f"/search?q=sharks&limit=5&cursor={cursor}")["hits"]


def test_a_list_goes_on_after_the_index_has_moved_on(
    building: Building, series: FlaskClient
) -> None:
    first = ask(series, "/search?q=sharks+beach&limit=3")
    building.title(statement(key="new", own_id="new", titles=(Text("Dust", "en"),)))
    stored.update(building.table, building.folder, stored.embedder(), lambda _: None)
    rest = msgspec.json.decode(series.get(first["next"]).data)
    assert rest["serial"] > first["serial"]
    assert rest["hits"]


def test_without_meaning_words_answer_and_say_so(
    building: Building, series: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = cursor_of(series, "q=sharks&limit=2")
    model = stored.embedder()

    def fail(*_: object) -> list[Outcome[Vector]]:
        return [Outcome(error=UmmidError("out of quota", retryable=True))]

    monkeypatch.setattr(type(model), "embed", fail)
    client = create_app(building.table).test_client()
    body = ask(client, "/search?q=sharks&explain=1&limit=2")
    assert body["degraded"]
    assert body["hits"][0]["explained"]["meaning"] == 0
    refused = ask(client, f"/search?q=sharks&cursor={cursor}", 400)
    assert "start again" in refused["detail"]
    assert ask(client, "/search/semantic?query=sharks", 503)["detail"] == "out of quota"
    monkeypatch.undo()
    assert not ask(client, "/search?q=sharks&explain=1&limit=2")["degraded"]


@pytest.mark.parametrize("file", ["*.pack", "manifest.json"])
@pytest.mark.parametrize("left", [0, 100])
def test_a_damaged_index_of_vectors_leaves_words_to_answer(
    building: Building, series: FlaskClient, file: str, left: int
) -> None:
    assert not ask(series, "/search?q=sharks")["degraded"]
    (folder,) = building.folder.glob("search/vectors/*/index-2")
    with closing(MappedVectorIndex(folder, stored.embedder().dimensions)) as index:
        index.compact()
    (harmed,) = folder.glob(file)
    cursor = cursor_of(series, "q=sharks&limit=2")
    harmed.write_bytes(harmed.read_bytes()[:left])
    client = create_app(building.table).test_client()
    body = ask(client, "/search?q=sharks&limit=2")
    assert body["degraded"]
    assert names(body)
    assert names(ask(client, body["next"].removeprefix("/api/v1")))
    refused = ask(client, f"/search?q=sharks&limit=2&cursor={cursor}", 400)
    assert "start again" in refused["detail"]


@pytest.mark.usefixtures("series")
def test_answers_are_remembered_until_the_index_is_another(building: Building) -> None:
    cache = MemoryCache()
    client = create_app(building.table, cache=cache).test_client()
    first = ask(client, "/search?q=sharks")
    again = ask(create_app(building.table, cache=cache).test_client(), "/search?q=sharks")
    assert again == first
    building.title(statement(key="new", own_id="new", titles=(Text("Sharks of the South", "en"),)))
    stored.update(building.table, building.folder, stored.embedder(), lambda _: None)
    assert "Sharks of the South" in names(ask(client, "/search?q=sharks"))


def test_an_index_that_cannot_be_opened_is_tried_again_and_the_old_one_answers(
    building: Building, series: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert names(ask(series, "/search?q=sharks"))
    building.title(statement(key="new", own_id="new", titles=(Text("Ronin", "en"),)))
    stored.update(building.table, building.folder, stored.embedder(), lambda _: None)
    newest = max((building.folder / "search" / "words-4" / "generations").iterdir())
    whole = newest.read_bytes()
    newest.write_bytes(b"")
    assert "Ronin" not in names(ask(series, "/search?q=ronin"))
    newest.write_bytes(whole)
    monkeypatch.setattr("serving.finder._TRY_EVERY", 0.0)
    assert names(ask(series, "/search?q=ronin"))[0] == "Ronin"
