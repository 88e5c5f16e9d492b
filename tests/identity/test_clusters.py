"""Clusters: a function of the set of statements, cautious where they contradict each other."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ummid.catalog.model import ExternalId, Source, SourceRecord, Text
from ummid.identity.clusters import Pair, Ruling, clusters
from ummid.identity.links import Links, links

EIDR = "10.5240/7791-8534-2C23-9030-8610-5"


def record(partner: str, *ids: tuple[str, str], year: int | None = 1979, **fields: Any) -> Links:
    return links(
        SourceRecord(
            format=fields.pop("format", "mrss"),
            partner=partner,
            kind=fields.pop("kind", "film"),
            key="k",
            source=Source("feed", "item"),
            year=year,
            titles=(Text(fields.pop("title", "Stalker")),),
            ids=tuple(ExternalId(s, v, valid=not v.startswith("bad")) for s, v in ids),
            **fields,
        )
    )


def grouped(*pairs: str, rulings: Iterable[Ruling] = (), **members: Links) -> set[str]:
    """Each cluster as the names of its members: {"ab", "c"}. A pair is given as `ab 0.9`."""
    likely = []
    for pair in pairs:
        names, _, probability = pair.partition(" ")
        likely.append(Pair(names[0], names[1], round(10_000 * float(probability or 0.9))))
    return {"".join(group) for group in clusters(members, likely, rulings)}


def test_nothing_is_no_cluster_and_one_statement_is_one() -> None:
    assert clusters({}) == []
    assert clusters({"a": record("acme")}) == [("a",)]


def test_a_cluster_is_named_by_its_smallest_member() -> None:
    same = record("acme", ("eidr", EIDR))
    assert clusters({"z": same, "m": same, "b": same, "c": Links()}) == [("b", "m", "z"), ("c",)]


def test_ids_join_across_titles_and_years() -> None:
    assert grouped(
        a=record("acme", ("eidr", EIDR), title="Stalker", year=None),
        b=record("zenith", ("eidr", EIDR), ("imdb", "tt0079944"), title="Сталкер", year=1980),
        c=record("press", ("imdb", "tt0079944"), title="The Zone", year=1981),
    ) == {"abc"}


def test_an_invalid_id_joins_nobody() -> None:
    fake = ("eidr", "bad FE16")
    assert grouped(a=record("acme", fake), b=record("zenith", fake)) == {"a", "b"}


def test_conflicting_ids_veto_a_join_by_another_id() -> None:
    assert grouped(
        a=record("acme", ("imdb", "tt0000001"), ("tms", "MV000000010000")),
        b=record("zenith", ("imdb", "tt0000002"), ("tms", "MV000000010000")),
    ) == {"a", "b"}


def test_a_conflict_reaches_through_a_cluster() -> None:
    # c shares an id with each of two titles that cannot be one: it goes with the first
    assert grouped(
        a=record("acme", ("imdb", "tt0000001"), ("isan", "A"), title="A"),
        b=record("zenith", ("imdb", "tt0000002"), ("isan", "B"), title="B"),
        c=record("press", ("isan", "A"), ("isan", "B"), title="C"),
    ) in ({"ac", "b"}, {"a", "bc"})


def test_who_names_two_ids_of_one_scheme_vouches_for_neither() -> None:
    double = record("acme", ("imdb", "tt0000001"), ("imdb", "tt0000002"), title="Double bill")
    assert grouped(a=double, b=record("zenith", ("imdb", "tt0000001"), title="A")) == {"ab"}


def test_a_partners_two_titles_stay_two_unless_an_id_joins_them() -> None:
    first, second = {"own_id": "1"}, {"own_id": "2"}
    assert grouped(
        a=record("acme", ("eidr", EIDR), **first), b=record("acme", ("eidr", EIDR), **second)
    ) == {"ab"}
    assert grouped("ab", a=record("acme", **first), b=record("acme", **second)) == {"a", "b"}


def test_two_partners_may_number_their_titles_alike() -> None:
    assert grouped("ab", a=record("acme", own_id="1"), b=record("zenith", own_id="2")) == {"ab"}


def test_one_partners_formats_speak_of_one_title_by_its_own_id() -> None:
    assert grouped(
        a=record("acme", own_id="1", format="mrss", title="Stalker"),
        b=record("acme", own_id="1", format="adi", title="Сталкер"),
    ) == {"ab"}


def test_a_film_and_a_series_of_one_number_stay_two() -> None:
    assert grouped(
        a=record("acme", ("tmdb", "603")), b=record("zenith", ("tmdb", "603"), kind="series")
    ) == {"a", "b"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (record("acme", ("imdb", "tt0000001")), record("zenith", ("imdb", "tt0000002"))),
        (record("acme", own_id="1"), record("acme", own_id="2")),
        (record("acme"), record("zenith", kind="series")),
        (record("acme", year=1979), record("zenith", year=1985)),
    ],
    ids=["ids", "one partner's list", "kinds", "years"],
)
def test_what_contradicts_itself_is_never_joined_by_likeness(one: Links, other: Links) -> None:
    assert grouped("ab 1", a=one, b=other) == {"a", "b"}
    # nor through a third that would go with either: it goes with the likelier
    third = record("press", year=None, kind="unknown")
    assert grouped("ac 0.9", "bc 0.8", a=one, b=other, c=third) == {"ac", "b"}
    assert grouped("ac 0.8", "bc 0.9", a=one, b=other, c=third) == {"a", "bc"}


def test_a_chain_of_years_ends_before_it_is_too_long() -> None:
    years = {name: record(name, year=1979 + 3 * n) for n, name in enumerate("abc")}
    assert grouped("ab 0.9", "bc 0.8", **years) == {"ab", "c"}


def test_a_pair_exactly_as_likely_as_one_it_cannot_go_with_decides_nothing() -> None:
    one, other = ("imdb", "tt0000001"), ("imdb", "tt0000002")
    world = {"a": record("acme", one), "b": record("zenith", other), "c": record("press")}
    assert grouped("ac 0.9", "bc 0.9", **world) == {"a", "b", "c"}
    assert grouped("ac 0.91", "bc 0.9", **world) == {"ac", "b"}
    assert grouped("ac 0.9", "bc 0.9", "cd 0.9", d=record("blog"), **world) == {"a", "b", "cd"}
    # without a contradiction there is nothing to decide
    world["b"] = record("zenith")
    assert grouped("ac 0.9", "bc 0.9", **world) == {"abc"}


def test_pairs_about_others_are_left_out() -> None:
    assert grouped("ab", "bz", a=record("acme"), b=record("zenith")) == {"ab"}


A, B, C = record("acme"), record("zenith"), record("press")


def test_a_persons_word_joins_and_parts() -> None:
    same, apart = Ruling("a", "b", True, 1), Ruling("a", "b", False, 1)
    assert grouped(a=A, b=record("zenith", year=2001), rulings=[same]) == {"ab"}
    assert grouped("ab", a=A, b=B, rulings=[apart]) == {"a", "b"}
    shared = ("eidr", EIDR)
    assert grouped(a=record("acme", shared), b=record("zenith", shared), rulings=[apart]) == {
        "a",
        "b",
    }


def test_a_word_of_difference_keeps_whole_clusters_apart() -> None:
    apart = Ruling("a", "c", False, 1)
    assert grouped("ab 0.9", "bc 0.8", a=A, b=B, c=C, rulings=[apart]) == {"ab", "c"}


def test_of_words_that_contradict_each_other_the_newest_counts() -> None:
    words = [Ruling("a", "b", True, 3), Ruling("b", "c", True, 2), Ruling("a", "c", False, 1)]
    assert grouped(a=A, b=B, c=C, rulings=words) == {"abc"}
    words = [Ruling("a", "b", True, 1), Ruling("b", "c", True, 2), Ruling("a", "c", False, 3)]
    assert grouped(a=A, b=B, c=C, rulings=words) == {"a", "bc"}


def test_a_word_about_a_stranger_is_left_out() -> None:
    assert grouped(a=A, rulings=[Ruling("a", "z", True, 1)]) == {"a"}


RECORDS = st.builds(
    lambda partner, ids, year, own, kind: record(partner, *ids, year=year, own_id=own, kind=kind),
    st.sampled_from(["acme", "zenith", "press"]),
    st.lists(
        st.tuples(st.sampled_from(["imdb", "tms", "isan"]), st.sampled_from(["1", "2", "bad"])),
        max_size=2,
    ),
    st.sampled_from([None, 1979, 1983, 1987]),
    st.sampled_from([None, "1", "2"]),
    st.sampled_from(["film", "series", "unknown"]),
)
NAMES = "abcdefgh"
MEMBERS = st.lists(RECORDS, max_size=8).map(lambda found: dict(zip(NAMES, found, strict=False)))
TWO = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda two: two[0] < two[1])
PAIRS = st.lists(
    st.builds(lambda two, p: Pair(*two, p), TWO, st.sampled_from([5000, 7000, 9000])),
    max_size=10,
    unique_by=lambda pair: pair[:2],
)
RULINGS = st.lists(
    st.builds(
        lambda two, same, time: Ruling(*two, same, time), TWO, st.booleans(), st.integers(1, 3)
    ),
    max_size=3,
    unique_by=lambda ruling: ruling[:2],
)
WORLDS = st.tuples(MEMBERS, PAIRS, RULINGS)
World = tuple[dict[str, Links], list[Pair], list[Ruling]]


@settings(max_examples=400)
@given(WORLDS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(world: World, random: Any) -> None:
    members, pairs, rulings = world
    shuffled = dict(random.sample(list(members.items()), len(members)))
    again = random.sample(pairs, len(pairs)), random.sample(rulings, len(rulings))
    assert clusters(shuffled, *again) == clusters(*world)


@given(WORLDS)
def test_everybody_is_in_one_cluster_and_the_first_names_it(world: World) -> None:
    found = clusters(*world)
    assert sorted(m for group in found for m in group) == sorted(world[0])
    assert found == sorted(tuple(sorted(group)) for group in found)


def components(world: World) -> list[set[str]]:
    """Members that links, pairs or words connect, found naively."""
    members, pairs, rulings = world
    found: list[set[str]] = []
    edges = [{p.one, p.other} for p in pairs] + [{r.one, r.other} for r in rulings]
    edges += [
        {a, b} for a in members for b in members if {*members[a].strong} & {*members[b].strong}
    ]
    for edge in [*({m} for m in members), *edges]:
        known = edge & members.keys()
        if known != edge:
            continue
        touching = [part for part in found if part & known]
        found = [part for part in found if part not in touching] + [known.union(*touching)]
    return found


@settings(max_examples=400)
@given(WORLDS)
def test_components_clustered_apart_are_the_whole(world: World) -> None:
    members, pairs, rulings = world
    apart = [
        group
        for part in components(world)
        for group in clusters({m: members[m] for m in part}, pairs, rulings)
    ]
    assert sorted(apart) == clusters(*world)


@settings(max_examples=300)
@given(MEMBERS, PAIRS)
def test_no_cluster_holds_two_ids_of_which_a_work_has_one(
    members: dict[str, Links], pairs: list[Pair]
) -> None:
    for group in clusters(members, pairs):
        named = [dict(members[m].names) for m in group if len(members[m].names) == 1]
        assert len({n["imdb"] for n in named}) <= 1


@given(WORLDS)
def test_members_of_a_cluster_are_connected(world: World) -> None:
    parts = components(world)
    for group in clusters(*world):
        assert any(set(group) <= part for part in parts)


@given(WORLDS)
def test_the_last_word_of_a_person_holds(world: World) -> None:
    members, _, rulings = world
    known = [r for r in rulings if r.one in members and r.other in members]
    if known:
        last = max(known, key=lambda r: (r.time, tuple(-ord(c) for c in r.one + r.other), -r.same))
        group = next(g for g in clusters(*world) if last.one in g)
        assert (last.other in group) == last.same


def test_many_statements_of_one_title_are_one_cluster() -> None:
    same = record("acme", ("eidr", EIDR))
    assert len(clusters({f"r{n:05}": same for n in range(2000)})) == 1
