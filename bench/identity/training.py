"""Learning the weights of evidence from the labelled sets, and how well they hold elsewhere.

Folds are by title: no title is judged by weights that were fitted to it. The same input gives
the same file, byte for byte.
"""

import hashlib
import statistics
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from bench.identity.candidates import Entry, entries, joined, pairs
from bench.identity.sets import PARTNERS, World, clusters, composed, imdb_tmdb, imdb_tvdb, source
from bench.identity.sets import worlds as all_worlds
from ummid.identity import model
from ummid.identity.compare import Evidence, compare
from ummid.identity.model import SCALE, Model, declared, features

FOLDS = 5
MERGE, REVIEW = 3000, 500
STRENGTH = 0.5
"""The inverse of the regularisation."""

WORLDS = {
    "imdb-tmdb": 4.0,
    "imdb-tvdb": 4.0,
    "tmdb-tvdb": 2.0,
    "partners": 1.0,
    "imdb-dbpedia": 0.3,
    "imdb-thenumbers": 1.0,
}
"""What a pair of each world counts: small sets and odd ones get a voice of their size."""

COPIED = frozenset({"hetrec_es", "movielens"})
COPIED_COUNTS = 0.3
"""HetRec took its genres over from MovieLens: what they teach about genres holds nowhere else."""


class Example(NamedTuple):
    """A compared pair of a world, and what the labels say of it."""

    world: str
    one: Entry
    other: Entry
    evidence: Evidence
    same: bool
    judged: bool
    fold: int
    weight: float


def learning() -> list[World]:
    return [w for w in (*all_worlds(), composed()) if w.name in WORLDS]


def examples(world: World) -> list[Example]:
    labels, folds = world.main, Folds()
    found = []
    for one, other in pairs(entries(world.files)):
        weight = WORLDS[world.name]
        if {source(one.id), source(other.id)} == COPIED:
            weight *= COPIED_COUNTS
        found.append(
            Example(
                world.name,
                one,
                other,
                compare(one.links.profile, other.links.profile),
                (one.id, other.id) in labels.gold,
                labels.judges(one.id, other.id),
                folds(one.id, other.id),
                weight,
            )
        )
    return found


class Folds:
    """Into which part a pair falls, by the title that a label gives to one of its records."""

    def __init__(self) -> None:
        self._title = dict(clusters())
        for imdb, other in sorted(imdb_tmdb().gold | imdb_tvdb().gold):
            self._title[imdb] = self._title[other] = imdb

    def __call__(self, one: str, other: str) -> int:
        title = self._title.get(one) or self._title.get(other) or one
        return int(hashlib.md5(title.encode()).hexdigest(), 16) % FOLDS


class Matrix:
    """Examples by distinct evidence, so that a fit takes a second."""

    def __init__(self, found: Sequence[Example]) -> None:
        self.evidence = sorted({e.evidence for e in found})
        row = {evidence: n for n, evidence in enumerate(self.evidence)}
        self.rows = np.array([row[e.evidence] for e in found])
        self.same = np.array([e.same for e in found])
        self.judged = np.array([e.judged for e in found])
        self.fold = np.array([e.fold for e in found])
        self.weight = np.array([e.weight for e in found])
        named = [[name for name in features(e) if name] for e in self.evidence]
        self.names = sorted({name for names in named for name in names})
        column = {name: n for n, name in enumerate(self.names)}
        where = [(r, column[name]) for r, names in enumerate(named) for name in names]
        shape = len(self.evidence), len(self.names)
        self.table = csr_matrix((np.ones(len(where)), tuple(zip(*where, strict=True))), shape)
        self.declared = np.array([declared(e) or 0.0 for e in self.evidence])

    def fit(self, chosen: Any) -> Any:
        """Weights fitted to the chosen examples that are judged."""
        sums = []
        for same in (True, False):
            mask = chosen & self.judged & (self.same == same)
            sums.append(np.bincount(self.rows[mask], self.weight[mask], len(self.evidence)))
        parts = [np.flatnonzero(total) for total in sums]
        return LogisticRegression(C=STRENGTH, max_iter=1000).fit(
            vstack([self.table[part] for part in parts]),
            np.repeat([1, 0], [len(part) for part in parts]),
            sample_weight=np.concatenate(
                [total[part] for total, part in zip(sums, parts, strict=True)]
            ),
        )

    def likely(self, fitted: Any) -> Any:
        """What weights make of every example, in whole ten thousandths."""
        odds = self.table @ fitted.coef_[0] + fitted.intercept_[0] + self.declared
        return np.rint(SCALE / (1 + np.exp(-odds))).astype(int)[self.rows]


def fitted_model(matrix: Matrix) -> Model:
    fitted = matrix.fit(np.full(len(matrix.rows), True))
    weights = {
        name: rounded
        for name, weight in zip(matrix.names, fitted.coef_[0], strict=True)
        if (rounded := round(float(weight), 3))
    }
    return Model(round(float(fitted.intercept_[0]), 3), weights, MERGE, REVIEW)


def write(found: Model) -> None:
    path = Path(model.__file__).with_name("weights.json")
    body = msgspec.json.encode(found, order="sorted")
    path.write_bytes(msgspec.json.format(body, indent=1) + b"\n")


def cross_validated(matrix: Matrix) -> Any:
    """Of every example, the probability by weights fitted to the other folds."""
    likely = np.zeros(len(matrix.rows), int)
    for fold in range(FOLDS):
        of_others = matrix.likely(matrix.fit(matrix.fold != fold))
        likely[matrix.fold == fold] = of_others[matrix.fold == fold]
    return likely


class Figure(NamedTuple):
    name: str
    asked: float | None
    f1: float
    spread: float


def figures(found: Sequence[Example], likely: Any, merge: int = MERGE) -> Iterator[Figure]:
    """F1 of every labelled set, and the standard deviation over the folds."""
    folds = Folds()
    for world in learning():
        mine = [n for n, e in enumerate(found) if e.world == world.name]
        together = _joined(found, mine, likely, merge)
        for labels in world.sets:
            parts = []
            for fold in range(FOLDS):
                gold = frozenset(p for p in labels.gold if folds(*p) == fold)
                part = labels._replace(gold=gold).score(p for p in together if folds(*p) == fold)
                parts.append(part.f1)
            score = labels.score(together)
            yield Figure(labels.name, labels.asked, score.f1, statistics.stdev(parts))


def without_one(found: Sequence[Example], matrix: Matrix) -> Iterator[tuple[str, float, float]]:
    """Of each partner, F1 of its pairs by weights that never saw it, and by all weights."""
    labels = next(w for w in learning() if w.name == "partners").main
    mine = [n for n, e in enumerate(found) if e.world == "partners"]
    everybody = matrix.likely(matrix.fit(np.full(len(matrix.rows), True)))
    for partner in PARTNERS:
        touches = _touching(partner)
        seen = np.array([not touches((e.one.id, e.other.id)) for e in found])
        scores = []
        for likely in (matrix.likely(matrix.fit(seen)), everybody):
            together = filter(touches, _joined(found, mine, likely, MERGE))
            gold = frozenset(filter(touches, labels.gold))
            scores.append(labels._replace(gold=gold).score(together).f1)
        yield partner, scores[0], scores[1]


def _touching(partner: str) -> Callable[[tuple[str, str]], bool]:
    return lambda pair: partner in (source(pair[0]), source(pair[1]))


def _joined(
    found: Sequence[Example], chosen: Sequence[int], likely: Any, merge: int
) -> set[tuple[str, str]]:
    return joined(
        [(found[n].one, found[n].other) for n in chosen], [int(likely[n]) for n in chosen], merge
    )


def train() -> None:
    found = [e for world in learning() for e in examples(world)]
    matrix = Matrix(found)
    write(fitted_model(matrix))
    print(f"weights.json: {len(matrix.names)} weights from {int(matrix.judged.sum())} judged pairs")
    print(f"\n{'cross-validated by title':28} asked    F1  ± over {FOLDS} folds")
    for figure in figures(found, cross_validated(matrix)):
        asked = f"{figure.asked:.3f}" if figure.asked else "-"
        print(f"{figure.name:28} {asked:>5} {figure.f1:.4f} ± {figure.spread:.4f}")
    print(f"\n{'pairs of one partner':28} unseen  seen")
    for partner, unseen, seen in without_one(found, matrix):
        print(f"{partner:28} {unseen:.4f} {seen:.4f}")
