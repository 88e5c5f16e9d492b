"""Evidence in words, for the person who has to trust it or to decide."""

from collections.abc import Sequence

from ummid.identity.compare import Evidence
from ummid.identity.levels import UNKNOWN
from ummid.identity.model import SCALE
from ummid.identity.profile import Profile

_TITLES = {
    "same, long": "the titles are the same",
    "same": "the titles are the same",
    "same, short": "the titles are the same, though short",
    "same, common": "the titles are the same, though of common words",
    "same, generic": "the titles are the same, though many works carry it",
    "nearly same": "the titles are nearly the same",
    "alike": "the titles are alike",
    "similar": "the titles are similar",
    "contained": "one title is part of the other",
    "contained, short": "one title, a short one, is part of the other",
    "begun": "one title begins like the other and ends there",
    "begun, short": "one title, a short one, begins the other",
    "subtitle left out": "one title is the other without its subtitle",
    "subtitle alone": "one title is the subtitle of the other",
    "subtitle alone, short": "one title, a short one, is the subtitle of the other",
    "article apart": "the titles are the same but for an article",
    "another word": "the titles are alike but for a word",
    "other number": "the titles have different numbers",
    "other number, alike": "the titles are alike but have different numbers",
    "same number": "the titles differ but have the same number",
    "translated": "the titles say the same in two languages",
    "mostly translated": "the titles say nearly the same, word by word",
    "partly translated": "the titles share words or their translations",
    "words shared": "the titles share words",
    "slightly similar": "the titles are slightly similar",
    "a word alike": "the titles share hardly a word",
    "differ": "the titles differ",
}
_YEARS = {
    "0": "the years are the same",
    "1": "the years are one apart",
    "2": "the years are two apart",
    "3-5": "the years are three to five apart",
    "far": "the years are far apart",
}
_NUMBERS = {
    "same": "season and episode numbers are the same",
    "next": "the episode numbers are one apart",
    "near": "the episode numbers are two or three apart",
    "season": "the season is the same, the episode another",
    "episode": "the episode number is the same, the season another",
    "differ": "season and episode numbers differ",
}
_DATES = {"month": "in one month"}
_RUNTIMES = {
    "same": "the runtimes are the same",
    "near": "the runtimes are within 6 %",
    "alike": "the runtimes are within 15 %",
    "apart": "the runtimes are up to a third apart",
    "far": "the runtimes are far apart",
}


def likelihood(probability: int) -> str:
    """A probability of ten thousandths as `97.5 %`."""
    return f"{100 * probability / SCALE:.1f} %"


def words(evidence: Evidence, one: Profile, other: Profile) -> list[str]:
    """What speaks for and against, a clause each with the values of both; silence is left out."""
    said = [
        _title(evidence.title, " / ".join(one.names), " / ".join(other.names)),
        _clause(_YEARS.get(evidence.year, ""), one.year, other.year),
        _clause("the kinds differ" if evidence.kind == "differ" else "", one.kind, other.kind),
        _clause(_series(evidence.series), _all(one.series), _all(other.series)),
        _clause(_numbers(evidence), _number(one), _number(other)),
        _clause(
            _simply("first shown", _DATES.get(evidence.date, evidence.date)), one.date, other.date
        ),
        _clause(_RUNTIMES.get(evidence.runtime, ""), _minutes(one), _minutes(other)),
        _clause(
            _simply("directors", evidence.directors), _all(one.directors), _all(other.directors)
        ),
        _people(evidence, one, other),
        _simply("the words of the synopses", evidence.synopsis),
        _clause(_simply("genres", evidence.genres), _all(one.genres), _all(other.genres)),
        _clause(
            _simply("countries", evidence.countries), _all(one.countries), _all(other.countries)
        ),
    ]
    return [clause for clause in said if clause]


def _title(level: str, one: str, other: str) -> str:
    if level == UNKNOWN:
        return "one of the two states no title"
    before, numbered, _ = level.partition(", numbered")
    return _clause(
        _TITLES[before] + (", one of them with a number" if numbered else ""), one, other
    )


def _clause(text: str, one: object, other: object) -> str:
    if not text:
        return ""
    return f"{text} ({one})" if one == other else f"{text} ({one or '?'} | {other or '?'})"


def _simply(what: str, level: str) -> str:
    return "" if level == UNKNOWN else f"{what}: {level}"


def _series(level: str) -> str:
    return "" if level == UNKNOWN else f"series: {level}"


def _people(evidence: Evidence, one: Profile, other: Profile) -> str:
    if evidence.people == UNKNOWN:
        return ""
    everybody = {*one.directors, *one.people}, {*other.directors, *other.people}
    shared = ", ".join(sorted(everybody[0] & everybody[1]))
    if evidence.people == "differ":
        return "nobody in common among those both name"
    return f"people in common: {shared}" if shared else "people with names alike in common"


def _numbers(evidence: Evidence) -> str:
    if evidence.kind == "season" and evidence.numbers != UNKNOWN:
        return f"the seasons {'are the same' if evidence.numbers == 'same' else 'differ'}"
    return _NUMBERS.get(evidence.numbers, "")


def _number(one: Profile) -> str:
    return f"{one.season}.{one.episode}" if one.episode is not None else f"season {one.season}"


def _minutes(one: Profile) -> str:
    return f"{one.runtime} min"


def _all(values: Sequence[str]) -> str:
    return ", ".join(values)
