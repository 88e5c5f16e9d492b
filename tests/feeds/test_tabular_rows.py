"""Rows are found in any delimited or JSON text, and hostile bytes cost one row each."""

import io
import tracemalloc
from typing import Any

import pytest

from tests.feeds.reading import Read, read
from ummid.errors import ConfigError, FeedError
from ummid.feeds import tabular
from ummid.feeds.head import Head
from ummid.feeds.tabular_json import array_items
from ummid.feeds.tabular_rows import LIMIT, UNCLOSED_QUOTES


def titles(found: Read) -> list[str]:
    return [r.titles[0].value for r in found.records]


def head(data: bytes) -> Head:
    return Head(data, whole=True)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "^", "~"])
def test_any_delimiter_is_recognised(delimiter: str) -> None:
    text = "id,title,year\n1,Harbour,1999\n".replace(",", delimiter)
    assert tabular.sniff(head(text.encode()))
    assert titles(read(text, "a.txt", "tabular")) == ["Harbour"]


def test_the_delimiter_is_the_one_that_makes_sense_of_the_header() -> None:
    text = "Title;Runtime, in minutes, about;Year\nHarbour;90;1999\n"
    assert read(text).one.year == 1999
    stated = read("sep=;\ntitle;year\nHarbour, The;1999\n")
    assert (stated.one.year, stated.one.source.place) == (1999, "line 3")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_byte_order_marks_are_honoured(encoding: str) -> None:
    text = "title,year\nFähre,1999\nB\0C,2000\n"
    mark = "" if encoding in ("utf-8-sig", "utf-16") else "\ufeff"
    found = read((mark + text).encode(encoding))
    assert titles(found) == ["Fähre", "B C"]
    assert found.codes == []


def test_windows_text_is_read_and_reported() -> None:
    found = read("title,year\nFähre,1999\n".encode("cp1252"))
    assert titles(found) == ["Fähre"]
    assert found.header.warnings[0].startswith("not-utf-8")


def test_cells_may_hold_lines_quotes_and_formulas() -> None:
    text = 'title,description\r\n"A ""great""\nfilm","=cmd|x"\r\n\r\n+1,@SUM(A1)\r\n'
    first, second = read(text).records
    assert (first.titles[0].value, first.titles[1].value) == ('A "great" film', 'A "great"\nfilm')
    assert (first.synopses[0].value, first.source.place) == ("=cmd|x", "line 2")
    assert (second.titles[0].value, second.synopses[0].value) == ("+1", "@SUM(A1)")
    assert second.source.place == "line 5"


def test_lines_may_end_in_carriage_returns_alone() -> None:
    assert titles(read("title,year\rA,1999\rB,2000\r", "a", "tabular")) == ["A", "B"]


def test_short_rows_are_taken_and_wide_ones_are_not() -> None:
    found = read("id,title,year\n1,A\n2,B,1999,\n3,C, or not C,1999\n")
    assert titles(found) == ["A", "B"]
    assert (found.codes, found.rejected[0].source.place) == (["wide-row"], "line 4")


def test_an_unclosed_quote_costs_its_own_line() -> None:
    found = read('title,year\nA,1\n"B,2000\nC,2001\nD,2002\n')
    assert titles(found) == ["A", "C", "D"]
    assert found.codes == ["unclosed-quote"]
    assert found.rejected[0].source.place == "line 3"
    line = "C" * 4000 + ",2001\n"
    found = read("title,year\n" + '"B,2000\n' + line * (LIMIT // 4000 + 1))
    assert len(found.records) == LIMIT // 4000 + 1
    assert found.codes == ["unclosed-quote"]


def test_quotes_made_to_be_read_again_and_again_are_given_up() -> None:
    found = read("title,year\n" + ("x" * 500 + '","\n') * (LIMIT // 100))
    assert len(found.rejected) < UNCLOSED_QUOTES + 20
    assert set(found.codes) == {"unclosed-quote"}


class Endless(io.RawIOBase):
    """`before`, then `size` times the same byte, then `after`."""

    def __init__(self, before: bytes, size: int, after: bytes) -> None:
        self._parts = [(before, 1), (b"x", size), (after, 1)]

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        wanted = size or 0
        assert wanted > 0
        for index, (part, times) in enumerate(self._parts):
            if times and part:
                if len(part) > 1:
                    self._parts[index] = (part[wanted:], 1)
                    return part[:wanted]
                self._parts[index] = (part, times - min(times, wanted))
                return part * min(times, wanted)
        return b""


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (b"title,year\nA,1999\nB", b",1999\nC,2000\n", ["A", "C"]),
        (b'title,year\nA,1999\n"B', b'",1999\nC,2000\n', ["A", "C"]),
        (b'title,year\nA,1999\n"B\n', b'",1999\nC,2000\n', ["A", "C"]),
        (b'{"title":"A","id":1}\n{"title":"', b'"}\n{"title":"C","id":2}\n', ["A", "C"]),
        (b'[{"title":"A","id":1},{"title":"', b'"},{"title":"C","id":2}]', ["A", "C"]),
    ],
)
def test_a_line_without_end_is_refused_without_being_held(
    before: bytes, after: bytes, kept: list[str]
) -> None:
    from ummid.feeds.reader import Reading

    size = 64 * LIMIT
    tracemalloc.start()
    reading = Reading("a", Endless(before, size, after), format_name="tabular")  # type: ignore[arg-type]
    statements = list(reading)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [s.titles[0].value for s in statements if hasattr(s, "titles")] == kept
    codes = [s.code for s in statements if hasattr(s, "code")]
    assert "line-too-long" in codes
    assert all(len(s.raw) <= 4096 for s in statements if hasattr(s, "raw"))
    assert peak < 24 * LIMIT
    assert reading.size > size


def test_an_endless_header_is_refused() -> None:
    data = b"title,year," + b"x" * (2 * LIMIT)
    found = read(data, "a", "tabular")
    assert (found.codes, found.rejected[0].fatal) == (["line-too-long"], True)
    tabular.sniff(head(data))


@pytest.mark.parametrize("text", ["", "\n\n", "sep=,\n", "a,b\n1,2\n", "just words\n"])
def test_text_without_a_header_is_not_a_table(text: str) -> None:
    assert not tabular.sniff(head(text.encode()))
    if text.strip():
        assert read(text, "a", "tabular").codes == ["unknown-format"]


def test_objects_one_a_line_are_rows() -> None:
    text = (
        '{"id": 7, "title": "A", "genres": ["Drama", {"name": "Crime"}], "year": 1999.0}\n'
        "\n"
        '{"title": "B", "ids": {"name": "x"}, "more": {"a": 1}, "list": [[1], null]}\n'
        "[1]\n"
        '{"title": \n'
        '{"title": "C", "imdb": "tt0000003"}\n'
    )
    found = read(text)
    first, second, third = found.records
    assert (first.own_id, first.year, [g.text for g in first.genres]) == (
        "7",
        1999,
        ["Drama", "Crime"],
    )
    assert second.extra == {"ids": "x", "more": '{"a":1}', "list": "[1]"}
    assert third.key == "imdb:tt0000003"
    assert [(r.code, r.source.place) for r in found.rejected] == [
        ("not-an-object", "line 4"),
        ("not-well-formed", "line 5"),
    ]


def test_an_array_of_objects_is_rows() -> None:
    text = '[\n {"title": "A \\"]}", "id": 1},\n {"title": "B", "id" 2}, 3,\n {"title": "C"}\n]\n'
    found = read(text)
    assert titles(found) == ['A "]}', "C"]
    assert [(r.code, r.source.place) for r in found.rejected] == [
        ("not-well-formed", "/1"),
        ("not-an-object", "/2"),
    ]
    wide = '\ufeff[{"title": "Ä", "id": 1}]'.encode("utf-16-le")
    assert titles(read(wide)) == ["Ä"]
    cut = read(text[:40])
    assert (titles(cut), cut.codes, cut.rejected[0].fatal) == (['A "]}'], ["not-well-formed"], True)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_items_are_found_wherever_the_chunks_end(size: int) -> None:
    class Slow(io.BytesIO):
        def read(self, _: int | None = -1) -> bytes:
            return super().read(size)

    data = rb'  [ {"a": "\\\"]}", "b": [1, {"c": ","}]} , "x\"y" , [] ,5 ] tail'
    items = [item.text for _, item in array_items(Slow(data), 100)]
    assert items == [rb'{"a": "\\\"]}", "b": [1, {"c": ","}]}', rb'"x\"y"', b"[]", b"5"]
    with pytest.raises(FeedError, match="within item 1"):
        list(array_items(Slow(data[:-20]), 100))


def test_rows_may_each_bring_their_own_columns() -> None:
    text = "".join(f'{{"title": "T{n}", "k{n}": {n}}}\n' for n in range(600))
    found = read(text, "a", "tabular")
    assert len(found.records) == 600
    assert found.records[599].extra == {"k599": "599"}


SNIFFED: list[tuple[bytes, bool]] = [
    (b'{"title": "A", "year": 1}\n{"title"', True),
    (b'{"title": "A", "year": 1}', True),
    (b'{\n "title": "A",\n "year": 1\n}', False),
    (b'{"title": "A", "nested": {"a": 1}}', False),
    (b'{"lastUpdated": "x", "movies": []}', False),
    (b'[{"title": "A", "year": 1}]', True),
    (b'[{"title": "A", "nested": {"a": 1}}]', False),
    (b'[{"title": "A", "id" 1}]', False),
    (b'[{"title": "A", "id": 1', False),
    (b"[1, 2]", False),
    (b"<xml/>", False),
    (b"PK\x03\x04", False),
    (b"#EXTM3U\n#EXT-X-VERSION:3\n", False),
    (b"PAR1", True),
]


@pytest.mark.parametrize(("data", "expected"), SNIFFED)
def test_recognised_by_content(data: bytes, expected: bool) -> None:
    assert tabular.sniff(head(data)) is expected


def test_the_head_of_a_longer_file_is_enough() -> None:
    assert tabular.sniff(Head(b'[{"title": "A", "id": 1, "cast": "', whole=False))
    assert tabular.sniff(Head(b"PAR1" + b"x" * 100, whole=False))


MAPPING = {
    "title": "Bezeichnung",
    "title:fr": "Libellé",
    "genres": "Art|sep=/",
    "runtime": "Zeit|unit=s",
    "release_date": "Tag|format=%d.%m.%y",
    "synopsis": "Text UK|language=en|territory=GB",
}


def test_a_declared_mapping_names_the_columns() -> None:
    text = (
        "Nr,Bezeichnung,Libelle,Art,Zeit,Tag,Text UK,year\n"
        "1,Fähre,Bac,Drama/Krimi,5400,01.05.99,A boat,1998\n"
    )
    assert not tabular.sniff(head(b"Nr,Bezeichnung\n"))
    record = read(text, "a.csv", "tabular", mapping=MAPPING).one
    assert [(t.value, t.language) for t in record.titles] == [("Fähre", "und"), ("Bac", "fr")]
    assert [g.text for g in record.genres] == ["Drama", "Krimi"]
    assert record.technical
    assert record.technical.duration_ms == 5_400_000
    assert record.releases[0].date == "1999-05-01"
    assert (record.synopses[0].language, record.synopses[0].territory) == ("en", "GB")
    assert (record.year, record.extra) == (1998, {"Nr": "1"})
    line = '{"Bezeichnung": "A", "Zeit": 60}\n{"Bezeichnung": "B"}\n'
    assert titles(read(line, "a", "tabular", mapping=MAPPING)) == ["A", "B"]


def test_a_declared_column_that_is_missing_is_said() -> None:
    found = read("Name,year\nA,1999\n", "a", "tabular", mapping={"title": "Nme", "year": "year"})
    assert (found.codes, found.rejected[0].fatal) == (["missing-column"], True)
    assert "did you mean 'Name'?" in found.rejected[0].reason
    found = read("title,year\nA,1999\n", mapping={"genres": "Genre"})
    assert titles(found) == ["A"]
    assert found.header.warnings[0].startswith("missing-column: the mapping's column 'Genre'")


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"titel": "X"}, "did you mean 'title'"),
        ({"year:fr": "X"}, "'year' has no language"),
        ({"runtime": "X|unit=weeks"}, "must be ms, s, min or h"),
        ({"title": " "}, "name the column"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_a_setting_to_correct(
    mapping: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        read("title,year\nA,1999\n", mapping=mapping)


@pytest.mark.parametrize(
    ("values", "expected"),
    [((90, 95), 5_400_000), ((5400, 5700), 5_400_000), ((5_400_000, 5_700_000), 5_400_000)],
)
def test_running_times_without_a_unit_are_judged_by_the_column(
    values: tuple[int, int], expected: int
) -> None:
    found = read("title,duration\n" + "".join(f"A,{v}\n" for v in values))
    assert found.records[0].technical
    assert found.records[0].technical.duration_ms == expected
    assert len(found.header.warnings) == (values[0] > 1000)
