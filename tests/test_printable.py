"""Partner text on a terminal says what it holds and does nothing."""

import pytest

from ummid.printable import one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Amélie – 天気の子", "Amélie – 天気の子"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[2J\x07\x00\r", "\\x1b[2J\\x07\\x00\\r"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("\ud800", "\\ud800"),
        ("back\\slash", "back\\slash"),
        ("", ""),
    ],
)
def test_control_characters_are_shown_as_they_are_written(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_line_is_one_line() -> None:
    assert one_line(" a\r\n\tb  c\x1b ") == "a b c\\x1b"
