from collections.abc import Mapping

import pytest

from tests.search.catalogues import ALL
from ummid.search.across import Across
from ummid.search.document import Document
from ummid.search.spelling import Spelling
from ummid.search.titles import Names, Suggestion

NAMES = Names(Across.one(Names.arrays(ALL), len(ALL)))


def spelling(words: Mapping[str, int]) -> Spelling:
    """Of words and how often each is anywhere."""
    rows = {word: [0] * times for word, times in words.items()}
    return Spelling(Across.one(Spelling.arrays(rows), 1))


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (["the", "matrix"], [0]),
        (["matrix"], [0]),
        (["amelie"], [3]),
        (["matrix", "the"], []),
        ([], []),
    ],
)
def test_a_title_is_found_by_just_its_words(words: list[str], rows: list[int]) -> None:
    assert NAMES.exact(words) == rows


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("matrx", "matrix"),
        ("mattrix", "matrix"),
        ("matrux", "matrix"),
        ("amtrix", "matrix"),
        ("kidmann", "kidman"),
        ("fabuluex", "fabuleux"),
        ("matrix", "matrix"),
        ("matrio", "matrix"),
        ("maroi", None),
        ("the", None),
        ("zzzzzz", None),
    ],
)
def test_a_misspelt_word_of_a_name_is_understood(written: str, meant: str | None) -> None:
    assert NAMES.meant(written) == meant


def test_of_equally_near_words_the_more_frequent_is_meant() -> None:
    assert spelling({"lamp": 1, "damp": 9, "camp": 9}).nearest("xamp") == "camp"
    assert spelling({}).nearest("lamp") is None


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("matr", ["Matrix", "The Matrix"]),
        ("the m", ["The Matrix"]),
        ("AMÉ", ["Amélie", "Le Fabuleux Destin d'Amélie Poulain"]),
        ("kid", ["Nicole Kidman"]),
        ("x", []),
        ("", []),
        ('"*', []),
    ],
)
def test_suggestions_begin_as_typed(typed: str, texts: list[str]) -> None:
    assert [found.text for found in NAMES.suggest(typed)] == texts


def test_suggestions_are_limited_and_say_what_they_are() -> None:
    twice = [Document(id=key, titles=("Home",), people=("Homer",)) for key in "ab"]
    documents = [*twice, Document(id="c", titles=("Homeward Home", "Homebound"))]
    names = Names(Across.one(Names.arrays(documents), len(documents)))
    assert names.suggest("home", 3) == [
        Suggestion("Home", "title", 2),
        Suggestion("Homer", "person", 2),
        Suggestion("Homebound", "title", 1),
    ]
    assert len(names.suggest("home")) == 4
