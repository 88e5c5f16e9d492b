"""Resolving: which title each changed record belongs to, now.

By the time this runs every link row of the run is written, so that whoever looks at a
connected set of records sees all of it and comes to the same answer: two workers that meet
in one set write the same rows.
"""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from ummid.catalog.model import SourceRecord
from ummid.identity.clusters import clusters, member
from ummid.identity.links import strong_links, weak_links
from ummid.ingest.context import Run
from ummid.stores.table import Put, Table
from ummid.views import keys, queue, titles
from ummid.views.state import RecordState, Scopes, effective, scope_ids, state_put, states

CHUNK = 500


class Resolved(Struct, frozen=True):
    """`absent`: records that stopped being live because a full delivery left them out."""

    absent: int


def resolve_partition(run: Run, table: Table, partition: str) -> Resolved:
    """Resolves the waiting records of a partition and queues the titles to publish."""
    resolve = _Resolve(run, table)
    waiting = queue.waiting(table, keys.dirty_partition(partition))
    for number, start in enumerate(range(0, len(waiting), CHUNK)):
        resolve.records(waiting[start : start + CHUNK], f"{partition}{number}")
    return Resolved(resolve.absent)


class _Resolve:
    def __init__(self, run: Run, table: Table) -> None:
        self._run, self._table = run, table
        self._scopes = Scopes(table)
        self._puts: list[Put] = []
        self._affected: set[str] = set()
        self._seen: set[str] = set()
        self.absent = 0

    def records(self, record_ids: Sequence[str], part: str) -> None:
        for record_id, state in zip(record_ids, states(self._table, record_ids), strict=True):
            if state is None or not state.has_content:
                continue
            record = state.record()
            self._liveness(record_id, record, state)
            if record_id not in self._seen:
                self._component(record_id, record)
        run = self._run
        self._puts += queue.puts(keys.affected, self._affected, run.id, part, run.known)
        self._table.write(self._puts)
        self._puts, self._affected = [], set()

    def _liveness(self, record_id: str, record: SourceRecord, state: RecordState) -> None:
        """Publishes whether the record counts, to its scopes and to the next run."""
        counts_as = effective(record, state, self._scopes)
        live = counts_as is not None
        offers = str(max(1, len(counts_as.grants))).encode() if counts_as else b""
        for scope in scope_ids(record, state):
            key = keys.scope_record(scope, record_id)
            before = self._table.get(key, keys.OFFERS)
            if (before.value if before else b"") != offers:
                self._puts.append(Put(key, keys.OFFERS, self._run.known, offers))
        if live != state.live:
            if not live and not state.is_deleted:
                self.absent += 1
            self._puts.append(state_put(record_id, msgspec.structs.replace(state, live=live)))

    def _component(self, record_id: str, record: SourceRecord) -> None:
        """Clusters everything reachable from a record and moves the titles accordingly."""
        found, children = self._reachable(record_id, record)
        self._seen.update(found)
        groups = clusters(member(r, rec) for r, rec in found.items())
        was = self._titles_of(list(found))
        for group in groups:
            title_id = group[0]
            if titles.members(self._table, [title_id])[0] != group:
                self._puts.append(titles.members_put(title_id, group, self._run.known))
            for one in group:
                if was[one] != title_id:
                    self._puts.append(titles.alias_put(one, title_id, self._run.known))
                    self._affected.add(was[one])
            self._affected.add(title_id)
        self._affected.update(self._titles_of(sorted(children)).values())

    def _reachable(
        self, record_id: str, record: SourceRecord
    ) -> tuple[dict[str, SourceRecord], set[str]]:
        """Records connected by links, and those that name any of them as parent."""
        found = {record_id: record}
        children: set[str] = set()
        followed: set[str] = set()
        frontier = [record]
        while frontier:
            links = {k for r in frontier for k in (*strong_links(r), *weak_links(r))} - followed
            followed |= links
            members, named = self._holders(links)
            children |= named
            new = sorted(members - found.keys())
            frontier = []
            for one, state in zip(new, states(self._table, new), strict=True):
                if state is not None and state.has_content:
                    found[one] = state.record()
                    frontier.append(found[one])
        return found, children

    def _holders(self, links: Iterable[str]) -> tuple[set[str], set[str]]:
        members: set[str] = set()
        children: set[str] = set()
        for link in links:
            for _, column, cell in self._table.scan(keys.link(link) + b"\x00"):
                if cell.value:
                    (members if column[:1] == b"m" else children).add(column[2:].decode())
        return members, children

    def _titles_of(self, record_ids: list[str]) -> dict[str, str]:
        cells = self._table.get_many([keys.title(r) for r in record_ids], keys.ALIAS)
        return {
            r: cell.value.decode() if cell and cell.value else r
            for r, cell in zip(record_ids, cells, strict=True)
        }
