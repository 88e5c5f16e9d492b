"""Streaming XML for connectors: hardened, bounded, with the place of every element.

Safe by construction: entities are never expanded and a document that uses them is refused,
DTDs are never loaded, nothing is fetched; libxml2 bounds depth and text size. A DOCTYPE
alone is fine: ADI and XMLTV files carry one. Memory stays flat: an element that has been
read is freed with all that stands before it.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO

from lxml import etree

from ummid.errors import FeedError

Element = etree._Element
SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "recover": False,
}

NOT_WELL_FORMED = "not-well-formed"
LOST = "what comes after this place was not read"
_CHUNK = 1 << 15
_LINES_KEPT = 65535
_ENTITY_ERRORS = frozenset(
    {etree.ErrorTypes.ERR_ENTITY_LOOP, etree.ErrorTypes.ERR_ENTITY_IS_EXTERNAL}
)


class SmallDocument(BytesIO):
    """A document that may stand in memory as a whole: that is read in a third of the time."""


def stream_elements(stream: BinaryIO, *tags: str) -> Iterator[Element]:
    """Each element with one of `tags` (`{*}item` matches any namespace), complete, in order.

    The element is valid until the next one is asked for. Elements nested in a yielded one
    are not yielded. Raises FeedError `not-well-formed` or `entity` with the line.
    """
    whole = _whole(stream) if isinstance(stream, SmallDocument) else None
    if whole is None:
        yield from _streamed(stream, *tags)
        return
    siblings_of: Element | None = None
    for element in whole.iter(*tags):
        parent = element.getparent()
        if parent is not siblings_of or parent is None:
            if next(element.iterancestors(*tags), None) is not None:
                continue
            siblings_of = parent
        yield element


def _whole(document: SmallDocument) -> Element | None:
    """None for one with a DOCTYPE, or with a fault: what stands before that is still read."""
    try:
        root: Element = etree.fromstring(document.getbuffer(), etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError:
        return None
    return root if root.getroottree().docinfo.internalDTD is None else None


def _streamed(stream: BinaryIO, *tags: str) -> Iterator[Element]:
    parser = etree.XMLPullParser(events=("start", "end"), tag=tags, **SAFE)
    open_element: Element | None = None
    has_doctype: bool | None = None
    for failure in _feed(parser, stream):
        for event, element in parser.read_events():
            if event == "start":
                if has_doctype is None:
                    has_doctype = _refuse_entity_definitions(element)
                if open_element is None:
                    open_element = element
            elif open_element is not None and element is open_element:
                open_element = None
                if has_doctype:
                    _refuse_entity_references(element, parser.feed_error_log)
                yield element
                _free(element)
        if failure:
            raise failure


def parse_document(stream: BinaryIO, limit: int = 64 * 1024 * 1024) -> Element:
    """The root of a document that is one statement as a whole (IMF, ADI, MEC).

    Raises FeedError as `stream_elements`, and `too-large` over `limit` bytes.
    """
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise FeedError("too-large", f"one XML document of more than {limit} bytes; split it")
    parser = etree.XMLParser(**SAFE)
    try:
        root: Element = etree.fromstring(data.lstrip(), parser)
    except etree.XMLSyntaxError as error:
        raise _refusal(error.lineno or 0, error.msg or "", error.code) from error
    if _refuse_entity_definitions(root):
        _refuse_entity_references(root, parser.error_log)
    return root


def local(element: Element) -> str:
    """The local name of an element, "" for a comment or processing instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    return str(element.tag).rpartition("}")[0].removeprefix("{")


def children(element: Element) -> Iterator[tuple[str, Element]]:
    """(local name, child) of each child element."""
    for child in element.iterchildren(tag=etree.Element):
        yield str(child.tag).rpartition("}")[2], child


def child(element: Element, *path: str) -> Element | None:
    """The first descendant along a path of local names."""
    found: Element | None = element
    for name in path:
        if found is None:
            return None
        found = next((c for n, c in children(found) if n == name), None)
    return found


def text(element: Element | None) -> str:
    """All text of an element, white space collapsed; "" when there is none."""
    if element is None:
        return ""
    if len(element) == 0:
        return " ".join((element.text or "").split())
    return " ".join("".join(element.itertext()).split())


def child_text(element: Element, *path: str) -> str:
    return text(child(element, *path))


def line(element: Element) -> int:
    """The line an element begins on."""
    found = element.sourceline or 0
    if found > _LINES_KEPT and element.text:  # libxml2 then gives the end of the text inside
        found -= element.text.count("\n")
    return found


def place(element: Element, path: str) -> str:
    """`line 12, /rss/channel/item[3]`."""
    return f"line {line(element)}, {path}"


def raw(element: Element) -> str:
    """The element as it was written, for a dead letter."""
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _refuse_entity_definitions(element: Element) -> bool:
    """Whether the document has a DOCTYPE at all; one that defines entities is refused."""
    dtd = element.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise FeedError(
            "entity",
            "the document defines entities; they are never expanded: send the text itself",
        )
    return dtd is not None


def _refuse_entity_references(element: Element, log: Any) -> None:
    """An unloaded DTD leaves a reference as an empty node, and in an attribute as nothing at
    all but a line in the parser's log: text would vanish silently.
    """
    for node in element.iter(etree.Entity):
        raise _unexpanded(node.sourceline or 0, f"the entity {node.text}")
    for entry in log:
        if entry.type == etree.ErrorTypes.WAR_UNDECLARED_ENTITY:
            last = max(node.sourceline or 0 for node in element.iter())
            if entry.line <= last:
                raise _unexpanded(entry.line, entry.message)


def _unexpanded(line: int, what: str) -> FeedError:
    return FeedError(
        "entity",
        f"line {line}: {what}; entities are not expanded: send the text itself "
        "(partner text never defines entities)",
    )


def _free(element: Element) -> None:
    """Empties an element and drops all that stands before it, on every level."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None:
        while element.getprevious() is not None:
            del parent[0]
        element, parent = parent, parent.getparent()


def _feed(parser: Any, stream: BinaryIO) -> Iterator[FeedError | None]:
    """Feeds the parser chunk by chunk; the last thing given is what was wrong, if anything."""
    chunk = b"-"
    while chunk:
        chunk = stream.read(_CHUNK)
        try:
            if chunk:
                parser.feed(chunk)
            else:
                parser.close()
        except etree.XMLSyntaxError as error:
            yield _refusal(error.lineno or 0, error.msg or "", error.code)
            return
        for entry in parser.feed_error_log.filter_from_fatals():
            # not raised by the parser, which would take the next chunk for a new document
            yield _refusal(entry.line, entry.message, entry.type)
            return
        yield None


def _refusal(line: int, message: str, code: int) -> FeedError:
    return FeedError(
        "entity" if code in _ENTITY_ERRORS or "entity ampl" in message else NOT_WELL_FORMED,
        f"line {line}: not well-formed XML: {message}; {LOST}: ask the partner to send the "
        "file again",
    )
