"""`ummid rights`: who holds what, and a copy of it on Firestore."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from ummid.catalog.times import iso
from ummid.errors import ConfigError
from ummid.printable import one_line
from ummid.review import reading
from ummid.settings import Settings
from ummid.stores.firestore.place import parse
from ummid.stores.hypergraph import Edge, Known, Member
from ummid.stores.table import Table
from ummid.views.edges import TableHypergraph

if TYPE_CHECKING:
    from ummid.rights.collisions import Collision
    from ummid.stores.firestore.graph import FirestoreHypergraph
    from ummid.stores.firestore.mirror import Mirror

_AT_ONCE = 300
_MARK = "sync"
_store = click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
_graph = click.option("--graph", help="firestore://PROJECT/DATABASE (default: the setting graph).")
Histories = dict[str, list[Known]]


@click.group()
def rights() -> None:
    """Look at the rights graph, and copy it to Firestore."""


@rights.command()
@click.argument("name", metavar="ID")
@_store
@click.option("--as-of", metavar="TIME", help="By what was known then (ISO 8601).")
@click.pass_obj
def show(settings: Settings, name: str, store: Path | None, as_of: str | None) -> None:
    """Tell the grants of a title, or all that was ever known of one edge (ID of RECORD.GRANT)."""
    from ummid.catalog.times import bound
    from ummid.views.titles import survivor

    then = bound(as_of).instant if as_of else None
    with reading(store or settings.store) as table:
        graph = TableHypergraph(table)
        if "." in name:
            lines = _told(graph.history([name])[0])
        else:
            title = Member("title", survivor(table, name))
            lines = [f"{edge.id}: {_words(edge)}" for edge in graph.find([title], as_of=then)]
    if not lines:
        raise click.ClickException(f"nothing is granted under {name!r} in the store")
    for line in lines:
        click.echo(one_line(line))


def _told(history: Iterable[Known]) -> list[str]:
    found = []
    for one in history:
        until = iso(one.until) if one.until is not None else "now"
        said = _words(one.edge) if one.edge else "no more granted"
        found.append(f"known from {iso(one.known)} to {until}: {said}")
    return found


def _words(edge: Edge) -> str:
    from ummid.views.grants import in_words

    return f"title {', '.join(edge.values('title'))}: {in_words(edge)}"


@rights.command("collisions")
@click.argument("name", required=False, metavar="[ID]")
@_store
@click.pass_obj
def list_collisions(settings: Settings, name: str | None, store: Path | None) -> None:
    """List grants that cannot all hold: one is exclusive, the other another platform's.

    Of one title or of all. Exit status 2 when there are any.
    """
    from ummid.rights.collisions import collisions
    from ummid.views.availability import all_offers

    count = 0
    with reading(store or settings.store) as table:
        for title_id, offers in all_offers(table, name):
            for found in collisions(offers):
                count += 1
                click.echo(one_line(f"{title_id}: {_met(found)}"))
    click.echo(f"{count:,} collisions")
    if count:
        raise click.exceptions.Exit(2)


def _met(found: "Collision") -> str:
    from ummid.catalog.merge import platform_of
    from ummid.rights.windows import written
    from ummid.views.grants import edge_id

    sides = [
        f"{platform_of(offer.grant, offer.partner)} by {offer.partner}"
        f"{', exclusive' if offer.grant.exclusive else ''} "
        f"({edge_id(offer.record, offer.grant.key)})"
        for offer in (found.one, found.other)
    ]
    since = written(found.start) if found.start is not None else "ever"
    until = written(found.end) if found.end is not None else "no end"
    may = "" if found.certain else ", if what their windows wait for comes so"
    licence = found.one.grant.licence
    return f"{licence} in {', '.join(found.places)}, {since} to {until}: {' and '.join(sides)}{may}"


@rights.command()
@_store
@_graph
@click.option("--all", "everything", is_flag=True, help="Not only what changed since last time.")
@click.pass_obj
def sync(settings: Settings, store: Path | None, graph: str | None, everything: bool) -> None:
    """Bring the copy up to date: edges that changed since the last time, and what people decided.

    One that was stopped goes on where it was.
    """
    with _both(settings, store, graph) as both:
        mark = both.mark()
        since, reaching, after = mark.synced, mark.reaching, mark.after
        if everything or not after:
            since, reaching, after = 0 if everything else since, _from_now(both.table), ""
        sent = 0
        for batch in _batches(both.source.histories(after, since)):
            both.target.replace({name: both.trimmed(found) for name, found in batch.items()})
            sent += len(batch)
            both.set_mark(_Mark(since, reaching, next(reversed(batch))))
        both.set_mark(_Mark(reaching, reaching, ""))
        decided = both.copy_decisions(settings)
    click.echo(f"{sent:,} edges sent; {decided:,} decisions and profiles of partners changed")


@rights.command()
@_store
@_graph
@click.option(
    "--dry-run", is_flag=True, help="Only tell what differs; exit status 2 when any does."
)
@click.option("--prune", is_flag=True, help="Take out edges that the store does not know.")
@click.pass_obj
def verify(
    settings: Settings, store: Path | None, graph: str | None, dry_run: bool, prune: bool
) -> None:
    """Compare the copy with the store, edge by edge, and mend it."""
    from ummid.stores.reconcile import compare

    counts: Counter[str] = Counter()
    with _both(settings, store, graph) as both:
        found = compare(
            _trimmed(both, both.source.histories()), _trimmed(both, both.target.histories())
        )
        wrong = {"missing", "different", *(["foreign"] if prune else [])}
        waiting: Histories = {}
        for one in found:
            counts[one.kind] += 1
            if one.kind in wrong and not dry_run:
                waiting[one.id] = list(one.history)
            if len(waiting) >= _AT_ONCE:
                both.target.replace(waiting)
                waiting = {}
        both.target.replace(waiting)
    mended = sum(counts[kind] for kind in wrong)
    done = "nothing was changed" if dry_run else f"{mended:,} mended"
    click.echo(
        f"{counts.total():,} edges: {counts['same']:,} the same, {counts['missing']:,} missing, "
        f"{counts['different']:,} different, {counts['foreign']:,} not known to the store "
        f"(--prune takes them out); {done}"
    )
    if dry_run and counts.total() != counts["same"]:
        raise click.exceptions.Exit(2)


class _Mark(NamedTuple):
    """How far the copy is: all that became known before `synced`; and, where one was stopped,
    up to which edge (`after`) all that became known before `reaching`. Epoch ms.
    """

    synced: int = 0
    reaching: int = 0
    after: str = ""


class _Both(NamedTuple):
    table: Table
    source: TableHypergraph
    target: "FirestoreHypergraph"
    mirror: "Mirror"

    def trimmed(self, history: list[Known]) -> list[Known]:
        """What of a history the copy keeps."""
        from ummid.stores.firestore.documents import kept

        return kept(history, self.target.place.history, time.time_ns() // 1_000_000)

    def mark(self) -> _Mark:
        stored = self.mirror.read("state").get(_MARK)
        return _Mark(**stored) if stored else _Mark()

    def set_mark(self, mark: _Mark) -> None:
        self.mirror.replace("state", {_MARK: mark._asdict()})

    def copy_decisions(self, settings: Settings) -> int:
        from ummid.partners import load_partners
        from ummid.views.operators import profiles, rulings

        changed = self.mirror.replace("rulings", rulings(self.table))
        agreed: Mapping[str, Mapping[str, object]] = profiles(load_partners(settings.partners))
        return changed + self.mirror.replace("partners", agreed)


@contextmanager
def _both(settings: Settings, store: Path | None, graph: str | None) -> Iterator[_Both]:
    named = graph or settings.get("graph")
    if not named:
        raise ConfigError(
            'no copy of the rights graph is set up: graph = "firestore://PROJECT/DATABASE" '
            "(UMMID_GRAPH, --graph)"
        )
    place = parse(named)
    try:
        from ummid.stores.firestore.graph import FirestoreHypergraph
        from ummid.stores.firestore.mirror import Mirror
    except ImportError as error:
        raise ConfigError(
            f"{place} needs the Google Cloud packages: pip install '.[gcp]' ({error})"
        ) from error
    with ExitStack() as stack:
        table = stack.enter_context(reading(store or settings.store))
        target = stack.enter_context(closing(FirestoreHypergraph(place)))
        mirror = stack.enter_context(closing(Mirror(place)))
        yield _Both(table, TableHypergraph(table), target, mirror)


def _from_now(table: Table) -> int:
    """From when on something may still become known: since the newest run began, or where that has
    ended, since then.
    """
    from ummid.views import keys
    from ummid.views.runs import run_id

    cell = table.get(keys.counter("clock"), keys.VALUE)
    if cell is None:
        return 0
    newest = int(cell.value)
    ended = table.get(keys.run(run_id(newest)), keys.REPORT) is not None
    return newest + 1 if ended else newest


def _batches(found: Iterable[tuple[str, list[Known]]]) -> Iterator[Histories]:
    waiting = iter(found)
    while batch := dict(islice(waiting, _AT_ONCE)):
        yield batch


def _trimmed(
    both: _Both, found: Iterable[tuple[str, list[Known]]]
) -> Iterator[tuple[str, list[Known]]]:
    return ((name, both.trimmed(history)) for name, history in found)
