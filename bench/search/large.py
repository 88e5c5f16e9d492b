"""A catalogue of any size made, written, and asked as a server asks it: in mapped files."""

import json
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.search import run, scale, sets
from bench.vectors.memory import sizes
from ummid.catalog.title import Title
from ummid.models.minilm import MiniLM
from ummid.search import searcher as searching
from ummid.search.catalogue import Catalogue
from ummid.search.generations import Words, open_newest
from ummid.search.searcher import Searcher
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.mapped.index import MappedVectorIndex
from ummid.stores.table import Put
from ummid.stores.vectors import EVERYTHING, Filter, Item
from ummid.views import keys, titles

_COUNT = 10
_FACETS = ("type", "genre", "country", "partner")
_BATCH = 10_000
_WINDOW = Filter(on=(("FR|flix",), scale.DAY))

FILTERS: dict[str, Filter] = {
    "none": EVERYTHING,
    "type": Filter(allow={"type": ("movie",)}),
    "genre and years": Filter(allow={"genre": ("Comedy", "comedy")}, ranges={"year": (1990, 2009)}),
    "territory, platform and day": _WINDOW,
}


class Cost(NamedTuple):
    seconds: float
    cpu_seconds: float
    peak_mb: float


def measure(size: int, kept: Path | None, queries: int, folder: Path | None) -> Iterator[str]:
    """JSON lines: what building takes, then what asking takes and where the time goes. What is
    in `folder` already is not built again.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="ummid-large-") as name:
            yield from measure(size, kept, queries, Path(name))
        return
    folder.mkdir(parents=True, exist_ok=True)
    base = sets.documents(sets.FOLDER / "docs.parquet")
    np.save(folder / "base.npy", scale.filled(run.vectors([*base], MiniLM(), kept)))
    for part, build in (("words", _words), ("vectors", _vectors), ("store", _table)):
        if not (folder / part).exists():
            yield json.dumps({"built": part, "titles": size, **_apart(build, folder, size)})
    yield from _asked(folder, queries)


def _apart(build: Callable[[Path, int], None], folder: Path, size: int) -> dict[str, float]:
    """In a process of its own, whose memory is all for it."""
    context = get_context("spawn")
    told = context.SimpleQueue()
    process = context.Process(target=_told, args=(build, folder, size, told))
    process.start()
    cost = Cost(*told.get())
    process.join()
    return {name: round(value, 1) for name, value in cost._asdict().items()}


def _told(build: Callable[[Path, int], None], folder: Path, size: int, told: Any) -> None:
    started = time.perf_counter()
    build(folder, size)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    told.put((time.perf_counter() - started, cpu, used.ru_maxrss / 1024))


def _words(folder: Path, size: int) -> None:
    base = list(sets.documents(sets.FOLDER / "docs.parquet"))
    words = Words(folder / "words")
    words.add(scale.documents(base, size))
    words.unite()
    words.publish(1)


def _vectors(folder: Path, size: int) -> None:
    base = list(sets.documents(sets.FOLDER / "docs.parquet"))
    rows = np.load(folder / "base.npy")
    each = chain.from_iterable(scale.vectors(rows, size))
    items = (
        Item(document.id, vector, 0, document.restricts)
        for document, vector in zip(scale.documents(base, size), each, strict=True)
    )
    with closing(MappedVectorIndex(folder / "vectors", rows.shape[1])) as index:
        index.upsert(items)


def _table(folder: Path, size: int) -> None:
    base = list(sets.documents(sets.FOLDER / "docs.parquet"))
    made = scale.documents(base, size)
    with closing(LmdbTable(folder / "store")) as table:
        while batch := list(islice(made, _BATCH)):
            table.write(
                Put(
                    keys.title(d.id),
                    keys.BODY,
                    1,
                    titles.encode_title(
                        Title(id=d.id, kind="film", title=d.titles[0], year=d.year)
                    ),
                )
                for d in batch
            )


class _Times:
    """How long each part of a search takes, in ms."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, list[float]] = defaultdict(list)

    def of(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return call(*args, **named)
            finally:
                self.spent[name].append((time.perf_counter() - started) * 1000)

        return timed


def _asked(folder: Path, count: int) -> Iterator[str]:
    model = MiniLM()
    _, catalogue = open_newest(folder / "words")
    index = MappedVectorIndex(folder / "vectors", model.dimensions, readonly=True)
    times = _Times()
    model.embed = times.of("embed", model.embed)  # type: ignore[method-assign]
    index.search = times.of("vectors", index.search)  # type: ignore[method-assign]
    catalogue.text.scores = times.of("words", catalogue.text.scores)  # type: ignore[method-assign]
    catalogue.restricted.mask = times.of("filter", catalogue.restricted.mask)  # type: ignore[method-assign]
    searching.fuse = times.of("fusion", searching.fuse)
    searching.page = times.of("order", searching.page)
    searcher = Searcher(catalogue, index, model)
    with closing(LmdbTable(folder / "store", readonly=True)) as table:
        for kind, texts in _questions(count).items():
            for name, within in FILTERS.items():
                times.spent.clear()
                whole = times.of("all", _search)
                for text in texts:
                    whole(searcher, catalogue, table, text, within, times)
                yield json.dumps({"asked": kind, "within": name, "ms": _percentiles(times.spent)})
    held = sizes()
    yield json.dumps({"private_mb": round(held["Anonymous"]), "resident_mb": round(held["Rss"])})


def _search(
    searcher: Searcher,
    catalogue: Catalogue,
    table: LmdbTable,
    text: str,
    within: Filter,
    times: _Times,
) -> None:
    answer = searcher.search(text, _COUNT, within)
    times.of("facets", catalogue.restricted.facets)(answer.matched, _FACETS)
    times.of("fetch", titles.named)(table, [found.id for found in answer.found])


def _questions(count: int) -> dict[str, Sequence[str]]:
    """Names, and queries that people really asked, by set."""
    asked = sets.queries(sets.FOLDER / "queries.parquet")
    names = [document.titles[0] for document in sets.documents(sets.FOLDER / "docs.parquet")]
    found: dict[str, Sequence[str]] = {"names": names[:: max(1, len(names) // count)][:count]}
    for label in ("tags", "synopsis", "tomt"):
        texts = [query.text for query in asked if query.set == label]
        found[label] = texts[:: max(1, len(texts) // count)][:count]
    return found


def _percentiles(spent: dict[str, list[float]]) -> dict[str, list[float]]:
    """p50, p95 and p99 of each part."""
    return {
        name: [round(float(np.percentile(taken, p)), 2) for p in (50, 95, 99)]
        for name, taken in spent.items()
    }
