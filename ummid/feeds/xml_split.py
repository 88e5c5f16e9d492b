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
_SECTION = rb"!\[CDATA\[[^\]]*(?:\](?!\]>)[^\]]*)*(?:\]\]>|\Z)|!--.*?(?:-->|\Z)|\?.*?(?:\?>|\Z)"
"""After its `<`; one that does not end takes all that follows: nothing is searched twice."""
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
    border: re.Pattern[bytes]


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


def whole_records(data: bytes, tag: bytes) -> tuple[int, int, bool]:
    """How many whole records `data` begins with, where the next one begins, and whether
    something else comes first, as `record_starts` finds it.

    Mostly a record follows upon the other and nothing inside hides or repeats its name: such
    data is cut in one search.
    """
    borders: list[bytes] = []
    sections: list[bytes] = []
    for found in _shapes(tag).border.findall(data):
        (sections if found[1] in b"!?" else borders).append(found)
    plain = {found[:2] == b"</" and found.count(b"<") == 2 for found in set(borders[1:])}
    hidden = any(tag in section for section in sections)
    if plain == {True} and not hidden and borders[0].count(b"<") == 1:
        return len(borders) - 1, data.rindex(borders[-1]) + borders[-1].rindex(b"<"), False
    starts, last = record_starts(data, tag)
    return max(len(starts) - 1, 0), starts[-1] if starts else 0, last


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
        at = _end(data, at, shapes)
    return starts, False


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
        re.compile(
            rb"<(?:/?%s[\s/>](?:[ \t\r\n]*<%s[\s/>])?|%s)" % (name, name, _SECTION), re.DOTALL
        ),
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
            records, end, last = whole_records(self._buffer[:wanted], self._tag)
            if records:
                yield self._cut(records, end)
                wanted = size
            else:
                wanted *= 2
            if ended or last or wanted > RECORD_LIMIT:
                return

    def rest(self, begin: bytes = b"") -> "Joined":
        """`begin` and all that was not cut, with any trouble of the stream in its place."""
        return Joined(begin + self._buffer, self._stream, self._trouble)

    def _cut(self, records: int, end: int) -> Part:
        data, self._buffer = self._buffer[:end], self._buffer[end:]
        part = Part(data, records, self.records, self.lines)
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
