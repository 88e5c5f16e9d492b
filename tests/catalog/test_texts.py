"""One best text per language, territory and use; unmarked texts give way; what is displayed."""

import pytest

from tests.catalog.statements import golden, said
from ummid.catalog.model import Synopsis, Text
from ummid.catalog.precedence import Precedence
from ummid.catalog.texts import entries
from ummid.catalog.title import FieldProvenance, Loser


def test_a_text_of_no_stated_language_gives_way_and_is_named() -> None:
    title = golden(
        said("a", 2, titles=(Text("Le Phare"),), synopses=(Synopsis("Un phare."),)),
        said("b", 1, titles=(Text("The Light", "en"),), synopses=(Synopsis("A light.", "en"),)),
    )
    assert title.titles == (Text("The Light", "en"),)
    assert title.synopses == (Synopsis("A light.", "en"),)
    assert title.title == "The Light"
    assert title.provenance["titles.display.und"] == FieldProvenance(
        "b", "language", (Loser("a", {"value": "Le Phare"}),)
    )
    assert title.provenance["synopses.medium.und"].losers == (Loser("a", {"value": "Un phare."}),)


@pytest.mark.parametrize(
    "marked",
    [
        Text("The Light", "en", "original"),
        Text("The Light", "en", territory="GB"),
    ],
)
def test_it_gives_way_only_to_the_same_use_and_territory(marked: Text) -> None:
    title = golden(said("a", titles=(Text("Le Phare"),)), said("b", titles=(marked,)))
    assert set(title.titles) == {Text("Le Phare"), marked}


def test_a_text_that_somebody_else_states_in_a_language_is_that_text() -> None:
    title = golden(said("a", 2, titles=(Text("HEAT"),)), said("b", 1, titles=(Text("Heat", "en"),)))
    assert (title.title, title.titles) == ("Heat", (Text("Heat", "en"),))
    assert "titles.display.und" not in title.provenance
    alone = golden(said("a", titles=(Text("Heat"), Text("Heat", "en"))))
    assert alone.titles == (Text("Heat", "en"),)


def test_beside_marked_texts_of_its_own_statement_an_unmarked_one_is_the_default() -> None:
    both = (Text("The Light"), Text("Le Phare", "fr"))
    assert set(golden(said("a", titles=both)).titles) == set(both)
    title = golden(said("a", 2, titles=both), said("b", 1, titles=(Text("Der Turm", "de"),)))
    assert set(title.titles) == {*both, Text("Der Turm", "de")}


def test_of_unmarked_texts_some_stay_and_some_give_way() -> None:
    title = golden(
        said("a", 3, titles=(Text("The Light"), Text("Le Phare", "fr"))),
        said("b", 2, titles=(Text("Another"),)),
    )
    assert set(title.titles) == {Text("The Light"), Text("Le Phare", "fr")}
    assert title.provenance["titles.display.und"] == FieldProvenance(
        "a", "language", (Loser("b", {"value": "Another"}),)
    )


def test_an_unmarked_alternate_title_stays() -> None:
    title = golden(
        said("a", titles=(Text("Picnic", "en", "alternate"),)),
        said("b", titles=(Text("Zone", use="alternate"), Text("picnic", use="alternate"))),
    )
    assert set(title.titles) == {Text("Picnic", "en", "alternate"), Text("Zone", use="alternate")}


def test_of_two_texts_for_one_place_in_one_statement_the_better_survives() -> None:
    two = (Text("HEAT OF THE NIGHT", "en"), Text("Heat", "en"), Text("Hitze", "de"))
    title = golden(said("a", titles=two))
    assert title.titles == (Text("Hitze", "de"), Text("Heat", "en"))
    assert title.provenance["titles.display.en"] == FieldProvenance(
        "a", "quality", (Loser("a", {"value": "HEAT OF THE NIGHT", "language": "en"}),)
    )


def test_the_display_title_is_one_that_survived() -> None:
    title = golden(
        said("a", 1, "studio", titles=(Text("TBA", "en"), Text("Hitze", "de"))),
        said("b", 1, titles=(Text("Heat", "en"),)),
        precedence=Precedence({"titles": ("studio", "*")}),
    )
    assert title.title == "Hitze"
    only_original = golden(said("a", titles=(Text("TBA", "en"), Text("Hitze", "de", "original"))))
    assert only_original.title == "Hitze"


def test_of_one_statement_the_first_title_that_survived_is_displayed() -> None:
    title = golden(said("a", titles=(Text("Heat"), Text("Hitze", "de", territory="DE"))))
    assert title.title == "Heat"
    title = golden(said("a", titles=(Text("TBA", "en"), Text("Hit", "sv"), Text("Heat", "en"))))
    assert title.title == "Hit"


def test_one_wording_twice_in_one_statement_is_one_alternate_title() -> None:
    twice = (Text("Zone", "en", "alternate"), Text("ZONE", "en", "alternate"))
    title = golden(said("a", 2, titles=twice), said("b", 1, titles=twice[1:]))
    assert title.titles == twice[:1]
    assert title.provenance["titles.alternate.en"].by == ((0, 1),)


def test_the_entries_that_a_provenance_speaks_of() -> None:
    title = golden(
        said("a", titles=(Text("Zone", "en", "alternate"), Text("Picnic", "en", "alternate"))),
        said("b", titles=(Text("Zone", "de", "alternate"),), keywords=("x",)),
    )
    assert [t.value for t in entries(title, "titles.alternate.en")] == ["Zone", "Picnic"]
    assert entries(title, "keywords") == ("x",)
