"""What holds of every adapter of the `Hypergraph` port for anything told in any order."""

import itertools
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stores.graph_adapters import ADAPTERS
from ummid.stores.hypergraph import Edge, Hypergraph, Known, Member, Told, edge, rank

_EXAMPLES = {"lmdb": 150, "bigtable": 30, "firestore": 12}
_ROLES = ["title", "territory", "licence"]
_NUMBERS = itertools.count()

members = st.lists(
    st.tuples(st.sampled_from(_ROLES), st.sampled_from(["x", "y"])), max_size=3, unique=True
)
bounds = st.one_of(st.none(), st.integers(0, 4))
names = st.sampled_from(["a.a", "a.b", "b.a"])
edges = st.one_of(st.none(), st.tuples(members, bounds, bounds))
statements = st.lists(st.tuples(names, st.integers(0, 5), edges), min_size=1, max_size=8)
times = st.one_of(st.none(), st.integers(-1, 6))


class _World:
    """Names and members of one example: nobody else's in the shared graph."""

    def __init__(self) -> None:
        self.mark = f"w{next(_NUMBERS):06}"

    def name(self, short: str) -> str:
        return self.mark + short

    def members(self, short: Sequence[tuple[str, str]]) -> list[Member]:
        return [Member(role, self.mark + value) for role, value in short]

    def told(
        self,
        short: list[tuple[str, int, tuple[list[tuple[str, str]], int | None, int | None] | None]],
    ) -> list[Told]:
        mine = ("partner", self.mark)
        return [
            Told(
                self.name(name),
                known,
                said and edge(self.name(name), [*self.members(said[0]), mine], *said[1:]),
            )
            for name, known, said in short
        ]


class _Oracle:
    """A dictionary that keeps everything."""

    def __init__(self, told: Sequence[Told]) -> None:
        self.kept: dict[str, dict[int, Edge | None]] = {}
        for one in told:
            versions = self.kept.setdefault(one.id, {})
            before = versions.get(one.known)
            versions[one.known] = max(before, one.edge, key=rank)

    def get(self, name: str, as_of: int | None) -> Edge | None:
        versions = self.kept.get(name, {})
        known = [k for k in versions if as_of is None or k <= as_of]
        return versions[max(known)] if known else None

    def history(self, name: str) -> list[Known]:
        found: list[Known] = []
        for known, one in sorted(self.kept.get(name, {}).items(), reverse=True):
            found.append(Known(one, known, found[-1].known if found else None))
        return found

    def find(self, wanted: Sequence[Member], at: int | None, as_of: int | None) -> list[Edge]:
        now = [self.get(name, as_of) for name in sorted(self.kept)]
        return [
            one
            for one in now
            if one is not None and set(wanted) <= set(one.members) and (at is None or one.holds(at))
        ]


@pytest.fixture(scope="module", params=ADAPTERS)
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Hypergraph]]:
    with ADAPTERS[request.param](tmp_path_factory.mktemp("graph") / "store") as graph:
        yield request.param, graph


def test_every_question_is_answered_as_by_a_dictionary_whatever_the_order(
    opened: tuple[str, Hypergraph],
) -> None:
    adapter, graph = opened

    @settings(
        max_examples=_EXAMPLES[adapter], suppress_health_check=[HealthCheck.too_slow], deadline=None
    )
    @given(statements, st.data())
    def law(short: list, data: st.DataObject) -> None:
        world = _World()
        told = world.told(short)
        oracle = _Oracle(told)
        order = data.draw(st.permutations(told), label="order")
        again = data.draw(st.lists(st.sampled_from(told), max_size=2), label="again")
        cut = data.draw(st.integers(0, len(order)), label="cut")
        for batch in (order[:cut], order[cut:], again):
            graph.write(batch)
        for name in map(world.name, ("a.a", "a.b", "b.a")):
            assert graph.history([name]) == [oracle.history(name)]
            for as_of in (None, *range(-1, 7)):
                assert graph.get(name, as_of) == oracle.get(name, as_of)
        wanted = [*world.members(data.draw(members, label="wanted")), Member("partner", world.mark)]
        at, as_of = data.draw(times, label="at"), data.draw(times, label="as of")
        assert [*graph.find(wanted, at=at, as_of=as_of)] == oracle.find(wanted, at, as_of)

    law()
