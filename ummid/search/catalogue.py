"""Everything that search by words holds of a set of documents."""

from collections.abc import Iterable

import numpy as np

from ummid.search.document import Document
from ummid.search.filters import Mask, Restricted
from ummid.search.question import Question
from ummid.search.text_index import Scores, TextIndex
from ummid.search.titles import Names
from ummid.search.words import stem

_MEANT = 0.7
"""What a corrected word counts of what the word itself would."""
_CORRECTED = 8
_FADE = 6.0
"""Years by which a guess at the time is off before it counts a third."""
_NO_YEAR = -(10**6)


class Catalogue:
    """Immutable; rows are numbered in the order of ids, so that equal scores have an order."""

    def __init__(self, documents: Iterable[Document]) -> None:
        """Of several documents with one id the last counts."""
        last = {document.id: document for document in documents}
        ordered = [last[key] for key in sorted(last)]
        self.ids = [document.id for document in ordered]
        self.row = {key: row for row, key in enumerate(self.ids)}
        self.text = TextIndex(ordered)
        self.names = Names(ordered)
        self.restricted = Restricted([document.restricts for document in ordered])
        years = (_NO_YEAR if document.year is None else document.year for document in ordered)
        self._years = np.fromiter(years, np.int64, len(ordered))
        self._kinds = np.array([document.kind for document in ordered], np.str_)

    def corrections(self, question: Question) -> dict[str, str]:
        """Words that are nowhere, and the words of titles and names they stand for."""
        unknown = [w for w in dict.fromkeys(question.words) if not self.text.frequency(stem(w))]
        meant = ((word, self.names.meant(word)) for word in unknown[:_CORRECTED])
        return {word: found for word, found in meant if found is not None}

    def corrected(self, weights: dict[str, float], meant: dict[str, str]) -> dict[str, float]:
        added = {stem(word): _MEANT * self.text.rarity(stem(word)) for word in meant.values()}
        return {**added, **weights}

    def year_likeness(self, question: Question) -> Scores:
        """1 for documents of a time that a question names, fading to 0 around it."""
        likeness = np.zeros(len(self.ids), np.float32)
        for first, last in question.years:
            off = np.maximum(np.maximum(first - self._years, self._years - last), 0)
            np.maximum(likeness, np.exp(off / -_FADE), out=likeness, casting="same_kind")
        return likeness

    def of_kind(self, question: Question) -> Mask:
        """The documents of the kind that a question names; none when it names none."""
        return np.asarray(self._kinds == (question.kind or "\0"), np.bool_)
