"""Entity resolution measured: the pipeline's own steps on files, labelled sets and beside a peer.

    python -m bench.identity --records FILE… --out PAIRS.csv [--clusters CLUSTERS.csv]
    python -m bench.identity --score | --train | --peer [--rounds 3] | --growth | --pictures FOLDER

With --records, writes every pair of record ids from different files judged the same title, the
id of the file named earlier first, and ends with one JSON line: seconds, pairs compared, peak
memory. --score judges by the labelled sets beside the checkout, --train learns the shipped
weights from them anew, --pictures draws how its probabilities stand to the labels, --peer runs
Splink on the same records, --growth shows how cost grows.
"""

import argparse
import json
import sys
from importlib.util import find_spec
from pathlib import Path

from bench.identity import pipeline, report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.identity")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--records", nargs="+", type=Path, metavar="FILE")
    for flag in ("--score", "--train", "--peer", "--growth"):
        what.add_argument(flag, action="store_true")
    what.add_argument("--pictures", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, metavar="PAIRS.csv")
    parser.add_argument("--clusters", type=Path, metavar="CLUSTERS.csv")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", nargs="+", type=int, default=[100_000, 300_000, 1_000_000])
    asked = parser.parse_args()
    if asked.peer and find_spec("splink") is None:
        parser.error("--peer needs splink, which is not installed: run 'scripts/setup.sh bench'")
    if asked.records:
        if not asked.out:
            parser.error("--records needs --out PAIRS.csv")
        _records(asked.records, asked.out, asked.clusters)
    elif asked.growth:
        from bench.identity import growth

        growth.growth(asked.sizes)
    elif not (asked.train or asked.peer or asked.pictures):
        report.score()
    elif reason := report.missing():
        print(reason)
    elif asked.train:
        from bench.identity import training

        training.train()
    elif asked.pictures:
        from bench.identity import pictures

        pictures.pictures(asked.pictures)
    else:
        from bench.identity import peer

        peer.peer(asked.rounds)


def _records(files: list[Path], out: Path, clusters: Path | None) -> None:
    resolved = pipeline.resolve(files)
    written = pipeline.write_pairs(resolved, out)
    if clusters:
        pipeline.write_clusters(resolved, clusters)
    figures = {
        "seconds": round(sum(resolved.seconds.values()), 2),
        "pairs_compared": resolved.pairs,
        "peak_mb": pipeline.peak_megabytes(),
        "pairs_written": written,
        "steps": resolved.seconds,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
