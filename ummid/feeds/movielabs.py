"""What MovieLabs formats share: namespace families, work types, regions, ratings, dates, ids.

Sources: Common Metadata `md` 2.3-2.12 (XSD and `vocab_cm_*.json`), the `mdmec`, `avails` and
`manifest` schemas. Readers match elements by local name: the namespace's version is data.
"""

import html
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ummid.catalog.identifiers import external_id, movielabs_id, own_id
from ummid.catalog.languages import UNDETERMINED, language
from ummid.catalog.model import (
    DatePrecision,
    ExternalId,
    IdScope,
    Kind,
    Organisation,
    Rating,
    Warning,
)
from ummid.catalog.territories import Territories
from ummid.catalog.times import duration_ms
from ummid.errors import FeedError
from ummid.feeds.movielabs_ratings import is_known
from ummid.feeds.xml import Element, child, child_text, children, text

DAY_MS = 86_400_000

_NAMESPACE = re.compile(
    r"^https?://(?:www\.)?movielabs\.com/schema/(?P<family>[a-z]+)/v(?P<version>\d+(?:\.\d+)*)"
    r"(?:/[a-z]+)?/?$",
    re.IGNORECASE,
)

KNOWN_VERSIONS: dict[str, frozenset[str]] = {
    "md": frozenset(f"2.{n}" for n in range(1, 13)) | {"2.7.1"},
    "mdmec": frozenset(f"2.{n}" for n in range(1, 13)) | {"2.7.1"},
    "avails": frozenset(f"2.{n}" for n in range(1, 8)) | {"2.2.1", "2.2.2", "2.5.2", "2.6.1"},
    "manifest": frozenset(f"1.{n}" for n in range(1, 14)) | {"1.6.1", "1.8.1"},
}
"""Versions this reader was written against. Others are read too, with a header warning."""

_WORK_KINDS: dict[str, Kind] = {
    "movie": "film",
    "short": "short",
    "musicvideo": "short",
    "series": "series",
    "season": "season",
    "episode": "episode",
    "nonepisodicshow": "special",
    "promotion": "trailer",
    "supplemental": "extra",
    "excerpt": "extra",
    "gallery": "extra",
    "collection": "bundle",
    "franchise": "bundle",
    "volume": "bundle",
    "performingart": "event",
    "concert": "event",
    "competition": "event",
    "tournament": "event",
    "tournamentstage": "event",
    "tournamentround": "event",
    "ad": "asset",
    "antipiracy": "asset",
    "distributionlogo": "asset",
    "rating": "asset",
    "dubbingcredit": "asset",
    "intermission": "asset",
    "editnotice": "asset",
    "health": "asset",
    "album": "unknown",
    "song": "unknown",
    "ringtone": "unknown",
    "othermusic": "unknown",
    "app": "unknown",
    "immersive": "unknown",
    "mixedmedia": "unknown",
    "other": "unknown",
    "visualart": "unknown",
    "book": "unknown",
    "bookseries": "unknown",
    "monographicseries": "unknown",
    "serial": "unknown",
    "comicbook": "unknown",
    "comicstrip": "unknown",
    "amusement": "unknown",
}
"""The 44 work types of md 2.3-2.12. Cards shown around a title (`Health`, `Rating`,
`DistributionLogo`, an `Ad`…) are media and no titles; `Serial` is a printed periodical."""

_SPELLINGS: dict[str, Kind] = {
    "film": "film",
    "feature": "film",
    "featurefilm": "film",
    "documentary": "film",
    "tvseries": "series",
    "tvshow": "series",
    "show": "series",
    "miniseries": "series",
    "tvseason": "season",
    "tvepisode": "episode",
    "special": "special",
    "tvspecial": "special",
    "trailer": "trailer",
    "promo": "trailer",
    "bonus": "extra",
    "extra": "extra",
    "supplement": "extra",
    "featurette": "extra",
    "bundle": "bundle",
    "event": "event",
}
"""Not in the vocabulary, but what partners write in its place."""

_BLOCK = re.compile(r"</?(?:br|div|h[1-6]|hr|li|ol|p|td|tr|ul)\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>")
_STATED_SCOPES: dict[str, IdScope] = {
    "title": "title",
    "edit": "edit",
    "manifestation": "manifestation",
}

WORK_TYPES = frozenset(_WORK_KINDS)
ID_SCOPES: dict[Kind, IdScope] = {"series": "series", "season": "season"}
"""What an id of a title of this kind names; `title` for every other kind."""


@lru_cache(maxsize=1024)
def family(namespace: str) -> tuple[str, str] | None:
    """(`mdmec`, `2.8`) of a MovieLabs namespace; None for any other."""
    match = _NAMESPACE.match(namespace)
    return (match["family"].lower(), match["version"]) if match else None


def version_warning(name: str, version: str) -> str | None:
    """The header warning for a schema version this reader was not written against."""
    if version in KNOWN_VERSIONS[name]:
        return None
    return f"unknown-version: {name} {version} is not known here; read as the versions that are"


@lru_cache(maxsize=512)
def work_kind(work_type: str) -> Kind:
    """The kind of a `WorkType`, whatever its case and punctuation; `unknown` for new words."""
    word = re.sub(r"[^a-z0-9]", "", work_type.casefold())
    return _WORK_KINDS.get(word) or _SPELLINGS.get(word, "unknown")


def id_scope(kind: Kind) -> IdScope:
    return ID_SCOPES.get(kind, "title")


def content_id(
    raw: str, field: str, warnings: list[Warning], scope: IdScope = "title"
) -> tuple[ExternalId, ...]:
    """A ContentID, ALID or EIDR as an identifier; a wrong check character is a warning.

    An id that is neither an EIDR nor an `md:` name is the partner's own: two partners may
    both write `02485`.
    """
    name = raw.strip().lower()
    if name and not (name.startswith(("md:", "10.")) or "eidr" in name):
        return (own_id(raw, scope),)
    return checked(movielabs_id(raw, scope), field, warnings)


def alternate_id(
    element: Element, field: str, warnings: list[Warning], scope: IdScope = "title"
) -> tuple[ExternalId, ...]:
    """`AltIdentifier/{Namespace,Identifier,Scope}`; a stated scope wins over `scope`."""
    stated = _STATED_SCOPES.get(child_text(element, "Scope").lower())
    found = external_id(
        child_text(element, "Namespace"), child_text(element, "Identifier"), stated or scope
    )
    return checked(found, field, warnings)


def checked(
    found: ExternalId | None, field: str, warnings: list[Warning]
) -> tuple[ExternalId, ...]:
    """() for nothing, else the identifier, with a warning where it fails its own check."""
    if found is None:
        return ()
    if not found.valid:
        warnings.append(
            Warning(
                "invalid-id",
                field,
                f"{found.raw or found.value!r} is no valid {found.scheme} id; kept, never matched",
            )
        )
    return (found,)


def language_tag(raw: str | None, field: str, warnings: list[Warning]) -> str:
    """The tag of a language; `und`, with a warning, for text that names none."""
    tag = language(raw)
    if tag is None and raw is not None:
        warnings.append(Warning("unknown-language", field, f"{raw!r} names no language"))
    return tag or UNDETERMINED


def languages(raws: Iterable[str], field: str, warnings: list[Warning]) -> tuple[str, ...]:
    """Tags in order, once each; what cannot be read is left out with a warning."""
    tags = (language_tag(raw, field, warnings) for raw in raws)
    return tuple(dict.fromkeys(tag for tag in tags if tag != UNDETERMINED))


def region_codes(element: Element) -> Iterator[str]:
    """The raw codes of an `md:Region-type`: `country` or `countryRegion`."""
    for name, item in children(element):
        if name in ("country", "countryRegion"):
            yield text(item)


def territory(
    raw: str, territories: Territories, field: str, warnings: list[Warning]
) -> str | None:
    """The code of a territory that is no part of a grant; a warning where there is none."""
    code = territories.read(raw)
    if code is None:
        warnings.append(Warning("unknown-territory", field, f"{raw!r} names no territory"))
    return code


def ratings(
    rating_set: Element, territories: Territories
) -> tuple[tuple[Rating, ...], tuple[Warning, ...]]:
    """The ratings of an `md:RatingSet` (or any element with `Rating` children), once each.

    `NotRated` is a statement too: Rating(system="NotRated", value="true"), with its condition
    as reason. Ratings that MovieLabs' list (CMR 2.5.1) does not know are kept with a warning.
    """
    found: dict[Rating, None] = {}
    warnings: list[Warning] = []
    for name, item in children(rating_set):
        if name == "NotRated":
            condition = (item.get("condition") or "").strip()
            found[Rating("NotRated", "true", reasons=(condition,) if condition else ())] = None
        elif name == "Rating":
            found.update(dict.fromkeys(_rating(item, territories, warnings)))
    return tuple(found), tuple(dict.fromkeys(warnings))


def _rating(
    element: Element, territories: Territories, warnings: list[Warning]
) -> Iterator[Rating]:
    system, value = child_text(element, "System"), child_text(element, "Value")
    if not system and not value:
        warnings.append(Warning("empty-rating", "ratings", "a rating has no system and no value"))
        return
    regions = child(element, "Region")
    raws = tuple(region_codes(regions)) if regions is not None else ()
    reasons = tuple(
        reason
        for name, item in children(element)
        if name == "Reason" and (reason := text(item) or (item.get("value") or "").strip())
    )
    check_rating(system, value, warnings)
    for code in [territory(raw, territories, "ratings", warnings) for raw in raws] or [None]:
        yield Rating(system, value, code, reasons)


def check_rating(system: str, value: str, warnings: list[Warning]) -> None:
    """Warns of a system or value that is not in MovieLabs' list of ratings."""
    if not is_known(system, value):
        warnings.append(
            Warning("unknown-rating", "ratings", f"{system!r} {value!r} is in no known rating list")
        )


@lru_cache(maxsize=16384)
def release_date(raw: str) -> tuple[str, DatePrecision] | None:
    """`md:YearDateOrTime`: (date cut to its precision, precision); None if it is no date."""
    match = re.match(
        r"^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(?:[T ].*)?)?)?"
        r"(?:Z|[+-]\d{2}:\d{2})?$",
        raw.strip(),
    )
    if not match:
        return None
    year, month, day = match.groups()
    if day:
        return f"{year}-{month}-{day}", "day"
    return (f"{year}-{month}", "month") if month else (year, "year")


def grouped(element: Element) -> dict[str, list[Element]]:
    """The children by local name, in document order."""
    found: dict[str, list[Element]] = {}
    for name, item in children(element):
        found.setdefault(name, []).append(item)
    return found


def texts(elements: Iterable[Element]) -> list[str]:
    """The texts of elements, empty ones left out."""
    return [found for element in elements if (found := text(element))]


def first(elements: Iterable[Element]) -> str:
    """The first text that is not empty, else ""."""
    return next(iter(texts(elements)), "")


def plain(raw: str) -> str:
    """Text without the HTML that partners paste into descriptions."""
    if "<" not in raw and "&" not in raw:
        return raw
    return " ".join(html.unescape(_MARKUP.sub("", _BLOCK.sub(" ", raw))).split())


def integer(raw: str, field: str, warnings: list[Warning]) -> int | None:
    """A whole number; None, with a warning, for other text; None when there is none."""
    if not raw:
        return None
    try:
        return int(raw)
    except ValueError:
        warnings.append(Warning("bad-number", field, f"{raw!r} is no whole number"))
        return None


def duration(raw: str, warnings: list[Warning]) -> int | None:
    """Milliseconds of a run length; nothing and over a day are kept with a warning."""
    try:
        length = duration_ms(raw)
    except FeedError as error:
        warnings.append(Warning(error.code, "technical.duration_ms", str(error)))
        return None
    if length is not None and not 0 < length <= DAY_MS:
        warnings.append(
            Warning(
                "implausible-duration", "technical.duration_ms", f"{raw!r} is no length to watch"
            )
        )
    return length


def organisation(element: Element, role: str) -> Organisation | None:
    """An `md:OrgName-type`: its display name, else its id; None when it has neither."""
    identifier = (element.get("organizationID") or "").strip()
    name = child_text(element, "DisplayName") or identifier
    return Organisation(name, role, identifier or None) if name else None
