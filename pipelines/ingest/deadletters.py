"""`ummid deadletters`: what could not be taken, why and where, and putting it through."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import click
import msgspec
from rich.console import Console

from pipelines.quiet import importing_beam
from ummid import opening
from ummid.enrich.choose import chosen as enricher_of
from ummid.errors import ConfigError
from ummid.finding import bring_up
from ummid.ingest.context import close_table, open_table
from ummid.ingest.sources import Source, source_again
from ummid.partners import load_partners
from ummid.printable import one_line, printable
from ummid.settings import Settings
from ummid.views.deadletters import INDEXING, DeadLetter, letters, origin, read, title_of

_store = click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")


@click.group()
def deadletters() -> None:
    """List, show and replay what could not be taken."""


@deadletters.command("list")
@_store
@click.option("--partner", help="Only this partner's.")
@click.option("--code", help="Only this reason (unknown-territory, reversed-window, ...).")
@click.option("--all", "everything", is_flag=True, help="Those that went through since, too.")
@click.option("--json", "as_json", is_flag=True, help="As NDJSON.")
@click.pass_obj
def list_letters(
    settings: Settings,
    store: Path | None,
    partner: str | None,
    code: str | None,
    everything: bool,
    as_json: bool,
) -> None:
    """List dead letters, one a line."""
    with closing(opening.open_table(store or settings.store, readonly=True)) as table:
        found = [x for x in letters(table) if everything or x.resolved_by is None]
    for letter in found:
        if partner in (None, letter.partner) and code in (None, letter.code):
            if as_json:
                click.echo(msgspec.json.encode(letter))
            else:
                click.echo(_line(letter))


@deadletters.command()
@click.argument("letter_id")
@_store
@click.pass_obj
def show(settings: Settings, letter_id: str, store: Path | None) -> None:
    """Show one dead letter: the reason, the place, the raw fragment."""
    with closing(opening.open_table(store or settings.store, readonly=True)) as table:
        letter = read(table, letter_id)
    click.echo(_line(letter))
    click.echo(one_line(f"run {letter.run}, partner {letter.partner}, format {letter.format}"))
    if letter.resolved_by:
        click.echo(f"went through in {letter.resolved_by}")
    if letter.raw:
        click.echo(f"\n{printable(letter.raw)}")


@deadletters.command()
@click.argument("letter_ids", nargs=-1)
@_store
@click.option("--all", "everything", is_flag=True, help="Every open letter.")
@click.option("--partner", help="Every open letter of this partner.")
@click.option("--partners", type=click.Path(path_type=Path), help="Partner profiles (TOML).")
@click.option("--release-held", is_flag=True, help="Apply held full deliveries after all.")
@click.pass_obj
def replay(
    settings: Settings,
    letter_ids: tuple[str, ...],
    store: Path | None,
    everything: bool,
    partner: str | None,
    partners: Path | None,
    release_held: bool,
) -> None:
    """Read the files of LETTER_IDS again, after a fix in a profile or at the partner's.

    What went through before is unchanged; what is taken now is published. A title that could
    not be enriched is asked for again, one that was not indexed is indexed again.
    """
    with importing_beam():
        from pipelines.ingest.display import show as show_report
        from pipelines.ingest.job import run_ingest

    target = store or settings.store
    opening.require(target)
    table = open_table(target)
    try:
        chosen = [read(table, one) for one in dict.fromkeys(letter_ids)]
        if everything or partner:
            waiting = [x for x in letters(table) if x.resolved_by is None and x not in chosen]
            chosen += [x for x in waiting if partner in (None, x.partner)]
        if not chosen:
            raise click.UsageError("name letters, or use --all or --partner")
        enricher, titles = enricher_of(settings), [t for x in chosen if (t := title_of(x))]
        if titles and enricher is None:
            raise ConfigError(
                f"enricher = none: nobody can be asked again for {len(titles)} titles; set it to "
                "offline or gemini"
            )
        unindexed = [x for x in chosen if x.format == INDEXING]
        ingested = [x for x in chosen if x.format != INDEXING]
        sources = _sources(target, (x for x in ingested if title_of(x) is None))
        if ingested:
            report = run_ingest(
                target,
                sources,
                load_partners(partners or settings.partners),
                precedence=settings.precedence,
                release_held=release_held,
                enricher=enricher,
                again=titles,
                archive=settings.archive,
            )
            show_report(report, Console())
    finally:
        close_table(target)
    if settings.index or unindexed:
        bring_up(settings, target)
    with closing(opening.open_table(target, readonly=True)) as table:
        open_still = [x for x in chosen if read(table, x.id).resolved_by is None]
    click.echo(f"{len(chosen) - len(open_still)} of {len(chosen)} letters went through")
    for letter in open_still:
        click.echo(_line(letter))


def _sources(store: Path, chosen: Iterable[DeadLetter]) -> list[Source]:
    table = open_table(store)
    paths = sorted({letter.path for letter in chosen})
    return [source_again(store, origin(table, path)) for path in paths]


def _line(letter: DeadLetter) -> str:
    many = f" ({letter.statements} statements)" if letter.statements > 1 else ""
    where = f"{letter.path}: {letter.place}"
    return one_line(f"{letter.id} {where}: {letter.code}{many}: {letter.reason}")
