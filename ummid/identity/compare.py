"""Two statements compared field by field, each to one of a few levels that a person can read."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz

from ummid.identity.generic import is_generic
from ummid.identity.people import is_same_person
from ummid.identity.profile import Profile

UNKNOWN = "?"
"""The level of a field that one of the two does not state."""

_NUMBER = re.compile(r"\d+")
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
    everybody = (*one.directors, *one.people), (*other.directors, *other.people)
    people, shared = _people(*everybody)
    return Evidence(
        kind=_kind(one, other),
        title=_title(one.names, other.names),
        year=_year(one.year, other.year),
        numbers=_numbers(one, other),
        date=_date(one.date, other.date),
        runtime=_runtime(one.runtime, other.runtime),
        directors=_people(one.directors, other.directors)[0],
        people=people,
        shared=shared,
        synopsis=_synopsis(one.words, other.words),
        genres=_genres(one.genres, other.genres),
        countries=_countries(one.countries, other.countries),
        series=_series(one.series, other.series),
    )


def _kind(one: Profile, other: Profile) -> str:
    if one.kind == other.kind:
        return one.kind or UNKNOWN
    return UNKNOWN if not one.kind or not other.kind else "differ"


def _title(names: Sequence[str], others: Sequence[str]) -> str:
    if not names or not others:
        return UNKNOWN
    common = set(names).intersection(others)
    if common:
        return _same(max(common, key=lambda name: (not is_generic(name), len(name))))
    best, pair = -1.0, ("", "")
    for x in names:
        for y in others:
            if x.replace(" ", "") == y.replace(" ", ""):
                return _same(x)
            alike = max(fuzz.ratio(x, y), fuzz.token_sort_ratio(x, y))
            if alike > best:
                best, pair = alike, (x, y)
    return _near(*pair, best)


def _same(name: str) -> str:
    if is_generic(name):
        return "same, generic"
    return "same, long" if len(name) >= 14 else "same" if len(name) >= 8 else "same, short"


def _near(x: str, y: str, alike: float) -> str:
    words, others = set(x.split()), set(y.split())
    counts, other_counts = set(_NUMBER.findall(x)), set(_NUMBER.findall(y))
    if counts != other_counts and counts and other_counts:
        return "other number, alike" if alike >= 80 else "other number"
    numbered = ", numbered" if counts != other_counts else ""
    if alike >= 94:
        return "nearly same" + numbered
    if alike >= 88:
        return "alike" + numbered
    shared = sum(map(len, words & others))
    length = sum(map(len, words)), sum(map(len, others))
    if shared == min(length):
        return "contained" if min(len(x), len(y)) >= 10 else "contained, short"
    if alike >= 80:
        return "similar" + numbered
    if counts and counts == other_counts:
        return "same number"
    if shared >= 0.4 * (sum(length) - shared) or fuzz.token_set_ratio(x, y) >= 90:
        return "words shared"
    if alike >= 60:
        return "slightly similar"
    long, long_others = [w for w in words if len(w) > 4], [w for w in others if len(w) > 4]
    if any(fuzz.ratio(u, v) >= 80 for u in long for v in long_others):
        return "a word alike"
    return "differ"


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


def _people(names: Collection[str], others: Collection[str]) -> tuple[str, str]:
    """How surely they have somebody in common, and how many, three at most."""
    if not names or not others:
        return UNKNOWN, UNKNOWN
    same = set(names).intersection(others)
    count, alike = len(same), 0
    if count < 3:
        rest = [o for o in others if o not in same]
        words = {w for o in rest for w in o.split()}
        for name in names:
            if name not in same and not words.isdisjoint(name.split()):
                alike += any(is_same_person(name, o) for o in rest)
    return (
        "same" if same else "alike" if alike else "differ",
        str(min(3, count + alike)),
    )


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
    return "one" if fewest == 1 else "same" if len(one) == len(other) else "contained"


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
