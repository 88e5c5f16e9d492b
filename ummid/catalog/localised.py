"""A title in the language that somebody asks for, or the nearest that there is.

The wanted language first (the tag itself, then the nearest of its regions and scripts by CLDR),
then the title's original language, then English, then any stated language, and a text of no
stated language last.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

import langcodes
import msgspec

from ummid.catalog.languages import UNDETERMINED
from ummid.catalog.model import Synopsis, Text
from ummid.catalog.texts import DISPLAY_ORDER
from ummid.catalog.title import Title

_LAST_RESORT = "en"
_MUTUAL = 10
"""CLDR's distance up to which speakers of one language read the other (`nb` and `no`)."""
_SHOWN = ("display", "original", "alternate", "short")
"""Uses of a title that may stand for it in another language."""

TextLike = TypeVar("TextLike", Text, Synopsis)
Nearness = tuple[int, int, int, str]


def localised(title: Title, wanted: str) -> Title:
    """The title with one text per use and length, each in the language nearest to `wanted`.

    `wanted` is a BCP 47 tag. The display title is the nearest of all titles that may be shown;
    whatever is no text stays as it is.
    """
    original = title.original_language or ""
    titles = _nearest(title.titles, wanted, original, lambda text: text.use)
    synopses = _nearest(title.synopses, wanted, original, lambda text: text.length)
    shown = min(
        (text for text in titles if text.use in _SHOWN),
        key=lambda text: (
            _nearness(text, wanted, original)[:2],
            DISPLAY_ORDER.index(text.use),
        ),
        default=None,
    )
    return msgspec.structs.replace(
        title,
        title=shown.value if shown else title.title,
        titles=tuple(sorted(titles, key=lambda text: DISPLAY_ORDER.index(text.use))),
        synopses=tuple(synopses),
    )


def language_shown(title: Title) -> str | None:
    """The language of the display title, None where nobody states it."""
    for text in title.titles:
        if text.value == title.title and text.language != UNDETERMINED:
            return text.language
    return None


def _nearest(
    texts: Iterable[TextLike], wanted: str, original: str, group: Callable[[TextLike], str]
) -> list[TextLike]:
    best: dict[str, TextLike] = {}
    for text in sorted(texts, key=lambda text: _nearness(text, wanted, original)):
        best.setdefault(group(text), text)
    return list(best.values())


def _nearness(text: Text | Synopsis, wanted: str, original: str) -> Nearness:
    """A text for one market counts as one in that market's variety of its language."""
    have, market = text.language, text.territory
    if market and len(market) == 2 and have != UNDETERMINED and "-" not in have:
        have = f"{have}-{market}"
    return (*tag_nearness(have, wanted, original), int(market is not None), text.language)


@lru_cache(maxsize=4096)
def tag_nearness(have: str, wanted: str, original: str) -> tuple[int, int]:
    """How near a text's language is to the wanted one: the smaller the better."""
    if have == UNDETERMINED:
        return 4, 0
    for step, target in enumerate((wanted, original, _LAST_RESORT)):
        if target and (near := _distance(target, have)) is not None:
            return step, near
    return 3, 0


def _distance(wanted: str, have: str) -> int | None:
    """CLDR's distance between two tags of one language, None between two languages."""
    if wanted == have:
        return 0
    distance: int = langcodes.tag_distance(wanted, have)
    same = wanted.partition("-")[0] == have.partition("-")[0]
    return distance + 1 if same or distance <= _MUTUAL else None
