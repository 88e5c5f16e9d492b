"""The same title across partners, told by comparison, by ids and by people, in any order."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingest.doubtful import HEAT, RONIN, UNSURE, Row, deliver
from tests.ingest.feeds import Store, table, write
from ummid.errors import StoreError
from ummid.ingest.ruling import rule
from ummid.views import pairs, titles
from ummid.views.review import Doubt, doubts, find, pair_id
from ummid.views.state import statement_id


def groups(store: Store) -> set[str]:
    """Who lists each title: {"acme zenith", "press"}."""
    found = store.titles_by_id().values()
    return {" ".join(sorted(source.partner for source in title.sources)) for title in found}


def record_of(partner: str, own_id: str = "1") -> str:
    return statement_id("tabular", partner, own_id)


def test_titles_are_joined_where_title_year_and_people_agree(store: Store, inbox: Path) -> None:
    deliver(store, inbox, "acme", [HEAT])
    deliver(store, inbox, "zenith", [HEAT | {"id": "77", "title": "The Heat of the Night"}])
    deliver(store, inbox, "press", [HEAT | {"year": "1996"}])
    deliver(store, inbox, "blog", [HEAT | {"year": "2010", "director": "Somebody Else"}])
    assert groups(store) == {"acme press zenith", "blog"}


def test_a_partners_own_titles_are_never_joined_by_likeness(store: Store, inbox: Path) -> None:
    deliver(store, inbox, "acme", [HEAT, HEAT | {"id": "2"}])
    assert groups(store) == {"acme"}
    assert len(store.titles_by_id()) == 2


def test_a_correction_parts_what_it_no_longer_resembles(store: Store, inbox: Path) -> None:
    deliver(store, inbox, "acme", [HEAT])
    deliver(store, inbox, "zenith", [HEAT])
    deliver(store, inbox, "press", [HEAT])
    assert groups(store) == {"acme press zenith"}
    deliver(store, inbox, "zenith", [RONIN], at=60)
    assert groups(store) == {"acme press", "zenith"}
    deliver(store, inbox, "zenith", [HEAT], at=120)
    assert groups(store) == {"acme press zenith"}


def test_ids_that_were_served_answer_with_the_survivor(store: Store, inbox: Path) -> None:
    for partner in ("acme", "zenith", "press"):
        deliver(store, inbox, partner, [HEAT])
    records = sorted(record_of(p) for p in ("acme", "zenith", "press"))
    assert set(titles.survivors(store.table, records).values()) == {records[0]}


def test_a_replay_compares_nothing(store: Store, inbox: Path) -> None:
    one = write(inbox / "acme" / "0.csv", table([HEAT]))
    other = write(inbox / "zenith" / "0.csv", table([HEAT]))
    first = store.ingest(one, partner="acme")
    second = store.ingest(other, partner="zenith")
    again = store.ingest(other, partner="zenith")
    assert (first.pairs_compared, second.pairs_compared, again.pairs_compared) == (0, 1, 0)


def doubt(store: Store) -> Doubt:
    (found,) = doubts(store.table)
    return found


@pytest.fixture
def unsure(store: Store, inbox: Path) -> Store:
    """Two titles of which a comparison is not sure."""
    deliver(store, inbox, "acme", [HEAT])
    deliver(store, inbox, "zenith", [UNSURE])
    assert groups(store) == {"acme", "zenith"}
    return store


def test_what_is_neither_likely_nor_unlikely_waits_for_a_person(unsure: Store) -> None:
    found = doubt(unsure)
    assert {found.one.partner, found.other.partner} == {"acme", "zenith"}
    assert "title" in found.evidence[0]
    assert set(find(unsure.table, found.id)) == {found.one.record, found.other.record}
    assert pair_id(found.one.record, found.other.record) == found.id
    with pytest.raises(StoreError, match="no pair 'zzz'"):
        find(unsure.table, "zzz")


def test_a_persons_word_counts_at_once_and_on_every_replay(unsure: Store, inbox: Path) -> None:
    found = doubt(unsure)
    ids = (found.one.record, found.other.record)

    def say(same: bool) -> None:
        unsure.rule(*ids, same=same)

    say(True)
    assert groups(unsure) == {"acme zenith"}
    assert list(doubts(unsure.table)) == []
    deliver(unsure, inbox, "zenith", [UNSURE], at=60)
    deliver(unsure, inbox, "zenith", [UNSURE | {"title": "Something Else"}], at=120)
    assert groups(unsure) == {"acme zenith"}
    say(False)
    assert groups(unsure) == {"acme", "zenith"}
    deliver(unsure, inbox, "zenith", [HEAT | {"id": "9"}], at=180)
    assert groups(unsure) == {"acme", "zenith"}, "not even when nothing else speaks against it"


@pytest.mark.parametrize(("one", "other"), [("0" * 20, "1" * 20), ("", "")])
def test_a_word_about_nothing_known_is_refused(unsure: Store, one: str, other: str) -> None:
    with pytest.raises(StoreError):
        unsure.rule(one or record_of("acme"), other or record_of("acme"), same=True)
    assert groups(unsure) == {"acme", "zenith"}


def _crowd(count: int, first: int = 0) -> list[tuple[str, Row]]:
    return [(f"p{n}", HEAT) for n in range(first, first + count)]


def test_a_block_of_too_many_compares_nobody(
    store: Store, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "CROWDED", 3)
    for partner, row in _crowd(3):
        deliver(store, inbox, partner, [row])
    assert groups(store) == {"p0 p1 p2"}
    deliver(store, inbox, "p3", [HEAT])
    assert groups(store) == {"p0", "p1", "p2", "p3"}
    assert pairs.crowded(store.table)
    deliver(store, inbox, "p3", [RONIN], at=60)
    assert groups(store) == {"p0 p1 p2", "p3"}
    assert not pairs.crowded(store.table)


names = st.sampled_from(["Heat of the Night", "The Heat of Night", "Ronin and the Others", "Ronin"])
rows = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["1", "2"]),
        "title": names,
        "year": st.sampled_from(["1995", "1996", "1998", ""]),
        "director": st.sampled_from(["Michael Mann", "Mann, Michael", "Frankenheimer", ""]),
        "imdb_id": st.sampled_from(["", "", "tt0113277"]),
    }
)
Delivery = tuple[str, list[Row], int]
deliveries = st.tuples(
    st.sampled_from(["acme", "zenith", "press", "blog"]),
    st.lists(rows, min_size=1, max_size=2, unique_by=lambda row: row["id"]),
    st.integers(0, 3),
)


def _state_of(given_: Iterable[Delivery], crowded: int) -> tuple[object, ...]:
    """Clusters, aliases, views and waiting pairs after these deliveries, one run each."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "CROWDED", crowded)
        store = Store(Path(folder) / "store")
        try:
            for number, (partner, listed, at) in enumerate(given_):
                inbox = Path(folder) / str(number)
                deliver(store, inbox, partner, listed, at)
            survivors = {
                (key, cell.value)
                for key, column, cell in store.table.scan(b"t#")
                if column == b"v:alias" and cell.value
            }
            waiting = sorted((d.id, d.probability) for d in doubts(store.table))
            return survivors, store.views(), waiting
        finally:
            store.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(deliveries, min_size=2, max_size=5), st.data(), st.sampled_from([2, 3, 1000]))
def test_any_order_and_repetition_ends_in_the_same_clusters_and_queue(
    given_: list[Delivery], data: st.DataObject, crowded: int
) -> None:
    shuffled = data.draw(st.permutations(given_), label="order")
    again = data.draw(st.lists(st.sampled_from(given_), max_size=2), label="repeated")
    assert _state_of([*shuffled, *again], crowded) == _state_of(given_, crowded)


def test_a_rulings_note_and_author_are_kept(unsure: Store) -> None:
    found = doubt(unsure)
    report = rule(
        unsure.path, found.one.record, found.other.record, same=True, author="ann", note="poster"
    )
    assert (report.read, report.titles_changed) == (0, 2)
    kept = next(pairs.rulings(unsure.table, [found.one.record]))[found.other.record]
    assert (kept.author, kept.note, kept.same) == ("ann", "poster", True)
