"""Calls that cost money: paced, tried again by kind of failure, within a budget, counted."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from ummid.errors import ModelError
from ummid.models.budget import Budget
from ummid.models.enricher import Cost
from ummid.models.gemini_calls import Connection, Endpoint, Failure, connect
from ummid.models.outcome import Outcome
from ummid.pace import Pace, backoff

Reply = TypeVar("Reply")
Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class CallConfig:
    """`rate` is where the pace starts, in calls a second; `timeout` is for one call, `deadline`
    for a batch, both in seconds; `tries` are calls that failed before any answer."""

    concurrency: int = 8
    rate: float = 4.0
    most_rate: float = 100.0
    timeout: float = 60.0
    deadline: float = 240.0
    tries: int = 6
    backoff: float = 1.0


@dataclass
class Batch:
    """What the calls of one batch share: `seconds` in all, until `ends` (the loop's time), and
    why the rest of it need not be asked."""

    seconds: float
    ends: float
    closed: ModelError | None = None


class Calls:
    """A connection and what is common to all who call through it. Threads may share one.

    Everything asynchronous runs on one event loop of its own. What cannot be answered in time or
    within the budget has a retryable error (`deadline`, `budget`); `counts` says what happened.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        config: CallConfig,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.connection: Connection = connect(endpoint, config.concurrency)
        self._config, self._chance = config, chance
        self._pace = Pace(config.rate, most=config.most_rate)
        self._slots = asyncio.Semaphore(config.concurrency)
        self._settled = asyncio.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gemini", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Waits for work on the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def batch(self, seconds: float) -> Batch:
        return Batch(seconds, self._loop.time() + seconds)

    def close(self) -> None:
        self.run(self.connection.http.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def outcome(self, work: Coroutine[Any, Any, Value], batch: Batch) -> Outcome[Value]:
        """Work in its turn and in the batch's time. Never raises for what it or a service does."""
        try:
            async with asyncio.timeout_at(batch.ends), self._slots:
                return Outcome(await work)
        except TimeoutError:
            return Outcome(error=_too_late(batch))
        except ModelError as error:
            return Outcome(error=error)
        except Exception as error:  # a fault of ours must not take the batch with it
            fault = ModelError("unexpected", f"{type(error).__name__}: {error}")
            return Outcome(error=fault)
        finally:
            work.close()  # it may never have begun

    async def answered(
        self,
        ask: Callable[[], Awaitable[Reply]],
        cost_of: Callable[[Reply], Cost | None],
        most: Cost,
        budget: Budget,
        batch: Batch,
    ) -> Reply:
        """Tries until there is an answer. Raises Failure when trying has no sense any more.

        `most` is what one call can cost; `cost_of` an answer, None when it does not say.
        """
        attempt = 0
        while True:
            if batch.closed is not None:
                raise batch.closed
            await self._turn(batch)
            try:
                answer = await self._paid(ask, cost_of, most, budget)
            except Failure as failure:
                self.counts[f"failed: {failure.code}"] += 1
                if failure.pushed_back:
                    self._pace.pushed_back(failure.after)
                if failure.for_all:
                    batch.closed = failure
                attempt += 1
                if not failure.retryable or attempt == self._config.tries:
                    raise
                pause = backoff(attempt, self._config.backoff, failure.after, self._chance())
                await self._sleep(pause, batch)
            else:
                self._pace.went_well()
                return answer

    async def _turn(self, batch: Batch) -> None:
        while True:
            await self._sleep(self._pace.wait(), batch)
            if not self._pace.is_held():
                return

    async def _sleep(self, seconds: float, batch: Batch) -> None:
        if self._loop.time() + seconds >= batch.ends:
            raise _too_late(batch)
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def _paid(
        self,
        ask: Callable[[], Awaitable[Reply]],
        cost_of: Callable[[Reply], Cost | None],
        most: Cost,
        budget: Budget,
    ) -> Reply:
        """One call within the budget. What it cost is booked, whatever becomes of it."""
        async with self._settled:
            while not budget.reserve(most):
                if budget.is_settled:
                    raise _no_budget(budget)
                await self._settled.wait()
        cost = most
        try:
            self.counts["calls"] += 1
            answer = await ask()
            cost = cost_of(answer) or most
            return answer
        except Failure as failure:
            cost = most if failure.paid else Cost()
            raise
        finally:
            budget.settle(most, cost)
            await asyncio.shield(self._tell())

    async def _tell(self) -> None:
        async with self._settled:
            self._settled.notify_all()


def code_of(error: object) -> str:
    return error.code if isinstance(error, ModelError) else "unexpected"


def _too_late(batch: Batch) -> ModelError:
    message = f"not answered within the batch's {batch.seconds:g} s; ask again"
    return ModelError("deadline", message, retryable=True)


def _no_budget(budget: Budget) -> ModelError:
    limits = [f"{budget.tokens} tokens"] if budget.tokens is not None else []
    limits += [f"{budget.money:g} of money"] if budget.money is not None else []
    message = (
        f"the run's budget ({' and '.join(limits)}) is used up; the next run goes on from here"
    )
    return ModelError("budget", message, retryable=True)
