"""Evidence is symmetric, readable and a function of the two profiles."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.identity.test_links import record
from ummid.identity.blocking import block_keys, blocks
from ummid.identity.compare import compare
from ummid.identity.levels import LEVELS, UNKNOWN
from ummid.identity.model import SCALE, probability, shipped
from ummid.identity.people import is_same_person
from ummid.identity.profile import NO_PROFILE, Profile, profile

_WORDS = "pilot episode 2 3 night noche river rio rojo red house of the alien aliens love"
_WORD = st.sampled_from(tuple(_WORDS.split()))
_NAMES = st.lists(st.lists(_WORD, min_size=1, max_size=4).map(" ".join), max_size=3).map(tuple)
_PEOPLE = st.lists(
    st.sampled_from(["bob smith", "robert smith", "ana li", "li", "jones tom"]), max_size=3
).map(tuple)
PROFILES = st.builds(
    Profile,
    st.sampled_from(["film", "series", "season", "episode", ""]),
    _NAMES,
    st.none() | st.integers(1990, 2000),
    st.none() | st.sampled_from(["1999-01-01", "1999-01-02", "2000-01-01"]),
    st.none() | st.integers(1, 200),
    _NAMES,
    st.none() | st.integers(1, 3),
    st.none() | st.integers(1, 6),
    _PEOPLE,
    _PEOPLE,
    st.sampled_from([(), ("US",), ("FR", "US"), ("DE",)]),
    st.sampled_from([(), ("drama",), ("action", "drama"), ("action", "crime", "drama")]),
    st.sampled_from([(), ("abcde", "fghij", "klmno", "pqrst"), ("abcde", "bbbbb", "ccccc", "dd")]),
    _NAMES,
    _NAMES,
    _NAMES,
)


@given(PROFILES, PROFILES)
def test_a_comparison_is_symmetric(one: Profile, other: Profile) -> None:
    assert compare(one, other) == compare(other, one)


@given(PROFILES, PROFILES)
def test_every_level_that_a_comparison_gives_has_its_place(one: Profile, other: Profile) -> None:
    said = compare(one, other)
    for field, levels in LEVELS.items():
        assert getattr(said, field) in (*levels, UNKNOWN)


@given(PROFILES, PROFILES)
def test_a_likelihood_is_a_whole_number_of_ten_thousandths(one: Profile, other: Profile) -> None:
    found = probability(compare(one, other))
    assert isinstance(found, int)
    assert 0 <= found <= SCALE


@given(PROFILES)
def test_blocks_are_few_distinct_and_in_order(one: Profile) -> None:
    found = blocks(one)
    assert list(found) == sorted(set(found))
    assert found == blocks(one)
    assert len(found) < 80


@pytest.mark.parametrize(
    ("names", "others", "level"),
    [
        (["solaris"], ["solaris"], "same, short"),
        (["stranger things"], ["stranger things"], "same, short"),
        (["spider man"], ["spiderman"], "same"),
        (["pilot"], ["pilot"], "same, generic"),
        (["rocky 2"], ["rocky 3"], "other number, alike"),
        (["rocky 2"], ["alien 3"], "other number"),
        (["alien resurrection"], ["alien resurection"], "nearly same"),
        (["alien"], ["aliens"], "alike"),
        (["13 hours"], ["13 hours the secret soldiers"], "begun, short"),
        (["wyrmwood road"], ["wyrmwood road of the dead"], "begun"),
        (["cave digger"], ["wine cave digger"], "contained"),
        (["love story"], ["love story"], "same, short"),
        (["the war"], ["the war"], "same, common"),
        (["suburbicon road"], ["suburbicon road"], "same"),
        (["jurassic suburbicon"], ["jurassic suburbicon"], "same, long"),
        (["take this woman"], ["take this oath"], "another word"),
        (["sacred heart"], ["scarred hearts"], "similar"),
        (["guerra y paz eterna"], ["guerre y paix eterna"], "translated"),
        (["secret soldiers"], ["the secret soldiers of benghazi"], "contained"),
        (["rio rojo"], ["red river"], "translated"),
        (["fuga de noche"], ["night escape"], "translated"),
        (["ultima noche en paris"], ["last night of paris smith"], "mostly translated"),
        (["catch 22"], ["ward 22"], "same number"),
        (["bonjour"], ["xyz"], "differ"),
        ([], ["solaris"], "?"),
    ],
)
def test_titles_are_alike_to_a_level(names: list[str], others: list[str], level: str) -> None:
    one, other = Profile("film", tuple(names)), Profile("film", tuple(others))
    assert compare(one, other).title == level


@pytest.mark.parametrize(
    ("title", "other", "level"),
    [
        ("Thor", "Thor: The Dark World", "subtitle left out"),
        (
            "Star Wars: Episode VI",
            "Star Wars: Episode VI - Return of the Jedi",
            "subtitle left out",
        ),
        ("Return of the Jedi", "Star Wars: Episode VI - Return of the Jedi", "subtitle alone"),
        ("Legacy", "TRON: Legacy", "subtitle alone, short"),
        ("The Untold Story", "Secrets in the Sky: The Untold Story of Works", "contained, short"),
        ("Red Riding: 1983", "Red Riding: In the Year 1983", "contained"),
        ("Scrooge", "Thank You Mr. Scrooge", "contained, short"),
        ("The Stray", "Stray", "article apart"),
        ("I Like Me", "Like Me", "article apart"),
        ("Stray, The", "The Stray", "same, short"),
        ("La Terminal", "The Terminal", "same"),
        ("The Stray (Stray)", "Stray", "same, short"),
        ("The Pilot", "Pilot", "same, generic"),
        ("The Christmas Train", "Tiny Christmas", "another word"),
        ("The Eternal Now", "Eternal Vow", "alike"),
    ],
)
def test_what_sets_titles_apart_is_seen(title: str, other: str, level: str) -> None:
    one, two = (profile(record(title=each)) for each in (title, other))
    assert compare(one, two).title == compare(two, one).title == level


def test_a_profile_of_an_earlier_version_says_nothing_of_articles() -> None:
    now = profile(record(title="The Stray"))
    before = msgspec.structs.replace(now, articled=None)
    assert compare(now, before).title == compare(now, now).title == "same, short"


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("mccarthy tom", "mccarthy thomas", True),
        ("brian depalma", "brian de palma", True),
        ("bob smith", "robert smith", True),
        ("lee spike", "lee ang", False),
        ("john smith", "jane doe", False),
        ("ana li maria", "ana li", True),
    ],
)
def test_names_of_one_person(name: str, other: str, same: bool) -> None:
    assert is_same_person(name, other) is same
    assert is_same_person(other, name) is same


@pytest.mark.parametrize(
    ("field", "one", "other", "level"),
    [
        ("year", {"year": 1999}, {"year": 2000}, "1"),
        ("year", {"year": 1999}, {"year": 2003}, "3-5"),
        ("year", {"year": 1999}, {"year": 2013}, "far"),
        ("runtime", {"runtime": 100}, {"runtime": 101}, "same"),
        ("runtime", {"runtime": 100}, {"runtime": 30}, "far"),
        ("date", {"date": "1999-01-02"}, {"date": "1999-01-09"}, "month"),
        ("numbers", {"season": 1, "episode": 2}, {"season": 1, "episode": 3}, "next"),
        ("numbers", {"season": 1, "episode": 2}, {"season": 1, "episode": 5}, "near"),
        ("numbers", {"season": 1, "episode": 2}, {"season": 1, "episode": 9}, "season"),
        ("numbers", {"season": 1, "episode": 2}, {"season": 2, "episode": 2}, "episode"),
        ("numbers", {"season": 1, "episode": 2}, {"season": 2, "episode": 3}, "differ"),
        ("numbers", {"season": 1}, {"season": 1}, "?"),
        ("genres", {"genres": ("a",)}, {"genres": ("a", "b")}, "one"),
        ("genres", {"genres": ("a", "b")}, {"genres": ("a", "c")}, "some"),
        ("genres", {"genres": ("a", "b")}, {"genres": ("a", "b", "c")}, "contained"),
        ("genres", {"genres": ("a", "b")}, {"genres": ("a", "b")}, "same"),
        ("genres", {"genres": ("a", "b", "c")}, {"genres": ("a", "b", "c")}, "same, many"),
        ("genres", {"genres": ("a",)}, {"genres": ("b",)}, "differ"),
        ("countries", {"countries": ("US",)}, {"countries": ("FR", "US")}, "shared"),
        ("people", {"people": ("bob smith",)}, {"people": ("robert smith",)}, "alike"),
        ("shared", {"people": ("a b", "c d")}, {"directors": ("a b",), "people": ("c d",)}, "2"),
        ("series", {"series": ("the wire",)}, {"series": ("wire the",)}, "alike"),
    ],
)
def test_fields_are_told_in_levels(
    field: str, one: dict[str, object], other: dict[str, object], level: str
) -> None:
    found = compare(
        Profile("episode", ("x",), **one),  # type: ignore[arg-type]
        Profile("episode", ("x",), **other),  # type: ignore[arg-type]
    )
    assert getattr(found, field) == level


def _likely(one: Profile, other: Profile) -> int:
    return probability(compare(one, other))


FILM = Profile("film", ("solaris",), 1972, directors=("andrei tarkovsky",), genres=("scifi",))


def test_more_that_speaks_against_makes_less_likely() -> None:
    years = [_likely(FILM, Profile("film", ("solaris",), y)) for y in (1972, 1973, 1974, 1976)]
    assert years == sorted(years, reverse=True)
    remake = Profile("film", ("solaris",), 2002, directors=("steven soderbergh",))
    assert _likely(FILM, FILM) > 9900
    assert _likely(FILM, remake) < shipped().review


@pytest.mark.parametrize(
    ("one", "other", "joins"),
    [
        (Profile("film", ("dune",), 1984), Profile("series", ("dune",), 1984), False),
        (
            Profile("episode", ("walkabout",), series=("lost",), season=1, episode=4),
            Profile("episode", ("walk about",), series=("lost",), season=1, episode=4),
            True,
        ),
        (
            Profile("episode", ("pilot",), series=("lost",), season=1, episode=1),
            Profile("episode", ("pilot",), series=("found",), season=1, episode=1),
            False,
        ),
        (
            Profile("season", ("lost",), series=("lost",), season=1),
            Profile("season", ("lost",), series=("lost",), season=2),
            False,
        ),
        (
            Profile("episode", ("walkabout",), series=("lost",)),
            Profile("episode", ("walkabout",), series=("lost",)),
            True,
        ),
    ],
)
def test_what_no_labels_teach_is_declared(one: Profile, other: Profile, joins: bool) -> None:
    assert (_likely(one, other) >= shipped().merge) is joins


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (Profile("film", ("rio rojo",), 1948), Profile("film", ("red river",), 1948), "word"),
        (Profile("film", ("solaris",)), Profile("film", ("solaris",), 1972), "name"),
        (Profile("film", ("a b",), 1990, directors=("x y",)),
         Profile("film", ("c",), 1991, directors=("x y",)), "person"),
        (Profile("film", ("alien resurrection",), 1997),
         Profile("film", ("resurrection of alien",), 2001), "pair"),
        (Profile("episode", ("pilot",), 1999, season=1, episode=1),
         Profile("episode", ("pilot",), 2000, season=1, episode=1), "generic"),
        (Profile("episode", ("walkabout",), 2004, season=1, episode=4),
         Profile("episode", ("walk about",), 2004, season=1, episode=4), "begins"),
        (Profile("episode", (), date="2004-01-01", season=1, episode=4),
         Profile("episode", (), date="2004-01-01", season=1, episode=4), "date"),
        (Profile("season", (), series=("lost",), season=1),
         Profile("season", (), series=("lost",), season=1), "series"),
    ],
)  # fmt: skip
def test_two_tellings_of_one_title_share_a_block(one: Profile, other: Profile, kind: str) -> None:
    shared = set(block_keys(one)) & set(block_keys(other))
    assert kind in {key.partition(":")[0] for key in shared}


def test_who_is_not_compared_has_no_blocks() -> None:
    assert blocks(NO_PROFILE) == ()
    assert blocks(Profile("season", ("one",))) != ()
    assert not set(block_keys(Profile("episode", ("pilot",))))
