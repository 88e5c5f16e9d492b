"""The list of translated words says one thing of each word, spelt as titles are for comparison."""

from collections import Counter
from importlib.resources import files

import msgspec
import pytest

from ummid.identity import lexicon
from ummid.identity.lexicon import meaning, meanings
from ummid.identity.normal import normal_title, plain

ENTRIES = msgspec.json.decode(
    files(lexicon.__package__).joinpath("lexicon.json").read_bytes(), type=dict[str, str]
)
WORDS = [word for words in ENTRIES.values() for word in words.split()]
NUMBERS = [*map(str, range(2, 14)), "20", "100", "1000"]


def test_a_word_has_one_meaning() -> None:
    assert [word for word, times in Counter(WORDS).items() if times > 1] == []


def test_what_is_translated_to_is_not_translated() -> None:
    assert ENTRIES.keys() & set(WORDS) == set()


def test_words_are_spelt_as_in_compared_titles() -> None:
    assert [word for word in (*ENTRIES, *WORDS) if plain(word) != word or " " in word] == []
    assert [number for number in NUMBERS if number not in ENTRIES] == []


def test_words_left_out_of_a_comparison_are_not_listed() -> None:
    assert [word for word in (*ENTRIES, *WORDS) if not meanings([word])] == []


def test_entries_and_their_words_are_in_order() -> None:
    assert list(ENTRIES) == sorted(ENTRIES)
    assert [e for e, words in ENTRIES.items() if words.split() != sorted(words.split())] == []


@pytest.mark.parametrize(
    "titles",
    [
        ("Red River", "Río Rojo", "La Rivière Rouge", "Der rote Fluss", "Il fiume rosso"),
        ("Two Brothers", "Dos hermanos", "Deux frères", "Zwei Brüder", "Due fratelli"),
        ("Night of Love", "Noche de amor", "Nuit d'amour", "Notte d'amore", "Noite de amor"),
        ("The Star", "La estrella", "L'Étoile", "Der Stern", "La stella", "A estrela"),
    ],
)
def test_titles_in_several_languages_say_the_same(titles: tuple[str, ...]) -> None:
    assert len({meaning(normal_title(title)) for title in titles}) == 1
