"""Bad input costs its own record or file, says where and why, and takes nobody down."""

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.ingest.feeds import Store, avails, counts, item, mrss, table, write
from ummid.catalog.title import Title
from ummid.ingest.run import begin, ingest
from ummid.ingest.sources import LocalFiles, Source

GOOD = mrss([item("good", "Good")], channel="Neighbour")
BIG = mrss([item(str(n), f"Title {n * n}") for n in range(500)])
BILLION_LAUGHS = (
    '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>' + mrss([item("1", "&c;")])
)
EXTERNAL = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + mrss([item("1", "&x;")])


def zipped(members: dict[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", level) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


BAD = {
    "truncated XML": (mrss([item("1", "One")])[:-40], {"not-well-formed"}),
    "bytes of another encoding than declared": (
        b'<?xml version="1.0" encoding="UTF-8"?><rss><channel><item>' + b"\xff\xfe" * 9,
        {"not-well-formed"},
    ),
    "billion laughs": (BILLION_LAUGHS, {"entity", "not-well-formed"}),
    "an external entity": (EXTERNAL, {"entity", "not-well-formed"}),
    "an empty file": ("", {"empty-file"}),
    "white space only": (" \n\t ", {"empty-file"}),
    "an unknown format": ("Dear Sirs, please find attached", {"unknown-format"}),
    "random bytes": (bytes(range(256)) * 8, {"unknown-format"}),
    "reversed windows": (
        mrss([item("1", "One", valid="start=2025-02-01;end=2025-01-01")]),
        {"reversed-window"},
    ),
    "an unknown territory": (avails([{"Territory": "QQ"}]), {"unknown-territory"}),
    "a member that climbs out": (zipped({"../../evil.xml": b"<rss/>"}), {"unsafe-path"}),
    "a member with an absolute path": (tarred({"/etc/evil.xml": b"<rss/>"}), {"unsafe-path"}),
    "a zip bomb": (
        zipped({"bomb.csv": b"id,title,year\n" + (b"1," + b"a" * 900_000 + b",1999\n") * 100}),
        {"zip-bomb"},
    ),
    "a truncated archive": (zipped({"a.xml": BIG.encode()})[:-2000], {"truncated-archive"}),
}


@pytest.mark.parametrize("name", BAD)
def test_its_neighbours_go_through(store: Store, inbox: Path, name: str) -> None:
    content, codes = BAD[name]
    write(inbox / "bad", content)
    write(inbox / "good.xml", GOOD)
    report = store.ingest(inbox)
    assert "Good" in store.names()
    letters = [x for x in store.letters() if x.path.startswith(str(inbox / "bad"))]
    assert letters, report
    assert {x.code for x in letters} <= codes
    assert all(x.reason and x.place for x in letters)


def test_external_entities_are_never_read(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "x.xml", EXTERNAL))
    assert not any("root:" in (t.title or "") for t in store.titles().values())


def test_latin_1_pasted_into_utf_8_is_read_and_reported(store: Store, inbox: Path) -> None:
    feed = mrss([item("1", "Am\u00e9lie"), item("2", "Caf\u00e9 Noir")])
    data = feed.encode().replace("Caf\u00e9".encode(), "Caf\u00e9".encode("latin-1"))
    report = store.ingest(write(inbox / "a.xml", data))
    assert store.names() == {"Am\u00e9lie", "Caf\u00e9 Noir"}
    assert any("not-utf-8" in w for w in report.files[0].warnings)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_declared_or_marked_encoding_is_honoured(
    store: Store, inbox: Path, encoding: str
) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>' + mrss([item("1", "Am\u00e9lie")])
    store.ingest(write(inbox / "a.xml", text.encode(encoding)))
    assert store.names() == {"Am\u00e9lie"}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_archives_give_their_members(store: Store, inbox: Path, pack: object) -> None:
    members = {
        "in/a.xml": mrss([item("1", "One")]).encode(),
        "in/b.csv": table([{"id": "2", "title": "Two"}]).encode(),
    }
    report = store.ingest(write(inbox / "feeds", pack(members)))  # type: ignore[operator]
    assert store.names() == {"One", "Two"}
    assert [f.path.rsplit("!")[-1] for f in report.files] == ["in/a.xml", "in/b.csv"]


def test_a_gzipped_file_is_read(store: Store, inbox: Path) -> None:
    data = gzip.compress(mrss([item("1", "One")]).encode(), mtime=0)
    store.ingest(write(inbox / "feed.xml", data))
    assert store.names() == {"One"}


def test_a_formula_in_a_table_is_inert_text(store: Store, inbox: Path) -> None:
    store.ingest(write(inbox / "a.csv", table([{"id": "1", "title": "=1+1"}])), partner="p")
    assert store.names() == {"=1+1"}


def test_a_line_without_end_is_refused_without_being_held(store: Store, inbox: Path) -> None:
    path = write(inbox / "a.csv", "id,title,year\n1,Alien,1979\n2,")
    with path.open("ab") as file:
        file.truncate(1 << 30)  # a gigabyte of NUL bytes that takes no disk
    report = store.ingest(path, partner="p")
    assert report.rejected >= 1
    assert "Alien" in store.names()


class ChangingFiles(LocalFiles):
    """Files to which somebody appends while they are read."""

    def fingerprint(self, _path: str, stream: object) -> object:
        found = super().fingerprint(_path, stream)  # type: ignore[arg-type]
        with Path(_path).open("ab") as file:
            file.write(b"\n")
        return found


def test_a_file_that_changes_while_it_is_read_counts_for_nothing(store: Store, inbox: Path) -> None:
    path = write(inbox / "a.xml", mrss([item("1", "One")]))
    good = write(inbox / "b.xml", GOOD)
    sources = [Source(path=str(p), received=1_700_000_000_000) for p in (path, good)]
    with begin(store.path) as run:
        access = ChangingFiles()
        report = ingest(run, sources[:1], access=access)
        assert counts(report) == {"rejected": 2}
    assert {x.code for x in store.letters()} == {"changed-while-read"}
    assert store.ingest(path, good).published == 2
    assert store.letters() == []


def test_a_file_that_cannot_be_opened_is_a_dead_letter(store: Store, inbox: Path) -> None:
    inbox.mkdir()
    source = Source(path=str(inbox / "gone.xml"), received=0)
    with begin(store.path) as run:
        report = ingest(run, [source])
    assert counts(report) == {"rejected": 1}
    (letter,) = store.letters()
    assert (letter.code, letter.retryable) == ("unreadable", True)


def test_partner_text_reaches_the_catalogue_as_text(store: Store, inbox: Path) -> None:
    nasty = "{{7*7}} ${x} &lt;script&gt;alert(1)&lt;/script&gt; ../../etc"
    store.ingest(write(inbox / "a.xml", mrss([item("1", nasty)])))
    (title,) = store.titles().values()
    assert isinstance(title, Title)
    assert title.title is not None
    assert "{{7*7}} ${x}" in title.title


def test_a_named_pipe_or_folder_given_as_a_file_does_not_hang(store: Store, inbox: Path) -> None:
    inbox.mkdir()
    os.mkfifo(inbox / "pipe")
    write(inbox / "good.xml", GOOD)
    store.ingest(inbox / "good.xml")
    assert store.names() == {"Good"}
