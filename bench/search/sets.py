"""Catalogues, queries and filters as files, and the labelled sets kept beside the checkout."""

import json
import math
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from ummid.search.document import Document
from ummid.search.genres import asked_as
from ummid.stores.vectors import Filter, Restricts

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "bench-data"
FOLDER = Path(os.environ.get("UMMID_BENCH_DATA", _BESIDE)) / "search"

Run = Mapping[str, Sequence[str]]


class Query(NamedTuple):
    qid: str
    set: str
    text: str


def documents(file: Path) -> Iterator[Document]:
    for row in pq.read_table(file).to_pylist():
        yield _document(row)


def queries(file: Path) -> list[Query]:
    return [Query(**row) for row in pq.read_table(file).to_pylist()]


def filters(file: Path) -> dict[str, Filter]:
    """By query id. A key that no document can be asked about is an error, not ignored."""
    return {
        row["qid"]: _filter(json.loads(row["filter"])) for row in pq.read_table(file).to_pylist()
    }


def grades() -> dict[str, dict[str, int]]:
    graded: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in pq.read_table(FOLDER / "qrels.parquet").to_pylist():
        best = max(row["grade"], graded[row["qid"]].get(row["doc_id"], 0))
        graded[row["qid"]][row["doc_id"]] = best
    return dict(graded)


class Scored(NamedTuple):
    """The measures of `score_search.py` beside the sets."""

    ndcg10: float
    recall10: float
    mrr10: float
    recall100: float


def score(run: Run, graded: Mapping[str, Mapping[str, int]], qids: Iterable[str]) -> Scored:
    each = [_score(run.get(qid, ()), graded[qid]) for qid in qids if qid in graded]
    return Scored(*(round(sum(values) / len(each), 4) for values in zip(*each, strict=True)))


def _score(found: Sequence[str], graded: Mapping[str, int]) -> Scored:
    got = [graded.get(doc, 0) for doc in found[:100]]
    first = next((n for n, grade in enumerate(got[:10], 1) if grade), None)
    return Scored(
        _gain(got[:10]) / _gain(sorted(graded.values(), reverse=True)[:10]),
        sum(grade > 0 for grade in got[:10]) / min(len(graded), 10),
        1 / first if first else 0.0,
        sum(grade > 0 for grade in got) / len(graded),
    )


def _gain(graded: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(n + 2) for n, grade in enumerate(graded))


def _document(row: Mapping[str, Any]) -> Document:
    genres, partners = _list(row["genres"]), _list(row["partners"])
    year = None if row["year"] is None else int(row["year"])
    tokens = {
        "type": _list(row["type"]),
        "genre": genres,
        "partner": partners,
        "country": _list(row["countries"]),
    }
    return Document(
        id=row["doc_id"],
        titles=(row["title"] or "",),
        text=row["description"] or "",
        tagline=row["tagline"] or "",
        keywords=_list(row["keywords"]),
        genres=asked_as(genres),
        people=_list(row["cast"]) + _list(row["directors"]),
        kind=row["type"] or "",
        year=year,
        restricts=Restricts(
            {space: named for space, named in tokens.items() if named},
            {} if year is None else {"year": year},
        ),
    )


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part for part in (text or "").split("|") if part)


def _filter(asked: Mapping[str, Any]) -> Filter:
    allow = {}
    ranges: dict[str, tuple[int | None, int | None]] = {}
    for key, value in asked.items():
        if key in {"year_min", "year_max"}:
            ranges["year"] = (asked.get("year_min"), asked.get("year_max"))
        elif key in {"type", "genre", "partner", "country"}:
            allow[key] = tuple(value) if isinstance(value, list) else (str(value),)
        elif key == "year":
            ranges["year"] = (value, value)
        else:
            raise SystemExit(f"filter {asked}: {key!r} is not known; use type, genre, partner, ...")
    return Filter(allow=allow, ranges=ranges)
