"""Roku Search feed v1 (JSON): assets with play options, which are offers.

Source: developer.roku.com, "Roku Search feed (JSON)". A feed over 20 MB comes in pages of up
to 250 MB, chained by `nextPageUrl`: only all of them together are a snapshot.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ummid.catalog.identifiers import external_id, own_id
from ummid.catalog.languages import language_or_undetermined
from ummid.catalog.model import (
    Artwork,
    ExternalId,
    Genre,
    IdScope,
    Kind,
    Parent,
    SourceRecord,
    Statement,
    Text,
)
from ummid.catalog.times import year_of
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
    Released,
    credits_of,
    external_ids,
    ratings_of,
    release_of,
    season_id,
    synopses_of,
)
from ummid.feeds.roku_media import read_header, runtime, technical_of
from ummid.feeds.roku_offer import grants_of

KINDS: dict[str, Kind] = {
    "movie": "film",
    "tvspecial": "special",
    "series": "series",
    "tvshow": "series",
    "season": "season",
    "episode": "episode",
    "shortform": "short",
    "shortformvideo": "short",
    "livestream": "channel",
    "livefeed": "channel",
    "linear": "channel",
    "liveevent": "event",
    "sportsevent": "event",
    "sportsspecial": "event",
}
_KINDS_BY_TMS: dict[str, Kind] = {"MV": "film", "SH": "series", "EP": "episode", "SP": "event"}
_TRAILERS = frozenset(("teaser", "trailer"))
_SCOPES: dict[str, IdScope] = {"series": "series", "season": "season", "channel": "channel"}
_CONTAINERS = frozenset(("series", "season"))
_VERSIONS = frozenset(("", "1", "1.0"))
_BEFORE = (
    "version",
    "defaultLanguage",
    "defaultAvailabilityCountries",
    "nextPageUrl",
    "providerName",
    "lastUpdated",
)


class Defaults(NamedTuple):
    """What the root says for every asset."""

    language: str
    countries: tuple[str, ...]


class Asset(NamedTuple):
    """One asset, with the series and season it is nested in ("" for none)."""

    item: Any
    series: str
    season: str
    kind: Kind | None
    defaults: Defaults


def sniff(head: Head) -> bool:
    shape = head.json
    if shape is None or shape.kind != "object" or "assets" not in shape.keys:
        return False
    return "defaultAvailabilityCountries" in shape.keys or b'"playOptions"' in head.body


def parse(feed: Feed) -> Iterator[Statement]:
    with JsonDocument(feed) as document:
        root = document.members(*_BEFORE)
        _read_page(feed, root)
        read_header(feed, root, "defaultLanguage")
        defaults = Defaults(
            language_or_undetermined(as_text(root.get("defaultLanguage"))),
            tuple(as_texts(root.get("defaultAvailabilityCountries"))),
        )
        yield from read_each(
            feed,
            _assets(document, defaults),
            _read,
            lambda asset: raw_json(asset.item),
            _key,
        )


def _read_page(feed: Feed, root: Mapping[str, Any]) -> None:
    header = feed.header
    header.format_version = as_text(root.get("version")) or None
    if (header.format_version or "") not in _VERSIONS:
        header.warnings.append(f"unknown-version: {header.format_version!r} was read as 1")
    header.next_page = as_text(root.get("nextPageUrl")) or None
    header.complete = header.next_page is None


def _assets(document: JsonDocument, defaults: Defaults) -> Iterator[tuple[str, Asset]]:
    for place, item in document.items("assets"):
        yield from _nested(place, Asset(item, "", "", None, defaults))


def _nested(place: str, asset: Asset) -> Iterator[tuple[str, Asset]]:
    """An asset, then the seasons and episodes that some feeds nest in it."""
    item = asset.item
    if not isinstance(item, Partial):
        yield place, asset
    if not isinstance(item, dict):
        return
    own = _key(asset) or ""
    inner = (
        asset._replace(season=own)
        if _kind(item, asset.kind, Doubts()) == "season"
        else asset._replace(series=own)
    )
    parts: tuple[tuple[str, Kind], ...] = (("seasons", "season"), ("episodes", "episode"))
    for name, kind in parts:
        for at, part in placed(f"{place}/{name}", member(item, name)):
            yield from _nested(at, inner._replace(item=part, kind=kind))


def _kind(item: Mapping[str, Any], nested_as: Kind | None, doubts: Doubts) -> Kind:
    raw = as_text(item.get("type"))
    word = re.sub(r"[^a-z]", "", raw.lower())
    if word == "externalidonly":
        return _KINDS_BY_TMS.get(as_text(item.get("id"))[:2].upper(), "unknown")
    kind = KINDS.get(word) or nested_as
    if kind is None:
        doubts.add("unknown-type", "kind", f"{raw!r} is no type of asset")
        return "unknown"
    if kind == "short" and as_text(item.get("subType")).lower() in _TRAILERS:
        return "trailer"
    return kind


def _key(asset: Asset) -> str | None:
    """The stated id; a season's from its series and number; None when there is neither."""
    item = as_dict(asset.item)
    if stated := as_text(item.get("id")):
        return stated
    series, number, _ = _numbers(item, asset)
    kind = _kind(item, asset.kind, Doubts())
    return season_id(series, number) if kind == "season" and series and number else None


def _numbers(item: Mapping[str, Any], asset: Asset) -> tuple[str, str, str]:
    """(series id, season number, episode number) as written, nested info first."""
    found = [
        as_text(member(as_dict(member(item, "episodeInfo", "seasonInfo")), name))
        or as_text(member(item, name))
        for name in ("seriesId", "seasonNumber", "episodeNumber")
    ]
    return found[0] or asset.series, found[1], found[2]


def _read(feed: Feed, place: str, asset: Asset) -> Statement:
    item, tag = asset.item, asset.defaults.language
    if not isinstance(item, dict):
        raise FeedError("not-an-object", f"an asset is an object, not {raw_json(item)[:80]}")
    key = _key(asset)
    if not key:
        raise FeedError("no-identity", "this asset has no id (a season: no series and number)")
    doubts = Doubts()
    extra: dict[str, str] = {}
    kind = _kind(item, asset.kind, doubts)
    titles = _texts(member(item, "titles", "title"), tag, doubts)
    if not titles and kind != "channel" and as_text(item.get("type")) != "externalIdOnly":
        doubts.add("no-title", "titles", f"this {kind} has no title")
    _, season, episode = _numbers(item, asset)
    content = as_dict(member(item, "content"))
    media = as_dict(member(content, "media")) or content
    duration = runtime(member(item, "durationInMilliseconds"), doubts, 1) or runtime(
        member(item, "durationInSeconds"), doubts
    )
    released = _released(item, feed, doubts)
    for name in ("subType", "isOriginal", "liveInfo", "stationInfo", "relationships"):
        if (fact := member(item, name)) is not None:
            extra[name] = as_text(fact) or raw_json(fact)
    if added := as_text(member(media, "dateAdded", "dateAddedTimeStamp")):
        extra["dateAdded"] = added
    spoken = as_text(member(media, "originalProductionLanguage", "language"))
    return SourceRecord(
        format=feed.format,
        format_version=feed.header.format_version,
        partner=feed.partner,
        kind=kind,
        key=key,
        source=feed.source(place),
        own_id=key,
        ids=_ids(item, kind, key, doubts),
        titles=tuple(Text(value, language) for language, value in titles),
        synopses=synopses_of(
            _texts(member(item, "shortDescriptions", "shortDescription"), tag, doubts),
            _texts(member(item, "longDescriptions", "longDescription"), tag, doubts),
            doubts,
        ),
        year=released.year,
        parents=_parents(item, asset, kind),
        season_number=_number(season, "season_number", doubts),
        episode_number=_number(episode, "episode_number", doubts),
        number_text=episode if episode and as_int(episode) is None else None,
        original_language=doubts.language(spoken, "original_language"),
        genres=tuple(Genre(g, "roku") for g in dict.fromkeys(as_texts(member(item, "genres")))),
        keywords=tuple(dict.fromkeys(as_texts(member(item, "tags")))),
        credits=credits_of(member(item, "credits"), extra),
        ratings=ratings_of(member(item, "advisoryRatings", "ratings", "rating"), doubts),
        releases=released.releases,
        artwork=_artwork(item, tag, doubts),
        technical=technical_of(media, duration, extra, doubts),
        grants=grants_of(feed, key, item, asset.defaults.countries, doubts)
        if kind not in _CONTAINERS or member(content, "playOptions")
        else (),
        warnings=tuple(doubts),
        extra=extra,
    )


def _texts(value: Any, default: str, doubts: Doubts) -> list[tuple[str, str]]:
    """(language, text) of each localised value, the default language first."""
    found: dict[tuple[str, str], None] = {}
    for item in as_list(value):
        text = plain_text(as_text(item))
        if text:
            found.update({(tag, text): None for tag in _languages(item, default, doubts)})
    return sorted(found, key=lambda pair: pair[0] != default)


def _languages(item: Any, default: str, doubts: Doubts) -> list[str]:
    """`languages` (a list) or the older `language`; the default where there is neither."""
    stated = as_texts(member(as_dict(item), "languages", "language"))
    return [doubts.language(raw, "languages") or "und" for raw in stated] or [default]


def _released(item: Mapping[str, Any], feed: Feed, doubts: Doubts) -> Released:
    released = release_of(member(item, "releaseDate"), feed.profile, doubts)
    raw = as_text(member(item, "releaseYear"))
    year = year_of(raw)
    if raw and year is None:
        doubts.add("bad-date", "year", f"release year {raw!r} is no year")
    elif year and released.year and year != released.year:
        doubts.add("years-disagree", "year", f"releaseYear is {year}, releaseDate says otherwise")
    return released._replace(year=released.year or year)


def _ids(item: Mapping[str, Any], kind: Kind, key: str, doubts: Doubts) -> tuple[ExternalId, ...]:
    scope = _SCOPES.get(kind, "title")
    found = external_ids(member(item, "externalIds"), scope, doubts)
    source = as_text(member(item, "externalIdSource"))
    if source and not source.lower().startswith("partner"):
        named = external_id(source, key, scope)
        if named and not named.valid:
            doubts.add("invalid-id", "ids", f"{key!r} is no valid {named.scheme} id")
        found = (*([named] if named else []), *found)
    return found


def _parents(item: Mapping[str, Any], asset: Asset, kind: Kind) -> tuple[Parent, ...]:
    series, season, _ = _numbers(item, asset)
    found: list[Parent] = []
    if series and kind != "series":
        found.append(Parent("series", (own_id(series, "series"),)))
    if kind == "episode":
        within = (
            asset.season
            or as_text(member(item, "seasonId"))
            or (season_id(series, season) if series and season else "")
        )
        if within:
            found.append(Parent("season", (own_id(within, "season"),)))
    return tuple(found)


def _number(raw: str, field: str, doubts: Doubts) -> int | None:
    number = as_int(raw)
    if raw and number is None:
        doubts.add("bad-number", field, f"{raw!r} is no number")
    return number


def _artwork(item: Mapping[str, Any], default: str, doubts: Doubts) -> tuple[Artwork, ...]:
    found: list[Artwork] = []
    for image in as_list(member(item, "images", "thumbnail")):
        entry = as_dict(image)
        url = as_text(member(entry, "url")) or ("" if entry else as_text(image))
        purpose = as_text(member(entry, "type")).lower() or None
        if url:
            tags = _languages(image, default, doubts)
            found.extend(Artwork(url, purpose, language=tag) for tag in tags)
    return tuple(found)


FORMATS = (Format("roku_search_json", "Roku Search feed", "snapshot", sniff, parse),)
