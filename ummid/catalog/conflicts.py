"""Where statements about one title contradict each other beyond what is tolerated."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from ummid.catalog.lists import person, same_person
from ummid.catalog.model import SourceRecord
from ummid.catalog.survivorship import Contributor, named
from ummid.catalog.title import Claim, Conflict

YEARS_APART = 1
"""A festival and a release, or production and release, may stand a year apart."""
RUNTIME_PERCENT = 10
"""PAL speed-up (4 %), credits and cuts for television stay within it."""

ONE_PER_TITLE = frozenset({"eidr", "imdb", "isan", "tmdb", "tvdb"})
"""Schemes of which a title has one id. A partner's or a platform's own may be many."""

VAGUE_KINDS = frozenset({"unknown", "composition", "asset", "programme"})
"""Kinds that say how the title reached us rather than what it is."""

_VAGUE_SYSTEMS = frozenset({"", "unspecified", "unknown"})

_Claims = dict[Any, list[str]]
ParentTitles = Mapping[tuple[str, str], str]


def conflicts(base: Sequence[Contributor], parent_titles: ParentTitles) -> tuple[Conflict, ...]:
    """The contradictions between statements, given in order of authority."""
    if len(base) == 1:
        record = base[0].record
        return tuple(_ids(base)) if len(record.ids) > 1 else ()
    found: list[Conflict] = []
    for field, value_of, reason in _SINGLE:
        claims: _Claims = {}
        for contributor in base:
            value = value_of(contributor.record)
            if value is not None:
                claims.setdefault(value, []).append(contributor.record_id)
        if len(claims) > 1 and (why := reason(list(claims))):
            found.append(_conflict(field, why, claims))
    found += _ids(base)
    found += _ratings(base)
    found += _parents(base, parent_titles)
    found += _disjoint(base, "countries", "no country in common", attrgetter("countries"))
    found += _disjoint(base, "credits.director", "no director in common", _directors, _any_same)
    return tuple(found)


def _years(values: list[Any]) -> str | None:
    apart = max(values) - min(values)
    return f"{apart} years apart" if apart > YEARS_APART else None


def _runtimes(values: list[Any]) -> str | None:
    shortest, longest = min(values), max(values)
    if longest * 100 <= shortest * (100 + RUNTIME_PERCENT):
        return None
    return f"{(longest - shortest) * 100 // shortest} % apart"


def _languages(values: list[Any]) -> str | None:
    primary = {tag.partition("-")[0] for tag in values}
    return "different languages" if len(primary) > 1 else None


def _differ(what: str) -> Callable[[list[Any]], str | None]:
    return lambda _: f"different {what}"


def clear_kind(record: SourceRecord) -> str | None:
    return None if record.kind in VAGUE_KINDS else record.kind


def runtime(record: SourceRecord) -> int | None:
    return (record.technical.duration_ms or None) if record.technical else None


def _original_language(record: SourceRecord) -> str | None:
    return record.original_language or None


_SINGLE: tuple[
    tuple[str, Callable[[SourceRecord], Any], Callable[[list[Any]], str | None]], ...
] = (
    ("kind", clear_kind, _differ("kinds")),
    ("year", attrgetter("year"), _years),
    ("season_number", attrgetter("season_number"), _differ("season numbers")),
    ("episode_number", attrgetter("episode_number"), _differ("episode numbers")),
    ("duration_ms", runtime, _runtimes),
    ("original_language", _original_language, _languages),
)


def _conflict(field: str, reason: str, claims: _Claims) -> Conflict:
    return Conflict(
        field,
        reason,
        tuple(Claim(value, tuple(dict.fromkeys(records))) for value, records in claims.items()),
    )


def _ids(base: Sequence[Contributor]) -> Iterator[Conflict]:
    """Two ids of a scheme that gives a title one."""
    schemes: dict[str, _Claims] = {}
    for contributor in base:
        record = contributor.record
        for one in record.ids:
            if one.valid and one.scheme in ONE_PER_TITLE and one.scope in ("title", record.kind):
                claims = schemes.setdefault(one.scheme, {})
                claims.setdefault(one.value, []).append(contributor.record_id)
    for scheme, claims in sorted(schemes.items()):
        if len(claims) > 1:
            yield _conflict(f"ids.{scheme}", f"{len(claims)} ids where a title has one", claims)


def _ratings(base: Sequence[Contributor]) -> Iterator[Conflict]:
    """Two ratings by one system for one territory, stated by different records."""
    rated: dict[tuple[str, str], _Claims] = {}
    for contributor in base:
        for rating in contributor.record.ratings:
            if rating.system not in _VAGUE_SYSTEMS:
                claims = rated.setdefault((rating.system, rating.territory or ""), {})
                claims.setdefault(rating.value, []).append(contributor.record_id)
    for which, claims in sorted(rated.items()):
        if len(claims) > 1 and len({tuple(records) for records in claims.values()}) > 1:
            yield _conflict(named("ratings", which), "different ratings", claims)


def _parents(base: Sequence[Contributor], parent_titles: ParentTitles) -> Iterator[Conflict]:
    """Two titles of the catalogue that a title is said to belong to in one way."""
    if not parent_titles:
        return
    relations: dict[str, _Claims] = {}
    for contributor in base:
        for parent in contributor.record.parents:
            for one in parent.ids:
                title_id = parent_titles.get((contributor.record.partner, one.value))
                if title_id and parent.relation != "bundle":
                    claims = relations.setdefault(parent.relation, {})
                    claims.setdefault(title_id, []).append(contributor.record_id)
    for relation, claims in sorted(relations.items()):
        if len(claims) > 1:
            yield _conflict(f"parents.{relation}", "different titles", claims)


def _same(one: Any, other: Any) -> bool:
    return not set(one).isdisjoint(other)


def _any_same(one: Any, other: Any) -> bool:
    return any(same_person(person(a), person(b)) for a in one for b in other)


def _directors(record: SourceRecord) -> tuple[str, ...]:
    return tuple([credit.name for credit in record.credits if credit.role == "director"])


def _disjoint(
    base: Sequence[Contributor],
    field: str,
    reason: str,
    values_of: Callable[[SourceRecord], Iterable[str]],
    same: Callable[[Any, Any], bool] = _same,
) -> Iterator[Conflict]:
    """Lists of which some two have nothing in common."""
    claims: _Claims = {}
    for contributor in base:
        values = tuple(sorted(set(values_of(contributor.record))))
        if values:
            claims.setdefault(values, []).append(contributor.record_id)
    stated = list(claims)
    if len(stated) > 1 and any(
        not same(one, other) for n, one in enumerate(stated) for other in stated[:n]
    ):
        yield _conflict(field, reason, claims)
