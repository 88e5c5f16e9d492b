"""The rights graph after ingests: one edge per grant that counts, on the title it is on."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.feeds import Store, avails, item, mrss, write
from tests.ingest.graphs import assert_agrees, drawn
from ummid.catalog.precedence import Precedence
from ummid.catalog.territories import WORLD
from ummid.ingest import run as run_module
from ummid.stores.hypergraph import Edge, Member
from ummid.views import keys
from ummid.views.edges import TableHypergraph


def graph(store: Store) -> TableHypergraph:
    return TableHypergraph(store.table)


def one(store: Store, *members: tuple[str, str]) -> Edge:
    (found,) = graph(store).find([Member(*m) for m in members])
    return found


def test_an_avail_is_an_edge_between_all_it_names(store: Store, inbox: Path) -> None:
    rows = [{"Territory": "FR", "Start": "2025-03-01", "End": "2025-03-31", "LicenseType": "EST"}]
    store.ingest(write(inbox / "avails.csv", avails(rows)), partner="rockstar")
    (title_id,) = store.titles_by_id()
    found = one(store, ("title", title_id), ("territory", "FR"))
    assert found.values("licence") == ("EST",)
    assert found.values("edit") == ("partner:rockstar:md:alid:org:rockstar:heat",)
    assert found.values("platform") == found.values("partner") == ("rockstar",)
    assert found.values("quality") == ("HD",)
    assert (found.start, found.end) == (1740787200000, 1743465600000)  # 1 March to 1 April
    assert_agrees(store.table)


def test_a_feed_that_names_no_territory_is_not_read_as_the_world(store: Store, inbox: Path) -> None:
    write(inbox / "feed.xml", mrss([item("1", "Heat", "us"), item("2", "Ronin", "")]))
    store.ingest(inbox / "feed.xml", partner="acme")
    assert not [*graph(store).find([Member("territory", WORLD)])]
    assert_agrees(store.table)


def test_what_is_no_longer_granted_is_removed_and_stays_known(store: Store, inbox: Path) -> None:
    both = mrss([item("1", "Heat"), item("2", "Ronin"), item("3", "Alien")])
    store.ingest(write(inbox / "a.xml", both, 1_700_000_000), partner="acme")
    before = drawn(store.table)
    (first,) = {cell.version for _, _, cell in store.table.scan(b"E#")}
    fewer = mrss([item("1", "Heat", "ca"), item("2", "Ronin")])
    store.ingest(write(inbox / "b.xml", fewer, 1_700_000_060), partner="acme")
    assert len(drawn(store.table)) == 2 < len(before)
    assert_agrees(store.table)
    then = graph(store).find(as_of=first)
    assert {(edge.id, *edge.values("title")) for edge in then} == before
    gone = sorted({name for name, _ in before} - {name for name, _ in drawn(store.table)})
    assert len(gone) == 2  # the grant that covers fewer territories is another one
    for newest, oldest in graph(store).history(gone):
        assert (newest.edge, oldest.known, oldest.until) == (None, first, newest.known)


def test_an_edge_keeps_its_id_and_history_when_its_title_is_merged(
    store: Store, inbox: Path
) -> None:
    write(inbox / "acme.csv", _table("1", "tt0113277"))
    write(inbox / "zenith.csv", _table("7", ""))
    store.ingest(inbox / "acme.csv", partner="acme")
    store.ingest(inbox / "zenith.csv", partner="zenith")
    apart = dict(drawn(store.table))
    assert len(set(apart.values())) == 2
    write(inbox / "zenith.csv", _table("7", "tt0113277"), 1_700_000_060)
    store.ingest(inbox / "zenith.csv", partner="zenith")
    (survivor,) = store.titles_by_id()
    assert dict(drawn(store.table)) == dict.fromkeys(apart, survivor)
    assert_agrees(store.table)
    moved = {name for name, title in apart.items() if title != survivor}
    for name in moved:
        now, then = graph(store).history([name])[0]
        assert now.edge is not None
        assert then.edge is not None
        assert then.edge.values("title") == (apart[name],)
        assert (now.edge.values("title"), then.until) == ((survivor,), now.known)
    write(inbox / "zenith.csv", _table("7", ""), 1_700_000_120)
    store.ingest(inbox / "zenith.csv", partner="zenith")
    assert dict(drawn(store.table)) == apart
    assert_agrees(store.table)


def _table(own_id: str, imdb: str) -> str:
    return (
        "id,title,year,imdb_id,licence,territories,platform\n"
        f"{own_id},{'Heat' if imdb else 'Something else'},1995,{imdb},SVOD,FR;DE,flix\n"
    )


def test_only_grants_that_count_have_an_edge(store: Store, inbox: Path) -> None:
    write(inbox / "acme.csv", _table("1", "tt0113277"))
    write(inbox / "zenith.csv", _table("7", "tt0113277"))
    order = Precedence({"rights": ("zenith", "*")})
    store.ingest(inbox / "acme.csv", partner="acme", precedence=order)
    assert one(store, ("platform", "flix")).values("partner") == ("acme",)
    store.ingest(inbox / "zenith.csv", partner="zenith", precedence=order)
    assert one(store, ("platform", "flix")).values("partner") == ("zenith",)
    assert_agrees(store.table)


def test_a_replay_tells_nothing_new(store: Store, inbox: Path) -> None:
    feed = write(inbox / "feed.xml", mrss([item("1", "Heat"), item("2", "Ronin")]))
    store.ingest(feed, partner="acme")
    rows = [*store.table.scan(b"E#"), *store.table.scan(b"M#")]
    store.ingest(feed, partner="acme")
    assert [*store.table.scan(b"E#"), *store.table.scan(b"M#")] == rows


def test_a_store_from_before_there_were_edges_gets_them_with_its_next_run(
    store: Store, inbox: Path
) -> None:
    feed = write(inbox / "feed.xml", mrss([item("1", "Heat"), item("2", "Ronin")]))
    store.ingest(feed, partner="acme")
    views = store.views()
    for prefix in (b"E#", b"M#", keys.counter("edges")):
        store.table.drop(prefix)
    assert store.views() != views
    report = store.ingest(feed, partner="acme")
    assert store.views() == views
    assert (report.unchanged, report.titles_changed) == (2, 0)


@pytest.mark.parametrize("after", range(1, 17))
def test_an_edge_that_a_killed_run_left_on_another_title_is_put_right(
    store: Store, inbox: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """A record moves to another title, of the two one is published, and the record moves back or
    goes: whoever has it then writes its edges, whatever was left there.
    """
    store.ingest(write(inbox / "acme.csv", _table("1", "tt0113277")), partner="acme")
    store.ingest(write(inbox / "zenith.csv", _table("7", "")), partner="zenith")
    apart = dict(drawn(store.table))
    published = iter(range(1, 17))
    publish = run_module.publish_partition

    def killed(*known: Any) -> int:
        if next(published) == after:
            raise KeyboardInterrupt
        return publish(*known)

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(run_module, "publish_partition", killed)
        write(inbox / "zenith.csv", _table("7", "tt0113277"), 1_700_000_060)
        store.ingest(inbox / "zenith.csv", partner="zenith")
    write(inbox / "zenith.csv", _table("7", ""), 1_700_000_120)
    store.ingest(inbox / "zenith.csv", partner="zenith")
    assert dict(drawn(store.table)) == apart
    assert_agrees(store.table)
    gone = _table("7", "").replace("imdb_id", "imdb_id,action").replace(",1995,,", ",1995,,delete,")
    store.ingest(write(inbox / "zenith.csv", gone, 1_700_000_180), partner="zenith")
    assert len(drawn(store.table)) == 1
    assert_agrees(store.table)
