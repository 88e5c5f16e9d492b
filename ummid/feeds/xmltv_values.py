"""XMLTV's own spellings: time stamps, episode numbers, languages by name, ids in URLs.

Source: xmltv.dtd. A stamp is `YYYYMMDDhhmmss` or an initial part of it, with an optional
zone; `xmltv_ns` numbers count from zero.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import msgspec
import pycountry

from ummid.catalog.grants import Bound
from ummid.catalog.identifiers import external_id
from ummid.catalog.languages import language
from ummid.catalog.model import DatePrecision, ExternalId, Release
from ummid.catalog.times import bound
from ummid.errors import FeedError

_STAMP = re.compile(
    r"^(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.\d+)?)?)?)?)?)?"
    r"\s*([+-]\d\d:?\d\d|[+-]\d\d|[A-Za-z]{1,5})?$"
)
_PART = re.compile(r"^(?:(\d{1,9})(?:/(\d{1,9})?)?|/\d{1,9})?$")
_ONSCREEN = (
    re.compile(
        r"\bs(?:eason|eries)?\s*\.?\s*(?P<season>\d{1,4})[\s,/.:-]*"
        r"e(?:p(?:isode)?)?\s*\.?\s*#?(?P<episode>\d{1,5})\b",
        re.IGNORECASE,
    ),
    re.compile(r"^(?P<season>\d{1,3})x(?P<episode>\d{1,4})$", re.IGNORECASE),
    re.compile(r"^e(?:p(?:isode)?)?\s*\.?\s*#?(?P<episode>\d{1,5})\b", re.IGNORECASE),
)
_PATH_ID = re.compile(r"(?:^|/)(?P<kind>movie|tv|series|episode|title)/(?P<id>[^/?#\s]+)")
_NOT_WORD = re.compile(r"[^\w]+")


class Numbers(NamedTuple):
    """One-based numbers, each with the total stated for it."""

    season: int | None = None
    episode: int | None = None
    part: int | None = None
    seasons: int | None = None
    episodes: int | None = None
    parts: int | None = None


@lru_cache(maxsize=65536)
def stamp(raw: str, assumed_zone: str) -> Bound:
    """The instant of a stamp to the hour or finer; ISO 8601 is taken as well.

    Raises FeedError `bad-date` or `unknown-zone`.
    """
    match = _STAMP.match(raw.strip())
    if not match:
        return _bound(raw, raw, assumed_zone)
    year, month, day, hour, minute, second, zone = match.groups()
    if hour is None:
        raise FeedError("bad-date", f"{raw!r} states no hour; a slot on a schedule needs one")
    text = f"{year}-{month}-{day}T{hour}:{minute or '00'}:{second or '00'}{_zone(zone)}"
    return _bound(text, raw, assumed_zone)


def _bound(text: str, raw: str, assumed_zone: str) -> Bound:
    try:
        return msgspec.structs.replace(bound(text, assumed_zone=assumed_zone), raw=raw)
    except ValueError as error:  # an offset of a day or more
        raise FeedError("bad-date", f"{raw!r}: {error}; correct the value at its source") from error


def _zone(zone: str | None) -> str:
    if not zone:
        return ""
    return f"{zone}00" if len(zone) == 3 and zone[0] in "+-" else zone.upper()


@lru_cache(maxsize=8192)
def release(raw: str) -> Release | None:
    """`date` as a release event, to the precision it has; None when it is no date."""
    match = _STAMP.match(raw.strip())
    try:
        if not match:
            return Release(raw.strip()[:10]) if _bound(raw, raw, "UTC").kind in _MOMENTS else None
        year, month, day = match.groups()[:3]
        bound(f"{year}-{month or '01'}-{day or '01'}")
    except FeedError:
        return None
    precision: DatePrecision = "day" if day else "month" if month else "year"
    return Release("-".join(filter(None, (year, month, day))), precision=precision)


_MOMENTS = frozenset(("date", "local", "instant"))


@lru_cache(maxsize=65536)
def zero_based(raw: str) -> Numbers | None:
    """`S/of.E/of.P/of`, each from zero, blanks allowed, ends left out; None when it is not that."""
    parts = "".join(raw.split()).split(".")
    if len(parts) > 3:
        return None
    values: list[int | None] = []
    totals: list[int | None] = []
    for part in parts:
        match = _PART.match(part)
        if not match:
            return None
        values.append(int(match[1]) + 1 if match[1] else None)
        total = part.partition("/")[2]
        totals.append(int(total) if total else None)
    missing = [None] * (3 - len(parts))
    return Numbers(*values, *missing, *totals, *missing)


@lru_cache(maxsize=65536)
def onscreen(raw: str) -> Numbers:
    """Season and episode of `S02E05`, `Season 2, Ep. 5`, `2x05`, `Episode 5`, where it says so."""
    for pattern in _ONSCREEN:
        if match := pattern.search(raw):
            found = match.groupdict()
            season = found.get("season")
            return Numbers(int(season) if season else None, int(found["episode"]))
    return Numbers()


@lru_cache(maxsize=2048)
def spoken(raw: str) -> str | None:
    """A language by code or by its English name (`<language>English</language>`)."""
    tag = language(raw)
    if tag or not raw.strip():
        return tag
    named = pycountry.languages.get(name=raw.strip().title())
    return language(named.alpha_3) if named else None


@lru_cache(maxsize=16384)
def database_id(system: str, raw: str) -> ExternalId | None:
    """An id from `episode-num` (`movie/1234`, `title/tt0123456`) or from a page's URL.

    None where a URL names no title. A number in a database of series is an id of the series.
    """
    match = _PATH_ID.search(raw)
    if match is None:
        return None if "//" in raw else external_id(system, raw)
    scope = "series" if match["kind"] in ("tv", "series") else "title"
    found = external_id(system, match["id"], "series" if scope == "series" else "title")
    return msgspec.structs.replace(found, raw=raw) if found else None


@lru_cache(maxsize=65536)
def normalised(text: str) -> str:
    """Letters and digits in one form, so that case and punctuation do not make a new title."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NOT_WORD.sub(" ", folded).strip() or folded.strip()
