"""Enrichments are found again by their content, whole, and by nothing else."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ummid.catalog.model import Kind
from ummid.models.enricher import Enrichment, Generated, Person, TitleFacts, Told
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Put
from ummid.views import enrichments, keys
from ummid.views.digest import digest

texts = st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace").decode())
several = st.lists(texts, max_size=4).map(tuple)
facts = st.builds(
    TitleFacts,
    kind=st.sampled_from(get_args(Kind)),
    language=texts,
    title=texts,
    names=several,
    year=st.none() | st.integers(0, 9999),
    people=st.lists(st.builds(Person, texts, texts), max_size=3).map(tuple),
    synopses=st.lists(st.builds(Told, texts, texts), max_size=3).map(tuple),
)
made = st.builds(
    Enrichment,
    language=texts,
    synopsis=texts,
    keywords=several,
    moods=several,
    audience=texts,
    generated=st.builds(
        Generated,
        st.sampled_from(["extractive", "generative"]),
        texts,
        texts,
        st.integers(0, 2**50),
    ),
)
FACTS = TitleFacts(kind="film", language="en", title="One")
MADE = Enrichment(language="en", synopsis="S.", generated=Generated("extractive", "m", "p", 7))


@given(made, facts)
@hypothesis_settings(max_examples=50)
def test_what_was_kept_is_read_as_it_was(one: Enrichment, told: TitleFacts) -> None:
    content = enrichments.content_id("m", "p", told)
    put = enrichments.put(content, one)
    assert put.key == keys.enrichment(content)
    assert enrichments._decode(put.value) == one


def test_rows_are_read_in_the_order_asked_with_gaps(table: LmdbTable) -> None:
    one, two = (enrichments.content_id("m", "p", FACTS), "00" * 10)
    table.write([enrichments.put(one, MADE)])
    assert enrichments.read(table, [two, one, one]) == [None, MADE, MADE]
    assert enrichments.read(table, []) == []


@pytest.mark.parametrize("order", [(7, 8, 9), (9, 8, 7), (8, 7, 9)])
def test_of_several_answers_the_first_stays(table: LmdbTable, order: tuple[int, ...]) -> None:
    for at in order:
        generated = Generated("generative", "m", "p", at)
        one = Enrichment(language="en", synopsis=f"Said at {at}.", generated=generated)
        table.write([enrichments.put("c", one)])
    (found,) = enrichments.read(table, ["c"])
    assert found is not None
    assert found.synopsis == "Said at 7."


def test_a_removed_enrichment_is_not_there(table: LmdbTable) -> None:
    content = enrichments.content_id("m", "p", FACTS)
    table.write([enrichments.put(content, MADE)])
    table.write([Put(keys.enrichment(content), keys.VALUE, 1 << 44, b"")])
    assert enrichments.read(table, [content]) == [None]


@given(st.lists(st.tuples(texts, texts, facts), min_size=2, max_size=2, unique_by=repr))
def test_another_model_prompt_or_fact_is_another_content(
    two: list[tuple[str, str, TitleFacts]],
) -> None:
    one, other = (enrichments.content_id(*parts) for parts in two)
    assert one != other
    assert one == enrichments.content_id(*two[0])


def test_enrichments_are_no_part_of_what_partners_say(table: LmdbTable) -> None:
    before = digest(table)
    table.write([enrichments.put(enrichments.content_id("m", "p", FACTS), MADE)])
    assert digest(table) == before
