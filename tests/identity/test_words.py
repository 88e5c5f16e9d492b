"""Evidence in words: every level has some, with the values of both sides."""

import pytest

from ummid.identity.compare import compare
from ummid.identity.profile import Profile
from ummid.identity.words import likelihood, words


def said(one: Profile, other: Profile) -> str:
    return "; ".join(words(compare(one, other), one, other))


FILM = Profile("film", ("solaris",), 1972, runtime=167, directors=("andrei tarkovsky",))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (FILM, FILM, "the titles are the same, though short (solaris); the years are the same "
         "(1972); the runtimes are the same (167 min); directors: same (andrei tarkovsky); "
         "people in common: andrei tarkovsky"),
        (FILM, Profile("film", ("solaris 2",), 1973, runtime=99, directors=("jim mctiernan",)),
         "one title, a short one, begins the other (solaris | solaris 2); the years are "
         "one apart (1972 | 1973); the runtimes are far apart (167 min | 99 min); directors: "
         "differ (andrei tarkovsky | jim mctiernan); nobody in common among those both name"),
        (FILM, Profile("series", ("solaris",), 2002), "the titles are the same, though short "
         "(solaris); the years are far apart (1972 | 2002); the kinds differ (film | series)"),
        (Profile("episode", ("pilot",), None, "1989-12-10", None, ("dekalog",), 1, 1),
         Profile("episode", ("one",), None, "1989-12-11", None, ("dekalog",), 1, 1),
         "the titles differ (pilot | one); series: same (dekalog); season and episode numbers "
         "are the same (1.1); first shown: in one month (1989-12-10 | 1989-12-11)"),
        (Profile("season", ("one",), series=("dekalog",), season=1),
         Profile("season", ("two",), series=("dekalog",), season=2),
         "the titles differ (one | two); series: same (dekalog); the seasons differ "
         "(season 1 | season 2)"),
        (Profile("film"), FILM, "one of the two states no title"),
        (Profile("film", people=("bob smith",)), Profile("film", people=("robert smith",)),
         "one of the two states no title; people with names alike in common"),
    ],
)  # fmt: skip
def test_what_speaks_for_and_against(one: Profile, other: Profile, expected: str) -> None:
    assert said(one, other) == expected


def test_a_likelihood_reads_as_a_share() -> None:
    assert [likelihood(p) for p in (0, 9750, 10_000)] == ["0.0 %", "97.5 %", "100.0 %"]
