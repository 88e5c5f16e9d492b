"""Titles brought to one spelling for comparison. Never shown to anybody."""

import re
import unicodedata
from functools import lru_cache

_ARTICLES = (
    "the a an le la les l' un une der die das ein eine el los las il lo gli i o os as de het een"
).split()
_INVERTED = re.compile(r"^(?P<title>.+), (?P<article>\S+)$")
_YEAR = re.compile(r"\s*\((?:19|20)\d{2}\)\s*$")
_MARKS = re.compile(r"[^\w]+")


@lru_cache(maxsize=65536)
def normal_title(title: str) -> str:
    """`Matrix, The (1999)` and `The Matrix` as `matrix`; "" when nothing is left.

    Accents, case, punctuation, a year in brackets and a leading or inverted article go.
    """
    text = _YEAR.sub("", title.strip())
    inverted = _INVERTED.match(text)
    if inverted and inverted["article"].casefold() in _ARTICLES:
        text = f"{inverted['article']} {inverted['title']}"
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = _MARKS.sub(" ", plain.replace("'", "").replace("\u2019", "")).replace("_", " ").split()
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return " ".join(words)
