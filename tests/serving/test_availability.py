"""GET /api/v1/titles/{id}/availability: a status, the grant behind it, and for how long."""

import pytest
from flask.testing import FlaskClient

from tests.rights.offers import at, offer
from tests.serving.building import KNOWN, NEVER, Building, statement
from ummid.catalog.grants import TerritorySet


def test_it_echoes_the_question_and_names_the_deciding_grant(
    building: Building, client: FlaskClient
) -> None:
    title = building.title(
        statement(), offers=[offer("g1"), offer("g0", "2020-01-01", "2020-02-01")]
    )
    found = client.get(f"/api/v1/titles/{title.id}/availability?territory=france&at=2025-03-01")
    assert found.status_code == 200
    answer = found.json
    offers = answer.pop("offers")
    assert answer == {
        "title": title.id,
        "territory": "FR",
        "at": "2025-03-01T00:00:00Z",
        "as_of": "2025-02-01T00:00:00Z",
        "known_since": "2025-02-01T00:00:00Z",
        "serial": 1,
        "status": "available",
        "reason": "SVOD on flix: the window holds: starts 2025-01-01T00:00:00Z, "
        "ends 2026-01-01T00:00:00Z",
        "deciding": "g1",
        "next_change": "2026-01-01T00:00:00Z",
    }
    assert [(o["grant"], o["status"], o["decides"]) for o in offers if "decides" in o] == [
        ("g1", "available", True)
    ]
    assert offers[1]["reason"] == "the window is over: ends 2020-02-02T00:00:00Z"
    assert offers[1]["start"] == {
        "at": "2020-01-01T00:00:00Z",
        "kind": "date",
        "raw": "2020-01-01",
        "assumed_zone": "UTC",
    }
    assert found.headers["Surrogate-Key"] == f"title/{title.id} territory/FR"


def test_it_is_asked_about_now_unless_told_otherwise(
    building: Building, client: FlaskClient
) -> None:
    title = building.title(statement(), offers=[offer(end="2025-05-31")])
    answer = client.get(f"/api/v1/titles/{title.id}/availability?territory=FR").json
    assert (answer["at"], answer["status"]) == ("2025-06-01T12:00:00Z", "not_available")


@pytest.mark.parametrize(
    ("query", "offers", "kept"),
    [
        (
            "at=2025-03-01",
            [offer()],
            "public, max-age=60, s-maxage=3600, stale-while-revalidate=300, stale-if-error=86400",
        ),
        ("", [offer()], "public, max-age=60, s-maxage=3600"),
        ("", [offer(end="2025-06-01")], "public, max-age=60, s-maxage=3600"),
        (
            "",
            [offer("a", end=None), offer("b", "2025-06-01T12:00:30Z")],
            "public, max-age=30, s-maxage=30",
        ),
        ("", [], "public, max-age=60, s-maxage=3600"),
    ],
)
def test_an_answer_about_now_is_kept_no_longer_than_it_is_right(
    building: Building, client: FlaskClient, query: str, offers: list[object], kept: str
) -> None:
    title = building.title(statement(), offers=offers)  # type: ignore[arg-type]
    found = client.get(f"/api/v1/titles/{title.id}/availability?territory=FR&{query}")
    assert found.headers["Cache-Control"] == kept


def test_what_was_known_then_is_answered_as_it_was_then(
    building: Building, client: FlaskClient
) -> None:
    title = building.title(statement(), offers=[offer("old", end="2025-03-01")])
    later = at("2025-04-01")
    building.title(statement(), offers=[offer("new")], known=later)
    path = f"/api/v1/titles/{title.id}/availability?territory=FR&at=2025-05-01"
    then = client.get(f"{path}&as_of=2025-03-15").json
    assert (then["status"], then["as_of"], then["known_since"]) == (
        "not_available",
        "2025-03-15T00:00:00Z",
        "2025-02-01T00:00:00Z",
    )
    now = client.get(path).json
    assert (now["status"], now["as_of"]) == ("available", "2025-04-01T00:00:00Z")
    before = client.get(f"{path}&as_of=2025-01-01T00:00:00%2B01:00").json
    assert (before["status"], before["known_since"], before["deciding"]) == ("unknown", None, None)
    assert before["reason"] == ("nothing was known of this title's grants at 2024-12-31T23:00:00Z")


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "9999-12-31"])
def test_any_day_of_the_calendar_may_be_asked_about(
    building: Building, client: FlaskClient, day: str
) -> None:
    title = building.title(statement(), offers=[offer()])
    path = f"/api/v1/titles/{title.id}/availability?territory=FR&at={day}&as_of={day}"
    found = client.get(path)
    assert found.status_code == 200
    assert found.json["at"] == found.json["as_of"] == f"{day}T00:00:00Z"
    assert found.json["status"] == ("not_available" if day > "2025" else "unknown")


def test_the_answer_without_as_of_can_be_asked_again_by_its_own_as_of(
    building: Building, client: FlaskClient
) -> None:
    title = building.title(statement(), offers=[offer()])
    path = f"/api/v1/titles/{title.id}/availability?territory=FR&at=2025-05-01"
    now = client.get(path)
    assert client.get(f"{path}&as_of={now.json['as_of']}").data == now.data


def test_territories_are_included_excluded_and_never_assumed(
    building: Building, client: FlaskClient
) -> None:
    title = building.title(
        statement(),
        offers=[offer(territories=TerritorySet(("WORLD",), ("BE",)))],
    )
    path = f"/api/v1/titles/{title.id}/availability?territory="
    assert client.get(f"{path}FR").json["status"] == "available"
    assert client.get(f"{path}US-CA").json["status"] == "available"
    excluded = client.get(f"{path}BE").json
    assert excluded["status"] == "not_available"
    assert excluded["reason"] == "none of the title's 1 grants concerns BE"
    other = building.title(statement("two"), offers=[offer(territories=None)])
    assert client.get(f"/api/v1/titles/{other.id}/availability?territory=FR").json["status"] == (
        "unknown"
    )


def test_a_title_without_grants_is_unknown(building: Building, client: FlaskClient) -> None:
    title = building.title(statement())
    answer = client.get(f"/api/v1/titles/{title.id}/availability?territory=FR").json
    assert (answer["status"], answer["reason"]) == ("unknown", "no grant is stated for this title")
    assert answer["as_of"] == "2025-06-01T12:00:00Z"


@pytest.mark.parametrize(
    ("query", "pointer", "words"),
    [
        ("", "/query/territory", "territory is required"),
        ("territory=Atlantis", "/query/territory", "'Atlantis' names no territory"),
        (f"territory={'x' * 99}", "/query/territory", "names no territory"),
        ("territory=WORLD", "/query/territory", "ask for one"),
        ("territory=AN", "/query/territory", "ask for BQ, CW, SX"),
        ("territory=", "/query/territory", "names no territory"),
        ("territory=FR&territory=BE", "/query/territory", "given once"),
        ("territory=FR&at=soon", "/query/at", "is no ISO 8601"),
        ("territory=FR&at=2025-03-01T00:00:00%2B99:00", "/query/at", "is no ISO 8601"),
        ("territory=FR&at=Open", "/query/at", "is no ISO 8601"),
        ("territory=FR&at=2025-13-01", "/query/at", "is no ISO 8601"),
        (f"territory=FR&at={'1' * 50}", "/query/at", "is no ISO 8601"),
        ("territory=FR&at=2025-03-01T10:00:00", "/query/at", "states no time zone"),
        ("territory=FR&as_of=yesterday", "/query/as_of", "is no ISO 8601"),
        ("territory=FR&platform=x", "/query/platform", "there are: territory, at, as_of"),
        ("territory=FR&a%2Fb~=x", "/query/a~1b~0", "there is no parameter"),
    ],
)
def test_what_cannot_be_read_is_named(
    building: Building, client: FlaskClient, query: str, pointer: str, words: str
) -> None:
    title = building.title(statement(), offers=[offer()])
    found = client.get(f"/api/v1/titles/{title.id}/availability?{query}")
    assert found.status_code == 400
    assert found.json["type"] == "/problems/bad-parameter"
    (fault,) = found.json["errors"]
    assert fault["pointer"] == pointer
    assert words in fault["detail"]


def test_all_that_is_wrong_is_said_at_once(client: FlaskClient) -> None:
    found = client.get(f"/api/v1/titles/{NEVER}/availability?at=x&as_of=y")
    assert [f["pointer"] for f in found.json["errors"]] == [
        "/query/territory",
        "/query/at",
        "/query/as_of",
    ]


def test_an_offset_whose_plus_was_lost_is_understood(
    building: Building, client: FlaskClient
) -> None:
    title = building.title(statement(), offers=[offer()])
    path = f"/api/v1/titles/{title.id}/availability?territory=FR"
    assert client.get(f"{path}&at=2025-03-01T00:00:00+01:00").json["at"] == "2025-02-28T23:00:00Z"


def test_titles_that_never_were_moved_or_went_answer_as_titles_do(
    building: Building, client: FlaskClient
) -> None:
    kept = building.title(statement("one"), offers=[offer()])
    merged = building.title(statement("two"), offers=[offer()])
    gone = building.title(statement("three"), offers=[offer()])
    building.merge(merged.id, kept.id)
    building.withdraw(gone.id)
    question = "availability?territory=FR&at=2025-03-01"
    assert client.get(f"/api/v1/titles/{NEVER}/{question}").status_code == 404
    assert client.get(f"/api/v1/titles/{gone.id}/{question}").status_code == 410
    moved = client.get(f"/api/v1/titles/{merged.id}/{question}")
    assert moved.status_code == 301
    assert moved.headers["Location"] == f"/api/v1/titles/{kept.id}/{question}"
    assert moved.json["canonical_id"] == kept.id


def test_a_merged_or_withdrawn_title_still_answers_for_the_past(
    building: Building, client: FlaskClient
) -> None:
    gone = building.title(statement(), offers=[offer()])
    building.withdraw(gone.id, KNOWN + 86_400_000)
    path = f"/api/v1/titles/{gone.id}/availability?territory=FR&at=2025-03-01&as_of=2025-02-01"
    assert client.get(path).json["status"] == "available"
