"""What may be shown in a territory at an instant, and why."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rights.offers import at, offer
from ummid.catalog.grants import Bound, LanguageTerm, Price
from ummid.catalog.merge import Offer
from ummid.rights.availability import Availability, availability

DAY = 86_400_000
TBD = Bound("condition", "TBD", condition="TBD")
EST_START = Bound("condition", "ESTStart", condition="ESTStart", lag="P7D")
IMMEDIATE = Bound("condition", "Immediate", condition="Immediate")
OPEN = Bound("open", "Open", condition="Open")


def ask(*offers: Offer, when: str = "2025-06-01", **more: Any) -> Availability:
    return availability(offers, "FR", at(when), **more)


@pytest.mark.parametrize(
    ("when", "status"),
    [
        ("2024-12-31T23:59:59.999Z", "not_available"),
        ("2025-01-01T00:00:00Z", "available"),
        ("2025-12-31T23:59:59.999Z", "available"),
        ("2026-01-01T00:00:00Z", "not_available"),
    ],
)
def test_a_window_holds_its_start_and_not_its_end(when: str, status: str) -> None:
    assert ask(offer(), when=when).status == status


@pytest.mark.parametrize(
    ("window", "when", "status"),
    [
        ({"end": None}, "2999-01-01", "available"),
        ({"end": OPEN}, "2999-01-01", "available"),
        ({"end": "2099-12-31"}, "2999-01-01", "available"),
        ({"start": None}, "1999-01-01", "available"),
        ({"start": OPEN}, "1999-01-01", "available"),
        ({"start": IMMEDIATE}, "1999-01-01", "available"),
        ({"start": None, "end": None}, "1999-01-01", "available"),
        ({"end": IMMEDIATE}, "2025-06-01", "not_available"),
        ({"start": EST_START}, "2025-06-01", "unknown"),
        ({"start": TBD}, "2026-06-01", "not_available"),
        ({"end": TBD}, "2025-06-01", "unknown"),
        ({"end": TBD}, "2024-06-01", "not_available"),
        ({"start": TBD, "end": TBD}, "2025-06-01", "unknown"),
        ({"start": Bound("date", "soon")}, "2025-06-01", "unknown"),
        (
            {"start": Bound("condition", "Immediate", condition="Immediate", lag="P1D")},
            "2025-06-01",
            "unknown",
        ),
    ],
)
def test_open_and_conditional_bounds(window: dict[str, Any], when: str, status: str) -> None:
    assert ask(offer(**window), when=when).status == status


@pytest.mark.parametrize(
    ("window", "when", "status"),
    [
        ({"end": None}, "2025-01-30T23:00:00Z", "available"),
        ({"end": None}, "2025-01-31", "not_available"),
        ({"end": OPEN}, "2025-01-31", "not_available"),
        ({"end": "2025-12-31"}, "2025-06-01", "available"),
        ({"start": None, "end": None}, "2025-01-01", "unknown"),
        ({"start": TBD, "end": None}, "2025-01-01", "unknown"),
        ({"end": None, "window_duration": "a while"}, "2025-06-01", "unknown"),
        ({"end": None, "window_duration": "a while"}, "2024-06-01", "not_available"),
        ({"end": None, "window_duration": "P9999Y"}, "2999-01-01", "available"),
        ({"end": OPEN, "window_duration": "P9999Y"}, "2999-01-01", "available"),
    ],
)
def test_a_duration_closes_a_window_whose_end_is_not_stated(
    window: dict[str, Any], when: str, status: str
) -> None:
    assert ask(offer(**{"window_duration": "P30D"} | window), when=when).status == status


@pytest.mark.parametrize(
    ("terms", "when", "status"),
    [
        ({"pre_order": "2024-12-01"}, "2024-11-30", "not_available"),
        ({"pre_order": "2024-12-01"}, "2024-12-01", "pre_order"),
        ({"pre_order": "2024-12-01"}, "2025-01-01", "available"),
        ({"pre_order": TBD}, "2024-12-01", "unknown"),
        ({"pre_order": IMMEDIATE}, "2024-12-01", "pre_order"),
        ({"suppressed_until": "2025-03-01"}, "2024-12-01", "not_available"),
        ({"suppressed_until": "2025-03-01"}, "2025-02-28", "suppressed"),
        ({"suppressed_until": "2025-03-01"}, "2025-03-01", "available"),
        ({"suppressed_until": TBD}, "2025-03-01", "unknown"),
        ({"suppressed_until": "2024-12-15", "pre_order": "2024-12-01"}, "2024-12-02", "suppressed"),
        ({"suppressed_until": "2024-12-15", "pre_order": "2024-12-01"}, "2024-12-20", "pre_order"),
        ({"suppressed_until": "2030-01-01"}, "2026-02-01", "not_available"),
    ],
)
def test_orders_before_the_window_and_suppression(
    terms: dict[str, Any], when: str, status: str
) -> None:
    assert ask(offer(licence="EST", **terms), when=when).status == status


@pytest.mark.parametrize(
    ("fulfilled", "when", "status"),
    [
        (None, "2025-06-01", "pre_order"),
        ("2025-07-01", "2025-06-30", "pre_order"),
        ("2025-07-01", "2025-07-01", "available"),
        ("2025-07-01", "2024-12-31", "not_available"),
    ],
)
def test_a_poest_licence_permits_orders_until_they_are_fulfilled(
    fulfilled: str | None, when: str, status: str
) -> None:
    assert ask(offer(licence="POEST", pre_order=fulfilled), when=when).status == status


def test_the_best_offer_is_the_answer() -> None:
    over = offer("a", "2020-01-01", "2020-12-31")
    conditional = offer("b", TBD, None)
    suppressed = offer("c", suppressed_until="2025-07-01")
    ordered = offer("d", "2025-07-01", pre_order="2025-05-01")
    shown = offer("e")
    for best, offers in (
        ("not_available", [over]),
        ("unknown", [over, conditional]),
        ("suppressed", [over, conditional, suppressed]),
        ("pre_order", [over, conditional, suppressed, ordered]),
        ("available", [over, conditional, suppressed, ordered, shown]),
    ):
        found = ask(*offers)
        assert found.status == best
        assert found.deciding == offers[-1].grant.key
        assert [o.decides for o in found.offers] == [True] + [False] * (len(offers) - 1)
        assert all(o.yields for o in found.offers[1:])


def test_among_equals_the_latest_end_decides_and_then_the_smaller_key() -> None:
    short, endless = offer("a", end="2025-07-01"), offer("b", end=None)
    assert ask(short, endless).deciding == "b"
    assert ask(offer("z"), offer("y"), short).deciding == "y"
    found = ask(offer("z"), offer("y"), short)
    assert [o.yields for o in found.offers] == [
        None,
        "available too, with the same end; the smaller grant key decides",
        "available too, but the deciding grant ends later",
    ]


def test_a_title_without_grants_is_unknown_and_one_with_grants_elsewhere_is_not_available() -> None:
    assert ask().status == "unknown"
    assert ask().deciding is None
    elsewhere = ask(elsewhere=2)
    assert elsewhere.status == "not_available"
    assert elsewhere.reason == "none of the title's 2 grants concerns FR"


def test_a_grant_without_territories_is_never_read_as_the_world() -> None:
    unplaced = offer("u", territories=None)
    found = ask(unplaced=[unplaced])
    assert found.status == "unknown"
    assert not found.offers[0].territory_stated
    assert "states no territory" in found.offers[0].reason
    assert ask(unplaced=[unplaced], when="2030-01-01").status == "not_available"
    assert ask(offer(), unplaced=[unplaced]).deciding == "g1"
    assert ask(offer(end="2025-02-01"), unplaced=[unplaced]).status == "unknown"


def test_the_reason_says_that_a_start_is_missing() -> None:
    assert "no start is stated, so it counts as started" in ask(offer(start=None)).reason
    assert "of 2 the nearest" in ask(offer("a"), offer("b"), when="2030-01-01").reason


def test_an_offer_is_answered_with_its_terms_and_its_window_as_written() -> None:
    found = ask(
        offer(
            start=Bound("local", "2025-01-01T00:00:00", at("2025-01-01"), assumed_zone="UTC"),
            end=None,
            window_duration="P1Y",
            languages=(LanguageTerm("fr"), LanguageTerm("de", "holdback", "dub")),
            prices=(Price("SRP", "9.99", "EUR"),),
            qualities=("HD",),
            link="https://example.org/w/1",
        )
    )
    (one,) = found.offers
    assert (one.grant, one.record, one.licence, one.platform) == (
        "g1",
        "record-of-g1",
        "SVOD",
        "flix",
    )
    assert one.start is not None
    assert (one.start.at, one.start.raw, one.start.assumed_zone) == (
        "2025-01-01T00:00:00Z",
        "2025-01-01T00:00:00",
        "UTC",
    )
    assert one.end is not None
    assert (one.end.at, one.end.kind, one.end.raw) == ("2026-01-01T00:00:00Z", "duration", "P1Y")
    assert [t.language for t in one.languages] == ["fr"]
    assert [t.language for t in one.holdbacks] == ["de"]
    assert (one.prices[0].amount, one.qualities, one.link) == (
        "9.99",
        ("HD",),
        "https://example.org/w/1",
    )


def test_a_withheld_language_does_not_withhold_the_title() -> None:
    assert ask(offer(languages=(LanguageTerm("fr", "holdback"),))).status == "available"


def test_the_next_change_is_the_next_edge_of_any_offer() -> None:
    later = offer("l", "2026-01-01", "2026-12-31", pre_order="2025-11-01")
    suppressed = offer("s", suppressed_until="2025-09-01")
    assert ask(offer(), later, suppressed).next_change == at("2025-09-01")
    assert ask(later, when="2025-11-01").next_change == at("2026-01-01")
    assert ask(offer(), when="2030-01-01").next_change is None


days = st.integers(0, 20)
maybe_days = st.none() | days


def _on(day: int | None) -> Bound | None:
    return None if day is None else Bound("instant", f"day {day}", day * DAY)


@st.composite
def dated_offers(draw: st.DrawFn) -> Offer:
    start, end = draw(maybe_days), draw(maybe_days)
    if start is not None and end is not None and end <= start:
        end = None
    return offer(
        draw(st.sampled_from("abc")),
        _on(start),
        _on(end),
        pre_order=_on(draw(maybe_days)),
        suppressed_until=_on(draw(maybe_days)),
        licence=draw(st.sampled_from(["EST", "SVOD"])),
    )


def _held_days(one: Offer) -> set[int]:
    """Brute force: every day of the grid on which the window holds."""
    start, end = one.grant.start, one.grant.end
    return {
        day
        for day in range(-1, 23)
        if (start is None or start.instant is None or day >= start.instant // DAY)
        and (end is None or end.instant is None or day < end.instant // DAY)
    }


def _oracle(offers: list[Offer], day: int) -> str:
    found = {"not_available"} if offers else {"unknown"}
    for one in offers:
        grant = one.grant
        lift = grant.suppressed_until.instant if grant.suppressed_until else None
        hidden = lift is not None and day * DAY < lift
        begun = grant.start is None or day >= (grant.start.instant or 0) // DAY
        ordered = grant.pre_order is not None and day >= (grant.pre_order.instant or 0) // DAY
        if day in _held_days(one):
            found.add("suppressed" if hidden else "available")
        elif not begun and ordered:
            found.add("suppressed" if hidden else "pre_order")
    order = ["available", "pre_order", "suppressed", "unknown", "not_available"]
    return next(status for status in order if status in found)


@given(st.lists(dated_offers(), max_size=5), st.integers(-1, 22))
def test_it_agrees_with_a_search_of_every_day(offers: list[Offer], day: int) -> None:
    assert availability(offers, "FR", day * DAY).status == _oracle(offers, day)


@given(st.lists(dated_offers(), max_size=4), st.integers(-1, 22), st.randoms())
def test_the_order_of_the_offers_does_not_matter(offers: list[Offer], day: int, dice: Any) -> None:
    shuffled = list(offers)
    dice.shuffle(shuffled)
    one, other = (availability(o, "FR", day * DAY) for o in (offers, shuffled))
    assert (one.status, one.deciding, one.next_change) == (
        other.status,
        other.deciding,
        other.next_change,
    )


@given(st.lists(dated_offers(), max_size=4), st.integers(-DAY, 21 * DAY), st.floats(0, 1))
def test_nothing_changes_before_the_next_change(
    offers: list[Offer], when: int, share: float
) -> None:
    now = availability(offers, "FR", when)
    horizon = now.next_change if now.next_change is not None else when + 30 * DAY
    later = availability(offers, "FR", when + int((horizon - 1 - when) * share))
    assert (later.status, later.reason) == (now.status, now.reason)
