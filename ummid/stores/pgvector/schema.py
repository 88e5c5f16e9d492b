"""The schema of an index, planned and applied by Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import NamedTuple

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from ummid.errors import StoreError
from ummid.stores.pgvector.place import Place
from ummid.stores.pgvector.session import told

VERSIONS = "ummid_vectors_version"


class Change(NamedTuple):
    """A revision that a database does not have yet."""

    revision: str
    detail: str


class Schema:
    """Of an index for one embedder. Nothing is ever removed. Raises StoreError."""

    def __init__(self, place: Place, embedder: str, dimensions: int) -> None:
        self._place, self._embedder, self._dimensions = place, embedder, dimensions

    def plan(self) -> tuple[list[Change], str]:
        """What `apply` would do, and the SQL of it."""
        with self._connection() as connection:
            has, due = self._due(connection)
        return due, self._sql(has) if due else ""

    def apply(self) -> list[Change]:
        """Brings a database up to date, in one transaction; of two at once one waits."""
        with self._connection() as connection:
            _, due = self._due(connection)
            if due:
                command.upgrade(self._config(connection=connection), "head")
        return due

    def _due(self, connection: Connection) -> tuple[str | None, list[Change]]:
        options = {"version_table": VERSIONS}
        has = MigrationContext.configure(connection, opts=options).get_current_revision()
        connection.rollback()
        scripts = ScriptDirectory.from_config(self._config())
        found = [*scripts.iterate_revisions("head", has or "base")]
        return has, [Change(each.revision, each.doc) for each in reversed(found)]

    def _sql(self, has: str | None) -> str:
        said = StringIO()
        command.upgrade(self._config(said), f"{has}:head" if has else "head", sql=True)
        return said.getvalue()

    def _config(self, said: StringIO | None = None, **attributes: object) -> Config:
        config = Config(output_buffer=said or StringIO(), stdout=StringIO())
        config.set_main_option("script_location", "ummid.stores.pgvector:migrations")
        config.set_main_option("path_separator", "os")
        config.attributes.update(
            attributes, embedder=self._embedder, dimensions=self._dimensions, versions=VERSIONS
        )
        return config

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        engine = create_engine("postgresql+psycopg://", creator=self._connect, poolclass=NullPool)
        try:
            with engine.connect() as connection:
                yield connection
        except psycopg.Error as error:
            raise told(self._place, error) from error
        except SQLAlchemyError as error:
            cause = error.__cause__
            if isinstance(cause, psycopg.Error):
                raise told(self._place, cause) from error
            raise
        except RevisionError as error:
            raise StoreError(
                f"{self._place}: {error}; a newer version of this program made its schema"
            ) from error

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        connection = psycopg.connect(**{"connect_timeout": 10, **self._place.given})
        connection.execute("SET lock_timeout = '30s'")
        connection.commit()
        return connection
