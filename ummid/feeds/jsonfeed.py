"""Reading partner JSON strictly: one document whole, or the items of its root arrays in turn.

RFC 8259: NaN and Infinity are refused, nesting is bounded, a repeated member is reported
(its last value counts), text lines before the document are skipped and reported.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Any, Self

import ijson

from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.jsonsource import CHUNK, NESTING, Source, broken, repeated, too_deep
from ummid.feeds.jsonvalues import as_dict, as_int, as_list, as_number, as_text, as_texts, member

__all__ = [
    "JsonDocument",
    "Partial",
    "as_dict",
    "as_int",
    "as_list",
    "as_number",
    "as_text",
    "as_texts",
    "load",
    "member",
    "stream_items",
]

_IN_MEMORY = 16 * 1024 * 1024
_ON_DISK = 2 * 1024**3
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)"
)
_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(-?(?:NaN|Infinity))')


class Partial(dict[str, Any]):
    """An object whose end is missing: the members read before the document broke."""


def load(feed: Feed, limit: int = _IN_MEMORY) -> Any:
    """The whole document as Python values; numbers with a fraction are Decimal.

    Raises FeedError `not-json` with line and column, `too-deep`, or `too-large` over `limit`
    bytes. A repeated member is a header warning.
    """
    source = Source(feed, feed.stream)
    text = _without_lone_surrogates(source.read_all(limit).decode("utf-8", "replace"), feed)
    twice: dict[str, None] = {}

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = Counter(name for name, _ in pairs)
            twice.update({name: None for name, count in names.items() if count > 1})
        return found

    try:
        value = json.loads(
            text, object_pairs_hook=members, parse_constant=_refuse, parse_float=Decimal
        )
    except json.JSONDecodeError as error:
        raise broken(source.line + error.lineno - 1, f"column {error.colno}", error.msg) from error
    except RecursionError as error:
        raise too_deep("/") from error
    except (ValueError, ArithmeticError) as error:
        bad = next((m for m in _CONSTANT.finditer(text) if m[1]), None)
        at = bad.start() if bad else 0
        line, column = text.count("\n", 0, at), at - text.rfind("\n", 0, at)
        raise broken(source.line + line, f"column {column}", str(error)) from error
    _check_depth(value)
    for name in twice:
        feed.header.warnings.append(repeated(name, "the document"))
    return value


def stream_items(feed: Feed, *arrays: str) -> Iterator[tuple[str, Any]]:
    """(JSON pointer, item) of each item of the named root arrays, in the file's order."""
    with JsonDocument(feed) as document:
        yield from document.items(*arrays)


class JsonDocument:
    """A document of any size: look at root members first, then take its items one by one.

    The members of a JSON object have no order, so what the items need may stand behind
    them: the file is kept aside (in memory up to 16 MiB, else on disk) and read twice.
    Memory holds one item. Use as a context manager.
    """

    def __init__(self, feed: Feed) -> None:
        self.scalars: dict[str, Any] = {}
        """The root's members that are no container, as far as read; None for a container."""
        self._feed = feed
        self._repeated: set[tuple[str, str]] = set()
        self._partial: Any = None
        self._failure: OSError | EOFError | None = None
        self._file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
        try:
            self._keep()
        except FeedError:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def members(self, *names: str) -> dict[str, Any]:
        """The root members of these names, wherever they stand. Never raises for content."""
        found: dict[str, Any] = {}
        events = self._events(quiet=True)
        try:
            if next(events)[0] != "start_map":
                return found
            for _, name in events:
                event, value = next(events)
                if name in names:
                    found[name] = self._value(events, event, value, f"/{name}")
                    if len(found) == len(names):
                        break
                else:
                    _skip(events, event)
        except (FeedError, OSError, EOFError, StopIteration):
            pass  # `items` reads the same bytes and reports it
        return found

    def items(self, *arrays: str) -> Iterator[tuple[str, Any]]:
        """(JSON pointer, item) of each item in the root arrays named; `""` is a root array.

        Raises FeedError `not-json` (line, byte) or `too-deep` where the document breaks,
        after all that came before it: an item cut in two is given as `Partial`.
        """
        events = self._events()
        event, value = next(events)
        if event == "start_map":
            for end, name in events:
                if end == "end_map":
                    break
                event, value = next(events)
                self.scalars[name] = None if event in ("start_map", "start_array") else value
                if name in arrays:
                    yield from self._member(events, event, value, "/" + escape(name))
                else:
                    _skip(events, event)
        elif event == "start_array" and "" in arrays:
            yield from self._member(events, event, value, "")
        else:
            raise FeedError("wrong-root", "the JSON document is no object of the kind expected")
        for _ in events:
            pass

    def _member(
        self, events: Iterator[tuple[str, Any]], event: str, value: Any, place: str
    ) -> Iterator[tuple[str, Any]]:
        if event == "start_array":
            for index, (start, scalar) in enumerate(events):
                if start == "end_array":
                    return
                yield from self._item(events, start, scalar, f"{place}/{index}")
        elif value is not None or event == "start_map":
            yield from self._item(events, event, value, place)

    def _item(
        self, events: Iterator[tuple[str, Any]], event: str, value: Any, place: str
    ) -> Iterator[tuple[str, Any]]:
        try:
            item = self._value(events, event, value, place)
        except (FeedError, OSError, EOFError):
            if isinstance(self._partial, Partial):
                yield place, self._partial
            raise
        yield place, item

    def _value(self, events: Iterator[tuple[str, Any]], first: str, scalar: Any, place: str) -> Any:
        """The value that begins with this event, built up to its end."""
        if first not in ("start_map", "start_array"):
            return scalar
        top: Any = {} if first == "start_map" else []
        stack, names = [top], [""]
        try:
            for event, value in events:  # a tight loop: every value of the file passes here
                parent = stack[-1]
                if event == "map_key":
                    if value in parent:
                        self._repeat(value, place)
                    names[-1] = value
                    continue
                if event in ("end_map", "end_array"):
                    stack.pop()
                    names.pop()
                    if not stack:
                        return top
                    continue
                new = {} if event == "start_map" else [] if event == "start_array" else value
                if type(parent) is dict:
                    parent[names[-1]] = new
                else:
                    parent.append(new)
                if event in ("start_map", "start_array"):
                    stack.append(new)
                    names.append("")
                    if len(stack) > NESTING:
                        raise too_deep(place)
        except (FeedError, OSError, EOFError):
            self._partial = _cut(stack, names)
            raise
        raise AssertionError("the parser ends every value or raises")  # pragma: no cover

    def _repeat(self, name: str, place: str) -> None:
        if (name, place) not in self._repeated and len(self._repeated) < 20:
            self._repeated.add((name, place))
            self._feed.header.warnings.append(repeated(name, place))

    def _keep(self) -> None:
        size = 0
        try:
            while chunk := self._feed.stream.read(CHUNK):
                size += len(chunk)
                if size > _ON_DISK:
                    raise FeedError("too-large", f"more than {_ON_DISK} bytes in one JSON file")
                self._file.write(chunk)
        except (OSError, EOFError) as error:
            self._failure = error  # what came before is still read

    def _events(self, quiet: bool = False) -> Iterator[tuple[str, Any]]:
        self._file.seek(0)
        source = Source(self._feed, self._file, self._failure, quiet)
        try:
            yield from ijson.basic_parse(source, buf_size=CHUNK)
        except ijson.JSONError as error:
            line, byte, reason = source.locate(str(error))
            raise broken(line, f"byte {byte}", reason) from error
        except ArithmeticError as error:  # an exponent of ten digits and more
            where = f"byte {source.count}"
            raise broken(source.line, where, "a number that is larger than any") from error


def escape(name: str) -> str:
    """A member's name in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _skip(events: Iterator[tuple[str, Any]], event: str) -> None:
    depth = 1 if event in ("start_map", "start_array") else 0
    while depth:
        event = next(events)[0]
        if event in ("start_map", "start_array"):
            depth += 1
            if depth > NESTING:
                raise too_deep("/")
        elif event in ("end_map", "end_array"):
            depth -= 1


def _cut(stack: list[Any], names: list[str]) -> Any:
    """The outermost value of an unfinished stack, its unfinished objects marked `Partial`."""
    value: Any = None
    for depth in range(len(stack) - 1, -1, -1):
        container = stack[depth]
        if value is not None:
            container[names[depth] if isinstance(container, dict) else -1] = value
        value = Partial(container) if isinstance(container, dict) else container
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(NESTING + 1):
        level = (
            [
                inner
                for outer in level
                for inner in (outer.values() if isinstance(outer, dict) else outer)
                if isinstance(inner, dict | list)
            ]
            if isinstance(value, dict | list)
            else []
        )
        if not level:
            return
    raise too_deep("/")


def _without_lone_surrogates(text: str, feed: Feed) -> str:
    """Half of a surrogate pair is no character and could not be written again."""
    lone = 0

    def whole(match: re.Match[str]) -> str:
        nonlocal lone
        if len(match[0]) == 6 and match[0][2] in "dD":
            lone += 1
            return "\\ufffd"
        return match[0]

    if "\\ud" in text or "\\uD" in text:
        text = _ESCAPE.sub(whole, text)
    if lone:
        feed.header.warnings.append(f"lone-surrogate: {lone} half characters were replaced")
    return text


def _refuse(name: str) -> Callable[[str], Any]:
    raise ValueError(f"{name} is no JSON number")
