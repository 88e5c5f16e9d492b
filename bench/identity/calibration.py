"""Whether a probability means what it says, and which one is enough to join two titles."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ummid.identity.model import SCALE

TENTHS = 10


class Tenth(NamedTuple):
    """The pairs whose probability begins with one digit: how likely they are said to be matches,
    and how many of them are, each counted as much as in the fit."""

    pairs: int
    said: float
    found: float


def tenths(likely: Any, same: Any, weight: Any) -> list[Tenth]:
    """Reliability by tenth of probability. An empty tenth says and finds 0."""
    tenth = np.minimum(likely * TENTHS // SCALE, TENTHS - 1)
    counted, pairs = np.bincount(tenth, weight, TENTHS), np.bincount(tenth, minlength=TENTHS)
    said = np.bincount(tenth, weight * likely / SCALE, TENTHS)
    found = np.bincount(tenth, weight * same, TENTHS)
    return [
        Tenth(int(pairs[n]), said[n] / (counted[n] or 1), found[n] / (counted[n] or 1))
        for n in range(TENTHS)
    ]


def error(found: Sequence[Tenth]) -> float:
    """How far what is said is from what is found, the mean over the pairs."""
    return sum(t.pairs * abs(t.said - t.found) for t in found) / sum(t.pairs for t in found)


def expected(likely: Any, gold: int) -> Iterator[tuple[int, float]]:
    """Of each hundredth as a threshold, the F1 that probabilities promise of pairs one by one."""
    for merge in range(SCALE // 100, SCALE, SCALE // 100):
        taken = likely[likely >= merge]
        yield merge, 2 * float(taken.sum()) / SCALE / (len(taken) + gold)
