"""Rows that an earlier version wrote are read, and written on, by this one."""

from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.samples.building import LANTERN, Catalogue, outcome
from tests.saved.store import DELIVERIES, ROOT, SAVED, restore
from ummid import opening
from ummid.cli import main
from ummid.views import changes, deadletters, runs
from ummid.views.digest import digest
from ummid.views.titles import lookup


@pytest.fixture(params=SAVED, ids=lambda file: file.name.partition(".msgpack")[0])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    restore(request.param, tmp_path / "store")
    return tmp_path / "store"


def test_there_is_a_saved_store() -> None:
    assert SAVED


def test_every_kind_of_row_can_be_read(store: Path) -> None:
    with closing(opening.open_table(store, readonly=True)) as table:
        assert all(count for count, _ in digest(table).values())
        told = [*changes.since(table, 0, 10_000)]
        assert [change.serial for change in told] == list(range(1, len(told) + 1))
        assert {letter.code for letter in deadletters.letters(table)} >= {"not-well-formed"}
        for report in (found := [*runs.reports(table)]):
            assert report.read == sum(v for k, v in outcome(report).items() if k != "read")
        assert len(found) == len(DELIVERIES)


def test_what_was_published_is_served(store: Path) -> None:
    with closing(opening.open_table(store, readonly=True)) as table:
        (found,) = lookup(table, "imdb", LANTERN)
    for arguments in (["title", found], ["title", "why", found]):
        done = CliRunner().invoke(main, arguments, env={"UMMID_STORE": str(store)})
        assert done.exit_code == 0, done.output
        assert "Lantern" in done.output


def test_the_same_deliveries_end_in_the_same_views(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    with closing(opening.open_table(store, readonly=True)) as table:
        before = digest(table)
    catalogue = Catalogue(store)
    for feeds in DELIVERIES:
        catalogue.take(feeds)
    try:
        assert catalogue.views() == before
    finally:
        catalogue.close()
    assert not any(report.published for report in catalogue.reports)
