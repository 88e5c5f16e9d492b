"""Cells as people type them: text of any cell, lists, running times, dates, kinds."""

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from html import unescape
from typing import cast

import msgspec

from ummid.catalog import times
from ummid.catalog.grants import Licence
from ummid.catalog.model import DatePrecision, Kind
from ummid.errors import FeedError
from ummid.feeds.tabular_guess import UNITS, squashed

BETWEEN = "\x1f"
"""Ends each item of a cell that is a list in its source (JSON, Parquet)."""

UNKNOWN = frozenset(
    (
        "",
        "(no genres listed)",
        *[
            r"\N",
            r"NULL",
            r"null",
            r"None",
            r"none",
            r"NaN",
            r"nan",
            r"N/A",
            r"n/a",
            r"NA",
            r"-1",
            r"-",
            r"–",
            r"—",
            r"?",
        ],
    )
)
"""Cells that mean "not known" everywhere but in a title: there they may be one."""

UNKNOWN_TITLE = frozenset({"", "\\N"})
UNKNOWN_PLACE = UNKNOWN - {"NA"}
"""Namibia."""

_KINDS: Mapping[str, Kind] = {
    name: cast("Kind", kind)
    for kind, names in {
        "film": """movie movies film feature featurefilm tvmovie telefilm pelicula spielfilm
            longmetrage lungometraggio longmetraje filme m""",
        "series": """series tvseries show tvshow tv miniseries tvminiseries serial serie serien
            tvserie limitedseries programseries docuseries""",
        "season": "season tvseason staffel saison temporada stagione",
        "episode": "episode tvepisode folge episodio ep tvpilot",
        "short": "short shortfilm tvshort kurzfilm courtmetrage cortometraje cortometraggio",
        "special": "special tvspecial comedyspecial",
        "event": "event liveevent sportsevent concert",
        "programme": "programme program tvprogram",
        "extra": "extra bonus featurette clip makingof behindthescenes supplemental promotion",
        "trailer": "trailer teaser preview",
        "bundle": "bundle collection boxset compilation",
        "channel": "channel",
    }.items()
    for name in names.split()
}
_LICENCES: Mapping[str, Licence] = {
    name: cast("Licence", licence)
    for licence, names in {
        "SVOD": "svod subscription flatrate subscriptionvod abo abonnement sub stream",
        "VOD": "vod tvod rent rental transactional location alquiler leihe dtr",
        "EST": "est buy purchase sellthrough dto ownership own achat compra kauf",
        "AVOD": "avod ads adsupported advertising freewithads",
        "FAST": "fast freeadsupportedtv linearads",
        "FREE": "free fvod fod freevod gratis gratuit",
        "POEST": "poest preorder",
        "PRE_RELEASE": "prerelease",
        "LIBRARY": "library",
        "OTHER": "other",
    }.items()
    for name in names.split()
}
_ITEM_NAMES = ("name", "title", "value", "label", "text", "english_name", "code", "id")
_COMMA = re.compile(r",(?!\s*(?:Jr|Sr|II|III|IV|M\.?D|Ph\.?D|Inc|Ltd|LLC|S\.?A)\b)")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'(?=\s*[,\]])|\"((?:[^\"\\]|\\.)*)\"(?=\s*[,\]])")
_ROMAN = re.compile(r"\s*\((?:[IVXLC]+)\)$")
_QUANTITY = re.compile(r"^(\d{1,12}(?:\.\d{1,9})?)\s*([A-Za-z]*)\.?$")
_HOURS = re.compile(
    r"^(\d{1,4})\s*(?:h|hr|hrs|hour|hours|std)\.?\s*(?:(\d{1,3})\s*(?:m|min|mins|minutes)?\.?)?$",
    re.IGNORECASE,
)
_ISO_DAY = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?=$|[T ])")
_FORMATS = ("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y", "%d-%b-%Y", "%Y/%m/%d", "%B %Y")
"""Spellings that can be read in one way only; `05/11/1999` cannot and must be declared."""

_TAG = re.compile(r"<[^<>]{1,2000}>")
_CUT: Mapping[DatePrecision, int] = {"year": 4, "month": 7, "day": 10}
_UNIT_MS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000}


def cell_text(cell: object) -> str:
    """Any cell as the text a person would have typed; "" for nothing.

    A whole float is an integer (spreadsheets and data frames make 1999 a 1999.0), midnight
    without a zone is a date, items of a list end in `BETWEEN`.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if math.isnan(cell) or math.isinf(cell):
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, list | tuple):
        return "".join(text + BETWEEN for item in cell if (text := _item_text(item)))
    if isinstance(cell, datetime):
        midnight = cell.tzinfo is None and cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return f"PT{Decimal(cell // timedelta(milliseconds=1)) / 1000:f}S"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace").strip()
    if isinstance(cell, dict):
        return _item_text(cell)
    return str(cell)


def plain(text: str) -> str:
    """One value of a cell that turns out to be a list."""
    return ", ".join(text.split(BETWEEN)[:-1]) if BETWEEN in text else text


def items(text: str, separator: str | None = None, unknown: frozenset[str] = UNKNOWN) -> list[str]:
    """The parts of a list cell in order, each once.

    A JSON or Python list is read as one; else the declared separator, else the first of
    `|`, `;`, ` / ` and `,` that occurs (a comma before `Jr.` and the like does not part).
    """
    if BETWEEN in text:
        parts = text.split(BETWEEN)
    elif separator:
        parts = text.split(separator)
    elif text[0] == "[" and text[-1] == "]":
        parts = _bracketed(text)
    elif "|" in text:
        parts = text.split("|")
    elif ";" in text:
        parts = text.split(";")
    elif " / " in text:
        parts = text.split(" / ")
    elif "," in text:
        parts = _COMMA.split(text)
    else:
        return [text]
    return [p for p in dict.fromkeys(part.strip() for part in parts) if p not in unknown]


def first_last(name: str) -> str:
    """`Bergman, Ingmar (II)` as `Ingmar Bergman`; the numeral only tells namesakes apart."""
    last, comma, first = _ROMAN.sub("", name).partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() else last.strip()


@lru_cache(maxsize=16384)
def kind_of(text: str) -> Kind | None:
    return _KINDS.get(squashed(text))


@lru_cache(maxsize=4096)
def licence_of(text: str) -> Licence | None:
    return _LICENCES.get(squashed(text))


@lru_cache(maxsize=4096)
def truth_of(text: str) -> bool | None:
    word = text.casefold()
    if word in ("true", "yes", "y", "1", "x", "ja", "oui", "si", "sí"):
        return True
    return False if word in ("false", "no", "n", "0", "nein", "non") else None


@lru_cache(maxsize=16384)
def number_of(text: str) -> int | None:
    """A whole number, also as data frames (`3.0`) and spreadsheets (`S03`, `Season 3`) write it."""
    match = re.match(r"^(?:[A-Za-z.# ]{0,12})(\d{1,9})(?:\.0+)?$", text)
    return int(match[1]) if match else None


@lru_cache(maxsize=16384)
def runtime_ms(text: str, unit: str = "min") -> int:
    """`92`, `92 min`, `1h 32m`, `01:32:00` or `PT92M`; `unit` is that of a bare number.

    Raises FeedError `bad-duration`.
    """
    quantity = _QUANTITY.match(text)
    if quantity:
        named = UNITS.get(quantity[2].lower(), "") if quantity[2] else unit
        if named:
            return int(Fraction(quantity[1]) * _UNIT_MS[named])
    hours = _HOURS.match(text)
    if hours:
        return (int(hours[1]) * 60 + int(hours[2] or 0)) * 60_000
    found = times.duration_ms(text)
    return found or 0


@lru_cache(maxsize=65536)
def day_of(text: str, formats: tuple[str, ...] = ()) -> tuple[str, DatePrecision]:
    """(ISO date cut to its precision, precision). Raises FeedError `bad-date`."""
    for form in formats:
        try:
            found, precision = datetime.strptime(text, form).date().isoformat(), _precision(form)
            return found[: _CUT[precision]], precision
        except ValueError:
            continue
    match = _ISO_DAY.match(text)
    try:
        if match:
            year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
            if 1870 <= year <= 2100 and date(year, month, day):
                return match[0], "day" if match[3] else "month" if match[2] else "year"
    except ValueError:
        pass
    for form in _FORMATS:
        try:
            found = datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
        return (found[:7], "month") if form == "%B %Y" else (found, "day")
    raise FeedError(
        "bad-date",
        f"{text[:80]!r} is no date that can be read in one way only; "
        "declare its format in the partner's mapping (release_date = 'Column|format=%d/%m/%Y')",
    )


@lru_cache(maxsize=4096)
def amount_of(text: str) -> tuple[str | None, str | None]:
    """(exact decimal, currency of its sign) of `4.99`, `4,99 €`, `£1,299.00`; None for a tier."""
    currency = next((code for sign, code in (("€", "EUR"), ("£", "GBP")) if sign in text), None)
    bare = re.sub(r"[\s€£$\xa0]", "", text)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", bare):
        bare = bare.replace(",", "")
    elif re.fullmatch(r"\d{1,12},\d{1,2}", bare):
        bare = bare.replace(",", ".")
    try:
        amount = Decimal(bare) if re.fullmatch(r"\d{1,15}(?:\.\d{1,9})?", bare) else None
    except InvalidOperation:  # pragma: no cover - the shape was checked
        amount = None
    return (None if amount is None else f"{amount:f}"), currency


def untagged(text: str) -> str:
    """Text without markup, white space collapsed."""
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = unescape(text)
    return " ".join(text.split())


def _precision(form: str) -> DatePrecision:
    if any(mark in form for mark in ("%d", "%j", "%x", "%c", "%D", "%F", "%e")):
        return "day"
    return "month" if any(mark in form for mark in ("%m", "%b", "%B")) else "year"


def _item_text(item: object) -> str:
    if isinstance(item, dict):
        named = next((item[n] for n in _ITEM_NAMES if isinstance(item.get(n), str | int)), None)
        return cell_text(named) if named is not None else msgspec.json.encode(item).decode()
    if isinstance(item, list | tuple):
        return msgspec.json.encode(item).decode()
    return cell_text(item)


def _bracketed(text: str) -> list[str]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        quoted = [a or b for a, b in _QUOTED.findall(text)]
        return [q.replace("\\'", "'") for q in quoted] or text[1:-1].split(",")
    return [_item_text(item) for item in found] if isinstance(found, list) else [text]
