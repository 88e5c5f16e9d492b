"""`ummid vectors`: an index on Vertex AI Vector Search or in PostgreSQL: planned, kept in order."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ummid.errors import ConfigError
from ummid.opening import beside, open_table
from ummid.settings import Settings
from ummid.stores.pgvector.place import Place, is_postgres

if TYPE_CHECKING:
    from ummid.models.embedder import Embedder
    from ummid.stores.pgvector.schema import Change
    from ummid.stores.vertex.deployment import Deployment

_SAID_EVERY = 60.0

_name = click.option(
    "--name", default="ummid", show_default=True, help="Of the index and its endpoint (Vertex AI)."
)
_machine = click.option("--machine", default="", help="Type of machine (Vertex AI).")
_replicas = click.option(
    "--replicas",
    nargs=2,
    type=int,
    default=(2, 2),
    help="Machines a shard: least, most (Vertex AI).",
)


@click.group()
def vectors() -> None:
    """Look after a vector index on Vertex AI Vector Search or in PostgreSQL."""


@vectors.command()
@_name
@_machine
@_replicas
@click.pass_obj
def plan(settings: Settings, name: str, machine: str, replicas: tuple[int, int]) -> None:
    """Print what `apply` would do. Changes nothing; exit status 2 when there is something to do.

    For Vertex AI, the index, endpoint and deployment; for a database, the SQL.
    """
    with _vertex_or_none(settings, name, machine, replicas) as deployment:
        if deployment is None:
            _plan_schema(settings)
            return
        steps = deployment.plan()
    for step in steps:
        click.echo(f"{'+' if step.is_needed else ' '} {step.what}: {step.name or step.detail}")
    if any(step.is_needed for step in steps):
        raise click.exceptions.Exit(2)


@vectors.command()
@_name
@_machine
@_replicas
@click.pass_obj
def apply(settings: Settings, name: str, machine: str, replicas: tuple[int, int]) -> None:
    """Make what vectors need; nothing is removed. Run again, it makes nothing more.

    On Vertex AI an index, a public endpoint and the deployment (an hour, and machines that cost
    while they run); ends with the settings that name them. In PostgreSQL tables and indexes.
    """
    with _vertex_or_none(settings, name, machine, replicas) as deployment:
        if deployment is None:
            _apply_schema(settings)
            return
        place = deployment.apply(_Progress())
    for part in ("index", "endpoint", "deployed", "domain"):
        click.echo(f'vertex_{part} = "{getattr(place, part)}"')


class _Progress:
    """Says what is waited for, now and then."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, what: str) -> None:
        if time.monotonic() >= self._next:
            click.echo(what, err=True)
            self._next = time.monotonic() + _SAID_EVERY


@contextmanager
def _vertex_or_none(
    settings: Settings, name: str, machine: str, replicas: tuple[int, int]
) -> Iterator["Deployment | None"]:
    """Raises ConfigError where vectors need nothing to be made."""
    if is_postgres(settings.get("vectors")):
        yield None
        return
    if settings.get("vectors") != "vertex":
        raise ConfigError(
            "vectors = mapped: files need nothing; set vectors to vertex or to postgresql://…"
        )
    from ummid.stores.vertex.deployment import Deployment, Wanted

    domain = settings.get("vertex_domain")
    with _embedder(settings) as embedder:
        wanted = Wanted(
            project=settings.get("gemini_project"),
            location=settings.get("gemini_location"),
            name=name,
            dimensions=embedder.dimensions,
            machine=machine,
            replicas=replicas,
            stand_in=domain if domain.startswith("http://") else "",
        )
    with closing(Deployment(wanted)) as deployment:
        yield deployment


@contextmanager
def _embedder(settings: Settings) -> Iterator["Embedder"]:
    from ummid.search.choose import Chosen, embedder
    from ummid.search.places import MappedVectors

    with closing(Chosen(embedder(settings), MappedVectors())) as means:
        yield means.embedder


def _plan_schema(settings: Settings) -> None:
    from ummid.stores.pgvector.schema import Schema

    place = Place(settings.get("vectors"))
    with _embedder(settings) as embedder:
        changes, sql = Schema(place, embedder.name, embedder.dimensions).plan()
    _show(place, changes)
    click.echo(sql, nl=False)
    if changes:
        raise click.exceptions.Exit(2)


def _apply_schema(settings: Settings) -> None:
    from ummid.stores.pgvector.index import PgVectorIndex
    from ummid.stores.pgvector.schema import Schema

    place = Place(settings.get("vectors"))
    with _embedder(settings) as embedder:
        _show(place, Schema(place, embedder.name, embedder.dimensions).apply())
        PgVectorIndex(place, embedder.dimensions, embedder.name).close()  # says if not for this one


def _show(place: Place, changes: list["Change"]) -> None:
    for change in changes:
        click.echo(f"+ {change.revision}: {change.detail}", err=True)
    if not changes:
        click.echo(f"{place} is as it should be", err=True)


@vectors.command()
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
@click.option("--dry-run", is_flag=True, help="Only tell what differs.")
@click.pass_obj
def verify(settings: Settings, store: Path | None, dry_run: bool) -> None:
    """Compare the index with all that was ever written to it, and send what differs.

    Fills an empty index as well. Embeds nothing.
    """
    from ummid.search import stored
    from ummid.search.choose import chosen

    if settings.get("vectors") != "vertex":
        raise ConfigError(
            "only an index on Vertex AI is compared: files check themselves when they are opened, "
            "a database keeps what was written"
        )
    from ummid.stores.vertex.index import VertexVectorIndex

    folder = store or settings.store
    open_table(folder, readonly=True).close()  # says so when there is no store
    with closing(chosen(settings)) as means, closing(open_table(folder)) as table:
        where = stored.beside(beside(folder), *means)
        where.mkdir(parents=True, exist_ok=True)
        with closing(means.vectors.open(where, means.embedder, table)) as index:
            assert isinstance(index, VertexVectorIndex)
            told = index.verify(mend=not dry_run)
    done = "" if dry_run else ", all sent again"
    click.echo(
        f"{told.total():,} ids: {told['same']:,} as they should be, {told['missing']:,} missing, "
        f"{told['older']:,} not the newest, {told['left']:,} not taken out{done}"
    )
