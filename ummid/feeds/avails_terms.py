"""The vocabulary of MovieLabs Avails, shared by the XML and the sheet.

Sources: `vocab_avail_v2.*.json`, the Avails XSDs 2.1-2.7 and the data dictionary of the EMA
Avails template 1.6-1.9. Values are matched without regard to case and punctuation.
"""

import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import pycountry
from msgspec.structs import replace

from ummid.catalog import times
from ummid.catalog.grants import Bound, Grant, LanguageTerm, Licence, Price, TerritorySet
from ummid.catalog.keys import stable_id
from ummid.catalog.languages import language
from ummid.catalog.model import Action, Kind, Scope, Warning
from ummid.catalog.territories import Territories
from ummid.errors import FeedError
from ummid.feeds.connector import Feed

_ENTRY_TYPES: dict[str, tuple[Action, bool]] = {
    "fullextract": ("upsert", True),
    "fulldelete": ("delete", True),
    "create": ("upsert", False),
    "update": ("upsert", False),
    "delete": ("delete", False),
}

_LICENCES: dict[str, Licence] = {
    "est": "EST",
    "vod": "VOD",
    "svod": "SVOD",
    "poest": "POEST",
    "prerelease": "PRE_RELEASE",
    "library": "LIBRARY",
    "avod": "AVOD",
    "fast": "FAST",
    "free": "FREE",
    "fvod": "FREE",
}
"""The last four are in no MovieLabs vocabulary: what partners write in its absence."""

_AVAIL_KINDS: dict[str, Kind] = {
    "episode": "episode",
    "season": "season",
    "series": "series",
    "miniseries": "series",
    "collection": "bundle",
    "bundle": "bundle",
    "volume": "bundle",
    "supplement": "extra",
    "promotion": "trailer",
}
"""`single` says nothing about what the one asset is."""

_TRACKS = {
    "": ("any",),
    "any": ("any",),
    "audio": ("audio",),
    "dub": ("dub",),
    "sub": ("subtitle",),
    "subtitle": ("subtitle",),
    "subdub": ("subtitle", "dub"),
}

PRICE_KINDS = frozenset(
    f"{prefix}{name}{suffix}"
    for name in (
        "Tier", "SRP", "WSP", "EpisodeWSP", "SeasonWSP", "DMRP", "SMRP", "LicenseFee", "Category",
    )
    for prefix in ("", "TPR-")
    for suffix in ("", "-PostTax")
)  # fmt: skip
_PRICE_NAMES = {name.lower(): name for name in PRICE_KINDS}
_NAMES_OF_PRICES = frozenset({"Tier", "TPR-Tier", "Category", "TPR-Category"})
"""Prices that name an agreed one: a number in them counts tiers, never money."""

_NUMBER = re.compile(r"^[+-]?\d+(?:\.\d+)?$")


@lru_cache(maxsize=256)
def squeezed(text: str) -> str:
    """Letters and digits alone, in lower case: `Full Extract` and `FULL_EXTRACT` are one."""
    return "".join(c for c in text.casefold() if c.isalnum())


@lru_cache(maxsize=256)
def entry_type(raw: str) -> tuple[Action, bool] | None:
    """(action, opens a full delivery of its scopes); None for a word outside the vocabulary."""
    return _ENTRY_TYPES.get(squeezed(raw))


@lru_cache(maxsize=256)
def licence(raw: str) -> Licence | None:
    """The licence a word names; None when it names none: the caller keeps the word."""
    return _LICENCES.get(squeezed(raw))


def avail_kind(avail_type: str) -> Kind:
    return _AVAIL_KINDS.get(squeezed(avail_type), "unknown")


@lru_cache(maxsize=64)
def price_kind(name: str) -> str | None:
    """The vocabulary's spelling of a price term; None for a term that is no price."""
    return _PRICE_NAMES.get(name.lower())


@lru_cache(maxsize=4096)
def language_terms(raw: str, purpose: str, asset: str) -> tuple[LanguageTerm, ...] | None:
    """One term per track; `subdub` asks for subtitles and for a dub. None: no language."""
    tag = language(raw)
    if tag is None:
        return None
    tracks = _TRACKS.get(squeezed(asset), ("any",))
    return tuple(LanguageTerm(tag, purpose, track) for track in tracks)  # type: ignore[arg-type]


def read_language(
    raw: str, purpose: str, asset: str, warnings: list[Warning]
) -> tuple[LanguageTerm, ...]:
    terms = language_terms(raw, purpose, asset)
    if terms is None:
        message = f"{purpose} language {raw!r} names no language; the term is not applied"
        warnings.append(Warning("unknown-language", "grants.languages", message))
        return ()
    if asset and squeezed(asset) not in _TRACKS:
        message = f"{asset!r} is no track of a language; read as any track"
        warnings.append(Warning("unknown-track", "grants.languages", message))
    return terms


@lru_cache(maxsize=512)
def currency(raw: str) -> tuple[str, bool]:
    """(upper-case code, whether it is money): `XTS` and `XXX` are codes of ISO 4217 and not."""
    code = raw.strip().upper()
    return code, code not in ("XTS", "XXX") and pycountry.currencies.get(alpha_3=code) is not None


@lru_cache(maxsize=4096)
def _amount(raw: str) -> str | None:
    text = raw.strip()
    try:
        return text if Decimal(text).is_finite() and _NUMBER.match(text) else None
    except InvalidOperation:
        return None


def price(kind: str, raw: str, stated: str | None, feed: Feed, warnings: list[Warning]) -> Price:
    """An amount with its currency (stated, else the profile's), or the text of a tier."""
    amount = None if kind in _NAMES_OF_PRICES else _amount(raw)
    if amount is None:
        return Price(kind, text=raw, currency=currency(stated)[0] if stated else None)
    if stated:
        code, known = currency(stated)
        if not known:
            message = f"{stated!r} is no currency that prices are in"
            warnings.append(Warning("unknown-currency", "grants.prices", message))
        return Price(kind, amount, code)
    if feed.profile.currency:
        return Price(kind, amount, feed.profile.currency)
    message = f"{kind} {raw} has no currency; declare the partner's currency in its profile"
    warnings.append(Warning("no-currency", "grants.prices", message))
    return Price(kind, amount)


def window_bound(feed: Feed, raw: str, *, end: bool, lag: str | None = None) -> Bound:
    """One end of a window, in the profile's formats where it declares any."""
    profile = feed.profile
    if profile.date_formats and raw.strip().lower() not in times.CONDITIONS:
        try:
            return times.bound_in_format(
                raw, profile.date_formats, end=end, assumed_zone=profile.assumed_zone
            )
        except FeedError:
            pass  # what is ISO 8601 needs no declared format
    return times.bound(raw, end=end, assumed_zone=profile.assumed_zone, lag=lag or None)


def other_bound(feed: Feed, name: str, raw: str, warnings: list[Warning]) -> Bound | None:
    """A date beside the window; unreadable, it is a warning that keeps the text."""
    try:
        return window_bound(feed, raw, end=False)
    except FeedError as error:
        warnings.append(Warning("bad-date", f"grants.{name}", str(error)))
        return None


def duration(name: str, raw: str, warnings: list[Warning]) -> int | None:
    """Milliseconds of an xs:duration or a number of hours; a warning for anything else."""
    try:
        return int(Decimal(raw) * 3_600_000) if _NUMBER.match(raw) else times.duration_ms(raw)
    except FeedError as error:
        warnings.append(Warning("bad-duration", f"grants.{name}", str(error)))
        return None


def yes_or_no(raw: str) -> bool | None:
    """`Yes`, `TRUE`, `y`, `1` and their opposites; None for any other text."""
    word = squeezed(raw)
    if word in ("yes", "true", "y", "1", "t"):
        return True
    return False if word in ("no", "false", "n", "0", "f") else None


def territory_set(feed: Feed, included: list[str], excluded: list[str]) -> TerritorySet | None:
    """The territories of an offer; exclusions alone mean the world without them.

    None: neither the offer nor the partner's profile says. Raises FeedError
    `unknown-territory`: an offer must not be placed by guesswork.
    """
    if not included and not excluded:
        declared = feed.profile.territories
        return _territories(feed.territories, declared, ()) if declared else None
    return _territories(feed.territories, tuple(included) or ("WORLD",), tuple(excluded))


@lru_cache(maxsize=4096)
def _territories(
    reader: Territories, included: tuple[str, ...], excluded: tuple[str, ...]
) -> TerritorySet:
    return TerritorySet(_codes(reader, included), _codes(reader, excluded))


def _codes(reader: Territories, raws: tuple[str, ...]) -> tuple[str, ...]:
    codes: dict[str, None] = {}
    for raw in raws:
        code = reader.read(raw)
        if code is None:
            raise FeedError(
                "unknown-territory",
                f"{raw!r} names no territory; add an alias to the partner's profile "
                "or correct the value at its source",
            )
        codes[code] = None
    return tuple(codes)


@lru_cache(maxsize=4096)
def territory_names(included: tuple[str, ...], excluded: tuple[str, ...]) -> str:
    """A set as one text whatever its order: `CA,US` or `WORLD-CA,US`."""
    names = ",".join(sorted(included))
    return f"{names}-{','.join(sorted(excluded))}" if excluded else names


def scopes(own_id: str, sets: list[TerritorySet | None]) -> tuple[Scope, ...]:
    """What a full extract of this ALID replaces: the ALID in each territory it names."""
    name = f"alid:{own_id}"
    codes: dict[str | None, None] = {}
    for territories in sets:
        for code in territories.included if territories else (None,):
            codes[code] = None
    return tuple([Scope(name, None, code) for code in codes])


EXCEPTION = Warning(
    "exception-flag",
    "exception_flag",
    "the licensor asks that a person reads this before it is applied",
)


def doubtful_entry_type(raw: str) -> Warning:
    message = f"{raw!r} is no entry type; taken as an update of what it states"
    return Warning("unknown-entry-type", "action", message)


def warn_of_start(start: Bound, warnings: list[Warning]) -> None:
    """Placeholders such as 1917 are kept; nobody sold films online before 1970."""
    message = f"the window starts {start.raw}; taken as it stands"
    warnings.append(Warning("implausible-date", "grants.start", message))


def told_apart(grants: list[Grant], warnings: list[Warning]) -> tuple[Grant, ...]:
    """Grants with one key each: the rest of an offer separates those that share their key.

    Offers that are the same in every word are one, with a warning.
    """
    if len(grants) < 2 or len({grant.key for grant in grants}) == len(grants):
        return tuple(grants)
    distinct = dict.fromkeys(grants)
    if len(distinct) < len(grants):
        warnings.append(
            Warning("duplicate-grant", "grants", "an offer is stated twice, word for word")
        )
    shared = Counter(grant.key for grant in distinct)
    return tuple(
        replace(grant, key=stable_id(grant.key, repr(grant))) if shared[grant.key] > 1 else grant
        for grant in distinct
    )
