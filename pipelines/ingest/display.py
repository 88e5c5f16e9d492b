"""What a person sees of a run: progress while it goes on, a table at its end."""

import time
from collections import Counter
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ummid.ingest.context import PARTITIONS
from ummid.views.runs import RunReport

_PLAIN_EVERY = 5.0
"""Seconds between lines where the output is no terminal."""


class Display:
    """Progress on standard error; a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, total_bytes: int, console: Console) -> None:
        self._console = console
        self._read: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()
        self._began = self._last = time.monotonic()
        self._bar = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
        )
        self._reading = self._bar.add_task("Read", total=max(1, total_bytes), note="")
        self._steps = {
            step: self._bar.add_task(step, total=len(PARTITIONS), note="", visible=False)
            for step in ("Apply", "Resolve", "Publish")
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
        self._line(lambda: f"reading: {self._note(partner)}")

    def file(self, size: int) -> None:
        self._bar.advance(self._reading, size)

    def partition(self, step: str) -> None:
        task = self._steps[step]
        self._bar.update(task, visible=True)
        self._bar.advance(task)
        done = int(self._bar.tasks[task].completed)
        self._line(lambda: f"{step.lower()}: {done} of {len(PARTITIONS)} partitions")

    def _note(self, partner: str) -> str:
        total = sum(self._read.values())
        rate = total / max(0.001, time.monotonic() - self._began)
        return (
            f"{total:,} records, {rate:,.0f}/s, {sum(self._rejected.values()):,} rejected "
            f"({partner}: {self._read[partner]:,})"
        )

    def _line(self, text: "object") -> None:
        now = time.monotonic()
        if not self._console.is_terminal and now - self._last >= _PLAIN_EVERY:
            self._last = now
            self._console.print(text() if callable(text) else text, highlight=False)


def show(report: RunReport, console: Console) -> None:
    """The report as a table: one line per partner and the sum, then the files that need a look."""
    table = Table(title=report.run, title_justify="left")
    table.add_column("partner")
    names = ("read", "published", "unchanged", "superseded", "withdrawn", "rejected")
    for name in names:
        table.add_column(name, justify="right")
    for partner, counts in report.partners.items():
        table.add_row(partner, *(f"{getattr(counts, name):,}" for name in names))
    table.add_section()
    table.add_row("all", *(f"{getattr(report, name):,}" for name in names), style="bold")
    console.print(table)
    for file in report.files:
        if file.status != "accepted":
            console.print(f"{file.status}: {file.path}", markup=False, highlight=False)
        for warning in file.warnings:
            console.print(f"{file.path}: {warning}", markup=False, highlight=False)
    rate = report.read / max(0.001, report.seconds)
    console.print(
        f"{report.titles_changed:,} titles changed in {report.seconds:.1f} s "
        f"({rate:,.0f} records/s)"
        + (f"; {report.absent:,} withdrawn by full deliveries" if report.absent else "")
        + ("" if report.published or report.withdrawn else "; nothing new was published"),
        highlight=False,
    )
    if report.rejected:
        console.print(
            "rejected records wait as dead letters: `ummid deadletters list`", highlight=False
        )
