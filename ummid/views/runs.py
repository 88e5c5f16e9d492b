"""The run ledger: what every run read and what became of it."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from ummid.catalog.times import iso
from ummid.stores.table import Put, Table
from ummid.views import keys


class Counts(Struct, omit_defaults=False):
    """Where each input record went. `read` is the sum of the others, always."""

    read: int = 0
    published: int = 0
    unchanged: int = 0
    superseded: int = 0
    withdrawn: int = 0
    rejected: int = 0

    def add(self, outcome: str, number: int = 1) -> None:
        setattr(self, outcome, getattr(self, outcome) + number)

    def plus(self, other: "Counts") -> "Counts":
        return Counts(*(a + b for a, b in zip(_values(self), _values(other), strict=True)))

    @property
    def adds_up(self) -> bool:
        parts = (self.published, self.unchanged, self.superseded, self.withdrawn, self.rejected)
        return self.read == sum(parts)


def _values(counts: Counts) -> tuple[int, ...]:
    return msgspec.structs.astuple(counts)


def run_id(known: int) -> str:
    """The id of the run that publishes at a time (epoch ms)."""
    stamp = iso(known).replace("-", "").replace(":", "")
    return f"run-{stamp.replace('.', '-')}"


class FileReport(Struct, omit_defaults=True):
    """What one file was and what it held."""

    path: str
    partner: str
    format: str
    records: int
    rejected: int
    status: str = "accepted"
    warnings: list[str] = []


class Enriched(Struct, frozen=True, omit_defaults=True):
    """What became of the titles that waited for an enrichment.

    `enriched`: asked and answered; `kept`: answered before; `failed`: a dead letter each; `left`
    for the next run, for the reason in `stopped`.
    """

    enriched: int = 0
    kept: int = 0
    failed: int = 0
    left: int = 0
    stopped: str = ""

    def plus(self, other: "Enriched") -> "Enriched":
        return Enriched(
            self.enriched + other.enriched,
            self.kept + other.kept,
            self.failed + other.failed,
            self.left + other.left,
            self.stopped or other.stopped,
        )


class RunReport(Struct, omit_defaults=False, kw_only=True):
    """A run as a whole. Times are ISO 8601 UTC, `seconds` wall time.

    `absent` counts earlier statements withdrawn because a full delivery left them out: they
    are no input records and stand outside the sum. `pairs_compared` is what resolving cost.
    `enrichment` counts titles.
    """

    run: str
    started: str
    seconds: float
    read: int
    published: int
    unchanged: int
    superseded: int
    withdrawn: int
    rejected: int
    absent: int
    pairs_compared: int = 0
    titles_changed: int
    enrichment: Enriched = Enriched()
    serial: int
    partners: dict[str, Counts]
    files: list[FileReport]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(RunReport).decode


def put(report: RunReport, at: int) -> Put:
    return Put(keys.run(report.run), keys.REPORT, at, _encode(report))


def reports(table: Table) -> Iterator[RunReport]:
    """Every run, oldest first."""
    for _, _, cell in table.scan(b"g#"):
        yield _decode(cell.value)


def report_of(table: Table, run_id: str) -> RunReport | None:
    """That of a run; None of one that has not ended."""
    cell = table.get(keys.run(run_id), keys.REPORT)
    return _decode(cell.value) if cell else None
