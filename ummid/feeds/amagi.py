"""Amagi's documents: EPG (XML `programs`, JSON array) and VOD (XML `root`, bulk CSV).

An EPG is a range delivery and never a grant: one statement per airing, with what each
channel covers. VOD statements carry no scopes, so that silence withdraws nothing: an asset
document speaks for itself, and a bulk sheet adds or replaces by GUID.
"""

import re
from collections.abc import Iterator

from ummid.catalog.model import Statement
from ummid.errors import FeedError
from ummid.feeds.amagi_epg import read_epg_json, read_epg_xml
from ummid.feeds.amagi_sheet import read_sheet
from ummid.feeds.amagi_vod import read_vod
from ummid.feeds.connector import Feed, Format
from ummid.feeds.head import Head

_TYPE = re.compile(rb"<type>\s*(?:tv_episode|tv_series|episode|movie|series|short|trailer)\s*<")
_EPG_MARKS = (b"<announced_time", b"<air_date")
_EPG_KEYS = frozenset({"startTime", "endTime", "program"})
_SHEET = frozenset({"GUID", "SeriesTMSId", "LicensingStart", "LicensingEnd"})


def sniff(head: Head) -> bool:
    """Any of the four documents, by content."""
    return _form(head) is not None


def parse(feed: Feed) -> Iterator[Statement]:
    """The statements of whichever document this is."""
    form = _form(feed.head) or ("epg-json" if feed.head.body.startswith(b"[") else None)
    if form == "epg-xml":
        yield from read_epg_xml(feed)
    elif form == "epg-json":
        yield from read_epg_json(feed)
    elif form == "vod-xml":
        yield from read_vod(feed)
    elif form == "sheet":
        yield from read_sheet(feed)
    else:
        raise FeedError("not-amagi", "this is none of Amagi's EPG and VOD documents")


def _form(head: Head) -> str | None:
    root = head.xml_root
    if root is not None:
        if root.name == "programs" and any(mark in head.body for mark in _EPG_MARKS):
            return "epg-xml"
        known = root.name == "root" and b"<provider>" in head.body and _TYPE.search(head.body)
        return "vod-xml" if known else None
    if head.body.startswith((b"[", b"{")):
        shape = head.json
        return "epg-json" if shape and shape.kind == "array" and shape.keys >= _EPG_KEYS else None
    if head.is_zip or head.is_parquet:
        return None
    return "sheet" if _SHEET.issubset(head.csv_header) else None


FORMATS = (Format("amagi", "Amagi EPG and VOD documents", "range", sniff, parse),)
