"""An item of an Apple UMC feed: what it holds, and the facts that both feeds share."""

import re
from collections.abc import Callable

from ummid.catalog import times
from ummid.catalog.identifiers import external_id
from ummid.catalog.languages import language as language_tag
from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    IdScope,
    Kind,
    Parent,
    Rating,
    Release,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds import xml

_SCOPES: dict[Kind, IdScope] = {"series": "series", "season": "season", "channel": "channel"}


class Item:
    """An item's facts by lower-case local name, however deep: (value, attributes) in order.

    What an offer says stays with its offer.
    """

    def __init__(self, element: xml.Element) -> None:
        self.element = element
        self.facts: dict[str, list[tuple[str, dict[str, str]]]] = {}
        self.offers: list[tuple[str, xml.Element]] = []
        for name, value in element.attrib.items():
            self.facts[lower(str(name))] = [(str(value).strip(), {})]
        self._collect(element)

    def _collect(self, element: xml.Element) -> None:
        for name, child in xml.children(element):
            if name in ("offer", "linearOffer", "serviceOffer"):
                self.offers.append((name, child))
                continue
            attributes = {lower(str(k)): str(v) for k, v in child.attrib.items()}
            value = "" if len(child) else xml.text(child)
            if value or attributes:
                self.facts.setdefault(name.lower(), []).append((value, attributes))
            self._collect(child)

    def first(self, *names: str) -> str:
        for name in names:
            for value, _ in self.facts.get(name, ()):
                if value:
                    return value
        return ""

    def all(self, *names: str) -> list[tuple[str, dict[str, str]]]:
        return [fact for name in names for fact in self.facts.get(name, ())]

    def listed(self, *names: str) -> list[str]:
        """The parts of values that are comma lists."""
        values = [value for value, _ in self.all(*names)]
        return [part.strip() for value in values for part in value.split(",") if part.strip()]


def lower(name: str) -> str:
    return name.rpartition("}")[2].lower()


def written(value: str, attributes: dict[str, str]) -> str:
    stated = ", ".join(f"{k}={v}" for k, v in attributes.items())
    return f"{value} ({stated})" if value and stated else value or stated


def ids(item: Item, kind: Kind) -> tuple[ExternalId, ...]:
    scope = _SCOPES.get(kind, "title")
    stated = item.all("externalid", "alternateid", "externalcontentid")
    named = [(a.get("scheme") or a.get("type") or "other", v) for v, a in stated]
    named += [
        (scheme, v) for scheme in ("eidr", "tms", "imdb", "isan") for v, _ in item.all(scheme)
    ]
    found = [external_id(scheme, value, scope) for scheme, value in named]
    return tuple(one for one in found if one)


def parents(item: Item, kind: Kind) -> tuple[Parent, ...]:
    found = []
    series = item.first("showcontentid", "seriescontentid", "tvshowcontentid")
    title = item.first("showtitle", "seriestitle")
    if (series or title) and kind != "series":
        ids = (ExternalId("partner", series, "series"),) if series else ()
        found.append(Parent("series", ids, title or None))
    if (season := item.first("seasoncontentid")) and kind != "season":
        found.append(Parent("season", (ExternalId("partner", season, "season"),)))
    return tuple(found)


def number(item: Item, name: str, warnings: list[Warning]) -> int | None:
    raw = item.first(name)
    if raw.isdecimal():
        return int(raw)
    if raw:
        warnings.append(Warning("bad-number", name, f"{raw!r} is no whole number"))
    return None


def credits(item: Item) -> tuple[Credit, ...]:
    """`<credit role="actor">Name</credit>` or a credit with a name and a role inside."""
    found = []
    for name, element in ((n, e) for e in item.element.iter() for n in [xml.local(e)]):
        if name not in ("credit", "castMember", "crewMember"):
            continue
        person = xml.child_text(element, "name") or ("" if len(element) else xml.text(element))
        role = element.get("role") or xml.child_text(element, "role") or "actor"
        character = xml.child_text(element, "character") or xml.child_text(element, "characterName")
        if person:
            found.append(Credit(person, role.lower(), character or None))
    return tuple(found)


def ratings(item: Item, territory: Callable[[str, str], str | None]) -> tuple[Rating, ...]:
    found = []
    for value, a in item.all("rating"):
        system = a.get("system") or a.get("systemcode") or a.get("scheme") or "unspecified"
        code = a.get("code") or value
        if code:
            found.append(Rating(system, code, territory("ratings", a.get("country", ""))))
    return tuple(found)


def releases(raw: str, warnings: list[Warning]) -> tuple[Release, ...]:
    if not raw:
        return ()
    if re.fullmatch(r"\d{4}", raw):
        return (Release(raw, precision="year"),)
    try:
        times.bound(raw)
    except FeedError as error:
        warnings.append(Warning("bad-date", "releases", str(error)))
        return ()
    return (Release(raw[:10]),)


def artwork(item: Item) -> tuple[Artwork, ...]:
    found = []
    for value, a in item.all("artwork", "image"):
        if url := a.get("url") or value:
            width, height = a.get("width", ""), a.get("height", "")
            found.append(
                Artwork(
                    url,
                    a.get("type"),
                    int(width) if width.isdecimal() else None,
                    int(height) if height.isdecimal() else None,
                    language_tag(a.get("locale")),
                )
            )
    return tuple(found)
