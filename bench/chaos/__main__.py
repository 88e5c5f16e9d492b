"""Faults against deliveries: what is lost, doubled, brought back or in the wrong order.

    python -m bench.chaos [--runs 200] [--seed 1] [--only TEXT] [--at-once 4]

Every scenario has a seed: a made-up world of four partners whose clocks differ, its deliveries
permuted, repeated and cut into runs, and one fault that meets some of them. A run that failed is
done again, later than others, until it succeeds. Then every partner's own ids are looked up and
compared with the world's truth, and all views with those of one undisturbed run on the embedded
store. Prints a table of faults and outcomes, the seeds that failed, and one JSON line. Exit status
1 when any failed. Without the Bigtable emulator its half is left out, and that is said.
"""

import argparse
import json
import random
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from bench.chaos.stage import Stage, storm
from bench.chaos.weather import KINDS as WEATHER
from bench.chaos.world import World, arrivals, lay, world
from scripts.emulators import shared_emulator
from ummid.stores.bigtable.client import EMULATOR

_KILLED = ("calm", "killed at a write", "killed at a moment")
KINDS = (
    *(f"embedded, {k}" for k in (*_KILLED, "worker killed", "disk full", "clock set back")),
    *(f"bigtable, {k}" for k in (*_KILLED, *WEATHER)),
)
OUTCOMES = ("lost", "duplicated", "resurrected", "wrong order", "views", "feed", "stuck")
"""`views`: they differ from the undisturbed ones; `feed`: the change feed contradicts the views;
`stuck`: a run that fails though nothing disturbs it, or never ends."""
_ATTEMPTS = 4
_HOUR = 3_600_000


class Result(NamedTuple):
    """`hits`: runs that the fault ended, or calls that it met; `again`: runs done again."""

    kind: str
    seed: int
    hits: int
    again: int
    outcomes: Counter[str]
    said: tuple[str, ...]


def scenario(kind: str, seed: int, emulator: str) -> Result:
    """One world under one fault. It depends on the two alone, but for the moments at which
    processes are killed.
    """
    backend, _, fault = kind.partition(", ")
    made, dice = world(seed), random.Random(f"{kind} {seed}")
    with tempfile.TemporaryDirectory(prefix="ummid-chaos-") as name, ExitStack() as stack:
        folder = Path(name)
        calm = Stage(folder / "calm", {})
        calm.act("ingest", lay(folder / "all", made.deliveries))
        embedded = folder / "store"
        stage, raging = Stage(embedded, {}), None
        if backend == "bigtable":
            table = f"s{seed}-{zlib.crc32(kind.encode()):x}"
            where = f"bigtable://chaos/instance/{table}?folder={folder}/beside"
            Stage(where, {EMULATOR: emulator}).act("prepare")
            if fault in WEATHER:
                raging = stack.enter_context(storm(emulator, fault, seed))
            stage = Stage(where, {EMULATOR: raging.address if raging else emulator})
        owed = []
        for number, group in enumerate(arrivals(seed, made.deliveries)):
            run = lay(folder / f"run{number}", group)
            if _disturbed(stage, fault, dice, run, embedded):
                owed.append(run)
        again, stuck = _made_good(stage, owed, dice)
        outcomes, said = compare(made, calm.check(), stage.check())
        outcomes["stuck"] = stuck + stage.hung
        stack.close()  # the storm says at its end what it did
        hits = raging.suffered if raging else len(owed)
        return Result(kind, seed, hits, again, outcomes, tuple(said))


def _disturbed(stage: Stage, fault: str, dice: random.Random, run: Path, store: Path) -> int:
    """Plays a run under a fault; its exit status."""
    match fault:
        case "killed at a write":
            return stage.act("ingest", run, "--die-at-write", dice.randint(0, 40))
        case "killed at a moment":
            return stage.killed(dice, 2.5, run)
        case "worker killed":
            return stage.bereft(dice, 3, run)
        case "disk full":
            data = store / "data.mdb"
            size = data.stat().st_size if data.exists() else 0
            return stage.act("ingest", run, "--file-limit", size + dice.randint(0, 1 << 18))
        case "clock set back":
            return stage.act("ingest", run, "--clock-back", dice.randint(0, 72) * _HOUR)
    return stage.act("ingest", run)


def _made_good(stage: Stage, owed: Sequence[Path], dice: random.Random) -> tuple[int, int]:
    """Does what failed again, in any order; how many runs that took, and how many still fail."""
    waiting, again = dice.sample(owed, len(owed)), 0
    for _ in range(_ATTEMPTS):
        again += len(waiting)
        waiting = [run for run in waiting if stage.act("ingest", run)]
    return again, len(waiting)


def compare(
    made: World, calm: dict[str, Any], found: dict[str, Any]
) -> tuple[Counter[str], list[str]]:
    """What is wrong in a store, counted and said."""
    outcomes: Counter[str] = Counter()
    said: list[str] = []
    for (partner, own), name in made.truth.items():
        names = found["named"].get(f"partner:{partner}#{own}", [])
        if names == ([] if name is None else [name]):
            continue
        outcome = (
            "resurrected" if name is None
            else "lost" if not names
            else "duplicated" if len(names) > 1
            else "wrong order"
        )  # fmt: skip
        outcomes[outcome] += 1
        said.append(f"{outcome}: {partner} {own} is {names}, not {name}")
    for view, (cells, digest) in calm["views"].items():
        if found["views"][view] != [cells, digest]:
            outcomes["views"] += 1
            said.append(f"{view}: {found['views'][view][0]} cells, {cells} in calm, or others")
    outcomes["feed"] = len(found["feed"])
    said += [f"feed: {one}" for one in found["feed"]]
    return outcomes, said


def plan(runs: int, seed: int, kinds: Sequence[str]) -> list[tuple[str, int]]:
    """So many scenarios, all kinds in turn, no seed twice."""
    return [(kinds[number % len(kinds)], seed + number) for number in range(runs)]


def table(results: Sequence[Result]) -> str:
    """Faults by outcomes."""
    lines = ["".join((f"{'':<30}", *(f"{h:>8}" for h in ("runs", "hits", "again"))))]
    lines[0] += "".join(f"{outcome:>13}" for outcome in OUTCOMES)
    for kind in dict.fromkeys(result.kind for result in results):
        mine = [result for result in results if result.kind == kind]
        counts = (len(mine), sum(r.hits for r in mine), sum(r.again for r in mine))
        row = f"{kind:<30}" + "".join(f"{count:>8,}" for count in counts)
        lines.append(row + "".join(f"{sum(r.outcomes[o] for r in mine):>13,}" for o in OUTCOMES))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="kinds with this in their name")
    parser.add_argument("--at-once", type=int, default=4)
    asked = parser.parse_args()
    with shared_emulator() as emulator:
        kinds = [k for k in KINDS if asked.only in k and (emulator or "bigtable" not in k)]
        if emulator is None:
            print("the Bigtable emulator is not installed: its kinds are left out")
        began, results = time.monotonic(), []
        with ThreadPoolExecutor(asked.at_once) as pool:
            jobs = [
                pool.submit(scenario, *one, emulator or "")
                for one in plan(asked.runs, asked.seed, kinds)
            ]
            for job in jobs:
                results.append(job.result())
                _progress(results, asked.runs, began)
    print(table(results))
    failed = [result for result in results if result.outcomes.total()]
    for result in failed:
        print(f"{result.kind}, seed {result.seed}:", *result.said, sep="\n  ")
    total: Counter[str] = sum((result.outcomes for result in results), Counter())
    print(
        json.dumps(
            {
                "runs": len(results),
                "hits": sum(result.hits for result in results),
                "again": sum(result.again for result in results),
                "seconds": round(time.monotonic() - began),
                **{outcome: total[outcome] for outcome in OUTCOMES},
                "failed": [[result.kind, result.seed] for result in failed],
            }
        )
    )
    sys.exit(bool(failed))


def _progress(results: Sequence[Result], runs: int, began: float) -> None:
    if len(results) % 10 == 0:
        wrong = sum(1 for result in results if result.outcomes.total())
        print(
            f"{len(results)} of {runs} scenarios, {wrong} failed, {time.monotonic() - began:.0f} s",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
