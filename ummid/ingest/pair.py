"""Pairing: which statements are worth comparing, block by block.

By the time this runs every block row of the run is written. Each block that somebody entered is
read once, whatever the number of its members; who was there before is not paired again.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import count

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
    crowded = pairs.crowded(table, partition)
    reopened = {block for block in crowded if not pairs.is_crowded(table, block)}
    entered = queue.since(table, keys.entered_partition(partition)) | dict.fromkeys(reopened, 0)
    step = _Pairing(run, table, partition, reopened)
    blocks = sorted(entered.keys() - (crowded - reopened))
    for start in range(0, len(blocks), CHUNK):
        step.blocks({block: entered[block] for block in blocks[start : start + CHUNK]})
    step.buffer.flush()
    return step.found


class _Pairing:
    """`reopened` are blocks that have emptied to a size at which they tell again."""

    def __init__(self, run: Run, table: Table, partition: str, reopened: Set[str]) -> None:
        self._run, self._table, self._reopened = run, table, reopened
        self._parts = (f"{partition}p{number}" for number in count())
        self.buffer = WriteBuffer(table)
        self.found = 0

    def blocks(self, entered: Mapping[str, int]) -> None:
        """Pairs the members of blocks; for each, since when somebody may be new in it.

        A block is opened or closed in the same write as what follows from it.
        """
        run, part = self._run, next(self._parts)
        puts: list[Put] = []
        found: set[str] = set()
        dirty: set[str] = set()
        for block, members in zip(entered, pairs.members(self._table, entered), strict=True):
            is_crowded = members.size > pairs.CROWDED
            if is_crowded or block in self._reopened:
                puts.append(pairs.crowded_put(block, is_crowded, run.known))
                dirty.update(*members.by_stub.values())
            if not is_crowded:
                found.update(_worth_comparing(members))
        self.found += len(found)
        puts += queue.puts(keys.candidates, found, run.id, part, run.known)
        puts += queue.puts(keys.dirty, dirty, run.id, part, run.known)
        self.buffer.add(puts)


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
