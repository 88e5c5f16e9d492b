"""The pace follows what a service can take, with a clock that the test moves."""

import itertools

import pytest

from ummid.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def simulate(pace: Pace, clock: Clock, capacity: float, seconds: float) -> tuple[int, int]:
    """Served and refused calls of a service that takes `capacity` in any one second."""
    served: list[float] = []
    good = refused = 0
    end = clock.now + seconds
    while clock.now < end:
        clock.now += pace.wait()
        if pace.is_held():
            continue
        served = [at for at in served if at > clock.now - 1]
        if len(served) < capacity:
            served.append(clock.now)
            good += 1
            pace.went_well()
        else:
            refused += 1
            pace.pushed_back()
    return good, refused


@pytest.mark.parametrize("capacity", [2, 5, 20, 80])
@pytest.mark.parametrize("start", [1.0, 10.0, 200.0])
def test_most_of_the_capacity_is_used_and_few_calls_are_refused(
    capacity: float, start: float
) -> None:
    clock = Clock()
    pace = Pace(start, clock=clock)
    simulate(pace, clock, capacity, 120)  # finds its way
    good, refused = simulate(pace, clock, capacity, 300)
    assert good >= 0.6 * capacity * 300
    assert refused <= 0.12 * good + 30


def test_a_service_that_answers_nothing_is_hardly_asked() -> None:
    clock = Clock()
    good, refused = simulate(Pace(100, clock=clock), clock, 0, 60)
    assert good == 0
    assert refused < 150  # without throttling: 6,000


def test_a_pace_that_never_eases_would_be_refused_far_more() -> None:
    class Stubborn(Pace):
        def pushed_back(self, after: float = 0.0) -> None: ...

    clock = Clock()
    _, refused = simulate(Stubborn(100, clock=clock), clock, 5, 60)
    assert refused > 5000


def test_turns_are_spread_evenly() -> None:
    clock = Clock()
    pace = Pace(4, clock=clock)
    assert [pace.wait() for _ in range(4)] == [0, 0.25, 0.5, 0.75]
    clock.now += 10
    assert pace.wait() == 0


def test_it_rises_by_its_step_each_second_up_to_the_most() -> None:
    clock = Clock()
    pace = Pace(10, step=0.4, most=10.8, clock=clock)
    for _ in range(10):
        pace.went_well()
    assert pace.rate == pytest.approx(10.4, abs=0.02)
    for _ in range(100):
        pace.went_well()
    assert pace.rate == 10.8


def test_a_slow_one_rises_gently() -> None:
    pace = Pace(0.5, clock=Clock())
    pace.went_well()
    assert pace.rate == pytest.approx(0.55)  # in the two seconds that the call stands for


def test_refusals_of_one_moment_halve_it_once() -> None:
    clock = Clock()
    pace = Pace(16, least=3, clock=clock)
    for _ in range(8):
        pace.pushed_back()
    assert pace.rate == 8
    for rate in (4, 3, 3):
        clock.now += 1
        pace.pushed_back()
        assert pace.rate == rate


def test_what_the_service_asks_for_is_waited_by_all() -> None:
    clock = Clock()
    pace = Pace(10, clock=clock)
    assert pace.wait() == 0
    pace.pushed_back(after=7)
    assert pace.is_held()  # also those whose turn had come before
    waits = [pace.wait() for _ in range(3)]
    assert waits[0] == pytest.approx(7)
    assert all(b - a == pytest.approx(1 / 5) for a, b in itertools.pairwise(waits))
    clock.now += 7
    assert not pace.is_held()
    pace.pushed_back(after=0)
    assert not pace.is_held()
    assert pace.wait() > 0
