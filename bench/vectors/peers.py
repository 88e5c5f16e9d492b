"""What the index is measured beside, each asked one query at a time on one thread."""

from collections.abc import Callable

import faiss
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ask = Callable[[Floats, str], object]

COUNT = 10


def exact(vectors: Floats) -> Callable[[Floats], Floats]:
    """numpy and BLAS: every inner product, then the best ones."""

    def ask(query: Floats) -> Floats:
        scores: Floats = vectors @ query
        np.argpartition(-scores, COUNT)
        return scores

    return ask


def flat(vectors: Floats, bits: dict[str, NDArray[np.uint8]]) -> Ask:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))

    def ask(query: Floats, within: str) -> object:
        if within not in bits:
            return index.search(query[None], COUNT)
        chosen = faiss.IDSelectorBitmap(bits[within])
        return index.search(query[None], COUNT, params=faiss.SearchParameters(sel=chosen))

    return ask


def hnsw(vectors: Floats, bits: dict[str, NDArray[np.uint8]], width: int = 256) -> Ask:
    index = faiss.IndexHNSWFlat(vectors.shape[1], 16, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 100
    index.add(np.ascontiguousarray(vectors))

    def ask(query: Floats, within: str) -> object:
        chosen = faiss.IDSelectorBitmap(bits[within]) if within in bits else None
        parameters = faiss.SearchParametersHNSW(efSearch=width, sel=chosen)
        return index.search(query[None], COUNT, params=parameters)[1][0]

    return ask
