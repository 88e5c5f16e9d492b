"""Merging the statements about one title into its golden record.

Per field: declared precedence of partners, then recency, then quality (the fuller value),
then the smaller record id. The result depends on the set of statements alone. Nothing that
is said is lost: a value that did not win is named with its record.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from ummid.catalog.grants import Grant
from ummid.catalog.model import Airing, ExternalId, SourceRecord, Text
from ummid.catalog.precedence import FieldGroup, Precedence
from ummid.catalog.times import iso
from ummid.catalog.title import (
    AiringView,
    Contribution,
    FieldProvenance,
    Loser,
    Title,
    TitleParent,
)

MAX_AIRINGS = 100
"""Schedule slots shown on a title; `airings_omitted` counts the others."""

Item = TypeVar("Item")
_DISPLAY_ORDER = ("display", "original", "alternate", "short", "internal", "sort", "tagline")
_VAGUE_KINDS = frozenset({"unknown", "composition", "asset", "programme"})
"""Kinds that say how the title reached us rather than what it is."""
_NOTHING: tuple[Any, ...] = (None, "", ())
"""What a field holds when its statement does not speak of it; a number 0 is said."""


class Contributor(Struct, frozen=True):
    """A live statement with what decides between it and others."""

    record_id: str
    stated: tuple[int, int, str]
    record: SourceRecord


class Offer(Struct, frozen=True, omit_defaults=True):
    """A grant on a title, with the statement it comes from."""

    grant: Grant
    record: str
    partner: str


_FACTS: tuple[tuple[str, FieldGroup], ...] = (
    ("year", "facts"),
    ("season_number", "facts"),
    ("episode_number", "facts"),
    ("absolute_number", "facts"),
    ("number_text", "facts"),
    ("original_language", "facts"),
    ("languages", "facts"),
    ("countries", "facts"),
    ("genres", "facts"),
    ("keywords", "facts"),
    ("releases", "facts"),
    ("organisations", "facts"),
    ("credits", "people"),
    ("artwork", "artwork"),
)

_KEYED: tuple[tuple[str, FieldGroup, Callable[[Any], tuple[str | None, ...]]], ...] = (
    ("titles", "titles", lambda t: (t.use, t.language, t.territory)),
    ("synopses", "synopses", lambda s: (s.length, s.language, s.territory)),
    ("ratings", "ratings", lambda r: (r.system, r.territory)),
)


def merge(
    title_id: str,
    contributors: Sequence[Contributor],
    precedence: Precedence,
    parent_titles: Mapping[tuple[str, str], str],
) -> Title:
    """The golden record of the live statements about one title (at least one).

    `parent_titles` gives, for (partner, parent id value), the title id of a parent that the
    catalogue holds.
    """
    ranked = _Ranked(contributors, precedence)
    base = ranked.in_order("facts")
    first = base[0].record
    fields: dict[str, Any] = {}
    if len(contributors) == 1:
        for name, _ in _FACTS:
            fields[name] = getattr(first, name)
        for name, _, _ in _KEYED:
            fields[name] = getattr(first, name)
        fields["kind"] = first.kind
        fields["duration_ms"] = first.technical.duration_ms if first.technical else None
    else:
        for name, group in _FACTS:
            fields[name] = ranked.choose(name, group, attrgetter(name))
        fields["kind"] = ranked.choose("kind", "facts", _clear_kind) or first.kind
        fields["duration_ms"] = ranked.choose("duration_ms", "technical", _duration)
        for name, group, key in _KEYED:
            fields[name] = ranked.choose_each(name, group, key)
    airings = _airings(a for c in base for a in c.record.airings)
    return Title(
        id=title_id,
        title=display_title(*(c.record.titles for c in ranked.in_order("titles"))),
        parents=_parents(base, parent_titles),
        ids=_ids(base),
        links=_union(c.record.links for c in base),
        versions=_union(c.record.versions for c in base),
        technical=_union(
            (c.record.technical,) if c.record.technical else ()
            for c in ranked.in_order("technical")
        ),
        airings=airings[:MAX_AIRINGS],
        airings_omitted=max(0, len(airings) - MAX_AIRINGS),
        doubts=tuple(sorted({f"{w.code}: {w.field}" for c in base for w in c.record.warnings})),
        sources=tuple(
            Contribution(c.record_id, c.record.partner, c.record.format, c.record.own_id)
            for c in base
        ),
        provenance=ranked.provenance,
        **fields,
    )


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


class _Ranked:
    """Candidates in order of authority per field group, and the record of every choice."""

    def __init__(self, contributors: Sequence[Contributor], precedence: Precedence) -> None:
        self._contributors = contributors
        self._precedence = precedence
        self._orders: dict[FieldGroup, list[Contributor]] = {}
        self.provenance: dict[str, FieldProvenance] = {}

    def in_order(self, group: FieldGroup) -> Sequence[Contributor]:
        if len(self._contributors) == 1:
            return self._contributors
        if group not in self._orders:
            newest_first = sorted(self._contributors, key=lambda c: c.record_id)
            newest_first.sort(key=lambda c: c.stated, reverse=True)
            newest_first.sort(key=lambda c: self._precedence.rank(group, c.record.partner))
            self._orders[group] = newest_first
        return self._orders[group]

    def choose(self, name: str, group: FieldGroup, value_of: Callable[[SourceRecord], Any]) -> Any:
        """The winning value; None or () where nobody says."""
        said = [(c, v) for c in self.in_order(group) if (v := value_of(c.record)) not in _NOTHING]
        if not said:
            return value_of(self.in_order(group)[0].record)
        return self._decide(name, group, said)

    def choose_each(
        self, name: str, group: FieldGroup, key: Callable[[Any], tuple[str | None, ...]]
    ) -> tuple[Any, ...]:
        """One winner per key (language, territory…), all keys that anybody states.

        A statement with several values for a key (alternate titles) wins or loses with all.
        """
        said: dict[tuple[str | None, ...], list[tuple[Contributor, Any]]] = {}
        for contributor in self.in_order(group):
            stated: dict[tuple[str | None, ...], tuple[Any, ...]] = {}
            for value in getattr(contributor.record, name):
                before = stated.setdefault(key(value), ())
                if value not in before:
                    stated[key(value)] = (*before, value)
            for which, values in stated.items():
                alone = values[0] if len(values) == 1 else values
                said.setdefault(which, []).append((contributor, alone))
        chosen: list[Any] = []
        for which, candidates in sorted(said.items(), key=_by_key):
            value = self._decide(".".join((name, *filter(None, which))), group, candidates)
            chosen += value if isinstance(value, tuple) else (value,)
        return tuple(chosen)

    def _decide(self, name: str, group: FieldGroup, said: list[tuple[Contributor, Any]]) -> Any:
        winner, value = said[0]
        if len(said) == 1:
            if winner is not self.in_order("facts")[0]:
                self.provenance[name] = FieldProvenance(winner.record_id, "only")
            return value
        tied = [(c, v) for c, v in said if self._equal(group, c, winner)]
        if len(tied) > 1:
            winner, value = max(tied, key=lambda said: _size(said[1]))  # in order of record id
        losers = [(c, v) for c, v in said if v != value]
        self.provenance[name] = FieldProvenance(
            winner.record_id,
            self._rule(group, winner, [c for c, _ in losers]),
            tuple(Loser(c.record_id, msgspec.to_builtins(v)) for c, v in losers),
        )
        return value

    def _equal(self, group: FieldGroup, one: Contributor, other: Contributor) -> bool:
        rank = self._precedence.rank
        return one.stated == other.stated and rank(group, one.record.partner) == rank(
            group, other.record.partner
        )

    def _rule(self, group: FieldGroup, winner: Contributor, losers: list[Contributor]) -> str:
        """What decided against the strongest of those who said something else."""
        if not losers:
            return "agreement"
        if any(self._equal(group, winner, c) for c in losers):
            return "quality"
        rank = self._precedence.rank
        best = min(rank(group, c.record.partner) for c in losers)
        return "precedence" if rank(group, winner.record.partner) < best else "recency"


def _by_key(item: tuple[tuple[str | None, ...], Any]) -> tuple[str, ...]:
    return tuple(part or "" for part in item[0])


def _size(value: Any) -> tuple[int, int]:
    """How much a value says, for the quality rule: how many parts, and the length of their text."""
    parts = value if isinstance(value, tuple) else (value,)
    texts = (part if isinstance(part, str) else getattr(part, "value", "") for part in parts)
    return len(parts), sum(map(len, texts))


def _clear_kind(record: SourceRecord) -> str | None:
    return None if record.kind in _VAGUE_KINDS else record.kind


def _duration(record: SourceRecord) -> int | None:
    return (record.technical.duration_ms or None) if record.technical else None


def display_title(*in_order: Sequence[Text]) -> str | None:
    """The best display title of several statements' titles, best ranked statement first."""
    for use in _DISPLAY_ORDER:
        for titles in in_order:
            for text in titles:
                if text.use == use:
                    return text.value
    return None


def _parents(
    base: Sequence[Contributor], parent_titles: Mapping[tuple[str, str], str]
) -> tuple[TitleParent, ...]:
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


def _ids(base: Sequence[Contributor]) -> tuple[ExternalId, ...]:
    own = (
        ExternalId(f"partner:{c.record.partner}", c.record.own_id) for c in base if c.record.own_id
    )
    ordered = sorted(
        {i for c in base for i in c.record.ids}.union(own),
        key=lambda i: (i.scheme, i.value, i.scope, i.raw or ""),
    )
    return tuple({(i.scheme, i.value, i.scope, i.valid): i for i in reversed(ordered)}.values())[
        ::-1
    ]


def _union(parts: Iterable[Iterable[Item]]) -> tuple[Item, ...]:
    """Every distinct item, in the order of the statements."""
    return tuple(dict.fromkeys(item for part in parts for item in part))


def _airings(airings: Iterable[Airing]) -> tuple[AiringView, ...]:
    views = {
        AiringView(
            a.channel,
            a.start.raw if a.start.instant is None else iso(a.start.instant),
            None if a.end is None or a.end.instant is None else iso(a.end.instant),
            a.channel_name,
        )
        for a in airings
    }
    return tuple(
        sorted(views, key=lambda v: (v.start, v.channel, v.end or "", v.channel_name or ""))
    )
