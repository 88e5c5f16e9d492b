"""How one cell enters a record being built: a setter per column, made once per file."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ummid.catalog import times
from ummid.catalog.identifiers import external_id
from ummid.catalog.keys import slug
from ummid.catalog.languages import language
from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    Genre,
    Organisation,
    Synopsis,
    SynopsisLength,
    Technical,
    Text,
    TextUse,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.tabular_guess import Column
from ummid.feeds.tabular_names import OFFER, ORGANISATIONS, PEOPLE, SCHEMES
from ummid.feeds.tabular_values import (
    BETWEEN,
    UNKNOWN_PLACE,
    cell_text,
    day_of,
    first_last,
    items,
    number_of,
    plain,
    runtime_ms,
    untagged,
)

CACHED = 20_000
"""Distinct cells remembered per column: genres, countries and years repeat, synopses do not."""

_USES: Mapping[str, TextUse] = {
    "title": "display",
    "episode_title": "display",
    "original_title": "original",
    "tagline": "tagline",
}
_DAY_MS = 86_400_000
_SEASONS = re.compile(r"^(\d{1,3})\s*(?:seasons?|staffeln?|temporadas?|saisons?)$", re.IGNORECASE)


class Draft:
    """A row on its way to a record. `fields` hold single values by field name."""

    __slots__ = (
        "credits",
        "extra",
        "fields",
        "ids",
        "offer",
        "organisations",
        "synopses",
        "titles",
        "warnings",
    )

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.offer: dict[str, str] = {}
        self.extra: dict[str, str] = {}
        self.titles: list[Text] = []
        self.ids: list[ExternalId] = []
        self.credits: list[Credit] = []
        self.synopses: list[Synopsis] = []
        self.organisations: list[Organisation] = []
        self.warnings: list[Warning] = []

    def doubt(self, code: str, field: str, message: str) -> None:
        self.warnings.append(Warning(code, field, message))


Setter = Callable[[Draft, str], None]


def setter(column: Column, name: str, feed: Feed) -> Setter:
    """What to do with a known cell of a column; `name` is its key among the extras."""
    field = column.field
    if not field:
        return _extra(name)
    if field in OFFER:
        return _offer(field)
    if field in PEOPLE:
        return _credits(column, PEOPLE[field])
    if field in SCHEMES:
        return _external_id(*SCHEMES[field], name)
    if field in ORGANISATIONS:
        return _organisations(column, ORGANISATIONS[field])
    if field in ("season", "episode", "absolute_number"):
        return _number(field, name)
    if column.language and field in _USES:
        return _localised_title(column, _USES[field])
    makers: dict[str, Callable[[], Setter]] = {
        "year": lambda: _year(name),
        "release_date": lambda: _release(column, name, feed),
        "runtime": lambda: _runtime(column, name),
        "genres": lambda: _cached_tuple(
            "genres", lambda text: tuple(map(Genre, _split(column, text)))
        ),
        "keywords": lambda: _cached_tuple("keywords", lambda text: tuple(_split(column, text))),
        "links": lambda: _cached_tuple("links", lambda text: tuple(_split_words(column, text))),
        "artwork": lambda: _cached_tuple(
            "artwork", lambda text: tuple(map(Artwork, _split_words(column, text)))
        ),
        "countries": lambda: _countries(column, feed),
        "languages": lambda: _languages(column),
        "alternate_titles": lambda: _alternates(column),
        "synopsis": lambda: _synopsis(column),
        "seasons": lambda: _seasons(name),
        "updated": lambda: _updated(column, feed, name),
        "partner": lambda: _partner(feed, name),
    }
    return makers[field]() if field in makers else _scalar(field)


def _scalar(field: str) -> Setter:
    def put(draft: Draft, text: str) -> None:
        draft.fields.setdefault(field, plain(text))

    return put


def _extra(name: str) -> Setter:
    def put(draft: Draft, text: str) -> None:
        draft.extra[name] = plain(text)

    return put


def _offer(field: str) -> Setter:
    def put(draft: Draft, text: str) -> None:
        draft.offer.setdefault(field, text)

    return put


def _cached_tuple(field: str, read: Callable[[str], tuple[Any, ...]]) -> Setter:
    cache: dict[str, tuple[Any, ...]] = {}

    def put(draft: Draft, text: str) -> None:
        found = cache.get(text)
        if found is None:
            found = read(text)
            if len(cache) < CACHED and len(text) < 1000:
                cache[text] = found
        draft.fields[field] = draft.fields.get(field, ()) + found

    return put


def _credits(column: Column, role: str) -> Setter:
    separator, last_first = column.separator, column.last_first

    def put(draft: Draft, text: str) -> None:
        if last_first:
            parts = text.split("|") if "|" in text else text.split(";") if ";" in text else [text]
            names = [first_last(p) for p in parts if p.strip()]
        else:
            names = items(text, separator)
        last = draft.credits[-1] if draft.credits else None
        first = (last.order or 0) + 1 if last and last.role == role else 1
        draft.credits.extend([Credit(n, role, None, i) for i, n in enumerate(names, first)])

    return put


def _organisations(column: Column, role: str) -> Setter:
    def put(draft: Draft, text: str) -> None:
        draft.organisations.extend(Organisation(name, role) for name in _split(column, text))

    return put


def _external_id(scheme: str, scope: Any, name: str) -> Setter:
    def put(draft: Draft, text: str) -> None:
        for part in items(text, "|") if "|" in text or BETWEEN in text else (text,):
            value = part[:-2] if part.endswith(".0") and part[:-2].isdigit() else part
            if scheme == "imdb" and value.isdigit():
                value = f"tt{int(value):07}" if len(value) <= 10 else value
            found = external_id(scheme, value, scope)
            if found is None:
                continue
            draft.ids.append(found)
            if not found.valid:
                draft.doubt("invalid-id", "ids", f"{name}: {part!r} is no valid {scheme} id")

    return put


def _number(field: str, name: str) -> Setter:
    def put(draft: Draft, text: str) -> None:
        number = number_of(text)
        if number is None:
            draft.fields.setdefault(f"{field}_text", text)
            draft.doubt("bad-number", field, f"{name}: {text!r} is no whole number")
        else:
            draft.fields.setdefault(field, number)

    return put


def _seasons(name: str) -> Setter:
    def put(draft: Draft, text: str) -> None:
        draft.extra[name] = plain(text)
        count = number_of(text)
        if count:
            draft.fields.setdefault("seasons", count)

    return put


def _year(name: str) -> Setter:
    def put(draft: Draft, text: str) -> None:
        year = times.year_of(text)
        if year is None:
            draft.extra.setdefault(name, text)
            draft.doubt("bad-year", "year", f"{name}: {text!r} is no year from 1870 to 2100")
        else:
            draft.fields.setdefault("year", year)

    return put


def _release(column: Column, name: str, feed: Feed) -> Setter:
    formats = (column.format,) if column.format else feed.profile.date_formats

    def put(draft: Draft, text: str) -> None:
        try:
            found = day_of(text, formats)
        except FeedError as error:
            draft.extra.setdefault(name, text)
            draft.doubt(error.code, "releases", f"{name}: {error}")
        else:
            draft.fields.setdefault("release", found)

    return put


def _runtime(column: Column, name: str) -> Setter:
    unit = column.unit or "min"
    cache: dict[str, Technical | None] = {}

    def put(draft: Draft, text: str) -> None:
        seasons = _SEASONS.match(text)
        if seasons:  # streaming catalogues write "2 Seasons" where a film has its minutes
            draft.fields.setdefault("seasons", int(seasons[1]))
            draft.extra.setdefault(name, text)
            return
        technical = cache.get(text)
        if technical is None:
            try:
                length = runtime_ms(text, unit)
            except FeedError as error:
                draft.extra.setdefault(name, text)
                draft.doubt(error.code, "technical.duration_ms", f"{name}: {error}")
                return
            technical = Technical(duration_ms=length) if length else None
            if len(cache) < CACHED:
                cache[text] = technical
        if technical is None:
            return
        draft.fields.setdefault("technical", technical)
        if technical.duration_ms and technical.duration_ms > _DAY_MS:
            draft.doubt("implausible", "technical.duration_ms", f"{name}: {text!r} is over a day")

    return put


def _countries(column: Column, feed: Feed) -> Setter:
    cache: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def read(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        parts = items(text, column.separator, UNKNOWN_PLACE)
        codes = [feed.territories.read(part) for part in parts]
        return (
            tuple(dict.fromkeys(code for code in codes if code)),
            tuple(part for part, code in zip(parts, codes, strict=True) if not code),
        )

    def put(draft: Draft, text: str) -> None:
        found = cache.get(text)
        if found is None:
            found = read(text)
            if len(cache) < CACHED and len(text) < 1000:
                cache[text] = found
        codes, unknown = found
        draft.fields["countries"] = draft.fields.get("countries", ()) + codes
        for raw in unknown:
            draft.doubt("unknown-territory", "countries", f"{raw!r} names no country")

    return put


def _languages(column: Column) -> Setter:
    def put(draft: Draft, text: str) -> None:
        for raw in _split(column, text):
            tag = language(raw)
            if tag is None:
                draft.doubt("unknown-language", "languages", f"{raw!r} names no language")
            else:
                draft.fields["languages"] = (*draft.fields.get("languages", ()), tag)

    return put


def _localised_title(column: Column, use: TextUse) -> Setter:
    def put(draft: Draft, text: str) -> None:
        draft.titles.append(Text(plain(text), column.language or "und", use, column.territory))

    return put


def _alternates(column: Column) -> Setter:
    def put(draft: Draft, text: str) -> None:
        commas = BETWEEN not in text and column.separator is None and "|" not in text
        parts = [text] if commas and ";" not in text and text[0] != "[" else _split(column, text)
        draft.titles.extend(
            Text(part, column.language or "und", "alternate", column.territory) for part in parts
        )

    return put


def _synopsis(column: Column) -> Setter:
    def put(draft: Draft, text: str) -> None:
        value = (
            untagged(plain(text)) if "<" in text or "&" in text else " ".join(plain(text).split())
        )
        size = len(value)
        length: SynopsisLength = "short" if size <= 190 else "medium" if size <= 400 else "long"
        tag = column.language or "und"
        draft.synopses.append(Synopsis(value, tag, length, column.territory))

    return put


def _updated(column: Column, feed: Feed, name: str) -> Setter:
    def put(draft: Draft, text: str) -> None:
        zone = feed.profile.assumed_zone
        try:
            if text.isdigit() and len(text) in (10, 13):
                instant = times.bound_from_ms(text.ljust(13, "0")).instant
            elif column.format:
                instant = times.bound_in_format(text, (column.format,), assumed_zone=zone).instant
            else:
                instant = times.bound(text, assumed_zone=zone).instant
        except FeedError as error:
            draft.extra.setdefault(name, text)
            draft.doubt(error.code, "event_time", f"{name}: {error}")
        else:
            draft.fields.setdefault("event_time", instant)

    return put


def _partner(feed: Feed, name: str) -> Setter:
    seen: dict[str, str] = {}

    def put(draft: Draft, text: str) -> None:
        named = seen.get(text)
        if named is None:
            named = slug(plain(text))
            if len(seen) < CACHED:
                seen[text] = named
        if feed.header.partner is None:
            feed.header.partner = named or None
        if named != feed.header.partner:
            draft.extra[name] = plain(text)

    return put


def _split(column: Column, text: str) -> list[str]:
    return items(text, column.separator)


def _split_words(column: Column, text: str) -> list[str]:
    """Addresses hold commas and semicolons: only a bar or white space parts them."""
    if column.separator or BETWEEN in text or "|" in text:
        return _split(column, text)
    return cell_text(text).split()
