"""Row keys, families and filters: how logical rows lie in a Bigtable table.

A row key of a kind that would be written at its end, or that many keys begin alike in, is
spread: NUL, a bucket (a hash of the key) and the key. All other rows have their own key, which
begins with a hash already. No logical key holds a NUL, so that the two never mix.

A column is a qualifier, with its own family name in front, in one of two families: `current`
keeps the newest version and `history` every one.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from google.cloud.bigtable.data.row_filters import (
    CellsColumnLimitFilter,
    ColumnRangeFilter,
    PassAllFilter,
    RowFilter,
    RowFilterChain,
    ValueRangeFilter,
)

from ummid.stores.table import HISTORY, MAX_VERSION

CURRENT, HISTORIC, WORK = "current", "history", "work"
BUCKETS = tuple(b"\x00%d" % number for number in range(8))
JOURNAL = b"\x00j"
_FIRST = b"\x01"
NEWEST = CellsColumnLimitFilter(1)
_ALL = PassAllFilter(True)


class Range(NamedTuple):
    """Row keys from `start` to before `stop` (b"": to the end), and how many bytes of each come
    before the logical key.
    """

    start: bytes
    stop: bytes
    lead: int


class Layout:
    """Which kinds of rows are spread: those whose key begins with one of `spread`."""

    def __init__(self, spread: Sequence[bytes] = ()) -> None:
        self._spread = tuple(spread)

    def physical(self, key: bytes) -> bytes:
        if key.startswith(self._spread):
            return BUCKETS[zlib.crc32(key) % len(BUCKETS)] + key
        return key

    def ranges(self, start: bytes, stop: bytes) -> Iterator[Range]:
        """Where the logical keys from `start` to before `stop` (b"": to the end) lie."""
        if not any(start.startswith(one) and _within(one, stop) for one in self._spread):
            yield Range(max(start, _FIRST), stop, 0)
        if any(_meets(one, start, stop) for one in self._spread):
            for bucket in BUCKETS:
                end = bucket + stop if stop else after(bucket)
                yield Range(bucket + start, end, len(bucket))


def _within(prefix: bytes, stop: bytes) -> bool:
    end = after(prefix)
    return not end or (bool(stop) and stop <= end)


def _meets(prefix: bytes, start: bytes, stop: bytes) -> bool:
    end = after(prefix)
    return (not end or start < end) and (not stop or prefix < stop)


def logical(physical: bytes) -> bytes:
    return physical[len(BUCKETS[0]) :] if physical.startswith(b"\x00") else physical


def after(prefix: bytes) -> bytes:
    """The first key beyond every one with the prefix; b"" when there is none."""
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes([kept[-1] + 1]) if kept else b""


def family(column: bytes) -> str:
    return HISTORIC if column.startswith(HISTORY) else CURRENT


def micros(version: int) -> int:
    return version * 1000


class Versions(RowFilter):
    """Cells with a version from `first` to `last`, both included (the client's own filter takes
    dates, which end before versions do).
    """

    def __init__(self, first: int = 0, last: int = MAX_VERSION) -> None:
        self._range = {"start_timestamp_micros": micros(first)}
        if last < MAX_VERSION:
            self._range["end_timestamp_micros"] = micros(last + 1)

    def _to_dict(self) -> dict[str, Any]:
        return {"timestamp_range_filter": self._range}


def of_column(column: bytes) -> RowFilter:
    return ColumnRangeFilter(family(column), column, column)


def of_columns(prefix: bytes) -> RowFilter | None:
    """Columns that begin with a prefix; None where they are of both families."""
    if HISTORY.startswith(prefix):
        return None
    end = after(prefix)
    if not end:
        return ColumnRangeFilter(family(prefix), prefix)
    return ColumnRangeFilter(family(prefix), prefix, end, inclusive_end=False)


def of_value(value: bytes) -> RowFilter:
    """Cells of exactly this value."""
    if value:
        return ValueRangeFilter(value, value)
    return ValueRangeFilter(end_value=b"\x00", inclusive_end=False)


def chain(*filters: RowFilter | None) -> RowFilter:
    """Cells that pass every filter, one after the other; None lets all pass."""
    return RowFilterChain([one for one in (*filters, _ALL) if one is not None])
