"""ADI 3 / SCTE 236: typed Assets joined by their `uriId`.

Offer -> ContentGroup -> Title and media (Movie, Preview, BoxCover…); Offer -> Terms and
Category. One statement per Title, with one grant per Offer that leads to it; an Offer that
leads to no Title of the document is refused. Window times are instants. A title's version
is `event_time` = creationDateTime in epoch ms + providerVersionNum x 1000 +
internalVersionNum, the latest of the title and its offers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ummid.catalog import times
from ummid.catalog.identifiers import external_id, own_id
from ummid.catalog.keys import slug
from ummid.catalog.languages import language_or_undetermined
from ummid.catalog.model import (
    ExternalId,
    Genre,
    Organisation,
    Parent,
    SourceRecord,
    Statement,
    Synopsis,
    SynopsisLength,
    Text,
    TextUse,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds.adi3_fields import Node, artwork, credits, extra, media, offer_grant, ratings
from ummid.feeds.adi_assets import check_text
from ummid.feeds.adi_title import KINDS
from ummid.feeds.connector import Feed, read_each
from ummid.feeds.xml import Element, children, local, namespace, place, raw

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_KNOWN = "http://www.scte.org/schemas/236/2016/core"
_TITLES: tuple[tuple[str, TextUse], ...] = (
    ("TitleLong", "display"),
    ("TitleMedium", "display"),
    ("TitleBrief", "short"),
    ("TitleSortName", "sort"),
    ("EpisodeName", "alternate"),
)


@dataclass
class _Document:
    """The assets of a document by id and by type."""

    nodes: dict[str, Node] = field(default_factory=dict)
    types: dict[str, list[Node]] = field(default_factory=dict)

    def follow(self, node: Node, ref: str, doubts: list[Warning] | None = None) -> list[Node]:
        found = []
        for uri in node.refs(ref):
            target = self.nodes.get(uri)
            if target is not None:
                found.append(target)
            elif doubts is not None:
                doubts.append(Warning("dangling-reference", ref, f"{uri} is not in the document"))
        return found


@dataclass
class _Work:
    """A title with what refers to it."""

    document: _Document
    title: Node
    groups: list[Node]
    offers: list[Node]


def read_document(feed: Feed, root: Element) -> Iterator[Statement]:
    """One statement per Title; a rejection per Offer that leads to none."""
    document = _index(root)
    _introduce(feed, root, document)
    works = [_work(document, title) for title in document.types.get("title", ())]
    items = [(_place(w.title), w) for w in works]
    yield from read_each(
        feed, items, _read, lambda w: raw(w.title.element), lambda w: w.title.uri or None
    )
    sold = {id(offer) for work in works for offer in work.offers}
    for offer in document.types.get("offer", ()):
        if id(offer) not in sold:
            error = FeedError(
                "dangling-reference", f"offer {offer.uri} leads to no title of this document"
            )
            yield feed.reject(_place(offer), error, raw(offer.element))
    if not document.types.get("title") and not document.types.get("offer"):
        raise FeedError("no-title", "the document holds neither a Title nor an Offer")


def _index(root: Element) -> _Document:
    document = _Document()
    for name, element in children(root):
        kind = (element.get(_XSI_TYPE) or name).rpartition(":")[2].lower().removesuffix("type")
        node = Node(element, kind)
        if node.uri:
            document.nodes[node.uri] = node
        document.types.setdefault(kind, []).append(node)
    return document


def _introduce(feed: Feed, root: Element, document: _Document) -> None:
    header = feed.header
    space = namespace(root)
    year = re.search(r"/236/(\d{4})", space)
    header.format_version = f"SCTE236-{year[1]}" if year else "ADI3"
    if space != _KNOWN:
        header.warnings.append(f"unknown-version: namespace {space!r} is read as {_KNOWN}")
    provider = next((n.one("Provider") for n in document.nodes.values() if n.one("Provider")), "")
    header.partner = slug(provider) or None


def _work(document: _Document, title: Node) -> _Work:
    groups = [g for g in document.types.get("contentgroup", ()) if title.uri in g.refs("TitleRef")]
    uris = {group.uri for group in groups}
    offers = [
        offer
        for offer in document.types.get("offer", ())
        if uris.intersection(offer.refs("ContentGroupRef"))
    ]
    return _Work(document, title, groups, offers)


def _place(node: Node) -> str:
    name, parent = local(node.element), node.element.getparent()
    twins = [e for n, e in children(parent) if n == name] if parent is not None else [node.element]
    return place(node.element, f"/ADI3/{name}[{twins.index(node.element) + 1}]")


def _read(feed: Feed, where: str, work: _Work) -> SourceRecord:
    title, document, doubts = work.title, work.document, list[Warning]()
    if not title.uri:
        raise FeedError("missing-id", "a Title without uriId cannot be told from another")
    linked = {
        ref: [node for group in work.groups for node in document.follow(group, ref, doubts)]
        for ref in sorted({ref for group in work.groups for ref in group.ref_names()})
        if ref != "TitleRef"
    }
    technical = media(linked.get("MovieRef", []), title.one("DisplayRunTime"), doubts)
    grants = [
        offer_grant(feed, offer, document.follow(offer, "TermsRef", doubts), technical, doubts)
        for offer in work.offers
    ]
    paths = [
        category.one("CategoryPath")
        for offer in work.offers
        for shown in (offer, *(Node(p) for p in offer.elements("Presentation")))
        for category in document.follow(shown, "CategoryRef", doubts)
    ]
    year = title.one("Year")
    if year and times.year_of(year) is None:
        doubts.append(Warning("bad-year", "Year", f"{year!r} is no year of a title"))
    kind = KINDS.get(title.one("ShowType").lower(), "unknown")
    series = title.one("SeriesName") or title.one("SeriesTitle")
    series_id = title.one("SeriesId") or title.one("SeriesID")
    parent = Parent("series", (own_id(series_id, "series"),) if series_id else (), series or None)
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind=kind,
        key=title.uri,
        source=feed.source(where),
        format_version=feed.header.format_version,
        event_time=max((n.version(doubts) for n in (title, *work.offers)), default=None),
        own_id=title.uri,
        ids=tuple(_ids(work, doubts)),
        titles=tuple(dict.fromkeys(_titles(title, doubts))),
        synopses=tuple(_synopses(title, doubts)),
        year=times.year_of(year),
        parents=(parent,) if series or series_id else (),
        season_number=title.number("SeasonNumber", doubts),
        episode_number=title.number("EpisodeNumber", doubts),
        number_text=title.one("EpisodeID") or None,
        languages=tuple(
            dict.fromkeys(
                t.language
                for t in (technical.tracks if technical else ())
                if t.kind == "audio" and t.language
            )
        ),
        countries=tuple(_countries(feed, title, doubts)),
        genres=(
            *(Genre(value) for value in title.all("Genre")),
            *(Genre(path, "category") for path in dict.fromkeys(paths) if path),
        ),
        credits=tuple(credits(title)),
        ratings=tuple(ratings(title)),
        artwork=tuple(artwork(linked)),
        technical=technical,
        organisations=tuple(_organisations(title)),
        grants=tuple(grants),
        warnings=tuple(dict.fromkeys(doubts)),
        extra=extra(title, linked),
    )


def _ids(work: _Work, doubts: list[Warning]) -> Iterator[ExternalId]:
    for element in work.title.elements("AlternateId"):
        system = element.get("identifierSystem") or "alternate"
        known = external_id(system, "".join(element.itertext()))
        if known is not None:
            if not known.valid:
                doubts.append(
                    Warning("invalid-id", "AlternateId", f"{known.value!r} is no valid {system}")
                )
            yield known
    for offer in work.offers:
        yield ExternalId("adi3", offer.uri, "package")


def _titles(title: Node, doubts: list[Warning]) -> Iterator[Text]:
    for words in title.localised():
        tag = language_or_undetermined(words.language)
        for name, use in _TITLES:
            for value in words.all(name):
                yield Text(check_text(value, name, doubts), tag, use)


def _synopses(title: Node, doubts: list[Warning]) -> Iterator[Synopsis]:
    lengths: tuple[SynopsisLength, ...] = ("short", "medium", "long")
    for words in title.localised():
        tag = language_or_undetermined(words.language)
        for length in lengths:
            name = f"Summary{length.title()}"
            for value in words.all(name):
                yield Synopsis(check_text(value, name, doubts), tag, length)


def _countries(feed: Feed, title: Node, doubts: list[Warning]) -> Iterator[str]:
    for value in title.all("CountryOfOrigin"):
        code = feed.territories.read(value)
        if code:
            yield code
        else:
            doubts.append(
                Warning("unknown-territory", "CountryOfOrigin", f"{value!r} is no territory")
            )


def _organisations(title: Node) -> Iterator[Organisation]:
    for name, role in (("Provider", "provider"), ("ProgrammerCallLetters", "network")):
        for value in title.all(name):
            yield Organisation(value, role)
    for words in title.localised()[:1]:
        for value in words.all("StudioDisplay"):
            yield Organisation(value, "studio")
