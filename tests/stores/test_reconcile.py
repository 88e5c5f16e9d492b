"""Two graphs side by side."""

from hypothesis import given
from hypothesis import strategies as st

from ummid.stores.hypergraph import Known
from ummid.stores.reconcile import Compared, compare

graphs = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 2), max_size=5).map(
    lambda found: [(name, [Known(None, known, None)]) for name, known in sorted(found.items())]
)


@given(graphs, graphs)
def test_every_edge_of_either_is_said_once_with_what_it_should_be(
    wanted: list[tuple[str, list[Known]]], found: list[tuple[str, list[Known]]]
) -> None:
    ours, theirs = dict(wanted), dict(found)
    expected = []
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours:
            expected.append(Compared(name, "foreign", ()))
        elif name not in theirs:
            expected.append(Compared(name, "missing", ours[name]))
        else:
            kind = "same" if ours[name] == theirs[name] else "different"
            expected.append(Compared(name, kind, ours[name]))
    assert [*compare(wanted, iter(found))] == expected
