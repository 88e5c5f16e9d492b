"""The steps of a run as PTransforms. What is large waits in the table between them."""

from collections.abc import Callable, Iterator
from typing import Any

import apache_beam as beam

from transforms.files import BeamFiles
from transforms.progress import FileProgress, reporter
from ummid.errors import StoreError
from ummid.holding import give_back
from ummid.ingest.apply import apply_partition
from ummid.ingest.compare import Comparisons, compare_partition
from ummid.ingest.context import PARTITIONS, Run, open_table
from ummid.ingest.delivery import Delivery
from ummid.ingest.finish import finish
from ummid.ingest.pair import pair_partition
from ummid.ingest.processes import on_partition
from ummid.ingest.publish import publish_partition
from ummid.ingest.resolve import Resolved, resolve_partition
from ummid.ingest.run import now_ms
from ummid.ingest.settle import Settled, settle
from ummid.ingest.sources import Source, stage_source
from ummid.partners import Partners
from ummid.views import runs
from ummid.views.runs import Counts, Enriched, RunReport

Plan = tuple[Settled, list[Delivery]]


class StageFeeds(beam.PTransform):
    """Source -> Delivery, one per file. Streams each file into the table.

    Memory does not grow with a file's size. A statement that cannot be parsed is a dead
    letter with its place; the rest of its file continues. Repeating a bundle writes the same
    rows.
    """

    def __init__(self, run: Run, partners: Partners) -> None:
        super().__init__()
        self._run, self._partners = run, partners

    def expand(self, sources: beam.PCollection[Source]) -> beam.PCollection[Delivery]:
        return sources | "Stage" >> beam.ParDo(_Stage(self._run, self._partners))


class _Stage(beam.DoFn):
    def __init__(self, run: Run, partners: Partners) -> None:
        self._run, self._partners = run, partners
        self._read = beam.metrics.Metrics.counter("ummid", "read")
        self._rejected = beam.metrics.Metrics.counter("ummid", "rejected")

    def process(self, source: Source) -> Iterator[Delivery]:
        report = reporter(self._run.id)
        file = FileProgress(source.size, report.bytes)

        def progress(partner: str, read: int, rejected: int) -> None:
            self._read.inc(read)
            self._rejected.inc(rejected)
            report.batch(partner, read, rejected)

        yield from stage_source(
            self._run,
            self._run.table(),
            source,
            self._partners,
            access=BeamFiles(file.watch),
            progress=progress,
        )
        file.done()


class SettleDeliveries(beam.PTransform):
    """Delivery -> one plan for the whole run. Waits for every file."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def expand(self, deliveries: beam.PCollection[Delivery]) -> beam.PCollection[Plan]:
        return (
            deliveries
            | "All files" >> beam.CombineGlobally(beam.combiners.ToListCombineFn())
            | "Settle" >> beam.Map(_settle, self._run)
        )


def _settle(deliveries: list[Delivery], run: Run) -> Plan:
    ordered = sorted(deliveries, key=lambda d: d.path)
    return settle(run, run.table(), ordered), ordered


class EachPartition(beam.PTransform):
    """When everything before it is done: `step` on every partition, spread over the workers."""

    def __init__(self, name: str, run: Run, step: Callable[..., Any], plan: Any = None) -> None:
        super().__init__()
        self._name, self._run, self._step, self._plan = name, run, step, plan

    def expand(self, before: beam.PCollection[Any]) -> beam.PCollection[Any]:
        plan = () if self._plan is None else (beam.pvalue.AsSingleton(self._plan),)
        return (
            before
            | f"Before {self._name}" >> beam.CombineGlobally(beam.combiners.CountCombineFn())
            | "Partitions" >> beam.FlatMap(_partitions)
            | "Spread" >> beam.Reshuffle()
            | self._name >> beam.Map(_on_partition, self._name, self._run, self._step, *plan)
        )


def _partitions(_: int) -> tuple[str, ...]:
    return PARTITIONS


def _on_partition(
    partition: str, name: str, run: Run, step: Callable[..., Any], plan: Plan | None = None
) -> Any:
    found = on_partition(run, step, *(plan or ()), partition)
    reporter(run.id).partition(name)
    return found


class ApplyStaged(beam.PTransform):
    """Plan -> counts per partner, one dict per partition."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def expand(self, plan: beam.PCollection[Plan]) -> beam.PCollection[dict[str, Counts]]:
        return plan | "Apply" >> EachPartition("Apply", self._run, apply_partition, plan)


class PairRecords(beam.PTransform):
    """Counts of the applied -> number of pairs found per partition, once all of it is applied.

    The block rows that applying wrote are the shuffle: records that share a block lie in one
    row, wherever they came from.
    """

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def expand(self, applied: beam.PCollection[Any]) -> beam.PCollection[int]:
        return applied | "Pair" >> EachPartition("Pair", self._run, pair_partition)


class CompareRecords(beam.PTransform):
    """Numbers of pairs -> Comparisons per partition, once all blocks are read."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def expand(self, paired: beam.PCollection[int]) -> beam.PCollection[Comparisons]:
        return paired | "Compare" >> EachPartition("Compare", self._run, compare_partition)


class ResolveTitles(beam.PTransform):
    """Comparisons -> Resolved per partition, once all is compared."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def expand(self, compared: beam.PCollection[Any]) -> beam.PCollection[Resolved]:
        return compared | "Resolve" >> EachPartition("Resolve", self._run, resolve_partition)


class PublishViews(beam.PTransform):
    """Resolved -> number of titles changed per partition, once all is resolved."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def expand(self, resolved: beam.PCollection[Resolved]) -> beam.PCollection[int]:
        return resolved | "Publish" >> EachPartition("Publish", self._run, publish_partition)


class FinishRun(beam.PTransform):
    """Enriched -> the run's report, once all is done."""

    def __init__(
        self,
        run: Run,
        plan: beam.PCollection[Plan],
        counts: beam.PCollection[dict[str, Counts]],
        compared: beam.PCollection[Comparisons],
        resolved: beam.PCollection[Resolved],
        published: beam.PCollection[int],
    ) -> None:
        super().__init__()
        self._run, self._plan = run, plan
        self._counts, self._compared, self._resolved = counts, compared, resolved
        self._published = published

    def expand(self, enriched: beam.PCollection[Enriched]) -> beam.PCollection[RunReport]:
        return (
            enriched
            | "All enriched" >> beam.CombineGlobally(beam.combiners.ToListCombineFn())
            | "Report"
            >> beam.Map(
                _finish,
                self._run,
                beam.pvalue.AsSingleton(self._plan),
                beam.pvalue.AsList(self._counts),
                beam.pvalue.AsList(self._compared),
                beam.pvalue.AsList(self._resolved),
                beam.pvalue.AsList(self._published),
            )
        )


def _finish(
    enriched: list[Enriched],
    run: Run,
    plan: Plan,
    counts: list[dict[str, Counts]],
    compared: list[Comparisons],
    resolved: list[Resolved],
    published: list[int],
) -> RunReport:
    try:
        table = run.table()
    except StoreError:
        if done := runs.report_of(open_table(run.store), run.id):
            return done  # a bundle that is repeated: the run has given the store back
        raise
    settled, deliveries = plan
    report = finish(
        run,
        table,
        deliveries,
        settled,
        counts=counts,
        compared=compared,
        absent=sum(r.absent for r in resolved),
        changed=sum(published),
        enriched=enriched,
        seconds=max(0, now_ms() - run.known) / 1000,
    )
    if run.is_handed:
        give_back(run.lease)
    return report
