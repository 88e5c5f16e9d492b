"""How fast a service may be called, found out by calling it: additive rise, multiplicative fall."""

import time
from collections.abc import Callable

_FALL = 0.5
_GENTLE = 0.05
"""The most that a rate rises in a second, as a share of itself: a step is much for a slow one."""
_ONE_EVENT = 1.0
"""Seconds in which refusals count as one: the calls in flight all hear of the same overload."""


_LONGEST_BACKOFF = 30.0


def backoff(attempt: int, first: float, after: float, chance: float) -> float:
    """Seconds to sleep after the `attempt`-th failure (from 1): doubling from `first`, half of it
    by chance (0 to 1), and never sooner than the `after` that the service asked for.
    """
    full = min(_LONGEST_BACKOFF, first * 2.0 ** (attempt - 1))
    return after + full * (1 + chance) / 2


class Pace:
    """Turns at a rate that rises by `step` calls a second each second and halves at a refusal.

    For one thread (an event loop). A turn is taken by `wait`, which says how long to sleep; when
    `is_held` says so afterwards, a refusal came in between and another turn must be taken.
    """

    def __init__(
        self,
        rate: float,
        *,
        least: float = 0.1,
        most: float = 1000.0,
        step: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rate = rate
        self._least, self._most, self._step, self._clock = least, most, step, clock
        self._next = self._held_until = self._deaf_until = 0.0

    def wait(self, turns: int = 1) -> float:
        """`turns`: as many as a large call stands for."""
        now = self._clock()
        turn = max(now, self._next)
        self._next = turn + turns / self.rate
        return turn - now

    def is_held(self) -> bool:
        return self._clock() < self._held_until

    def went_well(self) -> None:
        self.rate = min(self._most, self.rate + min(self._step / self.rate, _GENTLE))

    def pushed_back(self, after: float = 0.0) -> None:
        """The service refused for lack of capacity, and asked for `after` seconds of silence."""
        now = self._clock()
        if now >= self._deaf_until:
            self.rate = max(self._least, self.rate * _FALL)
            self._deaf_until = now + max(_ONE_EVENT, after)
        self._held_until = max(self._held_until, now + after)
        self._next = max(self._next, now + 1 / self.rate, self._held_until)
