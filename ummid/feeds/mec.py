"""MovieLabs Media Entertainment Core (`mdmec` 2.x): descriptions of titles, never rights.

One `CoreMetadata` is one title; lists of them and deliveries of one language alone
(`LocalizedInfoDelivery`) exist too. The latest file of a ContentID replaces what it said before.
"""

from collections.abc import Iterator

import msgspec

from ummid.catalog.keys import slug
from ummid.catalog.languages import language_or_undetermined
from ummid.catalog.model import Organisation, SourceRecord, Statement, Technical, Text, Warning
from ummid.catalog.times import bound
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.movielabs import (
    family,
    first,
    grouped,
    organisation,
    texts,
    version_warning,
)
from ummid.feeds.movielabs_basic import read_basic, world_ids
from ummid.feeds.movielabs_localized import localized_texts
from ummid.feeds.movielabs_media import merge, technical_of
from ummid.feeds.xml import Element, child, children, local, place, raw, stream_elements, text

_ROOTS = frozenset(
    (
        "CoreMetadata",
        "CoreMetadataList",
        "CoreMetadataListSigned",
        "LocalizedInfoDelivery",
        "LocalizedInfoDeliveryList",
    )
)
_PARTNER_ROLES = ("licensor", "distributor")


def sniff(head: Head) -> bool:
    root = head.xml_root
    found = family(root.namespace) if root else None
    return bool(root and found and found[0] == "mdmec" and root.name in _ROOTS)


def parse(feed: Feed) -> Iterator[Statement]:
    root = feed.head.xml_root
    found = family(root.namespace) if root else None
    if root and found:
        feed.header.format_version = found[1]
        if warning := version_warning("mdmec", found[1]):
            feed.header.warnings.append(warning)
        feed.header.time = _instant(root.attributes.get("timestamp"))
        feed.header.feed_id = root.attributes.get("CoreMetadataListID")
    count = 0
    for statement in read_each(feed, _titles(feed), _read, raw, _key):
        count += 1
        yield statement
    if not count:
        raise FeedError("no-title", "the document holds no CoreMetadata; send the whole file")


def _titles(feed: Feed) -> Iterator[tuple[str, Element]]:
    elements = stream_elements(feed.stream, "{*}CoreMetadata", "{*}LocalizedInfoDelivery")
    for index, element in enumerate(elements, 1):
        name = local(element)
        parent = element.getparent()
        path = f"/{name}" if parent is None else f"/{local(parent)}/{name}[{index}]"
        if feed.header.partner is None:
            feed.header.partner = _partner(element)
        yield place(element, path), element


def _key(element: Element) -> str | None:
    basic = child(element, "Basic")
    stated = (basic if basic is not None else element).get("ContentID")
    return stated.strip() if stated else None


def _read(feed: Feed, at: str, element: Element) -> Statement:
    if local(element) == "LocalizedInfoDelivery":
        return _read_localized(feed, at, element)
    basic = child(element, "Basic")
    if basic is None:
        raise FeedError("missing-basic", "CoreMetadata has no Basic: it describes no title")
    path = at.partition(", ")[2]
    record = read_basic(feed, place(basic, f"{path}/Basic"), basic)
    parts = grouped(element)
    warnings: list[Warning] = list(record.warnings)
    if not record.own_id:
        warnings.append(Warning("missing-id", "own_id", "Basic has no ContentID"))
    return msgspec.structs.replace(
        record,
        event_time=_instant(element.get("timestamp")),
        titles=(
            *record.titles,
            *(Text(t, use="internal") for t in texts(parts.get("TitleInternalAlias", ()))),
        ),
        technical=_media(parts, record.technical, warnings),
        organisations=tuple(dict.fromkeys((*record.organisations, *_companies(parts)))),
        extra={**record.extra, **_facts(element, parts)},
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _read_localized(feed: Feed, at: str, element: Element) -> SourceRecord:
    """One language of a title: a statement of its own, joined to the title by its ContentID."""
    own = (element.get("ContentID") or "").strip()
    if not own:
        raise FeedError("missing-id", "LocalizedInfoDelivery has no ContentID: add it")
    warnings: list[Warning] = []
    titles, synopses, genres, artwork = localized_texts(feed, element, warnings)
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        format_version=feed.header.format_version,
        kind="unknown",
        key=f"{own} {language_or_undetermined(element.get('language'))}",
        source=feed.source(at),
        event_time=_instant(element.get("timestamp")),
        own_id=own,
        ids=world_ids(own, warnings),
        titles=titles,
        synopses=synopses,
        genres=genres,
        artwork=artwork,
        extra=_workflow(element),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _media(
    parts: dict[str, list[Element]], basic: Technical | None, warnings: list[Warning]
) -> Technical | None:
    assets = [
        item
        for asset in parts.get("DigitalAsset", ())
        for item in asset.iter("{*}Audio", "{*}Video", "{*}Subtitle")
    ]
    return merge(basic, technical_of(assets, warnings))


def _companies(parts: dict[str, list[Element]]) -> Iterator[Organisation]:
    for credit in parts.get("CompanyDisplayCredit", ()):
        for name in texts(grouped(credit).get("DisplayString", ())):
            yield Organisation(name, "display-credit")
    for item in parts.get("Source", ()):
        if found := organisation(item, "source"):
            yield found


def _facts(element: Element, parts: dict[str, list[Element]]) -> dict[str, str]:
    groups = (
        ": ".join(texts(v for n, v in children(item) if n in ("Type", "DisplayName")))
        for item in parts.get("GroupingEntity", ())
    )
    found = {
        "tracking-id": first(parts.get("TrackingID", ())),
        "grouping": "; ".join(g for g in groups if g),
    }
    return {**_workflow(element), **{name: value for name, value in found.items() if value}}


def _workflow(element: Element) -> dict[str, str]:
    names = {
        "updateNum": "update-num",
        "workflow": "workflow",
        "updateDeliveryType": "update-delivery-type",
        "versionDescription": "version-description",
    }
    return {fact: value for name, fact in names.items() if (value := element.get(name))}


def _partner(element: Element) -> str | None:
    """Who sends this: the stated Source, else the licensor or distributor, else who is shown."""
    parts = grouped(element)
    basic = parts.get("Basic", [])
    orgs = grouped(basic[0]).get("AssociatedOrg", []) if basic else []
    sources = [organisation(item, "source") for item in parts.get("Source", ())]
    for role in _PARTNER_ROLES:
        sources += [organisation(o, role) for o in orgs if (o.get("role") or "").lower() == role]
    names = [found.name for found in sources if found]
    names += [text(child(item, "DisplayString")) for item in parts.get("CompanyDisplayCredit", ())]
    return next((name for stated in names if (name := slug(stated))), None)


def _instant(stated: str | None) -> int | None:
    try:
        return bound(stated).instant if stated else None
    except FeedError:
        return None


FORMATS = (Format("mec", "MovieLabs Media Entertainment Core", "delta", sniff, parse),)
