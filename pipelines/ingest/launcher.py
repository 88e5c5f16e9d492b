"""The ingest as a template's main file starts it."""

from collections.abc import Sequence
from pathlib import Path

from apache_beam.options.pipeline_options import (
    GoogleCloudOptions,
    PipelineOptions,
    StandardOptions,
)

from pipelines.ingest.job import DEFAULT_RUNNER, run_ingest
from pipelines.ingest.options import SEPARATOR, IngestOptions
from transforms.files import match
from ummid.enrich.choose import chosen
from ummid.errors import ConfigError
from ummid.feeds.registry import by_name
from ummid.partners import load_partners
from ummid.settings import Settings
from ummid.views.runs import RunReport


def launch(arguments: Sequence[str]) -> RunReport:
    """Ingests what `--feeds` names into `--store` and gives the report; further arguments are
    Beam's. Settings (enricher, precedence) come from the environment.

    Exactly once in effect, like `run_ingest`. Raises ConfigError for options that cannot be used,
    and for Dataflow: its job outlives this process, which holds the store's lease.
    """
    options = PipelineOptions(list(arguments))
    asked, settings = options.view_as(IngestOptions), Settings()
    runner = options.view_as(StandardOptions).runner or DEFAULT_RUNNER
    _refuse_dataflow(runner, options.view_as(GoogleCloudOptions).template_location)
    feeds = [feed for part in (asked.feeds or "").split(SEPARATOR) if (feed := part.strip())]
    if not feeds:
        raise ConfigError("--feeds names nothing; give files, folders or globs, with ; between")
    if not asked.store:
        raise ConfigError("--store is missing; give it as bigtable://project/instance/table")
    if asked.feed_format:
        by_name(asked.feed_format)
    found = {s.path: s for feed in feeds for s in match(feed, asked.partner, asked.feed_format)}
    return run_ingest(
        Path(asked.store),
        [found[path] for path in sorted(found)],
        load_partners(asked.partners or settings.partners),
        precedence=settings.precedence,
        runner=runner,
        beam_options=arguments,
        release_held=asked.release_held,
        enricher=chosen(settings),
    )


def _refuse_dataflow(runner: str, template_location: str | None) -> None:
    if template_location or runner.rpartition(".")[2] in ("DataflowRunner", "TestDataflowRunner"):
        raise ConfigError(
            f"--runner {runner}: a job on Dataflow outlives its launcher and cannot hold the "
            "store's lease yet, so another ingest could write beside it; use a runner that is "
            f"waited for, such as {DEFAULT_RUNNER}"
        )
