"""What each element of an RSS, Media RSS or Atom item says, by family and local name.

Namespaces are matched by family (partners drop the slash of the Media RSS namespace, keep
old hosts, invent their own), local names without case. Sources: Media RSS 1.5.1 and RSS 2.0
(rssboard.org), RFC 4287, DCMI terms.
"""

import html
import re
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

from lxml import etree
from msgspec import Struct

from ummid.catalog.model import Artwork, Credit, Genre, Organisation, Rating
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

_FAMILIES = (
    ("media", re.compile(r"yahoo\.com/(?:.*/)?(?:mrss|media|rss)|rssboard\.org/media-rss")),
    ("atom", re.compile(r"w3\.org/2005/atom|purl\.org/atom/")),
    ("dcterms", re.compile(r"purl\.org/dc/terms|purl\.org/dc/dcmitype")),
    ("dc", re.compile(r"purl\.org/dc/elements")),
    ("content", re.compile(r"purl\.org/rss/1\.0/modules/content")),
    ("itunes", re.compile(r"itunes\.com/dtds")),
    ("rss", re.compile(r"^$|purl\.org/rss/1\.0/$|userland\.com/")),
)
_ORGANISATION_ROLES = frozenset(
    ("broadcaster", "copyright holder", "distribution company", "distributor", "network", "owner")
    + ("production company", "production department", "provider", "publisher", "studio")
)
_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>")
_BLOCKS = frozenset(
    ("blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img")
    + ("li", "ol", "p", "table", "td", "tr", "ul")
)
_IGNORED_MEDIA = ("backlinks", "comments", "community", "embed", "location") + (
    "peerlink", "responses", "scenes", "text",
)  # fmt: skip
"""Viewers' comments, scores and peers are no facts about the title or its rights."""


def family(namespace: str) -> str:
    """`media`, `atom`, `rss`, …, or `vendor` for any namespace not known."""
    lowered = namespace.lower()
    return next((name for name, shape in _FAMILIES if shape.search(lowered)), "vendor")


def collect(element: Element) -> Facts:
    """All facts stated directly inside an element; groups and contents hold theirs."""
    facts: Facts = defaultdict(list)
    for child in element:
        name, read = FIELDS[child.tag]
        if read is not text:
            value = read(child)
        elif len(child):
            value = text(child)
        else:  # most fields are bare text: spares two calls for each
            value = child.text
            if value is not None:
                value = value.strip() if "\n" not in value else squeezed(value)
        if value:
            facts[name].append(value)
    return facts


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
    """Text without HTML tags; entities are read only where there is markup around them."""
    if "<" in value and _MARKUP.search(value):
        stripper = _Stripper()
        stripper.feed(value)
        stripper.close()
        return squeezed("".join(stripper.parts))
    return squeezed(html.unescape(value) if "&" in value else value)


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag in _BLOCKS:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _html(element: Element) -> str | None:
    if len(element):
        return plain(etree.tostring(element, encoding="unicode", with_tail=False)) or None
    value = element.text
    return plain(value) or None if value else None


def _nothing(_: Element) -> None:
    return None


def _content(element: Element) -> Media | None:
    attributes = dict(element.items())
    if len(element):
        return Media(attributes, collect(element))
    return Media(attributes) if attributes else None


def _enclosure(element: Element) -> Media | None:
    attributes = dict(element.items())
    if length := attributes.pop("length", None):
        attributes["fileSize"] = length
    return Media(attributes) if attributes.get("url") else None


def _link(element: Element) -> Link | None:
    href = element.text
    if href is not None and (href := href.strip()):
        return Link("alternate", href)
    get = element.get
    href = get("href")
    return Link(get("rel") or "alternate", href, get("type"), get("length")) if href else None


def _atom_content(element: Element) -> str | None:
    return None if element.get("src") else _html(element)


def _thumbnail(element: Element) -> Artwork | None:
    url = element.get("url")
    return artwork(url, element.get("width"), element.get("height")) if url else None


def _image(element: Element) -> Artwork | None:
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


def _credit(element: Element) -> Credit | Organisation | None:
    name = element.text.strip() if not len(element) and element.text else text(element)
    return credited(name, element.get("role") or "contributor") if name else None


def credited(name: str, role: str) -> Credit | Organisation:
    """A person, or an organisation where the role is one that companies have."""
    role, is_organisation = _role(role)
    return Organisation(name, role) if is_organisation else Credit(name, role)


@lru_cache(maxsize=4096)
def _role(raw: str) -> tuple[str, bool]:
    role = raw.lower().strip()
    return role, role in _ORGANISATION_ROLES


def _credit_as(role: str) -> Reader:
    def read(element: Element) -> Credit | Organisation | None:
        name = text(element)  # atom:author holds name, uri and email
        for child in element:
            if etree.QName(child).localname == "name":
                name = text(child)
        return credited(name, role) if name else None

    return read


def _rating(element: Element) -> Rating | None:
    value = text(element)
    return _rating_of(value, element.get("scheme") or "urn:simple") if value else None


@lru_cache(maxsize=4096)
def _rating_of(value: str, scheme: str) -> Rating:
    return Rating(scheme.strip(), value)


def _adult(element: Element) -> Rating | None:
    """media:adult, which media:rating replaced."""
    value = text(element)
    return (
        Rating("urn:simple", "nonadult" if value.lower() == "false" else "adult") if value else None
    )


def _category(element: Element) -> Genre | None:
    value = text(element) or element.get("term")
    label = element.get("label")
    if not value and not label:
        return None
    return _genre(value, label, element.get("scheme") or element.get("domain"))


@lru_cache(maxsize=8192)
def _genre(value: str | None, label: str | None, scheme: str | None) -> Genre:
    if label and value:
        return Genre(label, scheme, value)
    return Genre(label or value or "", scheme)


def _restriction(element: Element) -> Restriction:
    countries = text(element) or ""
    kind = element.get("type") or ("country" if countries else "")
    return Restriction((element.get("relationship") or "allow").lower(), kind.lower(), countries)


def _price(element: Element) -> StatedPrice | None:
    get = element.get
    return StatedPrice(
        (get("type") or "").strip().lower(),
        (get("price") or "").strip(),
        (get("currency") or "").strip(),
        get("info") or "",
    )


def _subtitle(element: Element) -> Subtitle | None:
    get = element.get
    return Subtitle(get("lang") or "", get("type"), get("href")) if element.keys() else None


def _track(element: Element) -> Subtitle | None:
    """jwplayer:track: captions beside chapters and thumbnails."""
    get = element.get
    if (get("kind") or "captions") not in ("captions", "subtitles"):
        return None
    return Subtitle(get("srclang") or get("lang") or "", get("type"), get("file"))


def _url(element: Element) -> str | None:
    return element.get("url") or element.get("href") or text(element)


def _hash(element: Element) -> str | None:
    value = text(element)
    return f"{element.get('algo') or 'md5'}:{value}" if value else None


def _status(element: Element) -> str | None:
    return (element.get("state") or text(element) or "").lower() or None


def _pair(name: str) -> Reader:
    """A fact without a field of its own, as named: its text, else its attributes."""

    def read(element: Element) -> tuple[str, str] | None:
        value = text(element) if not len(element) else None
        if not value:
            value = "; ".join(f"{k}={v}" for k, v in element.items())
        return (
            (name if ":" in name else f"{element.prefix or 'rss'}:{name}", value) if value else None
        )

    return read


def _as(name: str, *locals_: str, read: Reader = text) -> dict[str, tuple[str, Reader]]:
    return dict.fromkeys(locals_, (name, read))


_TABLES: dict[str, dict[str, tuple[str, Reader]]] = {
    "rss": {
        **_as("guid", "guid"),
        **_as("plain_title", "title"),
        **_as("link", "link", read=_link),
        **_as("plain_description", "description", "summary", read=_html),
        **_as("published", "pubdate"),
        **_as("updated", "lastbuilddate"),
        **_as("language", "language"),
        **_as("genre", "category", read=_category),
        **_as("enclosure", "enclosure", read=_enclosure),
        **_as("credit", "author", read=_credit_as("author")),
        **_as("artwork", "image", read=_image),
        **_as("thumbnail", "thumbnail", read=_image),
        **_as("copyright", "copyright"),
        **_as("", "comments", "source", "ttl", "docs", "generator", "item", read=_nothing),
    },
    "media": {
        **_as("title", "title"),
        **_as("description", "description", read=_html),
        **_as("content", "content", read=_content),
        **_as("group", "group", read=collect),
        **_as("thumbnail", "thumbnail", read=_thumbnail),
        **_as("credit", "credit", read=_credit),
        **_as("rating", "rating", read=_rating),
        **_as("rating", "adult", read=_adult),
        **_as("restriction", "restriction", read=_restriction),
        **_as("price", "price", read=_price),
        **_as("keywords", "keywords"),
        **_as("genre", "category", read=_category),
        **_as("subtitle", "subtitle", read=_subtitle),
        **_as("player", "player", read=_url),
        **_as("hash", "hash", read=_hash),
        **_as("status", "status", read=_status),
        **_as("", *_IGNORED_MEDIA, read=_nothing),
    },
    "atom": {
        **_as("guid", "id"),
        **_as("plain_title", "title"),
        **_as("link", "link", read=_link),
        **_as("plain_description", "summary", read=_html),
        **_as("plain_description", "content", read=_atom_content),
        **_as("published", "published", "issued"),
        **_as("updated", "updated", "modified"),
        **_as("genre", "category", read=_category),
        **_as("credit", "author", read=_credit_as("author")),
        **_as("credit", "contributor", read=_credit_as("contributor")),
        **_as("copyright", "rights"),
        **_as("artwork", "image", "logo", "icon", read=_image),
        **_as("", "entry", read=_nothing),
    },
    "dcterms": {
        **_as("valid", "valid", "available"),
        **_as("language", "language"),
        **_as("credit", "creator", read=_credit_as("creator")),
    },
    "dc": {
        **_as("credit", "creator", read=_credit_as("creator")),
        **_as("credit", "contributor", read=_credit_as("contributor")),
        **_as("credit", "publisher", read=_credit_as("publisher")),
        **_as("language", "language"),
    },
    "content": {**_as("long_description", "encoded", read=_html)},
    "itunes": {
        **_as("season", "season"),
        **_as("episode", "episode"),
        **_as("duration", "duration"),
        **_as("artwork", "image", read=_image),
        **_as("short_description", "subtitle", read=_html),
        **_as("plain_description", "summary", read=_html),
        **_as("keywords", "keywords"),
        **_as("credit", "author", read=_credit_as("author")),
        **_as("episode_title", "title"),
    },
    "vendor": {
        **_as("series", "seriestitle", "seriesname", "showtitle", "showname", "series", "show"),
        **_as("series_id", "seriesid", "showid"),
        **_as("season", "season", "seasonnumber", "seasonnum"),
        **_as("episode", "episode", "episodenumber", "episodenum"),
        **_as("episode_title", "episodetitle"),
        **_as("kind", "contenttype", "programtype", "assettype", "videotype"),
        **_as("duration", "duration", "runtime"),
        **_as("language", "language", "audiolanguage"),
        **_as("subtitle_languages", "subtitlelanguages"),
        **_as("cuepoints", "cuepoints", "adbreaks", "cuepoint"),
        **_as("tms", "tms", "tmsid"),
        **_as("imdb", "imdb", "imdbid"),
        **_as("eidr", "eidr", "eidrid"),
        **_as("year", "year", "releaseyear"),
        **_as("released", "releasedate", "originalairdate", "originalreleasedate"),
        **_as("genre", "genre", read=_category),
        **_as("short_description", "shortdescription", read=_html),
        **_as("long_description", "longdescription", read=_html),
        **_as("credit", "actor", read=_credit_as("actor")),
        **_as("credit", "director", read=_credit_as("director")),
        **_as("credit", "publisher", read=_credit_as("publisher")),
        **_as("credit", "studio", read=_credit_as("studio")),
        **_as("subtitle", "track", read=_track),
        **_as("start", "availabilitystart", "availabilitystartdate", "availablefrom", "validfrom"),
        **_as("end", "availabilityend", "availabilityenddate", "availableuntil", "validuntil"),
        **_as("end", "expirationdate", "expirydate", "expires", "expiration", "validto"),
        **_as("free_start", "freepubdate"),
        **_as("free_end", "freeendpubdate"),
        **_as("premium_start", "premiumpubdate"),
        **_as("premium_end", "premiumendpubdate"),
        **_as("status", "status", read=_status),
    },
}  # fmt: skip
_LIMIT = 4096


class _Fields(dict[object, tuple[str, Reader]]):
    """(field name, reader) by the full tag; each spelling is worked out once."""

    def __missing__(self, tag: object) -> tuple[str, Reader]:
        found = _field(tag) if isinstance(tag, str) else ("", _nothing)
        if len(self) < _LIMIT:
            self[tag] = found
        return found


def _field(tag: str) -> tuple[str, Reader]:
    namespace, _, local = tag.rpartition("}")
    kind = family(namespace.lstrip("{"))
    known = _TABLES[kind].get(local.lower())
    if kind == "vendor" and local == "contentId" and "dfp" in namespace.lower():
        known = ("dfpvideo", text)
    return known or ("extra", _pair(local))


FIELDS = _Fields()
FIELDS[etree.Comment] = FIELDS[etree.PI] = ("", _nothing)
