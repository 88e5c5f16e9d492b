"""The ingest as a template's main file starts it."""

from collections.abc import Sequence
from pathlib import Path

from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

from pipelines.ingest.job import DATAFLOW, DEFAULT_RUNNER, kind, run_ingest, submit_ingest
from pipelines.ingest.options import SEPARATOR, IngestOptions
from transforms.files import BeamFiles, is_local, match
from ummid.enrich.choose import chosen
from ummid.errors import ConfigError
from ummid.feeds.registry import by_name
from ummid.partners import Partners, load_partners
from ummid.settings import Settings
from ummid.views.runs import RunReport


def launch(arguments: Sequence[str]) -> RunReport | None:
    """Ingests what `--feeds` names into `--store` and gives the report; further arguments are
    Beam's. Settings (enricher, precedence) come from the environment.

    A job on Dataflow is submitted and not waited for: None. What came of it is in the ledger of the
    store. Exactly once in effect, like `run_ingest`. Raises ConfigError for options that cannot be
    used, StoreError for a store that is busy.
    """
    options = PipelineOptions(list(arguments))
    asked, settings = options.view_as(IngestOptions), Settings()
    runner = options.view_as(StandardOptions).runner or DEFAULT_RUNNER
    feeds = [feed for part in (asked.feeds or "").split(SEPARATOR) if (feed := part.strip())]
    if not feeds:
        raise ConfigError("--feeds names nothing; give files, folders or globs, with ; between")
    if not asked.store:
        raise ConfigError("--store is missing; give it as bigtable://project/instance/table")
    if asked.feed_format:
        by_name(asked.feed_format)
    partners = profiles(asked.partners) if asked.partners else load_partners(settings.partners)
    found = {s.path: s for feed in feeds for s in match(feed, asked.partner, asked.feed_format)}
    is_left = kind(runner) in DATAFLOW
    return (submit_ingest if is_left else run_ingest)(
        Path(asked.store),
        [found[path] for path in sorted(found)],
        partners,
        precedence=settings.precedence,
        runner=runner,
        beam_options=arguments,
        release_held=asked.release_held,
        enricher=chosen(settings),
    )


def profiles(path: str) -> Partners:
    """The partner profiles of a file or folder, of this machine or in a bucket. They travel to the
    workers in the job. Raises ConfigError, FeedError where there are none.
    """
    if is_local(path):
        return load_partners(Path(path))
    files, found = BeamFiles(), []
    for source in match(path if path.endswith(".toml") else f"{path.rstrip('/')}/*.toml"):
        with files.open(source.path) as stream:
            found.append((source.path, stream.read()))
    return Partners.read(found)
