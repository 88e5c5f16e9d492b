"""Titles and names as written: asked for exactly, misspelt, or half typed."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ummid.search.document import Document
from ummid.search.spelling import Spelling
from ummid.search.words import plain_words


class Suggestion(NamedTuple):
    """`documents` have this title, or this person in them."""

    text: str
    kind: str
    documents: int


class Names:
    """The titles and people of documents."""

    def __init__(self, documents: Sequence[Document]) -> None:
        titled: defaultdict[str, list[int]] = defaultdict(list)
        words: Counter[str] = Counter()
        suggested: Counter[tuple[str, str]] = Counter()
        for row, document in enumerate(documents):
            for title in dict.fromkeys(document.titles):
                cut = plain_words(title)
                titled[" ".join(cut)].append(row)
                words.update(cut)
                suggested[title, "title"] += 1
            for person in dict.fromkeys(document.people):
                words.update(plain_words(person))
                suggested[person, "person"] += 1
        self._titled = {key: tuple(dict.fromkeys(rows)) for key, rows in titled.items() if key}
        self._spelling = Spelling(words.items())
        self._suggestions = sorted(
            (key, Suggestion(text, kind, n))
            for (text, kind), n in suggested.items()
            for key in _beginnings(text)
        )
        self._keys = [key for key, _ in self._suggestions]

    def exact(self, words: Sequence[str]) -> tuple[int, ...]:
        """Rows of the documents with a title of just these words."""
        return self._titled.get(" ".join(words), ())

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
        best: dict[Suggestion, tuple[bool, int, str, str]] = {}
        for n in range(bisect_left(self._keys, key), len(self._keys)):
            if not self._keys[n].startswith(key):
                break
            found = self._suggestions[n][1]
            inside = self._keys[n] != " ".join(plain_words(found.text))
            rank = (inside, -found.documents, found.text, found.kind)
            best[found] = min(rank, best.get(found, rank))
        return sorted(best, key=best.__getitem__)[:count]


def _beginnings(text: str) -> list[str]:
    """A text from each of its words on."""
    cut = plain_words(text)
    return [" ".join(cut[n:]) for n in range(len(cut))]
