"""Applying: staged statements move the registers of their records, one partition at a time.

Every staged statement is counted out here as exactly one of published, unchanged,
superseded, withdrawn or rejected; rejections of the parser were counted when staging.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import count, groupby

import msgspec
from msgspec import Struct

from ummid.identity.links import Links, links
from ummid.identity.pairs import stub
from ummid.ingest.context import Run
from ummid.ingest.delivery import Delivery
from ummid.ingest.settle import Settled
from ummid.ingest.staging import Staged, decode_staged
from ummid.stores.buffer import WriteBuffer
from ummid.stores.table import Put, Table
from ummid.views import keys, pairs, queue
from ummid.views.runs import Counts
from ummid.views.state import (
    Coverage,
    RecordState,
    Scopes,
    Version,
    dead,
    decode_record,
    scope_id,
    state_put,
    states,
)

CHUNK = 500


class _Candidate(Struct, frozen=True):
    delivery: Delivery
    version: Version
    staged: Staged

    @property
    def restated(self) -> Version:
        """A page says that a statement stands, however old the statement says it is."""
        page = self.delivery.is_page
        return max(self.version, self.delivery.version) if page else self.version


def apply_partition(
    run: Run, table: Table, settled: Settled, deliveries: list[Delivery], partition: str
) -> dict[str, Counts]:
    """Applies the staged statements whose record id starts with `partition`.

    Queues the records whose title may have changed, and counts per partner.
    """
    apply = _Apply(run, table, settled, {d.file: d for d in deliveries}, partition)
    chunk: list[tuple[str, list[tuple[str, Staged]]]] = []
    for group in _staged_records(run, table, partition):
        chunk.append(group)
        if len(chunk) >= CHUNK:
            apply.records(chunk)
            chunk = []
    apply.records(chunk)
    apply.buffer.flush()
    return dict(apply.counts)


def _staged_records(
    run: Run, table: Table, partition: str
) -> Iterator[tuple[str, list[tuple[str, Staged]]]]:
    """Each record id with everything that this run staged for it: (file id, statement)."""
    prefix = keys.staged_run(run.id)
    rows = table.scan(prefix + partition.encode())
    parts = ((*key[len(prefix) :].split(b"#"), cell.value) for key, _, cell in rows)
    for record_id, group in groupby(parts, key=lambda part: part[0]):
        yield record_id.decode(), [(p[1].decode(), decode_staged(p[3])) for p in group]


class _Apply:
    def __init__(
        self,
        run: Run,
        table: Table,
        settled: Settled,
        deliveries: dict[str, Delivery],
        partition: str,
    ) -> None:
        self._run, self._table, self._settled = run, table, settled
        self._deliveries = deliveries
        self._scopes = Scopes(table, partition)
        self._puts: list[Put] = []
        self.buffer = WriteBuffer(table)
        self._dirty: set[str] = set()
        self._entered: set[str] = set()
        self._parts = (f"{partition}{number}" for number in count())
        self.counts: defaultdict[str, Counts] = defaultdict(Counts)

    def records(self, chunk: list[tuple[str, list[tuple[str, Staged]]]]) -> None:
        record_ids = [record_id for record_id, _ in chunk]
        stored = zip(states(self._table, record_ids), dead(self._table, record_ids), strict=True)
        for (record_id, staged), (state, was_dead) in zip(chunk, stored, strict=True):
            before = state or RecordState()
            after = self._advance(before, was_dead, self._candidates(staged))
            if after == before:
                continue
            self._dirty.add(record_id)
            self._puts.append(state_put(record_id, after))
            if after.links != before.links:
                self._link(record_id, before.links, after.links)
        self._write()

    def _write(self) -> None:
        """Writes what waits, with the blocks to pair and the records to resolve beside it."""
        run, part = self._run, next(self._parts)
        self._puts += queue.puts(keys.entered, self._entered, run.id, part, run.known)
        self._puts += queue.puts(keys.dirty, self._dirty, run.id, part, run.known)
        self.buffer.add(self._puts)
        self._puts, self._dirty, self._entered = [], set(), set()

    def _candidates(self, staged: list[tuple[str, Staged]]) -> list[_Candidate]:
        """Statements of accepted deliveries, oldest first; the others are counted as rejected."""
        found = []
        for file, statement in staged:
            delivery = self._deliveries[file]
            if not self._settled.takes(file):
                if not statement.excuse:
                    self._count(delivery, "rejected")
                continue
            version = delivery.version
            if statement.time is not None:
                version = msgspec.structs.replace(version, time=statement.time)
            found.append(_Candidate(delivery, version, statement))
        return sorted(found, key=lambda c: (c.version, c.staged.hash))

    def _advance(
        self, before: RecordState, was_dead: bool, candidates: list[_Candidate]
    ) -> RecordState:
        upserts = [c for c in candidates if not c.staged.delete and not c.staged.excuse]
        deletes = [c for c in candidates if c.staged.delete]
        after = before
        if upserts:
            after = _with_content(after, upserts[-1], self._run.id)
        if deletes:
            newest = max(after.deleted, deletes[-1].version)
            after = msgspec.structs.replace(after, deleted=newest)
        if candidates:
            restated = max(after.restated, *(c.restated for c in candidates))
            after = msgspec.structs.replace(after, restated=restated)
        for number, candidate in enumerate(upserts, start=1):
            last = number == len(upserts)
            outcome = _upsert_outcome(after, candidate, last)
            if outcome == "published":
                if self._scopes.get(after.feed_scope).silences(after.restated, None):
                    outcome = "superseded"
                elif not was_dead and before.content_hash == after.content_hash:
                    outcome = "unchanged"
            self._count(candidate.delivery, outcome)
        for number, candidate in enumerate(deletes, start=1):
            last = number == len(deletes)
            self._count(candidate.delivery, _delete_outcome(before, after, candidate, last))
        for candidate in candidates:
            if candidate.staged.full_extract:
                self._cover(candidate)
        return after

    def _cover(self, candidate: _Candidate) -> None:
        """A statement that opens a full delivery of its scopes silences what they held before."""
        record = decode_record(bytes(candidate.staged.content))
        for stated in record.scopes:
            scope = scope_id(record.format, record.partner, stated.name, stated.territory)
            put = self._scopes.cover(scope, Coverage(candidate.version))
            if put is None:
                continue
            self._puts.append(put)
            prefix = keys.scope_records(scope)
            self._dirty.update(
                key[len(prefix) :].decode() for key, _, _ in self._table.scan(prefix)
            )

    def _link(self, record_id: str, before: Links, after: Links) -> None:
        """Moves the record's link and block rows from what it said to what it says."""
        known = self._run.known
        old, new = _link_rows(before), _link_rows(after)
        for link, column in old ^ new:
            row, kept = keys.link(link), (link, column) in new
            self._puts.append(Put(row, column + record_id.encode(), known, b"1" if kept else b""))
            if not kept:  # those that it joined may have to part, its children to look again
                for also in (b"\x00m:", b"\x00c:"):
                    self._dirty.update(c[2:].decode() for _, c, _ in self._table.scan(row + also))
        if before.mark != after.mark:
            self._enter(record_id, before, after)

    def _enter(self, record_id: str, before: Links, after: Links) -> None:
        """Enters a changed statement into its blocks; what it was compared with is forgotten."""
        known = self._run.known
        within = set(after.blocks)
        left = set(before.blocks) - within
        self._puts += pairs.member_puts(within, left, record_id, stub(after), known)
        self._entered |= within
        if before.mark:
            (kept,) = pairs.compared(self._table, [record_id])
            self._dirty.update(kept)
            for other in kept:
                self._puts += pairs.pair_puts(record_id, other, None, known)

    def _count(self, delivery: Delivery, outcome: str) -> None:
        counts = self.counts[delivery.partner]
        counts.add("read")
        counts.add(outcome)


def _link_rows(said: Links) -> set[tuple[str, bytes]]:
    own = {(link, b"m:") for link in said.strong}
    named = {(link, b"n:") for link in said.named}
    return own | named | {(link, b"c:") for link in said.parents}


def _with_content(state: RecordState, newest: _Candidate, run: str) -> RecordState:
    """The state with the newest content, if it is newer than what is there."""
    staged = newest.staged
    if (newest.version, staged.hash) <= (state.content_version, state.content_hash):
        return state
    feed_scope = newest.delivery.scope if newest.delivery.mode == "snapshot" else ""
    if staged.hash == state.content_hash:
        return msgspec.structs.replace(state, content_version=newest.version, feed_scope=feed_scope)
    record = decode_record(bytes(staged.content))
    return msgspec.structs.replace(
        state,
        content_version=newest.version,
        content_hash=staged.hash,
        content=staged.content,
        run=run,
        source=staged.source,
        feed_scope=feed_scope,
        scoped=bool(record.scopes),
        links=links(record),
    )


def _upsert_outcome(after: RecordState, candidate: _Candidate, last: bool) -> str:
    if candidate.version < after.deleted or candidate.staged.hash != after.content_hash:
        return "superseded"
    if last:
        return "published"
    return "unchanged" if candidate.version == after.content_version else "superseded"


def _delete_outcome(
    before: RecordState, after: RecordState, candidate: _Candidate, last: bool
) -> str:
    if candidate.version < max(after.content_version, after.deleted):
        return "superseded"
    return "withdrawn" if last and before.deleted != candidate.version else "unchanged"
