"""Comparing: the pairs that share a block, each once.

What a comparison gives is a function of the two statements alone, is kept on both sides, and
holds until one of them changes: a replay compares nothing.
"""

from collections.abc import Sequence

from msgspec import Struct

from ummid.identity.compare import compare
from ummid.identity.links import Links
from ummid.identity.model import probability, shipped
from ummid.ingest.context import Run
from ummid.stores.buffer import WriteBuffer
from ummid.stores.table import Put, Table
from ummid.views import keys, pairs, queue
from ummid.views.pairs import Compared
from ummid.views.state import links_of

CHUNK = 2000
_KNOWN = 20_000


class Comparisons(Struct, frozen=True):
    """How many pairs were compared, and how many were likely enough to keep."""

    pairs: int = 0
    kept: int = 0


def compare_partition(run: Run, table: Table, partition: str) -> Comparisons:
    """Compares the waiting pairs whose lesser record is of a partition."""
    step = _Compare(run, table)
    waiting = queue.waiting(table, keys.candidates_partition(partition))
    for start in range(0, len(waiting), CHUNK):
        step.pairs(list(map(pairs.parted, waiting[start : start + CHUNK])))
    step.buffer.flush()
    return Comparisons(step.compared, step.kept)


class _Compare:
    def __init__(self, run: Run, table: Table) -> None:
        self._run, self._table = run, table
        self._known: dict[str, Links | None] = {}
        self._review = shipped().review
        self.buffer = WriteBuffer(table)
        self.compared = self.kept = 0

    def pairs(self, chunk: Sequence[tuple[str, str]]) -> None:
        about = self._links({record_id for pair in chunk for record_id in pair})
        puts: list[Put] = []
        for one, other in chunk:
            links, of_other = about[one], about[other]
            if links is None or of_other is None:
                continue
            self.compared += 1
            likely = probability(compare(links.profile, of_other.profile))
            if likely >= self._review:
                self.kept += 1
                result = Compared(links.mark, of_other.mark, likely)
                puts += pairs.pair_puts(one, other, result, self._run.known)
        self.buffer.add(puts)

    def _links(self, record_ids: set[str]) -> dict[str, Links | None]:
        if len(self._known) > _KNOWN:
            self._known.clear()
        missing = sorted(record_ids - self._known.keys())
        self._known.update(zip(missing, links_of(self._table, missing), strict=True))
        return self._known
