"""The Gemini enricher: one title per request, so that no title can spoil its neighbours."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ummid.errors import ModelError
from ummid.models.answers import checked
from ummid.models.budget import Budget, check_priced
from ummid.models.enricher import Cost, Enrichment, Generated, TitleFacts
from ummid.models.gemini_calls import Answer, Endpoint, Failure, call, connect
from ummid.models.outcome import Outcome
from ummid.models.pace import Pace
from ummid.models.prices import Prices
from ummid.models.prompts import Prompt

_BYTES_PER_TOKEN = 3
"""On the safe side: English has about four, Chinese three."""
_USUAL_OUTPUT = 450
_LONGEST_BACKOFF = 30.0


@dataclass(frozen=True)
class GeminiConfig:
    """`rate` is where the pace starts, in calls a second; `timeout` is for one call, `deadline`
    for a batch, both in seconds; `tries` are calls for one title that failed before any answer,
    `answers` those that gave one that cannot be used."""

    model: str
    prompt: str = "enrich-1"
    endpoint: Endpoint = field(default_factory=Endpoint)
    prices: Prices | None = None
    temperature: float = 0.3
    thinking_level: str | None = None
    max_output_tokens: int = 2048
    concurrency: int = 8
    rate: float = 4.0
    most_rate: float = 100.0
    timeout: float = 60.0
    deadline: float = 240.0
    tries: int = 6
    answers: int = 2
    backoff: float = 1.0


@dataclass
class _Batch:
    deadline: float
    closed: ModelError | None = None


class GeminiEnricher:
    """See `Enricher`. Threads may share one: pace, budget and connections are common to them.

    What cannot be answered in time or within the budget has a retryable error (`deadline`,
    `budget`); `counts` says what happened. Close it, or let the process end.
    """

    def __init__(
        self,
        config: GeminiConfig,
        budget: Budget | None = None,
        *,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.budget = budget or Budget()
        check_priced(self.budget, config.prices)
        self._prompt = Prompt(config.prompt)
        self.model, self.prompt = config.model, self._prompt.mark
        self.counts: Counter[str] = Counter()
        self._config, self._clock, self._chance = config, clock, chance
        self._pace = Pace(config.rate, most=config.most_rate)
        self._prices = config.prices or Prices(0, 0)
        self._connection = connect(config.endpoint, config.concurrency)
        self._settings = _settings(config, self._prompt)
        self._slots = asyncio.Semaphore(config.concurrency)
        self._settled = asyncio.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gemini", daemon=True)
        self._thread.start()

    def enrich(self, facts: Sequence[TitleFacts]) -> list[Outcome[Enrichment]]:
        return asyncio.run_coroutine_threadsafe(self._all(facts), self._loop).result()

    def estimate(self, facts: TitleFacts) -> Cost:
        return self._prices.of(self._input_tokens(self._prompt.ask(facts)), _USUAL_OUTPUT)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._connection.http.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _all(self, facts: Sequence[TitleFacts]) -> list[Outcome[Enrichment]]:
        batch = _Batch(self._loop.time() + self._config.deadline)
        return list(await asyncio.gather(*(self._one(one, batch) for one in facts)))

    async def _one(self, facts: TitleFacts, batch: _Batch) -> Outcome[Enrichment]:
        try:
            async with asyncio.timeout_at(batch.deadline), self._slots:
                outcome = Outcome(await self._enriched(facts, batch))
        except TimeoutError:
            outcome = Outcome(error=_too_late(self._config.deadline))
        except ModelError as error:
            outcome = Outcome(error=error)
        except Exception as error:  # a fault of ours must not take the batch with it
            fault = ModelError("unexpected", f"{type(error).__name__}: {error}")
            outcome = Outcome(error=fault)
        self.counts["enriched" if outcome.error is None else _code(outcome.error)] += 1
        return outcome

    async def _enriched(self, facts: TitleFacts, batch: _Batch) -> Enrichment:
        """Raises ModelError when neither trying nor asking again gives an answer to be used."""
        asked = 0
        while True:
            asked += 1
            answer = await self._answered(self._prompt.ask(facts), batch)
            if answer.fault is not None and answer.fault.code == "blocked":
                raise answer.fault
            try:
                return self._taken(answer, facts)
            except ModelError as error:
                if asked == self._config.answers:
                    raise
                self.counts[f"asked again: {error.code}"] += 1

    def _taken(self, answer: Answer, facts: TitleFacts) -> Enrichment:
        if answer.fault is not None:
            raise answer.fault
        at = round(self._clock() * 1000)
        generated = Generated("generative", answer.model, self.prompt, at)
        return checked(answer.text, facts, self._prompt, generated)

    async def _answered(self, text: str, batch: _Batch) -> Answer:
        """Tries until there is an answer. Raises Failure when trying has no sense any more."""
        attempt = 0
        while True:
            if batch.closed is not None:
                raise batch.closed
            await self._turn(batch)
            try:
                answer = await self._paid(text)
            except Failure as failure:
                self.counts[f"failed: {failure.code}"] += 1
                if failure.pushed_back:
                    self._pace.pushed_back(failure.after)
                if failure.for_all:
                    batch.closed = failure
                attempt += 1
                if not failure.retryable or attempt == self._config.tries:
                    raise
                await self._sleep(self._backoff(attempt, failure.after), batch)
            else:
                self._pace.went_well()
                return answer

    async def _turn(self, batch: _Batch) -> None:
        while True:
            await self._sleep(self._pace.wait(), batch)
            if not self._pace.is_held():
                return

    async def _sleep(self, seconds: float, batch: _Batch) -> None:
        if self._loop.time() + seconds >= batch.deadline:
            raise _too_late(self._config.deadline)
        if seconds > 0:
            await asyncio.sleep(seconds)

    def _backoff(self, attempt: int, after: float) -> float:
        """Doubling, half of it by chance, and never sooner than the service asked for."""
        full = min(_LONGEST_BACKOFF, self._config.backoff * 2.0 ** (attempt - 1))
        return after + full * (1 + self._chance()) / 2

    async def _paid(self, text: str) -> Answer:
        """One call within the budget. What it cost is booked, whatever becomes of it."""
        most = self._prices.of(self._input_tokens(text), self._config.max_output_tokens)
        async with self._settled:
            while not self.budget.reserve(most):
                if self.budget.is_settled:
                    raise _no_budget(self.budget)
                await self._settled.wait()
        cost = most
        try:
            self.counts["calls"] += 1
            answer = await call(
                self._connection.client, self.model, text, self._settings, self._config.timeout
            )
            if answer.input_tokens:  # else it does not say
                cost = self._prices.of(answer.input_tokens, answer.output_tokens)
            return answer
        except Failure as failure:
            cost = most if failure.paid else Cost()
            raise
        finally:
            self.budget.settle(most, cost)
            await asyncio.shield(self._tell())

    async def _tell(self) -> None:
        async with self._settled:
            self._settled.notify_all()

    def _input_tokens(self, text: str) -> int:
        return -(-len((self._prompt.system + text).encode()) // _BYTES_PER_TOKEN)


def _settings(config: GeminiConfig, prompt: Prompt) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "system_instruction": prompt.system,
        "response_mime_type": "application/json",
        "response_json_schema": prompt.schema,
        "temperature": config.temperature,
        "max_output_tokens": config.max_output_tokens,
        "candidate_count": 1,
        "http_options": {"timeout": round(config.timeout * 1000)},
    }
    if config.thinking_level:
        settings["thinking_config"] = {"thinking_level": config.thinking_level.upper()}
    return settings


def _code(error: object) -> str:
    return error.code if isinstance(error, ModelError) else "unexpected"


def _too_late(deadline: float) -> ModelError:
    message = f"not answered within the batch's {deadline:g} s; ask again"
    return ModelError("deadline", message, retryable=True)


def _no_budget(budget: Budget) -> ModelError:
    limits = [f"{budget.tokens} tokens"] if budget.tokens is not None else []
    limits += [f"{budget.money:g} of money"] if budget.money is not None else []
    message = (
        f"the run's budget ({' and '.join(limits)}) is used up; the next run goes on from here"
    )
    return ModelError("budget", message, retryable=True)
