from pathlib import Path

import numpy as np
import pytest

from ummid.errors import ConfigError
from ummid.models.minilm import MiniLM
from ummid.models.minilm.wordpiece import WordPiece

VOCABULARY = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "play",
    "##ing",
    "##s",
    "a",
    "!",
    "帝",
    "cafe",
    "$",
]


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("playing", ["play", "##ing"]),
        ("Plays A", ["play", "##s", "a"]),
        ("a!a", ["a", "!", "a"]),
        ("$a", ["$", "a"]),
        ("a帝帝", ["a", "帝", "帝"]),
        ("CAFÉ", ["cafe"]),
        ("pl\u200bay\x00", ["play"]),
        ("played", ["[UNK]"]),
        ("a" * 101, ["[UNK]"]),
        ("", []),
        ("a " * 50, ["a"] * 8),
    ],
)
def test_texts_are_cut_as_bert_cuts_them(text: str, tokens: list[str]) -> None:
    numbers = WordPiece(VOCABULARY, longest=10).encode(text)
    assert [VOCABULARY[n] for n in numbers] == ["[CLS]", *tokens, "[SEP]"]


def test_every_text_has_its_own_outcome(model: MiniLM) -> None:
    one, none, other = model.embed(["a heist in Paris", " ", "a heist in Rome"], "document")
    assert none.value is None
    assert none.error is not None
    assert not none.error.retryable
    for outcome in (one, other):
        assert outcome.error is None
        assert outcome.value is not None
        assert outcome.value.shape == (model.dimensions,)
        assert np.linalg.norm(outcome.value) == pytest.approx(1, abs=1e-5)


def test_like_texts_have_like_vectors(model: MiniLM) -> None:
    texts = ["robbers plan to rob a bank", "a gang prepares a heist", "a recipe for apple pie"]
    heist, gang, pie = (outcome.value for outcome in model.embed(texts, "query"))
    assert heist is not None
    assert gang is not None
    assert pie is not None
    assert float(heist @ gang) > float(heist @ pie) + 0.2


def test_a_vector_does_not_depend_on_what_else_is_embedded(model: MiniLM) -> None:
    text = "a shy waitress in Paris"
    alone = model.embed([text], "document")[0].value
    among = model.embed(["x" * 500, text, "another text"], "query")[1].value
    assert np.array_equal(np.asarray(alone), np.asarray(among))


def test_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="make model"):
        MiniLM(tmp_path).embed(["text"], "query")
