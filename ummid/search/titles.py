"""Titles and names as written: asked for exactly, misspelt, or half typed."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from ummid.search.arrays import Arrays, Groups, Strings
from ummid.search.asking import GRAMMAR
from ummid.search.document import Document
from ummid.search.spelling import Spelling
from ummid.search.words import plain_words, stem

_KINDS = ("title", "person")
_LOOKED_AT = 5_000
"""Of a single letter typed, what begins with it is too much to rank all of it."""


class Suggestion(NamedTuple):
    """`documents` have this title, or this person in them."""

    text: str
    kind: str
    documents: int


class Names:
    """The titles and people of documents."""

    def __init__(self, arrays: Arrays) -> None:
        self._titled, self._cores = Groups(arrays, "titles"), Groups(arrays, "cores")
        self._spelling = Spelling(arrays)
        self._begun = Groups(arrays, "begun")
        self._texts = Strings(arrays, "suggested")
        self._kinds, self._counts = arrays["suggested.kinds"], arrays["suggested.documents"]

    @staticmethod
    def arrays(documents: Sequence[Document]) -> Arrays:
        titled: defaultdict[str, list[int]] = defaultdict(list)
        cores: defaultdict[str, list[int]] = defaultdict(list)
        words: Counter[str] = Counter()
        suggested: Counter[tuple[str, int]] = Counter()
        for row, document in enumerate(documents):
            for kind, texts in enumerate((document.titles, document.people)):
                cut = {text: plain_words(text) for text in texts}
                for text, parts in cut.items():
                    words.update(parts)
                    suggested[text, kind] += 1
                if kind == 0:
                    for key in {" ".join(parts) for parts in cut.values()}:
                        titled[key].append(row)
                    for key in {_core(parts) for parts in cut.values()}:
                        cores[key].append(row)
        ordered = sorted(suggested)
        begun: defaultdict[str, list[int]] = defaultdict(list)
        for n, (text, _) in enumerate(ordered):
            for key in _beginnings(text):
                begun[key].append(n)
        return {
            **Groups.arrays(titled, "titles"),
            **Groups.arrays(cores, "cores"),
            **Spelling.arrays(words.items()),
            **Groups.arrays(begun, "begun"),
            **Strings.arrays([text for text, _ in ordered], "suggested"),
            "suggested.kinds": np.array([kind for _, kind in ordered], np.uint8),
            "suggested.documents": np.array([suggested[one] for one in ordered], np.uint32),
        }

    def exact(self, words: Sequence[str]) -> list[int]:
        """Rows of the documents with a title of just these words."""
        key = " ".join(words)
        return self._titled.rows[self._titled.part(key)].tolist() if key else []

    def alike(self, words: Sequence[str]) -> list[int]:
        """As `exact`, articles and the like left out on both sides."""
        key = _core(words)
        return self._cores.rows[self._cores.part(key)].tolist() if key else []

    def meant(self, word: str) -> str | None:
        """The word of a title or name that a misspelt word stands for."""
        return self._spelling.nearest(word)

    def suggest(self, typed: str, count: int = 10) -> list[Suggestion]:
        """Titles and people with words that begin as typed; whole titles before parts of names.

        What more documents bear comes first, then by text.
        """
        key = " ".join(plain_words(typed))
        if not key:
            return []
        keys, places = self._begun.keys, set[int]()
        first = bisect_left(keys, key)
        for n in range(first, min(first + _LOOKED_AT, len(keys))):
            if not keys[n].startswith(key):
                break
            places.update(int(place) for place in self._begun.rows[self._begun.part_at(n)])
        ranked = sorted(self._ranked(place, key) for place in places)
        return [found for _, _, found in ranked[:count]]

    def _ranked(self, place: int, key: str) -> tuple[bool, int, Suggestion]:
        text, documents = self._texts[place], int(self._counts[place])
        inside = not " ".join(plain_words(text)).startswith(key)
        return inside, -documents, Suggestion(text, _KINDS[self._kinds[place]], documents)


def _core(words: Iterable[str]) -> str:
    return " ".join(word for word in words if stem(word) not in GRAMMAR)


def _beginnings(text: str) -> set[str]:
    """A text from each of its words on."""
    whole = " ".join(cut := plain_words(text))
    starts = accumulate((len(word) + 1 for word in cut[:-1]), initial=0)
    return {whole[start:] for start in starts} if cut else set()
