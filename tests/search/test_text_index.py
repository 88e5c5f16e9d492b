import math

import pytest

from tests.search.catalogues import ALL, index_of
from ummid.search.document import Document


def test_a_score_is_bm25f_computed_by_hand() -> None:
    index = index_of([Document(id="a", text="dog dog cat"), Document(id="b", text="bird")])
    # Lengths 3 and 1, usual 2; b is 0.75, k1 1.2; one of two documents has the word.
    count = 2 / (1 - 0.75 + 0.75 * 3 / 2)
    rarity = math.log1p((2 - 1 + 0.5) / (1 + 0.5))
    score = 3 * rarity * count * 2.2 / (count + 1.2)
    assert index.scores({"dog": 3.0}).tolist() == pytest.approx([score, 0.0])


def test_a_word_in_several_fields_saturates_once() -> None:
    index = index_of(
        [
            Document(id="a", titles=("wolf",), text="wolf", keywords=("wolf",)),
            Document(id="b", titles=("wolf",), text="moon", keywords=("moon",)),
            Document(id="c", titles=("other",), text="moon", keywords=("moon",)),
        ]
    )
    wolf = index.scores({"wolf": 1.0})
    assert wolf[0] > wolf[1] > wolf[2] == 0
    assert wolf[0] < 3 * wolf[1]


@pytest.mark.parametrize(
    ("word", "rows"),
    [
        ("matrix", [0]),
        ("黑客", [0]),
        ("keanu", [0]),
        ("simul", [0]),
        ("horror", [1, 2]),
        ("poulain", [3]),
        ("nowhere", []),
    ],
)
def test_every_field_is_searched(word: str, rows: list[int]) -> None:
    index = index_of(ALL)
    assert index.scores({word: 1.0}).nonzero()[0].tolist() == rows
    assert index.frequency(word) == len(rows)
    assert (index.rarity(word) > 0) == bool(rows)


def test_nothing_is_found_where_nothing_is() -> None:
    index = index_of([])
    assert index.scores({"word": 1.0}).tolist() == []
    assert index_of([Document(id="a")]).scores({"word": 1.0}).tolist() == [0.0]
