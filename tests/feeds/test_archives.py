"""Archives give their files one by one; what is unsafe is refused and its neighbours are given."""

import gzip
import io
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

import pytest

from ummid.errors import FeedError
from ummid.feeds.archive_tar import MAX_HEADER
from ummid.feeds.archives import BadMember, Limits, Member, is_archive, members

FILES = {"a.xml": b"<a/>", "sub/b.csv": b"title,year\n" * 500, "empty.txt": b""}
NOISE = random.Random(1).randbytes(200_000)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 1, 12, 0, 0)), data, method)
    return out.getvalue()


def streamed_zip(files: dict[str, bytes]) -> bytes:
    """As a writer makes it that cannot go back: sizes follow each entry."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    pipe = Pipe()
    with zipfile.ZipFile(cast("BinaryIO", pipe), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return bytes(pipe.data)


def tarred(files: dict[str, bytes], mode: str = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_714_564_800
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def tar_of(*infos: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for info, data in infos:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def opener(data: bytes) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(data)


def content_of(data: bytes, path: str) -> BinaryIO:
    member = next(members(opener(data), path))
    assert isinstance(member, Member)
    return member.open()


def content_or_code(member: Member) -> bytes | str:
    try:
        return member.open().read()
    except FeedError as error:
        return error.code


def unpacked(data: bytes, path: str = "in/feed.zip", **limits: int) -> dict[str, bytes | str]:
    """Content by name; for what is refused, its code; "!" names what ended it all."""
    found: dict[str, bytes | str] = {}
    try:
        for member in members(opener(data), path, Limits(**limits)):
            if isinstance(member, BadMember):
                found[member.name] = member.error.code
            else:
                found[member.name] = content_or_code(member)
    except FeedError as error:
        found["!"] = error.code
    return found


WHOLE = [
    zipped(FILES),
    zipped(FILES, zipfile.ZIP_STORED),
    zipped(FILES, zipfile.ZIP_BZIP2),
    streamed_zip(FILES),
    tarred(FILES),
    tarred(FILES, form=tarfile.USTAR_FORMAT),
    tarred(FILES, form=tarfile.GNU_FORMAT),
    tarred(FILES, "w:gz"),
]


@pytest.mark.parametrize("data", WHOLE)
def test_every_file_is_given_with_its_bytes(data: bytes) -> None:
    assert is_archive(data[:4096])
    assert unpacked(data) == FILES


def test_times_are_given_where_stored() -> None:
    stored = {
        m.name: m.modified_ms
        for data in (zipped(FILES), tarred(FILES))
        for m in members(opener(data), "x")
        if isinstance(m, Member)
    }
    assert set(stored.values()) == {1_714_564_800_000}
    timeless = bytearray(zipped({"a": b"x"}))
    at = timeless.index(b"PK\x01\x02") + 12
    timeless[at : at + 4] = b"\0\0\0\0"
    (member,) = members(opener(bytes(timeless)), "x")
    assert isinstance(member, Member)
    assert member.modified_ms is None


@pytest.mark.parametrize(
    ("path", "name"), [("in/feed.xml.gz", "feed.xml"), ("in\\feed", "feed"), (".gz", ".gz")]
)
def test_a_gzip_holds_one_file_named_after_it(path: str, name: str) -> None:
    data = gzip.compress(b"<a/>", mtime=1) + gzip.compress(b"<b/>", mtime=2)
    assert unpacked(data, path) == {name: b"<a/><b/>"}
    (member,) = members(opener(data), path)
    assert isinstance(member, Member)
    assert member.modified_ms == 1000
    (member,) = members(opener(gzip.compress(b"x", mtime=0)), path)
    assert isinstance(member, Member)
    assert member.modified_ms is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (zipped({"[Content_Types].xml": b"<Types/>"}), False),
        (zipped({"custom/x.xml": b"<x/>", "xl/workbook.xml": b"<w/>"}), False),
        (zipped({"mimetype": b"application/epub+zip"}), False),
        (zipped({"a.xml": b"", "b.xml": b""}), True),
        (zipped({f"{n}": b"" for n in range(20)}), True),
        (zipped({}), True),
        (b"<rss/>", False),
        (b"", False),
        (b"x" * 600, False),
        (b"\0" * 1024, False),
    ],
)
def test_an_archive_is_known_by_its_content(data: bytes, expected: bool) -> None:
    assert is_archive(data[:4096]) is expected


def test_a_workbook_in_an_archive_is_a_file() -> None:
    sheet = zipped({"[Content_Types].xml": b"<Types/>"})
    assert unpacked(zipped({"a.xlsx": sheet})) == {"a.xlsx": sheet}


def test_archives_in_archives_are_unpacked_to_a_depth() -> None:
    inner = zipped({"a.xml": b"<a/>"})
    two = {
        "x.zip": inner,
        "y.tgz": tarred({"b.xml": b"<b/>"}, "w:gz"),
        "z.tar": tarred({"c.xml": b"<c/>"}),
        "d.xml.gz": gzip.compress(b"<d/>"),
    }
    found = {
        "x.zip/a.xml": b"<a/>",
        "y.tgz/b.xml": b"<b/>",
        "z.tar/c.xml": b"<c/>",
        "d.xml.gz/d.xml": b"<d/>",
    }
    assert unpacked(zipped(two)) == found
    assert unpacked(tarred(two, "w:gz")) == found
    assert unpacked(zipped({"w.zip": zipped({"x.zip": inner}), "e": b"1"})) == {
        "w.zip/x.zip": "nested-archive",
        "e": b"1",
    }
    assert unpacked(zipped({"x.zip": inner}), nested_zip=10) == {"x.zip": "nested-archive"}


@pytest.mark.parametrize(
    "name",
    [
        "../up.xml",
        "a/../../up.xml",
        "/etc/passwd",
        "C:\\x",
        "a\\..\\..\\b",
        "a\nb",
        "./",
        "x" * 2000,
    ],
)
def test_names_that_leave_the_folder_are_refused(name: str) -> None:
    if name != "./":
        found = unpacked(zipped({"a.xml": b"1", name: b"2", "b.xml": b"3"}))
        assert list(found.values()) == [b"1", "unsafe-path", b"3"]
    found = unpacked(tarred({"a.xml": b"1", name.rstrip("/"): b"2", "b.xml": b"3"}))
    assert list(found.values()) == [b"1", "unsafe-path", b"3"]


def test_names_are_plain_text() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("./sub//\udce9.xml"))
    assert unpacked(out.getvalue()) == {"sub/\ufffd.xml": b""}


def special(kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(f"special-{kind.decode()}")
    info.type, info.linkname = kind, "a.xml"
    return info


def test_links_and_devices_are_refused_and_folders_passed_over() -> None:
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE)
    last = tarfile.TarInfo("b.xml")
    last.size = 1
    found = unpacked(tar_of(*((special(kind), b"") for kind in kinds), (last, b"1")))
    assert found == {
        "special-2": "link",
        "special-1": "link",
        "special-3": "special-file",
        "special-6": "special-file",
        "b.xml": b"1",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, mode in (("link", 0o120777), ("pipe", 0o010644), ("file", 0o100644)):
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, b"a.xml")
        archive.writestr("folder/", b"")
        archive.writestr("__MACOSX/._file", b"junk")
    found = unpacked(out.getvalue())
    assert found == {"link": "link", "pipe": "special-file", "file": b"a.xml"}


def test_what_cannot_be_unpacked_is_refused_alone() -> None:
    data = bytearray(zipped({"a": b"1" * 99, "b": b"2" * 99, "c": b"3" * 99}))
    directory = [n for n in range(len(data)) if data[n : n + 4] == b"PK\x01\x02"]
    encrypted, exotic = bytearray(data), bytearray(data)
    encrypted[directory[1] + 8] |= 1
    exotic[directory[1] + 10] = 9
    renamed = bytearray(data)
    renamed[directory[1] + 46] = ord("x")
    spoilt = bytearray(data)
    spoilt[data.index(b"b", 30) + 2] ^= 0xFF
    for broken, name, code in (
        (encrypted, "b", "encrypted-member"),
        (exotic, "b", "unsupported-compression"),
        (renamed, "x", "corrupt-member"),
        (spoilt, "b", "corrupt-member"),
    ):
        found = unpacked(bytes(broken))
        assert found == {"a": b"1" * 99, name: code, "c": b"3" * 99}


def test_a_wrong_size_in_the_directory_is_not_believed() -> None:
    data = bytearray(zipped({"a": NOISE}))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<L", 5)
    assert unpacked(bytes(data)) == {"a": NOISE}


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize(
    "pack",
    [
        zipped,
        streamed_zip,
        lambda files: zipped(files, zipfile.ZIP_STORED),
        tarred,
        lambda files: tarred(files, "w:gz"),
    ],
)
def test_a_cut_archive_gives_what_it_holds_and_then_says_so(
    pack: Callable[[dict[str, bytes]], bytes], share: float
) -> None:
    files = {f"{n}.bin": NOISE[n * 20_000 : (n + 1) * 20_000] for n in range(10)}
    data = pack(files)
    found = unpacked(data[: int(len(data) * share)])
    assert found.pop("!") == "truncated-archive"
    whole = {name: content for name, content in found.items() if isinstance(content, bytes)}
    assert len(whole) >= int(10 * share) - 1
    assert all(files[name] == content for name, content in whole.items())
    assert set(found.values()) - set(whole.values()) <= {"truncated-archive"}


def test_a_cut_zip_passes_over_what_it_refuses() -> None:
    data = bytearray(zipped({"a": b"1" * 99, "b": b"2" * 99, "c/": b"", "d": b"4" * 99}))
    data[data.index(b"PK\x03\x04", 10) + 6] |= 1
    cut = bytes(data[: data.index(b"PK\x01\x02")])
    assert unpacked(cut) == {
        "a": b"1" * 99,
        "b": "encrypted-member",
        "d": b"4" * 99,
        "!": "truncated-archive",
    }
    streamed = bytearray(streamed_zip({"a": b"1" * 99, "b": b"2"}))
    streamed[8] = 0
    assert unpacked(bytes(streamed[:-30])) == {"a": "truncated-archive", "!": "truncated-archive"}
    assert unpacked(b"PK\x03\x04" + b"\0" * 10) == {"!": "truncated-archive"}


def test_a_cut_gzip_says_so_where_it_ends() -> None:
    data = gzip.compress(NOISE)
    assert unpacked(data[:150_000], "a.gz") == {"a": "truncated-archive"}
    walk = members(opener(data[:150_000]), "a.gz")
    member = next(walk)
    assert isinstance(member, Member)
    content = member.open()
    held = content.read(1 << 20)
    assert len(held) > 100_000
    assert NOISE.startswith(held)
    for _ in range(2):
        with pytest.raises(FeedError, match="ends before its content"):
            content.read(1)
    assert list(walk) == []
    buffered = io.BufferedReader(cast("io.RawIOBase", content_of(gzip.compress(NOISE), "a.gz")))
    assert buffered.read(10) == NOISE[:10]
    assert unpacked(data[:30], "a.gz") in ({"a": "truncated-archive"}, {"!": "truncated-archive"})
    assert unpacked(data + b"tail", "a.gz") == {"a": "corrupt-member"}


def broken_header() -> Iterator[tuple[bytes, str]]:
    plain = tarred({"a": b"1", "b": b"2"}, form=tarfile.USTAR_FORMAT)
    yield plain[:1024] + b"x" * 512, "bad-archive"
    yield plain[:1024] + b"x" * 100, "truncated-archive"
    info = tarfile.TarInfo("long")
    info.type, info.size = tarfile.XHDTYPE, MAX_HEADER + 1
    yield plain[:1024] + info.tobuf(tarfile.USTAR_FORMAT), "bad-archive"
    info.type, info.size = tarfile.REGTYPE, -512
    yield plain[:1024] + info.tobuf(tarfile.GNU_FORMAT), "bad-archive"


@pytest.mark.parametrize(("data", "code"), list(broken_header()))
def test_a_broken_tar_header_ends_the_archive(data: bytes, code: str) -> None:
    assert unpacked(data) == {"a": b"1", "!": code}


def test_long_names_and_times_come_from_extended_headers() -> None:
    name = "folder/" + "n" * 300 + ".xml"
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        assert unpacked(tarred({name: b"1"}, form=form)) == {name: b"1"}
    pax = tarfile.TarInfo("pax")
    for records in (b"12 mtime=x\n\n", b"99999 path=y\n", b"path=y\n", b"0 a=b\n"):
        pax.type, pax.size = tarfile.XHDTYPE, len(records)
        extended = pax.tobuf(tarfile.USTAR_FORMAT) + records.ljust(512, b"\0")
        assert unpacked(extended + tarred({"a": b"1"})) == {"a": b"1"}
    pax.type = tarfile.XGLTYPE
    assert unpacked(pax.tobuf(tarfile.USTAR_FORMAT) + extended[512:] + tarred({"a": b"1"})) == {
        "a": b"1"
    }


def test_too_many_entries_end_the_archive() -> None:
    many = {f"{n}": b"x" for n in range(20)}
    for data in (zipped(many), tarred(many), zipped({"in.zip": zipped(many)})):
        found = unpacked(data, entries=10)
        assert found.pop("!") == "too-many-entries"
        assert 9 <= len(found) <= 10
    data = bytearray(zipped(many))
    end = data.index(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<L", 0x7FFFFFFF)
    assert unpacked(bytes(data))["!"] in ("too-many-entries", "truncated-archive")


def test_bombs_are_stopped_as_they_come_out() -> None:
    zeros = bytes(3 << 20)
    for data in (
        zipped({"a": zeros, "b": zeros}),
        tarred({"a": zeros, "b": zeros}, "w:gz"),
        gzip.compress(zeros * 2),
        zipped({"in.zip": zipped({"a": zeros}), "b": zeros}),
    ):
        assert "zip-bomb" in unpacked(data, "a", ratio=100, ratio_from=1 << 20).values()
        assert "too-large" in unpacked(data, "a", total=4 << 20).values()
        assert "zip-bomb" not in unpacked(data, "a").values()


def test_a_file_that_is_no_archive_is_refused() -> None:
    assert unpacked(b"<rss/>") == {"!": "bad-archive"}
    assert unpacked(zipped({})) == {}
