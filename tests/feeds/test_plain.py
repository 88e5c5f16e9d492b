"""Text without markup: the short way gives what an HTML parser gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ummid.feeds import plain

PIECES = st.sampled_from(
    ["<p>", "</p>", "<br/>", "<br />", "<B>", "</b>", "<h1>", "<i>", "<", "< ", ">", "&", "&amp;",
     "&amp", "&#233;", "&nbsp;", "&am", "p;", "text", "é", " ", "\n", "<!-- c -->", "<a href='x'>",
     "</a>", "<script>", "</script>", "<title>", "</>", "<1>", "&lt;b&gt;"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<p>Tom &amp; Ann<br>again</p>", "Tom & Ann again"),
        ("<b>bold</b>er", "bolder"),
        ("one<p>two</p>three", "one two three"),
        ("1 < 2 & 3", "1 < 2 & 3"),
        ("&lt;b&gt; stays", "<b> stays"),
        ('<a href="x">link</a> <script>no()</script>', "link"),
    ],
)
def test_text_without_its_markup(raw: str, expected: str) -> None:
    assert plain.plain_text(raw) == expected


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_plain_tags_are_taken_out_as_an_html_parser_does(raw: str) -> None:
    if plain._TAG.search(raw) or plain._REFERENCE.search(raw):
        assert plain.plain_text(raw) == " ".join(plain._stripped(raw).split())
