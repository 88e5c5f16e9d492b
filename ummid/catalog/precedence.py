"""Whose word counts for which group of fields: declared, never built in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from ummid.errors import ConfigError

FieldGroup = Literal[
    "titles", "synopses", "facts", "people", "ratings", "artwork", "technical", "rights"
]
GROUPS: tuple[FieldGroup, ...] = get_args(FieldGroup)

_LAST = 1_000_000


@dataclass(frozen=True)
class Precedence:
    """Partners in order of authority, per field group; `*` stands for everybody else.

    Written as `rights = ["legal", "*"]` under `[precedence]` in the settings file.
    """

    order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for group in self.order:
            if group not in GROUPS:
                raise ConfigError(
                    f"[precedence] has no field group {group!r}; there are: {', '.join(GROUPS)}"
                )

    def rank(self, group: FieldGroup, partner: str) -> int:
        """0 is the highest authority. Partners that are not named share the place of `*`."""
        order = self.order.get(group, ())
        if partner in order:
            return order.index(partner)
        return order.index("*") if "*" in order else _LAST
