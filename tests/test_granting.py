"""`ummid rights`: the graph in words, and its copy on Firestore."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.emulators import needs_firestore
from tests.ingest.doubtful import HEAT, UNSURE, deliver
from tests.ingest.feeds import Store, avails, item, mrss, write
from tests.ingest.graphs import drawn
from tests.stores.graph_adapters import place_of
from ummid import granting
from ummid.catalog.times import iso
from ummid.cli import main
from ummid.errors import StoreError
from ummid.stores.firestore.graph import FirestoreHypergraph
from ummid.stores.firestore.mirror import Mirror
from ummid.stores.hypergraph import Told, edge
from ummid.views.edges import TableHypergraph
from ummid.views.review import doubts

SENT = "{} edges sent; 0 decisions and profiles of partners changed"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "store")
    feed = mrss([item("1", "Heat"), item("2", "Ronin", "fr"), item("3", "Alien")])
    opened.ingest(write(tmp_path / "a.xml", feed, 1_700_000_000), partner="acme")
    yield opened
    opened.close()


@pytest.fixture
def copy(tmp_path: Path, store: Store) -> Iterator[FirestoreHypergraph]:  # noqa: ARG001
    needs_firestore()
    with closing(FirestoreHypergraph(place_of(tmp_path))) as opened:
        yield opened


def ummid(store: Store, *arguments: str, graph: object = "", **environment: str) -> Result:
    """In a process of the same store: what this one has open is closed first."""
    store.close()
    named = {"UMMID_STORE": str(store.path), "UMMID_GRAPH": f"{graph}"} | environment
    return CliRunner().invoke(main, ["rights", *arguments], env=named)


def said(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output.strip()


def histories(store: Store) -> dict[str, Any]:
    return dict(TableHypergraph(store.table).histories())


def test_a_titles_grants_are_told_in_words(store: Store) -> None:
    title_id = store.titles()["Ronin"].id
    (found,) = said(ummid(store, "show", title_id)).splitlines()
    (name,) = [edge for edge, title in drawn(store.table) if title == title_id]
    assert found.startswith(f"{name}: title {title_id}: ")
    assert "on acme in FR, ever to no end; " in found
    assert "partner acme" in found


def test_an_edge_is_told_with_all_that_was_known_of_it(store: Store, tmp_path: Path) -> None:
    before = dict(drawn(store.table))
    fewer = mrss([item("1", "Heat"), item("2", "Ronin", "fr")])
    store.ingest(write(tmp_path / "b.xml", fewer, 1_700_000_060), partner="acme")
    (gone,) = before.keys() - dict(drawn(store.table)).keys()
    now, then = said(ummid(store, "show", gone)).splitlines()
    (newest, oldest) = histories(store)[gone]
    assert now == f"known from {iso(newest.known)} to now: no more granted"
    assert then.startswith(f"known from {iso(oldest.known)} to {iso(newest.known)}: title ")
    title = before[gone]
    assert ummid(store, "show", title).exit_code == 1
    assert gone in said(ummid(store, "show", title, "--as-of", iso(oldest.known)))


def test_what_is_granted_to_nobody_is_said(store: Store) -> None:
    for name in ("0" * 20, f"{'0' * 20}.00"):
        result = ummid(store, "show", name)
        assert result.exit_code == 1
        assert "nothing is granted under" in result.output


def test_everything_in_words(tmp_path: Path) -> None:
    rows = [{"Territory": "FR", "Start": "2025-03-01", "End": "2025-03-31"}]
    store = Store(tmp_path / "avails")
    store.ingest(write(tmp_path / "avails.csv", avails(rows)), partner="rockstar")
    (title_id,) = store.titles_by_id()
    assert said(ummid(store, "show", title_id)).endswith(
        "SVOD on rockstar in FR, 2025-03-01T00:00:00Z to 2025-04-01T00:00:00Z; quality HD; "
        "partner rockstar; licensor Rockstar; edit partner:rockstar:md:alid:org:rockstar:heat"
    )


def test_collisions_of_all_titles_or_one_are_listed(tmp_path: Path) -> None:
    store = Store(tmp_path / "collide")
    head = "id,title,year,imdb_id,licence,territories,platform,exclusive,start,end\n"
    for partner, platform, exclusive, where in (
        ("acme", "flix", "true", "FR"),
        ("zenith", "zap", "false", "WORLD"),
        ("press", "pop", "false", "DE"),
    ):
        row = f"1,Heat,1995,tt0113277,SVOD,{where},{platform},{exclusive},2025-01-01,2025-12-31\n"
        store.ingest(write(tmp_path / f"{partner}.csv", head + row), partner=partner)
    (title_id,) = store.titles_by_id()
    for arguments in ((), (title_id,)):
        result = ummid(store, "collisions", *arguments)
        assert result.exit_code == 2, result.output
        line, last = result.output.strip().splitlines()
        assert line.startswith(f"{title_id}: SVOD in FR, 2025-01-01T00:00:00Z to 2026-01-01T00:")
        assert "flix by acme, exclusive (" in line
        assert "zap by zenith (" in line
        assert last == "1 collisions"
    assert said(ummid(store, "collisions", "0" * 20)) == "0 collisions"


def test_a_copy_follows_the_store(store: Store, copy: FirestoreHypergraph, tmp_path: Path) -> None:
    assert said(ummid(store, "sync", graph=copy.place)) == SENT.format(3)
    assert dict(copy.histories()) == histories(store)
    assert said(ummid(store, "sync", graph=copy.place)) == SENT.format(0)
    later = mrss([item("1", "Heat"), item("2", "Ronin", "fr be"), item("4", "Brazil")])
    store.ingest(write(tmp_path / "b.xml", later, 1_700_000_060), partner="acme")
    changed = len(histories(store)) - 1
    sent = said(ummid(store, "sync", graph=copy.place))
    assert sent == SENT.format(changed)  # Heat is as it was, and not looked at
    assert dict(copy.histories()) == histories(store)
    told = said(ummid(store, "verify", "--dry-run", graph=copy.place))
    assert told.startswith(
        f"{changed + 1} edges: {changed + 1} the same, 0 missing, 0 different, 0"
    )
    assert said(ummid(store, "sync", "--all", graph=copy.place)) == SENT.format(changed + 1)


def test_a_sync_that_was_stopped_goes_on_where_it_was(
    store: Store, copy: FirestoreHypergraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    replace = FirestoreHypergraph.replace

    def failing(graph: FirestoreHypergraph, found: granting.Histories) -> None:
        if len(sent) == 2:
            raise StoreError("the service is away", retryable=True)
        sent.extend(found)
        replace(graph, found)

    monkeypatch.setattr(granting, "_AT_ONCE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(FirestoreHypergraph, "replace", failing)
        result = ummid(store, "sync", graph=copy.place)
    assert result.exit_code == 1
    assert "the service is away" in result.output
    assert [name for name, _ in copy.histories()] == sent == sorted(histories(store))[:2]
    assert said(ummid(store, "sync", graph=copy.place)) == SENT.format(1)
    assert dict(copy.histories()) == histories(store)


def test_what_a_run_that_has_not_ended_makes_known_is_sent_by_the_next_sync(
    store: Store, copy: FirestoreHypergraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_known: object, **_named: object) -> None:
        raise KeyboardInterrupt

    later = mrss([item("1", "Heat"), item("2", "Ronin", "de"), item("3", "Alien")])
    write(tmp_path / "b.xml", later, 1_700_000_060)
    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr("ummid.ingest.run.finish", dies)
        store.ingest(tmp_path / "b.xml", partner="acme")
    said(ummid(store, "sync", graph=copy.place))
    assert said(ummid(store, "sync", graph=copy.place)) == SENT.format(2)
    assert dict(copy.histories()) == histories(store)


@pytest.mark.parametrize("at_once", [1, 300])
def test_what_differs_is_told_and_mended(
    store: Store, copy: FirestoreHypergraph, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(granting, "_AT_ONCE", at_once)
    said(ummid(store, "sync", graph=copy.place))
    first, second, third = sorted(histories(store))
    copy.replace({first: []})
    copy.write([Told(second, 10**13, None)])
    copy.write([Told("zz.zz", 5, edge("zz.zz", [("title", "t")]))])
    counted = "4 edges: 1 the same, 1 missing, 1 different, 1 not known to the store"
    result = ummid(store, "verify", "--dry-run", graph=copy.place)
    assert result.exit_code == 2
    assert counted in result.output
    assert "nothing was changed" in result.output
    assert copy.history([first]) == [[]]
    assert "2 mended" in said(ummid(store, "verify", graph=copy.place))
    copied = dict(copy.histories())
    assert copied.pop("zz.zz")
    assert copied == histories(store)
    assert "1 mended" in said(ummid(store, "verify", "--prune", graph=copy.place))
    assert dict(copy.histories()) == histories(store)
    assert third in copied


def test_what_people_decided_is_copied_as_well(
    store: Store, copy: FirestoreHypergraph, tmp_path: Path
) -> None:
    deliver(store, tmp_path / "in", "press", [HEAT])
    deliver(store, tmp_path / "in", "blog", [UNSURE])
    doubt = next(iter(doubts(store.table)))
    one, other = sorted((doubt.one.record, doubt.other.record))
    store.rule(one, other, same=False)
    partners = write(tmp_path / "p.toml", '[partner.acme]\nterritories = ["FR"]\nfiles = ["a/*"]\n')
    result = ummid(store, "sync", graph=copy.place, UMMID_PARTNERS=str(partners))
    assert said(result).endswith("; 2 decisions and profiles of partners changed")
    with closing(Mirror(copy.place)) as mirror:
        ((name, ruling),) = mirror.read("rulings").items()
        assert name == f"{one}.{other}"
        assert (ruling["records"], ruling["same"], ruling["author"]) == ([one, other], False, "ann")
        profile = mirror.read("partners")["acme"]
        assert (profile["territories"], profile["files"]) == (["FR"], ["a/*"])
    assert said(ummid(store, "sync", graph=copy.place)).endswith(
        "; 1 decisions and profiles of partners changed"
    )
    with closing(Mirror(copy.place)) as mirror:
        assert mirror.read("partners") == {}


def test_without_a_copy_it_is_said_how_to_have_one(store: Store) -> None:
    for command in ("sync", "verify"):
        result = ummid(store, command)
        assert result.exit_code == 1
        assert "firestore://PROJECT/DATABASE" in result.output
