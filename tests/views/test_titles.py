"""Titles, aliases, members and external ids, as a run writes and the API reads them."""

import hashlib

import pytest

from ummid.catalog.model import ExternalId
from ummid.catalog.title import Title
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Put
from ummid.views import keys, titles

TITLE = Title(
    id="a1",
    kind="film",
    title="Amélie",
    ids=(
        ExternalId("imdb", "tt0211915"),
        ExternalId("eidr", "10.5240/WRONG", valid=False),
        ExternalId("partner:acme", "7"),
    ),
)


def test_a_title_is_stored_as_the_bytes_that_are_served_with_their_etag(table: LmdbTable) -> None:
    table.write([Put(keys.title("a1"), keys.BODY, 1, titles.encode_title(TITLE))])
    found = titles.read_document(table, "a1")
    assert found
    assert found.body.startswith(b'{"id":"a1","kind":"film","title":"Am\xc3\xa9lie"')
    assert found.etag == hashlib.sha256(found.body).hexdigest()[:16]
    stored = table.get(keys.title("a1"), keys.BODY)
    assert stored
    assert titles.decode_title(stored.value) == TITLE


def test_a_title_that_never_was_and_one_that_was_withdrawn_differ(table: LmdbTable) -> None:
    table.write([Put(keys.title("a1"), keys.BODY, 1, titles.encode_title(TITLE))])
    table.write([Put(keys.title("a1"), keys.BODY, 2, b"")])
    assert titles.read_document(table, "a1") == ("", b"")
    assert titles.read_document(table, "b2") is None


def test_an_id_answers_with_its_survivor_until_it_stands_alone_again(table: LmdbTable) -> None:
    assert titles.survivor(table, "b2") == "b2"
    assert titles.alias_put("b2", "b2", 1) == Put(keys.title("b2"), keys.ALIAS, 1, b"")
    table.write([titles.alias_put("b2", "a1", 1), titles.alias_put("a1", "a1", 1)])
    assert titles.survivor(table, "b2") == "a1"
    assert titles.survivor(table, "a1") == "a1"
    assert titles.survivors(table, ["c3", "b2", "a1"]) == {"a1": "a1", "b2": "a1", "c3": "c3"}
    table.write([titles.alias_put("b2", "b2", 2)])
    assert titles.survivors(table, {"b2"}) == {"b2": "b2"}
    assert titles.survivors(table, []) == {}


def test_members_are_kept_for_titles_of_more_than_one_record(table: LmdbTable) -> None:
    assert titles.members(table, ["a1"]) == [("a1",)]
    table.write([titles.members_put("a1", ["a1", "b2"], 1)])
    assert titles.members(table, ["c3", "a1"]) == [("c3",), ("a1", "b2")]
    table.write([titles.members_put("a1", ["a1"], 2)])
    assert titles.members(table, ["a1"]) == [("a1",)]


@pytest.mark.parametrize(
    ("before", "after", "written"),
    [
        ([], [], []),
        ([("imdb", "1")], [("imdb", "1")], []),
        ([], [("imdb", "1"), ("imdb", "1")], [("imdb", "1", b"1")]),
        ([("imdb", "1")], [], [("imdb", "1", b"")]),
        (
            [("imdb", "1"), ("tms", "2")],
            [("tms", "2"), ("imdb", "3")],
            [("imdb", "1", b""), ("imdb", "3", b"1")],
        ),
    ],
)
def test_only_ids_that_come_or_go_are_written(
    before: list[tuple[str, str]],
    after: list[tuple[str, str]],
    written: list[tuple[str, str, bytes]],
) -> None:
    puts = list(titles.external_puts("a1", iter(before), iter(after), 5))
    assert puts == [Put(keys.external(s, v), b"v:a1", 5, mark) for s, v, mark in written]


def test_a_lookup_finds_every_title_that_carries_the_id_now(table: LmdbTable) -> None:
    assert titles.lookup(table, "imdb", "1") == []
    for title_id in ("b2", "a1", "c3"):
        table.write(titles.external_puts(title_id, [], [("imdb", "1"), ("imdb", "10")], 1))
    table.write(titles.external_puts("c3", [("imdb", "1")], [], 2))
    assert titles.lookup(table, "imdb", "1") == ["a1", "b2"]
    assert titles.lookup(table, "imdb", "10") == ["a1", "b2", "c3"]
    assert titles.lookup(table, "imdb", "") == []
    assert titles.lookup(table, "tms", "1") == []


def test_an_id_that_failed_its_check_is_not_looked_up() -> None:
    assert titles.searchable_ids(TITLE) == [("imdb", "tt0211915"), ("partner:acme", "7")]


def test_the_ids_of_a_stored_title_are_those_of_the_title() -> None:
    assert titles.stored_ids(titles.encode_title(TITLE)) == titles.searchable_ids(TITLE)
    assert titles.stored_ids(titles.encode_title(Title(id="a1", kind="film"))) == []
    assert titles.stored_ids(b"") == []
