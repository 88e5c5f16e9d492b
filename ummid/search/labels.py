"""Tokens that filters compare, and how people write them.

Partners write "comedy", "Comedy" and "Comedies" for one genre. A token is what these have in
common; a label is the spelling that most titles have.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import pycountry

from ummid.search.arrays import Arrays, Strings
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
_BETWEEN = "\x00"


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

    def __init__(self, arrays: Arrays) -> None:
        self._keys, self._written = Strings(arrays, f"{_NAME}.keys"), Strings(arrays, _NAME)

    @staticmethod
    def arrays(labels: Iterable[Iterable[tuple[str, str, str]]]) -> Arrays:
        counted = Counter(label for one in labels for label in one)
        # Of equally frequent ones the first in code order, which has its capitals.
        ordered = sorted(counted, key=lambda label: (-counted[label], label[2]))
        chosen: dict[str, str] = {}
        for space, named, written in ordered:
            chosen.setdefault(f"{space}{_BETWEEN}{named}", written)
        keys = sorted(chosen)
        return {
            **Strings.arrays(keys, f"{_NAME}.keys"),
            **Strings.arrays([chosen[key] for key in keys], _NAME),
        }

    def written(self, space: str, named: str) -> str:
        place = self._keys.find(f"{space}{_BETWEEN}{named}")
        return spoken(space, named) if place is None else self._written[place]
