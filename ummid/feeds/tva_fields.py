"""TV-Anytime descriptions (ETSI TS 102 822-3-1): titles, genres, ratings, credits, pictures.

Elements are matched by local name, so that any year's namespace reads alike. A language is
stated by `xml:lang` on the element or inherited from the nearest ancestor that has one.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from ummid.catalog import times
from ummid.catalog.languages import language
from ummid.catalog.model import (
    Artwork,
    Credit,
    Genre,
    Organisation,
    Rating,
    Synopsis,
    SynopsisLength,
    Technical,
    Text,
    TextUse,
    Track,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.xml import Element, child, child_text, children, text

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_USES: dict[str, TextUse] = {
    "main": "display",
    "": "display",
    "original": "original",
    "secondary": "alternate",
    "short": "short",
}
_LENGTHS: dict[str, SynopsisLength] = {"short": "short", "long": "long", "extended": "long"}
_ROLES = {
    "urn:tva:metadata:cs:TVARoleCS:2011:V20": "production-company",
    "urn:tva:metadata:cs:TVARoleCS:2011:AD6": "presenter",
}
_SUBJECTS = {
    "1": "Movie/Drama",
    "2": "News/Current affairs",
    "3": "Show/Game show",
    "4": "Sports",
    "5": "Children's/Youth programmes",
    "6": "Music/Ballet/Dance",
    "7": "Arts/Culture",
    "8": "Social/Political issues/Economics",
    "9": "Education/Science/Factual topics",
    "10": "Leisure hobbies",
}
"""urn:dvb:metadata:cs:ContentSubject:2019, after the content descriptor of EN 300 468."""
_PLACEHOLDER = re.compile(r"INSTALL~~LOCATION|[A-Z]+_(?:ID_)?TEMPLATE")


def inherited_language(element: Element | None) -> str | None:
    """The raw `xml:lang` in force at an element."""
    while element is not None:
        stated = element.get(XML_LANG)
        if stated is not None:
            return stated
        element = element.getparent()
    return None


def tag_at(element: Element, doubts: list[Warning]) -> str:
    """The language of an element's text, `und` where none is in force."""
    raw = inherited_language(element)
    tag = language(raw)
    if raw and tag is None:
        doubts.append(Warning("unknown-language", "xml:lang", f"{raw!r} is no language"))
    return tag or "und"


def titles(description: Element, doubts: list[Warning]) -> tuple[Text, ...]:
    """Main titles first, and of them those in the language in force for the description."""
    default = tag_at(description, [])
    found: list[Text] = []
    for name, element in children(description):
        value = text(element)
        if name not in ("Title", "ShortTitle") or not value:
            continue
        stated = element.get("type", "") if name == "Title" else "short"
        use = _USES.get(stated.rpartition(":")[2], "alternate")
        if use == "alternate" and re.fullmatch(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}", value):
            doubts.append(Warning("date-as-title", "Title", f"{value!r} is a date, no title"))
        found.append(Text(value, tag_at(element, doubts), use))
    found.sort(key=lambda t: (t.use != "display", t.use == "display" and t.language != default))
    return tuple(dict.fromkeys(found))


def synopses(description: Element, doubts: list[Warning]) -> Iterator[Synopsis]:
    for name, element in children(description):
        if name == "Synopsis" and text(element):
            length = _LENGTHS.get(element.get("length", "medium"), "medium")
            yield Synopsis(text(element), tag_at(element, doubts), length)


def genres(description: Element) -> Iterator[Genre]:
    """`href` is a term of a classification scheme; its name where given or known."""
    for name, element in children(description):
        if name == "Genre":
            scheme, code = split_term(element.get("href") or "")
            known = _SUBJECTS.get(code or "") if scheme and ":ContentSubject:" in scheme else None
            words = child_text(element, "Name") or known or code or text(element)
            if words:
                yield Genre(words, scheme, code)


@lru_cache(maxsize=4096)
def split_term(href: str) -> tuple[str | None, str | None]:
    """A term URN as (scheme, term): the term is what follows the last colon."""
    scheme, _, code = href.strip().rpartition(":")
    return scheme or None, code or None


def ratings(feed: Feed, description: Element, doubts: list[Warning]) -> Iterator[Rating]:
    """MinimumAge and classification terms, with the explanatory texts beside them."""
    youngest, reasons_seen = None, False
    for name, guidance in children(description):
        if name != "ParentalGuidance":
            continue
        reasons = tuple(text(e) for n, e in children(guidance) if n == "ExplanatoryText")
        reasons_seen = reasons_seen or bool(reasons)
        region = child_text(guidance, "Region")
        territory = feed.territories.read(region) if region else None
        if region and territory is None:
            doubts.append(Warning("unknown-territory", "Region", f"{region!r} is no territory"))
        age = child_text(guidance, "MinimumAge")
        if age:
            youngest = age
            yield Rating("minimum-age", age, territory, reasons)
        rated = child(guidance, "ParentalRating")
        if rated is not None:
            scheme, code = split_term(rated.get("href") or "")
            value = child_text(rated, "Name") or code
            if value:
                yield Rating(scheme or "unspecified", value, territory, reasons)
    if youngest == "0" and reasons_seen:
        doubts.append(
            Warning("rating-conflict", "ParentalGuidance", "MinimumAge 0 beside a content warning")
        )


def people(description: Element) -> tuple[tuple[Credit, ...], tuple[Organisation, ...]]:
    """Persons and organisations of a CreditsList."""
    persons: list[Credit] = []
    organisations: list[Organisation] = []
    listed = child(description, "CreditsList")
    for _, item in children(listed) if listed is not None else ():
        href = item.get("role") or ""
        role = _ROLES.get(href) or (split_term(href)[1] or "other").lower()
        person, body = child(item, "PersonName"), child(item, "OrganizationName")
        if person is not None:
            played = child(item, "Character")
            character = _name(played) if played is not None else None
            persons.append(Credit(_name(person), role, character or None, len(persons) + 1))
        if body is not None and text(body):
            organisations.append(Organisation(text(body), role))
    return tuple(persons), tuple(organisations)


def related(element: Element, doubts: list[Warning]) -> tuple[tuple[Artwork, ...], tuple[str, ...]]:
    """(pictures, other links) of the RelatedMaterial; nothing is fetched."""
    pictures: dict[Artwork, None] = {}
    links: dict[str, None] = {}
    for name, material in children(element):
        if name != "RelatedMaterial":
            continue
        how = child(material, "HowRelated")
        purpose = split_term(how.get("href") or "")[1] if how is not None else None
        for _, locator in ((n, e) for n, e in children(material) if n == "MediaLocator"):
            uri = child(locator, "MediaUri")
            reference = text(uri)
            if uri is None or not reference:
                continue
            note_placeholder(reference, "MediaUri", doubts)
            if (uri.get("contentType") or "image/").startswith("image/"):
                pictures[Artwork(reference, _PURPOSES.get(purpose or "", purpose))] = None
            else:
                links[reference] = None
    return tuple(pictures), tuple(links)


_PURPOSES = {"19": "promotional-still", "1001.2": "service-logo", "1001.1": "service-list-logo"}
"""urn:tva:metadata:cs:HowRelatedCS:2012 and urn:dvb:metadata:cs:HowRelatedCS (DVB-I A177)."""


def note_placeholder(value: str, field: str, doubts: list[Warning]) -> None:
    """A warning where a template's placeholder was left in a value."""
    if _PLACEHOLDER.search(value):
        doubts.append(Warning("placeholder", field, f"{value!r} was not filled in"))


def av_attributes(element: Element | None, doubts: list[Warning]) -> Technical | None:
    """Picture size and tracks from AVAttributes or ContentAttributes: the largest picture."""
    if element is None:
        return None
    tracks: list[Track] = []
    width = height = 0
    facts: dict[str, str | None] = {}
    for name, part in children(element):
        coding = child(part, "Coding")
        codec = split_term(coding.get("href") or "")[1] if coding is not None else None
        if name == "VideoAttributes":
            tracks.append(Track("video", codec=codec))
            across, down = child_text(part, "HorizontalSize"), child_text(part, "VerticalSize")
            if across.isdigit() and down.isdigit() and int(across) * int(down) > width * height:
                width, height = int(across), int(down)
                facts["aspect"] = child_text(part, "AspectRatio") or None
                facts["rate"] = child_text(part, "FrameRate") or None
        elif name == "AudioAttributes":
            raw = child_text(part, "AudioLanguage")
            tag = language(raw)
            if raw and tag is None:
                doubts.append(Warning("unknown-language", "AudioLanguage", f"{raw!r}: no language"))
            channels = child_text(part, "NumOfChannels") or None
            tracks.append(Track("audio", tag, None, codec, channels))
    if not tracks:
        return None
    rate = facts.get("rate")
    return Technical(
        frame_rate="30000/1001" if rate == "30/1.001" else rate,
        width=width or None,
        height=height or None,
        aspect_ratio=facts.get("aspect"),
        tracks=tuple(tracks),
    )


def year(description: Element) -> int | None:
    """The production year, else that of the first release."""
    made = child_text(description, "ProductionDate", "TimePoint")
    released = child_text(description, "ReleaseInformation", "ReleaseDate", "DayAndYear")
    released = released or child_text(description, "ReleaseInformation", "ReleaseDate", "Year")
    return times.year_of(made) or times.year_of(released)


def duration(raw: str, field: str, doubts: list[Warning]) -> int | None:
    try:
        return times.duration_ms(raw)
    except FeedError as error:
        doubts.append(Warning(error.code, field, str(error)))
        return None


def _name(person: Element) -> str:
    parts = [text(e) for n, e in children(person) if n in ("GivenName", "FamilyName")]
    return " ".join(p for p in parts if p) or text(person)
