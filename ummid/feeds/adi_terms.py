"""What ADI packages say about rights: licence, window, price, rental time, other terms."""

import re
from decimal import Decimal, InvalidOperation
from typing import get_args

import pycountry

from ummid.catalog import times
from ummid.catalog.grants import Bound, Grant, LanguageTerm, Licence, Price, Term, TerritorySet
from ummid.catalog.keys import stable_id
from ummid.catalog.model import Warning
from ummid.errors import FeedError
from ummid.feeds.adi_assets import Asset, Title
from ummid.feeds.connector import Feed

_LICENCES: dict[str, Licence] = {
    "SVOD": "SVOD",
    "VOD": "VOD",
    "TVOD": "VOD",
    "MOD": "VOD",
    "PPV": "VOD",
    "FIRSTRUN": "VOD",
    "FOD": "FREE",
    "FVOD": "FREE",
    "FREE": "FREE",
    "AVOD": "AVOD",
    "FAST": "FAST",
    "EST": "EST",
    "DTO": "EST",
}
_TERMS = re.compile(
    r"^(licens|display_as_|preview_period|viewing_|contract|billing|subscription|platform"
    r"|provider_content_tier|ott_|.*royalt|splits|home_video|maximum_viewing|suggested_price"
    r"|price|rental|.*_rights$)",
    re.IGNORECASE,
)
_NOT_PRICES = frozenset({"XTS", "XXX"})


def licence_of(product: str, feed: Feed, doubts: list[Warning]) -> Licence:
    """The licence a Product names; an unknown one is the profile's, else OTHER."""
    known = _LICENCES.get(re.sub(r"[\s_-]+", "", product.upper()))
    if known:
        return known
    agreed = feed.profile.licence
    for licence in get_args(Licence):
        if licence == agreed:
            return licence  # type: ignore[no-any-return]
    doubts.append(Warning("unknown-licence", "Product", f"{product!r} names no known licence"))
    return "OTHER"


def bound(feed: Feed, raw: str, *, end: bool = False) -> Bound | None:
    """A window bound, in the profile's date formats where it declares any."""
    if not raw:
        return None
    zone = feed.profile.assumed_zone
    if feed.profile.date_formats:
        return times.bound_in_format(raw, feed.profile.date_formats, end=end, assumed_zone=zone)
    return times.bound(raw, end=end, assumed_zone=zone)


def price(kind: str, raw: str, currency: str | None, doubts: list[Warning]) -> Price:
    """A decimal amount; anything else is kept as text."""
    code = currency.strip().upper() if currency and currency.strip() else None
    if code and (code in _NOT_PRICES or pycountry.currencies.get(alpha_3=code) is None):
        doubts.append(Warning("unknown-currency", kind, f"{currency!r} is no currency in use"))
    try:
        amount = Decimal(raw)
    except InvalidOperation:
        doubts.append(Warning("bad-price", kind, f"{raw!r} is no amount"))
        return Price(kind, None, code, raw)
    return Price(kind, str(amount), code)


def territories(feed: Feed, values: list[str]) -> TerritorySet | None:
    """Countries as stated (lists by comma, semicolon, pipe or blank), else the profile's."""
    codes: list[str] = []
    for value in values:
        whole = feed.territories.read(value)
        for spelling in [value] if whole else re.split(r"[,;|]", value):
            if spelling.strip():
                codes.append(_territory(feed, spelling))
    if codes:
        return TerritorySet(tuple(dict.fromkeys(codes)))
    return TerritorySet(feed.profile.territories) if feed.profile.territories else None


def grants(
    feed: Feed,
    unit: Title,
    qualities: tuple[str, ...],
    languages: tuple[LanguageTerm, ...],
    doubts: list[Warning],
) -> list[Grant]:
    """The package's grant, and one more for each country a regional asset overrides."""
    title = unit.title
    product = unit.package.ams.get("Product", "").strip() or title.ams.get("Product", "").strip()
    licence = licence_of(product, feed, doubts)
    rental = title.one("Rental").upper() in ("Y", "YES", "TRUE")
    if rental and licence != "VOD":
        doubts.append(Warning("licence-conflict", "Rental", f"a rental under Product {product!r}"))
    where = territories(feed, title.all("Country", "Countries"))
    start_raw, end_raw = title.one("Licensing_Window_Start"), title.one("Licensing_Window_End")
    start, end = bound(feed, start_raw), bound(feed, end_raw, end=True)
    times.check_window(start, end)
    if start is None and end is None:
        doubts.append(Warning("missing-window", "Licensing_Window_Start", "no window is stated"))
    package = unit.package.paid([]) or title.paid([])
    regional = _regional(feed, unit, start, end)
    longest, renting = _rental(title, doubts)
    base = Grant(
        key=stable_id("adi", package, title.paid([]), licence, "base"),
        licence=licence,
        licence_text=product or None,
        stated_key=package or None,
        licensor=unit.package.ams.get("Provider", "").strip() or None,
        platform=feed.profile.platform,
        territories=_without(where, [code for code, *_ in regional], doubts),
        start=start,
        end=end,
        qualities=qualities,
        languages=languages,
        prices=tuple(_prices(feed, title, rental, doubts)),
        rental_ms=renting if renting is not None else longest,
        watch_ms=longest if renting is not None else None,
        contract=title.one("Contract_Name") or title.one("Billing_ID") or None,
        terms=tuple(_terms(unit)),
    )
    return [base, *(_override(base, r) for r in regional)]


def _regional(
    feed: Feed, unit: Title, start: Bound | None, end: Bound | None
) -> list[tuple[str, Bound | None, Bound | None, str]]:
    """(country, start, end, asset id) of each; a bound not given is the package's."""
    found: list[tuple[str, Bound | None, Bound | None, str]] = []
    for asset in unit.of("regional"):
        codes = [_territory(feed, c) for v in asset.all("Country") for c in re.split("[,;|]", v)]
        first, last = asset.one("Licensing_Window_Start"), asset.one("Licensing_Window_End")
        if not first and not last:
            continue
        if not codes:
            raise FeedError(
                "unknown-territory",
                f"line {asset.element.sourceline}: a regional window without Country",
            )
        begins = bound(feed, first) or start
        ends = bound(feed, last, end=True) or end
        times.check_window(begins, ends)
        found.extend((code, begins, ends, asset.paid([])) for code in codes)
    return found


def _override(base: Grant, regional: tuple[str, Bound | None, Bound | None, str]) -> Grant:
    code, start, end, asset = regional
    return Grant(
        key=stable_id(base.key, code, asset, start.raw if start else ""),
        licence=base.licence,
        licence_text=base.licence_text,
        stated_key=asset or None,
        licensor=base.licensor,
        platform=base.platform,
        territories=TerritorySet((code,)),
        start=start,
        end=end,
        qualities=base.qualities,
        languages=base.languages,
        prices=base.prices,
        rental_ms=base.rental_ms,
        watch_ms=base.watch_ms,
        contract=base.contract,
        terms=base.terms,
    )


def _without(
    where: TerritorySet | None, overridden: list[str], doubts: list[Warning]
) -> TerritorySet | None:
    """What is left for the package's own window: an overridden country is taken out of it."""
    if not overridden:
        return where
    if where is None:
        doubts.append(
            Warning(
                "regional-override",
                "Country",
                f"the package names no country, its regional assets name {' '.join(overridden)}",
            )
        )
        return None
    return TerritorySet(where.included, tuple(dict.fromkeys(overridden)))


def _territory(feed: Feed, spelling: str) -> str:
    code = feed.territories.read(spelling)
    if code is None:
        raise FeedError(
            "unknown-territory",
            f"{spelling.strip()!r} names no territory; add an alias to the partner's profile",
        )
    return code


def _prices(feed: Feed, title: Asset, rental: bool, doubts: list[Warning]) -> list[Price]:
    currency = title.one("Currency") or feed.profile.currency
    found = []
    for name, kind in (("Suggested_Price", "SRP"), ("Price", "rental" if rental else "price")):
        raw = title.one(name)
        if raw:
            found.append(price(kind, raw, currency, doubts))
    return found


def _rental(title: Asset, doubts: list[Warning]) -> tuple[int | None, int | None]:
    """(Maximum_Viewing_Length DD:HH:MM, Rental_Duration in seconds or as a duration) in ms."""
    longest = None
    raw = title.one("Maximum_Viewing_Length")
    match = re.fullmatch(r"(\d+):(\d{1,2}):(\d{1,2})", raw)
    if match:
        days, hours, minutes = (int(part) for part in match.groups())
        longest = ((days * 24 + hours) * 60 + minutes) * 60_000
    elif raw:
        doubts.append(Warning("bad-duration", "Maximum_Viewing_Length", f"{raw!r} is no DD:HH:MM"))
    raw = title.one("Rental_Duration")
    if raw.isascii() and raw.isdigit():
        doubts.append(Warning("assumed-unit", "Rental_Duration", f"{raw} is read as seconds"))
        return longest, int(raw) * 1000
    try:
        return longest, times.duration_ms(raw)
    except FeedError as error:
        doubts.append(Warning(error.code, "Rental_Duration", str(error)))
        return longest, None


def _terms(unit: Title) -> list[Term]:
    """Terms by their own names, operators' copies (`Licensing_Window_End_Comcast`) among them."""
    found: list[Term] = []
    billing = unit.title.one("Billing_ID")
    for asset in (unit.package, unit.title):
        for name, value in asset.rest().items():
            if _TERMS.match(name):
                asset.used.add(name.lower())
                found.extend(Term(name, one) for one in value.split("\n"))
    return [*found, Term("Billing_ID", billing)] if billing else found
