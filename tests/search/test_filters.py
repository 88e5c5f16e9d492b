"""Filters are exact: they let through what a plain reading of each document lets through."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.search.catalogues import restricted
from ummid.search.filters import Facet
from ummid.stores.vectors import EVERYTHING, Filter, Restricts, Window

TOKENS = st.lists(st.sampled_from("abc"), max_size=3).map(tuple)
DAYS = st.none() | st.integers(0, 9)
RESTRICTS = st.builds(
    Restricts,
    st.dictionaries(st.sampled_from(["genre", "type"]), TOKENS),
    st.dictionaries(st.just("year"), st.integers(0, 9)),
    st.lists(st.builds(Window, st.sampled_from("xy"), DAYS, DAYS), max_size=2).map(tuple),
)
FILTERS = st.builds(
    Filter,
    st.dictionaries(st.sampled_from(["genre", "type", "none"]), TOKENS),
    st.dictionaries(st.sampled_from(["genre", "type", "none"]), TOKENS),
    st.dictionaries(st.sampled_from(["year", "none"]), st.tuples(DAYS, DAYS)),
    st.none()
    | st.tuples(st.lists(st.sampled_from("xyz"), max_size=2).map(tuple), st.integers(0, 9)),
)


def satisfies(one: Restricts, asked: Filter) -> bool:
    tokens = {space: set(named) for space, named in one.tokens.items()}
    return (
        all(tokens.get(space, set()) & set(named) for space, named in asked.allow.items())
        and not any(tokens.get(space, set()) & set(named) for space, named in asked.deny.items())
        and all(
            name in one.numbers
            and (first is None or one.numbers[name] >= first)
            and (last is None or one.numbers[name] <= last)
            for name, (first, last) in asked.ranges.items()
        )
        and (
            asked.on is None
            or any(
                window.token in asked.on[0]
                and (window.start is None or window.start <= asked.on[1])
                and (window.end is None or asked.on[1] < window.end)
                for window in one.windows
            )
        )
    )


@given(st.lists(RESTRICTS, max_size=8), FILTERS)
def test_a_filter_lets_through_what_satisfies_it_and_nothing_else(
    documents: list[Restricts], asked: Filter
) -> None:
    mask = restricted(documents).mask(asked)
    assert mask.tolist() == [satisfies(one, asked) for one in documents]


def test_no_filter_lets_everything_through() -> None:
    assert restricted([Restricts(), Restricts()]).mask(EVERYTHING).all()


@pytest.mark.parametrize(
    ("matched", "facets"),
    [
        ([1, 1, 1], (Facet("drama", 2), Facet("crime", 1), Facet("war", 1))),
        ([1, 0, 1], (Facet("crime", 1), Facet("drama", 1))),
        ([0, 0, 0], ()),
    ],
)
def test_facets_count_the_matched_documents_by_token(
    matched: list[int], facets: tuple[Facet, ...]
) -> None:
    documents = [
        Restricts({"genre": ("drama", "drama"), "type": ("movie",)}),
        Restricts({"genre": ("drama", "war")}),
        Restricts({"genre": ("crime",)}),
    ]
    counted = restricted(documents).facets(np.array(matched, bool), ["genre", "language"])
    assert counted == {"genre": facets, "language": ()}


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5, 1.0])
def test_facets_of_few_and_of_many_are_counted_alike(share: float) -> None:
    rng = np.random.default_rng(7)
    carried = [tuple(f"g{n}" for n in rng.choice(9, rng.integers(4))) for _ in range(300)]
    matched = rng.random(300) < share
    documents = [Restricts({"genre": one, "type": ("movie",)}) for one in carried]
    expected = Counter(
        token for one, found in zip(carried, matched, strict=True) if found for token in set(one)
    )
    counted = restricted(documents).facets(matched, ["genre"])["genre"]
    assert {facet.token: facet.documents for facet in counted} == expected
