"""What the first bytes of a zip show of a workbook, whose directory stands at its end."""

import io
import re
import struct
import zlib
from collections.abc import Iterator

from ummid.errors import FeedError
from ummid.feeds.head import Head
from ummid.feeds.workbook import Row, open_workbook

_LOCAL = b"PK\x03\x04"
_HEADER = struct.Struct("<4s5H3L2H")
_STREAMED = 0x8
_UNPACKED_LIMIT = 1 << 20
_OFFICE = ("[Content_Types].xml", "_rels/", "docProps/")
_OTHER_OFFICE = ("word/", "ppt/", "visio/")


def is_workbook(head: Head) -> bool:
    """Whether the local headers seen so far are a spreadsheet's."""
    if not head.is_zip:
        return False
    names = [name for name, _, _ in _entries(head.data)]
    if any(name.startswith("xl/") for name in names):
        return True
    return any(n.startswith(_OFFICE) for n in names) and not any(
        n.startswith(_OTHER_OFFICE) for n in names
    )


def first_rows(head: Head, count: int = 6) -> list[list[Row]] | None:
    """The first rows of each sheet of a workbook that the head holds whole; None if it does not.

    A workbook that cannot be opened has no rows: reading it will say why.
    """
    if not head.whole:
        return None
    try:
        with open_workbook(io.BytesIO(head.data)) as book:
            return [_up_to(book.rows(name), count) for name in book.sheet_names]
    except FeedError:
        return None


def _up_to(rows: Iterator[tuple[int, Row]], count: int) -> list[Row]:
    found: list[Row] = []
    try:
        for number, row in rows:
            if number > count:
                break
            found.append(row)
    except FeedError:
        pass
    return found


def visible_words(head: Head) -> tuple[set[str], bool]:
    """Cell texts among the entries that the head reaches, and whether those are all there are.

    All: the table of shared strings was unpacked to its end.
    """
    words: set[str] = set()
    whole = False
    for name, method, data in _entries(head.data):
        if name.startswith("xl/") and name.endswith(".xml") and method == 8:
            text, ended = _unpacked(data)
            words.update(
                match.decode("utf-8", "replace").strip()
                for match in re.findall(rb"<(?:\w+:)?t(?:\s[^>]*)?>([^<]{1,80})<", text)
            )
            whole = whole or (ended and name == "xl/sharedStrings.xml")
    return words, whole


def _entries(data: bytes) -> Iterator[tuple[str, int, bytes]]:
    """(name, compression method, data as far as it reaches) of each local header."""
    at = 0
    while (at := data.find(_LOCAL, at)) >= 0 and at + _HEADER.size <= len(data):
        fields = _HEADER.unpack_from(data, at)
        flags, method, size = fields[2], fields[3], fields[7]
        name_end = at + _HEADER.size + fields[9]
        name = data[at + _HEADER.size : name_end].decode("utf-8", "replace")
        start = name_end + fields[10]
        known = size and not flags & _STREAMED
        yield name, method, data[start : start + size] if known else data[start:]
        at = start + size if known else max(start, at + 4)


def _unpacked(data: bytes) -> tuple[bytes, bool]:
    unpacker = zlib.decompressobj(-15)
    try:
        return unpacker.decompress(data, _UNPACKED_LIMIT), unpacker.eof
    except zlib.error:
        return b"", False
