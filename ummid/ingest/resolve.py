"""Resolving: which title each changed record belongs to, now.

By the time this runs every link row of the run is written, so that whoever looks at a
connected set of records sees all of it and comes to the same answer: two workers that meet
in one set write the same rows.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from ummid.identity.clusters import Pair, Ruling, clusters
from ummid.identity.links import Links
from ummid.identity.model import shipped
from ummid.ingest.context import Run
from ummid.stores.buffer import WriteBuffer
from ummid.stores.table import Put, Table
from ummid.views import keys, pairs, queue, titles
from ummid.views.pairs import Compared, RulingRow
from ummid.views.state import (
    RecordState,
    Scopes,
    dead,
    dead_put,
    effective,
    links_of,
    scope_ids,
    states,
)

CHUNK = 1000


class Resolved(Struct, frozen=True):
    """`absent`: records that stopped being live because a full delivery left them out."""

    absent: int


def resolve_partition(run: Run, table: Table, partition: str) -> Resolved:
    """Resolves the waiting records of a partition and queues the titles to publish."""
    resolve = _Resolve(run, table)
    waiting = queue.waiting(table, keys.dirty_partition(partition))
    for number, start in enumerate(range(0, len(waiting), CHUNK)):
        resolve.records(waiting[start : start + CHUNK], f"{partition}{number}")
    resolve.buffer.flush()
    return Resolved(resolve.absent)


class _Resolve:
    def __init__(self, run: Run, table: Table) -> None:
        self._run, self._table = run, table
        self._scopes = Scopes(table)
        self._crowded = pairs.crowded(table)
        self._merge = shipped().merge
        self._puts: list[Put] = []
        self.buffer = WriteBuffer(table)
        self.absent = 0

    def records(self, record_ids: Sequence[str], part: str) -> None:
        found: dict[str, Links] = {}
        stored = zip(
            record_ids, states(self._table, record_ids), dead(self._table, record_ids), strict=True
        )
        for record_id, state, was_dead in stored:
            if state is not None and state.has_content:
                self._liveness(record_id, state, was_dead)
                found[record_id] = state.links
        affected = self._assign(self._reachable(found))
        run = self._run
        self._puts += queue.puts(keys.affected, affected, run.id, part, run.known)
        self.buffer.add(self._puts)
        self._puts = []

    def _liveness(self, record_id: str, state: RecordState, was_dead: bool) -> None:
        """Publishes whether the record counts, to its scopes and to the next run."""
        if state.scoped or state.feed_scope:
            is_dead = not self._in_scopes(record_id, state)
        else:
            is_dead = state.is_deleted
        if is_dead != was_dead:
            self._puts.append(dead_put(record_id, is_dead, self._run.known))

    def _in_scopes(self, record_id: str, state: RecordState) -> bool:
        record = state.record()
        counts_as = effective(record, state, self._scopes)
        offers = str(max(1, len(counts_as.grants))).encode() if counts_as else b""
        rows = [keys.scope_record(scope, record_id) for scope in scope_ids(record, state)]
        was_live = False
        for row, before in zip(rows, self._table.get_many(rows, keys.OFFERS), strict=True):
            was_live |= bool(before and before.value)
            if before is None or before.value != offers:  # known of, even if it never was live
                self._puts.append(Put(row, keys.OFFERS, self._run.known, offers))
        if was_live and counts_as is None and not state.is_deleted:
            self.absent += 1
        return counts_as is not None

    def _reachable(self, found: dict[str, Links]) -> "_Connected":
        """Records connected with these by ids, likely pairs or a person's word, and those that
        name any of them as parent.
        """
        connected = _Connected(found)
        followed: set[str] = set()
        frontier = dict(found)
        while frontier:
            new_links = {
                link for said in frontier.values() for link in (*said.strong, *said.named)
            } - followed
            followed |= new_links
            members, named = self._holders(sorted(new_links))
            connected.children |= named
            ids = list(frontier)
            for record_id, kept in zip(ids, pairs.compared(self._table, ids), strict=True):
                likely = {o: c for o, c in kept.items() if c.probability >= self._merge}
                connected.compared[record_id] = likely
                members.update(likely)
            for record_id, words in zip(ids, pairs.rulings(self._table, ids), strict=True):
                if words:
                    connected.words[record_id] = words
                    members.update(other for other, said in words.items() if said.same)
            new = sorted(members - found.keys())
            frontier = {}
            for one, links in zip(new, links_of(self._table, new), strict=True):
                if links is not None:
                    found[one] = frontier[one] = links
        return connected

    def _holders(self, links: Sequence[str]) -> tuple[set[str], set[str]]:
        members: set[str] = set()
        children: set[str] = set()
        for row in self._table.get_rows([keys.link(link) for link in links]):
            for column, cell in row:
                if cell.value and column[:1] == b"m":
                    members.add(column[2:].decode())
                elif cell.value and column[:1] == b"c":
                    children.add(column[2:].decode())
        return members, children

    def _assign(self, connected: "_Connected") -> set[str]:
        """Moves records to the titles that clustering gives them; the titles to publish."""
        found = connected.members
        groups = clusters(found, connected.pairs(self._crowded), connected.rulings())
        was = titles.survivors(self._table, found)
        members = titles.members(self._table, [group[0] for group in groups])
        affected = {group[0] for group in groups}
        for group, before in zip(groups, members, strict=True):
            if before != group:
                self._puts.append(titles.members_put(group[0], group, self._run.known))
            for record_id in group:
                if was[record_id] != group[0]:
                    affected.add(was[record_id])
                    self._puts.append(titles.alias_put(record_id, group[0], self._run.known))
        return affected.union(titles.survivors(self._table, connected.children).values())


class _Connected:
    """A connected set of records with all that is said of their pairs."""

    def __init__(self, members: dict[str, Links]) -> None:
        self.members = members
        self.children: set[str] = set()
        self.compared: dict[str, dict[str, Compared]] = {}
        self.words: dict[str, Mapping[str, RulingRow]] = {}

    def pairs(self, crowded: set[str]) -> Iterator[Pair]:
        """Likely pairs that still count."""
        for one, kept in self.compared.items():
            for other, found in kept.items():
                about = self.members.get(other)
                if one < other and about and pairs.holds(found, self.members[one], about, crowded):
                    yield Pair(one, other, found.probability)

    def rulings(self) -> set[Ruling]:
        return pairs.as_rulings(self.words.items())
