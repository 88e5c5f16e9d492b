"""The offline enricher chooses among partners' words and adds none."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.stories import STORY
from tests.models.telling import TOLD, facts, many
from ummid.models.enricher import Cost, Enrichment, Generated, TitleFacts, Told
from ummid.models.keywords import keywords
from ummid.models.offline import OfflineEnricher
from ummid.models.sentences import words
from ummid.models.vocabulary import vocabulary, vocabulary_mark

ENRICHER = OfflineEnricher(clock=lambda: 1_800_000_000.5)


def enriched(told: TitleFacts) -> Enrichment:
    (outcome,) = ENRICHER.enrich([told])
    assert outcome.error is None
    assert outcome.value is not None
    return outcome.value


def test_everything_said_is_a_partners_and_marked_as_chosen_by_rule() -> None:
    found = enriched(facts())
    assert found == Enrichment(
        language="en",
        synopsis=TOLD,
        medium=TOLD,
        short=TOLD[: TOLD.index(" As winter")],
        keywords=(
            *("harbour town", "retired", "detective", "returns", "grew", "winter settles"),
            *("career", "closed", "docks", "doubt", "people", "trusted"),
        ),
        moods=("mysterious", "suspenseful", "intense"),
        themes=("secrets and lies",),
        generated=Generated(
            "extractive", "extractive-1", f"vocabulary-{vocabulary_mark()}", 1_800_000_000_500
        ),
    )


def test_where_nothing_is_said_nothing_is_made_up() -> None:
    found = enriched(TitleFacts(kind="film", language="fr", title="Minuit"))
    assert msgspec.structs.replace(found, generated=None) == Enrichment(
        language="und",
        generated=None,  # type: ignore[arg-type]
    )


def test_each_title_has_an_enrichment_in_order_for_nothing() -> None:
    asked = [*many(5), facts(told=""), *many(2)]
    found = ENRICHER.enrich(asked)
    assert [outcome.value for outcome in found] == [enriched(one) for one in asked]
    assert ENRICHER.enrich([]) == []
    assert ENRICHER.estimate(asked[0]) == Cost()


@pytest.mark.parametrize(
    ("told", "language", "chosen"),
    [
        ((Told(STORY["fr"], "fr"), Told("Short.", "en")), "en", "Short."),
        ((Told(STORY["fr"], "fr"), Told("Short.", "en")), "de", STORY["fr"]),
        ((Told("Short.", "en-GB"), Told("Not so short.", "en")), "en-US", "Not so short."),
    ],
)
def test_the_longest_text_in_the_language_asked_for_is_taken(
    told: tuple[Told, ...], language: str, chosen: str
) -> None:
    assert enriched(facts(synopses=told, language=language)).synopsis == chosen


@pytest.mark.parametrize(("stated", "found"), [("und", "de"), ("de-AT", "de-AT")])
def test_a_language_that_nobody_states_is_looked_at(stated: str, found: str) -> None:
    assert enriched(facts(synopses=(Told(STORY["de"], stated),))).language == found


def test_a_long_text_is_cut_to_two_hundred_words_of_whole_sentences() -> None:
    found = enriched(facts(told=" ".join([TOLD] * 12)))
    assert 180 < words(found.synopsis) <= 200
    assert found.synopsis.endswith((".", "?"))


def test_names_of_people_are_no_keywords() -> None:
    assert keywords("Ada Lund hunts whales. Then Lund’s boats sink.", "en", 9, ["Ada Lund"]) == (
        "hunts whales",
        "boats sink",
    )


def test_no_keywords_in_a_language_whose_small_words_are_unknown() -> None:
    assert keywords("Mpelelezi mstaafu anarudi katika mji.", "sw", 9) == ()


def test_no_more_keywords_than_asked_for_and_long_runs_fall_apart() -> None:
    text = "Red, green, blue, grey. Vast cold dark endless northern seas."
    assert keywords(text, "en", 3) == ("red", "green", "blue")
    assert "northern" in keywords(text, "en", 20)


@pytest.mark.parametrize(
    ("ratings", "genres", "audience"),
    [
        (("PG-13",), (), "teenagers"),
        (("TV-G", "18"), (), "adults"),
        ((), ("Kids & Family",), "family"),
        ((), ("Comedy, Children",), "children"),
        ((), ("Drama",), ""),
        (("?",), (), ""),
    ],
)
def test_an_audience_is_what_ratings_say_else_a_genre(
    ratings: tuple[str, ...], genres: tuple[str, ...], audience: str
) -> None:
    assert enriched(facts(ratings=ratings, genres=genres)).audience == audience


def test_warnings_come_from_rating_bodies_alone() -> None:
    told = facts(told="Blood and murder.", rating_reasons=("Strong language", "some drug use"))
    assert enriched(told).warnings == ("strong language", "drug use")
    assert enriched(facts(told="Blood and murder.")).warnings == ()


def test_the_vocabulary_can_be_used_as_it_is_shipped() -> None:
    known = vocabulary()
    assert len(known.moods) >= 30
    for group in (known.moods, known.themes, known.audiences, known.warnings):
        for name, signs in group.items():
            assert name == name.strip().lower()
            assert signs.genres or signs.words or signs.ratings or name == "general"
            assert len({*signs.words}) == len(signs.words)
    assert set(get_args(Generated.__annotations__["method"])) == {"extractive", "generative"}


@given(
    st.lists(st.tuples(st.text(max_size=300), st.sampled_from(["en", "fr", "und", "ja", "xx"]))),
    st.lists(st.text(max_size=20), max_size=3),
)
def test_whatever_partners_write_the_law_holds(
    told: list[tuple[str, str]], genres: list[str]
) -> None:
    asked = facts(synopses=tuple(Told(*one) for one in told), genres=tuple(genres))
    found = enriched(asked)
    assert found == enriched(asked)
    texts = [text for text, _ in told]
    assert not found.synopsis or any(text.startswith(found.synopsis) for text in texts)
    assert found.synopsis.startswith(found.medium)
    assert found.medium.startswith(found.short)
    assert len(found.short) <= 190
    assert len(found.medium) <= 400
    assert words(found.synopsis) <= 200
    assert len(found.keywords) <= 15
    assert set(found.moods) <= vocabulary().moods.keys()
    assert len(found.moods) <= 5
