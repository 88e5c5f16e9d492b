"""RSS 2.0 with Media RSS, plain RSS with enclosures, and Atom.

Sources: Media RSS 1.5.1 and RSS 2.0 (rssboard.org), RFC 4287; what CMSs and FAST vendors make
of them. A feed is a snapshot; one that names a next page is an incomplete one.
"""

import re
from collections.abc import Iterator
from copy import copy
from functools import lru_cache
from typing import BinaryIO, cast

from lxml import etree

from ummid.catalog.keys import slug
from ummid.catalog.languages import language
from ummid.catalog.model import Statement
from ummid.feeds import xml
from ummid.feeds.bytes import ReplayedStream
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.mrss_fields import collect, family
from ummid.feeds.mrss_item import ItemReader
from ummid.feeds.mrss_terms import instant
from ummid.feeds.mrss_values import Facts, Link

PREFIXES = {
    "media": "http://search.yahoo.com/mrss/",
    "dcterms": "http://purl.org/dc/terms/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "dfpvideo": "http://api.google.com/dfpvideo",
}
"""What an undeclared prefix is taken to mean; any other becomes `urn:undeclared:PREFIX`."""

_VERSIONS = ("2.0", "2.0.1", "1.0")
_NOT_MARKUP = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_TAG = re.compile(rb"<([A-Za-z_][\w.-]*):|<[A-Za-z_][^<>]*")
_ATTRIBUTE = re.compile(rb"\s([A-Za-z_][\w.-]*):[\w.-]+\s*=\s*[\"']")
_DECLARED = re.compile(rb"\sxmlns:([\w.-]+)\s*=")
_BEFORE_ROOT = re.compile(rb"(?:\s|<!--.*?-->|<\?.*?\?>|<![A-Z].*?>)*<[A-Za-z_][\w:.-]*", re.DOTALL)
_PATCH_BYTES = 64 * 1024


def _sniff(head: Head) -> bool:
    root = head.xml_root
    if root is None:
        return False
    if root.name == "rss":
        return True
    return root.name == "feed" and family(root.namespace) == "atom"


def _parse(feed: Feed) -> Iterator[Statement]:
    root = feed.head.xml_root
    namespace = f"{{{root.namespace}}}" if root and root.namespace else ""
    is_atom = root is not None and root.name == "feed"
    tag, path = ("entry", "/feed/entry") if is_atom else ("item", "/rss/channel/item")
    feed.header.format_version = _version(feed, is_atom)
    channel: xml.Element | None = None
    reader: ItemReader | None = None
    items = xml.stream_elements(_well_formed(feed), namespace + tag)
    line = feed.first_line
    numbered = (
        (f"line {xml.line(e) + line}, {path}[{n}]", e)
        for n, e in enumerate(items, feed.first_record + 1)
    )
    for place, element in numbered:
        if reader is None:
            channel = element.getparent()
            reader = _begin(feed, _before(element))
            yield from read_each(feed, ((place, element),), reader.read, xml.raw)
            yield from read_each(feed, numbered, reader.read, xml.raw)
    if channel is None:
        _begin(feed, _of_head(feed.head, tag))
    else:
        _finish(feed, collect(channel))


def _version(feed: Feed, is_atom: bool) -> str | None:
    root = feed.head.xml_root
    if is_atom or root is None:
        return "1.0" if root and "2005" in root.namespace else None
    version = root.attributes.get("version")
    if version and version not in _VERSIONS:
        feed.header.warnings.append(f"unknown-version: RSS {version} is read as RSS 2.0")
    return version


def _before(item: xml.Element) -> Facts:
    """What the channel says ahead of its first item."""
    earlier = etree.Element("channel")
    earlier.extend(copy(child) for child in reversed(list(item.itersiblings(preceding=True))))
    return collect(earlier)


def _of_head(head: Head, item: str) -> Facts:
    """The channel of a feed without a single item, which is an emptied snapshot."""
    parser = etree.XMLParser(**{**xml.SAFE, "recover": True})
    parser.feed(head.body)
    try:
        root = parser.close()
    except etree.XMLSyntaxError:
        return Facts(list)
    channel = root if item == "entry" else xml.child(root, "channel")
    return collect(channel) if channel is not None else Facts(list)


def _begin(feed: Feed, channel: Facts) -> ItemReader:
    """Fills the header from the channel; what it states for all items goes to the reader."""
    header = feed.header
    titles = channel.get("plain_title") or channel.get("title")
    header.partner = (slug(titles[0]) or None) if titles else None
    links: list[Link] = channel.get("link", [])
    ids = channel.get("guid") or [k.href for k in links if k.rel == "alternate"]
    ids = ids or [k.href for k in links if k.rel == "self"]
    header.feed_id = ids[0] if ids else None
    _finish(feed, channel)
    stated = channel.get("language", [""])[0]
    tag = language(stated)
    if stated and tag is None:
        header.warnings.append(f"unknown-language: the channel's {stated!r} names no language")
    names = ("restriction", "rating", "valid", "price", "start", "end")
    defaults = Facts(list, {name: channel[name] for name in names if name in channel})
    return ItemReader(feed, defaults, tag or "und")


def _finish(feed: Feed, channel: Facts) -> None:
    """The time and the next page, which some feeds state after their items."""
    header = feed.header
    stated = channel.get("updated") or channel.get("published")
    if stated and header.time is None:
        header.time = instant(stated[0], feed.profile.assumed_zone)
        if header.time is None:
            header.warnings.append(f"bad-date: the channel's time {stated[0]!r} cannot be read")
    for link in channel.get("link", ()):
        if link.rel == "next":
            header.next_page, header.complete = link.href, False


def _well_formed(feed: Feed) -> BinaryIO:
    """The stream with what its producer forgot: prefixes declared at the root, nothing before
    the XML declaration.
    """
    head = feed.head
    missing = _undeclared(head.body) if head.encoding == "utf-8" else ()
    if not missing and not head.data[:1].isspace():
        return feed.stream
    for prefix in missing:
        feed.header.warnings.append(
            f"undeclared-prefix: {prefix}: is used without a declaration and read as "
            f"{_meaning(prefix)}; the file is not well-formed"
        )
    start = feed.stream.read(_PATCH_BYTES).lstrip()
    root = _BEFORE_ROOT.match(start)
    if root:
        declared = "".join(f' xmlns:{p}="{_meaning(p)}"' for p in missing)
        start = start[: root.end()] + declared.encode() + start[root.end() :]
    return cast("BinaryIO", ReplayedStream(start, feed.stream))


def _meaning(prefix: str) -> str:
    return PREFIXES.get(prefix, f"urn:undeclared:{prefix}")


@lru_cache(maxsize=2)
def _undeclared(body: bytes) -> tuple[str, ...]:
    """Asked again for every part of a large file."""
    markup = _NOT_MARKUP.sub(b"", body)
    used = set(re.findall(rb"<([A-Za-z_][\w.-]*):", markup))
    for tag in re.findall(rb"<[A-Za-z_][^<>]*:[^<>]*", markup):
        used.update(_ATTRIBUTE.findall(tag))
    used -= {b"xmlns", b"xml"}
    return tuple(sorted(p.decode() for p in used.difference(_DECLARED.findall(markup))))


FORMATS = (
    Format(
        name="mrss",
        label="Media RSS, RSS with enclosures, Atom",
        mode="snapshot",
        sniff=_sniff,
        parse=_parse,
        record_elements=("item", "entry"),
    ),
)
