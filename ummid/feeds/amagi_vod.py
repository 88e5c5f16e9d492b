"""Amagi VOD, "XML version 1": a `root` with a `type`, holding one episode or movie.

One statement per episode or movie; a series document without episodes is a statement about
the series. Genres, categories and ratings of a series hold for its episodes. The document
states no right: there is no window, territory or licence in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ummid.catalog import times
from ummid.catalog.identifiers import own_id
from ummid.catalog.keys import slug, stable_id
from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    Genre,
    IdScope,
    Kind,
    Organisation,
    Parent,
    Rating,
    SourceRecord,
    Statement,
    Synopsis,
    Technical,
    Text,
    Track,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds import amagi_common as common
from ummid.feeds.connector import Feed, read_each
from ummid.feeds.xml import Element, child, child_text, children, parse_document, place, raw, text

_ROLES = {"cast": "actor"}


@dataclass
class _Asset:
    """The title element with the series and season it stands in."""

    element: Element
    kind: Kind
    series: Element | None = None
    season: Element | None = None


def read_vod(feed: Feed) -> Iterator[Statement]:
    """One statement per episode, movie or bare series of the document."""
    root = parse_document(feed.stream)
    provider = child_text(root, "provider")
    header = feed.header
    header.partner = slug(provider) or None
    header.format_version = child_text(root, "version") or None
    updated = child_text(root, "updatedAt")
    try:
        header.time = times.bound(updated).instant if updated else None
    except FeedError as error:
        header.warnings.append(f"{error.code}: updatedAt: {error}")
    assets = list(_assets(root, child_text(root, "type")))
    if not assets:
        raise FeedError("no-title", "the document holds no episode, movie or series")
    tree = root.getroottree()
    items = ((place(a.element, tree.getpath(a.element)), a) for a in assets)
    yield from read_each(
        feed, items, _read, lambda a: raw(a.element), lambda a: child_text(a.element, "id") or None
    )


def _assets(root: Element, stated: str) -> Iterator[_Asset]:
    for name, element in children(root):
        if name == "series":
            seasons = [e for n, e in children(element) if n in ("season", "seasons")]
            episodes = [
                _Asset(e, "episode", element, s)
                for s in (*seasons, element)
                for n, e in children(s)
                if n in ("episode", "episodes")
            ]
            yield from episodes or [_Asset(element, "series")]
        elif name in ("movie", "episode", "short", "trailer", "special"):
            yield _Asset(element, common.KINDS.get(stated) or common.KINDS[name])


def _read(feed: Feed, where: str, asset: _Asset) -> SourceRecord:
    element, series, doubts = asset.element, asset.series, list[Warning]()
    named = ("title", "episodeName", "seriesName", "movieName", "name")
    title = next((child_text(element, n) for n in named if child_text(element, n)), "")
    if not title:
        doubts.append(Warning("missing-title", "title", "the document names no title"))
    identity = child_text(element, "id")
    season = child_text(asset.season, "seasonNumber") if asset.season is not None else ""
    number = child_text(element, "episodeNumber")
    parent = child_text(series, "seriesName") if series is not None else ""
    parent_id = child_text(series, "id") if series is not None else ""
    released = common.release(
        child_text(element, "releaseDate") or child_text(element, "originalAirDate"),
        "original", "releaseDate", doubts,
    )  # fmt: skip
    described = [e for e in (element, series) if e is not None]
    provider = _provider(element)
    scope: IdScope = "series" if asset.kind == "series" else "title"
    extra = {
        "created_at": child_text(element, "createdAt"),
        "updated_at": _root_text(element, "updatedAt"),
        "series_description": child_text(series, "longDescription") if series is not None else "",
    }
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind=asset.kind,
        key=identity or stable_id("amagi", asset.kind, parent, season, number, title),
        source=feed.source(where),
        format_version=feed.header.format_version,
        event_time=feed.header.time,
        own_id=identity or None,
        ids=tuple(_ids(element, scope, doubts)),
        titles=(Text(title),) if title else (),
        synopses=tuple(_synopses(element)),
        year=times.year_of(released.date) if released else None,
        parents=(
            Parent(
                "series",
                (
                    *((own_id(parent_id, "series"),) if parent_id else ()),
                    *(_ids(series, "series", doubts) if series is not None else ()),
                ),
                parent or None,
            ),
        )
        if parent or parent_id
        else (),
        season_number=common.number(season, "seasonNumber", doubts),
        episode_number=common.number(number, "episodeNumber", doubts),
        genres=tuple(g for e in described for g in _genres(e)),
        credits=tuple(_credits(element)),
        ratings=tuple(r for e in described for r in _ratings(e, doubts)),
        releases=(released,) if released else (),
        artwork=tuple(p for e in described for p in _pictures(e, e is series, doubts)),
        technical=_technical(element, doubts),
        organisations=(Organisation(provider, "provider"),) if provider else (),
        warnings=tuple(dict.fromkeys(doubts)),
        extra={name: value for name, value in extra.items() if value},
    )


def _named(element: Element, *names: str) -> list[Element]:
    return [e for n, e in children(element) if n in names]


def _root_text(element: Element, name: str) -> str:
    return child_text(element.getroottree().getroot(), name)


def _provider(element: Element) -> str:
    return _root_text(element, "provider")


def _ids(element: Element, scope: IdScope, doubts: list[Warning]) -> Iterator[ExternalId]:
    pairs = (
        (child_text(e, "provider"), child_text(e, "id")) for e in _named(element, "externalIDs")
    )
    return common.ids(pairs, scope, doubts)


def _synopses(element: Element) -> Iterator[Synopsis]:
    if child_text(element, "shortDescription"):
        yield Synopsis(child_text(element, "shortDescription"), "und", "short")
    if child_text(element, "longDescription"):
        yield Synopsis(child_text(element, "longDescription"), "und", "long")


def _genres(element: Element) -> Iterator[Genre]:
    metadata = child(element, "metadata")
    for name, value in children(metadata) if metadata is not None else ():
        if name in ("genre", "category") and text(value):
            yield Genre(text(value), None if name == "genre" else "category")


def _ratings(element: Element, doubts: list[Warning]) -> Iterator[Rating]:
    metadata = child(element, "metadata")
    for rated in _named(metadata, "ratings") if metadata is not None else ():
        facts = [child_text(rated, n) for n in ("ratingBody", "ratingValue", "ratingReason")]
        known = common.rating(facts[0], facts[1], facts[2], doubts)
        if known:
            yield known


def _credits(element: Element) -> Iterator[Credit]:
    metadata = child(element, "metadata")
    order = 0
    for group in _named(metadata, "credits") if metadata is not None else ():
        role = child_text(group, "role").lower()
        for name in filter(None, map(text, _named(group, "names", "name"))):
            order += 1
            yield Credit(name, _ROLES.get(role, role) or "other", None, order)


def _pictures(element: Element, series: bool, doubts: list[Warning]) -> Iterator[Artwork]:
    for image in _named(element, "images"):
        known = common.picture({n: text(e) for n, e in children(image)}, series, doubts)
        if known:
            yield known


def _technical(element: Element, doubts: list[Warning]) -> Technical | None:
    """The first asset's file; captions and subtitles have no language in this format."""
    assets = _named(element, "assets", "asset")
    tracks = [
        Track("subtitle", type=name.removesuffix("s"), location=child_text(e, "filePath") or None)
        for name, e in children(element)
        if name in ("captions", "subtitles")
    ]
    if not assets:
        return Technical(tracks=tuple(tracks)) if tracks else None
    main = assets[0]
    return Technical(
        duration_ms=seconds(
            child_text(main, "durationInSeconds") or child_text(main, "duration"), doubts
        ),
        frame_rate=common.frame_rate(child_text(main, "frameRate")),
        location=child_text(main, "filePath") or None,
        tracks=tuple(tracks),
        ad_breaks_ms=common.breaks(map(text, _named(main, "adBreaks")), doubts),
    )


def seconds(raw_seconds: str, doubts: list[Warning]) -> int | None:
    """Milliseconds of a number of seconds (`7114.048`), of `360000ms`, or of a clock."""
    if not raw_seconds:
        return None
    try:
        if raw_seconds.endswith("ms"):
            return int(Decimal(raw_seconds.removesuffix("ms")))
        return int(Decimal(raw_seconds) * 1000)
    except (InvalidOperation, ValueError, OverflowError):
        pass
    try:
        return times.duration_ms(raw_seconds)
    except FeedError as error:
        doubts.append(Warning(error.code, "duration", str(error)))
        return None
