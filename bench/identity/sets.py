"""The labelled sets kept beside the checkout, and what of a result each of them judges.

The definitions are those of `score_identity.py` beside the sets: half sets count only what
touches the half given, the movie graph is judged on titles and gold v1.1.0.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "bench-data"
FOLDER = Path(os.environ.get("UMMID_BENCH_DATA", _BESIDE)) / "identity"
PARTNERS = ("disney", "hetrec_es", "movielens", "paramount", "tmdb")
_TITLES = frozenset({"movie", "series", "episode"})

Pair = tuple[str, str]


class Score(NamedTuple):
    """How a set of pairs stands to the labels."""

    pairs: int
    gold: int
    hits: int

    @property
    def precision(self) -> float:
        return self.hits / self.pairs if self.pairs else 0.0

    @property
    def recall(self) -> float:
        return self.hits / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.pairs + self.gold) if self.pairs + self.gold else 0.0

    def __str__(self) -> str:
        return f"{self.precision:.4f} {self.recall:.4f} {self.f1:.4f}"


class Labelled(NamedTuple):
    """A set of labels: every pair of records that is one title, and which pairs it judges."""

    name: str
    asked: float | None
    gold: frozenset[Pair]
    judges: Callable[[str, str], bool]

    def score(self, pairs: Iterable[Pair]) -> Score:
        judged = {pair for pair in pairs if self.judges(*pair)}
        return Score(len(judged), len(self.gold), len(judged & self.gold))


class World(NamedTuple):
    """Files that are resolved together, in order, and the sets that judge the result."""

    name: str
    files: tuple[Path, ...]
    sets: tuple[Labelled, ...]

    @property
    def main(self) -> Labelled:
        """The set with every label of this world."""
        return self.sets[-1]


def worlds() -> tuple[World, ...]:
    """All that the issue asks figures of, and a smoke test."""
    return (
        World("imdb-tmdb", _records("mgb_imdb", "mgb_tmdb"), (imdb_tmdb(),)),
        World("imdb-tvdb", _records("mgb_imdb", "mgb_tvdb"), (imdb_tvdb(),)),
        World("partners", _records(*(f"partners_{p}" for p in PARTNERS)), partners()),
        World("imdb-dbpedia", _files("imdb_dbpedia_left", "imdb_dbpedia_right"), (dbpedia(),)),
        World(
            "imdb-thenumbers",
            _files("imdb_thenumbers_left", "imdb_thenumbers_right"),
            (the_numbers(),),
        ),
    )


def composed() -> World:
    """TMDB with TVDB, labelled through the IMDb record that both go with: to learn from."""
    tmdb, tvdb = dict(sorted(imdb_tmdb().gold)), dict(sorted(imdb_tvdb().gold))
    gold = frozenset((tmdb[i], tvdb[i]) for i in tmdb.keys() & tvdb.keys())
    left, right = {a for a, _ in gold}, {b for _, b in gold}
    labels = Labelled("tmdb-tvdb", None, gold, lambda a, b: a in left and b in right)
    return World("tmdb-tvdb", _records("mgb_tmdb", "mgb_tvdb"), (labels,))


def imdb_tmdb(*, original: bool = False) -> Labelled:
    half = set(column("mgb_imdb_tmdb_left_ids", "a"))
    titles = _titles("mgb_imdb_records") | _titles("mgb_tmdb_records")
    gold = _graph_gold("mgb_imdb_tmdb_gold_half", original)
    return Labelled(
        "imdb-tmdb", 0.960, gold, lambda a, b: a in half and a in titles and b in titles
    )


def imdb_tvdb(*, original: bool = False) -> Labelled:
    titles = _titles("mgb_imdb_records") | _titles("mgb_tvdb_records")
    gold = _graph_gold("mgb_imdb_tvdb_gold", original)
    return Labelled("imdb-tvdb", 0.955, gold, lambda a, b: a in titles and b in titles)


def partners() -> tuple[Labelled, ...]:
    cluster = clusters()
    labelled = set(column("partners_labelled_ids", "rid"))
    members: defaultdict[str, list[str]] = defaultdict(list)
    for rid, name in cluster.items():
        members[name].append(rid)
    gold = frozenset(
        (a, b)
        for found in members.values()
        for a, b in combinations(sorted(found), 2)
        if source(a) != source(b)
    )

    def judges(a: str, b: str) -> bool:
        known = a in labelled and b in labelled and (a in cluster or b in cluster)
        return known and source(a) != source(b)

    asked = (
        ("movielens", "tmdb", 0.980),
        ("hetrec_es", "tmdb", 0.965),
        ("movielens", "paramount", 0.945),
        ("disney", "tmdb", 0.970),
    )
    one_by_one = tuple(
        Labelled(
            f"{one}-{other}",
            figure,
            frozenset(p for p in gold if (source(p[0]), source(p[1])) == (one, other)),
            lambda a, b, both=(one, other): (source(a), source(b)) == both and judges(a, b),
        )
        for one, other, figure in asked
    )
    return (*one_by_one, Labelled("five feeds", 0.940, gold, judges))


def dbpedia() -> Labelled:
    gold = frozenset(_pairs("imdb_dbpedia_gold_half"))
    return Labelled("imdb-dbpedia", 0.850, gold, lambda a, _: _in_half(a))


def the_numbers() -> Labelled:
    table = pq.read_table(FOLDER / "imdb_thenumbers_pairs.parquet").to_pylist()
    judged = {(row["ltable_id"], row["rtable_id"]): row["gold"] == "1" for row in table}
    gold = frozenset(pair for pair, same in judged.items() if same)
    return Labelled("imdb-thenumbers", None, gold, lambda a, b: (a, b) in judged)


def source(rid: str) -> str:
    return rid.partition(":")[0]


@cache
def clusters() -> dict[str, str]:
    """Of each labelled record of the partner feeds, the name of its title."""
    return dict(
        zip(column("partners_labels", "rid"), column("partners_labels", "cluster"), strict=True)
    )


@cache
def column(name: str, field: str) -> tuple[str, ...]:
    table = pq.read_table(FOLDER / f"{name}.parquet", columns=[field])
    return tuple(table.column(field).to_pylist())


def _in_half(left: str) -> bool:
    return int(hashlib.sha1(f"d10{left}".encode()).hexdigest(), 16) % 2 == 0


def _titles(name: str) -> set[str]:
    named = zip(column(name, "id"), column(name, "title"), strict=True)
    return {record for record, title in named if title}


def _graph_gold(name: str, original: bool) -> frozenset[Pair]:
    kinds, first = column(name, "kind"), column(name, "in_original_gold")
    return frozenset(
        pair
        for pair, kind, old in zip(_pairs(name), kinds, first, strict=True)
        if kind in _TITLES and (not original or str(old) == "True")
    )


def _pairs(name: str) -> list[Pair]:
    return list(zip(column(name, "a"), column(name, "b"), strict=True))


def _records(*names: str) -> tuple[Path, ...]:
    return _files(*(f"{name}_records" for name in names))


def _files(*names: str) -> tuple[Path, ...]:
    return tuple(FOLDER / f"{name}.parquet" for name in names)
