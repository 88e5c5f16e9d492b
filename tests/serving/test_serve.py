"""`ummid serve`: real workers over HTTP, beside a process that writes."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from serving import command
from serving.app import create_app
from tests.serving.building import Building, statement
from ummid.catalog.model import Text
from ummid.errors import ConfigError, StoreError
from ummid.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SERVE = "from serving.command import serve; serve()"
REWRITE = """
import sys
from pathlib import Path
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Put
from ummid.views import keys
from ummid.views.titles import document

table = LmdbTable(Path(sys.argv[1]))
for number in range(1, 200):
    body = document(b'{"id":"%s","n":%d,"again":%d}' % (sys.argv[2].encode(), number, number))
    table.write([Put(keys.title(sys.argv[2]), keys.BODY, 10**13 + number, body)])
"""


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(store: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    options = ["--store", str(store), "--port", str(port), "--workers", "2"]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until_ready(port, process)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if get(port, "/readyz")[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not become ready")


def get(port: int, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path)
        found = connection.getresponse()
        return found.status, dict(found.getheaders()), found.read()


def test_it_answers_over_http_while_another_process_writes_and_stops_on_sigterm(
    building: Building,
) -> None:
    title = building.title(statement(titles=(Text("T"),)))
    building.table.close()
    port, path = free_port(), f"/api/v1/titles/{title.id}"
    with served(building.folder, port) as process:
        status, headers, body = get(port, path)
        assert (status, headers["content-type"]) == (200, "application/json")
        assert msgspec.json.decode(body)["title"] == "T"
        head = get(port, path, "HEAD")
        assert (head[0], head[1]["content-length"], head[2]) == (200, str(len(body)), b"")
        assert get(port, "/api/v1/titles/nope")[0] == 404
        writer = subprocess.Popen(
            [sys.executable, "-c", REWRITE, str(building.folder), title.id], cwd=ROOT
        )
        seen = set()
        while True:
            ended = writer.poll() is not None
            status, headers, body = get(port, path)
            assert status == 200
            found = msgspec.json.decode(body)
            assert found.get("n") == found.get("again")
            seen.add(found.get("n"))
            if ended:
                break
        assert writer.returncode == 0
        assert found["n"] == 199
        assert len(seen) > 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        with pytest.raises(OSError, match="refused"):
            get(port, path)


def test_reads_in_one_process_are_whole_while_it_writes(building: Building) -> None:
    title = building.title(statement(titles=(Text("T" * 5000),)))
    app = create_app(building.table)
    failures: list[object] = []
    done = threading.Event()

    def read() -> None:
        client = app.test_client()
        while not done.is_set():
            found = client.get(f"/api/v1/titles/{title.id}")
            if found.status_code != 200 or len({*found.json["title"]}) != 1:
                failures.append(found.data)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(100):
        building.title(
            statement(titles=(Text(chr(65 + number % 26) * 5000),)), known=10**13 + number
        )
    done.set()
    reader.join()
    assert not failures


def test_without_a_store_it_says_what_to_do(tmp_path: Path) -> None:
    found = CliRunner().invoke(command.serve, ["--store", str(tmp_path / "none")])
    assert found.exit_code != 0
    assert isinstance(found.exception, StoreError)
    assert "`ummid ingest --store" in str(found.exception)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "no.such.host.invalid"])
def test_an_address_that_cannot_be_used_is_said_in_words(host: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"cannot listen on {host}, port {port}.*--port"):
            command.run("serving.wsgi:app", host, port, 1)


def test_settings_stand_behind_the_options(
    building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    building.table.close()
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(command, "run", lambda *given: asked.append(given))
    monkeypatch.setenv("UMMID_STORE", "elsewhere")
    environment = {"UMMID_STORE": str(building.folder), "UMMID_PORT": "81", "UMMID_WORKERS": "3"}
    runner = CliRunner()
    runner.invoke(command.serve, [], obj=Settings(environment), catch_exceptions=False)
    assert asked == [("serving.wsgi:app", "127.0.0.1", 81, 3)]
    assert os.environ["UMMID_STORE"] == str(building.folder.resolve())
    options = ["--host", "::1", "--port", "82", "--workers", "1"]
    runner.invoke(command.serve, options, obj=Settings(environment), catch_exceptions=False)
    assert asked[1] == ("serving.wsgi:app", "::1", 82, 1)
    bad = runner.invoke(command.serve, [], obj=Settings(environment | {"UMMID_PORT": "http"}))
    assert isinstance(bad.exception, ConfigError)
    assert "port is 'http' (environment UMMID_PORT)" in str(bad.exception)


def test_the_server_loads_its_application_by_name(
    building: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    building.table.close()
    monkeypatch.setenv("UMMID_STORE", str(building.folder))
    started: list[object] = []

    class Granian:
        def __init__(self, target: str, **options: object) -> None:
            started.extend((target, options["workers"], options["blocking_threads"]))
            self.target = target

        def serve(self, target_loader: object) -> None:
            started.append(target_loader(self.target))  # type: ignore[operator]

    monkeypatch.setattr("granian.Granian", Granian)
    command.run("serving.wsgi:app", "127.0.0.1", free_port(), 2)
    assert started[:3] == ["serving.wsgi:app", 2, 1]
    assert started[3].test_client().get("/readyz").status_code == 200  # type: ignore[attr-defined]
    sys.modules.pop("serving.wsgi")
