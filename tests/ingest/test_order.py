"""The law of the store: order, repetition and replay of deliveries change no view."""

import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.ingest.feeds import Store, avails, item, mrss, roku, table, write, xmltv
from tests.ingest.graphs import assert_agrees
from transforms.files import match
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


def _page(following: int | None, rows: Sequence[tuple[int, str]], at: int) -> str:
    """A page of a feed; those of one day say the same time."""
    link = (
        f'<atom:link rel="next" href="https://acme.example/page{following}.xml"/>'
        if following
        else ""
    )
    items = [item(str(i), name) for i, name in rows]
    return mrss(items, f"Mon, 0{at + 1} Jan 2024 08:00:00 GMT", channel="Paged", more=link)


listed = st.lists(st.tuples(st.integers(1, 4), titles), max_size=2)

Delivery = tuple[str, str, str, int]
"""Partner, file name, content, time received."""

deliveries: st.SearchStrategy[Delivery] = st.one_of(
    st.builds(lambda r, t: ("cinema", "titles.csv", table(r), t), tables, moment),
    st.builds(lambda r, t: ("acme", "feed.xml", _mrss(r, t), t), channels, moment),
    st.builds(lambda r, t: ("blue", "feed.json", _roku(r, t), t), channels, moment),
    st.builds(lambda r, t: ("rockstar", "avails.csv", avails(r), t), sheets, moment),
    st.builds(lambda r, t: ("guide", "guide.xml", _guide(r), t), guides, moment),
)
pages: st.SearchStrategy[Delivery] = st.builds(
    lambda n, f, r, at, t: ("acme", f"page{n}.xml", _page(f, r, at), t),
    small,
    st.sampled_from([None, 1, 2, 3, 2, 3]),
    listed,
    st.integers(0, 2),
    moment,
)


@st.composite
def paged_days(draw: st.DrawFn) -> list[Delivery]:
    """One feed in one to three pages, on one to three days; received in any order."""
    found = []
    for day in range(draw(st.integers(1, 3))):
        last = draw(small)
        for number in range(1, last + 1):
            following = number + 1 if number < last else None
            content = _page(following, draw(listed), day)
            found.append(("acme", f"page{number}.xml", content, draw(moment)))
    return found


@st.composite
def cut_into_runs(draw: st.DrawFn, given_: Sequence[Delivery]) -> list[list[Delivery]]:
    """The same deliveries in any order, some of them twice, in any number of runs."""
    again = draw(st.lists(st.sampled_from(given_), max_size=3))
    shuffled = draw(st.permutations([*given_, *again]))
    cuts = draw(st.sets(st.integers(1, len(shuffled))))
    edges = [0, *sorted(cuts | {len(shuffled)})]
    return [shuffled[start:end] for start, end in pairwise(edges) if end > start]


def views_of(runs: Sequence[Sequence[Delivery]]) -> dict[str, tuple[int, str]]:
    """The views after these runs, each of one or more deliveries."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store", _ANY_SHARE)
        try:
            for number, run in enumerate(runs):
                sources = []
                for place, (partner, name, content, received) in enumerate(run):
                    path = Path(folder) / f"{number}" / partner / f"{place}" / name
                    written = write(path, content, 1_700_000_000 + 60 * received)
                    sources += match(str(written), partner)
                store.ingest_sources(sources)
            assert_agrees(store.table)
            return store.views()
        finally:
            store.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_the_same_deliveries_cut_into_any_runs_give_the_same_views(data: st.DataObject) -> None:
    given_ = data.draw(st.lists(deliveries | pages, min_size=1, max_size=6), label="deliveries")
    runs = data.draw(cut_into_runs(given_), label="runs")
    assert views_of(runs) == views_of([given_])


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_pages_of_a_feed_cut_into_any_runs_give_the_same_views(data: st.DataObject) -> None:
    given_ = data.draw(paged_days(), label="days")
    runs = data.draw(cut_into_runs(given_), label="runs")
    assert views_of(runs) == views_of([given_])


@given(st.lists(deliveries | pages, min_size=1, max_size=4))
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@example([("acme", "feed.xml", _mrss([(1, "Heat", "US")], 0), 0)])
def test_one_delivery_a_run_gives_the_same_views_as_all_at_once(
    given_: list[Delivery],
) -> None:
    assert views_of([[one] for one in given_]) == views_of([given_])
