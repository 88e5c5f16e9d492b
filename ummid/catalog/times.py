"""Times, windows and durations as feeds write them.

A bound keeps its kind: an instant with a stated zone, a local time whose zone we assume, a
whole date, a condition (`ESTStart` with a lag), or open. Nothing is guessed per value: a
source that writes days before months declares its format.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ummid.catalog.grants import Bound
from ummid.errors import FeedError

_ISO = re.compile(
    r"^(?P<date>\d{4,}-\d{2}-\d{2})"
    r"(?:(?:T|'T'| )(?P<time>\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?))?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2}|[A-Z]{2,5})?$"
)
_DURATION = re.compile(
    r"^(?P<sign>-)?P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?$"
)
_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,3}):(\d{2}(?:\.\d+)?)$")

_NAMED_ZONES = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0,
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300,
    "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "WET": 0, "WEST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180,
    "MSK": 180, "BST": 60, "IST": 330, "JST": 540,
}  # fmt: skip
"""Minutes from UTC. The American names are RFC 5322's; BST is British Summer Time."""

CONDITIONS = {
    name.lower(): name
    for name in (
        "Open", "Immediate", "ESTStart", "EST", "Broadcast", "Completed", "Theatrical", "TBD",
    )
}  # fmt: skip
"""MovieLabs' DateTimeCondition vocabulary (Avails 2.7)."""

_OPEN_YEAR = 2099
_OPEN_DATES = frozenset({"2038-01-19"})
"""Far-future placeholders for "no end": 2038-01-19 is the last second of a 32-bit clock."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(moment: datetime) -> int:
    """Epoch milliseconds of an aware datetime, exact."""
    delta = moment - EPOCH
    return delta.days * 86_400_000 + delta.seconds * 1000 + delta.microseconds // 1000


def from_ms(instant: int) -> datetime:
    """The UTC datetime of epoch milliseconds."""
    return EPOCH + timedelta(milliseconds=instant)


def iso(instant: int) -> str:
    """`2025-03-01T00:00:00Z`, with milliseconds only where there are any."""
    moment = from_ms(instant)
    text = moment.isoformat(timespec="milliseconds" if instant % 1000 else "seconds")
    return text.replace("+00:00", "Z")


@lru_cache(maxsize=65536)
def bound(
    raw: str, *, end: bool = False, assumed_zone: str = "UTC", lag: str | None = None
) -> Bound:
    """One end of a window from ISO 8601, xs:dateTime, xs:date or a condition word.

    `end` makes a date mean the whole day (the following midnight) and a far-future
    placeholder mean open. `assumed_zone` (IANA name or offset) places times that state none.

    Raises FeedError `bad-date` when it is none of these, `unknown-zone` for a zone name.
    """
    text = raw.strip()
    word = CONDITIONS.get(text.lower())
    if word:
        return Bound("open" if word == "Open" else "condition", raw, condition=word, lag=lag)
    match = _ISO.match(text)
    if not match:
        raise FeedError(
            "bad-date",
            f"{raw!r} is not an ISO 8601 date or time; "
            "if the partner writes dates another way, declare the format in its profile",
        )
    if end and _stands_for_open(match["date"]):
        return Bound("open", raw)
    zone = match["zone"]
    tz = _offset(zone) if zone else _zone(assumed_zone)
    try:
        start_of_day, clock = _moment(match["date"], match["time"], tz)
    except (ValueError, OverflowError) as error:
        raise FeedError("bad-date", f"{raw!r}: {error}; correct the value at its source") from error
    if match["time"] is None:
        moment = start_of_day + timedelta(days=1) if end else start_of_day
        return Bound("date", raw, to_ms(moment), zone, None if zone else assumed_zone)
    return Bound(
        "instant" if zone else "local", raw, to_ms(clock), zone, None if zone else assumed_zone
    )


def bound_in_format(
    raw: str, formats: Sequence[str], *, end: bool = False, assumed_zone: str = "UTC"
) -> Bound:
    """As `bound`, for a source that declares its `strptime` formats (first match wins)."""
    for form in formats:
        try:
            moment = datetime.strptime(raw.strip(), form)
        except ValueError:
            continue
        if moment.tzinfo is not None:
            zone = moment.strftime("%z")
            return Bound("instant", raw, to_ms(moment), zone)
        local = moment.replace(tzinfo=_zone(assumed_zone))
        if "%H" in form or "%I" in form:
            return Bound("local", raw, to_ms(local), assumed_zone=assumed_zone)
        day = local + timedelta(days=1) if end else local
        return Bound("date", raw, to_ms(day), assumed_zone=assumed_zone)
    raise FeedError("bad-date", f"{raw!r} is in none of the declared formats {', '.join(formats)}")


def bound_from_ms(raw: str, *, end: bool = False) -> Bound:
    """A bound from epoch milliseconds in text; a far-future end means open."""
    try:
        instant = int(raw)
        year = from_ms(instant).year
    except (ValueError, OverflowError) as error:
        raise FeedError("bad-date", f"{raw!r} is not a time in epoch milliseconds") from error
    if end and (year >= _OPEN_YEAR or iso(instant)[:10] in _OPEN_DATES):
        return Bound("open", raw)
    return Bound("instant", raw, instant, "Z")


def check_window(start: Bound | None, end: Bound | None) -> None:
    """Raises FeedError `reversed-window` when both ends are known and the end is not later."""
    if start is None or end is None or start.instant is None or end.instant is None:
        return
    if end.instant <= start.instant:
        raise FeedError(
            "reversed-window",
            f"window ends {end.raw} before or when it starts {start.raw}; "
            "check the partner's day/month order and time zone",
        )


@lru_cache(maxsize=65536)
def year_of(raw: str | None) -> int | None:
    """The year a date begins with, when it is one that a title could have."""
    text = (raw or "").strip()
    if len(text) >= 4 and text[:4].isdigit() and (len(text) == 4 or not text[4].isdigit()):
        year = int(text[:4])
        return year if 1870 <= year <= 2100 else None
    return None


@lru_cache(maxsize=16384)
def duration_ms(raw: str | None) -> int | None:
    """Milliseconds of an xs:duration (`PT1H3M`) or a clock (`HH:MM:SS`, `MM:SS`); None if empty.

    Raises FeedError `bad-duration` for other text. Months and years have no fixed length
    and are refused.
    """
    text = (raw or "").strip()
    if not text:
        return None
    match = _DURATION.match(text)
    if match and not match["years"] and not match["months"] and len(text) > 1:
        seconds = (
            Fraction(match["seconds"] or 0)
            + 60 * int(match["minutes"] or 0)
            + 3600 * int(match["hours"] or 0)
            + 86400 * (int(match["days"] or 0) + 7 * int(match["weeks"] or 0))
        )
        return int(seconds * 1000)
    clock = _CLOCK.match(text)
    if clock:
        hours, minutes, seconds_text = clock.groups()
        return int((Fraction(seconds_text) + 60 * int(minutes) + 3600 * int(hours or 0)) * 1000)
    raise FeedError("bad-duration", f"{raw!r} is not a duration (PT1H3M or HH:MM:SS)")


def _stands_for_open(day: str) -> bool:
    return day in _OPEN_DATES or int(day.partition("-")[0]) >= _OPEN_YEAR


def _moment(day: str, clock: str | None, tz: timezone | ZoneInfo) -> tuple[datetime, datetime]:
    parsed = date.fromisoformat(day)
    midnight = datetime(parsed.year, parsed.month, parsed.day, tzinfo=tz)
    if clock is None:
        return midnight, midnight
    hours, minutes, *rest = clock.replace(",", ".").split(":")
    seconds = Fraction(rest[0]) if rest else Fraction(0)
    if int(hours) == 24 and int(minutes) == 0 and seconds == 0:  # legal in xs:dateTime
        return midnight, midnight + timedelta(days=1)
    whole = int(seconds)
    micro = int((seconds - whole) * 1_000_000)
    return midnight, midnight.replace(
        hour=int(hours), minute=int(minutes), second=whole, microsecond=micro
    )


def _offset(zone: str) -> timezone:
    if zone in _NAMED_ZONES:
        return timezone(timedelta(minutes=_NAMED_ZONES[zone]))
    if zone[0] not in "+-":
        raise FeedError(
            "unknown-zone", f"time zone {zone!r} is not known; use an offset such as +01:00"
        )
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))


@lru_cache(maxsize=256)
def _zone(name: str) -> timezone | ZoneInfo:
    if name in _NAMED_ZONES or name[:1] in "+-":
        return _offset(name)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise FeedError(
            "unknown-zone", f"assumed zone {name!r} is not an IANA time zone (Europe/Paris)"
        ) from error
