"""What a person sees of a run: progress while it goes on, a table at its end."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from types import TracebackType

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ummid.ingest.context import PARTITIONS
from ummid.printable import one_line
from ummid.views.runs import Enriched, FileReport, RunReport

STEPS = ("Apply", "Pair", "Compare", "Resolve", "Publish", "Enrich")
"""The steps that are followed by the partition, in their order."""

_PLAIN_EVERY = 5.0
"""Seconds between lines where the output is no terminal."""

_NOTES = 5
"""Remarks on files shown at the end; the report has all of them."""


class Display:
    """Progress on standard error; a bar on a terminal, a line now and then elsewhere."""

    def __init__(
        self,
        total_bytes: int,
        console: Console,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console, self._clock = console, clock
        self._read: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()
        self._began = self._last = clock()
        self._bar = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(bar_width=10),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=console,
            get_time=clock,
        )
        self._reading = self._bar.add_task("Read", total=max(1, total_bytes), note="")
        self._steps = {
            step: self._bar.add_task(step, total=len(PARTITIONS), note="", visible=False)
            for step in STEPS
        }
        self._live = Live(self._bar, console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> "Display":
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def batch(self, partner: str, read: int, rejected: int) -> None:
        self._read[partner] += read
        self._rejected[partner] += rejected
        self._bar.update(self._reading, note=self._note(partner))
        self._line(lambda: f"reading: {self._note(partner)}{self._left()}")

    def bytes(self, count: int) -> None:
        self._bar.advance(self._reading, count)

    def partition(self, step: str) -> None:
        task = self._steps[step]
        self._bar.update(task, visible=True)
        self._bar.advance(task)
        done = int(self._bar.tasks[task].completed)
        self._line(lambda: f"{step.lower()}: {done} of {len(PARTITIONS)} partitions")

    def _note(self, partner: str) -> str:
        total = sum(self._read.values())
        rate = total / max(0.001, self._clock() - self._began)
        return (
            f"{total:,} records, {rate:,.0f}/s, {sum(self._rejected.values()):,} rejected "
            f"({one_line(partner)}: {self._read[partner]:,})"
        )

    def _left(self) -> str:
        task = self._bar.tasks[self._reading]
        if not task.completed:
            return ""
        left = (self._clock() - self._began) * max(0, (task.total or 0) / task.completed - 1)
        return f", {task.percentage:.0f}% of the bytes, about {left:,.0f} s left to read"

    def _line(self, text: Callable[[], str]) -> None:
        now = self._clock()
        if not self._console.is_terminal and now - self._last >= _PLAIN_EVERY:
            self._last = now
            _say(self._console, text())


def show(report: RunReport, console: Console) -> None:
    """The report as a table: one line per partner and the sum, then the files that need a look."""
    table = Table(
        title=report.run,
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("partner", overflow="fold", min_width=len("partner"))
    names = ("read", "published", "unchanged", "superseded", "withdrawn", "rejected")
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for partner, counts in report.partners.items():
        table.add_row(Text(one_line(partner)), *(f"{getattr(counts, name):,}" for name in names))
    table.add_section()
    table.add_row("all", *(f"{getattr(report, name):,}" for name in names), style="bold")
    console.print(table)
    notes = [note for file in report.files for note in _notes(file)]
    for note in notes[:_NOTES]:
        _say(console, note)
    if len(notes) > _NOTES:
        _say(console, f"and {len(notes) - _NOTES:,} more in the report (--report FILE)")
    rate = report.read / max(0.001, report.seconds)
    _say(
        console,
        f"{report.titles_changed:,} titles changed in {report.seconds:.1f} s "
        f"({rate:,.0f} records/s)"
        + (f"; {report.absent:,} withdrawn by full deliveries" if report.absent else "")
        + ("" if report.published or report.withdrawn else "; nothing new was published"),
    )
    if said := enrichment(report.enrichment):
        _say(console, said)
    if report.rejected or report.enrichment.failed:
        _say(console, "what could not be taken waits as dead letters: `ummid deadletters list`")


def enrichment(done: Enriched) -> str:
    """What became of the titles to enrich, in words; "" where there were none."""
    counts = {name: getattr(done, name) for name in ("enriched", "kept", "failed", "left")}
    if not any(counts.values()):
        return ""
    said = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    return f"enrichment: {said} titles" + (f": {done.stopped}" if done.left else "")


def _notes(file: FileReport) -> Iterator[str]:
    if file.status != "accepted":
        yield f"{file.status}: {file.path}"
    for warning in file.warnings:
        yield f"{file.path}: {warning}"


def _say(console: Console, text: str) -> None:
    console.print(Text(one_line(text)), soft_wrap=True, highlight=False)
