"""How complete a title is and how far it can be relied on, each from 0 to 100 with reasons.

The tables below are the whole of it. Every reason ends in what it takes off, and a score is 100
less all of that, never below 0.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ummid.catalog.flaws import Flaw, flaw, is_placeholder
from ummid.catalog.languages import UNDETERMINED
from ummid.catalog.model import Kind, Text
from ummid.catalog.title import Conflict, Score

Fields = Mapping[str, Any]
"""The fields of a title in the making."""

_WORK = {
    "title": 15,
    "synopses": 15,
    "year": 10,
    "duration_ms": 10,
    "genres": 10,
    "credits": 10,
    "artwork": 10,
    "ids": 5,
    "original_language": 5,
    "countries": 5,
    "ratings": 5,
}
_PART_OF = {"title": 40, "parent": 30, "duration_ms": 20, "artwork": 10}
_DELIVERED = {"title": 40, "duration_ms": 40, "languages": 20}

SHOULD_HAVE: Mapping[Kind, Mapping[str, int]] = {
    **dict.fromkeys(("film", "short", "special", "event", "programme", "unknown"), _WORK),
    **dict.fromkeys(("trailer", "extra"), _PART_OF),
    **dict.fromkeys(("composition", "asset"), _DELIVERED),
    "series": {
        "title": 20,
        "synopses": 20,
        "genres": 15,
        "artwork": 15,
        "year": 10,
        "credits": 5,
        "ids": 5,
        "original_language": 5,
        "ratings": 5,
    },
    "season": {
        "season_number": 30,
        "series": 25,
        "title": 15,
        "synopses": 10,
        "artwork": 10,
        "year": 10,
    },
    "episode": {
        "title": 20,
        "series": 20,
        "episode_number": 15,
        "synopses": 15,
        "season_number": 10,
        "duration_ms": 10,
        "year": 5,
        "artwork": 5,
    },
    "bundle": {"title": 40, "synopses": 30, "artwork": 30},
    "channel": {"title": 50, "artwork": 30, "languages": 20},
}
"""What a title of each kind should have, and what lacking it costs; 100 in all."""

_WORDS = {
    "title": "no title",
    "synopses": "no synopsis",
    "duration_ms": "no duration",
    "genres": "no genre",
    "credits": "nobody credited",
    "artwork": "no artwork",
    "ids": "no id that others know it by",
    "countries": "no country",
    "ratings": "no rating",
    "languages": "no language",
    "parent": "no title that it belongs to",
}

ALONE = 15
UNMARKED = 5
"""The title that is shown is in no stated language."""
CONFLICT, GRAVE_CONFLICT, ALL_CONFLICTS = 5, 10, 40
GRAVE = frozenset({"kind", "year", "ids", "parents", "season_number", "episode_number"})
"""Fields that say which title it is: a conflict may mean that two titles became one."""
DOUBT, ALL_DOUBTS = 2, 10
INVALID, ALL_INVALID = 5, 10
FLAWED_TITLE: Mapping[Flaw, int] = {
    "placeholder": 30,
    "mojibake": 20,
    "markup": 10,
    "capitals": 5,
}
FLAWED_SYNOPSIS, ALL_FLAWED_SYNOPSES = 5, 10
_FLAWED = {
    "placeholder": "a placeholder",
    "mojibake": "garbled by a wrong encoding",
    "markup": "full of markup",
    "capitals": "all in capitals",
}


def completeness(fields: Fields) -> Score:
    """How much of what a title of its kind should have is known."""
    kind: Kind = fields["kind"]
    plain, special = _EXPECTED[kind]
    missing = [name for name in plain if not (value := fields[name]) and value != 0]
    missing += [name for name, has in special if not has(fields)]
    return _completeness(kind, tuple(missing))


@lru_cache(maxsize=4096)
def _completeness(kind: Kind, missing: tuple[str, ...]) -> Score:
    table = SHOULD_HAVE[kind]
    return _score(
        tuple((table[name], _WORDS.get(name, f"no {name.replace('_', ' ')}")) for name in missing)
    )


def quality(
    fields: Fields, partners: int, conflicts: Sequence[Conflict], doubts: Sequence[str]
) -> Score:
    """How far what is known can be relied on."""
    costs = [(ALONE, "one partner alone says so")] if partners == 1 else []
    if conflicts:
        costs += _conflict_costs(conflicts)
    if fields["title"] is not None:
        costs += _title_costs(fields["title"], fields["titles"])
    flawed = len([s for s in fields["synopses"] if flaw(s.value)])
    if flawed:
        cost = min(flawed * FLAWED_SYNOPSIS, ALL_FLAWED_SYNOPSES)
        costs.append((cost, f"{_count(flawed, 'synopsis', 'synopses')} garbled or a placeholder"))
    invalid = len([one for one in fields["ids"] if not one.valid])
    if invalid:
        cost = min(invalid * INVALID, ALL_INVALID)
        costs.append((cost, f"{_count(invalid, 'id', 'ids')} of a wrong form or check character"))
    if doubts:
        cost = min(len(doubts) * DOUBT, ALL_DOUBTS)
        said = _count(len(doubts), "doubt", "doubts")
        costs.append((cost, f"{said} in what the sources say"))
    return _score(tuple(costs))


def _conflict_costs(conflicts: Sequence[Conflict]) -> Iterator[tuple[int, str]]:
    left = ALL_CONFLICTS
    for conflict in conflicts:
        grave = conflict.field.partition(".")[0] in GRAVE
        cost = min(left, GRAVE_CONFLICT if grave else CONFLICT)
        left -= cost
        yield cost, f"sources contradict each other on {conflict.field}: {conflict.reason}"


def _title_costs(title: str, titles: Sequence[Text]) -> list[tuple[int, str]]:
    wrong = flaw(title)
    costs = [(FLAWED_TITLE[wrong], f"the title is {_FLAWED[wrong]}")] if wrong else []
    for text in titles:
        if text.value == title and text.language != UNDETERMINED:
            return costs
    return [*costs, (UNMARKED, "nobody states the language of the title")]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


@lru_cache(maxsize=4096)
def _score(costs: tuple[tuple[int, str], ...]) -> Score:
    reasons = tuple(f"{words} (-{cost})" for cost, words in costs)
    return Score(max(0, 100 - sum(cost for cost, _ in costs)), reasons)


def _known_elsewhere(fields: Fields) -> bool:
    return any(one.valid and not one.scheme.startswith("partner") for one in fields["ids"])


def _has_title(fields: Fields) -> bool:
    title = fields["title"]
    return title is not None and not is_placeholder(title)


def _has_parent(fields: Fields) -> bool:
    return bool(fields["parents"])


def _has_series(fields: Fields) -> bool:
    return any(parent.relation == "series" for parent in fields["parents"])


_SPECIAL: Mapping[str, Callable[[Fields], bool]] = {
    "title": _has_title,
    "ids": _known_elsewhere,
    "parent": _has_parent,
    "series": _has_series,
}
_EXPECTED = {
    kind: (
        tuple(name for name in table if name not in _SPECIAL),
        tuple((name, has) for name, has in _SPECIAL.items() if name in table),
    )
    for kind, table in SHOULD_HAVE.items()
}
