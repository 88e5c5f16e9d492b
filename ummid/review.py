"""`ummid review`: what a person decides about pairs of records, and `ummid title why`."""

import getpass
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from ummid.opening import open_table, require
from ummid.printable import one_line
from ummid.settings import Settings
from ummid.stores.table import Table

if TYPE_CHECKING:
    from ummid.views.review import Side

_store = click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
_note = click.option("--note", default="", help="Why; kept with the decision.")
_author = click.option("--author", help="Who decides (default: the user's name).")
_pair = click.argument("pair", nargs=-1, required=True, metavar="PAIR | RECORD RECORD")


@click.group()
def review() -> None:
    """Decide about pairs of records that may be one title."""


@review.command("list")
@_store
@click.option("--least", default=0.0, help="Leave out pairs less likely than this (0 to 1).")
@click.option("--partner", help="Only pairs that this partner has a part in.")
@click.option("--limit", default=50, type=click.IntRange(min=1), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="As NDJSON, all of them.")
@click.pass_obj
def list_pairs(
    settings: Settings,
    store: Path | None,
    least: float,
    partner: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the pairs that wait for a person, the likeliest first."""
    from ummid.identity.model import SCALE
    from ummid.identity.words import likelihood
    from ummid.views.review import doubts

    with reading(store or settings.store) as table:
        found = [
            doubt
            for doubt in doubts(table)
            if doubt.probability >= least * SCALE
            and partner in (None, doubt.one.partner, doubt.other.partner)
        ]
    found.sort(key=lambda d: (-d.probability, d.id))
    if as_json:
        for doubt in found:
            click.echo(msgspec.json.encode(doubt))
        return
    for doubt in found[:limit]:
        click.echo(
            f"{doubt.id}  {likelihood(doubt.probability):>6}  "
            f"{_side(doubt.one)}  ~  {_side(doubt.other)}"
        )
    more = f", {len(found) - limit:,} not shown (--limit)" if len(found) > limit else ""
    click.echo(f"{len(found):,} pairs wait{more}")


@review.command()
@click.argument("pair")
@_store
@click.pass_obj
def show(settings: Settings, pair: str, store: Path | None) -> None:
    """Show a pair: both records, what speaks for and against, and what was decided."""
    from ummid.catalog.times import iso
    from ummid.identity.words import likelihood
    from ummid.views import pairs, titles
    from ummid.views.review import find, in_words, side
    from ummid.views.state import states

    with reading(store or settings.store) as table:
        ids = find(table, pair)
        survivors = titles.survivors(table, ids)
        one, other = states(table, ids)
        compared = next(pairs.compared(table, ids[:1]))[ids[1]]
        ruling = next(pairs.rulings(table, ids[:1])).get(ids[1])
    if one is None or other is None:
        raise click.ClickException(f"a record of {pair} has gone")
    for record_id, state in zip(ids, (one, other), strict=True):
        shown = side(record_id, state, survivors[record_id])
        click.echo(f"record {record_id} of title {shown.title_id}: {_side(shown)}")
        click.echo(one_line(f"  from {state.source.path}: {state.source.place}"))
    click.echo(f"{likelihood(compared.probability)} likely to be one title:")
    for clause in in_words(one.links, other.links):
        click.echo(f"  {one_line(clause)}")
    if ruling:
        word = "the same" if ruling.same else "different"
        click.echo(
            one_line(f"{ruling.author} said {word} on {iso(ruling.time)} {ruling.note}".strip())
        )


@review.command()
@_pair
@_store
@_note
@_author
@click.pass_obj
def same(
    settings: Settings, pair: tuple[str, ...], store: Path | None, note: str, author: str | None
) -> None:
    """Say that two records are about one title: they become one at once, and stay so."""
    _rule(settings, pair, store, note, author, same=True)


@review.command()
@_pair
@_store
@_note
@_author
@click.pass_obj
def different(
    settings: Settings, pair: tuple[str, ...], store: Path | None, note: str, author: str | None
) -> None:
    """Say that two records are about different titles: whatever joined them does so no more."""
    _rule(settings, pair, store, note, author, same=False)


def _rule(
    settings: Settings,
    pair: tuple[str, ...],
    store: Path | None,
    note: str,
    author: str | None,
    *,
    same: bool,
) -> None:
    from ummid.enrich.choose import chosen
    from ummid.ingest.context import close_table
    from ummid.ingest.ruling import rule
    from ummid.views.review import find

    target = store or settings.store
    require(target)
    if len(pair) == 1:
        with reading(target) as table:
            pair = find(table, pair[0])
    if len(pair) != 2:
        raise click.UsageError("name a pair, or two records")
    try:
        report = rule(
            target,
            *pair,
            same=same,
            author=author or getpass.getuser(),
            note=note,
            precedence=settings.precedence,
            enricher=chosen(settings),
        )
    finally:
        close_table(target)
    click.echo(
        f"{pair[0]} and {pair[1]} are {'the same' if same else 'different'}: "
        f"{report.titles_changed} titles changed"
    )


def explain(table: Table, title_id: str) -> Iterator[str]:
    """The lines of `ummid title why`."""
    from ummid.views.explained import explained
    from ummid.views.why import why

    found = why(table, title_id)
    if found is None:
        raise click.ClickException(f"there is no title {title_id!r} in the store")
    yield from explained(table, found.title, found.joined, found.enrichment)


def _side(side: "Side") -> str:
    year = f" ({side.year})" if side.year else ""
    own = f" {side.own_id}" if side.own_id else ""
    return one_line(f"{side.partner}{own} {side.title!r}{year}")


@contextmanager
def reading(store: Path) -> Iterator[Table]:
    """The store's table, to be read only."""
    with closing(open_table(store, readonly=True)) as table:
        yield table
