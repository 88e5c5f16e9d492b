"""Values of feed elements, read one by one: texts, links, people, ratings, prices, pictures.

Each reader takes an element and returns None when it says nothing.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from lxml import etree
from msgspec import Struct

from ummid.catalog.model import (
    Artwork,
    Credit,
    Genre,
    Organisation,
    Rating,
    SynopsisLength,
)
from ummid.feeds.plain import without_markup
from ummid.feeds.xml import Element

Facts = defaultdict[str, list[Any]]
"""Values by field name, in document order, as stated at one level (item, group, content)."""


class Media(Struct, frozen=True):
    """A media:content or enclosure: its attributes and what is stated inside it."""

    attributes: dict[str, str]
    facts: Facts | None = None


class Link(Struct, frozen=True, gc=False):
    rel: str
    href: str
    type: str | None = None
    length: str | None = None


class Subtitle(Struct, frozen=True, gc=False):
    language: str
    type: str | None = None
    href: str | None = None


class Restriction(Struct, frozen=True, gc=False):
    relationship: str
    type: str
    text: str


class StatedPrice(Struct, frozen=True, gc=False):
    type: str
    amount: str
    currency: str
    info: str


Reader = Callable[[Element], Any]

_ORGANISATION_ROLES = frozenset({
    "broadcaster", "copyright holder", "distribution company", "distributor", "network", "owner",
    "production company", "production department", "provider", "publisher", "studio",
})  # fmt: skip


def text(element: Element) -> str | None:
    value = element.text
    if len(element):
        value = "".join(element.itertext())
    return squeezed(value) or None if value else None


def squeezed(value: str) -> str:
    """Text on one line; cheap for the text that is on one already."""
    if "\n" in value or "\t" in value:
        return " ".join(value.split())
    return value.strip()


def plain(value: str) -> str:
    """Text without HTML tags; most text has none and is spared the search."""
    return without_markup(value) if "<" in value or "&" in value else squeezed(value)


def read_html(element: Element) -> str | None:
    if len(element):
        return plain(etree.tostring(element, encoding="unicode", with_tail=False)) or None
    value = element.text
    return plain(value) or None if value else None


def read_enclosure(element: Element) -> Media | None:
    attributes = dict(element.items())
    if length := attributes.pop("length", None):
        attributes["fileSize"] = length
    return Media(attributes) if attributes.get("url") else None


def read_link(element: Element) -> Link | None:
    href = element.text
    if href is not None and (href := href.strip()):
        return Link("alternate", href)
    get = element.get
    href = get("href")
    return Link(get("rel") or "alternate", href, get("type"), get("length")) if href else None


def read_atom_content(element: Element) -> str | None:
    return None if element.get("src") else read_html(element)


def read_thumbnail(element: Element) -> Artwork | None:
    url = element.get("url")
    return artwork(url, element.get("width"), element.get("height")) if url else None


def read_image(element: Element) -> Artwork | None:
    """`<image>url</image>`, `<image><url>…`, `<itunes:image href=…/>`."""
    url = element.get("href") or element.get("url")
    if not url:
        nested = next((c for c in element if c.tag == "url"), None)
        url = text(element if nested is None else nested)
    return Artwork(url, "image") if url else None


def artwork(url: str, width: str | None, height: str | None, purpose: str = "thumbnail") -> Artwork:
    return Artwork(url, purpose, whole(width), whole(height))


@lru_cache(maxsize=8192)
def whole(raw: str | None) -> int | None:
    """A number of pixels, bytes or kbit/s; None where the text is none."""
    try:
        return round(float(raw)) if raw else None
    except (ValueError, OverflowError):
        return None


def read_credit(element: Element) -> Credit | Organisation | None:
    raw = element.text
    name = raw.strip() if raw and not len(element) else text(element)
    return credited(name, element.get("role") or "contributor") if name else None


def credited(name: str, role: str) -> Credit | Organisation:
    """A person, or an organisation where the role is one that companies have."""
    role, is_organisation = _role(role)
    return Organisation(name, role) if is_organisation else Credit(name, role)


@lru_cache(maxsize=4096)
def _role(raw: str) -> tuple[str, bool]:
    role = raw.lower().strip()
    return role, role in _ORGANISATION_ROLES


def read_credit_as(role: str) -> Reader:
    def read(element: Element) -> Credit | Organisation | None:
        name = text(element)  # atom:author holds name, uri and email
        for child in element:
            if etree.QName(child).localname == "name":
                name = text(child)
        return credited(name, role) if name else None

    return read


def read_rating(element: Element) -> Rating | None:
    value = text(element)
    return _rating_of(value, element.get("scheme") or "urn:simple") if value else None


@lru_cache(maxsize=4096)
def _rating_of(value: str, scheme: str) -> Rating:
    return Rating(scheme.strip(), value)


def read_adult(element: Element) -> Rating | None:
    """media:adult, which media:rating replaced."""
    value = text(element)
    return (
        Rating("urn:simple", "nonadult" if value.lower() == "false" else "adult") if value else None
    )


def read_category(element: Element) -> Genre | None:
    value = text(element)
    if value and not element.keys():
        return _genre(value, None, None)
    value = value or element.get("term")
    label = element.get("label")
    if not value and not label:
        return None
    return _genre(value, label, element.get("scheme") or element.get("domain"))


@lru_cache(maxsize=8192)
def _genre(value: str | None, label: str | None, scheme: str | None) -> Genre:
    if label and value:
        return Genre(label, scheme, value)
    return Genre(label or value or "", scheme)


def read_restriction(element: Element) -> Restriction:
    countries = text(element) or ""
    kind = element.get("type") or ("country" if countries else "")
    return Restriction((element.get("relationship") or "allow").lower(), kind.lower(), countries)


def read_price(element: Element) -> StatedPrice | None:
    get = element.get
    return StatedPrice(
        (get("type") or "").strip().lower(),
        (get("price") or "").strip(),
        (get("currency") or "").strip(),
        get("info") or "",
    )


def read_subtitle(element: Element) -> Subtitle | None:
    get = element.get
    return Subtitle(get("lang") or "", get("type"), get("href")) if element.keys() else None


def read_track(element: Element) -> Subtitle | None:
    """jwplayer:track: captions beside chapters and thumbnails."""
    get = element.get
    if (get("kind") or "captions") not in ("captions", "subtitles"):
        return None
    return Subtitle(get("srclang") or get("lang") or "", get("type"), get("file"))


def read_url(element: Element) -> str | None:
    return element.get("url") or element.get("href") or text(element)


def read_hash(element: Element) -> str | None:
    value = text(element)
    return f"{element.get('algo') or 'md5'}:{value}" if value else None


def read_status(element: Element) -> str | None:
    return (element.get("state") or text(element) or "").lower() or None


def read_pair(name: str) -> Reader:
    """A fact without a field of its own, as named: its text, else its attributes."""

    def read(element: Element) -> tuple[str, str] | None:
        value = text(element) if not len(element) else None
        if not value:
            value = "; ".join(f"{k}={v}" for k, v in element.items())
        return (
            (name if ":" in name else f"{element.prefix or 'rss'}:{name}", value) if value else None
        )

    return read


def length(value: str) -> SynopsisLength:
    size = len(value)
    return "short" if size <= 190 else "medium" if size <= 400 else "long"
