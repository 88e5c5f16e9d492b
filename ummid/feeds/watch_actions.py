"""schema.org entities with watch actions: Google Media Actions, WICG media feeds, web pages.

Sources: developers.google.com/actions/media (entity and ActionAccessSpecification pages),
schema.org. A `CompleteDataFeed` is a snapshot; a single entity or page speaks for itself.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from ummid.catalog import times
from ummid.catalog.keys import slug, stable_id
from ummid.catalog.languages import language as language_tag
from ummid.catalog.model import (
    Airing,
    ExternalId,
    Kind,
    Parent,
    SourceRecord,
    Statement,
    Synopsis,
    Text,
    TextUse,
)
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.json_ld import (
    Document,
    Object,
    context_language,
    identity,
    many,
    objects,
    type_of,
    word,
    words,
    written,
)
from ummid.feeds.mrss_values import length, plain
from ummid.feeds.watch_facts import (
    Doubts,
    artwork,
    countries,
    genres,
    identifiers,
    languages,
    number,
    partner_id,
    people,
    ratings,
    releases,
    technical,
    year,
)
from ummid.feeds.watch_offers import Offers

_KINDS: dict[str, Kind] = {
    "Movie": "film", "TVSeries": "series", "CreativeWorkSeries": "series",
    "RadioSeries": "series", "PodcastSeries": "series", "VideoGameSeries": "series",
    "TVSeason": "season", "CreativeWorkSeason": "season", "RadioSeason": "season",
    "PodcastSeason": "season", "TVEpisode": "episode", "Episode": "episode",
    "RadioEpisode": "episode", "PodcastEpisode": "episode", "MovieSeries": "bundle",
    "BroadcastEvent": "event", "OnDemandEvent": "event", "PublicationEvent": "event",
    "Event": "event", "SportsEvent": "event", "ScreeningEvent": "event",
    "BroadcastService": "channel", "TelevisionChannel": "channel",
    "CableOrSatelliteService": "channel",
    "TelevisionStation": "channel", "RadioBroadcastService": "channel",
    "MovieClip": "short", "TVClip": "short", "Clip": "short", "MusicVideoObject": "short",
    "VideoObject": "unknown", "CreativeWork": "unknown",
}  # fmt: skip
_FEEDS = ("CompleteDataFeed", "DataFeed")
_TYPES = re.compile(
    rb'"@?type"\s*:\s*\[?\s*"(?:schema:|https?://schema\.org/)?(?:DataFeedItem|'
    + "|".join((*_FEEDS, *_KINDS)).encode()
    + rb')"'
)
_SEASONS = ("containsSeason", "season", "seasons")
_EPISODES = ("episode", "episodes")
_PARTS = ("hasPart",)
_MAX_DEPTH = 12
_NEXT = ("nextPage", "nextPageUrl", "next", "hydra:next")


class _Node(NamedTuple):
    """An entity and the series and season it was found inside."""

    entity: Any
    series: Object | None = None
    season: Object | None = None
    deleted: str = ""
    modified: str = ""


def _sniff(head: Head) -> bool:
    shape = head.json
    return (
        shape is not None
        and not shape.keys.isdisjoint(("@context", "@type", "type", "@graph"))
        and b"schema.org" in head.body
        and _TYPES.search(head.body) is not None
    )


def _parse(feed: Feed) -> Iterator[Statement]:
    shape = feed.head.json
    document = Document(feed.stream, shape.skipped if shape else 0)
    reader = _EntityReader(feed, document)
    yield from read_each(
        feed,
        _nodes(feed, document),
        reader.read,
        lambda node: written(node.entity),
        lambda node: _key(node, _kind(node)),
    )
    _begin(feed, document)


def _nodes(feed: Feed, document: Document) -> Iterator[tuple[str, _Node]]:
    for count, (place, entity) in enumerate(document.entities()):
        if count == 0:
            _begin(feed, document)
        yield from _walk(place, _Node(entity))


def _begin(feed: Feed, document: Document) -> None:
    """Fills the header; again at the end, for what a long feed states after its entities."""
    header, root = feed.header, document.root
    shape = feed.head.json
    kind = type_of(root) or (shape.scalars.get("@type", "") if shape else "")
    partner = slug(word(root.get("provider") or root.get("publisher")))
    header.partner = header.partner or partner or None
    header.feed_id = (
        header.feed_id or identity({"@id": root.get("@id"), "url": root.get("url")}) or None
    )
    modified = word(root.get("dateModified"))
    if modified and header.time is None and kind in _FEEDS:
        try:
            header.time = times.bound(modified, assumed_zone=feed.profile.assumed_zone).instant
        except FeedError:
            header.time = None
            _warn(feed, f"bad-date: the feed's dateModified {modified!r} cannot be read")
    following = next((word(root[name]) for name in _NEXT if word(root.get(name))), "")
    if following:
        header.next_page, header.complete = following, False
        _warn(feed, "partial: the feed names a next page")
    elif kind not in _FEEDS and document.kind != "dataFeedElement":
        header.complete = False
        _warn(feed, "partial: entities without a DataFeed around them speak for themselves alone")


def _warn(feed: Feed, message: str) -> None:
    if message not in feed.header.warnings:
        feed.header.warnings.append(message)


def _walk(place: str, node: _Node, depth: int = 0) -> Iterator[tuple[str, _Node]]:
    """The entity, then its seasons and episodes, each with its place."""
    entity = node.entity
    if depth > _MAX_DEPTH:
        raise FeedError("too-deep", f"{place}: entities nested over {_MAX_DEPTH} levels")
    if isinstance(entity, dict) and type_of(entity) == "DataFeedItem":
        deleted, modified = word(entity.get("dateDeleted")), word(entity.get("dateModified"))
        for n, item in enumerate(many(entity.get("item"))):
            inner = node._replace(entity=item, deleted=deleted, modified=modified)
            yield from _walk(f"{place.rstrip('/')}/item/{n}", inner, depth + 1)
        return
    yield place, node
    if not isinstance(entity, dict):
        return
    kind = _KINDS.get(type_of(entity))
    inside = node._replace(series=entity) if kind == "series" else node
    inside = node._replace(season=entity) if kind == "season" else inside
    for name in (*_SEASONS, *_EPISODES, *_PARTS):
        for n, nested in enumerate(many(entity.get(name))):
            if isinstance(nested, dict) and len(nested.keys() - {"@type", "@id"}) > 0:
                nested_node = inside._replace(entity=nested)
                yield from _walk(f"{place.rstrip('/')}/{name}/{n}", nested_node, depth + 1)


def _kind(node: _Node) -> Kind:
    entity = node.entity
    if not isinstance(entity, dict):
        raise FeedError("bad-item", f"an entity is an object, not {written(entity)[:80]}")
    kind = _KINDS.get(type_of(entity))
    if kind is None:
        stated = type_of(entity) or "without a type"
        raise FeedError("not-a-title", f"an entity {stated} is no title, event or channel")
    return kind


def _key(node: _Node, kind: Kind) -> str:
    """`@id` or the address; else a name made of what tells the entity from others."""
    entity = node.entity
    stated = identity(entity) or partner_id(entity)
    if stated:
        return stated
    parts = [kind, word(entity.get("name")), str(year(entity) or "")]
    for parent in (node.series, node.season):
        if parent:
            parts += [identity(parent), word(parent.get("name")), word(parent.get("seasonNumber"))]
    parts += [word(entity.get("seasonNumber")), word(entity.get("episodeNumber"))]
    if not any(parts[1:]):
        raise FeedError("no-identity", "the entity has no @id, url, name or number; add an @id")
    return stable_id(*parts)


class _EntityReader:
    def __init__(self, feed: Feed, document: Document) -> None:
        self._feed = feed
        self._document = document
        self._offers = Offers(feed)

    def read(self, feed: Feed, place: str, node: _Node) -> SourceRecord:
        try:
            return self._read(feed, place, node)
        except RecursionError as error:
            raise FeedError("too-deep", "values nested too deeply; none needs as many") from error

    def _read(self, feed: Feed, place: str, node: _Node) -> SourceRecord:
        kind = _kind(node)
        entity: Object = node.entity
        if kind == "event" and (works := objects(entity.get("workPerformed"))):
            entity = {**works[0], **entity}
        doubts = Doubts(feed)
        key = _key(node, kind)
        deleted = bool(node.deleted)
        airings = self._airings(entity) if kind == "event" else ()
        grants = () if airings or deleted else self._offers.read(entity, key, doubts)
        credits, organisations = people(entity)
        ids, links = identifiers(entity, kind)
        modified = word(entity.get("dateModified")) or node.modified
        return SourceRecord(
            format=feed.format,
            partner=feed.partner,
            kind=kind,
            key=key,
            source=feed.source(place),
            action="delete" if deleted else "upsert",
            event_time=None if feed.header.complete else doubts.instant("dateModified", modified),
            own_id=identity(entity) or partner_id(entity) or None,
            ids=ids,
            titles=self._titles(entity),
            synopses=self._synopses(entity),
            year=year(entity),
            parents=self._parents(node, entity),
            season_number=number(entity, "seasonNumber", doubts)
            or self._season_number(node, entity, doubts),
            episode_number=number(entity, "episodeNumber", doubts),
            languages=languages(entity, "inLanguage", doubts),
            countries=countries(entity, doubts),
            genres=genres(entity),
            keywords=tuple(
                k.strip() for t in words(entity.get("keywords")) for k in t.split(",") if k.strip()
            ),
            credits=credits,
            ratings=ratings(entity),
            releases=releases(entity, doubts),
            artwork=artwork(entity),
            technical=technical(entity, doubts),
            versions=tuple(
                word(w.get("category")) or word(w) for w in objects(entity.get("workExample"))
            ),
            organisations=organisations,
            links=links,
            grants=grants,
            airings=airings,
            warnings=tuple(doubts.warnings),
            extra=_extra(entity),
        )

    def _titles(self, entity: Object) -> tuple[Text, ...]:
        found = [self._text(v, "name") for v in many(entity.get("name"))]
        found += [self._text(v, "alternateName") for v in many(entity.get("alternateName"))]
        return tuple(t for t in found if t.value)

    def _text(self, value: Any, name: str) -> Text:
        use: TextUse = "display" if name == "name" else "alternate"
        return Text(plain(word(value)), self._language(value), use)

    def _synopses(self, entity: Object) -> tuple[Synopsis, ...]:
        stated = [(plain(word(v)), v) for v in many(entity.get("description"))]
        return tuple(Synopsis(t, self._language(v), length(t)) for t, v in stated if t)

    def _language(self, value: Any) -> str:
        own = word(value.get("@language")) if isinstance(value, dict) else ""
        return language_tag(own or context_language(self._document.root)) or "und"

    def _parents(self, node: _Node, entity: Object) -> tuple[Parent, ...]:
        stated = entity.get("partOfSeries") or entity.get("partOfTVSeries")
        series = node.series or next(iter(many(stated)), "")
        season = node.season or next(iter(many(entity.get("partOfSeason"))), "")
        return (*_parent("series", series), *_parent("season", season))

    def _season_number(self, node: _Node, entity: Object, doubts: Doubts) -> int | None:
        season = node.season or next(iter(objects(entity.get("partOfSeason"))), None)
        return number(season, "seasonNumber", doubts) if season else None

    def _airings(self, entity: Object) -> tuple[Airing, ...]:
        """A broadcast says when something airs: it is no right to show it."""
        started, ended = word(entity.get("startDate")), word(entity.get("endDate"))
        if not started:
            return ()
        start = self._offers.bound(started)
        end = self._offers.bound(ended, end=True) if ended else None
        times.check_window(start, end)
        channel = next(iter(many(entity.get("publishedOn"))), None)
        name = word(channel) or None
        flags = ("live",) if word(entity.get("isLiveBroadcast")).lower().endswith("true") else ()
        return (Airing(identity(channel) or name or self._feed.partner, start, end, name, flags),)


def _parent(relation: Literal["series", "season"], stated: Any) -> tuple[Parent, ...]:
    parent_id = identity(stated)
    title = word(stated.get("name")) if isinstance(stated, dict) else ""
    if not (parent_id or title):
        return ()  # a season known by its number alone is in season_number
    ids = (ExternalId("partner", parent_id, relation),) if parent_id else ()
    return (Parent(relation, ids, title or None),)


def _extra(entity: Object) -> dict[str, str]:
    extra = {}
    for name in (
        "contentRating",
        "isFamilyFriendly",
        "datePublished",
        "dateModified",
        "dateCreated",
    ):
        if isinstance(entity.get(name), str | bool):
            extra[name] = str(entity[name])
    for name in ("popularityScore", "numberOfEpisodes", "numberOfSeasons", "aggregateRating"):
        stated = entity.get(name)
        value = (
            stated.get("ratingValue", stated.get("value")) if isinstance(stated, dict) else stated
        )
        if text := word(value):
            extra[name] = text
    return extra


FORMATS = (
    Format(
        name="watch_actions",
        label="schema.org watch actions (Google Media Actions, WICG media feeds)",
        mode="snapshot",
        sniff=_sniff,
        parse=_parse,
    ),
)
