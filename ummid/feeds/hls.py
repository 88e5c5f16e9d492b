"""HLS playlists: recognised, and refused with a clear word.

A playlist (RFC 8216) lists one asset's segments and, with SCTE 35 markers, its ad breaks. It
names no title and no right, so nothing of it belongs in a catalogue.
"""

import io
import re
from collections.abc import Iterator

from ummid.catalog.model import Statement
from ummid.errors import FeedError
from ummid.feeds.connector import RAW_LIMIT, Feed, Format
from ummid.feeds.head import Head

_COMMENT_LINES = 20
_LINE_LIMIT = 1 << 16
_BREAK = re.compile(
    r"^#EXT-X-CUE-OUT(?!-CONT)|^#EXT-OATCLS-SCTE35|^#EXT(?:-X)?-SCTE35\b(?!.*(?:CUE-IN=YES|CUE-OUT=CONT))"
    r"|^#EXT-X-DATERANGE:.*SCTE35-OUT"
)


def sniff(head: Head) -> bool:
    """`#EXTM3U` on the first line, as RFC 8216 asks, or after comments, as some files have it."""
    for line in head.body.split(b"\n", _COMMENT_LINES)[:_COMMENT_LINES]:
        if line.startswith(b"#EXTM3U"):
            return True
        if line.strip() and not line.startswith(b"#"):
            return False
    return False


def parse(feed: Feed) -> Iterator[Statement]:
    segments = variants = breaks = opened = 0
    first = ""
    lines = io.TextIOWrapper(io.BufferedReader(feed.stream), "utf-8", "replace")  # type: ignore[type-var]
    number = 0
    while line := lines.readline(_LINE_LIMIT):
        number += 1
        if not first and line.startswith("#EXTM3U"):
            first = f"line {number}"
        segments += line.startswith("#EXTINF")
        variants += line.startswith("#EXT-X-STREAM-INF")
        if _BREAK.match(line):
            # several markers before one segment announce one break
            breaks += not opened
            opened = 1
        elif line.strip() and not line.startswith("#"):
            opened = 0
    held = f"{variants} variants" if variants else f"{segments} segments"
    error = FeedError(
        "not-a-catalogue",
        f"an HLS playlist ({held}, ad breaks: {breaks}) describes one asset's segments and ad "
        "markers; it names no title and no right: ask the partner for its catalogue feed",
    )
    yield feed.reject(first or "line 1", error, feed.head.text[:RAW_LIMIT])


FORMATS = (Format("hls_scte35", "HLS playlist (refused)", "delta", sniff, parse),)
"""`delta`: a playlist that went astray must not empty its scope."""
