"""A watched folder hands out files as they come and change."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stream.sources import run_until
from ummid.ingest.context import close_table
from ummid.stream.folder import WatchedFolder
from ummid.stream.loop import Stream, Target
from ummid.stream.source import Arrival


class Taken:
    def __init__(self, room: int = 100) -> None:
        self.arrivals: list[Arrival] = []
        self.room = room

    def __call__(self, arrival: Arrival) -> bool:
        if len(self.arrivals) >= self.room:
            return False
        self.arrivals.append(arrival)
        return True

    @property
    def names(self) -> list[str]:
        return [Path(arrival.id).name for arrival in self.arrivals]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "in/acme").mkdir(parents=True)
    return tmp_path / "in"


@pytest.fixture
def folder(tmp_path: Path, inbox: Path) -> Iterator[WatchedFolder]:
    yield WatchedFolder(tmp_path / "store", inbox)
    close_table(tmp_path / "store")


def put(path: Path, content: str, changed: int = 1_700_000_000) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    os.utime(path, (changed, changed))


def test_a_file_is_taken_when_two_looks_find_it_alike(folder: WatchedFolder, inbox: Path) -> None:
    taken = Taken()
    put(inbox / "acme/a.csv", "1")
    folder.look(taken)
    assert taken.names == []
    put(inbox / "acme/a.csv", "12")  # it was being written
    folder.look(taken)
    assert taken.names == []
    folder.look(taken)
    folder.look(taken)
    assert taken.names == ["a.csv"]
    assert taken.arrivals[0].partner == "acme"
    assert taken.arrivals[0].source.received == 1_700_000_000_000


def test_hidden_files_and_folders_and_what_is_no_file_are_left_out(
    folder: WatchedFolder, inbox: Path
) -> None:
    taken = Taken()
    put(inbox / "acme/.part", "1")
    put(inbox / ".tmp/a.csv", "1")
    (inbox / "gone").symlink_to(inbox / "nowhere")
    os.mkfifo(inbox / "pipe")
    put(inbox / "b.csv", "1")
    folder.look(taken)
    folder.look(taken)
    assert taken.names == ["b.csv"]
    assert taken.arrivals[0].partner == "."


def test_a_file_overwritten_in_place_is_taken_again(folder: WatchedFolder, inbox: Path) -> None:
    taken = Taken()
    put(inbox / "a.csv", "1")
    for _ in range(2):
        folder.look(taken)
    put(inbox / "a.csv", "2", changed=1_700_000_001)
    for _ in range(3):
        folder.look(taken)
    assert taken.names == ["a.csv", "a.csv"]


def test_what_is_done_is_remembered_by_the_next_process(
    tmp_path: Path, folder: WatchedFolder, inbox: Path
) -> None:
    taken, after = Taken(), Taken()
    put(inbox / "a.csv", "1")
    put(inbox / "b.csv", "1")
    for _ in range(2):
        folder.look(taken)
    folder.done([one for one in taken.arrivals if one.id.endswith("a.csv")])
    again = WatchedFolder(tmp_path / "store", inbox)
    for _ in range(2):
        again.look(after)
    assert after.names == ["b.csv"]
    put(inbox / "a.csv", "12")
    for _ in range(2):
        again.look(after)
    assert after.names == ["b.csv", "a.csv"]


def test_what_finds_no_room_comes_at_a_later_look(folder: WatchedFolder, inbox: Path) -> None:
    taken = Taken(room=1)
    put(inbox / "a.csv", "1")
    put(inbox / "b.csv", "1", changed=1_700_000_001)
    for _ in range(3):
        folder.look(taken)
    assert taken.names == ["a.csv"]
    taken.room = 2
    folder.look(taken)
    assert taken.names == ["a.csv", "b.csv"]


def test_what_is_put_off_comes_again_when_its_time_has_come(
    folder: WatchedFolder, inbox: Path
) -> None:
    taken = Taken()
    put(inbox / "a.csv", "1")
    for _ in range(2):
        folder.look(taken)
    folder.again(taken.arrivals, 3600)
    folder.look(taken)
    assert taken.names == ["a.csv"]
    folder.again(taken.arrivals, 0)
    folder.look(taken)
    assert taken.names == ["a.csv", "a.csv"]


def test_a_folder_that_is_gone_ends_the_stream(
    tmp_path: Path, folder: WatchedFolder, inbox: Path
) -> None:
    stream = Stream(Target(store=tmp_path / "store"), [folder])
    (inbox / "acme").rmdir()
    inbox.rmdir()
    with pytest.raises(FileNotFoundError, match="in"):
        run_until(stream, lambda: False)
