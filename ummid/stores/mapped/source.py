"""Rows on their way into a segment: what a call brought, what the journal and segments hold."""

import tempfile
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import IO, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ummid.stores.checks import check_numbers, check_shape, unit
from ummid.stores.mapped.columns import encode
from ummid.stores.mapped.kernels import Floats, Rows
from ummid.stores.vectors import Item, Restricts, Vector

_CHUNK = 1024


class Source(Protocol):
    """Rows with distinct ids. `lists` says in which list of its own segment each row lies."""

    @property
    def ids(self) -> Sequence[str]: ...
    @property
    def versions(self) -> NDArray[np.int64]: ...
    @property
    def crowds(self) -> NDArray[np.uint64]: ...
    @property
    def restricts(self) -> Sequence[bytes]: ...
    def gather(self, rows: Rows) -> Floats:
        """Vectors by position, in any order."""
        ...


class Taken(NamedTuple):
    """A source in memory, or whose vectors are gathered from somewhere else."""

    ids: Sequence[str]
    versions: NDArray[np.int64]
    crowds: NDArray[np.uint64]
    restricts: Sequence[bytes]
    vectors: Floats
    places: Rows | None = None
    """Where among the vectors each row's lies, when not in order."""

    def gather(self, rows: Rows) -> Floats:
        return self.vectors[rows if self.places is None else self.places[rows]]

    def part(self, rows: Rows) -> "Taken":
        """Only some of the rows."""
        chosen = rows.tolist()
        return Taken(
            [self.ids[row] for row in chosen],
            self.versions[rows],
            self.crowds[rows],
            [self.restricts[row] for row in chosen],
            self.vectors,
            rows if self.places is None else self.places[rows],
        )


class Draft:
    """The items of one call, checked and brought to length 1; of two of one id the one that
    counts. Vectors wait in a file without a name, so that any number of items may come.
    """

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._dimensions = dimensions
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._chunk: list[Vector] = []
        self._all: list[str] = []
        self._versions: list[int] = []
        self._crowds: list[int] = []
        self._restricts: list[bytes] = []

    def __enter__(self) -> "Draft":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def take(self, items: Iterable[Item]) -> Taken:
        """Raises StoreError for what cannot be indexed, naming the item."""
        for item in items:
            check_shape(repr(item.id), item.vector, self._dimensions)
            self._all.append(item.id)
            self._versions.append(item.version)
            self._crowds.append(crowd_of(item.crowd))
            self._restricts.append(checked(item.id, item.restricts))
            self._chunk.append(item.vector)
            if len(self._chunk) == _CHUNK:
                self._flush()
        self._flush()
        self._file.flush()
        return self._newest()

    def _flush(self) -> None:
        if self._chunk:
            ids = self._all[len(self._all) - len(self._chunk) :]
            self._file.write(unit(np.array(self._chunk, np.float64), ids).data)
            self._chunk = []

    def _newest(self) -> Taken:
        versions = np.array(self._versions, np.int64)
        shape = (len(self._all), self._dimensions)
        vectors: Floats = np.empty(shape, np.float32)
        if len(self._all):
            vectors = np.memmap(self._file, np.float32, "r", 0, shape)
        whole = Taken(
            self._all, versions, np.array(self._crowds, np.uint64), self._restricts, vectors
        )
        last: dict[str, int] = {}
        for row, name in enumerate(self._all):
            known = last.get(name)
            if known is None or self._versions[known] <= self._versions[row]:
                last[name] = row
        if len(last) == len(self._all):
            return whole
        return whole.part(np.sort(np.fromiter(last.values(), np.int64, len(last))))


def checked(name: str, restricts: Restricts) -> bytes:
    """Restricts as they are kept. Raises StoreError for a number that is too large."""
    check_numbers(name, restricts)
    return encode(restricts)


def crowd_of(crowd: str) -> int:
    """What stands for a crowd; 0 is none."""
    return hash_of(crowd) if crowd else 0


def hash_of(name: str) -> int:
    """64 bits of a name, never 0."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") or 1


def hashes_of(names: Sequence[str]) -> NDArray[np.uint64]:
    return np.fromiter((hash_of(name) for name in names), np.uint64, len(names))
