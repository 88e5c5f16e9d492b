"""Texts and lists of rows as flat arrays: what can be written once and shared by mapping files."""

import mmap
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, overload

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from ummid.errors import StoreError

Arrays = Mapping[str, NDArray[Any]]
Rows = NDArray[np.uint32]

_ALIGNED = 64
_MAGIC = b"ummid-arrays-1\n\0"


class Strings(Sequence[str]):
    """Texts one after the other in an array of bytes. Sorted ones are found by bisection."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self.bytes, self.ends = arrays[f"{name}.bytes"], arrays[f"{name}.ends"]
        # Views give plain numbers and bytes several times as fast as arrays do, one by one.
        self._view, self._places = self.bytes.data, self.ends.data

    @staticmethod
    def arrays(texts: Iterable[str], name: str) -> Arrays:
        coded = [encoded(text) for text in texts]
        return {
            f"{name}.bytes": np.frombuffer(b"".join(coded), np.uint8),
            f"{name}.ends": starts([len(text) for text in coded]),
        }

    def __len__(self) -> int:
        return len(self.ends) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(f"place {place} of {len(self)} texts")
        return str(self._coded(place), "utf-8", "surrogatepass")

    def at(self, places: NDArray[Any]) -> list[str]:
        """The texts of many places at once."""
        places = places.astype(np.int64)
        ends = zip(self.ends[places].tolist(), self.ends[places + 1].tolist(), strict=True)
        return [str(self._view[first:last], "utf-8", "surrogatepass") for first, last in ends]

    def coded(self, first: int, last: int) -> list[bytes]:
        """The texts of a stretch of places as bytes, which have the order that texts have."""
        ends = (self.ends[first : last + 1] - self.ends[first]).tolist()
        part = self.bytes[self.ends[first] : self.ends[last]].tobytes()
        return [part[a:b] for a, b in pairwise(ends)]

    def find(self, text: str) -> int | None:
        """The place of a text; the texts must be sorted."""
        key = encoded(text)
        place = bisect_left(range(len(self)), key, key=self._coded)
        return place if place < len(self) and self._coded(place) == key else None

    def first(self, text: str) -> int:
        """The place of the first text that is no smaller; the texts must be sorted."""
        return bisect_left(range(len(self)), encoded(text), key=self._coded)

    def _coded(self, place: int) -> bytes:
        return bytes(self._view[self._places[place] : self._places[place + 1]])


class Groups:
    """Rows by key, sorted by key."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self.keys = Strings(arrays, f"{name}.keys")
        self.starts, self.rows = arrays[f"{name}.starts"], arrays[f"{name}.rows"]

    @staticmethod
    def arrays(groups: Mapping[str, Sequence[int]], name: str) -> Arrays:
        keys = sorted(groups)
        ends = starts([len(groups[key]) for key in keys])
        rows = np.fromiter((row for key in keys for row in groups[key]), np.uint32, ends[-1])
        return {
            **Strings.arrays(keys, f"{name}.keys"),
            f"{name}.starts": ends,
            f"{name}.rows": rows,
        }

    def part(self, key: str) -> slice:
        """Where the rows of a key are; empty for an unknown key."""
        place = self.keys.find(key)
        return slice(0, 0) if place is None else self.part_at(place)

    def part_at(self, place: int) -> slice:
        return slice(int(self.starts[place]), int(self.starts[place + 1]))


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def starts(lengths: Sequence[int] | NDArray[Any]) -> NDArray[np.int64]:
    """Where each of several stretches begins that lie one after the other, and the end of all."""
    found = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=found[1:])
    return found


def places(first: NDArray[Any], amounts: NDArray[Any]) -> NDArray[np.int64]:
    """The places in stretches that begin at `first` and are so long, one after the other."""
    ends = np.cumsum(amounts)
    total = int(ends[-1]) if len(ends) else 0
    found: NDArray[np.int64] = np.arange(total) + np.repeat(first - ends + amounts, amounts)
    return found


class _Entry(Struct, frozen=True, array_like=True):
    name: str
    dtype: str
    offset: int
    size: int


class _Contents(Struct, frozen=True):
    arrays: tuple[_Entry, ...]
    said: dict[str, Any] = {}


class Mapped(Mapping[str, NDArray[Any]]):
    """Arrays of a file, and what was said beside them. Processes that read it share its memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            contents = _contents(self._map)
            self._arrays = {
                entry.name: np.frombuffer(
                    self._map, np.dtype(entry.dtype), entry.size, entry.offset
                )
                for entry in contents.arrays
            }
        except (OSError, ValueError, TypeError, msgspec.MsgspecError) as error:
            raise StoreError(f"the index in {path} is damaged: {error}") from error
        self.said = contents.said

    def __getitem__(self, name: str) -> NDArray[Any]:
        try:
            return self._arrays[name]
        except KeyError:
            raise StoreError(f"the index in {self.path} is damaged: {name} is missing") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def forget(self) -> None:
        """Gives back memory of what was read; it is read again where it is needed."""
        self._map.madvise(mmap.MADV_DONTNEED)


class Writer:
    """A new file of one-dimensional arrays, which can be read once `finish` has returned.

    An array may be added in one call or grow in several: what grows waits in files of its own,
    so that memory holds no array that was not handed in as a whole. To be closed in any case.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("xb")
        self._file.write(_MAGIC)
        self._entries: list[_Entry] = []

    def add(self, name: str, array: NDArray[Any]) -> None:
        self._file.write(bytes(-self._file.tell() % _ALIGNED))
        offset = self._file.tell()
        self._file.write(np.ascontiguousarray(array).data)
        self._entries.append(_Entry(name, array.dtype.str, offset, len(array)))

    def add_file(self, name: str, dtype: np.dtype[Any], path: Path) -> None:
        """An array that lies in a file, which it takes away."""
        array = np.memmap(path, dtype, "r") if path.stat().st_size else np.zeros(0, dtype)
        self.add(name, array)
        path.unlink()

    def finish(self, said: Mapping[str, Any] | None = None) -> None:
        """Ends the file, whose bytes are then on the disk. `said` is for `Mapped.said`."""
        contents = msgspec.json.encode(_Contents(tuple(self._entries), dict(said or {})))
        self._file.write(contents)
        self._file.write(len(contents).to_bytes(8, "little") + _MAGIC)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class Growing:
    """An array that grows in a file; to be closed."""

    def __init__(self, path: Path, dtype: Any) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.path = path
        self._file = path.open("xb")
        self._total = 0

    def append(self, array: NDArray[Any]) -> None:
        self._file.write(np.ascontiguousarray(array, self.dtype).data)

    def append_lengths(self, lengths: NDArray[Any]) -> None:
        """As `starts` of all lengths together would be, but for its first 0."""
        ends = self._total + np.cumsum(lengths, dtype=np.int64)
        self._total = int(ends[-1]) if len(ends) else self._total
        self.append(ends)

    def close(self) -> None:
        self._file.close()

    def into(self, writer: Writer, name: str) -> None:
        self.close()
        writer.add_file(name, self.dtype, self.path)


def write(arrays: Arrays, path: Path, said: Mapping[str, Any] | None = None) -> None:
    """Writes arrays to a new file, whose bytes are then on the disk."""
    with closing(Writer(path)) as writer:
        for name, array in arrays.items():
            writer.add(name, array)
        writer.finish(said)


def _contents(mapped: mmap.mmap) -> _Contents:
    end = len(mapped) - len(_MAGIC) - 8
    if end < 0 or mapped[: len(_MAGIC)] != _MAGIC or mapped[-len(_MAGIC) :] != _MAGIC:
        raise ValueError("it was not written to its end")
    size = int.from_bytes(mapped[end : end + 8], "little")
    return msgspec.json.decode(mapped[end - size : end], type=_Contents)
