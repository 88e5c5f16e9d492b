"""Contradictions: each by its tolerance, with who says which."""

from typing import Any

import pytest

from tests.catalog.statements import golden, said
from ummid.catalog.model import Credit, ExternalId, Parent, Rating, Technical
from ummid.catalog.title import Claim, Conflict, Title


def minutes(number: int) -> Technical:
    return Technical(duration_ms=number * 60_000)


def imdb(value: str, **rest: Any) -> tuple[ExternalId, ...]:
    return (ExternalId("imdb", value, **rest),)


def director(name: str) -> tuple[Credit, ...]:
    return (Credit(name, "director"), Credit("Cher"))


def told(field: str, *values: Any) -> Title:
    """A title that as many partners state, each with its value."""
    partners = enumerate(values)
    return golden(*(said(f"r{n}", 9 - n, f"p{n}", **{field: value}) for n, value in partners))


@pytest.mark.parametrize(
    ("field", "values", "named", "reason"),
    [
        ("year", (1979, 1981), "year", "2 years apart"),
        ("technical", (minutes(100), minutes(111)), "duration_ms", "11 % apart"),
        ("kind", ("film", "series"), "kind", "different kinds"),
        ("season_number", (0, 1), "season_number", "different season numbers"),
        ("episode_number", (1, 2), "episode_number", "different episode numbers"),
        ("original_language", ("fr", "en-GB"), "original_language", "different languages"),
        ("countries", (("SU",), ("US", "GB")), "countries", "no country in common"),
        ("ids", (imdb("tt1"), imdb("tt2")), "ids.imdb", "2 ids where a title has one"),
        ("credits", (director("Ann Lee"), director("Bob Lee")), "credits.director",
         "no director in common"),
        ("ratings", ((Rating("FSK", "12", "DE"),), (Rating("FSK", "16", "DE"),)),
         "ratings.FSK.DE", "different ratings"),
    ],
)  # fmt: skip
def test_a_contradiction_beyond_tolerance_is_flagged(
    field: str, values: tuple[Any, ...], named: str, reason: str
) -> None:
    (conflict,) = told(field, *values).conflicts
    assert (conflict.field, conflict.reason) == (named, reason)
    assert [claim.records for claim in conflict.claims] == [("r0",), ("r1",)]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("year", (1979, 1980)),
        ("year", (1979, None)),
        ("technical", (minutes(100), minutes(110))),
        ("technical", (minutes(100), minutes(0))),
        ("kind", ("film", "unknown")),
        ("kind", ("film", "composition")),
        ("season_number", (0, 0)),
        ("original_language", ("en-US", "en-GB")),
        ("original_language", ("en", "")),
        ("countries", (("SU", "DE"), ("DE",))),
        ("countries", (("SU",), ())),
        ("ids", (imdb("tt1"), imdb("tt1", raw="TT1"))),
        ("ids", (imdb("tt1"), imdb("2", valid=False))),
        ("ids", (imdb("tt1"), imdb("tt2", scope="series"))),
        ("ids", ((ExternalId("tms", "MV1"),), (ExternalId("tms", "MV2"),))),
        ("credits", (director("Ann Lee"), director("A. Lee"))),
        ("credits", (director("Ann Lee"), (Credit("Bob Lee", "producer"),))),
        ("ratings", ((Rating("FSK", "12", "DE"),), (Rating("FSK", "12", "DE", ("violence",)),))),
        ("ratings", ((Rating("FSK", "12", "DE"),), (Rating("FSK", "16", "AT"),))),
        ("ratings", ((Rating("unspecified", "12"),), (Rating("unspecified", "16"),))),
        ("ratings", ((Rating("FSK", "12"), Rating("FSK", "16")),) * 2),
    ],
)  # fmt: skip
def test_what_is_within_tolerance_is_none(field: str, values: tuple[Any, ...]) -> None:
    assert told(field, *values).conflicts == ()


def test_a_flag_names_every_value_with_all_who_say_it() -> None:
    title = told("year", 1979, 1990, 1979)
    assert title.conflicts == (
        Conflict("year", "11 years apart", (Claim(1979, ("r0", "r2")), Claim(1990, ("r1",)))),
    )


def test_two_ids_in_one_statement_contradict_each_other_too() -> None:
    (conflict,) = told("ids", imdb("tt1") + imdb("tt2")).conflicts
    assert conflict.claims == (Claim("tt1", ("r0",)), Claim("tt2", ("r0",)))
    on_an_episode = imdb("tt1", scope="episode") + imdb("tt2", scope="episode")
    assert golden(said("a", kind="episode", ids=on_an_episode)).conflicts
    assert not golden(said("a", kind="film", ids=on_an_episode)).conflicts


def test_a_title_that_belongs_to_two_of_the_catalogue_is_flagged() -> None:
    def part_of(relation: Any) -> Any:
        parents = (Parent(relation, (ExternalId("partner", "s"), ExternalId("partner", "x"))),)
        return (
            said("a", 2, "acme", kind="episode", parents=parents),
            said("b", 1, "zed", kind="episode", parents=parents),
        )

    (conflict,) = golden(*part_of("series"), acme__s="t1", zed__s="t2").conflicts
    assert (conflict.field, conflict.reason) == ("parents.series", "different titles")
    assert conflict.claims == (Claim("t1", ("a",)), Claim("t2", ("b",)))
    assert not golden(*part_of("series"), acme__s="t1", zed__s="t1").conflicts
    assert not golden(*part_of("bundle"), acme__s="t1", zed__s="t2").conflicts
