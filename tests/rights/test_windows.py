"""Window durations by the UTC calendar."""

import pytest

from tests.rights.offers import at
from ummid.errors import FeedError
from ummid.rights.windows import BEGINNING, LATEST, after, written


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2025-01-01", "P30D", "2025-01-31"),
        ("2025-01-31", "P1M", "2025-02-28"),
        ("2024-01-31", "P1M", "2024-02-29"),
        ("2025-12-15", "P1M", "2026-01-15"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2025-01-01", "P1Y2M3D", "2026-03-04"),
        ("2025-01-01", "PT36H", "2025-01-02T12:00:00Z"),
        ("2025-01-01", " P1W ", "2025-01-08"),
        ("2025-01-01", "48:00:00", "2025-01-03"),
    ],
)
def test_a_duration_is_added_to_the_start(start: str, duration: str, end: str) -> None:
    assert after(at(start), duration) == at(end)


@pytest.mark.parametrize("duration", ["P9999Y", "P9999999999D", "P99999999999999999999Y"])
def test_what_ends_beyond_the_calendar_never_ends(duration: str) -> None:
    assert after(at("2025-01-01"), duration) is None


@pytest.mark.parametrize("duration", ["a year", "P", "-P1D", f"P{'9' * 5000}D", "P1.5M"])
def test_text_that_is_no_duration_is_refused(duration: str) -> None:
    with pytest.raises(FeedError) as refused:
        after(at("2025-01-01"), duration)
    assert refused.value.code == "bad-duration"


def test_instants_that_iso_cannot_write_are_cut() -> None:
    assert written(BEGINNING - 1) == "0001-01-01T00:00:00Z"
    assert written(LATEST + 1) == "9999-12-31T23:59:59.999Z"
