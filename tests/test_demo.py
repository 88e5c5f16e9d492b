"""`ummid demo`: from sample feeds to answers, twice, and what it says when something is wrong."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.samples.building import FEEDS, LATER, Catalogue
from ummid import demo
from ummid.demo import demo as command

ENOUGH_SECONDS = 120.0
COMMANDS = [
    ["--config", "samples/ummid.toml", "ingest", "samples/feeds"],
    ["--config", "samples/ummid.toml", "ingest", "samples/later"],
    ["serve"],
    ["search"],
    ["deadletters", "list"],
    ["parse", "samples/feeds/canal-bleu/catalogue.csv"],
]


class Shown:
    """What a run of the demo showed, its own words and those of the commands that it ran."""

    def __init__(self, text: str, status: int) -> None:
        self.text, self.status = text, status
        self.lines = text.splitlines()

    @property
    def typed(self) -> list[str]:
        return [line[2:] for line in self.lines if line.startswith("$ ")]


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo.SAMPLES.parent)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind((demo.HOST, 0))
        taken.listen()
        yield taken.getsockname()[1]


def run(capfd: pytest.CaptureFixture[str], *arguments: object) -> Shown:
    result = CliRunner().invoke(command, [str(a) for a in arguments])
    said = capfd.readouterr()
    return Shown(f"{result.output}\n{said.out}\n{said.err}", result.exit_code)


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((demo.HOST, port)) == 0


def test_it_ingests_serves_and_shows_six_things_to_try(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], taken_port: int
) -> None:
    shown = run(capfd, "--store", tmp_path, "--port", taken_port, "--no-serve")
    assert shown.status == 0, shown.text
    assert f"port {taken_port} is taken on this machine; using" in shown.text
    for arguments in COMMANDS:
        assert any(f"ummid {' '.join(arguments)}" in line for line in shown.typed), arguments
    assert sum(line.startswith("curl -s ") for line in shown.typed) == 3
    assert sum(line.startswith("Try ") for line in shown.lines) == 6
    assert shown.text.count("enrichment: ") == 2
    assert "held: samples/later/lumen/roku-channel.json" in shown.text
    assert '"status": "available"' in shown.text
    assert '"partner": "northwind-legal"' in shown.text
    assert "unknown-territory" in shown.text
    assert "Next: your own feeds" in shown.text
    assert "Serving on" not in shown.text
    port = int(shown.text.partition("ready on http://127.0.0.1:")[2].split()[0])
    assert not is_listening(port)


def test_again_it_publishes_nothing_new_and_serves_until_interrupted(
    tmp_path: Path, taken_port: int
) -> None:
    store, said = tmp_path / "store", tmp_path / "said"
    Catalogue(store).take(FEEDS).take(LATER).close()
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from ummid.demo import demo; demo()",
             "--store", str(store), "--port", str(taken_port)],
            stdout=output, stderr=output,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + ENOUGH_SECONDS
        while "until Ctrl-C" not in said.read_text() and process.poll() is None:
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.2)
        shown = Shown(said.read_text(), 0)
        assert process.poll() is None, shown.text
        port = int(shown.text.partition("Serving on http://127.0.0.1:")[2].split()[0])
        assert is_listening(port)
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENOUGH_SECONDS) == 0
    finally:
        process.kill()
        process.wait()
    assert shown.text.count("nothing new was published") == 2
    assert "stopping the server" in said.read_text()
    assert not is_listening(port)


def test_without_the_samples_it_says_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "SAMPLES", tmp_path)
    shown = run(capfd, "--store", tmp_path / "store")
    assert shown.status == 1
    assert "they come with the source repository" in shown.text
    assert not (tmp_path / "store").exists()


def test_a_command_that_fails_ends_the_demo(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "store").write_text("a file where the folder should be", encoding="utf-8")
    shown = run(capfd, "--store", tmp_path / "store")
    assert shown.status == 1
    assert "ended with status" in shown.text


def test_no_port_left_is_said(monkeypatch: pytest.MonkeyPatch, taken_port: int) -> None:
    monkeypatch.setattr(demo, "PORTS_TRIED", 1)
    with pytest.raises(click.ClickException, match="choose another with --port"):
        demo._free_port(taken_port)


def test_a_server_that_ends_before_it_is_ready_has_its_last_words_shown(tmp_path: Path) -> None:
    log = tmp_path / "serve.log"
    log.write_text("one\nthe store is of another kind\n", encoding="utf-8")
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
        with pytest.raises(click.ClickException, match="the store is of another kind"):
            demo._wait_until_ready(ended, "http://127.0.0.1:9", log)


def test_a_server_that_ends_by_itself_is_no_success() -> None:
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.exit(3)"]) as ended:
        with pytest.raises(click.ClickException, match="status 3"):
            demo._serve_until_interrupted(ended)


def test_an_interruption_ends_serving(capfd: pytest.CaptureFixture[str]) -> None:
    before = signal.signal(signal.SIGALRM, demo._interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
            demo._serve_until_interrupted(process)
            process.kill()
    finally:
        signal.signal(signal.SIGALRM, before)
    assert "stopping the server" in capfd.readouterr().out


def test_a_server_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "STOP_SECONDS", 0.2)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        demo._stop(process)
        assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("text", "lines", "clipped"),
    [
        ("a\nb", 2, "a\nb"),
        ("a\nb\nc", 2, "a\nb\n… (lines left out: 1)"),
        ("x" * 151, 2, "x" * 149 + "…"),
    ],
)
def test_long_answers_are_cut_and_say_so(text: str, lines: int, clipped: str) -> None:
    assert demo._clipped(text, lines) == clipped
