"""`ummid ingest --streaming` and `ummid follow`, as processes."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.ingest.streaming import FolderOfBuckets
from tests.ingest.feeds import Store, write
from tests.stream.sources import WITHIN, titles
from ummid.cli import main
from ummid.opening import open_table
from ummid.views import changes
from ummid.views.digest import digest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "from ummid.cli import main; main()"


_started: "list[subprocess.Popen[str]]" = []


@pytest.fixture(autouse=True)
def _end_all() -> Iterator[None]:
    yield
    for process in _started:
        process.kill()
        process.communicate()
    _started.clear()


def ummid(*arguments: object) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"UMMID_ENRICHER": "none"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _started.append(process)
    return process


def streaming(store: Path, inbox: Path) -> "subprocess.Popen[str]":
    inbox.mkdir(exist_ok=True)
    return ummid("ingest", "--streaming", "--no-index", "--store", store, inbox)


def wait(reached: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + WITHIN
    while not reached():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "not reached in time"
        time.sleep(0.02)


def published(store: Path) -> int:
    if not (store / "data.mdb").exists():
        return 0
    with closing(open_table(store, readonly=True)) as table:
        return changes.last_serial(table)


def run(*arguments: object) -> Result:
    return CliRunner(env={"UMMID_ENRICHER": "none"}).invoke(main, list(map(str, arguments)))


def test_a_stream_publishes_what_comes_and_ends_when_told(tmp_path: Path) -> None:
    inbox, store = tmp_path / "in", tmp_path / "store"
    titles(inbox / "acme/a.csv", "Heat")
    process = streaming(store, inbox)
    wait(lambda: published(store) == 1, process)
    titles(inbox / "blue/b.csv", "Ronin")
    wait(lambda: published(store) == 2, process)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=WITHIN)
    assert process.returncode == 0, said
    assert "2 deliveries: 2 records, 2 published, 0 rejected" in said
    followed = run("follow", "--once", "--store", store)
    assert [json.loads(line)["serial"] for line in followed.output.splitlines()] == [1, 2]
    since = run("follow", "--once", "--since", 1, "--store", store)
    assert len(since.output.splitlines()) == 1


def test_a_follower_is_told_what_is_published_while_it_follows(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "store")) as store:
        store.ingest(titles(tmp_path / "p/a.csv", "Heat"))
        process = ummid("follow", "--store", store.path)
        assert process.stdout
        assert json.loads(process.stdout.readline())["change"] == "created"
        store.ingest(titles(tmp_path / "p/b.csv", "Ronin"))
        assert json.loads(process.stdout.readline())["serial"] == 2
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WITHIN)
        assert process.returncode == 0


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment_and_started_again_it_ends_in_the_same_views(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    inbox, store = tmp_path / "in", tmp_path / "store"
    for kill in (True, True, True, False):
        process = streaming(store, inbox)
        for _ in range(10):
            names = {f"Film {chance.randrange(40)}" for _ in range(20)}
            number = len(list(inbox.rglob("*.csv")))
            titles(inbox / f"{'abc'[number % 3]}/{number}.csv", *sorted(names))
            time.sleep(0.02)
        if kill:
            before = published(store)
            wait(lambda before=before: published(store) > before, process)  # type: ignore[misc]
            time.sleep(chance.random() * 0.2)
            process.kill()
            process.communicate()
    with closing(Store(tmp_path / "once")) as once:
        for partner in "abc":
            once.ingest(inbox / partner)
        expected = once.views()

    def views() -> object:
        with closing(open_table(store, readonly=True)) as table:
            return digest(table)

    wait(lambda: views() == expected, process)
    process.terminate()
    process.communicate(timeout=WITHIN)
    assert views() == expected


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name files, folders"),
        (("--streaming",), "name folders to watch"),
        (("--streaming", "nowhere"), "is no folder"),
        (("--changes", "t", "."), "go with --streaming"),
    ],
)
def test_what_cannot_be_streamed_is_said(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = run("ingest", "--store", tmp_path / "store", *arguments)
    assert result.exit_code
    assert said in result.output


def test_a_folder_stands_for_buckets_and_nothing_outside_it(tmp_path: Path) -> None:
    write(tmp_path / "buckets/in/a.xml", "here")
    write(tmp_path / "secret", "there")
    buckets = FolderOfBuckets(tmp_path / "buckets")
    with buckets.open("gs://in/a.xml") as found:
        assert found.read() == b"here"
    with buckets.open(str(tmp_path / "secret")) as found:
        assert found.read() == b"there"
    with pytest.raises(FileNotFoundError, match="not inside"):
        buckets.open("gs://in/../../secret")
