"""One row answers what may be shown where; its inverse, what a platform has in a territory."""

import pytest

from tests.rights.offers import offer
from ummid.catalog.grants import TerritorySet
from ummid.catalog.merge import Offer
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Put
from ummid.views import keys
from ummid.views.availability import (
    UNSTATED,
    decode_offers,
    encode_offers,
    excludes,
    inverse_puts,
    read_offers,
    territories_of,
)


def of(
    included: tuple[str, ...] = (), excluded: tuple[str, ...] = (), key: str = "g", **grant: str
) -> Offer:
    return offer(key, territories=TerritorySet(included, excluded), **grant)


TERRITORIES = [
    (of(("FR",)), ("FR",), ("FR", "FR-75"), ("BE", "US")),
    (of(("FR", "BE", "FR")), ("FR", "BE"), ("FR", "BE"), ("DE",)),
    (of(("WORLD",)), ("WORLD",), ("FR", "US-CA", "XK", "WORLD"), ()),
    (of(("WORLD",), ("FR",)), ("WORLD",), ("BE",), ("FR", "FR-75")),
    (of((), ("FR",)), ("WORLD",), ("BE", "US-CA"), ("FR", "FR-75")),
    (of(), ("WORLD",), ("FR",), ()),
    (of(("US-CA",)), ("US-CA",), ("US-CA",), ("US", "US-NY", "CA")),
    (of(("US",), ("US-CA",)), ("US",), ("US", "US-NY"), ("US-CA",)),
    (of(("YU",)), ("BA", "HR", "ME", "MK", "RS", "SI"), ("RS", "HR"), ("AL", "DE")),
    (of(("AN", "FR")), ("BQ", "CW", "SX", "FR"), ("CW", "FR"), ("NL",)),
    (of(("WORLD",), ("CS",)), ("WORLD",), ("HR",), ("RS", "ME")),
    (of(("FR",), ("FR",)), ("FR",), (), ("FR",)),
    (offer(territories=None), (UNSTATED,), (), ("FR", "WORLD", "US")),
]


@pytest.mark.parametrize(("stated", "terms", "inside", "outside"), TERRITORIES)
def test_an_offer_concerns_the_territories_it_means(
    stated: Offer, terms: tuple[str, ...], inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    assert territories_of(stated) == terms
    stored = decode_offers(encode_offers([stated]))
    assert tuple(stored.by_territory) == tuple(sorted(terms))
    assert {t: stored.concerning(t) for t in inside} == dict.fromkeys(inside, (stated,))
    assert {t: stored.concerning(t) for t in outside} == dict.fromkeys(outside, ())


@pytest.mark.parametrize(
    ("excluded", "territory", "is_excluded"),
    [
        ((), "FR", False),
        (("FR",), "FR", True),
        (("FR",), "FR-75", True),
        (("US-CA",), "US", False),
        (("US-CA",), "US-CA", True),
        (("SU",), "RU", True),
        (("SU",), "UA", False),
    ],
)
def test_exclusions_reach_down_and_across_withdrawn_codes(
    excluded: tuple[str, ...], territory: str, is_excluded: bool
) -> None:
    assert excludes(of(("WORLD",), excluded), territory) is is_excluded
    assert not excludes(offer(territories=None), territory)


def test_offers_of_country_region_and_world_are_answered_together_in_their_order() -> None:
    stated = [of(("US-CA",), key="1"), of(("FR",), key="2"), of(("WORLD",), key="3")]
    stated += [of(("US", "US-CA"), key="4"), offer("5", territories=None)]
    found = decode_offers(encode_offers(stated))
    assert found.offers == tuple(stated)
    assert [o.grant.key for o in found.concerning("US-CA")] == ["1", "3", "4"]
    assert [o.grant.key for o in found.concerning("US")] == ["3", "4"]
    assert found.by_territory == {
        "FR": (1,),
        "US": (3,),
        "US-CA": (0, 3),
        "WORLD": (2,),
        UNSTATED: (4,),
    }


def test_the_encoding_is_a_function_of_the_offers_and_empty_without_any() -> None:
    offers = [of(("FR",), key="1", hdr="HDR10"), of(("BE", "FR"), key="2")]
    assert encode_offers(offers) == encode_offers(list(offers))
    assert encode_offers(offers) != encode_offers(offers[::-1])
    assert encode_offers([]) == b""
    assert decode_offers(b"").offers == ()


def test_a_question_about_the_past_is_answered_as_it_was_known_then(table: LmdbTable) -> None:
    first, second = (of(("FR",), key="1"),), (of(("BE",), key="2"),)
    row = keys.availability("a1")
    assert read_offers(table, "a1") is None
    for known, value in ((10, encode_offers(first)), (20, b""), (30, encode_offers(second))):
        table.write([Put(row, keys.GRANTS, known, value)])
    answers = {at: read_offers(table, "a1", at) for at in (9, 10, 19, 20, 29, 30)}
    assert answers[9] is None
    assert [found.offers for found in answers.values() if found] == [
        first,
        first,
        (),
        (),
        second,
    ]
    assert read_offers(table, "a1") == answers[30]


SVOD_FR = of(("FR",), key="1", licence="SVOD", platform="flix")
EST_FR = of(("FR",), key="2", licence="EST", platform="flix")
SVOD_FR_BE = of(("FR", "BE"), key="3", licence="SVOD", platform="flix")
OWN = of(("FR",), key="4", licence="AVOD", platform="")
FOR_SHOP = of(("FR",), key="5", licence="VOD", platform="", licensee="shop")


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ([], [], {}),
        ([SVOD_FR], [SVOD_FR], {}),
        ([], [SVOD_FR], {("FR", "flix"): b"SVOD"}),
        ([SVOD_FR], [], {("FR", "flix"): b""}),
        ([SVOD_FR], [SVOD_FR, EST_FR], {("FR", "flix"): b"EST,SVOD"}),
        ([SVOD_FR, EST_FR], [EST_FR], {("FR", "flix"): b"EST"}),
        ([SVOD_FR], [SVOD_FR_BE], {("BE", "flix"): b"SVOD"}),
        ([SVOD_FR, SVOD_FR_BE], [SVOD_FR], {("BE", "flix"): b""}),
        ([], [OWN, FOR_SHOP], {("FR", "acme"): b"AVOD", ("FR", "shop"): b"VOD"}),
        ([], [offer(territories=None)], {(UNSTATED, "flix"): b"SVOD"}),
        ([], [of((), ("FR",))], {("WORLD", "flix"): b"SVOD"}),
    ],
)
def test_the_inverse_moves_only_the_markets_that_changed(
    before: list[Offer], after: list[Offer], moved: dict[tuple[str, str], bytes]
) -> None:
    puts = list(inverse_puts("a1", encode_offers(before), encode_offers(after), 7))
    assert puts == [
        Put(keys.inverse(territory, platform, "a1"), keys.LICENCES, 7, licences)
        for (territory, platform), licences in moved.items()
    ]


def test_what_excludes_the_world_concerns_no_territory() -> None:
    nobody = offer(territories=TerritorySet(("FR",), ("WORLD",)))
    assert decode_offers(encode_offers([nobody])).concerning("FR") == ()
