"""`ummid vectors`: an index on Vertex AI Vector Search, planned and compared."""

import json
from contextlib import closing
from pathlib import Path

import click

from ummid.errors import ConfigError
from ummid.opening import beside, open_table
from ummid.settings import Settings

_NEAREST = 150


@click.group()
def vectors() -> None:
    """Look after a vector index on Vertex AI Vector Search."""


@vectors.command()
@click.option("--name", default="ummid", show_default=True, help="Of the index and its endpoint.")
@click.pass_obj
def plan(settings: Settings, name: str) -> None:
    """Print the metadata of an index for the embedder in force, and the commands that make it.

    Asks and changes nothing. The metadata go to standard output: `ummid vectors plan > index.json`.
    """
    from ummid.search.choose import chosen

    with closing(chosen(settings)) as means:
        dimensions = means.embedder.dimensions
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
        raise ConfigError("vectors = mapped: files check themselves when they are opened")
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
