"""Telling the process that launched a run how far it is, where it runs in that process.

On a remote runner nobody listens and Beam's counters say the same.
"""

import io
from collections.abc import Callable
from typing import BinaryIO, Protocol, cast


class Reporter(Protocol):
    def batch(self, partner: str, read: int, rejected: int) -> None:
        """More statements of a partner were staged."""
        ...

    def bytes(self, count: int) -> None:
        """More of the input was read: in the end as much as its files are large."""
        ...

    def partition(self, step: str) -> None:
        """A step has done one more partition."""
        ...


class Silent:
    """Nobody listens."""

    def batch(self, partner: str, read: int, rejected: int) -> None:
        pass

    def bytes(self, count: int) -> None:
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


class FileProgress:
    """Tells how much of one file of `size` bytes is read, never more than that.

    A file may be read more than once, as an archive is, and may have grown.
    """

    def __init__(self, size: int, tell: Callable[[int], None]) -> None:
        self._left, self._tell = size, tell

    def read(self, count: int) -> None:
        count = min(count, self._left)
        if count > 0:
            self._left -= count
            self._tell(count)

    def done(self) -> None:
        """The file needs no more reading, whatever was read of it."""
        self.read(self._left)

    def watch(self, stream: BinaryIO) -> BinaryIO:
        """The same stream, with what is read of it told."""
        return io.BufferedReader(_Watched(stream, self.read), 1 << 16)


class _Watched(io.RawIOBase):
    def __init__(self, stream: BinaryIO, tell: Callable[[int], None]) -> None:
        self._stream, self._tell = stream, tell

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def readinto(self, buffer: object) -> int:
        count = cast("io.BufferedReader", self._stream).readinto(cast("bytearray", buffer))
        self._tell(count)
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def fileno(self) -> int:
        return self._stream.fileno()

    def close(self) -> None:
        self._stream.close()
        super().close()
