"""Work that is still to do: ids packed into rows, so that a killed run loses none of it.

A step writes what the next one has to look at beside what it changed; the rows go when the
work is done. The next run finds what a killed one has left.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from ummid.stores.table import Put, Table

LEFT = "left"
"""How the part of a queue begins that a run leaves for the next one."""
_IDS = b"s:ids"
Key = Callable[[str, str, str], bytes]


def puts(key: Key, ids: Iterable[str], run: str, part: str, known: int) -> list[Put]:
    """Rows that hold `ids`, by partition; `part` names the batch within the run."""
    by_partition: defaultdict[str, list[str]] = defaultdict(list)
    for one in sorted(ids):
        by_partition[one[0]].append(one)
    return [
        Put(key(partition, run, part), _IDS, known, " ".join(found).encode())
        for partition, found in by_partition.items()
    ]


def waiting(table: Table, prefix: bytes) -> list[str]:
    """Every id that waits under a partition's prefix, once, in order."""
    return sorted(since(table, prefix))


def partitions(table: Table, *prefixes: bytes) -> list[str]:
    """The partitions in which anything waits under these kinds of rows."""
    keys = (key for prefix in prefixes for key, _, _ in table.scan(prefix))
    return sorted({chr(key[2]) for key in keys})


def since(table: Table, prefix: bytes) -> dict[str, int]:
    """Every id that waits under a partition's prefix, with the first version it waits at."""
    found: dict[str, int] = {}
    for _, _, cell in table.scan(prefix):
        for one in cell.value.decode().split():
            found[one] = min(found.get(one, cell.version), cell.version)
    return found


def done(table: Table) -> None:
    """Removes what waited to be published: everything was."""
    for prefix in (b"y#", b"p#", b"q#", b"u#"):
        table.drop(prefix)


def enriched(table: Table, run: str) -> None:
    """Removes what waited to be enriched, but for what a run left for the next one."""
    kept = f"#{run}#{LEFT}".encode()
    for key in [key for key, _, _ in table.scan(b"h#") if kept not in key]:
        table.drop(key)
