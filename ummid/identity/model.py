"""How likely two statements are about one title: weights of evidence, learned and shipped.

Each level of evidence, and some levels together, has a weight in log-odds; their sum is the
log-odds of a match (logistic regression, as in Fellegi and Sunter, "A Theory for Record
Linkage", 1969, with weights fitted to judged pairs instead of assumed independent). The weights
are in `weights.json`, made by `python -m bench.identity --train`; a few that no judged pair can
teach are declared here.
"""

import math
from functools import cache, lru_cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from ummid.identity.compare import Evidence
from ummid.identity.levels import UNKNOWN

SCALE = 10_000
"""Probabilities are whole numbers of ten thousandths: the same on every machine."""

_NEVER, _SURELY = -15.0, 5.0
_TITLE_GROUPS = {
    "same, long": "same",
    "same": "same",
    "same, short": "same",
    "same, generic": "same",
    UNKNOWN: UNKNOWN,
}
_NEAR = ("nearly same", "alike", "similar", "contained", "translated", "mostly")


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
    """The names of the weights that count for this evidence."""
    title = title_group(e.title)
    near_year = "0" if e.year == "0" else "other"
    episodic = "episode" if e.kind == "episode" else "work"
    return (
        f"title={e.title}",
        f"year={e.year}",
        f"title={e.title} year={e.year}",
        f"kind={'known' if e.kind not in (UNKNOWN, 'differ') else e.kind}",
        f"runtime={e.runtime} year={near_year}",
        f"runtime={e.runtime} title={title}",
        f"numbers={e.numbers} title={title}",
        f"{episodic} title={title} year={e.year}",
        f"numbers={e.numbers} title={title} year={e.year}" if episodic == "episode" else "",
        f"date={e.date}",
        f"directors={e.directors} title={title}",
        f"directors={e.directors} year={e.year}",
        f"people={e.people} title={title}",
        f"shared={e.shared}",
        f"synopsis={e.synopsis}",
        f"genres={e.genres} title={title}",
        f"countries={e.countries}",
    )


def title_group(title: str) -> str:
    """`same`, `near`, `differ` or `?`."""
    return _TITLE_GROUPS.get(title) or ("near" if title.startswith(_NEAR) else "differ")


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
