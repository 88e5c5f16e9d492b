"""One answer from all segments and the journal."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ummid.stores.mapped.kernels import ROUNDING, Floats
from ummid.stores.mapped.reader import State
from ummid.stores.mapped.segment import Found, Segment
from ummid.stores.vectors import Filter, Hit

_CROWDED = 3
_WIDER = 4


class _Candidate(NamedTuple):
    below: float
    id: str
    crowd: int


def ranked(state: State, vector: Floats, count: int, within: Filter, per_crowd: int) -> list[Hit]:
    """The likest first, equal ones by id; looks further where crowds took the places."""
    if count <= 0:
        return []
    wanted = count * _CROWDED if per_crowd else count
    while True:
        found = _nearest(state, vector, wanted, within)
        kept = _limited(found[:wanted], per_crowd) if per_crowd else found
        if len(kept) >= count or len(found) < wanted:
            return [Hit(each.id, -each.below) for each in kept[:count]]
        wanted *= _WIDER


def _nearest(state: State, vector: Floats, wanted: int, within: Filter) -> list[_Candidate]:
    """At least so many candidates when there are so many, the first ones in order."""
    found = [
        (live.segment, live.segment.search(vector, wanted, within, live.dead))
        for live in state.segments
    ]
    scores = np.concatenate([np.empty(0, np.float32), *(each.scores for _, each in found)])
    least = -2.0
    if len(scores) > wanted:
        least = float(np.partition(scores, len(scores) - wanted)[len(scores) - wanted])
    candidates = [one for segment, each in found for one in _candidates(segment, each, least)]
    recent = state.recent
    for taken, (score, row) in enumerate(recent.search(vector, within), 1):
        if score < least - ROUNDING:
            break
        candidates.append(_Candidate(-score, recent.ids[row], recent.crowds[row]))
        if taken == wanted:
            least = max(least, score)
    return sorted(candidates)


def _candidates(segment: Segment, found: Found, least: float) -> Iterator[_Candidate]:
    kept = int(np.searchsorted(-found.scores, -least, "right"))
    rows = found.rows[:kept]
    below = (-found.scores[:kept]).tolist()
    return map(_Candidate, below, segment.ids_of(rows), segment.crowds[rows].tolist())


def _limited(found: list[_Candidate], per_crowd: int) -> list[_Candidate]:
    seen: dict[int, int] = {}
    kept = []
    for each in found:
        if each.crowd:
            seen[each.crowd] = seen.get(each.crowd, 0) + 1
            if seen[each.crowd] > per_crowd:
                continue
        kept.append(each)
    return kept
