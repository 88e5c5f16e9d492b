"""iTunes Store package metadata (`http://apple.com/itunes/importer`, film5.x; tv read alike).

One statement per `video`, whose offers are its `products` (see `itunes_offers`).
"""

import re
from collections.abc import Iterator

from ummid.catalog import times
from ummid.catalog.identifiers import external_id, own_id
from ummid.catalog.keys import slug, stable_id
from ummid.catalog.languages import language, language_or_undetermined
from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    Genre,
    Kind,
    Organisation,
    Parent,
    Rating,
    Release,
    SourceRecord,
    Statement,
    Synopsis,
    Technical,
    Text,
    Track,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.itunes_offers import many, offers
from ummid.feeds.xml import (
    Element,
    child,
    child_text,
    children,
    local,
    parse_document,
    place,
    raw,
    text,
)

_NAMESPACE = re.compile(r"^https?://(?:www\.)?apple\.com/itunes/importer/?$")
_KINDS: dict[str, Kind] = {
    "film": "film",
    "feature": "film",
    "short": "short",
    "tv": "episode",
    "episode": "episode",
    "trailer": "trailer",
}
_EXTRA = (
    "type", "subtype", "copyright_cline", "isan", "upc", "amg_video_id", "studio_release_title",
    "container_id", "title_pronunciation", "sort_title",
)  # fmt: skip


def sniff(head: Head) -> bool:
    """Root `package` in the importer's namespace."""
    root = head.xml_root
    return root is not None and root.name == "package" and bool(_NAMESPACE.match(root.namespace))


def parse(feed: Feed) -> Iterator[Statement]:
    """One statement per video of the package."""
    root = parse_document(feed.stream)
    version = root.get("version")
    header = feed.header
    header.format_version = version
    header.partner = slug(child_text(root, "provider")) or None
    if not re.match(r"^film5", version or ""):
        header.warnings.append(f"unknown-version: {version} is read as film5.x")
    videos = [e for n, e in children(root) if n == "video"]
    if not videos:
        raise FeedError("no-video", f"<{local(root)}> holds no <video>; only films and TV are read")
    items = (
        (place(video, f"/package/video[{i}]" if len(videos) > 1 else "/package/video"), video)
        for i, video in enumerate(videos, 1)
    )
    yield from read_each(feed, items, _read, raw, lambda v: child_text(v, "vendor_id") or None)


def _read(feed: Feed, where: str, video: Element) -> SourceRecord:
    package = video.getparent()
    provider = child_text(package, "provider") if package is not None else ""
    default = child_text(package, "language") if package is not None else ""
    doubts: list[Warning] = []
    stated: dict[str, str] = {}
    for name, element in children(video):
        stated.setdefault(name, text(element))
    tag = _language(default, "language", doubts)
    original = _language(stated.get("original_spoken_locale", ""), "original_spoken_locale", doubts)
    title = stated.get("title", "")
    vendor = stated.get("vendor_id", "")
    released = _day(stated.get("theatrical_release_date") or stated.get("release_date"), doubts)
    country = _country(feed, stated.get("country", ""), doubts)
    if not title:
        doubts.append(Warning("missing-title", "title", "the package names no title"))
    kind = _KINDS.get(stated.get("subtype", "")) or _KINDS.get(stated.get("type", "")) or "unknown"
    grants, refused = offers(feed, video, vendor or stable_id(provider, title), doubts)
    number = stated.get("container_position", "")
    extra = {name: stated[name] for name in _EXTRA if stated.get(name)}
    if refused:
        extra["not_cleared"] = " ".join(refused)
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind=kind,
        key=vendor or stable_id("itunes", provider, title, released or ""),
        source=feed.source(where),
        format_version=feed.header.format_version,
        own_id=vendor or None,
        ids=tuple(_ids(video)),
        titles=tuple(_titles(stated, video, tag, original)),
        synopses=tuple(_synopses(video, stated, tag)),
        year=times.year_of(released),
        parents=(Parent("season", (own_id(stated["container_id"], "season"),)),)
        if stated.get("container_id")
        else (),
        episode_number=int(number) if number.isascii() and number.isdigit() else None,
        number_text=stated.get("episode_production_number") or None,
        original_language=original,
        countries=(country,) if country else (),
        genres=tuple(_genres(video)),
        credits=tuple(_credits(video)),
        ratings=tuple(_ratings(video)),
        releases=(Release(released, "theatrical" if kind == "film" else "original"),)
        if released
        else (),
        artwork=tuple(_artwork(video)),
        technical=_technical(video, doubts),
        organisations=tuple(
            Organisation(name, role)
            for name, role in (
                (provider, "provider"),
                (stated.get("production_company", ""), "production-company"),
                (stated.get("network_name", ""), "network"),
            )
            if name
        ),
        grants=tuple(grants),
        warnings=tuple(doubts),
        extra=extra,
    )


def _language(raw_tag: str, name: str, doubts: list[Warning]) -> str | None:
    tag = language(raw_tag)
    if raw_tag and tag is None:
        doubts.append(Warning("unknown-language", name, f"{raw_tag!r} is no language"))
    return tag


def _country(feed: Feed, raw_code: str, doubts: list[Warning]) -> str | None:
    code = feed.territories.read(raw_code) if raw_code else None
    if raw_code and code is None:
        doubts.append(Warning("unknown-territory", "country", f"{raw_code!r} is no territory"))
    return code


def _day(raw_date: str | None, doubts: list[Warning]) -> str | None:
    if not raw_date:
        return None
    try:
        times.bound(raw_date)
    except FeedError as error:
        doubts.append(Warning(error.code, "theatrical_release_date", str(error)))
        return None
    return raw_date[:10]


def _titles(
    stated: dict[str, str], video: Element, tag: str | None, original: str | None
) -> Iterator[Text]:
    if stated.get("title"):
        yield Text(stated["title"], tag or "und")
    for locale in many(video, "locales", "locale"):
        if child_text(locale, "title"):
            yield Text(child_text(locale, "title"), language_or_undetermined(locale.get("name")))
    if stated.get("studio_release_title"):
        yield Text(stated["studio_release_title"], original or "und", "original")
    if stated.get("sort_title"):
        yield Text(stated["sort_title"], tag or "und", "sort")


def _synopses(video: Element, stated: dict[str, str], tag: str | None) -> Iterator[Synopsis]:
    words = stated.get("synopsis") or stated.get("description")
    if words:
        yield Synopsis(words, tag or "und", "long")
    for locale in many(video, "locales", "locale"):
        words = child_text(locale, "synopsis")
        if words:
            yield Synopsis(words, language_or_undetermined(locale.get("name")), "long")


def _ids(video: Element) -> Iterator[ExternalId]:
    for name, scheme in (("isan", "isan"), ("upc", "upc"), ("eidr", "eidr")):
        known = external_id(scheme, child_text(video, name))
        if known:
            yield known


def _genres(video: Element) -> Iterator[Genre]:
    for genre in many(video, "genres", "genre"):
        code = genre.get("code")
        if text(genre) or code:
            yield Genre(text(genre) or code or "", "itunes", code)


def _ratings(video: Element) -> Iterator[Rating]:
    for rating in many(video, "ratings", "rating"):
        value = rating.get("code") or rating.get("value") or text(rating)
        reason = rating.get("reason")
        if value:
            yield Rating(rating.get("system") or "", value, reasons=(reason,) if reason else ())


def _credits(video: Element) -> Iterator[Credit]:
    order = 0
    for member in many(video, "cast", "cast_member"):
        order += 1
        characters = [
            child_text(c, "character_name") for c in many(member, "characters", "character")
        ]
        played = " / ".join(c for c in characters if c)
        yield Credit(
            child_text(member, "display_name"), "actor", played or None, order, _person(member)
        )
    for member in many(video, "crew", "crew_member"):
        order += 1
        for role in many(member, "roles", "role"):
            yield Credit(
                child_text(member, "display_name"), text(role).lower(), None, order, _person(member)
            )


def _person(member: Element) -> tuple[ExternalId, ...]:
    apple = child_text(member, "apple_id")
    return (ExternalId("apple", apple),) if apple else ()


def _files(video: Element) -> Iterator[tuple[str, Element]]:
    for asset in many(video, "assets", "asset"):
        for name, file in children(asset):
            if name in ("data_file", "file"):
                yield asset.get("type") or "", file


def _artwork(video: Element) -> Iterator[Artwork]:
    for kind, file in _files(video):
        if "art" in kind and child_text(file, "file_name"):
            yield Artwork(child_text(file, "file_name"), kind)


def _technical(video: Element, doubts: list[Warning]) -> Technical | None:
    files = [f for kind, f in _files(video) if "art" not in kind]
    if not files:
        return None
    main = files[0]
    size = child_text(main, "size")
    if size and not size.isdigit():
        doubts.append(Warning("bad-size", "size", f"{size!r} is no number of bytes"))
    tracks = []
    for file in files:
        role = file.get("role") or ""
        locale = child(file, "locale")
        tag = language(locale.get("name")) if locale is not None else None
        where = child_text(file, "file_name") or None
        if role.startswith(("caption", "subtitle", "forced")):
            tracks.append(Track("subtitle", tag, role, location=where))
        elif role.startswith("audio"):
            tracks.append(Track("audio", tag, role, location=where))
        else:
            tracks.append(Track("video", tag, role or None, location=where))
    checksum = child(main, "checksum")
    return Technical(
        size_bytes=int(size) if size.isdigit() else None,
        checksum=f"{checksum.get('type') or 'md5'}:{text(checksum)}"
        if checksum is not None
        else None,
        location=child_text(main, "file_name") or None,
        tracks=tuple(tracks),
    )


FORMATS = (Format("itunes", "iTunes package metadata", "delta", sniff, parse),)
