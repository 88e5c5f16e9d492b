"""What is particular to the index on Vertex: a service that fails, forgets and is overtaken."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest

from tests.stores.vector_adapters import DIMENSIONS, QUICK, wire_to
from tests.stores.vertex_server import Vertex, start
from ummid.errors import ConfigError, ItemError, StoreError
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.vectors import Filter, Item, Restricts, Vector, Window
from ummid.stores.vertex import wire as wire_module
from ummid.stores.vertex.ids import MARKER, datapoint_id, name_of
from ummid.stores.vertex.index import MOST, VertexVectorIndex
from ummid.stores.vertex.wire import Place, WireConfig

Open = Callable[..., VertexVectorIndex]
BUSY, GONE = grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE
MOVIE, SERIES = Restricts({"type": ("movie",)}), Restricts({"type": ("series",)})
UPSERT, FIND, READ = "UpsertDatapoints", "FindNeighbors", "ReadIndexDatapoints"


@pytest.fixture
def vertex() -> Iterator[Vertex]:
    service = Vertex()
    server, _ = start(service)
    yield service
    service.over.set()
    server.stop(0).wait()


@pytest.fixture
def opened(vertex: Vertex, tmp_path: Path) -> Iterator[Open]:
    table = LmdbTable(tmp_path / "ledger")
    made: list[VertexVectorIndex] = []

    def opening(
        embedder: str = "e", *, readonly: bool = False, config: WireConfig = QUICK, **given: Any
    ) -> VertexVectorIndex:
        dimensions = given.pop("dimensions", DIMENSIONS)
        wire = wire_to(vertex.port, tmp_path, config)
        try:
            made.append(
                VertexVectorIndex(
                    wire, dimensions, embedder, None if readonly else table, b"h#", **given
                )
            )
        except StoreError:
            wire.close()
            raise
        return made[-1]

    yield opening
    for index in made:
        index.close()
    table.close()


def at(*numbers: float) -> Vector:
    return np.array([*numbers, *[0.0] * (DIMENSIONS - len(numbers))], np.float32)


def items(count: int, version: int = 1) -> list[Item]:
    return [Item(f"i{n:03}", at(10, n), version, MOVIE) for n in range(count)]


def held(vertex: Vertex) -> dict[str, int]:
    """What the service has: the version of each id."""
    (index,) = vertex.indexes.values()
    return {
        name: point.numeric_restricts[-1].value_int
        for name, point in index.items()
        if name != MARKER
    }


def spoil(vertex: Vertex, method: str, *faults: Any) -> None:
    """The next calls of a method go wrong like this."""
    begins = vertex.calls[method]

    def script(called: str, number: int) -> Any:
        step = number - begins
        return faults[step] if called == method and 0 <= step < len(faults) else None

    vertex.script = script


def test_items_go_in_requests_of_a_hundred(vertex: Vertex, opened: Open) -> None:
    index = opened()
    index.upsert(items(250))
    assert vertex.sizes == [1, 100, 100, 50]
    assert len(held(vertex)) == 250
    assert index.counts["upserted"] == 251
    routed = {m["x-goog-request-params"].partition("=")[0] for m in vertex.metadata}
    assert routed == {"index", "index_endpoint"}


def test_no_request_is_larger_than_the_service_takes(vertex: Vertex, opened: Open) -> None:
    index = opened()
    rich = Restricts({"genre": tuple(f"{n:020}" for n in range(40_000))})
    index.upsert(Item(f"i{n}", at(1), 1, rich) for n in range(20))
    assert len(held(vertex)) == 20
    assert max(vertex.sizes) < 6


def test_new_restricts_are_sent_without_vectors(vertex: Vertex, opened: Open) -> None:
    index = opened()
    index.upsert(items(3))
    assert index.restrict([("i001", SERIES, 2)]) == []
    assert vertex.masks[-1] == ["all_restricts"]
    assert held(vertex) == {"i000": 1, "i001": 2, "i002": 1}
    assert [h.id for h in index.search(at(1), 9, Filter(allow={"type": ("series",)}))] == ["i001"]


@pytest.mark.parametrize(
    "faults",
    [
        (BUSY, BUSY, BUSY),
        (GONE,),
        (grpc.StatusCode.INTERNAL, grpc.StatusCode.ABORTED),
        (("half", GONE),),
        (("all", grpc.StatusCode.DEADLINE_EXCEEDED),),
        (("half", BUSY), ("all", grpc.StatusCode.UNKNOWN)),
        (30.0,),
    ],
    ids=["storm", "dropped", "errors", "half", "applied", "mixed", "hanging"],
)
def test_a_storm_passes_and_everything_is_there_once(
    vertex: Vertex, opened: Open, faults: tuple[Any, ...]
) -> None:
    index = opened(config=WireConfig(rate=500, timeout=5.0, deadline=60.0, backoff=0.01))
    spoil(vertex, UPSERT, *faults)
    index.upsert(items(20))
    assert held(vertex) == {f"i{n:03}": 1 for n in range(20)}
    failed = sum(n for name, n in index.counts.items() if name.startswith("failed: "))
    assert failed == len(faults)
    assert index.counts["upserted"] == 21


def test_what_fails_for_good_can_be_repeated_and_nothing_is_lost(
    vertex: Vertex, opened: Open
) -> None:
    index = opened(config=WireConfig(rate=500, tries=2, backoff=0.01))
    index.upsert(items(20))
    spoil(vertex, UPSERT, None, ("half", GONE), GONE)
    with pytest.raises(StoreError, match=r"UNAVAILABLE.*run it again") as raised:
        index.upsert(items(150, version=2))
    assert raised.value.retryable
    vertex.script = lambda *_: None
    index.upsert(items(150, version=2))
    assert held(vertex) == {f"i{n:03}": 2 for n in range(150)}
    assert index.versions(["i149"]) == [2]


def test_restricts_of_what_may_not_have_arrived_bring_the_vector(
    vertex: Vertex, opened: Open
) -> None:
    index = opened(config=WireConfig(rate=500, tries=1))
    spoil(vertex, UPSERT, GONE)
    with pytest.raises(StoreError):
        index.upsert(items(2))
    assert held(vertex) == {}
    index.restrict([("i000", SERIES, 2)])
    assert vertex.masks[-1] == []
    assert held(vertex) == {"i000": 2}
    assert index.search(at(1), 1)[0].score == pytest.approx(1)


def test_what_a_killed_writer_left_is_sent_by_the_next_one(vertex: Vertex, opened: Open) -> None:
    now = [1000.0]
    killed = opened(config=WireConfig(rate=500, tries=1))
    killed.upsert(items(3))
    spoil(vertex, UPSERT, GONE)
    with pytest.raises(StoreError):
        killed.upsert(items(3, version=2))
    vertex.script = lambda *_: None
    assert held(vertex)["i000"] == 1
    now[0] = 10**10
    another = opened(clock=lambda: now[0])
    another.upsert([Item("z", at(1), 1)])
    assert held(vertex) == {"i000": 2, "i001": 2, "i002": 2, "z": 1}
    sizes = len(vertex.sizes)
    another.upsert([Item("z", at(1), 2)])
    assert vertex.sizes[sizes:] == [1]  # the note is gone


@pytest.mark.parametrize("newer", ["upsert", "remove", "restrict"])
def test_who_is_overtaken_leaves_what_is_newest(vertex: Vertex, opened: Open, newer: str) -> None:
    slow, fast = opened(), opened()
    slow.upsert([Item("a", at(0, 1), 1, MOVIE)])

    def overtake(method: str, _: int) -> None:
        """While the slow writer's request is on its way, a newer one is done."""
        if method != UPSERT:
            return
        vertex.script = lambda *_: None
        if newer == "upsert":
            fast.upsert([Item("a", at(1), 3, SERIES)])
        elif newer == "remove":
            fast.remove([("a", 3)])
        else:
            fast.restrict([("a", SERIES, 3)])

    vertex.script = overtake
    slow.upsert([Item("a", at(0, 0, 1), 2, MOVIE)])
    assert held(vertex) == ({} if newer == "remove" else {"a": 3})
    found = slow.search(at(1), 1, Filter(allow={"type": ("series",)}))
    assert [hit.id for hit in found] == ([] if newer == "remove" else ["a"])
    if newer == "upsert":
        assert found[0].score == pytest.approx(1)


def test_an_index_says_for_which_embedder_it_is(vertex: Vertex, opened: Open) -> None:
    with pytest.raises(StoreError, match=r"nothing is in .*`ummid index` fills it"):
        opened(readonly=True)
    opened("gemini-1").upsert(items(1))
    assert opened("gemini-1", readonly=True).search(at(1), 5)[0].id == "i000"
    for embedder, dimensions in (("minilm", DIMENSIONS), ("gemini-1", DIMENSIONS + 1)):
        for readonly in (True, False):
            with pytest.raises(StoreError, match=r"vectors of gemini-1/4.*an index of its own"):
                opened(embedder, readonly=readonly, dimensions=dimensions)
    assert len(vertex.sizes) == 2


def test_who_only_searches_knows_versions_and_writes_nothing(opened: Open) -> None:
    opened().upsert([*items(2), Item("é", at(1), 7)])
    reader = opened(readonly=True)
    assert reader.versions(["i001", "none", "é"]) == [1, None, 7]
    for write in (
        lambda: reader.upsert(items(1)),
        lambda: reader.remove([("a", 1)]),
        lambda: reader.restrict([]),
    ):
        with pytest.raises(StoreError, match="for searching only"):
            write()


@pytest.mark.parametrize("faults", [(GONE,), (BUSY,), (grpc.StatusCode.INTERNAL,)])
def test_a_search_is_tried_again(vertex: Vertex, opened: Open, faults: tuple[Any, ...]) -> None:
    index = opened()
    index.upsert(items(2))
    spoil(vertex, FIND, *faults)
    assert [hit.id for hit in index.search(at(1), 2)] == ["i000", "i001"]


def test_a_search_that_hangs_ends_in_its_time(vertex: Vertex, opened: Open) -> None:
    config = WireConfig(rate=500, search_timeout=0.3, search_deadline=0.6, backoff=0.01)
    index = opened(config=config)
    spoil(vertex, FIND, *[30.0] * 9)
    with pytest.raises(StoreError, match="DEADLINE_EXCEEDED") as raised:
        index.search(at(1), 2)
    assert raised.value.retryable


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (grpc.StatusCode.NOT_FOUND, "check vertex_index"),
        (grpc.StatusCode.PERMISSION_DENIED, "check vertex_index"),
        (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_ARGUMENT here"),
    ],
)
def test_a_refusal_is_said_and_not_repeated(
    vertex: Vertex, opened: Open, code: grpc.StatusCode, said: str
) -> None:
    index = opened()
    spoil(vertex, UPSERT, *[code] * 9)
    before = vertex.calls[UPSERT]
    with pytest.raises(StoreError, match=said) as raised:
        index.upsert(items(1))
    assert not raised.value.retryable
    asked_again = code is grpc.StatusCode.INVALID_ARGUMENT  # whether the item is to blame
    assert vertex.calls[UPSERT] == before + 1 + asked_again


def test_writes_that_cannot_have_their_turn_in_time_end(opened: Open) -> None:
    index = opened(config=WireConfig(rate=0.5, most_rate=0.5, turn_bytes=1, deadline=5.0))
    with pytest.raises(StoreError, match="fewer writes than are waiting") as raised:
        index.upsert(items(1))
    assert raised.value.retryable


@pytest.mark.parametrize("sign", [1, -1])
def test_a_score_is_a_cosine_whatever_sign_a_distance_has(
    vertex: Vertex, opened: Open, sign: int
) -> None:
    vertex.distance = lambda product: sign * product
    index = opened()
    index.upsert([Item("far", at(-1), 1), Item("near", at(3, 4), 1), Item("is", at(1), 1)])
    hits = index.search(at(1), 3)
    assert [(hit.id, hit.score) for hit in hits] == [("is", 1), ("near", 0.6), ("far", -1)]
    assert index.search(at(1), 1, Filter(on=(("FR",), 10**6))) == []


def test_an_index_of_another_measure_is_refused(vertex: Vertex, opened: Open) -> None:
    vertex.distance = lambda product: 1 - product
    index = opened()
    index.upsert(items(2))
    with pytest.raises(StoreError, match="another measure than the dot product"):
        index.search(at(1), 1)


def test_before_the_marker_is_shown_a_distance_is_taken_for_a_cosine(
    vertex: Vertex, opened: Open
) -> None:
    index = opened()
    index.upsert(items(2))
    (there,) = vertex.indexes.values()
    del there[MARKER]
    assert index.search(at(1), 1)[0].score == pytest.approx(1)


def test_ties_at_the_last_place_are_looked_behind(vertex: Vertex, opened: Open) -> None:
    index = opened()
    index.upsert([Item(f"i{n:03}", at(1), 1) for n in range(300)])
    index.upsert([Item("z", at(2, 1), 1)])
    assert [hit.id for hit in index.search(at(1), 3)] == ["i000", "i001", "i002"]
    assert vertex.calls[FIND] > 2


def test_what_the_service_cannot_tell_is_looked_at_and_looked_behind(
    opened: Open,
) -> None:
    index = opened()
    far = 60_000  # days: the year 2134
    index.upsert(
        Item(
            f"i{n:02}",
            at(100, n),
            1,
            Restricts(windows=(Window("FR", 1, far + n % 2),)),
            f"c{n % 4}",
        )
        for n in range(60)
    )
    holding = [f"i{n:02}" for n in range(60) if n % 2]
    found = index.search(at(1), 20, Filter(on=(("FR",), far)))
    assert [hit.id for hit in found] == holding[:20]
    found = index.search(at(1), 20, Filter(on=(("FR",), far)), per_crowd=2)
    assert [hit.id for hit in found] == ["i01", "i03", "i05", "i07"]
    assert len(index.search(at(1), 60, Filter(on=(("FR",), 20_000)))) == 60


def test_more_answers_than_the_service_gives_are_refused(opened: Open) -> None:
    index = opened()
    index.upsert(items(5))
    assert len(index.search(at(1), MOST)) == 5
    with pytest.raises(StoreError, match="1,000"):
        index.search(at(1), MOST + 1)


@pytest.mark.parametrize(
    ("restricts", "said"),
    [
        (Restricts({"genre": tuple(f"g{n}" for n in range(50_001))}), "50,001 tokens"),
        (Restricts({"genre": ("g" * 2_000_000,)}), "2,000,000 bytes"),
        (Restricts(windows=tuple(Window(f"P{n}", 0, 65) for n in range(30_000))), "fewer windows"),
    ],
)
def test_too_many_restricts_are_refused_before_anything_is_sent(
    vertex: Vertex, opened: Open, restricts: Restricts, said: str
) -> None:
    index = opened()
    with pytest.raises(StoreError, match=said):
        index.upsert([Item("a", at(1), 1), Item("b", at(1), 1, restricts)])
    with pytest.raises(StoreError, match=said):
        index.restrict([("a", restricts, 1)])
    assert held(vertex) == {}


def test_an_id_that_is_too_long_is_said(opened: Open) -> None:
    with pytest.raises(StoreError, match="too long"):
        opened().upsert([Item("x" * 500, at(1), 1)])


@pytest.mark.parametrize(
    "name", ["", "a", "tt-1_2", "é", ".", "..ummid", "a.2e", "\ud800/x y", "日本"]
)
def test_an_id_is_safe_and_comes_back(name: str) -> None:
    coded = datapoint_id(name)
    assert coded.isascii()
    assert coded.replace(".", "").replace("-", "").replace("_", "").isalnum() or coded == "."
    assert coded != MARKER
    assert name_of(coded) == name


def test_verifying_tells_what_differs_and_mends_it(vertex: Vertex, opened: Open) -> None:
    index = opened()
    index.upsert(items(6))
    index.remove([("i005", 2)])
    assert index.verify() == {"same": 6}
    (there,) = vertex.indexes.values()
    gone = there.pop("i001")
    there["i002"].numeric_restricts[-1].value_int = 0
    left = type(gone).FromString(gone.SerializeToString())
    left.datapoint_id = "i005"
    there["i005"] = left
    expected = {"same": 3, "missing": 1, "older": 1, "left": 1}
    assert index.verify(mend=False) == expected
    assert index.verify() == expected
    assert index.verify() == {"same": 6}
    assert held(vertex) == {f"i{n:03}": 1 for n in range(5)}


def test_an_index_is_filled_anew_from_its_ledger(vertex: Vertex, opened: Open) -> None:
    index = opened()
    index.upsert(items(150))
    (there,) = vertex.indexes.values()
    there.clear()
    assert index.verify() == {"missing": 150}
    assert len(held(vertex)) == 150


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"index": "123"}, "vertex_index '123'"),
        ({"index": "projects/p/locations/l/indexEndpoints/1"}, "vertex_index"),
        ({"endpoint": "projects/p/locations/l/indexes/1"}, "vertex_endpoint"),
        ({"deployed": ""}, "vertex_deployed"),
        ({"domain": ""}, "vertex_domain"),
    ],
)
def test_a_place_that_is_none_is_said(given: dict[str, str], said: str) -> None:
    good = {
        "index": "projects/p/locations/europe-west4/indexes/1",
        "endpoint": "projects/p/locations/europe-west4/indexEndpoints/2",
        "deployed": "d",
        "domain": "1.europe-west4-2.vdb.vertexai.goog",
    }
    assert Place(**good).api == "europe-west4-aiplatform.googleapis.com"
    with pytest.raises(ConfigError, match=said):
        Place(**{**good, **given})


def test_without_the_client_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.cloud.aiplatform_v1", None)
    monkeypatch.delattr("google.cloud.aiplatform_v1")
    with pytest.raises(ConfigError, match=r"nexus-ummid\[gcp\]"):
        wire_module.service_types()


def test_without_credentials_the_way_to_them_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    place = Place(
        "projects/p/locations/l/indexes/1",
        "projects/p/locations/l/indexEndpoints/2",
        "d",
        "x.invalid",
    )
    with pytest.raises(ConfigError, match="gcloud auth application-default login"):
        wire_module.connect(place)


def is_bad(point: Any) -> bool:
    return name_of(point.datapoint_id) in {"i007", "i123"}


def test_an_item_that_the_service_refuses_is_named_and_its_neighbours_go_through(
    vertex: Vertex, opened: Open
) -> None:
    index = opened()
    index.upsert(items(10))
    vertex.refuses = is_bad
    with pytest.raises(ItemError, match="INVALID_ARGUMENT: a datapoint is not taken") as raised:
        index.upsert(items(150, version=2))
    assert (raised.value.id, raised.value.code) == ("i007", "refused")
    assert [other.id for other in raised.value.others] == ["i123"]
    assert index.counts["refused"] == 2
    expected = {f"i{n:03}" for n in range(150)} - {"i007", "i123"}
    assert {hit.id for hit in index.search(at(1), 200)} == expected
    assert index.versions(["i006", "i007", "i008"]) == [2, None, 2]
    vertex.refuses = lambda _: False
    assert index.verify()["same"] == 150
    index.upsert(items(150, version=2))  # what was not taken may be sent again
    assert len(index.search(at(1), 200)) == 150


def test_many_refused_items_in_front_hold_up_no_other(vertex: Vertex, opened: Open) -> None:
    index, bad = opened(), {f"i{n:03}" for n in range(42)}
    vertex.refuses = lambda point: name_of(point.datapoint_id) in bad
    before = vertex.calls[UPSERT]
    with pytest.raises(ItemError) as raised:
        index.upsert(items(500))
    assert {raised.value.id, *(other.id for other in raised.value.others)} == bad
    assert vertex.calls[UPSERT] - before < 2 * 42 + 20
    assert len(index.search(at(1), 600)) == 458
    index.upsert([Item("z", at(9), 1)])  # nothing is left that would fail again
    assert index.versions(["z"]) == [1]


def test_restricts_that_the_service_refuses_take_their_item_out(
    vertex: Vertex, opened: Open
) -> None:
    index = opened()
    index.upsert(items(10))
    vertex.refuses = is_bad
    with pytest.raises(ItemError) as raised:
        index.restrict((f"i{n:03}", SERIES, 2) for n in range(12))
    assert raised.value.id == "i007"
    only = Filter(allow={"type": ("series",)})
    assert len(index.search(at(1), 20, only)) == len(index.search(at(1), 20)) == 9


def test_a_request_that_is_refused_whatever_is_in_it_names_no_item(
    vertex: Vertex, opened: Open
) -> None:
    index = opened()
    vertex.refuses = lambda _: True
    with pytest.raises(StoreError, match="INVALID_ARGUMENT") as raised:
        index.upsert(items(90))
    assert not isinstance(raised.value, ItemError)
    vertex.refuses = lambda _: False
    index.upsert(items(90))
    assert len(index.search(at(1), 200)) == 90
