"""Progress: what is read of a file is told as it is read, and never more than its size."""

import io
from pathlib import Path

import pytest

from transforms.progress import FileProgress, Silent, listen, reporter


def test_a_run_is_heard_by_its_listener_while_it_listens() -> None:
    mine, other = Silent(), Silent()
    listen("run-1", mine)
    listen("run-2", other)
    assert reporter("run-1") is mine
    listen("run-1", None)
    listen("run-1", None)
    assert reporter("run-1") is not mine
    assert reporter("run-2") is other
    listen("run-2", None)


def test_without_a_listener_nothing_happens() -> None:
    nobody = reporter("run-0")
    nobody.batch("acme", 1, 0)
    nobody.bytes(1)
    nobody.partition("Apply")


@pytest.mark.parametrize(
    ("size", "reads", "told"),
    [
        (100, [], [100]),
        (100, [30, 30], [30, 30, 40]),
        (100, [100], [100]),
        (100, [60, 60, 60], [60, 40]),
        (100, [0, 50], [50, 50]),
        (0, [10], []),
    ],
)
def test_in_the_end_a_file_is_told_as_read_once(
    size: int, reads: list[int], told: list[int]
) -> None:
    heard: list[int] = []
    file = FileProgress(size, heard.append)
    for count in reads:
        file.read(count)
    file.done()
    file.done()
    assert heard == told


def test_a_watched_stream_reads_as_the_stream_does(tmp_path: Path) -> None:
    data = bytes(range(256)) * 1000
    path = tmp_path / "data"
    path.write_bytes(data)
    heard: list[int] = []
    plain = path.open("rb")
    stream = FileProgress(len(data), heard.append).watch(plain)
    assert stream.seekable()
    assert stream.fileno() == plain.fileno()
    assert stream.read(10) == data[:10]
    assert stream.tell() == 10
    assert sum(heard) < len(data) // 2
    assert stream.seek(-5, io.SEEK_END) == len(data) - 5
    assert stream.read() == data[-5:]
    assert stream.seek(0) == 0
    assert stream.read() == data
    assert stream.read() == b""
    assert sum(heard) == len(data)
    stream.close()
    assert plain.closed
