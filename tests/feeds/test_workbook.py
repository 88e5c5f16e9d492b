"""Workbooks: read the same by both readers, and refused before they can do harm."""

import io
import struct
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest

from tests.shared import shared_path
from ummid.errors import FeedError
from ummid.feeds import workbook, workbook_head
from ummid.feeds.head import Head
from ummid.feeds.workbook import open_workbook
from ummid.feeds.workbook_head import first_rows, is_workbook, visible_words


def made(*rows: tuple[object, ...], sheets: tuple[str, ...] = ("One",)) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def archive(entries: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in entries.items():
            out.writestr(name, content)
    return data.getvalue()


def rewritten(data: bytes, name: str, change: tuple[bytes, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        entries = {entry: source.read(entry) for entry in source.namelist()}
    assert change[0] in entries[name]
    return archive(entries | {name: entries[name].replace(*change)})


def rows_of(data: bytes, sheet: str = "One") -> list[tuple[int, tuple[object, ...]]]:
    with open_workbook(io.BytesIO(data)) as book:
        return list(book.rows(sheet))


CELLS = (
    "text",
    " padded ",
    7,
    7.5,
    True,
    datetime(2024, 3, 1, 13, 30),
    datetime(2024, 3, 1),
    date(2024, 3, 2),
    time(1, 56, 20),
    timedelta(hours=30, minutes=1),
    "=1+1",
    "#N/A",
    None,
    "last",
    None,
)
READ = (
    "text",
    "padded",
    7,
    7.5,
    True,
    datetime(2024, 3, 1, 13, 30),
    date(2024, 3, 1),
    date(2024, 3, 2),
    time(1, 56, 20),
    "30:01:00",
    None,
    None,
    None,
    "last",
)


@pytest.mark.parametrize("grid", [workbook.MAX_GRID, 0], ids=["calamine", "openpyxl"])
def test_cells_read_alike_in_both_readers(grid: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_GRID", grid)
    assert rows_of(made(CELLS)) == [(1, READ)]


@pytest.mark.parametrize("grid", [workbook.MAX_GRID, 0], ids=["calamine", "openpyxl"])
def test_rows_keep_their_number_and_columns_their_place(
    grid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_GRID", grid)
    book = openpyxl.Workbook()
    book.active["B3"], book.active["C5"] = "b3", "c5"
    book.active["A9"] = "  "
    data = io.BytesIO()
    book.save(data)
    assert rows_of(data.getvalue(), "Sheet") == [(3, (None, "b3")), (5, (None, None, "c5"))]


def test_a_sheet_ends_after_many_empty_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "EMPTY_ROWS", 3)
    data = made(("a",), (), (), ("b",), (), (), (), (), ("c",))
    assert [number for number, _ in rows_of(data)] == [1, 4]


def test_sheets_come_in_order_and_charts_are_none() -> None:
    with open_workbook(io.BytesIO(made(("a",), sheets=("Zebra", "Ant")))) as book:
        assert book.sheet_names == ("Zebra", "Ant")
        assert book._calamine is not None, "the fast reader opens what openpyxl writes"


def test_a_sheet_that_declares_rows_only_falls_back_to_openpyxl() -> None:
    data = made(("a", 1), ("b", 2))
    broken = rewritten(data, "xl/worksheets/sheet1.xml", (b'ref="A1:B2"', b'ref="1:65536"'))
    assert rows_of(broken) == [(1, ("a", 1)), (2, ("b", 2))]


def test_two_cells_far_apart_do_not_allocate_what_lies_between() -> None:
    data = made(("a",), ("z",))
    far = rewritten(data, "xl/worksheets/sheet1.xml", (b'r="A2"', b'r="XFD1048576"'))
    with open_workbook(io.BytesIO(far)) as book:
        assert book._calamine is None
        assert next(iter(book.rows("One"))) == (1, ("a",))


REFUSED = [
    ("bad-archive", b"PK\x03\x04 not a zip"),
    ("bad-archive", made(("a",))[:-60]),
    ("bad-workbook", archive({"xl/other.xml": b"<a/>"})),
    ("entity", archive({"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'})),
]


@pytest.mark.parametrize(
    ("code", "data"), REFUSED, ids=[f"{c}-{i}" for i, (c, _) in enumerate(REFUSED)]
)
def test_what_is_no_workbook_is_refused(code: str, data: bytes) -> None:
    with pytest.raises(FeedError) as caught:
        open_workbook(io.BytesIO(data))
    assert caught.value.code == code


def test_a_damaged_entry_is_refused() -> None:
    data = bytearray(archive({"xl/workbook.xml": b"<a/>" * 1000}))
    data[60] ^= 0xFF
    with pytest.raises(FeedError) as caught:
        open_workbook(io.BytesIO(bytes(data)))
    assert caught.value.code == "bad-archive"


def test_an_encrypted_entry_is_refused() -> None:
    data = archive({"xl/workbook.xml": b"<a/>"})
    at = data.rindex(b"PK\x01\x02") + 8
    locked = data[:at] + struct.pack("<H", 1) + data[at + 2 :]
    with pytest.raises(FeedError) as caught:
        open_workbook(io.BytesIO(locked))
    assert caught.value.code == "bad-archive"


@pytest.mark.parametrize(
    ("limit", "value"),
    [("MAX_ENTRIES", 2), ("MAX_ENTRY", 100), ("MAX_TOTAL", 100), ("RATIO_FROM", 1)],
)
def test_an_archive_over_a_limit_is_a_bomb(
    limit: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, limit, value)
    monkeypatch.setattr(workbook, "MAX_RATIO", 20)
    data = archive({f"xl/{n}.xml": b"<a/>" * 5000 for n in range(3)})
    with pytest.raises(FeedError) as caught:
        open_workbook(io.BytesIO(data))
    assert caught.value.code == "zip-bomb"


def test_the_size_in_the_directory_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ENTRY", 1000)
    data = archive({"xl/workbook.xml": b"<a/>" * 5000})
    at = data.rindex(b"PK\x01\x02") + 24
    lying = data[:at] + struct.pack("<L", 10) + data[at + 4 :]
    with pytest.raises(FeedError) as caught:
        open_workbook(io.BytesIO(lying))
    assert caught.value.code == "zip-bomb"


def test_a_file_over_the_limit_is_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_FILE", 100)
    with pytest.raises(FeedError) as caught:
        open_workbook(io.BytesIO(b"x" * 101))
    assert caught.value.code == "too-large"


def test_a_sheet_that_nobody_can_read_says_so() -> None:
    data = rewritten(made(("a",)), "xl/worksheets/sheet1.xml", (b"</sheetData>", b""))
    with open_workbook(io.BytesIO(data)) as book:
        with pytest.raises(FeedError) as caught:
            list(book.rows("One"))
    assert caught.value.code == "bad-sheet"


HEADS = [
    (made(("a",)), True),
    (archive({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}), False),
    (archive({"[Content_Types].xml": b"<a/>"}), True),
    (archive({"ASSETMAP.xml": b"<a/>"}), False),
    (b"<rss/>", False),
]


@pytest.mark.parametrize(("data", "expected"), HEADS, ids=range(len(HEADS)))
def test_a_workbook_is_recognised_by_its_first_entries(data: bytes, expected: bool) -> None:
    assert is_workbook(Head(data, whole=True)) is expected


def test_first_rows_are_seen_only_when_the_head_is_the_file() -> None:
    data = made(("a",), *[("b",)] * 9)
    assert first_rows(Head(data, whole=True), 2) == [[("a",), ("b",)]]
    assert first_rows(Head(data, whole=False)) is None
    assert first_rows(Head(b"PK\x03\x04", whole=True)) is None
    broken = rewritten(data, "xl/worksheets/sheet1.xml", (b"</sheetData>", b""))
    assert first_rows(Head(broken, whole=True)) == [[]]


def strings(*texts: str) -> bytes:
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    return f"<sst>{items}</sst>".encode()


def test_words_are_seen_in_a_head_that_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    data = archive({"xl/sharedStrings.xml": strings("Territory", "ALID"), "xl/z.bin": b"z"})
    assert visible_words(Head(data, whole=False)) == ({"Territory", "ALID"}, True)
    cut = data[: data.index(b"xl/sharedStrings.xml") + 40]
    assert visible_words(Head(cut, whole=False))[1] is False
    monkeypatch.setattr(workbook_head, "_UNPACKED_LIMIT", 10)
    assert visible_words(Head(data, whole=False)) == (set(), False)


def test_words_of_a_broken_entry_are_none() -> None:
    data = bytearray(archive({"xl/sharedStrings.xml": strings("Territory")}))
    data[50:54] = b"\xff\xff\xff\xff"
    assert visible_words(Head(bytes(data), whole=False)) == (set(), False)


def test_an_entry_written_as_a_stream_has_no_size_in_its_header() -> None:
    data = archive({"xl/sharedStrings.xml": strings("Territory")})
    streamed = data[:6] + struct.pack("<H", 8) + data[8:]
    assert visible_words(Head(streamed, whole=False)) == ({"Territory"}, True)


SHARED = [
    ("Movies_v1.7.2_Bundle.xlsx", "Movies", 7),
    ("Movies_v1.8.xlsx", "Template-Movies", 30),
    ("EMA_Avails_Movies-TV_v1-6e2.xlsx", "TV", 42),
]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "sheet", "rows"), SHARED)
def test_real_workbooks_have_their_rows(name: str, sheet: str, rows: int) -> None:
    with shared_path(f"feeds/dev/avails_xlsx/{name}").open("rb") as file:
        with open_workbook(file) as book:
            assert sum(1 for _ in book.rows(sheet)) == rows
