"""What is reached on the labelled sets beside the checkout stays reached."""

import pytest

from bench.identity import report

FLOORS = {"imdb-tmdb": 0.960, "imdb-tvdb": 0.955}


@pytest.mark.shared
def test_figures_of_the_movie_graph_hold() -> None:
    if reason := report.missing():
        pytest.skip(reason)
    found = {
        row.labels.name: row.score.f1
        for _, _, rows in report.rows(frozenset(FLOORS))
        for row in rows
        if row.labels.name in FLOORS
    }
    assert found.keys() == FLOORS.keys()
    assert {name: f1 for name, f1 in found.items() if f1 < FLOORS[name]} == {}
