"""Territories: one code for the many ways in which feeds write a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.catalog.territories import WORLD, Territories, country_of, successors


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("FR", "FR"),
        (" fr\n", "FR"),
        ("FRA", "FR"),
        ("France", "FR"),
        ("usa", "US"),
        ("FIN", "FI"),
        ("India", "IN"),
        ("UK", "GB"),
        ("United Kingdom of Great Britain and Northern Ireland", "GB"),
        ("Bolivia", "BO"),
        ("South Korea", "KR"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("Côte d'Ivoire", "CI"),
        ("us-ca", "US-CA"),
        ("US_CA", "US-CA"),
        ("GB-ENG", "GB-ENG"),
        ("XK", "XK"),
        ("an", "AN"),
        ("YU", "YU"),
        ("WW", WORLD),
        ("ZZ", WORLD),
        ("worldwide", WORLD),
        ("001", WORLD),
    ],
)
def test_spellings_seen_in_feeds(raw: str, code: str) -> None:
    assert Territories().read(raw) == code


@pytest.mark.parametrize(
    "raw", ["", " ", "XX", "EU", "US-XX", "-", "US-", "ROW", "Freedonia", "F", "FR DE", "*"]
)
def test_what_names_no_territory_is_none(raw: str) -> None:
    assert Territories().read(raw) is None


def test_a_partners_aliases_come_first() -> None:
    mine = Territories({"latam ": "mx", "UK": "ua"})
    assert (mine.read("LatAm"), mine.read("uk"), mine.read("FR")) == ("MX", "UA", "FR")
    assert Territories().read("LatAm") is None


@pytest.mark.parametrize(
    ("code", "today"),
    [
        ("FR", ("FR",)),
        ("XK", ("XK",)),
        ("AN", ("BQ", "CW", "SX")),
        ("CS", ("ME", "RS")),
        ("DD", ("DE",)),
        ("US-CA", ("US-CA",)),
        (WORLD, (WORLD,)),
    ],
)
def test_a_withdrawn_code_stands_for_its_successors(code: str, today: tuple[str, ...]) -> None:
    assert successors(code) == today
    assert {Territories().read(c) for c in today} == set(today)


def test_the_country_of_a_subdivision() -> None:
    assert [country_of(c) for c in ("US-CA", "FR", WORLD)] == ["US", "FR", WORLD]


def test_a_column_of_something_else_is_not_remembered_for_ever() -> None:
    territories = Territories()
    for number in range(20_000):
        assert territories.read(f"title number {number}") is None
    assert len(vars(territories)["_seen"]) < 10_000
    assert territories.read("FR") == "FR"


@given(st.text(max_size=20))
def test_any_text_is_a_territory_or_none_and_a_code_reads_as_itself(text: str) -> None:
    code = Territories().read(text)
    if code is not None:
        assert Territories().read(code) == code
