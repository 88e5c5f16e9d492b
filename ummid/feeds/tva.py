"""TV-Anytime metadata of any year (`TVAMain`) and DVB-I service lists (`ServiceList`).

A schedule is a range delivery: one statement per ScheduleEvent (an airing, joined to its
ProgramInformation by crid), with the stretch each service speaks for in `header.covered`.
A programme without an event, a group (series, season, collection) and an on-demand programme
are statements of their own, without a scope: silence does not withdraw them. An airing is
never a grant; an OnDemandProgram is one. Programmes come before their events in a document
and are kept, in their short form, until its end.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from ummid.catalog import times
from ummid.catalog.keys import slug
from ummid.catalog.model import Rejected, SourceRecord, Statement
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.tva_events import Event, event_record, on_demand_record, read_event
from ummid.feeds.tva_programmes import read_group, read_programme
from ummid.feeds.tva_services import read_services
from ummid.feeds.xml import Element, children, local, place, raw, stream_elements

_PROGRAMMES = re.compile(r"^urn:tva:metadata(?::[a-z]+)?:(\d{4})$")
_SERVICES = re.compile(r"^urn:dvb:metadata:servicediscovery:(\d{4})$")
_Read = Callable[[Feed, str, Element], SourceRecord]


@dataclass
class _Schedule:
    """What is known of a document while its events come in."""

    feed: Feed
    programmes: dict[str, SourceRecord] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def cover(self, channel: str, start: int, end: int) -> None:
        covered = self.feed.header.covered
        first, last = covered.get(channel, (start, end))
        covered[channel] = (min(first, start), max(last, end))


def sniff(head: Head) -> bool:
    """`TVAMain` in a TV-Anytime namespace, `ServiceList` in a DVB-I one, of any year."""
    root = head.xml_root
    return root is not None and bool(
        (root.name == "TVAMain" and _PROGRAMMES.match(root.namespace))
        or (root.name == "ServiceList" and _SERVICES.match(root.namespace))
    )


def parse(feed: Feed) -> Iterator[Statement]:
    """Statements of a schedule, or of a service list."""
    root = feed.head.xml_root
    namespace = root.namespace if root else ""
    services = _SERVICES.match(namespace)
    known = services or _PROGRAMMES.match(namespace)
    if root is None or known is None:
        raise FeedError("not-tva", "the root is neither TV-Anytime nor a DVB-I service list")
    feed.header.format_version = known[1]
    if services:
        yield from read_services(feed)
        return
    feed.header.partner = slug(root.attributes.get("publisher", "")) or None
    published = root.attributes.get("publicationTime")
    if published:
        try:
            feed.header.time = times.bound(published).instant
        except FeedError as error:
            feed.header.warnings.append(f"{error.code}: publicationTime: {error}")
    yield from _schedule(_Schedule(feed))


def _schedule(schedule: _Schedule) -> Iterator[Statement]:
    counts: dict[str, int] = {}
    for element in stream_elements(schedule.feed.stream, *_READERS):
        name = local(element)
        counts[name] = counts.get(name, 0) + 1
        where = place(element, f"/TVAMain//{name}[{counts[name]}]")
        yield from _READERS[f"{{*}}{name}"](schedule, where, element)
    for crid, record in schedule.programmes.items():
        if crid not in schedule.used:
            yield record


def _programme(schedule: _Schedule, where: str, element: Element) -> Iterator[Statement]:
    for statement in _one(schedule, where, element, read_programme, "programId"):
        if isinstance(statement, Rejected):
            yield statement
            continue
        if statement.key in schedule.programmes:
            schedule.feed.header.warnings.append(f"duplicate: {statement.key} is described twice")
        schedule.programmes[statement.key] = statement


def _group(schedule: _Schedule, where: str, element: Element) -> Iterator[Statement]:
    yield from _one(schedule, where, element, read_group, "groupId")


def _one(
    schedule: _Schedule, where: str, element: Element, read: _Read, key: str = ""
) -> Iterator[Statement]:
    return read_each(schedule.feed, ((where, element),), read, raw, lambda e: e.get(key))


def _events(schedule: _Schedule, where: str, element: Element) -> Iterator[Statement]:
    """A Schedule: its events, and the range that it states for its service."""
    channel = element.get("serviceIDRef") or ""
    start, end = (_instant(schedule, element.get(name)) for name in ("start", "end"))
    if channel and start is not None and end is not None and start < end:
        schedule.cover(channel, start, end)
    count = 0
    for name, child in children(element):
        if name in ("ScheduleEvent", "BroadcastEvent"):
            count += 1
            at = place(child, f"{where.partition(', ')[2]}/{name}[{count}]")
            yield from _event(schedule, at, child)


def _event(schedule: _Schedule, where: str, element: Element) -> Iterator[Statement]:
    def read(feed: Feed, where: str, element: Element) -> SourceRecord:
        event = read_event(feed, element)
        record = event_record(feed, where, event, _described(schedule, event))
        if event.start is not None and event.start.instant is not None:
            end = event.end.instant if event.end else None
            last = end if end is not None else event.start.instant + 1
            schedule.cover(event.channel, event.start.instant, last)
        return record

    yield from _one(schedule, where, element, read)


def _on_demand(schedule: _Schedule, where: str, element: Element) -> Iterator[Statement]:
    def read(feed: Feed, where: str, element: Element) -> SourceRecord:
        event = read_event(feed, element)
        return on_demand_record(feed, where, event, element, _described(schedule, event))

    yield from _one(schedule, where, element, read)


def _described(schedule: _Schedule, event: Event) -> SourceRecord | None:
    record = schedule.programmes.get(event.crid)
    if record is not None:
        schedule.used.add(event.crid)
        return msgspec.structs.replace(record, partner=schedule.feed.partner)
    return None


def _instant(schedule: _Schedule, raw_time: str | None) -> int | None:
    if not raw_time:
        return None
    try:
        return times.bound(raw_time, assumed_zone=schedule.feed.profile.assumed_zone).instant
    except FeedError as error:
        schedule.feed.header.warnings.append(f"{error.code}: Schedule: {error}")
        return None


_READERS = {
    "{*}ProgramInformation": _programme,
    "{*}GroupInformation": _group,
    "{*}Schedule": _events,
    "{*}ScheduleEvent": _event,
    "{*}BroadcastEvent": _event,
    "{*}OnDemandProgram": _on_demand,
    "{*}PushDownloadProgram": _on_demand,
}

FORMATS = (Format("tva", "TV-Anytime and DVB-I", "range", sniff, parse),)
