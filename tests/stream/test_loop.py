"""The loop between sources and the store: with what comes, and with what goes wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.feeds import Store, write
from tests.stream.sources import Handed, of_file, of_message, run_until, titles
from ummid.errors import StoreError
from ummid.ingest import run as ingest_run
from ummid.ingest.settle import settle
from ummid.ingest.sources import LocalFiles, stage_source
from ummid.stream import loop
from ummid.stream.fair import Bounds
from ummid.stream.folder import WatchedFolder
from ummid.stream.loop import Stream, Target
from ummid.stream.source import Arrival
from ummid.views.runs import reports


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "store")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "_BACKOFF", 0.01)


def streamed(store: Store, source: Handed, **how: Any) -> Stream:
    return Stream(Target(store=store.path, **how), [source])


def all_done(source: Handed) -> Callable[[], bool]:
    return lambda: len(source.finished) == len(source.arrivals)


def test_what_comes_is_published_and_then_done(store: Store, tmp_path: Path) -> None:
    files = [titles(tmp_path / f"{partner}/a.csv", "Heat", "Ronin") for partner in ("p", "q")]
    source = Handed([of_file(file, file.parent.name) for file in files])
    run_until(streamed(store, source), all_done(source))
    assert store.names() == {"Heat", "Ronin"}
    assert source.is_closed
    assert [report.read for report in reports(store.table)] == [4]  # one batch


def test_messages_are_statements_and_deletes(store: Store) -> None:
    row = b"id,title,year\n%d,%s,1999\n"
    source = Handed(
        [
            of_message(1, row % (1, b"Heat"), partner="acme", event_time="2024-01-01T00:00:00Z"),
            of_message(2, row % (2, b"Ronin"), partner="acme", event_time="2024-01-01T00:00:00Z"),
            of_message(
                3, row % (2, b"x"), partner="acme", event_time="2024-01-02T00:00:00Z", delete="true"
            ),
            of_message(4, row % (1, b"Heat II"), partner="acme", event_time="2023-01-01"),
        ]
    )
    run_until(streamed(store, source), all_done(source))
    assert store.names() == {"Heat"}
    assert store.letters() == []


def test_a_poison_message_is_a_dead_letter_and_is_replayed_when_it_can_be_read(
    store: Store,
) -> None:
    bad = of_message(1, b'{"body": "", "partner": "acme"}')
    odd = of_message(2, b"neither this nor that", partner="acme")
    good = of_message(3, b"id,title,year\n1,Heat,1999\n", partner="acme")
    source = Handed([bad, odd, good])
    run_until(streamed(store, source), all_done(source))
    assert store.names() == {"Heat"}
    found = {letter.path: letter.code for letter in store.letters()}
    assert found == {"pubsub:s/1": "bad-message", "pubsub:s/2": "unknown-format"}


def test_a_run_that_cannot_end_is_narrowed_down_to_who_is_at_fault(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [titles(tmp_path / f"p/{n}.csv", f"Title {n}") for n in range(6)]
    source = Handed([of_file(file) for file in files])

    def poisoned(*given: Any, **more: Any) -> Any:
        if given[2].path.endswith("3.csv") and not given[2].fault:
            raise ZeroDivisionError("no run survives this")
        return stage_source(*given, **more)

    monkeypatch.setattr(ingest_run, "stage_source", poisoned)
    run_until(streamed(store, source), all_done(source))
    assert store.names() == {f"Title {n}" for n in range(6) if n != 3}
    (letter,) = store.letters()
    assert letter.path == str(files[3])
    assert "ZeroDivisionError: no run survives this" in letter.reason
    monkeypatch.undo()
    store.ingest(files[3], partner="acme")
    assert store.letters() == []


class Flaky(LocalFiles):
    def __init__(self, fails: int) -> None:
        self.left = fails

    def open(self, path: str) -> Any:
        if path.endswith("flaky.csv") and self.left:
            self.left -= 1
            raise OSError(5, "the disk is slow to answer")
        return super().open(path)


@pytest.mark.parametrize(("fails", "published"), [(2, True), (99, False)])
def test_what_cannot_be_read_is_tried_again_and_then_left_to_a_person(
    store: Store, tmp_path: Path, fails: int, published: bool
) -> None:
    source = Handed(
        [of_file(titles(tmp_path / "p/flaky.csv", "Heat")), of_file(titles(tmp_path / "p/b.csv"))]
    )
    run_until(streamed(store, source, access=Flaky(fails)), all_done(source))
    assert ("Heat" in store.names()) is published
    assert [letter.code for letter in store.letters()] == ([] if published else ["unreadable"])
    waits = [seconds for _, seconds in source.put_off]
    assert waits == [0.02, 0.04] if published else waits == [0.02, 0.04, 0.08, 0.16]


def test_a_store_that_does_not_answer_is_tried_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Handed([of_file(titles(tmp_path / "p/a.csv", "Heat"))])
    tries = iter(range(2))

    def failing(*given: Any) -> Any:
        if next(tries, None) is not None:
            raise StoreError("no answer", retryable=True)
        return settle(*given)

    monkeypatch.setattr(ingest_run, "settle", failing)
    run_until(streamed(store, source), all_done(source))
    assert store.names() == {"Heat"}
    assert store.letters() == []


def test_a_source_that_ends_ends_the_stream(store: Store) -> None:
    source = Handed()
    source.error = StoreError("the subscription is gone")
    with pytest.raises(StoreError, match="is gone"):
        run_until(streamed(store, source), lambda: False)
    assert source.is_closed


def test_told_to_stop_it_ends_what_is_begun_and_leaves_the_rest(
    store: Store, tmp_path: Path
) -> None:
    arrivals = [of_file(titles(tmp_path / f"p/{n}.csv", f"Title {n}")) for n in range(40)]
    source = Handed(arrivals)
    told: list[Arrival] = []

    def stop_after_one(_: object, done: Any) -> None:
        told.extend(done)
        stream.stop()

    bounds = Bounds(batch=3)
    stream = Stream(Target(store=store.path), [source], bounds=bounds, told=stop_after_one)
    stream.run()
    assert source.finished == [one.id for one in told] == [one.id for one in arrivals[:3]]
    assert len(store.names()) == 3


def test_a_large_batch_is_ingested_as_well(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SMALL", 10)
    source = Handed([of_file(titles(tmp_path / "p/a.csv", "Heat", "Ronin"))])
    run_until(streamed(store, source), all_done(source))
    assert store.names() == {"Heat", "Ronin"}


def test_streamed_file_by_file_or_at_once_the_views_are_the_same(tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    files = [
        titles(inbox / partner / f"{n}.csv", *(f"Film {n * k % 17}" for k in range(9)))
        for partner in ("acme", "blue")
        for n in range(8)
    ]
    once, streaming = Store(tmp_path / "once"), Store(tmp_path / "streamed")
    for partner in ("acme", "blue"):
        once.ingest(*(f for f in files if f.parent.name == partner), partner=partner)
    source = Handed([of_file(file, file.parent.name) for file in reversed(files)])
    stream = Stream(Target(store=streaming.path), [source], bounds=Bounds(batch=3, waiting=100))
    run_until(stream, all_done(source))
    assert streaming.views() == once.views()
    once.close()
    streaming.close()


def test_a_watched_folder_is_kept_up_with(store: Store, tmp_path: Path) -> None:
    inbox = tmp_path / "in"
    titles(inbox / "acme/a.csv", "Heat")
    done: list[str] = []
    folder = WatchedFolder(store.path, inbox, look=0.01)
    stream = Stream(
        Target(store=store.path), [folder], told=lambda _, d: done.extend(a.id for a in d)
    )

    def second_wave() -> bool:
        if len(done) == 1:
            write(inbox / "acme/a.csv", "id,title,year\nacme-Heat,Heat 2,1999\n", 1_700_000_005)
        return len(done) == 2

    run_until(stream, second_wave)
    assert store.names() == {"Heat 2"}
