"""What a run may spend on a model. Nothing is asked that could end above it."""

from ummid.errors import ConfigError
from ummid.models.enricher import Cost
from ummid.models.prices import Prices


class Budget:
    """Tokens (in and out together) and money; None is no limit. For one thread.

    The most that a call can cost is reserved before it and settled by what it did cost. A call
    whose end nobody saw counts as if it cost the most: the provider may charge it.
    """

    def __init__(self, tokens: int | None = None, money: float | None = None) -> None:
        self.tokens, self.money = tokens, money
        self.spent, self.reserved = Cost(), Cost()

    def reserve(self, most: Cost) -> bool:
        """Whether the call may be made; if so, settle it."""
        after = self.spent.plus(self.reserved).plus(most)
        if self.tokens is not None and after.input_tokens + after.output_tokens > self.tokens:
            return False
        if self.money is not None and after.money > self.money:
            return False
        self.reserved = self.reserved.plus(most)
        return True

    def settle(self, most: Cost, cost: Cost) -> None:
        self.reserved = self.reserved.plus(
            Cost(-most.input_tokens, -most.output_tokens, -most.money)
        )
        self.spent = self.spent.plus(cost)

    @property
    def is_settled(self) -> bool:
        """No call is out: what is refused now stays refused."""
        return not self.reserved.input_tokens and not self.reserved.output_tokens


def check_priced(budget: Budget, prices: Prices | None) -> None:
    """Raises ConfigError for a limit of money without prices to reckon by."""
    if budget.money is not None and prices is None:
        raise ConfigError(
            "a budget in money needs the model's prices; set enrich_prices to those of your "
            'contract per million tokens, as in "0.30/2.50" (input/output)'
        )
