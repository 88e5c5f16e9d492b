"""The first bytes of a file, looked at without trusting its name.

Order of evidence: magic bytes, byte-order mark, `{`/`[`, `#EXTM3U`, XML root (namespace and
local name), first row of a delimited text.
"""

import codecs
import csv
import io
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import ijson
from lxml import etree

from ummid.feeds.bytes import UTF8_NAMES, XML_DECLARATION, RepairedText

HEAD_BYTES = 256 * 1024

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True)
class XmlRoot:
    """The root element as written: its namespace ("" for none), local name and attributes."""

    namespace: str
    name: str
    attributes: dict[str, str]
    namespaces: frozenset[str]


@dataclass(frozen=True)
class JsonShape:
    """What the head shows of a JSON document, after any junk line before it.

    `keys` are those of the root object, or of the first object in a root array; `scalars`
    the root's scalar values met so far.
    """

    kind: str
    keys: frozenset[str]
    scalars: dict[str, str]
    skipped: int


class Head:
    """Lazily answered questions about the first `HEAD_BYTES` of a file."""

    def __init__(self, data: bytes, *, whole: bool) -> None:
        self.data = data
        self.whole = whole

    @cached_property
    def encoding(self) -> str:
        """From the byte-order mark; UTF-8 without one."""
        return next((name for mark, name in _BOMS if self.data.startswith(mark)), "utf-8")

    @cached_property
    def declared_encoding(self) -> str:
        """What an XML declaration states, in lower case; "" for nothing."""
        match = XML_DECLARATION.match(self.data)
        return match[1].decode().lower() if match else ""

    @cached_property
    def is_utf8(self) -> bool:
        """Whether this is text in UTF-8 or near it, whatever its declaration says.

        Exporters write `encoding="utf-16"` over bytes that are not, and `ISO-8859-1` over
        UTF-8: text beyond ASCII that decodes as UTF-8 is UTF-8.
        """
        if self.is_zip or self.is_parquet or self.encoding != "utf-8":
            return False
        declared = self.declared_encoding
        if not declared or declared in UTF8_NAMES or self.data.startswith(codecs.BOM_UTF8):
            return True
        if declared.startswith(("utf-", "ucs-", "iso-10646")) or not _is_codec(declared):
            return True
        try:
            codecs.utf_8_decode(self.data, "strict", self.whole)
        except UnicodeDecodeError:
            return False
        return not self.data.isascii()

    @cached_property
    def body(self) -> bytes:
        """The head without byte-order mark and leading white space, in UTF-8."""
        data = self.data
        if self.is_utf8:
            data = RepairedText(io.BytesIO(data), lambda _: None).read()
        elif self.encoding != "utf-8":
            data = data[2:].decode(self.encoding, "replace").encode()
        return data.removeprefix(codecs.BOM_UTF8).lstrip()

    @property
    def is_empty(self) -> bool:
        return not self.body

    @property
    def is_zip(self) -> bool:
        return self.data.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    @property
    def is_parquet(self) -> bool:
        return self.data.startswith(b"PAR1")

    @cached_property
    def xml_root(self) -> XmlRoot | None:
        """The root element, or None when this is no XML (a DOCTYPE or comments may precede)."""
        if not self.body.startswith(b"<"):
            return None
        parser = etree.XMLPullParser(
            events=("start",),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
        with suppress(etree.XMLSyntaxError):  # the head may end or break after the root
            parser.feed(self.body if self.is_utf8 else self.data.lstrip())
        try:
            _, root = next(iter(parser.read_events()))
        except (StopIteration, etree.XMLSyntaxError):
            return None
        namespace, _, name = str(root.tag).rpartition("}")
        return XmlRoot(
            namespace.removeprefix("{"),
            name,
            {str(k): str(v) for k, v in root.attrib.items()},
            frozenset(str(uri) for uri in root.nsmap.values()),
        )

    @cached_property
    def json(self) -> JsonShape | None:
        """The shape of a JSON document, tolerating text lines before it; None if not JSON."""
        text = self.body
        skipped = 0
        while text and text[:1] not in b"{[":
            line, _, rest = text.partition(b"\n")
            skipped += 1
            if skipped > 3 or line[:1] in b"<#" or not rest:
                return None
            text = rest.lstrip()
        return _json_shape(text, skipped) if text else None

    @cached_property
    def csv_header(self) -> tuple[str, ...]:
        """The first row of a delimited text, () when the head has none."""
        dialect = self.csv_dialect
        if dialect is None:
            return ()
        try:
            first = next(csv.reader(io.StringIO(self.text, newline=""), dialect), [])
        except csv.Error:  # a cell without an end
            return ()
        return tuple(cell.strip() for cell in first)

    @cached_property
    def csv_dialect(self) -> type[csv.Dialect] | None:
        """Tab, pipe, semicolon or comma: whichever splits the first line most."""
        line = self.text.partition("\n")[0]
        counts = {mark: line.count(mark) for mark in "\t|;,"}
        mark = max(counts, key=lambda m: counts[m])
        if not counts[mark]:
            return None

        class Dialect(csv.excel):
            delimiter = mark

        return Dialect

    @cached_property
    def text(self) -> str:
        """The head as text: UTF-8, else Windows-1252, which every byte string is."""
        body = self.body
        if not self.whole:
            body = body[: body.rfind(b"\n") + 1] or body
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            return body.decode("cp1252", "replace")


_KEY = re.compile(rb'"((?:[^"\\]|\\.){1,80})"\s*:')
_LONG_NUMBER = re.compile(rb"[0-9]{1000}")
_NESTING = 64


def _is_codec(name: str) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True


def _json_shape(text: bytes, skipped: int) -> JsonShape | None:
    long = _LONG_NUMBER.search(text)
    if long:  # some thousands of digits make the parser's C code fail, and the process with it
        text = text[: long.start()]
    keys: set[str] = set()
    scalars: dict[str, str] = {}
    kind = "object" if text[:1] == b"{" else "array"
    try:
        _look(text, 1 if kind == "object" else 2, keys, scalars)
    except (ijson.JSONError, UnicodeDecodeError, ArithmeticError):
        if not keys and not _KEY.search(text[:2048]):
            return None
    return JsonShape(kind, frozenset(keys), scalars, skipped)


def _look(text: bytes, level: int, keys: set[str], scalars: dict[str, str]) -> None:
    """The members of the first object that is nested so deep; stops where it gets absurd."""
    depth, name = 0, None
    for event, value in ijson.basic_parse(io.BytesIO(text)):
        if event in ("start_map", "start_array"):
            depth += 1
            if depth > _NESTING:
                return
        elif event in ("end_map", "end_array"):
            depth -= 1
            if event == "end_map" and depth < level:
                return
        elif event == "map_key":
            if depth == level:
                keys.add(value)
                name = value
        elif depth == level and name is not None and value is not None:
            scalars.setdefault(name, str(value))
