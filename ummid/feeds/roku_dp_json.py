"""Roku Direct Publisher feed (JSON): movies, series, short videos, specials, live feeds.

Source: direct-publisher-feed-specification.md in rokudev/feed-specifications. The feed has no
territories (they were set in Roku's dashboard) and no licence: a profile may give both.
Categories and playlists arrange a channel's screen; they say nothing about titles.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ummid.catalog.grants import Grant
from ummid.catalog.identifiers import own_id
from ummid.catalog.keys import stable_id
from ummid.catalog.languages import language_or_undetermined
from ummid.catalog.model import (
    Artwork,
    Genre,
    IdScope,
    Kind,
    Parent,
    SourceRecord,
    Statement,
    Text,
)
from ummid.catalog.times import check_window
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.jsonfeed import JsonDocument, Partial
from ummid.feeds.jsonvalues import (
    as_dict,
    as_int,
    as_list,
    as_text,
    as_texts,
    member,
    placed,
    raw_json,
)
from ummid.feeds.plain import plain_text
from ummid.feeds.roku import (
    Doubts,
    credits_of,
    external_ids,
    ratings_of,
    release_of,
    season_id,
    synopses_of,
)
from ummid.feeds.roku_media import (
    default_licence,
    qualities_of,
    read_header,
    runtime,
    shown_bound,
    technical_of,
    territories_of,
    window_bound,
)

ARRAYS: dict[str, Kind] = {
    "movies": "film",
    "shortFormVideos": "short",
    "tvSpecials": "special",
    "liveFeeds": "channel",
    "items": "unknown",
    "series": "series",
}
"""Root array -> kind. `items` is in no version of the specification and names no kind."""

_ROOT = frozenset(("providerName", "lastUpdated", "language", "categories", "playlists", *ARRAYS))
_SCOPES: dict[str, IdScope] = {"series": "series", "season": "season"}


class Family(NamedTuple):
    """What an item is nested in."""

    series: str = ""
    series_title: str = ""
    season: str = ""
    season_number: int | None = None
    film: str = ""
    film_title: str = ""


class Unit(NamedTuple):
    """One item of the feed, with what stands around it."""

    kind: Kind
    item: Any
    family: Family
    language: str


def sniff(head: Head) -> bool:
    shape = head.json
    if shape is None or "assets" in shape.keys or "@context" in shape.keys:
        return False
    has_videos = b'"videoType"' in head.body
    if shape.kind == "array":
        return has_videos and {"id", "content"} <= shape.keys
    return bool(shape.keys & ARRAYS.keys()) and ("providerName" in shape.keys or has_videos)


def parse(feed: Feed) -> Iterator[Statement]:
    with JsonDocument(feed) as document:
        root = document.members("providerName", "language", "lastUpdated")
        read_header(feed, root, "language")
        tag = language_or_undetermined(as_text(root.get("language")))
        yield from read_each(
            feed,
            _units(document, tag),
            _read,
            lambda unit: raw_json(unit.item),
            lambda unit: _own_id(unit.kind, as_dict(unit.item), unit.family, Doubts()),
        )
        if "items" in document.scalars:
            feed.header.warnings.append(
                "wrong-root: `items` is in no version of the format; its entries have no kind"
            )
        for name in sorted(document.scalars.keys() - _ROOT):
            feed.header.warnings.append(
                f"unknown-member: the root's {name!r} is in no version of the format; not read"
            )


def _units(document: JsonDocument, tag: str) -> Iterator[tuple[str, Unit]]:
    for place, item in document.items(*ARRAYS, ""):
        name = place.split("/")[1] if place.count("/") > 1 else place.strip("/")
        kind = ARRAYS.get(name, "unknown")
        if kind == "series" and isinstance(item, dict):
            yield from _series(place, item, tag)
        elif not isinstance(item, Partial):
            yield place, Unit(kind, item, Family(), tag)
            yield from _extras(place, item, tag)


def _series(place: str, series: dict[str, Any], tag: str) -> Iterator[tuple[str, Unit]]:
    """A series, then its seasons and episodes; of a series cut short, the whole ones."""
    if not isinstance(series, Partial):
        yield place, Unit("series", series, Family(), tag)
    family = Family(
        series=_quiet_id("series", series, Family()),
        series_title=plain_text(as_text(member(series, "title"))),
    )
    for at, season in placed(f"{place}/seasons", member(series, "seasons")):
        if not isinstance(season, Partial):
            yield at, Unit("season", season, family, tag)
        entry = as_dict(season)
        inner = family._replace(
            season=_quiet_id("season", entry, family),
            season_number=as_int(member(entry, "seasonNumber")),
        )
        yield from _episodes(at, entry, inner, tag)
    yield from _episodes(place, series, family, tag)


def _episodes(
    place: str, item: dict[str, Any], family: Family, tag: str
) -> Iterator[tuple[str, Unit]]:
    for at, episode in placed(f"{place}/episodes", member(item, "episodes")):
        if not isinstance(episode, Partial):
            yield at, Unit("episode", episode, family, tag)


def _extras(place: str, item: Any, tag: str) -> Iterator[tuple[str, Unit]]:
    """Trailers and clips under a film are titles of their own."""
    extras = member(item, "extras") if isinstance(item, dict) else None
    if extras is None:
        return
    title = plain_text(as_text(member(item, "title")))
    family = Family(film=_quiet_id("film", item, Family()), film_title=title)
    for at, extra in placed(f"{place}/extras", extras):
        yield at, Unit("extra", extra, family, tag)


def _quiet_id(kind: Kind, item: dict[str, Any], family: Family) -> str:
    """The id of what contains others, "" when it has none: its own statement is rejected."""
    try:
        return _own_id(kind, item, family, Doubts())
    except FeedError:
        return ""


def _own_id(kind: Kind, item: Mapping[str, Any], family: Family, doubts: Doubts) -> str:
    """The stated id, else one derived from what identifies the item."""
    stated = as_text(item.get("id"))
    if stated:
        return stated
    number = as_text(member(item, "seasonNumber"))
    if kind == "season" and family.series and number:
        return season_id(family.series, number)
    facts = [
        as_text(member(item, name))
        for name in ("title", "seasonNumber", "episodeNumber", "releaseDate")
    ]
    videos = [as_text(member(as_dict(v), "url")) for v in as_list(_content(item).get("videos"))]
    if not any((*facts, *videos)):
        raise FeedError("no-identity", f"this {kind} has no id, no title and no video")
    doubts.add("no-id", "own_id", "no id: one was derived from the title and its numbers")
    return stable_id(kind, family.series, family.season, family.film, *facts, *videos)


def _content(item: Mapping[str, Any]) -> dict[str, Any]:
    return as_dict(member(item, "content"))


def _read(feed: Feed, place: str, unit: Unit) -> Statement:
    item = unit.item
    if not isinstance(item, dict):
        raise FeedError("not-an-object", f"an object is due here, not {raw_json(item)[:80]}")
    doubts = Doubts()
    extra: dict[str, str] = {}
    content = _content(item)
    key = _own_id(unit.kind, item, unit.family, doubts)
    tag = doubts.language(as_text(member(item, "language")), "languages") or unit.language
    title = plain_text(as_text(member(item, "title")))
    if not title and unit.kind not in ("season", "extra"):
        doubts.add("no-title", "titles", f"this {unit.kind} has no title")
    released = release_of(member(item, "releaseDate"), feed.profile, doubts)
    duration = runtime(member(content, "duration"), doubts)
    if added := as_text(member(content, "dateAdded")):
        extra["dateAdded"] = added
    spoken = doubts.language(as_text(member(content, "language")), "original_language")
    season = as_int(member(item, "seasonNumber"))
    episode, number_text = _episode_number(item, doubts)
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind=unit.kind,
        key=key,
        source=feed.source(place),
        own_id=key,
        ids=external_ids(member(item, "externalIds"), _SCOPES.get(unit.kind, "title"), doubts),
        titles=(Text(title, tag),) if title else (),
        synopses=synopses_of(
            [(tag, as_text(member(item, "shortDescription")))],
            [(tag, as_text(member(item, "longDescription")))],
            doubts,
        ),
        year=released.year,
        parents=_parents(unit.family),
        season_number=unit.family.season_number if season is None else season,
        episode_number=episode,
        number_text=number_text,
        original_language=spoken,
        languages=(tag,) if unit.kind == "channel" and tag != "und" else (),
        genres=tuple(Genre(g, "roku") for g in dict.fromkeys(as_texts(member(item, "genres")))),
        keywords=tuple(dict.fromkeys(as_texts(member(item, "tags")))),
        credits=credits_of(member(item, "credits"), extra),
        ratings=ratings_of(member(item, "rating") or member(content, "rating"), doubts),
        releases=released.releases,
        artwork=_artwork(item),
        technical=technical_of(content, duration, extra, doubts),
        grants=_grants(feed, unit.kind, key, content, doubts),
        warnings=tuple(doubts),
        extra=extra,
    )


def _episode_number(item: Mapping[str, Any], doubts: Doubts) -> tuple[int | None, str | None]:
    raw = member(item, "episodeNumber")
    number = as_int(raw)
    if number is None and as_text(raw):
        doubts.add("bad-number", "episode_number", f"{as_text(raw)!r} is no number")
        return None, as_text(raw)
    if number is not None and 1900 <= number <= 2100:
        doubts.add("doubtful-number", "episode_number", f"{number} looks like a year")
    return number, None


def _parents(family: Family) -> tuple[Parent, ...]:
    found: list[Parent] = []
    if family.series or family.series_title:
        ids = (own_id(family.series, "series"),) if family.series else ()
        found.append(Parent("series", ids, family.series_title or None))
    if family.season:
        found.append(Parent("season", (own_id(family.season, "season"),)))
    if family.film:
        found.append(Parent("title", (own_id(family.film),), family.film_title or None))
    return tuple(found)


def _artwork(item: Mapping[str, Any]) -> tuple[Artwork, ...]:
    pictures = (("thumbnail", "thumbnail"), ("brandedThumbnail", "branded-thumbnail"))
    return tuple(
        Artwork(url, purpose) for name, purpose in pictures if (url := as_text(member(item, name)))
    )


def _grants(
    feed: Feed, kind: Kind, key: str, content: Mapping[str, Any], doubts: Doubts
) -> tuple[Grant, ...]:
    """One grant for what can be played: a series or a season holds others, it is not played."""
    if kind in ("series", "season"):
        return ()
    if not as_list(member(content, "videos")):
        doubts.add("no-video", "grants", "there is no video to play: no grant was made")
        return ()
    profile = feed.profile
    start = window_bound(member(content, "validityPeriodStart"), profile)
    end = window_bound(member(content, "validityPeriodEnd"), profile, end=True)
    check_window(start, end)
    licence = default_licence(profile)
    territories = territories_of((), feed)
    included = sorted(territories.included) if territories else []
    return (
        Grant(
            key=stable_id("roku-dp", key, licence, *included, "from", shown_bound(start)),
            licence=licence,
            licence_text=profile.licence,
            platform=profile.platform,
            territories=territories,
            start=start,
            end=end,
            qualities=qualities_of(content),
        ),
    )


FORMATS = (Format("roku_dp_json", "Roku Direct Publisher feed", "snapshot", sniff, parse),)
