"""Vectors in a real PostgreSQL: what its contract does not ask of every adapter."""

import gc
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import psycopg
import pytest
from pgvector import Vector as PgVector

from tests.postgres import place_of, server, url_of
from tests.stores.vector_oracle import Oracle
from ummid.errors import ItemError, StoreError
from ummid.stores.pgvector import index as module
from ummid.stores.pgvector.index import PgVectorIndex
from ummid.stores.pgvector.rows import condition
from ummid.stores.pgvector.schema import Schema
from ummid.stores.pgvector.session import Patience, Timed
from ummid.stores.vectors import EVERYTHING, Filter, Hit, Item, Restricts, Vector, Window

SIZE = 24
NOTHING = Restricts()
PATIENT = Patience(60, 120, backoff=0.01)


def opened(folder: Path, dimensions: int = SIZE, **given: object) -> PgVectorIndex:
    Schema(place_of(folder), "e", dimensions).apply()
    said = {"searching": PATIENT, "writing": PATIENT, **given}
    return PgVectorIndex(place_of(folder), dimensions, "e", **said)  # type: ignore[arg-type]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PgVectorIndex]:
    with closing(opened(tmp_path)) as made:
        yield made


def ask(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url_of(folder)) as connection:
        return connection.execute(sql).fetchall()


def vector(number: int = 0) -> Vector:
    return np.random.default_rng(number).standard_normal(SIZE).astype(np.float32)


def item(name: str, version: int = 1, restricts: Restricts = NOTHING) -> Item:
    return Item(name, vector(), version, restricts)


def many(count: int) -> list[Item]:
    """Restricts that hold for a half, a tenth, a hundredth and a five-hundredth of them."""
    rng = np.random.default_rng(7)
    vectors = rng.standard_normal((count, SIZE)).astype(np.float32)
    return [
        Item(
            f"i{n:05}",
            vectors[n],
            1,
            Restricts(
                {"half": (str(n % 2),), "tenth": (str(n % 10),)},
                {"hundredth": n % 100},
                (Window("FR", 0, 10 + n % 500),),
            ),
            f"c{n % 40}",
        )
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Oracle]:
    folder, oracle, items = tmp_path_factory.mktemp("filled"), Oracle(), many(3000)
    with closing(opened(folder)) as index:
        index.upsert(items)
    oracle.upsert(items)
    with psycopg.connect(url_of(folder), autocommit=True) as connection:
        connection.execute("ANALYZE ummid_vectors")
    return folder, oracle


FILTERS = [
    EVERYTHING,
    Filter(allow={"half": ("1",)}),
    Filter(deny={"tenth": tuple("012345678")}),
    Filter(ranges={"hundredth": (7, 7)}),
    Filter(on=(("FR",), 508)),
    Filter(allow={"tenth": ("3",)}, on=(("FR", "DE"), 300)),
]


@pytest.mark.parametrize("per_crowd", [0, 1])
@pytest.mark.parametrize("within", FILTERS)
def test_a_graph_gives_what_satisfies_a_filter_and_all_that_was_asked_for(
    filled: tuple[Path, Oracle], within: Filter, per_crowd: int
) -> None:
    folder, oracle = filled
    found = right = 0
    with closing(opened(folder, few=20)) as index:
        for number in range(12):
            hits = index.search(vector(number), 10, within, per_crowd)
            expected = oracle.search(vector(number), 10, within, per_crowd)
            assert len(hits) == len(expected)
            known = {hit.id: hit.score for hit in oracle.search(vector(number), 3000, within)}
            assert all(abs(known[hit.id] - hit.score) < 2e-5 for hit in hits)
            assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.id))
            found += len({h.id for h in hits} & {h.id for h in expected})
            right += len(expected)
    assert found / right > 0.97


def test_a_large_answer_is_read_from_the_graph_and_the_largest_from_everything(
    filled: tuple[Path, Oracle],
) -> None:
    folder, oracle = filled
    with closing(opened(folder, few=20)) as index:
        for count in (300, 2000, 5000):
            hits = index.search(vector(), count)
            expected = {hit.id for hit in oracle.search(vector(), count)}
            assert len(hits) == len(expected)
            assert len({hit.id for hit in hits} & expected) > 0.98 * len(expected)


def test_few_items_are_all_scored_and_many_are_looked_up_in_the_graph(
    filled: tuple[Path, Oracle], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = filled

    def no_graph(*_: object) -> list[Hit]:
        raise AssertionError("the graph was asked")

    def no_scan(*_: object) -> list[Hit]:
        raise AssertionError("everything was scored")

    with closing(opened(folder, few=300)) as index:
        with monkeypatch.context() as patch:
            patch.setattr(module, "_near", no_graph)
            assert len(index.search(vector(), 10, Filter(allow={"tenth": ("1",)}))) == 10
        with monkeypatch.context() as patch:
            patch.setattr(module, "_all", no_scan)
            assert len(index.search(vector(), 10)) == 10


@pytest.mark.parametrize(
    "within",
    [
        EVERYTHING,
        Filter(allow={"half": ("1",)}),
        Filter(ranges={"hundredth": (10, 80)}),
        Filter(on=(("FR",), 200)),
    ],
)
def test_the_database_walks_the_graph(filled: tuple[Path, Oracle], within: Filter) -> None:
    folder, _ = filled
    plans: list[str] = []

    class Explained:
        def __init__(self, connection: Timed) -> None:
            self._connection = connection

        def execute(self, sql: str, values: list[object]) -> object:
            plans.append(str(self._connection.execute(f"EXPLAIN {sql}", values).fetchall()))
            return self._connection.execute(sql, values)

    asked = PgVector(vector())
    with closing(opened(folder)) as index:
        found = index._searching.run(
            lambda c: module._near(Explained(c), asked, 18, condition(within))  # type: ignore[arg-type]
        )
    assert len(found) == 18
    assert "ummid_vectors_near" in plans[0]


def test_new_restricts_touch_no_vector_and_a_removal_keeps_none(
    index: PgVectorIndex, tmp_path: Path
) -> None:
    index.upsert([item("a"), item("b")])
    before = ask(tmp_path, "SELECT vector::text FROM ummid_vectors WHERE id = 'a'")
    assert index.restrict([("a", Restricts({"n": ("x",)}), 2)]) == []
    assert ask(tmp_path, "SELECT vector::text FROM ummid_vectors WHERE id = 'a'") == before
    index.remove([("b", 9)])
    kept = ask(tmp_path, "SELECT id, version, vector, tokens FROM ummid_vectors ORDER BY id DESC")
    assert kept[0] == ("b", 9, None, [])
    assert index.restrict([("b", Restricts(), 10), ("\0", Restricts(), 1)]) == ["\0", "b"]


@pytest.mark.parametrize("text", ["a=b", "%", "x'); DROP TABLE ummid_vectors; --", "\0", "\ud800"])
def test_any_text_may_be_a_token_and_is_told_apart(index: PgVectorIndex, text: str) -> None:
    held = Restricts({text: (text,)}, {text: 1}, (Window(text),))
    index.upsert([Item("a", vector(), 1, held, text), item("b", 1, Restricts({"a": ("b=b",)}))])
    for within in (
        Filter(allow={text: (text,)}),
        Filter(ranges={text: (1, None)}),
        Filter(on=((text,), 3)),
    ):
        assert [hit.id for hit in index.search(vector(), 9, within)] == ["a"]
    assert [h.id for h in index.search(vector(), 9, Filter(deny={text: (text,)}))] == ["b"]


def test_days_beyond_every_calendar_hold_or_not(index: PgVectorIndex) -> None:
    held = Restricts(windows=(Window("FR", -(2**80), 2**80),))
    index.upsert([item("a", 1, held), item("b", 1, Restricts(windows=(Window("DE", 2**80),)))])
    assert [h.id for h in index.search(vector(), 9, Filter(on=(("FR",), 0)))] == ["a"]
    assert index.search(vector(), 9, Filter(on=(("DE",), 2**40))) == []
    assert index.search(vector(), 9, Filter(on=(("FR",), 2**90))) == []


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (item("a\0"), "unusable-id"),
        (item("a\ud800"), "unusable-id"),
        (item("é" * 1001), "too-long"),
        (item("bad", 1, Restricts({"n": ("x" * 2001,)})), "too-long"),
        (item("bad", 1, Restricts(windows=(Window("x" * 2001),))), "too-long"),
        (item("bad", 2**63), "refused"),
    ],
)
def test_an_item_that_is_not_taken_is_named_and_nothing_is_written(
    index: PgVectorIndex, bad: Item, code: str
) -> None:
    with pytest.raises(ItemError) as raised:
        index.upsert([item("aa"), bad, item("z")])
    assert (raised.value.id, raised.value.code, raised.value.retryable) == (bad.id, code, False)
    assert index.versions(["aa", bad.id, "z"]) == [None, None, None]
    index.upsert([item("é" * 1000), item("b", 1, Restricts({"n": ("x" * 1990,)}))])
    assert len(index.search(vector(), 9)) == 2


def test_all_that_the_server_does_not_take_are_named_at_once(index: PgVectorIndex) -> None:
    with pytest.raises(ItemError) as raised:
        index.upsert([item("aa"), item("b", 2**63), item("c"), item("d", 2**63)])
    assert [raised.value.id, *(other.id for other in raised.value.others)] == ["b", "d"]
    assert [other.code for other in raised.value.others] == ["refused"]


def test_more_items_than_go_together_are_all_written(index: PgVectorIndex) -> None:
    index.upsert(item(f"i{number}") for number in range(1201))
    assert index.versions([f"i{number}" for number in range(1201)]) == [1] * 1201


def test_writers_at_once_end_with_the_newest_whatever_their_order(
    index: PgVectorIndex, tmp_path: Path
) -> None:
    names = [f"i{number}" for number in range(40)]
    start = threading.Barrier(4)
    trouble: list[BaseException] = []

    def write(seed: int) -> None:
        rng = np.random.default_rng(seed)
        try:
            with closing(opened(tmp_path)) as mine:
                start.wait()
                for version in rng.permutation(12):
                    order = [names[n] for n in rng.permutation(len(names))]
                    mine.upsert([item(name, int(version)) for name in order[:30]])
                    mine.remove([(name, int(version)) for name in order[30:] if version < 11])
                mine.upsert([item(name, 11) for name in names])
        except BaseException as error:
            trouble.append(error)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert index.versions(names) == [11] * len(names)


def test_a_search_needs_no_right_to_write_and_says_so_when_asked_to(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with closing(opened(tmp_path, readonly=True)) as index:
        assert index.search(vector(), 5) == []
        for write in (index.upsert, index.restrict, index.remove):
            with pytest.raises(StoreError, match="opened for searching only"):
                write([])


def test_connections_that_the_server_ended_are_made_anew(index: PgVectorIndex) -> None:
    index.upsert([item("a")])
    for number in range(2, 5):
        with psycopg.connect(server(), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'ummid'"
            )
        index.upsert([item("a", number)])
        assert [hit.id for hit in index.search(vector(), 5)] == ["a"]
    assert index.versions(["a"]) == [4]
    assert sum(n for what, n in index.counts.items() if what.startswith("failed")) >= 3


def test_a_server_that_falls_silent_is_not_waited_for(tmp_path: Path) -> None:
    with closing(opened(tmp_path, searching=Patience(0.3, 0.6, backoff=0.01))) as index:
        (found,) = ask(
            tmp_path,
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'ummid' "
            "ORDER BY backend_start DESC LIMIT 1",
        )
        pid = int(str(found[0]))
        os.kill(pid, signal.SIGSTOP)
        try:
            assert index.search(vector(), 5) == []  # by another connection
            assert index.counts["failed: _WaitTimeout"] == 1
        finally:
            os.kill(pid, signal.SIGCONT)


def test_a_locked_table_is_waited_for_until_the_deadline(tmp_path: Path) -> None:
    with (
        closing(opened(tmp_path, writing=Patience(0.2, 0.5, backoff=0.01))) as index,
        psycopg.connect(url_of(tmp_path)) as other,
    ):
        other.execute("LOCK TABLE ummid_vectors IN EXCLUSIVE MODE")
        with pytest.raises(StoreError, match="run it again") as raised:
            index.upsert([item("a")])
        assert raised.value.retryable
        other.rollback()
        index.upsert([item("a")])
        assert index.versions(["a"]) == [1]


def test_an_index_that_nobody_uses_any_more_leaves_no_connection(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.upsert([item("a")])
    index.search(vector(), 1)
    kept = [*index._searching._idle, *index._writing._idle]
    assert len(kept) == 2
    del index
    gc.collect()
    assert all(connection.closed for connection in kept)
