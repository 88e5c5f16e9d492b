"""Spellings of one genre, platform or country are one token, shown as most write it."""

import pytest

from ummid.search.across import Across
from ummid.search.labels import Labels, token


@pytest.mark.parametrize(
    ("space", "spellings", "expected"),
    [
        ("genre", ["Comedy", "comedy", "COMEDIES", " comedy "], "comedy"),
        ("genre", ["Sci-Fi", "SciFi", "Science Fiction", "science-fiction"], "science fiction"),
        ("genre", ["Action & Adventure", "action and adventure"], "action adventure"),
        ("genre", ["Documentation", "Documentaries"], "documentary"),
        ("genre", ["Comédie"], "comedie"),
        ("genre", ["音楽"], "音楽"),
        ("genre", ["&"], "&"),
        ("platform", ["Prime Video", "prime-video", "PRIME VIDEO"], "prime video"),
        ("platform", ["!"], "!"),
        ("country", ["fr", "FR"], "FR"),
        ("type", ["Film"], "film"),
        ("partner", ["Acme"], "Acme"),
        ("language", ["pt-BR"], "pt-BR"),
    ],
)
def test_spellings_of_one_thing_are_one_token(
    space: str, spellings: list[str], expected: str
) -> None:
    assert {token(space, one) for one in spellings} == {expected}


def test_different_genres_stay_apart() -> None:
    assert len({token("genre", one) for one in ("Music", "Musical", "History", "News")}) == 4


@pytest.mark.parametrize("order", [1, -1])
def test_a_token_is_shown_as_most_write_it(order: int) -> None:
    written = ["comedy", "Comedy", "Comedy", "drama", "Drama"][::order]
    arrays = Labels.arrays([[("genre", one.lower(), one)] for one in written])
    labels = Labels(Across.one(arrays, len(written)))
    assert labels.written("genre", "comedy") == "Comedy"
    assert labels.written("genre", "drama") == "Drama"
    assert labels.written("genre", "horror") == "horror"


@pytest.mark.parametrize(
    ("space", "named", "spoken"),
    [
        ("language", "fr", "French"),
        ("language", "yue", "Yue Chinese"),
        ("language", "pt-BR", "pt-BR"),
        ("language", "zz", "zz"),
        ("country", "FR", "France"),
        ("country", "BO", "Bolivia"),
        ("country", "ZZ", "ZZ"),
        ("country", "Utopia", "Utopia"),
        ("partner", "acme", "acme"),
    ],
)
def test_languages_and_countries_have_names(space: str, named: str, spoken: str) -> None:
    assert Labels(Across.one(Labels.arrays([]), 0)).written(space, named) == spoken
