"""From a feed to what is searched by meaning: ingested, enriched, embedded, indexed, twice.

    python -m bench.meaning [--limit N] [--workers 2] [--store DIR]

The catalogue of the search sets (21,987 titles) goes through `ummid ingest`'s own job with the
offline enricher, and through its index. Ends with one JSON line: for each of two runs titles/s,
seconds of the clock by step with each one's share, seconds of processors, and what was enriched
and embedded; the second run of the same feed must do none of either.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.meaning import feed
from bench.search.sets import FOLDER
from pipelines.quiet import importing_beam
from ummid.machine import usable_cores
from ummid.models.embedder import Embedder, Task, Vector
from ummid.models.outcome import Outcome


class Watch:
    """A reporter that keeps when each step was last heard of."""

    def __init__(self) -> None:
        self.heard = {"Read": time.perf_counter()}

    def batch(self, *_: object) -> None:
        self.partition("Read")

    def bytes(self, count: int) -> None:
        pass

    def partition(self, step: str) -> None:
        self.heard[step] = time.perf_counter()


class Timed:
    """An embedder, and the seconds that it took."""

    def __init__(self, inner: Embedder) -> None:
        self.name, self.dimensions = inner.name, inner.dimensions
        self._inner, self.seconds = inner, 0.0

    def embed(self, texts: Sequence[str], task: Task) -> list[Outcome[Vector]]:
        began = time.perf_counter()
        try:
            return self._inner.embed(texts, task)
        finally:
            self.seconds += time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.meaning")
    parser.add_argument("--limit", type=int, help="Titles; else all.")
    parser.add_argument("--workers", type=int, default=usable_cores())
    parser.add_argument("--store", type=Path, help="A new folder to keep the store in.")
    asked = parser.parse_args()
    if not FOLDER.is_dir():
        print(f"no sets in {FOLDER}; UMMID_BENCH_DATA names the folder that holds them")
        return
    with tempfile.TemporaryDirectory(prefix="ummid-meaning-") as folder:
        path, count = feed.write(Path(folder), asked.limit)
        store = asked.store or Path(folder) / "store"
        runs = [_once(store, path, count, asked.workers) for _ in range(2)]
    again = runs[1]
    if again["enriched"] or again["embedded"]:
        raise SystemExit(f"a second run of the same feed did something: {again}")
    print(json.dumps({"titles": count, "workers": asked.workers, "first": runs[0], "again": again}))


def _once(store: Path, path: Path, count: int, workers: int) -> dict[str, Any]:
    with importing_beam():
        from pipelines.ingest.job import run_ingest
        from transforms.files import match
    from ummid.enrich.choose import Chosen
    from ummid.ingest.context import close_table, open_table
    from ummid.search import stored

    before, began, watch = _processors(), time.perf_counter(), Watch()
    report = run_ingest(
        store,
        match(str(path), feed.PARTNER),
        feed.partners(),
        workers=workers,
        progress=watch,
        enricher=Chosen(),
    )
    ingested = time.perf_counter()
    model = Timed(stored.embedder())
    done = stored.update(open_table(store), store, model, lambda _: None)
    ended = time.perf_counter()
    close_table(store)
    heard = watch.heard
    marks = [began, *(heard[s] for s in ("Read", "Apply", "Pair", "Compare", "Resolve", "Publish"))]
    names = ("read", "apply", "pair", "compare", "resolve", "publish", "enrich")
    steps = {
        name: later - earlier
        for name, earlier, later in zip(names, marks, [*marks[1:], ingested], strict=True)
    }
    steps |= {"embed": model.seconds, "index": ended - ingested - model.seconds}
    whole = ended - began
    return {
        "titles_per_second": round(count / whole, 1),
        "seconds": round(whole, 1),
        "processor_seconds": round(_processors() - before, 1),
        "steps": {name: [round(s, 2), f"{s / whole:.1%}"] for name, s in steps.items()},
        "published": report.published,
        "enriched": report.enrichment.enriched,
        "embedded": done.embedded,
        "reused": done.reused,
    }


def _processors() -> float:
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
