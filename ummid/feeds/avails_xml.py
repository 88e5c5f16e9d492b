"""MovieLabs Avails XML 2.1-2.7: what a studio lets a store sell, one record per Avail.

Source: `avails-v2.*.xsd` and `vocab_avail_v2.*.json` in MovieLabs/mddf. Each Transaction is one
grant. A `Full Extract` replaces all that was known of its ALID in the territories it names.
"""

from collections.abc import Callable, Iterator
from functools import partial

from lxml import etree

from ummid.catalog.grants import TerritorySet
from ummid.catalog.keys import slug, stable_id
from ummid.catalog.model import (
    Action,
    Organisation,
    Parent,
    SourceRecord,
    Statement,
    Technical,
    Warning,
)
from ummid.catalog.times import bound
from ummid.errors import FeedError
from ummid.feeds import avails_terms as vocabulary
from ummid.feeds.avails_levels import Level
from ummid.feeds.avails_offer import Offer
from ummid.feeds.avails_parts import (
    ByTag,
    distinct,
    local_name,
    partner_id,
    parts,
    plain,
    snake,
    without_own,
)
from ummid.feeds.avails_transaction import read_transaction
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.movielabs import family, id_scope, version_warning, work_kind
from ummid.feeds.xml import Element, child_text, line, raw, stream_elements, text

_METADATA = {
    "Metadata": "work",
    "EpisodeMetadata": "episode",
    "VolumeMetadata": "volume",
    "SeasonMetadata": "season",
    "SeriesMetadata": "series",
}


_WORKFLOW = ("updateNum", "workflow", "updateDeliveryType", "versionDescription")


def sniff(head: Head) -> bool:
    root = head.xml_root
    if root is None or root.name not in ("AvailList", "AvailListSigned", "Avail"):
        return False
    found = family(root.namespace)
    return found is not None and found[0] == "avails"


def parse(feed: Feed) -> Iterator[Statement]:
    root = feed.head.xml_root
    version = family(root.namespace) if root else None
    if version:
        feed.header.format_version = version[1]
        if doubt := version_warning(*version):
            feed.header.warnings.append(doubt)
    yield from read_each(feed, _avails(feed), _record, raw, _key)


def _avails(feed: Feed) -> Iterator[tuple[str, Element]]:
    elements = stream_elements(feed.stream, "{*}Avail")
    for number, element in enumerate(elements, feed.first_record + 1):
        yield f"line {line(element) + feed.first_line}, /AvailList/Avail[{number}]", element


class _Draft:
    """One Avail while it is read."""

    __slots__ = (
        "bundled",
        "extra",
        "feed",
        "level",
        "offers",
        "organisations",
        "others",
        "warnings",
        "words",
    )

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.words: dict[str, str] = {}
        self.warnings: list[Warning] = []
        self.extra: dict[str, str] = {}
        self.organisations: list[Organisation] = []
        self.offers: list[Offer] = []
        self.bundled: list[str] = []
        self.others: list[str] = []
        self.level: Level | None = None


def _record(feed: Feed, place: str, element: Element) -> SourceRecord:
    draft = _Draft(feed)
    words = draft.words
    _drop_comments(element)
    for item in element:
        _PARTS[item.tag](draft, item)
    own_id = words.get("ALID") or words.get("contentID", "")
    if not own_id:
        raise FeedError("no-id", "the Avail has no ALID and its asset no contentID; state one")
    action, full_extract = _entry_type(draft)
    sets = [offer.territories() for offer in draft.offers]
    grants = []
    if action == "upsert":
        grants = [o.grant(own_id, t) for o, t in zip(draft.offers, sets, strict=True)]
    level = draft.level or Level("work", feed, draft.warnings)
    kind = work_kind(words.get("WorkType", ""))
    if kind == "unknown":
        kind = vocabulary.avail_kind(words.get("AvailType", ""))
    ids = level.ids
    if content_id := words.get("contentID", ""):
        ids = [*partner_id(content_id, "contentID", id_scope(kind), draft.warnings), *ids]
    above = _chain(level)
    for name in _WORKFLOW if element.keys() else ():
        _note(draft, snake(name), element.get(name, ""))
    return SourceRecord(
        format=feed.format,
        format_version=feed.header.format_version,
        partner=feed.partner,
        kind=kind,
        key=_key_of(own_id, sets),
        source=feed.source(place),
        action=action,
        scopes=vocabulary.scopes(own_id, sets),
        full_extract=full_extract,
        event_time=_event_time(draft, element.get("timestamp") or words.get("IssueDate")),
        own_id=own_id,
        ids=distinct(without_own(ids, own_id)),
        titles=tuple(level.titles),
        year=level.year,
        parents=_parents(draft, above),
        season_number=next((x.number for x in (level, *above) if x.name == "season"), None),
        episode_number=level.number if level.name == "episode" else None,
        number_text=level.number_text,
        credits=tuple(level.credits),
        ratings=level.ratings,
        releases=tuple(level.releases),
        technical=Technical(duration_ms=level.duration_ms) if level.duration_ms else None,
        organisations=_organisations(draft, level, above),
        links=tuple(draft.bundled),
        grants=vocabulary.told_apart(grants, draft.warnings),
        warnings=distinct(draft.warnings),
        extra=_extra(draft, level, above),
    )


def _drop_comments(element: Element) -> None:
    """Takes comments out, so that they neither cut a text nor pass for an element."""
    for _ in element.iter(etree.Comment, etree.ProcessingInstruction):
        etree.strip_tags(element, etree.Comment, etree.ProcessingInstruction)
        return


def _read_transaction(draft: _Draft, item: Element) -> None:
    licensor = draft.words.get("Licensor", "")
    draft.offers.append(read_transaction(item, draft.feed, licensor, draft.warnings))


def _read_disposition(draft: _Draft, item: Element) -> None:
    for part in item:
        draft.words[local_name[part.tag]] = plain(part)


def _read_entitlement(draft: _Draft, item: Element) -> None:
    _note(draft, f"entitlement_{snake(item.get('ecosystem', ''))}", text(item))


def _read_associated(draft: _Draft, item: Element) -> None:
    _note(draft, f"associated_{snake(item.get('relationship', ''))}", text(item))


def _read_exception(draft: _Draft, item: Element) -> None:
    value = plain(item) or "true"
    draft.extra["exception_flag"] = value
    if vocabulary.yes_or_no(value):
        draft.warnings.append(vocabulary.EXCEPTION)


def _read_core_metadata(draft: _Draft, _: Element) -> None:
    message = "metadata inside the Avail is not read; send it as MEC"
    draft.warnings.append(Warning("not-read", "CoreMetadata", message))


def _read_word(name: str, draft: _Draft, item: Element) -> None:
    draft.words[name] = plain(item)


def _read_note(name: str, draft: _Draft, item: Element) -> None:
    _note(draft, name, text(item))


def _note(draft: _Draft, name: str, value: str) -> None:
    if value:
        before = draft.extra.get(name)
        draft.extra[name] = f"{before}; {value}" if before else value


def _read_organisation(role: str, draft: _Draft, item: Element) -> None:
    name = parts(item).get("DisplayName")
    if not name:
        return
    identifier = item.get("organizationID") or item.get("retailerSpecificID")
    draft.organisations.append(Organisation(name, role, identifier))
    if role == "licensor":
        draft.words["Licensor"] = name
        header = draft.feed.header
        if header.partner is None:
            header.partner = slug(name)


def _read_asset(draft: _Draft, element: Element) -> None:
    """The first asset is what the Avail is about; any other is named beside it."""
    content_id = (element.get("contentID") or "").strip()
    if draft.level is not None:
        draft.others.append(content_id)
        return
    draft.words["contentID"] = content_id
    for item in element:
        name = local_name[item.tag]
        if name in _METADATA:
            draft.level = Level(_METADATA[name], draft.feed, draft.warnings).read(item)
        elif name == "BundledAsset":
            draft.bundled.append(parts(item).get("BundledALID", ""))
        elif name == "WorkType":
            draft.words[name] = plain(item)
        else:
            _note(draft, snake(name), text(item))
    if draft.level is None:
        draft.level = Level("work", draft.feed, draft.warnings)


Reader = Callable[[_Draft, Element], None]
_READERS: dict[str, Reader] = {
    "Transaction": _read_transaction,
    "Asset": _read_asset,
    "Disposition": _read_disposition,
    "Licensor": partial(_read_organisation, "licensor"),
    "ServiceProvider": partial(_read_organisation, "service provider"),
    "SharedEntitlement": _read_entitlement,
    "AssociatedALID": _read_associated,
    "ExceptionFlag": _read_exception,
    "CoreMetadata": _read_core_metadata,
    "ALID": partial(_read_word, "ALID"),
    "AvailType": partial(_read_word, "AvailType"),
}


def _reader(name: str) -> Reader:
    return _READERS.get(name) or partial(_read_note, snake(name))


_PARTS: ByTag[Reader] = ByTag(_reader)
"""What each element of an Avail says; one without a field of its own becomes a note."""


def _entry_type(draft: _Draft) -> tuple[Action, bool]:
    raw = draft.words.get("EntryType", "")
    found = vocabulary.entry_type(raw)
    if found is None:
        draft.warnings.append(vocabulary.doubtful_entry_type(raw))
        return "upsert", False
    return found


def _chain(level: Level) -> tuple[Level, ...]:
    """The levels above one, nearest first."""
    return (level.above, *_chain(level.above)) if level.above else ()


def _parents(draft: _Draft, above: tuple[Level, ...]) -> tuple[Parent, ...]:
    found = [parent for level in above if (parent := level.parent())]
    for offer in draft.offers:
        for alid in offer.references:
            ids = partner_id(alid, "RefALID", "title", draft.warnings)
            found.append(Parent("title", tuple(ids)))
    return distinct(found)


def _organisations(
    draft: _Draft, level: Level, above: tuple[Level, ...]
) -> tuple[Organisation, ...]:
    found = draft.organisations + level.organisations
    for each in above:
        found += each.organisations
    return distinct(found)


def _extra(draft: _Draft, level: Level, above: tuple[Level, ...]) -> dict[str, str]:
    extra = draft.extra
    if level.extra:
        extra.update(level.extra)
    if level.name == "volume" and level.number is not None:
        extra["volume_number"] = str(level.number)
    for each in above:
        for name, value in each.extra.items():
            extra[f"{each.name}_{name.removeprefix(each.name + '_')}"] = value
        if each.year:
            extra[f"{each.name}_year"] = str(each.year)
    if avail_type := draft.words.get("AvailType"):
        extra["avail_type"] = avail_type
    if draft.others:
        extra["other_assets"] = "; ".join(draft.others)
    return extra


def _event_time(draft: _Draft, raw: str | None) -> int | None:
    """When this Avail was issued; a year alone is no instant and stays in `extra`."""
    if not raw:
        return None
    try:
        return bound(raw, assumed_zone=draft.feed.profile.assumed_zone).instant
    except FeedError as error:
        draft.extra["issue_date"] = raw
        draft.warnings.append(Warning("bad-date", "event_time", str(error)))
        return None


def _key_of(own_id: str, sets: list[TerritorySet | None]) -> str:
    codes = {code for territories in sets if territories for code in territories.included}
    return stable_id("avail", own_id, *sorted(codes))


def _key(element: Element) -> str | None:
    """The key of an Avail that was refused: known when its territories are plain codes."""
    own_id = child_text(element, "ALID")
    codes = {
        text(region).upper()
        for item in element
        if local_name[item.tag] == "Transaction"
        for part in item
        if local_name[part.tag] == "Territory"
        for region in part
    }
    return stable_id("avail", own_id, *sorted(codes)) if own_id else None


FORMATS = (Format("avails_xml", "MovieLabs Avails (XML)", "scoped", sniff, parse, ("Avail",)),)
