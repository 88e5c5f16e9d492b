"""Weights fitted so that what says more never weighs less and what is not stated weighs nothing.

A field is told by steps, one for each level that it reaches or misses. A step that is reached
may only add, one that is missed only take away; together with titles that are at least, or less
than, so much alike it is a step of its own. Every weight is a sum of such steps, so whatever is
fitted rises with the level and with the likeness of the titles, and silence stays at nothing.

Silence is worth nothing only if a field that speaks is worth something on either side of it. The
labelled sets state nearly every year, and would leave that open: so a quarter of what a pair
counts it counts with one of its fields hidden, each in its turn.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit

from ummid.identity.compare import Evidence
from ummid.identity.levels import LEVELS, UNKNOWN
from ummid.identity.model import GROUPED, GROUPS, SCALE, Model, declared, title_group, weight_name

STRENGTH = 0.5
"""The inverse of the regularisation."""

HIDDEN = 0.25
"""How much of a pair is learnt with one of its fields hidden."""
_HIDDEN_TOGETHER = {"people": ("people", "shared", "directors")}
"""Who directed is one of those who are compared as people."""


class Judged(Protocol):
    """A compared pair, and what the labels say of it."""

    @property
    def evidence(self) -> Evidence: ...
    @property
    def same(self) -> bool: ...
    @property
    def judged(self) -> bool: ...
    @property
    def fold(self) -> int: ...
    @property
    def weight(self) -> float: ...


class Step(NamedTuple):
    """A level reached or missed; with a group, by titles at least or less than so much alike."""

    field: str
    level: str
    reached: bool
    group: str = ""


def steps(field: str, level: str, group: str) -> Iterator[Step]:
    """The steps of a field's level, those that also depend on the titles where a group is given."""
    reached = path(field, level)
    for step, below in LEVELS[field].items():
        if below or field == "title":  # the least level of all is reached by everybody
            yield from _steps(field, step, step in reached, group)


def _steps(field: str, step: str, reached: bool, group: str) -> Iterator[Step]:
    if not group:
        yield Step(field, step, reached)
        return
    for named in GROUPS[1:]:
        if reached == (GROUPS.index(group) >= GROUPS.index(named)):
            yield Step(field, step, reached, named)


def _all_steps(e: Evidence) -> Iterator[Step]:
    group = title_group(e.title)
    for field in LEVELS:
        level = getattr(e, field)
        if level != UNKNOWN:
            yield from steps(field, level, "")
            if field in GROUPED and group != UNKNOWN:
                yield from steps(field, level, group)


def hidden(e: Evidence) -> list[Evidence]:
    """The evidence without each of the fields that are stated, the title apart."""
    return [
        e._replace(**dict.fromkeys(_HIDDEN_TOGETHER.get(field, (field,)), UNKNOWN))
        for field in LEVELS
        if field not in ("title", "shared") and getattr(e, field) != UNKNOWN
    ]


class Matrix:
    """Examples by distinct evidence, so that a fit takes a second."""

    def __init__(self, found: Sequence[Judged]) -> None:
        self.evidence = sorted({e.evidence for e in found})
        row = {evidence: n for n, evidence in enumerate(self.evidence)}
        self.rows = np.array([row[e.evidence] for e in found])
        self.same = np.array([e.same for e in found])
        self.judged = np.array([e.judged for e in found])
        self.fold = np.array([e.fold for e in found])
        self.weight = np.array([e.weight for e in found])
        self.declared = np.array([declared(e) or 0.0 for e in self.evidence])
        self.spread, learnt = _spread(self.evidence)
        self.steps = sorted({step for e in learnt for step in _all_steps(e)})
        self.learnt = _table(learnt, self.steps)
        self.table = _table(self.evidence, self.steps)

    def fit(self, chosen: Any) -> Any:
        """The intercept, then the weight of each step, fitted to the chosen judged examples."""
        matches, others = (
            self.spread.T @ np.bincount(self.rows[mask], self.weight[mask], len(self.evidence))
            for mask in (chosen & self.judged & (self.same == same) for same in (True, False))
        )
        seen = np.flatnonzero(matches + others)
        table, matches, others = self.learnt[seen], matches[seen], others[seen]
        across = table.T.tocsr()

        def loss(x: Any) -> tuple[float, Any]:
            odds = x[0] + table @ x[1:]
            lost = matches @ np.logaddexp(0, -odds) + others @ np.logaddexp(0, odds)
            slope = (matches + others) * expit(odds) - matches
            slopes = np.concatenate([[slope.sum()], across @ slope])
            slopes[1:] += x[1:] / STRENGTH
            return lost + x[1:] @ x[1:] / (2 * STRENGTH), slopes

        bounds = [(None, None), *((0, None) if s.reached else (None, 0) for s in self.steps)]
        # far below the rounding of the weights, so that another BLAS gives the same file
        options = {"maxiter": 5000, "maxfun": 10_000, "ftol": 1e-13, "gtol": 1e-6}
        start = np.zeros(len(bounds))
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        if not found.success:
            raise SystemExit(f"the fit of weights did not end: {found.message}")
        return found.x

    def likely(self, fitted: Any) -> Any:
        """What weights make of every example, in whole ten thousandths."""
        odds = self.table @ fitted[1:] + fitted[0] + self.declared
        return np.rint(SCALE * expit(odds)).astype(int)[self.rows]

    def model(self, fitted: Any, merge: int, review: int) -> Model:
        """The weights as they are shipped: by level, and by level and group."""
        step = dict(zip(self.steps, fitted[1:].tolist(), strict=True))
        weights = {}
        for field, levels in LEVELS.items():
            for level in levels:
                for group in ("", *GROUPS) if field in GROUPED else ("",):
                    weight = sum(step.get(s, 0.0) for s in steps(field, level, group))
                    if rounded := round(weight, 3):
                        weights[weight_name(field, level, group)] = rounded
        return Model(round(float(fitted[0]), 3), weights, merge, review)


def _spread(evidence: Sequence[Evidence]) -> tuple[Any, list[Evidence]]:
    """How much of each evidence is learnt as which, and what is learnt: itself and what it would
    be with a field hidden."""
    column = {e: n for n, e in enumerate(evidence)}
    parts = []
    for n, e in enumerate(evidence):
        without = hidden(e)
        parts.append((n, n, 1 - HIDDEN if without else 1.0))
        for less in without:
            parts.append((n, column.setdefault(less, len(column)), HIDDEN / len(without)))
    rows, columns, shares = zip(*parts, strict=True)
    return csr_matrix((shares, (rows, columns)), (len(evidence), len(column))), list(column)


def _table(evidence: Sequence[Evidence], known: Sequence[Step]) -> Any:
    """Which evidence takes which steps."""
    column = {step: n for n, step in enumerate(known)}
    where = [(r, column[step]) for r, e in enumerate(evidence) for step in _all_steps(e)]
    shape = len(evidence), len(known)
    return csr_matrix((np.ones(len(where)), tuple(zip(*where, strict=True))), shape)


@cache
def path(field: str, level: str) -> frozenset[str]:
    """The level, the first of those below it, the first below that, and so on."""
    below = LEVELS[field][level]
    return path(field, below[0]) | {level} if below else frozenset({level})
