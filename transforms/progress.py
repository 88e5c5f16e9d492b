"""Telling the process that launched a run how far it is, where it runs in that process.

On a remote runner nobody listens and Beam's counters say the same.
"""

from typing import Protocol


class Reporter(Protocol):
    def batch(self, partner: str, read: int, rejected: int) -> None:
        """More statements of a partner were staged."""
        ...

    def file(self, size: int) -> None:
        """A file of `size` bytes is read."""
        ...

    def partition(self, step: str) -> None:
        """A step has done one more partition."""
        ...


class Silent:
    """Nobody listens."""

    def batch(self, partner: str, read: int, rejected: int) -> None:
        pass

    def file(self, size: int) -> None:
        pass

    def partition(self, step: str) -> None:
        pass


_SILENT = Silent()
_listeners: dict[str, Reporter] = {}


def listen(run_id: str, listener: Reporter | None) -> None:
    """Sends a run's progress to `listener` from now on; None ends it."""
    if listener is None:
        _listeners.pop(run_id, None)
    else:
        _listeners[run_id] = listener


def reporter(run_id: str) -> Reporter:
    return _listeners.get(run_id, _SILENT)
