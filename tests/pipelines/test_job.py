"""Launching an ingest: its report, its progress, its runner, its failures."""

import logging
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from apache_beam.runners.runner import PipelineResult, PipelineRunner, PipelineState

from pipelines.ingest.job import run_ingest
from pipelines.quiet import importing_beam
from tests.ingest.feeds import item, mrss, table, write
from transforms.files import match
from transforms.progress import reporter
from ummid.errors import ConfigError, StoreError
from ummid.ingest.context import close_table, open_table
from ummid.ingest.run import begin
from ummid.ingest.sources import Source
from ummid.partners import Partners
from ummid.views import runs


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "store"
    close_table(tmp_path / "store")


@pytest.fixture
def sources(tmp_path: Path) -> list[Source]:
    many = mrss(item(f"g{n}", f"Title {n}") for n in range(3000))
    write(tmp_path / "in" / "a.xml", many)
    write(tmp_path / "in" / "b.xml", mrss([item("h1", "One"), item("h2", "No", "atlantis")]))
    with zipfile.ZipFile(tmp_path / "in" / "c.zip", "w") as archive:
        archive.writestr("d.csv", table([{"id": "i1", "title": "Zipped"}]))
    return match(str(tmp_path / "in"), "acme")


class Heard:
    """A reporter that adds up what it hears."""

    def __init__(self) -> None:
        self.read = self.rejected = self.size = 0
        self.partitions: Counter[str] = Counter()

    def batch(self, partner: str, read: int, rejected: int) -> None:
        assert partner == "acme"
        self.read += read
        self.rejected += rejected

    def bytes(self, count: int) -> None:
        self.size += count

    def partition(self, step: str) -> None:
        self.partitions[step] += 1


def test_a_run_gives_the_report_that_the_ledger_keeps(store: Path, sources: list[Source]) -> None:
    heard = Heard()
    report = run_ingest(store, sources, Partners(), progress=heard)
    assert (report.read, report.published, report.rejected) == (3003, 3002, 1)
    assert list(runs.reports(open_table(store))) == [report]
    assert (heard.read, heard.rejected) == (3003, 1)
    assert heard.size == sum(source.size for source in sources)
    steps = ("Apply", "Pair", "Compare", "Resolve", "Publish")
    assert heard.partitions == dict.fromkeys(steps, 16)
    reporter(report.run).batch("acme", 1, 0)
    assert heard.read == 3003


@pytest.mark.parametrize(("runner", "options"), [("Nope", ()), ("FnApiRunner", ("--runner=Nope",))])
def test_a_runner_that_beam_does_not_know_leaves_the_store_alone(
    store: Path, runner: str, options: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError, match=f"--runner {runner} cannot be used: .*Nope"):
        run_ingest(store, [], Partners(), runner=runner, beam_options=options)
    assert not store.exists()


def test_a_busy_store_is_refused_and_a_free_one_takes_a_run_of_nothing(store: Path) -> None:
    with begin(store):
        with pytest.raises(
            StoreError, match=r"another ingest is running on .* \(process \d+\)"
        ) as e:
            run_ingest(store, [], Partners())
    assert e.value.retryable
    report = run_ingest(store, [], Partners())
    assert (report.read, report.titles_changed, report.files) == (0, 0, [])


class Nothing(PipelineRunner):  # type: ignore[misc]
    """A runner that says that it is done, and did nothing."""

    def run_pipeline(self, pipeline: object, options: object) -> PipelineResult:  # noqa: ARG002
        return Done(PipelineState.DONE)


class Done(PipelineResult):  # type: ignore[misc]
    def wait_until_finish(self, duration: int | None = None) -> str:  # noqa: ARG002
        return str(PipelineState.DONE)


def test_a_runner_is_any_class_and_a_run_without_a_report_is_an_error(
    store: Path, sources: list[Source]
) -> None:
    named = f"{Nothing.__module__}.{Nothing.__qualname__}"
    with pytest.raises(StoreError, match=r"run-.* ended without a report; .* the next ingest"):
        run_ingest(store, sources, Partners(), runner=named)


def test_what_a_step_raises_comes_out_as_it_is(store: Path) -> None:
    write(store.parent / "in" / "b.xml", mrss([item("g1", "One")]))
    rivals = {"one": ("in/*.xml",), "two": ("in/?.xml",)}
    partners = Partners(dict.fromkeys(rivals, Partners().profile_for("x")), rivals)
    with pytest.raises(ConfigError, match=r"make one pattern longer, or name the partner$"):
        run_ingest(store, match(str(store.parent / "in")), partners)


class Interrupting(Heard):
    """As somebody at the keyboard who has seen enough."""

    def batch(self, partner: str, read: int, rejected: int) -> None:  # noqa: ARG002
        raise KeyboardInterrupt


def test_an_interruption_ends_the_run_and_the_next_one_takes_everything(
    store: Path, tmp_path: Path
) -> None:
    sources = match(str(write(tmp_path / "feed.xml", mrss([item("g1", "One")]))))
    with pytest.raises(KeyboardInterrupt):
        run_ingest(store, sources, Partners(), progress=Interrupting())
    assert run_ingest(store, sources, Partners()).published == 1


class Failing(Heard):
    """As a fault of ours would."""

    def batch(self, partner: str, read: int, rejected: int) -> None:  # noqa: ARG002
        raise LookupError("a fault")


def test_a_fault_of_ours_says_in_which_step_it_was(store: Path, tmp_path: Path) -> None:
    sources = match(str(write(tmp_path / "feed.xml", mrss([item("g1", "One")]))))
    with pytest.raises(LookupError, match=r"a fault \[while running 'Parse and stage/Stage'\]"):
        run_ingest(store, sources, Partners(), progress=Failing())


def test_beam_is_imported_without_its_asides(capsys: pytest.CaptureFixture[str]) -> None:
    spoken = logging.StreamHandler()
    root = logging.getLogger()
    root.addHandler(spoken)
    try:
        with importing_beam():
            root.warning("apitools not found, and bigquery client libraries are not available")
            root.warning("something else")
        root.warning("apitools not found, said later")
        logging.getLogger("apache_beam.io").warning("a detail")
        logging.getLogger("apache_beam.runners.common").error("raised as well")
        logging.getLogger("apache_beam.io").error("a failure")
    finally:
        root.removeHandler(spoken)
    assert capsys.readouterr().err.splitlines() == [
        "something else",
        "apitools not found, said later",
        "a failure",
    ]
