"""Titles that mean one title are spelled alike for comparison; others are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.identity.normal import normal_title


@pytest.mark.parametrize(
    ("spellings", "normal"),
    [
        (["The Matrix", "Matrix, The (1999)", "MATRIX", "the matrix", "  The  Matrix "], "matrix"),
        (["Amélie", "Amelie", "AMÉLIE", "Ame\u0301lie"], "amelie"),
        (["Les Misérables", "Misérables, Les"], "miserables"),
        (["Romeo & Juliet", "Romeo and Juliet"], "romeo and juliet"),
        (["Spider-Man: Homecoming", "Spider Man  Homecoming"], "spider man homecoming"),
        (["Schindler's List", "Schindler\u2019s List", "Schindlers List"], "schindlers list"),
        (["Straße", "STRASSE", "Strasse"], "strasse"),
        (["Ⅳ", "IV"], "iv"),
        (["ＡＢＣ", "ABC"], "abc"),
        (["Сталкер", "СТАЛКЕР"], "сталкер"),
        (["(500) Days of Summer"], "500 days of summer"),
        (["1984 (1984)", "1984"], "1984"),
        (["2001: A Space Odyssey"], "2001 a space odyssey"),
        (["M*A*S*H"], "m a s h"),
        # an article alone is a title
        (["The", "The The"], "the"),
        (["A"], "a"),
        (["!!!", "", "  ", "…"], ""),
    ],
)
def test_one_title_has_one_normal_form(spellings: list[str], normal: str) -> None:
    assert {normal_title(s) for s in spellings} == {normal}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alien", "Aliens"),
        ("Rocky", "Rocky II"),
        ("Them", "Them!!! 2"),
        ("バス", "ハス"),
        ("Blade Runner 2049", "Blade Runner (2049)"),
        ("1917 (1917)", "1918"),
    ],
)
def test_other_titles_stay_others(one: str, other: str) -> None:
    assert normal_title(one) != normal_title(other)


@given(st.text(max_size=40))
def test_case_and_space_never_matter(title: str) -> None:
    assert normal_title(f"  {title}\n") == normal_title(title)
    folded = title.casefold()
    if folded.upper().casefold() == folded:
        assert normal_title(folded.upper()) == normal_title(folded)
