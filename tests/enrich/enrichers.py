"""Enrichers that count what they are asked, and misbehave when told to."""

import threading
import time
from collections import Counter
from collections.abc import Sequence

from ummid.errors import ModelError
from ummid.models.enricher import Cost, Enrichment, Generated, TitleFacts
from ummid.models.outcome import Outcome


class Counting:
    """Fails what is called `bad`; raises at `crash`; loses `lost`. `asked` counts by title."""

    def __init__(self, model: str = "m", prompt: str = "p", slow: float = 0.0) -> None:
        self.model, self.prompt = model, prompt
        self.asked: Counter[str] = Counter()
        self.batches: list[int] = []
        self._slow, self._lock = slow, threading.Lock()

    def enrich(self, facts: Sequence[TitleFacts]) -> list[Outcome[Enrichment]]:
        time.sleep(self._slow)
        with self._lock:
            self.asked.update(one.title for one in facts)
            self.batches.append(len(facts))
        if any(one.title == "crash" for one in facts):
            raise ZeroDivisionError("a fault")
        return [self._outcome(one) for one in facts if one.title != "lost"]

    def estimate(self, facts: TitleFacts) -> Cost:  # noqa: ARG002
        return Cost(100, 10, 0.5)

    def _outcome(self, facts: TitleFacts) -> Outcome[Enrichment]:
        if facts.title == "bad":
            return Outcome(error=ModelError("link", "a link in it"))
        if facts.title == "later":
            return Outcome(error=ModelError("budget", "used up", retryable=True))
        generated = Generated("generative", self.model, self.prompt, self.asked[facts.title])
        return Outcome(Enrichment(language="en", synopsis=facts.title, generated=generated))


def titled(*titles: str) -> list[TitleFacts]:
    return [TitleFacts(kind="film", language="en", title=title) for title in titles]
