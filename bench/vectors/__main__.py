"""The embedded vector index beside exact scans and a graph: recall, time, memory.

    python -m bench.vectors [--n 1000000] [--queries 200] [--rounds 1] [--vectors FILE.npy]
                            [--no-hnsw] [--folder DIR]

They take turns with 25 queries each, so that a slow moment of the machine meets all. Filters are
asked as a caller would: tokens, compiled by the index. The last line is JSON.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path


def main() -> None:
    arguments = _arguments()
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    os.environ.update(dict.fromkeys(threads, "1"))  # before numpy comes
    from bench.vectors.measure import measure

    folder = Path(tempfile.mkdtemp(dir=arguments.folder))
    try:
        print(json.dumps(measure(arguments, folder)))
    finally:
        shutil.rmtree(folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--n", type=int, default=1_000_000)
    parser.add_argument("--d", type=int, default=256, help="dimensions of made-up vectors")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument(
        "--vectors",
        type=Path,
        help="a .npy of real embeddings, one a row; fewer than --n are made more by mixing",
    )
    parser.add_argument("--hnsw", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--folder", type=Path, help="where the index is made for the time of it")
    return parser.parse_args()


if __name__ == "__main__":
    main()
