"""One title of a MEC table or JSON document for Prime Video.

There is usually no id at all, and a parent is named by its title. `WorkType` says `series` on
series, seasons and episodes: the kind then follows from the parents, with a warning.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from ummid.catalog.identifiers import external_id
from ummid.catalog.keys import stable_id
from ummid.catalog.languages import language_or_undetermined
from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    Genre,
    Kind,
    Organisation,
    Parent,
    Rating,
    Release,
    SourceRecord,
    Statement,
    Synopsis,
    SynopsisLength,
    Text,
    Warning,
)
from ummid.catalog.times import year_of
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.movielabs import (
    check_rating,
    checked,
    content_id,
    id_scope,
    integer,
    language_tag,
    plain,
    release_date,
    territory,
    work_kind,
)
from ummid.feeds.movielabs_basic import world_ids
from ummid.feeds.movielabs_localized import resolution

Json = Any
_SUMMARIES: tuple[tuple[str, SynopsisLength, int], ...] = (
    ("summary190", "short", 190),
    ("summary400", "medium", 400),
)
_EPISODE = re.compile(r"\bepisode[\s_]*\d+$", re.IGNORECASE)
_SEASON = re.compile(r"\bseason[\s_]*\d+$", re.IGNORECASE)


class Placed(NamedTuple):
    kind: Kind
    parent: str | None
    number: int | None


class Hierarchy:
    """The series and seasons met so far, by title: a row names its parent by title alone."""

    def __init__(self) -> None:
        self._known: dict[str, Placed] = {}

    def add(self, title: str, kind: Kind, parent: str | None, number: int | None) -> None:
        if kind in ("series", "season"):
            self._known[_plain(title)] = Placed(kind, parent, number)

    def find(self, title: str) -> Placed | None:
        return self._known.get(_plain(title))

    def placed(
        self, read: Callable[[Feed, str, Json, "Hierarchy"], Statement]
    ) -> Callable[[Feed, str, Json], Statement]:
        """`read`, with this hierarchy at hand."""
        return lambda feed, at, item: read(feed, at, item, self)


def _plain(title: str) -> str:
    return " ".join(title.casefold().split())


def read_title(
    feed: Feed, at: str, payload: Json, hierarchy: Hierarchy, warnings: list[Warning]
) -> SourceRecord:
    """Raises FeedError `missing-id` when nothing names the title."""
    infos = objects_at(payload, "localizedInfo")
    category = object_at(payload, "category")
    own = text_at(payload, "contentId")
    titles = tuple(_titles(infos, warnings))
    if not titles and not own:
        raise FeedError("missing-id", "the title has no ContentID and no TitleDisplay")
    if not titles:
        warnings.append(Warning("no-title", "titles", "there is no title in any language"))
    name = titles[0].value if titles else own
    parent = text_at(category, "parentTitleDisplay")
    parent_id = text_at(category, "parentContentId")
    kind = _kind(payload, name, hierarchy, warnings)
    raw_number = text_at(category, "sequenceNumber")
    number = integer(raw_number, "number", warnings)
    above = hierarchy.find(parent) if parent else None
    hierarchy.add(name, kind, parent or None, number)
    languages = sorted({text_at(info, "language") for info in infos})
    released = text_at(payload, "releaseDate")
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        format_version=feed.header.format_version,
        kind=kind,
        key=stable_id("title", *_identity(payload, own, name), *languages),
        source=feed.source(at),
        own_id=own or None,
        ids=world_ids(own, warnings, id_scope(kind)) + tuple(_ids(payload, kind, warnings)),
        titles=titles,
        synopses=tuple(_synopses(infos, warnings)),
        year=year_of(text_at(payload, "releaseYear") or released),
        parents=tuple(_parents(kind, parent, parent_id, above, warnings)),
        season_number=number if kind == "season" else _season_above(kind, above),
        episode_number=number if kind == "episode" else None,
        number_text=raw_number if raw_number and kind not in ("season", "episode") else None,
        original_language=_original(payload, warnings),
        genres=tuple(_genre_terms(payload)),
        credits=tuple(_credits(payload, warnings)),
        ratings=tuple(_ratings(feed, payload, warnings)),
        releases=tuple(dict.fromkeys(_releases(feed, payload, warnings))),
        artwork=tuple(_artwork(infos, warnings)),
        organisations=tuple(_organisations(payload)),
        extra=_facts(payload),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def text_at(value: Json, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return "" if found is None or isinstance(found, dict | list) else " ".join(str(found).split())


def object_at(value: Json, key: str) -> Json:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def objects_at(value: Json, key: str) -> list[Json]:
    """The objects of a list; one object alone counts as a list of one."""
    found = value.get(key)
    items = found if isinstance(found, list) else [found]
    return [item for item in items if isinstance(item, dict)]


def _identity(payload: Json, own: str, name: str) -> tuple[str, ...]:
    """What names a title under redelivery: its id, else what tells it from its namesakes."""
    if own:
        return (own,)
    category = object_at(payload, "category")
    return (
        name,
        text_at(payload, "workType").lower(),
        text_at(category, "parentTitleDisplay") or text_at(category, "parentContentId"),
        text_at(category, "sequenceNumber"),
    )


def _season_above(kind: Kind, above: Placed | None) -> int | None:
    return above.number if kind == "episode" and above and above.kind == "season" else None


def _kind(payload: Json, name: str, hierarchy: Hierarchy, warnings: list[Warning]) -> Kind:
    stated = text_at(payload, "workType")
    kind = work_kind(stated)
    if kind == "unknown":
        message = f"{stated!r} is no MovieLabs WorkType" if stated else "there is no WorkType"
        warnings.append(Warning("unknown-work-type", "kind", message))
    category = object_at(payload, "category")
    parent = text_at(category, "parentTitleDisplay")
    if kind != "series" or not (parent or text_at(category, "parentContentId")):
        return kind
    derived = _derived_kind(payload, name, parent, hierarchy)
    message = f"WorkType {stated!r} with a parent is read as {derived}"
    warnings.append(Warning("kind-derived", "kind", message))
    return derived


def _derived_kind(payload: Json, name: str, parent: str, hierarchy: Hierarchy) -> Kind:
    category = work_kind(text_at(object_at(payload, "category"), "type"))
    if category in ("season", "episode"):
        return category
    above = hierarchy.find(parent)
    if above:
        return "season" if above.kind == "series" else "episode"
    if _EPISODE.search(name) or _SEASON.search(parent):
        return "episode"
    return "season"


def _titles(infos: list[Json], warnings: list[Warning]) -> Iterator[Text]:
    for info in infos:
        tag = _language(info, "titles", warnings)
        if title := text_at(info, "titleDisplay"):
            yield Text(title, tag)
        if sort := text_at(info, "titleSort"):
            yield Text(sort, tag, "sort")


def _language(info: Json, field: str, warnings: list[Warning]) -> str:
    return language_tag(text_at(info, "language") or None, field, warnings)


def _synopses(infos: list[Json], warnings: list[Warning]) -> Iterator[Synopsis]:
    for info in infos:
        tag = language_or_undetermined(text_at(info, "language"))
        for key, length, limit in _SUMMARIES:
            value = text_at(info, key)
            if len(value) > limit:
                message = f"{key} has {len(value)} characters, more than {limit}"
                warnings.append(Warning("over-length", "synopses", message))
            if value:
                yield Synopsis(plain(value), tag, length)


def _ids(payload: Json, kind: Kind, warnings: list[Warning]) -> Iterator[ExternalId]:
    for item in objects_at(payload, "identifier"):
        found = external_id(text_at(item, "namespace"), text_at(item, "value"), id_scope(kind))
        yield from checked(found, "ids", warnings)


def _parents(
    kind: Kind,
    parent: str,
    parent_id: str,
    above: Placed | None,
    warnings: list[Warning],
) -> Iterator[Parent]:
    if not parent and not parent_id:
        return
    if kind == "season":
        yield Parent("series", content_id(parent_id, "parents", warnings, "series"), parent or None)
    elif kind == "episode":
        relation: Literal["series", "season"] = (
            "series" if above and above.kind == "series" else "season"
        )
        ids = content_id(parent_id, "parents", warnings, relation)
        yield Parent(relation, ids, parent or None)
        if above and above.kind == "season" and above.parent:
            yield Parent("series", title=above.parent)
    else:
        yield Parent("title", content_id(parent_id, "parents", warnings), parent or None)


def _original(payload: Json, warnings: list[Warning]) -> str | None:
    stated = text_at(payload, "originalLanguage")
    tag = language_tag(stated, "original_language", warnings) if stated else "und"
    return tag if tag != "und" else None


def _genre_terms(payload: Json) -> Iterator[Genre]:
    for item in objects_at(payload, "genre"):
        if primary := text_at(item, "primary"):
            yield Genre(primary, level=0)
        more = item.get("subGenre")
        for value in more if isinstance(more, list) else [more]:
            if value:
                yield Genre(str(value).strip(), level=1)


def _credits(payload: Json, warnings: list[Warning]) -> Iterator[Credit]:
    for item in objects_at(payload, "cast"):
        names = item.get("displayName")
        spelt = [names] if isinstance(names, str) else list(object_at(item, "displayName").values())
        name = next((str(n).strip() for n in spelt if n and str(n).strip()), "")
        if not name:
            warnings.append(Warning("nameless-person", "credits", "a person has no name"))
            continue
        role = text_at(item, "jobFunction").lower() or "other"
        order = integer(text_at(item, "billingBlockOrder"), "credits.order", warnings)
        yield Credit(name, role, order=order)


def _ratings(feed: Feed, payload: Json, warnings: list[Warning]) -> Iterator[Rating]:
    for item in objects_at(payload, "rating"):
        system, value = text_at(item, "system"), text_at(item, "value")
        if not system and not value:
            continue
        check_rating(system, value, warnings)
        country = text_at(item, "country")
        code = territory(country, feed.territories, "ratings", warnings) if country else None
        yield Rating(system, value, code)


def _releases(feed: Feed, payload: Json, warnings: list[Warning]) -> Iterator[Release]:
    dated = [("original", "", text_at(payload, "releaseDate"))]
    for item in objects_at(payload, "releaseHistory"):
        dated.append(
            (text_at(item, "type").lower(), text_at(item, "country"), text_at(item, "date"))
        )
    for kind, country, raw in dated:
        if not (country or raw):
            continue
        found = release_date(raw)
        if found is None:
            warnings.append(Warning("bad-date", "releases", f"{raw!r} is no release date"))
            continue
        code = territory(country, feed.territories, "releases", warnings) if country else None
        yield Release(found[0], kind or "original", code, found[1])


def _artwork(infos: list[Json], warnings: list[Warning]) -> Iterator[Artwork]:
    for info in infos:
        tag = language_or_undetermined(text_at(info, "language"))
        for item in objects_at(info, "artReference"):
            if reference := text_at(item, "reference"):
                width, height = resolution(text_at(item, "resolution"), warnings)
                yield Artwork(reference, text_at(item, "purpose") or None, width, height, tag)


def _organisations(payload: Json) -> Iterator[Organisation]:
    org = object_at(payload, "organization")
    if identifier := text_at(org, "id"):
        name = identifier.removeprefix("md:orgid:")
        yield Organisation(name, text_at(org, "role").lower() or "other", identifier)
    if credit := text_at(object_at(payload, "companyDisplayCredit"), "value"):
        yield Organisation(credit, "display-credit")


def _facts(payload: Json) -> dict[str, str]:
    found = {
        "work-type": text_at(payload, "workType"),
        "category": text_at(object_at(payload, "category"), "type"),
        "rated": text_at(payload, "rated"),
    }
    for item in objects_at(payload, "cast"):
        for tag, name in list(object_at(item, "displayName").items())[1:]:
            if name and name != next(iter(object_at(item, "displayName").values())):
                key = f"people-{tag}"
                found[key] = f"{found[key]}; {name}" if key in found else str(name)
    return {name: value for name, value in found.items() if value}
