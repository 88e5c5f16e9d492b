"""Texts are cut where a sentence ends, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.models.sentences import cut, cut_words, ends, sentences, words

TWO = "He came back. She did not."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("No mark at all", ["No mark at all"]),
        (TWO, ["He came back.", "She did not."]),
        ("Dr. Lund meets J. R. Vane. They talk.", ["Dr. Lund meets J. R. Vane.", "They talk."]),
        ("It cost 3.50 then. Now?", ["It cost 3.50 then.", "Now?"]),
        ("“Run!” she said. He ran…", ["“Run!”", "she said.", "He ran…"]),
        ("He said “Go.” Then he left.", ["He said “Go.”", "Then he left."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ("彼は帰る。彼女は残る。", ["彼は帰る。", "彼女は残る。"]),
        ("यह पहला है। यह दूसरा है।", ["यह पहला है।", "यह दूसरा है।"]),
        ("He is with Gen. Vane. Then etc.", ["He is with Gen. Vane.", "Then etc."]),
        ("One. and a tail", ["One.", "and a tail"]),
    ],
)
def test_where_sentences_end(text: str, found: list[str]) -> None:
    assert sentences(text) == found


@pytest.mark.parametrize(
    ("limit", "left"), [(0, ""), (12, ""), (13, "He came back."), (25, "He came back."), (26, TWO)]
)
def test_a_text_is_cut_to_whole_sentences(limit: int, left: str) -> None:
    assert cut(TWO, limit) == left


@pytest.mark.parametrize(
    ("most", "left"), [(2, ""), (3, "He came back."), (5, "He came back."), (6, TWO)]
)
def test_a_text_is_cut_to_a_number_of_words(most: int, left: str) -> None:
    assert cut_words(TWO, most) == left


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("He didn't re-enter.", 3), ("彼は帰る。", 2), ("第 2 話", 2), ("— … !", 0)],
)
def test_words_are_counted_whatever_the_script(text: str, count: int) -> None:
    assert words(text) == count


texts = st.lists(
    st.sampled_from(
        [
            "He ran",
            "Dr",
            "e",
            "g",
            ".",
            "!",
            "?",
            "…",
            "。",
            " ",
            "  ",
            "”",
            "«",
            "3.5",
            "彼は",
            "\n",
        ]
    ),
    max_size=40,
).map("".join) | st.text(max_size=80)


@given(texts, st.integers(0, 120), st.integers(0, 120))
def test_a_cut_is_a_beginning_that_fits_and_ends_with_a_sentence(
    text: str, limit: int, more: int
) -> None:
    short = cut(text, limit)
    assert text.startswith(short)
    assert len(short) <= limit
    assert short in ("", text) or len(short) in set(ends(text))
    assert short in ("", text) or short.rstrip("\"'”’»)]」』）")[-1] in ".!?…؟।。！？"
    assert cut(short, limit) == short
    assert cut(text, limit + more).startswith(short)


@given(texts, st.integers(0, 20))
def test_a_cut_by_words_has_no_more_of_them(text: str, most: int) -> None:
    short = cut_words(text, most)
    assert text.startswith(short)
    assert words(short) <= most
    assert short in ("", text) or len(short) in set(ends(text))


@given(texts)
def test_sentences_are_all_of_the_text(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
    found = list(ends(text))
    assert found == sorted(set(found))
    assert not found or found[-1] == len(text)
