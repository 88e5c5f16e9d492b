"""When and where a grant may be shown, told once for every instant and territory.

`availability` answers for one instant and explains; an index that filters thousands of titles
needs the same answer as windows and places. The two are held together by a test.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pycountry

from ummid.catalog.grants import Bound, Grant
from ummid.catalog.merge import Offer
from ummid.catalog.territories import WORLD, country_of, successors
from ummid.rights.windows import end_of, is_immediate, start_of

ALONE = "="
"""Before a place: itself, without what lies in it."""


class Shown(NamedTuple):
    """Epoch ms, half-open; None is since ever or for ever."""

    start: int | None
    end: int | None


def shown(grant: Grant) -> Shown | None:
    """When a grant's status is `available`; None for never, or for nobody knows when."""
    start, end = start_of(grant), end_of(grant)
    if not start.decided or not end.decided:
        return None
    since = start.at
    lifts = [grant.suppressed_until] if grant.suppressed_until else []
    if grant.licence == "POEST":
        if grant.pre_order is None:
            return None
        lifts.append(grant.pre_order)
    for lift in lifts:
        if not is_immediate(lift):
            if lift.instant is None:
                return None
            since = _later(since, lift)
    if since is not None and end.at is not None and since >= end.at:
        return None
    return Shown(since, end.at)


def _later(since: int | None, lift: Bound) -> int | None:
    return lift.instant if since is None else max(since, lift.instant or since)


def places(offer: Offer) -> set[str]:
    """The places that an offer is for, each with all that lies in it unless marked as ALONE.

    Empty where the feed names none: nobody knows where such an offer applies.
    """
    territories = offer.grant.territories
    if territories is None:
        return set()
    stated = {code for one in territories.included or (WORLD,) for code in successors(one)}
    gone = {code for one in territories.excluded for code in successors(one)}
    return {place for one in stated for place in _without(one, gone)} if gone else stated


def places_of(territory: str) -> tuple[str, ...]:
    """The places of which one must be an offer's, for it to concern a territory."""
    return tuple(dict.fromkeys((territory, ALONE + territory, country_of(territory), WORLD)))


def _without(place: str, gone: set[str]) -> Iterator[str]:
    if not gone.isdisjoint((place, country_of(place), WORLD)):
        return
    inside = _inside(place)
    if not any(g in inside or country_of(g) in inside for g in gone):
        yield place
        return
    yield ALONE + place
    for one in inside:
        yield from _without(one, gone)


@cache
def _inside(place: str) -> frozenset[str]:
    if place == WORLD:
        return frozenset({country.alpha_2 for country in pycountry.countries} | {"XK"})
    return frozenset(s.code for s in pycountry.subdivisions if s.country_code == place)
