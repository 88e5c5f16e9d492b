"""Search with its vectors in PostgreSQL, as the settings and commands have it."""

from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from tests.postgres import url_of
from tests.serving.building import Building, statement
from ummid.catalog.model import Synopsis, Text
from ummid.cli import main
from ummid.errors import ConfigError
from ummid.search import stored
from ummid.search.choose import chosen
from ummid.search.places import PgVectors
from ummid.settings import Settings

HEAT = "A detective hunts a thief who plans one last robbery."
OTHERS = "A mother guards her children in a house that they never leave."


@pytest.fixture
def building(tmp_path: Path) -> Building:
    store = Building(tmp_path / "store")
    for key, name, told in (("1", "Heat", HEAT), ("2", "The Others", OTHERS)):
        synopses = (Synopsis(told, "en"),)
        store.title(statement(key=key, own_id=key, titles=(Text(name, "en"),), synopses=synopses))
    store.table.close()
    return store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_of(tmp_path)


def run(building: Building, vectors: str, *arguments: str) -> Result:
    said = {
        "UMMID_STORE": str(building.folder),
        "UMMID_VECTORS": vectors,
        "UMMID_MEANING_SECONDS": "60",
    }
    return CliRunner().invoke(main, arguments, env=said, catch_exceptions=False)


def test_a_schema_is_planned_and_applied_and_titles_are_found_by_meaning(
    building: Building, url: str
) -> None:
    planned = run(building, url, "vectors", "plan")
    assert planned.exit_code == 2
    assert "CREATE TABLE ummid_vectors" in planned.stdout
    assert "vector(384)" in planned.stdout
    assert planned.stderr.startswith("+ 0001: Items with their vectors")
    assert "`ummid vectors apply`" in run(building, url, "index").output
    assert "+ 0001" in run(building, url, "vectors", "apply").stderr
    for command in ("plan", "apply"):
        again = run(building, url, "vectors", command)
        assert (again.exit_code, again.stdout) == (0, "")
        assert "as it should be" in again.stderr
    assert "2 embedded" in run(building, url, "index").stdout
    found = run(building, url, "search", "who plans a robbery").stdout
    assert found.index("Heat") < found.index("The Others")
    settings = Settings({"UMMID_VECTORS": url, "UMMID_MEANING_SECONDS": "60"})
    with closing(chosen(settings)) as means:
        assert isinstance(means.vectors, PgVectors)
        opened = stored.open_search(building.folder, *means)
        assert len(opened.by_meaning("the children of the house", 9)) == 2
        assert opened.vectors
        opened.vectors.close()


def test_a_database_that_was_made_anew_is_not_taken_for_the_filled_one(
    building: Building, url: str
) -> None:
    run(building, url, "vectors", "apply")
    assert "2 embedded" in run(building, url, "index").stdout
    with psycopg.connect(url) as connection:
        connection.execute("DROP TABLE ummid_vectors, ummid_vectors_of, ummid_vectors_version")
    run(building, url, "vectors", "apply")
    refused = run(building, url, "index")
    assert refused.exit_code == 1
    assert "was made anew" in refused.output


def test_files_need_no_schema_and_a_database_is_not_compared(building: Building, url: str) -> None:
    refused = run(building, "mapped", "vectors", "apply")
    assert refused.exit_code == 1
    assert "files need nothing" in refused.output
    refused = run(building, url, "vectors", "verify")
    assert refused.exit_code == 1
    assert "a database keeps what was written" in refused.output


def test_a_word_that_names_nothing_is_told_without_its_password() -> None:
    with pytest.raises(ConfigError, match="mapped, vertex and postgresql://") as raised:
        chosen(Settings({"UMMID_VECTORS": "pg://user:hunter2@host/db"}))
    assert "hunter2" not in str(raised.value)
