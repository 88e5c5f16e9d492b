"""Asks everything everything."""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from bench.vectors import peers
from bench.vectors.building import built
from bench.vectors.data import Data, masks, real, synthetic
from bench.vectors.memory import reader
from ummid.stores.mapped.index import MappedVectorIndex
from ummid.stores.vectors import EVERYTHING, Filter

_SEED = 20250301
_NONE = "none"
_BLOCK = 25
"""Queries that one of them is asked before the next one's turn."""


def measure(arguments: argparse.Namespace, folder: Path) -> dict[str, object]:
    if arguments.vectors:
        path = folder / "v.npy"
        data = real(path, arguments.vectors, arguments.n, arguments.queries, _SEED)
    else:
        data = synthetic(folder / "v.npy", arguments.n, arguments.d, arguments.queries, _SEED)
    chosen = masks(data, _SEED)
    print(f"{len(data.vectors)} vectors of {data.vectors.shape[1]}", flush=True)
    started = time.perf_counter()
    built(folder, data, chosen)
    build, used = time.perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    print(f"built in {build:.1f} s", flush=True)
    index = MappedVectorIndex(folder / "index", data.vectors.shape[1])
    asked, times = _ask(arguments, index, data, chosen)
    np.save(folder / "q.npy", data.queries[:50])
    result: dict[str, object] = {
        "n": len(data.vectors),
        "real": bool(arguments.vectors),
        "build_s": round(build, 1),
        "build_cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "disk_mb": sum(f.stat().st_size for f in (folder / "index").iterdir()) >> 20,
        "reader": reader(folder / "index", folder / "q.npy", list(chosen)),
        "recall": asked,
        "ms": {name: _percentiles(taken) for name, taken in times.items()},
    }
    exact = np.array(times["exact"])
    for within in [_NONE, *chosen]:
        ours, flat = (np.array(times[f"{name} {within}"]) for name in ("index", "flat"))
        result[f"faster {within}"] = {
            "p50 than exact": round(float(np.median(exact) / np.median(ours)), 1),
            "p99 than exact": round(float(np.percentile(exact, 99) / np.percentile(ours, 99)), 1),
            "p50 than flat": round(float(np.median(flat) / np.median(ours)), 1),
            "p99 than flat": round(float(np.percentile(flat, 99) / np.percentile(ours, 99)), 1),
        }
    for key, value in result.items():
        print(f"{key}: {value}")
    return result


def _ask(
    arguments: argparse.Namespace,
    index: MappedVectorIndex,
    data: Data,
    chosen: dict[str, NDArray[np.bool_]],
) -> tuple[dict[str, dict[str, float]], dict[str, list[float]]]:
    """Recall of the index, and of the graph; the time of everything in ms."""
    bits = {name: np.packbits(mask, bitorder="little") for name, mask in chosen.items()}
    exact, flat = peers.exact(data.vectors), peers.flat(data.vectors, bits)
    graph = peers.hnsw(data.vectors, bits) if arguments.hnsw else None
    filters = {_NONE: EVERYTHING} | {name: Filter(allow={"in": (name,)}) for name in chosen}
    times: dict[str, list[float]] = defaultdict(list)
    recalls: dict[str, list[float]] = defaultdict(list)
    faiss.omp_set_num_threads(1)
    for within in filters.values():
        taken, _ = _timed(index.search, data.queries[0], peers.COUNT, within)
        times["first asked"].append(taken)
    for start in range(0, arguments.rounds * len(data.queries), _BLOCK):
        block = [data.queries[n % len(data.queries)] for n in range(start, start + _BLOCK)]
        scores = []
        for query in block:
            taken, found = _timed(exact, query)
            times["exact"].append(taken)
            scores.append(found)
        for name, within in filters.items():
            bests = [_best(each, chosen.get(name)) for each in scores]
            for query, best in zip(block, bests, strict=True):
                taken, hits = _timed(index.search, query, peers.COUNT, within)
                times[f"index {name}"].append(taken)
                recalls[f"index {name}"].append(_share({int(hit.id) for hit in hits}, best))
            for query in block:
                times[f"flat {name}"].append(_timed(flat, query, name)[0])
            for query, best in zip(block, bests, strict=True):
                if graph is not None:
                    taken, rows = _timed(graph, query, name)
                    times[f"graph {name}"].append(taken)
                    recalls[f"graph {name}"].append(_share(set(rows), best))
    means = {
        name: {"mean": round(float(np.mean(shares)), 4), "worst": round(min(shares), 2)}
        for name, shares in recalls.items()
    }
    return means, times


def _best(scores: NDArray[np.float32], mask: NDArray[np.bool_] | None) -> set[int]:
    rows = np.arange(len(scores)) if mask is None else np.flatnonzero(mask)
    near = scores[rows]
    count = min(peers.COUNT, len(rows))
    return set(rows[np.argpartition(-near, count - 1)[:count]].tolist())


def _share(found: set[int], best: set[int]) -> float:
    return len(found & best) / len(best)


def _timed(call: Callable[..., Any], *arguments: object) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = call(*arguments)
    return (time.perf_counter() - started) * 1000, answer


def _percentiles(taken: list[float]) -> dict[str, float]:
    return {f"p{p}": round(float(np.percentile(taken, p)), 3) for p in (50, 95, 99)}
