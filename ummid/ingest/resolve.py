"""Resolving: which title each changed record belongs to, now.

By the time this runs every link row of the run is written, so that whoever looks at a
connected set of records sees all of it and comes to the same answer: two workers that meet
in one set write the same rows.
"""

from collections.abc import Sequence

from msgspec import Struct

from ummid.identity.clusters import clusters
from ummid.identity.links import Links
from ummid.ingest.context import Run
from ummid.stores.buffer import WriteBuffer
from ummid.stores.table import Put, Table
from ummid.views import keys, queue, titles
from ummid.views.state import RecordState, Scopes, dead, dead_put, effective, scope_ids, states

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
        affected = self._assign(*self._reachable(found))
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
            if (before.value if before else b"") != offers:
                self._puts.append(Put(row, keys.OFFERS, self._run.known, offers))
        if was_live and counts_as is None and not state.is_deleted:
            self.absent += 1
        return counts_as is not None

    def _reachable(self, found: dict[str, Links]) -> tuple[dict[str, Links], set[str]]:
        """Records connected with these by links, and those that name any of them as parent."""
        children: set[str] = set()
        followed: set[str] = set()
        frontier = list(found.values())
        while frontier:
            new_links = {k for said in frontier for k in (*said.strong, *said.weak)} - followed
            followed |= new_links
            members, named = self._holders(sorted(new_links))
            children |= named
            new = sorted(members - found.keys())
            frontier = []
            for one, state in zip(new, states(self._table, new), strict=True):
                if state is not None and state.has_content:
                    found[one] = state.links
                    frontier.append(state.links)
        return found, children

    def _holders(self, links: Sequence[str]) -> tuple[set[str], set[str]]:
        members: set[str] = set()
        children: set[str] = set()
        for row in self._table.get_rows([keys.link(link) for link in links]):
            for column, cell in row:
                if cell.value:
                    (members if column[:1] == b"m" else children).add(column[2:].decode())
        return members, children

    def _assign(self, found: dict[str, Links], children: set[str]) -> set[str]:
        """Moves records to the titles that clustering gives them; the titles to publish."""
        groups = clusters(found)
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
        return affected.union(titles.survivors(self._table, children).values())
