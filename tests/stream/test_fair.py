"""Partners take turns, whatever one of them sends."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ummid.ingest.sources import Source
from ummid.stream.fair import Bounds, FairQueue
from ummid.stream.source import Arrival


def arrival(partner: str, number: int, size: int = 10, path: str = "") -> Arrival:
    path = path or f"{partner}/{number}"
    source = Source(path=path, received=1, size=size)
    return Arrival(by="s", id=f"{partner}/{number}", partner=partner, source=source, size=size)


def ids(batch: list[Arrival]) -> list[str]:
    return [one.id for one in batch]


def test_a_partner_that_floods_leaves_the_others_their_turn() -> None:
    queue = FairQueue(Bounds(batch=10, turn=10))
    for number in range(500):
        assert queue.put(arrival("flood", number))
    for partner in ("a", "b"):
        queue.put(arrival(partner, 0))
    batch = queue.take(0)
    assert ids(batch)[:3] == ["flood/0", "a/0", "b/0"]
    assert len(batch) == 10


def test_what_waits_of_one_partner_is_bounded_and_another_has_its_own_room() -> None:
    queue = FairQueue(Bounds(waiting=3, waiting_bytes=100))
    assert [queue.put(arrival("a", number)) for number in range(4)] == [True, True, True, False]
    assert queue.put(arrival("b", 0, size=1000))  # the first is taken whatever its size
    assert not queue.put(arrival("b", 1, size=1))
    assert len(queue) == 4


def test_a_large_arrival_waits_for_its_turn_and_is_served_alone() -> None:
    queue = FairQueue(Bounds(batch=100, batch_bytes=50, turn=10, dearest=40))
    queue.put(arrival("large", 0, size=1000))
    served = []
    for number in range(20):
        queue.put(arrival("a", number))
        served.append(ids(queue.take(0)))
    assert ["large/0"] in served
    assert served[0] == ["a/0"]
    assert sum(map(len, served)) + len(queue) == 21


def test_where_nobody_else_waits_a_large_arrival_does_not_wait_either() -> None:
    queue = FairQueue(Bounds(turn=1))
    queue.put(arrival("a", 0, size=5000))
    assert ids(queue.take(0)) == ["a/0"]


def test_a_file_is_in_a_batch_once() -> None:
    queue = FairQueue()
    queue.put(arrival("a", 0, path="x"))
    queue.put(arrival("a", 1, path="x"))
    queue.put(arrival("b", 0, path="x"))
    assert [ids(queue.take(0)) for _ in range(3)] == [["a/0"], ["a/1"], ["b/0"]]


def test_nothing_within_the_time_is_an_empty_batch() -> None:
    assert FairQueue().take(0.01) == []


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 300), st.integers(0, 5))),
    st.integers(1, 5),
    st.integers(1, 200),
    st.integers(1, 100),
)
def test_everything_is_served_once_in_its_partners_order_within_bounds(
    given_: list[tuple[str, int, int]], batch: int, batch_bytes: int, turn: int
) -> None:
    bounds = Bounds(batch=batch, batch_bytes=batch_bytes, turn=turn)
    queue = FairQueue(bounds)
    arrivals = [
        arrival(partner, number, size, f"path {path}")
        for number, (partner, size, path) in enumerate(given_)
    ]
    assert all(queue.put(one) for one in arrivals)
    served: list[Arrival] = []
    while found := queue.take(0):
        assert len(found) <= batch
        assert len(found) == 1 or sum(one.size for one in found) <= batch_bytes
        assert max(Counter(one.source.path for one in found).values()) == 1
        served += found
    assert len(queue) == 0
    for partner in "abc":
        assert [a.id for a in served if a.partner == partner] == [
            a.id for a in arrivals if a.partner == partner
        ]
