"""The chaos benchmark sees what is wrong, and a scenario is what its seed says."""

import signal
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bench.chaos import stage
from bench.chaos.__main__ import OUTCOMES, compare, plan, scenario, table
from bench.chaos.world import PARTNERS, World, arrivals, world

SEEDS = range(20)
OWN = {
    ("acme", "1"): "Amber Canyon 1 part 2",
    ("blue", "4"): None,
}
TRUE: dict[str, Any] = {
    "views": {"titles": [1, "digest"]},
    "named": {"partner:acme#1": ["Amber Canyon 1 part 2"]},
    "titles": 1,
    "feed": [],
}


def test_a_world_is_its_seeds_and_knows_every_own_id() -> None:
    assert world(3) == world(3) != world(4)
    for seed in SEEDS:
        made = world(seed)
        assert {partner for partner, _ in made.truth} == set(PARTNERS)
        assert len({(d.partner, d.received) for d in made.deliveries}) == len(made.deliveries)
    gone = [name for seed in SEEDS for name in world(seed).truth.values() if name is None]
    assert len(gone) > len(SEEDS)


def test_every_delivery_arrives_and_some_twice() -> None:
    repeated = 0
    for seed in SEEDS:
        sent = world(seed).deliveries
        came = [delivery for run in arrivals(seed, sent) for delivery in run]
        assert set(came) == set(sent)
        repeated += len(came) - len(sent)
    assert repeated > len(SEEDS)


def _gone(found: dict[str, Any]) -> None:
    found["named"] = {}


def _twice(found: dict[str, Any]) -> None:
    found["named"]["partner:acme#1"] *= 2


def _old(found: dict[str, Any]) -> None:
    found["named"]["partner:acme#1"] = ["Amber Canyon 1 part 1"]


def _back(found: dict[str, Any]) -> None:
    found["named"]["partner:blue#4"] = ["Cobalt Meadow 4 part 1"]


def _other(found: dict[str, Any]) -> None:
    found["views"]["titles"] = [1, "another"]


def _silent(found: dict[str, Any]) -> None:
    found["feed"] = ["a title"]


WRONG: dict[str, Callable[[dict[str, Any]], None]] = {
    "lost": _gone,
    "duplicated": _twice,
    "wrong order": _old,
    "resurrected": _back,
    "views": _other,
    "feed": _silent,
}


def test_a_store_that_is_right_has_no_outcome() -> None:
    outcomes, said = compare(World((), OWN), TRUE, deepcopy(TRUE))
    assert not outcomes.total()
    assert said == []


@pytest.mark.parametrize("outcome", WRONG)
def test_what_is_wrong_is_counted_by_its_name_and_said(outcome: str) -> None:
    found = deepcopy(TRUE)
    WRONG[outcome](found)
    outcomes, said = compare(World((), OWN), TRUE, found)
    assert +outcomes == {outcome: 1}
    assert len(said) == 1


def test_a_run_that_a_fault_ends_is_made_good() -> None:
    result = scenario("embedded, killed at a write", 5, "")
    assert result.hits == result.again > 0
    assert not result.outcomes.total(), result.said
    row = table([result]).splitlines()[1].split()
    assert row[-len(OUTCOMES) :] == ["0"] * len(OUTCOMES)


def test_kinds_take_turns_and_no_seed_comes_twice() -> None:
    assert plan(5, 10, ["a", "b"]) == [("a", 10), ("b", 11), ("a", 12), ("b", 13), ("a", 14)]


def test_an_act_that_never_ends_is_ended_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "_LONGEST", 0.5)
    monkeypatch.setattr(stage, "_PLAY", (sys.executable, "-c", "import time; time.sleep(600)"))
    played = stage.Stage(tmp_path, {})
    assert played.act("ingest") == -signal.SIGKILL
    assert played.hung == 1
