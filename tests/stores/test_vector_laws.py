"""What holds of every adapter of the `VectorIndex` port for any calls in any order."""

import itertools
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stores.vector_adapters import ADAPTERS, DIMENSIONS
from tests.stores.vector_oracle import Oracle
from ummid.stores.vectors import Filter, Item, Restricts, Vector, Window

_FOLDERS = itertools.count()
_SHARED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
_NAMES = st.sampled_from([f"i{number}" for number in range(9)])
_TOKENS = st.lists(st.sampled_from(["x", "y", "z"]), max_size=2, unique=True).map(tuple)
_DAYS = st.one_of(st.none(), st.integers(0, 6))
_NUMBERS = st.integers(-2, 3)
_VERSIONS = st.integers(0, 5)


def vector_of(numbers: list[int]) -> Vector:
    return np.array([*numbers, 1], np.float32)


_VECTORS = st.lists(st.integers(-3, 3), min_size=DIMENSIONS - 1, max_size=DIMENSIONS - 1).map(
    vector_of
)
_RESTRICTS = st.builds(
    Restricts,
    st.dictionaries(st.sampled_from(["n", "m"]), _TOKENS, max_size=2),
    st.dictionaries(st.sampled_from(["year", "rank"]), _NUMBERS, max_size=2),
    st.lists(st.builds(Window, st.sampled_from(["FR", "DE"]), _DAYS, _DAYS), max_size=3).map(tuple),
)
_ITEMS = st.builds(Item, _NAMES, _VECTORS, _VERSIONS, _RESTRICTS, st.sampled_from(["", "c", "d"]))
_FILTERS = st.builds(
    Filter,
    st.dictionaries(st.sampled_from(["n", "m"]), _TOKENS, max_size=1),
    st.dictionaries(st.sampled_from(["n", "m"]), _TOKENS, max_size=1),
    st.dictionaries(
        st.sampled_from(["year", "rank"]),
        st.tuples(st.one_of(st.none(), _NUMBERS), st.one_of(st.none(), _NUMBERS)),
        max_size=1,
    ),
    st.one_of(
        st.none(),
        st.tuples(
            st.lists(st.sampled_from(["FR", "DE"]), max_size=2).map(tuple), st.integers(-1, 7)
        ),
    ),
)
_CALLS = st.lists(
    st.one_of(
        st.tuples(st.just("upsert"), st.lists(_ITEMS, max_size=6)),
        st.tuples(
            st.just("restrict"), st.lists(st.tuples(_NAMES, _RESTRICTS, _VERSIONS), max_size=1)
        ),
        st.tuples(st.just("remove"), st.lists(st.tuples(_NAMES, _VERSIONS), max_size=3)),
        st.tuples(st.just("reopen"), st.just([])),
    ),
    max_size=9,
)
_QUERIES = st.lists(
    st.tuples(_VECTORS, st.integers(1, 10), _FILTERS, st.integers(0, 2)), min_size=1, max_size=5
)


@pytest.mark.parametrize("adapter", ADAPTERS)
@_SHARED
@given(calls=_CALLS, queries=_QUERIES)
def test_an_index_answers_as_one_that_looks_at_everything(
    adapter: str,
    tmp_path: Path,
    calls: list[tuple[str, list]],  # type: ignore[type-arg]
    queries: list[tuple[Vector, int, Filter, int]],
) -> None:
    folder, oracle = tmp_path / str(next(_FOLDERS)), Oracle()
    index = ADAPTERS[adapter](folder, DIMENSIONS)
    names = [f"i{number}" for number in range(9)]
    for call, written in calls:
        if call == "reopen":
            index.close()
            index = ADAPTERS[adapter](folder, DIMENSIONS)
        else:
            assert getattr(index, call)(written) == getattr(oracle, call)(written)
        assert index.versions(names) == oracle.versions(names)
    with closing(index):
        for vector, count, within, per_crowd in queries:
            hits = index.search(vector, count, within, per_crowd)
            expected = oracle.search(vector, count, within, per_crowd)
            assert [hit.id for hit in hits] == [hit.id for hit in expected]
            assert np.allclose([h.score for h in hits], [h.score for h in expected], atol=2e-5)
