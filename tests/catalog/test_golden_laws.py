"""Laws of the golden record over every field that partners fill."""

import re
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.catalog.statements import said
from ummid.catalog.localised import localised
from ummid.catalog.merge import merge
from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    Genre,
    Organisation,
    Rating,
    Release,
    Synopsis,
    Technical,
    Text,
    Warning,
)
from ummid.catalog.precedence import Precedence
from ummid.catalog.survivorship import Contributor
from ummid.catalog.texts import entries, title_key
from ummid.catalog.title import Score, Title

WORDS = st.sampled_from(["Heat", "HEAT", "heat", "Hitze", "TBA", "HÃ©at", "THE GREAT HEAT", "-"])
LANGUAGES = st.sampled_from(["en", "en-GB", "de", "und"])
TERRITORIES = st.sampled_from([None, "GB", "DE"])
NAMES = st.sampled_from(["Ann Lee", "A. Lee", "Alan Lee", "Lee, Ann", "LEE", "Ann LeÃ©"])
IDS = st.builds(
    ExternalId, st.sampled_from(["imdb", "tms"]), st.sampled_from("ab"), valid=st.booleans()
)


def few(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=3).map(tuple)


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "partner": st.sampled_from(["studio", "legal", "blog"]),
        "kind": st.sampled_from(["film", "series", "episode", "unknown"]),
        "year": st.integers(1990, 1993),
        "season_number": st.integers(0, 1),
        "original_language": LANGUAGES,
        "countries": few(st.sampled_from(["US", "GB"])),
        "titles": few(
            st.builds(Text, WORDS, LANGUAGES, st.sampled_from(["display", "alternate"]),
                      TERRITORIES)
        ),
        "synopses": few(
            st.builds(Synopsis, WORDS, LANGUAGES, st.sampled_from(["short", "long"]))
        ),
        "credits": few(
            st.builds(Credit, NAMES, st.sampled_from(["actor", "director"]),
                      st.sampled_from([None, "Eve"]), st.sampled_from([None, 1, 2]), few(IDS))
        ),
        "artwork": few(st.builds(Artwork, st.sampled_from("uv"), st.sampled_from([None, "p"]))),
        "organisations": few(st.builds(Organisation, NAMES, id=st.sampled_from([None, "o"]))),
        "genres": few(st.builds(Genre, WORDS)),
        "keywords": few(WORDS),
        "ratings": few(st.builds(Rating, st.sampled_from(["FSK", ""]), st.sampled_from(["6", "12"]),
                                 TERRITORIES)),
        "releases": few(
            st.sampled_from([Release("1990-01-02"), Release("1990", precision="year"),
                             Release("1991-01-01", "home", "GB")])
        ),
        "ids": few(IDS),
        "technical": st.builds(Technical, st.sampled_from([None, 0, 6_000_000, 7_000_000])),
        "warnings": few(st.builds(Warning, st.sampled_from("xy"), st.just("year"), st.just("…"))),
        "own_id": st.sampled_from(["1", "2"]),
    },
)  # fmt: skip
MOMENT = st.integers(0, 1)
STATED = st.tuples(MOMENT, MOMENT, st.sampled_from("de"), FIELDS)
STATEMENTS = st.lists(STATED, min_size=1, max_size=5)
ORDERS = st.sampled_from(
    [Precedence(), Precedence({"facts": ("legal", "*"), "titles": ("studio", "legal")})]
)


def contributors(stated: list[Any]) -> list[Contributor]:
    return [
        Contributor(f"r{n}", (time, received, digest), said(f"r{n}", **fields).record)
        for n, (time, received, digest, fields) in enumerate(stated)
    ]


def merged(statements: list[Contributor], precedence: Precedence) -> Title:
    return merge("t", statements, precedence, {})


@given(STATEMENTS, ORDERS, st.randoms(use_true_random=False))
def test_the_record_is_a_function_of_the_set_of_statements(
    stated: list[Any], precedence: Precedence, random: Any
) -> None:
    statements = contributors(stated)
    orders = (statements, random.sample(statements, len(statements)), statements[::-1])
    assert len({msgspec.json.encode(merged(order, precedence)) for order in orders}) == 1


@given(STATEMENTS, ORDERS)
def test_no_text_name_or_value_is_lost(stated: list[Any], precedence: Precedence) -> None:
    statements = contributors(stated)
    title = merged(statements, precedence)
    everything = msgspec.json.encode(title).decode().casefold()
    for contributor in statements:
        record = contributor.record
        for text in (*record.titles, *record.synopses):
            assert msgspec.json.encode(text.value).decode().casefold() in everything
        for credit in record.credits if len(statements) > 1 else ():
            assert msgspec.json.encode(credit.name).decode().casefold() in everything
        if record.year is not None:
            losers = title.provenance["year"].losers if "year" in title.provenance else ()
            assert record.year in {title.year, *(loser.value for loser in losers)}


@given(STATEMENTS, ORDERS)
def test_there_is_one_best_text_per_language_territory_and_use(
    stated: list[Any], precedence: Precedence
) -> None:
    title = merged(contributors(stated), precedence)
    keys = [title_key(text) for text in title.titles if text.use != "alternate"]
    assert len(keys) == len(set(keys))
    assert title.title in {None, *(text.value for text in title.titles)}
    for wanted in ("de-AT", "en", "fr"):
        chosen = localised(title, wanted)
        uses = [text.use for text in chosen.titles]
        assert sorted(uses) == sorted({text.use for text in title.titles})
        assert set(chosen.titles) <= set(title.titles)


@given(STATEMENTS, ORDERS)
def test_a_union_says_of_every_item_who_states_it(
    stated: list[Any], precedence: Precedence
) -> None:
    title = merged(contributors(stated), precedence)
    for name, why in title.provenance.items():
        if why.rule == "union":
            assert len(why.by) == len(entries(title, name))
            assert all(by == tuple(sorted(set(by))) for by in why.by)
            assert {place for by in why.by for place in by} <= set(range(len(title.sources)))
            assert all(why.by)


@given(STATEMENTS, ORDERS)
def test_every_score_is_100_less_what_its_reasons_take_off(
    stated: list[Any], precedence: Precedence
) -> None:
    title = merged(contributors(stated), precedence)
    for score in (title.completeness, title.quality):
        assert isinstance(score, Score)
        costs = [int(re.search(r"\(-(\d+)\)$", reason)[1]) for reason in score.reasons]  # type: ignore[index]
        assert score.score == max(0, 100 - sum(costs))


@given(STATEMENTS, ORDERS)
def test_every_conflict_names_different_values_of_records_behind_the_title(
    stated: list[Any], precedence: Precedence
) -> None:
    title = merged(contributors(stated), precedence)
    known = {source.record for source in title.sources}
    for conflict in title.conflicts:
        assert len({msgspec.json.encode(claim.value) for claim in conflict.claims}) > 1
        for claim in conflict.claims:
            assert claim.records
            assert set(claim.records) <= known


@given(STATED, ORDERS)
def test_saying_it_twice_changes_no_value(stated: Any, precedence: Precedence) -> None:
    *when, fields = stated
    unique = {k: tuple(dict.fromkeys(v)) if isinstance(v, tuple) else v for k, v in fields.items()}
    unique.pop("credits", None)  # spellings of one person in one statement are kept as stated
    unique.pop("keywords", None)
    unique.pop("artwork", None)
    unique.pop("organisations", None)
    one, two = contributors([(*when, unique), (*when, unique)])
    alone, twice = merged([one], precedence), merged([one, two], precedence)
    for name in ("kind", "year", "title", "countries", "genres", "ids", "duration_ms", "doubts"):
        assert getattr(alone, name) == getattr(twice, name), name
    for name in ("titles", "synopses"):
        assert {t.value.casefold() for t in getattr(alone, name)} == {
            t.value.casefold() for t in getattr(twice, name)
        }
    assert alone.completeness == twice.completeness
