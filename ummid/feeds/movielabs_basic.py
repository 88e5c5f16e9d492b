"""`md:BasicMetadata-type`: one title as MovieLabs describes it.

MEC carries it as `Basic`, a Media Manifest as `BasicMetadata`. Source: md 2.3-2.12 (XSD).
"""

from collections.abc import Iterable, Iterator

from ummid.catalog.keys import stable_id
from ummid.catalog.model import (
    ExternalId,
    IdScope,
    Organisation,
    Rating,
    Release,
    SourceRecord,
    Technical,
    Text,
    Warning,
)
from ummid.catalog.times import year_of
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.movielabs import (
    WORK_TYPES,
    alternate_id,
    content_id,
    duration,
    first,
    grouped,
    id_scope,
    languages,
    organisation,
    ratings,
    region_codes,
    release_date,
    territory,
    texts,
    work_kind,
)
from ummid.feeds.movielabs_localized import (
    Parts,
    default_first,
    localized_artwork,
    localized_genres,
    localized_synopses,
    localized_titles,
)
from ummid.feeds.movielabs_people import credits, local_names
from ummid.feeds.movielabs_relations import numbers, parents
from ummid.feeds.xml import Element, child, child_text, text

_FACTS = (
    ("WorkType", "work-type"),
    ("WorkTypeDetail", "work-type-detail"),
    ("PictureFormat", "picture-format"),
    ("ThreeD", "three-d"),
    ("UpdateNum", "update-num"),
)
_LOCAL_FACTS = (
    ("CopyrightLine", "copyright"),
    ("VersionNotes", "version-notes"),
    ("DisplayIndicators", "display-indicators"),
)


def read_basic(feed: Feed, place: str, basic: Element, key: str | None = None) -> SourceRecord:
    """One record of one title. Without `key` it is the ContentID, or derived where there is none.

    Raises FeedError `missing-id` when then nothing names the title.
    """
    warnings: list[Warning] = []
    parts = grouped(basic)
    kind = work_kind(first(parts.get("WorkType", ())))
    _check_work_type(first(parts.get("WorkType", ())), warnings)
    localized = default_first(parts.get("LocalizedInfo", []), warnings)
    spoken = languages(texts(parts.get("OriginalLanguage", ())), "original_language", warnings)
    titles = tuple(dict.fromkeys(localized_titles(feed, localized, parts, spoken, warnings)))
    own = (basic.get("ContentID") or "").strip()
    belongs = parents(parts.get("Parent", []), kind, warnings)
    number = numbers(kind, parts, warnings)
    found_ratings, rating_warnings = _ratings(feed, parts)
    warnings.extend(rating_warnings)
    scope = id_scope(kind)
    ids = world_ids(own, warnings, scope)
    for item in parts.get("AltIdentifier", ()):
        ids += alternate_id(item, "ids", warnings, scope)
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        format_version=feed.header.format_version,
        kind=kind,
        key=key or own or _derived_key(titles, parts, number.text),
        source=feed.source(place),
        own_id=own or None,
        ids=tuple(dict.fromkeys(ids)),
        titles=titles,
        synopses=tuple(dict.fromkeys(localized_synopses(feed, localized, warnings))),
        year=_year(parts, warnings),
        parents=belongs.parents,
        season_number=number.season,
        episode_number=number.episode,
        absolute_number=number.absolute,
        number_text=number.text,
        original_language=spoken[0] if spoken else None,
        languages=languages(
            texts([*parts.get("PrimarySpokenLanguage", ()), *parts.get("VersionLanguage", ())]),
            "languages",
            warnings,
        ),
        countries=_countries(feed, parts, warnings),
        genres=localized_genres(localized, warnings),
        keywords=tuple(
            dict.fromkeys(k for info in localized for k in texts(grouped(info).get("Keyword", ())))
        ),
        credits=credits(parts, localized, warnings),
        ratings=found_ratings,
        releases=tuple(dict.fromkeys(_releases(feed, parts, warnings))),
        artwork=tuple(dict.fromkeys(localized_artwork(localized, warnings))),
        technical=_technical(parts, warnings),
        organisations=tuple(dict.fromkeys(_organisations(parts, warnings))),
        extra={**_facts(parts, localized, spoken), **belongs.extra, **number.extra},
        warnings=tuple(dict.fromkeys(warnings)),
    )


def world_ids(
    own: str, warnings: list[Warning], scope: IdScope = "title"
) -> tuple[ExternalId, ...]:
    """What a title's own ContentID says beyond the partner: nothing where it is opaque."""
    found = content_id(own, "ids", warnings, scope)
    return tuple(item for item in found if item.scheme != "partner")


def _check_work_type(stated: str, warnings: list[Warning]) -> None:
    if not stated:
        warnings.append(Warning("missing-work-type", "kind", "there is no WorkType"))
    elif work_kind(stated) == "unknown" and _plain_word(stated) not in WORK_TYPES:
        warnings.append(
            Warning("unknown-work-type", "kind", f"{stated!r} is no MovieLabs WorkType")
        )


def _plain_word(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())


def _derived_key(titles: tuple[Text, ...], parts: Parts, number: str | None) -> str:
    if not titles:
        raise FeedError("missing-id", "there is no ContentID and no title; give it a ContentID")
    parent = child(parts["Parent"][0], "ParentContentID") if "Parent" in parts else None
    return stable_id(
        "basic",
        titles[0].value,
        first(parts.get("ReleaseYear", ())),
        first(parts.get("WorkType", ())),
        text(parent),
        number or "",
        first(grouped(parts["SequenceInfo"][0]).get("Number", ()))
        if "SequenceInfo" in parts
        else "",
    )


def _year(parts: Parts, warnings: list[Warning]) -> int | None:
    stated = first(parts.get("ReleaseYear", ()))
    year = year_of(stated)
    if stated and year is None:
        warnings.append(Warning("bad-year", "year", f"{stated!r} is no year a title could have"))
    return year if stated else year_of(first(parts.get("ReleaseDate", ())))


def _countries(feed: Feed, parts: Parts, warnings: list[Warning]) -> tuple[str, ...]:
    codes = [
        territory(raw, feed.territories, "countries", warnings)
        for item in parts.get("CountryOfOrigin", ())
        for raw in region_codes(item)
    ]
    return tuple(dict.fromkeys(code for code in codes if code))


def _ratings(feed: Feed, parts: Parts) -> tuple[tuple[Rating, ...], tuple[Warning, ...]]:
    found = parts.get("RatingSet")
    return ratings(found[0], feed.territories) if found else ((), ())


def _releases(feed: Feed, parts: Parts, warnings: list[Warning]) -> Iterator[Release]:
    for raw in texts(parts.get("ReleaseDate", ())):
        yield from _release(raw, "original", (None,), warnings)
    for item in parts.get("ReleaseHistory", ()):
        own = grouped(item)
        codes = tuple(
            territory(raw, feed.territories, "releases", warnings)
            for region in own.get("DistrTerritory", ())
            for raw in region_codes(region)
        )
        kind = first(own.get("ReleaseType", ())).lower() or "original"
        yield from _release(first(own.get("Date", ())), kind, codes or (None,), warnings)


def _release(
    raw: str, kind: str, codes: Iterable[str | None], warnings: list[Warning]
) -> Iterator[Release]:
    found = release_date(raw)
    if found is None:
        warnings.append(Warning("bad-date", "releases", f"{kind}: {raw!r} is no release date"))
        return
    for code in codes:
        yield Release(found[0], kind, code, found[1])


def _technical(parts: Parts, warnings: list[Warning]) -> Technical | None:
    found = Technical(
        duration_ms=duration(first(parts.get("RunLength", ())), warnings),
        frame_rate=first(parts.get("FrameRate", ())) or None,
        aspect_ratio=first(parts.get("AspectRatio", ())) or None,
        colour=first(parts.get("PictureColorType", ())) or None,
    )
    return found if found != Technical() else None


def _organisations(parts: Parts, warnings: list[Warning]) -> Iterator[Organisation]:
    releasers = [
        org
        for item in parts.get("ReleaseHistory", ())
        for org in grouped(item).get("ReleaseOrg", ())
    ]
    for item in [*parts.get("AssociatedOrg", ()), *releasers]:
        found = organisation(item, (item.get("role") or "other").strip().lower() or "other")
        if found:
            yield found
        else:
            warnings.append(
                Warning("nameless-organisation", "organisations", "an AssociatedOrg has no name")
            )


def _facts(parts: Parts, infos: list[Element], spoken: tuple[str, ...]) -> dict[str, str]:
    found = {fact: "; ".join(texts(parts.get(name, ()))) for name, fact in _FACTS}
    for info in infos:
        own = grouped(info)
        for name, fact in _LOCAL_FACTS:
            if not found.get(fact):
                found[fact] = "; ".join(texts(own.get(name, ())))
    for item in parts.get("RatingSet", ()):
        found["adult-content"] = child_text(item, "AdultContent")
    if len(spoken) > 1:
        found["original-languages"] = "; ".join(spoken)
    found.update(local_names(infos))
    return {name: value for name, value in found.items() if value}
