"""Writes gathered into large sorted batches: neighbouring rows share pages and commits."""

from collections.abc import Iterable
from operator import itemgetter

from ummid.stores.table import Put, Table

BATCH = 8000
"""Rows. In a large store each may lie on a page of its own below branches of its own, which LMDB
holds in memory until the commit and then keeps for the next: three times as many took 100 MB more
per process, for a twentieth less of its time."""
BATCH_BYTES = 32 * 1024 * 1024
_ROW, _VALUE = itemgetter(0), itemgetter(3)


class WriteBuffer:
    """Collects puts for a table; `flush` when what is waiting must be seen.

    What waits is lost with the process: whoever uses it must be able to do its work again.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._puts: list[Put] = []
        self._bytes = 0

    def add(self, puts: Iterable[Put]) -> None:
        """Takes puts that belong together: they are written in one batch."""
        together = list(puts)
        self._puts += together
        self._bytes += sum(map(len, map(_VALUE, together)))
        if len(self._puts) >= BATCH or self._bytes >= BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        if self._puts:
            self._puts.sort(key=_ROW)  # stable: of two puts to one cell, the later stays the later
            self._table.write(self._puts)
            self._puts, self._bytes = [], 0
