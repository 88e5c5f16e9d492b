"""GET /api/v1/titles/{id}/rights: every grant of a title, and those that collide."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from serving.app import create_app
from tests.ingest.feeds import Store, write
from tests.serving.building import NEVER
from ummid.catalog.times import iso
from ummid.views.edges import TableHypergraph

HEAD = "id,title,year,imdb_id,licence,territories,platform,exclusive,start,end\n"


def deliver(store: Store, partner: str, *rows: str, at: int = 0) -> None:
    file = store.path.parent / f"{partner}.csv"
    store.ingest(write(file, HEAD + "".join(rows), 1_700_000_000 + at), partner=partner)


def row(platform: str, where: str, exclusive: str = "false", name: str = "1,Heat,1995,tt1") -> str:
    return f"{name},SVOD,{where},{platform},{exclusive},2025-01-01,2025-12-31\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "store")
    deliver(opened, "acme", row("flix", "FR", "true", "1,Heat,1995,tt0113277"))
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store) -> FlaskClient:
    from ummid.stores.lmdb_table import LmdbTable

    table = store.table
    assert isinstance(table, LmdbTable)
    return create_app(table).test_client()


def test_every_grant_is_told_with_what_it_ties_together(store: Store, client: FlaskClient) -> None:
    (title_id,) = store.titles_by_id()
    found = client.get(f"/api/v1/titles/{title_id}/rights")
    (edge,) = TableHypergraph(store.table).find()
    assert found.status_code == 200
    assert found.headers["Surrogate-Key"] == f"title/{title_id}"
    assert found.json == {
        "title": title_id,
        "as_of": None,
        "serial": 1,
        "collisions": [],
        "edges": [
            {
                "id": edge.id,
                "start": "2025-01-01T00:00:00Z",
                "end": "2026-01-01T00:00:00Z",
                "members": {
                    "edit": ["partner:acme:1"],
                    "exclusive": ["yes"],
                    "licence": ["SVOD"],
                    "partner": ["acme"],
                    "platform": ["flix"],
                    "territory": ["FR"],
                    "title": [title_id],
                },
                "words": "SVOD on flix in FR, 2025-01-01T00:00:00Z to 2026-01-01T00:00:00Z; "
                "exclusive yes; partner acme; edit partner:acme:1",
            }
        ],
    }


def test_grants_that_collide_are_told(store: Store, client: FlaskClient) -> None:
    deliver(store, "zenith", row("zap", "WORLD", name="7,Heat,1995,tt0113277"))
    (title_id,) = store.titles_by_id()
    found = client.get(f"/api/v1/titles/{title_id}/rights").json
    assert found is not None
    (collision,) = found["collisions"]
    assert sorted(collision.pop("edges")) == [edge["id"] for edge in found["edges"]]
    assert collision == {
        "licence": "SVOD",
        "places": ["FR"],
        "start": "2025-01-01T00:00:00Z",
        "end": "2026-01-01T00:00:00Z",
        "certain": True,
    }


def test_what_was_known_then_is_answered_for_ever(store: Store, client: FlaskClient) -> None:
    (title_id,) = store.titles_by_id()
    (known,) = {cell.version for _, _, cell in store.table.scan(b"E#")}
    asked = f"/api/v1/titles/{title_id}/rights?as_of={iso(known)}"
    before = client.get(asked).json
    deliver(store, "acme", row("flix", "DE", name="1,Heat,1995,tt0113277"), at=60)
    after = client.get(asked).json
    (now_id,) = store.titles_by_id()
    now = client.get(f"/api/v1/titles/{now_id}/rights").json
    assert before is not None
    assert after is not None
    assert now is not None
    assert after["edges"] == before["edges"]
    assert after["as_of"] == iso(known)
    assert [edge["members"]["territory"] for edge in now["edges"]] != [["FR"]]


def test_a_title_without_grants_has_none_and_one_that_never_was_is_unknown(
    store: Store, client: FlaskClient
) -> None:
    (title_id,) = store.titles_by_id()
    early = client.get(f"/api/v1/titles/{title_id}/rights?as_of=2000-01-01").json
    assert early is not None
    assert (early["edges"], early["collisions"]) == ([], [])
    assert client.get(f"/api/v1/titles/{NEVER}/rights").status_code == 404


def test_a_merged_title_sends_on(store: Store, client: FlaskClient) -> None:
    deliver(store, "zenith", row("zap", "FR", name="7,Heat,1995,tt0113277"))
    (survivor,) = store.titles_by_id()
    merged = {key[2:].decode() for key, _, cell in store.table.scan(b"t#") if cell.value}
    aliases = merged - {survivor}
    for alias in aliases:
        answer = client.get(f"/api/v1/titles/{alias}/rights")
        assert answer.status_code == 301
        assert answer.headers["Location"].endswith(f"/api/v1/titles/{survivor}/rights")
    assert aliases
