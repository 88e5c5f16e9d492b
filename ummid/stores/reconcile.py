"""Two rights graphs side by side: what one has that the other should have."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from ummid.stores.hypergraph import Known

History = Sequence[Known]
Kind = Literal["same", "missing", "different", "foreign"]


class Compared(NamedTuple):
    """One edge. `history` is what it should be: empty for a foreign one."""

    id: str
    kind: Kind
    history: History


def compare(
    wanted: Iterable[tuple[str, History]], found: Iterable[tuple[str, History]]
) -> Iterator[Compared]:
    """Every edge of either, by id, as both give them. Holds one of each in memory."""
    theirs = iter(found)
    other = next(theirs, None)
    for edge_id, history in wanted:
        while other is not None and other[0] < edge_id:
            yield Compared(other[0], "foreign", ())
            other = next(theirs, None)
        if other is None or other[0] != edge_id:
            yield Compared(edge_id, "missing", history)
            continue
        yield Compared(edge_id, "same" if list(other[1]) == list(history) else "different", history)
        other = next(theirs, None)
    while other is not None:
        yield Compared(other[0], "foreign", ())
        other = next(theirs, None)
