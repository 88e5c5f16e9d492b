"""What the catalogue publishes of a title, as a document to find it by."""

from collections.abc import Iterator, Sequence

from ummid.catalog.languages import UNDETERMINED
from ummid.catalog.merge import platform_of
from ummid.catalog.model import Synopsis
from ummid.catalog.texts import DISPLAY_ORDER
from ummid.catalog.title import Title
from ummid.models.enricher import Enrichment
from ummid.rights.shown import places, places_of, shown
from ummid.search.document import Document
from ummid.search.genres import asked_as
from ummid.search.labels import token
from ummid.stores.table import Table
from ummid.stores.vectors import Restricts, Window
from ummid.views import availability, generated, keys, titles
from ummid.views.availability import TitleOffers

ANYWHERE = "*"
"""Stands for the platform where a filter names none."""

_DAY = 86_400_000
_KINDS = {"film": "movie", "special": "movie", "series": "series", "season": "series"}
_UNSAID = ("internal", "sort", "tagline")
_READ_FIRST = ("en", UNDETERMINED)
"""Languages of synopses that the models and the stemmer read best."""


def document(title: Title, offers: TitleOffers, enrichment: Enrichment | None = None) -> Document:
    """The texts of a title, and what filters may ask of it.

    Namespaces: `type`, `genre`, `language` (a tag, and the language it is a kind of), `country`,
    `partner`; numbers: `year`; windows: `PLACE|PLATFORM` by the day, a date meaning its first
    instant in UTC, as in availability. Genres and platforms are tokens as of `labels`.
    """
    said = [t for t in title.titles if t.use not in _UNSAID]
    said.sort(key=lambda t: DISPLAY_ORDER.index(t.use))
    names = dict.fromkeys([*filter(None, [title.title]), *(t.value for t in said)])
    genres = tuple(dict.fromkeys(genre.text for genre in title.genres))
    tokens = {
        "type": (title.kind,),
        "genre": tuple(dict.fromkeys(token("genre", genre) for genre in genres)),
        "language": _languages(title.languages),
        "country": tuple(dict.fromkeys(token("country", place) for place in title.countries)),
        "partner": tuple(sorted({source.partner for source in title.sources})),
    }
    return Document(
        id=title.id,
        titles=tuple(names),
        text=_synopsis(title.synopses),
        tagline=next((t.value for t in title.titles if t.use == "tagline"), ""),
        keywords=title.keywords,
        genres=asked_as(genres),
        people=tuple(dict.fromkeys(credit.name for credit in title.credits)),
        generated=_generated(enrichment) if enrichment else (),
        kind=_KINDS.get(title.kind, title.kind),
        year=title.year,
        restricts=Restricts(
            {space: found for space, found in tokens.items() if found},
            {} if title.year is None else {"year": title.year},
            tuple(sorted(_windows(offers), key=_order)),
        ),
        series=_series(title),
        labels=tuple(("genre", token("genre", genre), genre) for genre in genres),
    )


def window_tokens(territory: str, platforms: Sequence[str] = ()) -> tuple[str, ...]:
    """The windows of which one must hold for a title to be available in a territory."""
    named = [token("platform", platform) for platform in platforms] or [ANYWHERE]
    return tuple(f"{place}|{on}" for place in places_of(territory) for on in named)


def documents(table: Table, title_ids: Sequence[str]) -> Iterator[Document | None]:
    """The document of each title as published now; None for one that is not."""
    rows = [keys.title(title_id) for title_id in title_ids]
    offered = [keys.availability(title_id) for title_id in title_ids]
    bodies = table.get_many(rows, keys.BODY)
    etags = [titles.etag(body.value) if body else "" for body in bodies]
    written = generated.read(table, title_ids, etags)
    granted = table.get_many(offered, keys.GRANTS)
    for body, grants, enrichment in zip(bodies, granted, written, strict=True):
        if body is None or not body.value:
            yield None
        else:
            offers = availability.decode_offers(grants.value if grants else b"")
            yield document(titles.decode_title(body.value), offers, enrichment)


def _generated(enrichment: Enrichment) -> tuple[str, ...]:
    """Its words to find a title by. What was only chosen among partners' words is there already."""
    named = (*enrichment.moods, *enrichment.themes)
    if enrichment.generated.method == "extractive":
        return named
    return (*named, *enrichment.keywords, enrichment.synopsis)


def _languages(tags: Sequence[str]) -> tuple[str, ...]:
    """Who asks for `en` is answered with `en-US` too (RFC 4647, basic filtering)."""
    return tuple(dict.fromkeys(one for tag in tags for one in (tag, tag.partition("-")[0])))


def _series(title: Title) -> str:
    """What a title belongs to, with the series itself; a season where no series is known."""
    if title.kind == "series":
        return title.id
    parents = {parent.relation: parent for parent in title.parents}
    found = parents.get("series") or parents.get("season")
    if found is None:
        return title.id if title.kind == "season" else ""
    return found.id or f"{found.relation} {found.title}"


def _synopsis(synopses: Sequence[Synopsis]) -> str:
    """The longest in a language that is read best, else the longest."""
    read_best = [s for s in synopses if s.language.partition("-")[0] in _READ_FIRST]
    return max((s.value for s in read_best or synopses), key=lambda v: (len(v), v), default="")


def _windows(offers: TitleOffers) -> set[Window]:
    found: set[Window] = set()
    for offer in offers.offers:
        when = shown(offer.grant)
        if when is None:
            continue
        start, end = (None if at is None else -(-at // _DAY) for at in when)
        if start is not None and end is not None and start >= end:
            continue
        platform = token("platform", platform_of(offer.grant, offer.partner))
        for place in places(offer):
            found.add(Window(f"{place}|{platform}", start, end))
            found.add(Window(f"{place}|{ANYWHERE}", start, end))
    return found


def _order(window: Window) -> tuple[str, bool, int, bool, int]:
    start, end = window.start, window.end
    return window.token, start is not None, start or 0, end is not None, end or 0
