"""Following the change feed: every published change, in order, to somebody else.

Delivery semantics: at least once, in the order of the serials. How far a follower has come is kept
in the store under its name, after it has confirmed; what it is told twice has the same serial.
"""

import time
from collections.abc import Callable, Sequence
from threading import Event
from typing import Protocol

from ummid.stores.table import Put, Table
from ummid.views import changes, keys
from ummid.views.changes import Change

CHUNK = 500
LOOK = 0.1


class Follower(Protocol):
    """Takes changes, and may be told one again."""

    def tell(self, told: Sequence[Change]) -> None:
        """Returns when these are safe there. Raises for any that may not be."""
        ...


class Place:
    """How far the follower of a name has come."""

    def __init__(self, table: Table, name: str) -> None:
        self._table, self._row = table, keys.counter(f"followed {name}")

    def get(self) -> int:
        cell = self._table.get(self._row, keys.VALUE)
        return int(cell.value) if cell else 0

    def put(self, serial: int) -> None:
        at = time.time_ns() // 1_000_000
        self._table.write([Put(self._row, keys.VALUE, at, b"%d" % serial)])


def follow(
    table: Table,
    follower: Follower,
    since: int,
    *,
    reached: Callable[[int], None] = lambda _: None,
    stop: Event | None = None,
    look: float = LOOK,
) -> int:
    """Tells what comes after a serial until stopped, or all there is without `stop`; gives the
    serial of the last change told. `reached` is called with each that the follower has confirmed.
    """
    while stop is None or not stop.is_set():
        news = list(changes.since(table, since, CHUNK))
        if news:
            follower.tell(news)
            since = news[-1].serial
            reached(since)
        elif stop is None:
            break
        else:
            stop.wait(look)
    return since
