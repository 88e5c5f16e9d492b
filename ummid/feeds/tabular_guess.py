"""What a column means, from its header: many spellings, several languages.

A name is compared squashed (no case, accents or punctuation), so `primaryTitle`,
`Primary Title` and `primary_title` are one. Only a table says what a name means; nothing is
guessed from likeness.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import langcodes

from ummid.feeds.tabular_names import FILLED_IN_TURN, LISTS, LOCALISED, NAMES, REPEATED

UNITS = {
    "ms": "ms", "milliseconds": "ms", "millis": "ms",
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "m": "min", "min": "min", "mins": "min", "minute": "min", "minutes": "min",
    "minuten": "min", "minutos": "min", "minuti": "min",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
}  # fmt: skip

_LANGUAGE_NAMES = {
    "english": "en", "french": "fr", "german": "de", "spanish": "es", "italian": "it",
    "portuguese": "pt", "dutch": "nl", "polish": "pl", "japanese": "ja", "korean": "ko",
    "chinese": "zh", "arabic": "ar", "hindi": "hi", "russian": "ru", "turkish": "tr",
    "swedish": "sv", "danish": "da", "norwegian": "no", "finnish": "fi",
}  # fmt: skip

_OF_TITLE = frozenset(
    [
        "movie",
        "film",
        "title",
        "content",
        "asset",
        "video",
        "media",
        "vod",
        "programme",
        "program",
        "item",
        "work",
    ]
)
_TRAILING = frozenset(["name", "names", "list", "text", "value", "values", "code", "tag", "tags"])
_TAG = re.compile(r"[\s_:.\-(\[]([A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?)[)\]]?$")
_VAGUE = frozenset(
    [
        "name",
        "nombre",
        "nom",
        "nome",
        "nazwa",
        "naam",
        "namn",
        "navn",
        "movie",
        "film",
        "cim",
        "judul",
    ]
)
"""Names that mean a title only beside something else we know."""

_TITLES = frozenset({"title", "original_title", "episode_title"})
_IDS = frozenset({"id", "imdb", "tmdb", "tvdb", "eidr", "tms", "isan"})
_EXACT, _UNIT, _LANGUAGE, _NUMBERED, _REDUCED, _ANY_ID = range(0, 600, 100)


@dataclass(frozen=True)
class Column:
    """One column and the field it feeds. `field` "" keeps its values among the extras.

    `rank` orders columns that claim one field: a smaller one was the better name.
    """

    index: int
    header: str
    field: str = ""
    language: str | None = None
    territory: str | None = None
    separator: str | None = None
    format: str | None = None
    unit: str | None = None
    last_first: bool = False
    rank: int = 0


@lru_cache(maxsize=4096)
def squashed(name: str) -> str:
    """`Título original` as `titulooriginal`."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in decomposed if c.isalnum())


def words(name: str) -> list[str]:
    """`movieTitle_EN (min)` as `movie`, `title`, `en`, `min`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    parted = re.sub(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", " ", parted)
    return [w for w in map(squashed, re.split(r"[\W_]+", parted)) if w]


def guess(headers: Sequence[str], taken: Iterable[str] = ()) -> list[Column]:
    """One column per header, in order; `taken` are fields that a mapping already fills."""
    found = [_claim(index, header) for index, header in enumerate(headers)]
    fields = {column.field for column in found}
    found = [_in_context(column, fields) for column in found]
    return settle(found, frozenset(taken))


def settle(columns: list[Column], taken: frozenset[str] = frozenset()) -> list[Column]:
    """Leaves a field that holds one value to its best column; the others become extras."""
    best: dict[str, Column] = {}
    for column in columns:
        rival = best.get(column.field)
        if rival is None or column.rank < rival.rank:
            best[column.field] = column
    free = REPEATED | FILLED_IN_TURN
    return [
        c
        if c.field not in taken and (c.field in free or c.language or best[c.field] is c)
        else Column(c.index, c.header)
        for c in columns
    ]


_MOST_COLUMNS = 4096
"""Rows with more cells are no headers: looking at each would let a hostile line take minutes."""


def names_a_title(headers: Sequence[str]) -> bool:
    """Whether a row of cells reads like the header of a table of titles.

    At least two columns, one of which names a title, or an identifier beside another column
    that we know.
    """
    named = [h for h in headers if h and len(h) <= 200]
    if not 2 <= len(named) <= _MOST_COLUMNS or any("\n" in h for h in named):
        return False
    columns = [c for c in guess(named) if c.field]
    several = len({c.field for c in columns}) >= 2
    return any(
        (c.field in _TITLES and (several or squashed(c.header) not in _VAGUE))
        or (c.field in _IDS and several)
        for c in columns
    )


@lru_cache(maxsize=4096)
def _meaning(header: str) -> tuple[str, int, str | None, str | None]:
    """(field, rank, unit, language); ("", 0, None, None) for a name we do not know."""
    known = _known()
    if found := known.get(squashed(header)):
        return found[0], found[1], None, None
    parts = words(header)
    if len(parts) < 2:
        return _any_id(header, parts)
    last, rest = parts[-1], "".join(parts[:-1])
    if last in UNITS and (found := known.get(rest)) and found[0] == "runtime":
        return "runtime", _UNIT + found[1], UNITS[last], None
    rest, language = _language_suffix(header, parts)
    if language and (found := known.get(rest)) and found[0] in LOCALISED:
        return found[0], _LANGUAGE + found[1], None, language
    unnumbered = "".join(p for p in parts if not p.isdigit() and p not in _TRAILING)
    if (found := known.get(unnumbered)) and found[0] in LISTS:
        return found[0], _NUMBERED + found[1], None, None
    for reduced in _reductions(parts):
        if found := known.get(reduced):
            return found[0], _REDUCED + found[1], None, None
    return _any_id(header, parts)


def _claim(index: int, header: str) -> Column:
    field, rank, unit, language = _meaning(header)
    return Column(index, header, field, language, unit=unit, rank=rank)


def _reductions(parts: list[str]) -> list[str]:
    reduced = []
    if parts[0] in _OF_TITLE:
        reduced.append("".join(parts[1:]))
    if parts[-1] in _TRAILING:
        reduced.append("".join(parts[:-1]))
    return reduced


def _any_id(header: str, parts: list[str]) -> tuple[str, int, str | None, str | None]:
    if (parts and parts[-1] == "id") or re.search(r"[a-z]ID$", header):
        return "id", _ANY_ID, None, None
    return "", 0, None, None


def _in_context(column: Column, fields: set[str]) -> Column:
    """The few names that mean one thing in a list of titles and another in one of offers."""
    field = column.field
    if field == "country":
        offers = fields & {"start", "end", "licence", "price", "offer_id"}
        field = "territories" if offers and "territories" not in fields else "countries"
    elif field == "show_id":
        other = bool(fields & {"id", "episode_title", "episode", "series_title"})
        field = "series_id" if other else "id"
    elif field == "service":
        field = "platform" if fields & {"start", "end", "licence", "price", "offer_id"} else ""
    if field == column.field:
        return column
    return Column(column.index, column.header, field, rank=column.rank)


def _language_suffix(header: str, parts: list[str]) -> tuple[str, str | None]:
    """(rest, tag) of a header that ends in a language: `title:pt-BR`, `Title (French)`."""
    if parts[-1] in _LANGUAGE_NAMES:
        return "".join(parts[:-1]), _LANGUAGE_NAMES[parts[-1]]
    tail = _TAG.search(header.strip())
    if tail and langcodes.tag_is_valid(tag := tail[1].replace("_", "-")):
        return squashed(header.strip()[: tail.start()]), langcodes.standardize_tag(tag)
    return "", None


@cache
def _known() -> dict[str, tuple[str, int]]:
    known: dict[str, tuple[str, int]] = {}
    for field, names in NAMES.items():
        own = field.replace("_", "")
        for rank, name in enumerate([own, *names.split()]):
            known.setdefault(squashed(name), (field, rank))
    return known
