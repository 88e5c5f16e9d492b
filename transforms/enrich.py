"""Enriching titles as a PTransform: RunInference around the `Enricher` port."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.ml.inference.base import PredictionResult, RemoteModelHandler, RunInference
from apache_beam.utils.timestamp import Timestamp

from ummid.enrich.asking import ask
from ummid.enrich.cached import CachedEnricher
from ummid.models.enricher import Enricher, Enrichment, TitleFacts
from ummid.models.outcome import Outcome
from ummid.views import deadletters
from ummid.views.deadletters import DeadLetter

FAILED = "failed"
FORMAT = "enrichment"
"""What the dead letters of titles without an enrichment have for a format."""

Asked = tuple[str, TitleFacts]
"""A title id and what is told of it."""

_Stamped = tuple[str, TitleFacts, Timestamp]


class EnricherHandler(RemoteModelHandler):
    """RunInference's way to an enricher: a prediction per element, an `Outcome` each.

    `make` is called once per process, whose threads share the enricher. Beam's own retries and
    throttling are off: the enricher retries by kind of error, within its deadline, at a pace
    that it finds out, and repeating a batch for the sake of one element would pay for all.
    """

    def __init__(self, make: Callable[[], Enricher], batch: int = 16) -> None:
        super().__init__(namespace="EnricherHandler", num_retries=0, retry_filter=_never)
        self._make, self._batch = make, batch

    def create_client(self) -> Enricher:
        return self._make()

    def request(
        self,
        batch: Sequence[_Stamped],
        model: Enricher,
        inference_args: Any = None,  # noqa: ARG002
    ) -> list[PredictionResult]:
        outcomes = ask(model, [facts for _, facts, _ in batch])
        _tell(model)
        who = f"{model.model} {model.prompt}"
        return [
            PredictionResult(asked, outcome, who)
            for asked, outcome in zip(batch, outcomes, strict=True)
        ]

    def batch_elements_kwargs(self) -> dict[str, int]:
        return {"min_batch_size": 1, "max_batch_size": self._batch}


class Enriched(NamedTuple):
    """`good`: (title id, Enrichment); `failed`: DeadLetter, one per title without one."""

    good: beam.PCollection[tuple[str, Enrichment]]
    failed: beam.PCollection[DeadLetter]


class EnrichTitles(beam.PTransform):
    """(title id, TitleFacts) -> Enriched. As many out as in, each with the time it came with.

    Delivery semantics: a repeated bundle asks again. With a `CachedEnricher`, which is what
    `make` should give, what was answered before is read and not paid again. A title that fails
    does not touch its neighbours. Counters: `enriched`, `enrich_failed` and one per code.
    """

    def __init__(self, make: Callable[[], Enricher], run_id: str, batch: int = 16) -> None:
        super().__init__()
        self._handler, self._run_id = EnricherHandler(make, batch), run_id

    def expand(self, titles: beam.PCollection[Asked]) -> Enriched:
        sorted_out = (
            titles
            | "Stamp" >> beam.ParDo(_Stamp())
            | "Ask" >> RunInference(self._handler)
            | "Answered" >> beam.Reshuffle()
            | "Sort out" >> beam.ParDo(_SortOut(self._run_id)).with_outputs(FAILED, main="good")
        )
        return Enriched(sorted_out["good"], sorted_out[FAILED])


class _Stamp(beam.DoFn):
    """RunInference's batches come out at the end of their window: the time goes along."""

    def process(
        self, asked: Asked, time: Timestamp = beam.DoFn.TimestampParam
    ) -> Iterator[_Stamped]:
        yield (*asked, time)


class _SortOut(beam.DoFn):
    def __init__(self, run_id: str) -> None:
        self._run_id = run_id

    def process(self, prediction: PredictionResult) -> Iterator[Any]:
        title_id, _, time = prediction.example
        outcome: Outcome[Enrichment] = prediction.inference
        if outcome.error is None:
            _count("enriched")
            yield beam.window.TimestampedValue((title_id, outcome.value), time)
            return
        letter = _letter(title_id, outcome.error, str(prediction.model_id), self._run_id)
        _count("enrich_failed")
        _count(f"enrich_failed_{letter.code}")
        yield beam.pvalue.TaggedOutput(FAILED, beam.window.TimestampedValue(letter, time))


def _letter(title_id: str, error: Exception, who: str, run_id: str) -> DeadLetter:
    path, code = f"title:{title_id}", getattr(error, "code", "store")
    return DeadLetter(
        id=deadletters.letter_id(path, who, code, ""),
        run=run_id,
        partner="*",
        format=FORMAT,
        path=path,
        place=who,
        code=code,
        reason=str(error),
        retryable=getattr(error, "retryable", False),
    )


def _tell(model: Enricher) -> None:
    if isinstance(model, CachedEnricher):
        for name, count in model.drain().items():
            _count(f"enrich_{name}", count)


def _count(name: str, count: int = 1) -> None:
    beam.metrics.Metrics.counter("ummid", name).inc(count)


def _never(_: Exception) -> bool:
    return False
