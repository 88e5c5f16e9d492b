"""Comparing: each changed statement with those that share a block with it.

By the time this runs every block row of the run is written. What a comparison gives is a
function of the two statements alone, is kept on both sides, and holds until one of them
changes: a replay compares nothing.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from msgspec import Struct

from ummid.identity.compare import compare
from ummid.identity.links import Links
from ummid.identity.model import probability, shipped
from ummid.identity.pairs import stub, worth_comparing
from ummid.ingest.context import Run
from ummid.stores.buffer import WriteBuffer
from ummid.stores.table import Put, Table
from ummid.views import keys, pairs, queue
from ummid.views.pairs import Compared
from ummid.views.state import Linked, linked

CHUNK = 500
_KNOWN = 20_000
_NOBODY: dict[bytes, list[str]] = {}


class Comparisons(Struct, frozen=True):
    """How many pairs were compared, and how many were likely enough to keep."""

    pairs: int = 0
    kept: int = 0


def compare_partition(run: Run, table: Table, partition: str) -> Comparisons:
    """Compares the waiting records of a partition.

    Queues those whose title may change although they did not change themselves.
    """
    step = _Compare(run, table, partition)
    step.reopened()
    waiting = queue.waiting(table, keys.dirty_partition(partition))
    for start in range(0, len(waiting), CHUNK):
        step.records(waiting[start : start + CHUNK])
    step.buffer.flush()
    return Comparisons(step.compared, step.kept)


class _Compare:
    def __init__(self, run: Run, table: Table, partition: str) -> None:
        self._run, self._table, self._partition = run, table, partition
        self._crowded = pairs.crowded(table)
        self._known: dict[str, Linked] = {}
        self._puts: list[Put] = []
        self._dirty: set[str] = set()
        self._part = 0
        self._review = shipped().review
        self.buffer = WriteBuffer(table)
        self.compared = self.kept = 0

    def reopened(self) -> None:
        """Compares the members of blocks that have emptied to a size at which they tell again."""
        for block in sorted(pairs.crowded(self._table, self._partition)):
            members = pairs.few_members(self._table, block)
            if members is not None:
                self._crowded.discard(block)
                self._puts.append(pairs.crowded_put(block, False, self._run.known))
                self._dirty.update(members)
                self.records(members, again=True)

    def records(self, record_ids: Sequence[str], *, again: bool = False) -> None:
        table = self._table
        marks = pairs.marks(table, record_ids)
        changed: dict[str, Linked] = {}
        for record_id, state, mark in zip(
            record_ids, linked(table, record_ids), marks, strict=True
        ):
            if state is not None and (again or state.links.mark != mark):
                changed[record_id] = state
        partners = self._partners(changed)
        others = self._linked({other for found in partners.values() for other in found})
        kept_before = pairs.compared(table, list(changed))
        for (record_id, state), before in zip(changed.items(), kept_before, strict=True):
            stays = set()
            for other in partners[record_id]:
                about = others[other]
                if (
                    # compared from the other side, in the same run
                    (other < record_id and about.run == state.run and not again)
                    or self._compare(record_id, state.links, other, about.links)
                ):
                    stays.add(other)
            for other in before.keys() - stays:
                self._puts += pairs.pair_puts(record_id, other, None, self._run.known)
            self._dirty.update(before)
            self._puts.append(pairs.mark_put(record_id, state.links.mark, self._run.known))
        self._write()

    def _compare(self, one: str, links: Links, other: str, of_other: Links) -> bool:
        """Whether the pair is likely enough to be kept; then it is."""
        self.compared += 1
        found = probability(compare(links.profile, of_other.profile))
        if found < self._review:
            return False
        self.kept += 1
        self._puts += pairs.pair_puts(
            one, other, Compared(links.mark, of_other.mark, found), self._run.known
        )
        return True

    def _partners(self, changed: dict[str, Linked]) -> dict[str, dict[str, None]]:
        """Whom each record is worth comparing with, by what the block rows tell."""
        blocks = sorted({b for s in changed.values() for b in s.links.blocks} - self._crowded)
        members: dict[str, dict[bytes, list[str]]] = {}
        for block, found in zip(blocks, pairs.members(self._table, blocks), strict=True):
            if sum(map(len, found.values())) > pairs.CROWDED:
                self._close(block, chain.from_iterable(found.values()))
            else:
                members[block] = found
        partners: dict[str, dict[str, None]] = {}
        for record_id, state in changed.items():
            own, chosen = stub(state.links), partners.setdefault(record_id, {})
            for block in state.links.blocks:
                for entry, ids in members.get(block, _NOBODY).items():
                    if worth_comparing(own, entry):
                        chosen.update(dict.fromkeys(ids))
            chosen.pop(record_id, None)
        return partners

    def _close(self, block: str, members: Iterable[str]) -> None:
        """A block with too many members: what it alone brought together counts no more."""
        self._crowded.add(block)
        self._puts.append(pairs.crowded_put(block, True, self._run.known))
        self._dirty.update(members)

    def _linked(self, record_ids: set[str]) -> dict[str, Linked]:
        missing = sorted(record_ids - self._known.keys())
        if len(self._known) + len(missing) > _KNOWN:
            self._known.clear()
            missing = sorted(record_ids)
        for record_id, found in zip(missing, linked(self._table, missing), strict=True):
            if found is not None:
                self._known[record_id] = found
        return self._known

    def _write(self) -> None:
        run = self._run
        part = f"{self._partition}c{self._part}"
        self._puts += queue.puts(keys.dirty, self._dirty, run.id, part, run.known)
        self.buffer.add(self._puts)
        self._puts, self._dirty = [], set()
        self._part += 1
