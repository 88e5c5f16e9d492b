"""Dead letters stay until their file is read without them."""

import msgspec
import pytest

from ummid.errors import StoreError
from ummid.stores.lmdb_table import LmdbTable
from ummid.views import deadletters
from ummid.views.deadletters import DeadLetter, Origin, letter_id


def letter(path: str = "in/a.xml", place: str = "line 7", run: str = "run-1") -> DeadLetter:
    return DeadLetter(
        id=letter_id(path, place, "unknown-territory", "<raw/>"),
        run=run,
        partner="acme",
        format="mrss",
        path=path,
        place=place,
        code="unknown-territory",
        reason="'XQ' names no territory",
        raw="<raw/>",
    )


def test_a_letter_is_read_as_it_was_written(table: LmdbTable) -> None:
    full = msgspec.structs.replace(letter(), statements=3, retryable=True, raw="é\x00\n")
    table.write([deadletters.put(full, 1)])
    assert deadletters.read(table, full.id) == full


def test_a_letter_that_is_not_there_is_said_with_where_to_look(table: LmdbTable) -> None:
    with pytest.raises(StoreError, match="no dead letter 'x'; `ummid deadletters list`"):
        deadletters.read(table, "x")


def test_letters_are_told_apart_by_file_place_reason_and_fragment() -> None:
    one = ("a.xml", "line 1", "code", "raw")
    others = [("b.xml", *one[1:]), (*one[:1], "line 2", *one[2:]), (*one[:2], "c", "raw")]
    others.append((*one[:3], "more"))
    assert len({letter_id(*parts) for parts in (one, *others)}) == 5
    assert letter_id(*one) == letter_id(*one)


def test_letters_are_listed_of_all_files_or_of_one(table: LmdbTable) -> None:
    here, there = [letter(place=f"line {n}") for n in range(3)], letter("in/a.xml.gz")
    table.write([deadletters.put(one, 1) for one in (*here, there)])
    table.write([deadletters.put(letter(f"in/{n}.xml"), 1) for n in range(100)])
    ids = [x.id for x in deadletters.letters(table)]
    assert len(ids) == 104
    assert ids == sorted(ids)
    assert {x.place for x in deadletters.letters(table, path="in/a.xml")} == {
        "line 0",
        "line 1",
        "line 2",
    }
    assert list(deadletters.letters(table, path="in/b.xml")) == []


def test_a_letter_that_a_later_run_does_not_repeat_is_resolved_by_it(table: LmdbTable) -> None:
    gone, again, elsewhere = letter(place="1"), letter(place="2"), letter("in/b.xml")
    table.write([deadletters.put(one, 1) for one in (gone, again, elsewhere)])
    table.write([deadletters.put(msgspec.structs.replace(again, run="run-2"), 2)])
    assert deadletters.resolve(table, "in/a.xml", "run-2", 2) == 1
    assert deadletters.read(table, gone.id).resolved_by == "run-2"
    assert deadletters.read(table, again.id).resolved_by is None
    assert deadletters.read(table, elsewhere.id).resolved_by is None
    assert deadletters.resolve(table, "in/a.xml", "run-2", 2) == 0
    assert deadletters.resolve(table, "in/a.xml", "run-3", 3) == 1
    assert deadletters.read(table, gone.id).resolved_by == "run-2"


def test_a_letter_that_comes_back_is_open_again(table: LmdbTable) -> None:
    table.write([deadletters.put(letter(), 1)])
    deadletters.resolve(table, "in/a.xml", "run-2", 2)
    table.write([deadletters.put(letter(run="run-3"), 3)])
    assert deadletters.read(table, letter().id).resolved_by is None


def test_a_file_is_found_again_as_it_was_read(table: LmdbTable) -> None:
    origin = Origin(
        path="f.zip!a.xml",
        location="in/f.zip",
        received=5,
        digest="00ff",
        declared_partner="acme",
        declared_format="mrss",
    )
    table.write([deadletters.origin_put(origin, 1)])
    assert deadletters.origin(table, "f.zip!a.xml") == origin
    with pytest.raises(StoreError, match=r"where other\.xml came from; ingest it again"):
        deadletters.origin(table, "other.xml")
