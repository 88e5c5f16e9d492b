"""Amagi's VOD bulk sheet (template 2): one statement per row, with its licensing window.

Columns by name; lists are separated by `;`; dates are whole days (YYYY-MM-DD). The sheet
states neither licence nor territory: both come from the partner's profile, a licence that is
not declared is OTHER.
"""

import csv
import io
from collections.abc import Iterator
from typing import get_args

from ummid.catalog import times
from ummid.catalog.grants import Bound, Grant, Licence, Term, TerritorySet
from ummid.catalog.identifiers import own_id
from ummid.catalog.keys import stable_id
from ummid.catalog.model import (
    Artwork,
    ExternalId,
    Genre,
    IdScope,
    Parent,
    SourceRecord,
    Statement,
    Synopsis,
    Technical,
    Text,
    Track,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds import amagi_common as common
from ummid.feeds.amagi_vod import seconds
from ummid.feeds.connector import Feed, read_each

Row = dict[str, str]

_PICTURES = {
    "ImageLandscapePath": "landscape",
    "ImagePortraitPath": "portrait",
    "SeriesImageLandscapePath": "series-landscape",
    "SeriesImagePortraitPath": "series-portrait",
}
_BREAKS = "Ad_Breaks (Mid-Roll)"


def read_sheet(feed: Feed) -> Iterator[Statement]:
    """One statement per row that holds anything."""
    feed.header.format_version = "bulk-template-2"
    yield from read_each(feed, _rows(feed), _read, _raw, lambda row: row.get("GUID") or None)


def _rows(feed: Feed) -> Iterator[tuple[str, Row]]:
    dialect = feed.head.csv_dialect or csv.excel
    buffered = io.BufferedReader(feed.stream)  # type: ignore[type-var]
    encoding = "utf-8-sig" if feed.head.encoding == "utf-8" else "utf-16"
    reader = csv.reader(io.TextIOWrapper(buffered, encoding, "replace", newline=""), dialect)
    try:
        names = [name.strip() for name in next(reader, [])]
        for values in reader:
            cells = [value.strip() for value in values]
            if any(cells):
                row = dict(zip(names, cells, strict=False))
                row[""] = "\t".join(cells[len(names) :])
                yield f"row {reader.line_num}", row
    except csv.Error as error:
        raise FeedError("not-well-formed", f"row {reader.line_num}: {error}") from error


def _raw(row: Row) -> str:
    return "\n".join(f"{name}: {value}" for name, value in row.items() if value)


def _read(feed: Feed, where: str, row: Row) -> SourceRecord:
    doubts: list[Warning] = []
    cell = row.get
    if cell(""):
        doubts.append(Warning("extra-cells", "row", f"more cells than columns: {cell('')!r}"))
    stated, title, guid = cell("Type", ""), cell("Title", ""), cell("GUID", "")
    if not guid and not title:
        raise FeedError("missing-id", "the row has neither GUID nor Title")
    kind = common.KINDS.get(stated.lower(), "unknown")
    if kind == "unknown":
        doubts.append(Warning("unknown-kind", "Type", f"{stated!r} is neither Movie nor Episode"))
    released = common.release(cell("ReleaseDate", ""), "original", "ReleaseDate", doubts)
    rated = common.rating(cell("RatingBody", ""), cell("RatingValue", ""), "", doubts)
    series, series_id = cell("SeriesName", ""), cell("SeriesID", "")
    parent_ids = (
        *((own_id(series_id, "series"),) if series_id else ()),
        *_tms(cell("SeriesTMSId", ""), "series", doubts),
    )
    key = guid or stable_id("amagi", stated, series, title, cell("EpisodeNumber", ""))
    description = cell("Description", "")
    extra = {"file_name": cell("FileName", ""), "type": stated if kind == "unknown" else ""}
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind=kind,
        key=key,
        source=feed.source(where),
        format_version=feed.header.format_version,
        own_id=guid or None,
        ids=tuple(_tms(cell("TMSID", ""), "title", doubts)),
        titles=(Text(title),) if title else (),
        synopses=(Synopsis(description),) if description else (),
        year=times.year_of(released.date) if released else None,
        parents=(Parent("series", parent_ids, series or None),) if series or parent_ids else (),
        season_number=common.number(cell("SeasonNumber"), "SeasonNumber", doubts),
        episode_number=common.number(cell("EpisodeNumber"), "EpisodeNumber", doubts),
        genres=(
            *(Genre(value) for value in _list(cell("Genre", ""))),
            *(Genre(value, "category") for value in _list(cell("Categories", ""))),
        ),
        keywords=tuple(_list(cell("Keywords", ""))),
        ratings=(rated,) if rated else (),
        releases=(released,) if released else (),
        artwork=tuple(Artwork(row[n], use) for n, use in _PICTURES.items() if row.get(n)),
        technical=_technical(row, doubts),
        grants=(_grant(feed, row, key, doubts),),
        warnings=tuple(dict.fromkeys(doubts)),
        extra={name: value for name, value in extra.items() if value},
    )


def _tms(value: str, scope: IdScope, doubts: list[Warning]) -> Iterator[ExternalId]:
    return common.ids([("tms", value)], scope, doubts)


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _technical(row: Row, doubts: list[Warning]) -> Technical:
    captions = row.get("ClosedCaptionsPath")
    return Technical(
        duration_ms=seconds(row.get("VideoDuration", ""), doubts),
        location=row.get("FilePath") or None,
        tracks=(Track("subtitle", type="caption", location=captions),) if captions else (),
        ad_breaks_ms=common.breaks(_list(row.get(_BREAKS, "")), doubts),
    )


def _grant(feed: Feed, row: Row, key: str, doubts: list[Warning]) -> Grant:
    start, end = (
        _bound(feed, row.get(name, ""), last)
        for name, last in (("LicensingStart", False), ("LicensingEnd", True))
    )
    times.check_window(start, end)
    licence: Licence = next((k for k in get_args(Licence) if k == feed.profile.licence), "OTHER")
    if licence == "OTHER":
        doubts.append(Warning("unknown-licence", "row", "the sheet states no licence; declare it"))
    where = feed.profile.territories
    return Grant(
        key=stable_id("amagi", key, licence, row.get("LicensingStart", "")),
        licence=licence,
        platform=feed.profile.platform,
        territories=TerritorySet(where) if where else None,
        start=start,
        end=end,
        terms=(
            *(Term("Platform", platform) for platform in _list(row.get("Platforms", ""))),
            *(Term(name, row[name]) for name in ("PreRoll", "PostRoll") if row.get(name)),
        ),
    )


def _bound(feed: Feed, raw: str, last: bool) -> Bound | None:
    if not raw:
        return None
    zone = feed.profile.assumed_zone
    if feed.profile.date_formats:
        return times.bound_in_format(raw, feed.profile.date_formats, end=last, assumed_zone=zone)
    return times.bound(raw, end=last, assumed_zone=zone)
