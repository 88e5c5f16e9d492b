"""Texts and lists of rows as flat arrays: what can be written once and shared by mapping files."""

import shutil
import tempfile
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from ummid.errors import StoreError

Arrays = Mapping[str, NDArray[Any]]
Rows = NDArray[np.uint32]

_MAPPED = 1 << 16
"""Bytes from which a file is mapped; smaller ones are read."""


class Strings(Sequence[str]):
    """Texts one after the other in an array of bytes. Sorted ones are found by bisection."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._bytes, self._ends = arrays[f"{name}.bytes"], arrays[f"{name}.ends"]

    @staticmethod
    def arrays(texts: Iterable[str], name: str) -> Arrays:
        coded = [text.encode("utf-8", "surrogatepass") for text in texts]
        lengths = np.array([0, *(len(text) for text in coded)], np.int64)
        return {
            f"{name}.bytes": np.frombuffer(b"".join(coded), np.uint8),
            f"{name}.ends": np.cumsum(lengths),
        }

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[n] for n in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(f"place {place} of {len(self)} texts")
        part: NDArray[np.uint8] = self._bytes[self._ends[place] : self._ends[place + 1]]
        return part.tobytes().decode("utf-8", "surrogatepass")

    def at(self, places: NDArray[Any]) -> list[str]:
        """The texts of many places at once."""
        places = places.astype(np.int64)
        ends = zip(self._ends[places].tolist(), self._ends[places + 1].tolist(), strict=True)
        view = self._bytes.data
        return [str(view[first:last], "utf-8", "surrogatepass") for first, last in ends]

    def find(self, text: str) -> int | None:
        """The place of a text; the texts must be sorted."""
        place = bisect_left(self, text)
        return place if place < len(self) and self[place] == text else None


class Groups:
    """Rows by key, sorted by key."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self.keys = Strings(arrays, f"{name}.keys")
        self.starts, self.rows = arrays[f"{name}.starts"], arrays[f"{name}.rows"]

    @staticmethod
    def arrays(groups: Mapping[str, Sequence[int]], name: str) -> Arrays:
        keys = sorted(groups)
        starts = np.cumsum([0, *(len(groups[key]) for key in keys)])
        rows = np.fromiter((row for key in keys for row in groups[key]), np.uint32, starts[-1])
        return {
            **Strings.arrays(keys, f"{name}.keys"),
            f"{name}.starts": starts.astype(np.int64),
            f"{name}.rows": rows,
        }

    def part(self, key: str) -> slice:
        """Where the rows of a key are; empty for an unknown key."""
        place = self.keys.find(key)
        return slice(0, 0) if place is None else self.part_at(place)

    def part_at(self, place: int) -> slice:
        return slice(int(self.starts[place]), int(self.starts[place + 1]))


def write(arrays: Arrays, folder: Path) -> None:
    """Writes arrays as files of a new folder, which appears complete or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        raise StoreError(f"{folder} is there already; an index is written once, into a new folder")
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, array in arrays.items():
            np.save(draft / f"{name}.npy", array)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def read(folder: Path) -> Arrays:
    """The arrays of a folder, mapped: processes that read the same folder share its memory."""
    files = sorted(folder.glob("*.npy"))
    if not files:
        raise StoreError(f"{folder} holds no index; write one first")
    try:
        return {
            file.stem: np.asarray(
                np.load(file, mmap_mode="r" if file.stat().st_size >= _MAPPED else None)
            )
            for file in files
        }
    except (OSError, EOFError, ValueError) as error:
        raise StoreError(f"the index in {folder} is damaged: {error}") from error
