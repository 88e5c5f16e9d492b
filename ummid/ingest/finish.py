"""The end of a run: settled dead letters, the report, no scratch left."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from ummid.ingest.archive import close_run
from ummid.ingest.compare import Comparisons
from ummid.ingest.context import Run
from ummid.ingest.delivery import Delivery
from ummid.ingest.kept import keep
from ummid.ingest.settle import ACCEPTED, Settled
from ummid.stores.table import Table
from ummid.views import changes, deadletters, queue, runs
from ummid.views import keys as row_keys
from ummid.views.runs import Counts, Enriched, FileReport, RunReport


def finish(
    run: Run,
    table: Table,
    deliveries: Sequence[Delivery],
    settled: Settled,
    *,
    counts: Iterable[Mapping[str, Counts]],
    compared: Iterable[Comparisons],
    absent: int,
    changed: int,
    enriched: Iterable[Enriched],
    seconds: float,
) -> RunReport:
    """Writes the ledger, settles dead letters and removes the run's scratch rows."""
    partners = _by_partner(deliveries, counts)
    for delivery in deliveries:
        if delivery.rejected or settled.status.get(delivery.file) != ACCEPTED:
            origin = deadletters.origin(table, delivery.path)
            if not origin.is_message:
                keep(run.store, origin)
        if delivery.read_whole:
            deadletters.resolve(table, delivery.path, run.id, run.known)
    if run.archive is not None:
        close_run(run.archive, run.id, deliveries, settled.status)
    total = sum_of(partners.values())
    changes.settle(table, run.known)
    report = RunReport(
        run=run.id,
        started=run.started,
        seconds=round(seconds, 3),
        read=total.read,
        published=total.published,
        unchanged=total.unchanged,
        superseded=total.superseded,
        withdrawn=total.withdrawn,
        rejected=total.rejected,
        absent=absent,
        pairs_compared=sum(c.pairs for c in compared),
        titles_changed=changed,
        enrichment=reduce(Enriched.plus, enriched, Enriched()),
        serial=changes.last_serial(table),
        partners=partners,
        files=[_file(d, settled) for d in sorted(deliveries, key=lambda d: d.path)],
    )
    table.write([runs.put(report, run.known)])
    queue.done(table)
    if run.enricher is not None:
        queue.enriched(table, run.id)
    table.drop(row_keys.staged_run(run.id))
    return report


def _by_partner(
    deliveries: Sequence[Delivery], counts: Iterable[Mapping[str, Counts]]
) -> dict[str, Counts]:
    partners: dict[str, Counts] = {}
    for delivery in deliveries:
        parsed = Counts(read=delivery.rejected, rejected=delivery.rejected)
        partners[delivery.partner] = partners.get(delivery.partner, Counts()).plus(parsed)
    for part in counts:
        for partner, found in part.items():
            partners[partner] = partners.get(partner, Counts()).plus(found)
    return dict(sorted(partners.items()))


def sum_of(counts: Iterable[Counts]) -> Counts:
    total = Counts()
    for one in counts:
        total = total.plus(one)
    return total


def _file(delivery: Delivery, settled: Settled) -> FileReport:
    return FileReport(
        path=delivery.path,
        partner=delivery.partner,
        format=delivery.format,
        records=delivery.records,
        rejected=delivery.rejected,
        status=settled.status.get(delivery.file, ACCEPTED),
        warnings=list(delivery.warnings),
    )
