"""`ummid tables`: the schema of a store in the cloud, planned and applied."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ummid.errors import ConfigError
from ummid.settings import Settings
from ummid.stores.bigtable.place import is_bigtable, parse
from ummid.views import keys

if TYPE_CHECKING:
    from ummid.stores.bigtable.schema import Change, Schema

_SIGNS = {"create": "+", "add": "+", "change": "~", "foreign": " "}
_store = click.option("--store", type=click.Path(path_type=Path), help="bigtable://… of the store.")


@click.group()
def tables() -> None:
    """Plan and apply the tables of a store in the cloud."""


@tables.command()
@_store
@click.pass_obj
def plan(settings: Settings, store: Path | None) -> None:
    """Print what `apply` would do. Exit status 2 when there is something to do."""
    target = store or settings.store
    with _schema(target) as schema:
        changes = schema.plan()
    _show(target, changes)
    if any(change.is_needed for change in changes):
        raise click.exceptions.Exit(2)


@tables.command()
@_store
@click.pass_obj
def apply(settings: Settings, store: Path | None) -> None:
    """Make the table and its families as they should be; no row and no family is removed."""
    target = store or settings.store
    with _schema(target) as schema:
        changes = schema.apply()
    _show(target, changes)


def _show(store: Path, changes: list["Change"]) -> None:
    place = parse(store)
    for change in changes:
        what = f"family {change.family}" if change.family else f"table {place}"
        click.echo(f"{_SIGNS[change.kind]} {what}: {change.detail}")
    if not any(change.is_needed for change in changes):
        click.echo(f"{place} is as it should be")


@contextmanager
def _schema(store: Path) -> Iterator["Schema"]:
    if not is_bigtable(store):
        raise ConfigError(
            f"{store} is an embedded store: it needs no tables. "
            "A store in the cloud is named bigtable://PROJECT/INSTANCE/TABLE"
        )
    place = parse(store)
    try:
        from ummid.stores.bigtable.schema import Schema
    except ImportError as error:
        raise ConfigError(
            f"{place} needs the Google Cloud packages: pip install '.[gcp]' ({error})"
        ) from error
    schema = Schema(place, keys.SPLITS)
    try:
        yield schema
    finally:
        schema.close()
