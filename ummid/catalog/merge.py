"""Merging the statements about one title into its golden record.

The result depends on the set of statements alone. Each field survives by the rules of
`survivorship`, texts by those of `texts`, lists that add up by those of `lists`. Nothing that is
said is lost: a value that did not win is named with its record.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from msgspec import Struct

from ummid.catalog import lists
from ummid.catalog.conflicts import ParentTitles, clear_kind, conflicts, runtime
from ummid.catalog.grants import Grant
from ummid.catalog.precedence import FieldGroup, Precedence
from ummid.catalog.scores import completeness, quality
from ummid.catalog.survivorship import Contributor, Key, Survivors
from ummid.catalog.texts import (
    choose_texts,
    display_title,
    is_plain,
    surviving,
    synopsis_key,
    title_key,
)
from ummid.catalog.times import iso
from ummid.catalog.title import AiringView, Contribution, Title, TitleParent

MAX_AIRINGS = 100
"""Schedule slots shown on a title; `airings_omitted` counts the others."""

Item = TypeVar("Item")


class Offer(Struct, frozen=True, omit_defaults=True):
    """A grant on a title, with the statement it comes from."""

    grant: Grant
    record: str
    partner: str


_WHOLE: tuple[tuple[str, FieldGroup], ...] = (
    ("year", "facts"),
    ("season_number", "facts"),
    ("episode_number", "facts"),
    ("absolute_number", "facts"),
    ("number_text", "facts"),
    ("original_language", "facts"),
    ("languages", "facts"),
    ("countries", "facts"),
    ("genres", "facts"),
)
"""Fields of which one statement's value survives as it is."""

_KEYED: tuple[tuple[str, FieldGroup, Callable[[Any], Key]], ...] = (
    ("ratings", "ratings", lambda r: (r.system, r.territory)),
    ("releases", "facts", lambda r: (r.type, r.territory)),
)
"""Fields of which one statement's value survives per key."""

_TEXTS: tuple[tuple[str, FieldGroup, Callable[[Any], Key]], ...] = (
    ("titles", "titles", title_key),
    ("synopses", "synopses", synopsis_key),
)

_AS_STATED = (
    *(name for name, _ in _WHOLE),
    *(name for name, _, _ in (*_KEYED, *_TEXTS)),
    *(one.name for one in lists.LISTS),
    "credits",
    "links",
    "versions",
)


def merge(
    title_id: str,
    contributors: Sequence[Contributor],
    precedence: Precedence,
    parent_titles: ParentTitles,
) -> Title:
    """The golden record of the live statements about one title (at least one).

    `parent_titles` gives, for (partner, parent id value), the title id of a parent that the
    catalogue holds.
    """
    if len(contributors) == 1:
        base, fields, partners = contributors, _alone(contributors[0], precedence), 1
    else:
        survivors = Survivors(contributors, precedence)
        base, fields = survivors.base, _together(survivors)
        partners = len({c.record.partner for c in base})
    contradictions = conflicts(base, parent_titles)
    fields["parents"] = _parents(base, parent_titles)
    airings = _airings(base)
    return Title(
        id=title_id,
        airings=airings[:MAX_AIRINGS],
        airings_omitted=max(0, len(airings) - MAX_AIRINGS),
        completeness=completeness(fields),
        quality=quality(fields, partners, contradictions, fields["doubts"]),
        conflicts=contradictions,
        sources=tuple(
            [
                Contribution(c.record_id, c.record.partner, c.record.format, c.record.own_id)
                for c in base
            ]
        ),
        **fields,
    )


def _alone(contributor: Contributor, precedence: Precedence) -> dict[str, Any]:
    """The fields of a title that one statement makes: most titles, so nothing is weighed."""
    record = contributor.record
    fields = {name: getattr(record, name) for name in _AS_STATED}
    stated = record.titles
    if not all(is_plain(fields[name], key) for name, _, key in _TEXTS):
        survivors = Survivors((contributor,), precedence)
        for name, group, key in _TEXTS:
            fields[name] = choose_texts(survivors, name, group, key)
        fields["provenance"] = survivors.provenance
        stated = tuple(surviving(record.titles, fields["titles"]))
    fields["kind"] = record.kind
    fields["duration_ms"] = runtime(record)
    fields["title"] = display_title(stated)
    fields["ids"] = lists.ids_of(record)
    fields["technical"] = (record.technical,) if record.technical else ()
    fields["doubts"] = _doubts((contributor,)) if record.warnings else ()
    return fields


def _together(survivors: Survivors) -> dict[str, Any]:
    """The fields of a title that several statements make."""
    fields: dict[str, Any] = {
        name: survivors.choose(name, group, attrgetter(name)) for name, group in _WHOLE
    }
    fields["kind"] = survivors.choose("kind", "facts", clear_kind) or survivors.base[0].record.kind
    fields["duration_ms"] = survivors.choose("duration_ms", "technical", runtime)
    for name, group, key in _KEYED:
        fields[name] = survivors.choose_each(name, group, key)
    for name, group, key in _TEXTS:
        fields[name] = choose_texts(survivors, name, group, key)
    for one in lists.LISTS:
        fields[one.name] = lists.grow(survivors, one)
    fields["credits"] = lists.credits(survivors)
    fields["ids"] = lists.ids(survivors)
    fields["title"] = display_title(
        *(surviving(c.record.titles, fields["titles"]) for c, _ in survivors.standings("titles"))
    )
    for name in ("links", "versions"):
        fields[name] = _union(getattr(c.record, name) for c in survivors.base)
    fields["technical"] = _union(
        (c.record.technical,) if c.record.technical else ()
        for c, _ in survivors.standings("technical")
    )
    fields["doubts"] = _doubts(survivors.base)
    fields["provenance"] = survivors.provenance
    return fields


def offers(contributors: Sequence[Contributor], precedence: Precedence) -> tuple[Offer, ...]:
    """The grants that count on a title.

    All are kept, unless partners are ranked for `rights`: then, for one licence on one
    platform, only the best ranked partner's windows count.
    """
    found: dict[str, Offer] = {}
    best: dict[tuple[str, str], int] = {}
    ranks: dict[str, int] = {}
    for c in sorted(contributors, key=lambda c: c.record_id):
        rank = precedence.rank("rights", c.record.partner)
        for grant in c.record.grants:
            platform = platform_of(grant, c.record.partner)
            offer = f"{c.record_id} {grant.key}"
            found[offer] = Offer(grant, c.record_id, c.record.partner)
            ranks[offer] = rank
            market = (grant.licence, platform)
            best[market] = min(rank, best.get(market, rank))
    return tuple(
        offer
        for name, offer in sorted(found.items(), key=lambda item: item[0])
        if ranks[name] == best[offer.grant.licence, platform_of(offer.grant, offer.partner)]
    )


def platform_of(grant: Grant, partner: str) -> str:
    """Where the grant is exercised: the platform or licensee it names, else the partner's own."""
    return grant.platform or grant.licensee or partner


def _parents(base: Sequence[Contributor], parent_titles: ParentTitles) -> tuple[TitleParent, ...]:
    found: dict[str, TitleParent] = {}
    for contributor in base:
        for parent in contributor.record.parents:
            known = next(
                (
                    parent_titles[contributor.record.partner, i.value]
                    for i in parent.ids
                    if (contributor.record.partner, i.value) in parent_titles
                ),
                None,
            )
            before = found.get(parent.relation)
            if before is None or (before.id is None and known):
                found[parent.relation] = TitleParent(
                    parent.relation, known, parent.title or (before.title if before else None)
                )
    return tuple(found[relation] for relation in sorted(found))


def _union(parts: Iterable[Iterable[Item]]) -> tuple[Item, ...]:
    """Every distinct item, in the order of the statements."""
    return tuple(dict.fromkeys(item for part in parts for item in part))


def _doubts(base: Sequence[Contributor]) -> tuple[str, ...]:
    return tuple(sorted({f"{w.code}: {w.field}" for c in base for w in c.record.warnings}))


def _airings(base: Sequence[Contributor]) -> tuple[AiringView, ...]:
    stated = [airing for c in base for airing in c.record.airings]
    if not stated:
        return ()
    views = {
        AiringView(
            a.channel,
            a.start.raw if a.start.instant is None else iso(a.start.instant),
            None if a.end is None or a.end.instant is None else iso(a.end.instant),
            a.channel_name,
        )
        for a in stated
    }
    return tuple(
        sorted(views, key=lambda v: (v.start, v.channel, v.end or "", v.channel_name or ""))
    )
