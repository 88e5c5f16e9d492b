"""MovieLabs Media Manifest Core (`manifest` 1.x): which files make up which experience.

One statement per Experience. A manifest describes media and gives no rights; its ALIDs join it
to Avails, its ContentIDs to MEC. A ManifestID is never joined on: partners mistype it.
"""

from collections.abc import Iterator

import msgspec

from ummid.catalog.keys import slug, stable_id
from ummid.catalog.model import (
    ExternalId,
    Organisation,
    SourceRecord,
    Statement,
    Warning,
)
from ummid.catalog.times import bound
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.mmc_inventory import Inventory, texts_at
from ummid.feeds.movielabs import (
    content_id,
    family,
    first,
    grouped,
    organisation,
    region_codes,
    texts,
    version_warning,
)
from ummid.feeds.movielabs_basic import read_basic, world_ids
from ummid.feeds.movielabs_media import merge
from ummid.feeds.movielabs_relations import Parents, experience_parents, sequence
from ummid.feeds.xml import Element, child, children, parse_document, place, raw

Item = tuple[Inventory, Element]
_BODIES = ("Audiovisual", "App", "Gallery")


def sniff(head: Head) -> bool:
    root = head.xml_root
    found = family(root.namespace) if root else None
    return bool(root and found and found[0] == "manifest" and root.name == "MediaManifest")


def parse(feed: Feed) -> Iterator[Statement]:
    root = parse_document(feed.stream)
    _read_header(feed, root)
    inventory = Inventory(root)
    count = 0
    for statement in read_each(
        feed, _experiences(root, inventory), _read, lambda item: raw(item[1]), _key
    ):
        count += 1
        yield statement
    if not count:
        raise FeedError("no-experience", "the manifest has no Experience; it describes nothing")


def _read_header(feed: Feed, root: Element) -> None:
    known = feed.head.xml_root
    found = family(known.namespace) if known else None
    if found:
        feed.header.format_version = found[1]
        if warning := version_warning("manifest", found[1]):
            feed.header.warnings.append(warning)
    feed.header.feed_id = (root.get("ManifestID") or "").strip() or None
    feed.header.time = _instant(root.get("timestamp"))
    names = [found.name for found in _sources(root)]
    feed.header.partner = next((name for stated in names if (name := slug(stated))), None)


def _sources(root: Element) -> Iterator[Organisation]:
    source = child(root, "Source")
    for name, item in children(source) if source is not None else ():
        role = {"Licensor": "licensor", "ServiceProvider": "service-provider"}.get(name)
        if role and (found := organisation(item, role)):
            yield found


def _experiences(root: Element, inventory: Inventory) -> Iterator[tuple[str, Item]]:
    path = "/MediaManifest/Experiences/Experience"
    for index, element in enumerate(root.iterfind("{*}Experiences/{*}Experience"), 1):
        yield place(element, f"{path}[{index}]"), (inventory, element)


def _key(item: Item) -> str | None:
    inventory, element = item
    identifier = (element.get("ExperienceID") or "").strip()
    if not identifier:
        media = (*inventory.presentation_ids(element), *texts_at(element, "PictureGroupID"))
        own = _content(element, [])
        if not own and not media:
            return None
        identifier = stable_id("experience", own, *media)
    return f"{inventory.manifest_id} {identifier}".strip()


def _read(feed: Feed, at: str, item: Item) -> Statement:
    inventory, element = item
    key = _key(item)
    if key is None:
        raise FeedError("missing-id", "an Experience has no ExperienceID, ContentID or media")
    warnings: list[Warning] = []
    identifier = (element.get("ExperienceID") or "").strip()
    own = _content(element, warnings)
    basic = inventory.basic(own, element)
    base = _described(feed, at, basic, own, key) if basic is not None else None
    record = base or SourceRecord(
        format=feed.format,
        partner=feed.partner,
        format_version=feed.header.format_version,
        kind="asset",
        key=key,
        source=feed.source(at),
        own_id=own or None,
        ids=world_ids(own, warnings),
    )
    warnings = [*record.warnings, *warnings]
    placed = _placed(inventory, identifier, record, warnings)
    numbers = sequence(record.kind, placed[1], warnings) if placed[1] is not None else None
    alids = inventory.alids.get(identifier, ())
    return msgspec.structs.replace(
        record,
        event_time=feed.header.time,
        ids=_with_alids(record.ids, alids, warnings),
        parents=tuple(dict.fromkeys((*record.parents, *placed[0].parents))),
        season_number=record.season_number or (numbers.season if numbers else None),
        episode_number=record.episode_number or (numbers.episode if numbers else None),
        number_text=record.number_text or (numbers.text if numbers else None),
        artwork=inventory.artwork(element, record.artwork, warnings),
        technical=merge(inventory.technical(element, warnings), record.technical),
        versions=inventory.presentation_ids(element),
        organisations=(*record.organisations, *inventory.sources(_sources)),
        links=alids,
        extra={**record.extra, **_facts(inventory, element, identifier), **placed[0].extra},
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _described(feed: Feed, at: str, basic: Element, own: str, key: str) -> SourceRecord:
    """What embedded metadata says of the title, under the key of the experience."""
    record = read_basic(feed, at, basic, key)
    return msgspec.structs.replace(record, own_id=own or record.own_id)


def _content(element: Element, warnings: list[Warning]) -> str:
    """The ContentID of an experience; older manifests and faulty ones name it deeper."""
    parts = grouped(element)
    own = first(parts.get("ContentID", ()))
    if own:
        return own
    embedded = [(i.get("ContentID") or "").strip() for i in parts.get("BasicMetadata", ())]
    if any(embedded):
        return next(i for i in embedded if i)
    for name in _BODIES:
        for item in parts.get(name, ()):
            own = (item.get("ContentID") or first(grouped(item).get("ContentID", ()))).strip()
            if own:
                message = f"the Experience has no ContentID; that of its {name} is used"
                warnings.append(Warning("missing-content-id", "own_id", message))
                return own
    warnings.append(Warning("missing-content-id", "own_id", "the Experience has no ContentID"))
    return ""


def _with_alids(
    ids: tuple[ExternalId, ...], alids: tuple[str, ...], warnings: list[Warning]
) -> tuple[ExternalId, ...]:
    known = {(item.scheme, item.value) for item in ids}
    found = (i for alid in alids for i in content_id(alid, "links", warnings, "package"))
    return (*ids, *(i for i in dict.fromkeys(found) if (i.scheme, i.value) not in known))


def _placed(
    inventory: Inventory, identifier: str, record: SourceRecord, warnings: list[Warning]
) -> tuple[Parents, Element | None]:
    """Where other experiences of this manifest place this one, and the number they give it."""
    links = [
        (relationship, _content(parent, []))
        for relationship, parent, _ in inventory.placed.get(identifier, ())
    ]
    infos = [info for *_, info in inventory.placed.get(identifier, ()) if info is not None]
    found = experience_parents(links, record.kind, warnings)
    return found, infos[0] if infos else None


def _facts(inventory: Inventory, element: Element, identifier: str) -> dict[str, str]:
    parts = grouped(element)
    bodies = [grouped(item) for name in _BODIES for item in parts.get(name, ())]
    kinds = [*parts.get("Type", ()), *(t for b in bodies for t in b.get("Type", ()))]
    details = [*parts.get("SubType", ()), *(t for b in bodies for t in b.get("SubType", ()))]
    found = {
        "experience-id": identifier,
        "type": "; ".join(texts(kinds)),
        "sub-type": "; ".join(texts(details)),
        "experience-languages": "; ".join(texts(parts.get("Language", ()))),
        "excluded-languages": "; ".join(texts(parts.get("ExcludedLanguage", ()))),
        "regions": "; ".join(c for r in parts.get("Region", ()) for c in region_codes(r)),
        "excluded-regions": "; ".join(
            c for r in parts.get("ExcludedRegion", ()) for c in region_codes(r)
        ),
        "children": "; ".join(_link(item) for item in parts.get("ExperienceChild", ())),
        "related": "; ".join(inventory.related.get(identifier, ())),
        "metadata-files": "; ".join(inventory.metadata_files(_content(element, []))),
        "update-num": inventory.update_num,
        "apps": "; ".join(n for b in bodies for n in texts(b.get("AppName", ()))),
    }
    return {name: value for name, value in found.items() if value}


def _link(item: Element) -> str:
    parts = grouped(item)
    target = first(parts.get("ExperienceID", ())) or first(parts.get("ALID", ()))
    return f"{first(parts.get('Relationship', ()))} {target}".strip()


def _instant(stated: str | None) -> int | None:
    try:
        return bound(stated).instant if stated else None
    except FeedError:
        return None


FORMATS = (Format("mmc", "MovieLabs Media Manifest Core", "delta", sniff, parse),)
