"""The sample feeds say what they are meant to say, each in its format."""

import pytest

from tests.samples import tables
from tests.samples.building import FEEDS, LATER, PARTNERS, SAMPLES, Parsed
from ummid.feeds import registry

EVERY_FEED = tables.FEEDS | tables.BROKEN


@pytest.mark.parametrize("path", EVERY_FEED)
def test_each_sample_holds_what_it_is_meant_to(path: str) -> None:
    assert Parsed(f"feeds/{path}").holds() == EVERY_FEED[path]


@pytest.mark.parametrize("path", tables.LATER)
def test_each_later_delivery_holds_what_it_is_meant_to(path: str) -> None:
    assert Parsed(f"later/{path}").holds() == tables.LATER[path]


@pytest.mark.parametrize(("folder", "table"), [(FEEDS, EVERY_FEED), (LATER, tables.LATER)])
def test_no_sample_is_left_out_of_the_tables(folder, table) -> None:  # type: ignore[no-untyped-def]
    files = (file for file in folder.rglob("*") if file.is_file())
    assert {file.relative_to(folder).as_posix() for file in files} == table.keys()


def test_every_file_is_recognised_but_those_broken_on_purpose() -> None:
    assert Parsed(*(f"feeds/{path}" for path in tables.FEEDS)).understood
    lost = {path for path in tables.BROKEN if not Parsed(f"feeds/{path}").understood}
    assert lost == {"broken/empty.json", "broken/not-a-feed.txt", "broken/path-traversal.zip"}


def test_there_is_a_sample_of_every_format_known() -> None:
    known = {one.name for one in registry.formats()}
    assert {holds.format for holds in EVERY_FEED.values()} - {"unknown"} == known


@pytest.mark.parametrize("path", tables.FEEDS)
def test_every_file_has_a_declared_partner(path: str) -> None:
    assert PARTNERS.profile_for(f"samples/feeds/{path}").partner == path.partition("/")[0]


def test_the_ids_that_fail_their_check_are_the_two_planted() -> None:
    records = Parsed(*(f"feeds/{path}" for path in tables.FEEDS)).records
    invalid = {
        (record["partner"], identifier["value"].rpartition("/")[2])
        for record in records
        for identifier in record["identifiers"]
        if identifier.get("valid") is False
    }
    assert invalid == {
        ("archivo-sur", "FA4E-0101-0A1B-2C3D-0DEF-X"),
        ("northwind-legal", "FA4E-0109-0A1B-2C3D-0567-X"),
    }


def test_the_samples_stay_small() -> None:
    assert sum(f.stat().st_size for f in SAMPLES.rglob("*") if f.is_file()) < 400_000
