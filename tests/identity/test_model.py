"""What says more for a match never makes it less likely, and silence weighs nothing."""

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.identity.fitting import Matrix
from ummid.identity.compare import Evidence
from ummid.identity.levels import LEVELS, UNKNOWN
from ummid.identity.model import GROUPS, features, probability, shipped, title_group, weight_name

SILENCE = Evidence(*[UNKNOWN] * len(Evidence._fields))
EVIDENCE = st.builds(
    Evidence,
    st.sampled_from(["film", "episode", "differ", UNKNOWN]),
    *(st.sampled_from([UNKNOWN, *LEVELS[field]]) for field in Evidence._fields[1:-1]),
    st.sampled_from(["same", "alike", "differ", UNKNOWN]),
)
RISES = st.sampled_from(
    [(f, less, more) for f, levels in LEVELS.items() for more in levels for less in levels[more]]
)


def test_every_field_that_is_compared_is_ordered() -> None:
    assert set(Evidence._fields) - LEVELS.keys() == {"kind", "series"}


def test_titles_that_are_more_alike_are_not_in_a_lesser_group() -> None:
    ranks = {level: GROUPS.index(title_group(level)) for level in LEVELS["title"]}
    assert [
        v for v, less in LEVELS["title"].items() if any(ranks[u] > ranks[v] for u in less)
    ] == []


@pytest.mark.parametrize("group", ["", *GROUPS])
@pytest.mark.parametrize("field", LEVELS)
def test_shipped_weights_rise_with_what_a_level_says(field: str, group: str) -> None:
    known = shipped().weights

    def weight(level: str) -> float:
        alone, together = (known.get(weight_name(field, level, g), 0.0) for g in ("", group))
        return alone + (together if group else 0.0)

    falls = [(u, v) for v, less in LEVELS[field].items() for u in less if weight(u) > weight(v)]
    assert falls == []


@settings(max_examples=1000)
@given(EVIDENCE, RISES)
def test_what_says_more_is_never_less_likely(e: Evidence, rise: tuple[str, str, str]) -> None:
    field, less, more = rise
    assert probability(e._replace(**{field: less})) <= probability(e._replace(**{field: more}))


@settings(max_examples=1000)
@given(EVIDENCE, st.sampled_from([f for f in LEVELS if f not in ("title", "numbers")]))
def test_silence_lies_between_what_speaks_for_and_against(e: Evidence, field: str) -> None:
    least, *_, most = LEVELS[field]
    against, silent, speaking = (
        probability(e._replace(**{field: level})) for level in (least, UNKNOWN, most)
    )
    assert against <= silent <= speaking


def test_silence_has_no_weight() -> None:
    assert features(SILENCE) == ()
    assert [name for name in shipped().weights if UNKNOWN in name] == []


@given(EVIDENCE.filter(lambda e: e.kind != "differ"))
def test_a_kind_that_is_not_known_weighs_nothing(e: Evidence) -> None:
    assert features(e) == features(e._replace(kind=UNKNOWN))


def test_the_shipped_weights_are_all_of_levels_that_there_are() -> None:
    titles = {
        group: next(t for t in LEVELS["title"] if title_group(t) == group) for group in GROUPS
    }
    known = {
        name
        for field, levels in LEVELS.items()
        for level in levels
        for title in titles.values()
        for name in features(SILENCE._replace(**{"title": title, field: level}))
    }
    assert shipped().weights.keys() - known == set()


class _Judged(NamedTuple):
    evidence: Evidence
    same: bool
    judged: bool = True
    fold: int = 0
    weight: float = 1.0


def test_a_fit_keeps_the_order_against_its_examples() -> None:
    def examples(year: str, matches: int) -> list[_Judged]:
        said = SILENCE._replace(title="same", year=year)
        return [_Judged(said, n < matches) for n in range(20)]

    # by these, two years apart says more than none, and three to five more than two
    found = [*examples("0", 12), *examples("2", 15), *examples("3-5", 18), *examples("?", 15)]
    matrix = Matrix(found)
    fitted = matrix.fit(np.full(len(found), True))
    weights: dict[str, Any] = matrix.model(fitted, 3000, 500).weights
    for group in ("", " title=same"):
        by_level = [weights.get(f"year={level}{group}", 0.0) for level in LEVELS["year"]]
        assert by_level == sorted(by_level)
    assert [name for name in weights if UNKNOWN in name] == []
