"""Pages of answers put together are one list, whatever the pages, ties and series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.search.order import After, Series, page


def oracle(scores: list[float], allowed: list[bool], series: list[int], limit: int) -> list[int]:
    seen: dict[int, int] = {}
    kept = []
    for row in sorted(range(len(scores)), key=lambda row: (-scores[row], row)):
        if not allowed[row]:
            continue
        if limit and series[row]:
            seen[series[row]] = seen.get(series[row], 0) + 1
            if seen[series[row]] > limit:
                continue
        kept.append(row)
    return kept


ROWS = st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 3)), max_size=60)


@given(rows=ROWS, count=st.integers(1, 9), limit=st.integers(0, 3))
def test_pages_put_together_are_the_whole_list(
    rows: list[tuple[int, bool, int]], count: int, limit: int
) -> None:
    scores = [score / 3 for score, _, _ in rows]
    allowed, of = [one for _, one, _ in rows], [one for _, _, one in rows]
    expected = oracle(scores, allowed, of, limit)
    held, mask = np.array(scores, np.float32), np.array(allowed, np.bool_)
    series = Series(np.array(of, np.uint32), limit) if limit else None
    found: list[int] = []
    after = None
    while part := page(held, mask, count, after, series):
        assert len(part) == min(count, len(expected) - len(found))
        found += part
        after = After(held[part[-1]], part[-1] + 1)
    assert found == expected


def test_nothing_is_answered_when_nothing_is_asked_for() -> None:
    assert page(np.ones(3, np.float32), np.ones(3, np.bool_), 0, None, None) == []


@pytest.mark.parametrize("distinct", [2, 7, 10_000])
@pytest.mark.parametrize("share", [0.001, 0.5, 1.0])
@pytest.mark.parametrize("count", [1, 10, 100])
def test_of_many_rows_the_best_are_found(distinct: int, share: float, count: int) -> None:
    rng = np.random.default_rng(distinct)
    scores = rng.integers(distinct, size=20_000).astype(np.float32)
    allowed = rng.random(20_000) < share
    rows = np.flatnonzero(allowed)
    expected = rows[np.lexsort((rows, -scores[rows]))][:count]
    assert page(scores, allowed, count, None, None) == expected.tolist()
