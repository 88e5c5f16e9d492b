"""Byte streams under a connector: a readable head, repaired text, a running digest."""

import codecs
import hashlib
import io
import re
from collections.abc import Callable
from typing import BinaryIO

from ummid.errors import FeedError

XML_DECLARATION = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<\?xml\b[^>]*?\sencoding\s*=\s*[\"']([\w.:-]*)", re.ASCII
)
"""The beginning of a document that states its encoding (group 1)."""

UTF8_NAMES = frozenset({"utf-8", "utf8", "ascii", "us-ascii"})

_ILLEGAL = bytes(i for i in range(0x20) if i not in (9, 10, 13))
_BLANK = bytes(0x20 if i in _ILLEGAL else i for i in range(256))
_NO_CHARACTERS = ("\ufffe", "\uffff")
_REPLACEMENT = "\ufffd".encode()
_CHUNK = 1 << 18


class Steady(io.RawIOBase):
    """A stream whose reads give as many bytes as asked for, fewer only at the end.

    Parsers take a short read for the end. A failure is raised once all that precedes it has
    been given, and again on every read after that.
    """

    def __init__(self, ready: bytes = b"") -> None:
        self._ready = ready
        self._ended = False
        self._failure: Exception | None = None

    def readable(self) -> bool:
        return True

    def peek(self, size: int) -> bytes:
        """The next bytes, which a read gives again."""
        while len(self._ready) < size and not self._ended:
            try:
                piece = self._more(size - len(self._ready))
            except Exception as error:
                self._failure, piece = error, b""
            self._ended = not piece
            self._ready += piece
        if self._failure and size and not self._ready:
            raise self._failure
        return self._ready[:size]

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        data = self.peek(size)
        self._ready = self._ready[size:]
        return data

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _more(self, size: int) -> bytes:
        """Some of the bytes that come next, about `size`; b"" at the end."""
        raise NotImplementedError


class ReplayedStream(Steady):
    """A stream whose first bytes were already taken: gives them again, then the rest.

    Keeps a SHA-256 and a count of all bytes given, so that a delivery has an identity
    without being read twice. Not seekable: a reader that must seek copies it first.
    """

    def __init__(self, head: bytes, rest: BinaryIO, limit: int | None = None) -> None:
        super().__init__(head)
        self._rest = rest
        self._limit = limit
        self._digest = hashlib.sha256()
        self.count = 0

    @property
    def digest(self) -> str:
        """The hex SHA-256 of what was given so far."""
        return self._digest.hexdigest()

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if size is not None and size >= 0:
            self._digest.update(data)
            self.count += len(data)
        if self._limit is not None and self.count > self._limit:
            raise FeedError(
                "too-large", f"more than {self._limit} bytes once decompressed; split the feed"
            )
        return data

    def drain(self) -> None:
        """Reads what is left, so that digest and count speak of the whole content."""
        while self.read(_CHUNK):
            pass

    def _more(self, size: int) -> bytes:
        return self._rest.read(size)


class RepairedText(Steady):
    """UTF-8 text with what breaks a parser made readable, and reported.

    Bytes that are no UTF-8 are read as Windows-1252 (partners paste Latin-1 into UTF-8
    files), control characters that XML and JSON forbid become blanks, what is no character
    at all (U+FFFE, U+FFFF) its replacement; an XML declaration of another encoding says UTF-8
    from here on. `report` is called once per kind with a sentence for the operator.
    """

    def __init__(self, stream: BinaryIO, report: Callable[[str], None]) -> None:
        super().__init__()
        self._stream = stream
        self._tail = b""
        self._report = report
        self._offset = 0
        self._reported: set[str] = set()

    def _more(self, size: int) -> bytes:
        while True:
            chunk = self._stream.read(max(size, _CHUNK))
            data = self._repair(chunk)
            if data or not chunk:
                return data

    def _repair(self, chunk: bytes) -> bytes:
        data = self._tail + chunk if self._offset else self._relabelled(chunk)
        try:
            text, used = codecs.utf_8_decode(data, "strict", not chunk)
            self._tail, data = data[used:], data[:used]
        except UnicodeDecodeError:
            text, used = codecs.utf_8_decode(data, "windows-1252-fallback", not chunk)
            self._tail, data = data[used:], text.encode()
            self._say("not-utf-8", "bytes that are no UTF-8, read as Windows-1252")
        self._offset += len(chunk)
        if len(data.translate(None, _ILLEGAL)) != len(data):
            data = data.translate(_BLANK)
            self._say("control", "control characters that are not allowed, read as blanks")
        for nothing in _NO_CHARACTERS:
            if nothing in text:  # much faster to look for than its bytes
                data = data.replace(nothing.encode(), _REPLACEMENT)
                self._say("no-character", "code points that are no characters, read as U+FFFD")
        return data

    def _relabelled(self, data: bytes) -> bytes:
        match = XML_DECLARATION.match(data)
        if match is None:
            return data
        declared = match[1].decode()
        if declared.lower() not in UTF8_NAMES:
            self._say("wrong-encoding", f"UTF-8 although it declares {declared!r}")
        return data[: match.start(1)] + b"utf-8" + data[match.end(1) :]

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
