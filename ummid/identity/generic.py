"""Titles that many works carry."""

import re

_GENERIC = re.compile(
    r"(?:pilot|episode|chapter|part|day|week|show|programme?|folge|episodio|capitulo|season|series"
    r"|christmas|special|finale|untitled|tba|tbd|january|february|march|april|may|june|july"
    r"|august|september|october|november|december|\d+|\s)+"
)


def is_generic(name: str) -> bool:
    """Whether a name tells nothing by itself: `pilot`, `episode 5`, `11 may 2019`."""
    return _GENERIC.fullmatch(name) is not None
