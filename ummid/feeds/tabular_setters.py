"""How one cell enters a record being built: a setter per column, made once per file."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ummid.catalog import times
from ummid.catalog.identifiers import external_id
from ummid.catalog.keys import slug
from ummid.catalog.model import (
    Artwork,
    Genre,
    Synopsis,
    SynopsisLength,
    Technical,
    Text,
    TextUse,
)
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.tabular_draft import CACHED, Draft, Setter
from ummid.feeds.tabular_guess import Column
from ummid.feeds.tabular_lists import (
    cached_tuple,
    countries,
    credits,
    languages,
    organisations,
    split,
    split_words,
)
from ummid.feeds.tabular_names import OFFER, ORGANISATIONS, PEOPLE, SCHEMES
from ummid.feeds.tabular_values import (
    BETWEEN,
    day_of,
    items,
    number_of,
    plain,
    runtime_ms,
    untagged,
)

_USES: Mapping[str, TextUse] = {
    "title": "display",
    "episode_title": "display",
    "original_title": "original",
    "tagline": "tagline",
}
_DAY_MS = 86_400_000
_SEASONS = re.compile(r"^(\d{1,3})\s*(?:seasons?|staffeln?|temporadas?|saisons?)$", re.IGNORECASE)


def setter(column: Column, name: str, feed: Feed) -> Setter:
    """What to do with a known cell of a column; `name` is its key among the extras."""
    field = column.field
    if not field:
        return _extra(name)
    if field in OFFER:
        return _offer(field)
    if field in PEOPLE:
        return credits(column, PEOPLE[field])
    if field in SCHEMES:
        return _external_id(*SCHEMES[field], name)
    if field in ORGANISATIONS:
        return organisations(column, ORGANISATIONS[field])
    if field in ("season", "episode", "absolute_number"):
        return _number(field, name)
    if column.language and field in _USES:
        return _localised_title(column, _USES[field])
    makers: dict[str, Callable[[], Setter]] = {
        "year": lambda: _year(name),
        "release_date": lambda: _release(column, name, feed),
        "runtime": lambda: _runtime(column, name),
        "genres": lambda: cached_tuple(
            "genres", lambda text: tuple(map(Genre, split(column, text)))
        ),
        "keywords": lambda: cached_tuple("keywords", lambda text: tuple(split(column, text))),
        "links": lambda: cached_tuple("links", lambda text: tuple(split_words(column, text))),
        "artwork": lambda: cached_tuple(
            "artwork", lambda text: tuple(map(Artwork, split_words(column, text)))
        ),
        "countries": lambda: countries(column, feed),
        "languages": lambda: languages(column),
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


def _localised_title(column: Column, use: TextUse) -> Setter:
    def put(draft: Draft, text: str) -> None:
        draft.titles.append(Text(plain(text), column.language or "und", use, column.territory))

    return put


def _alternates(column: Column) -> Setter:
    def put(draft: Draft, text: str) -> None:
        commas = BETWEEN not in text and column.separator is None and "|" not in text
        parts = [text] if commas and ";" not in text and text[0] != "[" else split(column, text)
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
