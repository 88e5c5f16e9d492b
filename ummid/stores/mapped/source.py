"""Rows on their way into a segment: what a call brought, what the journal and segments hold."""

import math
import tempfile
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import IO, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ummid.errors import StoreError
from ummid.stores.mapped.columns import encode
from ummid.stores.mapped.kernels import Floats, Rows
from ummid.stores.vectors import Item, Restricts, Vector

_CHUNK = 1024
_LIMIT = 1 << 63


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
            if item.vector.shape != (self._dimensions,):
                raise StoreError(
                    f"the vector of {item.id!r} has the shape {item.vector.shape}; this index "
                    f"takes {self._dimensions} numbers"
                )
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


def unit(vectors: NDArray[np.float64], ids: Sequence[str]) -> Floats:
    """Vectors of length 1. Raises StoreError for one that has none, naming its id."""
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    bad = np.flatnonzero(~(np.isfinite(lengths) & (lengths > 0)))
    if len(bad):
        raise StoreError(
            f"the vector of {ids[bad[0]]!r} has the length {lengths[bad[0]]}; a direction needs "
            "finite numbers that are not all 0"
        )
    scaled: Floats = (vectors / lengths[:, None]).astype(np.float32)
    return scaled


def direction(query: Vector) -> Floats:
    """As `unit`, of one vector that is asked with."""
    exact = query.astype(np.float64)
    length = math.sqrt(float(exact @ exact))
    if not 0 < length < math.inf:
        unit(exact[None], ["the query"])
    scaled: Floats = (exact / length).astype(np.float32)
    return scaled


def checked(name: str, restricts: Restricts) -> bytes:
    """Restricts as they are kept. Raises StoreError for a number that is too large."""
    for key, number in restricts.numbers.items():
        if not -_LIMIT <= number < _LIMIT:
            raise StoreError(f"the number {key} of {name!r} is {number}: 64 bits at most")
    return encode(restricts)


def crowd_of(crowd: str) -> int:
    """What stands for a crowd; 0 is none."""
    return hash_of(crowd) if crowd else 0


def hash_of(name: str) -> int:
    """64 bits of a name, never 0."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") or 1


def hashes_of(names: Sequence[str]) -> NDArray[np.uint64]:
    return np.fromiter((hash_of(name) for name in names), np.uint64, len(names))
