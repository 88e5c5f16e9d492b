"""What somebody has exclusively and another has as well."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rights.offers import at, offer
from ummid.catalog.grants import Bound, TerritorySet
from ummid.catalog.merge import Offer
from ummid.catalog.territories import country_of
from ummid.rights.availability import availability
from ummid.rights.collisions import Collision, collisions, shared
from ummid.rights.shown import places
from ummid.views.availability import decode_offers, encode_offers

MINE: dict[str, Any] = {"key": "g1", "exclusive": True}
THEIRS: dict[str, Any] = {"key": "g2", "platform": "zap"}


def collide(**theirs: Any) -> list[Collision]:
    return collisions([offer(**MINE), offer(**{**THEIRS, **theirs})])


def test_an_exclusive_grant_collides_with_what_another_platform_has() -> None:
    (found,) = collide(start="2025-06-01", end="2026-06-30")
    assert (found.one.grant.key, found.other.grant.key) == ("g1", "g2")
    assert found.places == ("FR",)
    assert (found.start, found.end) == (at("2025-06-01"), at("2026-01-01"))
    assert found.certain


@pytest.mark.parametrize(
    "theirs",
    [
        {"platform": "flix"},
        {"platform": "FLIX"},
        {"exclusive_to": "flix"},
        {"licence": "EST"},
        {"territories": TerritorySet(("DE",))},
        {"territories": TerritorySet(("WORLD",), ("FR",))},
        {"territories": None},
        {"start": "2026-01-01", "end": "2026-12-31"},
        {"start": "2024-01-01", "end": "2024-12-31"},
    ],
    ids=[
        "the same platform", "in capitals", "for the same one", "another licence",
        "elsewhere", "all but there", "nowhere", "afterwards", "before",
    ],
)  # fmt: skip
def test_what_does_not_meet_does_not_collide(theirs: dict[str, Any]) -> None:
    assert collide(**theirs) == []


def test_two_grants_of_which_none_is_exclusive_live_together() -> None:
    assert collisions([offer(), offer(**THEIRS)]) == []
    assert collisions([offer(exclusive=False), offer(**THEIRS)]) == []
    assert collisions([offer(**MINE)]) == []


@pytest.mark.parametrize(
    ("theirs", "where"),
    [
        (("WORLD",), ("FR",)),
        (("FR-BRE",), ("FR-BRE",)),
        (("FR", "DE"), ("FR",)),
        (("FR-BRE", "DE-BE"), ("FR-BRE",)),
    ],
)
def test_places_lie_in_each_other(theirs: tuple[str, ...], where: tuple[str, ...]) -> None:
    (found,) = collide(territories=TerritorySet(theirs))
    assert found.places == where


def test_what_waits_for_an_event_may_collide() -> None:
    (found,) = collide(start=Bound("condition", "ESTStart", condition="ESTStart"))
    assert not found.certain
    assert (found.start, found.end) == (at("2025-01-01"), at("2026-01-01"))


_PLACES = st.lists(st.sampled_from(["FR", "DE", "FR-BRE", "FR-IDF", "WORLD"]), max_size=2)
_ASKED = ["FR", "DE", "FR-BRE", "FR-IDF", "US", "US-CA"]
_grants = st.fixed_dictionaries(
    {
        "territories": st.builds(
            lambda one, other: TerritorySet(tuple(one), tuple(other)), _PLACES, _PLACES
        ),
        "platform": st.sampled_from(["flix", "zap", "pop"]),
        "exclusive": st.sampled_from([True, False, None]),
        "start": st.sampled_from(["2025-01-01", "2025-03-01", None]),
        "end": st.sampled_from(["2025-02-28", "2025-12-31", None]),
    }
)


@given(st.lists(_grants, max_size=4))
def test_offers_collide_where_some_territory_and_day_have_both(given_: list[Any]) -> None:
    offers = [offer(f"g{n}", **grant) for n, grant in enumerate(given_)]
    days = [
        at(day) for day in ("2024-12-31", "2025-01-01", "2025-02-28", "2025-03-01", "2026-01-01")
    ]
    met = {
        (one.grant.key, other.grant.key)
        for one, other in combinations(offers, 2)
        if one.grant.platform != other.grant.platform
        and (one.grant.exclusive or other.grant.exclusive)
        and any(_both(one, other, where, day) for where in _ASKED for day in days)
    }
    assert {(c.one.grant.key, c.other.grant.key) for c in collisions(offers[::-1])} == met


def _both(one: Offer, other: Offer, where: str, day: int) -> bool:
    return all(
        availability(decode_offers(encode_offers([each])).concerning(where), where, day).status
        == "available"
        for each in (one, other)
    )


@given(_grants, _grants)
def test_shared_places_are_in_both(one: dict[str, Any], other: dict[str, Any]) -> None:
    ours, theirs = places(offer(**one)), places(offer(**other))
    assert shared(ours, theirs) == shared(theirs, ours)
    for place in shared(ours, theirs):
        bare = place.removeprefix("=")
        for side in (ours, theirs):
            assert {place, bare, country_of(bare), "WORLD"} & side
