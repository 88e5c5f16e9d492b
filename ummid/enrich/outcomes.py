"""Asking an enricher and holding it to its port: whatever it does, an outcome per element."""

from collections.abc import Sequence

from ummid.errors import ModelError
from ummid.models.enricher import Enricher, Enrichment, TitleFacts
from ummid.models.outcome import Outcome


def ask(enricher: Enricher, facts: Sequence[TitleFacts]) -> list[Outcome[Enrichment]]:
    """One outcome per element, in order. Never raises.

    When the numbers differ nobody knows whose outcome is missing, and none is taken.
    """
    try:
        found = enricher.enrich(facts)
    except Exception as error:
        fault = ModelError("unexpected", f"{enricher.model}: {type(error).__name__}: {error}")
        return [Outcome(error=fault)] * len(facts)
    if len(found) != len(facts):
        message = f"{enricher.model} gave {len(found)} outcomes for {len(facts)} titles"
        return [Outcome(error=ModelError("lost-outcome", message))] * len(facts)
    return found
