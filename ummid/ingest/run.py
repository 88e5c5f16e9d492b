"""A run from begin to end: its identity, its lock on the store, and the plain-loop runner.

The Beam pipeline and the loop call the same steps in the same order; the loop is what tests
and the benchmark compare it with, and a way to ingest where Beam is too much.
"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ummid.catalog.precedence import Precedence
from ummid.catalog.times import iso, to_ms
from ummid.enrich.asking import asking
from ummid.enrich.choose import Chosen
from ummid.holding import hand_over, hold, under
from ummid.ingest.apply import apply_partition
from ummid.ingest.compare import compare_partition
from ummid.ingest.context import PARTITIONS, Run, open_table
from ummid.ingest.enrich import enrich_partition
from ummid.ingest.finish import finish
from ummid.ingest.pair import pair_partition
from ummid.ingest.processes import collect_seldom, each_partition, processes
from ummid.ingest.publish import publish_partition
from ummid.ingest.resolve import resolve_partition
from ummid.ingest.settle import settle
from ummid.ingest.sources import Access, LocalFiles, Source, stage_source
from ummid.ingest.upgrade import upgrade
from ummid.opening import beside
from ummid.partners import Partners
from ummid.stores.lease import LASTS, this_process
from ummid.stores.table import Put, Table
from ummid.views import changes, keys, queue
from ummid.views.runs import Enriched, RunReport, run_id

_CLOCK = "clock"


def now_ms() -> int:
    return to_ms(datetime.now(UTC))


@contextmanager
def _few_collections() -> Iterator[None]:
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def begin(
    store: Path,
    precedence: Precedence | None = None,
    *,
    clock: Callable[[], int] = now_ms,
    release_held: bool = False,
    patience: float = 0,
    enricher: Chosen | None = None,
    archive: Path | None = None,
    lasts: float = LASTS,
) -> Iterator[Run]:
    """Opens a run on a store: alone, later than every earlier run, without their scratch.

    Raises StoreError while another run holds the store, after `patience` seconds, and
    ConfigError for an enricher that cannot be asked. A lock on a folder goes with the process; the
    lease of a table in the cloud runs out `lasts` seconds after who works on the run.
    """
    beside(store).mkdir(parents=True, exist_ok=True)
    opened = open_table(store)
    with hold(store, opened, patience, lasts) as lease:
        table = under(opened, lease)
        table.recover()
        started = clock()
        known = max(started, _last_clock(table) + 1)
        table.write([Put(keys.counter(_CLOCK), keys.VALUE, known, str(known).encode())])
        table.drop(keys.staged_run("")[:-1])
        changes.settle(table, known)
        run = Run(
            id=run_id(known),
            store=store,
            known=known,
            started=iso(started),
            precedence=precedence or Precedence(),
            release_held=release_held,
            enricher=enricher,
            archive=archive,
            lease=lease,
        )
        upgrade(run, table)
        with _few_collections(), asking(run.id, enricher, table):
            yield run


def handed_over(run: Run, seconds: float) -> Run:
    """The run for processes that take it up within some seconds, and give back what they hold when
    its last step is done. On a store in a folder this process goes on holding it.

    Raises StoreError when another run has the store.
    """
    hand_over(run.lease, f"{run.id}, launched by {this_process()}", seconds)
    return replace(run, is_handed=run.lease is not None)


def _last_clock(table: Table) -> int:
    cell = table.get(keys.counter(_CLOCK), keys.VALUE)
    return int(cell.value) if cell else 0


def ingest(
    run: Run,
    sources: Iterable[Source],
    partners: Partners | None = None,
    access: Access | None = None,
    workers: int = 1,
    *,
    at_once: bool = False,
) -> RunReport:
    """All steps of a run in a plain loop, on `workers` cores.

    `at_once`: for a few thousand records; on an embedded store all of them, or none, are there.
    """
    began = time.monotonic()
    table, files = run.table(), access or LocalFiles()
    asks_a_service = run.enricher is not None and run.enricher.is_remote
    with table.together() if at_once else nullcontext(), processes(run, 1 if at_once else workers):
        deliveries = [
            delivery
            for source in sources
            for delivery in stage_source(run, table, source, partners or Partners(), access=files)
        ]
        settled = settle(run, table, deliveries)
        staged = sorted({part for delivery in deliveries for part in delivery.partitions})
        counts = each_partition(run, apply_partition, settled, deliveries, among=staged)
        each_partition(run, pair_partition, among=queue.partitions(table, b"y#", b"w#"))
        compared = each_partition(run, compare_partition, among=queue.partitions(table, b"p#"))
        resolved = each_partition(run, resolve_partition, among=queue.partitions(table, b"q#"))
        titles = queue.partitions(table, b"u#")
        changed = sum(each_partition(run, publish_partition, among=titles))

        def report() -> RunReport:
            enriched = _enriched(run, table)
            return finish(
                run,
                table,
                deliveries,
                settled,
                counts=counts,
                compared=compared,
                absent=sum(r.absent for r in resolved),
                changed=changed,
                enriched=enriched,
                seconds=time.monotonic() - began,
            )

        if not asks_a_service:
            return report()
    return report()  # what it takes its time over is not waited for in a transaction


def _enriched(run: Run, table: Table) -> list[Enriched]:
    """A service is asked by this process alone, so that its budget is one."""
    if run.enricher is None:
        return []
    if run.enricher.is_remote:
        return [enrich_partition(run, table, partition) for partition in PARTITIONS]
    return each_partition(run, enrich_partition, among=queue.partitions(table, b"h#"))
