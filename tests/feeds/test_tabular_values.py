"""Cells are read as people and programs write them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from ummid.errors import FeedError
from ummid.feeds.tabular_guess import squashed, words
from ummid.feeds.tabular_values import (
    BETWEEN,
    cell_text,
    day_of,
    first_last,
    items,
    number_of,
    plain,
    runtime_ms,
    truth_of,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (" a ", "a"),
        (True, "true"),
        (1999.0, "1999"),
        (1.5, "1.5"),
        (float("nan"), ""),
        (float("inf"), ""),
        (7, "7"),
        (datetime(2024, 5, 1), "2024-05-01"),
        (datetime(2024, 5, 1, tzinfo=UTC), "2024-05-01T00:00:00+00:00"),
        (date(2024, 5, 1), "2024-05-01"),
        (time(1, 32), "01:32:00"),
        (timedelta(minutes=92, milliseconds=500), "PT5520.5S"),
        (Decimal("1E+2"), "100"),
        (b" \xff", "\ufffd"),
        ({"id": 3, "name": "Drama"}, "Drama"),
        ({"a": [1]}, '{"a":[1]}'),
        (["a", None, [1], {"name": "b"}], f"a{BETWEEN}[1]{BETWEEN}b{BETWEEN}"),
    ],
)
def test_any_cell_has_a_text(cell: object, text: str) -> None:
    assert cell_text(cell) == text


@pytest.mark.parametrize(
    ("text", "separator", "expected"),
    [
        ("Drama", None, ["Drama"]),
        ("Drama|Crime; Noir", None, ["Drama", "Crime; Noir"]),
        ("Drama; Crime, Noir", None, ["Drama", "Crime, Noir"]),
        ("Drama / Crime", None, ["Drama", "Crime"]),
        ("Drama, Crime, Drama, ", None, ["Drama", "Crime"]),
        ("Ann Lee, Sam Doe, Jr., Bo", None, ["Ann Lee", "Sam Doe, Jr.", "Bo"]),
        ("a, b:c", ":", ["a, b", "c"]),
        ('["a, b", "c"]', None, ["a, b", "c"]),
        ('[{"id": 1, "name": "a"}]', None, ["a"]),
        ("['it\\'s', \"b's\"]", None, ["it's", "b's"]),
        ("[a, b]", None, ["a", "b"]),
        (f"a, b{BETWEEN}", None, ["a, b"]),
    ],
)
def test_lists_are_parted(text: str, separator: str | None, expected: list[str]) -> None:
    assert items(text, separator) == expected


@pytest.mark.parametrize(
    ("text", "unit", "minutes"),
    [
        ("92", "min", 92),
        ("92.5", "min", 92.5),
        ("92 min.", "s", 92),
        ("5520", "s", 92),
        ("5520000ms", "min", 92),
        ("1.5 hours", "min", 90),
        ("1h 32m", "min", 92),
        ("1 hr 32 min", "min", 92),
        ("2h", "min", 120),
        ("PT1H32M", "min", 92),
        ("01:32:00", "min", 92),
        ("0", "min", 0),
    ],
)
def test_running_times(text: str, unit: str, minutes: float) -> None:
    assert runtime_ms(text, unit) == minutes * 60_000


@pytest.mark.parametrize("text", ["long", "92 parsecs", "1 day"])
def test_what_is_no_running_time_is_refused(text: str) -> None:
    with pytest.raises(FeedError):
        runtime_ms(text)


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("1999", (), ("1999", "year")),
        ("1999-05", (), ("1999-05", "month")),
        ("1999-05-01T10:00:00Z", (), ("1999-05-01", "day")),
        ("May 1, 1999", (), ("1999-05-01", "day")),
        ("1-May-1999", (), ("1999-05-01", "day")),
        ("1999/05/01", (), ("1999-05-01", "day")),
        ("May 1999", (), ("1999-05", "month")),
        ("01.05.99", ("%Y", "%d.%m.%y"), ("1999-05-01", "day")),
        ("05/1999", ("%m/%Y",), ("1999-05", "month")),
        ("99", ("%y",), ("1999", "year")),
    ],
)
def test_dates(text: str, formats: tuple[str, ...], expected: tuple[str, str]) -> None:
    assert day_of(text, formats) == expected


@pytest.mark.parametrize("text", ["05/11/1999", "1999-13-01", "1066-10-14", "soon"])
def test_dates_are_never_guessed(text: str) -> None:
    with pytest.raises(FeedError, match="declare its format"):
        day_of(text)


def test_small_words() -> None:
    assert [truth_of(t) for t in ("Yes", "0", "maybe")] == [True, False, None]
    assert [number_of(t) for t in ("3", "3.0", "S03", "Season 3", "3a", "")] == [
        3, 3, 3, 3, None, None,
    ]  # fmt: skip
    assert [first_last(n) for n in ("Vogt, Ana (II)", "Ana Vogt", "Vogt,")] == [
        "Ana Vogt",
        "Ana Vogt",
        "Vogt",
    ]
    assert plain(f"a{BETWEEN}b{BETWEEN}") == "a, b"
    assert squashed("Título Original") == "titulooriginal"
    assert words("movieTitle_EN2 (min)") == ["movie", "title", "en", "2", "min"]
