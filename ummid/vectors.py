"""`ummid vectors`: an index on Vertex AI Vector Search or in PostgreSQL: planned, kept in order."""

import json
from contextlib import closing
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

_NEAREST = 150


@click.group()
def vectors() -> None:
    """Look after a vector index on Vertex AI Vector Search or in PostgreSQL."""


@vectors.command()
@click.option("--name", default="ummid", show_default=True, help="Of the index and its endpoint.")
@click.pass_obj
def plan(settings: Settings, name: str) -> None:
    """Print what an index for the embedder in force needs. Changes nothing.

    For Vertex AI, its metadata (`ummid vectors plan > index.json`) and the commands that make it.
    For a database, the SQL that `apply` would run; exit status 2 when there is some.
    """
    from ummid.search.choose import chosen

    with closing(chosen(settings)) as means:
        if is_postgres(settings.get("vectors")):
            _plan_schema(settings, means.embedder)
        else:
            _plan_vertex(settings, name, means.embedder.dimensions)


@vectors.command()
@click.pass_obj
def apply(settings: Settings) -> None:
    """Make the tables and indexes that vectors in PostgreSQL need; nothing is removed."""
    from ummid.search.choose import chosen

    if not is_postgres(settings.get("vectors")):
        raise ConfigError(
            "only a database has a schema to apply; for Vertex AI `ummid vectors plan` prints the "
            "commands, files need nothing"
        )
    from ummid.stores.pgvector.index import PgVectorIndex
    from ummid.stores.pgvector.schema import Schema

    place = Place(settings.get("vectors"))
    with closing(chosen(settings)) as means:
        embedder = means.embedder
        _show(place, Schema(place, embedder.name, embedder.dimensions).apply())
        PgVectorIndex(place, embedder.dimensions, embedder.name).close()  # says if not for this one


def _plan_schema(settings: Settings, embedder: "Embedder") -> None:
    from ummid.stores.pgvector.schema import Schema

    place = Place(settings.get("vectors"))
    changes, sql = Schema(place, embedder.name, embedder.dimensions).plan()
    _show(place, changes)
    click.echo(sql, nl=False)
    if changes:
        raise click.exceptions.Exit(2)


def _show(place: Place, changes: list["Change"]) -> None:
    for change in changes:
        click.echo(f"+ {change.revision}: {change.detail}", err=True)
    if not changes:
        click.echo(f"{place} is as it should be", err=True)


def _plan_vertex(settings: Settings, name: str, dimensions: int) -> None:
    metadata = {
        "config": {
            "dimensions": dimensions,
            "approximateNeighborsCount": _NEAREST,
            "distanceMeasureType": "DOT_PRODUCT_DISTANCE",
            "featureNormType": "NONE",
            "shardSize": "SHARD_SIZE_MEDIUM",
            "algorithmConfig": {"treeAhConfig": {"leafNodeEmbeddingCount": 1000}},
        }
    }
    click.echo(json.dumps(metadata, indent=2))
    region = f"--region={settings.get('gemini_location')}"
    for line in (
        f"gcloud ai indexes create --display-name={name} --metadata-file=index.json "
        f"--index-update-method=stream-update {region}",
        f"gcloud ai index-endpoints create --display-name={name} {region} "
        "--public-endpoint-enabled",
        f"gcloud ai index-endpoints deploy-index ENDPOINT --index=INDEX --deployed-index-id={name} "
        f"--display-name={name} --min-replica-count=2 {region}",
    ):
        click.echo(line, err=True)


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
