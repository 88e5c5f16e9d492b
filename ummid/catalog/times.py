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
    r"^(?P<date>\d{4,9}-\d{2}-\d{2})"
    r"(?:(?:T|'T'| )(?P<time>\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,30})?)?))?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2}|[A-Z]{2,5})?$",
    re.ASCII,
)
_WHOLE = re.compile(
    r"\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:Z|[+-](?:0\d|1\d|2[0-3]):[0-5]\d)?",
    re.ASCII,
)
"""What `datetime` reads as we do, for a tenth of the work; most feeds write all times so."""

_DURATION = re.compile(
    r"^P(?=.*\d)(?:(?P<weeks>\d{1,18})W)?(?:(?P<days>\d{1,18})D)?"
    r"(?:T(?:(?P<hours>\d{1,18})H)?(?:(?P<minutes>\d{1,18})M)?"
    r"(?:(?P<seconds>\d{1,18}(?:\.\d{1,30})?)S)?)?$",
    re.ASCII,
)
_CLOCK = re.compile(r"^(?:(\d{1,9}):)?(\d{1,3}):(\d{2}(?:\.\d{1,30})?)$", re.ASCII)
_YEAR = re.compile(r"^\d{4}(?!\d)", re.ASCII)
_OFFSET = re.compile(r"^([+-])(\d{2}):?([0-5]\d)$", re.ASCII)

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

_DAY_MINUTES = 24 * 60
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

    Raises FeedError `bad-date` when it is none of these, `unknown-zone` for the name of a zone
    that there is none of.
    """
    text = raw.strip()
    if _WHOLE.fullmatch(text) and (found := _whole(raw, text, assumed_zone)):
        return found
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
        raise _bad_date(raw, error) from error
    assumed = None if zone else assumed_zone
    if match["time"] is None:
        moment = start_of_day + timedelta(days=1) if end else start_of_day
        return Bound("date", raw, _instant(raw, moment), zone, assumed)
    return Bound("instant" if zone else "local", raw, _instant(raw, clock), zone, assumed)


def _whole(raw: str, text: str, assumed_zone: str) -> Bound | None:
    """The bound of a `_WHOLE` text; None where it takes a closer look."""
    zone = text[19:] or None
    try:
        moment = datetime.fromisoformat(text)
        if zone is None:
            moment = moment.replace(tzinfo=_zone(assumed_zone))
    except ValueError:
        return None
    if not 1 < moment.year < _OPEN_YEAR or text[:10] in _OPEN_DATES:
        return None
    assumed = None if zone else assumed_zone
    return Bound("instant" if zone else "local", raw, to_ms(moment), zone, assumed)


def bound_in_format(
    raw: str, formats: Sequence[str], *, end: bool = False, assumed_zone: str = "UTC"
) -> Bound:
    """As `bound`, for a source that declares its `strptime` formats (first match wins)."""
    for form in formats:
        try:
            moment = datetime.strptime(raw.strip(), form)
        except ValueError:
            continue
        if end and _stands_for_open(f"{moment:%Y-%m-%d}"):
            return Bound("open", raw)
        if moment.tzinfo is not None:
            zone = moment.strftime("%z")
            return Bound("instant", raw, _instant(raw, moment), zone)
        local = moment.replace(tzinfo=_zone(assumed_zone))
        if "%H" in form or "%I" in form:
            return Bound("local", raw, _instant(raw, local), assumed_zone=assumed_zone)
        day = local + timedelta(days=1) if end else local
        return Bound("date", raw, _instant(raw, day), assumed_zone=assumed_zone)
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
    if _YEAR.match(text) and 1870 <= (year := int(text[:4])) <= 2100:
        return year
    return None


@lru_cache(maxsize=16384)
def duration_ms(raw: str | None) -> int | None:
    """Milliseconds of an xs:duration (`PT1H3M`) or a clock (`HH:MM:SS`, `MM:SS`); None if empty.

    Raises FeedError `bad-duration` for other text, a negative one among it. Months and years
    have no fixed length and are refused.
    """
    text = (raw or "").strip()
    if not text:
        return None
    match = _DURATION.match(text)
    if match:
        stated = match["seconds"] or "0"
        seconds = (
            (int(stated) if stated.isdigit() else Fraction(stated))  # nearly all are whole
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


def _instant(raw: str, moment: datetime) -> int:
    """As `to_ms`, for a moment that has a UTC date at all: years 1 to 9999 there as well."""
    instant = to_ms(moment)
    try:
        from_ms(instant)
    except OverflowError as error:
        raise _bad_date(raw, error) from error
    return instant


def _bad_date(raw: str, error: Exception) -> FeedError:
    return FeedError("bad-date", f"{raw!r}: {error}; correct the value at its source")


def _stands_for_open(day: str) -> bool:
    return day in _OPEN_DATES or int(day.partition("-")[0]) >= _OPEN_YEAR


def _moment(day: str, clock: str | None, tz: timezone | ZoneInfo) -> tuple[datetime, datetime]:
    parsed = date.fromisoformat(day)
    midnight = datetime(parsed.year, parsed.month, parsed.day, tzinfo=tz)
    if clock is None:
        return midnight, midnight
    hours, minutes, *rest = clock.replace(",", ".").split(":")
    stated = rest[0] if rest else "0"
    seconds = int(stated) if stated.isdigit() else Fraction(stated)  # nearly all are whole
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
    match = _OFFSET.match(zone)
    minutes = int(match[2]) * 60 + int(match[3]) if match else _DAY_MINUTES
    if match is None or minutes >= _DAY_MINUTES:
        raise FeedError(
            "bad-date" if zone[:1] in ("+", "-") else "unknown-zone",
            f"time zone {zone!r} is not known; use an offset such as +01:00",
        )
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


@lru_cache(maxsize=256)
def _zone(name: str) -> timezone | ZoneInfo:
    if name in _NAMED_ZONES or name[:1] in "+-":
        return _offset(name)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FeedError(
            "unknown-zone", f"assumed zone {name!r} is not an IANA time zone (Europe/Paris)"
        ) from error
