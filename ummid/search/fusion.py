"""What words, meaning and hints say of each document, made one score.

The weights are shares of the best score by words. They were chosen on 1,000 of the labelled vague
memories and all labelled synopses and tags of the benchmark, and hold over a wide range.
"""

from typing import NamedTuple

import numpy as np

from ummid.search.catalogue import Catalogue
from ummid.search.question import Question
from ummid.search.text_index import Scores

_MEANING = 2.0
_HALF = 16
"""Words at which meaning counts half its weight: one word means little to an embedder."""
_YEAR, _KIND = 0.3, 0.15
_EXACT = 2.0
"""A document of exactly the title asked for stands above whatever else was found."""


class Parts(NamedTuple):
    """What each side adds to the score of each row; `total` is their sum."""

    words: Scores
    meaning: Scores
    hints: Scores
    exact: Scores

    @property
    def total(self) -> Scores:
        return self.words + self.meaning + self.hints + self.exact


def fuse(
    catalogue: Catalogue,
    question: Question,
    words: Scores,
    meaning: Scores | None,
    best: float,
    named: Scores,
) -> Parts:
    """`words` as scored by the text index and `best` their best; `meaning` are cosines; `named`
    says how surely the title asked for is a document's.
    """
    shared = words / np.float32(best) if best > 0 else np.zeros_like(words)
    share = _MEANING * len(question.words) / (len(question.words) + _HALF)
    # Nothing found by words: meaning alone decides, whatever the length.
    share = share if best > 0 else 1.0
    meant = np.zeros_like(words) if meaning is None else np.float32(share) * meaning
    hints = np.zeros_like(words)
    if question.years:
        hints += np.float32(_YEAR) * catalogue.year_likeness(question)
    if question.kind:
        hints += np.float32(_KIND) * catalogue.of_kind(question)
    return Parts(shared, meant, hints, np.float32(_EXACT) * named)
