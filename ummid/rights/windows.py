"""The ends of a grant's window as instants that can be compared, where they can."""

import calendar
import re
from typing import NamedTuple

from ummid.catalog.grants import Bound, Grant
from ummid.catalog.times import duration_ms, from_ms, iso, to_ms
from ummid.errors import FeedError

BEGINNING, LATEST = -62_135_596_800_000, 253_402_300_799_999
"""The years 1 to 9999 in epoch ms: what ISO 8601 can write and a datetime can hold."""

_DAY_LENGTHS_VARY = re.compile(r"^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(.*)$")


class Edge(NamedTuple):
    """One end of a window. `at` None is a start in the past, or an end that never comes.

    `decided` is False where only an event outside the feed could tell (`ESTStart`, `TBD`).
    """

    decided: bool
    at: int | None
    words: str

    def reached(self, at: int, *, without: bool) -> bool | None:
        """Whether the edge lies at or before `at`; `without` answers for no instant at all."""
        if not self.decided:
            return None
        return without if self.at is None else self.at <= at


def start_of(grant: Grant) -> Edge:
    """When the window opens. A start that the feed never states counts as passed."""
    bound = grant.start
    if bound is None:
        return Edge(True, None, "no start is stated, so it counts as started")
    if bound.instant is not None:
        return Edge(True, bound.instant, f"starts {written(bound.instant)}")
    if bound.kind == "open" or is_immediate(bound):
        return Edge(True, None, f"starts at once ({bound.raw})")
    return Edge(False, None, f"starts on a condition ({_condition(bound)})")


def end_of(grant: Grant) -> Edge:
    """When the window closes, exclusive. A duration closes an open or absent end.

    `Immediate` as an end is a licence that has ended.
    """
    bound = grant.end
    if bound is None or (bound.instant is None and bound.kind == "open"):
        return _by_duration(grant)
    if bound.instant is not None:
        return Edge(True, bound.instant, f"ends {written(bound.instant)}")
    if is_immediate(bound):
        return Edge(True, BEGINNING, f"ends at once ({bound.raw})")
    return Edge(False, None, f"ends on a condition ({_condition(bound)})")


def is_immediate(bound: Bound) -> bool:
    return (bound.condition or "").lower() == "immediate" and not bound.lag


def written(instant: int) -> str:
    """ISO 8601; years that it cannot write are cut to the first or the last it can."""
    return iso(min(max(instant, BEGINNING), LATEST))


def after(start: int, duration: str) -> int | None:
    """`start` plus an xs:duration, months by the UTC calendar; None beyond the year 9999.

    Raises FeedError `bad-duration` for other text and for negative durations.
    """
    text = duration.strip()
    match = _DAY_LENGTHS_VARY.match(text)
    try:
        if match is None:
            if text.startswith("-"):
                raise FeedError("bad-duration", f"{duration!r} is a negative duration")
            return _within(start + (duration_ms(text) or 0))
        years, months, rest = match.groups()
        moved = _plus_months(start, 12 * int(years or 0) + int(months or 0))
        return _within(moved + (duration_ms(f"P{rest}") or 0 if rest else 0))
    except OverflowError:
        return None
    except ValueError as error:
        raise FeedError("bad-duration", f"{duration[:60]!r} is not a duration") from error


def _by_duration(grant: Grant) -> Edge:
    open_end = "never ends" if grant.end else "no end is stated"
    start = start_of(grant)
    if not grant.window_duration:
        return Edge(True, None, open_end)
    if start.at is None:
        return Edge(False, None, f"lasts {grant.window_duration} from a start that is not known")
    try:
        end = after(start.at, grant.window_duration)
    except FeedError:
        words = f"its window lasts {grant.window_duration!r}, which cannot be read"
        return Edge(False, None, words)
    if end is None:
        return Edge(True, None, open_end)
    return Edge(True, end, f"ends {written(end)}, {grant.window_duration} after its start")


def _plus_months(instant: int, months: int) -> int:
    if not months:
        return instant
    moment = from_ms(instant)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if year > 9999:
        raise OverflowError(year)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return to_ms(moment.replace(year=year, month=month + 1, day=day))


def _within(instant: int) -> int | None:
    return instant if instant <= LATEST else None


def _condition(bound: Bound) -> str:
    name = bound.condition or bound.raw
    return f"{name} with a lag of {bound.lag}" if bound.lag else name
