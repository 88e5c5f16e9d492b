"""The children of an XMLTV programme, each read once by its name, into a `Draft`."""

import re
import sys
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from ummid.catalog.identifiers import external_id
from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    Genre,
    Rating,
    Synopsis,
    SynopsisLength,
    Text,
    Track,
)
from ummid.catalog.territories import Territories
from ummid.catalog.times import year_of
from ummid.feeds.plain import plain_text
from ummid.feeds.xml import Element, children, text
from ummid.feeds.xmltv_draft import Draft
from ummid.feeds.xmltv_values import (
    Numbers,
    database_id,
    onscreen,
    release,
    zero_based,
)

_ROLE_IN_NAME = re.compile(
    r"^(presenter|host|guest|director|writer|producer|narrator|commentator)\s+-\s+(.+)$",
    re.IGNORECASE,
)
_PERSON = re.compile(r"/(?:person|name|people)/([^/?#\s]+)")
_UNITS = {"seconds": 1000, "minutes": 60_000, "hours": 3_600_000}
_SIZE = re.compile(r"^(\d{2,5})\s*[x×]\s*(\d{2,5})$")
_DATABASES = {
    "imdb": "imdb", "imdb.com": "imdb", "tmdb": "tmdb", "themoviedb": "tmdb",
    "themoviedb.org": "tmdb", "moviedb": "tmdb", "tvdb": "tvdb", "thetvdb.com": "tvdb",
    "thetvdb": "tvdb", "eidr": "eidr",
}  # fmt: skip


def draft_of(element: Element, territories: Territories) -> Draft:
    """All that a programme's children say, in one pass."""
    draft = Draft(territories)
    for name, child in children(element):
        reader = _READERS.get(name)
        if reader is not None:
            reader(draft, child)
    return draft


def _title(draft: Draft, element: Element) -> None:
    if value := plain_text(text(element)):
        draft.titles.append(Text(value, draft.tag(element, "titles")))


def _subtitle(draft: Draft, element: Element) -> None:
    if value := plain_text(text(element)):
        draft.subtitles.append(Text(value, draft.tag(element, "titles")))


def _desc(draft: Draft, element: Element) -> None:
    if value := plain_text(text(element)):
        size = len(value)
        length: SynopsisLength = "short" if size <= 190 else "medium" if size <= 400 else "long"
        draft.synopses.append(Synopsis(value, draft.tag(element, "synopses"), length))


def _credits(draft: Draft, element: Element) -> None:
    for role, person in children(element):
        name = " ".join((person.text or "").split())
        ids: list[ExternalId] = []
        for inside, child in children(person):
            if inside == "image":
                draft.artwork.append(Artwork(text(child), child.get("type") or "person"))
            elif inside == "url" and child.get("system"):
                ids.extend(_person_id(child.get("system", ""), text(child)))
        in_name = _ROLE_IN_NAME.match(name) if role == "actor" else None
        if in_name:
            draft.doubt("role-in-name", "credits", f"{name!r} was read as a role and a name")
            role, name = in_name[1].lower(), in_name[2]
        elif role == "actor" and person.get("guest") == "yes":
            role = "guest actor"
        if name:
            order = len(draft.credits) + 1
            draft.credits.append(
                Credit(
                    name, sys.intern(role.lower()), person.get("role") or None, order, tuple(ids)
                )
            )


def _person_id(system: str, raw: str) -> list[ExternalId]:
    """A person's id in a database, from its page or as it is."""
    match = _PERSON.search(raw)
    value = match[1] if match else raw
    scheme = system.strip().lower()
    found = ExternalId(_DATABASES.get(scheme, scheme), value, raw=raw if value != raw else None)
    return [found] if value else []


def _date(draft: Draft, element: Element) -> None:
    draft.date = text(element)
    found = release(draft.date) if draft.date else None
    if found:
        draft.releases.append(found)
        draft.year = year_of(found.date)
    elif draft.date:
        draft.doubt("bad-date", "releases", f"date {draft.date!r} cannot be read; it was left out")


def _category(draft: Draft, element: Element) -> None:
    if value := text(element):
        tag = draft.tag(element, "genres")
        draft.genres.append(Genre(value, language=None if tag == "und" else tag))


def _keyword(draft: Draft, element: Element) -> None:
    if value := text(element):
        draft.keywords.append(value)


def _language(draft: Draft, element: Element) -> None:
    if tag := draft.language_of(element, "languages"):
        draft.languages.append(tag)


def _original_language(draft: Draft, element: Element) -> None:
    draft.original_language = draft.language_of(element, "original_language")


def _length(draft: Draft, element: Element) -> None:
    raw, unit = text(element), element.get("units", "")
    try:
        found = int(Decimal(raw) * _UNITS[unit.lower()])
    except (InvalidOperation, KeyError, ValueError, OverflowError):
        if raw:
            draft.doubt("bad-duration", "technical.duration_ms", f"length {raw!r} {unit!r}")
        return
    if not 0 < found <= 24 * 3_600_000:
        draft.doubt("implausible-duration", "technical.duration_ms", f"length {raw} {unit}")
    draft.duration_ms = found if found > 0 else None


def _icon(draft: Draft, element: Element) -> None:
    if source := element.get("src", "").strip():
        width, height = (_pixels(element.get(side)) for side in ("width", "height"))
        draft.artwork.append(Artwork(source, "icon", width, height))


def _pixels(raw: str | None) -> int | None:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 6 else None


def _image(draft: Draft, element: Element) -> None:
    if source := text(element):
        draft.artwork.append(Artwork(source, element.get("type") or "image"))


def _url(draft: Draft, element: Element) -> None:
    link, system = text(element), element.get("system", "").strip()
    if link:
        draft.links.append(link)
        _add_id(draft, system, link)


def _add_id(draft: Draft, system: str, raw: str) -> bool:
    scheme = _DATABASES.get(system.lower())
    found = database_id(scheme, raw) if scheme else None
    if found and found not in draft.ids:
        draft.ids.append(found)
        if not found.valid:
            draft.doubt("invalid-id", "ids", f"{raw!r} is no valid {found.scheme} id")
    return found is not None


def _country(draft: Draft, element: Element) -> None:
    raw = text(element)
    code = draft.territories.read(raw) if raw else None
    if code:
        draft.countries.append(code)
    elif raw:
        draft.doubt("unknown-territory", "countries", f"country {raw!r} names no territory")


def _episode_num(draft: Draft, element: Element) -> None:
    raw, system = text(element), element.get("system", "onscreen").strip().lower()
    if not raw:
        return
    if system == "xmltv_ns":
        _zero_based(draft, raw)
    elif system == "onscreen":
        draft.number_text = raw
        _number(draft, onscreen(raw))
    elif system == "dd_progid":
        found = external_id("tms", raw)
        if found:
            draft.ids.append(found)
            if found.valid:
                draft.progid = found
            else:
                draft.doubt("invalid-id", "ids", f"dd_progid {raw!r} is no Gracenote id")
    elif not _add_id(draft, system, raw):
        draft.note(f"episode-num {system}", raw)


def _zero_based(draft: Draft, raw: str) -> None:
    found = zero_based(raw)
    if found is None:
        draft.doubt("bad-number", "number_text", f"xmltv_ns {raw!r} is not S.E.P from zero")
        draft.number_text = draft.number_text or raw
        return
    _number(draft, found)
    counted = (
        ("season", found.season, found.seasons),
        ("episode", found.episode, found.episodes),
        ("part", found.part, found.parts),
    )
    for name, number, total in counted:
        if total is not None and (name != "part" or total > 1):
            draft.note(f"{name}s in all", str(total))
        if number is not None and total is not None and number > total:
            draft.doubt(
                "number-over-total", f"{name}_number", f"{name} {number} of {total} ({raw!r})"
            )
    if found.part is not None and (found.parts or 2) > 1:
        draft.note("part", str(found.part))


def _number(draft: Draft, found: Numbers) -> None:
    """Numbers of two systems should agree; the first that says something counts."""
    known = draft.numbers
    for field, old, new in zip(("season", "episode"), known[:2], found[:2], strict=True):
        if old is not None and new is not None and old != new:
            draft.doubt(
                "numbers-disagree", f"{field}_number", f"{old} in one numbering, {new} in another"
            )
    draft.numbers = Numbers(
        *(new if old is None else old for old, new in zip(known, found, strict=True))
    )


def _video(draft: Draft, element: Element) -> None:
    for name, child in children(element):
        value = text(child)
        if name == "aspect":
            draft.aspect = value or None
        elif name == "colour":
            draft.colour = {"yes": "colour", "no": "black-and-white"}.get(value.lower(), value)
        elif name == "quality" and (size := _SIZE.match(value)):
            draft.size = (int(size[1]), int(size[2]))
        elif name == "quality" and value:
            draft.tracks.append(Track("video", type=value))
        elif name == "present" and value.lower() == "no":
            draft.note("video", "none")


def _audio(draft: Draft, element: Element) -> None:
    for name, child in children(element):
        value = text(child)
        if name == "stereo" and value:
            draft.tracks.append(Track("audio", channels=value))
        elif name == "present" and value.lower() == "no":
            draft.note("audio", "none")


def _subtitles(draft: Draft, element: Element) -> None:
    found = [
        draft.language_of(c, "technical.tracks") for n, c in children(element) if n == "language"
    ]
    draft.tracks.append(Track("subtitle", next(iter(found), None), element.get("type")))


def _rating(draft: Draft, element: Element) -> None:
    system = element.get("system", "").strip() or "unknown"
    for name, child in children(element):
        if name == "value" and (value := text(child)):
            draft.ratings.append(Rating(system, value))


def _star_rating(draft: Draft, element: Element) -> None:
    for name, child in children(element):
        if name == "value":
            draft.note(" ".join(filter(None, ("stars", element.get("system")))), text(child))


def _review(draft: Draft, element: Element) -> None:
    draft.note(" ".join(filter(None, ("review", element.get("source")))), text(element))


def _flag(name: str) -> Callable[[Draft, Element], None]:
    def read(draft: Draft, element: Element) -> None:
        draft.flags.append(name)
        shown = (text(element), element.get("start"), element.get("channel"))
        draft.note(name, " ".join(filter(None, shown)))

    return read


_READERS: dict[str, Callable[[Draft, Element], None]] = {
    "title": _title,
    "sub-title": _subtitle,
    "desc": _desc,
    "credits": _credits,
    "date": _date,
    "category": _category,
    "keyword": _keyword,
    "language": _language,
    "orig-language": _original_language,
    "length": _length,
    "icon": _icon,
    "image": _image,
    "url": _url,
    "country": _country,
    "episode-num": _episode_num,
    "video": _video,
    "audio": _audio,
    "subtitles": _subtitles,
    "rating": _rating,
    "star-rating": _star_rating,
    "review": _review,
    "previously-shown": _flag("previously-shown"),
    "premiere": _flag("premiere"),
    "last-chance": _flag("last-chance"),
    "new": _flag("new"),
    "live": _flag("live"),
}
