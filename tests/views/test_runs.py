"""The run ledger: every record counted once, whole and per partner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.stores.lmdb_table import LmdbTable
from ummid.views import runs
from ummid.views.runs import Counts, FileReport, RunReport

OUTCOMES = ("published", "unchanged", "superseded", "withdrawn", "rejected")
numbers = st.integers(0, 10**9)
counts = st.builds(Counts, numbers, numbers, numbers, numbers, numbers, numbers)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_is_a_part_of_what_was_read(outcome: str) -> None:
    found = Counts()
    assert found.adds_up
    found.add(outcome)
    assert not found.adds_up
    found.add("read")
    assert found.adds_up
    found.add(outcome, 2)
    assert not found.adds_up
    found.add("read", 2)
    assert found.adds_up
    assert getattr(found, outcome) == 3


@given(counts, counts)
def test_counts_add_field_by_field(one: Counts, other: Counts) -> None:
    total = one.plus(other)
    for name in ("read", *OUTCOMES):
        assert getattr(total, name) == getattr(one, name) + getattr(other, name)
    assert total == other.plus(one)
    assert one.plus(Counts()) == one


def report(run: str) -> RunReport:
    return RunReport(
        run=run,
        started="2025-01-01T00:00:00Z",
        seconds=1.5,
        read=3,
        published=2,
        unchanged=0,
        superseded=0,
        withdrawn=0,
        rejected=1,
        absent=0,
        titles_changed=2,
        serial=2,
        partners={"acme": Counts(read=3, published=2, rejected=1)},
        files=[FileReport("a.xml", "acme", "mrss", 2, 1, "held", ["a doubt"])],
    )


def test_runs_are_kept_in_the_order_of_their_names(table: LmdbTable) -> None:
    assert list(runs.reports(table)) == []
    for number in (2, 1, 3):
        table.write([runs.put(report(f"run-2025010{number}"), number)])
    assert list(runs.reports(table)) == [report(f"run-2025010{n}") for n in (1, 2, 3)]
