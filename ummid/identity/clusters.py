"""Clustering of the statements reachable from one another, the same for any order of arrival.

First ids join, then title and year. A join that would bring two different ids of one scheme
into a title is refused: conflicting strong ids veto. A title and year that several such
titles share decides nothing. Links are taken in key order, so that the result is a function
of the set alone.
"""

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from ummid.catalog.model import SourceRecord
from ummid.identity.links import joins, strong_links, weak_links

_NAMING = frozenset({"eidr", "imdb", "tmdb", "tvdb"})
"""Schemes of which a work has one id: two different values are two works."""


class Member(Struct, frozen=True):
    """What clustering needs of one statement.

    `names` are (scheme, value) of ids of which a work has one; `owners` are (partner and
    format, own id): a partner that lists two titles means two, unless an id says otherwise.
    """

    record_id: str
    strong: tuple[str, ...]
    weak: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    owners: tuple[tuple[str, str], ...]


def member(record_id: str, record: SourceRecord) -> Member:
    names = {
        (i.scheme, i.value)
        for i in record.ids
        if i.scheme in _NAMING and i.scope == "title" and joins(i)
    }
    owner = ((f"{record.partner} {record.format}", record.own_id),) if record.own_id else ()
    return Member(
        record_id,
        tuple(strong_links(record)),
        tuple(weak_links(record)),
        tuple(sorted(names)),
        owner,
    )


def clusters(members: Iterable[Member]) -> list[tuple[str, ...]]:
    """Record ids grouped by title; each group sorted, its first is the title's id."""
    groups = _Groups(sorted(members, key=lambda m: m.record_id))
    for holders in groups.holders("strong"):
        groups.join_where_possible(holders)
    for holders in groups.holders("weak"):
        groups.join_unless_ambiguous(holders)
    return groups.result()


class _Groups:
    """Union by minimum, with the ids that each group vouches for."""

    def __init__(self, members: list[Member]) -> None:
        self._members = members
        self._parent = {m.record_id: m.record_id for m in members}
        self._names = {m.record_id: _one_each(m.names) for m in members}
        self._owners = {m.record_id: _one_each(m.owners) for m in members}

    def holders(self, strength: str) -> list[list[str]]:
        """The records behind each link that more than one holds, in the order of the links."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for m in self._members:
            for link in getattr(m, strength):
                found[link].append(m.record_id)
        return [found[link] for link in sorted(found) if len(found[link]) > 1]

    def join_where_possible(self, holders: list[str]) -> None:
        roots: list[str] = []
        for root in self._roots(holders):
            partner = next((r for r in roots if not _conflict(self._names, r, root)), None)
            if partner is None:
                roots.append(root)
            else:
                roots[roots.index(partner)] = self._union(partner, root)

    def join_unless_ambiguous(self, holders: list[str]) -> None:
        roots = self._roots(holders)
        for one in roots:
            for other in roots:
                if one < other and (
                    _conflict(self._names, one, other) or _conflict(self._owners, one, other)
                ):
                    return
        first, *others = roots
        for other in others:
            first = self._union(first, other)

    def _roots(self, holders: list[str]) -> list[str]:
        return sorted({self._root(h) for h in holders})

    def _union(self, one: str, other: str) -> str:
        a, b = sorted((one, other))
        self._parent[b] = a
        for register in (self._names, self._owners):
            register[a] = {**register.pop(b), **register[a]}
        return a

    def _root(self, record_id: str) -> str:
        while self._parent[record_id] != record_id:
            self._parent[record_id] = self._parent[self._parent[record_id]]
            record_id = self._parent[record_id]
        return record_id

    def result(self) -> list[tuple[str, ...]]:
        grouped: defaultdict[str, list[str]] = defaultdict(list)
        for m in self._members:
            grouped[self._root(m.record_id)].append(m.record_id)
        return [tuple(sorted(g)) for _, g in sorted(grouped.items())]


def _conflict(register: dict[str, dict[str, str]], one: str, other: str) -> bool:
    names = register[other]
    return any(names.get(scheme, value) != value for scheme, value in register[one].items())


def _one_each(names: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """One value per scheme. A statement that names two of a scheme vouches for neither."""
    found: dict[str, str] = {}
    doubtful = set()
    for scheme, value in names:
        if found.setdefault(scheme, value) != value:
            doubtful.add(scheme)
    return {scheme: value for scheme, value in found.items() if scheme not in doubtful}
