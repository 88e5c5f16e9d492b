"""Territories: ISO 3166-1 alpha-2 and ISO 3166-2 codes, `WORLD`, and their many spellings.

Feeds write `usa`, `India`, `UK`, withdrawn codes and words for everywhere. An alias table
bridges what pycountry does not know; partners may add to it.
"""

from collections.abc import Mapping
from functools import cache, lru_cache

import pycountry

WORLD = "WORLD"

ALIASES: Mapping[str, str] = {
    "WORLD": WORLD,
    "WORLDWIDE": WORLD,
    "WW": WORLD,
    "ZZ": WORLD,
    "GLOBAL": WORLD,
    "ALL": WORLD,
    "001": WORLD,
    "UK": "GB",
    "EL": "GR",
    "GREAT BRITAIN": "GB",
    "UNITED KINGDOM": "GB",
    "USA": "US",
    "UNITED STATES OF AMERICA": "US",
    "RUSSIA": "RU",
    "SOUTH KOREA": "KR",
    "TURKEY": "TR",
    "MACEDONIA": "MK",
    "SWAZILAND": "SZ",
    "IVORY COAST": "CI",
    "CAPE VERDE": "CV",
    "PALESTINE": "PS",
    "BRUNEI": "BN",
    "MACAU": "MO",
    "XK": "XK",
    "KOSOVO": "XK",
}
"""ISO 3166-1 leaves XK to users; Kosovo is what every platform means by it."""

_SUCCESSORS: Mapping[str, tuple[str, ...]] = {
    "AN": ("BQ", "CW", "SX"),
    "CS": ("ME", "RS"),
    "YU": ("BA", "HR", "ME", "MK", "RS", "SI"),
    "SU": ("RU",),
    "DD": ("DE",),
    "FX": ("FR",),
    "TP": ("TL",),
    "ZR": ("CD",),
    "BU": ("MM",),
}


_REMEMBERED = 4096


class Territories:
    """Reads territory spellings; `aliases` (upper or lower case) come before everything."""

    def __init__(self, aliases: Mapping[str, str] | None = None) -> None:
        self._aliases = {k.strip().upper(): v.strip().upper() for k, v in (aliases or {}).items()}
        self._seen: dict[str, str | None] = {}

    def read(self, raw: str) -> str | None:
        """The code for one spelling, or None when it names no territory."""
        try:
            return self._seen[raw]
        except KeyError:
            if len(self._seen) >= _REMEMBERED:  # a column of something else, not of territories
                self._seen.clear()
            code = self._seen[raw] = self._find(raw.strip().upper().replace("_", "-"))
            return code

    def _find(self, text: str) -> str | None:
        if text in self._aliases:
            return self._aliases[text]
        if not text:
            return None
        return ALIASES.get(text) or _iso(text)


@lru_cache(maxsize=_REMEMBERED)
def _iso(text: str) -> str | None:
    countries = _countries()
    if len(text) == 2:
        return text if text in countries or text in _historic() else None
    if "-" in text and len(text) <= 6:
        return text if text in _subdivisions() else None
    return _by_name().get(text.casefold())


@cache
def _by_name() -> dict[str, str]:
    """Names and alpha-3 codes, case-folded, to alpha-2."""
    names = {}
    for country in pycountry.countries:
        for attribute in ("alpha_3", "name", "common_name", "official_name"):
            name = getattr(country, attribute, None)
            if name:
                names[name.casefold()] = country.alpha_2
    return names


@cache
def _subdivisions() -> frozenset[str]:
    return frozenset(s.code for s in pycountry.subdivisions)


@cache
def _countries() -> frozenset[str]:
    return frozenset(c.alpha_2 for c in pycountry.countries) | {"XK"}


@cache
def _historic() -> frozenset[str]:
    return frozenset(c.alpha_2 for c in pycountry.historic_countries if getattr(c, "alpha_2", None))


def successors(code: str) -> tuple[str, ...]:
    """The territories a withdrawn ISO 3166-3 code stands for today; itself otherwise."""
    return (code,) if code in _countries() else _SUCCESSORS.get(code, (code,))


def country_of(code: str) -> str:
    """`US` for `US-CA`; a country or `WORLD` is itself."""
    return code.partition("-")[0]
