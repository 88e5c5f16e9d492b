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

from bench.identity import calibration
from bench.identity.candidates import Entry, entries, joined, pairs
from bench.identity.fitting import Matrix
from bench.identity.sets import PARTNERS, World, clusters, composed, imdb_tmdb, imdb_tvdb, source
from bench.identity.sets import worlds as all_worlds
from ummid.identity import model
from ummid.identity.compare import Evidence, compare
from ummid.identity.model import Model

FOLDS = 5
MERGE, REVIEW = 3500, 500
"""What joins by itself: the middle of a stretch, .20 to .40, over which F1 hardly moves, also on
partners that the weights never saw."""
THRESHOLDS = (1000, 2000, 3000, 4000, 5000)

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
        together = joined_in(world, found, likely, merge)
        for labels in world.sets:
            parts = []
            for fold in range(FOLDS):
                gold = frozenset(p for p in labels.gold if folds(*p) == fold)
                part = labels._replace(gold=gold).score(p for p in together if folds(*p) == fold)
                parts.append(part.f1)
            score = labels.score(together)
            yield Figure(labels.name, labels.asked, score.f1, statistics.stdev(parts))


class Unseen(NamedTuple):
    """F1 of one partner's pairs by all weights, and by those that never saw it at THRESHOLDS."""

    partner: str
    seen: float
    unseen: tuple[float, ...]


def without_one(found: Sequence[Example], matrix: Matrix) -> Iterator[Unseen]:
    world = next(w for w in learning() if w.name == "partners")
    labels = world.main
    everybody = matrix.likely(matrix.fit(np.full(len(matrix.rows), True)))
    by_all = joined_in(world, found, everybody, MERGE)
    for partner in PARTNERS:
        touches = _touching(partner)
        own = labels._replace(gold=frozenset(filter(touches, labels.gold)))
        strange = np.array([not touches((e.one.id, e.other.id)) for e in found])
        likely = matrix.likely(matrix.fit(strange))
        unseen = tuple(
            own.score(filter(touches, joined_in(world, found, likely, merge))).f1
            for merge in THRESHOLDS
        )
        yield Unseen(partner, own.score(filter(touches, by_all)).f1, unseen)


def _touching(partner: str) -> Callable[[tuple[str, str]], bool]:
    return lambda pair: partner in (source(pair[0]), source(pair[1]))


def joined_in(
    world: World, found: Sequence[Example], likely: Any, merge: int
) -> set[tuple[str, str]]:
    """The pairs of ids of a world that clustering puts together at a threshold."""
    mine = [n for n, e in enumerate(found) if e.world == world.name]
    return joined(
        [(found[n].one, found[n].other) for n in mine], [int(likely[n]) for n in mine], merge
    )


def train() -> None:
    found = [e for world in learning() for e in examples(world)]
    matrix = Matrix(found)
    shipped = matrix.model(matrix.fit(np.full(len(matrix.rows), True)), MERGE, REVIEW)
    write(shipped)
    print(
        f"weights.json: {len(shipped.weights)} weights of {int(matrix.judged.sum())} judged pairs"
    )
    likely = cross_validated(matrix)
    print(f"\n{'cross-validated by title':28} asked    F1  ± over {FOLDS} folds")
    for figure in figures(found, likely):
        asked = f"{figure.asked:.3f}" if figure.asked else "-"
        print(f"{figure.name:28} {asked:>5} {figure.f1:.4f} ± {figure.spread:.4f}")
    _print_calibration(found, matrix, likely)
    print(f"\n{'pairs of one partner':22} seen   unseen, joined from")
    print(f"{'':29}", *(f"{merge:<6}" for merge in THRESHOLDS))
    left_out = list(without_one(found, matrix))
    for one in left_out:
        print(f"{one.partner:22} {one.seen:.4f}", *(f"{f1:.4f}" for f1 in one.unseen))
    means = (statistics.mean(f1) for f1 in zip(*(one.unseen for one in left_out), strict=True))
    print(f"{'mean':22} {'':6}", *(f"{mean:.4f}" for mean in means))


def _print_calibration(found: Sequence[Example], matrix: Matrix, likely: Any) -> None:
    judged = matrix.judged
    table = calibration.tenths(likely[judged], matrix.same[judged], matrix.weight[judged])
    print(f"\n{'cross-validated probability':28}  pairs  said found")
    for n, tenth in enumerate(table):
        print(f"{f'.{n}':28} {tenth.pairs:6} {tenth.said:.3f} {tenth.found:.3f}")
    print(f"{'mean distance':28} {calibration.error(table):.4f}")
    ours = judged & np.array([e.world == "partners" for e in found])
    gold = len(next(w for w in learning() if w.name == "partners").main.gold)
    best = max(calibration.expected(likely[ours], gold), key=lambda each: each[1])
    print(f"promised F1 of the five feeds, pair by pair, greatest at {best[0]}: {best[1]:.4f}")
