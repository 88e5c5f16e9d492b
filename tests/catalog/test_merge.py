"""The golden record: who wins per field, why, who lost, and that order never matters."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.catalog.statements import NOBODY, golden, said
from ummid.catalog.grants import Bound, Grant, TerritorySet
from ummid.catalog.merge import MAX_AIRINGS, Offer, merge, offers, platform_of
from ummid.catalog.model import (
    Airing,
    Credit,
    ExternalId,
    Genre,
    Parent,
    Rating,
    Synopsis,
    Technical,
    Text,
    Warning,
)
from ummid.catalog.precedence import Precedence
from ummid.catalog.texts import display_title
from ummid.catalog.title import FieldProvenance, Loser, TitleParent
from ummid.errors import FeedError


def test_a_title_of_one_statement_is_that_statement() -> None:
    alone = said(
        "r1", year=1979, titles=(Text("Stalker", "en"), Text("Сталкер", "ru", "original")),
        own_id="77", technical=Technical(duration_ms=9_660_000, hdr="HDR10"),
    )  # fmt: skip
    title = golden(alone)
    assert (title.id, title.title, title.year, title.kind) == ("t", "Stalker", 1979, "film")
    assert title.titles == alone.record.titles
    assert title.duration_ms == 9_660_000
    assert title.technical == (alone.record.technical,)
    assert title.ids == (ExternalId("partner:acme", "77"),)
    assert [s.record for s in title.sources] == ["r1"]
    assert title.provenance == {}


@pytest.mark.parametrize(
    ("precedence", "year", "rule", "losers"),
    [
        (NOBODY, 1981, "recency", [("old", 1979), ("older", 1978)]),
        (Precedence({"facts": ("studio", "*")}), 1979, "precedence",
         [("new", 1981), ("older", 1978)]),
        (Precedence({"facts": ("press", "studio")}), 1978, "precedence",
         [("old", 1979), ("new", 1981)]),
        (Precedence({"titles": ("studio",)}), 1981, "recency", [("old", 1979), ("older", 1978)]),
    ],
)  # fmt: skip
def test_declared_precedence_comes_before_recency(
    precedence: Precedence, year: int, rule: str, losers: list[tuple[str, int]]
) -> None:
    title = golden(
        said("new", 3, "blog", year=1981),
        said("old", 2, "studio", year=1979),
        said("older", 1, "press", year=1978),
        precedence=precedence,
    )
    assert title.year == year
    found = title.provenance["year"]
    assert (found.rule, [(x.record, x.value) for x in found.losers]) == (rule, losers)


def test_of_statements_of_equal_authority_and_time_the_fuller_wins() -> None:
    title = golden(
        said("a", synopses=(Synopsis("A guide.", "en"),), genres=(Genre("Drama"),)),
        said(
            "b",
            synopses=(Synopsis("A guide leads two men.", "en"),),
            genres=(Genre("Drama"), Genre("Science fiction")),
        ),
    )
    assert title.synopses == (Synopsis("A guide leads two men.", "en"),)
    assert title.provenance["synopses.medium.en"] == FieldProvenance(
        "b", "quality", (Loser("a", {"value": "A guide.", "language": "en"}),)
    )
    assert [g.text for g in title.genres] == ["Drama", "Science fiction"]
    assert title.provenance["genres"].rule == "quality"


def test_of_equally_full_statements_the_smaller_record_id_wins() -> None:
    title = golden(said("b", year=1980), said("a", year=1979))
    assert title.year == 1979
    assert title.provenance["year"] == FieldProvenance("a", "quality", (Loser("b", 1980),))


def test_agreement_has_no_losers() -> None:
    title = golden(said("a", 1, year=1979), said("b", 2, year=1979))
    assert title.provenance["year"] == FieldProvenance("b", "agreement")


def test_who_agrees_with_the_winner_does_not_hide_why_the_loser_lost() -> None:
    title = golden(
        said("a", 2, "studio", year=1979),
        said("b", 1, "studio", year=1979),
        said("c", 3, "blog", year=1981),
        precedence=Precedence({"facts": ("studio", "*")}),
    )
    assert title.provenance["year"] == FieldProvenance("a", "precedence", (Loser("c", 1981),))


def test_a_value_that_nobody_else_states_is_taken_from_whoever_states_it() -> None:
    title = golden(said("new", 2, year=1979), said("old", 1, countries=("SU",), number_text="x"))
    assert (title.year, title.countries, title.number_text) == (1979, ("SU",), "x")
    assert title.provenance["countries"] == FieldProvenance("old", "only")
    assert "year" not in title.provenance


def test_a_number_0_is_said() -> None:
    special = said("a", 1, kind="episode", season_number=0, episode_number=0)
    title = golden(special, said("b", 2, kind="episode"))
    assert (title.season_number, title.episode_number) == (0, 0)
    title = golden(special, said("b", 2, kind="episode", season_number=1, episode_number=7))
    assert title.provenance["season_number"].losers == (Loser("a", 0),)


def test_a_duration_of_nothing_is_not_said() -> None:
    long, nothing = Technical(duration_ms=9_660_000), Technical(duration_ms=0, hdr="HDR10")
    title = golden(said("a", 1, technical=long), said("b", 2, technical=nothing), said("c", 3))
    assert title.duration_ms == 9_660_000
    assert title.technical == (nothing, long)


def test_how_a_title_reached_us_is_no_kind() -> None:
    assert golden(said("a", 1), said("b", 2, kind="composition")).kind == "film"
    assert golden(said("a", 1, kind="series"), said("b", 2)).kind == "film"
    assert golden(said("a", 1, kind="asset"), said("b", 2, kind="unknown")).kind == "unknown"


def test_texts_are_decided_by_language_use_and_territory() -> None:
    title = golden(
        said("new", 2, titles=(Text("Stalker", "en"), Text("Der Stalker", "de"))),
        said(
            "old", 1,
            titles=(
                Text("The Stalker", "en"), Text("Сталкер", "ru", "original"),
                Text("Stalker (UK)", "en", territory="GB"),
            ),
        ),
    )  # fmt: skip
    assert set(title.titles) == {
        Text("Stalker", "en"),
        Text("Der Stalker", "de"),
        Text("Сталкер", "ru", "original"),
        Text("Stalker (UK)", "en", territory="GB"),
    }
    assert title.title == "Stalker"
    assert title.provenance["titles.display.en"] == FieldProvenance(
        "new", "recency", (Loser("old", {"value": "The Stalker", "language": "en"}),)
    )
    assert title.provenance["titles.original.ru"] == FieldProvenance("old", "only")
    assert title.provenance["titles.display.en.GB"] == FieldProvenance("old", "only")
    assert "titles.display.de" not in title.provenance


def test_alternate_titles_are_many_and_all_kept_with_who_states_each() -> None:
    title = golden(
        said(
            "a", 1,
            titles=(Text("Roadside", "en", "alternate"), Text("PICNIC", "en", "alternate")),
        ),
        said("b", 2, titles=(Text("Picnic", "en", "alternate"), Text("Zone", "de", "alternate"))),
    )  # fmt: skip
    assert title.titles == (
        Text("Zone", "de", "alternate"),
        Text("Picnic", "en", "alternate"),
        Text("Roadside", "en", "alternate"),
    )
    assert title.provenance["titles.alternate.en"] == FieldProvenance(
        "b", "union", by=((0, 1), (1,))
    )


def test_ratings_are_decided_by_system_and_territory() -> None:
    title = golden(
        said("a", 2, ratings=(Rating("FSK", "12", "DE"),)),
        said("b", 1, ratings=(Rating("FSK", "16", "DE"), Rating("BBFC", "PG", "GB"))),
    )
    assert title.ratings == (Rating("BBFC", "PG", "GB"), Rating("FSK", "12", "DE"))
    assert title.provenance["ratings.FSK.DE"].losers[0].record == "b"


def test_every_group_has_its_own_order() -> None:
    title = golden(
        said("a", 2, "studio", year=1979, credits=(Credit("Tarkovsky", "director"),)),
        said("b", 1, "press", year=1980, credits=(Credit("A. Tarkovsky", "director"),)),
        precedence=Precedence({"people": ("press",), "facts": ("studio",)}),
    )
    assert (title.year, title.credits[0].name) == (1979, "A. Tarkovsky")


def test_what_adds_up_is_kept_from_all() -> None:
    eidr = ExternalId("eidr", "10.5240/7791-8534-2C23-9030-8610-5")
    wrong = ExternalId("imdb", "0079944", valid=False)
    doubt = Warning("bad-id", "ids", "not an IMDb id")
    title = golden(
        said("a", 2, "acme", own_id="1", ids=(eidr,), links=("u",), versions=("v", "w")),
        said("b", 1, "zenith", own_id="9", ids=(eidr, wrong), links=("u", "x"), versions=("w",),
             warnings=(doubt,)),
    )  # fmt: skip
    assert title.ids == (
        eidr,
        wrong,
        ExternalId("partner:acme", "1"),
        ExternalId("partner:zenith", "9"),
    )
    assert (title.links, title.versions) == (("u", "x"), ("v", "w"))
    assert title.doubts == ("bad-id: ids",)
    assert [(s.record, s.partner, s.own_id) for s in title.sources] == [
        ("a", "acme", "1"), ("b", "zenith", "9"),
    ]  # fmt: skip


def test_a_parent_is_the_one_that_the_catalogue_holds() -> None:
    by_name = Parent("series", title="Dekalog")
    by_id = Parent("series", (ExternalId("partner", "x"), ExternalId("partner", "s1")))
    season = Parent("season", (ExternalId("partner", "nobody"),))
    episodes = (
        said("a", 2, kind="episode", parents=(by_name,)),
        said("b", 1, "zenith", kind="episode", parents=(by_id, season)),
    )
    assert golden(*episodes, zenith__s1="t9").parents == (
        TitleParent("season"),
        TitleParent("series", "t9", "Dekalog"),
    )
    assert golden(*episodes, acme__s1="t9").parents == (
        TitleParent("season"),
        TitleParent("series", None, "Dekalog"),
    )


def at(hour: int) -> Bound:
    return Bound("instant", f"hour {hour}", 1_740_787_200_000 + hour * 3_600_000, "Z")


def test_airings_are_shown_once_in_order_and_not_without_end() -> None:
    slots = [Airing("one", at(n), at(n + 1)) for n in range(MAX_AIRINGS + 20)]
    title = golden(said("a", airings=tuple(slots[50:])), said("b", airings=tuple(slots[:60])))
    assert len(title.airings) == MAX_AIRINGS
    assert title.airings_omitted == 20
    assert title.airings[0].start == "2025-03-01T00:00:00Z"
    assert title.airings[0].end == "2025-03-01T01:00:00Z"
    assert list(title.airings) == sorted(title.airings, key=lambda a: a.start)


def test_one_slot_told_twice_is_one_airing() -> None:
    slot = Airing("one", at(0), flags=("live",))
    title = golden(said("a", airings=(slot,)), said("b", airings=(Airing("one", at(0)),)))
    assert len(title.airings) == 1
    assert title.airings_omitted == 0


def test_an_airing_on_a_condition_keeps_its_words() -> None:
    tbd = Bound("condition", "TBD", condition="TBD")
    (airing,) = golden(said("a", airings=(Airing("one", tbd, tbd, "One"),))).airings
    assert (airing.start, airing.end, airing.channel_name) == ("TBD", None, "One")


@pytest.mark.parametrize(
    ("titles", "shown"),
    [
        ([(), (Text("B"),)], "B"),
        ([(Text("A", use="sort"),), (Text("B", use="original"),)], "B"),
        ([(Text("A", use="alternate"), Text("C"))], "C"),
        ([(), ()], None),
    ],
)
def test_the_display_title(titles: list[tuple[Text, ...]], shown: str | None) -> None:
    assert display_title(*titles) == shown


def grant(key: str, platform: str | None = "flix", licence: Any = "SVOD", **rest: Any) -> Grant:
    return Grant(
        key=key, licence=licence, platform=platform, territories=TerritorySet(("FR",)), **rest
    )


def test_without_declared_precedence_every_grant_counts() -> None:
    found = offers(
        (said("b", 2, "zenith", grants=(grant("g1"),)), said("a", 1, grants=(grant("g1"),))), NOBODY
    )
    assert found == (Offer(grant("g1"), "a", "acme"), Offer(grant("g1"), "b", "zenith"))


def test_legal_owns_windows() -> None:
    statements = (
        said("d", 9, "distributor", grants=(grant("est", licence="EST"), grant("svod"))),
        said("l", 1, "legal", grants=(grant("contract"),)),
        said("x", 9, "other", grants=(grant("rival"), grant("elsewhere", "prime"))),
    )
    legal_first = Precedence({"rights": ("legal", "*")})
    found = [(o.partner, o.grant.key) for o in offers(statements, legal_first)]
    # legal speaks of SVOD on flix: nobody else's windows for that count, others stay
    assert found == [("distributor", "est"), ("legal", "contract"), ("other", "elsewhere")]
    assert len(offers(statements, NOBODY)) == 5


@pytest.mark.parametrize(
    ("names", "platform"),
    [
        ({"platform": "flix", "licensee": "flix inc"}, "flix"),
        ({"platform": None, "licensee": "flix inc"}, "flix inc"),
        ({"platform": None}, "acme"),
    ],
)
def test_a_grant_is_exercised_where_it_says_else_at_the_partners_own(
    names: dict[str, Any], platform: str
) -> None:
    assert platform_of(grant("g", **names), "acme") == platform


WORDS = st.sampled_from(["Stalker", "The Stalker", "Zone", "Solaris"])
TEXTS = st.builds(
    Text,
    WORDS,
    st.sampled_from(["en", "ru", "und"]),
    st.sampled_from(["display", "original", "alternate"]),
)
PARENTS = st.builds(
    Parent, st.just("series"), st.just((ExternalId("partner", "s"),)), st.none() | WORDS
)
RECORDS = st.fixed_dictionaries(
    {
        "partner": st.sampled_from(["legal", "studio", "blog"]),
        "kind": st.sampled_from(["film", "special", "unknown", "asset"]),
        "year": st.none() | st.integers(1978, 1980),
        "season_number": st.none() | st.integers(0, 1),
        "titles": st.lists(TEXTS, max_size=4).map(tuple),
        "genres": st.lists(st.builds(Genre, WORDS), max_size=2).map(tuple),
        "ids": st.lists(st.builds(ExternalId, st.just("tmdb"), WORDS), max_size=2).map(tuple),
        "parents": st.lists(PARENTS, max_size=1).map(tuple),
        "airings": st.lists(
            st.builds(Airing, st.just("one"), st.integers(0, 2).map(at), st.none(),
                      st.none() | WORDS), max_size=3
        ).map(tuple),
        "grants": st.lists(
            st.builds(grant, st.sampled_from(["g1", "g2"]), st.sampled_from(["flix", None]),
                      st.sampled_from(["SVOD", "EST"])), max_size=2
        ).map(tuple),
    }
)  # fmt: skip
STATEMENTS = st.lists(st.tuples(st.integers(0, 2), RECORDS), min_size=1, max_size=6)
ORDERS = st.sampled_from(
    [
        NOBODY,
        Precedence({"facts": ("studio", "*"), "rights": ("legal", "*")}),
        Precedence({"titles": ("blog", "studio"), "rights": ("studio", "legal")}),
    ]
)


@given(STATEMENTS, ORDERS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(
    statements: list[tuple[int, dict[str, Any]]], precedence: Precedence, random: Any
) -> None:
    contributors = [said(f"r{n}", at, **fields) for n, (at, fields) in enumerate(statements)]
    shuffled = random.sample(contributors, len(contributors))
    known = {(c.record.partner, "s"): "t9" for c in contributors if c.record.partner != "blog"}
    encoded = {
        msgspec.json.encode((merge("t", order, precedence, known), offers(order, precedence)))
        for order in (contributors, shuffled, contributors[::-1])
    }
    assert len(encoded) == 1


@given(STATEMENTS, ORDERS)
def test_nothing_that_is_said_is_lost(
    statements: list[tuple[int, dict[str, Any]]], precedence: Precedence
) -> None:
    contributors = [said(f"r{n}", at, **fields) for n, (at, fields) in enumerate(statements)]
    title = merge("t", contributors, precedence, {})
    kept = {title.year}
    if "year" in title.provenance:
        kept |= {loser.value for loser in title.provenance["year"].losers}
    assert kept >= {c.record.year for c in contributors if c.record.year is not None}
    texts = {t.value for t in title.titles}
    for name, why in title.provenance.items():
        if name.startswith("titles."):
            for loser in why.losers:
                values = loser.value if isinstance(loser.value, tuple) else (loser.value,)
                texts |= {v["value"] for v in values}
    assert texts == {t.value for c in contributors for t in c.record.titles}


def test_an_instant_that_cannot_be_shown_never_reaches_a_title() -> None:
    from ummid.catalog.times import bound

    with pytest.raises(FeedError):
        bound("0001-01-01T00:00:00+14:00")
    golden(said("a", airings=(Airing("one", bound("0001-01-01T00:00:00Z")),)))
