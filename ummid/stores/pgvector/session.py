"""Work in a database: connections kept for threads, a deadline, tries by kind of failure."""

import random
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import psycopg
from pgvector.psycopg import register_vector
from psycopg.abc import PQGen

from ummid.errors import StoreError
from ummid.pace import backoff
from ummid.stores.halving import Refused
from ummid.stores.pgvector.place import Place

_T = TypeVar("_T")

_AGAIN = ("08", "40", "53", "55P03", "57", "25006")
"""SQLSTATEs, or what they begin with: lost connections, deadlocks, no room now, shutting down."""
_MISSING = ("3F000", "42P01", "42704", "42883")
_REFUSED = ("22", "54")
_HOPELESS = ("authentication failed", "does not exist", "no pg_hba.conf entry")
"""What a server says before there are SQLSTATEs."""
_SET = """
SET hnsw.iterative_scan = strict_order;
SET hnsw.ef_search = 200;
SET jit = off;
SET enable_sort = off;
SET statement_timeout = {milliseconds}
"""
"""Sorting is off where it can be: the planner takes a range of numbers for rare and would read and
sort the table, when more items than a few were counted and the graph has them in order.
"""


@dataclass(frozen=True)
class Patience:
    """`timeout` is for one try, connecting apart, and `deadline` for all of them, in seconds."""

    timeout: float
    deadline: float
    tries: int = 8
    backoff: float = 0.1


class Timed(psycopg.Connection[tuple[object, ...]]):
    """No answer is waited for after `until`, of a server that is silent either."""

    until = float("inf")

    def wait(self, gen: PQGen[_T], interval: float = 0.1, timeout: float | None = None) -> _T:
        left = max(self.until - time.monotonic(), 0.001)
        return super().wait(gen, interval, left if timeout is None else min(left, timeout))


class Session:
    """Threads may share it. Whatever is run may be run twice. Raises StoreError."""

    def __init__(
        self,
        place: Place,
        patience: Patience,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.place, self.counts = place, Counter[str]()
        self._patience, self._chance = patience, chance
        self._idle: list[Timed] = []
        # An index that a server replaces is dropped: searches that are under way still use it.
        weakref.finalize(self, _close_all, self._idle)

    def run(self, work: Callable[[Timed], _T]) -> _T:
        """Each statement is a transaction of its own unless `work` opens one."""
        ends, attempt = time.monotonic() + self._patience.deadline, 0
        while True:
            try:
                with self._connection(ends) as connection:
                    return work(connection)
            except psycopg.Error as error:
                attempt += 1
                self.counts[f"failed: {error.sqlstate or type(error).__name__}"] += 1
                failure = told(self.place, error)
                pause = backoff(attempt, self._patience.backoff, 0.0, self._chance())
                late = time.monotonic() + pause >= ends
                if not failure.retryable or attempt == self._patience.tries or late:
                    raise failure from error
                time.sleep(pause)

    def close(self) -> None:
        _close_all(self._idle)

    @contextmanager
    def _connection(self, ends: float) -> Iterator[Timed]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect(ends)
        connection.until = min(ends, time.monotonic() + self._patience.timeout)
        try:
            yield connection
        except BaseException:
            connection.close()
            self.close()  # those kept beside it are as likely to be broken
            raise
        self._idle.append(connection)

    def _connect(self, ends: float) -> Timed:
        given = {
            "application_name": "ummid",
            "connect_timeout": max(2, round(ends - time.monotonic())),
            **self.place.given,
        }
        connection = Timed.connect(**given, autocommit=True, prepare_threshold=None)
        connection.until = ends
        try:
            milliseconds = max(1, round(self._patience.timeout * 1000))
            connection.execute(_SET.format(milliseconds=milliseconds))
            register_vector(connection)
        except BaseException:
            connection.close()
            raise
        self.counts["connections"] += 1
        return connection


def _close_all(idle: list[Timed]) -> None:
    while idle:
        idle.pop().close()


def is_refused(error: psycopg.Error) -> bool:
    return (error.sqlstate or "").startswith(_REFUSED)


def told(place: Place, error: psycopg.Error) -> StoreError:
    state = error.sqlstate or ""
    reason = (error.diag.message_primary or str(error).rpartition("failed: ")[2]).strip()
    message = f"{place}: {reason[:300]}"
    if state.startswith(_MISSING) or "vector type not found" in reason:
        return StoreError(f"{message}; `ummid vectors apply` makes what is missing")
    if is_refused(error):
        return Refused(message)
    unclear = not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    if unclear and any(known in reason for known in _HOPELESS):
        return StoreError(f"{message}; check the URL in vectors")
    if unclear or state.startswith(_AGAIN):
        return StoreError(f"{message}; run it again, and see that the server runs", retryable=True)
    return StoreError(message)
