"""Grants: the right to show a title, as a partner stated it (MovieLabs: Avail transaction)."""

from typing import Literal

from msgspec import Struct

BoundKind = Literal["instant", "local", "date", "condition", "open"]
Licence = Literal[
    "EST", "VOD", "SVOD", "AVOD", "FAST", "FREE", "POEST", "PRE_RELEASE", "LIBRARY", "OTHER"
]
"""EST is purchase, VOD is rental (MovieLabs). FREE is free to the viewer where the feed does
not say whether advertising pays for it. MovieLabs' vocabulary has no AVOD or FAST: neither is
ever written as SVOD."""


class Bound(Struct, frozen=True, omit_defaults=True, gc=False):
    """One end of a window, with the kind of statement it was.

    `instant` is the comparable UTC time in epoch ms, computed from `raw` with `zone` (as
    stated) or `assumed_zone` (ours); None for a condition or an open end. A start is
    inclusive and an end exclusive, so an end given as a date is the following midnight.
    """

    kind: BoundKind
    raw: str
    instant: int | None = None
    zone: str | None = None
    assumed_zone: str | None = None
    condition: str | None = None
    lag: str | None = None


class TerritorySet(Struct, frozen=True, omit_defaults=True, gc=False):
    """Territories as stated, normalised: `included` may hold `WORLD`; `excluded` wins."""

    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


class LanguageTerm(Struct, frozen=True, omit_defaults=True, gc=False):
    """`holdback` withholds a language; `allowed` and `asset` permit and describe one."""

    language: str
    purpose: Literal["allowed", "asset", "holdback"] = "allowed"
    track: Literal["any", "audio", "subtitle", "dub"] = "any"


class Price(Struct, frozen=True, omit_defaults=True, gc=False):
    """`amount` is a decimal in text, exact. A tier or category has `text` and no amount."""

    kind: str
    amount: str | None = None
    currency: str | None = None
    text: str | None = None


class Term(Struct, frozen=True, omit_defaults=True, gc=False):
    """Any other term of the deal, as named by its source."""

    name: str
    value: str


class Grant(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One licence for a set of territories and one window.

    `key` is stable under redelivery: stated by the partner (`stated_key`) or derived from
    the parts that identify the offer. `territories` None means that the feed does not say.
    """

    key: str
    licence: Licence
    licence_text: str | None = None
    stated_key: str | None = None
    rights_description: str | None = None
    licensor: str | None = None
    licensee: str | None = None
    platform: str | None = None
    territories: TerritorySet | None = None
    start: Bound | None = None
    end: Bound | None = None
    window_duration: str | None = None
    qualities: tuple[str, ...] = ()
    hdr: str | None = None
    languages: tuple[LanguageTerm, ...] = ()
    exclusive: bool | None = None
    exclusive_to: str | None = None
    prices: tuple[Price, ...] = ()
    rental_ms: int | None = None
    watch_ms: int | None = None
    announced: Bound | None = None
    pre_order: Bound | None = None
    suppressed_until: Bound | None = None
    contract: str | None = None
    link: str | None = None
    terms: tuple[Term, ...] = ()
