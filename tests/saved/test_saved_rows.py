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
from ummid.views.runs import RunReport
from ummid.views.titles import lookup

SINCE = ("edges", "edge members")
"""Views that a store written down before there were any is without, until the next run on it."""


@pytest.fixture(params=SAVED, ids=lambda file: file.name.partition(".msgpack")[0])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    restore(request.param, tmp_path / "store")
    return tmp_path / "store"


def test_there_is_a_saved_store() -> None:
    assert SAVED


def test_every_kind_of_row_can_be_read(store: Path) -> None:
    with closing(opening.open_table(store, readonly=True)) as table:
        assert all(count for name, (count, _) in digest(table).items() if name not in SINCE)
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
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    with closing(opening.open_table(store, readonly=True)) as table:
        before = digest(table)
    new, _ = _delivered(tmp_path / "new")
    views, reports = _delivered(store)
    assert views == {**before, **{name: new[name] for name in SINCE}}
    assert all(views[name][0] for name in SINCE)
    assert not any(report.published or report.titles_changed for report in reports)


def _delivered(store: Path) -> tuple[dict[str, tuple[int, str]], list[RunReport]]:
    catalogue = Catalogue(store)
    try:
        for feeds in DELIVERIES:
            catalogue.take(feeds)
        return catalogue.views(), catalogue.reports
    finally:
        catalogue.close()
