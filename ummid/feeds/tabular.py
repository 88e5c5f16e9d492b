"""Tables of titles: delimited text, workbooks, JSON rows, Parquet. One record per row.

There is no specification to follow: columns are read by the partner's declared mapping, else
by the names and values people use for them. What no field takes is kept by its header.
"""

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from typing import BinaryIO, Protocol, TypeVar

import msgspec

from ummid.catalog.model import SourceRecord, Statement
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.tabular_guess import names_a_title
from ummid.feeds.tabular_header import (
    SEPARATOR_LINE,
    delimiter_of,
    header_cells,
    is_header,
    most_frequent,
)
from ummid.feeds.tabular_mapping import SAMPLE_ROWS, columns_for, declared_column
from ummid.feeds.tabular_record import RowReader
from ummid.feeds.tabular_rows import (
    BadRow,
    Cells,
    JsonRow,
    Line,
    Row,
    delimited,
    json_array,
    lines,
    ndjson,
    text_of,
)
from ummid.feeds.workbook_head import is_workbook

T = TypeVar("T")
NAME = "tabular"
PREAMBLE_ROWS = 20
"""Rows above its header that a workbook sheet may spend on a title."""

SHAPES = 256
"""Different sets of keys that JSON rows may have before plans for them are made anew."""


class Sheets(Protocol):
    """A workbook as `ummid.feeds.workbook.open_workbook` gives it."""

    @property
    def sheet_names(self) -> tuple[str, ...]: ...

    def rows(self, sheet: str, /) -> Iterable[tuple[int, tuple[object, ...]]]: ...


def sniff(head: Head) -> bool:
    """A header that names titles, JSON rows that have one, Parquet, or any workbook: what is an
    Avails sheet has been recognised before.
    """
    if head.is_zip:
        return is_workbook(head)
    if head.is_parquet:
        return not head.whole or _parquet_names_a_title(head)
    start = head.body[:1]
    if start in (b"{", b"["):
        return _json_names_a_title(head)
    if start == b"<":
        return False
    return delimiter_of(head.text, {}) is not None


def parse(feed: Feed) -> Iterator[Statement]:
    """One statement per row, in order."""
    head = feed.head
    if head.is_zip:
        from ummid.feeds.workbook import open_workbook

        with open_workbook(feed.stream) as workbook:
            yield from parse_workbook(feed, workbook)
    elif head.is_parquet:
        from ummid.feeds.tabular_parquet import open_table

        with open_table(feed.stream) as table:
            yield from _table(feed, table.headers, table.rows())
    elif head.body[:1] == b"[":
        yield from _json(feed, json_array(_utf8(feed)))
    else:
        with text_of(feed.stream, _encoding(head)) as text:
            found = lines(text)
            if head.body[:1] == b"{":
                yield from _json(feed, ndjson(found))
            else:
                yield from _delimited(feed, found)


def parse_workbook(feed: Feed, workbook: Sheets) -> Iterator[Statement]:
    """The rows of every sheet whose header names titles, as format `tabular`.

    Raises FeedError `unknown-format` when no sheet has one.
    """
    feed = replace(feed, format=NAME)
    read = False
    for name in workbook.sheet_names:
        rows = iter(workbook.rows(name))
        header, above = None, []
        for number, cells in islice(rows, PREAMBLE_ROWS):
            if is_header(headers := header_cells(cells), feed.profile.mapping):
                header = headers
                break
            above.append(number)
        if header is None:
            if above:
                feed.header.warnings.append(f"sheet-skipped: sheet {name!r} has no header we know")
            continue
        read = True
        found = ((f"{name}!{number}", cells) for number, cells in rows)
        yield from _table(feed, header, found)
    if not read:
        raise _no_header("no sheet of the workbook")


def _delimited(feed: Feed, found: Iterator[Line]) -> Iterator[Statement]:
    first = next((line for line in found if line.text.strip()), None)
    separator = SEPARATOR_LINE.match(first.text) if first else None
    if separator:
        first = next((line for line in found if line.text.strip()), None)
    if first is None:
        raise _no_header("the file")
    delimiter = separator[1] if separator else delimiter_of(first.text, feed.profile.mapping)
    rows = delimited(chain((first,), found), delimiter or most_frequent(first.text))
    place, header = next(rows, ("line 1", ()))
    if isinstance(header, BadRow):
        raise FeedError(header.error.code, f"{place}: the header cannot be read: {header.error}")
    headers = header_cells(header)
    if not is_header(headers, feed.profile.mapping):
        raise _no_header("the first row")
    yield from _table(feed, headers, rows, strict=True)


def _table(
    feed: Feed, headers: list[str], rows: Iterator[Row], *, strict: bool = False
) -> Iterator[Statement]:
    """`strict`: a row wider than its header was split wrongly, so that no cell can be trusted."""
    if not is_header(headers, feed.profile.mapping):
        raise _no_header("the table")
    first, rows = _ahead(rows)
    sample = [cells for _, cells in first if not isinstance(cells, BadRow)]
    columns, doubts = columns_for(headers, feed.profile.mapping, sample)
    feed.header.warnings.extend(doubts)
    reader = RowReader(feed, headers, columns)
    width = len(headers)

    def read(_: Feed, place: str, cells: Cells | BadRow) -> SourceRecord:
        if cells.__class__ is BadRow:
            raise cells.error
        if strict and len(cells) > width and any(cells[width:]):
            raise FeedError(
                "wide-row",
                f"{len(cells)} cells under {width} columns; quote cells that hold the delimiter",
            )
        return reader.read(place, cells)

    yield from read_each(feed, rows, read, _raw)


def _json(feed: Feed, rows: Iterator[JsonRow]) -> Iterator[Statement]:
    """Rows that bring their own columns: a plan per set of keys."""
    plans: dict[tuple[str, ...], RowReader] = {}
    first, rows = _ahead(rows)
    samples: dict[tuple[str, ...], list[Cells]] = {}
    for _, row in first:
        if not isinstance(row, BadRow):
            samples.setdefault(tuple(row), []).append(tuple(row.values()))

    def plan(row: Mapping[str, object], keys: tuple[str, ...]) -> RowReader:
        if len(plans) >= SHAPES:
            plans.clear()
        mapping = {k: v for k, v in feed.profile.mapping.items() if _declares(k, v, keys)}
        sample = samples.get(keys, [tuple(row.values())])
        columns, doubts = columns_for(keys, mapping, sample)
        feed.header.warnings.extend(d for d in doubts if d not in feed.header.warnings)
        return RowReader(feed, keys, columns)

    def read(_: Feed, place: str, row: Mapping[str, object] | BadRow) -> SourceRecord:
        if isinstance(row, BadRow):
            raise row.error
        keys = tuple(row)
        reader = plans.get(keys)
        if reader is None:
            reader = plans[keys] = plan(row, keys)
        return reader.read(place, tuple(row.values()))

    yield from read_each(feed, rows, read, _raw)


def _ahead(rows: Iterator[T]) -> tuple[list[T], Iterator[T]]:
    """The first rows to look at, and all rows; a failure comes where it was met."""
    first: list[T] = []
    failure: Exception | None = None
    try:
        first.extend(islice(rows, SAMPLE_ROWS))
    except (FeedError, OSError, EOFError) as error:
        failure = error

    def rest() -> Iterator[T]:
        if failure is not None:
            raise failure
        yield from rows

    return first, chain(first, rest())


def _declares(key: str, entry: str, keys: tuple[str, ...]) -> bool:
    return declared_column(key, entry).header in keys


def _json_names_a_title(head: Head) -> bool:
    """Rows of flat objects: the first one has a title among at least two keys."""
    shape = head.json
    if shape is None or shape.skipped or not names_a_title(sorted(shape.keys)):
        return False
    if shape.kind == "object":
        first = head.body.partition(b"\n")[0]
    else:
        from ummid.feeds.tabular_json import array_items

        try:
            _, item = next(array_items(io.BytesIO(head.body), len(head.body)))
        except (FeedError, StopIteration):
            return not head.whole
        first = item.text
    try:
        row = msgspec.json.decode(first)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return False
    return isinstance(row, dict) and not any(isinstance(v, dict) for v in row.values())


def _parquet_names_a_title(head: Head) -> bool:
    from ummid.feeds.tabular_parquet import open_table

    try:
        with open_table(io.BytesIO(head.data)) as table:
            return names_a_title(table.headers)
    except FeedError:
        return True  # recognised, and refused with its reason when it is read


def _encoding(head: Head) -> str:
    return "utf-16" if head.encoding.startswith("utf-16") else "utf-8"


def _utf8(feed: Feed) -> BinaryIO:
    """A UTF-16 array as UTF-8; anything else as it is."""
    if feed.head.encoding == "utf-8":
        return feed.stream
    import codecs

    return codecs.StreamRecoder(
        feed.stream,
        codecs.getencoder("utf-8"),
        codecs.getdecoder("utf-8"),
        codecs.getreader("utf-16"),
        codecs.getwriter("utf-16"),
    )


def _raw(row: object) -> str:
    if isinstance(row, BadRow):
        return row.raw
    return json.dumps(row, ensure_ascii=False, default=str)


def _no_header(what: str) -> FeedError:
    return FeedError(
        "unknown-format",
        f"{what} has no header that names a title or an id; "
        "name the columns in the partner's mapping",
    )


FORMATS = (Format(NAME, "Table of titles (CSV, XLSX, JSON rows, Parquet)", "delta", sniff, parse),)
