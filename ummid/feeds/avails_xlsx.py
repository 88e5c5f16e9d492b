"""The EMA Avails sheet 1.6-1.9, as XLSX, as delimited text and as JSON rows.

Source: the templates and data dictionaries of MovieLabs/mddf. One row is one territory, licence,
format and window of one title. Any workbook is accepted here: one without an Avails header is
handed to the tabular reader, because both need the whole file to tell.
"""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import ijson

from ummid.catalog.model import Statement
from ummid.errors import FeedError
from ummid.feeds.avails_columns import (
    Columns,
    canonical,
    cell_text,
    is_comment,
    is_header,
    stated_version,
)
from ummid.feeds.avails_row import Row, read_row, row_key, row_text
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.jsonguard import GuardedJson
from ummid.feeds.workbook import Workbook, open_workbook
from ummid.feeds.workbook_head import first_rows, is_workbook, visible_words

_HEADER_WITHIN = 10
"""Rows from the top within which a header is looked for."""

Numbered = Iterator[tuple[int, Sequence[Any]]]


def sniff(head: Head) -> bool:
    if head.is_zip:
        return is_workbook(head) and _may_be_avails(head)
    shape = head.json
    if shape is not None:
        return shape.kind == "array" and is_header(tuple(shape.keys))
    return any(is_header(row) for row in _first_lines(head))


def parse(feed: Feed) -> Iterator[Statement]:
    if feed.head.is_zip:
        with open_workbook(feed.stream) as book:
            yield from _workbook(feed, book)
    elif feed.head.json is not None:
        yield from _statements(feed, _json_rows(feed))
    else:
        yield from _delimited(feed)


def _may_be_avails(head: Head) -> bool:
    """Whether a workbook has the header, or the head does not reach far enough to say."""
    sheets = first_rows(head)
    if sheets is not None:
        return any(is_header(row) for rows in sheets for row in rows)
    words, all_seen = visible_words(head)
    return is_header(tuple(words)) or not all_seen


def _first_lines(head: Head) -> Iterator[list[str]]:
    dialect = head.csv_dialect
    if dialect is None or head.xml_root is not None:
        return
    try:
        yield from itertools.islice(csv.reader(io.StringIO(head.text), dialect), 4)
    except csv.Error:
        return


def _workbook(feed: Feed, book: Workbook) -> Iterator[Statement]:
    found = False
    skipped: list[str] = []
    for name in book.sheet_names:
        header = _find_header(feed, book.rows(name))
        if header is None:
            skipped.append(name)
            continue
        found = True
        columns, rows = header
        yield from _statements(feed, _placed(f"{name}!", columns, rows))
    if found:
        feed.header.warnings += [
            f"sheet-skipped: {name!r} has no Avails header" for name in skipped
        ]
        return
    from ummid.feeds.tabular import parse_workbook

    yield from parse_workbook(feed, book)


def _delimited(feed: Feed) -> Iterator[Statement]:
    encoding = "utf-8-sig" if feed.head.encoding == "utf-8" else "utf-16"
    text = io.TextIOWrapper(io.BufferedReader(feed.stream), encoding, "replace", newline="")  # type: ignore[type-var]
    rows = csv.reader(text, feed.head.csv_dialect or csv.excel, strict=False)
    try:
        header = _find_header(feed, ((rows.line_num, row) for row in rows))
        if header is None:
            raise FeedError("no-header", "no row names the columns of an Avails sheet")
        columns, lines = header
        yield from _statements(feed, _placed("line ", columns, lines))
    except csv.Error as error:
        raise FeedError(
            "bad-csv", f"line {rows.line_num}: {error}; what comes after it was not read"
        ) from error


def _json_rows(feed: Feed) -> Iterator[tuple[str, Row]]:
    try:
        for number, item in enumerate(ijson.items(GuardedJson(feed.stream), "item")):
            yield f"/{number}", _json_row(feed, item)
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise FeedError(
            "bad-json", f"not readable as JSON: {error}; what comes after it was not read"
        ) from error


def _json_row(feed: Feed, item: object) -> Row:
    if not isinstance(item, dict):
        return {}, {"value": str(item)}
    columns = Columns.of(list(item))
    if feed.header.format_version is None:
        feed.header.format_version = columns.version()
    return columns.read(list(item.values()))


def _find_header(feed: Feed, rows: Numbered) -> tuple[Columns, Numbered] | None:
    for number, row in rows:
        if number > _HEADER_WITHIN:
            return None
        if is_header(row):
            _report_slips(feed, row)
            columns = Columns.of(row)
            return columns, _after_comments(feed, columns, rows)
    return None


def _report_slips(feed: Feed, header: Sequence[object]) -> None:
    for name in filter(None, map(cell_text, header)):
        if canonical(name) is None:
            feed.header.warnings.append(f"unknown-column: {name!r} is kept as it is named")


def _after_comments(feed: Feed, columns: Columns, rows: Numbered) -> Numbered:
    """The rows of titles; the comment row under the header may state the version."""
    known = feed.header
    for number, row in rows:
        if is_comment(row):
            known.format_version = known.format_version or stated_version(row)
            continue
        known.format_version = known.format_version or columns.version()
        yield number, row


def _placed(prefix: str, columns: Columns, rows: Numbered) -> Iterator[tuple[str, Row]]:
    for number, row in rows:
        said = columns.read(row)
        if said[0] or said[1]:
            yield f"{prefix}{number}", said


def _statements(feed: Feed, rows: Iterable[tuple[str, Row]]) -> Iterator[Statement]:
    return read_each(feed, rows, read_row, row_text, lambda row: row_key(feed, row))


FORMATS = (Format("avails_xlsx", "EMA Avails sheet", "scoped", sniff, parse),)
