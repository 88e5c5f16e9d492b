"""The offers of a Fire TV work: one grant each. They carry no id, so one is derived."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache

import msgspec
import pycountry

from ummid.catalog.grants import (
    Bound,
    Grant,
    LanguageTerm,
    Licence,
    Price,
    Term,
    TerritorySet,
)
from ummid.catalog.keys import stable_id
from ummid.catalog.model import Warning
from ummid.catalog.times import bound, bound_in_format, check_window
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.movielabs import first, grouped, languages, texts
from ummid.feeds.xml import Element, children, text

_LICENCES: dict[str, Licence] = {
    "FreeOffer": "FREE",
    "SubscriptionOffer": "SVOD",
    "PurchaseOffer": "EST",
    "RentalOffer": "VOD",
}
"""`FreeOffer` does not say whether advertising pays for it."""

_HOUR_MS = 3_600_000
_TEST_CURRENCIES = frozenset(("XTS", "XXX"))

Parts = dict[str, list[Element]]


def read_offers(
    feed: Feed, own: str, offers: list[Element], warnings: list[Warning]
) -> tuple[Grant, ...]:
    """The grants of one work.

    Raises FeedError for a window or a territory that cannot be read: half an offer is none.
    """
    found: dict[str, Grant] = {}
    for name, item in (pair for element in offers for pair in children(element)):
        grant = _grant(feed, own, name, grouped(item), warnings)
        if grant.key in found:
            grant = _told_apart(grant)
        found.setdefault(grant.key, grant)
    if not found:
        warnings.append(Warning("no-offer", "grants", "the work has no offer; a work needs one"))
    return tuple(found.values())


def _grant(feed: Feed, own: str, name: str, parts: Parts, warnings: list[Warning]) -> Grant:
    start, end = _bound(feed, parts, "WindowStart"), _bound(feed, parts, "WindowEnd", end=True)
    check_window(start, end)
    details = [grouped(item) for item in parts.get("LaunchDetails", ())]
    qualities = tuple(
        dict.fromkeys(q.upper() for p in (parts, *details) for q in texts(p.get("Quality", ())))
    )
    territories = _territories(feed, parts, warnings)
    terms = tuple(_languages(details, warnings))
    launches = [link for p in details for link in texts(p.get("LaunchId", ()))]
    price = tuple(_prices(feed, name, parts, warnings))
    if name not in _LICENCES:
        warnings.append(Warning("unknown-offer", "grants", f"{name} is no offer type known here"))
    return Grant(
        key=stable_id(
            own,
            name,
            " ".join(sorted(territories.included)) if territories else "",
            " ".join(sorted(qualities)),
            start.raw if start else "",
            " ".join(sorted(f"{t.track}:{t.language}" for t in terms)),
        ),
        licence=_LICENCES.get(name, "OTHER"),
        licence_text=name,
        platform=feed.profile.platform,
        territories=territories,
        start=start,
        end=end,
        qualities=qualities,
        languages=terms,
        prices=price,
        rental_ms=_rental(parts, warnings),
        link=launches[0] if launches else None,
        terms=tuple(Term("LaunchId", link) for link in launches[1:]),
    )


def _told_apart(grant: Grant) -> Grant:
    """Two offers alike in all that identifies one differ in their end, price or launch id."""
    price = grant.prices[0] if grant.prices else None
    parts = (
        grant.key,
        grant.end.raw if grant.end else "",
        f"{price.currency} {price.amount}" if price else "",
        grant.link or "",
    )
    return msgspec.structs.replace(grant, key=stable_id(*parts))


def _bound(feed: Feed, parts: Parts, name: str, *, end: bool = False) -> Bound | None:
    raw = first(parts.get(name, ()))
    if not raw:
        return None
    zone = feed.profile.assumed_zone
    if feed.profile.date_formats:
        return bound_in_format(raw, feed.profile.date_formats, end=end, assumed_zone=zone)
    return bound(raw, end=end, assumed_zone=zone)


def _territories(feed: Feed, parts: Parts, warnings: list[Warning]) -> TerritorySet | None:
    """`Regions` holds `Country` elements or one `Territories` list."""
    raws = [
        code
        for regions in parts.get("Regions", ())
        for name, item in children(regions)
        for code in (
            text(item).replace(",", " ").split() if name == "Territories" else [text(item)]
        )
    ]
    codes = []
    for raw in raws:
        code = feed.territories.read(raw)
        if code is None:
            raise FeedError(
                "unknown-territory",
                f"{raw!r} names no territory; add an alias to the partner's profile",
            )
        codes.append(code)
    if not codes and feed.profile.territories:
        return TerritorySet(feed.profile.territories)
    if not codes:
        warnings.append(Warning("no-territory", "grants", "an offer names no country"))
        return None
    return TerritorySet(tuple(dict.fromkeys(codes)))


def _languages(details: list[Parts], warnings: list[Warning]) -> Iterator[LanguageTerm]:
    audio = [raw for parts in details for raw in texts(parts.get("AudioLanguage", ()))]
    subtitles = [raw for parts in details for raw in texts(parts.get("Subtitle", ()))]
    for tag in languages(audio, "grants.languages", warnings):
        yield LanguageTerm(tag, "asset", "audio")
    for tag in languages(subtitles, "grants.languages", warnings):
        yield LanguageTerm(tag, "asset", "subtitle")


def _prices(feed: Feed, name: str, parts: Parts, warnings: list[Warning]) -> Iterator[Price]:
    kind = "rental" if name == "RentalOffer" else "purchase"
    for item in parts.get("Price", ()):
        raw = text(item)
        stated = (item.get("currency") or feed.profile.currency or "").strip().upper()
        if not stated or stated in _TEST_CURRENCIES or stated not in _currencies():
            message = f"the price {raw!r} is in {stated or 'no currency'}"
            warnings.append(Warning("unknown-currency", "grants.prices", message))
        yield Price(
            kind, _amount(raw, warnings), stated or None, raw if not _is_amount(raw) else None
        )
    if name in ("PurchaseOffer", "RentalOffer") and "Price" not in parts:
        warnings.append(Warning("no-price", "grants.prices", f"a {name} states no price"))


def _is_amount(raw: str) -> bool:
    try:
        return Decimal(raw).is_finite()
    except InvalidOperation:
        return False


def _amount(raw: str, warnings: list[Warning]) -> str | None:
    if _is_amount(raw):
        return raw
    warnings.append(Warning("bad-price", "grants.prices", f"{raw!r} is no amount"))
    return None


@cache
def _currencies() -> frozenset[str]:
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


def _rental(parts: Parts, warnings: list[Warning]) -> int | None:
    """`Duration` is in hours."""
    raw = first(parts.get("Duration", ()))
    if not raw:
        return None
    if not raw.isdecimal():
        warnings.append(Warning("bad-duration", "grants.rental_ms", f"{raw!r} is no hours"))
        return None
    return int(raw) * _HOUR_MS
