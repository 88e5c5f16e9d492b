"""Bytes coming out of an archive: counted, bounded, with one vocabulary of errors."""

import io
import zlib
from dataclasses import dataclass
from typing import Any, ClassVar
from zipfile import BadZipFile

from ummid.errors import FeedError

CHUNK = 1 << 18


@dataclass(frozen=True)
class Limits:
    """What one archive may hold, with everything nested in it.

    `total` and `ratio_from` are bytes out; `ratio` is bytes out per byte of the archive
    itself, looked at from `ratio_from` on; `depth` counts archives around a file;
    `nested_zip` is the size of a zip within an archive, which is held in memory.
    """

    entries: int = 10_000
    total: int = 64 * 1024**3
    ratio: int = 200
    ratio_from: int = 64 * 1024**2
    depth: int = 2
    nested_zip: int = 256 * 1024**2


class Budget:
    """What is left of the limits. Raises FeedError when one is passed; nothing goes on then."""

    FATAL: ClassVar = frozenset({"too-many-entries", "zip-bomb", "too-large"})

    def __init__(self, limits: Limits, archive_size: int) -> None:
        self.limits = limits
        self._size = max(archive_size, 1)
        self._entries = 0
        self._bytes = 0

    def enter(self) -> None:
        self._entries += 1
        if self._entries > self.limits.entries:
            raise FeedError(
                "too-many-entries",
                f"the archive has more than {self.limits.entries} entries; split it",
            )

    def spend(self, count: int) -> None:
        self._bytes += count
        if self._bytes > self.limits.total:
            raise FeedError(
                "too-large", f"the archive unpacks to more than {self.limits.total} bytes; split it"
            )
        if self._bytes > max(self.limits.ratio_from, self.limits.ratio * self._size):
            raise FeedError(
                "zip-bomb",
                f"the archive unpacks to over {self.limits.ratio} times its size; "
                "send the files less compressed",
            )


class Content(io.RawIOBase):
    """Bytes coming out of a decompressor, with its failures as FeedErrors.

    A read of n bytes gives fewer only at the end or before a failure, which the next read
    raises: what an archive still holds is given first. A read of everything raises at once.
    """

    def __init__(self, source: Any, budget: Budget | None = None) -> None:
        self._take = getattr(source, "read1", source.read)
        self._budget = budget
        self._ahead = b""
        self._error: FeedError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def peek(self, size: int) -> bytes:
        """The next bytes, which a read gives again."""
        if len(self._ahead) < size:
            self._ahead = self.read(size)
        return self._ahead

    def read(self, size: int | None = -1) -> bytes:
        everything = size is None or size < 0
        wanted = 1 << 62 if size is None or size < 0 else size
        parts = [self._ahead[:wanted]]
        self._ahead = self._ahead[wanted:]
        wanted -= len(parts[0])
        while wanted > 0 and (data := self._some(min(wanted, CHUNK))):
            parts.append(data)
            wanted -= len(data)
        data = b"".join(parts)
        if self._error and (everything or not data) and size != 0:
            raise self._error
        return data

    def _some(self, size: int) -> bytes:
        if self._error:
            return b""
        try:
            data: bytes = self._take(size)
            if self._budget:
                self._budget.spend(len(data))
        except FeedError as error:
            self._error = error
        except EOFError:
            self._error = truncated()
        except (zlib.error, BadZipFile, OSError, NotImplementedError, ValueError) as error:
            self._error = FeedError(
                "corrupt-member", f"the content does not unpack ({error}); send the archive again"
            )
        else:
            return data
        return b""


Entry = tuple[str, int | None, Content | FeedError]
"""(name as stored, modified in epoch ms, content or why there is none)"""


def truncated() -> FeedError:
    return FeedError("truncated-archive", "the archive ends before its content does; send it again")
