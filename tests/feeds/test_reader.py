"""From bytes to statements: recognised by content, repaired and reported, never raising."""

import hashlib
import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import pytest

from tests.feeds.reading import read
from tests.feeds.test_xml import resident
from ummid.catalog.model import Rejected, SourceRecord, Statement
from ummid.errors import ConfigError, FeedError
from ummid.feeds import reader, registry
from ummid.feeds.connector import Feed, Format, Profile
from ummid.feeds.parallel import Plan
from ummid.feeds.reader import Reading, partner_from_path

ITEM = "<item><guid>g{n}</guid><title>Café {n}</title><link>https://x.test/{n}</link></item>\n"


def rss(*numbers: int, declaration: str = "", end: str = "</channel></rss>") -> str:
    items = "".join(ITEM.format(n=n) for n in numbers)
    return f'{declaration}<rss version="2.0"><channel><title>Nord TV</title>\n{items}{end}'


XML = '<?xml version="1.0" encoding="{}"?>'
CSV = "id,title,year\n1,Stalker,1979\n2,Solaris,1972\n"


def titles(content: bytes | str, **profile: Any) -> list[str]:
    found = read(content, **profile)
    assert not found.rejected, found.rejected
    return [r.titles[0].value for r in found.records]


class TestRecognition:
    @pytest.mark.parametrize("path", ["feed.xml", "feed.csv", "feed.zip", "mec.json", ""])
    def test_the_content_decides_and_the_name_never(self, path: str) -> None:
        assert read(rss(1), path).format == "mrss"
        assert read(CSV, path).format == "tabular"

    def test_a_declared_format_is_believed(self) -> None:
        assert read(CSV, format="tabular").format == "tabular"
        found = read(CSV, format="mrss")
        assert (found.format, found.codes, found.records) == ("mrss", ["not-well-formed"], [])

    def test_a_format_that_there_is_none_of_is_named_with_those_there_are(self) -> None:
        found = read(rss(1), format="word")
        assert (found.format, found.codes) == (None, ["unknown-format"])
        assert "mrss" in found.rejected[0].reason

    @pytest.mark.parametrize("content", [b"", b"  \r\n", b"\xef\xbb\xbf", b"\xff\xfe"])
    def test_an_empty_file_is_said_to_be_empty(self, content: bytes) -> None:
        found = read(content)
        (rejected,) = found.rejected
        assert (rejected.code, rejected.fatal, rejected.format) == ("empty-file", True, "unknown")
        assert not found.reading.recognised
        assert not found.header.complete

    @pytest.mark.parametrize(
        ("content", "shown"),
        [
            ("<html xmlns='urn:h'><body/></html>", "XML root <html> in namespace 'urn:h'"),
            ('{"hello": 1, "world": 2}', "JSON object with hello, world"),
            ("{}", "JSON object with no keys"),
            ("Dear sir or madam", "first bytes b'Dear sir or madam'"),
            (b"\x7fELF\x02\x01", "first bytes b'\\x7fELF"),
        ],
    )
    def test_an_unknown_format_is_shown_by_what_was_seen_of_it(
        self, content: bytes | str, shown: str
    ) -> None:
        found = read(content)
        assert found.codes == ["unknown-format"]
        assert shown in found.rejected[0].reason


class TestEncodings:
    @pytest.mark.parametrize(
        "content",
        [
            rss(1).encode(),
            b"\xef\xbb\xbf" + rss(1).encode(),
            b"\xef\xbb\xbf" + rss(1, declaration=XML.format("utf-8")).encode(),
            rss(1).encode("utf-16"),
            rss(1, declaration=XML.format("utf-16")).encode("utf-16"),
            b"\xfe\xff" + rss(1, declaration=XML.format("UTF-16")).encode("utf-16-be"),
            rss(1, declaration=XML.format("ISO-8859-1")).encode("latin-1"),
            rss(1, declaration=XML.format("windows-1252")).encode("cp1252"),
        ],
    )
    def test_a_sound_file_in_any_encoding_is_read_without_a_word(self, content: bytes) -> None:
        found = read(content)
        assert [r.titles[0].value for r in found.records] == ["Café 1"]
        assert (found.rejected, found.header.warnings) == ([], [])

    @pytest.mark.parametrize("declared", ["utf-16", "ISO-8859-1", "x-mac-klingon"])
    def test_utf_8_under_another_name_is_utf_8_and_reported(self, declared: str) -> None:
        found = read(rss(1, declaration=XML.format(declared)))
        assert [r.titles[0].value for r in found.records] == ["Café 1"]
        (warning,) = found.header.warnings
        assert warning.startswith("wrong-encoding:")
        assert declared in warning

    @pytest.mark.parametrize("declaration", ["", XML.format("utf-8"), XML.format("us-ascii")])
    def test_latin_1_bytes_in_utf_8_are_repaired_and_reported(self, declaration: str) -> None:
        mixed = rss(1, 2, declaration=declaration).encode().replace(b"\xc3\xa9 2", b"\xe9 2")
        found = read(mixed)
        assert [r.titles[0].value for r in found.records] == ["Café 1", "Café 2"]
        assert [w.partition(":")[0] for w in found.header.warnings] == ["not-utf-8"]
        table = CSV.replace("Solaris", "Amélie").encode("latin-1")
        assert titles(table) == ["Stalker", "Amélie"]

    def test_a_comment_in_latin_1_before_the_root_hides_nothing(self) -> None:
        assert titles(b"<!-- \xa9 Soci\xe9t\xe9 -->" + rss(1).encode()) == ["Café 1"]

    def test_control_characters_become_blanks_and_are_reported(self) -> None:
        found = read(rss(1, 2).replace("Café 1", "Ca\0fé\x1f1\uffff"))
        assert [r.titles[0].value for r in found.records] == ["Ca fé 1\ufffd", "Café 2"]
        kinds = [w.partition(":")[0] for w in found.header.warnings]
        assert kinds == ["control", "no-character"]

    def test_tables_in_utf_16(self) -> None:
        assert titles(CSV.encode("utf-16")) == ["Stalker", "Solaris"]


class TestBrokenFiles:
    @pytest.mark.parametrize(
        ("end", "line"),
        [("", 4), ("<item><guid>cut", 4), ("<item>\n<guid>g&nbsp;</guid>", 5), ("</rss>", 4)],
    )
    def test_truncated_xml_gives_what_came_before_and_the_line_where_it_ends(
        self, end: str, line: int
    ) -> None:
        found = read(rss(1, 2, end=end))
        assert [r.own_id for r in found.records] == ["g1", "g2"]
        (rejected,) = found.rejected
        assert (rejected.code, rejected.fatal) == ("not-well-formed", True)
        assert rejected.source.place == f"line {line}"
        assert rejected.reason.startswith(f"line {line}:")
        assert not found.header.complete

    def test_a_rejection_names_the_partner_as_far_as_it_is_known(self) -> None:
        assert read(rss(1, end="")).rejected[0].partner == "nord-tv"
        assert read("?", "in/acme-films_2025-03-01.xml").rejected[0].partner == "acme-films"
        assert read("?", "in/acme.xml", partner="zenith").rejected[0].partner == "zenith"

    def test_an_endless_value_does_not_make_an_endless_reason(self) -> None:
        found = read(
            "[" + '{"id": 1, "title": "A", "start": "' + "x" * 100_000 + '"}]', format="tabular"
        )
        for rejected in found.rejected:
            assert len(rejected.reason) < 2000
            assert len(rejected.raw) < 5000

    def test_the_fingerprint_is_that_of_the_whole_file_wherever_reading_stopped(self) -> None:
        for content in (rss(1), rss(1, end="") + " " * 700_000, "?" * 700_000, ""):
            reading = read(content).reading
            assert reading.digest == hashlib.sha256(content.encode()).hexdigest()
            assert reading.size == len(content.encode())

    @pytest.mark.parametrize(
        "failure", [OSError("gone"), EOFError("compressed file ended"), FeedError("torn", "torn")]
    )
    def test_a_failing_stream_gives_what_came_before(self, failure: Exception) -> None:
        begun = rss(*range(1, 9000), end="").encode()
        *records, last = Reading("f", cast("BinaryIO", Torn(begun, failure)))
        assert len(records) == 8999
        assert isinstance(last, Rejected)
        assert (last.code, last.fatal) == (getattr(failure, "code", "unreadable"), True)
        assert str(failure) in last.reason

    @pytest.mark.parametrize("failure", [OSError("gone"), ZeroDivisionError("a bug of a library")])
    @pytest.mark.parametrize("begun", ["", rss(*range(9000))])
    def test_no_failure_of_a_stream_is_raised(self, failure: Exception, begun: str) -> None:
        *_, last = Reading("f", cast("BinaryIO", Torn(begun.encode(), failure)))
        assert isinstance(last, Rejected)
        assert last.fatal
        assert str(failure) in last.reason

    def test_a_file_that_is_too_large_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reader, "MAX_BYTES", 500_000)
        found = read(rss(*range(9000)))
        assert found.codes == ["too-large"]
        assert found.rejected[0].fatal


class Torn(io.RawIOBase):
    """Gives these bytes in odd pieces, then fails."""

    def __init__(self, data: bytes, failure: Exception) -> None:
        self._data, self._failure = io.BytesIO(data), failure

    def read(self, size: int | None = -1) -> bytes:
        data = self._data.read(min(size or 0, 12_345))
        if not data:
            raise self._failure
        return data


class TestOurOwnFaults:
    def broken(self, parse: Callable[[Feed], Iterator[Statement]]) -> Format:
        return Format("broken", "a connector with a bug", "delta", lambda _: True, parse)

    def test_a_fault_of_ours_ends_the_file_and_nothing_else(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def parse(feed: Feed) -> Iterator[Statement]:
            yield feed.reject("here", FeedError("a-code", "a reason"))
            raise RecursionError("too clever")

        monkeypatch.setattr(registry, "by_name", lambda _: self.broken(parse))
        found = read(rss(1), format="broken")
        assert found.codes == ["a-code", "unexpected"]
        assert "RecursionError: too clever" in found.rejected[1].reason
        assert found.rejected[1].fatal
        assert found.reading.digest

    def test_what_is_wrong_with_a_profile_is_no_fault_of_the_file(self) -> None:
        with pytest.raises(ConfigError):
            read(CSV, format="tabular", mapping={"no such field": "title"})


class Line(io.RawIOBase):
    """Endless text without a line feed, made as it is read."""

    def __init__(self, start: bytes, more: bytes, length: int) -> None:
        self._ready, self._more = start, more * (100_000 // len(more))
        self.left = length

    def read(self, size: int | None = -1) -> bytes:
        assert size
        assert size > 0
        self._ready = self._ready or self._more
        data = self._ready[: min(size, self.left)]
        self._ready = self._ready[len(data) :]
        self.left -= len(data)
        return data


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"", b"x"),
        (b"", b"x "),
        (b"title,year,", b"x,"),
        (b'title,year\n"', b"x"),
        (b"<rss><channel><item><title>", b"x"),
        (b"<rss><channel>", b"<item><guid>g</guid><title>" + b"x" * 9000 + b"</title></item>"),
        (b"<rss>", b"<"),
        (b'{"movies": [', b'{"id": 1, "title": "x"},'),
        (b'{"movies": "', b"x"),
        (b"[", b'{"id": "1", "year": 1979, "title": "' + b"x" * 9000 + b'"},'),
        (b"", b"["),
        (b"", b'{"a":'),
        (b'[{"a": ', b"1"),
        (b"PK\x03\x04", b"\0"),
        (b"PAR1", b"\0"),
        (b"#EXTM3U", b" "),
        (b"\xff\xfe", b"x\0"),
        (b"\xef\xbb\xbf", b"\xe9"),
    ],
)
def test_64_megabytes_without_a_line_feed_stay_out_of_memory(start: bytes, more: bytes) -> None:
    stream = Line(start, more, 64 << 20)
    before = peak = resident()
    one_core = Plan(workers=1)
    reading = Reading("line", cast("BinaryIO", stream), Profile(partner="acme"), plan=one_core)
    codes = set()
    for number, statement in enumerate(reading):
        if not isinstance(statement, SourceRecord):
            codes.add(statement.code)
        if number % 1000 == 0:
            peak = max(peak, resident())
    assert "unexpected" not in codes
    assert stream.left == 0
    assert reading.size == 64 << 20
    assert max(peak, resident()) - before < 48 << 20


@pytest.mark.parametrize(
    ("path", "partner"),
    [
        ("feeds/acme.xml", "acme"),
        ("feeds\\acme.xml", "acme"),
        ("acme-films_2025-03-01.xml", "acme-films"),
        ("acme_20250301T120000Z.tar.gz", "acme"),
        ("acme-12.xml", "acme"),
        ("acme_v2.csv", "acme"),
        ("Télé Nord.csv", "tele-nord"),
        ("in.zip!mec/Lumen 3.xml", "lumen"),
        ("2025-03-01.xml", "unknown"),
        ("東映.csv", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_partner_that_nobody_declared_is_named_after_its_file(path: str, partner: str) -> None:
    assert partner_from_path(path) == partner
