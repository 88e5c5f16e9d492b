"""Titles and names as written: asked for exactly, misspelt, or half typed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, groupby, islice
from operator import itemgetter
from typing import NamedTuple

from ummid.search.across import Across, Placed, Share, Spread
from ummid.search.arrays import Arrays, Groups
from ummid.search.asking import GRAMMAR
from ummid.search.document import Document
from ummid.search.merging import Merged
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
    """The titles and people of documents.

    `suggested` has the rows of each text with its kind as a last sign; `begun` has, as rows, the
    places in it of the texts that a key is an end of.
    """

    def __init__(self, across: Across) -> None:
        self._titled, self._cores = Spread(across, "titles"), Spread(across, "cores")
        self._spelling = Spelling(across)
        self._suggested, self._begun = Spread(across, "suggested"), Spread(across, "begun")

    @staticmethod
    def arrays(documents: Sequence[Document]) -> Arrays:
        titled: defaultdict[str, list[int]] = defaultdict(list)
        cores: defaultdict[str, list[int]] = defaultdict(list)
        words: defaultdict[str, list[int]] = defaultdict(list)
        suggested: defaultdict[str, list[int]] = defaultdict(list)
        for row, document in enumerate(documents):
            for kind, texts in enumerate((document.titles, document.people)):
                cut = {text: plain_words(text) for text in texts}
                for text in cut:
                    suggested[f"{text}{kind}"].append(row)
                for part in chain.from_iterable(cut.values()):
                    words[part].append(row)
                if kind == 0:
                    for key in {" ".join(parts) for parts in cut.values()}:
                        titled[key].append(row)
                    for key in {_core(parts) for parts in cut.values()}:
                        cores[key].append(row)
        begun: defaultdict[str, list[int]] = defaultdict(list)
        for n, text in enumerate(sorted(suggested)):
            for key in _beginnings(text[:-1]):
                begun[key].append(n)
        return {
            **Groups.arrays(titled, "titles"),
            **Groups.arrays(cores, "cores"),
            **Spelling.arrays(words),
            **Groups.arrays(suggested, "suggested"),
            **Groups.arrays(begun, "begun"),
        }

    @staticmethod
    def merge(merged: Merged) -> None:
        merged.groups("titles")
        merged.groups("cores")
        Spelling.merge(merged)
        texts = merged.groups("suggested")
        parts = zip(merged.across.parts, texts.moved, strict=True)
        places = [Placed(part.arrays, moved) for part, moved in parts]
        merged.groups("begun", across=Across(places, texts.size))

    def exact(self, words: Sequence[str]) -> list[int]:
        """Rows of the documents with a title of just these words."""
        key = " ".join(words)
        return self._titled.rows(key) if key else []

    def alike(self, words: Sequence[str]) -> list[int]:
        """As `exact`, articles and the like left out on both sides."""
        key = _core(words)
        return self._cores.rows(key) if key else []

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
        counted: Counter[str] = Counter()
        seen: set[tuple[int, int]] = set()
        known = groupby(self._begun.begun(key), key=itemgetter(0))
        living = (places for _, found in known if (places := self._living(found)))
        for share, place in chain.from_iterable(islice(living, _LOOKED_AT)):
            if (share.number, place) not in seen:
                seen.add((share.number, place))
                counted[share.groups.keys[place]] += int(share.counts[place])
        ranked = sorted(_ranked(text, documents, key) for text, documents in counted.items())
        return [found for _, _, found in ranked[:count]]

    def _living(self, begun: Iterable[tuple[str, Share, int]]) -> list[tuple[Share, int]]:
        """Texts that documents have still, and that begin alike."""
        return [
            (texts, place)
            for _, share, key in begun
            for texts in [self._suggested.shares[share.number]]
            for place in share.groups.rows[share.groups.part_at(key)].tolist()
            if texts.counts[place]
        ]


def _ranked(named: str, documents: int, key: str) -> tuple[bool, int, Suggestion]:
    text, kind = named[:-1], _KINDS[int(named[-1])]
    inside = not " ".join(plain_words(text)).startswith(key)
    return inside, -documents, Suggestion(text, kind, documents)


def _core(words: Iterable[str]) -> str:
    return " ".join(word for word in words if stem(word) not in GRAMMAR)


def _beginnings(text: str) -> set[str]:
    """A text from each of its words on."""
    whole = " ".join(cut := plain_words(text))
    starts = accumulate((len(word) + 1 for word in cut[:-1]), initial=0)
    return {whole[start:] for start in starts} if cut else set()
