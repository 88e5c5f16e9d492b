"""Levels of evidence that several modules know, and which of them say more than which."""

from collections.abc import Mapping

UNKNOWN = "?"
"""The level of a field that one of the two does not state."""

Order = Mapping[str, tuple[str, ...]]


def _chain(*levels: str) -> Order:
    return {level: levels[max(0, n - 1) : n] for n, level in enumerate(levels)}


LEVELS: Mapping[str, Order] = {
    "title": {
        "differ": (),
        "other number": (),
        "other number, alike": ("other number",),
        "a word alike": ("differ",),
        "slightly similar": ("differ",),
        "same number": ("differ",),
        "another word": ("slightly similar",),
        "words shared": ("a word alike",),
        "partly translated": ("a word alike",),
        "mostly translated": ("partly translated",),
        "translated": ("mostly translated",),
        "contained, short": ("words shared",),
        "contained": ("contained, short",),
        "begun, short": ("contained, short",),
        "begun": ("contained", "begun, short"),
        "similar, numbered": ("slightly similar",),
        "similar": ("similar, numbered",),
        "subtitle alone, short": ("contained, short",),
        "subtitle alone": ("contained", "subtitle alone, short"),
        "subtitle left out": ("begun", "subtitle alone"),
        "alike, numbered": ("similar, numbered",),
        "alike": ("similar", "alike, numbered"),
        "nearly same, numbered": ("alike, numbered",),
        "nearly same": ("alike", "nearly same, numbered"),
        "same, generic": ("differ", "other number"),
        "article apart": ("differ",),
        "same, common": ("same, generic", "article apart"),
        "same, short": ("same, common",),
        "same": ("same, short",),
        "same, long": ("same", "nearly same"),
    },
    "year": _chain("far", "3-5", "2", "1", "0"),
    "numbers": {
        "differ": (),
        "episode": ("differ",),
        "season": ("differ",),
        "near": ("season",),
        "next": ("near",),
        "same": ("next", "episode"),
    },
    "date": _chain("differ", "month", "same"),
    "runtime": _chain("far", "apart", "alike", "near", "same"),
    "directors": _chain("differ", "alike", "same"),
    "people": _chain("differ", "alike", "same"),
    "shared": _chain("0", "1", "2", "3"),
    "synopsis": _chain("differ", "little", "alike", "same"),
    "genres": _chain("differ", "some", "one", "contained", "same", "same, many"),
    "countries": _chain("differ", "shared"),
}
"""Of each weighed field its levels, each with those that say least less for a match.

A fit keeps the order to the first of them by itself; the others hold because the tests say so.
"""
