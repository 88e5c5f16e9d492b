"""The raw archive holds the original bytes of what was ingested, once, and says what was done."""

import io
import random
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.ingest.feeds import Store, item, mrss, write
from transforms.files import match
from ummid.errors import StoreError
from ummid.ingest import archive, run
from ummid.ingest.archive import add_blob, open_blob, pending
from ummid.ingest.sources import Source

REPEATED = b"the same again, " * 300_000
NOISE = random.Random(1).randbytes(3_000_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def keeping(store: Store, folder: Path) -> Store:
    store.archive = folder
    return store


def manifests(folder: Path) -> list[dict[str, Any]]:
    found = sorted((folder / "runs").glob("*.parquet"))
    return [row for one in found for row in pq.read_table(one).to_pylist()]


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("content", [b"", b"x", REPEATED, NOISE])
def test_bytes_come_back_as_they_were(folder: Path, content: bytes) -> None:
    digest, size = add_blob(folder, io.BytesIO(content))
    assert (digest, size) == (sha256(content).hexdigest(), len(content))
    with open_blob(folder, digest) as stream:
        assert stream.read() == content


def test_is_compressed_where_that_pays(folder: Path) -> None:
    for content in (REPEATED, NOISE):
        add_blob(folder, io.BytesIO(content))
    sizes = {path.suffix: path.stat().st_size for path in files(folder)}
    assert sizes[""] == len(NOISE)
    assert sizes[".zst"] < len(REPEATED) / 100


def test_the_same_bytes_are_kept_once(folder: Path) -> None:
    add_blob(folder, io.BytesIO(REPEATED))
    (before,) = files(folder)
    written = before.stat().st_mtime_ns
    add_blob(folder, io.BytesIO(REPEATED))
    assert files(folder) == [before]
    assert before.stat().st_mtime_ns == written


def test_what_breaks_off_leaves_nothing(folder: Path) -> None:
    class Breaking(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise OSError("gone")
            return super().read(1 << 20)

    with pytest.raises(OSError, match="gone"):
        add_blob(folder, Breaking(NOISE))
    assert files(folder) == []


def test_a_blob_that_is_not_there(folder: Path) -> None:
    with pytest.raises(StoreError, match="has no blob abcd"), open_blob(folder, "abcd"):
        pass


def test_an_archive_that_cannot_be_written(folder: Path) -> None:
    folder.write_text("in the way")
    with pytest.raises(StoreError, match=r"cannot be written.*run again") as raised:
        add_blob(folder, io.BytesIO(b"x"))
    assert raised.value.retryable


def test_a_run_says_what_it_read(keeping: Store, inbox: Path, folder: Path) -> None:
    feed = write(inbox / "a.xml", mrss([item("1", "One"), item("2", "Two")]))
    bad = write(inbox / "b.xml", "<nothing/>")
    report = keeping.ingest(inbox, partner="acme")
    first, second = sorted(manifests(folder), key=lambda row: str(row["path"]))
    assert first["run"] == second["run"] == report.run
    assert (first["partner"], first["read_format"], first["status"]) == ("acme", "mrss", "accepted")
    assert first["received"] == round(feed.stat().st_mtime * 1000)
    for row, path in ((first, feed), (second, bad)):
        with open_blob(folder, str(row["digest"])) as stream:
            assert stream.read() == path.read_bytes()
    assert pending(folder, report.run) == []


def test_ingesting_again_adds_a_manifest_and_no_blob(
    keeping: Store, inbox: Path, folder: Path
) -> None:
    write(inbox / "a.xml", mrss([item("1", "One")]))
    keeping.ingest(inbox)
    blobs = files(folder / "blobs")
    keeping.ingest(inbox, release_held=True)
    assert files(folder / "blobs") == blobs
    assert [row["release_held"] for row in manifests(folder)] == [False, True]


def test_files_of_an_archive_file_share_its_bytes(
    keeping: Store, inbox: Path, folder: Path
) -> None:
    inbox.mkdir()
    with zipfile.ZipFile(inbox / "both.zip", "w") as packed:
        for name in ("a.xml", "b.xml"):
            packed.writestr(name, mrss([item(name, name)]))
    keeping.ingest(inbox)
    rows = manifests(folder)
    assert [str(row["delivery"]).partition("!")[2] for row in rows] == ["a.xml", "b.xml"]
    assert len(files(folder / "blobs")) == 1


def test_a_file_that_cannot_be_opened_is_no_row(keeping: Store, inbox: Path, folder: Path) -> None:
    write(inbox / "a.xml", mrss([item("1", "One")]))
    gone = Source(path=str(inbox / "gone.xml"), received=1)
    report = keeping.ingest_sources([*match(str(inbox), None), gone])
    assert len(report.files) == 2
    assert [Path(str(row["path"])).name for row in manifests(folder)] == ["a.xml"]


def test_a_run_that_is_killed_leaves_what_it_read(
    keeping: Store, inbox: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = write(inbox / "a.xml", mrss([item("1", "One")]))
    with monkeypatch.context() as patch:
        patch.setattr(run, "settle", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            keeping.ingest(inbox)
    (left,) = [one.name for one in (folder / "pending").iterdir()]
    (source,) = pending(folder, left)
    with open_blob(folder, source.digest) as stream:
        assert stream.read() == feed.read_bytes()
    assert manifests(folder) == []
    keeping.ingest(inbox)
    assert len(manifests(folder)) == 1


def test_a_finish_that_is_repeated_keeps_the_manifest(
    keeping: Store, inbox: Path, folder: Path
) -> None:
    write(inbox / "a.xml", mrss([item("1", "One")]))
    report = keeping.ingest(inbox)
    before = manifests(folder)
    archive.close_run(folder, report.run, [], {})
    assert manifests(folder) == before


def test_views_are_the_same_with_and_without(tmp_path: Path, inbox: Path) -> None:
    write(inbox / "a.xml", mrss([item("1", "One"), item("2", "Two")]))
    views = []
    for name, kept in (("with", tmp_path / "archive"), ("without", None)):
        store = Store(tmp_path / name)
        store.archive = kept
        store.ingest(inbox)
        views.append(store.views())
        store.close()
    assert views[0] == views[1]
