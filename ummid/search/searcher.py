"""One search: filter, words, meaning, fusion, order."""

import logging
from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ummid.errors import UmmidError
from ummid.models.embedder import Embedder
from ummid.search.catalogue import Catalogue
from ummid.search.filters import Mask
from ummid.search.fusion import Parts, fuse
from ummid.search.order import After, Series, page
from ummid.search.question import Question, read, weights
from ummid.search.text_index import Scores
from ummid.stores.vectors import EVERYTHING, Filter, VectorIndex

_log = logging.getLogger(__name__)
_DEPTH = 1_000
"""How many documents are asked of the vector index. What it doesn't name counts as the last of
them, since all that is known of its likeness is that it is no greater."""

_FAR = 0.1
"""A document with less of the best score by words only shares a word like "the"."""


class Found(NamedTuple):
    """An answer, and what each side added to its score, which is their sum. `cosine` is the
    likeness behind `meaning`; None for one that is not among the likest, whose `meaning` is that
    of the last of them.
    """

    id: str
    score: float
    words: float
    meaning: float
    hints: float
    exact: float
    cosine: float | None = None


class Place(NamedTuple):
    """Where a page ended: the score and the id of its last answer."""

    score: float
    id: str


class Answer(NamedTuple):
    """`matched`: rows of the catalogue, within the filter, that answer by their words (when none
    does, by meaning); what facets are counted over. `corrected`: misspelt words and what was
    read instead.
    """

    found: tuple[Found, ...]
    matched: Mask
    corrected: dict[str, str]
    degraded: bool = False


class Meaning(NamedTuple):
    """Cosines by row, and those of the likest rows alone, which were compared."""

    cosines: Scores
    compared: dict[int, float]


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

    def search(
        self,
        asked: str,
        count: int = 10,
        within: Filter = EVERYTHING,
        *,
        after: Place | None = None,
        per_series: int = 0,
    ) -> Answer:
        """The `count` best documents inside a filter; of equal scores the smaller id first.

        Every document inside the filter can be an answer: there are fewer only when fewer are
        in it, so that a page never runs dry. `matched` tells which of them were really found.
        With `after`, those that come after that place; with `per_series`, at most so many of
        each series, over all pages together.
        """
        question = read(asked)
        allowed = self._catalogue.restricted.mask(within)
        words, corrected = self._by_words(question)
        words[~allowed] = 0
        compared, degraded = self._by_meaning(question, within, per_series)
        meaning = compared.cosines if compared else None
        best = float(words.max(initial=0.0))
        named = self._catalogue.named(question, corrected)
        parts = fuse(self._catalogue, question, words, meaning, best, named)
        total = parts.total
        series = Series(self._catalogue.series, per_series) if per_series else None
        rows = page(total, allowed, count, self._after(after), series)
        return Answer(
            tuple(self._found(parts, total, row, compared) for row in rows),
            allowed & _matched(words, meaning, best),
            corrected,
            degraded,
        )

    def _by_words(self, question: Question) -> tuple[Scores, dict[str, str]]:
        weighed = weights(question, self._catalogue.text)
        # In a long query the other words say enough, and what is unknown is mostly no name.
        corrected = self._catalogue.corrections(question) if question.is_short else {}
        weighed = self._catalogue.corrected(weighed, corrected)
        scores = self._catalogue.text.scores(weighed)
        if question.is_short:
            scores *= self._coverage(weighed)
        return scores, corrected

    def _coverage(self, weighed: Mapping[str, float]) -> Scores:
        """Of a short query every word is meant: what holds half of it counts half, a word as
        much as it is rare.
        """
        text = self._catalogue.text
        telling = {word: weight * text.rarity(word) for word, weight in weighed.items()}
        whole = sum(telling.values()) or 1.0
        return text.held({word: share / whole for word, share in telling.items()})

    def _after(self, place: Place | None) -> After | None:
        """An id that is no more still has a place among those that are."""
        if place is None:
            return None
        return After(np.float32(place.score), bisect_right(self._catalogue.ids, place.id))

    def _by_meaning(
        self, question: Question, within: Filter, per_series: int
    ) -> tuple[Meaning | None, bool]:
        """What is likest, and whether it should be known but is not."""
        if self._vectors is None or self._embedder is None or not question.sentence:
            return None, False
        try:
            (outcome,) = self._embedder.embed([question.sentence], "query")
            if outcome.value is None:
                return None, True
            hits = self._vectors.search(outcome.value, _DEPTH, within, per_series)
        except UmmidError as error:
            _log.warning("searched by words alone: %s", error)
            return None, True
        except Exception:
            # Libraries raise what they like of a damaged file; words need none of it.
            _log.exception("searched by words alone")
            return None, True
        rows = self._catalogue.ids.rows([hit.id for hit in hits])
        known = {row: hit.score for row, hit in zip(rows, hits, strict=True) if row is not None}
        floor = hits[-1].score if len(hits) == _DEPTH else 0.0
        cosines = np.full(len(self._catalogue.ids), floor, np.float32)
        cosines[list(known)] = list(known.values())
        return Meaning(cosines, known), False

    def _found(self, parts: Parts, total: Scores, row: int, compared: Meaning | None) -> Found:
        words, meaning, hints, exact = (float(part[row]) for part in parts)
        cosine = compared.compared.get(row) if compared else None
        found = self._catalogue.ids[row]
        return Found(found, float(total[row]), words, meaning, hints, exact, cosine)


def _matched(words: Scores, meaning: Scores | None, best: float) -> Mask:
    if best > 0:
        return np.asarray(words >= _FAR * best, np.bool_)
    if meaning is None:
        return np.zeros(len(words), np.bool_)
    return np.asarray(meaning > meaning.min(initial=1.0), np.bool_)
