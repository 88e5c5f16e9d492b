"""Languages: BCP 47 tags from whatever the feed writes."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.catalog.languages import language, language_or_undetermined
from ummid.catalog.model import Text


@pytest.mark.parametrize(
    ("raw", "tag"),
    [
        ("en", "en"),
        (" EN ", "en"),
        ("en_US", "en-US"),
        ("en-us", "en-US"),
        ("eng", "en"),
        ("fre", "fr"),
        ("fra", "fr"),
        ("ger", "de"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("es - la", "es-419"),
        ("es-LA", "es-419"),
        ("pt_BR", "pt-BR"),
        ("iw", "he"),
        ("i-klingon", "tlh"),
        ("und", "und"),
        ("mul", "mul"),
        ("en-UK", "en-GB"),
        ("en-EN", "en"),
    ],
)
def test_spellings_seen_in_feeds(raw: str, tag: str) -> None:
    assert language(raw) == tag


@pytest.mark.parametrize("raw", ["", " ", None, "English", "x", "-", "en--US", "qqq1", "12", "\0"])
def test_what_names_no_language_is_none(raw: str | None) -> None:
    assert language(raw) is None
    assert language_or_undetermined(raw) == "und"


def test_equal_texts_have_equal_encodings_however_their_tag_was_read() -> None:
    for raw in ("und", " Und", "".join(["u", "nd"])):
        text = Text("Stalker", language_or_undetermined(raw))
        assert msgspec.json.encode(text) == msgspec.json.encode(Text("Stalker"))


@given(st.text(max_size=30) | st.from_regex(r"[a-zA-Z]{1,8}([-_][a-zA-Z0-9]{1,8}){0,3}"))
def test_any_text_is_a_tag_or_none_and_a_tag_reads_as_itself(text: str) -> None:
    tag = language(text)
    if tag is not None:
        assert language(tag) == tag
