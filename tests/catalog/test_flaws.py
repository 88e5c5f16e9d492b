"""What is wrong with a text, and what only looks so."""

import pytest

from ummid.catalog.flaws import SOUND, flaw, repaired, soundness


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("TBA", "placeholder"),
        (" n/a ", "placeholder"),
        ("[Untitled]", "placeholder"),
        ("Untitled Marvel Project", "placeholder"),
        ("No description available.", "placeholder"),
        ("Lorem ipsum dolor sit amet, consectetur adipiscing elit.", "placeholder"),
        ("---", "placeholder"),
        ("", "placeholder"),
        ("AmÃ©lie", "mojibake"),
        ("Itâ€™s a Wonderful Life", "mojibake"),
        ("Am\ufffdlie", "mojibake"),
        ("It\x92s", "mojibake"),
        ("<b>Heat</b>", "markup"),
        ("Tom &amp; Jerry", "markup"),
        ("THE GODFATHER", "capitals"),
        ("ПРЕСТУПЛЕНИЕ", "capitals"),
    ],
)
def test_a_flaw_is_named(text: str, found: str) -> None:
    assert flaw(text) == found
    assert soundness(text) < SOUND


@pytest.mark.parametrize(
    "text",
    [
        "Heat", "Été", "«CAFÉ»", "À bout de souffle", "SÃO", "夜の灯台", "Сталкер", "8½", "$",
        "WALL-E", "THX 1138", "M*A*S*H", "Tom & Jerry", "Love < 3", "Unknown",
        "The Untitled", "Untitled Woman",
    ],
)  # fmt: skip
def test_what_only_looks_so_is_sound(text: str) -> None:
    assert (flaw(text), soundness(text)) == (None, SOUND)


def test_a_worse_flaw_counts_more() -> None:
    worst_first = ["TBA", "AmÃ©lie", "<b>Amélie</b>", "LE FABULEUX DESTIN", "Amélie"]
    assert sorted(worst_first, key=soundness) == worst_first
    assert len(set(map(soundness, worst_first))) == len(worst_first)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("PenÃ©lope Cruz", "Penélope Cruz"),
        ("Penélope Cruz", "Penélope Cruz"),
        ("«CAFÉ»", "«CAFÉ»"),
        ("Ã© 夜", "Ã© 夜"),
        ("Heat", "Heat"),
    ],
)
def test_text_in_a_wrong_encoding_is_read_in_the_right_one(text: str, read: str) -> None:
    assert repaired(text) == read
