"""A fingerprint of the materialised views: two stores that agree have the same one."""

import hashlib

from ummid.stores.table import Table

VIEWS = {
    "titles": b"t#",
    "external ids": b"x#",
    "availability": b"a#",
    "markets": b"v#",
    "edges": b"E#",
    "edge members": b"M#",
}


def digest(table: Table) -> dict[str, tuple[int, str]]:
    """Per view: how many cells it has, and the SHA-256 over its keys and newest values.

    When a cell was written is no part of it, and a tombstone counts as nothing.
    """
    found = {}
    for name, prefix in VIEWS.items():
        running, count = hashlib.sha256(), 0
        for key, column, cell in table.scan(prefix):
            if cell.value:
                count += 1
                for part in (key, column, cell.value):
                    running.update(len(part).to_bytes(4, "big") + part)
        found[name] = (count, running.hexdigest())
    return found
