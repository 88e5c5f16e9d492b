"""The schema of vectors in PostgreSQL, and the URLs that name it."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory

from tests.postgres import place_of, server, url_of
from tests.stores.vector_adapters import ROOT
from ummid.errors import ConfigError, StoreError
from ummid.stores.pgvector.index import REVISION, PgVectorIndex
from ummid.stores.pgvector.place import Place, is_postgres
from ummid.stores.pgvector.schema import Schema
from ummid.stores.pgvector.session import Patience

SECRET = "hunter2"


def schema(folder: Path) -> Schema:
    return Schema(place_of(folder), "it's:e", 3)


def test_a_plan_says_in_sql_what_applying_does_and_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        changes, sql = schema(tmp_path).plan()
        assert [change.revision for change in changes] == [REVISION]
        assert changes[0].detail.startswith("Items with their vectors")
    assert "CREATE TABLE ummid_vectors (" in sql
    assert "halfvec(3)" in sql
    with psycopg.connect(url_of(tmp_path), autocommit=True) as connection:
        connection.execute(sql.encode())
    assert schema(tmp_path).plan() == ([], "")
    PgVectorIndex(place_of(tmp_path), 3, "it's:e").close()


def test_applying_again_does_nothing(tmp_path: Path) -> None:
    assert [change.revision for change in schema(tmp_path).apply()] == [REVISION]
    assert schema(tmp_path).apply() == []
    PgVectorIndex(place_of(tmp_path), 3, "it's:e").close()


def test_the_code_needs_the_newest_revision() -> None:
    config = Schema(Place("postgresql://h/d"), "e", 3)._config()
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


_APPLY = """
import sys
from ummid.stores.pgvector.place import Place
from ummid.stores.pgvector.schema import Schema
print(len(Schema(Place(sys.argv[1]), "it's:e", 3).apply()))
"""


def test_several_may_apply_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _APPLY, url_of(tmp_path)]
    several = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [one.wait(60) for one in several] == [0, 0, 0]
    PgVectorIndex(place_of(tmp_path), 3, "it's:e").close()


def test_an_index_says_what_its_database_needs(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"ummid_vectors.*`ummid vectors apply`") as raised:
        PgVectorIndex(place_of(tmp_path), 3, "e")
    assert not raised.value.retryable
    schema(tmp_path).apply()
    for embedder, size in (("other", 3), ("it's:e", 4)):
        with pytest.raises(StoreError, match=r"has vectors of it's:e/3, not of"):
            PgVectorIndex(place_of(tmp_path), size, embedder)
    with psycopg.connect(url_of(tmp_path)) as connection:
        connection.execute("UPDATE ummid_vectors_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="has revision 9999"):
        PgVectorIndex(place_of(tmp_path), 3, "it's:e")
    with pytest.raises(StoreError, match="a newer version of this program"):
        schema(tmp_path).apply()
    with psycopg.connect(url_of(tmp_path)) as connection:
        connection.execute("DELETE FROM ummid_vectors_of")
    with pytest.raises(StoreError, match="not whole"):
        PgVectorIndex(place_of(tmp_path), 3, "it's:e")


def test_a_database_without_pgvector_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    url = url_of(folder).replace("%2Cpublic", "")  # where the extension is
    with pytest.raises(StoreError, match="`ummid vectors apply` makes what is missing"):
        PgVectorIndex(Place(url), 3, "e")
    with pytest.raises(StoreError, match='type "vector" does not exist'):
        Schema(Place(url), "e", 3).apply()


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{SECRET}@h:99999999/d?nonsense=1",
        f"postgresql://u:{SECRET}%zz@h/d",
        f"postgresql://u:a@{SECRET}@h/d",
    ],
)
def test_a_url_that_cannot_be_read_is_not_quoted(url: str) -> None:
    assert is_postgres(url)
    with pytest.raises(ConfigError, match="URL cannot be read") as raised:
        Place(url)
    assert SECRET not in f"{raised.value!r} {raised.value.__cause__!r}"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (f"postgresql://u:{SECRET}@127.0.0.1:1/d?sslmode=disable", "run it again"),
        ("SERVER nobody", "check the URL"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_without_the_password(query: str, said: str) -> None:
    url = query if SECRET in query else server().replace("postgres@", f"nobody:{SECRET}@")
    place = Place(url)
    for failing in (
        lambda: PgVectorIndex(place, 3, "e", searching=Patience(1, 1, 2, 0.01)),
        lambda: Schema(place, "e", 3).apply(),
    ):
        with pytest.raises(StoreError, match=said) as raised:
            failing()
        assert SECRET not in f"{raised.value!r} {raised.value.__cause__!r} {place!r}"
        assert raised.value.retryable == (said == "run it again")


def test_places_are_told_apart_by_what_they_name() -> None:
    one, same = Place("postgresql://u:p@h/d"), Place("postgres://other@h/d")
    assert one.identity == same.identity
    assert one.identity != Place("postgresql://u:p@h/d?options=-csearch_path%3Dx").identity
    assert str(one) == "the database d on h"
    assert str(Place("postgresql://h:5/")) == "the database of the user on h:5"
    assert not is_postgres("mapped")
    with closing(psycopg.connect(server())) as connection:
        assert connection.info.server_version >= 180000
