"""What every adapter of the `Hypergraph` port does, told by example."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores.graph_adapters import ADAPTERS
from ummid.errors import StoreError
from ummid.stores.hypergraph import (
    MAX_MEMBERS,
    MAX_TEXT,
    Edge,
    Hypergraph,
    Known,
    Member,
    Told,
    edge,
)

FR, DE = Member("territory", "FR"), Member("territory", "DE")
FLIX, HEAT = Member("platform", "Flix & Co. #1"), Member("title", "heat")
SVOD = Member("licence", "SVOD")
"""`licence` is no role that an adapter need be quick at."""


@pytest.fixture(params=ADAPTERS)
def graph(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hypergraph]:
    with ADAPTERS[request.param](tmp_path / "store") as opened:
        yield opened


def told(
    name: str, known: int, *members: Member, start: int | None = None, end: int | None = None
) -> Told:
    return Told(name, known, edge(name, members, start, end))


def removed(name: str, known: int) -> Told:
    return Told(name, known, None)


def ids(edges: Iterator[Edge]) -> list[str]:
    return [one.id for one in edges]


def test_an_edge_is_there_as_it_was_told(graph: Hypergraph) -> None:
    one = told("r1.a", 5, HEAT, FLIX, FR, SVOD, start=-10, end=20)
    graph.write([one])
    assert graph.get("r1.a") == one.edge
    assert [*graph.find([FR])] == [one.edge]
    assert graph.history(["r1.a"]) == [[Known(one.edge, 5, None)]]


def test_what_was_never_told_is_not_there(graph: Hypergraph) -> None:
    assert graph.get("r1.a") is None
    assert graph.get("r1.a", as_of=10**12) is None
    assert graph.history(["r1.a", "r2.b"]) == [[], []]
    assert [*graph.find()] == [*graph.find([FR])] == []
    graph.write([])
    assert [*graph.find()] == []


def test_edges_are_found_by_the_members_that_they_share(graph: Hypergraph) -> None:
    graph.write(
        [
            told("r1.a", 5, HEAT, FLIX, FR),
            told("r1.b", 5, HEAT, FLIX, DE, FR),
            told("r2.a", 5, HEAT, DE, SVOD),
            told("r3.a", 5, SVOD),
        ]
    )
    assert ids(graph.find([HEAT])) == ["r1.a", "r1.b", "r2.a"]
    assert ids(graph.find([FLIX])) == ["r1.a", "r1.b"]
    assert ids(graph.find([FR, DE])) == ids(graph.find([DE, FR])) == ["r1.b"]
    assert ids(graph.find([HEAT, FLIX, FR])) == ["r1.a", "r1.b"]
    assert ids(graph.find([SVOD])) == ["r2.a", "r3.a"]
    assert ids(graph.find([DE, SVOD])) == ["r2.a"]
    assert ids(graph.find()) == ["r1.a", "r1.b", "r2.a", "r3.a"]
    assert ids(graph.find([Member("territory", "F")])) == []
    assert ids(graph.find([Member("platform", "FR")])) == []


def test_finding_goes_on_after_an_id(graph: Hypergraph) -> None:
    names = ["r1.a", "r1.b", "r11.a", "r2.a"]
    graph.write([told(name, 5, FR, SVOD) for name in names])
    for members in ([], [FR], [SVOD], [FR, SVOD]):
        for number, name in enumerate(names):
            assert ids(graph.find(members, after=name)) == names[number + 1 :]
        assert ids(graph.find(members, after="r1")) == names


def test_an_edge_holds_from_its_start_until_before_its_end(graph: Hypergraph) -> None:
    graph.write(
        [
            told("r1.a", 5, FR, start=10, end=20),
            told("r1.b", 5, FR, start=20),
            told("r1.c", 5, FR, end=10),
            told("r1.d", 5, FR),
            told("r1.e", 5, FR, start=20, end=10),
        ]
    )
    held = {
        at: "".join(name[-1] for name in ids(graph.find([FR], at=at))) for at in (9, 10, 19, 20)
    }
    assert held == {9: "cd", 10: "ad", 19: "ad", 20: "bd"}
    assert ids(graph.find(at=10)) == ids(graph.find([FR], at=10))


def test_what_is_told_later_closes_what_was_known_and_replaces_nothing(graph: Hypergraph) -> None:
    first, second = told("r1.a", 10, FR, FLIX), told("r1.a", 20, DE, FLIX)
    graph.write([first])
    graph.write([second])
    assert graph.history(["r1.a"]) == [[Known(second.edge, 20, None), Known(first.edge, 10, 20)]]
    for as_of, edge_then in ((9, None), (10, first.edge), (19, first.edge), (20, second.edge)):
        assert graph.get("r1.a", as_of) == edge_then
    assert ids(graph.find([FR])) == []
    assert ids(graph.find([DE])) == ["r1.a"]
    assert [*graph.find([FR], as_of=15)] == [first.edge]
    assert ids(graph.find([DE], as_of=15)) == []
    assert ids(graph.find([FLIX], as_of=9)) == []
    assert ids(graph.find([FLIX], as_of=20)) == ids(graph.find(as_of=20)) == ["r1.a"]


def test_a_removal_stays_and_what_was_known_before_it_too(graph: Hypergraph) -> None:
    graph.write([told("r1.a", 10, FR), told("r1.b", 10, FR)])
    graph.write([removed("r1.a", 20)])
    assert graph.get("r1.a") is None
    assert ids(graph.find([FR])) == ids(graph.find()) == ["r1.b"]
    assert ids(graph.find([FR], as_of=19)) == ["r1.a", "r1.b"]
    graph.write([told("r1.a", 15, DE)])
    assert graph.get("r1.a") is None
    assert ids(graph.find([DE])) == []
    assert ids(graph.find([DE], as_of=17)) == ["r1.a"]
    assert [(one.edge is None, one.known, one.until) for one in graph.history(["r1.a"])[0]] == [
        (True, 20, None),
        (False, 15, 20),
        (False, 10, 15),
    ]
    graph.write([told("r1.a", 30, FR)])
    assert ids(graph.find([FR])) == ["r1.a", "r1.b"]
    assert ids(graph.find([FR], as_of=25)) == ["r1.b"]


def test_a_removal_of_what_was_never_there_is_kept(graph: Hypergraph) -> None:
    graph.write([removed("r1.a", 20)])
    graph.write([told("r1.a", 10, FR)])
    assert graph.get("r1.a") is None
    assert ids(graph.find([FR], as_of=10)) == ["r1.a"]


def test_telling_again_changes_nothing(graph: Hypergraph) -> None:
    everything = [told("r1.a", 10, FR), told("r1.a", 20, DE), removed("r1.b", 5)]
    graph.write(everything)
    before = graph.history(["r1.a", "r1.b"])
    for again in (everything, everything[:1], everything[::-1]):
        graph.write(again)
    assert graph.history(["r1.a", "r1.b"]) == before
    assert ids(graph.find([FR])) == []


def test_of_two_things_told_for_one_instant_the_same_one_counts_in_any_order(
    graph: Hypergraph,
) -> None:
    for name, order in (("r1.a", 1), ("r2.a", -1)):
        for one in [(told(name, 10, DE)), told(name, 10, FR), removed(name, 10)][::order]:
            graph.write([one])
    for name, order in (("r3.a", 1), ("r4.a", -1)):
        graph.write([told(name, 10, DE, start=1), told(name, 10, DE), removed(name, 10)][::order])
    assert ids(graph.find([FR])) == ["r1.a", "r2.a"]
    assert [one.start for one in graph.find([DE])] == [1, 1]
    assert ids(graph.find([DE])) == ["r3.a", "r4.a"]
    assert [len(found) for found in graph.history(["r1.a", "r2.a", "r3.a", "r4.a"])] == [1] * 4


def test_all_that_was_ever_told_is_gone_through_by_id(graph: Hypergraph) -> None:
    graph.write([told("r1.a", 10, FR), told("r1.a", 20, DE), told("r1.b", 30, FR), told("r2.a", 5)])
    graph.write([removed("r1.b", 40), removed("r3.a", 8)])
    names = ["r1.a", "r1.b", "r2.a", "r3.a"]
    everything = dict(graph.histories())
    assert list(everything) == names
    assert [everything[name] for name in names] == graph.history(names)
    assert [name for name, _ in graph.histories(after="r1.a")] == names[1:]
    assert [name for name, _ in graph.histories(since=20)] == ["r1.a", "r1.b"]
    assert [name for name, _ in graph.histories(after="r1.a", since=8)] == ["r1.b", "r3.a"]
    assert [*graph.histories(since=41)] == []


def test_partner_text_of_any_kind_is_a_member(graph: Hypergraph) -> None:
    texts = [
        "a#b",
        "a b",
        "a/b",
        "é東\n",
        "50%",
        "a#",
        "=x",
        "x" * MAX_TEXT,
        "[1]",
        ".",
        "__a__",
        "\x00",
    ]
    graph.write([told(f"r{n}.a", 5, Member("platform", text)) for n, text in enumerate(texts)])
    for number, text in enumerate(texts):
        (found,) = graph.find([Member("platform", text)])
        assert (found.id, found.values("platform")) == (f"r{number}.a", (text,))


def test_many_edges_are_written_and_found(graph: Hypergraph) -> None:
    count = 1_203
    graph.write([told(f"r{n:05}.a", 5, FR, Member("title", f"t{n % 3}")) for n in range(count)])
    assert ids(graph.find([FR])) == [f"r{n:05}.a" for n in range(count)]
    assert len(ids(graph.find([FR, Member("title", "t1")]))) == count // 3
    assert len(graph.history([f"r{n:05}.a" for n in range(count)])) == count


@pytest.mark.parametrize(
    "wrong",
    [
        Told("r1", 5, None),
        Told("R1.a", 5, None),
        Told("r1.a#b", 5, None),
        Told("r1.a", -1, None),
        Told("r1.a", 5, edge("r1.b", [FR])),
        told("r1.a", 5, Member("Role", "x")),
        told("r1.a", 5, Member("role", "")),
        told("r1.a", 5, Member("role", "x" * (MAX_TEXT + 1))),
        Told("r1.a", 5, Edge("r1.a", (FR, DE))),
        Told("r1.a", 5, Edge("r1.a", (DE, DE))),
        told("r1.a", 5, *[Member("m", str(n)) for n in range(MAX_MEMBERS + 1)]),
    ],
    ids=[
        "no name",
        "capital",
        "sign",
        "before 1970",
        "another id",
        "role",
        "empty",
        "long",
        "order",
        "twice",
        "many",
    ],
)
def test_what_no_adapter_may_take_is_refused_with_nothing_written(
    graph: Hypergraph, wrong: Told
) -> None:
    with pytest.raises(StoreError):
        graph.write([told("r0.a", 5, FR), wrong])
    assert ids(graph.find()) == []
