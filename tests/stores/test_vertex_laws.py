"""Whatever the order, the repeats and the failures: the service ends with the newest of each id."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stores.vector_adapters import DIMENSIONS, place_of, wire_to
from tests.stores.vertex_server import Vertex, start
from ummid.errors import StoreError
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.vectors import Item, Restricts
from ummid.stores.vertex.ids import MARKER
from ummid.stores.vertex.index import VertexVectorIndex
from ummid.stores.vertex.wire import WireConfig

_FRAGILE = WireConfig(rate=5_000.0, most_rate=5_000.0, tries=1, timeout=20.0, deadline=60.0)
_NUMBERS = itertools.count()
_FAILURES = st.sampled_from(
    [
        None,
        None,
        grpc.StatusCode.UNAVAILABLE,
        ("half", grpc.StatusCode.UNAVAILABLE),
        ("all", grpc.StatusCode.DEADLINE_EXCEEDED),
    ]
)
_WRITES = st.lists(
    st.tuples(st.sampled_from(["up", "up", "off"]), st.sampled_from("abcd"), st.integers(0, 9)),
    max_size=12,
    unique_by=lambda write: write[1:],
)


@pytest.fixture(scope="module")
def vertex() -> Iterator[Vertex]:
    service = Vertex()
    server, _ = start(service)
    yield service
    server.stop(0).wait()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LmdbTable]:
    opened = LmdbTable(tmp_path_factory.mktemp("ledger"))
    yield opened
    opened.close()


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    writes=_WRITES,
    failures=st.lists(_FAILURES, max_size=20),
    order=st.randoms(use_true_random=False),
)
def test_the_newest_is_there_whatever_failed_and_came_first(
    vertex: Vertex,
    table: LmdbTable,
    writes: list[tuple[str, str, int]],
    failures: list[object],
    order: random.Random,
) -> None:
    number = next(_NUMBERS)
    folder, prefix = Path(f"/law/{number}"), b"h#%d#" % number
    vertex.script = lambda *_: None
    made = [
        VertexVectorIndex(wire_to(vertex.port, folder, _FRAGILE), DIMENSIONS, "e", table, prefix)
        for _ in range(2)
    ]
    waiting = iter(failures)
    vertex.script = lambda method, _: (
        next(waiting, None) if method != "ReadIndexDatapoints" else None  # type: ignore[return-value]
    )
    left = [*writes, *order.sample(writes, len(writes) // 2)]
    while left:
        order.shuffle(left)
        failed = []
        for write in left:
            try:
                _do(order.choice(made), *write)
            except StoreError as error:
                failed.append((write, error))
        assert all(error.retryable for _, error in failed)
        left = [write for write, _ in failed]
    newest = {}
    for kind, name, version in sorted(writes, key=lambda write: write[2]):
        newest[name] = (kind, version)
    expected = {name: version for name, (kind, version) in newest.items() if kind == "up"}
    there = vertex.indexes[place_of(folder).index]
    assert {
        name: (point.numeric_restricts[-1].value_int, round(point.feature_vector[0], 4))
        for name, point in there.items()
        if name != MARKER
    } == {name: (version, _first(version)) for name, version in expected.items()}
    assert made[0].versions("abcd") == [expected.get(name) for name in "abcd"]
    assert set(made[1].verify(mend=False)) <= {"same"}
    for index in made:
        index.close()


def _do(index: VertexVectorIndex, kind: str, name: str, version: int) -> None:
    if kind == "off":
        index.remove([(name, version)])
    else:
        vector = np.array([1, version, 0, 0], np.float32)
        index.upsert([Item(name, vector, version, Restricts(numbers={"year": version}))])


def _first(version: int) -> float:
    return round(float(1 / np.hypot(1, version)), 4)
