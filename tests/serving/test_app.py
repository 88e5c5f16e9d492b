"""What holds for every answer: headers, problems, health, and one registry of routes."""

import ast
import logging
import re
from pathlib import Path

import msgspec
import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import ImATeapot

import serving
from serving.answers import Answer
from serving.app import create_app
from serving.problems import PROBLEMS
from serving.routes import EVERY_ROUTE, ROUTES
from tests.serving.building import NEVER, Building, statement
from ummid.errors import StoreError

MADE_UP = re.compile(r"[0-9a-f]{16}")


@pytest.mark.parametrize("path", ["/livez", "/nowhere", "/api/v1/titles/x", "/api/v1/changes?a=b"])
def test_every_answer_has_an_id_and_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert MADE_UP.fullmatch(headers["X-Request-ID"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("asked", "kept"),
    [("trace-1:a/b", True), ("x" * 128, True), ("x" * 129, False), ("a b", False), ("<i>", False)],
)
def test_a_safe_request_id_is_kept(client: FlaskClient, asked: str, kept: bool) -> None:
    found = client.get("/nowhere", headers={"X-Request-ID": asked})
    assert (found.headers["X-Request-ID"] == asked) is kept
    assert found.json["request_id"] == found.headers["X-Request-ID"]


def test_a_problem_has_the_shape_of_rfc_9457(client: FlaskClient) -> None:
    found = client.get(f"/api/v1/titles/{NEVER}")
    assert found.headers["Content-Type"] == "application/problem+json"
    assert found.headers["Cache-Control"] == "no-store"
    problem = found.json
    del problem["request_id"]
    assert problem == {
        "type": "/problems/unknown-title",
        "title": "No such title",
        "status": 404,
        "detail": f"no title was ever published as {NEVER}",
        "instance": f"/api/v1/titles/{NEVER}",
    }


def test_an_address_that_is_none_is_a_problem(client: FlaskClient) -> None:
    found = client.get("/api/v1/ünknown/<b>")
    assert found.status_code == 404
    assert found.json["type"] == "/problems/unknown-path"
    assert found.json["instance"] == "/api/v1/%C3%BCnknown/%3Cb%3E"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused_with_those_allowed(client: FlaskClient, method: str) -> None:
    found = client.open(f"/api/v1/titles/{NEVER}", method=method)
    assert found.status_code == 405
    assert found.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert found.json["type"] == "/problems/method-not-allowed"


def test_options_names_the_methods(client: FlaskClient) -> None:
    found = client.options("/livez")
    assert found.status_code == 200
    assert set(found.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_health_says_up_to_which_change_the_store_is_read(
    building: Building, client: FlaskClient
) -> None:
    assert client.get("/livez").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready", "serial": 0}
    building.title(statement())
    found = client.get("/readyz")
    assert found.json == {"status": "ready", "serial": 1}
    assert found.headers["Cache-Control"] == "no-store"
    assert "ETag" not in found.headers


def test_without_a_store_it_lives_and_is_not_ready_until_there_is_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = create_app(tmp_path / "store").test_client()
    assert client.get("/livez").status_code == 200
    with caplog.at_level(logging.ERROR):
        found = client.get("/readyz")
    assert found.status_code == 503
    assert found.headers["Retry-After"] == "5"
    assert found.json["type"] == "/problems/store-unavailable"
    assert str(tmp_path) not in found.text
    assert "there is no store" in caplog.text
    Building(tmp_path / "store").table.close()
    assert client.get("/readyz").status_code == 200


def test_a_store_that_fails_is_a_503(
    building: Building, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise StoreError("the disk is gone")

    monkeypatch.setattr(building.table, "get", broken)
    assert client.get("/readyz").status_code == 503
    assert client.get(f"/api/v1/titles/{NEVER}").status_code == 503


def test_a_failure_says_nothing_of_the_inside_and_is_logged(
    building: Building,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("secret")

    monkeypatch.setattr(building.table, "get", broken)
    with caplog.at_level(logging.ERROR):
        found = client.get("/readyz", headers={"X-Request-ID": "r-1"})
    assert found.status_code == 500
    assert found.json["type"] == "/problems/internal-error"
    assert "secret" not in found.text
    assert "request r-1 failed" in caplog.text
    assert "secret" in caplog.text


def test_an_error_of_http_without_a_type_of_ours_is_about_blank(building: Building) -> None:
    app = create_app(building.table)

    def tea() -> Answer:
        raise ImATeapot

    app.add_url_rule("/tea", view_func=tea)
    found = app.test_client().get("/tea")
    assert found.status_code == 418
    assert found.json["type"] == "about:blank"
    assert found.json["title"] == "I'm a teapot"


def test_a_redirection_of_the_framework_stays_one(building: Building) -> None:
    app = create_app(building.table)
    app.add_url_rule("/folder/", view_func=lambda: Answer(b"", []))
    assert app.test_client().get("/folder").status_code == 308


def test_every_problem_type_explains_itself(client: FlaskClient) -> None:
    for slug, kind in PROBLEMS.items():
        found = client.get(f"/problems/{slug}")
        assert found.status_code == 200
        assert found.json == {
            "type": kind.uri,
            "title": kind.title,
            "status": kind.status,
            "help": kind.help,
        }
    assert client.get("/problems/none").status_code == 404


def test_every_route_is_declared_in_full() -> None:
    for route in ROUTES:
        assert route.summary
        assert set(route.errors) <= PROBLEMS.keys()
        in_path = {p.name for p in route.parameters if p.place == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\*?\}", route.path))
        for parameter in route.parameters:
            assert parameter.help
            parameter.kind.read(parameter.example)
        msgspec.json.schema(route.body)
    assert set(EVERY_ROUTE) <= PROBLEMS.keys()
    assert len({r.name for r in ROUTES}) == len(ROUTES)


def test_the_application_has_no_route_beside_the_declared_ones(building: Building) -> None:
    served = {rule.endpoint for rule in create_app(building.table).url_map.iter_rules()}
    assert served == {route.name for route in ROUTES}


def test_serving_imports_neither_beam_nor_cloud_libraries() -> None:
    for file in Path(serving.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            for name in names:
                assert not name.startswith(("apache_beam", "google", "transforms", "pipelines"))
