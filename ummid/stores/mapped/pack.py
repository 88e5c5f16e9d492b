"""Many arrays in one file, written once and mapped by whoever reads it."""

import mmap
import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import DTypeLike, NDArray

from ummid.errors import StoreError

_ALIGNED = 64
_END = struct.Struct("<QQI4s")
_MAGIC = b"uvx1"


class Ref(NamedTuple):
    """Where an array lies in its file."""

    offset: int
    length: int
    dtype: str


class PackWriter:
    """Writes arrays one after the other; `close` adds what says where they are, and syncs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("w+b")

    def __enter__(self) -> "PackWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, array: NDArray[Any]) -> Ref:
        offset = self._aligned()
        self._file.write(np.ascontiguousarray(array).data)
        return Ref(offset, array.size, array.dtype.str)

    def reserve(self, count: int, dtype: DTypeLike) -> tuple[Ref, NDArray[Any]]:
        """Room to be filled through a mapping."""
        kind = np.dtype(dtype)
        offset = self._aligned()
        self._file.truncate(offset + count * kind.itemsize)
        self._file.seek(0, os.SEEK_END)
        room = np.memmap(self._file, kind, "r+", offset, (count,))
        return Ref(offset, count, kind.str), room

    def close(self, directory: object) -> None:
        content = msgspec.msgpack.encode(directory)
        offset = self._aligned()
        self._file.write(content + _END.pack(offset, len(content), crc32(content), _MAGIC))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _aligned(self) -> int:
        position = self._file.tell()
        self._file.write(b"\0" * (-position % _ALIGNED))
        return self._file.tell()


class Pack:
    """A file of arrays, mapped; arrays keep the mapping alive, so that it may be unlinked."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        offset, size, check, magic = _END.unpack_from(self._map, len(self._map) - _END.size)
        self.directory = self._map[offset : offset + size]
        if magic != _MAGIC or crc32(self.directory) != check:
            raise StoreError(f"{path} is damaged: its directory cannot be read; rebuild the index")

    def array(self, ref: Ref) -> NDArray[Any]:
        return np.frombuffer(self._map, np.dtype(ref.dtype), ref.length, ref.offset)

    def window(self, start: int, end: int) -> bytes:
        return self._map[start:end]
