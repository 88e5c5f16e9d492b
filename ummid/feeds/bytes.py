"""Byte streams under a connector: a readable head, repaired text, a running digest."""

import codecs
import hashlib
import io
from collections.abc import Callable
from typing import BinaryIO

from ummid.errors import FeedError

_ILLEGAL = bytes(i for i in range(0x20) if i not in (9, 10, 13))
_BLANK = bytes(0x20 if i in _ILLEGAL else i for i in range(256))
_CHUNK = 1 << 18


class ReplayedStream(io.RawIOBase):
    """A stream whose first bytes were already taken: gives them again, then the rest.

    Keeps a SHA-256 and a count of all bytes given, so that a delivery has an identity
    without being read twice. Not seekable: a reader that must seek copies it first.
    """

    def __init__(self, head: bytes, rest: BinaryIO, limit: int | None = None) -> None:
        self._head = memoryview(head)
        self._rest = rest
        self._limit = limit
        self._digest = hashlib.sha256()
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            data = bytes(self._head) + self._rest.read()
            self._head = self._head[:0]
        elif self._head:
            data = bytes(self._head[:size])
            self._head = self._head[size:]
        else:
            data = self._rest.read(size)
        self._digest.update(data)
        self.count += len(data)
        if self._limit is not None and self.count > self._limit:
            raise FeedError(
                "too-large", f"more than {self._limit} bytes once decompressed; split the feed"
            )
        return data

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def drain(self) -> str:
        """Reads what is left and returns the hex SHA-256 of the whole content."""
        while self.read(1 << 20):
            pass
        return self._digest.hexdigest()


class RepairedText(io.RawIOBase):
    """UTF-8 text with what breaks a parser made readable, and reported.

    Bytes that are no UTF-8 are read as Windows-1252 (partners paste Latin-1 into UTF-8
    files), control characters that XML and JSON forbid become blanks. `report` is called
    once per kind with a sentence for the operator.
    """

    def __init__(self, stream: BinaryIO, report: Callable[[str], None]) -> None:
        self._stream = stream
        self._tail = b""
        self._report = report
        self._offset = 0
        self._reported: set[str] = set()
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        """As many bytes as asked for, fewer only at the end: parsers take a short read for it."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        while len(self._ready) < size and not self._ended:
            chunk = self._stream.read(max(size, _CHUNK))
            self._ended = not chunk
            self._ready += self._repair(chunk)
        data, self._ready = self._ready[:size], self._ready[size:]
        return data

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _repair(self, chunk: bytes) -> bytes:
        data = self._tail + chunk
        try:
            _, used = codecs.utf_8_decode(data, "strict", not chunk)
            self._tail, data = data[used:], data[:used]
        except UnicodeDecodeError:
            text, used = codecs.utf_8_decode(data, "windows-1252-fallback", not chunk)
            self._tail, data = data[used:], text.encode()
            self._say("not-utf-8", "bytes that are no UTF-8, read as Windows-1252")
        self._offset += len(chunk)
        if len(data.translate(None, _ILLEGAL)) != len(data):
            data = data.translate(_BLANK)
            self._say("control", "control characters that are not allowed, read as blanks")
        return data

    def _say(self, kind: str, what: str) -> None:
        if kind not in self._reported:
            self._reported.add(kind)
            self._report(f"{kind}: from about byte {self._offset} on the file holds {what}")


def _read_as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error("windows-1252-fallback", _read_as_cp1252)
