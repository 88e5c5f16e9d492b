"""Amagi EPG: `programs/program` in XML, an array of slots in JSON.

XML dates are dd-mm-yyyy with `announced_time` and no zone: local, placed by the profile's
assumed zone. JSON slots name no channel: it is the profile's scope, else the partner.
"""

import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import ijson

from ummid.catalog import times
from ummid.catalog.grants import Bound
from ummid.catalog.identifiers import own_id
from ummid.catalog.keys import stable_id
from ummid.catalog.languages import language_or_undetermined
from ummid.catalog.model import (
    Airing,
    Artwork,
    Genre,
    Kind,
    Parent,
    Scope,
    SourceRecord,
    Statement,
    Synopsis,
    Technical,
    Text,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds import amagi_common as common
from ummid.feeds.connector import Feed, read_each
from ummid.feeds.jsonguard import GuardedJson
from ummid.feeds.xml import Element, child, children, place, raw, stream_elements, text

_FORMATS = ("%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_epg_xml(feed: Feed) -> Iterator[Statement]:
    """One airing per program."""
    programs = (
        (place(element, f"/programs/program[{count}]"), element)
        for count, element in enumerate(stream_elements(feed.stream, "{*}program"), 1)
    )
    yield from read_each(feed, programs, _read_xml, raw)


def read_epg_json(feed: Feed) -> Iterator[Statement]:
    """One airing per slot of the array."""
    stream = io.BufferedReader(feed.stream)  # type: ignore[type-var]
    if stream.peek(3)[:3] == b"\xef\xbb\xbf":
        stream.read(3)
    slots = ((f"/{i}", slot) for i, slot in enumerate(ijson.items(GuardedJson(stream), "item")))
    try:
        yield from read_each(feed, slots, _read_json, lambda slot: json.dumps(slot, default=str))
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise FeedError(
            "not-well-formed", f"not well-formed JSON: {error}; ask the partner to send it again"
        ) from error


def _read_xml(feed: Feed, where: str, program: Element) -> SourceRecord:
    doubts: list[Warning] = []
    stated = {name: text(value) for name, value in children(program)}
    channel = stated.get("channel", "")
    if not channel:
        raise FeedError("missing-channel", "the program names no channel")
    start = _start(feed, stated, doubts)
    length = _length(stated.get("duration", ""), doubts)
    series, episode = stated.get("series_title", ""), stated.get("episode_title", "")
    type_, subtype = stated.get("program_type", ""), stated.get("program_subtype", "")
    numbers = [common.number(stated.get(n), n, doubts) for n in ("season", "episode")]
    kind = _kind(type_, subtype, bool(episode), any(n is not None for n in numbers), doubts)
    shown = episode or series
    rated = common.rating("", stated.get("parental_rating", ""), "", doubts)
    aired = common.release(
        stated.get("original_air_date", ""), "broadcast", "original_air_date", doubts
    )
    asset = stated.get("asset_id", "")
    year = stated.get("production_year", "")
    if year and times.year_of(year) is None:
        doubts.append(Warning("bad-year", "production_year", f"{year!r} is no year of a title"))
    return _record(
        feed,
        where,
        Airing(channel, start, _end(start, length, stated), flags=_live(stated)),
        kind=kind,
        own_id=asset or None,
        titles=(Text(shown),) if shown else (),
        synopses=_synopses(
            stated.get("episode_description", ""), stated.get("episode_long_description", ""), "und"
        ),
        year=times.year_of(year),
        parents=(Parent("series", title=series),) if series and episode else (),
        season_number=numbers[0],
        episode_number=numbers[1],
        absolute_number=common.number(stated.get("episode_sequence_number"), "sequence", doubts),
        genres=_genres([stated.get("genre", "")], [stated.get("category", "")]),
        ratings=(rated,) if rated else (),
        releases=(aired,) if aired else (),
        artwork=(
            *_pictures_xml(child(program, "program-images"), False, doubts),
            *_pictures_xml(child(program, "series-images"), True, doubts),
        ),
        technical=Technical(duration_ms=length) if length is not None else None,
        warnings=doubts,
        extra={
            "program_type": type_,
            "program_subtype": subtype,
            "series_description": stated.get("series_description", ""),
            "series_long_description": stated.get("series_long_description", ""),
        },
    )


def _read_json(feed: Feed, where: str, slot: Any) -> SourceRecord:
    doubts: list[Warning] = []
    program = slot.get("program") if isinstance(slot, dict) else None
    if not isinstance(program, dict):
        raise FeedError("missing-program", "the slot has no program object")
    zone = feed.profile.assumed_zone
    start = times.bound(_text(slot, "startTime"), assumed_zone=zone)
    stop = _text(slot, "endTime")
    end = times.bound(stop, assumed_zone=zone) if stop else None
    title, episode = _text(program, "title"), _text(program, "programTitle")
    entity, subtype = _text(program, "entityType"), _text(program, "subType")
    numbers = [common.number(program.get(n), n, doubts) for n in ("seasonNumber", "episodeNumber")]
    kind = _kind(entity or subtype, subtype, bool(episode), numbers[1] is not None, doubts)
    tag = language_or_undetermined(_text(program, "titleLang"))
    series_id = _text(program, "seriesId")
    series = title if episode or series_id else ""
    ratings = [
        common.rating(_text(r, "body"), _text(r, "code"), "", doubts)
        for r in _dicts(program, "ratings")
    ]
    releases = [
        common.release(_text(program, name), use, name, doubts)
        for name, use in (("releaseDate", "original"), ("origAirDate", "broadcast"))
    ]
    pictures = [
        common.picture(_texts(image), name == "seriesImages", doubts)
        for name in ("programImages", "seriesImages")
        for image in _dicts(program, name)
    ]
    return _record(
        feed,
        where,
        Airing(feed.profile.scope or feed.partner, start, end, flags=_live(program)),
        kind=kind,
        own_id=_text(program, "id") or _text(program, "assetId") or None,
        titles=(Text(episode or title, tag),) if episode or title else (),
        synopses=_synopses(
            _text(program, "shortDescription"),
            _text(program, "longDescription"),
            language_or_undetermined(_text(program, "descriptionLang")),
        ),
        year=times.year_of(_text(program, "releaseYear")),
        parents=(Parent("series", (own_id(series_id, "series"),) if series_id else (), series),)
        if series
        else (),
        season_number=numbers[0],
        episode_number=numbers[1],
        absolute_number=common.number(program.get("episodeSequenceNumber"), "sequence", doubts),
        genres=_genres(_list(program, "genres"), _list(program, "categories")),
        ratings=tuple(r for r in ratings if r),
        releases=tuple(r for r in releases if r),
        artwork=tuple(p for p in pictures if p),
        technical=None,
        warnings=doubts,
        extra={
            "entity_type": entity,
            "sub_type": subtype,
            "series_description": _text(program, "seriesDescription"),
            "series_long_description": _text(program, "seriesLongDescription"),
        },
    )


def _record(
    feed: Feed,
    where: str,
    airing: Airing,
    *,
    kind: Kind,
    own_id: str | None,
    titles: tuple[Text, ...],
    parents: tuple[Parent, ...],
    warnings: list[Warning],
    extra: dict[str, str],
    **facts: Any,
) -> SourceRecord:
    """The statement of an airing, and what its channel now covers."""
    start, end = airing.start, airing.end
    times.check_window(start, end)
    if start.instant is None:
        raise FeedError("bad-date", f"{start.raw!r} is no time at which a program starts")
    channel, first = airing.channel, start.instant
    last = end.instant if end and end.instant is not None else first + 1
    before = feed.header.covered.get(channel, (first, last))
    feed.header.covered[channel] = (min(before[0], first), max(before[1], last))
    if not titles:
        warnings.append(Warning("missing-title", "title", "the program names no title"))
    named = own_id or stable_id(*(t.value for t in titles), *(p.title or "" for p in parents))
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind=kind,
        key=f"{channel}@{times.iso(first)}#{named}",
        source=feed.source(where),
        scopes=(Scope(f"channel:{channel}", first),),
        own_id=own_id,
        titles=titles,
        parents=parents,
        airings=(airing,),
        warnings=tuple(dict.fromkeys(warnings)),
        extra={name: value for name, value in extra.items() if value},
        **facts,
    )


def _start(feed: Feed, stated: dict[str, str], doubts: list[Warning]) -> Bound:
    """Date and time as documented; a weekday that does not fit is a sign of swapped days."""
    raw_start = f"{stated.get('air_date', '')} {stated.get('announced_time', '')}".strip()
    formats = (*feed.profile.date_formats, *_FORMATS)
    start = times.bound_in_format(raw_start, formats, assumed_zone=feed.profile.assumed_zone)
    day = stated.get("day_of_the_week", "").lower()
    if start.kind == "date":
        raise FeedError("bad-date", f"{raw_start!r} has no announced_time")
    if day in _DAYS:
        for form in formats:
            try:
                local = datetime.strptime(raw_start, form)
            except ValueError:
                continue
            if _DAYS[local.weekday()] != day:
                doubts.append(
                    Warning("weekday-differs", "air_date", f"{raw_start} is no {day.title()}")
                )
            break
    return start


def _end(start: Bound, length: int | None, stated: dict[str, str]) -> Bound | None:
    if length is None or start.instant is None:
        return None
    return Bound(
        start.kind, stated["duration"], start.instant + length, start.zone, start.assumed_zone
    )


def _length(raw_length: str, doubts: list[Warning]) -> int | None:
    try:
        return times.duration_ms(raw_length)
    except FeedError as error:
        doubts.append(Warning(error.code, "duration", str(error)))
        return None


def _kind(stated: str, subtype: str, titled: bool, numbered: bool, doubts: list[Warning]) -> Kind:
    """As stated; a movie that is numbered as an episode stays a movie, with a doubt."""
    kind = common.KINDS.get(stated.lower()) or common.KINDS.get(subtype.lower())
    if kind == "series" or kind is None:
        return "episode" if titled or numbered else "programme"
    if kind == "film" and numbered:
        doubts.append(
            Warning("kind-conflict", "program_type", f"{stated!r} and yet season and episode")
        )
    return kind


def _live(facts: dict[str, Any]) -> tuple[str, ...]:
    flag = facts.get("is_live", facts.get("isLive", ""))
    return ("live",) if str(flag).strip(" >").lower() in ("true", "1", "yes") else ()


def _synopses(short: str, long: str, tag: str) -> tuple[Synopsis, ...]:
    found = []
    if short:
        found.append(Synopsis(short, tag, "short"))
    if long:
        found.append(Synopsis(long, tag, "long"))
    return tuple(found)


def _genres(genres: list[str], categories: list[str]) -> tuple[Genre, ...]:
    return (
        *(Genre(value) for value in genres if value),
        *(Genre(value, "category") for value in categories if value),
    )


def _pictures_xml(listed: Element | None, series: bool, doubts: list[Warning]) -> Iterator[Artwork]:
    for _, image in children(listed) if listed is not None else ():
        facts = {name: text(value) for name, value in children(image)}
        known = common.picture(facts, series, doubts)
        if known:
            yield known


def _text(facts: Any, name: str) -> str:
    value = facts.get(name) if isinstance(facts, dict) else None
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()


def _texts(facts: dict[str, Any]) -> dict[str, str]:
    return {name: _text(facts, name) for name in facts}


def _list(facts: dict[str, Any], name: str) -> list[str]:
    value = facts.get(name)
    return [str(v).strip() for v in (value if isinstance(value, list) else [value]) if v]


def _dicts(facts: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = facts.get(name)
    listed = value if isinstance(value, list) else [value]
    return [v for v in listed if isinstance(v, dict)]
