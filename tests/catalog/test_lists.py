"""Lists that add up, item by item, and those that stay whole from one partner."""

import pytest

from tests.catalog.statements import golden, said
from ummid.catalog.lists import person, same_person
from ummid.catalog.model import Artwork, Credit, ExternalId, Genre, Organisation
from ummid.catalog.title import FieldProvenance, Loser

IMDB = (ExternalId("imdb", "nm0001789"),)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Andrei Tarkovsky", "Andreï TARKOVSKY", True),
        ("Tarkovsky, Andrei", "Andrei Tarkovsky", True),
        ("A. Tarkovsky", "Andrei Tarkovsky", True),
        ("J. R. R. Tolkien", "John Tolkien", True),
        ("PenÃ©lope Cruz", "Penelope Cruz", True),
        ("夜野 光", "夜野 光", True),
        ("Lana Wachowski", "Lilly Wachowski", False),
        ("Tarkovsky", "Andrei Tarkovsky", False),
        ("A. Tarkovsky", "B. Tarkovsky", False),
        ("Andrei Tarkovsky", "Anna Tarkovsky", False),
        ("***", "###", False),
        ("Madonna", "Cher", False),
    ],
)
def test_who_is_the_same_person(one: str, other: str, same: bool) -> None:
    assert same_person(person(one), person(other)) is same
    assert same_person(person(other), person(one)) is same


def test_credits_are_one_per_person_and_role_from_all_who_state_them() -> None:
    title = golden(
        said("a", 2, credits=(
            Credit("Andrei Tarkovsky", "director", order=1), Credit("A. Kaidanovsky", order=1),
        )),
        said("b", 1, credits=(
            Credit("A. Tarkovsky", "director", order=1),
            Credit("Alexander Kaidanovsky", character="Stalker", order=1, ids=IMDB),
            Credit("Alisa Freindlich", order=2),
            Credit("Andrei Tarkovsky", "writer", order=7),
        )),
    )  # fmt: skip
    assert title.credits == (
        Credit("Andrei Tarkovsky", "director", order=1),
        Credit("A. Kaidanovsky", "actor", "Stalker", 1, IMDB),
        Credit("Alisa Freindlich", "actor"),
        Credit("Andrei Tarkovsky", "writer", order=7),
    )
    why = title.provenance["credits"]
    assert (why.record, why.rule, why.by) == ("a", "union", ((0, 1), (0, 1), (1,), (1,)))
    assert [loser.value["name"] for loser in why.losers] == [
        "A. Tarkovsky", "Alexander Kaidanovsky",
    ]  # fmt: skip


def test_an_initial_that_could_be_two_people_is_neither() -> None:
    title = golden(
        said("a", 2, credits=(
            Credit("Lana Wachowski", "director"), Credit("Lilly Wachowski", "director"),
        )),
        said("b", 1, credits=(Credit("L. Wachowski", "director"),)),
    )  # fmt: skip
    assert [c.name for c in title.credits] == ["Lana Wachowski", "Lilly Wachowski", "L. Wachowski"]


def test_a_person_is_known_by_an_id_under_another_name() -> None:
    title = golden(
        said("a", 2, credits=(Credit("Prince", ids=IMDB),)),
        said("b", 1, credits=(Credit("The Artist", ids=IMDB),)),
    )
    assert title.credits == (Credit("Prince", ids=IMDB),)
    assert title.provenance["credits"].losers[0].record == "b"


def test_a_person_in_two_parts_of_one_statement_is_credited_twice() -> None:
    double = (
        Credit("Peter Sellers", character="Mandrake"),
        Credit("Peter Sellers", character="Muffley"),
    )
    again = said("b", 1, credits=(Credit("Peter Sellers", character="Muffley"),))
    title = golden(said("a", 2, credits=double), again)
    assert title.credits == double
    assert title.provenance["credits"].by == ((0,), (0, 1))


def test_a_garbled_name_gives_way_to_a_sound_one() -> None:
    title = golden(
        said("a", 2, credits=(Credit("PenÃ©lope Cruz", order=1),)),
        said("b", 1, credits=(Credit("Penélope Cruz", order=4),)),
    )
    assert title.credits == (Credit("Penélope Cruz", order=1),)
    assert title.provenance["credits"].losers == (
        Loser("a", {"name": "PenÃ©lope Cruz", "order": 4}),
    )


def test_images_add_up_and_complete_each_other() -> None:
    title = golden(
        said("a", 2, artwork=(Artwork("u", "poster"),)),
        said("b", 1, artwork=(Artwork("u", "cover", 200, 300, "en"), Artwork("v"))),
    )
    assert title.artwork == (Artwork("u", "poster", 200, 300, "en"), Artwork("v"))
    assert title.provenance["artwork"] == FieldProvenance("a", "union", by=((0, 1), (1,)))


def test_organisations_and_keywords_add_up() -> None:
    title = golden(
        said("a", 2, organisations=(Organisation("Mosfilm", "studio"),), keywords=("Zone",)),
        said("b", 1, organisations=(
            Organisation("MOSFILM", "studio", "o1"), Organisation("Mosfilm", "licensor"),
        ), keywords=("zone", "wish")),
    )  # fmt: skip
    assert title.organisations == (
        Organisation("Mosfilm", "studio", "o1"), Organisation("Mosfilm", "licensor"),
    )  # fmt: skip
    assert title.keywords == ("Zone", "wish")


def test_a_list_that_one_statement_alone_has_is_its_own() -> None:
    title = golden(said("a", 2), said("b", 1, keywords=("x",), credits=(Credit("Cher"),)))
    assert (title.keywords, title.credits) == (("x",), (Credit("Cher"),))
    assert title.provenance["keywords"] == FieldProvenance("b", "only")
    assert title.provenance["credits"] == FieldProvenance("b", "only")
    assert "artwork" not in title.provenance


@pytest.mark.parametrize(
    ("field", "newer", "older"),
    [
        ("genres", (Genre("Drame"),), (Genre("drama"), Genre("mystery"))),
        ("countries", ("SU",), ("SU", "DE")),
        ("languages", ("ru",), ("ru", "en")),
    ],
)
def test_what_would_mix_vocabularies_stays_whole(
    field: str, newer: tuple[object, ...], older: tuple[object, ...]
) -> None:
    title = golden(said("a", 2, **{field: newer}), said("b", 1, **{field: older}))
    assert getattr(title, field) == newer
    assert title.provenance[field].losers[0].record == "b"


def test_ids_that_passed_their_check_come_first_each_with_who_states_it() -> None:
    wrong = ExternalId("imdb", "0079944", valid=False)
    right = ExternalId("imdb", "tt0079944")
    other = ExternalId("imdb", "tt0079944", raw="TT0079944")
    title = golden(said("a", 2, ids=(wrong, other), own_id="7"), said("b", 1, "zed", ids=(right,)))
    assert title.ids == (right, wrong, ExternalId("partner:acme", "7"))
    assert title.provenance["ids"] == FieldProvenance("a", "union", by=((0, 1), (0,), (0,)))
    alone = golden(said("a", ids=(wrong, other, right), own_id="7"))
    assert alone.ids == (right, wrong, ExternalId("partner:acme", "7"))
