"""Rows out of bytes, one at a time and never more than `LIMIT` characters of them.

Each source yields (place, row); what cannot be a row is a `BadRow`, and the next row goes on.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO, NamedTuple

import msgspec

from ummid.errors import FeedError

LIMIT = 1 << 20
"""Characters of one line, record or JSON item over which it is refused unread."""

UNCLOSED_QUOTES = 20
"""Times that an unclosed quote is answered by reading its following lines once more."""

DELIMITERS = ",\t;|^~¦§"


class BadRow(NamedTuple):
    """A row that cannot be read; `raw` is its beginning."""

    error: FeedError
    raw: str


Cells = Sequence[object]
Row = tuple[str, Cells | BadRow]
JsonRow = tuple[str, dict[str, object] | BadRow]


class Line(NamedTuple):
    number: int
    text: str
    cut: bool
    """Whether the line went on after `text` and its rest was skipped."""


@contextmanager
def text_of(stream: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    """The stream as text, line ends untouched; the stream stays open."""
    buffered = io.BufferedReader(stream, 1 << 18)  # type: ignore[type-var]
    text = io.TextIOWrapper(buffered, encoding, errors="replace", newline="")
    try:
        yield text
    finally:
        with suppress(ValueError):
            text.detach()
            buffered.detach()


def lines(text: io.TextIOWrapper, limit: int = LIMIT) -> Iterator[Line]:
    """Lines with their ends, numbered from 1. Of a longer one only the beginning is kept."""
    number = 0
    while line := text.readline(limit):
        number += 1
        cut = len(line) >= limit and line[-1] not in "\r\n"
        if cut:
            rest = line
            while rest and rest[-1] not in "\r\n":
                rest = text.readline(limit)
        if number == 1:
            line = line.removeprefix("\ufeff")
        if "\0" in line:
            line = line.replace("\0", " ")
        yield Line(number, line, cut)


def delimited(found: Iterable[Line], delimiter: str) -> Iterator[Row]:
    """Rows of a delimited text; quoted cells may span lines. Empty lines are no rows.

    A quote that nothing closes costs its own line: the lines after it are read again.
    """
    if csv.field_size_limit() < LIMIT * 2:
        csv.field_size_limit(
            LIMIT * 2
        )  # a process-wide setting, only ever raised; lines are bounded here
    source = _Source(iter(found))
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        source.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # pragma: no cover - lines are whole and bounded
            yield _line(source.first), BadRow(_bad_csv(error), source.raw)
            continue
        except _Overlong:
            yield _line(source.first), BadRow(_too_long(), source.raw)
            reader = csv.reader(source, delimiter=delimiter)
            continue
        except _Unclosed:
            yield _line(source.first), BadRow(_unclosed(), source.raw)
            reader = csv.reader(source, delimiter=delimiter)
            continue
        if len(cells) > 1 or (cells and cells[0].strip()):
            yield _line(source.first), cells


class _Overlong(Exception):
    """The next line is too long to be given to the reader."""


class _Unclosed(Exception):
    """A quoted cell went on to the limit or to the end of the file."""


class _Source:
    """Lines for csv.reader, which remembers those of the current record to give them again."""

    def __init__(self, found: Iterator[Line]) -> None:
        self._lines = found
        self._again: list[Line] = []
        self._record: list[Line] = []
        self._size = 0
        self._retries = UNCLOSED_QUOTES

    def __iter__(self) -> "_Source":
        return self

    def begin(self) -> None:
        self._record = []
        self._size = 0

    @property
    def first(self) -> int:
        return self._record[0].number if self._record else 0

    @property
    def raw(self) -> str:
        return self._record[0].text if self._record else ""

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines, None)
        if line is None:
            if self._record:
                self._give_back()
                raise _Unclosed
            raise StopIteration
        if line.cut:
            if self._record:
                self._again.append(line)
                self._give_back()
                raise _Unclosed
            self._record.append(line)
            raise _Overlong
        self._record.append(line)
        self._size += len(line.text)
        if self._size > LIMIT:
            self._give_back()
            raise _Unclosed
        return line.text

    def _give_back(self) -> None:
        """Bounded, because a file made for it would be read again from each of its lines."""
        if self._retries:
            self._retries -= 1
            self._again.extend(reversed(self._record[1:]))


def ndjson(found: Iterable[Line]) -> Iterator[JsonRow]:
    """One JSON object a line."""
    decode = msgspec.json.decode
    for line in found:
        text = line.text.strip()
        if not text:
            continue
        if line.cut:
            yield _line(line.number), BadRow(_too_long(), text)
            continue
        try:
            value = decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            yield _line(line.number), BadRow(_bad_json(error), text)
            continue
        yield _line(line.number), value if isinstance(value, dict) else BadRow(_no_object(), text)


def json_array(stream: BinaryIO) -> Iterator[JsonRow]:
    """The objects of one JSON array, each found by its braces, so that a bad one costs itself.

    Raises FeedError `not-well-formed` when the array does not end.
    """
    from ummid.feeds.tabular_json import array_items

    for number, raw in array_items(stream, LIMIT):
        place = f"/{number}"
        shown = raw.text.decode("utf-8", "replace")
        if raw.cut:
            yield place, BadRow(_too_long(), shown)
            continue
        try:
            value = msgspec.json.decode(raw.text)
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            yield place, BadRow(_bad_json(error), shown)
            continue
        yield place, value if isinstance(value, dict) else BadRow(_no_object(), shown)


def _line(number: int) -> str:
    return f"line {number}"


def _too_long() -> FeedError:
    return FeedError(
        "line-too-long",
        f"one row of more than {LIMIT} characters; check line ends and quotes at the sender",
    )


def _unclosed() -> FeedError:
    return FeedError(
        "unclosed-quote",
        "a quoted cell of this row does not end; double a quote that belongs to the text",
    )


def _bad_csv(error: csv.Error) -> FeedError:  # pragma: no cover - as above
    return FeedError("bad-row", f"the row is not well-formed: {error}")


def _bad_json(error: Exception) -> FeedError:
    return FeedError("not-well-formed", f"no readable JSON: {error}"[:500])


def _no_object() -> FeedError:
    return FeedError("not-an-object", "a row of JSON must be an object of columns")
