"""Launching an ingest and waiting for its report."""

import re
from collections.abc import Sequence
from pathlib import Path

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from pipelines.ingest.graph import build
from transforms.progress import Reporter, listen
from ummid.catalog.precedence import Precedence
from ummid.enrich.choose import Chosen
from ummid.errors import ConfigError, StoreError, UmmidError
from ummid.ingest.context import Run, open_table
from ummid.ingest.processes import processes
from ummid.ingest.run import begin, handed_over
from ummid.ingest.sources import Source
from ummid.machine import usable_cores
from ummid.partners import Partners
from ummid.stores.bigtable.place import is_bigtable
from ummid.stores.lease import LASTS
from ummid.views import keys, queue, runs
from ummid.views.runs import RunReport

DEFAULT_RUNNER = "FnApiRunner"
"""Beam's in-process runner. `DirectRunner` would first look for a server on the internet."""


IN_THIS_PROCESS = (DEFAULT_RUNNER, "BundleBasedDirectRunner")
DATAFLOW = ("DataflowRunner", "TestDataflowRunner")
STARTS_WITHIN = 120.0
"""Seconds for the first worker of an engine to take up a run."""
STARTS_ON_DATAFLOW = 900.0
"""The same, where machines are started first."""

_GIVEN_UP = re.compile(r"Pipeline \S+ failed in state FAILED: (.*)", re.DOTALL)
_ALONE = 1 << 20
"""Bytes of input for which starting processes takes longer than they save."""


def workers_for(sources: Sequence[Source]) -> int:
    """How many cores of this machine are worth using."""
    return usable_cores() if sum(source.size for source in sources) > _ALONE else 1


def run_ingest(
    store: Path,
    sources: list[Source],
    partners: Partners,
    *,
    precedence: Precedence | None = None,
    runner: str = DEFAULT_RUNNER,
    beam_options: Sequence[str] = (),
    release_held: bool = False,
    progress: Reporter | None = None,
    workers: int = 1,
    patience: float = 0,
    enricher: Chosen | None = None,
    again: Sequence[str] = (),
    archive: Path | None = None,
    lasts: float = LASTS,
) -> RunReport:
    """Ingests sources into a store and gives the run's report.

    `workers` are the cores of this machine that the in-process runner uses; `patience` seconds
    are waited for another run to release the store. `again` are titles to ask `enricher` for
    once more, changed or not. `archive` is a folder that keeps the original bytes. On another
    runner the workers keep the lease of a store in the cloud, for `lasts` seconds at a time.

    Exactly once in effect: a run that was killed is made good by running it again. Raises
    StoreError when the store is busy or cannot be written, ConfigError for a runner, an option
    of it or an enricher that cannot be used.
    """
    is_here = kind(runner) in IN_THIS_PROCESS
    if not is_here:
        workers = 1
    if workers > 1:
        threads = (f"--direct_num_workers={workers}", "--direct_running_mode=multi_threading")
        beam_options = (*threads, *beam_options)
    pipeline = _pipeline(runner, beam_options)
    with (
        begin(
            store,
            precedence,
            release_held=release_held,
            patience=patience,
            enricher=enricher,
            archive=archive,
            lasts=lasts,
        ) as run,
        processes(run, workers),
    ):
        listen(run.id, progress)
        run.table().write(queue.puts(keys.unenriched, again, run.id, "again", run.known))
        try:
            _submit(pipeline, run, sources, partners, None if is_here else _starts_within(runner))
        finally:
            listen(run.id, None)
    return _report(run)


def submit_ingest(
    store: Path,
    sources: list[Source],
    partners: Partners,
    *,
    runner: str,
    beam_options: Sequence[str],
    precedence: Precedence | None = None,
    release_held: bool = False,
    enricher: Chosen | None = None,
) -> None:
    """As `run_ingest`, on a runner that is not waited for: the run ends in the ledger of the store.

    Raises ConfigError also for a store in a folder, which only this process can hold.
    """
    if not is_bigtable(store):
        raise ConfigError(
            f"--runner {runner} needs a store that its workers can reach, as "
            f"bigtable://project/instance/table; {store} is a folder"
        )
    pipeline = _pipeline(runner, beam_options)
    with begin(store, precedence, release_held=release_held, enricher=enricher) as run:
        _submit(pipeline, run, sources, partners, _starts_within(runner), waits=False)


def _submit(
    pipeline: beam.Pipeline,
    run: Run,
    sources: list[Source],
    partners: Partners,
    starts_within: float | None,
    *,
    waits: bool = True,
) -> None:
    if starts_within is not None:
        run = handed_over(run, starts_within)
    try:
        build(pipeline, run, sources, partners)
        job = pipeline.run()
        if waits:
            job.wait_until_finish()
    except Exception as error:
        if (raised := _as_raised(error)) is error:
            raise
        raise raised from None


def kind(runner: str) -> str:
    """A runner's name, however it was given."""
    return runner.rpartition(".")[2]


def _starts_within(runner: str) -> float:
    return STARTS_ON_DATAFLOW if kind(runner) in DATAFLOW else STARTS_WITHIN


def _pipeline(runner: str, beam_options: Sequence[str]) -> beam.Pipeline:
    try:
        return beam.Pipeline(options=PipelineOptions([f"--runner={runner}", *beam_options]))
    except ValueError as error:
        raise ConfigError(f"--runner {runner} cannot be used: {error}") from error


def _as_raised(error: BaseException) -> BaseException:
    """What a step raised, and Ctrl-C: Beam wraps both in errors of its own. An engine of other
    processes only says in words why it gave a job up.
    """
    found, one = error, error.__context__
    while one is not None:
        if isinstance(one, UmmidError | KeyboardInterrupt):
            found = one
        one = one.__context__
    if found is error and (said := _GIVEN_UP.match(str(error))):
        return StoreError(
            f"the Beam engine gave the job up: {said[1]}; nothing is lost: run it again",
            retryable=True,
        )
    return found


def _report(run: Run) -> RunReport:
    if report := runs.report_of(open_table(run.store), run.id):
        return report
    raise StoreError(
        f"{run.id} ended without a report; what it staged is taken up by the next ingest"
    )
