"""The graph on Firestore: its documents, indexes and rules, and what it does when calls fail."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.query import Query
from grpc import StatusCode
from hypothesis import given
from hypothesis import strategies as st

from scripts.emulators import emulator
from tests.emulators import needs_firestore
from tests.stores.firestore_indexes import FILE, answered, indexes
from tests.stores.graph_adapters import place_of
from tests.wire import Fault, Wire, wire
from ummid.errors import ConfigError, StoreError
from ummid.services import FIRESTORE, service
from ummid.stores.firestore import documents, queries
from ummid.stores.firestore.client import EMULATOR, Deadlines, until_done
from ummid.stores.firestore.documents import COLLECTION, DAY, document, token
from ummid.stores.firestore.graph import FirestoreHypergraph
from ummid.stores.firestore.place import FirestorePlace, parse
from ummid.stores.hypergraph import MAX_MEMBERS, MAX_TEXT, Edge, Known, Member, Told, edge
from ummid.stores.table import PartlyWritten

FR, FLIX, HEAT = Member("territory", "FR"), Member("platform", "flix"), Member("title", "t1")
PATIENT = Deadlines(whole=60, attempt=20, wait=0.01)
SOON = Deadlines(whole=3, attempt=1, wait=0.01)
GONE, REFUSED = StatusCode.UNAVAILABLE, StatusCode.INVALID_ARGUMENT


def told(name: str, known: int = 5, *members: Member) -> Told:
    return Told(name, known, edge(name, members or (FR, FLIX, HEAT)))


def ids(edges: Iterator[Edge]) -> list[str]:
    return [one.id for one in edges]


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[FirestoreHypergraph]:
    needs_firestore()
    with closing(FirestoreHypergraph(place_of(tmp_path))) as opened:
        yield opened


@pytest.fixture
def faulty() -> Iterator[Wire]:
    with wire(needs_firestore()) as between:
        yield between


@contextmanager
def through(
    faulty: Wire, folder: Path, monkeypatch: pytest.MonkeyPatch, deadlines: Deadlines
) -> Iterator[FirestoreHypergraph]:
    with monkeypatch.context() as patch:
        patch.setenv(EMULATOR, faulty.address)
        opened = FirestoreHypergraph(place_of(folder), deadlines)
    with closing(opened):
        yield opened


@pytest.fixture
def wired(
    tmp_path: Path, faulty: Wire, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FirestoreHypergraph]:
    with through(faulty, tmp_path, monkeypatch, PATIENT) as opened:
        yield opened


@pytest.fixture
def impatient(
    tmp_path: Path, faulty: Wire, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FirestoreHypergraph]:
    with through(faulty, tmp_path, monkeypatch, SOON) as opened:
        yield opened


def documents_of(place: FirestorePlace) -> dict[str, dict[str, Any]]:
    client = firestore.Client(project=place.project, database=place.database)
    return {one.id: one.to_dict() or {} for one in client.collection(COLLECTION).stream()}


def test_a_version_is_a_document_under_the_edge_and_its_time(graph: FirestoreHypergraph) -> None:
    graph.write([Told("r1.a", 10, edge("r1.a", [FR, FLIX, HEAT], 1, 2)), Told("r1.a", 20, None)])
    assert documents_of(graph.place) == {
        "r1.a@0000000000000010": {
            "edge": "r1.a",
            "known": 10,
            "until": 20,
            "removed": False,
            "members": ["platform=flix", "territory=FR", "title=t1"],
            "tokens": ["FR@flix", "platform=flix", "territory=FR", "title=t1"],
            "start": 1,
            "end": 2,
        },
        "r1.a@0000000000000020": {
            "edge": "r1.a",
            "known": 20,
            "until": None,
            "removed": True,
            "members": [],
            "tokens": [],
            "start": None,
            "end": None,
        },
    }


@pytest.mark.parametrize(
    ("members", "looked_for"),
    [
        ((), None),
        ((FR,), "territory=FR"),
        ((FR, FLIX), "FR@flix"),
        ((FLIX, FR, HEAT), "title=t1"),
        ((Member("licence", "SVOD"),), "licence=SVOD"),
        ((Member("licence", "SVOD"), FR), "territory=FR"),
    ],
)
def test_edges_are_looked_for_by_the_most_telling_token(
    members: tuple[Member, ...], looked_for: str | None
) -> None:
    assert token(members) == looked_for
    if looked_for is not None:
        found = document("r1.a", Known(edge("r1.a", members), 1, None), None)
        assert looked_for in found["tokens"]


@given(st.lists(st.tuples(st.sampled_from(["territory", "platform", "m"]), st.text(min_size=1))))
def test_any_members_are_found_by_each_of_their_own(members: list[tuple[str, str]]) -> None:
    one = edge("r1.a", members)
    tokens = document("r1.a", Known(one, 1, None), None)["tokens"]
    assert all(token([member]) in tokens for member in one.members)
    assert all(len(found.encode()) <= 60 for found in tokens)
    assert documents.edge_in(document("r1.a", Known(one, 1, None), None)) == one


def test_the_largest_edge_fits_a_document(graph: FirestoreHypergraph) -> None:
    text = "東" * MAX_TEXT
    many = [Member("territory", f"T{n}" + "é" * 10) for n in range(MAX_MEMBERS - 40)]
    few = [Member("platform", f"{n}{text}"[:MAX_TEXT]) for n in range(1)]
    one = Told("r1.a", 5, edge("r1.a", [*many, *few]))
    graph.write([one])
    assert graph.get("r1.a") == one.edge


def test_closed_versions_expire_where_history_is_short(tmp_path: Path) -> None:
    needs_firestore()
    place = place_of(tmp_path)._replace(history=30)
    now = time.time_ns() // 1_000_000
    old, recent = now - 90 * DAY, now - 10 * DAY
    with closing(FirestoreHypergraph(place)) as graph:
        graph.write([told("r1.a", old), told("r1.a", old + DAY), told("r1.a", recent)])
        known = [one.known for one in graph.history(["r1.a"])[0]]
        assert known == [recent, old + DAY]  # the first was closed more than 30 days ago
        newest, before = (documents_of(place)[documents.name_of("r1.a", k)] for k in known)
        assert "expires" not in newest
        assert before["expires"].timestamp() * 1000 == pytest.approx(recent + 30 * DAY, abs=1)
        assert ids(graph.find([FR])) == ["r1.a"]


def test_every_query_has_its_index_in_the_file(
    graph: FirestoreHypergraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Query] = []
    get = Query.get

    def seen(query: Query, *args: Any, **kwargs: Any) -> Any:
        made.append(query)
        return get(query, *args, **kwargs)

    monkeypatch.setattr(Query, "get", seen)
    graph.write([told("r1.a"), told("r2.a")])
    graph.get("r1.a")
    graph.history(["r1.a", "r2.a"])
    for members in ([], [FR], [FR, FLIX]):
        for as_of in (None, 5):
            assert ids(graph.find(members, as_of=as_of)) == ["r1.a", "r2.a"]
            assert ids(graph.find(members, as_of=as_of, at=3, after="r1.a")) == ["r2.a"]
    declared = indexes()
    used = [answered(query, declared) for query in made]
    assert None not in used
    for index in declared["indexes"]:
        assert index in used, "an index that no query needs costs with every write"
        fewer = {**declared, "indexes": [one for one in declared["indexes"] if one != index]}
        assert any(answered(query, fewer) is None for query in made)


def test_a_query_without_its_index_is_noticed() -> None:
    edges = firestore.Client(project="p", credentials=AnonymousCredentials()).collection(COLLECTION)
    nothing = {"indexes": [], "fieldOverrides": indexes()["fieldOverrides"]}
    assert answered(queries.current(edges, "territory=FR", ""), nothing) is None
    assert answered(queries.versions(edges, ["a"]), nothing) == "edge"
    by_known = Query(edges).order_by("known")
    assert answered(by_known, indexes()) is None  # it has no index of its own
    with pytest.raises(ValueError, match="GREATER_THAN"):
        answered(Query(edges).where(filter=FieldFilter("end", ">", 1)), nothing)


def test_the_file_of_indexes_has_a_ttl_policy_and_nothing_is_indexed_in_vain() -> None:
    overrides = {one["fieldPath"]: one for one in indexes()["fieldOverrides"]}
    assert [name for name, one in overrides.items() if one.get("ttl")] == ["expires"]
    version = Known(edge("r1.a", [FR]), 1, 2)
    fields = document("r1.a", version, 30).keys()
    assert fields - overrides.keys() == {"edge"}
    assert json.loads(FILE.read_text(encoding="utf-8")).keys() == {"indexes", "fieldOverrides"}


def test_the_rules_let_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    needs_firestore()
    program = service(FIRESTORE).program
    if program is None:
        pytest.skip("the Firestore emulator runs elsewhere and is not installed here")
    rules = FILE.parent / "firestore.rules"
    with emulator(program, FIRESTORE, "--rules", str(rules)) as address:
        monkeypatch.setenv(EMULATOR, address)
        with closing(FirestoreHypergraph(FirestorePlace("p", "(default)"))) as graph:
            graph.write([told("r1.a")])
            assert ids(graph.find()) == ["r1.a"]
        base = f"http://{address}/v1/projects/p/databases/(default)/documents/edges"
        body = json.dumps({"fields": {}}).encode()
        for request in (
            urllib.request.Request(f"{base}/r1.a@0000000000000005"),
            urllib.request.Request(base),
            urllib.request.Request(base, body, {"Content-Type": "application/json"}),
        ):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=20)
            assert refused.value.code == 403
            refused.value.close()


def test_a_copy_becomes_what_it_copies(graph: FirestoreHypergraph) -> None:
    graph.write([told("r1.a", 5), told("r1.a", 7), told("r1.a", 9), told("r2.a", 5)])
    newest, oldest = told("r1.a", 8, FR).edge, told("r1.a").edge
    history = [Known(newest, 8, None), Known(oldest, 5, 8)]
    graph.replace({"r1.a": history, "r2.a": [], "r3.a": [Known(None, 4, None)]})
    assert dict(graph.histories()) == {"r1.a": history, "r3.a": [Known(None, 4, None)]}
    graph.replace({})


@pytest.mark.parametrize("method", ["BeginTransaction", "RunQuery", "Commit"])
@pytest.mark.parametrize("code", [GONE, StatusCode.ABORTED, StatusCode.RESOURCE_EXHAUSTED])
@pytest.mark.parametrize("after", [False, True])
def test_a_call_that_fails_once_is_made_again(
    wired: FirestoreHypergraph, faulty: Wire, method: str, code: StatusCode, after: bool
) -> None:
    faulty.fail(method, Fault(code, after=after))
    wired.write([told("r1.a", 5), told("r1.b", 5)])
    assert wired.history(["r1.a"]) == [[Known(told("r1.a").edge, 5, None)]]
    faulty.fail("RunQuery", Fault(code), Fault(code, midway=True))
    assert ids(wired.find([FR])) == ["r1.a", "r1.b"]


def test_what_stays_away_is_said_and_told_again_later(
    impatient: FirestoreHypergraph, faulty: Wire, graph: FirestoreHypergraph
) -> None:
    faulty.fail("BeginTransaction", *[Fault(StatusCode.ABORTED)] * 10_000)
    with pytest.raises(StoreError, match="1 of 1 edges were not written") as caught:
        impatient.write([told("r1.a")])
    assert caught.value.retryable
    assert not isinstance(caught.value, PartlyWritten)
    assert graph.get("r1.a") is None
    faulty.mend()
    graph.write([told("r1.a")])
    assert graph.get("r1.a") is not None


def test_a_read_that_hangs_is_given_up(impatient: FirestoreHypergraph, faulty: Wire) -> None:
    faulty.fail("RunQuery", *[Fault(None)] * 100)
    began = time.monotonic()
    with pytest.raises(StoreError, match="reading firestore://test/") as caught:
        impatient.get("r1.a")
    assert caught.value.retryable
    assert time.monotonic() - began < 10


def test_edges_that_are_refused_take_no_others_along(
    graph: FirestoreHypergraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_long = "x" * 1_100_000  # more than a document holds

    def oversized(edge_id: str, version: Known, history: int | None) -> documents.Document:
        found = document(edge_id, version, history)
        return {**found, "blob": too_long} if edge_id in ("r2.a", "r4.a") else found

    monkeypatch.setattr("ummid.stores.firestore.graph.document", oversized)
    with pytest.raises(PartlyWritten, match="2 of 5 edges were not written") as caught:
        graph.write([told(f"r{n}.a") for n in range(5)])
    assert [one.key for one in caught.value.failures] == [b"r2.a", b"r4.a"]
    assert not caught.value.retryable
    assert ids(graph.find([FR])) == ["r0.a", "r1.a", "r3.a"]


def test_two_writers_of_one_edge_close_each_others_versions(graph: FirestoreHypergraph) -> None:
    with closing(FirestoreHypergraph(graph.place)) as other:
        for known in range(0, 6, 2):
            graph.write([told("r1.a", known)])
            other.write([told("r1.a", known + 1)])
    found = [(one.known, one.until) for one in graph.history(["r1.a"])[0]]
    assert found == [(5, None), (4, 5), (3, 4), (2, 3), (1, 2), (0, 1)]


def test_a_call_is_made_again_until_its_time_is_up() -> None:
    from google.api_core.exceptions import ServiceUnavailable

    now, asked = [0.0], []

    def call(timeout: float) -> None:
        asked.append((now[0], timeout))
        now[0] += 1
        raise ServiceUnavailable("away")

    def sleep(seconds: float) -> None:
        now[0] += seconds

    with pytest.raises(ServiceUnavailable):
        until_done(call, Deadlines(10, 4, 1), clock=lambda: now[0], sleep=sleep)
    assert 3 <= len(asked) <= 6
    assert asked[0] == (0.0, 4)
    assert all(0 < timeout <= min(4, 10 - began) for began, timeout in asked)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("firestore://acme/rights", FirestorePlace("acme", "rights")),
        ("firestore://acme/(default)", FirestorePlace("acme", "(default)")),
        ("firestore://ac.me:x-1/db?history=30", FirestorePlace("ac.me:x-1", "db", 30)),
    ],
)
def test_a_graph_is_named_by_project_and_database(name: str, place: FirestorePlace) -> None:
    assert parse(name) == place
    assert str(place) == name.partition("?")[0]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "acme/rights",
        "bigtable://acme/rights",
        "firestore://acme",
        "firestore://acme/a/b",
        "firestore://acme/db?history=x",
        "firestore://acme/db?history=-1",
        "firestore://acme/db?days=3",
        "firestore:///db",
    ],
)
def test_what_names_no_database_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="firestore://PROJECT/DATABASE"):
        parse(name)
