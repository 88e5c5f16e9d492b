"""The enricher of a run in this process: made once, shared by its threads, stopped for all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from ummid.enrich.cached import CachedEnricher
from ummid.enrich.choose import Chosen
from ummid.errors import ModelError
from ummid.models.enricher import Enrichment, TitleFacts
from ummid.models.outcome import Outcome
from ummid.stores.table import Table

OF_THE_SERVICE = frozenset(
    {
        "budget",
        "deadline",
        "denied",
        "garbled",
        "not-kept",
        "store",
        "throttled",
        "timeout",
        "unavailable",
        "unreachable",
    }
)
"""What says nothing about the title that was asked for: it may be asked for again by itself."""

_runs: dict[str, "Asking"] = {}
_making = Lock()


class Asking:
    """Asks until it has no sense any more in this run: `stopped` then says why."""

    def __init__(self, chosen: Chosen, table: Table) -> None:
        self._inner = chosen.make()
        # what costs nothing to make again is not kept a few at a time
        together = 16 if chosen.is_remote else 1000
        self._enricher = CachedEnricher(self._inner, table, together)
        self.model, self.prompt = self._inner.model, self._inner.prompt
        self.stopped = ""

    def enrich(self, facts: Sequence[TitleFacts]) -> list[Outcome[Enrichment]]:
        """One outcome per element; once stopped, all of them say so.

        A budget that is used up stops it, and a service that answered nothing of what was asked.
        """
        if not facts:
            return []
        if self.stopped:
            left = ModelError("budget", self.stopped, retryable=True)
            return [Outcome(error=left)] * len(facts)
        found = self._enricher.enrich(facts)
        errors = [outcome.error for outcome in found]
        codes = {code_of(error) if error else "" for error in errors}
        if "budget" in codes or codes <= OF_THE_SERVICE:
            used_up = (error for error in errors if code_of(error) == "budget")
            self.stopped = str(next(used_up, errors[0]))
        return found

    def close(self) -> None:
        close = getattr(self._inner, "close", None)
        if close is not None:
            close()


def code_of(error: Exception | None) -> str:
    return getattr(error, "code", "store")


@contextmanager
def asking(run_id: str, chosen: Chosen | None, table: Table) -> Iterator[None]:
    """While inside, this process has the run's enricher; at once, so that what cannot be asked
    is said before anything is done.
    """
    if chosen is not None:
        asking_for(run_id, chosen, table)
    try:
        yield
    finally:
        made = _runs.pop(run_id, None)
        if made is not None:
            made.close()


def asking_for(run_id: str, chosen: Chosen, table: Table) -> Asking:
    """The one of this process. In a process that a run has started it lives as long as that."""
    with _making:
        if run_id not in _runs:
            _runs[run_id] = Asking(chosen, table)
        return _runs[run_id]
