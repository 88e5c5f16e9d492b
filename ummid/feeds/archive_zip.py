"""Zip entries: by the directory where there is one, else one after the other (APPNOTE 6.3)."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, cast

from ummid.catalog.times import to_ms
from ummid.errors import FeedError
from ummid.feeds.archive_bytes import CHUNK, Budget, Content, Entry, truncated

MAX_DIRECTORY = 64 * 1024 * 1024
"""Bytes of a directory, which `zipfile` reads as a whole: 10,000 entries need about one."""

_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 0x1, 0x8, 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_OFFICE = (b"[Content_Types].xml", b"_rels/", b"xl/", b"docProps/", b"word/", b"ppt/", b"mimetype")


def is_office_file(head: bytes) -> bool:
    """Whether one of a zip's first entries says that it is a workbook or other document."""
    start = 0
    for _ in range(8):
        header = head[start : start + _LOCAL.size]
        if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
            return False
        name_at = start + _LOCAL.size
        if head[name_at:].startswith(_OFFICE):
            return True
        _, _, flags, _, _, _, _, packed, _, name_size, extra_size = _LOCAL.unpack(header)
        if flags & _SIZES_FOLLOW:
            return False
        start = name_at + name_size + extra_size + packed
    return False


def zip_entries(stream: BinaryIO, budget: Budget) -> Iterator[Entry]:
    """(name, modified ms, content or why there is none) of each entry but folders.

    An archive that was cut off has no directory: its whole entries are given, then
    FeedError `truncated-archive` is raised.
    """
    try:
        archive = zipfile.ZipFile(cast("BinaryIO", _Guarded(stream)))
    except (zipfile.BadZipFile, struct.error, NotImplementedError, ValueError, OSError):
        stream.seek(0)
        yield from _one_after_another(stream, budget)
        raise truncated() from None
    with archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            yield info.filename, _modified(info.date_time), _content(archive, info, budget)


def _content(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget
) -> Content | FeedError:
    refused = _refusal(info.flag_bits, info.compress_type, info.external_attr >> 16)
    if refused:
        return refused
    info.file_size = 1 << 62  # counted as it comes out; the checksum still ends the entry
    try:
        content = archive.open(info)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, RuntimeError) as error:
        return FeedError(
            "corrupt-member", f"the entry cannot be opened ({error}); send the archive again"
        )
    return Content(content, budget)


def _refusal(flags: int, method: int, mode: int) -> FeedError | None:
    if flags & _ENCRYPTED:
        return FeedError("encrypted-member", "the entry is encrypted; send it without a password")
    if stat.S_ISLNK(mode):
        return FeedError("link", "a link is not followed; pack the file itself")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return FeedError("special-file", "a device or pipe is not taken; pack plain files")
    if method not in _METHODS:
        return FeedError(
            "unsupported-compression", f"compression method {method}; pack with plain deflate"
        )
    return None


class _Guarded(io.RawIOBase):
    """The archive for `zipfile`, refusing to read a huge directory as a whole."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > MAX_DIRECTORY:
            raise FeedError(
                "too-many-entries", f"the archive's directory has {size} bytes; split the archive"
            )
        return self._stream.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _one_after_another(stream: BinaryIO, budget: Budget) -> Iterator[Entry]:
    """Entries by their local headers, as far as they go."""
    while len(header := stream.read(_LOCAL.size)) == _LOCAL.size:
        mark, _, flags, method, clock, day, _, packed, _, name_size, extra_size = _LOCAL.unpack(
            header
        )
        if mark != b"PK\x03\x04":
            return
        name = stream.read(name_size).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        stream.seek(extra_size, io.SEEK_CUR)
        modified = _modified(_dos_time(day, clock))
        refused = _refusal(flags, method, 0)
        sized = not flags & _SIZES_FOLLOW and packed != 0xFFFFFFFF
        if refused or (method != zipfile.ZIP_DEFLATED and not sized):
            if not name.endswith("/"):
                yield name, modified, refused or truncated()
            if not sized:
                return
            stream.seek(packed, io.SEEK_CUR)
            continue
        start = stream.tell()
        content = _Inflated(stream) if method == zipfile.ZIP_DEFLATED else _Stored(stream, packed)
        if not name.endswith("/"):
            yield name, modified, Content(content, budget)
        if sized:
            stream.seek(start + packed)
        elif not _skip(content, stream):
            return


class _Stored:
    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._left = size

    def read(self, size: int) -> bytes:
        data = self._stream.read(min(size, self._left))
        if not data and self._left:
            raise EOFError
        self._left -= len(data)
        return data


class _Inflated:
    """Raw deflate that ends where it says so itself."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)

    def read(self, size: int) -> bytes:
        data = b""
        while not data and not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._stream.read(1 << 16)
            if not packed:
                raise EOFError
            data = self._inflate.decompress(packed, size)
        return data

    def finish(self) -> bool:
        """Leaves the stream behind the deflated bytes; False when they do not end."""
        try:
            while not self._inflate.eof:
                self.read(CHUNK)
        except (EOFError, zlib.error):
            return False
        self._stream.seek(-len(self._inflate.unused_data), io.SEEK_CUR)
        return True


def _skip(content: "_Inflated | _Stored", stream: BinaryIO) -> bool:
    """To the next header, over the sizes that follow an entry."""
    if not isinstance(content, _Inflated) or not content.finish():
        return False
    mark = stream.read(4)
    stream.seek(12 if mark == b"PK\x07\x08" else 8, io.SEEK_CUR)
    return True


def _dos_time(day: int, clock: int) -> tuple[int, int, int, int, int, int]:
    return (
        1980 + (day >> 9),
        day >> 5 & 15,
        day & 31,
        clock >> 11,
        clock >> 5 & 63,
        (clock & 31) * 2,
    )


def _modified(parts: tuple[int, int, int, int, int, int]) -> int | None:
    try:
        return to_ms(datetime(*parts, tzinfo=UTC))
    except ValueError:
        return None
