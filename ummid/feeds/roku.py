"""What the two Roku feeds say of a title alike: people, ratings, ids, dates, descriptions.

Sources: Direct Publisher feed specification (rokudev/feed-specifications) and Roku Search
feed (developer.roku.com).
"""

import re
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from ummid.catalog.identifiers import external_id
from ummid.catalog.keys import stable_id
from ummid.catalog.languages import language
from ummid.catalog.model import (
    Credit,
    DatePrecision,
    ExternalId,
    IdScope,
    Rating,
    Release,
    Synopsis,
    SynopsisLength,
    Warning,
)
from ummid.catalog.times import bound, year_of
from ummid.errors import FeedError
from ummid.feeds.connector import Profile
from ummid.feeds.jsonvalues import as_dict, as_list, as_text, as_texts, member
from ummid.feeds.plain import plain_text

_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?$")
_TERRITORY = {
    "BBFC": "GB", "UK_CP": "GB", "CHVRS": "CA", "CPR": "CA", "MPAA": "US", "USA_PR": "US",
    "ACB": "AU", "ABMC": "AT", "CLASSIND": "BR", "FSF": "DE", "FSK": "DE", "RTC": "MX",
}  # fmt: skip
"""The country of each rating authority, from the Search feed's table."""


class Doubts(list[Warning]):
    """The warnings of one record as they come up."""

    def add(self, code: str, field: str, message: str) -> None:
        self.append(Warning(code, field, message))

    def language(self, raw: str, field: str) -> str | None:
        """The tag for a spelling; a doubt when it names no language."""
        tag = language(raw)
        if raw and not tag:
            self.add("unknown-language", field, f"{raw!r} names no language")
        return sys.intern(tag) if tag else None


class Released(NamedTuple):
    """A release date as read: the event, if the date is one, and the year."""

    releases: tuple[Release, ...]
    year: int | None


def season_id(series: str, number: object) -> str:
    """An id for a season that has none of its own, the same in every delivery."""
    return stable_id("season", series, str(number))


def external_ids(value: Any, scope: IdScope, doubts: Doubts) -> tuple[ExternalId, ...]:
    """`externalIds`: objects with `id` and `idType` (Search: `source`)."""
    found: list[ExternalId] = []
    for item in as_list(value):
        entry = as_dict(item)
        raw = as_text(member(entry, "id", "value")) or as_text(item)
        scheme = as_text(member(entry, "idType", "source", "type"))
        added = external_id(scheme, raw, scope)
        if added:
            found.append(added)
            if not added.valid:
                doubts.add("invalid-id", "ids", f"{raw!r} is no valid {added.scheme} id")
    return tuple(dict.fromkeys(found))


def credits_of(value: Any, extra: dict[str, str]) -> tuple[Credit, ...]:
    """`credits`: objects with `name` and `role`, or bare names; order as given."""
    found: list[Credit] = []
    for item in as_list(value):
        entry = as_dict(item)
        name = plain_text(as_text(member(entry, "name") or item))
        if not name:
            continue
        role = sys.intern(as_text(member(entry, "role")).lower() or "actor")
        character = plain_text(as_text(member(entry, "character", "characterName"))) or None
        found.append(Credit(name, role, character, len(found) + 1))
        for fact in ("birthDate", "deathDate", "imageUrl"):
            if text := as_text(entry.get(fact)):
                extra[f"{fact} of {name}"] = text
    return tuple(found)


def ratings_of(value: Any, doubts: Doubts) -> tuple[Rating, ...]:
    """`rating{rating, ratingSource}` and `advisoryRatings[]{source, value, descriptors}`."""
    found: list[Rating] = []
    for item in as_list(value):
        entry = as_dict(item)
        text = as_text(member(entry, "rating", "value")) or ("" if entry else as_text(item))
        system = as_text(member(entry, "ratingSource", "source", "system"))
        if not text:
            continue
        if not system:
            doubts.add("unknown-rating-system", "ratings", f"rating {text!r} names no source")
        found.append(
            Rating(
                system or "unknown",
                text,
                _TERRITORY.get(system.upper()),
                tuple(as_texts(member(entry, "descriptors"))),
            )
        )
    return tuple(dict.fromkeys(found))


def release_of(raw: Any, profile: Profile, doubts: Doubts) -> Released:
    """`releaseDate`, cut to the precision it has. One that cannot be read is a doubt."""
    text = as_text(raw)
    if not text:
        return Released((), None)
    for form in profile.date_formats:
        try:
            text = datetime.strptime(text, form).date().isoformat()
            break
        except ValueError:
            continue
    match = _DATE.match(text)
    try:
        if not match or (match[3] and not bound(text[:10])):
            raise FeedError("bad-date", "not year-month-day")
        if match[2] and not 1 <= int(match[2]) <= 12:
            raise FeedError("bad-date", "no such month")
    except FeedError:
        doubts.add(
            "bad-date",
            "releases",
            f"release date {as_text(raw)!r} cannot be read as year-month-day; it was left out",
        )
        return Released((), None)
    precision: DatePrecision = "day" if match[3] else "month" if match[2] else "year"
    day = text[: {"day": 10, "month": 7, "year": 4}[precision]]
    return Released((Release(day, precision=precision),), year_of(day))


def synopses_of(
    short: Iterable[tuple[str, str]], long: Iterable[tuple[str, str]], doubts: Doubts
) -> tuple[Synopsis, ...]:
    """(language, text) pairs as descriptions; Roku allows 200 and 500 characters."""
    found: dict[tuple[str, str], Synopsis] = {}
    bounds: tuple[tuple[SynopsisLength, int, Iterable[tuple[str, str]]], ...] = (
        ("short", 200, short),
        ("long", 500, long),
    )
    for length, limit, texts in bounds:
        for tag, raw in texts:
            value = plain_text(raw)
            field = f"synopses.{length}"
            if not value:
                continue
            if len(value) > limit:
                doubts.add("too-long", field, f"{len(value)} characters; {limit} are allowed")
            if (tag, value) in found:
                doubts.add("repeated-text", field, "the same as the short description")
            else:
                found[tag, value] = Synopsis(value, tag, length)
    return tuple(found.values())
