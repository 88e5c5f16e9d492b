"""What a value is worth beside another of the same authority and time: sounder, then fuller."""

from typing import Any

from ummid.catalog.flaws import SOUND, is_placeholder, soundness
from ummid.catalog.model import Release, Synopsis, SynopsisLength, Text

LONGEST: dict[SynopsisLength, int] = {"short": 190, "medium": 400, "long": 4000}
"""Characters of each length class (MovieLabs): what is longer will be cut by whoever shows it."""

_PRECISION = {"year": 0, "month": 1, "day": 2}

Worth = tuple[int, int, int]


def worth(value: Any) -> Worth:
    """How sound a value is, how many parts it has, and how much they say."""
    if isinstance(value, tuple):
        worths = [_worth(part) for part in value]
        return (
            min((w[0] for w in worths), default=0),
            len(value),
            sum(max(w[2], 0) for w in worths),
        )
    return _worth(value)


def says_nothing(value: Any) -> bool:
    """Whether a text only stands where one should be."""
    return isinstance(value, Text | Synopsis) and is_placeholder(value.value)


def _worth(value: Any) -> Worth:
    if isinstance(value, Text):
        return soundness(value.value), 1, len(value.value)
    if isinstance(value, Synopsis):
        length = len(value.value)
        return soundness(value.value), int(length <= LONGEST[value.length]), length
    if isinstance(value, Release):
        return SOUND, 1, _PRECISION[value.precision]
    text = value if isinstance(value, str) else getattr(value, "value", "")
    return SOUND, 1, len(text)
