"""How an item lies in a row, and a filter in a condition.

Texts other than ids are written with %XX for what is not plain, so that a namespace and its token
make one text, and no text is refused for what is in it (a database has no NUL).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

from pgvector import Vector as PgVector
from psycopg.types.json import Jsonb

from ummid.errors import ItemError
from ummid.stores.checks import check_numbers
from ummid.stores.vectors import Filter, Restricts, Vector

LONGEST = 2_000
"""Bytes of a text that an index of the database has room for, whatever lies beside it."""
_LAST = (1 << 63) - 1

Condition = tuple[str, list[Any]]


class Row(NamedTuple):
    """As the columns are; `vector` is None for what was removed."""

    id: str
    version: int
    vector: PgVector | None
    crowd: str
    tokens: list[str]
    numbers: Jsonb
    window_tokens: list[str]
    starts: list[int | None]
    ends: list[int | None]


def row(
    name: str, version: int, restricts: Restricts, vector: Vector | None = None, crowd: str = ""
) -> Row:
    """Raises ItemError for what there is no room for."""
    check_numbers(name, restricts)
    if not is_storable(name):
        raise ItemError(name, "unusable-id", f"the id {name!r} has characters that are not text")
    windows = restricts.windows
    made = Row(
        name,
        version,
        None if vector is None else PgVector(vector),
        _plain(crowd),
        [_joined(space, token) for space, held in restricts.tokens.items() for token in held],
        Jsonb({_plain(key): number for key, number in restricts.numbers.items()}),
        [_plain(window.token) for window in windows],
        [_within(window.start) for window in windows],
        [_within(window.end) for window in windows],
    )
    for text in (name, *made.tokens, *made.window_tokens):
        if len(text.encode()) > LONGEST:
            raise ItemError(
                name,
                "too-long",
                f"{text[:40]}… of {name[:40]!r} has {len(text.encode()):,} bytes: {LONGEST:,} at "
                "most for an id, a token or a window's token",
            )
    return made


def is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def condition(within: Filter) -> Condition:
    """SQL with its parameters: exactly what satisfies a filter."""
    parts, values = ["vector IS NOT NULL"], list[Any]()
    for space, tokens in within.allow.items():
        parts.append("tokens && %s::text[]")
        values.append([_joined(space, token) for token in tokens])
    for space, tokens in within.deny.items():
        parts.append("NOT tokens && %s::text[]")
        values.append([_joined(space, token) for token in tokens])
    for name, (first, last) in within.ranges.items():
        parts.append("numbers ? %s")
        values.append(_plain(name))
        for sign, bound in ((">=", first), ("<=", last)):
            if bound is not None:
                parts.append(f"(numbers ->> %s)::bigint {sign} %s")
                values += [_plain(name), bound]
    if within.on is not None:
        _on(*within.on, parts, values)
    return " AND ".join(parts), values


def _on(tokens: Iterable[str], day: int, parts: list[str], values: list[Any]) -> None:
    """The first part is what an index answers, the second what is exact."""
    wanted = [_plain(token) for token in tokens]
    parts.append("window_tokens && %s::text[]")
    parts.append(
        "EXISTS (SELECT FROM unnest(window_tokens, starts, ends) AS held (token, first, after) "
        "WHERE token = ANY(%s::text[]) AND (first IS NULL OR first <= %s) "
        "AND (after IS NULL OR after > %s))"
    )
    values += [wanted, wanted, day, day]


@lru_cache(1 << 14)
def _plain(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


@lru_cache(1 << 14)
def _joined(space: str, token: str) -> str:
    return f"{_plain(space)}={_plain(token)}"


def _within(day: int | None) -> int | None:
    return None if day is None else max(-_LAST, min(_LAST, day))
