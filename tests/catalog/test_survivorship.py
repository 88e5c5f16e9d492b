"""Precedence, then time, then the worth of the value, then what cannot be argued with."""

from typing import Any

import pytest

from tests.catalog.statements import golden, said
from ummid.catalog.model import Release, Synopsis, Text
from ummid.catalog.precedence import Precedence
from ummid.catalog.survivorship import Contributor
from ummid.catalog.title import FieldProvenance, Loser

STUDIO_FIRST = Precedence({"titles": ("studio", "*"), "facts": ("studio", "*")})

YEAR = (Release("1995", precision="year"),)


def title(value: str) -> tuple[Text, ...]:
    return (Text(value, "en"),)


def synopsis(value: str, length: Any = "short") -> tuple[Synopsis, ...]:
    return (Synopsis(value, "en", length),)


@pytest.mark.parametrize(
    ("field", "better", "worse"),
    [
        ("titles", title("Heat"), title("HEAT OF THE NIGHT")),
        ("titles", title("Amélie"), title("AmÃ©lie Poulain")),
        ("titles", title("Heat"), title("<i>Heat</i>")),
        ("titles", title("HEAT OF THE NIGHT"), title("Heat &amp; Dust of the Night")),
        ("titles", title("The Heat"), title("Heat")),
        ("synopses", synopsis("A cop hunts a thief."), synopsis("A cop.")),
        ("synopses", synopsis("x" * 190), synopsis("x" * 191)),
        ("synopses", synopsis("x" * 400, "medium"), synopsis("x" * 300, "medium")),
        ("synopses", synopsis("A cop."), synopsis("Ã\x89t " * 9)),
        ("releases", (Release("1995-12-15"),), YEAR),
        ("releases", (Release("1995-12", precision="month"),), YEAR),
        ("original_language", "en-GB", "en"),
    ],
)  # fmt: skip
def test_of_equal_authority_and_time_the_better_value_survives(
    field: str, better: Any, worse: Any
) -> None:
    for records in (("a", "b"), ("b", "a")):
        found = golden(
            said(records[0], 5, **{field: better}), said(records[1], 5, **{field: worse})
        )
        assert getattr(found, field) == better
        (why,) = (w for name, w in found.provenance.items() if name.startswith(field))
        assert (why.record, why.rule) == (records[0], "quality")


def test_a_better_value_loses_to_a_newer_one_and_to_a_ranked_one() -> None:
    shouting, plain = title("THE HEAT OF IT"), title("Heat")
    newer = golden(said("a", 2, titles=shouting), said("b", 1, titles=plain))
    assert newer.titles == shouting
    assert newer.provenance["titles.display.en"].rule == "recency"
    ranked = golden(
        said("a", 1, "studio", titles=shouting), said("b", 2, titles=plain), precedence=STUDIO_FIRST
    )
    assert ranked.titles == shouting
    assert ranked.provenance["titles.display.en"].rule == "precedence"


def test_a_placeholder_is_silence_whoever_says_it() -> None:
    found = golden(
        said("a", 9, "studio", titles=title("Untitled Heist Project"), synopses=synopsis("TBD")),
        said("b", 1, titles=title("Heat"), synopses=synopsis("A cop hunts a thief.")),
        precedence=STUDIO_FIRST,
    )
    assert (found.title, found.synopses[0].value) == ("Heat", "A cop hunts a thief.")
    assert found.provenance["titles.display.en"] == FieldProvenance(
        "b", "quality", (Loser("a", {"value": "Untitled Heist Project", "language": "en"}),)
    )
    alone = golden(said("a", titles=title("TBA")), said("b", year=1995))
    assert (alone.title, alone.titles) == ("TBA", title("TBA"))


def test_only_the_feeds_time_is_recency_and_what_was_received_last_breaks_the_tie() -> None:
    def stated(record_id: str, received: int, digest: str, value: str) -> Contributor:
        one = said(record_id, titles=title(value))
        return Contributor(record_id, (7, received, digest), one.record)

    better_but_earlier = golden(stated("a", 1, "a", "Heat"), stated("b", 2, "b", "HEAT, THE FILM"))
    assert better_but_earlier.title == "Heat"
    assert golden(stated("a", 1, "z", "Heat"), stated("b", 2, "a", "Zeal")).title == "Zeal"
    assert golden(stated("a", 1, "a", "Heat"), stated("b", 1, "b", "Zeal")).title == "Zeal"
    assert golden(stated("a", 1, "a", "Heat"), stated("b", 1, "a", "Zeal")).title == "Heat"


def test_releases_are_decided_by_type_and_territory() -> None:
    found = golden(
        said("a", 2, releases=(Release("2001-01-01"), Release("2002-01-01", "home", "FR"))),
        said("b", 1, releases=(Release("2000-12-31"), Release("2003-01-01", "home", "DE"))),
    )
    assert found.releases == (
        Release("2003-01-01", "home", "DE"),
        Release("2002-01-01", "home", "FR"),
        Release("2001-01-01"),
    )
    assert found.provenance["releases.original"].losers == (Loser("b", {"date": "2000-12-31"}),)


def test_who_says_nothing_against_it_does_not_change_the_rule() -> None:
    found = golden(said("a", 3, year=1995), said("b", 2, year=1995), said("c", 1, year=1994))
    assert found.provenance["year"] == FieldProvenance("a", "recency", (Loser("c", 1994),))
