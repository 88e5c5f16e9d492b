"""Clustering of connected statements, the same for any order of arrival.

A person's decisions come first, the newest before the others; then ids; then compared pairs,
the likeliest first. A join that would bring together what cannot be one title is refused: two
different ids of one scheme, two titles of one partner's list, kinds that differ, years too far
apart, or what a person has called different. A pair that is exactly as likely as another it
cannot go together with decides nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from ummid.identity.links import Links
from ummid.identity.pairs import YEARS_APART


class Pair(NamedTuple):
    """Two record ids in order, and how likely they are one title (of model.SCALE)."""

    one: str
    other: str
    probability: int


class Ruling(NamedTuple):
    """A person's word on two record ids, given at a time (epoch ms)."""

    one: str
    other: str
    same: bool
    time: int


def clusters(
    members: Mapping[str, Links], pairs: Iterable[Pair] = (), rulings: Iterable[Ruling] = ()
) -> list[tuple[str, ...]]:
    """Record ids grouped by title; each group sorted, its first is the title's id.

    `pairs` are those that are likely enough to join by themselves; pairs and rulings about
    others than `members` are left out. Members that nothing connects do not influence each
    other.
    """
    groups = _Groups(dict(sorted(members.items())))
    for ruling in sorted(rulings, key=lambda r: (-r.time, r)):
        if ruling.one in members and ruling.other in members:
            groups.rule(ruling)
    for holders in _holders((m, links.strong) for m, links in members.items()):
        groups.join_where_possible(holders)
    known = {pair for pair in pairs if pair.one in members and pair.other in members}
    ordered = sorted(known, key=lambda p: (-p.probability, p))
    for _, equal in groupby(ordered, key=lambda p: p.probability):
        groups.join_unless_ambiguous([(p.one, p.other) for p in equal])
    return groups.result()


class _Group:
    """What a group vouches for: ids, the partners' own ids, kinds, first and last year."""

    def __init__(self, links: Links) -> None:
        self.names = _one_each(links.names)
        self.owners = dict((links.owner,)) if links.owner else {}
        kind, year = links.profile.kind, links.profile.year
        self.kinds = {kind} if kind else set()
        self.years = (year, year) if year else None

    def take(self, other: "_Group") -> None:
        self.names = other.names | self.names
        self.owners = other.owners | self.owners
        self.kinds |= other.kinds
        if self.years and other.years:
            self.years = min(self.years[0], other.years[0]), max(self.years[1], other.years[1])
        else:
            self.years = self.years or other.years

    def contradicts(self, other: "_Group") -> bool:
        """Whether a comparison may not join the two."""
        return (
            _differ(self.names, other.names)
            or _differ(self.owners, other.owners)
            or bool(self.kinds and other.kinds and self.kinds != other.kinds)
            or _far_apart(self.years, other.years)
        )


class _Groups:
    """Union by minimum."""

    def __init__(self, members: Mapping[str, Links]) -> None:
        self._parent = {m: m for m in members}
        self._group = {m: _Group(links) for m, links in members.items()}
        self._apart: list[tuple[str, str]] = []

    def rule(self, ruling: Ruling) -> None:
        one, other = self._root(ruling.one), self._root(ruling.other)
        if one == other:
            return
        if not ruling.same:
            self._apart.append((one, other))
        elif not self._kept_apart(one, other):
            self._union(one, other)

    def join_where_possible(self, holders: Sequence[str]) -> None:
        roots: list[str] = []
        for root in self._roots(holders):
            partner = next((r for r in roots if not self._conflict(r, root)), None)
            if partner is None:
                roots.append(root)
            else:
                roots[roots.index(partner)] = self._union(partner, root)

    def join_unless_ambiguous(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Joins equally likely pairs, but none that has a rival it contradicts."""
        rivals: defaultdict[str, set[str]] = defaultdict(set)
        wanted = []
        for pair in pairs:
            one, other = sorted(map(self._root, pair))
            if one != other and not self._contradict(one, other):
                wanted.append((one, other))
                rivals[one].add(other)
                rivals[other].add(one)
        joining = [
            (one, other)
            for one, other in wanted
            if not any(self._contradict(other, r) for r in rivals[one] if r != other)
            and not any(self._contradict(one, r) for r in rivals[other] if r != one)
        ]
        for one, other in sorted(joining):
            one, other = self._root(one), self._root(other)
            if one != other and not self._contradict(one, other):
                self._union(one, other)

    def _conflict(self, one: str, other: str) -> bool:
        return _differ(self._group[one].names, self._group[other].names) or self._kept_apart(
            one, other
        )

    def _contradict(self, one: str, other: str) -> bool:
        return self._group[one].contradicts(self._group[other]) or self._kept_apart(one, other)

    def _kept_apart(self, one: str, other: str) -> bool:
        return any({self._root(a), self._root(b)} == {one, other} for a, b in self._apart)

    def _roots(self, holders: Iterable[str]) -> list[str]:
        return sorted({self._root(h) for h in holders})

    def _union(self, one: str, other: str) -> str:
        a, b = sorted((one, other))
        self._parent[b] = a
        self._group[a].take(self._group.pop(b))
        return a

    def _root(self, record_id: str) -> str:
        while self._parent[record_id] != record_id:
            self._parent[record_id] = self._parent[self._parent[record_id]]
            record_id = self._parent[record_id]
        return record_id

    def result(self) -> list[tuple[str, ...]]:
        grouped: defaultdict[str, list[str]] = defaultdict(list)
        for m in self._parent:
            grouped[self._root(m)].append(m)
        return [tuple(sorted(g)) for _, g in sorted(grouped.items())]


def _holders(links: Iterable[tuple[str, tuple[str, ...]]]) -> list[list[str]]:
    """The records behind each link that more than one holds, in the order of the links."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for member, keys in links:
        for key in keys:
            found[key].append(member)
    return [found[key] for key in sorted(found) if len(found[key]) > 1]


def _differ(register: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return any(other.get(scheme, value) != value for scheme, value in register.items())


def _far_apart(years: tuple[int, int] | None, others: tuple[int, int] | None) -> bool:
    if not years or not others:
        return False
    span = max(years[1], others[1]) - min(years[0], others[0])
    return span > max(YEARS_APART, years[1] - years[0], others[1] - others[0])


def _one_each(names: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """One value per scheme. A statement that names two of a scheme vouches for neither."""
    found: dict[str, str] = {}
    doubtful = set()
    for scheme, value in names:
        if found.setdefault(scheme, value) != value:
            doubtful.add(scheme)
    return {scheme: value for scheme, value in found.items() if scheme not in doubtful}
