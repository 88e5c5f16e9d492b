"""Several cores give what one gives, and a process that is ended takes nothing along."""

import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import _ExecutorManagerThread as Manager
from multiprocessing import active_children
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.ingest.doing import end, end_first, refuse, who
from tests.ingest.feeds import Store, avails, item, mrss, table, write
from transforms.files import match
from ummid.errors import FeedError, StoreError
from ummid.ingest.context import PARTITIONS
from ummid.ingest.processes import each_partition, on_partition, processes
from ummid.ingest.run import begin, ingest
from ummid.views import keys


def feeds(inbox: Path) -> Path:
    write(inbox / "a.xml", mrss([item(str(n), f"Title {n}") for n in range(60)]))
    write(inbox / "b.csv", table([{"id": str(n), "title": f"Title {n}"} for n in range(60)]))
    write(inbox / "c.csv", avails([{"Territory": t} for t in ("US", "FR", "GB")]))
    return inbox


def test_any_number_of_processes_gives_the_same_views_and_report(tmp_path: Path) -> None:
    inbox = feeds(tmp_path / "inbox")
    alone = Store(tmp_path / "alone")
    expected = alone.ingest(inbox)
    several = tmp_path / "several"
    with begin(several, clock=lambda: 1_900_000_000_000) as run:
        report = ingest(run, match(str(inbox)), workers=2)
    assert report.partners == expected.partners
    assert report.pairs_compared == expected.pairs_compared > 0
    store = Store(several)
    assert store.views() == alone.views()
    store.close()
    alone.close()


def test_partitions_that_cover_one_scope_write_cells_of_their_own(
    store: Store, tmp_path: Path
) -> None:
    rows = [{"Territory": "US", "TitleDisplayUnlimited": f"Title {n}"} for n in range(3)]
    store.ingest(write(tmp_path / "a.csv", avails(rows)))
    columns = {column for _, column, _ in store.table.scan(b"z#")}
    assert columns
    assert columns <= {keys.COVERED + partition.encode() for partition in PARTITIONS}


def test_steps_run_elsewhere_only_while_there_are_processes(tmp_path: Path) -> None:
    with begin(tmp_path / "store") as run:
        with processes(run, 2):
            found = each_partition(run, who)
            assert on_partition(run, who, "a")[0] != os.getpid()
        assert [partition for _, partition in found] == list(PARTITIONS)
        assert os.getpid() not in {process for process, _ in found}
        with processes(run, 1):
            assert {process for process, _ in each_partition(run, who)} == {os.getpid()}


def test_what_a_step_raises_is_raised_here(tmp_path: Path) -> None:
    with begin(tmp_path / "store") as run, processes(run, 2):
        with pytest.raises(FeedError, match="b is refused") as raised:
            on_partition(run, refuse, "b")
        assert raised.value.code == "refused"


def test_a_process_that_was_starting_when_another_was_ended_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawn, join = ProcessPoolExecutor._spawn_process, Manager.join_executor_internals  # type: ignore[attr-defined]
    all_ended, known = Event(), Event()

    def spawn_slowly(pool: Any) -> None:
        """The second one is known of once the pool has ended all that it knew of."""
        first = not pool._processes
        spawn(pool)
        if not first:
            one = pool._processes.popitem()
            assert all_ended.wait(30)
            pool._processes[one[0]] = one[1]
            known.set()

    def join_later(manager: Any) -> None:
        all_ended.set()
        assert known.wait(30)
        join(manager)

    monkeypatch.setattr(ProcessPoolExecutor, "_spawn_process", spawn_slowly)
    monkeypatch.setattr(Manager, "join_executor_internals", join_later)
    with begin(tmp_path / "store") as run:
        with pytest.raises(StoreError, match="was ended from outside"), processes(run, 2):
            each_partition(run, end_first)
    assert not active_children()


def test_a_process_that_is_ended_ends_the_run_with_advice(tmp_path: Path) -> None:
    with begin(tmp_path / "store") as run:
        with processes(run, 2), pytest.raises(StoreError, match="run it again"):
            each_partition(run, end)
        with processes(run, 2), pytest.raises(StoreError, match="--workers 1"):
            on_partition(run, end, "a")


LAUNCHER = """
import sys
from pathlib import Path
from tests.ingest.doing import sleep
from ummid.ingest.processes import each_partition, processes
from ummid.ingest.run import begin

if __name__ == "__main__":
    with begin(Path(sys.argv[1])) as run, processes(run, 2):
        each_partition(run, sleep)
"""


def test_processes_end_with_the_one_that_launched_them(tmp_path: Path) -> None:
    script = tmp_path / "launcher.py"
    script.write_text(LAUNCHER)
    store = tmp_path / "store"
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen([sys.executable, script, store], env=environment) as launcher:
        found: list[int] = []
        until = time.monotonic() + 60
        while len(found) < 2 and time.monotonic() < until:
            time.sleep(0.05)
            found = [int(path.name.removeprefix("pid-")) for path in store.glob("pid-*")]
        launcher.kill()
    assert len(found) == 2
    until = time.monotonic() + 30
    while any(map(_lives, found)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(_lives, found))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
