"""A lease on a table: one run at a time among machines, for as long as it says so.

A run says every few seconds that it is still there; who has not been heard of for `LASTS` may be
followed. Each process that works on the run says so for it, by the lease's token, and writes only
while it has heard less than half of that ago that the lease is still the run's. Clocks of machines
may differ by less than the other half.
"""

import os
import platform
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import NamedTuple

import msgspec
from msgspec import Struct

from ummid.errors import StoreError
from ummid.stores.table import Put, Table

LASTS = 60.0
IDLE = 300.0
"""Seconds until a process that does nothing for a run keeps its lease no longer: it may be that the
run was given up, and nobody told it."""
_LOOK_AGAIN = 0.1
_TRIES = 2
_COLUMN = b"s:lease"
_TAKEN = "another run has taken the lease of this run"


class Holder(Struct, frozen=True):
    """Who holds a lease. `heard` is when it was last heard of (epoch seconds), later than now
    where nobody is expected to be heard of before; `lasts` seconds after that it may be followed.
    """

    name: str
    token: str
    heard: float
    lasts: float = LASTS

    def left(self, now: float) -> float:
        """Seconds until it may be followed."""
        return self.heard + self.lasts - now


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
    """The lease of one row of a table: one to take, or the one that `token` names."""

    def __init__(
        self, table: Table, row: bytes, timing: Timing = _TIMING, token: str | None = None
    ) -> None:
        self._table, self._row, self.timing = table, row, timing
        self.token = token or uuid.uuid4().hex
        self._held = b""

    def take(self) -> Holder | None:
        """Takes it if nobody has it; else who does. Raises StoreError."""
        cell = self._table.get(self._row, _COLUMN)
        found = cell.value if cell else None
        if found:
            holder = _decode(found)
            if holder.left(self.timing.clock()) > 0:
                return holder
        if self._replace(found, _encode(self._holder(this_process()))):
            return None
        if held := self._found():
            return _decode(held)
        return self._holder("another process")

    def renew(self) -> bool:
        """Says that the run is still there; False when another one has it. Raises StoreError."""
        return self._say(lambda was: self._holder(was.name))

    def hand_over(self, name: str, seconds: float) -> bool:
        """To processes that know the token and are heard of within some seconds, or it runs out.
        False when another run has it. Raises StoreError.
        """
        return self._say(lambda _: self._holder(name, seconds))

    def give_back(self, after: float = 0) -> None:
        """So that the next one need not wait, or only `after` seconds. What fails runs out."""
        with suppress(StoreError):
            self._say(lambda was: self._holder(was.name, after, token="") if after else None)

    def _holder(self, name: str, left: float | None = None, token: str | None = None) -> Holder:
        lasts = self.timing.lasts
        heard = self.timing.clock() + (0 if left is None else left - lasts)
        return Holder(name, self.token if token is None else token, heard, lasts)

    def take_back(self) -> None:
        """Gives back what was handed over and nobody has taken up. What fails runs out."""
        with suppress(StoreError):
            self._replace(self._held, b"")

    def _say(self, said: Callable[[Holder], Holder | None]) -> bool:
        """Replaces what is said of the holder, as long as it is this one."""
        held = self._held or self._found()
        for _ in range(_TRIES):
            if not held or _decode(held).token != self.token:
                return False
            holder = said(_decode(held))
            if self._replace(held, _encode(holder) if holder else b""):
                return True
            held = self._found()
        # other processes of the run said so meanwhile
        self._held = held
        return bool(held) and _decode(held).token == self.token

    def _found(self) -> bytes:
        cell = self._table.get(self._row, _COLUMN)
        return cell.value if cell else b""

    def _replace(self, found: bytes | None, wanted: bytes) -> bool:
        put = Put(self._row, _COLUMN, 0, wanted)
        done = self._table.check_and_put(self._row, _COLUMN, found, put)
        if done:
            self._held = wanted
        return done


class Keeper:
    """Keeps a lease for this process while it works on the run, and says for how long it may
    write. Safe for threads.
    """

    def __init__(self, lease: Lease, *, idle: float = IDLE, heard: float = float("-inf")) -> None:
        """`heard` is when this process last knew that the lease is the run's (monotonic)."""
        self._lease, self._lasts, self._idle = lease, lease.timing.lasts, idle
        self._heard, self._used = heard, time.monotonic()
        self._lost, self.is_handed = "", False
        self._saying, self._starting = Lock(), Lock()
        self._ended = Event()
        self._thread: Thread | None = None

    def left(self) -> float:
        """Seconds for which this process may write. Raises StoreError when another run has the
        lease; one that is retryable while that cannot be found out.
        """
        self._used = time.monotonic()
        if self._lost:
            raise StoreError(self._lost)
        if self._used - self._heard > self._lasts / 2:
            self._renew(within=self._lasts / 2)
        self._keep()
        left = self._heard + self._lasts - time.monotonic()
        if left <= 0:
            raise StoreError("the lease of this run ran out while it was renewed", retryable=True)
        return left

    def hand_over(self, name: str, seconds: float) -> None:
        """See `Lease`; this process writes no more. Raises StoreError when another run has it."""
        self.end()
        if not self._lease.hand_over(name, seconds):
            self._lost = _TAKEN
            raise StoreError(_TAKEN)
        self.is_handed = True
        self._lost = "the lease of this run was handed over to other processes"

    def give_back(self, after: float = 0) -> None:
        self.end()
        self._lost = self._lost or "this run has ended"
        self._lease.give_back(after)

    def end(self) -> None:
        """Says no more that this process is there."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def is_over(self) -> bool:
        """Whether this process has nothing to do with the lease any more."""
        return bool(self._lost)

    def _keep(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        with self._starting:
            if not self._ended.is_set() and (self._thread is None or not self._thread.is_alive()):
                self._thread = Thread(target=self._go_on, name="lease", daemon=True)
                self._thread.start()

    def _go_on(self) -> None:
        while not self._ended.wait(self._lasts / 4):
            if self._lost or time.monotonic() - self._used > self._idle:
                return
            with suppress(StoreError):  # said to who writes, once it matters
                self._renew(within=self._lasts / 5)

    def _renew(self, within: float) -> None:
        """Unless another thread just did."""
        with self._saying:
            began = time.monotonic()
            if self._lost:
                raise StoreError(self._lost)
            if began - self._heard <= within:
                return
            if not self._lease.renew():
                self._lost = _TAKEN
                raise StoreError(_TAKEN)
            self._heard = began


@contextmanager
def holding(
    lease: Lease, busy: Callable[[Holder], StoreError], patience: float = 0
) -> Iterator[Keeper]:
    """Inside, the lease is this process's, or of those that it was handed over to.

    Raises what `busy` makes of the holder after `patience` seconds.
    """
    until = time.monotonic() + patience
    began = time.monotonic()
    while holder := lease.take():
        if time.monotonic() >= until:
            raise busy(holder)
        time.sleep(_LOOK_AGAIN)
        began = time.monotonic()
    keeper = Keeper(lease, idle=float("inf"), heard=began)
    keeper.left()
    try:
        yield keeper
    except BaseException:
        if keeper.is_handed:
            lease.take_back()
        raise
    finally:
        keeper.end()
        if not keeper.is_handed:
            keeper.give_back()
