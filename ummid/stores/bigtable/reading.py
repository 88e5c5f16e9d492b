"""Reading rows: one, many by key, and ranges page by page in logical order."""

import heapq
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from google.cloud.bigtable.data import ReadRowsQuery, Row, RowRange, Table
from google.cloud.bigtable.data.row import Cell as StoredCell
from google.cloud.bigtable.data.row_filters import RowFilter

from ummid.stores.bigtable.client import asking
from ummid.stores.bigtable.layout import NEWEST, WORK, Layout, Range, logical
from ummid.stores.bigtable.place import BigtablePlace
from ummid.stores.table import Cell, may_hold

_KEYS = 500
_FIRST_PAGE, _LARGEST_PAGE = 64, 2048


class Reader:
    """Rows of one table by logical key. Raises StoreError."""

    def __init__(
        self, target: Table, pool: ThreadPoolExecutor, place: BigtablePlace, layout: Layout
    ) -> None:
        self._target, self._pool = target, pool
        self._place, self._layout = place, layout

    def row(self, key: bytes, kept: RowFilter | None) -> Row | None:
        if not may_hold(key):
            return None
        with asking(self._place, "reading from"):
            return self._target.read_row(self._layout.physical(key), row_filter=kept)

    def rows(self, keys: Sequence[bytes], kept: RowFilter | None) -> dict[bytes, Row]:
        """Those of the keys that have a cell which the filter keeps."""
        wanted = iter(sorted({self._layout.physical(key) for key in keys if may_hold(key)}))
        answers = []
        while some := list(islice(wanted, _KEYS)):
            query = ReadRowsQuery(row_keys=list(some), row_filter=kept)
            answers.append(self._pool.submit(self._target.read_rows, query))
        with asking(self._place, "reading from"):
            found = [row for answer in answers for row in answer.result()]
        return {logical(row.row_key): row for row in found}

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, Row]]:
        """Rows with the newest cell of each column, from `start` to before `stop` (b"": to the
        end). What is spread over buckets is read from all of them at once and merged.
        """
        ranges = self._layout.ranges(start, stop)
        streams = [self.stream(within, NEWEST) for within in ranges]
        if len(streams) == 1:
            return streams[0]
        return heapq.merge(*streams, key=lambda pair: pair[0])

    def stream(self, within: Range, kept: RowFilter | None) -> Iterator[tuple[bytes, Row]]:
        """The rows of a range; the next page is on its way while one is used."""
        return self._pages(within, kept, self._page(within, kept, _FIRST_PAGE))

    def _pages(
        self, within: Range, kept: RowFilter | None, page: "Future[list[Row]]"
    ) -> Iterator[tuple[bytes, Row]]:
        size = _FIRST_PAGE
        while True:
            with asking(self._place, "reading from"):
                found = page.result()
            full = len(found) == size
            if full:
                size = min(2 * size, _LARGEST_PAGE)
                rest = within._replace(start=found[-1].row_key + b"\x00")
                page = self._page(rest, kept, size)
            for row in found:
                yield row.row_key[within.lead :], row
            if not full:
                return

    def _page(self, within: Range, kept: RowFilter | None, size: int) -> "Future[list[Row]]":
        ranges = [RowRange(within.start, within.stop or None)]
        query = ReadRowsQuery(row_ranges=ranges, limit=size, row_filter=kept)
        return self._pool.submit(self._target.read_rows, query)


def cell_of(stored: StoredCell) -> Cell:
    return Cell(stored.timestamp_micros // 1000, stored.value)


def columns(row: Row | None) -> list[tuple[bytes, Cell]]:
    """What a row holds of the port's cells, in order of column."""
    cells = row.cells if row else ()
    return sorted((bytes(c.qualifier), cell_of(c)) for c in cells if c.family != WORK)
