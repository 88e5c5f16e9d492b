"""Splink (DuckDB) on the five partner feeds, beside the pipeline, alternating in one run.

Splink gets the same fields as columns, cleaned as its users would clean them, eight rules of
blocking, comparisons from its own library for all that two feeds state, parameters estimated
without labels, and clusters of one record per feed at most. Of nine thresholds the best for it is
taken: an upper estimate. Each round runs in a process of its own; processor time is told beside the
time by the clock, since other work on the machine lengthens the latter alone.
"""

import json
import os
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
_ARTICLE = r"^(?:the|an?|el|l[aeo]s?|il|der|die|das) "
_GENRES = {
    "sci-fi": "scifi",
    "science fiction": "scifi",
    "documentation": "documentary",
    "children": "family",
}
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
    began, before = time.perf_counter(), _processor()
    results = _splink(world) if way == "splink" else iter([set(resolve(world.files).matches())])
    first = next(results)
    seconds, processor = time.perf_counter() - began, _processor() - before
    best = max(world.main.score(pairs).f1 for pairs in (first, *results))
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        "f1": round(best, 4),
        "peak_mb": peak_megabytes(),
    }


def _processor() -> float:
    """Seconds of this process and of those it has ended."""
    return sum(os.times()[:4])


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
            block_on("first_word", "year"),
            block_on("director", "year"),
            block_on("director", "substr(name, 1, 3)"),
            "l.other_name = r.name",
            "l.name = r.other_name",
        ],
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.97, 0.92, 0.85]),
            _apart("year", 0, 1, 2),
            cl.ExactMatch("type"),
            cl.JaroWinklerAtThresholds("director", [0.9]),
            _apart("runtime", 2, 10),
            cl.ArrayIntersectAtSizes("genres", [2, 1]),
        ],
    )
    database = DuckDBAPI()
    frames = [database.register(frame) for frame in _frames(world)]
    linker = Linker(frames, settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("name", "year")], recall=0.85
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in (
        block_on("name"),
        block_on("year", "substr(name, 1, 6)"),
        block_on("year", "director"),
    ):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=THRESHOLDS[0])
    for threshold in THRESHOLDS:
        clusters = linker.clustering.cluster_using_single_best_links(
            predicted,
            duplicate_free_datasets=[frame.templated_name for frame in frames],
            threshold_match_probability=threshold,
        ).as_pandas_dataframe()
        yield _pairs(clusters)


def _apart(column: str, *steps: int) -> Any:
    """Two numbers by how far they are apart at most."""
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    levels = [
        {
            "sql_condition": f"abs({column}_l - {column}_r) <= {most}",
            "label_for_charts": f"{most} apart at most",
        }
        for most in steps
    ]
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[cll.NullLevel(column), *levels, cll.ElseLevel()],
    )


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
        frame["name"] = _name(frame.title.str.replace(r"\(.*?\)", "", regex=True))
        other = frame.title.str.extract(r"\((?:a\.k\.a\. )?([^()]*[A-Za-z][^()]*)\)")[0]
        frame["other_name"] = _name(other.fillna(""))
        words = frame.name.str
        frame["first_word"] = words.split(" ", n=1).str[0]
        frame["last_word"] = words.rsplit(" ", n=1).str[-1]
        people = frame.directors if "directors" in frame else pd.Series("", index=frame.index)
        frame["director"] = people.str.lower().str.partition("|")[0]
        kept = frame[["rid", "type", "name", "other_name", "first_word", "last_word", "director"]]
        kept = kept.where(kept != "", None)
        for number in ("year", "runtime"):
            kept[number] = (
                pd.to_numeric(frame[number], errors="coerce") if number in frame else None
            )
            kept[number] = kept[number].astype("Float64")
        kept["genres"] = frame.genres.map(_genres)
        yield kept


def _name(title: Any) -> Any:
    """Lower-case words without an article, as `re` and pandas make them."""
    text = title.str.strip().str.replace(_INVERTED, r"\2 \1", regex=True)
    text = text.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii").str.lower()
    text = text.str.replace("&", " and ").str.replace("'", "")
    text = text.str.replace(r"[^a-z0-9]+", " ", regex=True).str.strip()
    return text.str.replace(_ARTICLE, "", regex=True)


def _genres(text: str) -> list[str] | None:
    return sorted({_GENRES.get(g, g) for g in text.lower().split("|")}) if text else None


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1])))
