"""The review queue: pairs too likely to dismiss and not likely enough to join by themselves."""

from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from ummid.catalog.keys import stable_id
from ummid.catalog.model import SourceRecord
from ummid.errors import StoreError
from ummid.identity.compare import compare
from ummid.identity.links import Links
from ummid.identity.words import words
from ummid.stores.table import Table
from ummid.views import pairs, titles
from ummid.views.pairs import Compared
from ummid.views.state import RecordState, states

_AT_ONCE = 500
_ID = 10


class Side(Struct, frozen=True):
    """One of the two statements of a pair."""

    record: str
    title_id: str
    partner: str
    format: str
    own_id: str | None
    title: str
    year: int | None


class Doubt(Struct, frozen=True):
    """A pair that waits for a person. `probability` is of model.SCALE."""

    id: str
    probability: int
    one: Side
    other: Side
    evidence: tuple[str, ...]


def pair_id(one: str, other: str) -> str:
    """The short name of a pair, whichever record is named first."""
    return stable_id("pair", *sorted((one, other)))[:_ID]


def doubts(table: Table) -> Iterator[Doubt]:
    """Every pair that waits, in no order: of two titles now, not ruled on, still as compared.

    That is a pair between the thresholds, and one above them that clustering refused.
    """
    waiting = ((one, other, found) for one, other, found in pairs.all_compared(table))
    while batch := list(islice(waiting, _AT_ONCE)):
        yield from _waiting(table, batch)


def find(table: Table, name: str) -> tuple[str, str]:
    """The two records of a pair by its short name. Raises StoreError when there is none."""
    for one, other, _ in pairs.all_compared(table):
        if pair_id(one, other) == name:
            return one, other
    raise StoreError(
        f"there is no pair {name!r} in the store; `ummid review list` names those that wait"
    )


def _waiting(table: Table, batch: Sequence[tuple[str, str, Compared]]) -> Iterator[Doubt]:
    ids = sorted({record_id for one, other, _ in batch for record_id in (one, other)})
    known = dict(zip(ids, states(table, ids), strict=True))
    survivors = titles.survivors(table, ids)
    ruled = dict(zip(ids, pairs.rulings(table, ids), strict=True))
    for one, other, found in batch:
        state, of_other = known[one], known[other]
        if state is None or of_other is None or survivors[one] == survivors[other]:
            continue
        marks = (state.links.mark, of_other.links.mark)
        if marks == (found.mark, found.other_mark) and other not in ruled[one]:
            yield _doubt(found, (one, state), (other, of_other), survivors)


def _doubt(
    found: Compared,
    one: tuple[str, RecordState],
    other: tuple[str, RecordState],
    survivors: dict[str, str],
) -> Doubt:
    return Doubt(
        pair_id(one[0], other[0]),
        found.probability,
        side(*one, survivors[one[0]]),
        side(*other, survivors[other[0]]),
        tuple(in_words(one[1].links, other[1].links)),
    )


def in_words(one: Links, other: Links) -> list[str]:
    """What speaks for and against two statements being about one title."""
    return words(compare(one.profile, other.profile), one.profile, other.profile)


def side(record_id: str, state: RecordState, title_id: str) -> Side:
    record = state.record()
    return Side(
        record_id,
        title_id,
        record.partner,
        record.format,
        record.own_id,
        name_of(record),
        record.year,
    )


def name_of(record: SourceRecord) -> str:
    """The title that a person would call the statement by."""
    shown = (t.value for t in record.titles if t.use == "display")
    return next(shown, next((t.value for t in record.titles), "(no title)"))
