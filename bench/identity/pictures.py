"""What the documentation shows of cross-validated probabilities, drawn as SVG.

The same input gives the same files. Colours are of middling lightness on no background, so that
they can be read on a light page and on a dark one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from bench.identity.fitting import Matrix
from bench.identity.sets import Score
from bench.identity.training import MERGE, REVIEW, Example, cross_validated, examples, joined_in
from bench.identity.training import learning as worlds
from ummid.identity.model import SCALE

GREY, BLUE, ORANGE, GREEN = "#808080", "#3d85c6", "#d9782d", "#3f9b5c"
_BINS = 25
_THRESHOLDS = range(500, SCALE, 500)
_STYLE = {
    "svg.hashsalt": "ummid",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor"), GREY),
    **dict.fromkeys(("xtick.color", "ytick.color"), GREY),
}


def pictures(folder: Path) -> None:
    found = [e for world in worlds() for e in examples(world)]
    matrix = Matrix(found)
    likely = cross_validated(matrix)
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_STYLE):
        _save(scores(likely[matrix.judged], matrix.same[matrix.judged]), folder, "scores")
        _save(thresholds(by_threshold(found, likely)), folder, "thresholds")


def scores(likely: Any, same: Any) -> Figure:
    """How many judged pairs are of which probability, matches and others."""
    figure, axes = _axes("cross-validated probability", "judged pairs (log scale)")
    edges = np.linspace(0, 1, _BINS + 1)
    for name, colour, chosen, at in (
        ("matches", BLUE, same, 0.9),
        ("not matches", ORANGE, ~same, 0.14),
    ):
        counts = np.histogram(likely[chosen] / SCALE, edges)[0]
        axes.stairs(counts, edges, color=colour, linewidth=1.8, baseline=None)
        high = counts[min(int(at * _BINS), _BINS - 1)]
        axes.annotate(
            name, (at, high), (0, 9), textcoords="offset points", color=colour, ha="center"
        )
    axes.set_yscale("log")
    _mark(axes)
    return figure


def by_threshold(found: Sequence[Example], likely: Any) -> list[tuple[float, Score]]:
    """What clustering makes of the five feeds, threshold by threshold."""
    world = next(w for w in worlds() if w.name == "partners")
    return [
        (merge / SCALE, world.main.score(joined_in(world, found, likely, merge)))
        for merge in _THRESHOLDS
    ]


def thresholds(found: Sequence[tuple[float, Score]]) -> Figure:
    figure, axes = _axes("least probability to join", "five feeds, after clustering")
    at = [threshold for threshold, _ in found]
    for name, colour, values in (
        ("precision", BLUE, [s.precision for _, s in found]),
        ("F1", GREEN, [s.f1 for _, s in found]),
        ("recall", ORANGE, [s.recall for _, s in found]),
    ):
        axes.plot(at, values, color=colour, linewidth=1.8)
        axes.annotate(
            name,
            (at[-1], values[-1]),
            (6, 0),
            textcoords="offset points",
            color=colour,
            va="center",
        )
    _mark(axes)
    return figure


def _axes(across: str, up: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=across, ylabel=up, xlim=(0, 1))
    return figure, axes


def _mark(axes: Any) -> None:
    """The review band, between the two shipped thresholds."""
    axes.axvspan(REVIEW / SCALE, MERGE / SCALE, color=GREY, alpha=0.15, linewidth=0)
    middle = (REVIEW + MERGE) / SCALE / 2
    top = axes.get_xaxis_transform()
    axes.text(middle, 1.01, "asks a person", transform=top, ha="center", fontsize=8)
    axes.text(MERGE / SCALE + 0.03, 1.01, "joins", transform=top, ha="left", fontsize=8)


def _save(figure: Figure, folder: Path, name: str) -> None:
    path = folder / f"{name}.svg"
    figure.savefig(path, transparent=True, metadata={"Date": None, "Creator": None})
    print(path)
