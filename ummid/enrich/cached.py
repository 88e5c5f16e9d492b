"""An enricher that is asked once per content: answers are kept before anybody uses them."""

import threading
from collections import Counter
from collections.abc import Sequence

from ummid.enrich.outcomes import ask
from ummid.errors import ModelError, StoreError
from ummid.models.enricher import Cost, Enricher, Enrichment, TitleFacts
from ummid.models.outcome import Outcome
from ummid.stores.table import Table
from ummid.views import enrichments

_Outcomes = dict[str, Outcome[Enrichment]]


class CachedEnricher:
    """See `Enricher`. Delivery semantics: what was answered is durable before it is returned.

    Within a process the same content is asked by one thread at a time, and the others wait for
    its answer; across processes it may be asked by each, and one answer stays. Failures are not
    kept: they are asked again when they come again. An answer that cannot be kept is an error.
    `together` are asked and kept at once: a killed process loses at most the answers of so many.
    """

    def __init__(self, inner: Enricher, table: Table, together: int = 16) -> None:
        self.model, self.prompt = inner.model, inner.prompt
        self._inner, self._table, self._together = inner, table, together
        self._counts: Counter[str] = Counter()
        self._asking: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def enrich(self, facts: Sequence[TitleFacts]) -> list[Outcome[Enrichment]]:
        contents = [enrichments.content_id(self.model, self.prompt, one) for one in facts]
        wanted = dict(zip(contents, facts, strict=True))
        found: _Outcomes = {}
        while wanted:
            mine, others = self._claim(wanted)
            try:
                found |= self._answered({content: wanted[content] for content in mine})
            finally:
                self._release(mine)
            for other in others:
                other.wait()
            wanted = {content: one for content, one in wanted.items() if content not in found}
        return [found[content] for content in contents]

    def estimate(self, facts: TitleFacts) -> Cost:
        return self._inner.estimate(facts)

    def drain(self) -> Counter[str]:
        """What happened since the last call: `kept` answers found, `asked`, `failed`."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return counts

    def _claim(self, wanted: dict[str, TitleFacts]) -> tuple[list[str], list[threading.Event]]:
        """Those of `wanted` that nobody is asking, now ours; and what to wait for of the rest."""
        with self._lock:
            mine = [content for content in wanted if content not in self._asking]
            others = [self._asking[content] for content in wanted if content in self._asking]
            self._asking.update((content, threading.Event()) for content in mine)
        return mine, others

    def _release(self, mine: list[str]) -> None:
        with self._lock:
            for content in mine:
                self._asking.pop(content).set()

    def _answered(self, wanted: dict[str, TitleFacts]) -> _Outcomes:
        try:
            kept = enrichments.read(self._table, list(wanted))
        except StoreError as error:
            return dict.fromkeys(wanted, Outcome(error=error))
        found: _Outcomes = {
            content: Outcome(enrichment)
            for content, enrichment in zip(wanted, kept, strict=True)
            if enrichment is not None
        }
        self._count("kept", len(found))
        missing = [content for content in wanted if content not in found]
        for start in range(0, len(missing), self._together):
            some = missing[start : start + self._together]
            outcomes = ask(self._inner, [wanted[content] for content in some])
            found |= self._keep(dict(zip(some, outcomes, strict=True)))
        return found

    def _keep(self, answered: _Outcomes) -> _Outcomes:
        good = {c: o.value for c, o in answered.items() if o.value is not None}
        self._count("asked", len(answered))
        self._count("failed", len(answered) - len(good))
        try:
            self._table.write(enrichments.put(content, one) for content, one in good.items())
        except StoreError as error:
            fault = ModelError("not-kept", f"answered but not stored: {error}", retryable=True)
            return answered | dict.fromkeys(good, Outcome(error=fault))
        return answered

    def _count(self, name: str, count: int) -> None:
        with self._lock:
            self._counts[name] += count
