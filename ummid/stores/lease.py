"""A lease on a table: one holder at a time among machines, for as long as it says so.

The holder says every few seconds that it is still there; who has not been heard of for `LASTS`
may be followed. Clocks of machines may differ by less than that. A holder that could not say so
for that long is told: it may not be alone any more.
"""

import os
import platform
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import NamedTuple

import msgspec
from msgspec import Struct

from ummid.errors import StoreError
from ummid.stores.table import Put, Table

LASTS = 60.0
_LOOK_AGAIN = 0.1
_COLUMN = b"s:lease"


class Holder(Struct, frozen=True):
    """Who holds a lease. `heard` is when it was last heard of (epoch seconds)."""

    name: str
    token: str
    heard: float


class Timing(NamedTuple):
    """`clock` gives epoch seconds; the holder is heard of four times in `lasts` seconds."""

    lasts: float = LASTS
    clock: Callable[[], float] = time.time


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Holder).decode
_TIMING = Timing()


def this_process() -> str:
    return f"process {os.getpid()} on {platform.node() or 'this machine'}"


class Lease:
    """The lease of one row of a table."""

    def __init__(self, table: Table, row: bytes, timing: Timing = _TIMING) -> None:
        self._table, self._row, self._timing = table, row, timing
        self._held = b""

    def take(self) -> Holder | None:
        """Takes it if nobody has it; else who does. Raises StoreError."""
        cell = self._table.get(self._row, _COLUMN)
        found = cell.value if cell else None
        if found:
            holder = _decode(found)
            if self._timing.clock() - holder.heard < self._timing.lasts:
                return holder
        wanted = _encode(Holder(this_process(), uuid.uuid4().hex, self._timing.clock()))
        if self._replace(found, wanted):
            return None
        cell = self._table.get(self._row, _COLUMN)
        if cell and cell.value:
            return _decode(cell.value)
        return Holder("another process", "", self._timing.clock())

    def renew(self) -> bool:
        """Says that the holder is still there; False when another one has it. Raises StoreError."""
        again = msgspec.structs.replace(_decode(self._held), heard=self._timing.clock())
        if self._replace(self._held, _encode(again)):
            return True
        cell = self._table.get(self._row, _COLUMN)  # an answer may have been lost on the way
        found = _decode(cell.value) if cell and cell.value else None
        if cell is None or found is None or found.token != again.token:
            return False
        self._held = cell.value
        return True

    def give_back(self) -> None:
        """So that the next one need not wait. What fails runs out."""
        with suppress(StoreError):
            self._table.check_and_put(
                self._row, _COLUMN, self._held, Put(self._row, _COLUMN, 0, b"")
            )

    def _replace(self, found: bytes | None, wanted: bytes) -> bool:
        put = Put(self._row, _COLUMN, 0, wanted)
        done = self._table.check_and_put(self._row, _COLUMN, found, put)
        if done:
            self._held = wanted
        return done


@contextmanager
def holding(
    lease: Lease,
    lost: Callable[[str], None],
    busy: Callable[[Holder], StoreError],
    patience: float = 0,
    timing: Timing = _TIMING,
) -> Iterator[None]:
    """Inside, this process has the lease, unless `lost` is called with why it has not.

    Raises what `busy` makes of the holder after `patience` seconds.
    """
    until = time.monotonic() + patience
    while holder := lease.take():
        if time.monotonic() >= until:
            raise busy(holder)
        time.sleep(_LOOK_AGAIN)
    ended = Event()
    thread = Thread(target=_keep, args=(lease, lost, ended, timing.lasts), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        lease.give_back()


def _keep(lease: Lease, lost: Callable[[str], None], ended: Event, lasts: float) -> None:
    heard = time.monotonic()
    while not ended.wait(lasts / 4):
        try:
            if not lease.renew():
                lost("another process has taken the lease of this run")
                return
            heard = time.monotonic()
        except StoreError as error:
            if time.monotonic() - heard > lasts / 2:
                lost(f"the lease of this run could not be renewed: {error}")
                return
