"""The `Hypergraph` port: one hyperedge per grant, whose members are what the grant ties together.

An edge joins any number of members, each a value in a role (`territory` FR, `platform` flix).
It holds for a time (`start` to `end`: valid time) and is known from a time (`known`). What is
told of an edge later closes what was known before and never replaces it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from ummid.errors import StoreError

MAX_MEMBERS = 6_000
"""Of one edge: ISO 3166-2 alone has some 5,000 places."""

MAX_TEXT = 1_000
"""Characters of a member's value: longer ones are for who makes edges to cut or hash."""

_ID = re.compile(r"[0-9a-z]{1,64}\.[0-9a-z]{1,64}")
_ROLE = re.compile(r"[a-z][a-z_]{0,31}")


class Member(NamedTuple):
    """`role` is a word in lower case; `value` any text."""

    role: str
    value: str


class Edge(NamedTuple):
    """`id` is `OWNER.NAME`, both of digits and small letters; `members` are distinct and sorted.

    Holds from `start`, inclusive, to `end`, exclusive, in epoch ms UTC; None is without a bound.
    """

    id: str
    members: tuple[Member, ...]
    start: int | None = None
    end: int | None = None

    def has(self, wanted: Iterable[Member]) -> bool:
        return set(wanted) <= set(self.members)

    def holds(self, at: int) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)

    def values(self, role: str) -> tuple[str, ...]:
        return tuple(member.value for member in self.members if member.role == role)


class Told(NamedTuple):
    """What became known of an edge at `known` (epoch ms): as it is, or None for removed."""

    id: str
    known: int
    edge: Edge | None


class Known(NamedTuple):
    """One entry of an edge's history: so from `known` on, and until `until` (None: still)."""

    edge: Edge | None
    known: int
    until: int | None


def edge(
    edge_id: str,
    members: Iterable[tuple[str, str]],
    start: int | None = None,
    end: int | None = None,
) -> Edge:
    """An edge with its members in order, each once."""
    return Edge(edge_id, tuple(sorted({Member(*one) for one in members})), start, end)


def checked(told: Told) -> Told:
    """What is told, if every adapter can hold it. Raises StoreError for what none may take."""
    if not _ID.fullmatch(told.id) or told.known < 0:
        raise StoreError(
            f"edge {told.id[:140]!r} known at {told.known}: an id is OWNER.NAME, of digits and "
            "small letters, at most 64 each; the time is epoch ms from 0 up"
        )
    if told.edge is None:
        return told
    if told.edge.id != told.id:
        raise StoreError(f"edge {told.edge.id[:140]!r} told under the id {told.id!r}")
    members = told.edge.members
    if len(members) > MAX_MEMBERS or any(
        not _ROLE.fullmatch(m.role) or not 0 < len(m.value) <= MAX_TEXT for m in members
    ):
        raise StoreError(
            f"edge {told.id}: at most {MAX_MEMBERS:,} members, each a role of small letters and a "
            f"value of 1 to {MAX_TEXT:,} characters"
        )
    if list(members) != sorted(set(members)):
        raise StoreError(f"edge {told.id}: its members are to be sorted, each once")
    return told


def rank(told: Edge | None) -> tuple[object, ...]:
    """Of two things told of one edge for one instant, the one that ranks higher counts."""
    if told is None:
        return ()
    bounds = ((bound is not None, bound or 0) for bound in (told.start, told.end))
    return (told.members, *bounds)


class Hypergraph(Protocol):
    """Delivery semantics: what is told is durable when the call returns and may be told again.

    An edge's history depends on what was told of it alone, not on the order. Of two things told
    for one instant the one of higher `rank` counts. One process writes, any number read; what is
    told of one edge is seen as a whole.
    """

    def write(self, told: Iterable[Told]) -> None:
        """Files what is told. Raises StoreError when none of it, PartlyWritten when not all of it
        was."""
        ...

    def get(self, edge_id: str, as_of: int | None = None) -> Edge | None:
        """An edge as it is, or was by what was known at `as_of`; None where there is none."""
        ...

    def history(self, edge_ids: Sequence[str]) -> list[list[Known]]:
        """All that was ever known of each edge, the newest first, in the order asked."""
        ...

    def find(
        self,
        members: Sequence[Member] = (),
        *,
        at: int | None = None,
        as_of: int | None = None,
        after: str = "",
    ) -> Iterator[Edge]:
        """Edges with all of these members, that hold at `at`, as known at `as_of`, by id.

        None of these narrows nothing. `after`: only those with a greater id.
        """
        ...

    def histories(self, after: str = "", since: int = 0) -> Iterator[tuple[str, list[Known]]]:
        """Every edge of which anything was told, removed ones too, with its history as `history`
        gives it, by id. Only those with a greater id than `after`, and of which something became
        known at `since` or later.
        """
        ...

    def close(self) -> None: ...
