"""What a model made of one element of a batch: a value or a reason, never silence."""

from typing import Generic, NamedTuple, TypeVar

from ummid.errors import UmmidError

Value = TypeVar("Value")


class Outcome(NamedTuple, Generic[Value]):
    """Exactly one of the two is there; `error.retryable` says whether asking again may help."""

    value: Value | None = None
    error: UmmidError | None = None
