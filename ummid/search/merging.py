"""Parts of an index made one: as one build of what still counts of them would have made it.

What grows with the texts is read and written stretch by stretch, so that memory holds a few numbers
for each document at most, and no text but those of a stretch.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ummid.search.across import Across, Placed
from ummid.search.arrays import Groups, Growing, Mapped, Rows, Writer, places, starts

_ENTRIES = 1 << 19
"""Rows of all parts that a stretch of keys has, if no key has more."""
_KEYS = 1 << 16
_LISTS = 1 << 14
_GONE = -1

Beside = Callable[[int, slice], NDArray[Any]]
"""What a part, by its number, has beside a stretch of its rows."""


class Moved(NamedTuple):
    """How many keys there are, and for those of each part which of them they are; `size` for
    those that are no more.
    """

    size: int
    moved: list[Rows]


class Merged(AbstractContextManager["Merged"]):
    """The file of the part that others become; whole when the block is left without an error."""

    def __init__(self, across: Across, path: Path) -> None:
        self.across, self._path = across, path
        self._numbers = count()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            drafts = opening.enter_context(TemporaryDirectory(dir=self._path.parent))
            self._drafts = Path(drafts)
            self._writer = opening.enter_context(closing(Writer(self._path)))
            self._open = opening.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._open:
            if kind is None:
                self._writer.finish()

    def add(self, name: str, array: NDArray[Any]) -> None:
        self._writer.add(name, array)

    def column(self, name: str, dtype: Any) -> None:
        """A number for each row."""
        self.add(name, self.across.column(name, dtype))

    def groups(
        self,
        name: str,
        beside: Mapping[str, tuple[Any, Beside]] | None = None,
        across: Across | None = None,
    ) -> Moved:
        """Rows by key, with what is beside each row: its type, and where it comes from.

        Keys without a row that counts are dropped. `across` says where rows are that are none of
        documents.
        """
        across, beside = across or self.across, beside or {}
        parts = [Groups(part.arrays, name) for part in across.parts]
        key_bytes, ends = self._growing("u1"), self._growing("i8", first=0)
        firsts, rows = self._growing("i8", first=0), self._growing("u4")
        others = [self._growing(dtype) for dtype, _ in beside.values()]
        moved = [np.full(len(part.keys), _GONE, np.int64) for part in parts]
        total = 0
        for turn in _turns(parts):
            keys, at = _united(parts, turn)
            found = _entries(across, parts, turn, at, [take for _, take in beside.values()])
            if across is not self.across:
                # Two parts may have the same of what is no document.
                found = [column[_firsts(*found[:2])] for column in found]
            counts = np.bincount(found[0], minlength=len(keys))
            stays = counts > 0
            kept = [key for key, one in zip(keys, stays.tolist(), strict=True) if one]
            key_bytes.append(np.frombuffer(b"".join(kept), np.uint8))
            ends.append_lengths(np.array([len(key) for key in kept], np.int64))
            firsts.append_lengths(counts[stays])
            rows.append(found[1])
            for other, values in zip(others, found[2:], strict=True):
                other.append(values)
            place = np.where(stays, total + np.cumsum(stays) - 1, _GONE)
            for moves, (first, last), here in zip(moved, turn, at, strict=True):
                moves[first:last] = place[here]
            total += len(kept)
            _forget(across)
        key_bytes.into(self._writer, f"{name}.keys.bytes")
        ends.into(self._writer, f"{name}.keys.ends")
        firsts.into(self._writer, f"{name}.starts")
        rows.into(self._writer, f"{name}.rows")
        for other, column in zip(others, beside, strict=True):
            other.into(self._writer, f"{name}.{column}")
        for moves in moved:
            moves[moves == _GONE] = total
        return Moved(total, [moves.astype(np.uint32) for moves in moved])

    def lists(
        self, ends: str, values: str, dtype: Any, moved: Sequence[NDArray[Any]] | None = None
    ) -> None:
        """A list of values for each row. `moved` says by part what its values are now."""
        of, local = self._sources
        firsts, found = self._growing("i8", first=0), self._growing(dtype)
        for start in range(0, self.across.size, _LISTS):
            stretch = slice(start, start + _LISTS)
            amounts, taken = _gathered(
                self.across.parts, of[stretch], local[stretch], (ends, values), moved
            )
            firsts.append_lengths(amounts)
            found.append(taken)
            _forget(self.across)
        firsts.into(self._writer, ends)
        found.into(self._writer, values)

    @property
    def _sources(self) -> tuple[NDArray[np.uint16], NDArray[np.uint32]]:
        """By row, the number of the part that has it, and its row there."""
        of = np.empty(self.across.size + 1, np.uint16)
        local = np.empty(self.across.size + 1, np.uint32)
        for number, part in enumerate(self.across.parts):
            of[part.rows] = number
            local[part.rows] = np.arange(len(part.rows), dtype=np.uint32)
        return of[: self.across.size], local[: self.across.size]

    def _growing(self, dtype: Any, first: int | None = None) -> Growing:
        path = self._drafts / f"{next(self._numbers)}"
        made = self._open.enter_context(closing(Growing(path, dtype)))
        if first is not None:
            made.append(np.array([first]))
        return made


def _turns(parts: Sequence[Groups]) -> Iterator[list[tuple[int, int]]]:
    """Stretches of keys, one of each part, that together hold all keys up to some key."""
    entries, most = _ENTRIES // len(parts) + 1, _KEYS // len(parts) + 1
    at = [0] * len(parts)
    sizes = [len(part.keys) for part in parts]
    while at != sizes:
        ends = []
        for part, first, size in zip(parts, at, sizes, strict=True):
            full = int(np.searchsorted(part.starts, part.starts[first] + entries, "right")) - 1
            ends.append(min(size, max(first + 1, full), first + most))
        last = min(
            (
                part.keys[end - 1]
                for part, end, size in zip(parts, ends, sizes, strict=True)
                if end < size
            ),
            default=None,
        )
        upto = ends
        if last is not None:
            upto = [
                bisect_right(part.keys, last, first, end)
                for part, first, end in zip(parts, at, ends, strict=True)
            ]
        yield [*zip(at, upto, strict=True)]
        at = upto


def _united(
    parts: Sequence[Groups], turn: Sequence[tuple[int, int]]
) -> tuple[list[bytes], list[NDArray[np.int64]]]:
    """The keys of a turn, and which of them those of each part are."""
    keys = [part.keys.coded(*stretch) for part, stretch in zip(parts, turn, strict=True)]
    united = sorted(set().union(*keys))
    place = {key: n for n, key in enumerate(united)}
    return united, [np.array([place[key] for key in one], np.int64) for one in keys]


def _entries(
    across: Across,
    parts: Sequence[Groups],
    turn: Sequence[tuple[int, int]],
    at: Sequence[NDArray[np.int64]],
    beside: Sequence[Beside],
) -> list[NDArray[Any]]:
    """The keys of a turn by number, their rows, and what is beside: by key, then by row."""
    found: list[list[NDArray[Any]]] = []
    for number, (part, (first, last), here) in enumerate(zip(parts, turn, at, strict=True)):
        stretch = slice(int(part.starts[first]), int(part.starts[last]))
        keys = np.repeat(here, np.diff(part.starts[first : last + 1]))
        rows = across.parts[number].rows[part.rows[stretch]]
        counts = rows < across.size
        columns: list[NDArray[Any]] = [keys, rows, *(take(number, stretch) for take in beside)]
        found.append([column[counts] for column in columns])
    joined = [np.concatenate(same) for same in zip(*found, strict=True)]
    order = np.argsort(joined[0] * (across.size + 1) + joined[1], kind="stable")
    return [column[order] for column in joined]


def _firsts(keys: NDArray[Any], rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each of sorted pairs is another one than the pair before."""
    other = np.ones(len(keys), np.bool_)
    other[1:] = (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1])
    return other


def _gathered(
    parts: Sequence[Placed],
    of: NDArray[Any],
    local: NDArray[Any],
    names: tuple[str, str],
    moved: Sequence[NDArray[Any]] | None,
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """The lists of some rows, one after the other: their lengths and their values."""
    amounts = np.zeros(len(of), np.int64)
    firsts = np.zeros(len(of), np.int64)
    taken: list[NDArray[Any]] = []
    total = 0
    for number, part in enumerate(parts):
        here = np.flatnonzero(of == number)
        ends, values = part.arrays[names[0]], part.arrays[names[1]]
        first = ends[local[here]]
        amounts[here] = ends[local[here].astype(np.int64) + 1] - first
        one = values[places(first, amounts[here])]
        firsts[here] = total + starts(amounts[here])[:-1]
        taken.append(one if moved is None else moved[number][one])
        total += len(one)
    together = np.concatenate(taken)
    return amounts, together[places(firsts, amounts)]


def _forget(across: Across) -> None:
    for part in across.parts:
        if isinstance(part.arrays, Mapped):
            part.arrays.forget()
