"""The offer of a feed item: windows, countries and prices as grants.

Windows: DCMI Period with W3C dates (`dcterms:valid`), RFC 822 dates of vendors. Countries and
prices: Media RSS 1.5.1, where the nearest level wins and a default may stand at the channel.
"""

import calendar
import re
from collections.abc import Mapping, Sequence
from email.utils import parsedate_tz
from functools import lru_cache
from typing import Any, cast, get_args

import msgspec
import pycountry

from ummid.catalog import times
from ummid.catalog.grants import Bound, Grant, Licence, Price, Term, TerritorySet
from ummid.catalog.keys import stable_id
from ummid.catalog.model import Warning
from ummid.catalog.territories import WORLD
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Profile
from ummid.feeds.mrss_values import Restriction, StatedPrice

LICENCES = frozenset(get_args(Licence))
_PRICED: dict[str, Licence] = {
    "rent": "VOD",
    "rental": "VOD",
    "purchase": "EST",
    "buy": "EST",
    "subscription": "SVOD",
}
_PARTIAL = re.compile(r"^(\d{4})(?:-(\d{2}))?$")
RIGHTS = frozenset(("restriction", "valid", "start", "end", "price"))
"""What may be stated at any level, the channel included: the nearest statement counts."""


class Window(msgspec.Struct, frozen=True):
    start: Bound | None = None
    end: Bound | None = None


ALWAYS = Window()


class Countries(msgspec.Struct, frozen=True):
    """Where an item may be shown: `nowhere` when the feed denies it to all."""

    territories: TerritorySet | None = None
    terms: tuple[Term, ...] = ()
    nowhere: bool = False


@lru_cache(maxsize=65536)
def bound(raw: str, end: bool, zone: str, formats: tuple[str, ...] = ()) -> Bound:
    """One end of a window in the profile's formats, ISO 8601 or RFC 822.

    Raises FeedError `bad-date`.
    """
    if formats:
        return times.bound_in_format(raw, formats, end=end, assumed_zone=zone)
    text = raw.strip()
    if text[:1].isdigit() and text[4:5] == "-":
        return times.bound(raw, end=end, assumed_zone=zone)
    parts = parsedate_tz(text)
    if not parts:
        return times.bound(raw, end=end, assumed_zone=zone)
    year, month, day, hour, minute, second = parts[:6]
    stated, suffix = text.rpartition(" ")[2], ""
    if stated[:1] in ("+", "-"):
        minutes = abs(parts[9] or 0) // 60
        suffix = f"{stated[0]}{minutes // 60:02}:{minutes % 60:02}"
    elif stated.isalpha():  # parsedate_tz takes a zone that it does not know for UTC
        suffix = stated.upper()
    clock = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{suffix}"
    try:
        found = times.bound(clock, end=end, assumed_zone=zone)
    except FeedError as error:
        raise FeedError(error.code, f"{raw!r} is no date that exists: {error}") from error
    return msgspec.structs.replace(found, raw=raw, zone=stated if found.zone else None)


def instant(raw: str, zone: str) -> int | None:
    """Epoch ms of a stated time, None where it cannot be read."""
    try:
        return bound(raw, False, zone).instant
    except FeedError:
        return None


@lru_cache(maxsize=65536)
def period(raw: str, zone: str, formats: tuple[str, ...] = ()) -> Window:
    """A DCMI Period: `start=2026-01-01T00:00Z; end=2026-07; scheme=W3C-DTF`.

    A year or a month stands for its first instant as a start and its last day as an end.
    """
    parts = {}
    for part in raw.split(";"):
        name, separator, value = part.partition("=")
        if separator:
            parts[name.strip().lower()] = value.strip()
    start, end = parts.get("start"), parts.get("end")
    if not start and not end:
        raise FeedError(
            "bad-date",
            f"{raw!r} is no period; dcterms:valid reads start=2026-01-01;end=2026-12-31",
        )
    window = Window(
        _w3c(start, False, zone, formats) if start else None,
        _w3c(end, True, zone, formats) if end else None,
    )
    times.check_window(window.start, window.end)
    return window


def _w3c(raw: str, end: bool, zone: str, formats: tuple[str, ...]) -> Bound:
    partial = _PARTIAL.match(raw)
    if not partial:
        return bound(raw, end, zone, formats)
    year, month = int(partial[1]), int(partial[2] or (12 if end else 1))
    if not 1 <= month <= 12:
        raise FeedError("bad-date", f"{raw!r} has no such month; correct it at its source")
    day = calendar.monthrange(year, month)[1] if end else 1
    found = bound(f"{year:04}-{month:02}-{day:02}", end, zone)
    return msgspec.structs.replace(found, raw=raw)


class Terms:
    """Turns what one feed states about rights into grants; keeps what repeats."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._profile: Profile = feed.profile
        self._agreed = (
            TerritorySet(included=feed.profile.territories) if feed.profile.territories else None
        )
        licence = feed.profile.licence or "FREE"
        if licence not in LICENCES:
            raise FeedError(
                "unknown-licence",
                f"the profile's licence {licence!r} is none of {', '.join(sorted(LICENCES))}",
            )
        self._unpriced = cast("Licence", licence)
        self._unrestricted = Countries(self._agreed)
        self._countries: dict[tuple[Restriction, ...], Countries] = {}

    def grants(
        self, key: str, facts: Mapping[str, list[Any]], playable: bool, warnings: list[Warning]
    ) -> list[Grant]:
        """One grant per offer of an item: a licence and a window, in one set of countries."""
        restrictions = facts.get("restriction")
        countries = self._where(restrictions) if restrictions else self._unrestricted
        prices = facts.get("price")
        windows = self._windows(facts)
        if countries.nowhere:
            return []
        if "premium_start" in facts or "free_start" in facts:
            return self._tiers(key, facts, countries, warnings)
        if not (restrictions or windows or prices or playable):
            return []
        if not prices and len(windows) < 2:
            window = windows[0] if windows else ALWAYS
            return [self._grant(key, self._unpriced, countries, window)]
        return [
            self._grant(
                key, licence, countries, window, text=text, prices=stated, several=len(windows) > 1
            )
            for licence, text, stated in self._licences(prices or (), warnings)
            for window in windows or (ALWAYS,)
        ]

    def _grant(
        self,
        key: str,
        licence: Licence,
        countries: Countries,
        window: Window,
        *,
        text: str | None = None,
        prices: tuple[Price, ...] = (),
        several: bool = False,
    ) -> Grant:
        profile = self._profile
        parts = [key, licence, text or ""]
        if countries.territories:
            parts += countries.territories.included
            parts += ("-", *countries.territories.excluded)
        if several and window.start:
            parts.append(window.start.raw)
        return Grant(
            key=stable_id(*parts),
            licence=licence,
            licence_text=text,
            platform=profile.platform,
            territories=countries.territories,
            start=window.start,
            end=window.end,
            prices=prices,
            terms=countries.terms,
        )

    def _licences(
        self, prices: Sequence[StatedPrice], warnings: list[Warning]
    ) -> list[tuple[Licence, str | None, tuple[Price, ...]]]:
        if not prices:
            return [(self._unpriced, None, ())]
        agreed = self._profile.licence
        offers: dict[tuple[Licence, str | None], list[Price]] = {}
        for stated in prices:
            price = self._price(stated, warnings)
            free = not stated.type and price.amount is not None and not float(price.amount)
            licence = agreed or ("FREE" if free else _PRICED.get(stated.type, "OTHER"))
            offers.setdefault((cast("Licence", licence), stated.type or None), []).append(price)
        return [(licence, text, tuple(found)) for (licence, text), found in offers.items()]

    def _price(self, stated: StatedPrice, warnings: list[Warning]) -> Price:
        currency = stated.currency.upper() or self._profile.currency
        if stated.amount and (not currency or not _is_money(currency)):
            message = f"{stated.currency!r} is no currency (ISO 4217) for {stated.amount}"
            warnings.append(Warning("unknown-currency", "price", message))
        amount = stated.amount.replace(",", ".")
        if re.fullmatch(r"\d+(\.\d+)?", amount):
            return Price("retail", amount, currency, stated.info or None)
        if amount:
            warnings.append(Warning("bad-price", "price", f"{stated.amount!r} is no amount"))
        return Price("retail", None, currency, stated.amount or stated.info or None)

    def _windows(self, facts: Mapping[str, list[Any]]) -> list[Window]:
        stated = facts.get("valid")
        if stated:
            zone, formats = self._profile.assumed_zone, self._profile.date_formats
            return [period(raw, zone, formats) for raw in stated]
        if "start" in facts or "end" in facts:
            return [self._window(facts.get("start"), facts.get("end"))]
        return []

    def _window(self, start: list[str] | None, end: list[str] | None) -> Window:
        zone, formats = self._profile.assumed_zone, self._profile.date_formats
        window = Window(
            bound(start[0], False, zone, formats) if start else None,
            bound(end[0], True, zone, formats) if end else None,
        )
        times.check_window(window.start, window.end)
        return window

    def _tiers(
        self,
        key: str,
        facts: Mapping[str, list[Any]],
        countries: Countries,
        warnings: list[Warning],
    ) -> list[Grant]:
        """Crunchyroll's windows: premium for subscribers, free for all; a far-future free
        start is its way of saying "never".
        """
        made = []
        tiers: tuple[tuple[str, Licence], ...] = (
            ("premium", "SVOD"),
            ("free", self._unpriced),
        )
        for tier, licence in tiers:
            start, end = facts.get(f"{tier}_start"), facts.get(f"{tier}_end")
            if not start:
                continue
            zone = self._profile.assumed_zone
            if bound(start[0], True, zone, self._profile.date_formats).kind == "open":
                message = f"starts {start[0]}: read as never, no grant made"
                warnings.append(Warning("placeholder-start", f"{tier} window", message))
                continue
            made.append(self._grant(key, licence, countries, self._window(start, end), text=tier))
        return made

    def _where(self, restrictions: list[Restriction]) -> Countries:
        key = tuple(restrictions)
        try:
            return self._countries[key]
        except KeyError:
            found = self._read_countries(key)
            if len(self._countries) < 4096:
                self._countries[key] = found
            return found

    def _read_countries(self, restrictions: tuple[Restriction, ...]) -> Countries:
        allowed: list[str] | None = None
        denied: list[str] = []
        terms = []
        for stated in restrictions:
            words = stated.text.replace(",", " ").split()
            if stated.type != "country":
                value = f"{stated.relationship} {stated.text}".strip()
                terms.append(Term(f"restriction:{stated.type or 'any'}", value))
                continue
            if stated.relationship not in ("allow", "deny"):
                raise FeedError(
                    "bad-restriction",
                    f"relationship {stated.relationship!r} is neither allow nor deny",
                )
            codes = self._codes(words)
            if stated.relationship == "allow":
                allowed = (allowed or []) + codes
            else:
                denied += codes
        if allowed is None and not denied:
            limited = any(r.type == "country" for r in restrictions)
            places = TerritorySet((WORLD,)) if limited and not self._agreed else self._agreed
            return Countries(places, tuple(terms))
        if allowed == [] or WORLD in denied:
            return Countries(None, tuple(terms), nowhere=True)
        if allowed is None:
            allowed = list(self._profile.territories) or [WORLD]
        places = TerritorySet(tuple(dict.fromkeys(allowed)), tuple(dict.fromkeys(denied)))
        return Countries(places, tuple(terms))

    def _codes(self, words: list[str]) -> list[str]:
        codes = []
        for word in words:
            if word.lower() == "none":
                continue
            code = self._feed.territories.read(word)
            if code is None:
                raise FeedError(
                    "unknown-territory",
                    f"{word!r} names no territory; add an alias to the partner's profile, "
                    "or have it corrected at its source",
                )
            codes.append(code)
        return codes


@lru_cache(maxsize=256)
def _is_money(currency: str) -> bool:
    known = pycountry.currencies.get(alpha_3=currency) is not None
    return known and currency not in ("XTS", "XXX")
