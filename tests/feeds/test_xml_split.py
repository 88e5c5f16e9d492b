"""Where an XML document may be cut, and where not."""

import io
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ummid.feeds.xml_split import (
    Joined,
    Opening,
    Part,
    Splitter,
    opening,
    record_starts,
    whole_records,
)


@pytest.mark.parametrize(
    ("document", "tag", "closing"),
    [
        (b"<rss><channel><title>t</title><item>", b"item", b"</channel></rss>"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE tv SYSTEM "x.dtd"><tv><item>', b"item", b"</tv>"),
        (b"<a:feed xmlns:a='u'><!-- <item> --><a:entry a='/>'>", b"a:entry", b"</a:feed>"),
        (b'<r><![CDATA[<item>]]><e/><?p <item>?><x a=">"/><item/>', b"item", b"</r>"),
        (b"\xef\xbb\xbf <r><a></a ><item>", b"item", b"</r>"),
    ],
)
def test_the_opening_ends_before_the_first_record(
    document: bytes, tag: bytes, closing: bytes
) -> None:
    found = opening(document, ("item", "entry"))
    assert found == Opening(document[: document.rindex(b"<")], tag, closing)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<r><title>no records</title></r>",
        b"<item/>",
        b"<!DOCTYPE r [<!ENTITY x 'y'>]><r><item>",
        b"<r><a></b><item>",
        b"<r></r></r><item>",
        b"<r><!-- not ended <item>",
        b"<r>1 < 2<item>",
    ],
)
def test_what_is_not_understood_is_not_cut(document: bytes) -> None:
    assert opening(document, ("item",)) is None


@pytest.mark.parametrize(
    ("data", "starts", "is_last"),
    [
        (b"<i>1</i><i>2</i> <i>3", [0, 8, 17], False),
        (b"<i/><i a='>'/><i ></i >\n<i", [0, 4, 14], False),
        (b"<i><i></i></i><!-- <i> --><?p <i>?><i>", [0, 35], False),
        (b"<i><![CDATA[</i>]]></i><i>", [0, 23], False),
        (b"<i><!-- </i> --><?p </i>?></i><i>", [0, 30], False),
        (b"<i><id>x</id></i><id/><i>", [0], True),
        (b"<i></i></r><i></i>", [0], True),
        (b"<i></i>text<i></i>", [0], True),
        (b"<i></i><!-- not ended", [0], False),
        (b"<i></i><i", [0], False),
        (b"<i><![CDATA[ not ended </i><i></i>", [0], False),
        (b"<i><i></i>", [0], False),
    ],
)
def test_records_begin_after_whole_records_alone(
    data: bytes, starts: list[int], is_last: bool
) -> None:
    assert record_starts(data, b"i") == (starts, is_last)


_PIECES = st.sampled_from((
    b"<i>", b"</i>", b"<i/>", b"<i a='>'>", b"<id>", b"</id>", b"</i >", b"<i\n>", b"<i>x</i>",
    b" ", b"\n", b"x", b"!", b"?", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?p ", b"?>",
))  # fmt: skip


@given(st.lists(_PIECES, max_size=14).map(b"".join))
@example(b"a</i><i><!--</i><i>-->b")
@example(b"a</i><i><![CDATA[</i><i>]]>")
@example(b"<i></i><i>")
def test_data_is_cut_where_looking_at_each_tag_would_cut_it(inside: bytes) -> None:
    data = b"<i>" + inside
    starts, is_last = record_starts(data, b"i")
    records, end, last = whole_records(data, b"i")
    assert (records, end) == (len(starts) - 1, starts[-1])
    assert not last or is_last


def test_what_never_ends_is_looked_at_once() -> None:
    """Were each of the openings searched for its end, this would take hours."""
    for opened in (b"<!--", b"<![CDATA[", b"<?"):
        data = b"<i>1</i><i>" + opened * 400_000
        assert whole_records(data, b"i") == (1, 8, False)


def test_parts_and_rest_are_the_document_with_its_counts() -> None:
    records = b"".join(b"<i>\n%d</i>\n" % n for n in range(50))
    document = b"<r>\n" + records + b"<t/>\n<i>51</i></r>"
    found = opening(document, ("i",))
    assert found
    splitter = Splitter(found, document[:90], io.BytesIO(document[90:]))
    parts = list(splitter.parts(40, 25))
    rest = splitter.rest()
    assert found.data + b"".join(p.data for p in parts) + rest.read() == document
    assert sum(p.records for p in parts) == splitter.records == 49
    for before, part in zip([Part(b"", 0, 0, 1), *parts], parts, strict=False):
        assert part.records_before == before.records_before + before.records
        assert part.lines_before == before.lines_before + before.data.count(b"\n")


def test_a_record_larger_than_a_part_is_waited_for() -> None:
    document = b"<r><i>" + b"x" * 5000 + b"</i><i>2</i></r>"
    found = opening(document, ("i",))
    assert found
    splitter = Splitter(found, document[:10], io.BytesIO(document[10:]))
    assert [len(p.data) for p in splitter.parts(16, 16)] == [5007]
    assert splitter.rest().read() == b"<i>2</i></r>"


def test_trouble_of_the_stream_comes_after_what_it_gave() -> None:
    joined = Joined(b"begun", cast("io.BytesIO", None), OSError("reset"))
    assert joined.read(3) + joined.read(3) == b"begun"
    with pytest.raises(OSError, match="reset"):
        joined.read(3)
