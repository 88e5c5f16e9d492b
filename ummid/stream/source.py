"""The port of a source of deliveries."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from msgspec import Struct

from ummid.ingest.sources import Source


class Arrival(Struct, frozen=True, kw_only=True, eq=False):
    """One delivery that has come.

    `by` names who handed it out; `partner` is whose turn it takes; `size` is in bytes, as far as
    known. `held` is its source's own.
    """

    by: str
    id: str
    partner: str
    source: Source
    size: int = 0
    held: Any = None


Take = Callable[[Arrival], bool]
"""Takes an arrival to be ingested; False where too much of its partner waits already."""


class Deliveries(Protocol):
    """Delivery semantics: at least once. What was neither `done` nor put off is delivered again,
    by this process or the next one.
    """

    name: str

    def start(self, take: Take) -> None:
        """Hands arrivals to `take`, from threads of its own, until closed."""
        ...

    def done(self, arrivals: Sequence[Arrival]) -> None:
        """These are published for good and need not come again. Raises StoreError when that could
        not be said: they will come again.
        """
        ...

    def again(self, arrivals: Sequence[Arrival], seconds: float) -> None:
        """These are to come again, after some seconds."""
        ...

    def failure(self) -> BaseException | None:
        """Why nothing comes any more."""
        ...

    def close(self) -> None:
        """Hands out nothing more; what was handed out can still be `done`."""
        ...
