"""GET /api/v1/titles/{id}: the stored bytes, their validator, and ids that moved."""

import hashlib

import msgspec
import pytest
from flask.testing import FlaskClient

from tests.serving.building import KNOWN, NEVER, Building, statement
from ummid.catalog.model import Text
from ummid.models.enricher import Enrichment, Generated
from ummid.views import enrichments, generated
from ummid.views.titles import read_document


def test_a_title_is_answered_with_the_stored_bytes(building: Building, client: FlaskClient) -> None:
    title = building.title(statement(titles=(Text("L'Été", "fr"),), year=1999))
    stored = read_document(building.table, title.id)
    assert stored is not None
    found = client.get(f"/api/v1/titles/{title.id}")
    assert found.status_code == 200
    assert found.data == stored.body
    assert found.headers["Content-Type"] == "application/json"
    assert found.headers["ETag"] == f'"{hashlib.sha256(stored.body).hexdigest()[:16]}"'
    assert found.headers["Content-Length"] == str(len(stored.body))
    assert found.headers["Cache-Control"] == (
        "public, max-age=60, s-maxage=3600, stale-while-revalidate=300, stale-if-error=86400"
    )
    assert found.headers["Surrogate-Key"] == f"title/{title.id}"
    assert msgspec.json.decode(found.data)["title"] == "L'Été"


def test_head_answers_as_get_without_the_body(building: Building, client: FlaskClient) -> None:
    path = f"/api/v1/titles/{building.title(statement()).id}"
    got, head = client.get(path), client.head(path)
    assert head.status_code == 200
    assert head.data == b""
    for name in ("Content-Length", "ETag", "Cache-Control", "Content-Type"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize("tags", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
def test_a_known_validator_is_answered_with_304(
    building: Building, client: FlaskClient, tags: str
) -> None:
    path = f"/api/v1/titles/{building.title(statement()).id}"
    etag = client.get(path).headers["ETag"]
    found = client.get(path, headers={"If-None-Match": tags.format(etag=etag)})
    assert found.status_code == 304
    assert found.data == b""
    assert found.headers["ETag"] == etag
    assert "Cache-Control" in found.headers
    assert "Content-Type" not in found.headers


def test_another_validator_is_answered_in_full(building: Building, client: FlaskClient) -> None:
    path = f"/api/v1/titles/{building.title(statement()).id}"
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_merged_title_answers_with_the_one_that_answers_for_it(
    building: Building, client: FlaskClient
) -> None:
    kept, gone = building.title(statement("one")), building.title(statement("two"))
    building.merge(gone.id, kept.id)
    found = client.get(f"/api/v1/titles/{gone.id}")
    assert found.status_code == 301
    assert found.headers["Location"] == f"/api/v1/titles/{kept.id}"
    assert found.headers["Cache-Control"] == "public, max-age=60, s-maxage=60"
    assert found.json == {
        "id": gone.id,
        "canonical_id": kept.id,
        "href": f"/api/v1/titles/{kept.id}",
    }
    assert client.get(f"/api/v1/titles/{gone.id}", follow_redirects=True).json["id"] == kept.id


def test_a_withdrawn_title_is_gone(building: Building, client: FlaskClient) -> None:
    title = building.title(statement())
    building.withdraw(title.id)
    found = client.get(f"/api/v1/titles/{title.id}")
    assert found.status_code == 410
    assert found.json["type"] == "/problems/withdrawn-title"


@pytest.mark.parametrize(
    "title_id", [NEVER, "nope", "A" * 20, "g" * 20, "0" * 21, f"{NEVER}%0A", "%00", "ü"]
)
def test_an_id_that_never_was_is_not_found(client: FlaskClient, title_id: str) -> None:
    found = client.get(f"/api/v1/titles/{title_id}")
    assert found.status_code == 404
    assert found.json["type"] == "/problems/unknown-title"


def test_an_id_of_another_shape_never_reaches_the_store(client: FlaskClient) -> None:
    problem = client.get("/api/v1/titles/nope").json
    assert problem["errors"] == [
        {
            "pointer": "/path/id",
            "detail": "id: a title id is 20 hexadecimal characters in lower case",
        }
    ]


def test_a_parameter_that_is_not_declared_is_refused(
    building: Building, client: FlaskClient
) -> None:
    path = f"/api/v1/titles/{building.title(statement()).id}"
    found = client.get(f"{path}?include=availability")
    assert found.status_code == 400
    assert found.json["errors"][0]["pointer"] == "/query/include"


LIGHTHOUSE = (
    Text("Lighthouse", "en"),
    Text("Phare", "fr"),
    Text("Leuchtturm", "de", territory="AT"),
    Text("Faro"),
)


@pytest.mark.parametrize(
    ("lang", "title", "language"),
    [
        ("fr-CA", "Phare", "fr"),
        ("FR_ca", "Phare", "fr"),
        ("de-AT", "Leuchtturm", "de"),
        ("pl", "Lighthouse", "en"),
    ],
)
def test_a_title_is_answered_in_the_language_asked_for(
    building: Building, client: FlaskClient, lang: str, title: str, language: str
) -> None:
    stored = building.title(statement(titles=LIGHTHOUSE, year=1999))
    found = client.get(f"/api/v1/titles/{stored.id}?lang={lang}")
    assert found.status_code == 200
    assert found.json["title"] == title
    assert [t["value"] for t in found.json["titles"]] == [title]
    assert (found.json["id"], found.json["year"]) == (stored.id, 1999)
    assert found.headers["Content-Language"] == language
    assert found.headers["Surrogate-Key"] == f"title/{stored.id}"
    assert found.headers["ETag"] == f'"{hashlib.sha256(found.data).hexdigest()[:16]}"'
    known = {"If-None-Match": found.headers["ETag"]}
    path = f"/api/v1/titles/{stored.id}"
    assert client.get(f"{path}?lang={lang}", headers=known).status_code == 304
    assert client.get(path, headers=known).status_code == 200


def test_what_is_in_no_stated_language_is_sent_as_in_none(
    building: Building, client: FlaskClient
) -> None:
    stored = building.title(statement(titles=(Text("Faro"),)))
    found = client.get(f"/api/v1/titles/{stored.id}?lang=es")
    assert found.json["title"] == "Faro"
    assert "Content-Language" not in found.headers


@pytest.mark.parametrize("lang", ["", "und", "nonsense-x", "123", "x" * 36, "fr,en"])
def test_what_names_no_language_is_refused(
    building: Building, client: FlaskClient, lang: str
) -> None:
    stored = building.title(statement(titles=LIGHTHOUSE))
    found = client.get(f"/api/v1/titles/{stored.id}?lang={lang}")
    assert found.status_code == 400
    assert "BCP 47" in found.json["detail"]


def test_the_language_follows_to_the_title_that_answers_for_it(
    building: Building, client: FlaskClient
) -> None:
    kept, gone = building.title(statement("one", titles=LIGHTHOUSE)), building.title(statement("b"))
    building.merge(gone.id, kept.id)
    found = client.get(f"/api/v1/titles/{gone.id}?lang=fr")
    assert found.headers["Location"] == f"/api/v1/titles/{kept.id}?lang=fr"


def test_generated_text_is_served_in_a_part_of_its_own(
    building: Building, client: FlaskClient
) -> None:
    title = building.title(statement(titles=(Text("Heat", "en"),)))
    path = f"/api/v1/titles/{title.id}"
    before = client.get(path)
    made = Enrichment(
        language="en", moods=("tense",), generated=Generated("generative", "m", "p", 0)
    )
    pointer = generated.Pointer(before.headers["ETag"].strip('"'), "w" * 8, "c")
    building.table.write([enrichments.put("c", made), generated.put(title.id, pointer, KNOWN + 1)])
    after = client.get(path)
    part = {
        "method": "generative",
        "model": "m",
        "prompt_version": "p",
        "at": "1970-01-01T00:00:00Z",
        "language": "en",
        "moods": ["tense"],
    }
    assert after.json == {**before.json, "generated": part}  # type: ignore[dict-item]
    assert after.headers["ETag"] != before.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": after.headers["ETag"]}).status_code == 304
    assert client.get(f"{path}?lang=en").json["generated"] == part  # type: ignore[index]
    assert "generated" not in client.get(f"{path}/provenance").json["fields"]  # type: ignore[index]


def test_generated_text_of_other_facts_is_not_served(
    building: Building, client: FlaskClient
) -> None:
    title = building.title(statement())
    made = Enrichment(language="en", generated=Generated("generative", "m", "p", 0))
    pointer = generated.Pointer("0" * 16, "w" * 8, "c")
    building.table.write([enrichments.put("c", made), generated.put(title.id, pointer, KNOWN + 1)])
    assert "generated" not in client.get(f"/api/v1/titles/{title.id}").json  # type: ignore[operator]


def test_generated_text_is_read_once_and_shown_as_soon_as_it_is_there(
    building: Building, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = building.title(statement())
    path = f"/api/v1/titles/{title.id}"
    etag = client.get(path).headers["ETag"].strip('"')

    def point(content: str) -> None:
        pointer = generated.Pointer(etag, "w" * 8, content)
        building.table.write([generated.put(title.id, pointer, KNOWN + 1)])

    def say(content: str, mood: str) -> None:
        made = Enrichment(
            language="en", moods=(mood,), generated=Generated("generative", "m", "p", 0)
        )
        building.table.write([enrichments.put(content, made)])

    def moods() -> object:
        return client.get(path).json.get("generated", {}).get("moods")  # type: ignore[union-attr]

    reads = []
    read = enrichments.read
    monkeypatch.setattr(enrichments, "read", lambda *a: (reads.append(a[1]), read(*a))[1])
    point("one")
    assert moods() is None
    say("one", "tense")
    assert moods() == moods() == ["tense"]
    say("two", "bleak")
    point("two")
    assert moods() == moods() == ["bleak"]
    assert reads == [["one"], ["one"], ["two"]]
