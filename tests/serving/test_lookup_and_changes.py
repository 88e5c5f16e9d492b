"""GET /api/v1/lookup/…, /api/v1/changes and /api/v1/titles/{id}/provenance."""

import msgspec
import pytest
from flask.testing import FlaskClient

from tests.serving.building import KNOWN, NEVER, Building, statement
from ummid.catalog.model import Credit, ExternalId, Genre, Synopsis, Technical, Text

EIDR = "10.5240/7791-8534-2C23-9030-8610-5"


@pytest.mark.parametrize(
    ("asked", "scheme", "value"),
    [
        (f"eidr/{EIDR}", "eidr", EIDR),
        (f"eidr/{EIDR.lower()}", "eidr", EIDR),
        ("eidr/10.5240%2F7791-8534-2C23-9030-8610-5", "eidr", EIDR),
        ("IMDB/TT0111161", "imdb", "tt0111161"),
        ("partner:acme/Film 7/a", "partner:acme", "Film 7/a"),
        ("crid/crid://example.org/7", "crid", "crid://example.org/7"),
    ],
)
def test_titles_are_found_by_their_identifiers(
    building: Building, client: FlaskClient, asked: str, scheme: str, value: str
) -> None:
    ids = (
        ExternalId("eidr", EIDR),
        ExternalId("imdb", "tt0111161"),
        ExternalId("crid", "crid://example.org/7"),
    )
    title = building.title(statement(ids=ids, own_id="Film 7/a"))
    found = client.get(f"/api/v1/lookup/{asked}")
    assert found.status_code == 200
    assert found.json == {
        "scheme": scheme,
        "value": value,
        "titles": [{"id": title.id, "href": f"/api/v1/titles/{title.id}"}],
    }


def test_every_title_that_carries_an_identifier_is_listed(
    building: Building, client: FlaskClient
) -> None:
    ids = (ExternalId("tms", "MV000000010000"),)
    found = {building.title(statement(key, ids=ids)).id for key in ("one", "two")}
    answer = client.get("/api/v1/lookup/tms/MV000000010000").json
    assert [t["id"] for t in answer["titles"]] == sorted(found)


@pytest.mark.parametrize("asked", ["imdb/tt9999999", "eidr/10.5240/x", "nonsense/x", "tms/%20a"])
def test_an_identifier_that_nobody_carries_is_not_found(client: FlaskClient, asked: str) -> None:
    found = client.get(f"/api/v1/lookup/{asked}")
    assert found.status_code == 404
    assert found.json["type"] == "/problems/unknown-identifier"


@pytest.mark.parametrize("asked", ["imdb/%20", f"imdb/{'x' * 3000}", "%20/x"])
def test_an_identifier_that_is_none_is_refused(client: FlaskClient, asked: str) -> None:
    assert client.get(f"/api/v1/lookup/{asked}").status_code == 400


def test_changes_are_paged_by_serial(building: Building, client: FlaskClient) -> None:
    ids = [building.title(statement(str(n))).id for n in range(3)]
    building.withdraw(ids[0])
    first = client.get("/api/v1/changes?limit=3")
    assert first.json["serial"] == 4
    assert [(c["serial"], c["title"], c["change"]) for c in first.json["changes"]] == [
        (n + 1, title_id, "created") for n, title_id in enumerate(ids)
    ]
    assert first.json["changes"][0]["at"] == "2025-02-01T00:00:00Z"
    assert first.json["next"] == "/api/v1/changes?since=3&limit=3"
    assert first.headers["Link"] == '</api/v1/changes?since=3&limit=3>; rel="next"'
    rest = client.get(first.json["next"])
    assert [c["change"] for c in rest.json["changes"]] == ["withdrawn"]
    assert rest.json["next"] is None
    assert "Link" not in rest.headers
    assert client.get("/api/v1/changes?since=99").json["changes"] == []


@pytest.mark.parametrize("query", ["since=-1", "since=x", "since=1e3", "limit=0", "limit=1001"])
def test_numbers_out_of_range_are_refused(client: FlaskClient, query: str) -> None:
    found = client.get(f"/api/v1/changes?{query}")
    assert found.status_code == 400
    assert "whole number" in found.json["detail"]


def test_provenance_names_winner_rule_losers_and_where_each_source_stands(
    building: Building, client: FlaskClient
) -> None:
    old = statement(
        "one",
        titles=(Text("Old", "en"),),
        synopses=(Synopsis("Only here.", "en"),),
        year=1999,
        genres=(Genre("Drama"),),
        links=("https://example.org/1",),
        technical=Technical(duration_ms=60_000),
        event_time=KNOWN - 9,
        own_id="A1",
    )
    new = statement(
        "two", "beta", titles=(Text("New", "en"),), year=2000, genres=(Genre("Drama"),),
        event_time=KNOWN,
    )  # fmt: skip
    title = building.title(old, new)
    answer = client.get(f"/api/v1/titles/{title.id}/provenance").json
    beta, acme = (s["record"] for s in answer["sources"])
    assert answer["fields"] == {
        "duration_ms": {"rule": "only", "record": acme},
        "genres": {"rule": "agreement", "record": beta},
        "ids": {
            "rule": "union",
            "records": [acme],
            "items": [{"value": {"scheme": "partner:acme", "value": "A1"}, "records": [acme]}],
        },
        "kind": {"rule": "agreement", "record": beta},
        "links": {"rule": "union", "records": [acme]},
        "synopses.medium.en": {"rule": "only", "record": acme},
        "technical": {"rule": "union", "records": [acme]},
        "title": {"rule": "derived", "records": [beta]},
        "titles.display.en": {
            "rule": "recency",
            "record": beta,
            "losers": [{"record": acme, "value": {"value": "Old", "language": "en"}}],
        },
        "year": {
            "rule": "recency",
            "record": beta,
            "losers": [{"record": acme, "value": 1999}],
        },
    }
    assert answer["sources"][1] == {
        "record": acme,
        "partner": "acme",
        "format": "mec",
        "own_id": "A1",
        "path": "acme.xml",
        "place": "line 7",
        "run": "run-1",
        "stated_at": "2025-01-31T23:59:59.991Z",
        "received_at": "2025-02-01T00:00:00Z",
    }


def test_provenance_names_conflicts_scores_and_who_adds_what(
    building: Building, client: FlaskClient
) -> None:
    mine = statement(
        "one", titles=(Text("Old", "en"),), year=1999, credits=(Credit("Ann Lee"),), event_time=2
    )
    theirs = statement(
        "two", "beta", year=2003, credits=(Credit("A. Lee"), Credit("Bo")), event_time=1
    )
    title = building.title(mine, theirs)
    answer = client.get(f"/api/v1/titles/{title.id}/provenance").json
    acme, beta = (s["record"] for s in answer["sources"])
    assert answer["conflicts"] == [
        {
            "field": "year",
            "reason": "4 years apart",
            "claims": [
                {"value": 1999, "sources": [{"record": acme, "partner": "acme"}]},
                {"value": 2003, "sources": [{"record": beta, "partner": "beta"}]},
            ],
        }
    ]
    assert answer["quality"] == {
        "score": 90,
        "reasons": ["sources contradict each other on year: 4 years apart (-10)"],
    }
    assert answer["completeness"]["score"] == 35
    assert "no synopsis (-15)" in answer["completeness"]["reasons"]
    assert answer["fields"]["credits"] == {
        "rule": "union",
        "records": [acme, beta],
        "items": [
            {"value": {"name": "Ann Lee"}, "records": [acme, beta]},
            {"value": {"name": "Bo"}, "records": [beta]},
        ],
        "losers": [{"record": beta, "value": {"name": "A. Lee"}}],
    }
    assert not {"completeness", "quality", "conflicts"} & set(answer["fields"])


def test_a_title_published_before_there_were_scores_has_none(
    building: Building, client: FlaskClient
) -> None:
    from ummid.views.titles import document

    title = building.title(statement(titles=(Text("T"),)))
    body = client.get(f"/api/v1/titles/{title.id}").json
    del body["completeness"], body["quality"]
    building.put(title.id, document(msgspec.json.encode(body)))
    answer = client.get(f"/api/v1/titles/{title.id}/provenance").json
    assert (answer["completeness"], answer["quality"], answer["conflicts"]) == (None, None, [])


def test_what_one_source_alone_says_is_its_own(building: Building, client: FlaskClient) -> None:
    title = building.title(statement(titles=(Text("T", "fr"), Text("T", "en")), year=1999))
    answer = client.get(f"/api/v1/titles/{title.id}/provenance").json
    (source,) = answer["sources"]
    only = {"rule": "only", "record": source["record"]}
    assert answer["fields"] == {
        "kind": only,
        "title": {"rule": "derived", "records": [source["record"]]},
        "titles": only,
        "year": only,
    }


def test_a_source_that_is_no_longer_filed_is_still_named(
    building: Building, client: FlaskClient
) -> None:
    title = building.title(statement(titles=(Text("T"),)))
    body = client.get(f"/api/v1/titles/{title.id}").json
    body["sources"][0]["record"] = NEVER
    from ummid.views.titles import document

    building.put(title.id, document(msgspec.json.encode(body)))
    answer = client.get(f"/api/v1/titles/{title.id}/provenance").json
    assert answer["sources"][0]["record"] == NEVER
    assert answer["sources"][0]["path"] is None
    assert client.get(f"/api/v1/titles/{NEVER}/provenance").status_code == 404
