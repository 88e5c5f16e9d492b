"""Scores: what costs how much, said in words that add up."""

from typing import Any, get_args

import pytest

from tests.catalog.statements import golden, said
from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    Genre,
    Kind,
    Parent,
    Rating,
    Synopsis,
    Technical,
    Text,
    Warning,
)
from ummid.catalog.scores import ALL_CONFLICTS, SHOULD_HAVE
from ummid.catalog.title import Score

WHOLE: dict[str, Any] = {
    "titles": (Text("Heat", "en"),),
    "synopses": (Synopsis("A cop hunts a thief.", "en"),),
    "year": 1995,
    "technical": Technical(duration_ms=10_200_000),
    "genres": (Genre("Crime"),),
    "credits": (Credit("Al Pacino"),),
    "artwork": (Artwork("u"),),
    "ids": (ExternalId("imdb", "tt0113277"),),
    "original_language": "en",
    "countries": ("US",),
    "languages": ("en",),
    "ratings": (Rating("MPAA", "R"),),
    "season_number": 0,
    "episode_number": 0,
    "parents": (Parent("series", title="Heat"),),
}


def completeness(**fields: Any) -> Score | None:
    return golden(said("a", **fields)).completeness


def quality(*statements: dict[str, Any]) -> Score | None:
    stated = [said(f"r{n}", 9 - n, f"p{n}", **fields) for n, fields in enumerate(statements)]
    return golden(*stated).quality


@pytest.mark.parametrize("kind", get_args(Kind))
def test_what_a_title_of_any_kind_should_have_is_worth_100(kind: Kind) -> None:
    assert sum(SHOULD_HAVE[kind].values()) == 100
    assert completeness(kind=kind, **WHOLE) == Score(100)
    nothing = completeness(kind=kind)
    assert nothing is not None
    assert nothing.score == 0
    assert len(nothing.reasons) == len(SHOULD_HAVE[kind])


@pytest.mark.parametrize(
    ("kind", "without", "score", "reason"),
    [
        ("film", {"synopses": ()}, 85, "no synopsis (-15)"),
        ("film", {"titles": (Text("TBA", "en"),)}, 85, "no title (-15)"),
        ("film", {"ids": (), "own_id": "7"}, 95, "no id that others know it by (-5)"),
        ("film", {"ids": (ExternalId("imdb", "x", valid=False),)}, 95,
         "no id that others know it by (-5)"),
        ("film", {"technical": Technical(duration_ms=0)}, 90, "no duration (-10)"),
        ("episode", {"episode_number": None}, 85, "no episode number (-15)"),
        ("episode", {"parents": (Parent("season"),)}, 80, "no series (-20)"),
        ("trailer", {"parents": ()}, 70, "no title that it belongs to (-30)"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_its_cost(
    kind: Kind, without: dict[str, Any], score: int, reason: str
) -> None:
    assert completeness(**WHOLE | {"kind": kind} | without) == Score(score, (reason,))


TOLD = {"titles": (Text("Heat", "en"),), "year": 1995}
ALONE = "one partner alone says so (-15)"


@pytest.mark.parametrize(
    ("statements", "score", "reasons"),
    [
        ((TOLD, TOLD), 100, ()),
        ((TOLD,), 85, (ALONE,)),
        ((TOLD, TOLD | {"year": 1999}), 90,
         ("sources contradict each other on year: 4 years apart (-10)",)),
        ((TOLD | {"countries": ("US",)}, {"countries": ("FR",)}), 95,
         ("sources contradict each other on countries: no country in common (-5)",)),
        (({"titles": (Text("Heat"),)}, {}), 95, ("nobody states the language of the title (-5)",)),
        (({"titles": (Text("THE HEAT OF IT", "en"),)}, {}), 95,
         ("the title is all in capitals (-5)",)),
        (({"titles": (Text("AmÃ©lie", "fr"),)}, {}), 80,
         ("the title is garbled by a wrong encoding (-20)",)),
        (({"titles": (Text("TBA", "en"),)}, {}), 70, ("the title is a placeholder (-30)",)),
        (({"titles": (Text("<b>Heat</b>", "en"),)}, {}), 90,
         ("the title is full of markup (-10)",)),
        ((TOLD | {"synopses": (Synopsis("TBD", "en"),)}, {}), 95,
         ("1 synopsis garbled or a placeholder (-5)",)),
        ((TOLD | {"ids": tuple(ExternalId("imdb", v, valid=False) for v in "abc")}, {}), 90,
         ("3 ids of a wrong form or check character (-10)",)),
        ((TOLD | {"warnings": (Warning("bad-year", "year", "…"),)}, {}), 98,
         ("1 doubt in what the sources say (-2)",)),
        ((TOLD | {"warnings": tuple(Warning("w", str(n), "…") for n in range(7))}, {}), 90,
         ("7 doubts in what the sources say (-10)",)),
    ],
)  # fmt: skip
def test_what_lowers_quality_is_said_with_its_cost(
    statements: tuple[dict[str, Any], ...], score: int, reasons: tuple[str, ...]
) -> None:
    assert quality(*statements) == Score(score, reasons)


def test_two_feeds_of_one_partner_are_still_one_partner() -> None:
    alone = golden(said("a", **TOLD), said("b", **TOLD)).quality
    assert alone == Score(85, (ALONE,))


def test_conflicts_cost_so_much_and_no_more() -> None:
    one = {"year": 1, "season_number": 1, "episode_number": 1, "original_language": "fr"}
    other = {"year": 9, "season_number": 2, "episode_number": 2, "original_language": "en"}
    found = quality(TOLD | one | {"kind": "film"}, other | {"kind": "series", "countries": ("US",)})
    assert found is not None
    assert (found.score, len(found.reasons)) == (100 - ALL_CONFLICTS, 5)
    assert found.reasons[-1].endswith("(-0)")
