"""`ummid index` and `ummid search`: what titles are about, found by words and meaning."""

import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from ummid.catalog.territories import Territories
from ummid.errors import ConfigError
from ummid.opening import beside, open_table
from ummid.printable import one_line
from ummid.review import reading
from ummid.settings import Settings

if TYPE_CHECKING:
    from ummid.stores.vectors import Filter

_store = click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
_DAY_SECONDS = 86_400
_SAID_EVERY = 5.0


@click.command()
@_store
@click.pass_obj
def index(settings: Settings, store: Path | None) -> None:
    """Embed and index what changed since the last time, so that it is found by its meaning.

    `ummid ingest` ends with it, unless told otherwise. Every text is embedded once: running it
    again embeds nothing.
    """
    folder = store or settings.store
    open_table(folder, readonly=True).close()  # says so when there is no store
    bring_up(settings, folder)


def bring_up(settings: Settings, store: Path) -> None:
    """Makes searchable what a store publishes, and says what that took."""
    from ummid.search import stored
    from ummid.search.choose import chosen
    from ummid.search.indexing import Indexed

    said = time.monotonic()

    def told(done: Indexed) -> None:
        nonlocal said
        if time.monotonic() - said > _SAID_EVERY:
            said = time.monotonic()
            click.echo(f"indexing: {done.titles:,} titles, {done.embedded:,} embedded", err=True)

    with closing(chosen(settings)) as means, closing(open_table(store)) as table:
        done = stored.update(table, beside(store), means.embedder, told, means.vectors)
    others = {"reused": done.reused, "taken out": done.removed, "without a vector": done.failed}
    more = "".join(f", {count:,} {name}" for name, count in others.items() if count)
    click.echo(f"index: {done.titles:,} changed titles, {done.embedded:,} embedded{more}")
    if done.refused:
        click.echo(
            f"index: {done.refused:,} titles refused; they wait as dead letters: "
            "`ummid deadletters list`"
        )


@click.command()
@click.argument("query")
@_store
@click.option("--territory", help="Only what is available there (ISO 3166).")
@click.option("--platform", "platforms", multiple=True, help="Only on these platforms.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="On that day; else today.")
@click.option("--type", "types", multiple=True, help="film, series, episode, ...")
@click.option("--genre", "genres", multiple=True)
@click.option("--language", "languages", multiple=True)
@click.option("--from", "first", type=int, help="Year, included.")
@click.option("--to", "last", type=int, help="Year, included.")
@click.option(
    "--per-series", default=0, type=click.IntRange(0), help="So many of one series; 0: any number."
)
@click.option("--limit", default=10, type=click.IntRange(1, 1000), show_default=True)
@click.option("--explain", is_flag=True, help="What each side added to a score.")
@click.option("--json", "as_json", is_flag=True, help="As NDJSON.")
@click.pass_obj
def search(
    settings: Settings,
    query: str,
    store: Path | None,
    territory: str | None,
    platforms: tuple[str, ...],
    day: datetime | None,
    types: tuple[str, ...],
    genres: tuple[str, ...],
    languages: tuple[str, ...],
    first: int | None,
    last: int | None,
    per_series: int,
    limit: int,
    explain: bool,
    as_json: bool,
) -> None:
    """Find titles by QUERY: names, people, words, or what they are about."""
    from ummid.search import stored
    from ummid.search.choose import chosen
    from ummid.views.titles import named

    if not query.strip():
        raise click.UsageError("say what to look for")
    if (platforms or day) and not territory:
        raise ConfigError("--platform and --date ask for a --territory: offers are for territories")
    tokens = {"type": types, "genre": genres, "language": languages}
    within = _filter(tokens, (first, last), territory, platforms, day)
    folder = store or settings.store
    with closing(chosen(settings)) as means, reading(folder) as table:
        opened = stored.open_search(beside(folder), *means)
        answer = opened.searcher.search(query, limit, within, per_series=per_series)
        shown = named(table, [found.id for found in answer.found])
    listed = [one for one in answer.found if one.score > 0 and one.id in shown]
    for found in listed:
        title = shown[found.id]
        if as_json:
            click.echo(msgspec.json.encode(found._asdict() | msgspec.structs.asdict(title)))
            continue
        year = f" ({title.year})" if title.year else ""
        click.echo(one_line(f"{found.score:.3f} {title.title}{year}, {title.kind}, {found.id}"))
        if explain:
            parts = ("words", "meaning", "hints", "exact")
            said = ", ".join(f"{part} {getattr(found, part):.3f}" for part in parts)
            click.echo(f"      {said}")
    for word, meant in answer.corrected.items():
        click.echo(one_line(f"{word!r} is nowhere; read as {meant!r}"), err=True)
    if opened.trouble or answer.degraded:
        trouble = opened.trouble or "meaning failed"
        click.echo(f"searched by words alone: {trouble}", err=True)
    if not listed:
        click.echo("nothing inside these filters answers", err=True)


def _filter(
    tokens: dict[str, tuple[str, ...]],
    years: tuple[int | None, int | None],
    territory: str | None,
    platforms: tuple[str, ...],
    day: datetime | None,
) -> "Filter":
    from ummid.search.labels import token
    from ummid.search.published import window_tokens
    from ummid.stores.vectors import Filter

    on = None
    if territory:
        code = Territories().read(territory)
        if code is None:
            raise ConfigError(
                f"--territory {territory!r} names no territory; give an ISO 3166 code"
            )
        when = (day or datetime.now(UTC)).replace(tzinfo=UTC)
        on = window_tokens(code, platforms), int(when.timestamp()) // _DAY_SECONDS
    return Filter(
        allow={
            space: tuple(token(space, one) for one in named)
            for space, named in tokens.items()
            if named
        },
        ranges={} if years == (None, None) else {"year": years},
        on=on,
    )
