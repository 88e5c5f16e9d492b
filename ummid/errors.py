"""The one error vocabulary of the project."""

from collections.abc import Sequence


class UmmidError(Exception):
    """Something went wrong that a person can act on.

    The message says what is wrong, where, and what to do. `retryable` tells a caller
    whether the same call may succeed later without anything being changed.
    """

    retryable: bool = False

    def __init__(self, message: str, *, retryable: bool | None = None) -> None:
        super().__init__(message)
        if retryable is not None:
            self.retryable = retryable


class FeedError(UmmidError):
    """A statement, or a whole file, that cannot be taken as it stands.

    `code` is stable and kebab-case (`reversed-window`, `unknown-territory`), so that dead
    letters can be counted and filtered by it; the message is for people.
    """

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(message, retryable=retryable)
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        """So that it can be raised in a process and caught in another."""
        return type(self), (self.code, str(self)), self.__dict__


class ConfigError(UmmidError):
    """A setting, profile or mapping that cannot be used as written."""


class StoreError(UmmidError):
    """The store refused or failed an operation."""


class ItemError(StoreError):
    """An index does not take one item, whatever is sent beside it; `id` names it. `others` are
    those of the same call that it does not take either, as far as it knows.

    `code` is stable and kebab-case (`too-many-restricts`), so that dead letters can be counted and
    filtered by it; the message is for people.
    """

    def __init__(self, id: str, code: str, message: str) -> None:
        super().__init__(message, retryable=False)
        self.id, self.code = id, code
        self.others: tuple[ItemError, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        """So that it can be raised in a process and caught in another."""
        return type(self), (self.id, self.code, str(self)), self.__dict__


def first_of(errors: Sequence[ItemError]) -> ItemError:
    """The first of some, at least one, with the others beside it."""
    errors[0].others = tuple(errors[1:])
    return errors[0]


class ModelError(UmmidError):
    """A model has no answer for one element that could be used.

    `code` is stable and kebab-case (`budget`, `deadline`, `wrong-language`), so that dead letters
    can be counted and filtered by it; the message is for people.
    """

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(message, retryable=retryable)
        self.code = code

    def __reduce__(self) -> tuple[object, ...]:
        """So that it can be raised in a process and caught in another."""
        return type(self), (self.code, str(self)), self.__dict__
