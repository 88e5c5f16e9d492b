"""Where a large XML document may be cut so that its parts can be read apart.

A part is the document's own opening, some whole records and the closing tags. The scanner
knows comments, CDATA, processing instructions, quoted attributes, empty and nested elements
of the record's name; it checks nothing else. Where it meets what it does not understand it
stops, and the rest of the document is one part that ends as the document does.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import BinaryIO, NamedTuple

from ummid.errors import FeedError

READ = 1 << 16
OPENING_LIMIT = 1 << 20
RECORD_LIMIT = 64 << 20

_NAME = rb"[^\s<>/!?=\"'\[\]]+"
_ATTRIBUTES = rb"[^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*"
_MARKUP = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!DOCTYPE[^\[<>]*>"
    rb"|</(?P<ended>" + _NAME + rb")\s*>|<(?P<begun>" + _NAME + rb")" + _ATTRIBUTES + rb">",
    re.DOTALL,
)
_GAP = re.compile(rb"(?:[ \t\r\n]+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}


class Opening(NamedTuple):
    """The document up to its first record: its bytes, the record's tag, what closes it again."""

    data: bytes
    tag: bytes
    closing: bytes


class Part(NamedTuple):
    """Some whole records; how many they are, and how many records and line feeds come before."""

    data: bytes
    records: int
    records_before: int
    lines_before: int


class _Shapes(NamedTuple):
    begin: re.Pattern[bytes]
    token: re.Pattern[bytes]
    start: re.Pattern[bytes]


def opening(data: bytes, elements: Collection[str]) -> Opening | None:
    """What comes before the first of `elements` (local names) in a document's first bytes.

    None when it must not be cut: no record in sight, a DOCTYPE with declarations of its own,
    anything that is no plain markup.
    """
    open_tags: list[bytes] = []
    at = 0
    while (at := data.find(b"<", at)) >= 0:
        found = _MARKUP.match(data, at)
        if not found:
            return None
        begun, ended = found["begun"], found["ended"]
        if begun and begun.rpartition(b":")[2].decode() in elements:
            closing = b"".join(b"</%s>" % name for name in reversed(open_tags))
            return Opening(data[:at], begun, closing) if open_tags else None
        if begun and not found[0].endswith(b"/>"):
            open_tags.append(begun)
        elif ended and (not open_tags or open_tags.pop() != ended):
            return None
        at = found.end()
    return None


def record_starts(data: bytes, tag: bytes) -> tuple[list[int], bool]:
    """Where records begin in `data`, which begins with one: each after whole records with
    nothing but blanks, comments and processing instructions between them.

    And whether something else follows the last of them, so that it is the last.
    """
    shapes = _shapes(tag)
    starts: list[int] = []
    at: int | None = 0
    while at is not None:
        gap = _GAP.match(data, at)
        at = gap.end() if gap else at
        if not shapes.begin.match(data, at):
            unfinished = len(data) - at < len(tag) + 4 or data.startswith((b"<!--", b"<?"), at)
            return starts, not unfinished
        starts.append(at)
        at = _plain_end(data, at, tag) or _end(data, at, shapes)
    return starts, False


def _plain_end(data: bytes, at: int, tag: bytes) -> int | None:
    """The end of a record that no markup inside hides or repeats; None for any other. Most are
    such, and are spared the look at each of their tags.
    """
    closing = b"</%s>" % tag
    end = data.find(closing, at)
    if end < 0 or data.find(b"<" + tag, at + 1, end) >= 0 or _has(data, b"<?", at, end):
        return None
    while _has(data, b"<!", at, end):
        at = data.find(b"<!", at)
        until = b"-->" if data.startswith(b"<!--", at) else b"]]>"
        at = data.find(until, at + 4, end)
        if at < 0:
            return None
    return end + len(closing)


def _has(data: bytes, mark: bytes, at: int, end: int) -> bool:
    """One byte is found many times faster than two, and is hardly ever there."""
    return data.find(mark[1:], at, end) >= 0 and data.find(mark, at, end) >= 0


def _end(data: bytes, at: int, shapes: _Shapes) -> int | None:
    """Where the record that begins at `at` ends; None when its end is not in `data`."""
    depth = 0
    search, start = shapes.token.search, shapes.start.match
    while found := search(data, at):
        token = found[0]
        if until := _ENDS.get(token):
            at = data.find(until, found.end())
            if at < 0:
                return None
            at += len(until)
            continue
        if token[1] == 0x2F:  # </
            at = data.find(b">", found.end() - 1) + 1
            depth -= 1
            if not at:
                return None
        else:
            whole = start(data, found.start())
            if not whole:
                return None
            at = whole.end()
            depth += data[at - 2] != 0x2F  # />
        if depth <= 0:
            return at
    return None


@lru_cache(maxsize=64)
def _shapes(tag: bytes) -> _Shapes:
    name = re.escape(tag)
    return _Shapes(
        re.compile(rb"<" + name + rb"[\s/>]"),
        re.compile(rb"<(?:!--|!\[CDATA\[|\?|/?" + name + rb"[\s/>])"),
        re.compile(rb"<" + name + _ATTRIBUTES + rb">"),
    )


class Splitter:
    """Cuts what follows an opening into parts of about `size` bytes, as they are asked for.

    `rest` is what was not cut: after the last part it begins with a record and holds the end
    of the document, whatever that is.
    """

    def __init__(
        self, found: Opening, begun: bytes, stream: BinaryIO, trouble: Exception | None = None
    ) -> None:
        self._tag = found.tag
        self._buffer = begun[len(found.data) :]
        self._stream = stream
        self._trouble = trouble
        self._ended = trouble is not None
        self.records = 0
        self.lines = found.data.count(b"\n")

    def parts(self, first: int, size: int) -> Iterator[Part]:
        """Parts: one of about `first` bytes, then of `size`."""
        wanted = first
        while True:
            self._fill(wanted)
            ended = self._ended and len(self._buffer) <= wanted
            starts, last = record_starts(self._buffer[:wanted], self._tag)
            if len(starts) > 1:
                yield self._cut(starts)
                wanted = size
            else:
                wanted *= 2
            if ended or last or wanted > RECORD_LIMIT:
                return

    def rest(self, begin: bytes = b"") -> "Joined":
        """`begin` and all that was not cut, with any trouble of the stream in its place."""
        return Joined(begin + self._buffer, self._stream, self._trouble)

    def _cut(self, starts: list[int]) -> Part:
        data = self._buffer[: starts[-1]]
        self._buffer = self._buffer[starts[-1] :]
        part = Part(data, len(starts) - 1, self.records, self.lines)
        self.records += part.records
        self.lines += data.count(b"\n")
        return part

    def _fill(self, wanted: int) -> None:
        if self._ended:
            return
        missing = wanted - len(self._buffer)
        data, self._trouble = take(self._stream, missing)
        self._ended = len(data) < missing
        self._buffer += data


def take(stream: BinaryIO, size: int) -> tuple[bytes, Exception | None]:
    """Up to `size` bytes, fewer only at the end or where reading failed, with the failure."""
    pieces: list[bytes] = []
    try:
        while size > 0 and (data := stream.read(min(size, READ))):
            pieces.append(data)
            size -= len(data)
    except (OSError, EOFError, FeedError) as error:
        return b"".join(pieces), error
    return b"".join(pieces), None


class Joined:
    """Bytes already taken, then the stream, then what went wrong when it was read ahead."""

    def __init__(self, begun: bytes, stream: BinaryIO, trouble: Exception | None = None) -> None:
        self._begun = memoryview(begun)
        self._stream = stream
        self._trouble = trouble

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(READ), b""))
        if self._begun:
            data = bytes(self._begun[:size])
            self._begun = self._begun[size:]
            return data
        if self._trouble:
            raise self._trouble
        return self._stream.read(size)
