"""Rows of a Parquet file, batch by batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO

from ummid.errors import FeedError
from ummid.feeds.tabular_rows import Row

if TYPE_CHECKING:
    import pyarrow as pa

IN_MEMORY = 64 * 1024 * 1024
"""Bytes over which the copy that Parquet's footer makes necessary goes to disk."""

MAX_BYTES = 8 * 1024**3
MAX_GROUP = 4 * 1024**3
"""Uncompressed bytes of one row group, which is read as a whole."""

BATCH_ROWS = 2048


class Table:
    """An opened Parquet file: its column names and its rows, numbered from 1."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.headers: list[str] = list(file.schema_arrow.names)

    def rows(self) -> Iterator[Row]:
        import pyarrow as pa

        number = 0
        try:
            for batch in self._batches():
                columns = [_values(column) for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield f"row {number}", cells
        except (pa.ArrowException, OSError) as error:
            raise FeedError(
                "unreadable",
                f"row {number + 1}: the Parquet data is broken ({error}); send it again",
            ) from error

    def _batches(self) -> Iterator[Any]:
        """Group by group, so that a broken one does not take the end of the last with it."""
        for group in range(self._file.metadata.num_row_groups):
            yield from self._file.iter_batches(BATCH_ROWS, row_groups=[group], use_threads=False)


@contextmanager
def open_table(stream: BinaryIO) -> Iterator[Table]:
    """The table in a stream, copied because Parquet is read from its end.

    Raises FeedError `too-large` or `unreadable`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        size = 0
        while chunk := stream.read(1 << 20):
            size += len(chunk)
            if size > MAX_BYTES:
                raise FeedError("too-large", f"Parquet of more than {MAX_BYTES} bytes; split it")
            spool.write(chunk)
        spool.seek(0)
        try:
            file = pq.ParquetFile(spool)
        except (pa.ArrowException, OSError) as error:
            raise FeedError(
                "unreadable", f"no readable Parquet ({error}); ask the partner to send it again"
            ) from error
        with file:
            groups = range(file.metadata.num_row_groups)
            largest = max((file.metadata.row_group(i).total_byte_size for i in groups), default=0)
            if largest > MAX_GROUP:
                raise FeedError(
                    "too-large",
                    f"a row group of {largest} bytes; write groups of at most {MAX_GROUP}",
                )
            yield Table(file)


def _values(column: "pa.Array") -> list[object]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return _values(column.dictionary_decode())
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    values: list[object] = column.to_pylist()
    return values
