"""A run that is killed anywhere is made good by running it again."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.ingest.feeds import Store, avails, item, mrss, table, write
from ummid.errors import StoreError
from ummid.ingest import run as run_module
from ummid.ingest.context import Run
from ummid.ingest.run import begin
from ummid.stores.table import Table
from ummid.views import changes

STEPS = (
    "settle",
    "apply_partition",
    "pair_partition",
    "compare_partition",
    "resolve_partition",
    "publish_partition",
    "finish",
)


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


def feeds(inbox: Path) -> Path:
    write(inbox / "a.xml", mrss([item(str(n), f"Title {n}") for n in range(40)]))
    write(inbox / "b.csv", table([{"id": str(n), "title": f"Title {n}"} for n in range(40)]))
    write(inbox / "c.csv", avails([{"Territory": t} for t in ("US", "FR", "GB")]))
    return inbox


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [1, 3])
def test_a_run_killed_in_any_step_ends_as_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: int
) -> None:
    inbox = feeds(tmp_path / "inbox")
    whole = Store(tmp_path / "whole")
    whole.ingest(inbox)
    killed = Store(tmp_path / "killed")
    with monkeypatch.context() as patch:
        patch.setattr(run_module, step, _dies(getattr(run_module, step), after))
        for _ in range(3):
            with suppress(Killed):
                killed.ingest(inbox)
    killed.ingest(inbox)
    assert killed.views() == whole.views()
    assert {c.title for c in changes.since(killed.table, 0, 10_000)} == {
        c.title for c in changes.since(whole.table, 0, 10_000)
    }
    prefixes = (b"s#", b"y#", b"p#", b"q#", b"u#")
    scratch = [key for prefix in prefixes for key, *_ in killed.table.scan(prefix)]
    assert scratch == []
    whole.close()
    killed.close()


def _dies(step: Callable[..., object], after: int) -> Callable[..., object]:
    calls = iter(range(1, 1000))

    def dying(*args: object, **kwargs: object) -> object:
        if next(calls) == after:
            raise Killed
        return step(*args, **kwargs)

    return dying


KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from transforms.files import match
from ummid.ingest import publish, run
from ummid.stores.lmdb_table import LmdbTable

calls = iter(range(1000))
write = LmdbTable.write
def killing(self, puts):
    if next(calls) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    write(self, puts)
LmdbTable.write = killing
with run.begin(Path(sys.argv[1])) as begun:
    run.ingest(begun, match(sys.argv[2]))
"""


@pytest.mark.parametrize("write_number", [2, 7, 12, 25])
def test_kill_9_and_a_second_run_lose_nothing(tmp_path: Path, write_number: int) -> None:
    inbox = feeds(tmp_path / "inbox")
    whole = Store(tmp_path / "whole")
    whole.ingest(inbox)
    arguments = [str(tmp_path / "killed"), str(inbox), str(write_number)]
    done = subprocess.run(
        [sys.executable, "-c", KILLED_RUN, *arguments],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    killed = Store(tmp_path / "killed")
    killed.ingest(inbox)
    assert killed.views() == whole.views()
    whole.close()
    killed.close()


def test_two_runs_do_not_work_on_one_store(store: Store) -> None:
    with begin(store.path), pytest.raises(StoreError, match="another ingest is running"):
        with begin(store.path, patience=0.2):
            pass


def test_serials_that_a_failed_write_left_hold_nobody_up_after_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = run_module.publish_partition

    def failing_first(run: Run, table: Table, partition: str) -> int:
        with suppress(StoreError), changes.numbered(table, [("lost", "updated", ())], run.id, 1):
            raise StoreError("the batch could not be written")
        return publish(run, table, partition)

    monkeypatch.setattr(run_module, "publish_partition", failing_first)
    store = Store(tmp_path / "store")
    report = store.ingest(feeds(tmp_path / "inbox"))
    found = list(changes.since(store.table, 0, 10_000))
    assert len(found) == report.titles_changed > 0
    assert report.serial == changes.last_serial(store.table) >= found[-1].serial
    store.close()


WRITER = """
import sys
from pathlib import Path
from transforms.files import match
from ummid.feeds.connector import Profile
from ummid.ingest import run
from ummid.partners import Partners

partners = Partners({"ann": Profile(partner="ann", mode="delta")})
for file in sys.argv[2:]:
    with run.begin(Path(sys.argv[1]), patience=60) as begun:
        run.ingest(begun, match(file, "ann"), partners)
"""


def test_two_writers_at_once_end_as_one_after_the_other(tmp_path: Path) -> None:
    rows = [
        {"id": str(n), "title": f"The Lighthouse Keeper {n % 7}", "year": str(1990 + n % 3)}
        for n in range(24)
    ]
    files = [str(write(tmp_path / f"{n}.csv", table(rows[n::4]))) for n in range(4)]
    _write(tmp_path / "one", files)
    together = [_writer(tmp_path / "two", files[:3]), _writer(tmp_path / "two", files[:0:-1])]
    for writer in together:
        assert writer.wait(120) == 0
    one, two = Store(tmp_path / "one"), Store(tmp_path / "two")
    assert one.views() == two.views()
    one.close()
    two.close()


def _write(store: Path, files: list[str]) -> None:
    assert _writer(store, files).wait(120) == 0


def _writer(store: Path, files: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store), *files],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
