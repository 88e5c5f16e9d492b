"""The sample feeds become the catalogue they are meant to, whenever they were written."""

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.samples import tables
from tests.samples.building import FEEDS, LANTERN, LATER, Catalogue, outcome, statuses


def test_what_became_of_every_statement(catalogue: Catalogue) -> None:
    (report,) = catalogue.reports
    assert outcome(report) == {
        "read": 140,
        "published": 114,
        "superseded": 1,  # a package that a later file of the same folder deletes
        "withdrawn": 2,
        "rejected": 23,
    }
    assert statuses(report) == {"duplicate-ids.xml": "refused"}
    assert report.titles_changed == len(tables.TITLES)


def test_partners_who_mean_one_title_share_it(catalogue: Catalogue) -> None:
    titles = catalogue.titles()
    found = {
        (t.kind, t.title, t.year): " ".join(sorted({s.partner for s in t.sources})) for t in titles
    }
    assert found == tables.TITLES
    assert len(titles) == len(tables.TITLES)


def test_the_rights_desk_decides_over_the_studio_and_the_service(catalogue: Catalogue) -> None:
    before = catalogue.may_show(LANTERN, "FR", "2025-03-01")
    (decides,) = (offer for offer in before.offers if offer.decides)
    assert before.status == "available"
    assert (decides.partner, decides.licence) == ("northwind-legal", "SVOD")
    assert decides.platform == "Prairie Stream"
    assert decides.end is not None
    assert (decides.end.raw, decides.end.at) == ("2025-09-30", "2025-09-30T23:00:00Z")
    assert catalogue.may_show(LANTERN, "FR", "2025-10-01").status == "not_available"


@pytest.mark.parametrize(
    ("imdb", "territory", "day", "status"),
    [
        (LANTERN, "DE", "2022-03-14", "not_available"),
        (LANTERN, "DE", "2022-03-16", "available"),
        ("tt9910106", "US", "2025-06-01", "available"),
        ("tt9910106", "AU", "2025-06-01", "not_available"),
        ("tt9910117", "US", "2025-06-01", "available"),  # at Lumen; Cablebay took it down
        ("tt9910117", "GB", "2025-06-01", "not_available"),
        ("tt9910112", "AT", "2025-08-01", "unknown"),  # rental starts on a condition
        ("tt9910112", "AT", "2025-09-10", "suppressed"),
        ("tt9910112", "AT", "2025-10-01", "pre_order"),
        ("tt9910112", "AT", "2025-11-15", "available"),
        ("tt9910112", "DE", "2025-10-01", "available"),  # to rent, by another partner's word
    ],
)
def test_what_may_be_shown(
    catalogue: Catalogue, imdb: str, territory: str, day: str, status: str
) -> None:
    assert catalogue.may_show(imdb, territory, day).status == status


def test_later_deliveries_update_withdraw_and_are_held(tmp_path: Path) -> None:
    made = Catalogue(tmp_path).take(FEEDS).take(LATER)
    assert outcome(made.reports[1]) == {
        "read": 5,
        "published": 1,
        "unchanged": 1,
        "superseded": 1,
        "withdrawn": 1,
        "rejected": 1,
    }
    assert statuses(made.reports[1]) == {"roku-channel.json": "held"}
    synopses = {s.value for s in made.title(LANTERN).synopses}
    assert "A lighthouse keeper has three days to decide whom his lamp is for." in synopses
    assert "TEMP" not in str(made.title("tt9910112"))  # the outdated one
    assert made.may_show("tt9910102", "US", "2025-06-01").status == "not_available"  # the deleted
    assert made.may_show("tt9910119", "CA", "2025-06-01").status == "available"  # the held

    views = made.views()
    made.take(FEEDS).take(LATER)
    assert [report.titles_changed for report in made.reports[2:]] == [0, 0]
    assert [report.published for report in made.reports[2:]] == [0, 0]
    assert made.views() == views
    made.close()


def test_when_the_files_were_written_makes_no_difference(tmp_path: Path) -> None:
    feeds, views = tmp_path / "feeds", []
    shutil.copytree(FEEDS, feeds)
    for seed in range(3):
        chance = random.Random(seed)
        for file in sorted(file for file in feeds.rglob("*") if file.is_file()):
            written = 1_750_000_000 + chance.randrange(10**8)
            os.utime(file, (written, written))
        made = Catalogue(tmp_path / f"store-{seed}").take(feeds)
        views.append(made.views())
        made.close()
    assert views[1:] == views[:-1]
