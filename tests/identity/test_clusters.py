"""Clusters: a function of the set of statements, cautious where ids contradict each other."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ummid.catalog.model import ExternalId, Source, SourceRecord, Text
from ummid.identity.clusters import clusters
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


def grouped(**members: Links) -> set[str]:
    """Each cluster as the names of its members: {"ab", "c"}."""
    return {"".join(group) for group in clusters(members)}


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


def test_title_and_year_join_where_ids_are_missing() -> None:
    assert grouped(
        a=record("acme", ("imdb", "tt0079944")),
        b=record("zenith", title="STALKER"),
        c=record("press", title="Stalker", year=2007),
    ) == {"ab", "c"}


def test_an_invalid_id_joins_nobody() -> None:
    fake = ("eidr", "bad FE16")
    assert grouped(a=record("acme", fake, title="One"), b=record("zenith", fake, title="Two")) == {
        "a",
        "b",
    }


def test_conflicting_ids_veto_a_join_by_another_id() -> None:
    assert grouped(
        a=record("acme", ("imdb", "tt0000001"), ("tms", "MV000000010000")),
        b=record("zenith", ("imdb", "tt0000002"), ("tms", "MV000000010000")),
    ) == {"a", "b"}


def test_conflicting_ids_veto_a_join_by_title_and_year() -> None:
    assert grouped(
        a=record("acme", ("imdb", "tt0000001")), b=record("zenith", ("imdb", "tt0000002"))
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


def test_a_title_and_year_that_several_titles_share_decides_nothing() -> None:
    one, other = ("imdb", "tt0000001"), ("imdb", "tt0000002")
    assert grouped(
        a=record("acme", one), b=record("zenith", other), c=record("press"), d=record("blog")
    ) == {"a", "b", "c", "d"}
    assert grouped(a=record("acme", one), c=record("press"), d=record("blog")) == {"acd"}


def test_a_partners_two_titles_stay_two_unless_an_id_joins_them() -> None:
    first, second = {"own_id": "1"}, {"own_id": "2"}
    assert grouped(a=record("acme", **first), b=record("acme", **second)) == {"a", "b"}
    assert grouped(
        a=record("acme", ("eidr", EIDR), **first), b=record("acme", ("eidr", EIDR), **second)
    ) == {"ab"}
    # and then a third partner's statement knows of no ambiguity
    assert grouped(
        a=record("acme", ("eidr", EIDR), **first),
        b=record("acme", ("eidr", EIDR), **second),
        c=record("zenith"),
    ) == {"abc"}
    assert grouped(a=record("acme", **first), b=record("acme", **second), c=record("zenith")) == {
        "a",
        "b",
        "c",
    }


def test_two_partners_may_number_their_titles_alike() -> None:
    assert grouped(a=record("acme", own_id="1"), b=record("zenith", own_id="2")) == {"ab"}


def test_one_partners_formats_speak_of_one_title_by_its_own_id() -> None:
    assert grouped(
        a=record("acme", own_id="1", format="mrss", title="Stalker"),
        b=record("acme", own_id="1", format="adi", title="Сталкер"),
    ) == {"ab"}


def test_a_film_and_a_series_of_one_number_stay_two() -> None:
    assert grouped(
        a=record("acme", ("tmdb", "603")), b=record("zenith", ("tmdb", "603"), kind="series")
    ) == {"a", "b"}


def test_joins_by_title_chain_through_alternate_titles() -> None:
    both = SourceRecord(
        format="mrss", partner="press", kind="film", key="k", source=Source("f", "i"), year=1979,
        titles=(Text("Stalker"), Text("Сталкер", "ru", "original")),
    )  # fmt: skip
    assert grouped(
        a=record("acme"), b=record("zenith", title="Сталкер"), c=links(both)
    ) == {"abc"}  # fmt: skip


RECORDS = st.builds(
    lambda partner, ids, year, title, own, kind: record(
        partner, *ids, year=year, title=title, own_id=own, kind=kind
    ),
    st.sampled_from(["acme", "zenith", "press"]),
    st.lists(
        st.tuples(st.sampled_from(["imdb", "tms", "isan"]), st.sampled_from(["1", "2", "bad"])),
        max_size=2,
    ),
    st.sampled_from([None, 1979, 1980]),
    st.sampled_from(["Stalker", "Solaris"]),
    st.sampled_from([None, "1", "2"]),
    st.sampled_from(["film", "series"]),
)
MEMBERS = st.lists(RECORDS, max_size=8).map(
    lambda found: {f"r{n}": one for n, one in enumerate(found)}
)


@settings(max_examples=300)
@given(MEMBERS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(members: dict[str, Links], random: Any) -> None:
    shuffled = dict(random.sample(list(members.items()), len(members)))
    assert clusters(shuffled) == clusters(members)


@given(MEMBERS)
def test_everybody_is_in_one_cluster_and_the_first_names_it(members: dict[str, Links]) -> None:
    found = clusters(members)
    assert sorted(m for group in found for m in group) == sorted(members)
    assert found == sorted(tuple(sorted(group)) for group in found)


def components(members: dict[str, Links]) -> list[dict[str, Links]]:
    """Members that chains of links connect, found naively."""
    found: list[dict[str, Links]] = []
    for name, one in members.items():
        touching = [
            part
            for part in found
            if any({*one.strong, *one.weak} & {*o.strong, *o.weak} for o in part.values())
        ]
        joined = {name: one}
        for part in touching:
            joined |= part
            found.remove(part)
        found.append(joined)
    return found


@settings(max_examples=300)
@given(MEMBERS)
def test_components_clustered_apart_are_the_whole(members: dict[str, Links]) -> None:
    apart = [group for part in components(members) for group in clusters(part)]
    assert sorted(apart) == clusters(members)


@settings(max_examples=300)
@given(MEMBERS)
def test_no_cluster_holds_two_ids_of_which_a_work_has_one(members: dict[str, Links]) -> None:
    for group in clusters(members):
        named = [dict(members[m].names) for m in group if len(members[m].names) == 1]
        assert len({n["imdb"] for n in named}) <= 1


@given(MEMBERS)
def test_members_of_a_cluster_are_connected(members: dict[str, Links]) -> None:
    parts = [set(part) for part in components(members)]
    for group in clusters(members):
        assert any(set(group) <= part for part in parts)


def test_many_statements_of_one_title_are_one_cluster() -> None:
    same = record("acme", ("eidr", EIDR))
    assert len(clusters({f"r{n:05}": same for n in range(2000)})) == 1
