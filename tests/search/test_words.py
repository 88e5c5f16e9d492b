import pytest

from ummid.search.words import plain_words, stems


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Matrix (1999)", ["the", "matrix", "1999"]),
        ("Amélie", ["amelie"]),
        ("AMÉLIE", ["amelie"]),
        ("Schindler's List", ["schindler", "list"]),
        ("Schindler’s List", ["schindler", "list"]),
        ("Don't Look Now", ["dont", "look", "now"]),
        ("WALL·E / wall-e", ["wall", "e", "wall", "e"]),
        ('title:(a AND b)^3 "*"~', ["title", "a", "and", "b", "3"]),
        ("黑客帝国", ["黑客", "客帝", "帝国"]),
        ("千と千尋 Spirited", ["千と", "と千", "千尋", "spirited"]),
        ("S2影片", ["s2", "影片"]),
        ("Иван Грозный", ["иван", "грозныи"]),
        ("... !", []),
        ("", []),
    ],
)
def test_words_are_folded_and_freed_of_signs(text: str, words: list[str]) -> None:
    assert plain_words(text) == words


def test_a_word_is_found_by_its_other_forms() -> None:
    assert stems("hunted hunting hunts") == ["hunt"] * 3


def test_an_endless_word_is_cut() -> None:
    assert plain_words("x" * 1000) == ["x" * 64]
