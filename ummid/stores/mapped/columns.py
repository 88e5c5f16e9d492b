"""The restricts of a segment by column, so that a filter becomes a set of rows cheaply."""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from ummid.stores.mapped import rowsets
from ummid.stores.mapped.pack import Pack, PackWriter, Ref
from ummid.stores.mapped.rowsets import RowSet
from ummid.stores.vectors import Filter, Restricts

_FIRST, _LAST = -(1 << 31), (1 << 31) - 1
_NARROW = 16
"""A range that holds at most a row in so many is read from the sorted order."""


class Posting(NamedTuple):
    """The rows of one token: row numbers, or bits when `dense`."""

    ref: Ref
    total: int
    dense: bool


class Numbers(NamedTuple):
    """One number by row, where it is present (everywhere when None); and in its own order."""

    values: Ref
    present: Ref | None
    order: Ref
    ranked: Ref


class Windows(NamedTuple):
    """Of one token: rows in order (again for each of its windows), first and last days."""

    rows: Ref
    starts: Ref
    ends: Ref


class Layout(Struct, frozen=True, array_like=True):
    size: int
    tokens: dict[str, dict[str, Posting]]
    numbers: dict[str, Numbers]
    windows: dict[str, Windows]


def write_columns(writer: PackWriter, restricts: Iterable[Restricts]) -> Layout:
    """Writes the columns of rows in order."""
    tokens: dict[str, dict[str, array[int]]] = defaultdict(lambda: defaultdict(_rows))
    numbers: dict[str, tuple[array[int], array[int]]] = defaultdict(lambda: (_rows(), array("q")))
    windows: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    size = 0
    for row, each in enumerate(restricts):
        size = row + 1
        for namespace, names in each.tokens.items():
            for token in set(names):
                tokens[namespace][token].append(row)
        for name, number in each.numbers.items():
            rows, values = numbers[name]
            rows.append(row)
            values.append(number)
        for window in each.windows:
            windows[window.token].append((row, *days(window.start, window.end)))
    return Layout(
        size,
        {
            namespace: {
                token: _posting(writer, size, np.frombuffer(rows, np.uint32))
                for token, rows in named.items()
            }
            for namespace, named in tokens.items()
        },
        {
            name: _numbers(writer, size, np.frombuffer(rows, np.uint32), np.frombuffer(v, np.int64))
            for name, (rows, v) in numbers.items()
        },
        {token: _windows(writer, held) for token, held in windows.items()},
    )


def _rows() -> "array[int]":
    return array("I")


def _posting(writer: PackWriter, size: int, rows: NDArray[np.uint32]) -> Posting:
    kept = rowsets.of_rows(size, rows)
    dense = kept.bits is not None
    return Posting(writer.add(kept.as_bits() if dense else rows), len(rows), dense)


def _numbers(
    writer: PackWriter, size: int, rows: NDArray[np.uint32], values: NDArray[np.int64]
) -> Numbers:
    dense = np.zeros(size, np.int64)
    dense[rows] = values
    order = np.argsort(values, kind="stable")
    present = None if len(rows) == size else writer.add(rowsets.pack(size, rows))
    return Numbers(writer.add(dense), present, writer.add(rows[order]), writer.add(values[order]))


def _windows(writer: PackWriter, held: list[tuple[int, int, int]]) -> Windows:
    columns = np.array(held, np.int64)
    return Windows(
        writer.add(columns[:, 0].astype(np.uint32)),
        writer.add(columns[:, 1].astype(np.int32)),
        writer.add(columns[:, 2].astype(np.int32)),
    )


def days(start: int | None, end: int | None) -> tuple[int, int]:
    """The bounds of a window as they are kept; beyond them is never."""
    return (
        _FIRST if start is None else min(max(start, _FIRST), _LAST),
        _LAST if end is None else min(max(end, _FIRST), _LAST),
    )


class Columns:
    """Columns read where they lie."""

    def __init__(self, pack: Pack, layout: Layout) -> None:
        self._pack, self._layout = pack, layout

    def select(self, within: Filter) -> RowSet | None:
        """The rows that satisfy a filter; None is all of them."""
        found: RowSet | None = None
        allowed = [
            rowsets.union(self._layout.size, self._postings(namespace, tokens))
            for namespace, tokens in within.allow.items()
        ]
        for each in sorted(allowed, key=lambda rows: rows.total):
            found = each if found is None else rowsets.intersection(found, each)
        if within.on is not None:
            tokens, day = within.on
            held = [self._held(token, day, found) for token in tokens]
            found = rowsets.union(self._layout.size, held or [self._none()])
        for name, (first, last) in within.ranges.items():
            found = self._between(name, first, last, found)
        for namespace, tokens in within.deny.items():
            for posting in self._postings(namespace, tokens):
                found = rowsets.difference(self._all() if found is None else found, posting)
        return found

    def _none(self) -> RowSet:
        return RowSet(self._layout.size, np.empty(0, np.uint32), None, 0)

    def _all(self) -> RowSet:
        return RowSet(self._layout.size, None, rowsets.pack(self._layout.size, None),
                      self._layout.size)  # fmt: skip

    def _postings(self, namespace: str, tokens: tuple[str, ...]) -> list[RowSet]:
        named = self._layout.tokens.get(namespace, {})
        found = [named[token] for token in dict.fromkeys(tokens) if token in named]
        return [self._rows_of(posting) for posting in found] or [self._none()]

    def _rows_of(self, posting: Posting) -> RowSet:
        stored = self._pack.array(posting.ref)
        size = self._layout.size
        if posting.dense:
            return RowSet(size, None, stored, posting.total)
        return RowSet(size, stored, None, posting.total)

    def _held(self, token: str, day: int, among: RowSet | None) -> RowSet:
        if token not in self._layout.windows:
            return self._none()
        refs = self._layout.windows[token]
        rows, starts, ends = (self._pack.array(ref) for ref in refs)
        if among is not None and among.rows is not None and len(among.rows) * 8 < len(rows):
            places = _places(rows, among.rows)
            rows, starts, ends = rows[places], starts[places], ends[places]
        day = min(max(day, _FIRST), _LAST - 1)
        flags = (starts <= day) & (ends > day)
        held = rowsets.of_rows(self._layout.size, _distinct(rows[flags]))
        return held if among is None else rowsets.intersection(among, held)

    def _between(
        self, name: str, first: int | None, last: int | None, among: RowSet | None
    ) -> RowSet:
        if name not in self._layout.numbers:
            return self._none()
        refs = self._layout.numbers[name]
        values, ranked = self._pack.array(refs.values), self._pack.array(refs.ranked)
        present = None if refs.present is None else self._pack.array(refs.present)
        low, high = _bounds(first, last)
        if among is not None and among.rows is not None:
            near = values[among.rows]
            flags = (near >= low) & (near <= high)
            if present is not None:
                flags &= rowsets.has(present, among.rows)
            return rowsets.of_rows(self._layout.size, among.rows[flags])
        start = np.searchsorted(ranked, low, "left")
        end = max(start, np.searchsorted(ranked, high, "right"))
        if (end - start) * _NARROW <= self._layout.size:
            order = self._pack.array(refs.order)
            found = rowsets.of_rows(self._layout.size, np.sort(order[start:end]))
        else:
            found = rowsets.of_flags((values >= low) & (values <= high))
            if present is not None:
                found = rowsets.intersection(found, rowsets.of_bits(self._layout.size, present))
        return found if among is None else rowsets.intersection(among, found)


def _places(rows: NDArray[np.uint32], wanted: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Where sorted rows name the wanted ones, each as often as it is named."""
    first, last = np.searchsorted(rows, wanted, "left"), np.searchsorted(rows, wanted, "right")
    lengths = last - first
    before = np.repeat(np.cumsum(lengths) - lengths, lengths)
    places: NDArray[np.int64] = np.repeat(first, lengths) + np.arange(len(before)) - before
    return places


def _distinct(rows: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Sorted rows, each once."""
    return rows[np.flatnonzero(np.diff(rows, prepend=rows[:1] + 1))] if len(rows) else rows


def _bounds(first: int | None, last: int | None) -> tuple[int, int]:
    limits = np.iinfo(np.int64)
    low, high = int(limits.min), int(limits.max)
    if (first is not None and first > high) or (last is not None and last < low):
        return 1, 0
    return (
        low if first is None else max(first, low),
        high if last is None else min(last, high),
    )


def decode(encoded: bytes) -> Restricts:
    return _DECODER.decode(encoded)


def encode(restricts: Restricts) -> bytes:
    return _ENCODER.encode(restricts)


_DECODER = msgspec.msgpack.Decoder(Restricts)
_ENCODER = msgspec.msgpack.Encoder()
