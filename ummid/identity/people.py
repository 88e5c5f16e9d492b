"""Whether two normalised names are one person's."""

from rapidfuzz import fuzz

_SHORT = (
    "bob robert, rob robert, bobby robert, tom thomas, bill william, will william, billy "
    "william, jim james, jimmy james, mike michael, dick richard, rick richard, nick "
    "nicholas, tony anthony, jack john, johnny john, ted edward, ed edward, eddie edward, "
    "chris christopher, dave david, joe joseph, steve stephen, steve steven, dan daniel, "
    "danny daniel, matt matthew, andy andrew, ben benjamin, jeff jeffrey, greg gregory, sam "
    "samuel, ken kenneth, ron ronald, larry lawrence, charlie charles, chuck charles, alex "
    "alexander, fred frederick, pete peter, don donald, ray raymond, jerry gerald, kate "
    "katherine, liz elizabeth"
)
_NICKNAMES = {frozenset(pair.split()) for pair in _SHORT.split(", ")}


def is_same_person(name: str, other: str) -> bool:
    """`mccarthy tom` and `mccarthy thomas`, `brian depalma` and `brian de palma`: words in order.

    Two names must share a word, and what is left of them must be short for, begin like, or be
    nearly spelt like each other.
    """
    if name == other or name.replace(" ", "") == other.replace(" ", ""):
        return True
    words, others = set(name.split()), set(other.split())
    shared = words & others
    if not shared:
        return False
    if len(shared) > 1 and (words <= others or others <= words):
        return True
    if fuzz.ratio(name, other) >= 70:
        return True
    return any(
        left[:3] == right[:3] or frozenset((left, right)) in _NICKNAMES
        for left in words - shared
        for right in others - shared
    )
