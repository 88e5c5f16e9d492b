"""Vectors to index and to ask with, and attributes that do and do not go with their meaning."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.search import scale

Floats = NDArray[np.float32]

SHARES = (0.5, 0.1, 0.01, 0.001)
_CLUSTERS, _SUPER, _TOPICS = 8000, 60, 2000
_CHUNK = 50_000


class Data(NamedTuple):
    vectors: Floats
    queries: Floats
    topics: NDArray[np.int64]


def synthetic(path: Path, size: int, dimensions: int, queries: int, seed: int) -> Data:
    """Clusters in super-clusters, Zipf sizes, a decaying spectrum; vectors go to a file."""
    rng = np.random.default_rng(seed)
    spectrum = (np.arange(1, dimensions + 1) ** -0.5).astype(np.float32)
    above = rng.standard_normal((_SUPER, dimensions), np.float32) * spectrum
    centres = above[rng.integers(_SUPER, size=_CLUSTERS)]
    centres = centres + rng.standard_normal((_CLUSTERS, dimensions), np.float32) * spectrum * 0.9
    weights = np.arange(1, _CLUSTERS + 1) ** -0.8
    labels = rng.choice(_CLUSTERS, size + queries, p=weights / weights.sum())
    vectors = np.lib.format.open_memmap(path, "w+", np.float32, (size, dimensions))

    def draw(rows: NDArray[np.int64]) -> Floats:
        noise = rng.standard_normal((len(rows), dimensions), np.float32) * spectrum * 0.75
        return _unit(centres[rows] + noise)

    for start in range(0, size, _CHUNK):
        vectors[start : start + _CHUNK] = draw(labels[start : min(start + _CHUNK, size)])
    return Data(vectors, draw(labels[size:]), labels[:size])


def real(path: Path, file: Path, size: int, queries: int, seed: int) -> Data:
    """Rows of a file; some are taken out to ask with. Topics are nearest random rows.

    Where the file has fewer, vectors between two of its rows and a little off make up `size`
    (see `bench.search.scale`), and go to `path`.
    """
    stored = np.load(file, mmap_mode="r")
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(stored))
    asked, kept = rows[:queries], np.sort(rows[queries : queries + size])
    vectors = _unit(np.asarray(stored[kept], np.float32))
    around = vectors[rng.choice(len(vectors), min(_TOPICS, len(vectors) // 20), replace=False)]
    if len(vectors) < size:
        vectors = _more(path, vectors, size)
    topics = np.concatenate(
        [(vectors[s : s + 4096] @ around.T).argmax(1) for s in range(0, len(vectors), 4096)]
    )
    return Data(vectors, _unit(np.asarray(stored[asked], np.float32)), topics)


def _more(path: Path, base: Floats, size: int) -> Floats:
    made = np.lib.format.open_memmap(path, "w+", np.float32, (size, base.shape[1]))
    start = 0
    for part in scale.vectors(base, size):
        made[start : start + len(part)] = part
        start += len(part)
    return made


def masks(data: Data, seed: int) -> dict[str, NDArray[np.bool_]]:
    """By name, which vectors have an attribute: at random, and by whole topics."""
    rng = np.random.default_rng(seed)
    size = len(data.vectors)
    found = {f"random {share:g}": rng.random(size) < share for share in SHARES}
    counts = np.bincount(data.topics)
    for share in SHARES:
        order = rng.permutation(len(counts))
        order = order[counts[order] <= share * size]  # no topic is more than what is asked
        chosen = order[np.cumsum(counts[order]) <= share * size * 1.05]
        found[f"topics {share:g}"] = np.isin(data.topics, chosen)
    return found


def _unit(vectors: Floats) -> Floats:
    scaled: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled
