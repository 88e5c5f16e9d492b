"""A text is told to be in another language only when it is."""

import pytest

from tests.models.stories import STORY
from ummid.models.spoken import guess, is_in, primary, small_words

ALIKE = {("da", "nb")}
"""Written so much alike that one paragraph may not tell."""


@pytest.mark.parametrize("language", STORY)
def test_a_story_is_in_its_language_and_in_no_other(language: str) -> None:
    found = {other for other in STORY if is_in(STORY[language], other)}
    assert found - {other for one, other in ALIKE if one == language} == {language}


@pytest.mark.parametrize("language", STORY)
def test_a_language_is_guessed_or_left_open_never_wrong(language: str) -> None:
    assert guess(STORY[language]) in (language, "und")


def test_most_languages_are_guessed() -> None:
    assert sum(guess(text) == language for language, text in STORY.items()) >= len(STORY) - 2


@pytest.mark.parametrize("text", ["", "1994", "The End", "Kyoto", "!!!"])
def test_what_is_too_short_is_no_evidence(text: str) -> None:
    assert guess(text) == "und"


@pytest.mark.parametrize(
    ("text", "language", "may_be"),
    [
        ("A short line.", "fr", True),  # too short to say no
        ("Une ligne.", "fr-CA", True),
        ("A short line.", "ru", False),  # but not too short for its script
        ("1994", "en", False),
        (STORY["en"], "sw", True),  # nobody knows its small words here
        ("", "sw", False),
        ("აბგდ ევზთ იკლმ", "ka", True),
        (STORY["ja"], "zh", False),
        (STORY["zh"], "ja", False),
        (STORY["nb"], "no", True),
        (STORY["ru"], "mk", True),  # its script, and more is not known
        ("lorem ipsum " * 30, "en", False),
    ],
)
def test_what_a_text_may_be(text: str, language: str, may_be: bool) -> None:
    assert is_in(text, language) is may_be


def test_a_tag_is_looked_up_by_its_language() -> None:
    assert [primary(tag) for tag in ("pt-BR", "EN", "no", "zh-Hant-TW")] == ["pt", "en", "nb", "zh"]
    assert "the" in small_words("en-GB")
    assert not small_words("sw")


def test_an_even_mixture_is_left_open() -> None:
    assert guess("der und the of die and das to ist in wir you") == "und"
    assert guess("აბგდ ევზთ იკლმ ნოპჟ რსტუ ფქღყ შჩცძ წჭხჯ ჰ") == "und"
