"""Search measured: a run over files, and how good it is on the labelled sets.

    python -m bench.search --docs DOCS --queries QUERIES [--filters FILTERS] --out RUN.tsv
    python -m bench.search --score [--words] [--keep VECTORS.npz]
    python -m bench.search --titles 1000000 [--each 100] [--keep VECTORS.npz] [--folder DIR]
    python -m bench.search --titles 100000 --changes 10 [--share 0.01]

With --docs, answers every query through the search that the API uses, 100 documents each, all of
which satisfy the query's filter, and ends with one JSON line: seconds, p50 and p95 of a query,
seconds to build the index, peak memory. --score judges by the sets beside the checkout, without
filters and with them. --words leaves meaning out. --keep holds vectors from run to run. --titles
makes so many titles of the catalogue's (see `scale`), indexes them, and asks --each real queries
of every set, with filters and without: p50, p95 and p99 in ms, in all and by part. --folder keeps
the index from run to run. --changes indexes the words of so many titles in memory and in parts,
then changes --share of them so many times: seconds, peak memory and parts of each.
"""

import argparse
import json
from pathlib import Path

from bench.search import run, sets


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.search")
    for flag in ("--docs", "--queries", "--filters"):
        parser.add_argument(flag, type=Path, metavar="PARQUET")
    parser.add_argument("--out", type=Path, metavar="RUN.tsv")
    parser.add_argument("--score", action="store_true")
    parser.add_argument("--words", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="VECTORS.npz")
    parser.add_argument("--titles", type=int, metavar="N")
    parser.add_argument("--each", type=int, default=100, metavar="QUERIES")
    parser.add_argument("--folder", type=Path, metavar="DIR")
    parser.add_argument("--changes", type=int, metavar="ROUNDS")
    parser.add_argument("--share", type=float, default=0.01)
    asked = parser.parse_args()
    if asked.titles and asked.changes:
        _changing(asked)
    elif asked.titles:
        _large(asked)
    elif asked.docs and asked.queries and asked.out:
        _run(asked)
    elif asked.score or not (asked.docs or asked.queries or asked.out):
        _score(asked)
    else:
        parser.error("a run needs --docs, --queries and --out")


def _run(asked: argparse.Namespace) -> None:
    built = run.build(asked.docs, asked.keep, lexical=asked.words)
    filters = sets.filters(asked.filters) if asked.filters else {}
    answers = run.answer(built.searcher, sets.queries(asked.queries), filters)
    run.write(answers.found, asked.out)
    print(json.dumps(run.figures(built, answers)))


def _large(asked: argparse.Namespace) -> None:
    from bench.search.large import measure

    for line in measure(asked.titles, asked.keep, asked.each, asked.folder):
        print(line, flush=True)


def _changing(asked: argparse.Namespace) -> None:
    from bench.search.changing import measure

    for line in measure(asked.titles, asked.share, asked.changes):
        print(line, flush=True)


def _score(asked: argparse.Namespace) -> None:
    if not sets.FOLDER.is_dir():
        print(f"no sets in {sets.FOLDER}; UMMID_BENCH_DATA names the folder that holds them")
        return
    built = run.build(sets.FOLDER / "docs.parquet", asked.keep, lexical=asked.words)
    queries, graded = sets.queries(sets.FOLDER / "queries.parquet"), sets.grades()
    filters = sets.filters(sets.FOLDER / "filters.parquet")
    filtered = [query for query in queries if query.qid in filters]
    for name, part, within in (("", queries, {}), ("filtered ", filtered, filters)):
        answers = run.answer(built.searcher, part, within)
        found = {qid: [hit.id for hit in hits] for qid, hits in answers.found.items()}
        for label in sorted({query.set for query in part}):
            qids = [query.qid for query in part if query.set == label]
            scored = sets.score(found, graded, qids)._asdict()
            print(json.dumps({"set": name + label, "queries": len(qids), **scored}))
        print(json.dumps(run.figures(built, answers)))


if __name__ == "__main__":
    main()
