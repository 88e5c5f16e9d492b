"""The index is built in a process of its own, with a thread for each core."""

import os
from collections.abc import Iterator
from itertools import compress
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.vectors.data import Data
from ummid.stores.mapped.index import MappedVectorIndex
from ummid.stores.vectors import Item, Restricts

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def built(folder: Path, data: Data, chosen: dict[str, NDArray[np.bool_]]) -> None:
    """One call of `upsert`, in a process with a thread for each core."""
    if not (folder / "v.npy").exists():
        np.save(folder / "v.npy", data.vectors)
    np.savez(folder / "chosen.npz", **chosen)
    os.environ.update(dict.fromkeys(THREADS, str(os.cpu_count())))
    process = get_context("spawn").Process(target=_build, args=(folder,))
    process.start()
    process.join()
    os.environ.update(dict.fromkeys(THREADS, "1"))
    if process.exitcode:
        raise SystemExit("the index could not be built")


def _build(folder: Path) -> None:
    vectors = np.load(folder / "v.npy", mmap_mode="r")
    chosen = dict(np.load(folder / "chosen.npz"))
    index = MappedVectorIndex(folder / "index", vectors.shape[1])
    index.upsert(_items(vectors, chosen))
    index.close()


def _items(vectors: NDArray[np.float32], chosen: dict[str, NDArray[np.bool_]]) -> Iterator[Item]:
    names = list(chosen)
    for row, has in enumerate(np.array(list(chosen.values())).T.tolist()):
        tokens = tuple(compress(names, has))
        yield Item(f"{row:08}", vectors[row], 1, Restricts({"in": tokens}))
