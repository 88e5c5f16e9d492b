"""Parameters of the API: how each is written, read and described."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from ummid.catalog.keys import ID_LENGTH
from ummid.catalog.languages import UNDETERMINED, language
from ummid.catalog.territories import WORLD, Territories, successors
from ummid.catalog.times import bound
from ummid.errors import FeedError

_LONGEST = 2048
_ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")
_COUNT = re.compile(r"[0-9]{1,18}")
_PLUS_LOST = re.compile(r"(T\d\d:\d\d\S*) (?=\d\d:?\d\d$)")
"""An offset whose `+` was not percent-encoded arrives with a space in its place."""


class Kind(Struct, frozen=True):
    """A type of value. `read` raises ValueError with words for people; `schema` is OpenAPI's."""

    read: Callable[[str], Any]
    schema: Mapping[str, Any]


class Parameter(Struct, frozen=True, kw_only=True):
    """One parameter. `default` is what an absent one reads as; `problem` is its problem type."""

    name: str
    place: Literal["path", "query"]
    kind: Kind
    help: str
    example: str
    required: bool = False
    default: Any = None
    problem: str = "bad-parameter"


def _title_id(raw: str) -> str:
    if _ID.fullmatch(raw) is None:
        raise ValueError(f"a title id is {ID_LENGTH} hexadecimal characters in lower case")
    return raw


def _text(raw: str) -> str:
    if not raw.strip() or len(raw) > _LONGEST:
        raise ValueError(f"takes 1 to {_LONGEST} characters")
    return raw


def _territory(raw: str) -> str:
    """One territory of today: never a default, and the world is not one of them."""
    code = Territories().read(raw) if len(raw) <= 64 else None
    if code is None:
        raise ValueError(f"{raw[:64]!r} names no territory; use ISO 3166 codes such as FR or US-CA")
    if code == WORLD:
        raise ValueError("availability differs by territory; ask for one, such as FR")
    today = successors(code)
    if today != (code,):
        raise ValueError(f"{code} was withdrawn from ISO 3166; ask for {', '.join(today)}")
    return code


def _instant(raw: str) -> int:
    """Epoch ms of an instant with a zone, or of a date's midnight in UTC."""
    try:
        read = bound(_PLUS_LOST.sub(r"\1+", raw)) if len(raw) <= 40 else None
    except (FeedError, ValueError):
        read = None
    if read is None or read.instant is None:
        raise ValueError(
            f"{raw[:40]!r} is no ISO 8601 date or instant such as 2025-03-01 or "
            "2025-03-01T20:00:00Z"
        )
    if read.kind == "local":
        raise ValueError(f"{raw!r} states no time zone; add Z or an offset such as +01:00")
    return read.instant


def _language(raw: str) -> str:
    """One BCP 47 tag in its normal spelling; a tag of an unknown region is its language."""
    tag = language(raw) if len(raw) <= 35 else None
    if tag is None or tag == UNDETERMINED:
        raise ValueError(f"{raw[:35]!r} names no language; use BCP 47 tags such as fr or fr-CA")
    return tag


TITLE_ID = Kind(_title_id, {"type": "string", "pattern": f"^{_ID.pattern}$"})
TEXT = Kind(_text, {"type": "string", "minLength": 1, "maxLength": _LONGEST})
TERRITORY = Kind(_territory, {"type": "string", "maxLength": 64})
LANGUAGE = Kind(_language, {"type": "string", "maxLength": 35})
INSTANT = Kind(_instant, {"type": "string", "format": "date-time"})


def _flag(raw: str) -> bool:
    if raw not in ("0", "1", "true", "false"):
        raise ValueError("takes 1 or 0")
    return raw in ("1", "true")


FLAG = Kind(_flag, {"type": "boolean"})


def count(least: int, most: int) -> Kind:
    """A whole number from `least` to `most`."""

    def read(raw: str) -> int:
        if _COUNT.fullmatch(raw) is None or not least <= int(raw) <= most:
            raise ValueError(f"takes a whole number from {least} to {most}")
        return int(raw)

    return Kind(read, {"type": "integer", "minimum": least, "maximum": most})
