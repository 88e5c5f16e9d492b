"""Bounds keep their kind, windows are checked, durations are exact, nothing is guessed."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ummid.catalog.grants import Bound
from ummid.catalog.times import (
    bound,
    bound_from_ms,
    bound_in_format,
    check_window,
    duration_ms,
    from_ms,
    iso,
    to_ms,
    year_of,
)
from ummid.errors import FeedError


def utc(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type,misc]


MARCH = utc(2025, 3, 1)
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("raw", "kind", "instant", "zone"),
    [
        ("2025-03-01T00:00:00Z", "instant", MARCH, "Z"),
        ("2025-03-01T01:30:00+01:30", "instant", MARCH, "+01:30"),
        ("2025-02-28T19:00:00-0500", "instant", MARCH, "-0500"),
        ("2025-03-01 00:00:00 GMT", "instant", MARCH, "GMT"),
        ("2025-02-28T19:00EST", "instant", MARCH, "EST"),
        ("2025-02-28'T'24:00:00Z", "instant", MARCH, "Z"),
        ("2025-03-01T00:00:00.25Z", "instant", MARCH + 250, "Z"),
        ("2025-03-01T00:00:00,5Z", "instant", MARCH + 500, "Z"),
        ("2025-03-01T00:00:00.0009Z", "instant", MARCH, "Z"),
        (" 2025-03-01T00:00:00Z\n", "instant", MARCH, "Z"),
        ("2025-03-01T00:00:00", "local", MARCH, None),
        ("2025-03-01 00:00", "local", MARCH, None),
        ("2025-03-01", "date", MARCH, None),
        ("2025-03-01+02:00", "date", MARCH - 2 * HOUR, "+02:00"),
        ("2025-03-01 CET", "date", MARCH - HOUR, "CET"),
    ],
)
def test_a_bound_keeps_what_kind_of_statement_it_was(
    raw: str, kind: str, instant: int, zone: str | None
) -> None:
    found = bound(raw)
    assert (found.kind, found.instant, found.zone) == (kind, instant, zone)
    assert found.assumed_zone == (None if zone else "UTC")
    assert found.raw == raw


def test_an_end_that_is_a_date_means_the_whole_day() -> None:
    assert bound("2025-03-01", end=True).instant == utc(2025, 3, 2)
    assert bound("2025-03-01T00:00:00", end=True).instant == MARCH


@pytest.mark.parametrize(
    ("raw", "zone", "end", "instant"),
    [
        ("2025-03-01", "Europe/Paris", False, MARCH - HOUR),
        ("2025-03-01T00:00:00", "America/New_York", False, MARCH + 5 * HOUR),
        ("2025-03-01T00:00:00", "-05:00", False, MARCH + 5 * HOUR),
        ("2025-03-01T00:00:00", "JST", False, MARCH - 9 * HOUR),
        # the day that summer time begins has 23 hours
        ("2025-03-30", "Europe/Paris", True, utc(2025, 3, 30, 22)),
        # 02:30 comes twice on 26 October: the first of them
        ("2025-10-26T02:30:00", "Europe/Paris", False, utc(2025, 10, 26, 0, 30)),
        # a stated zone is not assumed away
        ("2025-03-01T00:00:00Z", "Europe/Paris", False, MARCH),
    ],
)
def test_the_assumed_zone_places_times_that_state_none(
    raw: str, zone: str, end: bool, instant: int
) -> None:
    assert bound(raw, assumed_zone=zone, end=end).instant == instant


@pytest.mark.parametrize(
    ("raw", "kind", "condition"),
    [
        ("Open", "open", "Open"),
        ("ESTStart", "condition", "ESTStart"),
        ("theatrical", "condition", "Theatrical"),
        (" Immediate ", "condition", "Immediate"),
    ],
)
def test_a_condition_is_no_time(raw: str, kind: str, condition: str) -> None:
    found = bound(raw, lag="P90D")
    assert (found.kind, found.condition, found.instant, found.lag) == (
        kind, condition, None, "P90D",
    )  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    ["2099-12-31", "9999-12-31T23:59:59Z", "2100-01-01", "2038-01-19T03:14:07Z", "10000-01-01"],
)
def test_a_far_future_end_is_open_and_a_far_future_start_is_not(raw: str) -> None:
    assert bound(raw, end=True) == Bound("open", raw)
    if not raw.startswith("10000"):
        assert bound(raw).instant is not None


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "bad-date"),
        ("soon", "bad-date"),
        ("01/03/2025", "bad-date"),
        ("2025-3-1", "bad-date"),
        ("2025-02-30", "bad-date"),
        ("2025-13-01T00:00:00Z", "bad-date"),
        ("2025-03-01T25:00:00Z", "bad-date"),
        ("2025-03-01T24:00:01Z", "bad-date"),
        ("2025-03-01T00:60:00Z", "bad-date"),
        ("2025-03-01T00:00:61Z", "bad-date"),
        ("0000-01-01", "bad-date"),
        ("10000-01-01", "bad-date"),
        ("9" * 5000 + "-01-01", "bad-date"),
        ("٢٠٢٥-٠٣-٠١", "bad-date"),
        ("2025-03-01T00:00:00+99:99", "bad-date"),
        ("2025-03-01T00:00:00+24:00", "bad-date"),
        ("2025-03-01T00:00:00+01:60", "bad-date"),
        ("2025-03-01T00:00:00 XYZ", "unknown-zone"),
        # in the calendar where they were written, not in UTC: nothing could show them again
        ("0001-01-01T00:00:00+01:00", "bad-date"),
        ("9999-12-31T23:59:59-01:00", "bad-date"),
        ("9999-12-31T24:00:00Z", "bad-date"),
    ],
)
def test_what_is_no_date_is_refused_with_its_code(raw: str, code: str) -> None:
    with pytest.raises(FeedError) as refused:
        bound(raw)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "+1", "+5:30", "Europe", "../etc", "/etc/passwd", "é", "\0", "X"]
)
def test_an_assumed_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(FeedError) as refused:
        bound("2025-03-01", assumed_zone=zone)
    assert refused.value.code in ("unknown-zone", "bad-date")
    with pytest.raises(FeedError):
        bound_in_format("01.03.2025", ["%d.%m.%Y"], assumed_zone=zone)


@pytest.mark.parametrize(
    ("raw", "end", "kind", "instant"),
    [
        ("01.03.2025", False, "date", MARCH - HOUR),
        ("01.03.2025", True, "date", MARCH + 23 * HOUR),
        ("01.03.2025 14:00", False, "local", MARCH + 13 * HOUR),
        ("03/01/2025 02:00 PM", True, "local", MARCH + 13 * HOUR),
        ("01.03.2025 14:00 +0000", False, "instant", MARCH + 14 * HOUR),
        ("31.12.9999", True, "open", None),
    ],
)
def test_declared_formats_are_taken_in_order(
    raw: str, end: bool, kind: str, instant: int | None
) -> None:
    formats = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M %p", "%d.%m.%Y %H:%M %z")
    found = bound_in_format(raw, formats, end=end, assumed_zone="Europe/Paris")
    assert (found.kind, found.instant) == (kind, instant)


@pytest.mark.parametrize("raw", ["2025-03-01", "32.01.2025", "", "01.01.0001"])
def test_a_date_in_no_declared_format_or_out_of_the_calendar_is_refused(raw: str) -> None:
    with pytest.raises(FeedError) as refused:
        bound_in_format(raw, ("%d.%m.%Y", "%Q"), assumed_zone="+05:00")
    assert refused.value.code == "bad-date"


@pytest.mark.parametrize(
    ("raw", "end", "found"),
    [
        ("1740787200000", False, Bound("instant", "1740787200000", MARCH, "Z")),
        ("-1", False, Bound("instant", "-1", -1, "Z")),
        ("253402300799000", True, Bound("open", "253402300799000")),
        ("2147483647000", True, Bound("open", "2147483647000")),
        ("2147483647000", False, Bound("instant", "2147483647000", 2147483647000, "Z")),
    ],
)
def test_epoch_milliseconds(raw: str, end: bool, found: Bound) -> None:
    assert bound_from_ms(raw, end=end) == found


@pytest.mark.parametrize("raw", ["", "soon", "1e12", "9" * 20, "9" * 5000, "-" + "9" * 15])
def test_what_is_no_epoch_time_is_refused(raw: str) -> None:
    with pytest.raises(FeedError) as refused:
        bound_from_ms(raw)
    assert refused.value.code == "bad-date"


def test_a_window_ends_after_it_starts() -> None:
    start, end = bound("2025-03-01"), bound("2025-03-01", end=True)
    check_window(start, end)
    for early in (bound("2025-02-28", end=True), bound("2025-02-01T00:00:00Z")):
        with pytest.raises(FeedError) as refused:
            check_window(start, early)
        assert refused.value.code == "reversed-window"
        assert early.raw in str(refused.value)
        assert start.raw in str(refused.value)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (None, bound("2025-03-01")),
        (bound("2025-03-01"), None),
        (bound("2025-03-01"), bound("Open", end=True)),
        (bound("ESTStart"), bound("2001-01-01", end=True)),
    ],
)
def test_a_window_with_an_end_unknown_is_not_reversed(
    start: Bound | None, end: Bound | None
) -> None:
    check_window(start, end)


@pytest.mark.parametrize(
    ("raw", "year"),
    [
        ("1999", 1999),
        (" 1999-03-31", 1999),
        ("1999/2000", 1999),
        ("1870", 1870),
        ("2100", 2100),
        ("1869", None),
        ("2101", None),
        ("19990331", None),
        ("199", None),
        ("circa 1999", None),
        ("²²²²", None),
        ("١٩٩٩", None),
        ("", None),
        (None, None),
    ],
)
def test_the_year_of_a_date(raw: str | None, year: int | None) -> None:
    assert year_of(raw) == year


@pytest.mark.parametrize(
    ("raw", "ms"),
    [
        ("PT1H3M", 3_780_000),
        ("PT1H3M2.5S", 3_782_500),
        ("P1DT1S", 86_401_000),
        ("P2W", 14 * 86_400_000),
        ("PT0S", 0),
        ("PT0.001S", 1),
        ("01:03:02", 3_782_000),
        ("01:03:02.040", 3_782_040),
        ("93:00", 93 * 60_000),
        ("", None),
        ("  ", None),
        (None, None),
    ],
)
def test_durations_are_exact_milliseconds(raw: str | None, ms: int | None) -> None:
    assert duration_ms(raw) == ms


@pytest.mark.parametrize(
    "raw",
    [
        "P", "PT", "P1Y", "P1M", "-PT1H", "1H", "90", "90 min", "1:2", "PT1.5H", "P1H", "PT1D",
        "PT" + "9" * 5000 + "S", "9" * 5000 + ":00:00", "PT٣S",
    ],
)  # fmt: skip
def test_what_has_no_fixed_length_is_no_duration(raw: str) -> None:
    with pytest.raises(FeedError) as refused:
        duration_ms(raw)
    assert refused.value.code == "bad-duration"


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (MARCH, "2025-03-01T00:00:00Z"),
        (MARCH + 5, "2025-03-01T00:00:00.005Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ],
)
def test_an_instant_is_shown_in_utc(instant: int, text: str) -> None:
    assert iso(instant) == text
    assert bound(text).instant == instant


MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))


@given(MOMENTS, st.integers(-23 * 60 - 59, 23 * 60 + 59))
def test_every_instant_round_trips_through_any_offset(naive: datetime, minutes: int) -> None:
    moment = naive.replace(
        microsecond=naive.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=minutes))
    )
    instant = to_ms(moment)
    assert from_ms(instant) == moment
    assert bound(moment.isoformat()).instant == instant


@given(MOMENTS, st.sampled_from(["Europe/Paris", "America/St_Johns", "Asia/Kathmandu", "UTC"]))
def test_an_end_date_is_the_next_start_date(naive: datetime, zone: str) -> None:
    today = naive.date()
    tomorrow = today + timedelta(days=1)
    end = bound(today.isoformat(), end=True, assumed_zone=zone)
    if end.kind != "open":
        assert end.instant == bound(tomorrow.isoformat(), assumed_zone=zone).instant
        assert end.instant == to_ms(
            datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=ZoneInfo(zone))
        )


@given(st.text(max_size=40) | st.from_regex(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?\S{0,6}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (bound, lambda t: bound(t, end=True), bound_from_ms, duration_ms):
        try:
            found = read(text)
        except FeedError:
            continue
        if isinstance(found, Bound) and found.instant is not None:
            iso(found.instant)
    year_of(text)


ANY_DIGITS = st.builds(
    "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format,
    st.sampled_from([0, 1, 2, 1600, 1970, 2024, 2025, 2038, 2098, 2099, 9999]),
    st.integers(0, 13),
    st.sampled_from([0, 1, 19, 28, 29, 30, 31, 32]),
    *[st.sampled_from([0, 1, 23, 24, 25, 59, 60])] * 3,
)
ZONES = st.sampled_from(["", "Z", "+00:00", "-05:30", "+23:59", "+24:00", "+01:60", "+0100"])


def outcome(raw: str, end: bool, assumed: str) -> Bound | str:
    try:
        return bound(raw, end=end, assumed_zone=assumed)
    except FeedError as error:
        return error.code


@given(
    ANY_DIGITS,
    ZONES,
    st.booleans(),
    st.sampled_from(["UTC", "+02:00", "Europe/Paris", "Atlantis"]),
)
def test_a_blank_in_place_of_the_t_means_the_same(
    digits: str, zone: str, end: bool, assumed: str
) -> None:
    """The one is read the short way, the other never is."""
    raw = f"{digits}{zone}"
    spaced = outcome(raw.replace("T", " "), end, assumed)
    if isinstance(spaced, Bound):
        spaced = replace(spaced, raw=raw)
    assert outcome(raw, end, assumed) == spaced
