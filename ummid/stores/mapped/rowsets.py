"""Sets of the rows of one segment: sorted row numbers where few, bits where many."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]

SPARSE = 32
"""A set of at most a row in so many is kept as row numbers."""


class RowSet(NamedTuple):
    """`rows` are sorted and distinct; `bits` has the lowest row in the lowest bit, padded with
    zeros to whole words. Exactly one of them is there.
    """

    size: int
    rows: NDArray[np.uint32] | None
    bits: Bits | None
    total: int

    def as_rows(self) -> NDArray[np.int64]:
        if self.rows is not None:
            return self.rows.astype(np.int64)
        assert self.bits is not None
        filled = np.flatnonzero(self.bits)
        inside = np.unpackbits(self.bits[filled], bitorder="little").reshape(-1, 8)
        byte, bit = np.nonzero(inside)
        found: NDArray[np.int64] = filled[byte] * 8 + bit
        return found

    def as_bits(self) -> Bits:
        return self.bits if self.bits is not None else pack(self.size, self.rows)


def of_rows(size: int, rows: NDArray[np.uint32]) -> RowSet:
    """From sorted, distinct rows."""
    if len(rows) * SPARSE <= size:
        return RowSet(size, rows, None, len(rows))
    return RowSet(size, None, pack(size, rows), len(rows))


def of_bits(size: int, bits: Bits) -> RowSet:
    found = RowSet(size, None, bits, _count(bits))
    if found.total * SPARSE <= size:
        return RowSet(size, found.as_rows().astype(np.uint32), None, found.total)
    return found


def of_flags(flags: NDArray[np.bool_]) -> RowSet:
    bits = np.zeros(_bytes(len(flags)), np.uint8)
    packed = np.packbits(flags, bitorder="little")
    bits[: len(packed)] = packed
    return of_bits(len(flags), bits)


def pack(size: int, rows: NDArray[np.uint32] | None) -> Bits:
    """The bits of rows; of all rows when None."""
    flags = np.zeros(_bytes(size) * 8, np.bool_)
    flags[slice(0, size) if rows is None else rows] = True
    return np.packbits(flags, bitorder="little")


def union(size: int, sets: list[RowSet]) -> RowSet:
    if len(sets) == 1:
        return sets[0]
    if sum(each.total for each in sets) * SPARSE <= size:
        rows = [each.rows for each in sets if each.rows is not None]
        return of_rows(size, np.unique(np.concatenate([np.empty(0, np.uint32), *rows])))
    bits = np.zeros(_bytes(size), np.uint8)
    for each in sets:
        if each.rows is None:
            bits |= each.as_bits()
        else:
            set_bits(bits, each.rows)
    return of_bits(size, bits)


def intersection(one: RowSet, other: RowSet) -> RowSet:
    if one.rows is None and other.rows is None:
        return of_bits(one.size, one.as_bits() & other.as_bits())
    few, many = (one, other) if one.rows is not None else (other, one)
    return _among(few, many, inside=True)


def difference(one: RowSet, other: RowSet) -> RowSet:
    if one.rows is not None:
        return _among(one, other, inside=False)
    if other.rows is None:
        return of_bits(one.size, one.as_bits() & ~other.as_bits())
    bits = one.as_bits().copy()
    for bit in range(8):
        chosen = other.rows[(other.rows & 7) == bit] >> 3
        bits[chosen] &= 0xFF ^ (1 << bit)
    return of_bits(one.size, bits)


def has(bits: Bits, rows: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Which of the rows are in."""
    found: NDArray[np.bool_] = (bits[rows >> 3] >> (rows & 7).astype(np.uint8) & 1) != 0
    return found


def set_bits(bits: Bits, rows: NDArray[np.integer]) -> None:
    for bit in range(8):
        bits[rows[(rows & 7) == bit] >> 3] |= 1 << bit


def _among(few: RowSet, other: RowSet, *, inside: bool) -> RowSet:
    assert few.rows is not None
    if other.rows is not None:
        kept = np.isin(few.rows, other.rows, assume_unique=True)
    else:
        kept = has(other.as_bits(), few.rows)
    rows = few.rows[kept == inside]
    return RowSet(few.size, rows, None, len(rows))


def _count(bits: Bits) -> int:
    return int(np.bitwise_count(bits.view(np.uint64)).sum())


def _bytes(size: int) -> int:
    return (size + 63) // 64 * 8
