"""Apple Universal Media Catalog: the catalogue feed and the availability feed.

Sources: UMC Catalog Data Interface Specification 3.6 (help.apple.com/itc/tvpumcspecifications)
and Apple TV partner support 3680 and 3717, which show offers with `offeringType`,
`windowStart` and `windowEnd`. How an offer names its territories is not published: what else
an offer holds is kept as terms, and no territory is read into it.
"""

import re
from collections.abc import Callable, Iterator

from ummid.catalog import times
from ummid.catalog.grants import Bound, Grant, LanguageTerm, Licence, Term, TerritorySet
from ummid.catalog.keys import slug, stable_id
from ummid.catalog.languages import language as language_tag
from ummid.catalog.model import (
    Genre,
    Kind,
    SourceRecord,
    Statement,
    Synopsis,
    Technical,
    Text,
    TextUse,
    Track,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds import xml
from ummid.feeds.apple_umc_item import (
    Item,
    artwork,
    credits,
    ids,
    lower,
    number,
    parents,
    ratings,
    releases,
    written,
)
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.mrss_values import length

_ROOTS = {"umccatalog": "catalogue", "umcavailability": "availability"}
_VERSIONS = re.compile(r"^[1-3](\.\d+)*$")
_KINDS: dict[str, Kind] = {
    "movie": "film",
    "tv_show": "series",
    "tv_season": "season",
    "tv_episode": "episode",
    "sporting_event": "event",
    "live_event": "event",
    "channel": "channel",
    "linear_channel": "channel",
}
_LICENCES: dict[str, Licence] = {
    "free": "FREE",
    "account": "FREE",
    "subscription": "SVOD",
    "coming_soon": "OTHER",
}
_TITLE_USES: dict[str, TextUse] = {"short": "short", "original": "original", "sort": "sort"}
_KNOWN_OFFER = frozenset(("offeringtype", "type", "windowstart", "windowend"))
_TRACKS = {"closedcaptioning": "caption", "subtitles": "", "subtitlesfordeaf": "sdh"}
_AUDIO = {"primarylocale": "primary", "additionalaudiolang": "", "audiodescriptions": "description"}
_EXTRA = frozenset(
    [
        "adult",
        "audioformats",
        "catalogid",
        "contentgroupid",
        "copyright",
        "isoriginal",
        "pubdate",
        "serviceid",
        "tagline",
        "variantid",
    ]
)


def _sniff(head: Head) -> bool:
    root = head.xml_root
    return root is not None and root.name.lower() in _ROOTS


def _parse(feed: Feed) -> Iterator[Statement]:
    root = feed.head.xml_root
    what = _ROOTS[root.name.lower()] if root else "catalogue"
    version = root.attributes.get("version") if root else None
    feed.header.format_version = version
    if version and not _VERSIONS.match(version):
        feed.header.warnings.append(f"unknown-version: UMC {version} is read as 3.6")
    reader: _Reader | None = None
    elements = xml.stream_elements(feed.stream, "{*}item", "{*}serviceOffers")
    for count, element in enumerate(elements, 1):
        if reader is None:
            reader = _Reader(feed, what, _context(element))
        place = xml.place(element, f"{_path(element)}[{count}]")
        yield from read_each(feed, [(place, element)], reader.read, xml.raw, reader.key)


def _path(element: xml.Element) -> str:
    names = [xml.local(e) for e in element.iterancestors()]
    return "/" + "/".join([*reversed(names), xml.local(element)])


def _context(element: xml.Element) -> dict[str, str]:
    """What the levels above the first item say of the feed, as elements or attributes."""
    found: dict[str, str] = {}
    for ancestor in element.iterancestors():
        for name, value in ancestor.attrib.items():
            found.setdefault(lower(str(name)), str(value))
        for name, child in xml.children(ancestor):
            if len(child) == 0:
                found.setdefault(name.lower(), xml.text(child))
    return found


class _Reader:
    """Reads the items of one feed under what stands above them."""

    def __init__(self, feed: Feed, what: str, context: dict[str, str]) -> None:
        self._feed = feed
        self._what = what
        self._service = context.get("serviceid", "")
        self._language = language_tag(context.get("defaultlocale")) or "und"
        header = feed.header
        header.partner = slug(context.get("teamid", "")) or None
        header.feed_id = self._service or context.get("catalogid") or None
        stated = context.get("lastbuilddate", "")
        if stated:
            try:
                header.time = times.bound(stated, assumed_zone="UTC").instant
            except FeedError:
                header.warnings.append(f"bad-date: lastBuildDate {stated!r} cannot be read")

    def key(self, element: xml.Element) -> str | None:
        return self._key(Item(element))

    def _key(self, item: Item) -> str:
        """A catalogue item is named by its contentId; an availability by service and variant."""
        content = item.first("contentid")
        if xml.local(item.element) == "serviceOffers":
            return f"service:{self._service}"
        if not content:
            raise FeedError("no-identity", "the item has no contentId, which Apple requires")
        if self._what == "catalogue":
            return content
        parts = ["availability", self._service, content, item.first("variantid")]
        return ":".join(part for part in parts if part)

    def read(self, feed: Feed, place: str, element: xml.Element) -> SourceRecord:
        item = Item(element)
        if not item.facts and not item.offers:
            raise FeedError("empty-item", "the item holds nothing; leave it out of the feed")
        key = self._key(item)
        is_service = xml.local(element) == "serviceOffers"
        stated_kind = item.first("contenttype")
        kind: Kind = "channel" if is_service else _KINDS.get(stated_kind.lower(), "unknown")
        warnings: list[Warning] = []
        if kind == "unknown":
            message = f"content type {stated_kind!r} is not known"
            warnings.append(Warning("unknown-kind", "kind", message))
        released = item.first("originalreleasedate", "releasedate", "originalairdate", "airdate")
        own = self._service if is_service else item.first("contentid")
        return SourceRecord(
            format=feed.format,
            partner=feed.partner,
            kind=kind,
            key=key,
            source=feed.source(place),
            format_version=feed.header.format_version,
            own_id=own or None,
            ids=ids(item, kind),
            titles=self._titles(item, warnings),
            synopses=self._synopses(item, warnings),
            year=times.year_of(released) or times.year_of(item.first("releaseyear", "year")),
            parents=parents(item, kind),
            season_number=number(item, "seasonnumber", warnings),
            episode_number=number(item, "episodenumber", warnings),
            original_language=self._tag(
                item.first("originalspokenlocale", "originallocale"), warnings
            ),
            languages=tuple(dict.fromkeys(t for t, _ in self._locales(item, _AUDIO, warnings))),
            countries=self._countries(item, warnings),
            genres=tuple(Genre(v, code=a.get("id")) for v, a in item.all("genre") if v),
            credits=credits(item),
            ratings=ratings(item, self._territory(warnings)),
            releases=releases(released, warnings),
            artwork=artwork(item),
            technical=self._technical(item, warnings),
            links=tuple(dict.fromkeys(a["url"] for _, a in item.all("locator") if a.get("url"))),
            grants=self._grants(item, key, warnings),
            warnings=tuple(warnings),
            extra={name: item.first(name) for name in sorted(_EXTRA & item.facts.keys())},
        )

    def _territory(self, warnings: list[Warning]) -> Callable[[str, str], str | None]:
        def read(field: str, raw: str) -> str | None:
            code = self._feed.territories.read(raw) if raw else None
            if raw and code is None:
                warnings.append(Warning("unknown-territory", field, f"{raw!r} names no territory"))
            return code

        return read

    def _countries(self, item: Item, warnings: list[Warning]) -> tuple[str, ...]:
        read = self._territory(warnings)
        raws = item.listed("countryoforigin", "origincountry", "productioncountry")
        return tuple(dict.fromkeys(code for raw in raws if (code := read("countries", raw))))

    def _tag(self, raw: str, warnings: list[Warning]) -> str | None:
        tag = language_tag(raw)
        if raw and tag is None:
            warnings.append(Warning("unknown-language", "languages", f"{raw!r} names no language"))
        return tag

    def _locale(self, attributes: dict[str, str], warnings: list[Warning]) -> str:
        stated = attributes.get("locale", "")
        return (self._tag(stated, warnings) or "und") if stated else self._language

    def _locales(
        self, item: Item, names: dict[str, str], warnings: list[Warning]
    ) -> list[tuple[str, str]]:
        """(language, type) of each locale listed under one of `names`."""
        stated = [(raw, kind) for name, kind in names.items() for raw in item.listed(name)]
        return [(tag, kind) for raw, kind in stated if (tag := self._tag(raw, warnings))]

    def _titles(self, item: Item, warnings: list[Warning]) -> tuple[Text, ...]:
        found = []
        for value, attributes in item.all("title"):
            if not value:
                continue
            kind = attributes.get("type", "").lower()
            use = _TITLE_USES.get(kind, "alternate" if kind and kind != "standard" else "display")
            if attributes.get("isphonetic", "").lower() == "true":
                use = "sort"
            found.append(Text(value, self._locale(attributes, warnings), use))
        return tuple(sorted(found, key=lambda t: t.language != self._language))

    def _synopses(self, item: Item, warnings: list[Warning]) -> tuple[Synopsis, ...]:
        found = []
        for value, attributes in item.all("description", "synopsis"):
            if value:
                locale = self._locale(attributes, warnings)
                found.append(Synopsis(value, locale, length(value)))
        return tuple(found)

    def _technical(self, item: Item, warnings: list[Warning]) -> Technical | None:
        raw = item.first("duration", "runtime")
        duration = None
        if raw:
            try:
                duration = int(raw) * 1000 if raw.isdecimal() else times.duration_ms(raw)
            except FeedError as error:
                warnings.append(Warning("bad-duration", "technical.duration_ms", str(error)))
        audio = [Track("audio", tag, kind or None) for tag, kind in self._locales(item, _AUDIO, [])]
        texts = self._locales(item, _TRACKS, warnings)
        subtitles = [Track("subtitle", tag, kind or None) for tag, kind in texts]
        if duration is None and not (audio or subtitles):
            return None
        return Technical(duration_ms=duration, tracks=(*audio, *subtitles))

    def _grants(self, item: Item, key: str, warnings: list[Warning]) -> tuple[Grant, ...]:
        found: dict[str, Grant] = {}
        for name, offer in item.offers:
            grant = self._grant(name, offer, item, key, warnings)
            if grant.key in found:
                message = (
                    f"a second {grant.licence_text} offer with the same start; the first counts"
                )
                warnings.append(Warning("duplicate-offer", "grants", message))
            found.setdefault(grant.key, grant)
        return tuple(found.values())

    def _grant(
        self, name: str, offer: xml.Element, item: Item, key: str, warnings: list[Warning]
    ) -> Grant:
        terms = Item(offer)
        kind = terms.first("offeringtype", "type").lower()
        licence = _LICENCES.get(kind)
        if licence is None:
            licence = "OTHER"
            message = f"an offer of type {kind!r} is none that Apple documents"
            if name == "offer":
                warnings.append(Warning("unknown-licence", "grants", message))
        start, end = self._bound(terms, "windowstart"), self._bound(terms, "windowend", end=True)
        times.check_window(start, end)
        others = {n: v for n, v in terms.facts.items() if n not in _KNOWN_OFFER}
        if others:
            named = ", ".join(sorted(others))
            message = f"kept as terms, not read as territory or condition: {named}"
            warnings.append(Warning("unverified-terms", "grants", message))
        plays = [a for _, a in item.all("locator") if a.get("action") == "play"]
        agreed = self._feed.profile.territories
        identity = (key, name, kind, start.raw if start else "")
        return Grant(
            key=stable_id(*identity),
            licence=licence,
            licence_text=kind or name,
            platform=self._feed.profile.platform,
            territories=TerritorySet(agreed) if agreed else None,
            start=start,
            end=end,
            qualities=tuple(q.upper() for q in item.listed("videoquality")),
            languages=tuple(
                LanguageTerm(tag, "asset", "audio") for tag, _ in self._locales(item, _AUDIO, [])
            ),
            link=next((a["url"] for a in plays if a.get("url")), None),
            terms=tuple(Term(n, written(v, a)) for n, facts in others.items() for v, a in facts),
        )

    def _bound(self, terms: Item, name: str, *, end: bool = False) -> Bound | None:
        raw = terms.first(name)
        profile = self._feed.profile
        if not raw:
            return None
        if profile.date_formats:
            zone, formats = profile.assumed_zone, profile.date_formats
            return times.bound_in_format(raw, formats, end=end, assumed_zone=zone)
        return times.bound(raw, end=end, assumed_zone=profile.assumed_zone)


FORMATS = (
    Format(
        name="apple_umc",
        label="Apple Universal Media Catalog (catalogue and availability)",
        mode="snapshot",
        sniff=_sniff,
        parse=_parse,
    ),
)
