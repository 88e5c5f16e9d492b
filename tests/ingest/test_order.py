"""The law of the store: order, repetition and replay of deliveries change no view."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.ingest.feeds import Store, avails, item, mrss, roku, table, write, xmltv
from tests.ingest.graphs import assert_agrees
from ummid.feeds.connector import Profile

_ANY_SHARE = {
    name: Profile(partner=name, hold_share=1.0)
    for name in ("acme", "blue", "rockstar", "cinema", "guide")
}
"""Holding a delivery is a person's business and stands outside the law."""

titles = st.sampled_from(["Heat", "Ronin", "Alien", "Brazil", "The Heat"])
small = st.integers(1, 3)
territory = st.sampled_from(["US", "FR", "CA"])
moment = st.integers(0, 4)

tables = st.lists(
    st.fixed_dictionaries(
        {
            "id": small.map(str),
            "title": titles,
            "year": st.sampled_from(["1995", "2013", ""]),
            "imdb_id": st.sampled_from(["tt0113277", "tt0122690", ""]),
            "director": st.sampled_from(["Mann", "Frankenheimer", ""]),
        }
    ),
    max_size=3,
)
channels = st.lists(st.tuples(small, titles, territory), max_size=3)
sheets = st.lists(
    st.fixed_dictionaries(
        {
            "Territory": territory,
            "FormatProfile": st.sampled_from(["HD", "SD"]),
            "EntryType": st.sampled_from(
                ["Full Extract", "Full Extract", "Create", "Update", "Delete", "Full Delete"]
            ),
            "TitleDisplayUnlimited": titles,
        }
    ),
    min_size=1,
    max_size=3,
)
guides = st.lists(st.tuples(st.integers(0, 5), titles), min_size=1, max_size=3)


def _mrss(rows: Sequence[tuple[int, str, str]], at: int) -> str:
    items = [item(str(i), name, where.lower()) for i, name, where in rows]
    return mrss(items, f"Mon, 0{at + 1} Jan 2024 08:00:00 GMT")


def _roku(rows: Sequence[tuple[int, str, str]], at: int) -> str:
    movies = [{"id": str(i), "title": name} for i, name, _ in rows]
    return roku(movies, f"2024-01-0{at + 1}T08:00:00Z")


def _guide(rows: Sequence[tuple[int, str]]) -> str:
    return xmltv(
        [(f"2025030{1}{h:02}0000", f"20250301{h + 1:02}0000", name) for h, name in sorted(rows)]
    )


Delivery = tuple[str, str, str, int]
"""Partner, file name, content, time received."""

deliveries: st.SearchStrategy[Delivery] = st.one_of(
    st.builds(lambda r, t: ("cinema", "titles.csv", table(r), t), tables, moment),
    st.builds(lambda r, t: ("acme", "feed.xml", _mrss(r, t), t), channels, moment),
    st.builds(lambda r, t: ("blue", "feed.json", _roku(r, t), t), channels, moment),
    st.builds(lambda r, t: ("rockstar", "avails.csv", avails(r), t), sheets, moment),
    st.builds(lambda r, t: ("guide", "guide.xml", _guide(r), t), guides, moment),
)


def views_of(runs: Sequence[Sequence[Delivery]]) -> dict[str, tuple[int, str]]:
    """The views after these runs, each of one or more deliveries."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store", _ANY_SHARE)
        try:
            for number, run in enumerate(runs):
                for place, (partner, name, content, received) in enumerate(run):
                    inbox = Path(folder) / f"{number}" / partner
                    write(inbox / f"{place}" / name, content, 1_700_000_000 + 60 * received)
                for partner in sorted({delivery[0] for delivery in run}):
                    store.ingest(Path(folder) / f"{number}" / partner, partner=partner)
            assert_agrees(store.table)
            return store.views()
        finally:
            store.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_order_repetition_and_grouping_gives_the_same_views(data: st.DataObject) -> None:
    given_ = data.draw(st.lists(deliveries, min_size=1, max_size=5), label="deliveries")
    shuffled = data.draw(st.permutations(given_), label="order")
    again = data.draw(st.lists(st.sampled_from(given_), max_size=3), label="repeated")
    cut = data.draw(st.integers(0, len(shuffled)), label="first run")
    runs = [run for run in (shuffled[:cut], shuffled[cut:], again) if run]
    assert views_of(runs) == views_of([given_])


@given(st.lists(deliveries, min_size=1, max_size=4))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@example([("acme", "feed.xml", _mrss([(1, "Heat", "US")], 0), 0)])
def test_one_delivery_a_run_gives_the_same_views_as_all_at_once(
    given_: list[Delivery],
) -> None:
    assert views_of([[one] for one in given_]) == views_of([given_])
