"""Whoever asks while something is being made waits for it, and takes what is made."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from ummid.stores.flights import Flights

PATIENCE = 60


@contextmanager
def flying(flights: Flights[str], made: Callable[[], str]) -> Iterator[list[object]]:
    """Another thread makes "key" until the context ends; what came of it is listed then."""
    begun, go, came = Event(), Event(), list[object]()

    def slowly() -> str:
        begun.set()
        assert go.wait(PATIENCE)
        return made()

    def ask() -> None:
        try:
            came.append(flights.once("key", slowly))
        except ValueError as error:
            came.append(error)

    first = Thread(target=ask)
    first.start()
    assert begun.wait(PATIENCE)
    second = Thread(target=lambda: came.append(flights.once("another", lambda: "at once")))
    second.start()
    second.join(PATIENCE)
    assert came == ["at once"]
    waiting = Thread(target=ask)
    waiting.start()
    try:
        yield came
    finally:
        go.set()
        first.join(PATIENCE)
        waiting.join(PATIENCE)


def test_what_is_being_made_is_not_made_again_and_nothing_else_waits() -> None:
    calls: list[int] = []

    def make() -> str:
        calls.append(1)
        return f"made {len(calls)}"

    flights = Flights[str]()
    with flying(flights, make) as came:
        pass
    assert came[1] == "made 1"
    assert len(calls) == len(set(came[1:]))


def test_what_is_asked_for_later_is_made_again() -> None:
    flights = Flights[str]()
    assert flights.once("key", lambda: "first") == "first"
    assert flights.once("key", lambda: "second") == "second"


def test_a_failure_is_everybodys_and_stays_with_nobody() -> None:
    def fail() -> str:
        raise ValueError("no")

    flights = Flights[str]()
    with flying(flights, fail) as came:
        pass
    assert [str(error) for error in came[1:]] == ["no", "no"]
    with pytest.raises(ValueError, match="no"):
        flights.once("key", fail)
    assert flights.once("key", lambda: "made") == "made"
