"""What every adapter of the `VectorIndex` port promises: the same tests, the same answers."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.stores.vector_adapters import ADAPTERS, DIMENSIONS, child
from ummid.errors import StoreError
from ummid.stores.vectors import EVERYTHING, Filter, Item, Restricts, Vector, VectorIndex, Window


@pytest.fixture(params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def index(adapter: str, tmp_path: Path) -> Iterator[VectorIndex]:
    with closing(ADAPTERS[adapter](tmp_path / "index", DIMENSIONS)) as opened:
        yield opened


def at(*numbers: float) -> Vector:
    return np.array([*numbers, *[0.0] * (DIMENSIONS - len(numbers))], np.float32)


def found(index: VectorIndex, within: Filter = EVERYTHING, per_crowd: int = 0) -> list[str]:
    return [hit.id for hit in index.search(at(1), 10, within, per_crowd)]


def test_an_empty_index_answers_nothing(index: VectorIndex) -> None:
    assert index.search(at(1), 10) == []
    assert index.search(at(1), 10, Filter(allow={"type": ("movie",)}, deny={"type": ("x",)})) == []
    assert index.versions(["a"]) == [None]
    assert index.versions([]) == []
    index.upsert([])
    assert index.restrict([]) == []
    index.remove([])


def test_the_likest_come_first_with_their_cosine_whatever_the_lengths(index: VectorIndex) -> None:
    index.upsert([Item("far", at(-5), 1), Item("near", at(300, 400), 1), Item("is", at(0.001), 1)])
    hits = index.search(at(7), 10)
    assert [hit.id for hit in hits] == ["is", "near", "far"]
    assert [hit.score for hit in hits] == pytest.approx([1, 0.6, -1], abs=1e-6)
    assert index.search(at(7), 1) == hits[:1]
    assert index.search(at(7), 0) == []


def test_equal_scores_come_in_the_order_of_their_ids(index: VectorIndex) -> None:
    names = ["b", "é", "a", "10", "9", "", "aa"]
    for name in names:
        index.upsert([Item(name, at(2, 1), 1)])
    assert found(index) == sorted(names)
    assert [hit.id for hit in index.search(at(1), 3)] == sorted(names)[:3]


@pytest.mark.parametrize(
    ("calls", "version", "where"),
    [
        ([("up", 1, 1), ("up", 2, 2)], 2, 2),
        ([("up", 2, 2), ("up", 1, 1)], 2, 2),
        ([("up", 1, 1), ("up", 1, 2)], 1, 2),
        ([("up", 1, 1), ("off", 2, 0)], None, 0),
        ([("up", 1, 1), ("off", 1, 0)], None, 0),
        ([("off", 2, 0), ("up", 1, 1)], None, 0),
        ([("up", 3, 1), ("off", 2, 0)], 3, 1),
        ([("off", 2, 0), ("up", 2, 1)], 2, 1),
        ([("up", 1, 1), ("off", 3, 0), ("up", 2, 2)], None, 0),
        ([("up", 1, 1), ("off", 3, 0), ("up", 4, 2)], 4, 2),
        ([("up", 0, 1)], 0, 1),
    ],
)
def test_the_newest_version_counts_whatever_the_order_and_a_removal_is_one(
    index: VectorIndex, calls: list[tuple[str, int, int]], version: int | None, where: int
) -> None:
    for number, (call, written, place) in enumerate(calls):
        if call == "up":
            index.upsert([Item("a", at(1, place), written), Item(f"x{number}", at(-1), 1)])
        else:
            index.remove([("a", written)])
    assert index.versions(["x", "a"]) == [None, version]
    scores = [hit.score for hit in index.search(at(1), 10) if hit.id == "a"]
    assert scores == ([pytest.approx(1 / np.hypot(1, where))] if version is not None else [])


def test_of_two_items_of_one_call_the_newest_counts(index: VectorIndex) -> None:
    index.upsert([Item("a", at(1), 2), Item("a", at(0, 1), 1), Item("b", at(1), 1)])
    index.upsert([Item("b", at(0, 1), 2), Item("b", at(0, 0, 1), 2)])
    assert index.search(at(1), 1)[0].id == "a"
    assert index.search(at(0, 0, 1), 1)[0].id == "b"
    assert index.versions(["a", "b"]) == [2, 2]


def test_new_restricts_keep_the_vector_and_the_crowd(index: VectorIndex) -> None:
    first, second = Restricts({"type": ("movie",)}), Restricts({"type": ("series",)})
    index.upsert([Item("a", at(1), 5, first, "c"), Item("b", at(1, 1), 5, first, "c")])
    assert index.restrict([("a", second, 6), ("gone", second, 9), ("b", second, 4)]) == ["gone"]
    assert found(index, Filter(allow={"type": ("series",)})) == ["a"]
    assert found(index, Filter(allow={"type": ("movie",)})) == ["b"]
    assert index.versions(["a", "b", "gone"]) == [6, 5, None]
    assert found(index, per_crowd=1) == ["a"]
    index.upsert([Item("a", at(0, 1), 5)])  # older than its restricts
    assert index.search(at(1), 1)[0].score == pytest.approx(1)
    assert index.restrict([("a", first, 7), ("a", second, 6)]) == []
    assert found(index, Filter(allow={"type": ("movie",)})) == ["a", "b"]
    index.remove([("a", 8)])
    assert index.restrict([("a", second, 9)]) == ["a"]


FILTERED = [
    Item("old", at(5, 1), 1, Restricts({"type": ("movie",), "genre": ("a", "b")}, {"year": 1950})),
    Item("new", at(5, 2), 1, Restricts({"type": ("series",), "genre": ("b",)}, {"year": 2020})),
    Item("bare", at(5, 3), 1),
    Item(
        "held",
        at(5, 4),
        1,
        Restricts({"type": ("movie",)}, {"year": 2020, "rank": -(2**63)},
                  (Window("FR", 10, 20), Window("FR", 30, None), Window("DE", None, 15))),
    ),
    Item("ever", at(5, 5), 1, Restricts(windows=(Window("US"), Window("FR", 20, 20)))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        (Filter(allow={"type": ("movie",)}), ["old", "held"]),
        (Filter(allow={"type": ("movie", "series", "none")}), ["old", "new", "held"]),
        (Filter(allow={"type": ("movie",), "genre": ("b",)}), ["old"]),
        (Filter(allow={"type": ()}), []),
        (Filter(allow={"nothing": ("movie",)}), []),
        (Filter(deny={"type": ("movie",)}), ["new", "bare", "ever"]),
        (Filter(deny={"type": ("movie", "series")}), ["bare", "ever"]),
        (Filter(deny={"nothing": ("movie",)}), ["old", "new", "bare", "held", "ever"]),
        (Filter(allow={"genre": ("b",)}, deny={"genre": ("a",)}), ["new"]),
        (Filter(ranges={"year": (1950, 2020)}), ["old", "new", "held"]),
        (Filter(ranges={"year": (1951, None)}), ["new", "held"]),
        (Filter(ranges={"year": (None, 1950)}), ["old"]),
        (Filter(ranges={"year": (None, None)}), ["old", "new", "held"]),
        (Filter(ranges={"year": (2020, 1950)}), []),
        (Filter(ranges={"year": (2020, 2020), "rank": (None, 0)}), ["held"]),
        (Filter(ranges={"rank": (-(2**70), 2**70)}), ["held"]),
        (Filter(ranges={"rank": (2**70, None)}), []),
        (Filter(on=(("FR",), 10)), ["held"]),
        (Filter(on=(("FR",), 19)), ["held"]),
        (Filter(on=(("FR",), 20)), []),
        (Filter(on=(("FR",), 2**40)), ["held"]),
        (Filter(on=(("DE",), -(2**40))), ["held"]),
        (Filter(on=(("DE",), 15)), []),
        (Filter(on=(("US", "FR"), 12)), ["held", "ever"]),
        (Filter(on=((), 12)), []),
        (Filter(allow={"type": ("movie",)}, on=(("FR", "DE"), 12)), ["held"]),
        (Filter(deny={"type": ("movie",)}, on=(("US", "FR"), 12)), ["ever"]),
    ],
)
def test_a_filter_is_exact(index: VectorIndex, within: Filter, expected: list[str]) -> None:
    index.upsert(FILTERED)
    assert found(index, within) == expected
    for item in FILTERED:  # and the same when they came one by one
        index.upsert([item])
    assert found(index, within) == expected


def test_an_answer_takes_so_many_of_a_crowd_and_looks_further(index: VectorIndex) -> None:
    items = [Item(f"s{n:02}", at(100, n), 1, crowd="series") for n in range(40)]
    items += [Item("t", at(1, 1), 1, crowd="other"), Item("u", at(1, 2), 1), Item("v", at(0, 1), 1)]
    index.upsert(items)
    assert found(index, per_crowd=2) == ["s00", "s01", "t", "u", "v"]
    assert [hit.id for hit in index.search(at(1), 3, per_crowd=1)] == ["s00", "t", "u"]
    assert len(found(index)) == 10


@pytest.mark.parametrize(
    ("vector", "said"),
    [
        (np.zeros(DIMENSIONS, np.float32), "'bad' has the length 0"),
        (np.full(DIMENSIONS, np.nan, np.float32), "'bad' has the length nan"),
        (np.full(DIMENSIONS, np.inf, np.float32), "'bad' has the length inf"),
        (np.ones(DIMENSIONS + 1, np.float32), "shape"),
        (np.ones((1, DIMENSIONS), np.float32), "shape"),
    ],
)
def test_a_bad_vector_leaves_nothing_of_its_call(
    index: VectorIndex, vector: Vector, said: str
) -> None:
    good = [Item(f"i{number}", at(1), 1) for number in range(5)]
    with pytest.raises(StoreError, match=said) as raised:
        index.upsert([*good, Item("bad", vector, 1)])
    assert not raised.value.retryable
    assert found(index) == []
    with pytest.raises(StoreError):
        index.search(vector, 1)


def test_a_number_that_is_too_large_leaves_nothing_of_its_call(index: VectorIndex) -> None:
    with pytest.raises(StoreError, match="64 bits"):
        index.upsert([Item("a", at(1), 1), Item("b", at(1), 1, Restricts(numbers={"n": 2**63}))])
    assert found(index) == []


def test_a_call_whose_items_cannot_be_made_leaves_nothing(index: VectorIndex) -> None:
    def broken() -> Iterator[Item]:
        yield Item("a", at(1), 1)
        raise LookupError

    with pytest.raises(LookupError):
        index.upsert(broken())
    assert found(index) == []


def test_what_was_written_is_there_when_opened_again(adapter: str, tmp_path: Path) -> None:
    for version in range(1, 8):
        with closing(ADAPTERS[adapter](tmp_path, DIMENSIONS)) as index:
            index.upsert([Item(f"i{version}", at(1), version), Item("a", at(1, version), version)])
            index.remove([(f"i{version - 2}", version)])
    with closing(ADAPTERS[adapter](tmp_path, DIMENSIONS)) as index:
        assert found(index) == ["i6", "i7", "a"]
        index.upsert([Item("i1", at(1), 2)])
        assert index.versions(["i1", "a", "i7"]) == [None, 7, 7]


ANSWER = """
for line in sys.stdin:
    print(*(hit.id for hit in index.search(np.array([1, 0, 0, 0], np.float32), 100)), flush=True)
"""


def test_two_processes_see_what_a_third_writes(adapter: str, tmp_path: Path) -> None:
    with closing(ADAPTERS[adapter](tmp_path, DIMENSIONS)) as index:
        with child(adapter, tmp_path, ANSWER) as one, child(adapter, tmp_path, ANSWER) as two:
            for number in range(12):
                index.upsert([Item(f"i{number:02}", at(1, number), number)])
                index.remove([(f"i{number - 4:02}", number)])
                for reader in (one, two):
                    assert reader.stdin
                    assert reader.stdout
                    print(file=reader.stdin, flush=True)
                    seen = reader.stdout.readline().split()
                    assert seen == found(index)
                    assert len(seen) == min(number + 1, 4)
            for reader in (one, two):
                assert reader.stdin
                reader.stdin.close()
