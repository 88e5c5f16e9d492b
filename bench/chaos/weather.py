"""A wire to the Bigtable emulator with bad weather on it, as a process of its own.

    python -m bench.chaos.weather SERVER KIND SEED

Prints its address. The weather begins with the first call, lasts a few seconds and is over; the
process ends with its standard input.
"""

import random
import sys
import time
from threading import Lock

from grpc import StatusCode

from tests.wire import Fault, Wire, wire

LASTS = 4.0
"""Seconds."""
KINDS = ("down", "slow", "throttling", "half-failing", "answers lost")
_PASSING = (StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED, StatusCode.ABORTED)
_SLOWEST = 0.2


class Weather:
    """What happens to a call: None, or a fault. Counts the calls that suffered."""

    def __init__(self, kind: str, seed: int) -> None:
        self._kind, self._dice, self._lock = kind, random.Random(seed), Lock()
        self._over: float | None = None
        self.suffered = 0

    def fault(self, method: str) -> Fault | None:
        with self._lock:
            now = time.monotonic()
            self._over = self._over or now + LASTS
            if now > self._over:
                return None
            chance, other = self._dice.random(), self._dice.random()
            fault = self._drawn(method, chance, self._dice.choice(_PASSING))
            self.suffered += fault is not None or self._kind == "slow"
        if self._kind == "slow":
            time.sleep(other * _SLOWEST)
        return fault

    def _drawn(self, method: str, chance: float, code: StatusCode) -> Fault | None:
        if self._kind == "down":
            return Fault(StatusCode.UNAVAILABLE)
        if self._kind == "throttling" and chance < 0.3:
            return Fault(StatusCode.RESOURCE_EXHAUSTED)
        if self._kind == "half-failing" and method == "MutateRows" and chance < 0.6:
            return Fault(code, rows=lambda row: row[-1] % 2 == 1)
        if self._kind == "answers lost" and chance < 0.3:
            return Fault(code, after=True)
        return None


class _StormyWire(Wire):
    weather: Weather

    def _fault(self, name: str) -> Fault | None:
        return self.weather.fault(name)


def main() -> None:
    server, kind, seed = sys.argv[1:]
    _StormyWire.weather = Weather(kind, int(seed))
    with wire(server, _StormyWire) as between:
        print(between.address, flush=True)
        sys.stdin.read()
        print(_StormyWire.weather.suffered, flush=True)


if __name__ == "__main__":
    main()
