"""Windows and places for an index say what availability says."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from tests.rights.offers import at, offer
from ummid.catalog.grants import Bound, TerritorySet
from ummid.rights.availability import availability
from ummid.rights.shown import places, places_of, shown
from ummid.views.availability import decode_offers, encode_offers

DAYS = ["2025-01-01", "2025-03-01", "2025-06-01", "2025-12-31", "2026-02-01"]
bounds = st.one_of(
    st.none(),
    st.sampled_from(DAYS),
    st.sampled_from(
        [
            Bound("condition", "TBD", condition="TBD"),
            Bound("condition", "Immediate", condition="Immediate"),
            Bound("open", "Open", condition="Open"),
        ]
    ),
)
grants = st.fixed_dictionaries(
    {
        "start": bounds,
        "end": bounds,
        "licence": st.sampled_from(["SVOD", "POEST"]),
        "pre_order": bounds,
        "suppressed_until": bounds,
    }
)


@given(grants, st.sampled_from(DAYS), st.integers(-1, 1))
@example({"start": "2025-06-01", "end": "2025-03-01"}, "2025-06-01", 0)
def test_a_grant_is_shown_when_it_is_available(
    stated: dict[str, Any], day: str, around: int
) -> None:
    one, moment = offer(**stated), at(day) + around
    when = shown(one.grant)
    inside = when is not None and (
        (when.start is None or when.start <= moment) and (when.end is None or moment < when.end)
    )
    assert inside == (availability([one], "FR", moment).status == "available")


codes = ["WORLD", "FR", "FR-75C", "US", "US-CA", "US-NY", "AN", "CW", "GB"]
some = st.lists(st.sampled_from(codes), max_size=3).map(tuple)
gone = st.lists(st.sampled_from(codes[1:]), max_size=3).map(tuple)
asked = st.sampled_from([code for code in codes if code != "AN"])
"""Withdrawn codes are stated, never asked for."""


# the first case loads every subdivision of the world
@given(some, gone, asked)
@example(("WORLD",), ("US-CA",), "US-NY")
@example(("US",), ("US-CA",), "US")
@example((), ("FR",), "WORLD")
def test_an_offer_is_for_the_places_that_its_territories_say(
    included: tuple[str, ...], excluded: tuple[str, ...], territory: str
) -> None:
    one = offer(territories=TerritorySet(included, excluded))
    concerns = decode_offers(encode_offers([one])).concerning(territory)
    assert bool(places(one) & set(places_of(territory))) == bool(concerns)


def test_an_offer_that_names_no_territory_is_for_none_that_is_known() -> None:
    assert places(offer(territories=None)) == set()


def test_what_excludes_the_world_is_for_no_place() -> None:
    for included in ((), ("FR",), ("WORLD",)):
        assert places(offer(territories=TerritorySet(included, ("WORLD",)))) == set()
