"""The Gemini enricher: one title per request, so that no title can spoil its neighbours."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ummid.errors import ModelError
from ummid.models.answers import checked
from ummid.models.budget import Budget, check_priced
from ummid.models.calls import Batch, CallConfig, Calls, code_of
from ummid.models.enricher import Cost, Enrichment, Generated, TitleFacts
from ummid.models.gemini_calls import Answer, Endpoint, call
from ummid.models.outcome import Outcome
from ummid.models.prices import Prices
from ummid.models.prompts import Prompt

BYTES_PER_TOKEN = 3
"""On the safe side: English has about four, Chinese three."""
_USUAL_OUTPUT = 450


@dataclass(frozen=True)
class GeminiConfig(CallConfig):
    """`tries` are calls for one title that failed before any answer, `answers` those that gave
    one that cannot be used."""

    model: str
    prompt: str = "enrich-1"
    endpoint: Endpoint = field(default_factory=Endpoint)
    prices: Prices | None = None
    temperature: float = 0.3
    thinking_level: str | None = None
    max_output_tokens: int = 2048
    answers: int = 2


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
        self._config, self._clock = config, clock
        self._prices = config.prices or Prices(0, 0)
        self._settings = _settings(config, self._prompt)
        self._calls = Calls(config.endpoint, config, chance)

    @property
    def counts(self) -> Counter[str]:
        return self._calls.counts

    def enrich(self, facts: Sequence[TitleFacts]) -> list[Outcome[Enrichment]]:
        return self._calls.run(self._all(facts))

    def estimate(self, facts: TitleFacts) -> Cost:
        return self._prices.of(self._input_tokens(self._prompt.ask(facts)), _USUAL_OUTPUT)

    def close(self) -> None:
        self._calls.close()

    async def _all(self, facts: Sequence[TitleFacts]) -> list[Outcome[Enrichment]]:
        batch = self._calls.batch(self._config.deadline)
        return list(await asyncio.gather(*(self._one(one, batch) for one in facts)))

    async def _one(self, facts: TitleFacts, batch: Batch) -> Outcome[Enrichment]:
        outcome = await self._calls.outcome(self._enriched(facts, batch), batch)
        self.counts["enriched" if outcome.error is None else code_of(outcome.error)] += 1
        return outcome

    async def _enriched(self, facts: TitleFacts, batch: Batch) -> Enrichment:
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

    async def _answered(self, text: str, batch: Batch) -> Answer:
        client, timeout = self._calls.connection.client, self._config.timeout
        return await self._calls.answered(
            lambda: call(client, self.model, text, self._settings, timeout),
            self._cost,
            self._prices.of(self._input_tokens(text), self._config.max_output_tokens),
            self.budget,
            batch,
        )

    def _cost(self, answer: Answer) -> Cost | None:
        if not answer.input_tokens:  # it does not say
            return None
        return self._prices.of(answer.input_tokens, answer.output_tokens)

    def _input_tokens(self, text: str) -> int:
        return -(-len((self._prompt.system + text).encode()) // BYTES_PER_TOKEN)


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
