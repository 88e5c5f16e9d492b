"""TV-Anytime program locations: airings (ScheduleEvent) and on-demand offers."""

from dataclasses import dataclass, field

import msgspec

from ummid.catalog import times
from ummid.catalog.grants import Bound, Grant, Licence, TerritorySet
from ummid.catalog.keys import stable_id
from ummid.catalog.languages import language
from ummid.catalog.model import Airing, Scope, SourceRecord, Technical, Track, Warning
from ummid.errors import FeedError
from ummid.feeds import tva_fields
from ummid.feeds.connector import Feed
from ummid.feeds.xml import Element, child, child_text, children, text

_FLAGS = {
    "Live": "live",
    "Repeat": "repeat",
    "FirstShowing": "first-showing",
    "LastShowing": "last-showing",
    "Free": "free",
}


@dataclass
class Event:
    """A location of one programme. `start` is None where its time cannot be read."""

    crid: str
    channel: str
    start: Bound | None = None
    end: Bound | None = None
    flags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    technical: Technical | None = None
    warnings: list[Warning] = field(default_factory=list)
    extra: dict[str, str] = field(default_factory=dict)


def read_event(feed: Feed, element: Element) -> Event:
    """One ScheduleEvent, BroadcastEvent or OnDemandProgram.

    The service is its own `serviceIDRef`, else that of its Schedule. Raises FeedError
    `missing-id` without a Program crid.
    """
    program = child(element, "Program")
    crid = (program.get("crid") or "").strip() if program is not None else ""
    if not crid:
        raise FeedError("missing-id", "the event names no Program crid")
    parent = element.getparent()
    channel = element.get("serviceIDRef") or (
        parent.get("serviceIDRef") if parent is not None else None
    )
    event = Event(crid, (channel or "").strip())
    doubts = event.warnings
    tva_fields.note_placeholder(event.channel, "serviceIDRef", doubts)
    event.start = _time(feed, element, ("PublishedStartTime", "ActualStartTime"), doubts)
    event.end = _time(feed, element, ("PublishedEndTime", "ActualEndTime"), doubts)
    raw = child_text(element, "PublishedDuration") or child_text(element, "ActualDuration")
    length = tva_fields.duration(raw, "PublishedDuration", doubts)
    if event.end is None and event.start is not None and length is not None:
        instant = (event.start.instant or 0) + length
        event.end = Bound("instant", raw, instant, event.start.zone, event.start.assumed_zone)
    if length is not None:
        event.technical = Technical(duration_ms=length)
    event.flags = tuple(
        flag
        for name, flag in _FLAGS.items()
        for n, e in children(element)
        if n == name and (e.get("value") or text(e)).lower() in ("true", "1")
    )
    event.links = tuple(text(e) for n, e in children(element) if n == "ProgramURL" and text(e))
    event.extra = {
        name: value
        for name, value in (
            ("auxiliary_url", child_text(element, "AuxiliaryURL")),
            ("instance_id", child_text(element, "InstanceMetadataId")),
        )
        if value
    }
    _describe(event, child(element, "InstanceDescription"))
    return event


def event_record(
    feed: Feed, where: str, event: Event, programme: SourceRecord | None
) -> SourceRecord:
    """The programme as aired: one airing, scoped to its place on the service.

    An event whose time cannot be read keeps what is said of the programme, without airing.
    """
    record = _joined(feed, where, event, programme)
    if event.start is None or event.start.instant is None:
        return record
    if not event.channel:
        raise FeedError("missing-channel", f"the event of {event.crid} names no service")
    times.check_window(event.start, event.end)
    channel, start = event.channel, event.start.instant
    return msgspec.structs.replace(
        record,
        key=f"{channel}@{times.iso(start)}#{event.crid}",
        scopes=(Scope(f"channel:{channel}", start),),
        airings=(Airing(channel, event.start, event.end, flags=event.flags),),
    )


def on_demand_record(
    feed: Feed, where: str, event: Event, element: Element, programme: SourceRecord | None
) -> SourceRecord:
    """The programme with one grant: its availability on demand on a service.

    Raises FeedError when its window cannot be read.
    """
    record = _joined(feed, where, event, programme)
    zone = feed.profile.assumed_zone
    first = child_text(element, "StartOfAvailability")
    last = child_text(element, "EndOfAvailability")
    start = times.bound(first, assumed_zone=zone) if first else None
    end = times.bound(last, end=True, assumed_zone=zone) if last else None
    times.check_window(start, end)
    licence: Licence = "FREE" if "free" in event.flags else "OTHER"
    where_to = feed.profile.territories
    grant = Grant(
        key=stable_id("tva", event.crid, event.channel, *event.links),
        licence=licence,
        platform=event.channel or feed.profile.platform,
        territories=TerritorySet(where_to) if where_to else None,
        start=start,
        end=end,
        link=event.links[0] if event.links else None,
    )
    return msgspec.structs.replace(
        record,
        key=f"ondemand:{stable_id(event.crid, event.channel, first, *event.links)}",
        grants=(grant,),
    )


def _joined(feed: Feed, where: str, event: Event, programme: SourceRecord | None) -> SourceRecord:
    doubts = list(event.warnings)
    if programme is None:
        doubts.append(
            Warning("no-programme", "Program", f"{event.crid} is not described in this document")
        )
        programme = SourceRecord(
            format=feed.format,
            partner=feed.partner,
            kind="programme",
            key=event.crid,
            source=feed.source(where),
            format_version=feed.header.format_version,
            own_id=event.crid,
        )
    technical = _merged(programme.technical, event.technical)
    lasts = programme.technical.duration_ms if programme.technical else None
    if technical is not None and lasts:  # a slot may be longer than its programme
        technical = msgspec.structs.replace(technical, duration_ms=lasts)
    return msgspec.structs.replace(
        programme,
        source=feed.source(where),
        links=tuple(dict.fromkeys((*event.links, *programme.links))),
        technical=technical,
        warnings=tuple(dict.fromkeys((*programme.warnings, *doubts))),
        extra=programme.extra | event.extra,
    )


def _merged(stated: Technical | None, aired: Technical | None) -> Technical | None:
    """What the event says of its own copy comes before what the programme says in general."""
    if stated is None or aired is None:
        return aired or stated
    return msgspec.structs.replace(
        aired,
        **{
            name: getattr(stated, name)
            for name in stated.__struct_fields__
            if not getattr(aired, name)
        },
    )


def _time(
    feed: Feed, element: Element, names: tuple[str, ...], doubts: list[Warning]
) -> Bound | None:
    for name in names:
        raw = child_text(element, name)
        if raw:
            try:
                return times.bound(raw, assumed_zone=feed.profile.assumed_zone)
            except FeedError as error:
                doubts.append(Warning(error.code, name, str(error)))
    return None


def _describe(event: Event, description: Element | None) -> None:
    """Facts of this instance: picture, captions, availability terms."""
    if description is None:
        return
    technical = tva_fields.av_attributes(child(description, "AVAttributes"), event.warnings)
    captions = []
    for name, element in children(description):
        if name in ("CaptionLanguage", "SignLanguage"):
            tag = language(text(element))
            if tag:
                kind = "sign" if name == "SignLanguage" else "caption"
                captions.append(Track("subtitle", tag, kind))
            else:
                event.warnings.append(
                    Warning("unknown-language", name, f"{text(element)!r} is no language")
                )
    if captions:
        known = technical or Technical()
        technical = msgspec.structs.replace(known, tracks=(*known.tracks, *captions))
    event.technical = _merged(event.technical, technical)
    terms = [g.code for g in tva_fields.genres(description) if g.code]
    if terms:
        event.extra["instance_genres"] = " ".join(terms)
