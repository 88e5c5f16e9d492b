"""One work of a Fire TV catalogue: what it is, what it belongs to, who made it."""

import re
from collections.abc import Iterator

from ummid.catalog.identifiers import external_id, own_id
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
    Synopsis,
    SynopsisLength,
    Technical,
    Text,
    Warning,
)
from ummid.catalog.times import year_of
from ummid.errors import FeedError
from ummid.feeds.amazon_cdf_offers import read_offers
from ummid.feeds.connector import Feed
from ummid.feeds.movielabs import (
    check_rating,
    checked,
    id_scope,
    integer,
    language_tag,
    plain,
    release_date,
    territory,
)
from ummid.feeds.xml import Element, child_text, children, local, text

WORKS: dict[str, Kind] = {
    "Movie": "film",
    "TvShow": "series",
    "TvSeason": "season",
    "TvEpisode": "episode",
    "TvSpecial": "special",
    "MiniSeries": "series",
    "MiniSeriesEpisode": "episode",
    "Extra": "extra",
}
_WRAPPERS = frozenset(
    (
        "Titles",
        "ShortDescriptions",
        "Synopses",
        "Runtimes",
        "ReleaseDates",
        "ReleaseYears",
        "Genres",
        "Studios",
        "Images",
        "ContentRatings",
        "Copyrights",
        "Credits",
        "ExternalIds",
        "IsAdultProducts",
        "IsOriginals",
        "MetadataAvailabilityDates",
        "OriginalAirDates",
    )
)
_MAPPED = frozenset(
    (
        "ID",
        "ExternalID",
        "ExternalId",
        "Title",
        "Offers",
        "ShortDescription",
        "Synopsis",
        "Image",
        "ImageUrl",
        "CastMember",
        "CrewMember",
        "Studio",
        "Language",
        "Genre",
        "ContentRating",
        "ShowID",
        "ShowTitle",
        "SeasonID",
        "SeasonTitle",
        "MiniSeriesID",
        "MiniSeriesTitle",
        "RelatesToID",
        "RelatesToExternalID",
        "EpisodeInSeason",
        "EpisodeInSeries",
        "SeasonInShow",
        "ReleaseYear",
        "ReleaseDate",
        "OriginalAirDate",
        "ReleaseInfo",
        "RuntimeMinutes",
        "Color",
        "CustomerRating",
    )
)
_RUNTIME = range(1, 2881)
_FIRST_YEAR = 1870
_SHORT = 190

Parts = dict[str, list[Element]]


def read_work(feed: Feed, at: str, element: Element, own: str) -> SourceRecord:
    """Raises FeedError `blank-title`, or what makes an offer unreadable."""
    warnings: list[Warning] = []
    parts = _parts(element)
    kind = _kind(element, parts)
    titles = tuple(_titles(parts, warnings))
    releases = tuple(dict.fromkeys(_releases(feed, parts, warnings)))
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        format_version=feed.header.format_version,
        kind=kind,
        key=own,
        source=feed.source(at),
        own_id=own,
        ids=_external(parts, ("ExternalID", "ExternalId"), kind, warnings),
        titles=titles,
        synopses=tuple(_synopses(parts, titles[0].value, warnings)),
        year=_year(parts, releases, warnings),
        parents=tuple(_parents(parts, warnings)),
        season_number=_season_number(parts, warnings),
        episode_number=_number(parts, ("EpisodeInSeason", "EpisodeInSeries"), warnings),
        original_language=_original(parts, warnings),
        genres=tuple(_genres(parts, warnings)),
        credits=tuple(_credits(parts, warnings)),
        ratings=tuple(_ratings(feed, parts, warnings)),
        releases=releases,
        artwork=tuple(_artwork(parts, warnings)),
        technical=_technical(parts, warnings),
        organisations=tuple(Organisation(n, "studio") for n in _texts(parts, "Studio")),
        grants=read_offers(feed, own, parts.get("Offers", []), warnings),
        extra=_facts(element, parts),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _parts(element: Element) -> Parts:
    """The children by name, the contents of plural wrappers among them."""
    found: Parts = {}
    for name, item in children(element):
        nested = name in _WRAPPERS or (name == "Studio" and len(item))
        for inner, leaf in children(item) if nested else ((name, item),):
            found.setdefault(inner, []).append(leaf)
    return found


def _texts(parts: Parts, name: str) -> list[str]:
    return [value for item in parts.get(name, ()) if (value := text(item))]


def _first(parts: Parts, *names: str) -> str:
    return next((value for name in names for value in _texts(parts, name)), "")


def _kind(element: Element, parts: Parts) -> Kind:
    kind = WORKS[local(element)]
    return "trailer" if kind == "extra" and _first(parts, "Type").lower() == "trailer" else kind


def _tag(item: Element, field: str, warnings: list[Warning]) -> str:
    return language_tag(item.get("locale") or item.get("language"), field, warnings)


def _titles(parts: Parts, warnings: list[Warning]) -> Iterator[Text]:
    items = parts.get("Title", [])
    if not items or not all(text(item) for item in items):
        raise FeedError("blank-title", "a title is blank; every work needs one in every language")
    for item in items:
        tag = _tag(item, "titles", warnings)
        yield Text(text(item), tag)
        if sounds := (item.get("pronunciation") or "").strip():
            yield Text(sounds, tag, "sort")


def _synopses(parts: Parts, title: str, warnings: list[Warning]) -> Iterator[Synopsis]:
    """Short descriptions have no limit here: one over 190 characters is no `short` synopsis."""
    for name in ("ShortDescription", "Synopsis"):
        for item in parts.get(name, ()):
            value = plain(text(item))
            if not value:
                continue
            if value.casefold() == title.casefold():
                warnings.append(Warning("synopsis-is-title", "synopses", f"{name} is the title"))
            length: SynopsisLength = "short" if len(value) <= _SHORT else "medium"
            tag = _tag(item, "synopses", warnings)
            yield Synopsis(value, tag, "long" if name == "Synopsis" else length)


def _external(
    parts: Parts, names: tuple[str, ...], kind: Kind, warnings: list[Warning]
) -> tuple[ExternalId, ...]:
    items = [item for name in names for item in parts.get(name, ())]
    found = (
        checked(external_id(item.get("scheme") or "", text(item), id_scope(kind)), "ids", warnings)
        for item in items
    )
    return tuple(dict.fromkeys(one for some in found for one in some))


def _parents(parts: Parts, warnings: list[Warning]) -> Iterator[Parent]:
    for id_name, title_name in (("ShowID", "ShowTitle"), ("MiniSeriesID", "MiniSeriesTitle")):
        identifier, title = _first(parts, id_name), _first(parts, title_name)
        if identifier or title:
            ids = (own_id(identifier, "series"),) if identifier else ()
            yield Parent("series", ids, title or None)
    identifier, title = _first(parts, "SeasonID"), _first(parts, "SeasonTitle")
    if identifier or title:
        yield Parent("season", (own_id(identifier, "season"),) if identifier else (), title or None)
    related = tuple(own_id(value) for value in _texts(parts, "RelatesToID"))
    related += _external(parts, ("RelatesToExternalID",), "film", warnings)
    if related:
        yield Parent("title", related)


def _number(parts: Parts, names: tuple[str, ...], warnings: list[Warning]) -> int | None:
    return integer(_first(parts, *names), "number", warnings)


def _season_number(parts: Parts, warnings: list[Warning]) -> int | None:
    number = _number(parts, ("SeasonInShow",), warnings)
    if number is not None and number >= _FIRST_YEAR:
        message = f"SeasonInShow {number} is a year rather than a number"
        warnings.append(Warning("year-as-season", "season_number", message))
    return number


def _original(parts: Parts, warnings: list[Warning]) -> str | None:
    stated = _first(parts, "Language")
    tag = language_tag(stated, "original_language", warnings) if stated else "und"
    return tag if tag != "und" else None


def _releases(feed: Feed, parts: Parts, warnings: list[Warning]) -> Iterator[Release]:
    dates = [(text(i), "original", i.get("territory")) for i in parts.get("ReleaseDate", ())]
    dates += [(text(i), "broadcast", i.get("territory")) for i in parts.get("OriginalAirDate", ())]
    dates += [
        (child_text(i, "ReleaseDate"), "original", child_text(i, "ReleaseCountry"))
        for i in parts.get("ReleaseInfo", ())
    ]
    for raw, kind, country in dates:
        found = release_date(raw)
        if found is None:
            warnings.append(Warning("bad-date", "releases", f"{raw!r} is no release date"))
            continue
        code = territory(country, feed.territories, "releases", warnings) if country else None
        yield Release(found[0], kind, code, found[1])


def _year(parts: Parts, releases: tuple[Release, ...], warnings: list[Warning]) -> int | None:
    stated = _first(parts, "ReleaseYear")
    year = year_of(stated)
    dated = year_of(releases[0].date) if releases else None
    if stated and year is None:
        warnings.append(Warning("bad-year", "year", f"{stated!r} is no year a title could have"))
    if year and dated and year != dated:
        message = f"ReleaseYear {year} and the date {releases[0].date} differ"
        warnings.append(Warning("year-mismatch", "year", message))
    return year or dated


def _genres(parts: Parts, warnings: list[Warning]) -> Iterator[Genre]:
    for item in parts.get("Genre", ()):
        if value := text(item):
            tag = _tag(item, "genres", warnings) if item.get("locale") else None
            yield Genre(value, language=tag)


def _credits(parts: Parts, warnings: list[Warning]) -> Iterator[Credit]:
    for name, label in (("CastMember", "Role"), ("CrewMember", "Job")):
        for item in parts.get(name, ()):
            own: Parts = {}
            for inner, leaf in children(item):
                own.setdefault(inner, []).append(leaf)
            person = _first(own, "Name")
            if not person:
                warnings.append(Warning("nameless-person", "credits", f"a {name} has no name"))
                continue
            ids = tuple(
                ExternalId((i.get("scheme") or "other").lower(), text(i))
                for i in own.get("ExternalID", ())
                if text(i)
            )
            stated = list(dict.fromkeys(_texts(own, label)))
            if name == "CastMember":
                yield Credit(person, "actor", " / ".join(stated) or None, ids=ids)
            else:
                for job in stated or ["crew"]:
                    yield Credit(person, job.lower(), ids=ids)


def _ratings(feed: Feed, parts: Parts, warnings: list[Warning]) -> Iterator[Rating]:
    for item in parts.get("ContentRating", ()):
        system, value = child_text(item, "System"), child_text(item, "Certification")
        check_rating(system, value, warnings)
        country = item.get("territory") or child_text(item, "Country")
        code = territory(country, feed.territories, "ratings", warnings) if country else None
        yield Rating(system, value, code)


def _artwork(parts: Parts, warnings: list[Warning]) -> Iterator[Artwork]:
    for value in _texts(parts, "ImageUrl"):
        yield Artwork(value)
    for item in parts.get("Image", ()):
        if url := child_text(item, "Url") or (text(item) if not len(item) else ""):
            stated = child_text(item, "Locale") or item.get("locale")
            tag = language_tag(stated, "artwork", warnings) if stated else None
            yield Artwork(url, item.get("category") or item.get("type"), language=tag)


def _technical(parts: Parts, warnings: list[Warning]) -> Technical | None:
    stated = _first(parts, "RuntimeMinutes")
    minutes = integer(stated, "technical.duration_ms", warnings)
    if minutes is not None and minutes not in _RUNTIME:
        message = f"RuntimeMinutes {minutes} is outside 1 to 2880"
        warnings.append(Warning("implausible-duration", "technical.duration_ms", message))
    colour = _first(parts, "Color") or None
    if minutes is None and colour is None:
        return None
    return Technical(duration_ms=None if minutes is None else minutes * 60_000, colour=colour)


def _facts(element: Element, parts: Parts) -> dict[str, str]:
    """Everything without a field of its own, under its element's name."""
    found = {
        _fact_name(name): "; ".join(dict.fromkeys(" ".join(text(i).split()) for i in items))
        for name, items in parts.items()
        if name not in _MAPPED
    }
    if local(element) == "MiniSeries":
        found["form"] = "mini-series"
    for item in parts.get("CustomerRating", ()):
        score, most = child_text(item, "Score"), child_text(item, "MaxValue")
        count = child_text(item, "Count")
        found["customer-rating"] = f"{score}/{most}" + (f" ({count})" if count else "")
    return {name: value for name, value in found.items() if value}


def _fact_name(name: str) -> str:
    """`IsAdultProduct` as `is-adult-product`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", "-", name).lower()
