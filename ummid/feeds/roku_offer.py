"""Play options of a Roku Search asset as grants."""

from collections.abc import Mapping
from typing import Any

import pycountry

from ummid.catalog.grants import Bound, Grant, Licence, Price, Term
from ummid.catalog.keys import stable_id
from ummid.catalog.times import check_window
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Profile
from ummid.feeds.jsonvalues import as_dict, as_list, as_text, as_texts, member, raw_json
from ummid.feeds.roku import Doubts
from ummid.feeds.roku_media import (
    decimal_text,
    default_licence,
    shown_bound,
    territories_of,
    window_bound,
)

LICENCES: dict[str, Licence] = {
    "free": "FREE",
    "subscription": "SVOD",
    "rental": "VOD",
    "purchase": "EST",
}
_START = ("availabilityStartTime", "availabilityStartTimeStamp", "availabilityStart")
_END = ("availabilityEndTime", "availabilityEndTimeStamp", "availabilityEnd")
_COUNTRIES = ("country", "countries")
_TEST_CURRENCIES = frozenset(("XTS", "XXX"))
_DEFAULT_CURRENCY = "USD"
_READ = frozenset(
    name.lower()
    for name in (
        "license", "quality", "playId", "price", "currency", "availabilityInfo",
        "promotionalStartTime", *_START, *_END,
    )
)  # fmt: skip


def grants_of(
    feed: Feed, key: str, item: Mapping[str, Any], countries: tuple[str, ...], doubts: Doubts
) -> tuple[Grant, ...]:
    """One grant per entry of `content.playOptions`.

    Raises FeedError for a window or a territory that cannot be read.
    """
    content = as_dict(member(item, "content"))
    options = as_list(member(content, "playOptions") or member(item, "playOptions"))
    if not options:
        doubts.add("no-play-options", "grants", "there is no play option: no grant was made")
    found: list[Grant] = []
    for option in options:
        if not isinstance(option, dict):
            raise FeedError("bad-play-option", f"no object: {raw_json(option)[:80]}")
        around = (option, content, item)
        stated = next((c for at in around if (c := as_texts(member(_info(at), *_COUNTRIES)))), None)
        found.append(_grant(feed, key, around, stated or list(countries), doubts))
    return tuple(found)


def _grant(
    feed: Feed,
    key: str,
    around: tuple[Mapping[str, Any], ...],
    countries: list[str],
    doubts: Doubts,
) -> Grant:
    """The grant of `around[0]`; what it does not say is looked for further out."""
    option, profile = around[0], feed.profile
    start = window_bound(_stated(around, _START, doubts), profile)
    end = window_bound(_stated(around, _END, doubts), profile, end=True)
    check_window(start, end)
    territories = territories_of(countries, feed)
    licence, written = _licence(option, profile, doubts)
    qualities = tuple(q.upper() for q in as_texts(member(option, "quality")))
    play = as_text(member(option, "playId"))
    platforms = next((p for at in around if (p := as_texts(member(_info(at), "platform")))), [])
    included = sorted(territories.included) if territories else []
    return Grant(
        key=stable_id(
            "roku-search", key, licence, written, *included, "quality", *sorted(qualities),
            "from", shown_bound(start), "play", play,
        ),
        licence=licence,
        licence_text=written or None,
        platform=", ".join(platforms) or profile.platform,
        territories=territories,
        start=start,
        end=end,
        qualities=qualities,
        prices=_prices(option, profile, doubts),
        announced=_announced(option, profile, doubts),
        link=play or None,
        terms=_terms(option),
    )  # fmt: skip


def _info(at: Mapping[str, Any]) -> dict[str, Any]:
    return as_dict(member(at, "availabilityInfo"))


def _stated(around: tuple[Mapping[str, Any], ...], names: tuple[str, ...], doubts: Doubts) -> Any:
    """The nearest statement of a time: in the option, beside its countries, then further out.

    The older spelling is in epoch ms; both may be there, and the first spelling counts.
    """
    for at in around:
        for holder in (at, _info(at)):
            found = [v for name in names if (v := member(holder, name)) is not None]
            if len(found) > 1:
                doubts.add("stated-twice", "grants", f"{names[0]} is written in two spellings")
            if found:
                return found[0]
    return None


def _licence(option: Mapping[str, Any], profile: Profile, doubts: Doubts) -> tuple[Licence, str]:
    raw = as_text(member(option, "license", "licence"))
    if not raw:
        doubts.add("no-licence", "grants.licence", "the play option names no licence")
        return (default_licence(profile) if profile.licence else "OTHER"), ""
    licence = LICENCES.get(raw.lower())
    if licence is None:
        doubts.add("unknown-licence", "grants.licence", f"{raw!r} is no licence of this format")
    return licence or "OTHER", raw


def _prices(option: Mapping[str, Any], profile: Profile, doubts: Doubts) -> tuple[Price, ...]:
    raw = as_text(member(option, "price"))
    if not raw:
        return ()
    amount = decimal_text(raw)
    if amount is None:
        doubts.add("bad-price", "grants.prices", f"{raw!r} is no amount")
    stated = as_text(member(option, "currency")).upper()
    if not stated:
        doubts.add("assumed-currency", "grants.prices", "no currency is stated")
    currency = stated or (profile.currency or _DEFAULT_CURRENCY).upper()
    if currency in _TEST_CURRENCIES or pycountry.currencies.get(alpha_3=currency) is None:
        doubts.add("unknown-currency", "grants.prices", f"{currency!r} is no currency")
    return (Price("retail", amount, currency, None if amount else raw),)


def _announced(option: Mapping[str, Any], profile: Profile, doubts: Doubts) -> Bound | None:
    try:
        return window_bound(member(option, "promotionalStartTime"), profile)
    except FeedError as error:
        doubts.add("bad-date", "grants.announced", str(error))
        return None


def _terms(option: Mapping[str, Any]) -> tuple[Term, ...]:
    """What else the deal says (live events, audio, postal codes), in its own words."""
    found = [
        Term(name, as_text(value) if not isinstance(value, dict | list) else raw_json(value))
        for name, value in option.items()
        if name.lower() not in _READ and value is not None
    ]
    found.extend(
        Term(name, raw_json(value))
        for name, value in _info(option).items()
        if name.lower().startswith("restriction") and as_list(value)
    )
    return tuple(found)
