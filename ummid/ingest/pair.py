"""Pairing: which statements are worth comparing, block by block.

By the time this runs every block row of the run is written. Each block that somebody entered is
read once, whatever the number of its members; who was there before is not paired again.
"""

from collections.abc import Iterable, Iterator, Mapping

from ummid.identity.pairs import worth_comparing
from ummid.ingest.context import Run
from ummid.stores.buffer import WriteBuffer
from ummid.stores.table import Put, Table
from ummid.views import keys, pairs, queue
from ummid.views.pairs import Members

CHUNK = 2000


def pair_partition(run: Run, table: Table, partition: str) -> int:
    """Queues what is worth comparing in the blocks of a partition; gives the number of finds.

    A pair is found once in each block that it shares. Queues, too, those whose title may change
    because a block has come to tell nothing, or to tell again.
    """
    step = _Pairing(run, table, partition)
    entered = queue.since(table, keys.entered_partition(partition))
    entered |= dict.fromkeys(step.reopened(), 0)
    for block in pairs.crowded(table, partition) - step.open_again:
        entered.pop(block, None)
    blocks = sorted(entered)
    for start in range(0, len(blocks), CHUNK):
        step.blocks({block: entered[block] for block in blocks[start : start + CHUNK]})
    step.buffer.flush()
    return step.found


class _Pairing:
    def __init__(self, run: Run, table: Table, partition: str) -> None:
        self._run, self._table, self._partition = run, table, partition
        self._puts: list[Put] = []
        self._dirty: set[str] = set()
        self._part = 0
        self.open_again: set[str] = set()
        self.buffer = WriteBuffer(table)
        self.found = 0

    def reopened(self) -> set[str]:
        """Blocks that have emptied to a size at which they tell again."""
        for block in sorted(pairs.crowded(self._table, self._partition)):
            members = pairs.few_members(self._table, block)
            if members is not None:
                self.open_again.add(block)
                self._puts.append(pairs.crowded_put(block, False, self._run.known))
                self._dirty.update(members)
        return self.open_again

    def blocks(self, entered: Mapping[str, int]) -> None:
        """Pairs the members of blocks; for each, since when somebody may be new in it."""
        found: set[str] = set()
        for block, members in zip(entered, pairs.members(self._table, entered), strict=True):
            if members.size > pairs.CROWDED:
                self._close(block, members)
            else:
                found.update(_worth_comparing(members))
        run, part = self._run, f"{self._partition}p{self._part}"
        self._part += 1
        self.found += len(found)
        self._puts += queue.puts(keys.candidates, found, run.id, part, run.known)
        self._puts += queue.puts(keys.dirty, self._dirty, run.id, part, run.known)
        self.buffer.add(self._puts)
        self._puts, self._dirty = [], set()

    def _close(self, block: str, members: Members) -> None:
        """A block with too many members: what it alone brought together counts no more."""
        self._puts.append(pairs.crowded_put(block, True, self._run.known))
        for ids in members.by_stub.values():
            self._dirty.update(ids)


def _worth_comparing(members: Members) -> Iterator[str]:
    """The pairs of a block with somebody new in them."""
    new = members.new
    if not new or members.size < 2:
        return
    stubs = list(members.by_stub.items())
    for position, (stub, ids) in enumerate(stubs):
        for other_stub, others in stubs[position:]:
            if worth_comparing(stub, other_stub):
                yield from _crossed(ids, others, new)


def _crossed(ids: Iterable[str], others: Iterable[str], new: set[str]) -> Iterator[str]:
    for one in ids:
        for other in others:
            if one != other and (one in new or other in new):
                yield pairs.joined(one, other)
