"""What each element of an RSS, Media RSS or Atom item says, by family and local name.

Namespaces are matched by family (partners drop the slash of the Media RSS namespace, keep
old hosts, invent their own), local names without case. Sources: Media RSS 1.5.1 and RSS 2.0
(rssboard.org), RFC 4287, DCMI terms.
"""

import re
from collections import defaultdict

from lxml import etree

from ummid.feeds.mrss_values import (
    Facts,
    Media,
    Reader,
    read_adult,
    read_atom_content,
    read_category,
    read_credit,
    read_credit_as,
    read_enclosure,
    read_hash,
    read_html,
    read_image,
    read_link,
    read_pair,
    read_price,
    read_rating,
    read_restriction,
    read_status,
    read_subtitle,
    read_thumbnail,
    read_track,
    read_url,
    squeezed,
    text,
)
from ummid.feeds.xml import Element

_FAMILIES = (
    ("media", re.compile(r"yahoo\.com/(?:.*/)?(?:mrss|media|rss)|rssboard\.org/media-rss")),
    ("atom", re.compile(r"w3\.org/2005/atom|purl\.org/atom/")),
    ("dcterms", re.compile(r"purl\.org/dc/terms|purl\.org/dc/dcmitype")),
    ("dc", re.compile(r"purl\.org/dc/elements")),
    ("content", re.compile(r"purl\.org/rss/1\.0/modules/content")),
    ("itunes", re.compile(r"itunes\.com/dtds")),
    ("rss", re.compile(r"^$|purl\.org/rss/1\.0/$|userland\.com/")),
)
_IGNORED_MEDIA = (
    "backlinks", "comments", "community", "embed", "location", "peerlink", "responses", "scenes",
    "text",
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


def _nothing(_: Element) -> None:
    return None


def _content(element: Element) -> Media | None:
    attributes = dict(element.items())
    if len(element):
        return Media(attributes, collect(element))
    return Media(attributes) if attributes else None


def _as(name: str, *locals_: str, read: Reader = text) -> dict[str, tuple[str, Reader]]:
    return dict.fromkeys(locals_, (name, read))


_TABLES: dict[str, dict[str, tuple[str, Reader]]] = {
    "rss": {
        **_as("guid", "guid"),
        **_as("plain_title", "title"),
        **_as("link", "link", read=read_link),
        **_as("plain_description", "description", "summary", read=read_html),
        **_as("published", "pubdate"),
        **_as("updated", "lastbuilddate"),
        **_as("language", "language"),
        **_as("genre", "category", read=read_category),
        **_as("enclosure", "enclosure", read=read_enclosure),
        **_as("credit", "author", read=read_credit_as("author")),
        **_as("artwork", "image", read=read_image),
        **_as("thumbnail", "thumbnail", read=read_image),
        **_as("copyright", "copyright"),
        **_as("", "comments", "source", "ttl", "docs", "generator", "item", read=_nothing),
    },
    "media": {
        **_as("title", "title"),
        **_as("description", "description", read=read_html),
        **_as("content", "content", read=_content),
        **_as("group", "group", read=collect),
        **_as("thumbnail", "thumbnail", read=read_thumbnail),
        **_as("credit", "credit", read=read_credit),
        **_as("rating", "rating", read=read_rating),
        **_as("rating", "adult", read=read_adult),
        **_as("restriction", "restriction", read=read_restriction),
        **_as("price", "price", read=read_price),
        **_as("keywords", "keywords"),
        **_as("genre", "category", read=read_category),
        **_as("subtitle", "subtitle", read=read_subtitle),
        **_as("player", "player", read=read_url),
        **_as("hash", "hash", read=read_hash),
        **_as("status", "status", read=read_status),
        **_as("", *_IGNORED_MEDIA, read=_nothing),
    },
    "atom": {
        **_as("guid", "id"),
        **_as("plain_title", "title"),
        **_as("link", "link", read=read_link),
        **_as("plain_description", "summary", read=read_html),
        **_as("plain_description", "content", read=read_atom_content),
        **_as("published", "published", "issued"),
        **_as("updated", "updated", "modified"),
        **_as("genre", "category", read=read_category),
        **_as("credit", "author", read=read_credit_as("author")),
        **_as("credit", "contributor", read=read_credit_as("contributor")),
        **_as("copyright", "rights"),
        **_as("artwork", "image", "logo", "icon", read=read_image),
        **_as("", "entry", read=_nothing),
    },
    "dcterms": {
        **_as("valid", "valid", "available"),
        **_as("language", "language"),
        **_as("credit", "creator", read=read_credit_as("creator")),
    },
    "dc": {
        **_as("credit", "creator", read=read_credit_as("creator")),
        **_as("credit", "contributor", read=read_credit_as("contributor")),
        **_as("credit", "publisher", read=read_credit_as("publisher")),
        **_as("language", "language"),
    },
    "content": {**_as("long_description", "encoded", read=read_html)},
    "itunes": {
        **_as("season", "season"),
        **_as("episode", "episode"),
        **_as("duration", "duration"),
        **_as("artwork", "image", read=read_image),
        **_as("short_description", "subtitle", read=read_html),
        **_as("plain_description", "summary", read=read_html),
        **_as("keywords", "keywords"),
        **_as("credit", "author", read=read_credit_as("author")),
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
        **_as("genre", "genre", read=read_category),
        **_as("short_description", "shortdescription", read=read_html),
        **_as("long_description", "longdescription", read=read_html),
        **_as("credit", "actor", read=read_credit_as("actor")),
        **_as("credit", "director", read=read_credit_as("director")),
        **_as("credit", "publisher", read=read_credit_as("publisher")),
        **_as("credit", "studio", read=read_credit_as("studio")),
        **_as("subtitle", "track", read=read_track),
        **_as("start", "availabilitystart", "availabilitystartdate", "availablefrom", "validfrom"),
        **_as("end", "availabilityend", "availabilityenddate", "availableuntil", "validuntil"),
        **_as("end", "expirationdate", "expirydate", "expires", "expiration", "validto"),
        **_as("free_start", "freepubdate"),
        **_as("free_end", "freeendpubdate"),
        **_as("premium_start", "premiumpubdate"),
        **_as("premium_end", "premiumendpubdate"),
        **_as("status", "status", read=read_status),
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
    return known or ("extra", read_pair(local))


FIELDS = _Fields()
FIELDS[etree.Comment] = FIELDS[etree.PI] = ("", _nothing)
