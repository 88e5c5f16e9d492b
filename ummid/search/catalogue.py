"""Everything that search by words holds of a set of documents."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Self

import numpy as np

from ummid.search.across import Across
from ummid.search.arrays import Arrays, Strings
from ummid.search.asking import GRAMMAR
from ummid.search.document import Document
from ummid.search.filters import Mask, Restricted
from ummid.search.ids import Ids
from ummid.search.labels import Labels
from ummid.search.laying import columns
from ummid.search.part import part_of
from ummid.search.question import Question
from ummid.search.text_index import Scores, TextIndex
from ummid.search.titles import Names
from ummid.search.words import stem

_MEANT = 0.7
"""What a corrected word counts of what the word itself would."""
_CORRECTED = 8
_PART = 3
"""Signs of the shorter of two words written as one."""
_FADE = 6.0
"""Years by which a guess at the time is off before it counts a third."""


class Catalogue:
    """Immutable; rows are numbered in the order of ids, so that equal scores have an order."""

    def __init__(self, across: Across, columns: Arrays) -> None:
        self.ids = Ids(across, columns["sources"])
        self._years, self._year_of = columns["years"], columns["years.of"]
        self._kinds = columns["kinds"]
        self._kind_names = Strings(columns, "kind_names")
        self.series = columns["series"]
        """By row; 0 for a document of no series."""
        self.text = TextIndex(across)
        self.names = Names(across)
        self.restricted = Restricted(across)
        self.labels = Labels(across)

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Self:
        """All in memory. Of several documents with one id the last counts."""
        arrays = part_of(documents)
        across = Across.one(arrays, len(arrays["years"]))
        return cls(across, columns(across))

    def corrections(self, question: Question) -> dict[str, str]:
        """Words that are nowhere, and the words of titles and names they stand for: written in
        two where there is one, misspelt, or written as one where there are two.
        """
        unknown = [w for w in dict.fromkeys(question.words) if not self._knows(w)]
        meant = (
            (word, self._joined(word, question.words) or self.names.meant(word) or self._cut(word))
            for word in unknown[:_CORRECTED]
        )
        return {word: found for word, found in meant if found is not None}

    def corrected(self, weights: dict[str, float], meant: dict[str, str]) -> dict[str, float]:
        stems = (stem(word) for words in meant.values() for word in words.split())
        added = {word: _MEANT * self.text.rarity(word) for word in stems}
        return {**added, **weights}

    def _knows(self, word: str) -> bool:
        return self._frequency(word) > 0

    def _joined(self, word: str, words: Sequence[str]) -> str | None:
        """The word that this one makes with one of its neighbours."""
        pairs = ("".join(pair) for pair in pairwise(words) if word in pair)
        return next((pair for pair in pairs if self._knows(pair)), None)

    def _cut(self, word: str) -> str | None:
        """The two words that this one is made of, of which the rarer one is the most frequent."""
        cuts = [(word[:n], word[n:]) for n in range(_PART, len(word) - _PART + 1)]
        known = [cut for cut in cuts if all(map(self._knows, cut))]
        usual = max(known, key=lambda cut: min(map(self._frequency, cut)), default=None)
        return " ".join(usual) if usual else None

    def _frequency(self, word: str) -> int:
        return self.text.frequency(stem(word))

    def named(self, question: Question, meant: dict[str, str]) -> Scores:
        """1 for a document of just the title asked for, a half for one of nearly that title."""
        named = np.zeros(len(self.ids), np.float32)
        named[exact := self.names.exact(question.words)] = 1
        if question.is_short and not exact:
            words = " ".join(meant.get(word, word) for word in question.words).split()
            known = [word for word in words if self.text.frequency(stem(word))]
            telling = [word for word in known if stem(word) not in GRAMMAR]
            # A word that is all of the query is rather a theme than a name without its article.
            if telling != list(question.words):
                named[self.names.alike(telling)] = 0.5
        return named

    def year_likeness(self, question: Question) -> Scores:
        """1 for documents of a time that a question names, fading to 0 around it."""
        likeness = np.zeros(len(self._years), np.float32)
        for first, last in question.years:
            off = np.maximum(np.maximum(first - self._years, self._years - last), 0)
            np.maximum(likeness, np.exp(off / -_FADE), out=likeness, casting="same_kind")
        # Of a million documents the years are few.
        return likeness[self._year_of]

    def of_kind(self, question: Question) -> Mask:
        """The documents of the kind that a question names; none when it names none."""
        place = self._kind_names.find(question.kind or "\0")
        return np.asarray(self._kinds == (-1 if place is None else place), np.bool_)
