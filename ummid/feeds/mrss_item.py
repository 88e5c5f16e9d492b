"""One item of an RSS, Media RSS or Atom feed as a statement about a title."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ummid.catalog import times
from ummid.catalog.identifiers import external_id
from ummid.catalog.keys import stable_id
from ummid.catalog.model import (
    Credit,
    ExternalId,
    Genre,
    Kind,
    Organisation,
    Parent,
    Release,
    Source,
    SourceRecord,
    Synopsis,
    Text,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds import xml
from ummid.feeds.connector import Feed
from ummid.feeds.mrss_fields import collect
from ummid.feeds.mrss_media import languages, split_media, technical
from ummid.feeds.mrss_terms import RIGHTS, Terms
from ummid.feeds.mrss_values import Facts, Link, Media, length

_KINDS: dict[str, Kind] = {
    "movie": "film", "film": "film", "feature": "film", "feature film": "film",
    "episode": "episode", "tv episode": "episode", "tv_episode": "episode", "tvepisode": "episode",
    "series": "series", "tv series": "series", "tvseries": "series", "season": "season",
    "trailer": "trailer", "promo": "trailer", "preview": "trailer",
    "clip": "short", "short": "short", "shortform": "short", "short film": "short",
    "special": "special", "tv special": "special", "tvspecial": "special",
    "live": "event", "live event": "event", "event": "event", "bonus": "extra", "extra": "extra",
}  # fmt: skip
_NEAREST = RIGHTS | {"rating", "status", "description", "hash", "title"}
_IDS = ("eidr", "imdb", "tms", "dfpvideo")
_RARE = frozenset(
    (*_IDS, "series", "series_id", "season", "episode", "episode_title", "kind", "year", "released")
)
"""Vendors' facts: an item without any is spared looking for each."""
_EMPTY: tuple[Any, ...] = ()


class ItemReader:
    """Reads the items of one feed under what its channel states for all of them."""

    def __init__(self, feed: Feed, defaults: Facts, language: str) -> None:
        self._format = feed.format
        self._version = feed.header.format_version
        self._partner = feed.partner
        self._path = feed.path
        self._defaults = defaults
        self._language = language
        self._terms = Terms(feed)

    def read(self, _: Feed, place: str, element: xml.Element) -> SourceRecord:
        """Raises FeedError `empty-item`, `no-identity` and what the terms refuse."""
        stated = collect(element)
        if not stated and not len(element) and not (element.text or "").strip():
            raise FeedError("empty-item", "the item holds nothing; leave it out of the feed")
        facts, contents, others = self._flat(stated)
        get = facts.get
        links: Sequence[Link] = get("link", _EMPTY)
        players = get("player", _EMPTY)
        contents, images = split_media(contents, get("enclosure", _EMPTY), links)
        titles = self._titles(facts)
        own = get("guid")
        key = own[0] if own else _derived_key(titles, links, contents, players)

        warnings: list[Warning] = []
        status = get("status")
        playable = bool(contents or players)
        grants: Sequence[Any] = _EMPTY
        if not status or status[0] not in ("deleted", "blocked"):
            grants = self._terms.grants(key, facts, playable, warnings)
            for other in others:
                grants = [*grants, *self._terms.grants(key, other, True, warnings)]
            if others:
                grants = list({grant.key: grant for grant in grants}.values())
        people, organisations = _people(get("credit", _EMPTY))
        pictures = get("thumbnail", _EMPTY)
        if images or "artwork" in facts:
            pictures = [*pictures, *get("artwork", _EMPTY), *images]
        genres = get("genre", _EMPTY)
        record = SourceRecord(
            format=self._format,
            partner=self._partner,
            kind=_kind(genres),
            key=key,
            source=Source(self._path, place),
            format_version=self._version,
            action="delete" if status and status[0] == "deleted" else "upsert",
            own_id=own[0] if own else None,
            titles=titles,
            synopses=self._synopses(facts),
            languages=languages(contents, get("language", _EMPTY), warnings),
            genres=tuple(genres),
            keywords=_keywords(facts["keywords"]) if "keywords" in facts else (),
            credits=people,
            ratings=tuple(get("rating", _EMPTY)),
            artwork=tuple(pictures) if len(pictures) < 2 else tuple(dict.fromkeys(pictures)),
            technical=technical(contents, facts, warnings),
            organisations=organisations,
            links=_links(links, players),
            grants=tuple(grants),
            warnings=tuple(warnings),
            extra=_extra(facts),
        )
        return record if _RARE.isdisjoint(facts) else _with_vendor_facts(record, facts)

    def _flat(self, facts: Facts) -> tuple[Facts, Sequence[Media], list[Facts]]:
        """All levels as one, the facts nearest to the first content before those further out;
        the contents; the levels of further contents that state rights of their own.
        """
        groups: list[Facts] = facts.get("group") or []
        contents: list[Media] = facts.get("content") or []
        if len(groups) == 1 and len(groups[0]) == 1 and "content" in groups[0]:
            contents = contents + groups[0]["content"]
            groups = []
        else:
            for group in groups:
                contents = contents + group.get("content", [])
        nested = [c.facts for c in contents if c.facts is not None]
        if groups or nested:
            main = next((c for c in contents if c.attributes.get("isDefault") == "true"), None)
            first = (main or contents[0]).facts if contents else None
            others = [n for n in nested if n is not first]
            levels = [*([first] if first else ()), *groups, facts, self._defaults]
            titles = list(dict.fromkeys(t for n in nested for t in n.get("title", ())))
            facts = _merged(levels, others)
            if len(titles) > 1:
                facts["content_title"] = titles
            rights = [_merged([n, *levels[1:]], []) for n in others if not RIGHTS.isdisjoint(n)]
            return facts, contents, rights
        for name, values in self._defaults.items():
            if name not in facts:
                facts[name] = values
        return facts, contents, []

    def _titles(self, facts: Facts) -> tuple[Text, ...]:
        """media:title nearest to the media, the item's own title as an alternative; several
        contents that name themselves do not name the item.
        """
        language = self._language
        plain = facts.get("plain_title", _EMPTY)
        if "title" not in facts and "episode_title" not in facts:
            return (Text(plain[0], language),) if plain else ()
        parts: Sequence[str] = facts.get("content_title", _EMPTY)
        names = [name for name in facts.get("title", _EMPTY) if name not in parts]
        ranked = dict.fromkeys([*names, *plain, *facts.get("episode_title", _EMPTY), *parts])
        return tuple(
            Text(name, language, "alternate" if index else "display")
            for index, name in enumerate(ranked)
        )

    def _synopses(self, facts: Facts) -> tuple[Synopsis, ...]:
        found: Sequence[str] = facts.get("plain_description", _EMPTY)
        if "description" in facts or "short_description" in facts or "long_description" in facts:
            found = [*facts.get("description", _EMPTY), *found]
            found += facts.get("short_description", _EMPTY)
            found += facts.get("long_description", _EMPTY)
            found = tuple(dict.fromkeys(found))
        return tuple([Synopsis(value, self._language, length(value)) for value in found])


def _merged(levels: Sequence[Facts], others: Sequence[Facts]) -> Facts:
    """One level out of several: the nearest statement, or all of them, by the kind of fact."""
    merged = Facts(list)
    for facts in levels:
        for name, values in facts.items():
            if name in ("content", "group"):
                continue
            if name not in merged:
                merged[name] = list(values)
            elif name not in _NEAREST:
                merged[name] += [value for value in values if value not in merged[name]]
    for facts in others:
        for name in ("title", "thumbnail", "credit", "subtitle", "player", "genre", "keywords"):
            for value in facts.get(name, ()):
                if value not in merged[name]:
                    merged[name].append(value)
    return merged


def _with_vendor_facts(record: SourceRecord, facts: Facts) -> SourceRecord:
    warnings = list(record.warnings)
    extra = dict(record.extra)
    years = facts.get("year") or facts.get("released")
    numbers = {}
    for name in ("season", "episode"):
        stated = facts.get(name, _EMPTY)
        if stated and stated[0].isdecimal():
            numbers[f"{name}_number"] = int(stated[0])
        elif stated:
            extra[name] = stated[0]
    return msgspec.structs.replace(
        record,
        kind=_vendor_kind(facts) or record.kind,
        ids=_ids(facts, warnings),
        year=times.year_of(years[0]) if years else None,
        parents=_parents(facts),
        releases=_releases(facts.get("released", _EMPTY), warnings),
        warnings=tuple(warnings),
        extra=extra,
        **numbers,
    )


def _vendor_kind(facts: Facts) -> Kind | None:
    stated = [found for raw in facts.get("kind", _EMPTY) if (found := _KINDS.get(raw.lower()))]
    if stated:
        return stated[0]
    named = "episode" in facts or "episode_title" in facts or "series" in facts
    return "episode" if named else None


def _kind(genres: Sequence[Genre]) -> Kind:
    for genre in genres:
        if found := _KINDS.get(genre.text.lower()):
            return found
    return "unknown"


def _derived_key(
    titles: Sequence[Text], links: Sequence[Link], contents: Sequence[Media], players: Sequence[str]
) -> str:
    pages = [link.href for link in links if link.rel == "alternate"]
    if titles or pages:
        return stable_id("item", *(t.value for t in titles[:1]), *pages[:1])
    urls = [url for c in contents if (url := c.attributes.get("url"))]
    urls += players
    if not urls:
        raise FeedError(
            "no-identity",
            "the item has no guid, title, link or media address; ask the partner for a guid",
        )
    return stable_id("media", urls[0])


def _links(links: Sequence[Link], players: Sequence[str]) -> tuple[str, ...]:
    found = [link.href for link in links if link.rel not in ("enclosure", "self")]
    return tuple(dict.fromkeys([*found, *players])) if players else tuple(found)


def _people(
    stated: Sequence[Credit | Organisation],
) -> tuple[tuple[Credit, ...], tuple[Organisation, ...]]:
    people: list[Credit] = []
    organisations: list[Organisation] = []
    for one in stated:
        if isinstance(one, Credit):
            people.append(one)
        else:
            organisations.append(one)
    return tuple(people), tuple(organisations)


def _keywords(stated: Sequence[str]) -> tuple[str, ...]:
    words = (stated[0] if len(stated) == 1 else ",".join(stated)).split(",")
    return tuple(dict.fromkeys([word for part in words if (word := part.strip())]))


def _ids(facts: Facts, warnings: list[Warning]) -> tuple[ExternalId, ...]:
    found = []
    for scheme in _IDS:
        for raw in facts.get(scheme, _EMPTY):
            if one := external_id(scheme, raw):
                found.append(one)
                if not one.valid:
                    warnings.append(Warning("invalid-id", "ids", f"{raw!r} is no valid {scheme}"))
    return tuple(found)


def _parents(facts: Facts) -> tuple[Parent, ...]:
    if "series" not in facts and "series_id" not in facts:
        return ()
    raws: Sequence[str] = facts.get("series_id", _EMPTY)
    ids = [one for raw in raws if (one := external_id("partner", raw, "series"))]
    return (Parent("series", tuple(ids), next(iter(facts.get("series", _EMPTY)), None)),)


def _releases(stated: Sequence[str], warnings: list[Warning]) -> tuple[Release, ...]:
    found = []
    for raw in stated:
        try:
            times.bound(raw)
        except FeedError:
            warnings.append(Warning("bad-date", "releases", f"{raw!r} is no date"))
        else:
            found.append(Release(raw.strip()[:10]))
    return tuple(found)


def _extra(facts: Facts) -> dict[str, str]:
    extra: dict[str, str] = {}
    for name in ("published", "updated", "copyright", "status"):
        if name in facts:
            extra[name] = facts[name][0]
    for name, value in facts.get("extra", _EMPTY):
        extra[name] = f"{extra[name]}; {value}" if name in extra else value
    return extra
