"""K-means on samples: the centres of a segment's lists, and the list of each vector."""

from collections.abc import Callable
from math import isqrt

import numpy as np

from ummid.stores.mapped.kernels import Floats, Rows

PER_CENTRE, ROUNDS = 40, 8
_CHUNK = 1024

Gather = Callable[[Rows], Floats]
"""Vectors by row number, in ascending order."""


def centres_for(size: int) -> int:
    """How many lists a segment of that size has: they and their members grow alike."""
    return max(16, min(2 * isqrt(size), size // PER_CENTRE) // 8 * 8)


def train(gather: Gather, size: int, count: int, rng: np.random.Generator) -> Floats:
    """`count` centres of `size` vectors of length 1."""
    chosen = np.sort(rng.choice(size, min(size, count * PER_CENTRE), replace=False))
    sample = gather(chosen)
    centres = sample[np.sort(rng.choice(len(sample), count, replace=False))].copy()
    for _ in range(ROUNDS):
        labels = assign(sample, centres)
        centres = _means(sample, labels, centres, rng)
    return centres


def assign(vectors: Floats, centres: Floats) -> Rows:
    """The nearest centre of each vector."""
    across, half = np.ascontiguousarray(centres.T), (centres * centres).sum(1) / 2
    labels = np.empty(len(vectors), np.int64)
    room = np.empty((min(_CHUNK, len(vectors)), len(centres)), np.float32)
    for start in range(0, len(vectors), _CHUNK):
        part = vectors[start : start + _CHUNK]
        near = np.matmul(part, across, out=room[: len(part)])
        near -= half
        labels[start : start + len(part)] = near.argmax(1)
    return labels


def _means(sample: Floats, labels: Rows, centres: Floats, rng: np.random.Generator) -> Floats:
    """The mean of each centre's members; one without any takes a member of the largest."""
    order = np.argsort(labels, kind="stable")
    counts = np.bincount(labels, minlength=len(centres))
    starts = np.cumsum(counts) - counts
    filled = np.flatnonzero(counts)
    means = centres.copy()
    means[filled] = np.add.reduceat(sample[order], starts[filled], axis=0)
    means[filled] /= counts[filled, None]
    empty = np.flatnonzero(counts == 0)
    if len(empty):
        crowded = np.argsort(counts)[::-1][: len(empty)]
        members = starts[crowded] + rng.integers(counts[crowded])
        means[empty] = sample[order[members]]
    return means
