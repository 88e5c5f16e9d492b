"""Grants of one title that cannot all hold: somebody has exclusively what another has as well."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from ummid.catalog.merge import Offer, platform_of
from ummid.catalog.territories import WORLD, country_of
from ummid.rights.shown import ALONE, places
from ummid.rights.windows import end_of, start_of


class Collision(NamedTuple):
    """Two offers and where and when both hold: `places` as `rights.shown` writes them, [`start`,
    `end`) in epoch ms, None without a bound. `certain` is False where an end of a window waits
    for an event, so that they may never meet.
    """

    one: Offer
    other: Offer
    places: tuple[str, ...]
    start: int | None
    end: int | None
    certain: bool


class _Held(NamedTuple):
    offer: Offer
    holder: str
    places: set[str]
    start: int | None
    end: int | None
    certain: bool


def collisions(offers: Iterable[Offer]) -> list[Collision]:
    """Pairs of one title's offers that collide, in order of what is offered.

    That is: the same licence, in a place and at a time that both are for, held by two, of whom
    one holds it exclusively. Who holds it is whom it is exclusive to, else the platform. What a
    feed places nowhere collides with nothing. Qualities and languages are not compared: a licence
    for HD alone beside an exclusive one for UHD is told too.
    """
    by_licence: defaultdict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        by_licence[offer.grant.licence].append(offer)
    found = [
        one
        for alike in by_licence.values()
        if any(offer.grant.exclusive for offer in alike)
        for one in _among([_held(offer) for offer in alike])
    ]
    return sorted(found, key=lambda one: (_name(one.one), _name(one.other)))


def _among(held: Sequence[_Held]) -> Iterator[Collision]:
    for one, other in combinations(sorted(held, key=lambda h: _name(h.offer)), 2):
        if one.holder == other.holder:
            continue
        if not (one.offer.grant.exclusive or other.offer.grant.exclusive):
            continue
        start, end = _later(one.start, other.start), _earlier(one.end, other.end)
        if start is not None and end is not None and start >= end:
            continue
        if where := shared(one.places, other.places):
            certain = one.certain and other.certain
            yield Collision(one.offer, other.offer, where, start, end, certain)


def shared(one: set[str], other: set[str]) -> tuple[str, ...]:
    """The places that lie in both, the widest that do."""
    within = {p for p in one if _covered(p, other)} | {p for p in other if _covered(p, one)}
    return tuple(sorted(within - {ALONE + WORLD}))


def _covered(place: str, by: set[str]) -> bool:
    bare = place.removeprefix(ALONE)
    return place in by or bare in by or country_of(bare) in by or WORLD in by


def _held(offer: Offer) -> _Held:
    grant = offer.grant
    holder = grant.exclusive_to or platform_of(grant, offer.partner)
    start, end = start_of(grant), end_of(grant)
    certain = start.decided and end.decided
    return _Held(offer, holder.casefold(), places(offer), start.at, end.at, certain)


def _name(offer: Offer) -> tuple[str, str]:
    return offer.record, offer.grant.key


def _later(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else max(one, other)


def _earlier(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else min(one, other)
