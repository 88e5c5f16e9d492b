"""What a model costs, as the operator says: prices change, and differ between contracts."""

from dataclasses import dataclass

from ummid.errors import ConfigError
from ummid.models.enricher import Cost

_MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """Per million tokens, in one currency."""

    input: float
    output: float

    def of(self, input_tokens: int, output_tokens: int) -> Cost:
        money = (input_tokens * self.input + output_tokens * self.output) / _MILLION
        return Cost(input_tokens, output_tokens, money)


def prices_of(text: str) -> Prices | None:
    """`0.30/2.50`, or "" where nobody says. Raises ConfigError for anything else."""
    if not text:
        return None
    one, slash, other = text.partition("/")
    try:
        found = Prices(float(one), float(other))
    except ValueError:
        found = Prices(-1, -1)
    if not slash or not (0 <= found.input < float("inf") and 0 <= found.output < float("inf")):
        raise ConfigError(f"prices {text!r}: input/output per million tokens, as in 0.30/2.50")
    return found
