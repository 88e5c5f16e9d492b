"""Row keys: one per thing, short, sorted as they are read, whatever partners write."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ummid.catalog.keys import stable_id
from ummid.stores.table import MAX_KEY
from ummid.views import keys

A = stable_id("a title")

KEYS = [
    (keys.record("ab"), b"r#ab"),
    (keys.link("ab"), b"k#ab"),
    (keys.block("ab"), b"b#ab"),
    (keys.crowded("ab"), b"w#ab"),
    (keys.pairs("ab"), b"e#ab"),
    (keys.rulings("ab"), b"j#ab"),
    (keys.members("ab"), b"m#ab"),
    (keys.scope("ab"), b"z#ab"),
    (keys.scope_pages("ab"), b"z#ab#pages"),
    (keys.scope_records("ab"), b"o#ab#"),
    (keys.scope_record("ab", "cd"), b"o#ab#cd"),
    (keys.title("ab"), b"t#ab"),
    (keys.external("imdb", "tt1"), b"x#imdb#tt1"),
    (keys.external("partner:acme", "a/b_c 1.0"), b"x#partner:acme#a/b_c 1.0"),
    (keys.external("a#b", "50% é\n\x00"), b"x#a%23b#50%25 %C3%A9%0A%00"),
    (keys.availability("ab"), b"a#ab"),
    (keys.inverse("US-CA", "Flix+", "abcd"), b"v#US-CA#Flix%2B#cd#abcd"),
    (keys.change(12), b"c#0000000000000012"),
    (keys.run("run-1"), b"g#run-1"),
    (keys.dead_letter("ab.cd"), b"d#ab.cd"),
    (keys.origin("ab"), b"f#ab"),
    (keys.arrived("inbox"), b"A#" + stable_id("inbox").encode()),
    (keys.dirty("a", "run-1", "a0"), b"q#a#run-1#a0"),
    (keys.dirty_partition("a"), b"q#a#"),
    (keys.entered("a", "run-1", "a0"), b"y#a#run-1#a0"),
    (keys.entered_partition("a"), b"y#a#"),
    (keys.candidates("a", "run-1", "a0"), b"p#a#run-1#a0"),
    (keys.candidates_partition("a"), b"p#a#"),
    (keys.affected("a", "run-1", "a0"), b"u#a#run-1#a0"),
    (keys.affected_partition("a"), b"u#a#"),
    (keys.unenriched("a", "run-1", "a0"), b"h#a#run-1#a0"),
    (keys.unenriched_partition("a"), b"h#a#"),
    (keys.staged("run-1", "ab", "f1", 7), b"s#run-1#ab#f1#000000007"),
    (keys.staged_run("run-1"), b"s#run-1#"),
    (keys.enrichment("ab"), b"i#ab"),
    (keys.embedding("ab"), b"l#ab"),
    (keys.indexed("ab"), b"L#ab#"),
    (keys.edges("ab"), b"E#ab"),
    (keys.member("territory", "FR", "ab"), b"M#territory#FR#ab"),
    (keys.member("contract", "A#1", "ab"), b"M#contract#A%231#ab"),
    (keys.counter("serial"), b"n#serial"),
]


@pytest.mark.parametrize(("key", "written"), KEYS, ids=[key.decode() for _, key in KEYS])
def test_a_key_is_written_as_documented(key: bytes, written: bytes) -> None:
    assert key == written


def test_every_kind_of_row_is_in_the_table_above() -> None:
    made = {key[:2] for key, _ in KEYS}
    assert {_example(function)[:2] for function in _functions()} == made


def test_no_two_kinds_of_rows_begin_alike() -> None:
    """What drops or scans one kind must not meet another."""
    by_kind: dict[bytes, set[str]] = {}
    for function in _functions():
        by_kind.setdefault(_example(function)[:2], set()).add(function.__name__)
    for names in by_kind.values():
        assert len({name.split("_")[0] for name in names}) == 1, names


def _functions() -> list[Callable[..., bytes]]:
    return [
        function
        for name, function in inspect.getmembers(keys, inspect.isfunction)
        if function.__module__ == keys.__name__ and not name.startswith("_")
    ]


def _example(function: Callable[..., bytes]) -> bytes:
    kinds: dict[Any, object] = {int: 1, str: "ab"}
    parameters = inspect.signature(function).parameters.values()
    return function(*(kinds[p.annotation] for p in parameters))


def test_serials_sort_as_numbers() -> None:
    serials = [1, 9, 10, 99, 1000, 10**12]
    assert sorted(keys.change(s) for s in reversed(serials)) == [keys.change(s) for s in serials]


texts = st.text(max_size=300) | st.text("a#%=é\x00/", max_size=3)


@given(st.tuples(texts, texts), st.tuples(texts, texts))
def test_different_partner_texts_have_different_keys(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assume(one != other)
    assert keys.external(*one) != keys.external(*other)
    assert keys.inverse(*one, A) != keys.inverse(*other, A)


def test_a_long_text_is_not_taken_for_the_name_it_is_given_in_its_key() -> None:
    long = "x" * 200
    assert keys.external("s", long) != keys.external("s", stable_id(long))
    assert keys.external("s", "=" + stable_id(long)) != keys.external("s", long)


@example("x" * 120, "é" * 300)
@example("\x00" * 300, "x" * 121)
@given(texts, texts)
def test_any_partner_text_makes_a_key_that_can_be_written(one: str, other: str) -> None:
    for key, column in (
        (keys.external(one, other), f"v:{A}"),
        (keys.inverse(one, other, A), "v:1"),
    ):
        assert len(key) + len(column) <= MAX_KEY
        assert b"\x00" not in key
        assert key.count(b"#") == (2 if key[:1] == b"x" else 4)


@given(st.from_regex(r"[A-Za-z0-9]{1,30}", fullmatch=True))
def test_a_plain_text_stands_in_its_key_as_it_is(text: str) -> None:
    assert keys.external("s", text) == b"x#s#" + text.encode()
