"""`ummid enrich`: what a model says of the titles that are published already."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ummid.errors import ConfigError
from ummid.finding import bring_up
from ummid.machine import usable_cores
from ummid.review import reading
from ummid.settings import Settings

if TYPE_CHECKING:
    from ummid.models.enricher import Enricher, TitleFacts
    from ummid.stores.table import Table


@click.command()
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked and cost; ask nothing.")
@click.option("--workers", type=click.IntRange(1), help="Cores to use; else all.")
@click.option(
    "--wait",
    "patience",
    type=click.FloatRange(0),
    default=0,
    metavar="SECONDS",
    help="How long to wait while another ingest holds the store.",
)
@click.option(
    "--index/--no-index", "indexes", default=None, help="Make titles searchable at the end."
)
@click.pass_obj
def enrich(
    settings: Settings,
    store: Path | None,
    dry_run: bool,
    workers: int | None,
    patience: float,
    indexes: bool | None,
) -> None:
    """Enrich the published titles whose text is not of their facts, the model and the prompt.

    After another `enricher`, `gemini_model` or vocabulary this does what is to be done anew.
    What was answered before is not asked again.
    """
    from ummid.enrich.choose import chosen
    from ummid.ingest.backfill import enrich_published
    from ummid.ingest.context import close_table
    from ummid.ingest.run import begin

    target, enricher = store or settings.store, chosen(settings)
    indexes = settings.index if indexes is None else indexes
    if enricher is None:
        raise ConfigError("enricher = none: set it to offline or gemini")
    with reading(target) as table:
        if dry_run:
            _tell_estimate(table, enricher.make())
            return
    try:
        with begin(target, settings.precedence, enricher=enricher, patience=patience) as run:
            done = enrich_published(run, workers or usable_cores())
    finally:
        close_table(target)
    click.echo(
        f"{done.enriched:,} titles enriched, {done.kept:,} with what was answered before, "
        f"{done.failed:,} failed, {done.left:,} left"
    )
    if done.failed:
        click.echo("the failed wait as dead letters: `ummid deadletters list`", err=True)
    if done.left:
        click.echo(f"stopped: {done.stopped}", err=True)
    if indexes:
        bring_up(settings, target)


def _tell_estimate(table: "Table", enricher: "Enricher") -> None:
    from ummid.enrich.dryrun import dry_run

    found = dry_run(table, enricher, _published(table))
    cost = found.cost
    click.echo(
        f"{found.titles:,} titles: {found.kept:,} answered before, {found.alike:,} alike to "
        f"another, {found.to_ask:,} to ask {enricher.model}"
    )
    click.echo(
        f"about {cost.input_tokens:,} tokens in and {cost.output_tokens:,} out"
        + (f", {cost.money:,.2f} by enrich_prices" if cost.money else "")
    )


def _published(table: "Table") -> Iterator["TitleFacts"]:
    from ummid.models.facts import facts_of
    from ummid.views import keys, titles

    for _, column, cell in table.scan(keys.title("")):
        if column == keys.BODY and cell.value:
            yield facts_of(titles.decode_title(cell.value))
