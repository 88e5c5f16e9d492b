"""What every step of one run knows."""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from ummid import holding, opening
from ummid.catalog.precedence import Precedence
from ummid.enrich.choose import Chosen
from ummid.holding import Leased
from ummid.stores.table import Table

PARTITIONS = tuple("0123456789abcdef")
"""Ids start with one of these: a partition is the ids that start with one character."""

HOLD_SHARE = 0.5
"""A full delivery that would withdraw more than this share of the live offers it covers is
held, unless the partner's profile says otherwise."""


@dataclass(frozen=True)
class Run:
    """`known` is when the run publishes (epoch ms): later than anything published before.

    `enricher` is None where nobody enriches, `archive` where original bytes are not kept. `lease`
    is what its processes write under, None on an embedded store; `is_handed` says that they go on
    without the process that began it.
    """

    id: str
    store: Path
    known: int
    started: str
    precedence: Precedence = field(default_factory=Precedence)
    release_held: bool = False
    enricher: Chosen | None = None
    archive: Path | None = None
    lease: Leased | None = None
    is_handed: bool = False

    def table(self) -> Table:
        """The store's table, shared by everything in this process that works on the run.

        Raises StoreError when another run has taken the store.
        """
        return holding.under(open_table(self.store), self.lease)


_tables: dict[Path, Table] = {}
_opening = Lock()


def open_table(store: Path) -> Table:
    """One open table per store and process: LMDB allows no second one."""
    path = opening.absolute(store)
    with _opening:
        if path not in _tables:
            _tables[path] = opening.open_table(path)
        return _tables[path]


def close_table(store: Path) -> None:
    """Closes the store for this process; the next `open_table` opens it again."""
    with _opening:
        table = _tables.pop(opening.absolute(store), None)
    if table is not None:
        table.close()
