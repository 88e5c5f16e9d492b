"""The order of answers: by score, equal ones by row; at most so many of a series; page by page."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ummid.search.filters import Mask
from ummid.search.text_index import Scores

Rows = NDArray[np.intp]

_WIDER = 4
_BLOCK = 256
_NONE = np.float32(-np.inf)


class After(NamedTuple):
    """Where a page ended: the score of its last answer, and the first row that comes after it
    among those of that score.
    """

    score: np.float32
    row: int


class Series(NamedTuple):
    """The series of each row as a number, 0 for none; at most `limit` of each are answers."""

    of: NDArray[np.uint32]
    limit: int


def page(
    scores: Scores, allowed: Mask, count: int, after: After | None, series: Series | None
) -> list[int]:
    """The next `count` rows, the best first. Whatever the pages, all of them together are what
    one page of everything would be: what of a series stood before counts against its limit.
    """
    if count <= 0:
        return []
    ahead = None
    if after is not None:
        ahead = allowed & ((scores > after.score) | (scores == after.score))
        ahead[after.row :] &= scores[after.row :] > after.score
        allowed = allowed & ~ahead
    if series is None:
        return [int(row) for row in best(scores, allowed, count)]
    return _limited(scores, allowed, count, ahead, series)


def best(scores: Scores, allowed: Mask, count: int) -> Rows:
    """Rows of the `count` best scores, best first."""
    inside = np.where(allowed, scores, _NONE)
    least = _least(inside, count)
    rows = np.flatnonzero(inside >= least if least > _NONE else allowed)
    if len(rows) <= count:
        return rows[np.argsort(-inside[rows], kind="stable")]
    found = inside[rows]
    last = np.partition(found, len(rows) - count)[len(rows) - count]
    above = rows[found > last]
    above = above[np.argsort(-inside[above], kind="stable")]
    # Of those that tie for the last places the first rows.
    return np.concatenate([above, rows[found == last][: count - len(above)]])


def _least(scores: Scores, count: int) -> np.float32:
    """A score that at least `count` rows have: so many blocks have a row that does."""
    blocks = len(scores) // _BLOCK
    if blocks <= count:
        return _NONE
    highest = scores[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
    return np.float32(np.partition(highest, blocks - count)[blocks - count])


def _limited(
    scores: Scores, allowed: Mask, count: int, ahead: Mask | None, series: Series
) -> list[int]:
    before = np.zeros(0, np.int64) if ahead is None else np.bincount(series.of[ahead])
    wanted, size = count * _WIDER, int(np.count_nonzero(allowed))
    while True:
        seen: dict[int, int] = {}
        kept: list[int] = []
        rows = best(scores, allowed, wanted)
        for row, one in zip(rows.tolist(), series.of[rows].tolist(), strict=True):
            if one:
                seen.setdefault(one, int(before[one]) if one < len(before) else 0)
                seen[one] += 1
                if seen[one] > series.limit:
                    continue
            kept.append(row)
            if len(kept) == count:
                return kept
        if wanted >= size:
            return kept
        wanted *= _WIDER
