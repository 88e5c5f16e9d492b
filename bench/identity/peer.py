"""Splink (DuckDB) on the five partner feeds, beside the pipeline, alternating in one run.

Splink gets the same fields as columns, cleaned as its users would clean them, four rules of
blocking, comparisons from its own library and parameters estimated without labels. Of nine
thresholds the best for it is taken: an upper estimate. Each round runs in a process of its own.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from bench.identity.pipeline import peak_megabytes, resolve
from bench.identity.sets import World, worlds

THRESHOLDS = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99)
_WAYS = ("ummid", "splink")
_INVERTED = r"^(.*), (The|A|An|Les?|La|El|Der|Die|Das|Il)$"


def peer(rounds: int) -> None:
    found: dict[str, list[dict[str, float]]] = {way: [] for way in _WAYS}
    for number in range(rounds):
        for way in _WAYS if number % 2 == 0 else _WAYS[::-1]:
            run = subprocess.run(
                [sys.executable, "-m", "bench.identity.peer", way],
                check=True,
                capture_output=True,
                text=True,
            )
            found[way].append(json.loads(run.stdout.splitlines()[-1]))
            print(number + 1, way, found[way][-1], flush=True)
    medians = {
        way: {name: statistics.median(f[name] for f in runs) for name in runs[0]}
        for way, runs in found.items()
    }
    print(json.dumps(medians))


def measured(way: str) -> dict[str, float]:
    world = next(w for w in worlds() if w.name == "partners")
    began = time.perf_counter()
    results = _splink(world) if way == "splink" else iter([set(resolve(world.files).matches())])
    first = next(results)
    seconds = time.perf_counter() - began
    best = max(world.main.score(pairs).f1 for pairs in (first, *results))
    return {"seconds": round(seconds, 1), "f1": round(best, 4), "peak_mb": peak_megabytes()}


def _splink(world: World) -> Iterator[set[tuple[str, str]]]:
    """The pairs in one cluster, threshold by threshold; the first is what is timed."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="rid",
        blocking_rules_to_generate_predictions=[
            block_on("name"),
            block_on("substr(name, 1, 6)", "year"),
            block_on("last_word", "year"),
            block_on("director", "year"),
        ],
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.95, 0.88]),
            cl.ExactMatch("year"),
            cl.ExactMatch("type"),
            cl.JaroWinklerAtThresholds("director", [0.9]),
        ],
    )
    database = DuckDBAPI()
    frames = [database.register(frame) for frame in _frames(world)]
    linker = Linker(frames, settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("name", "year")], recall=0.7
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("name"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("year", "director"))
    predicted = linker.inference.predict(threshold_match_probability=THRESHOLDS[0])
    for threshold in THRESHOLDS:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=threshold
        ).as_pandas_dataframe()
        yield _pairs(clusters)


def _pairs(clusters: Any) -> set[tuple[str, str]]:
    members = clusters.groupby("cluster_id").rid.agg(list)
    return {
        (a, b)
        for group in members
        for a, b in combinations(sorted(group), 2)
        if a.partition(":")[0] != b.partition(":")[0]
    }


def _frames(world: World) -> Any:
    import pandas as pd

    for path in world.files:
        frame = pd.read_parquet(path)
        year = frame.title.str.extract(r"\((\d{4})\)\s*$")[0]
        frame["year"] = year if "year" not in frame else frame.year.where(frame.year != "", year)
        bare = frame.title.str.replace(r"\(.*?\)", "", regex=True).str.strip()
        bare = bare.str.replace(_INVERTED, r"\2 \1", regex=True)
        name = bare.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii")
        frame["name"] = name.str.lower().str.replace(r"[^a-z0-9]+", " ", regex=True).str.strip()
        frame["last_word"] = frame.name.str.rsplit(" ", n=1).str[-1]
        people = frame.directors if "directors" in frame else pd.Series("", index=frame.index)
        frame["director"] = people.str.lower().str.partition("|")[0]
        kept = frame[["rid", "type", "name", "year", "last_word", "director"]]
        yield kept.where(kept != "", None)


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1])))
