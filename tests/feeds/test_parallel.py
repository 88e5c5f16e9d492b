"""A large document read in parts gives what reading it in one piece gives."""

import io
import os
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.generate import document
from ummid.catalog.lines import record_line
from ummid.catalog.model import Rejected, SourceRecord, Statement
from ummid.feeds import parts
from ummid.feeds.connector import Header
from ummid.feeds.parallel import Crew, Plan, default_plan
from ummid.feeds.reader import Reading
from ummid.feeds.workers import Workers

ON_ONE_CORE = Plan(1)


class Here:
    """Reads parts in this process, through the same bytes as a worker process does."""

    def __init__(self, _: int, setting: bytes) -> None:
        self._setting = parts.decode_setting(setting)
        self._known = parts.format_of(self._setting)
        self._feed = parts.feed_of(self._setting)

    def ask(self, task: bytes) -> "Future[bytes]":
        answer: Future[bytes] = Future()
        outcome = parts.work(
            self._known,
            self._feed,
            self._setting.opening,
            parts.decode_task(task),
            parts.render_of(self._setting),
        )
        answer.set_result(parts.encode(outcome))
        return answer

    def close(self) -> None:
        pass


class Started:
    """Starts real workers and remembers them."""

    def __init__(self) -> None:
        self.crews: list[Workers] = []
        self.pids: list[int] = []

    def __call__(self, count: int, setting: bytes) -> Crew:
        self.crews.append(Workers(count, setting))
        self.pids += self.crews[-1].pids
        return self.crews[-1]


def in_parts(size: int, start: Callable[[int, bytes], Crew] = Here, threshold: int = 600) -> Plan:
    return Plan(2, threshold, size, size, start)


def read(data: bytes, plan: Plan) -> tuple[list[Statement], Header]:
    """Columns left out: they count from a part's beginning where records share a line."""
    reading = Reading("feeds/big.xml", io.BytesIO(data), plan=plan)
    statements = [
        s
        if isinstance(s, SourceRecord)
        else msgspec.structs.replace(s, reason=re.sub(r"column \d+", "column", s.reason))
        for s in reading
    ]
    return statements, replace(reading.header, warnings=sorted(reading.header.warnings))


CHANNEL = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:v="urn:vendor">\n'
    "<!-- <item> of old -->\n<channel>\r\n<title>Größe 東京</title>\n"
    "<language>klingonisch</language><media:rating>nonadult</media:rating>\n"
)
TEXTS = st.text("aé東𝄞 \n&<>'\"", max_size=40).map(
    lambda t: t.replace("&", "&amp;").replace("<", "&lt;")
)
RECORDS = st.one_of(
    st.builds("<item><title>{}</title></item>".format, TEXTS),
    st.builds("<item\n a='>' b=\"/>\"><guid>{}</guid>\n</item >".format, TEXTS),
    st.builds("<item><guid>g</guid><v:x><item>{}</item><item/></v:x></item>".format, TEXTS),
    st.just("<item><title><![CDATA[</item><item>]]></title></item>"),
    st.just("<item><!-- </item> --><guid>c</guid><?pi <item> ?></item>"),
    st.just("<item><guid>i</guid><items>x</items><v:item>y</v:item></item>"),
    st.just(
        "<item><guid>d</guid><pubDate>x</pubDate><media:restriction "
        'relationship="allow" type="country">nowhere</media:restriction></item>'
    ),
    st.just("<item/>"),
    st.just('<item><guid>l</guid><enclosure url="u" length="99999999999999999999999"/></item>'),
)
OTHERS = st.just('<item xmlns="urn:other"><guid>not an item of RSS</guid></item>')

GAPS = st.sampled_from(["", "", "\n", "\r\n", " \t", "<!-- <item> -->", "<?pi </item> ?>\n"])
FOREIGN = st.sampled_from(["", "<ttl>5</ttl>", "stray", "<v:item>z</v:item>"])
ENDS = st.sampled_from([
    "</channel></rss>",
    "\n<lastBuildDate>Sat, 01 Mar 2025 00:00:00 +0000</lastBuildDate></channel>\n</rss>\n",
    "</channel></rss><!-- end -->",
    "</channel>",
    "</rss>",
])  # fmt: skip


@st.composite
def documents(draw: st.DrawFn, foreign: bool = True) -> list[str]:
    """A feed as its channel, each record with what follows it, and its end.

    The first record is plain: a feed that breaks off before any says nothing of itself.
    """
    pieces = [CHANNEL, "<item><guid>first</guid><title>First</title></item>"]
    records = RECORDS | OTHERS if foreign else RECORDS
    for record in draw(st.lists(records, min_size=1, max_size=14)):
        other = draw(FOREIGN) if foreign and draw(st.integers(0, 9)) == 0 else ""
        pieces.append(record + draw(GAPS) + other)
    return [*pieces, draw(ENDS)]


@given(documents(), st.integers(1, 700), st.integers(400, 900))
def test_the_outcome_is_that_of_one_core(pieces: list[str], size: int, threshold: int) -> None:
    data = "".join(pieces).encode()
    assert read(data, in_parts(size, threshold=threshold)) == read(data, ON_ONE_CORE)


@given(documents(), st.integers(1, 300), st.floats(0, 1))
def test_a_document_that_breaks_off_ends_at_the_same_place(
    pieces: list[str], size: int, share: float
) -> None:
    data = "".join(pieces).encode()
    data = data[: 400 + round(share * (len(data) - 400))]
    (parted, header), (whole, expected) = read(data, in_parts(size)), read(data, ON_ONE_CORE)
    assert parted == whole
    assert header.complete == expected.complete


@given(documents(foreign=False), st.integers(1, 300), st.data())
def test_a_record_that_is_not_well_formed_is_lost_alone(
    pieces: list[str], size: int, data: st.DataObject
) -> None:
    end, last = "</channel></rss>", "<item><guid>last</guid></item>"
    at = data.draw(st.integers(1, len(pieces) - 1))
    before, after = "".join(pieces[:at]), "".join(pieces[at:-1]) + last + end
    broken = (before + "<item><title>A & B</title></item>" + after).encode()
    whole, _ = read((before + "<item/>" + after).encode(), ON_ONE_CORE)
    statements, header = read(broken, in_parts(size, threshold=len(CHANNEL.encode()) + 30))

    assert len(statements) == len(whole)
    (lost,) = [s for s in statements if isinstance(s, Rejected) and s.fatal]
    line = before.count("\n") + 1
    assert (lost.code, lost.source.place.partition(",")[0]) == ("not-well-formed", f"line {line}")
    assert f"line {line}: " in lost.reason
    assert "<title>A & B</title>" in lost.raw
    assert not header.complete
    assert [s for s in statements if s is not lost] == [
        s for s in whole if s is not whole[statements.index(lost)]
    ]


def avails(licensors: list[str]) -> bytes:
    said = "".join(
        f"<Avail><ALID>a{n}</ALID><Disposition><EntryType>Update</EntryType></Disposition>"
        + (f"<Licensor><DisplayName>{name}</DisplayName></Licensor>" if name else "")
        + "</Avail>\n"
        for n, name in enumerate(licensors)
    )
    namespace = "http://www.movielabs.com/schema/avails/v2.4/avails"
    return f'<AvailList xmlns="{namespace}">\n{said}</AvailList>'.encode()


@pytest.mark.parametrize("named", range(6))
def test_parts_behind_one_that_changes_the_header_are_read_again(named: int) -> None:
    data = avails(["" if n < named else "Studio" for n in range(12)])
    assert read(data, in_parts(1, threshold=200)) == read(data, ON_ONE_CORE)


@pytest.mark.parametrize("kind", ["mrss", "avails"])
def test_worker_processes_give_what_one_core_gives(kind: str) -> None:
    data = document(kind, 300)
    start = Started()
    assert read(data, in_parts(40_000, start)) == read(data, ON_ONE_CORE)
    assert len(start.crews) == 1


@pytest.mark.parametrize("found", [0, 5])
def test_a_part_whose_worker_was_killed_is_read_here(found: int) -> None:
    data = document("mrss", 300)
    start = Started()
    reading = Reading("feeds/big.xml", io.BytesIO(data), plan=in_parts(20_000, start))
    statements = []
    for statement in reading:
        if len(statements) == found:
            for pid in start.pids:
                os.kill(pid, signal.SIGKILL)
        statements.append(statement)
    assert statements == read(data, ON_ONE_CORE)[0]


def rendered(data: bytes, plan: Plan) -> tuple[list[bytes], list[Rejected]]:
    """The lines of the records that `ummid parse` prints, and the rejections."""
    found = list(Reading("feeds/big.xml", io.BytesIO(data), plan=plan).rendered(record_line))
    rejections = [one for one in found if isinstance(one, Rejected)]
    return b"".join(one for one in found if isinstance(one, bytes)).splitlines(), rejections


@given(documents(), st.integers(1, 700))
def test_records_are_rendered_in_the_order_they_have_on_one_core(
    pieces: list[str], size: int
) -> None:
    data = "".join(pieces).encode()
    records = [s for s in read(data, ON_ONE_CORE)[0] if isinstance(s, SourceRecord)]
    lines, rejections = rendered(data, in_parts(size))
    assert lines == [record_line(record).rstrip(b"\n") for record in records]
    assert len(rejections) == len(rendered(data, ON_ONE_CORE)[1])


def test_rejections_stand_between_the_records_they_stood_between() -> None:
    ids = "".join("<item><guid>g</guid></item>" + "<item/>" * (n % 3) for n in range(40))
    data = f"{CHANNEL}{ids}</channel></rss>".encode()
    assert read(data, in_parts(500))[0] == read(data, ON_ONE_CORE)[0]


def test_worker_processes_render_and_one_that_dies_is_replaced_by_this_one() -> None:
    data = document("avails", 300)
    start = Started()
    expected = rendered(data, ON_ONE_CORE)
    assert rendered(data, in_parts(40_000, start)) == expected

    def killed(count: int, setting: bytes) -> Crew:
        crew = start(count, setting)
        for pid in start.crews[-1].pids:
            os.kill(pid, signal.SIGKILL)
        return crew

    assert rendered(data, in_parts(40_000, killed)) == expected


def closed(statements: Iterator[Statement]) -> None:
    with closing(statements):  # type: ignore[type-var]
        next(statements)


def interrupted(statements: Iterator[Statement]) -> None:
    next(statements)
    with pytest.raises(KeyboardInterrupt):
        statements.throw(KeyboardInterrupt)  # type: ignore[attr-defined]


@pytest.mark.parametrize("stop", [closed, interrupted])
def test_no_worker_outlives_a_reading_that_stops(
    stop: Callable[[Iterator[Statement]], None],
) -> None:
    data = document("mrss", 300)
    for _ in range(2):  # and the next file is read on all cores again
        start = Started()
        stop(iter(Reading("feeds/big.xml", io.BytesIO(data), plan=in_parts(20_000, start))))
        assert len(start.pids) == 2
        for pid in start.pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)


class Failing(io.BytesIO):
    """A stream that breaks when it is read past `limit`."""

    def __init__(self, data: bytes, limit: int) -> None:
        super().__init__(data)
        self.limit = limit

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() >= self.limit:
            raise OSError("connection reset")
        return super().read(size)


def test_what_was_read_before_the_stream_failed_comes_out_first() -> None:
    data = document("mrss", 900)
    stream = Failing(data, 1_000_000)
    *before, last = Reading("big.xml", stream, plan=in_parts(100_000))
    assert isinstance(last, Rejected)
    assert (last.code, last.fatal) == ("unreadable", True)
    assert len(before) > 300
    assert before == list(Reading("big.xml", io.BytesIO(data), plan=ON_ONE_CORE))[: len(before)]


def refused(_: int, __: bytes) -> Crew:
    pytest.fail("a worker was started")


@pytest.mark.parametrize(
    ("why", "data"),
    [
        ("small", document("mrss", 3)),
        ("UTF-16", document("mrss", 90).decode().replace("UTF-8", "UTF-16").encode("utf-16")),
        ("declares elements", b"<!DOCTYPE rss [<!ELEMENT x ANY>]>" + document("mrss", 90)[39:]),
        ("no records", b"<rss><channel>" + b"<title>t</title>" * 2000 + b"</channel></rss>"),
        ("not cuttable", b'<tv date="20250301">' + b"<programme/>" * 5000 + b"</tv>"),
        ("opening is broken", b"<rss><channel><a>&x;</a>" + b"<item/>" * 5000),
    ],
)
def test_no_process_is_started_for_what_is_read_on_one_core(why: str, data: bytes) -> None:
    assert why
    plan = replace(in_parts(1000, refused), threshold=20_000)
    assert read(data, plan) == read(data, ON_ONE_CORE)


def test_by_default_there_is_a_worker_for_each_core_and_four_at_most() -> None:
    assert 1 <= default_plan().workers <= 4
