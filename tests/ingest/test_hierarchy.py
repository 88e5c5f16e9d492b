"""Series, seasons and episodes find each other, by ids or by what they are called."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingest.feeds import Store, write
from ummid.catalog.title import Title

COLUMNS = ("id", "type", "title", "series", "season", "episode")
Row = Mapping[str, str]


def deliver(store: Store, inbox: Path, partner: str, rows: Sequence[Row], at: int = 0) -> None:
    lines = [",".join(row.get(c, "") for c in COLUMNS) for row in rows]
    content = "\n".join([",".join(COLUMNS), *lines]) + "\n"
    store.ingest(write(inbox / partner / f"{at}.csv", content, 1_700_000_000 + at), partner=partner)


def series(name: str = "Dekalog", own_id: str = "s") -> Row:
    return {"id": own_id, "type": "series", "title": name}


def episode(number: int, name: str = "Dekalog", own_id: str = "") -> Row:
    return {
        "id": own_id or f"e{number}", "type": "episode", "title": f"Part of {number}",
        "series": name, "season": "1", "episode": str(number),
    }  # fmt: skip


def parent_of(store: Store, kind: str = "episode", relation: str = "series") -> str | None:
    """The parent's title id of the one title of a kind."""
    (title,) = [t for t in store.titles_by_id().values() if t.kind == kind]
    return next(p.id for p in title.parents if p.relation == relation)


def only(store: Store, kind: str) -> Title:
    (found,) = [t for t in store.titles_by_id().values() if t.kind == kind]
    return found


@pytest.mark.parametrize("series_first", [True, False])
def test_an_episode_finds_the_series_that_it_names(
    store: Store, inbox: Path, series_first: bool
) -> None:
    given_ = [("acme", [series()]), ("zenith", [episode(1)])]
    for partner, rows in given_ if series_first else given_[::-1]:
        deliver(store, inbox, partner, rows)
    assert parent_of(store) == only(store, "series").id


def test_of_two_series_of_one_name_the_partners_own_is_meant(store: Store, inbox: Path) -> None:
    deliver(store, inbox, "acme", [series(), series(own_id="remake")])
    deliver(store, inbox, "zenith", [episode(1)])
    assert parent_of(store) is None, "two series go by that name"
    deliver(store, inbox, "zenith", [series("Dekalog", "z"), episode(1)], at=60)
    (own,) = [
        t.id for t in store.titles_by_id().values()
        if t.kind == "series" and "zenith" in {s.partner for s in t.sources}
    ]  # fmt: skip
    assert parent_of(store) == own


def test_a_series_that_is_renamed_lets_its_episodes_go(store: Store, inbox: Path) -> None:
    deliver(store, inbox, "acme", [series()])
    deliver(store, inbox, "zenith", [episode(1)])
    deliver(store, inbox, "acme", [series("Three Colours")], at=60)
    assert parent_of(store) is None


def test_episodes_of_one_number_within_series_of_one_name_are_one(
    store: Store, inbox: Path
) -> None:
    deliver(store, inbox, "acme", [episode(1), episode(2)])
    deliver(store, inbox, "zenith", [episode(1, "DEKALOG", "z1") | {"title": "Jeden"}])
    deliver(store, inbox, "press", [episode(1, "Dekada", "p1")])
    sources = sorted(len(t.sources) for t in store.titles_by_id().values())
    assert sources == [1, 1, 2]


rows = st.one_of(
    st.builds(series, st.sampled_from(["Dekalog", "Dekada"]), st.sampled_from("st")),
    st.builds(episode, st.integers(1, 2), st.sampled_from(["Dekalog", "Dekada"])),
)
deliveries = st.tuples(
    st.sampled_from(["acme", "zenith"]),
    st.lists(rows, min_size=1, max_size=3, unique_by=lambda row: row["id"]),
    st.integers(0, 2),
)
Delivery = tuple[str, list[Row], int]


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(deliveries, min_size=2, max_size=5), st.data())
def test_no_order_of_arrival_loses_a_parent(listed: list[Delivery], data: st.DataObject) -> None:
    assert views_of(data.draw(st.permutations(listed))) == views_of(listed)


def views_of(order: Sequence[Delivery]) -> object:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        try:
            for number, (partner, rows, at) in enumerate(order):
                deliver(store, Path(folder) / str(number), partner, rows, at)
            return store.views()
        finally:
            store.close()
