"""Inner products over mapped rows, without copies and without threads of their own."""

from typing import Any, cast

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

ROUNDING = 1e-6
"""Two sums of the same products differ by less."""
_GATHERED = 8192


def dots(matrix: Floats, vector: Floats) -> Floats:
    """The inner product of each row with a vector."""
    out = np.empty(len(matrix), np.float32)
    if len(matrix):
        faiss.fvec_inner_products_ny(
            pointer(out), pointer(vector), pointer(matrix), matrix.shape[1], len(matrix)
        )
    return out


def dots_at(matrix: Floats, rows: Rows, vector: Floats) -> Floats:
    """The inner product of some rows with a vector; the rows are read where they lie."""
    out = np.empty(len(rows), np.float32)
    if len(rows):
        rows = np.ascontiguousarray(rows, np.int64)
        faiss.fvec_inner_products_by_idx(
            pointer(out), pointer(vector), pointer(matrix), pointer(rows), matrix.shape[1], 1,
            len(rows),
        )  # fmt: skip
    return out


def cosines(matrix: Floats, rows: Rows, vector: Floats) -> Floats:
    """Final scores: the same vector has the same score wherever and beside whatever it lies."""
    exact, parts = vector.astype(np.float64), []
    for start in range(0, len(rows), _GATHERED):
        part = matrix[rows[start : start + _GATHERED]].astype(np.float64)
        parts.append(np.einsum("ij,j->i", part, exact))
    return np.concatenate(parts).astype(np.float32) if parts else np.empty(0, np.float32)


def best(scores: Floats, count: int, margin: float = ROUNDING) -> Rows:
    """Positions of the `count` highest scores and of all that rounding may hold below them."""
    if count >= len(scores):
        return np.arange(len(scores))
    least = np.partition(scores, len(scores) - count)[len(scores) - count]
    return np.flatnonzero(scores >= least - margin)


def pointer(array: NDArray[Any]) -> Any:
    """What the library takes for an array; the caller keeps the array alive."""
    return cast("Any", faiss.swig_ptr(array))
