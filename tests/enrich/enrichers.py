"""Enrichers that count what they are asked, and misbehave when told to."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ummid.enrich.choose import Chosen
from ummid.errors import ModelError
from ummid.models.enricher import Cost, Enricher, Enrichment, Generated, TitleFacts
from ummid.models.outcome import Outcome

MADE: dict[str, "Counting"] = {}


@dataclass(frozen=True)
class Named(Chosen):
    """Chosen by a name in MADE, so that all who make it in this process ask the same one."""

    name: str
    is_remote: bool = True

    def make(self) -> Enricher:
        return MADE[self.name]


class Counting:
    """Fails what is called `bad`; raises at `crash`; loses `lost`; has no budget for `later` and
    no network for `down`, until they are taken out of `trouble`. `asked` counts by title."""

    def __init__(self, model: str = "m", prompt: str = "p", slow: float = 0.0) -> None:
        self.model, self.prompt = model, prompt
        self.asked: Counter[str] = Counter()
        self.batches: list[int] = []
        self.trouble = {"bad", "crash", "lost", "later", "down"}
        self._slow, self._lock = slow, threading.Lock()

    def enrich(self, facts: Sequence[TitleFacts]) -> list[Outcome[Enrichment]]:
        time.sleep(self._slow)
        with self._lock:
            self.asked.update(one.title for one in facts)
            self.batches.append(len(facts))
        troubled = {one.title for one in facts} & self.trouble
        if "crash" in troubled:
            raise ZeroDivisionError("a fault")
        return [self._outcome(one) for one in facts if one.title not in troubled & {"lost"}]

    def estimate(self, facts: TitleFacts) -> Cost:  # noqa: ARG002
        return Cost(100, 10, 0.5)

    def _outcome(self, facts: TitleFacts) -> Outcome[Enrichment]:
        fault = _FAULTS.get(facts.title)
        if fault is not None and facts.title in self.trouble:
            return Outcome(error=fault)
        generated = Generated("generative", self.model, self.prompt, self.asked[facts.title])
        return Outcome(Enrichment(language="en", synopsis=facts.title, generated=generated))


_FAULTS = {
    "bad": ModelError("link", "a link in it"),
    "later": ModelError("budget", "used up", retryable=True),
    "down": ModelError("unreachable", "no network", retryable=True),
}


def titled(*titles: str) -> list[TitleFacts]:
    return [TitleFacts(kind="film", language="en", title=title) for title in titles]
