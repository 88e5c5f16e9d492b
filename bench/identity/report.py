"""The table of figures: what the pipeline makes of the labelled sets, beside what is asked."""

from collections.abc import Iterator
from typing import NamedTuple

from bench.identity.pipeline import Resolved, resolve
from bench.identity.sets import FOLDER, Labelled, Score, imdb_tmdb, imdb_tvdb, worlds

_HEAD = f"{'set':28} {'asked':>5}  {'F1':>6}   precision recall  pairs / gold"


class Row(NamedTuple):
    labels: Labelled
    score: Score

    def __str__(self) -> str:
        asked = f"{self.labels.asked:.3f}" if self.labels.asked else "-"
        score = self.score
        return (
            f"{self.labels.name:28} {asked:>5}  {score.f1:.4f}   {score.precision:.4f}   "
            f"{score.recall:.4f}   {score.pairs} / {score.gold}"
        )


def missing() -> str:
    """Why nothing can be scored; "" when it can."""
    if FOLDER.is_dir():
        return ""
    return f"SKIPPED: no labelled sets: {FOLDER} is missing, nothing was scored"


def rows(names: frozenset[str] = frozenset()) -> Iterator[tuple[str, Resolved, list[Row]]]:
    """Every world (or those named) resolved, with the score of each of its sets."""
    for world in worlds():
        if names and world.name not in names:
            continue
        resolved = resolve(world.files)
        matches = set(resolved.matches())
        sets = list(world.sets)
        if world.name == "imdb-tmdb":
            sets.append(imdb_tmdb(original=True)._replace(name="imdb-tmdb, old gold", asked=None))
        if world.name == "imdb-tvdb":
            sets.append(imdb_tvdb(original=True)._replace(name="imdb-tvdb, old gold", asked=None))
        yield world.name, resolved, [Row(labels, labels.score(matches)) for labels in sets]


def score() -> None:
    if reason := missing():
        print(reason)
        return
    print(_HEAD)
    for name, resolved, found in rows():
        for row in found:
            print(row)
        seconds = sum(resolved.seconds.values())
        print(f"{'':28} ({name}: {resolved.pairs} pairs compared, {seconds:.1f} s)", flush=True)
