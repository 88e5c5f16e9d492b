"""The words that moods, themes, audiences and warnings are told in, and what speaks for each.

They are in `vocabulary.json`: a person may read and extend it, and what was enriched with
another one is enriched again.
"""

from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from ummid.catalog.keys import stable_id


class Signs(Struct, frozen=True):
    """What speaks for a word: genres as partners write them, words of a text, ratings."""

    genres: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    ratings: tuple[str, ...] = ()


class Vocabulary(Struct, frozen=True):
    moods: dict[str, Signs]
    themes: dict[str, Signs]
    audiences: dict[str, Signs]
    warnings: dict[str, Signs]


_TEXT = files(__package__).joinpath("vocabulary.json")


@cache
def vocabulary() -> Vocabulary:
    return msgspec.json.decode(_TEXT.read_bytes(), type=Vocabulary)


@cache
def vocabulary_mark() -> str:
    """Changes with the vocabulary."""
    return stable_id("vocabulary", _TEXT.read_text(encoding="utf-8"))[:8]
