"""The loop between a source of deliveries and the store.

Arrivals wait in a fair queue; what waits when a run ends is the next run. A delivery is `done` when
the run that took it has ended, and so is published for good. A process that is killed in between
has done nothing, or all but saying so: the same deliveries come again and change nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from msgspec import Struct, structs

from ummid.catalog.precedence import Precedence
from ummid.enrich.choose import Chosen
from ummid.errors import StoreError, UmmidError
from ummid.ingest.context import open_table
from ummid.ingest.run import begin, ingest, now_ms
from ummid.ingest.sources import Access, LocalFiles
from ummid.machine import usable_cores
from ummid.partners import Partners
from ummid.stream.fair import Bounds, FairQueue
from ummid.stream.source import Arrival, Deliveries
from ummid.views import deadletters
from ummid.views.runs import RunReport

SMALL = 4 << 20
"""Bytes up to which a run is written in one transaction, by this process alone."""
_TRIES = 5
_PATIENCE = 600.0
"""Seconds to wait for a run of somebody else: a replay, a ruling, a backfill."""
_BACKOFF, _LONGEST_BACKOFF = 0.5, 30.0
_LOOK = 0.5


class Target(Struct, frozen=True, kw_only=True):
    """The store that is kept up to date, and how."""

    store: Path
    partners: Partners = Partners()
    access: Access = LocalFiles()
    precedence: Precedence | None = None
    enricher: Chosen | None = None
    clock: Callable[[], int] = now_ms


Told = Callable[[RunReport, Sequence[Arrival]], None]
"""Called after each run, when its arrivals are done."""


class Stream:
    """Keeps a store up to date with its sources, until told to stop.

    Nothing that a delivery holds stops it. What a run cannot take for another reason is tried again
    for as long as the reason may pass (a store that does not answer), and else narrowed down to
    the delivery that is at fault, which becomes a dead letter.
    """

    def __init__(
        self,
        target: Target,
        sources: Sequence[Deliveries],
        *,
        bounds: Bounds | None = None,
        told: Told = lambda *_: None,
        between: Callable[[], None] = lambda: None,
    ) -> None:
        """`between` is called after runs and when nothing comes, for what else there is to do."""
        self._target, self._sources = target, {source.name: source for source in sources}
        self._queue = FairQueue(bounds)
        self._told, self._between = told, between
        self._tries: Counter[str] = Counter()
        self._stop = Event()

    def stop(self) -> None:
        """Ends `run` when what is being ingested is done; the rest comes again another time."""
        self._stop.set()

    def run(self) -> None:
        """Until stopped. Raises what ended a source, and StoreError for a store that cannot be
        written at all.
        """
        open_table(self._target.store)  # before threads do
        try:
            for source in self._sources.values():
                source.start(self._queue.put)
            while not self._stop.is_set():
                batch = self._queue.take(_LOOK)
                if batch:
                    self._ingest(batch)
                for source in self._sources.values():
                    if (failure := source.failure()) is not None:
                        raise failure
                self._between()
        finally:
            for source in self._sources.values():
                source.close()

    def _ingest(self, batch: Sequence[Arrival]) -> None:
        """A batch, or its halves if it cannot be ingested as a whole, down to who is at fault."""
        waited = _BACKOFF
        at_once = sum(arrival.size for arrival in batch) <= SMALL
        while not self._stop.is_set():
            try:
                report = self._run(batch, at_once=at_once)
            except Exception as error:
                if isinstance(error, StoreError) and error.retryable:
                    at_once = False  # it may have been too much for one transaction
                    self._stop.wait(waited)
                    waited = min(2 * waited, _LONGEST_BACKOFF)
                    continue
                self._narrow(batch, error)
                return
            else:
                self._done(batch, report)
                return

    def _narrow(self, batch: Sequence[Arrival], error: Exception) -> None:
        if len(batch) > 1:
            middle = len(batch) // 2
            self._ingest(batch[:middle])
            self._ingest(batch[middle:])
            return
        (arrival,) = batch
        reason = str(error) if isinstance(error, UmmidError) else f"{type(error).__name__}: {error}"
        at_fault = structs.replace(arrival.source, fault=reason)
        self._done(batch, self._run([structs.replace(arrival, source=at_fault)], at_once=True))

    def _run(self, batch: Sequence[Arrival], *, at_once: bool) -> RunReport:
        target = self._target
        with begin(
            target.store,
            target.precedence,
            clock=target.clock,
            patience=_PATIENCE,
            enricher=target.enricher,
        ) as run:
            return ingest(
                run,
                [arrival.source for arrival in batch],
                target.partners,
                target.access,
                workers=usable_cores(),
                at_once=at_once,
            )

    def _done(self, batch: Sequence[Arrival], report: RunReport) -> None:
        passing = self._passing(report)
        put_off, done = [], []
        for arrival in batch:
            tried = self._tries.pop(arrival.id, 0) + 1
            if arrival.source.path in passing and tried < _TRIES:
                self._tries[arrival.id] = tried
                put_off.append(arrival)
            else:
                done.append(arrival)
        for name, source in self._sources.items():
            source.done([arrival for arrival in done if arrival.by == name])
        for arrival in put_off:
            seconds = _BACKOFF * 2 ** self._tries[arrival.id]
            self._sources[arrival.by].again([arrival], seconds)
        self._told(report, done)

    def _passing(self, report: RunReport) -> set[str]:
        """Paths of files that could not be read for a reason that may pass."""
        rejected = [file.path for file in report.files if file.rejected]
        if not rejected:
            return set()
        table = open_table(self._target.store)
        return {
            letter.path
            for path in rejected
            for letter in deadletters.letters(table, path=path)
            if letter.run == report.run and letter.retryable
        }
