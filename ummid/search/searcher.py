"""One search: filter, words, meaning, fusion, order."""

from typing import NamedTuple

import numpy as np

from ummid.errors import UmmidError
from ummid.models.embedder import Embedder
from ummid.search.catalogue import Catalogue
from ummid.search.filters import Mask
from ummid.search.fusion import Parts, fuse
from ummid.search.question import Question, read, weights
from ummid.search.text_index import Scores
from ummid.stores.vectors import EVERYTHING, Filter, VectorIndex

_DEPTH = 1_000
"""How many documents are asked of the vector index. What it doesn't name counts as the last of
them, since all that is known of its likeness is that it is no greater."""

_FAR = 0.1
"""A document with less of the best score by words only shares a word like "the"."""


class Found(NamedTuple):
    """An answer, and what each side added to its score."""

    id: str
    score: float
    words: float
    meaning: float
    hints: float
    exact: float


class Answer(NamedTuple):
    """`matched`: rows of the catalogue, within the filter, that answer by their words (when none
    does, by meaning); what facets are counted over. `corrected`: misspelt words and what was
    read instead.
    """

    found: tuple[Found, ...]
    matched: Mask
    corrected: dict[str, str]
    degraded: bool = False


class Searcher:
    """The two sides together. Without vectors, or when they fail, words alone answer."""

    def __init__(
        self,
        catalogue: Catalogue,
        vectors: VectorIndex | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._vectors = vectors
        self._embedder = embedder

    def search(self, asked: str, count: int = 10, within: Filter = EVERYTHING) -> Answer:
        """The `count` best documents inside a filter; of equal scores the smaller id first.

        Every document inside the filter can be an answer: there are fewer only when fewer are
        in it, so that a page never runs dry. `matched` tells which of them were really found.
        """
        question = read(asked)
        allowed = self._catalogue.restricted.mask(within)
        words, corrected = self._by_words(question)
        words[~allowed] = 0
        meaning, degraded = self._by_meaning(question, within)
        best = float(words.max(initial=0.0))
        named = self._catalogue.named(question, corrected)
        parts = fuse(self._catalogue, question, words, meaning, best, named)
        total = parts.total
        rows = _best(total, allowed, count)
        return Answer(
            tuple(self._found(parts, float(total[row]), row) for row in rows),
            allowed & _matched(words, meaning, best),
            corrected,
            degraded,
        )

    def _by_words(self, question: Question) -> tuple[Scores, dict[str, str]]:
        weighed = weights(question, self._catalogue.text)
        # In a long query the other words say enough, and what is unknown is mostly no name.
        corrected = self._catalogue.corrections(question) if question.is_short else {}
        weighed = self._catalogue.corrected(weighed, corrected)
        return self._catalogue.text.scores(weighed), corrected

    def _by_meaning(self, question: Question, within: Filter) -> tuple[Scores | None, bool]:
        """Cosines by row, and whether they should be there but are not."""
        if self._vectors is None or self._embedder is None or not question.sentence:
            return None, False
        (outcome,) = self._embedder.embed([question.sentence], "query")
        if outcome.value is None:
            return None, True
        try:
            hits = self._vectors.search(outcome.value, _DEPTH, within)
        except UmmidError:
            return None, True
        rows = self._catalogue.rows([hit.id for hit in hits])
        known = [(row, hit.score) for row, hit in zip(rows, hits, strict=True) if row is not None]
        floor = hits[-1].score if len(hits) == _DEPTH else 0.0
        cosines = np.full(len(self._catalogue.ids), floor, np.float32)
        cosines[[row for row, _ in known]] = [score for _, score in known]
        return cosines, False

    def _found(self, parts: Parts, score: float, row: int) -> Found:
        return Found(self._catalogue.ids[row], score, *(float(part[row]) for part in parts))


def _matched(words: Scores, meaning: Scores | None, best: float) -> Mask:
    if best > 0:
        return np.asarray(words >= _FAR * best, np.bool_)
    if meaning is None:
        return np.zeros(len(words), np.bool_)
    return np.asarray(meaning > meaning.min(initial=1.0), np.bool_)


def _best(scores: Scores, allowed: Mask, count: int) -> list[int]:
    """Rows of the best scores, best first; rows stand in the order of their ids."""
    rows = np.flatnonzero(allowed)
    inside = scores[rows]
    if len(rows) > count > 0:
        # Every row that ties with the last of the best stays in until the order is settled.
        last = np.partition(inside, len(rows) - count)[len(rows) - count]
        kept = inside >= last
        rows, inside = rows[kept], inside[kept]
    order = np.lexsort((rows, -inside))[:count]
    return [int(row) for row in rows[order]]
