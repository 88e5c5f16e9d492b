"""A query as read: which words count how much, and what it says of time and kind.

Whatever a person types is words here. There is no query language that it could reach.
"""

import math
import re
from collections import Counter
from typing import NamedTuple

from ummid.search.asking import CHATTER, GRAMMAR
from ummid.search.text_index import TextIndex
from ummid.search.words import plain_words, stem

LONGEST = 4_000
"""Signs of a query that are read; what follows adds cost, not meaning."""
_SHORT = 6
"""Up to so many words a query may be a name, of which every word counts."""
_FAINT = 0.25
_RARITY = 0.4
"""BM25 multiplies by a word's rarity once. A little more of it lets the telling words of a long
query speak."""

_DECADE = re.compile(r"\b((?:19|20)\d|[2-9])0['’]?s\b")
_SPAN = re.compile(r"\b(19\d\d|20[0-3]\d)\s?(?:-|–|to|and)\s?(19\d\d|20[0-3]\d)\b")
_YEAR = re.compile(r"\b(19\d\d|20[0-3]\d)\b(?!['’]?s)")
_MARKUP = re.compile(r"&#?\w{1,8};|https?://\S+")
_LABEL = re.compile(r"\[[^\[\]]{0,40}\]")
"""Forum posts begin with labels: words to search by, but no part of a sentence to embed."""
_ONE_OFF = re.compile(r"\b(?:movies?|films?)\b")
_SERIAL = re.compile(r"\b(?:(?:tv|television)[ -]?(?:show|series)|sitcom|mini-?series|episodes?)\b")


class Question(NamedTuple):
    """`sentence` is the text to embed; `words` as written and in order; `years` that it may be
    from, both ends included.
    """

    sentence: str
    words: tuple[str, ...]
    years: tuple[tuple[int, int], ...] = ()
    kind: str | None = None

    @property
    def is_short(self) -> bool:
        return len(self.words) <= _SHORT


def read(asked: str) -> Question:
    text = _MARKUP.sub(" ", asked[:LONGEST])
    small = text.lower()
    sentence = " ".join((_LABEL.sub(" ", text).strip() or text).split())
    return Question(sentence, tuple(plain_words(text)), _years(small), _kind(small))


def weights(question: Question, index: TextIndex) -> dict[str, float]:
    """Stems of a question and how much each counts."""
    counted = Counter(stem(word) for word in question.words)
    telling = {s: n for s, n in counted.items() if s not in GRAMMAR and s not in CHATTER}
    faint = _FAINT if question.is_short or not telling else 0.0
    shares = {s: 1.0 if s in telling else faint for s in counted}
    return {
        s: share * (1 + math.log(counted[s])) * index.rarity(s) ** _RARITY
        for s, share in shares.items()
        if share
    }


def _years(text: str) -> tuple[tuple[int, int], ...]:
    found = []
    for decade in _DECADE.findall(text):
        first = int(decade) * 10 if len(decade) == 3 else 1900 + int(decade) * 10
        found.append((first, first + 9))
    spans = [(int(first), int(last)) for first, last in _SPAN.findall(text)]
    found += [(first, last) for first, last in spans if first <= last]
    found += [(int(year) - 1, int(year) + 1) for year in _YEAR.findall(_SPAN.sub(" ", text))]
    return tuple(dict.fromkeys(found))


def _kind(text: str) -> str | None:
    one_off, serial = bool(_ONE_OFF.search(text)), bool(_SERIAL.search(text))
    if one_off == serial:
        return None
    return "movie" if one_off else "series"
