"""Two statements compared field by field, each to one of a few levels that a person can read."""

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from ummid.identity.levels import UNKNOWN
from ummid.identity.people import is_same_person
from ummid.identity.profile import Profile
from ummid.identity.spelling import title_level

_FAR = 5


class Evidence(NamedTuple):
    """One level per field; `?` where one of the two does not say."""

    kind: str
    title: str
    year: str
    numbers: str
    date: str
    runtime: str
    directors: str
    people: str
    shared: str
    synopsis: str
    genres: str
    countries: str
    series: str


def compare(one: Profile, other: Profile) -> Evidence:
    """What speaks for and against two statements being about one title. Symmetric."""
    directors = _people(one.directors, other.directors)[0]
    people, shared = _people(
        one.directors + one.people if one.directors else one.people,
        other.directors + other.people if other.directors else other.people,
    )
    return Evidence(
        _kind(one, other),
        title_level(one, other),
        _year(one.year, other.year),
        _numbers(one, other),
        _date(one.date, other.date),
        _runtime(one.runtime, other.runtime),
        directors,
        people,
        shared,
        _synopsis(one.words, other.words),
        _genres(one.genres, other.genres),
        _countries(one.countries, other.countries),
        _series(one.series, other.series),
    )


def _kind(one: Profile, other: Profile) -> str:
    if one.kind == other.kind:
        return one.kind or UNKNOWN
    return UNKNOWN if not one.kind or not other.kind else "differ"


def _year(one: int | None, other: int | None) -> str:
    if one is None or other is None:
        return UNKNOWN
    apart = abs(one - other)
    return str(apart) if apart < 3 else "3-5" if apart <= _FAR else "far"


def _numbers(one: Profile, other: Profile) -> str:
    if one.season is None or other.season is None:
        return UNKNOWN
    if one.kind == other.kind == "season":
        return "same" if one.season == other.season else "differ"
    if one.episode is None or other.episode is None:
        return UNKNOWN
    seasons, apart = one.season == other.season, abs(one.episode - other.episode)
    if seasons:
        return "same" if not apart else "next" if apart == 1 else "near" if apart < 4 else "season"
    return "episode" if not apart else "differ"


def _date(one: str | None, other: str | None) -> str:
    if not one or not other:
        return UNKNOWN
    return "same" if one == other else "month" if one[:7] == other[:7] else "differ"


def _runtime(one: int | None, other: int | None) -> str:
    if not one or not other:
        return UNKNOWN
    apart = abs(one - other) / max(one, other)
    for level, most in (("same", 0.02), ("near", 0.06), ("alike", 0.15), ("apart", 0.35)):
        if apart <= most:
            return level
    return "far"


def _people(names: Sequence[str], others: Sequence[str]) -> tuple[str, str]:
    """How surely they have somebody in common, and how many, three at most."""
    if not names or not others:
        return UNKNOWN, UNKNOWN
    same = set(names).intersection(others)
    alike = 0
    if len(same) < 3:
        alike = _alike({n for n in names if n not in same}, {o for o in others if o not in same})
    return (
        "same" if same else "alike" if alike else "differ",
        str(min(3, len(same) + alike)),
    )


def _alike(names: set[str], others: set[str]) -> int:
    """How many of either have somebody with a like name among the others, the fewer counting."""
    words = set(" ".join(others).split())
    found, of_others = 0, set()
    for name in names:
        if not words.isdisjoint(name.split()):
            like = [o for o in others if is_same_person(name, o)]
            found += bool(like)
            of_others.update(like)
    return min(found, len(of_others))


def _synopsis(one: Sequence[str], other: Sequence[str]) -> str:
    if len(one) < 4 or len(other) < 4:
        return UNKNOWN
    shared = len(set(one).intersection(other)) / (len(one) * len(other)) ** 0.5
    levels = (("same", 0.25), ("alike", 0.12), ("little", 0.05))
    return next((level for level, least in levels if shared >= least), "differ")


def _genres(one: Sequence[str], other: Sequence[str]) -> str:
    if not one or not other:
        return UNKNOWN
    shared, fewest = len(set(one).intersection(other)), min(len(one), len(other))
    if not shared:
        return "differ"
    if shared < fewest:
        return "some"
    if len(one) != len(other):
        return "one" if fewest == 1 else "contained"
    return "one" if fewest == 1 else "same" if fewest == 2 else "same, many"


def _countries(one: Sequence[str], other: Sequence[str]) -> str:
    if not one or not other:
        return UNKNOWN
    return "differ" if set(one).isdisjoint(other) else "shared"


def _series(one: Sequence[str], other: Sequence[str]) -> str:
    if not one or not other:
        return UNKNOWN
    if not set(one).isdisjoint(other):
        return "same"
    alike = max(fuzz.token_sort_ratio(x, y) for x in one for y in other)
    return "alike" if alike >= 88 else "differ"
