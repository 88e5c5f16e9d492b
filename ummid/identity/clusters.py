"""Clustering of the statements reachable from one another, the same for any order of arrival.

First ids join, then title and year. A join that would bring two different ids of one scheme
into a title is refused: conflicting strong ids veto. A title and year that several such
titles share decides nothing. Links are taken in key order, so that the result is a function
of the set alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from ummid.identity.links import Links


def clusters(members: Mapping[str, Links]) -> list[tuple[str, ...]]:
    """Record ids grouped by title; each group sorted, its first is the title's id.

    Members that no chain of links connects do not influence each other.
    """
    groups = _Groups(dict(sorted(members.items())))
    for holders in _holders((m, links.strong) for m, links in members.items()):
        groups.join_where_possible(holders)
    for holders in _holders((m, links.weak) for m, links in members.items()):
        groups.join_unless_ambiguous(holders)
    return groups.result()


class _Groups:
    """Union by minimum, with the ids that each group vouches for."""

    def __init__(self, members: Mapping[str, Links]) -> None:
        self._parent = {m: m for m in members}
        self._names = {m: _one_each(links.names) for m, links in members.items()}
        self._owners = {
            m: dict((links.owner,)) if links.owner else {} for m, links in members.items()
        }

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
