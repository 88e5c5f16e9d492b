"""The bytes of a JSON document with their places, and what can be wrong with one."""

import codecs
import re
from typing import Any

from ummid.errors import FeedError
from ummid.feeds.connector import Feed

NESTING = 64
"""Levels of arrays and objects; partner feeds use about ten."""

CHUNK = 1 << 16
_JUNK_LINES = 3
_LONG_NUMBER = re.compile(rb"[0-9]{1000}")
"""Python refuses to read some thousands of digits, inside the parser's C code and too late."""

_ADVICE = "what comes after this place was not read: ask the partner to send the file again"


class Source:
    """The document's bytes in UTF-8, without byte-order mark and junk lines; counts places."""

    def __init__(
        self,
        feed: Feed,
        stream: Any,
        failure: OSError | EOFError | None = None,
        quiet: bool = False,
    ) -> None:
        if feed.head.encoding != "utf-8":
            stream = codecs.EncodedFile(stream, "utf-8", "utf-16", "replace")
        self._stream = stream
        self._failure = failure
        self._window = self._last = b""
        self.line = 1
        self.count = 0
        self._ready = self._start(feed, quiet)

    def _start(self, feed: Feed, quiet: bool) -> bytes:
        data = b""
        while len(data) < CHUNK and (chunk := self._stream.read(CHUNK)):
            data += chunk
        text = data.removeprefix(b"\xef\xbb\xbf")
        for skipped in range(_JUNK_LINES + 1):
            text = text.lstrip()
            if text[:1] in (b"{", b"["):
                break
            junk, _, text = text.partition(b"\n")
            if not text or skipped == _JUNK_LINES:
                raise FeedError("not-json", "line 1: the file holds no JSON document")
            if not quiet:
                shown = junk.decode("utf-8", "replace").strip()[:80]
                feed.header.warnings.append(
                    f"junk-before-document: a line before the document was skipped: {shown!r}"
                )
        self.count = len(data) - len(text)
        self.line += data.count(b"\n", 0, self.count)
        return text

    def read(self, size: int) -> bytes:
        if not size:
            return b""  # the parser asks what type comes, before anything is due
        data = self._ready or self._stream.read(size)
        self._ready = b""
        if len(data) > size:
            data, self._ready = data[:size], data[size:]
        if not data and self._failure:
            raise self._failure
        if _LONG_NUMBER.search(data):
            raise broken(self.line, f"byte {self.count}", "a number of more than 1000 digits")
        if data:
            self.line += self._last.count(b"\n")
            self.count += len(self._last)
            self._window, self._last = self._last, data
        return bytes(data)

    def read_all(self, limit: int) -> bytes:
        parts, size = [self._ready], len(self._ready)
        while size <= limit and (chunk := self._stream.read(CHUNK)):
            parts.append(chunk)
            size += len(chunk)
        if size > limit:
            raise FeedError("too-large", f"one JSON document of more than {limit} bytes; split it")
        return b"".join(parts)

    def locate(self, message: str) -> tuple[int, int, str]:
        """(line, byte, reason) from the parser's message, which quotes the text around."""
        reason, _, rest = message.partition("\n")
        if "premature EOF" in reason:
            near = len(self._window) + len(self._last)
        else:
            quoted = rest.partition("\n")[0].encode("utf-8", "replace")
            before = quoted[:40].lstrip()
            flat = (self._window + self._last).translate(_FLAT)
            at = flat.find(before + quoted[40:])
            near = len(self._window) if at < 0 else at + len(before)
        text = (self._window + self._last)[:near]
        line = self.line - self._window.count(b"\n") + text.count(b"\n")
        return line, self.count - len(self._window) + near, reason.partition(": ")[2] or reason


_FLAT = bytes.maketrans(b"\n\r", b"  ")


def repeated(name: str, place: str) -> str:
    return f"duplicate-key: {name!r} stands twice in one object of {place}; the last value counts"


def broken(line: int, where: str, reason: str) -> FeedError:
    return FeedError("not-json", f"line {line}, {where}: not JSON: {reason}; {_ADVICE}")


def too_deep(place: str) -> FeedError:
    return FeedError("too-deep", f"{place}: nested more than {NESTING} levels; {_ADVICE}")
