"""docs/golden-record.md says what the tables in the code say."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ummid.catalog.conflicts import ONE_PER_TITLE
from ummid.catalog.model import Kind
from ummid.catalog.scores import ALONE, FLAWED_TITLE, SHOULD_HAVE, UNMARKED

DOCS = Path(__file__).resolve().parents[2] / "docs" / "golden-record.md"


def rows() -> Iterator[tuple[str, str]]:
    """The rows of all tables with two columns."""
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 4:
            yield cells[1], cells[2]


@pytest.mark.parametrize("kind", SHOULD_HAVE)
def test_the_weights_of_a_kind_are_documented(kind: Kind) -> None:
    (weights,) = [right for left, right in rows() if kind in left.split(", ")]
    stated = dict(part.rsplit(" ", 1) for part in weights.split(", "))
    assert {name: int(weight) for name, weight in stated.items()} == SHOULD_HAVE[kind]


@pytest.mark.parametrize(
    ("what", "cost"),
    [
        ("one partner alone says so", str(ALONE)),
        ("nobody states the language of the title", str(UNMARKED)),
        (
            "a title that is a placeholder, garbled, full of markup, all in capitals",
            ", ".join(str(cost) for cost in FLAWED_TITLE.values()),
        ),
    ],
)
def test_what_quality_costs_is_documented(what: str, cost: str) -> None:
    assert (cost, what) in rows()


def test_the_ids_that_contradict_each_other_are_documented() -> None:
    assert ", ".join(f"`ids.{scheme}`" for scheme in sorted(ONE_PER_TITLE)) in dict(rows())
