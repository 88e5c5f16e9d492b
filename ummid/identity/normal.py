"""Titles brought to one spelling for comparison. Never shown to anybody."""

import re
import unicodedata
from functools import lru_cache

_ARTICLES = frozenset(
    {"the", "a", "an", "le", "la", "les", "l", "un", "une", "der", "die", "das", "ein", "eine"}
    | {"el", "los", "las", "il", "lo", "gli", "i", "o", "os", "as", "de", "het", "een"}
)
_YEAR = re.compile(r"\s*\((?:19|20)\d{2}\)\s*$")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_MARKS = re.compile(r"[\W_]+")


@lru_cache(maxsize=65536)
def normal_title(title: str) -> str:
    """`Matrix, The (1999)` and `The Matrix` as `matrix`; "" when nothing is left.

    Accents, case, punctuation, a year in brackets and a leading or inverted article go.
    """
    text = title.strip()
    if text.endswith(")"):
        text = _YEAR.sub("", text)
    before, comma, last = text.rpartition(", ")
    if comma and last.casefold() in _ARTICLES:
        text = f"{last} {before}"
    plain = text.casefold().replace("&", " and ").replace("'", "").replace("\u2019", "")
    if not plain.isascii():
        decomposed = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))
        plain = unicodedata.normalize("NFC", decomposed)  # kana keep their voicing marks
    words = _MARKS.sub(" ", plain).split()
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return " ".join(words)
