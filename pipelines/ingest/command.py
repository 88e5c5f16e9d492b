"""`ummid ingest`: feeds into a store."""

from pathlib import Path

import click
import msgspec
from rich.console import Console

from pipelines.quiet import importing_beam
from ummid.enrich.choose import chosen
from ummid.errors import ConfigError
from ummid.finding import bring_up
from ummid.partners import load_partners
from ummid.settings import Settings


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--partner", help="Whose feeds these are; otherwise as the feeds say.")
@click.option("--format", "format_name", help="Read them as this format (see `ummid formats`).")
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
@click.option("--report", type=click.Path(path_type=Path), help="Write the report there as JSON.")
@click.option("--partners", type=click.Path(path_type=Path), help="Partner profiles (TOML).")
@click.option("--runner", default="FnApiRunner", show_default=True, help="Any Beam runner.")
@click.option("--workers", type=click.IntRange(1), help="Cores to use; else as the input needs.")
@click.option(
    "--wait",
    "patience",
    type=click.FloatRange(0),
    default=0,
    metavar="SECONDS",
    help="How long to wait while another ingest holds the store.",
)
@click.option("--release-held", is_flag=True, help="Apply full deliveries of any effect.")
@click.option(
    "--index/--no-index", "indexes", default=None, help="Make titles searchable at the end."
)
@click.option("--streaming", is_flag=True, help="Go on until told to end: PATHS are watched.")
@click.option("--subscription", "subscriptions", multiple=True, help="Pub/Sub, when streaming.")
@click.option("--changes", "topic", help="Pub/Sub topic to tell every change, when streaming.")
@click.option(
    "--buckets",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder that stands for gs://, when streaming.",
)
@click.option("--beam", "beam_options", multiple=True, help="Further Beam option, as --name=value.")
@click.pass_obj
def ingest(
    settings: Settings,
    paths: tuple[str, ...],
    partner: str | None,
    format_name: str | None,
    store: Path | None,
    report: Path | None,
    partners: Path | None,
    runner: str,
    workers: int | None,
    patience: float,
    release_held: bool,
    indexes: bool | None,
    streaming: bool,
    subscriptions: tuple[str, ...],
    topic: str | None,
    buckets: Path | None,
    beam_options: tuple[str, ...],
) -> None:
    """Ingest PATHS: files, folders, globs, archives, gs:// objects.

    Ends with a report whose `read` is the sum of published, unchanged, superseded, withdrawn
    and rejected. Running it again on the same input publishes nothing new. Titles that
    changed are enriched (setting `enricher`) and made searchable (setting `index`).

    With --streaming, folders are watched and subscriptions pulled until SIGTERM or Ctrl-C.
    """
    indexes = settings.index if indexes is None else indexes
    if streaming:
        from pipelines.ingest.streaming import Streaming, run_stream

        if not paths and not subscriptions:
            raise click.UsageError("name folders to watch, or a --subscription")
        what = Streaming(
            folders=paths,
            subscriptions=subscriptions,
            partner=partner,
            format=format_name,
            topic=topic,
            buckets=buckets,
            indexes=indexes,
        )
        run_stream(settings, what, store or settings.store, partners)
        return
    if not paths:
        raise click.UsageError("name files, folders, globs or gs:// objects to ingest")
    if subscriptions or topic or buckets:
        raise click.UsageError("--subscription, --changes and --buckets go with --streaming")
    with importing_beam():
        from pipelines.ingest.display import Display, show
        from pipelines.ingest.job import run_ingest, workers_for
        from transforms.files import match
        from ummid.feeds.registry import by_name
        from ummid.ingest.context import close_table

    target, enricher = store or settings.store, chosen(settings)
    if format_name:
        by_name(format_name)
    if report and not report.parent.is_dir():
        raise ConfigError(f"--report {report}: there is no folder {report.parent}")
    sources = {s.path: s for path in paths for s in match(path, partner, format_name)}
    ordered = [sources[path] for path in sorted(sources)]
    known = load_partners(partners or settings.partners)
    try:
        with Display(sum(s.size for s in ordered), Console(stderr=True)) as display:
            done = run_ingest(
                target,
                ordered,
                known,
                precedence=settings.precedence,
                runner=runner,
                beam_options=beam_options,
                release_held=release_held,
                progress=display,
                patience=patience,
                workers=workers or workers_for(ordered),
                enricher=enricher,
                archive=settings.archive,
            )
    finally:
        close_table(target)
    show(done, Console())
    if report:
        report.write_bytes(msgspec.json.format(msgspec.json.encode(done), indent=2) + b"\n")
    if indexes:
        bring_up(settings, target)
