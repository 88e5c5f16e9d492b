"""What several threads ask for at once is made once."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Flights(Generic[Made]):
    """While something is being made, whoever asks for the same waits for it and takes it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._flying: dict[Hashable, Future[Made]] = {}

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` returns, or raises, to all that ask for `key` meanwhile."""
        with self._lock:
            waited = self._flying.get(key)
            if waited is None:
                mine = self._flying[key] = Future()
        if waited is not None:
            return waited.result()
        try:
            made = make()
        except BaseException as error:
            self._land(key)
            mine.set_exception(error)
            raise
        self._land(key)
        mine.set_result(made)
        return made

    def _land(self, key: Hashable) -> None:
        with self._lock:
            del self._flying[key]
