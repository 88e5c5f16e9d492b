"""Amazon Fire TV Catalog Data Format (`FireTv-v1.x`): a whole catalogue with its offers.

An id that a delivery leaves out is withdrawn, and an empty `Works` withdraws everything. By its
documentation a duplicate id, a blank title or a parent that is not in the catalogue refuses the
whole file: what was read before is then void. Elements are read in any order; versions with
plural wrappers (`Titles/Title`) and without are read alike.
"""

import io
import re
from collections.abc import Iterator

from ummid.catalog.keys import slug
from ummid.catalog.model import Kind, Rejected, Statement
from ummid.errors import FeedError
from ummid.feeds.amazon_cdf_work import WORKS, read_work
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.xml import (
    Element,
    child,
    child_text,
    local,
    parse_document,
    place,
    raw,
    stream_elements,
    text,
)

_NAMESPACE = re.compile(r"^https?://www\.amazon\.com/FireTv/[\d-]+/ingestion/?$", re.IGNORECASE)
_VERSION = re.compile(r"^FireTv-v1\.\d+$")
_LINEAR = ("Station", "Lineup", "ScheduleDay", "StationRef")
_LINKS: dict[str, tuple[Kind, ...]] = {
    "ShowID": ("series",),
    "SeasonID": ("season",),
    "MiniSeriesID": ("series",),
}
_FATAL = frozenset(("duplicate-id", "blank-title", "blank-parent"))
_SHOWN = 10


def sniff(head: Head) -> bool:
    root = head.xml_root
    return bool(root and root.name == "Catalog" and _NAMESPACE.match(root.namespace))


def parse(feed: Feed) -> Iterator[Statement]:
    _read_header(feed)
    catalogue = _Catalogue(feed)
    for statement in read_each(feed, catalogue.works(), catalogue.read, raw, _key):
        if isinstance(statement, Rejected) and statement.code in _FATAL:
            catalogue.refuse(statement.code, f"{statement.source.place}: {statement.reason}")
        yield statement
    catalogue.finish()


def _read_header(feed: Feed) -> None:
    root = feed.head.xml_root
    version = root.attributes.get("version", "") if root else ""
    feed.header.format_version = version or None
    if version and not _VERSION.match(version):
        feed.header.warnings.append(
            f"unknown-version: {version} is not known here; read as FireTv-v1"
        )


def _key(element: Element) -> str | None:
    return (child_text(element, "ID") if local(element) in WORKS else text(element)) or None


class _Catalogue:
    """What must be known of a whole catalogue: its ids, and the parents its works name."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._kinds: dict[str, Kind] = {}
        self._wanted: dict[tuple[str, str], str] = {}
        self._related: dict[str, str] = {}
        self._faults: list[str] = []
        self._count = 0
        self._linear = 0

    def works(self) -> Iterator[tuple[str, Element]]:
        """Each work with its place. `ID` is asked for to meet works of kinds unknown here."""
        tags = [f"{{*}}{name}" for name in (*WORKS, *_LINEAR, "Partner", "ID")]
        for element in stream_elements(self._feed.stream, *tags):
            name = local(element)
            if name == "Partner":
                self._feed.header.partner = slug(text(element)) or None
            elif name in _LINEAR:
                self._note_linear()
            else:
                self._count += 1
                owner = element if name != "ID" else element.getparent()
                kind = local(owner) if owner is not None else name
                yield place(element, f"/Catalog/Works/*[{self._count}] ({kind})"), element

    def read(self, feed: Feed, at: str, element: Element) -> Statement:
        if local(element) not in WORKS:
            parent = element.getparent()
            kind = local(parent) if parent is not None else "?"
            raise FeedError("unknown-work", f"a work of kind {kind!r} is not known; not read")
        own = child_text(element, "ID")
        if not own:
            raise FeedError("missing-id", "the work has no ID; every work needs one")
        if own in self._kinds:
            raise FeedError("duplicate-id", f"the id {own!r} stands twice in this catalogue")
        self._kinds[own] = WORKS[local(element)]
        self._note_links(at, element)
        return read_work(feed, at, element, own)

    def _note_links(self, at: str, element: Element) -> None:
        for item in element.iterchildren(tag="{*}*"):
            name = local(item)
            if name in _LINKS:
                if not text(item):
                    raise FeedError(
                        "blank-parent", f"{name} is blank; use the title element instead"
                    )
                self._wanted.setdefault((name, text(item)), at)
            elif name == "RelatesToID" and text(item):
                self._related.setdefault(text(item), at)

    def _note_linear(self) -> None:
        self._linear += 1
        if self._linear == 1:
            self._feed.header.warnings.append(
                "linear-data: stations, line-ups and schedules of this catalogue are not read"
            )

    def _has_empty_works(self) -> bool:
        head = self._feed.head
        if not head.whole:
            return False
        return child(parse_document(io.BytesIO(head.data)), "Works") is not None

    def refuse(self, code: str, what: str) -> None:
        self._faults.append(f"{code}: {what}")

    def finish(self) -> None:
        """Checks what only the whole catalogue can show.

        Raises FeedError `missing-works`, or `whole-file-refused` after saying why in the
        header's warnings.
        """
        if not self._count and not self._has_empty_works():
            raise FeedError(
                "missing-works",
                "the catalogue has no Works; only an empty Works element withdraws everything",
            )
        for (name, wanted), at in self._wanted.items():
            if self._kinds.get(wanted) not in _LINKS[name]:
                self.refuse("dangling-parent", f"{at}: {name} {wanted!r} is not in this catalogue")
        for wanted, at in self._related.items():
            if wanted not in self._kinds:
                self._feed.header.warnings.append(
                    f"dangling-relation: {at}: RelatesToID {wanted!r} is not in this catalogue"
                )
        if self._faults:
            self._feed.header.warnings.extend(self._faults[:_SHOWN])
            raise FeedError(
                "whole-file-refused",
                f"{len(self._faults)} faults refuse a whole catalogue, first {self._faults[0]}; "
                "correct them and send the full catalogue again",
            )


FORMATS = (Format("amazon_cdf", "Amazon Fire TV Catalog Data Format", "snapshot", sniff, parse),)
