"""Tar as a stream, header by header (POSIX.1-2001 ustar and pax, GNU long names).

`tarfile` reads an extended header of any size into memory; here it is bounded.
"""

import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from ummid.errors import FeedError
from ummid.feeds.archive_bytes import CHUNK, Budget, Content, Entry, truncated

BLOCK = tarfile.BLOCKSIZE
MAX_HEADER = 1 << 20
"""Bytes of one extended header, which holds names and times."""

_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_LINKS = (tarfile.LNKTYPE, tarfile.SYMTYPE)
_PAX, _PAX_GLOBAL = tarfile.XHDTYPE, tarfile.XGLTYPE
_LONG_NAME, _LONG_LINK = tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK


class _Part:
    """The bytes of one entry, which end where its header said."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self.left = size

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, self.left, CHUNK))
        if not data and self.left:
            raise truncated()
        self.left -= len(data)
        return data


def tar_entries(stream: BinaryIO, budget: Budget) -> Iterator[Entry]:
    """(name, modified ms, content or why there is none) of each entry but folders.

    Raises FeedError `truncated-archive` or `bad-archive` where the archive breaks off.
    """
    stated: dict[str, str] = {}
    while (header := _header(stream)) is not None:
        padding = -header.size % BLOCK
        if header.type in (_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK):
            budget.enter()
            stated |= _extended(header, stream)
            _exactly(stream, padding)
            continue
        name = stated.get("path", header.name)
        size = _whole(stated.get("size"), header.size)
        modified = int(_number(stated.get("mtime"), header.mtime) * 1000) or None
        stated = {}
        part = _Part(stream, size)
        refused = _refusal(header.type)
        if refused:
            yield name, modified, refused
        elif header.type != tarfile.DIRTYPE and not name.endswith("/"):
            yield name, modified, Content(part)
        while part.left:
            part.read(CHUNK)
        _exactly(stream, -size % BLOCK)


def _header(stream: BinaryIO) -> tarfile.TarInfo | None:
    """The next header; None at the end, which two empty blocks mark and many writers omit."""
    block = stream.read(BLOCK)
    if not block or not block.strip(b"\0"):
        return None
    if len(block) < BLOCK:
        raise truncated()
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise FeedError(
            "bad-archive", f"a tar header is broken ({error}); send the archive again"
        ) from error
    if header.size < 0:
        raise FeedError("bad-archive", "a tar header states a negative size")
    return header


def _extended(header: tarfile.TarInfo, stream: BinaryIO) -> dict[str, str]:
    if header.size > MAX_HEADER:
        raise FeedError(
            "bad-archive", f"an extended tar header of {header.size} bytes; pack the files again"
        )
    data = _exactly(stream, header.size)
    if header.type == _LONG_NAME:
        return {"path": data.rstrip(b"\0").decode("utf-8", "surrogateescape")}
    return _pax(data) if header.type == _PAX else {}


def _pax(data: bytes) -> dict[str, str]:
    """Records `length key=value`; a broken one ends the reading."""
    found: dict[str, str] = {}
    while data:
        digits, blank, _ = data.partition(b" ")
        length = int(digits) if blank and digits.isdigit() and len(digits) < 9 else 0
        if not len(digits) < length <= len(data):
            return found
        key, _, value = data[len(digits) + 1 : length].rstrip(b"\n").partition(b"=")
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        data = data[length:]
    return found


def _refusal(kind: bytes) -> FeedError | None:
    if kind in _LINKS:
        return FeedError("link", "a link is not followed; pack the file itself")
    if kind in _FILES or kind == tarfile.DIRTYPE:
        return None
    return FeedError("special-file", "a device, pipe or sparse file is not taken; pack plain files")


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise truncated()
    return data


def _number(text: str | None, otherwise: float) -> float:
    try:
        number = float(text) if text is not None else otherwise
    except ValueError:
        return otherwise
    return number if 0 <= number < 1e11 else 0


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdigit() and len(text) < 19 else otherwise
