"""A queue that serves partners in turn, by bytes, and holds a bounded share of each.

Deficit round robin (Shreedhar and Varghese, 1995): in each round a partner may take so many bytes
more; what it does not use while something of it waits is added to its next turn. A partner that
floods waits for itself, and a large file for as many rounds as it is large.
"""

from collections import deque
from threading import Condition
from typing import NamedTuple

from ummid.stream.source import Arrival


class Bounds(NamedTuple):
    """`waiting` and `waiting_bytes`: what may wait of one partner. `batch` and `batch_bytes`: what
    is served at once, of all partners; one that is larger is served alone. `turn` bytes are a
    partner's in each round; an arrival costs `dearest` at most, so that a large one comes to its
    turn.
    """

    waiting: int = 1000
    waiting_bytes: int = 64 << 20
    batch: int = 500
    batch_bytes: int = 1 << 20
    turn: int = 64 << 10
    dearest: int = 8 << 20


class _Waiting:
    """What waits of one partner."""

    def __init__(self) -> None:
        self.arrivals: deque[Arrival] = deque()
        self.bytes = 0
        self.deficit = 0


class FairQueue:
    """Arrivals by partner. Safe for any number of threads."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._by_partner: dict[str, _Waiting] = {}
        self._turns: deque[str] = deque()
        self._changed = Condition()

    def put(self, arrival: Arrival) -> bool:
        """Whether there was room for it. One is always taken, however large."""
        with self._changed:
            waiting = self._by_partner.get(arrival.partner)
            if waiting is None:
                waiting = self._by_partner[arrival.partner] = _Waiting()
                self._turns.append(arrival.partner)
            elif (
                len(waiting.arrivals) >= self._bounds.waiting
                or waiting.bytes + arrival.size > self._bounds.waiting_bytes
            ):
                return False
            waiting.arrivals.append(arrival)
            waiting.bytes += arrival.size
            self._changed.notify()
            return True

    def take(self, seconds: float) -> list[Arrival]:
        """The next batch; empty when nothing came within some seconds.

        Of one path there is one arrival in it at most: a run reads a file once.
        """
        with self._changed:
            self._changed.wait_for(lambda: bool(self._turns), seconds)
            batch: list[Arrival] = []
            size, paths = 0, set[str]()
            served = True
            while self._turns and (served or not batch):
                served = False
                for _ in range(len(self._turns)):
                    partner = self._turns.popleft()
                    waiting = self._by_partner[partner]
                    waiting.deficit += self._bounds.turn
                    while waiting.arrivals:
                        first = waiting.arrivals[0]
                        if self._cost(first) > waiting.deficit:
                            break
                        full = len(batch) >= self._bounds.batch
                        large = batch and size + first.size > self._bounds.batch_bytes
                        if full or large or first.source.path in paths:
                            self._turns.appendleft(partner)
                            return batch
                        batch.append(self._pop(waiting))
                        size += first.size
                        paths.add(first.source.path)
                        served = True
                    if waiting.arrivals:
                        self._turns.append(partner)
                    else:
                        del self._by_partner[partner]
            return batch

    def _pop(self, waiting: _Waiting) -> Arrival:
        arrival = waiting.arrivals.popleft()
        waiting.bytes -= arrival.size
        waiting.deficit -= self._cost(arrival)
        return arrival

    def _cost(self, arrival: Arrival) -> int:
        return min(arrival.size, self._bounds.dearest)

    def __len__(self) -> int:
        with self._changed:
            return sum(len(waiting.arrivals) for waiting in self._by_partner.values())
