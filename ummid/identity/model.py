"""How likely two statements are about one title: weights of evidence, learned and shipped.

Each level of evidence has a weight in log-odds, and another one together with how alike the
titles are; their sum is the log-odds of a match (logistic regression, as in Fellegi and Sunter, "A
Theory for Record Linkage", 1969, with weights fitted to judged pairs instead of assumed
independent). What says more never weighs less, and what is not stated weighs nothing: which
fields a partner leaves out tells of the partner, not of the title. The weights are in
`weights.json`, made by `python -m bench.identity --train`; a few that no judged pair can teach
are declared here.
"""

import math
from functools import cache, lru_cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from ummid.identity.compare import Evidence
from ummid.identity.levels import LEVELS, UNKNOWN

SCALE = 10_000
"""Probabilities are whole numbers of ten thousandths: the same on every machine."""

_NEVER, _SURELY = -15.0, 5.0
GROUPS = ("differ", "near", "spelt", "same")
"""How alike titles are, roughly, the least first: what another field says depends on it."""
_GROUPS = {
    "near": (
        "contained, short",
        "contained",
        "begun, short",
        "begun",
        "subtitle alone, short",
        "subtitle alone",
        "subtitle left out",
        "similar, numbered",
        "similar",
        "mostly translated",
        "translated",
    ),
    "spelt": ("article apart", "alike, numbered", "alike", "nearly same, numbered", "nearly same"),
    "same": ("same, generic", "same, common", "same, short", "same", "same, long"),
    UNKNOWN: (UNKNOWN,),
}
_GROUP = {level: group for group, levels in _GROUPS.items() for level in levels}
GROUPED = frozenset({"year", "numbers", "runtime", "directors", "people", "genres"})
"""The fields that say more or less by how alike the titles are."""


class Model(Struct, frozen=True):
    """`merge` and `review` are the least probabilities (of SCALE) to join by itself and to ask a
    person."""

    intercept: float
    weights: dict[str, float]
    merge: int
    review: int


@cache
def shipped() -> Model:
    """The weights that come with this version."""
    return msgspec.json.decode(files(__package__).joinpath("weights.json").read_bytes(), type=Model)


def features(e: Evidence) -> tuple[str, ...]:
    """The names of the weights that count for this evidence: none for what is not stated."""
    group = title_group(e.title)
    found = []
    for field in LEVELS:
        level = getattr(e, field)
        if level != UNKNOWN:
            found.append(weight_name(field, level))
            if field in GROUPED and group != UNKNOWN:
                found.append(weight_name(field, level, group))
    return tuple(found)


def weight_name(field: str, level: str, group: str = "") -> str:
    return f"{field}={level} title={group}" if group else f"{field}={level}"


def title_group(title: str) -> str:
    """One of GROUPS, or `?`."""
    return _GROUP.get(title, "differ")


def declared(e: Evidence) -> float | None:
    """Log-odds of what the judged sets cannot teach, for they name no series and mix no kinds:
    below zero it is at most that, above at least. None where they can.
    """
    if e.kind == "differ" or e.series == "differ":
        return _NEVER
    if e.series not in ("same", "alike") or e.numbers == UNKNOWN:
        return None
    if e.numbers == "same":
        return _SURELY if e.series == "same" and e.year not in ("3-5", "far") else None
    named = title_group(e.title) == "same" and e.title != "same, generic"
    return None if named and e.kind != "season" else _NEVER


@lru_cache(maxsize=1 << 16)
def probability(e: Evidence) -> int:
    """How likely the two are one title, in whole ten thousandths."""
    model = shipped()
    known = model.weights.get
    odds = model.intercept + sum(known(name, 0.0) for name in features(e))
    rule = declared(e)
    if rule is not None:
        odds = min(odds, rule) if rule < 0 else max(odds, rule)
    return round(SCALE / (1 + math.exp(-odds)))
