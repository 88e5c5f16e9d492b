"""Windows as tokens say what days say, wherever the days lie."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.stores.mapped.matching import satisfies
from ummid.stores.vectors import Filter, Restricts, Window
from ummid.stores.vertex.days import holds, is_certain, tokens_of, tokens_on

FIRST, LAST = -16_384, 49_151

_DAYS = st.one_of(
    st.integers(-3, 40),
    st.integers(FIRST - 3, FIRST + 3),
    st.integers(LAST - 3, LAST + 3),
    st.integers(-(2**40), 2**40),
    st.integers(15_000, 25_000),
)
_BOUNDS = st.one_of(st.none(), _DAYS)
_TOKENS = st.sampled_from(["FR", "DE|svod", "odd", "a@b"])
_WINDOWS = st.lists(st.builds(Window, _TOKENS, _BOUNDS, _BOUNDS), max_size=5).map(tuple)


@given(windows=_WINDOWS, asked=st.lists(_TOKENS, min_size=1, max_size=3).map(tuple), day=_DAYS)
def test_an_item_shares_a_token_with_a_day_that_it_holds_on(
    windows: tuple[Window, ...], asked: tuple[str, ...], day: int
) -> None:
    own = tokens_of(windows)
    expected = satisfies(Restricts(windows=windows), Filter(on=(asked, day)))
    assert holds(own, asked, day) == expected
    shares = bool(set(own) & set(tokens_on(asked, day)))
    if is_certain(day):
        assert shares == expected
    else:
        assert shares >= expected  # all that may hold is found, and then looked at


@given(windows=_WINDOWS)
def test_tokens_are_distinct_and_the_order_of_windows_counts_for_nothing(
    windows: tuple[Window, ...],
) -> None:
    own = tokens_of(windows)
    assert len(set(own)) == len(own)
    assert sorted(tokens_of(windows[::-1] + windows)) == sorted(own)


@pytest.mark.parametrize(
    ("start", "end", "most"),
    [(None, None, 1), (20_000, None, 16), (20_000, 20_365, 15), (20_000, 20_001, 1)],
)
def test_a_window_is_a_handful_of_tokens(start: int | None, end: int | None, most: int) -> None:
    assert 1 <= len(tokens_of([Window("US|*", start, end)])) <= most


def test_windows_that_touch_are_one() -> None:
    whole = tokens_of([Window("US", 100, 400)])
    assert tokens_of([Window("US", 100, 250), Window("US", 250, 300), Window("US", 200, 400)]) == (
        whole
    )


def test_at_the_edges_of_the_tree_every_day_is_told_rightly() -> None:
    near = [edge + off for edge in (FIRST, LAST) for off in range(-2, 3)]
    for start, end in itertools.product([None, *near], repeat=2):
        own = tokens_of([Window("FR", start, end)])
        for day in near:
            expected = (start is None or start <= day) and (end is None or day < end)
            assert holds(own, ("FR",), day) == expected, (start, end, day)
            assert expected <= bool(set(own) & set(tokens_on(["FR"], day))), (start, end, day)
