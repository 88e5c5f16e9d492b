import pytest

from tests.search.catalogues import ALL, index_of
from ummid.search.question import LONGEST, read, weights

INDEX = index_of(ALL)


@pytest.mark.parametrize(
    ("asked", "years"),
    [
        ("a horror from the 1980s", ((1980, 1989),)),
        ("an 80's comedy", ((1980, 1989),)),
        ("early 2000s thriller", ((2000, 2009),)),
        ("[Movie] [1995-2003] a haunted house", ((1995, 2003),)),
        ("between 2001 and 1999", ()),
        ("I saw it in 1999, or was it 1999?", ((1998, 2000),)),
        ("Blade Runner 2049", ()),
        ("the 300 spartans and 19 kids", ()),
    ],
)
def test_the_time_a_query_names_is_read(asked: str, years: tuple[tuple[int, int], ...]) -> None:
    assert read(asked).years == years


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("a movie about sharks", "movie"),
        ("old film in black and white", "movie"),
        ("TV series about sharks", "series"),
        ("that sitcom with the baker", "series"),
        ("is it a movie or a tv show", None),
        ("sharks", None),
    ],
)
def test_the_kind_a_query_names_is_read(asked: str, kind: str | None) -> None:
    assert read(asked).kind == kind


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("[TOMT][MOVIE] A boy &amp; his  dog\n", "A boy his dog"),
        ("[REC]", "[REC]"),
        ("see https://example.com/x for more", "see for more"),
        ("", ""),
    ],
)
def test_labels_and_markup_are_no_part_of_the_sentence(asked: str, sentence: str) -> None:
    assert read(asked).sentence == sentence


def test_an_endless_query_is_cut() -> None:
    assert len(read("word " * 10_000).sentence) <= LONGEST


def test_a_long_query_is_searched_by_what_it_tells() -> None:
    asked = "Please help me remember the movie that I watched: a hacker in a simulation"
    assert weights(read(asked), INDEX).keys() == {"hacker", "simul"}


def test_a_name_may_consist_of_common_words() -> None:
    weighed = weights(read("The Others"), INDEX)
    assert weighed["other"] == max(weighed.values())
    assert weights(read("the old house"), INDEX).keys() == {"the", "old", "hous"}


def test_a_repeated_word_counts_more_and_a_rare_one_most() -> None:
    once, twice = (
        weights(read("house waitress"), INDEX),
        weights(read("house house waitress"), INDEX),
    )
    assert twice["hous"] > once["hous"]
    assert once["waitress"] > once["hous"]


def test_a_long_query_of_common_words_alone_is_still_searched() -> None:
    assert weights(read("who is that and what are they doing in the movie"), INDEX)
