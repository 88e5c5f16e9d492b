"""Through the cache each content is asked once, and nothing is used that was not kept."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.enrich.enrichers import Counting, titled
from ummid.enrich.cached import CachedEnricher
from ummid.enrich.dryrun import Estimate, dry_run
from ummid.enrich.outcomes import ask
from ummid.errors import ModelError, StoreError
from ummid.models.enricher import Cost, Enrichment
from ummid.models.outcome import Outcome
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Cell, Put


@pytest.fixture
def table(tmp_path: Path) -> Iterator[LmdbTable]:
    with closing(LmdbTable(tmp_path / "store")) as opened:
        yield opened


def said(outcomes: Sequence[Outcome[Enrichment]]) -> list[str]:
    found = []
    for value, error in outcomes:
        assert (value is None) != (error is None)
        found.append(value.synopsis if value else str(getattr(error, "code", type(error).__name__)))
    return found


def test_a_replay_asks_nothing(table: LmdbTable) -> None:
    inner = Counting()
    first = CachedEnricher(inner, table).enrich(titled("a", "b", "c"))
    assert said(first) == ["a", "b", "c"]
    again = CachedEnricher(inner, table)  # another process
    assert again.enrich(titled("c", "a", "b")) == [first[2], first[0], first[1]]
    assert inner.asked == {"a": 1, "b": 1, "c": 1}
    assert again.drain() == {"kept": 3}
    assert again.drain() == {}


def test_only_what_is_new_is_asked(table: LmdbTable) -> None:
    inner = Counting()
    enricher = CachedEnricher(inner, table)
    enricher.enrich(titled("a"))
    assert said(enricher.enrich(titled("b", "a", "b"))) == ["b", "a", "b"]
    assert inner.asked == {"a": 1, "b": 1}
    assert enricher.drain() == {"kept": 1, "asked": 2, "failed": 0}
    assert enricher.enrich([]) == []


@pytest.mark.parametrize("other", [Counting("m2"), Counting(prompt="p2")], ids=["model", "prompt"])
def test_another_model_or_prompt_asks_anew_and_going_back_does_not(
    table: LmdbTable, other: Counting
) -> None:
    inner = Counting()
    CachedEnricher(inner, table).enrich(titled("a"))
    CachedEnricher(other, table).enrich(titled("a"))
    CachedEnricher(inner, table).enrich(titled("a"))
    assert (inner.asked["a"], other.asked["a"]) == (1, 1)


def test_failures_are_told_and_asked_again_and_neighbours_are_kept(table: LmdbTable) -> None:
    inner = Counting()
    enricher = CachedEnricher(inner, table)
    for _ in range(2):
        assert said(enricher.enrich(titled("a", "bad", "b", "later"))) == [
            *("a", "link", "b", "budget")
        ]
    assert inner.asked == {"a": 1, "b": 1, "bad": 2, "later": 2}


def test_answers_are_kept_while_the_rest_is_still_to_be_asked(table: LmdbTable) -> None:
    inner = Counting()
    titles = [f"t{n}" for n in range(40)]
    found = said(CachedEnricher(inner, table).enrich(titled(*titles[:20], "crash", *titles[20:])))
    assert inner.batches == [16, 16, 9]
    assert found[:16] == titles[:16]
    assert set(found[16:32]) == {"unexpected"}
    assert found[32:] == titles[31:]
    assert said(CachedEnricher(inner, table).enrich(titled(*titles))) == titles
    assert {inner.asked[title] for title in titles[:16] + titles[31:]} == {1}


@pytest.mark.parametrize(("odd", "code"), [("crash", "unexpected"), ("lost", "lost-outcome")])
def test_an_enricher_that_breaks_its_word_loses_nothing(odd: str, code: str) -> None:
    found = ask(Counting(), titled("a", odd, "b"))
    assert said(found) == [code] * 3
    assert all(isinstance(error, ModelError) for _, error in found)


class Broken:
    """A table that fails to read or to write."""

    def __init__(self, table: LmdbTable, fails: str) -> None:
        self._table, self._fails = table, fails

    def get_many(self, keys: Sequence[bytes], column: bytes) -> list[Cell | None]:
        if self._fails == "read":
            raise StoreError("no reading", retryable=True)
        return self._table.get_many(keys, column)

    def write(self, puts: Iterable[Put]) -> None:
        raise StoreError(f"no writing of {len(list(puts))}", retryable=True)


@pytest.mark.parametrize(
    ("fails", "found", "asked"),
    [("read", ["StoreError"] * 3, 0), ("write", ["not-kept", "link", "not-kept"], 1)],
)
def test_without_a_store_nothing_is_used(
    table: LmdbTable, fails: str, found: list[str], asked: int
) -> None:
    inner = Counting()
    broken: Any = Broken(table, fails)
    outcomes = CachedEnricher(inner, broken).enrich(titled("a", "bad", "b"))
    assert said(outcomes) == found
    assert inner.asked["a"] == asked
    assert outcomes[0].error is not None
    assert outcomes[0].error.retryable


def test_threads_that_want_the_same_ask_it_once(table: LmdbTable) -> None:
    inner = Counting(slow=0.02)
    enricher = CachedEnricher(inner, table)
    found: list[list[str]] = []
    orders = [["a", "b", "c", "d"], ["d", "c", "b", "a"], ["b", "x", "d"], ["a", "bad", "c"]]

    def work(order: list[str]) -> None:
        found.append(said(enricher.enrich(titled(*order))))

    threads = [Thread(target=work, args=(order,)) for order in orders * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [["link" if t == "bad" else t for t in order] for order in orders * 2]
    assert sorted(found) == sorted(expected)
    assert {inner.asked[title] for title in "abcdx"} == {1}
    assert inner.asked["bad"] == 2  # a failure is nobody's answer


@settings(max_examples=25)
@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=6), max_size=5))
def test_whatever_is_asked_in_whatever_order_is_paid_once(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]]
) -> None:
    inner = Counting()
    with closing(LmdbTable(tmp_path_factory.mktemp("store"))) as table:
        for batch in batches:
            asked = titled(*batch)
            estimate = dry_run(table, inner, asked)
            before = inner.asked.total()
            assert said(CachedEnricher(inner, table).enrich(asked)) == batch
            assert estimate.to_ask == inner.asked.total() - before
            assert estimate.titles == estimate.kept + estimate.alike + estimate.to_ask
    assert all(count == 1 for count in inner.asked.values())


def test_a_dry_run_counts_and_reckons_and_asks_nobody(table: LmdbTable) -> None:
    inner = Counting()
    enricher = CachedEnricher(inner, table)
    enricher.enrich(titled("a", "b"))
    inner.asked.clear()
    stream = iter(titled("a", "c", "d", "c", "b"))
    assert dry_run(table, enricher, stream) == Estimate(5, 2, 1, 2, Cost(200, 20, 1.0))
    assert dry_run(table, Counting("m2"), titled("a", "b")).to_ask == 2
    assert not inner.asked
    assert dry_run(table, inner, []) == Estimate(0, 0, 0, 0, Cost())
