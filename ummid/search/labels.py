"""Tokens that filters compare, and how people write them.

Partners write "comedy", "Comedy" and "Comedies" for one genre. A token is what these have in
common; a label is the spelling that most titles have.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

import pycountry

from ummid.search.across import Across, Spread
from ummid.search.arrays import Arrays, Groups
from ummid.search.merging import Merged
from ummid.search.words import plain_words

_GENRES: Mapping[str, str] = {
    other: token
    for token, others in {
        "animation": ("animated", "animations", "cartoon", "cartoons"),
        "biography": ("biographies", "biographical", "biopic", "biopics"),
        "children": ("kids", "childrens", "for children"),
        "classic": ("classics",),
        "comedy": ("comedies",),
        "documentary": ("documentaries", "documentation", "docs", "docu"),
        "drama": ("dramas",),
        "family": ("families",),
        "history": ("historical",),
        "mystery": ("mysteries",),
        "romance": ("romantic", "romances"),
        "romantic comedy": ("romantic comedies", "romcom", "rom com"),
        "science fiction": ("sci fi", "scifi", "sf", "science fictions"),
        "short": ("shorts", "short film", "short films"),
        "sport": ("sports",),
        "thriller": ("thrillers",),
        "western": ("westerns",),
    }.items()
    for other in others
}
_NAME = "labels"


def token(space: str, written: str) -> str:
    """What spellings of one genre, platform or country have in common; of a partner's own
    tokens, as they are.
    """
    if space == "genre":
        folded = " ".join(word for word in plain_words(written) if word != "and")
        return _GENRES.get(folded, folded) or written
    if space == "platform":
        return " ".join(plain_words(written)) or written
    if space == "country":
        return written.upper()
    if space == "type":
        return written.lower()
    return written


def spoken(space: str, named: str) -> str:
    """The name of a language or country; of anything else, the token itself."""
    if space == "language":
        code = named.partition("-")[0]
        found = pycountry.languages.get(**{"alpha_2" if len(code) == 2 else "alpha_3": code})
        return str(found.name).partition(" (")[0] if found and code == named else named
    if space == "country":
        place = pycountry.countries.get(alpha_2=named) if len(named) == 2 else None
        return str(getattr(place, "common_name", place.name)) if place else named
    return named


class Labels:
    """The most frequent spelling of each token that is not written as it is."""

    def __init__(self, across: Across) -> None:
        self._spread = Spread(across, _NAME)
        self.written = lru_cache(maxsize=65_536)(self._written)
        """The label of a token in a namespace."""

    @staticmethod
    def arrays(labels: Iterable[Iterable[tuple[str, str, str]]]) -> Arrays:
        """Of the labels of each document."""
        groups: defaultdict[str, list[int]] = defaultdict(list)
        for row, one in enumerate(labels):
            for space, named, written in one:
                groups[_key(space, named) + written].append(row)
        return Groups.arrays(groups, _NAME)

    @staticmethod
    def merge(merged: Merged) -> None:
        merged.groups(_NAME)

    def _written(self, space: str, named: str) -> str:
        counted: Counter[str] = Counter()
        for key, share, place in self._spread.begun(lead := _key(space, named)):
            counted[key[len(lead) :]] += int(share.counts[place])
        # Of equally frequent ones the first in code order, which has its capitals.
        found = min((-count, written) for written, count in counted.items()) if counted else (0, "")
        return found[1] if found[0] else spoken(space, named)


def _key(space: str, named: str) -> str:
    """What no other token begins with, whatever signs are in either."""
    return f"{len(space)} {len(named)} {space}{named}"
