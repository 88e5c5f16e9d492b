"""A budget is never exceeded, whatever the calls turn out to cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.errors import ConfigError
from ummid.models.budget import Budget, check_priced
from ummid.models.enricher import Cost
from ummid.models.prices import Prices, prices_of

PRICES = Prices(1.0, 10.0)


def test_money_is_reckoned_by_the_million() -> None:
    assert PRICES.of(1_000_000, 100_000) == Cost(1_000_000, 100_000, 2.0)


@pytest.mark.parametrize(
    ("tokens", "money", "allowed"),
    [
        (None, None, True),
        (30, None, True),
        (29, None, False),
        (None, 0.00021, True),
        (None, 0.0002, False),
        (30, 0.0001, False),
        (0, None, False),
    ],
)
def test_a_call_is_allowed_when_the_most_it_costs_is_left(
    tokens: int | None, money: float | None, allowed: bool
) -> None:
    assert Budget(tokens, money).reserve(PRICES.of(10, 20)) is allowed


def test_what_a_call_did_not_use_is_free_again() -> None:
    budget = Budget(tokens=100)
    most = Cost(40, 60)
    assert budget.is_settled
    assert budget.reserve(most)
    assert not budget.is_settled
    assert not budget.reserve(Cost(1, 0))
    budget.settle(most, Cost(30, 10))
    assert budget.is_settled
    assert budget.spent == Cost(30, 10)
    assert budget.reserve(Cost(40, 20))
    assert not budget.reserve(Cost(1, 0))


calls = st.lists(
    st.tuples(st.integers(1, 50), st.integers(0, 50), st.floats(0, 1), st.booleans()), max_size=40
)


@given(calls, st.integers(0, 300))
def test_it_is_never_exceeded(calls: list[tuple[int, int, float, bool]], tokens: int) -> None:
    budget = Budget(tokens=tokens, money=PRICES.of(tokens, 0).money * 3)
    out: list[tuple[Cost, Cost]] = []
    for given_in, given_out, share, settle in calls:
        most = PRICES.of(given_in, given_out)
        if budget.reserve(most):
            out.append((most, PRICES.of(int(given_in * share), int(given_out * share))))
        if settle and out:
            budget.settle(*out.pop())
        spent = budget.spent.plus(budget.reserved)
        assert spent.input_tokens + spent.output_tokens <= tokens
        assert budget.money is not None
        assert spent.money <= budget.money + 1e-9
        assert budget.is_settled is (not out)


def test_money_without_prices_cannot_be_watched() -> None:
    with pytest.raises(ConfigError, match="prices"):
        check_priced(Budget(money=1), None)
    check_priced(Budget(money=1), PRICES)
    check_priced(Budget(tokens=1), None)


def test_prices_are_read_as_written() -> None:
    assert prices_of("0.30/2.50") == Prices(0.30, 2.50)
    assert prices_of("") is None


@pytest.mark.parametrize("text", ["1", "1/", "/", "a/b", "-1/2", "1/-2", "nan/1", "1/inf", "1/2/3"])
def test_prices_that_are_none_are_said(text: str) -> None:
    with pytest.raises(ConfigError, match=r"as in 0\.30/2\.50"):
        prices_of(text)
