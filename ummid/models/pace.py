"""How fast a service may be called, found out by calling it: additive rise, multiplicative fall."""

import time
from collections.abc import Callable

_FALL = 0.5
_GENTLE = 0.05
"""The most that a rate rises in a second, as a share of itself: a step is much for a slow one."""
_ONE_EVENT = 1.0
"""Seconds in which refusals count as one: the calls in flight all hear of the same overload."""


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

    def wait(self) -> float:
        now = self._clock()
        turn = max(now, self._next)
        self._next = turn + 1 / self.rate
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
