"""Enriching titles as a PTransform: RunInference over the titles that wait for it.

Elements are ids: what is told and what is answered stays in the table, under its content.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.ml.inference.base import PredictionResult, RemoteModelHandler, RunInference

from transforms.progress import reporter
from ummid.ingest.context import PARTITIONS, Run
from ummid.ingest.enrich import CHUNK, Ended, enrich_titles, tally, waiting
from ummid.ingest.processes import on_partition
from ummid.views.runs import Enriched

STEP = "Enrich"


class Asker:
    """Enriches titles of one run: in this process, whose threads share one enricher and its
    budget, where a service is asked; in the run's processes where the machine has to work."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def enrich(self, title_ids: Sequence[str]) -> list[Ended]:
        run = self._run
        if run.enricher is not None and run.enricher.is_remote:
            return enrich_titles(run, run.table(), title_ids)
        return on_partition(run, enrich_titles, list(title_ids))


class EnricherHandler(RemoteModelHandler):
    """RunInference's way to an enricher: title ids in, what became of each out.

    Beam's own retries and throttling are off: the enricher retries by kind of error, within its
    deadline, at a pace that it finds out, and repeating a batch for the sake of one element would
    pay for all.
    """

    def __init__(self, run: Run) -> None:
        super().__init__(namespace="EnricherHandler", num_retries=0, retry_filter=_never)
        self._run = run

    def create_client(self) -> Asker:
        return Asker(self._run)

    def request(
        self,
        batch: Sequence[str],
        model: Asker,
        inference_args: Any = None,  # noqa: ARG002
    ) -> list[PredictionResult]:
        ended = model.enrich(batch)
        return [PredictionResult(*both) for both in zip(batch, ended, strict=True)]

    def batch_elements_kwargs(self) -> dict[str, int]:
        return {"min_batch_size": CHUNK, "max_batch_size": CHUNK}


class EnrichTitles(beam.PTransform):
    """Numbers published -> Enriched, once all is published; what waited from earlier runs, too.

    Delivery semantics: a repeated bundle asks nothing that was answered. A title that fails is a
    dead letter and does not touch its neighbours. Counters: `enriched`, `kept`, `failed`, `left`.
    """

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def expand(self, published: beam.PCollection[int]) -> beam.PCollection[Enriched]:
        return (
            published
            | f"Before {STEP}" >> beam.CombineGlobally(beam.combiners.CountCombineFn())
            | "Partitions" >> beam.FlatMap(_partitions, self._run)
            | "Spread" >> beam.Reshuffle()
            | "Waiting" >> beam.FlatMap(_waiting, self._run)
            | "Ask" >> RunInference(EnricherHandler(self._run))
            | "Count" >> beam.ParDo(_Count())
            | "Sum" >> beam.CombineGlobally(_sum)
        )


def _partitions(_: int, run: Run) -> tuple[str, ...]:
    """Where other processes ask a service, one of them asks for all: its budget is one."""
    if run.enricher is None:
        return ()
    return ("".join(PARTITIONS),) if run.is_handed and run.enricher.is_remote else PARTITIONS


def _waiting(partitions: str, run: Run) -> Iterator[str]:
    for partition in partitions:
        yield from waiting(run.table(), partition)
        reporter(run.id).partition(STEP)


class _Count(beam.DoFn):
    def process(self, prediction: PredictionResult) -> Iterator[Enriched]:
        ended: Ended = prediction.inference
        beam.metrics.Metrics.counter("ummid", ended.what).inc()
        yield tally([ended])


def _sum(found: Any) -> Enriched:
    total = Enriched()
    for one in found:
        total = total.plus(one)
    return total


def _never(_: Exception) -> bool:
    return False
