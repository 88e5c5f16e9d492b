"""Queries answered one at a time by the search that the API uses, with what it takes."""

import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.search import sets
from ummid.models.embedder import Embedder, Vector
from ummid.models.minilm import MiniLM
from ummid.search.catalogue import Catalogue
from ummid.search.document import Document
from ummid.search.searcher import Found, Searcher
from ummid.stores.mapped.index import MappedVectorIndex
from ummid.stores.vectors import EVERYTHING, Filter, Item

COUNT = 100
_CHUNK = 256


class Built(NamedTuple):
    """`folder` holds the vectors for as long as anybody holds it."""

    searcher: Searcher
    seconds: dict[str, float]
    folder: "tempfile.TemporaryDirectory[str] | None" = None


class Answers(NamedTuple):
    found: dict[str, tuple[Found, ...]]
    milliseconds: list[float]


def build(docs: Path, kept: Path | None = None, *, lexical: bool = False) -> Built:
    """The index over a catalogue. `kept` holds vectors from run to run, for who measures often."""
    documents = list(sets.documents(docs))
    start = time.perf_counter()
    catalogue = Catalogue.of(documents)
    words = time.perf_counter() - start
    if lexical:
        return Built(Searcher(catalogue), {"index_words": round(words, 2)})
    embedder = MiniLM()
    rows = vectors(documents, embedder, kept)
    items = (
        Item(document.id, rows[n], 0, document.restricts)
        for n, document in enumerate(documents)
        if rows[n].any()
    )
    folder = tempfile.TemporaryDirectory(prefix="ummid-search-")
    index = MappedVectorIndex(Path(folder.name), embedder.dimensions)
    index.upsert(items)
    embed = time.perf_counter() - start - words
    seconds = {"index_words": round(words, 2), "index_vectors": round(embed, 2)}
    return Built(Searcher(catalogue, index, embedder), seconds, folder)


def answer(
    searcher: Searcher, queries: Sequence[sets.Query], filters: Mapping[str, Filter]
) -> Answers:
    answers = Answers({}, [])
    for query in queries:
        start = time.perf_counter()
        found = searcher.search(query.text, COUNT, filters.get(query.qid, EVERYTHING)).found
        answers.milliseconds.append((time.perf_counter() - start) * 1000)
        answers.found[query.qid] = found
    return answers


def write(found: Mapping[str, Sequence[Found]], out: Path) -> None:
    with out.open("w", encoding="utf-8") as file:
        for qid, hits in found.items():
            for rank, hit in enumerate(hits, 1):
                file.write(f"{qid}\t{hit.id}\t{rank}\t{hit.score:.6f}\n")


def figures(built: Built, answers: Answers) -> dict[str, float]:
    p50, p95 = np.percentile(answers.milliseconds or [0.0], [50, 95])
    return {
        "queries": len(answers.found),
        "seconds": round(sum(answers.milliseconds) / 1000, 2),
        "p50_ms": round(float(p50), 2),
        "p95_ms": round(float(p95), 2),
        "index_build_seconds": round(sum(built.seconds.values()), 2),
        **built.seconds,
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def vectors(documents: Sequence[Document], embedder: Embedder, kept: Path | None) -> list[Vector]:
    """A row per document; of zeros for one with nothing to embed."""
    texts = [document.meaning for document in documents]
    known: dict[str, Vector] = {}
    if kept and kept.exists():
        held = np.load(kept)
        if str(held["model"]) == embedder.name:
            known = dict(zip(held["texts"].tolist(), held["vectors"], strict=True))
    missing = [text for text in dict.fromkeys(texts) if _key(text) not in known]
    for n in range(0, len(missing), _CHUNK):
        chunk = missing[n : n + _CHUNK]
        for text, outcome in zip(chunk, embedder.embed(chunk, "document"), strict=True):
            empty = np.zeros(embedder.dimensions, np.float32)
            known[_key(text)] = empty if outcome.value is None else outcome.value
        print(f"embedded {n + len(chunk):,} of {len(missing):,}", end="\r", file=sys.stderr)
    if kept and missing:
        rows = np.stack(list(known.values()))
        np.savez(kept, model=embedder.name, texts=np.array(list(known)), vectors=rows)
    return [known[_key(text)] for text in texts]


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
