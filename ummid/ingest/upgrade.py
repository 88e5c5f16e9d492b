"""What a store of an earlier version lacks, made good by the next run on it."""

from itertools import islice

from ummid.ingest.context import Run
from ummid.stores.table import Put, Table
from ummid.views import keys, queue

_EDGES = "edges"
_CHUNK = 10_000


def upgrade(run: Run, table: Table) -> None:
    """Has the run publish every title once more where their grants have no edges yet.

    Views that are the same are not written again and enter no change feed.
    """
    if table.get(keys.counter(_EDGES), keys.VALUE) is not None:
        return
    titles = (
        key[2:].decode()
        for key, column, cell in table.scan(b"t#")
        if column == keys.BODY and cell.value
    )
    part = 0
    while chunk := list(islice(titles, _CHUNK)):
        table.write(queue.puts(keys.affected, chunk, run.id, f"{_EDGES}{part}", run.known))
        part += 1
    table.write([Put(keys.counter(_EDGES), keys.VALUE, run.known, b"1")])
