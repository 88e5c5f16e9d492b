"""DVB-I service lists (ETSI TS 103 770): one statement per Service, a channel.

A list is complete in itself. Its statements carry no scopes, since the format's mode (range)
is that of schedules. A TargetCountry says where a service is meant for; it grants nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ummid.catalog.keys import slug, stable_id
from ummid.catalog.languages import language
from ummid.catalog.model import (
    ExternalId,
    Organisation,
    SourceRecord,
    Statement,
    Synopsis,
    Text,
    Warning,
)
from ummid.feeds.connector import Feed, read_each
from ummid.feeds.tva_fields import av_attributes, genres, note_placeholder, related, tag_at
from ummid.feeds.xml import Element, child_text, children, local, place, raw, stream_elements, text


@dataclass
class _List:
    """Channel numbers by service, and where the list is meant for."""

    numbers: dict[str, list[str]] = field(default_factory=dict)
    name: str = ""


def read_services(feed: Feed) -> Iterator[Statement]:
    """One channel statement per Service or TestService."""
    root = feed.head.xml_root
    if root is not None:
        feed.header.feed_id = root.attributes.get("id")
    known = _List()
    yield from read_each(
        feed,
        _services(feed, known),
        lambda f, where, service: _read(f, where, service, known),
        raw,
        lambda service: child_text(service, "UniqueIdentifier") or None,
    )


def _services(feed: Feed, known: _List) -> Iterator[tuple[str, Element]]:
    tags = ("Service", "TestService", "LCNTable", "Name", "ProviderName")
    count = 0
    for element in stream_elements(feed.stream, *(f"{{*}}{tag}" for tag in tags)):
        name, parent = local(element), element.getparent()
        at_top = parent is not None and local(parent) == "ServiceList"
        if name == "LCNTable":
            for _, entry in ((n, e) for n, e in children(element) if n == "LCN"):
                service, number = entry.get("serviceRef"), entry.get("channelNumber")
                if service and number:
                    known.numbers.setdefault(service, []).append(number)
        elif not at_top:
            continue
        elif name == "ProviderName":
            feed.header.partner = feed.header.partner or slug(text(element)) or None
        elif name == "Name":
            known.name = known.name or text(element)
        else:
            count += 1
            yield place(element, f"/ServiceList/{name}[{count}]"), element


def _read(feed: Feed, where: str, service: Element, known: _List) -> SourceRecord:
    doubts: list[Warning] = []
    identity = child_text(service, "UniqueIdentifier")
    names = tuple(
        Text(text(element), tag_at(element, doubts))
        for name, element in children(service)
        if name == "ServiceName" and text(element)
    )
    note_placeholder(identity, "UniqueIdentifier", doubts)
    instances = [element for name, element in children(service) if name == "ServiceInstance"]
    pictures, links = related(service, doubts)
    numbers = list(dict.fromkeys(known.numbers.get(identity, ())))
    content = [e for i in instances for n, e in children(i) if n == "ContentAttributes"]
    technical = av_attributes(content[0], doubts) if content else None
    facts = {
        "guide_reference": child_text(service, "ContentGuideServiceRef"),
        "service_type": next(
            (e.get("href") or "" for n, e in children(service) if n == "ServiceType"), ""
        ),
        "version": service.get("version"),
        "instances": str(len(instances)) if len(instances) > 1 else "",
        "target_regions": " ".join(
            text(e) for n, e in children(service) if n == "TargetRegion" and text(e)
        ),
        "availability": _availability(instances),
        "packages": "; ".join(
            text(e) for i in instances for n, e in children(i) if n == "SubscriptionPackage"
        ),
        "list": known.name,
        "test": "true" if local(service) == "TestService" else "",
    }
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind="channel",
        key=identity or stable_id("service", *(n.value for n in names)),
        source=feed.source(where),
        format_version=feed.header.format_version,
        own_id=identity or None,
        ids=tuple(dict.fromkeys(_triplets(instances))),
        titles=names,
        synopses=tuple(
            Synopsis(text(e), tag_at(e, doubts))
            for n, e in children(service)
            if n == "ServiceDescription" and text(e)
        ),
        number_text=" ".join(numbers) or None,
        languages=_languages(service, doubts),
        countries=tuple(dict.fromkeys(_countries(feed, instances, doubts))),
        genres=tuple(genres(service)),
        artwork=pictures,
        technical=technical,
        organisations=tuple(
            Organisation(text(element), "provider")
            for name, element in children(service)
            if name == "ProviderName" and text(element)
        ),
        links=tuple(dict.fromkeys((*_locations(instances, doubts), *links))),
        warnings=tuple(dict.fromkeys(doubts)),
        extra={name: value for name, value in facts.items() if value},
    )


def _deep(instances: list[Element], name: str) -> Iterator[Element]:
    for instance in instances:
        yield from instance.iter(f"{{*}}{name}")


def _triplets(instances: list[Element]) -> Iterator[ExternalId]:
    """DVB triplets, `original network.transport stream.service`."""
    for triplet in _deep(instances, "DVBTriplet"):
        parts = [triplet.get(name, "") for name in ("origNetId", "tsId", "serviceId")]
        yield ExternalId("dvb", ".".join(parts), "channel")


def _countries(feed: Feed, instances: list[Element], doubts: list[Warning]) -> Iterator[str]:
    for country in _deep(instances, "TargetCountry"):
        for spelling in text(country).split(","):
            code = feed.territories.read(spelling)
            if code:
                yield code
            else:
                doubts.append(
                    Warning("unknown-territory", "TargetCountry", f"{spelling!r} is no territory")
                )


def _locations(instances: list[Element], doubts: list[Warning]) -> Iterator[str]:
    """Where a service can be played, the preferred instance (lowest priority number) first."""
    for instance in sorted(instances, key=_priority):
        for uri in _deep([instance], "URI"):
            note_placeholder(text(uri), "URI", doubts)
            if text(uri):
                yield text(uri)


def _priority(instance: Element) -> int:
    raw_priority = instance.get("priority", "0")
    return int(raw_priority) if raw_priority.isdigit() else 0


def _availability(instances: list[Element]) -> str:
    """Daily intervals in the order given, `00:00:00Z-00:10:00Z`."""
    return " ".join(
        f"{interval.get('startTime') or ''}-{interval.get('endTime') or ''}"
        for interval in _deep(instances, "Interval")
    )


def _languages(service: Element, doubts: list[Warning]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for element in service.iter("{*}AudioLanguage"):
        tag = language(text(element))
        if tag:
            found[tag] = None
        else:
            doubts.append(
                Warning("unknown-language", "AudioLanguage", f"{text(element)!r} is no language")
            )
    return tuple(found)
