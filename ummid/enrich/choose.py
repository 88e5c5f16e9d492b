"""The enricher that the settings name."""

from dataclasses import dataclass

from ummid.errors import ConfigError
from ummid.models.enricher import Enricher
from ummid.models.offline import OfflineEnricher
from ummid.settings import Settings

NOBODY = "none"


@dataclass(frozen=True)
class Chosen:
    """Who enriches, as it travels to the processes of a run. The budget is for one enricher:
    what is made of it twice has it twice.
    """

    @property
    def is_remote(self) -> bool:
        """Waits for a service rather than works: one process asks for all, within one budget."""
        return False

    def make(self) -> Enricher:
        """Raises ConfigError for what contradicts itself, or is not installed."""
        return OfflineEnricher()


@dataclass(frozen=True)
class Gemini(Chosen):
    model: str
    project: str = ""
    location: str = "global"
    tokens: int | None = None
    money: float | None = None
    prices: str = ""

    @property
    def is_remote(self) -> bool:
        return True

    def make(self) -> Enricher:
        from ummid.models.budget import Budget
        from ummid.models.gemini import GeminiConfig, GeminiEnricher
        from ummid.models.gemini_calls import Endpoint
        from ummid.models.prices import prices_of

        endpoint = Endpoint(project=self.project or None, location=self.location)
        config = GeminiConfig(self.model, endpoint=endpoint, prices=prices_of(self.prices))
        return GeminiEnricher(config, Budget(self.tokens, self.money))


def chosen(settings: Settings) -> Chosen | None:
    """None where nobody enriches. Raises ConfigError for settings that name no enricher."""
    name = settings.get("enricher")
    if name == NOBODY:
        return None
    if name == "offline":
        return Chosen()
    if name == "gemini":
        tokens = settings.number("enrich_tokens")
        return Gemini(
            settings.get("gemini_model"),
            settings.get("gemini_project"),
            settings.get("gemini_location"),
            None if tokens is None else int(tokens),
            settings.number("enrich_money"),
            settings.get("enrich_prices"),
        )
    raise ConfigError(f"enricher = {name!r}: there are offline, gemini and none")
