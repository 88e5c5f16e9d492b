"""`ummid ingest`: feeds into a store."""

import logging
from pathlib import Path

import click
import msgspec
from rich.console import Console

from ummid.errors import FeedError
from ummid.partners import load_partners
from ummid.settings import Settings


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--partner", help="Whose feeds these are; otherwise as the feeds say.")
@click.option("--format", "format_name", help="Read them as this format (see `ummid formats`).")
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
@click.option("--report", type=click.Path(path_type=Path), help="Write the report there as JSON.")
@click.option("--partners", type=click.Path(path_type=Path), help="Partner profiles (TOML).")
@click.option("--runner", default="FnApiRunner", show_default=True, help="Any Beam runner.")
@click.option("--release-held", is_flag=True, help="Apply full deliveries of any effect.")
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
    release_held: bool,
    beam_options: tuple[str, ...],
) -> None:
    """Ingest PATHS: files, folders, globs, archives, gs:// objects.

    Ends with a report whose `read` is the sum of published, unchanged, superseded, withdrawn
    and rejected. Running it again on the same input publishes nothing new.
    """
    from pipelines.ingest.display import Display, show
    from pipelines.ingest.job import run_ingest
    from transforms.files import match
    from ummid.ingest.context import close_table

    logging.getLogger("apache_beam").setLevel(logging.ERROR)
    target = store or settings.store
    sources = {}
    for path in paths:
        try:
            sources.update({s.path: s for s in match(path, partner, format_name)})
        except FeedError as error:
            raise click.ClickException(str(error)) from error
    ordered = [sources[path] for path in sorted(sources)]
    errors = Console(stderr=True)
    try:
        with Display(sum(s.size for s in ordered), errors) as display:
            done = run_ingest(
                target,
                ordered,
                load_partners(partners or settings.partners),
                precedence=settings.precedence,
                runner=runner,
                beam_options=beam_options,
                release_held=release_held,
                progress=display,
            )
    finally:
        close_table(target)
    show(done, Console())
    if report:
        report.write_bytes(msgspec.json.format(msgspec.json.encode(done), indent=2) + b"\n")
