"""The fields of ADI 3 assets: credits, ratings, media, pictures, offers and their terms."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ummid.catalog import times
from ummid.catalog.grants import Grant, Price, Term, TerritorySet
from ummid.catalog.keys import stable_id
from ummid.catalog.model import Artwork, Credit, Rating, Technical, Track, Warning
from ummid.errors import FeedError
from ummid.feeds import adi_terms
from ummid.feeds.adi_title import language_terms, person, tag_of
from ummid.feeds.connector import Feed
from ummid.feeds.xml import Element, children, text

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_PEOPLE = ("Actor", "Director", "Producer", "Writer")
_TAKEN = frozenset(
    {
        "AlternateId", "LocalizableTitle", "Rating", "Advisory", "DisplayRunTime", "Year",
        "CountryOfOrigin", "Genre", "Provider", "SeriesName", "SeriesTitle", "SeriesId",
        "SeriesID", "SeasonNumber", "EpisodeNumber", "EpisodeID", "ProgrammerCallLetters",
        "TitleLong", "TitleMedium", "TitleBrief", "TitleSortName", "EpisodeName", "SummaryShort",
        "SummaryMedium", "SummaryLong", "StudioDisplay", "Chapter",
        *_PEOPLE, *(f"{role}Display" for role in _PEOPLE),
    }
)  # fmt: skip


@dataclass
class Node:
    """One Asset (or one localised part of it) as values by local name."""

    element: Element
    kind: str = ""
    values: dict[str, list[Element]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in children(self.element):
            self.values.setdefault(name, []).append(value)

    @property
    def uri(self) -> str:
        return (self.element.get("uriId") or "").strip()

    @property
    def language(self) -> str | None:
        return self.element.get(_XML_LANG) or self.element.get("language")

    def elements(self, name: str) -> list[Element]:
        return self.values.get(name, [])

    def all(self, name: str) -> list[str]:
        return [value for value in map(text, self.elements(name)) if value]

    def one(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def refs(self, name: str) -> list[str]:
        return [(ref.get("uriId") or text(ref)).strip() for ref in self.elements(name)]

    def ref_names(self) -> list[str]:
        return [name for name in self.values if name.endswith("Ref")]

    def localised(self) -> list["Node"]:
        """The LocalizableTitle parts; the asset itself where it has none."""
        return [Node(part) for part in self.elements("LocalizableTitle")] or [self]

    def number(self, name: str, doubts: list[Warning]) -> int | None:
        raw = self.one(name)
        if raw and not (raw.isascii() and raw.isdigit()):
            doubts.append(Warning("bad-number", name, f"{raw!r} is no number"))
            return None
        return int(raw) if raw else None

    def version(self, doubts: list[Warning]) -> int:
        """creationDateTime in epoch ms + provider version x 1000 + internal version."""
        total = 0
        for name, weight in (("providerVersionNum", 1000), ("internalVersionNum", 1)):
            raw = self.element.get(name, "0").strip()
            if raw.isascii() and raw.isdigit():
                total += int(raw) * weight
            else:
                doubts.append(Warning("bad-version", name, f"{raw!r} is no version number"))
        try:
            return (times.bound(self.element.get("creationDateTime", "")).instant or 0) + total
        except FeedError as error:
            doubts.append(Warning(error.code, "creationDateTime", str(error)))
            return total


def credits(title: Node) -> Iterator[Credit]:
    """People by role; a display list serves where none are named one by one."""
    order = 0
    app_data = [d for ext in title.elements("Ext") for name, d in children(ext)]
    for words in title.localised()[:1]:
        for role in _PEOPLE:
            named = [p.get("fullName") or text(p) for p in words.elements(role)]
            named += [person(d.get("Value") or "") for d in app_data if d.get("Name") == role]
            shown = [n.strip() for v in words.all(f"{role}Display") for n in v.split(",")]
            for name in (n for n in named or shown if n):
                order += 1
                yield Credit(name, role.lower(), None, order)


def ratings(title: Node) -> Iterator[Rating]:
    advice = tuple(title.all("Advisory"))
    for rating in title.elements("Rating"):
        if text(rating):
            yield Rating(rating.get("ratingSystem") or "unspecified", text(rating), reasons=advice)


def media(movies: list[Node], shown: str, doubts: list[Warning]) -> Technical | None:
    """The first movie's file and the tracks of all; DisplayRunTime (HH:MM) fills in."""
    duration = None
    raw = movies[0].one("Duration") if movies else ""
    try:
        duration = times.duration_ms(raw or (f"{shown}:00" if shown.count(":") == 1 else shown))
    except FeedError as error:
        doubts.append(Warning(error.code, "Duration", str(error)))
    if not movies:
        return Technical(duration_ms=duration) if duration else None
    first = movies[0]
    resolution = first.one("Resolution").rstrip("ipIP")
    return Technical(
        duration_ms=duration,
        frame_rate=first.one("FrameRate") or None,
        width=first.number("X_Resolution", doubts),
        height=int(resolution) if resolution.isdigit() else first.number("Y_Resolution", doubts),
        aspect_ratio=first.one("ScreenFormat") or None,
        bitrate_kbps=first.number("BitRate", doubts),
        size_bytes=first.number("ContentFileSize", doubts),
        checksum=first.one("ContentCheckSum").lower() or None,
        location=first.one("SourceUrl") or None,
        tracks=tuple(track for movie in movies for track in _tracks(movie, doubts)),
    )


def artwork(linked: dict[str, list[Node]]) -> Iterator[Artwork]:
    """Pictures: every linked asset that is no movie, preview or other stream."""
    for ref, nodes in linked.items():
        purpose = ref.removesuffix("Ref").lower()
        for node in nodes if purpose not in _STREAMS else ():
            reference = node.one("SourceUrl") or node.uri
            width, height = node.one("X_Resolution"), node.one("Y_Resolution")
            yield Artwork(
                reference,
                purpose,
                int(width) if width.isdigit() else None,
                int(height) if height.isdigit() else None,
            )


_STREAMS = frozenset({"movie", "preview", "trick", "barker", "encrypted", "audio", "subtitle"})


def extra(title: Node, linked: dict[str, list[Node]]) -> dict[str, str]:
    """Facts without a field, by their element names."""
    found: dict[str, str] = {}
    for node in (title, *title.localised()):
        for name in node.values:
            value = "\n".join(node.all(name))
            if value and name not in _TAKEN and name != "Ext":
                found.setdefault(name, value)
    chapters = [c for words in title.localised() for c in words.elements("Chapter")]
    if chapters:
        found["Chapters"] = "\n".join(f"{c.get('timeCode')} {c.get('heading')}" for c in chapters)
    for ref in ("PreviewRef", "MovieRef"):
        for node in linked.get(ref, [])[1 if ref == "MovieRef" else 0 :]:
            name = "preview" if ref == "PreviewRef" else "more_movies"
            found[name] = "\n".join(v for v in (found.get(name), node.one("SourceUrl")) if v)
    return found


def offer_grant(
    feed: Feed,
    offer: Node,
    terms: list[Node],
    technical: Technical | None,
    doubts: list[Warning],
) -> Grant:
    """The grant of one Offer under its Terms; ADI 3 names no territories."""
    start = adi_terms.bound(feed, offer.element.get("startDateTime") or "")
    end = adi_terms.bound(feed, offer.element.get("endDateTime") or "", end=True)
    times.check_window(start, end)
    product = offer.one("Product")
    prices: list[Price] = []
    rental = None
    for term in terms:
        for element in term.elements("SuggestedPrice"):
            currency = element.get("currency") or feed.profile.currency
            prices.append(adi_terms.price("SRP", text(element), currency, doubts))
        try:
            rental = times.duration_ms(term.one("UsagePeriod")) or rental
        except FeedError as error:
            doubts.append(Warning(error.code, "UsagePeriod", str(error)))
    contract = next((t.one("ContractName") for t in terms if t.one("ContractName")), None)
    where = feed.profile.territories
    height = technical.height if technical else None
    return Grant(
        key=stable_id("adi3", offer.uri, product),
        licence=adi_terms.licence_of(product, feed, doubts),
        licence_text=product or None,
        stated_key=offer.uri or None,
        licensor=offer.one("Provider") or None,
        platform=feed.profile.platform,
        territories=TerritorySet(where) if where else None,
        start=start,
        end=end,
        qualities=(("UHD" if height >= 2160 else "HD" if height >= 720 else "SD"),)
        if height
        else (),
        languages=language_terms(technical),
        prices=tuple(prices),
        rental_ms=rental,
        contract=contract or offer.one("BillingId") or None,
        terms=(*_offer_terms(offer), *(t for node in terms for t in _all_terms(node))),
    )


def _offer_terms(offer: Node) -> Iterator[Term]:
    for name in ("ProviderContentTier", "BillingId"):
        yield from (Term(name, value) for value in offer.all(name))
    for presentation in offer.elements("Presentation"):
        for name, element in children(presentation):
            if text(element):
                yield Term(name, text(element))


def _all_terms(node: Node) -> Iterator[Term]:
    """Simple terms by name, nested ones as `Outer.Inner`, attributes as `name=value`."""
    for name, elements in node.values.items():
        for element in elements if name not in ("AlternateId", "SuggestedPrice") else ():
            inner = list(children(element))
            if inner:
                yield from (Term(f"{name}.{n}", text(e)) for n, e in inner if text(e))
                continue
            stated = [f"{key}={value}" for key, value in element.attrib.items()]
            value = " ".join(filter(None, (text(element), *map(str, stated))))
            if value:
                yield Term(name, value)


def _tracks(movie: Node, doubts: list[Warning]) -> Iterator[Track]:
    where = movie.one("SourceUrl") or None
    sound = movie.one("AudioType") or None
    yield Track("video", codec=movie.one("Codec") or None, location=where)
    for raw in movie.all("Language"):
        yield Track("audio", tag_of(raw, "Language", doubts), None, None, sound, where)
    for raw in movie.all("DubbedLanguage"):
        yield Track("audio", tag_of(raw, "DubbedLanguage", doubts), "dubbed", None, sound, where)
    for raw in movie.all("SubtitleLanguage"):
        yield Track("subtitle", tag_of(raw, "SubtitleLanguage", doubts), location=where)
