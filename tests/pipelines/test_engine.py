"""The ingest on a Beam engine whose scheduler and workers are processes of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pytest

from pipelines.ingest.job import run_ingest
from scripts import engine as engines
from scripts.engine import Engine, build, engine, missing
from tests.pipelines.test_bigtable_store import bigtable
from tests.samples.building import FEEDS, PARTNERS
from transforms.files import match
from ummid.errors import StoreError
from ummid.ingest.context import close_table, open_table
from ummid.stores.table import Cell
from ummid.views import keys, runs
from ummid.views.digest import digest
from ummid.views.runs import RunReport


@pytest.fixture(scope="module")
def running() -> Iterator[Engine]:
    if why := missing():
        pytest.skip(f"no Beam engine of its own processes: {why}")
    with engine() as one:
        yield one


def take(store: Path, *beam_options: str, runner: str = "FnApiRunner", **how: float) -> RunReport:
    """The sample feeds into a store."""
    sources = match(str(FEEDS))
    return run_ingest(store, sources, PARTNERS, runner=runner, beam_options=beam_options, **how)


def views(store: Path) -> object:
    try:
        return digest(open_table(store))
    finally:
        close_table(store)


def test_other_processes_do_the_work_and_the_views_are_the_same(
    running: Engine, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    expected = take(here)
    started: list[int] = []
    watching = Event()

    def watch() -> None:
        while not watching.wait(0.01):
            started.extend(p.pid for p in list(running.processes.values()))

    with ThreadPoolExecutor(1) as watcher:
        watcher.submit(watch)
        done = take(there, *running.options, runner="PortableRunner")
        watching.set()

    assert started, "no worker of the engine was seen at work"
    assert os.getpid() not in started
    assert done.partners == expected.partners
    assert done.read > 100
    assert views(there) == views(here)


def staged(store: Path) -> bool:
    return any(True for _ in open_table(store).scan(keys.staged_run("")[:-1]))


def worker_at_work(engine: Engine, store: Path, before: set[str]) -> subprocess.Popen[bytes]:
    """The worker of a job that begins now, once statements are staged, but none is published."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        started = set(engine.processes) - before
        if started and staged(store):
            return engine.processes[started.pop()]
        time.sleep(0.01)
    raise TimeoutError("no worker was seen at work")


def test_a_job_whose_worker_was_killed_is_made_good_by_the_next(
    running: Engine, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    take(here)
    before = set(running.processes)
    killing = Thread(target=lambda: worker_at_work(running, there, before).kill())
    killing.start()
    with pytest.raises(StoreError, match=r"the Beam engine gave the job up: .*run it again"):
        take(there, *running.options, runner="PortableRunner")
    killing.join()

    again = take(there, *running.options, runner="PortableRunner")

    assert views(there) == views(here)
    assert again.read == again.published + again.unchanged + again.superseded + (
        again.withdrawn + again.rejected
    )


LASTS = 6.0
"""Seconds that a lease lasts here; a run that nobody works on any more is followed after them."""


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Path]:
    """A store that the workers write under a lease."""
    store = bigtable(tmp_path, "engine")
    yield store
    close_table(store)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> object:
    here = tmp_path_factory.mktemp("expected") / "store"
    take(here)
    return views(here)


def test_the_workers_keep_the_lease_and_their_last_step_gives_it_back(
    running: Engine, cloud: Path, expected: object
) -> None:
    before = set(running.processes)
    with ThreadPoolExecutor(1) as launcher:
        job = launcher.submit(take, cloud, *running.options, runner="PortableRunner", lasts=LASTS)
        worker_at_work(running, cloud, before)
        with pytest.raises(StoreError, match=r"is running on .*run-.*, launched by process"):
            take(cloud)
        report = job.result()
    assert report.read > 100
    assert views(cloud) == expected
    assert take(cloud, patience=LASTS).published == 0


def test_a_run_whose_workers_died_frees_the_store(
    running: Engine, cloud: Path, expected: object
) -> None:
    before = set(running.processes)
    killing = Thread(target=lambda: worker_at_work(running, cloud, before).kill())
    killing.start()
    with pytest.raises(StoreError, match="the Beam engine gave the job up"):
        take(cloud, *running.options, runner="PortableRunner", lasts=LASTS)
    killing.join()
    take(cloud, *running.options, runner="PortableRunner", patience=2 * LASTS, lasts=LASTS)
    assert views(cloud) == expected


LAUNCHER = """
import sys
from pathlib import Path
from tests.pipelines.test_engine import LASTS, take
take(Path(sys.argv[1]), *sys.argv[2:], runner="PortableRunner", lasts=LASTS)
"""


def test_a_run_goes_on_without_the_process_that_launched_it(
    running: Engine, cloud: Path, expected: object
) -> None:
    before = set(running.processes)
    program = [sys.executable, "-c", LAUNCHER, str(cloud), *running.options]
    with subprocess.Popen(program) as launcher:
        worker_at_work(running, cloud, before)
        launcher.kill()
    with pytest.raises(StoreError, match=r"is running on .*run-.*, launched by process"):
        take(cloud)
    until = time.monotonic() + 120
    while not (found := list(runs.reports(open_table(cloud)))) and time.monotonic() < until:
        time.sleep(0.1)
    (report,) = found
    assert views(cloud) == expected
    again = take(cloud, patience=LASTS)
    assert (again.read, again.published) == (report.read, 0)


def test_a_late_worker_of_a_run_that_was_followed_writes_nothing(
    running: Engine, cloud: Path, expected: object
) -> None:
    before = set(running.processes)
    with ThreadPoolExecutor(1) as launcher:
        late = launcher.submit(take, cloud, *running.options, runner="PortableRunner", lasts=LASTS)
        worker = worker_at_work(running, cloud, before)
        worker.send_signal(signal.SIGSTOP)
        try:
            take(cloud, patience=2 * LASTS)
            followed = cells(cloud)
        finally:
            worker.send_signal(signal.SIGCONT)
        with pytest.raises(StoreError, match="another run has taken the lease of this run"):
            late.result()
    assert cells(cloud) == followed
    assert views(cloud) == expected


def cells(store: Path) -> list[tuple[bytes, bytes, Cell]]:
    """All that is in a store, but what is being staged and counted."""
    return [one for one in open_table(store).scan(b"") if not one[0].startswith((b"n#", b"s#"))]


def test_without_go_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "FOLDER", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"no `go` to build it with; install Go 1\.21"):
        build()


def test_a_go_that_is_too_old_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "FOLDER", tmp_path)
    monkeypatch.setenv("PATH", f"{program(tmp_path, 'echo go version go1.19.8 linux/amd64')}")
    assert missing().startswith("go version go1.19.8 linux/amd64 is too old")


def test_what_go_says_of_a_build_that_fails_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says = 'if [ "$1" = version ]; then echo go version go1.26; else echo no net >&2; exit 1; fi'
    monkeypatch.setattr(engines, "FOLDER", tmp_path / "made")
    monkeypatch.setenv("PATH", f"{program(tmp_path, says)}")
    with pytest.raises(RuntimeError, match="was not built: no net"):
        build()


def program(folder: Path, script: str) -> Path:
    """A `go` of our own; the folder to look for it in."""
    made = folder / "go"
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(0o755)
    return folder


@pytest.mark.usefixtures("running")
def test_it_says_how_to_launch_on_it_and_ends_with_its_children() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "scripts.engine"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        said = process.stdout.readline()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        prism = [int(child) for child in children.read_text().split()] if children.exists() else []
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert said.startswith("ummid ingest FEED… --runner PortableRunner --beam=--job_endpoint=")
    assert not [child for child in prism if Path(f"/proc/{child}").exists()]
