"""Matching and opening files: what is asked for is found, wherever it lies."""

import os
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, ClassVar

import apache_beam as beam
import pytest
from apache_beam.io.filesystem import BeamIOError, FileMetadata, FileSystem
from apache_beam.testing.util import assert_that, equal_to

from tests.ingest.feeds import write
from transforms.files import BeamFiles, MatchFeeds, match
from ummid.errors import FeedError
from ummid.ingest.sources import Source

STAMP = 1_700_000_000


class BucketFiles(FileSystem):  # type: ignore[misc]
    """A cloud file system as Beam's adapters are one: three objects, read only."""

    objects: ClassVar = {
        "bucket://feeds/acme/a.xml": b"<a/>",
        "bucket://feeds/acme/.tmp/b.xml": b"<b/>",
        "bucket://feeds/beta/c.xml": b"<c/>",
    }
    updated: float | None = STAMP + 0.25

    @classmethod
    def scheme(cls) -> str:
        return "bucket"

    def match(self, patterns: list[str], limits: object = None) -> object:
        if "broken" in patterns[0]:
            raise BeamIOError("Match failed", {patterns[0]: OSError("no access to feeds")})
        return super().match(patterns, limits)

    def _list(self, dir_or_prefix: str) -> Iterator[FileMetadata]:
        for path, data in self.objects.items():
            if path.startswith(dir_or_prefix):
                yield FileMetadata(path, len(data), self.updated)

    def open(self, path: str, *_: object, **__: object) -> BinaryIO:
        if path not in self.objects:
            raise BeamIOError("Open failed", {path: OSError("gone")})
        return BytesIO(self.objects[path])

    def last_updated(self, path: str) -> float | None:  # noqa: ARG002
        return self.updated

    def metadata(self, path: str) -> FileMetadata:
        found = dict(self.objects)
        if path not in found:
            raise BeamIOError("Metadata failed", {path: OSError("gone")})
        return FileMetadata(path, len(found[path]), self.updated)

    def exists(self, path: str) -> bool:
        return path in self.objects

    def has_dirs(self) -> bool:
        return False

    def _unused(self, *_: object, **__: object) -> None:
        raise NotImplementedError

    join = split = mkdirs = create = copy = rename = size = checksum = delete = _unused


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "a.xml",
        "b.json",
        "deep/er/c.xml",
        "deep/.cache/d.xml",
        ".git/config",
        ".hidden.xml",
        "odd [1]*.xml",
        "deep/[brackets]/e.xml",
    ):
        write(tmp_path / "in" / name, "x" * len(name), STAMP)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "in"


VISIBLE = ["a.xml", "b.json", "deep/[brackets]/e.xml", "deep/er/c.xml", "odd [1]*.xml"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("in", VISIBLE),
        ("in/", VISIBLE),
        ("./in", VISIBLE),
        ("in/../in", VISIBLE),
        ("{inbox}", VISIBLE),
        ("{inbox}/../in", VISIBLE),
        ("in/a.xml", ["a.xml"]),
        ("./in/a.xml", ["a.xml"]),
        ("in/odd [1]*.xml", ["odd [1]*.xml"]),
        ("in/deep/[brackets]", ["deep/[brackets]/e.xml"]),
        ("in/*.xml", ["a.xml", "odd [1]*.xml"]),
        ("in/?.json", ["b.json"]),
        ("in/**.xml", ["a.xml", "deep/[brackets]/e.xml", "deep/er/c.xml", "odd [1]*.xml"]),
        ("in/*/*/c.xml", ["deep/er/c.xml"]),
        ("in/.hidden.xml", [".hidden.xml"]),
        ("in/.git", [".git/config"]),
        ("in/.*", [".hidden.xml"]),
        ("in/deep/.cache/*", ["deep/.cache/d.xml"]),
    ],
)
def test_paths_folders_and_globs_are_matched_without_hidden_files(
    inbox: Path, pattern: str, found: list[str]
) -> None:
    sources = match(pattern.replace("{inbox}", str(inbox)))
    assert [os.path.relpath(source.path, inbox) for source in sources] == found


def test_the_folder_one_is_in_is_matched_without_its_hidden_folders(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(inbox)
    assert [source.path for source in match(".")] == VISIBLE


def test_a_source_knows_its_size_its_time_and_what_was_declared(inbox: Path) -> None:
    os.utime(inbox / "a.xml", (STAMP, STAMP + 0.25))
    (source,) = match("in/a.xml", "acme", "mrss")
    assert source == Source(
        path="in/a.xml", received=STAMP * 1000 + 250, size=5, partner="acme", format="mrss"
    )
    assert match("in/*.xml")[0] == Source(path="in/a.xml", received=STAMP * 1000 + 250, size=5)


@pytest.mark.parametrize("pattern", ["none", "in/*.csv", "in/none/*.xml", "empty", "[", ""])
def test_what_matches_nothing_is_an_error(inbox: Path, pattern: str) -> None:
    (inbox.parent / "empty").mkdir()
    (inbox.parent / "empty" / ".keep").touch()
    with pytest.raises(FeedError, match=r"matches no file; check the path") as raised:
        match(pattern)
    assert raised.value.code == "no-such-file"


def test_what_is_no_regular_file_is_left_out_and_a_dead_link_is_kept_to_be_reported(
    inbox: Path,
) -> None:
    os.mkfifo(inbox / "pipe")
    (inbox / "dead.xml").symlink_to("nowhere")
    (inbox / "live.xml").symlink_to("a.xml")
    found = {Path(source.path).name: source.size for source in match("in")}
    assert "pipe" not in found
    assert (found["dead.xml"], found["live.xml"]) == (0, 5)
    with pytest.raises(FeedError, match="matches no file"):
        match("in/pipe")


def test_a_folder_that_cannot_be_listed_is_said(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = os.scandir

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", path)
        return listing(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(FeedError, match=f"{inbox}/deep cannot be listed: Permission denied"):
        match(str(inbox))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("bucket://feeds/acme/a.xml", ["bucket://feeds/acme/a.xml"]),
        ("bucket://feeds/**", ["bucket://feeds/acme/a.xml", "bucket://feeds/beta/c.xml"]),
        ("bucket://feeds/*/c.xml", ["bucket://feeds/beta/c.xml"]),
    ],
)
def test_objects_of_a_cloud_store_are_matched(pattern: str, found: list[str]) -> None:
    sources = match(pattern, "acme")
    assert [source.path for source in sources] == found
    assert {(s.received, s.size, s.partner) for s in sources} == {(STAMP * 1000 + 250, 4, "acme")}


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("bucket://feeds/none", "bucket://feeds/none matches no file"),
        ("bucket://broken/*", r"bucket://broken/\*: no access to feeds"),
        ("s4://feeds/a.xml", "s4://feeds/a.xml: no file system for such paths is installed; gs://"),
    ],
)
def test_a_cloud_path_that_cannot_be_used_is_said(pattern: str, said: str) -> None:
    with pytest.raises(FeedError, match=said):
        match(pattern)


def test_a_store_that_tells_no_times_gives_the_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BucketFiles, "updated", None)
    assert [source.received for source in match("bucket://feeds/beta/c.xml")] == [0]


def test_files_are_opened_as_they_are_stored(inbox: Path) -> None:
    files = BeamFiles()
    gz = write(inbox / "x.gz", b"\x1f\x8b not unpacked", STAMP)
    for path, content in (
        (str(gz), b"\x1f\x8b not unpacked"),
        ("bucket://feeds/acme/a.xml", b"<a/>"),
    ):
        with files.open(path) as stream:
            assert stream.read() == content
            assert stream.seek(1) == 1
            assert stream.read() == content[1:]
    for missing in (str(inbox / "none"), "bucket://feeds/none"):
        with pytest.raises(OSError, match="none"):
            files.open(missing)


def test_a_stream_is_given_through_whoever_watches(inbox: Path) -> None:
    watched: list[BinaryIO] = []

    def watch(stream: BinaryIO) -> BinaryIO:
        watched.append(stream)
        return BytesIO(b"instead")

    for path in (str(inbox / "a.xml"), "bucket://feeds/acme/a.xml"):
        assert BeamFiles(watch).open(path).read() == b"instead"
    assert len(watched) == 2
    for stream in watched:
        stream.close()


def change_file(path: Path) -> None:
    write(path, "something else", STAMP + 60)


def rewrite_file(path: Path) -> None:
    write(path, path.read_bytes(), STAMP + 60)


@pytest.mark.parametrize("change", [change_file, rewrite_file])
def test_a_file_that_changes_has_another_fingerprint(
    inbox: Path, change: Callable[[Path], None]
) -> None:
    files, path = BeamFiles(), inbox / "a.xml"
    with files.open(str(path)) as stream:
        before = files.fingerprint(str(path), stream)
        assert files.fingerprint(str(path), stream) == before
        change(path)
        assert files.fingerprint(str(path), stream) != before


def test_an_object_that_changes_has_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    files, path = BeamFiles(), "bucket://feeds/acme/a.xml"
    with files.open(path) as stream:
        before = files.fingerprint(path, stream)
        assert files.fingerprint(path, stream) == before
        monkeypatch.setattr(BucketFiles, "updated", STAMP + 1.0)
        assert files.fingerprint(path, stream) != before


def test_every_source_comes_out_of_the_match_once() -> None:
    sources = [Source(path=f"{n}.xml", received=n) for n in range(20)]
    with beam.Pipeline("FnApiRunner") as pipeline:
        found: beam.PCollection[Source] = pipeline | "Match" >> MatchFeeds(sources)
        assert_that(found, equal_to(sources))
