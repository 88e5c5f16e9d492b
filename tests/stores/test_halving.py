"""Of what is refused together, those to blame are found and the others sent, once and in order."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.errors import StoreError
from ummid.stores.halving import Refused, send_in_halves


class Service:
    def __init__(self, bad: set[int]) -> None:
        self.bad, self.taken, self.requests = bad, list[int](), 0

    def send(self, some: Sequence[int]) -> None:
        self.requests += 1
        if self.bad & set(some):
            raise Refused(f"one of {len(some)} is bad")
        self.taken += some

    def is_well(self) -> None:
        self.requests += 1


@given(st.integers(1, 200), st.sets(st.integers(0, 199)))
def test_all_but_the_bad_are_sent_once_in_order(count: int, bad: set[int]) -> None:
    service = Service(bad)
    refused = send_in_halves(range(count), service.send, service.is_well)
    assert service.taken == [n for n in range(count) if n not in bad]
    assert [thing for thing, _ in refused] == sorted(bad & set(range(count)))
    assert all("one of 1 is bad" in str(error) for _, error in refused)


@given(st.integers(1, 500), st.sets(st.integers(0, 499), max_size=50))
def test_the_bad_cost_few_requests_each(count: int, bad: set[int]) -> None:
    service = Service(bad)
    send_in_halves(range(count), service.send, service.is_well)
    among = len(bad & set(range(count)))
    assert service.requests <= 2 + 2 * among * (count.bit_length() + 1)


def test_nothing_is_sent_of_nothing() -> None:
    service = Service({57})
    assert send_in_halves([], service.send, service.is_well) == []
    assert service.requests == 0


def test_where_nothing_is_taken_it_is_not_the_things_that_are_to_blame() -> None:
    service = Service(set(range(1000)))

    def is_ill() -> None:
        raise Refused("whatever is sent")

    with pytest.raises(Refused, match="whatever is sent"):
        send_in_halves(range(1000), service.send, is_ill)
    assert service.requests < 15


def test_another_failure_ends_the_sending() -> None:
    def failing(_: Sequence[int]) -> None:
        raise StoreError("away", retryable=True)

    with pytest.raises(StoreError, match="away"):
        send_in_halves([1, 2], failing, lambda: None)
