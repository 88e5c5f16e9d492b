"""What an adapter of `VectorIndex` takes: checked before anything of a call is written."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ummid.errors import ItemError, StoreError
from ummid.stores.vectors import Restricts, Vector

_LIMIT = 1 << 63


def check_shape(name: str, vector: Vector, dimensions: int) -> None:
    """Raises StoreError for a vector of another size."""
    if vector.shape != (dimensions,):
        raise StoreError(
            f"the vector of {name} has the shape {vector.shape}; this index takes "
            f"{dimensions} numbers"
        )


def check_numbers(name: str, restricts: Restricts) -> None:
    """Raises ItemError for a number that is too large."""
    for key, number in restricts.numbers.items():
        if not -_LIMIT <= number < _LIMIT:
            raise ItemError(
                name, "too-large", f"the number {key} of {name!r} is {number}: 64 bits at most"
            )


def unit(vectors: NDArray[np.float64], ids: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of length 1. Raises ItemError for one that has none, naming its id."""
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    bad = np.flatnonzero(~(np.isfinite(lengths) & (lengths > 0)))
    if len(bad):
        raise ItemError(
            ids[bad[0]],
            "no-direction",
            f"the vector of {ids[bad[0]]!r} has the length {lengths[bad[0]]}; a direction needs "
            "finite numbers that are not all 0",
        )
    scaled: NDArray[np.float32] = (vectors / lengths[:, None]).astype(np.float32)
    return scaled


def direction(vector: Vector, dimensions: int) -> NDArray[np.float32]:
    """A query's vector at length 1. Raises StoreError for one that has none."""
    check_shape("the query", vector, dimensions)
    exact = vector.astype(np.float64)
    length = math.sqrt(float(exact @ exact))  # what `unit` does for many costs more for one
    if not 0 < length < math.inf:
        unit(exact[None], ["the query"])
    scaled: NDArray[np.float32] = (exact / length).astype(np.float32)
    return scaled
