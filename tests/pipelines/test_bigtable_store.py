"""A store on Bigtable instead of in a folder: by configuration alone, with the same answers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from click.testing import CliRunner

from pipelines.ingest.job import run_ingest
from serving.app import create_app
from tests.emulators import needs_bigtable
from tests.samples.building import FEEDS, LANTERN, LATER, PARTNERS, SAMPLES, Catalogue
from tests.serving.test_serve import free_port, get, served
from transforms.files import match
from transforms.steps import _finish
from ummid import opening
from ummid.cli import main
from ummid.errors import ConfigError, StoreError
from ummid.holding import LEASE
from ummid.ingest.context import close_table, open_table
from ummid.ingest.run import begin, handed_over
from ummid.ingest.settle import settle
from ummid.stores.lease import Lease, Timing
from ummid.stores.table import Put, Table
from ummid.views import changes, keys, runs, titles
from ummid.views.digest import VIEWS, digest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from ummid.cli import main; main()"]


def bigtable(folder: Path, table: str) -> Path:
    needs_bigtable()
    name = Path(f"bigtable://samples/{folder.name}/{table}?folder={folder}")
    assert ummid("tables", "apply", store=name)[0].startswith("+ table")
    return name


def ummid(*arguments: str, store: Path) -> list[str]:
    """A command on a store that only the environment names; its output."""
    done = CliRunner().invoke(main, arguments, env={"UMMID_STORE": str(store)})
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """The samples, ingested in the folder and on the emulator."""
    cloud = bigtable(tmp_path_factory.mktemp("samples"), "catalogue")
    found = {"lmdb": tmp_path_factory.mktemp("lmdb") / "store", "bigtable": cloud}
    for store in found.values():
        Catalogue(store).take(FEEDS).take(LATER).close()
    yield found
    for store in found.values():
        close_table(store)


def rows(table: Table) -> list[tuple[bytes, bytes, bytes]]:
    """Every cell of the views, without when it was written."""
    return [
        (key, column, cell.value)
        for prefix in VIEWS.values()
        for key, column, cell in table.scan(prefix)
    ]


def test_the_views_are_the_same_byte_for_byte(stores: dict[str, Path]) -> None:
    with (
        closing(opening.open_table(stores["lmdb"], readonly=True)) as embedded,
        closing(opening.open_table(stores["bigtable"], readonly=True)) as cloud,
    ):
        expected = rows(embedded)
        assert len(expected) > 300
        assert rows(cloud) == expected
        fed = [[(c.title, c.change) for c in changes.since(t, 0, 1000)] for t in (embedded, cloud)]
    assert fed[0] == fed[1]
    assert ummid("views", store=stores["bigtable"]) == ummid("views", store=stores["lmdb"])


def answers(store: Path) -> Iterator[tuple[str, int, bytes, str | None]]:
    client = create_app(store, clock=lambda: 1_740_000_000_000).test_client()
    found: Any = client.get(f"/api/v1/lookup/imdb/{LANTERN}").json
    title = f"/api/v1/titles/{found['titles'][0]['id']}"
    for path in (
        f"/api/v1/lookup/imdb/{LANTERN}",
        title,
        f"{title}/availability?territory=FR&at=2025-03-01",
        f"{title}/availability?territory=US&at=2031-03-01",
        "/api/v1/titles/ffffffffffffffffffff",
        "/readyz",
    ):
        answer = client.get(path)
        yield path, answer.status_code, answer.data, answer.headers.get("ETag")


def test_the_api_gives_the_same_answers(stores: dict[str, Path]) -> None:
    embedded, cloud = list(answers(stores["lmdb"])), list(answers(stores["bigtable"]))
    assert [status for _, status, *_ in embedded] == [200, 200, 200, 200, 404, 200]
    for one, other in zip(embedded, cloud, strict=True):
        assert other[:2] == one[:2]
        if other[1] == 200 and "availability" not in other[0]:
            assert other == one


def test_a_server_of_several_processes_answers(stores: dict[str, Path]) -> None:
    port = free_port()
    expected = list(answers(stores["lmdb"]))
    with served(stores["bigtable"], port) as process:
        for path, status, body, _ in [*expected, *expected]:
            found = get(port, path)
            assert found[0] == status
            if status == 200 and "availability" not in path:
                assert found[2] == body
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


COMMANDS = [("deadletters", "list"), ("review", "list"), ("deadletters", "list", "--all")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_the_same(stores: dict[str, Path], command: tuple[str, ...]) -> None:
    said = ummid(*command, store=stores["bigtable"])
    assert said == ummid(*command, store=stores["lmdb"])
    assert said


def test_titles_are_indexed_and_found_beside_the_cloud_table(stores: dict[str, Path]) -> None:
    said = [ummid("index", store=store) for store in stores.values()]
    assert said[0] == said[1]
    found = [ummid("search", "lighthouse keeper", store=store) for store in stores.values()]
    assert found[0] == found[1]
    assert "The Lantern Keeper" in found[0][0]


def test_a_title_is_shown_and_a_ruling_acted_on(stores: dict[str, Path]) -> None:
    store = stores["bigtable"]
    with closing(opening.open_table(store, readonly=True)) as table:
        (shared,) = titles.lookup(table, "imdb", LANTERN)
        one, other = titles.members(table, [shared])[0][:2]
    said = ummid("review", "different", one, other, store=store)
    assert said[0].endswith("titles changed")
    assert len(ummid("runs", store=store)) == 3


def test_a_replay_publishes_nothing(tmp_path: Path) -> None:
    store = bigtable(tmp_path, "replay")
    try:
        catalogue = Catalogue(store).take(FEEDS).take(FEEDS)
        assert [report.titles_changed for report in catalogue.reports] == [40, 0]
        assert catalogue.reports[1].read == catalogue.reports[0].read
    finally:
        close_table(store)


def test_the_command_ingests_what_the_configuration_names(tmp_path: Path) -> None:
    store = bigtable(tmp_path, "command")
    (tmp_path / "ummid.toml").write_text(
        f'store = "{store}"\npartners = "{SAMPLES / "partners.toml"}"\n', encoding="utf-8"
    )
    done = subprocess.run(
        [*COMMAND, "--config", str(tmp_path / "ummid.toml"), "ingest", str(FEEDS / "northwind")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "titles changed" in done.stdout
    assert ummid("runs", store=store)[0].split()[:2][1] == "read"
    assert ummid("doctor", store=store)[6].endswith("/command answers")


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.samples.building import FEEDS, Catalogue
from ummid.stores.bigtable import writing

calls = iter(range(100_000))
send = writing._request
def killing(target, part, left):
    if next(calls) == int(sys.argv[2]):
        send(target, part[: len(part) // 2], left)
        os.kill(os.getpid(), signal.SIGKILL)
    return send(target, part, left)
writing._request = killing
Catalogue(Path(sys.argv[1])).take(FEEDS)
"""


@pytest.mark.parametrize("request_number", [60, 105, 150])
def test_kill_9_within_a_batch_and_a_second_run_lose_nothing(
    stores: dict[str, Path], tmp_path: Path, request_number: int
) -> None:
    store = bigtable(tmp_path, f"killed-{request_number}")
    program = [sys.executable, "-c", KILLED, str(store), str(request_number)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with pytest.raises(StoreError, match=r"is running on bigtable://.*process \d+ on .* ago"):
        Catalogue(store).take(FEEDS)
    with closing(opening.open_table(store)) as table:  # a minute goes by
        cell = table.get(keys.counter("lease"), b"s:lease")
        assert cell
        table.write([Put(keys.counter("lease"), b"s:lease", 0, b"")])
    try:
        catalogue = Catalogue(store).take(FEEDS).take(LATER)
        views = catalogue.views()
        with closing(opening.open_table(stores["lmdb"], readonly=True)) as embedded:
            assert views == digest(embedded)
    finally:
        close_table(store)


def test_a_run_that_has_lost_its_lease_writes_no_more(tmp_path: Path) -> None:
    store = bigtable(tmp_path, "lost")
    try:
        with begin(store, lasts=0.4) as run:
            table = run.table()
            table.write([Put(b"t#1", keys.BODY, 1, b"x")])
            other = Lease(open_table(store), LEASE, Timing(clock=lambda: time.time() + 1))
            assert other.take() is None
            with pytest.raises(StoreError, match="another run has taken"):
                write_for_ever(table)
            with pytest.raises(StoreError, match="another run has taken"):
                run.table()
    finally:
        close_table(store)


class Elsewhere(FnApiRunner):  # type: ignore[misc]
    """A runner whose workers are not known to be in this process."""


class Refusing(FnApiRunner):  # type: ignore[misc]
    """An engine that takes no job."""

    def run_pipeline(self, *_: object, **__: object) -> None:
        raise OSError("the engine is full")


def named(runner: type) -> str:
    return f"{runner.__module__}.{runner.__qualname__}"


def test_a_run_that_was_handed_over_ends_with_its_last_step(tmp_path: Path) -> None:
    store = bigtable(tmp_path, "handed")
    feeds = match(str(FEEDS / "northwind"))
    try:
        report = run_ingest(store, feeds, PARTNERS, runner=named(Elsewhere), lasts=4)
        assert report.published > 0
        with pytest.raises(StoreError, match=r"is running on .*run-.* launched by .*heard of"):
            run_ingest(store, feeds, PARTNERS)
        assert run_ingest(store, feeds, PARTNERS, patience=60).published == 0
    finally:
        close_table(store)


def test_a_job_that_is_not_taken_leaves_the_store_free(tmp_path: Path) -> None:
    store = bigtable(tmp_path, "refused")
    feeds = match(str(FEEDS / "northwind"))
    try:
        with pytest.raises(OSError, match="the engine is full"):
            run_ingest(store, feeds, PARTNERS, runner=named(Refusing))
        assert run_ingest(store, feeds, PARTNERS).published > 0
    finally:
        close_table(store)


def test_a_last_step_that_is_repeated_gives_the_report_again(tmp_path: Path) -> None:
    store = bigtable(tmp_path, "repeated")
    try:
        with begin(store) as run:
            handed = handed_over(run, 60)
        settled = settle(handed, handed.table(), [])
        ended = [_finish([], handed, (settled, []), [], [], [], []) for _ in range(2)]
        assert ended[0] == ended[1]
        assert list(runs.reports(open_table(store))) == [ended[0]]
        late = replace(handed, id="run-of-nobody")
        with pytest.raises(StoreError, match="another run has taken"):
            _finish([], late, (settled, []), [], [], [], [])
    finally:
        close_table(store)


def write_for_ever(table: Table) -> None:
    while True:
        table.write([Put(b"t#1", keys.BODY, 2, b"y")])


def test_a_table_that_is_not_there_is_said_with_what_makes_it(tmp_path: Path) -> None:
    needs_bigtable()
    store = Path(f"bigtable://samples/{tmp_path.name}/none?folder={tmp_path}")
    for command in (["serve"], ["views"], ["doctor"], ["ingest", str(FEEDS)]):
        done = CliRunner().invoke(main, command, env={"UMMID_STORE": str(store)})
        assert done.exit_code == 1
        assert "`ummid tables apply` makes the table" in done.output
    close_table(store)


def test_without_the_cloud_packages_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Path("bigtable://p/i/t")
    monkeypatch.setitem(sys.modules, "ummid.stores.bigtable.table", None)
    monkeypatch.setitem(sys.modules, "ummid.stores.bigtable.schema", None)
    with pytest.raises(ConfigError, match=r"needs the Google Cloud packages: pip install"):
        opening.open_table(store)
    done = CliRunner().invoke(main, ["tables", "plan", "--store", str(store)])
    assert done.exit_code == 1
    assert "needs the Google Cloud packages" in done.output


def test_an_embedded_run_imports_no_cloud_client(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ummid.ingest.run import begin\n"
        "with begin(Path(sys.argv[1])): pass\n"
        "clients = 'google.api_core', 'google.cloud.', 'grpc'\n"
        "print([m for m in sys.modules if m.startswith(clients)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    assert done.stdout == "[]\n"
