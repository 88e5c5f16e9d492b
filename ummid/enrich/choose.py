"""The enricher that the settings name."""

from ummid.errors import ConfigError
from ummid.models.enricher import Enricher
from ummid.models.offline import OfflineEnricher
from ummid.settings import Settings


def enricher_of(settings: Settings) -> Enricher:
    """Raises ConfigError for settings that name none or contradict each other.

    The budget is for this enricher: a job on several workers gives each a part of it.
    """
    chosen = settings.get("enricher")
    if chosen == "offline":
        return OfflineEnricher()
    if chosen == "gemini":
        return _gemini(settings)
    raise ConfigError(f"enricher = {chosen!r}: there are offline and gemini")


def _gemini(settings: Settings) -> Enricher:
    from ummid.models.budget import Budget
    from ummid.models.gemini import GeminiConfig, GeminiEnricher
    from ummid.models.gemini_calls import Endpoint
    from ummid.models.prices import prices_of

    tokens, money = settings.number("enrich_tokens"), settings.number("enrich_money")
    project = settings.get("gemini_project")
    endpoint = Endpoint(project=project or None, location=settings.get("gemini_location"))
    return GeminiEnricher(
        GeminiConfig(
            settings.get("gemini_model"),
            endpoint=endpoint,
            prices=prices_of(settings.get("enrich_prices")),
        ),
        Budget(None if tokens is None else int(tokens), money),
    )
