"""What is particular to the mapped vector index: its segments, its processes, its errors."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from tests.stores.vector_adapters import DIMENSIONS, child
from tests.stores.vector_oracle import satisfies
from ummid.errors import StoreError
from ummid.stores.mapped import segment
from ummid.stores.mapped.index import MappedVectorIndex
from ummid.stores.vectors import EVERYTHING, Filter, Item, Restricts, Window

SIZE, WIDE = 9000, 16


def clustered(rng: np.random.Generator, size: int = SIZE) -> "np.ndarray[tuple[int, int]]":  # type: ignore[type-var]
    centres = rng.standard_normal((60, WIDE))
    drawn = centres[rng.integers(60, size=size)] + rng.standard_normal((size, WIDE)) * 0.4
    unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit.astype(np.float32)  # type: ignore[return-value]


def restricts_of(row: int, vector: object) -> Restricts:
    far = ("far",) if vector[0] < -0.3 else ("near",)  # type: ignore[index]
    tokens = {"half": ("yes",) if row % 2 else ("no",), "side": far, "few": (f"t{row % 900}",)}
    numbers = {"year": row % 100} | ({"rank": row} if row % 3 else {})
    windows = (Window(f"w{row % 3}", row % 50, row % 50 + 20), Window(f"w{row % 3}", 90, None))
    return Restricts(tokens, numbers, windows)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MappedVectorIndex, object]]:
    vectors = clustered(np.random.default_rng(1))
    folder = tmp_path_factory.mktemp("large")
    with closing(MappedVectorIndex(folder, WIDE)) as index:
        index.upsert(
            Item(f"{row:05}", vector, 1, restricts_of(row, vector), f"c{row % 5}")
            for row, vector in enumerate(vectors)
        )
        yield index, vectors


FILTERS = [
    EVERYTHING,
    Filter(allow={"half": ("yes",)}),
    Filter(allow={"half": ("yes",)}, deny={"few": ("t1", "t3", "t5")}),
    Filter(allow={"side": ("far",)}),
    Filter(allow={"few": ("t7",)}),
    Filter(allow={"few": ("t7", "t8")}, deny={"half": ("no",)}),
    Filter(ranges={"year": (10, 60)}),
    Filter(ranges={"year": (10, 10)}),
    Filter(ranges={"rank": (100, None)}),
    Filter(allow={"few": ("t7",)}, ranges={"rank": (100, None)}),
    Filter(on=(("w0", "w1"), 30)),
    Filter(allow={"few": ("t7", "t12")}, on=(("w1",), 95)),
    Filter(deny={"half": ("no",)}, on=(("w1",), 95)),
]


@pytest.mark.parametrize("gathered", [segment.GATHERED, 100])
@pytest.mark.parametrize("within", FILTERS, ids=range(len(FILTERS)))
def test_lists_find_what_looking_at_everything_finds(
    large: tuple[MappedVectorIndex, "np.ndarray[tuple[int, int]]"],  # type: ignore[type-var]
    within: Filter,
    gathered: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:

    monkeypatch.setattr(segment, "GATHERED", gathered)
    index, vectors = large
    rows = [r for r, v in enumerate(vectors) if satisfies(restricts_of(r, v), within)]  # type: ignore[arg-type, var-annotated]
    chosen = vectors[rows]  # type: ignore[index]
    shares = []
    for query in clustered(np.random.default_rng(2), 30):  # type: ignore[attr-defined]
        best = np.argsort(-(chosen @ query), kind="stable")[:10]
        hits = index.search(query, 10, within)
        assert {int(hit.id) for hit in hits} <= set(rows)
        assert len(hits) == min(10, len(rows))
        shares.append(len({int(hit.id) for hit in hits} & {rows[b] for b in best}) / len(best))
    assert np.mean(shares) >= 0.99
    assert min(shares) >= 0.8


def test_a_crowd_that_takes_all_places_is_looked_behind(
    large: tuple[MappedVectorIndex, "np.ndarray[tuple[int, int]]"],  # type: ignore[type-var]
) -> None:
    index, vectors = large
    hits = index.search(vectors[0], 10, per_crowd=1)  # type: ignore[index]
    assert sorted(int(hit.id) % 5 for hit in hits) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("gathered", [segment.GATHERED, 100])
def test_many_equal_vectors_are_answered_in_the_order_of_ids(
    tmp_path: Path, gathered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment, "GATHERED", gathered)
    rng = np.random.default_rng(3)
    vectors = [*clustered(rng, 6000), *np.repeat(clustered(rng, 1), 300, axis=0)]  # type: ignore[misc]
    with closing(MappedVectorIndex(tmp_path, WIDE)) as index:
        index.upsert(Item(f"{row:05}", v, 1) for row, v in enumerate(vectors))
        hits = index.search(vectors[-1], 20)
        assert [hit.id for hit in hits] == [f"{row:05}" for row in range(6000, 6020)]
        index.upsert([Item("05999!", vectors[-1], 1)])
        assert index.search(vectors[-1], 2)[0].id == "05999!"


def test_changes_of_every_size_keep_an_index_exact(tmp_path: Path) -> None:
    rng, vectors = np.random.default_rng(4), clustered(np.random.default_rng(5))
    with closing(MappedVectorIndex(tmp_path, WIDE, journaled=500)) as index:
        index.upsert(Item(f"{row:05}", v, 1) for row, v in enumerate(vectors))  # type: ignore[arg-type, var-annotated]
        new = Restricts({"state": ("new",)})
        assert index.restrict((f"{row:05}", new, 2) for row in range(0, 3000, 3)) == []
        assert index.restrict((f"{row:05}", new, 2) for row in range(3000, 3300)) == []
        index.remove((f"{row:05}", 3) for row in range(0, 3000, 6))
        moved = clustered(rng, 700)
        index.upsert(Item(f"{row:05}", v, 4) for row, v in enumerate(moved, 4000))  # type: ignore[arg-type, var-annotated]
        vectors[4000:4700] = moved  # type: ignore[index]
        tagged = {*range(3, 3000, 6), *range(3000, 3300)}
        gone = set(range(0, 3000, 6))
        for query in clustered(rng, 20):  # type: ignore[attr-defined]
            order = np.argsort(-(vectors @ query), kind="stable").tolist()
            alive = [row for row in order if row not in gone]
            hits = [int(hit.id) for hit in index.search(query, 10)]
            assert len(set(hits) & set(alive[:10])) >= 9
            hits = [int(h.id) for h in index.search(query, 10, Filter(allow={"state": ("new",)}))]
            assert hits == [row for row in alive if row in tagged][:10]
        before = index.search(vectors[1], 50)  # type: ignore[index]
        index.compact()
        assert index.search(vectors[1], 50) == before  # type: ignore[index]
        assert len(list(tmp_path.glob("*.pack"))) == 1
        index.upsert([Item("00000", vectors[0], 2)])  # type: ignore[index]
        assert index.versions(["00000", "00003", "04000"]) == [None, 2, 4]


WRITE_FOR_EVER = """
for number in range(1, 1_000_000):
    vector = np.array([1, number % 7, 0, 0], np.float32)
    many = 40 if number % 5 == 0 else 3
    index.upsert(Item(f"n{number}-{row}", vector, number) for row in range(many))
    index.remove([(f"n{number - 3}-{row}", number) for row in range(2)])
    index.restrict([(f"n{number}-2", Restricts({"t": ("x",)}), number)])
    print(number, flush=True)
"""


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_writer_loses_nothing_that_a_call_published(tmp_path: Path, seed: int) -> None:
    chance, begun = random.Random(seed), 0
    for _ in range(2):
        program = WRITE_FOR_EVER.replace("range(1,", f"range({begun + 1},")
        with child("mapped, short journal", tmp_path, program) as writer:
            assert writer.stdout
            last = int(writer.stdout.readline())
            time.sleep(chance.random() * 0.4)
            os.kill(writer.pid, signal.SIGKILL)
            last = max([last, *(int(line) for line in writer.stdout.read().split())])
        with closing(MappedVectorIndex(tmp_path, DIMENSIONS, journaled=3)) as index:
            for number in range(1, last + 1):
                many = 40 if number % 5 == 0 else 3
                there = index.versions([f"n{number}-{row}" for row in range(many)])
                dropped = [None, None] if number + 3 <= last else there[:2]
                assert there == [*dropped, *[number] * (many - 2)]
            tagged = index.search(np.ones(4, np.float32), 10**6, Filter(allow={"t": ("x",)}))
            assert {f"n{number}-2" for number in range(1, last + 1)} <= {h.id for h in tagged}
            every = index.search(np.ones(4, np.float32), 10**6)
            assert len(every) == len({hit.id for hit in every})
            begun = last


def test_a_torn_frame_is_left_out_and_cut_off_by_the_next_writer(tmp_path: Path) -> None:
    vector = np.ones(DIMENSIONS, np.float32)
    with closing(MappedVectorIndex(tmp_path, DIMENSIONS)) as index:
        index.upsert([Item("a", vector, 1)])
        file = tmp_path / "journal-1"
        whole = file.stat().st_size
        for tail in (b"\x01", b"\x09\0\0\0\0\0\0\0too short", b"\x01\0\0\0\0\0\0\0wrong sum"):
            with file.open("ab") as stream:
                stream.write(tail)
            assert [hit.id for hit in index.search(vector, 5)] == ["a"]
            with closing(MappedVectorIndex(tmp_path, DIMENSIONS, readonly=True)) as other:
                assert [hit.id for hit in other.search(vector, 5)] == ["a"]
        index.upsert([Item("b", vector, 1)])
        assert file.stat().st_size < whole * 3
    with closing(MappedVectorIndex(tmp_path, DIMENSIONS)) as index:
        assert index.versions(["a", "b"]) == [1, 1]


def test_a_disk_that_is_full_keeps_what_was_there_and_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = np.ones(DIMENSIONS, np.float32)
    with closing(MappedVectorIndex(tmp_path, DIMENSIONS, journaled=2)) as index:
        index.upsert([Item("a", vector, 1)])
        with monkeypatch.context() as full:

            def fail(_: int) -> None:
                raise OSError(28, "No space left on device")

            full.setattr(os, "fsync", fail)
            for items in ([Item("b", vector, 1)], [Item(f"c{n}", vector, 1) for n in range(5)]):
                with pytest.raises(StoreError, match="No space left") as raised:
                    index.upsert(items)
                assert raised.value.retryable
                assert index.versions(["a", items[0].id]) == [1, None]
        index.upsert([Item("b", vector, 2)])
        assert [hit.id for hit in index.search(vector, 9)] == ["a", "b"]


def test_threads_search_while_another_writes(tmp_path: Path) -> None:
    failures: list[BaseException] = []
    with closing(MappedVectorIndex(tmp_path, DIMENSIONS, journaled=20)) as index:
        index.upsert([Item("first", np.ones(DIMENSIONS, np.float32), 1)])
        done = False

        def ask() -> None:
            try:
                while not done:
                    assert index.search(np.ones(DIMENSIONS, np.float32), 1)[0].id == "first"
            except BaseException as error:
                failures.append(error)

        threads = [Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(60):
            index.upsert([Item(f"n{number}", np.array([1, 0, 0, number], np.float32), 1)])
        done = True
        for thread in threads:
            thread.join()
    assert not failures


def test_an_index_that_is_only_to_be_read_is_not_made_and_takes_no_writes(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no vector index"):
        MappedVectorIndex(tmp_path / "none", DIMENSIONS, readonly=True)
    assert not (tmp_path / "none").exists()
    MappedVectorIndex(tmp_path / "some", DIMENSIONS).close()
    with closing(MappedVectorIndex(tmp_path / "some", DIMENSIONS, readonly=True)) as index:
        for write in (
            lambda: index.upsert([]),
            lambda: index.restrict([("a", Restricts(), 1)]),
            lambda: index.remove([("a", 1)]),
            index.compact,
        ):
            with pytest.raises(StoreError, match="reading only"):
                write()


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with closing(MappedVectorIndex(tmp_path / "i", DIMENSIONS, journaled=1)) as index:
        index.upsert([Item(f"n{n}", np.ones(DIMENSIONS, np.float32), 1) for n in range(3)])
    with pytest.raises(StoreError, match="has 4 dimensions, not 5"):
        MappedVectorIndex(tmp_path / "i", 5)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="cannot be opened"):
        MappedVectorIndex(tmp_path / "file", DIMENSIONS)
    (pack,) = (tmp_path / "i").glob("*.pack")
    content = pack.read_bytes()
    pack.write_bytes(content[:-30] + bytes(30))
    with pytest.raises(StoreError, match="damaged"):
        MappedVectorIndex(tmp_path / "i", DIMENSIONS)
    pack.unlink()
    with pytest.raises(StoreError, match="lacks files"):
        MappedVectorIndex(tmp_path / "i", DIMENSIONS)
    (tmp_path / "i" / "manifest.json").write_bytes(b"{")
    with pytest.raises(StoreError, match="cannot be read"):
        MappedVectorIndex(tmp_path / "i", DIMENSIONS)


def test_a_journal_that_grew_long_without_rows_becomes_a_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ummid.stores.mapped.index._JOURNALED_BYTES", 100)
    with closing(MappedVectorIndex(tmp_path, DIMENSIONS)) as index:
        for number in range(9):
            index.remove([(f"n{row}", number) for row in range(20)])
        assert not (tmp_path / "journal-1").exists()
        index.upsert([Item("n3", np.ones(DIMENSIONS, np.float32), 7)])
        assert index.versions(["n3"]) == [None]
        index.upsert([Item("n3", np.ones(DIMENSIONS, np.float32), 8)])
        assert index.versions(["n3"]) == [8]
