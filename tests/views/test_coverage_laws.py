"""The full deliveries of a scope: what is kept of them answers as all of them would."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ummid.stores.lmdb_table import LmdbTable
from ummid.views.state import Coverage, Scopes, ScopeState, Version

times = st.integers(0, 3)
versions = st.builds(Version, times, times, st.sampled_from(["", "a", "b"]))
bounds = st.none() | st.integers(-1, 4)
coverages = st.builds(Coverage, versions, bounds, bounds)
points = st.none() | st.integers(-2, 5)
POINTS = (None, *range(-2, 6))


def covered(deliveries: list[Coverage]) -> ScopeState:
    state = ScopeState()
    for delivery in deliveries:
        state = state.with_coverage(delivery)
    return state


@given(st.lists(coverages, max_size=6).flatmap(lambda c: st.tuples(st.just(c), st.permutations(c))))
def test_any_order_gives_the_same_bytes(orders: tuple[list[Coverage], list[Coverage]]) -> None:
    one, other = (msgspec.msgpack.encode(covered(order)) for order in orders)
    assert one == other


def test_open_ends_come_first() -> None:
    for version in (Version(number, 0, str(number)) for number in range(20)):
        until, since = Coverage(version, None, 0), Coverage(version, 0, None)
        assert covered([until, since]).covered == (until, since)
        assert covered([since, until]).covered == (until, since)


@given(st.lists(coverages, max_size=6))
def test_a_delivery_taken_twice_changes_nothing(deliveries: list[Coverage]) -> None:
    state = covered(deliveries)
    for delivery in deliveries:
        assert state.with_coverage(delivery) == state


@given(st.lists(coverages, max_size=8), versions, points)
def test_a_statement_is_silenced_exactly_if_a_newer_delivery_ever_covered_it(
    deliveries: list[Coverage], restated: Version, point: int | None
) -> None:
    def holds(delivery: Coverage) -> bool:
        after_start = delivery.start is None or point is None or delivery.start <= point
        before_end = delivery.end is None or point is None or point < delivery.end
        return after_start and before_end

    expected = any(d.version > restated and holds(d) for d in deliveries)
    assert covered(deliveries).silences(restated, point) == expected


@given(st.lists(coverages, max_size=8))
def test_nothing_is_kept_that_a_newer_delivery_covers_as_a_whole(
    deliveries: list[Coverage],
) -> None:
    kept = covered(deliveries).covered
    assert set(kept) <= set(deliveries)
    assert not [
        (one, other)
        for one in kept
        for other in kept
        if other.version > one.version and one.within(other)
    ]


@given(coverages, coverages)
def test_what_lies_within_another_holds_no_point_outside_it(one: Coverage, other: Coverage) -> None:
    inside = {point for point in POINTS if one.holds(point)}
    if one.within(other):
        assert inside <= {point for point in POINTS if other.holds(point)}
    assert one.within(one)
    assert one.within(Coverage(Version()))


def test_two_writers_that_cover_one_scope_at_once_lose_nothing(table: LmdbTable) -> None:
    first, second = Scopes(table, "a"), Scopes(table, "b")
    version = Version(5, 5, "x")
    assert first.get("s") == second.get("s") == ScopeState()  # before either writes
    for writer, start in ((first, 0), (second, 100)):
        put = writer.cover("s", Coverage(version, start, start + 100))
        assert put is not None
        table.write([put])
    found = Scopes(table).get("s")
    assert {(c.start, c.end) for c in found.covered} == {(0, 100), (100, 200)}
    assert Scopes(table, "a").cover("s", Coverage(version, 0, 100)) is None
