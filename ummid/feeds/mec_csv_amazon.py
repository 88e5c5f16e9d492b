"""Tables and JSON from which third parties make MEC and MMC files for Prime Video.

Not an Amazon format. A MEC table (or an image-only one, which has no titles) describes titles, an
MMC table their media files; a JSON document is one of either. Cells hold lists joined by `;`,
which belong together position by position.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

import ijson

from ummid.catalog.keys import slug
from ummid.catalog.model import Statement, Warning
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.jsonguard import GuardedJson
from ummid.feeds.mec_csv_media import read_media
from ummid.feeds.mec_csv_rows import media_payload, title_payload
from ummid.feeds.mec_csv_title import Hierarchy, Json, read_title

_MEC = frozenset(("LocalizedInfo:language",))
_MEC_EITHER = frozenset(("TitleDisplay", "ArtReference"))
_MMC = frozenset(("VideoType", "AudioType", "ExperienceType"))
_MMC_MANIFEST = frozenset(("VideoType", "VideoLocation", "WidthPixels"))
_JSON_TITLE = frozenset(("localizedInfo", "workType"))
_JSON_MEDIA = frozenset(("video", "experience"))
_BYTES_KEPT = 16 * 1024 * 1024

Row = tuple[dict[str, str], list[Warning]]


def sniff(head: Head) -> bool:
    if head.is_zip or head.is_parquet or head.body.startswith(b"<"):
        return False
    return _is_json(head) or _variant(head) is not None


def _is_json(head: Head) -> bool:
    shape = head.json
    return shape is not None and (shape.keys >= _JSON_TITLE or shape.keys >= _JSON_MEDIA)


def _variant(head: Head) -> str | None:
    columns = frozenset(head.csv_header)
    if columns >= _MEC and columns & _MEC_EITHER:
        return "MEC"
    if columns >= _MMC or columns >= _MMC_MANIFEST:
        return "MMC"
    return None


def parse(feed: Feed) -> Iterator[Statement]:
    hierarchy = Hierarchy()
    variant = "JSON" if _is_json(feed.head) else _variant(feed.head)
    if variant == "JSON":
        yield from read_each(feed, _documents(feed), hierarchy.placed(_read_json), _dump)
    elif variant is None:
        raise FeedError("unknown-columns", "neither the columns of a MEC nor of an MMC table")
    else:
        feed.header.format_version = variant
        read = _read_title if variant == "MEC" else _read_media
        rows = _rows(feed)
        yield from read_each(feed, rows, hierarchy.placed(read), lambda row: _dump(row[0]))


def _read_title(feed: Feed, at: str, row: Row, hierarchy: Hierarchy) -> Statement:
    _check_row(row)
    return read_title(feed, at, title_payload(row[0], row[1]), hierarchy, row[1])


def _read_media(feed: Feed, at: str, row: Row, _: Hierarchy) -> Statement:
    _check_row(row)
    return read_media(feed, at, media_payload(row[0]), row[1])


def _check_row(row: Row) -> None:
    if surplus := row[0].get(""):
        raise FeedError("ragged-row", f"the row has cells beyond its columns: {surplus!r}")


def _read_json(feed: Feed, at: str, document: Json, hierarchy: Hierarchy) -> Statement:
    if not isinstance(document, dict):
        raise FeedError("bad-shape", "a title is a JSON object")
    if "localizedInfo" in document:
        return read_title(feed, at, document, hierarchy, [])
    return read_media(feed, at, document, [])


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _documents(feed: Feed) -> Iterator[tuple[str, Json]]:
    shape = feed.head.json
    for _ in range(shape.skipped if shape else 0):
        feed.header.warnings.append("junk-line: a line before the JSON document is not read")
    stream = _after_lines(feed, shape.skipped if shape else 0)
    many = shape is not None and shape.kind == "array"
    try:
        for index, item in enumerate(ijson.items(GuardedJson(stream), "item" if many else "")):
            _name_partner(feed, item)
            yield f"/{index}" if many else "/", item
    except ijson.JSONError as error:
        raise FeedError(
            "not-well-formed", f"not well-formed JSON: {error}; send the document again"
        ) from error


def _after_lines(feed: Feed, count: int) -> BinaryIO:
    stream = io.BufferedReader(cast("io.RawIOBase", feed.stream))
    for _ in range(count):
        stream.readline(_BYTES_KEPT)
    return cast("BinaryIO", stream)


def _name_partner(feed: Feed, item: Json) -> None:
    if feed.header.partner is None and isinstance(item, dict):
        credit, org = item.get("companyDisplayCredit"), item.get("organization")
        names = [
            part.get(key)
            for part, key in ((org, "id"), (credit, "value"))
            if isinstance(part, dict)
        ]
        stated = next((str(name) for name in names if name), "")
        feed.header.partner = slug(stated.removeprefix("md:orgid:")) or None


def _rows(feed: Feed) -> Iterator[tuple[str, Row]]:
    encoding = "utf-8-sig" if feed.head.encoding == "utf-8" else "utf-16"
    raw = io.BufferedReader(cast("io.RawIOBase", feed.stream))
    lines = io.TextIOWrapper(raw, encoding, "replace", newline="")
    reader = csv.reader(lines, feed.head.csv_dialect or csv.excel)
    try:
        columns = [cell.strip() for cell in next(_filled(reader), [])]
        for cells in _filled(reader):
            row = _row(columns, cells)
            credit = row[0].get("OrganizationID") or row[0].get("CompanyDisplayCredit")
            if feed.header.partner is None and credit:
                feed.header.partner = slug(credit.removeprefix("md:orgid:")) or None
            yield f"line {reader.line_num}", row
    except csv.Error as error:
        raise FeedError(
            "bad-table", f"line {reader.line_num}: {error}; what follows was not read"
        ) from error


def _filled(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    return (cells for cells in rows if any(cell.strip() for cell in cells))


def _row(columns: list[str], cells: list[str]) -> Row:
    """Cells by column; what lies beyond the columns is filed under ""."""
    row = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
    row.pop("", None)
    warnings: list[Warning] = []
    if surplus := [cell for cell in cells[len(columns) :] if cell.strip()]:
        row[""] = "; ".join(surplus)
    if len(cells) < len(columns):
        message = f"the row has {len(cells)} cells for {len(columns)} columns"
        warnings.append(Warning("ragged-row", "", message))
    return row, warnings


FORMATS = (
    Format("mec_csv_amazon", "MEC and MMC tables and JSON for Prime Video", "delta", sniff, parse),
)
