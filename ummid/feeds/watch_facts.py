"""Facts about a schema.org entity, in the catalogue's terms."""

import re
from typing import Any

from ummid.catalog import times
from ummid.catalog.identifiers import external_id
from ummid.catalog.languages import language as language_tag
from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    Genre,
    IdScope,
    Kind,
    Organisation,
    Rating,
    Release,
    Technical,
    Track,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.json_ld import Object, identity, many, objects, type_of, word, words

_CREDITS = {
    "actor": "actor", "actors": "actor", "director": "director", "directors": "director",
    "author": "author", "creator": "creator", "producer": "producer", "musicBy": "composer",
    "contributor": "contributor", "editor": "editor", "presenter": "presenter",
}  # fmt: skip
_ORGANISATIONS = ("productionCompany", "provider", "publisher", "sourceOrganization")
_SCHEMES = {
    "imdb_id": "imdb",
    "tms_id": "tms",
    "eidr_id": "eidr",
    "wikidata_id": "wikidata",
    "tvdb_id": "tvdb",
    "tmdb_id": "tmdb",
}
_OWN_SCHEMES = ("_partner_id_", "partner_id", "partnerid")
_UNKNOWN_RATING = "rating not known"
_AGENCY = re.compile(r"^(\S+?)[\s:]+(\S.*)$")
_WIKIDATA = re.compile(r"wikidata\.org/(?:wiki|entity)/(Q\d+)")
_SCOPES: dict[Kind, IdScope] = {"series": "series", "season": "season", "channel": "channel"}
_DAY_MS = 86_400_000


class Doubts:
    """Collects what is kept with a doubt, for one statement."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.warnings: list[Warning] = []

    def add(self, code: str, field: str, message: str) -> None:
        self.warnings.append(Warning(code, field, message))

    def territory(self, field: str, raw: str) -> str | None:
        code = self.feed.territories.read(raw)
        if code is None:
            self.add("unknown-territory", field, f"{raw!r} names no territory")
        return code

    def language(self, field: str, raw: str) -> str | None:
        tag = language_tag(raw)
        if tag is None:
            self.add("unknown-language", field, f"{raw!r} names no language")
        return tag

    def instant(self, field: str, raw: str) -> int | None:
        if not raw:
            return None
        try:
            return times.bound(raw, assumed_zone=self.feed.profile.assumed_zone).instant
        except FeedError as error:
            self.add("bad-date", field, str(error))
            return None


def identifiers(entity: Object, kind: Kind) -> tuple[tuple[ExternalId, ...], tuple[str, ...]]:
    """External ids, and the addresses that are none."""
    scope = _SCOPES.get(kind, "title")
    found: list[ExternalId | None] = []
    for stated in many(entity.get("identifier")):
        if not isinstance(stated, dict):
            found.append(external_id("identifier", word(stated), scope))
            continue
        name = word(stated.get("propertyID") or stated.get("name")).lower()
        if name not in _OWN_SCHEMES or identity(entity):
            scheme = "partner_id" if name in _OWN_SCHEMES else _SCHEMES.get(name, name)
            found += [external_id(scheme, v, scope) for v in words(stated.get("value"))]
    found += [external_id("eidr", v, scope) for v in words(entity.get("titleEIDR"))]
    found += [external_id("eidr", v, "edit") for v in words(entity.get("editEIDR"))]
    links = words(entity.get("url"))
    for same in words(entity.get("sameAs")):
        wikidata = _WIKIDATA.search(same)
        if "imdb.com/title/" in same:
            found.append(external_id("imdb", same, scope))
        elif wikidata:
            found.append(external_id("wikidata", wikidata[1], scope))
        else:
            links.append(same)
    links += [identity(t) for t in many(entity.get("trailer")) if identity(t)]
    return tuple(dict.fromkeys(f for f in found if f)), tuple(dict.fromkeys(links))


def partner_id(entity: Object) -> str:
    """The id that a feed without `@id` states as its own."""
    for stated in objects(entity.get("identifier")):
        if word(stated.get("propertyID")).lower() in _OWN_SCHEMES:
            return word(stated.get("value"))
    return ""


def year(entity: Object) -> int | None:
    stated = [word(e.get("startDate")) for e in objects(entity.get("releasedEvent"))]
    stated += [word(entity.get(n)) for n in ("datePublished", "copyrightYear", "dateCreated")]
    return next((found for raw in stated if (found := times.year_of(raw))), None)


def number(entity: Object, name: str, doubts: Doubts) -> int | None:
    raw = word(entity.get(name))
    if raw.isdecimal():
        return int(raw)
    if raw:
        doubts.add("bad-number", name, f"{raw!r} is no whole number")
    return None


def languages(entity: Object, name: str, doubts: Doubts) -> tuple[str, ...]:
    tags = [doubts.language(name, raw) for raw in words(entity.get(name))]
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def countries(entity: Object, doubts: Doubts) -> tuple[str, ...]:
    codes = [doubts.territory("countries", c) for c in words(entity.get("countryOfOrigin"))]
    return tuple(dict.fromkeys(code for code in codes if code))


def genres(entity: Object) -> tuple[Genre, ...]:
    """Each genre; a comma text is several."""
    parts = [p.strip() for text in words(entity.get("genre")) for p in text.split(",")]
    return tuple(Genre(part) for part in dict.fromkeys(parts) if part)


def people(entity: Object) -> tuple[tuple[Credit, ...], tuple[Organisation, ...]]:
    credits: list[Credit] = []
    organisations: list[Organisation] = []
    for name, role in _CREDITS.items():
        for stated in many(entity.get(name)):
            character = None
            if isinstance(stated, dict) and type_of(stated) == "PerformanceRole":
                character = word(stated.get("characterName")) or None
                stated = next(iter(many(stated.get(name))), stated)
            if not word(stated):
                continue
            if isinstance(stated, dict) and type_of(stated) == "Organization":
                organisations.append(Organisation(word(stated), role))
            else:
                ids = tuple(ExternalId("url", u) for u in _same_as(stated))
                credits.append(Credit(word(stated), role, character, ids=ids))
    for name in _ORGANISATIONS:
        role = "production company" if name == "productionCompany" else name.lower()
        for stated in many(entity.get(name)):
            own = word(stated.get("@id")) if isinstance(stated, dict) else ""
            if word(stated):
                organisations.append(Organisation(word(stated), role, own or None))
    return tuple(credits), tuple(organisations)


def _same_as(stated: Any) -> list[str]:
    return words(stated.get("sameAs")) if isinstance(stated, dict) else []


def ratings(entity: Object) -> tuple[Rating, ...]:
    """`MPAA PG-13` or a Rating object; "RATING NOT KNOWN" is a legal way to say nothing."""
    found = []
    for stated in many(entity.get("contentRating")):
        if isinstance(stated, dict):
            value = word(stated.get("ratingValue") or stated.get("name"))
            system = word(stated.get("author") or stated.get("ratingAgency"))
            reasons = tuple(words(stated.get("ratingExplanation")))
        else:
            match = _AGENCY.match(word(stated))
            system, value = (match[1], match[2]) if match else ("", word(stated))
            reasons = ()
            if word(stated).lower() == _UNKNOWN_RATING:
                continue
        if value:
            found.append(Rating(system or "unspecified", value, reasons=reasons))
    return tuple(found)


def releases(entity: Object, doubts: Doubts) -> tuple[Release, ...]:
    found = []
    for event in objects(entity.get("releasedEvent")):
        raw = word(event.get("startDate"))
        places = [doubts.territory("releases", p) for p in words(event.get("location"))]
        release = _release(raw, doubts)
        if release:
            for place in places or [None]:
                found.append(Release(release.date, territory=place, precision=release.precision))
    return tuple(found)


def _release(raw: str, doubts: Doubts) -> Release | None:
    if re.fullmatch(r"\d{4}", raw):
        return Release(raw, precision="year")
    if re.fullmatch(r"\d{4}-\d{2}", raw):
        return Release(raw, precision="month")
    if doubts.instant("releases", raw) is None:
        return None
    return Release(raw[:10])


def artwork(entity: Object) -> tuple[Artwork, ...]:
    found = []
    for stated in [*many(entity.get("image")), *many(entity.get("thumbnailUrl"))]:
        if not isinstance(stated, dict):
            found.append(Artwork(word(stated)))
            continue
        properties = objects(stated.get("additionalProperty"))
        named = [p for p in properties if word(p.get("name")) == "contentAttributes"]
        purpose = ", ".join(v for p in named for v in words(p.get("value")))
        url = word(stated.get("contentUrl") or stated.get("url") or stated.get("@id"))
        if url:
            found.append(
                Artwork(url, purpose or None, _pixels(stated, "width"), _pixels(stated, "height"))
            )
    return tuple(dict.fromkeys(found))


def _pixels(stated: Object, name: str) -> int | None:
    raw = word(stated.get(name)).removesuffix("px").strip()
    return int(raw) if raw.isdecimal() else None


def technical(entity: Object, doubts: Doubts) -> Technical | None:
    duration = _duration(word(entity.get("duration") or entity.get("timeRequired")), doubts)
    tags = languages(entity, "subtitleLanguage", doubts)
    location = word(entity.get("contentUrl")) or None
    mime = word(entity.get("encodingFormat")) or None
    if duration is None and not (tags or location):
        return None
    tracks = tuple(Track("subtitle", tag) for tag in tags)
    return Technical(duration_ms=duration, mime_type=mime, location=location, tracks=tracks)


def _duration(raw: str, doubts: Doubts) -> int | None:
    if not raw:
        return None
    field = "technical.duration_ms"
    if raw.isdecimal():
        doubts.add("assumed-minutes", field, f"{raw!r} has no unit: read as minutes")
        found: int | None = int(raw) * 60_000
    else:
        try:
            found = times.duration_ms(raw)
        except FeedError as error:
            doubts.add("bad-duration", field, str(error))
            return None
    if found is not None and not 0 < found <= _DAY_MS:
        doubts.add("implausible-duration", field, f"{raw!r} is implausible; kept as stated")
    return found
