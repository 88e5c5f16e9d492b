"""TV-Anytime programmes and groups as statements, before any airing is added."""

from collections.abc import Iterator

import msgspec

from ummid.catalog.identifiers import external_id, own_id
from ummid.catalog.languages import language
from ummid.catalog.model import ExternalId, IdScope, Kind, Parent, SourceRecord, Technical, Warning
from ummid.errors import FeedError
from ummid.feeds import tva_fields
from ummid.feeds.connector import Feed
from ummid.feeds.xml import Element, child, child_text, children, text

_GROUPS: dict[str, Kind] = {
    "series": "series",
    "mini-series": "series",
    "show": "series",
    "brand": "series",
    "sub-series": "season",
    "season": "season",
    "programConcept": "unknown",
}
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def read_programme(feed: Feed, where: str, element: Element) -> SourceRecord:
    """One ProgramInformation. Raises FeedError `missing-id` without a programId."""
    crid = (element.get("programId") or "").strip()
    if not crid:
        raise FeedError("missing-id", "a ProgramInformation without programId joins no event")
    parents = tuple(_parents(element))
    kind: Kind = "episode" if any(p.relation != "bundle" for p in parents) else "programme"
    return _described(feed, where, element, crid, kind, parents)


def read_group(feed: Feed, where: str, element: Element) -> SourceRecord:
    """One GroupInformation: a series or season, else a bundle (collection, box set)."""
    identity = (element.get("groupId") or "").strip()
    if not identity:
        raise FeedError("missing-id", "a GroupInformation without groupId names no group")
    form = child(element, "GroupType")
    stated = form.get("value", "") if form is not None else ""
    kind = _GROUPS.get(stated, "bundle")
    record = _described(feed, where, element, identity, kind, tuple(_parents(element)))
    record.extra["group_type"] = stated
    return record


def _described(
    feed: Feed,
    where: str,
    element: Element,
    identity: str,
    kind: Kind,
    parents: tuple[Parent, ...],
) -> SourceRecord:
    doubts: list[Warning] = []
    description = child(element, "BasicDescription")
    if description is None:
        raise FeedError("missing-description", f"{identity} has no BasicDescription")
    titles = tva_fields.titles(description, doubts)
    if not titles:
        doubts.append(Warning("missing-title", "Title", f"{identity} has no Title"))
    credits, organisations = tva_fields.people(description)
    pictures, links = tva_fields.related(description, doubts)
    duration = tva_fields.duration(child_text(description, "Duration"), "Duration", doubts)
    technical = tva_fields.av_attributes(child(element, "AVAttributes"), doubts)
    if duration is not None:
        technical = _with_duration(technical, duration)
    number = next((n for n in map(_index, _links(element)) if n is not None), None)
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind=kind,
        key=identity,
        source=feed.source(where),
        format_version=feed.header.format_version,
        own_id=identity,
        ids=tuple(_other_ids(element, kind, doubts)),
        titles=titles,
        synopses=tuple(tva_fields.synopses(description, doubts)),
        year=tva_fields.year(description),
        parents=parents,
        episode_number=number if kind == "episode" else None,
        season_number=number if kind == "season" else None,
        original_language=_original(description),
        languages=tuple(_languages(description, doubts)),
        countries=tuple(_countries(feed, description, doubts)),
        genres=tuple(tva_fields.genres(description)),
        keywords=tuple(text(e) for n, e in children(description) if n == "Keyword" and text(e)),
        credits=credits,
        ratings=tuple(tva_fields.ratings(feed, description, doubts)),
        artwork=pictures,
        technical=technical,
        organisations=organisations,
        links=links,
        warnings=tuple(dict.fromkeys(doubts)),
        extra=dict[str, str](),
    )


def _with_duration(technical: Technical | None, duration: int) -> Technical:
    if technical is None:
        return Technical(duration_ms=duration)
    return msgspec.structs.replace(technical, duration_ms=duration)


def _links(element: Element) -> list[Element]:
    return [e for n, e in children(element) if n in ("EpisodeOf", "MemberOf")]


def _index(element: Element) -> int | None:
    raw = element.get("index", "")
    return int(raw) if raw.isascii() and raw.isdigit() else None


def _parents(element: Element) -> Iterator[Parent]:
    """EpisodeOf names a series; MemberOf what its type says, a series when it says nothing."""
    for name, link in ((n, e) for n, e in children(element) if n in ("EpisodeOf", "MemberOf")):
        crid = (link.get("crid") or "").strip()
        form = (link.get(_XSI_TYPE) or "").rpartition(":")[2]
        collection = name == "MemberOf" and bool(form) and "Episode" not in form
        if crid and not collection:
            yield Parent("series", (own_id(crid, "series"),))
        elif crid:
            yield Parent("bundle", (own_id(crid, "package"),))


def _other_ids(element: Element, kind: Kind, doubts: list[Warning]) -> Iterator[ExternalId]:
    scope: IdScope = kind if kind in ("series", "season") else "title"
    for name, other in children(element):
        if name == "OtherIdentifier":
            scheme = other.get("type") or other.get("authority") or "other"
            known = external_id(scheme, text(other), scope)
            if known is not None:
                if not known.valid:
                    doubts.append(
                        Warning("invalid-id", "OtherIdentifier", f"{known.value!r} is invalid")
                    )
                yield known


def _original(description: Element) -> str | None:
    for name, element in children(description):
        if name == "Language" and element.get("type") == "original":
            return language(text(element))
    return None


def _languages(description: Element, doubts: list[Warning]) -> Iterator[str]:
    for name, element in children(description):
        if name == "Language":
            tag = language(text(element))
            if tag:
                yield tag
            else:
                doubts.append(
                    Warning("unknown-language", "Language", f"{text(element)!r} is no language")
                )


def _countries(feed: Feed, description: Element, doubts: list[Warning]) -> Iterator[str]:
    for name, element in children(description):
        if name == "ProductionLocation":
            code = feed.territories.read(text(element))
            if code:
                yield code
            else:
                doubts.append(
                    Warning(
                        "unknown-territory",
                        "ProductionLocation",
                        f"{text(element)!r} unknown",
                    )
                )
