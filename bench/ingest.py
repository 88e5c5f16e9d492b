"""Ingesting catalogues: records/s through Beam beside the same functions in a plain loop.

    python -m bench.ingest FEED… [--rounds 3] [--workers 2] [--orders 2]

Each way runs in a process of its own, alternating, into a fresh store. Ends with one JSON
line: medians of seconds and records/s, their ratio, peak memory (MB, without and with
the mapped store), store size (MB), what a second run published, and with --orders whether that
many random orders gave equal views.
"""

import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bench.watching import watched
from ummid.machine import usable_cores

WAYS = ("beam", "loop")


@click.command()
@click.argument("feeds", nargs=-1, required=True)
@click.option("--partners", type=click.Path(path_type=Path), help="Partner profiles (TOML).")
@click.option("--rounds", default=3, show_default=True)
@click.option("--workers", default=usable_cores(), show_default=True, help="Cores to use.")
@click.option("--orders", default=0, help="Also compare the views of so many random orders.")
@click.option("--child", type=click.Choice(WAYS), hidden=True)
@click.option("--store", type=click.Path(path_type=Path), hidden=True)
@click.option("--seed", type=int, hidden=True)
def main(
    feeds: tuple[str, ...],
    partners: Path | None,
    rounds: int,
    workers: int,
    orders: int,
    child: str | None,
    store: Path | None,
    seed: int | None,
) -> None:
    """Measure an ingest of FEEDS."""
    if child and store:
        print(json.dumps(_measure(child, store, feeds, partners, workers, seed)))
        return
    with tempfile.TemporaryDirectory(prefix="ummid-bench-") as folder:
        print(json.dumps(_compare(Path(folder), feeds, partners, rounds, workers, orders)))


def _compare(
    folder: Path,
    feeds: Sequence[str],
    partners: Path | None,
    rounds: int,
    workers: int,
    orders: int,
) -> dict[str, Any]:
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    again: dict[str, Any] = {}
    for number in range(rounds):
        for way in WAYS if number % 2 == 0 else WAYS[::-1]:
            store = folder / way
            shutil.rmtree(store, ignore_errors=True)
            run = _child(way, store, feeds, partners, workers)
            found[way].append(run)
            click.echo(
                f"{way:<5} {run['records']:,} records in {run['seconds']:.1f} s: "
                f"{run['rate']:,.0f}/s, peak {run['peak_mb']:.0f} MB (with the store "
                f"{run['peak_mb_with_store']:.0f} MB), "
                f"store {run['store_mb']:.0f} MB",
                err=True,
            )
        again = _child("beam", folder / "beam", feeds, partners, workers)
    medians = {
        way: {
            key: statistics.median(run[key] for run in runs)
            for key in ("seconds", "rate", "peak_mb", "peak_mb_with_store", "store_mb")
        }
        for way, runs in found.items()
    }
    result = {
        "records": found["beam"][0]["records"],
        "rounds": rounds,
        "workers": workers,
        **medians,
        "ratio": round(medians["beam"]["rate"] / medians["loop"]["rate"], 3),
        "second_run": {key: again[key] for key in ("seconds", "published", "unchanged")},
        "same_views": found["beam"][0]["views"] == found["loop"][0]["views"],
    }
    if orders:
        agree = True
        for seed in range(orders):
            store = folder / "order"
            shutil.rmtree(store, ignore_errors=True)
            views = _child("loop", store, feeds, partners, workers, seed)["views"]
            agree &= views == found["beam"][0]["views"]
            click.echo(f"order {seed}: {'equal' if agree else 'OTHER'} views", err=True)
        result["random_orders"], result["orders_agree"] = orders, agree
    return result


def _child(
    way: str,
    store: Path,
    feeds: Sequence[str],
    partners: Path | None,
    workers: int,
    seed: int | None = None,
) -> dict[str, Any]:
    options = [f"--child={way}", f"--store={store}", f"--workers={workers}"]
    options += [f"--partners={partners}"] if partners else []
    options += [f"--seed={seed}"] if seed is not None else []
    seen = watched([sys.executable, "-m", "bench.ingest", *options, *feeds])
    measured: dict[str, Any] = json.loads(seen.output.splitlines()[-1])
    return measured | {"peak_mb": seen.peak, "peak_mb_with_store": seen.peak_with_files}


def _measure(
    way: str,
    store: Path,
    feeds: Sequence[str],
    partners: Path | None,
    workers: int,
    seed: int | None,
) -> dict[str, Any]:
    """One ingest in this process. With a seed, each source is a run of its own, in random order."""
    from pipelines.ingest.job import run_ingest
    from transforms.files import match
    from ummid.ingest.context import open_table
    from ummid.ingest.run import begin, ingest
    from ummid.partners import load_partners
    from ummid.views.digest import digest

    sources = [source for feed in feeds for source in match(feed)]
    known = load_partners(partners)
    began = time.perf_counter()
    if seed is not None:
        random.Random(seed).shuffle(sources)
    if way == "beam":
        reports = [run_ingest(store, sources, known, workers=workers)]
    else:
        reports = []
        for part in [sources] if seed is None else [[source] for source in sources]:
            with begin(store) as run:
                reports.append(ingest(run, part, known, workers=workers))
    seconds = time.perf_counter() - began
    records = sum(report.read for report in reports)
    return {
        "records": records,
        "seconds": seconds,
        "rate": records / seconds,
        "published": sum(report.published for report in reports),
        "unchanged": sum(report.unchanged for report in reports),
        "store_mb": (store / "data.mdb").stat().st_size / 1e6,
        "views": {name: list(found) for name, found in digest(open_table(store)).items()},
    }


if __name__ == "__main__":
    main()
