"""Which of several statements survives, field by field.

Declared precedence of partners, then recency, then the worth of the value (`worth.py`), then the
statement received last, and at the very end the smaller record id. Every choice is recorded,
with who lost; a placeholder counts as silence wherever somebody says more.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter, itemgetter
from typing import Any

import msgspec
from msgspec import Struct

from ummid.catalog.model import SourceRecord
from ummid.catalog.precedence import FieldGroup, Precedence
from ummid.catalog.title import FieldProvenance, Loser
from ummid.catalog.worth import says_nothing, worth

Key = tuple[str | None, ...]
Standing = tuple[int, int]
"""Rank of the partner and minus the time of the statement: the smaller counts more."""


class Contributor(Struct, frozen=True):
    """A live statement with what decides between it and others.

    `stated` is when (epoch ms), when we received it, and the digest of the delivery.
    """

    record_id: str
    stated: tuple[int, int, str]
    record: SourceRecord


class Said(Struct, frozen=True, gc=False):
    """A value, who states it, and where that statement stands among the others."""

    value: Any
    contributor: Contributor
    standing: Standing


class Survivors:
    """Statements in order of authority per field group, and the record of every choice."""

    def __init__(self, contributors: Sequence[Contributor], precedence: Precedence) -> None:
        newest_first = sorted(contributors, key=attrgetter("record_id"))
        newest_first.sort(key=attrgetter("stated"), reverse=True)
        self._unranked = [(c, (0, -c.stated[0])) for c in newest_first]
        self._precedence = precedence
        self._orders: dict[FieldGroup, list[tuple[Contributor, Standing]]] = {}
        self.base = [c for c, _ in self.standings("facts")]
        self.place = {c.record_id: n for n, c in enumerate(self.base)}
        self.provenance: dict[str, FieldProvenance] = {}

    def standings(self, group: FieldGroup) -> list[tuple[Contributor, Standing]]:
        """The statements with their standing, the first of them the most authoritative."""
        order = self._orders.get(group)
        if order is None:
            order = self._orders[group] = self._ranked(group)
        return order

    def _ranked(self, group: FieldGroup) -> list[tuple[Contributor, Standing]]:
        if group not in self._precedence.order:
            return self._unranked
        rank = self._precedence.rank
        placed = [(c, (rank(group, c.record.partner), time)) for c, (_, time) in self._unranked]
        placed.sort(key=itemgetter(1))
        return placed

    def choose(self, name: str, group: FieldGroup, value_of: Callable[[SourceRecord], Any]) -> Any:
        """The surviving value; what an empty statement holds where nobody says."""
        said = []
        for contributor, standing in self.standings(group):
            value = value_of(contributor.record)
            if value or value == 0:
                said.append(Said(value, contributor, standing))
        return self.decide(name, said) if said else value_of(self.base[0].record)

    def choose_each(
        self, name: str, group: FieldGroup, key: Callable[[Any], Key]
    ) -> tuple[Any, ...]:
        """One survivor per key (system and territory…), all keys that anybody states.

        A statement with several values for a key wins or loses with all of them.
        """
        said: dict[Key, list[Said]] = {}
        for contributor, standing in self.standings(group):
            stated: dict[Key, tuple[Any, ...]] = {}
            for value in getattr(contributor.record, name):
                before = stated.setdefault(key(value), ())
                if value not in before:
                    stated[key(value)] = (*before, value)
            for which, values in stated.items():
                alone = values[0] if len(values) == 1 else values
                said.setdefault(which, []).append(Said(alone, contributor, standing))
        chosen: list[Any] = []
        for which in sorted(said, key=in_order):
            value = self.decide(named(name, which), said[which])
            chosen += value if isinstance(value, tuple) else (value,)
        return tuple(chosen)

    def decide(self, name: str, said: Sequence[Said]) -> Any:
        """The survivor of values given in order of authority (at least one)."""
        if len(said) == 1:
            winner = said[0]
            if winner.contributor is not self.base[0]:
                self.provenance[name] = FieldProvenance(winner.contributor.record_id, "only")
            return winner.value
        first = said[0].value
        if all(one.value == first for one in said):
            self.provenance[name] = FieldProvenance(said[0].contributor.record_id, "agreement")
            return first
        winner = _best(said)
        losers = [one for one in said if one.value != winner.value]
        self.provenance[name] = FieldProvenance(
            winner.contributor.record_id, _rule(winner, losers), lost(losers)
        )
        return winner.value


def _best(said: Sequence[Said]) -> Said:
    speaking = [one for one in said if not says_nothing(one.value)] or said
    standing = speaking[0].standing
    tied = [one for one in speaking if one.standing == standing]
    return max(tied, key=lambda one: worth(one.value)) if len(tied) > 1 else tied[0]


def _rule(winner: Said, losers: Sequence[Said]) -> str:
    """What decided against the strongest of those who said something else."""
    strongest = min(one.standing for one in losers)
    if strongest <= winner.standing:
        return "quality"
    return "precedence" if winner.standing[0] < strongest[0] else "recency"


def lost(losers: Sequence[Said]) -> tuple[Loser, ...]:
    return tuple(Loser(one.contributor.record_id, msgspec.to_builtins(one.value)) for one in losers)


def named(name: str, which: Key) -> str:
    """`titles.display.fr`: an entry of a list, by its key."""
    return ".".join((name, *filter(None, which)))


def in_order(which: Key) -> tuple[str, ...]:
    return tuple(part or "" for part in which)
