"""JSON documents: strict, bounded, in the partner's shapes, with the place of what is wrong."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ummid.catalog.territories import Territories
from ummid.errors import FeedError
from ummid.feeds import jsonfeed
from ummid.feeds.connector import Feed, Profile
from ummid.feeds.head import HEAD_BYTES, Head
from ummid.feeds.jsonfeed import JsonDocument, Partial, load, stream_items
from ummid.feeds.jsonvalues import (
    as_dict,
    as_int,
    as_list,
    as_number,
    as_text,
    as_texts,
    member,
    raw_json,
)
from ummid.feeds.plain import plain_text


def feed_of(content: bytes | str, stream: Any = None) -> Feed:
    data = content.encode() if isinstance(content, str) else content
    head = Head(data[:HEAD_BYTES], whole=len(data) < HEAD_BYTES)
    return Feed("f", "p", stream or io.BytesIO(data), head, Profile(), Territories())


def items(feed: Feed, *arrays: str) -> list[Any]:
    """What is given before the document ends or breaks; a break last, as (code, message)."""
    found: list[Any] = []
    try:
        found.extend(stream_items(feed, *arrays))
    except FeedError as error:
        found.append((error.code, str(error)))
    return found


class Cut(io.BytesIO):
    """A stream that fails where its data end, as a truncated gzip does."""

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data:
            raise EOFError("compressed file ended early")
        return data


def test_items_come_with_json_pointers_in_file_order() -> None:
    feed = feed_of('{"x/y":[{"n":1},2],"other":[[1],{"z":{}}],"b":{"n":3},"c":null,"d":"word"}')
    assert items(feed, "x/y", "b", "c", "d") == [
        ("/x~1y/0", {"n": 1}),
        ("/x~1y/1", 2),
        ("/b", {"n": 3}),
        ("/d", "word"),
    ]
    assert feed.header.warnings == []


def test_a_root_array_is_named_by_the_empty_name() -> None:
    assert items(feed_of('[{"n":1}]'), "") == [("/0", {"n": 1})]
    assert items(feed_of('[{"n":1}]'), "x")[0][0] == "wrong-root"
    assert items(feed_of('{"n":1}'), "") == []


def test_root_members_are_found_behind_the_items_that_need_them() -> None:
    with JsonDocument(feed_of('{"a":[{"deep":[1]}],"lang":"en","list":["x"],"z":1}')) as document:
        assert document.members("lang", "list") == {"lang": "en", "list": ["x"]}
        assert document.members("lang", "none") == {"lang": "en"}
        assert list(document.items("a")) == [("/a/0", {"deep": [1]})]
        assert document.scalars == {"a": None, "lang": "en", "list": None, "z": 1}


@pytest.mark.parametrize("content", ['{"lang":"en","a":[', "[1]", '{"lang":"en"'])
def test_looking_at_members_never_fails(content: str) -> None:
    with JsonDocument(feed_of(content)) as document:
        assert document.members("lang", "x") in ({"lang": "en"}, {})


BROKEN = [
    ('{"a":[{"n":1},\n{"n":NaN}]}', "line 2, byte 21"),
    ('{"a":[{"n":1},\n{"n":1', "line 2, byte 21"),
    ('{"a":[{"n":1},{"n":Infinity}]}', "line 1, byte 20"),
    ('{"a":[{"n":1},{"n":2,}]}', "line 1, byte"),
    ('{"a":[{"n":1},{"n":"x\ty"}]}', "line 1, byte"),
]


@pytest.mark.parametrize(("content", "where"), BROKEN)
def test_what_came_before_a_break_is_given_then_its_place(content: str, where: str) -> None:
    first, cut, (code, message) = items(feed_of(content), "a")
    assert first == ("/a/0", {"n": 1})
    assert isinstance(cut[1], Partial)
    assert code == "not-json"
    assert message.startswith(where)


def test_a_break_between_items_or_after_the_end_is_a_break() -> None:
    assert items(feed_of('{"a":[1] "b":2}'), "a")[-1][0] == "not-json"
    assert items(feed_of('{"a":[1]} {"a":[2]}'), "a")[-1][0] == "not-json"
    assert items(feed_of('{"a":[[1,'), "a")[-1][0] == "not-json"


def test_of_an_item_cut_in_two_the_unfinished_objects_are_marked() -> None:
    (place, item), (code, _) = items(feed_of('{"a":[{"id":1,"s":[{"t":1},{"e":[{"u":1},{"v'), "a")
    assert (place, code) == ("/a/0", "not-json")
    assert isinstance(item, Partial)
    assert item == {"id": 1, "s": [{"t": 1}, {"e": [{"u": 1}, {}]}]}
    assert [isinstance(s, Partial) for s in item["s"]] == [False, True]
    assert [isinstance(e, Partial) for e in item["s"][1]["e"]] == [False, True]


def test_the_place_of_a_break_is_right_far_into_a_file() -> None:
    good = '{"n":"' + "x" * 90 + '"},\n'
    content = '{"a":[\n' + good * 3000 + '{"n":nope}]}'
    found = items(feed_of(content), "a")
    assert len(found) == 3002
    assert found[-1][1].startswith(f"line 3002, byte {content.index('nope') + 1}")


def test_a_stream_that_fails_gives_what_came_before() -> None:
    found = stream_items(feed_of("{}", Cut(b'{"a":[{"n":1},{"n"')), "a")
    assert next(found) == ("/a/0", {"n": 1})
    with pytest.raises(EOFError):
        list(found)
    with JsonDocument(feed_of("{}", Cut(b'{"a":[{"n":1},{"n"'))) as document:
        assert document.members("b") == {}


def test_nesting_is_bounded_inside_and_outside_of_items() -> None:
    deep = "[" * 70 + "]" * 70
    for content in (f'{{"a":[{deep}]}}', f'{{"z":{deep}}}'):
        assert items(feed_of(content), "a")[-1][0] == "too-deep"
        with pytest.raises(FeedError, match="nested") as caught:
            load(feed_of(content))
        assert caught.value.code == "too-deep"
    with pytest.raises(FeedError, match="nested"):
        load(feed_of("[" * 100_000))


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    long = '{"a":[' + "9" * 5000 + "]}"
    assert items(feed_of(long), "a")[0][0] == "not-json"
    with pytest.raises(FeedError, match="not JSON"):
        load(feed_of(long))


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FeedError, match="more than 5 bytes"):
        load(feed_of('{"a": 123456}'), limit=5)
    monkeypatch.setattr(jsonfeed, "_ON_DISK", 5)
    assert items(feed_of('{"a": 123456}'), "a")[0][0] == "too-large"


def test_a_repeated_member_is_reported_and_its_last_value_counts() -> None:
    feed = feed_of('{"a":[{"n":1,"n":2},{"n":3,"n":4}]}')
    assert items(feed, "a") == [("/a/0", {"n": 2}), ("/a/1", {"n": 4})]
    assert [w.partition(":")[0] for w in feed.header.warnings] == ["duplicate-key"] * 2
    whole = feed_of('{"n":1,"m":{"x":1,"x":2},"n":3}')
    assert load(whole) == {"n": 3, "m": {"x": 2}}
    assert len(whole.header.warnings) == 2


Reader = Callable[[Feed], Any]
READERS: list[Reader] = [load, lambda feed: dict(stream_items(feed, "a")) and {"a": 1}]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf {"a":1}',
        '{"a":1}'.encode("utf-16"),
        '\ufeff{"a":1}'.encode("utf-16-be"),
        b'HTTP/1.1 200 OK\n\nserver: x\n{"a":1}',
    ],
)
def test_marks_and_lines_before_the_document_are_tolerated(content: bytes, reader: Reader) -> None:
    feed = feed_of(content)
    assert reader(feed) == {"a": 1}
    expected = 2 if content.startswith(b"HTTP") else 0
    assert len(feed.header.warnings) == expected


@pytest.mark.parametrize("content", ["", "hello", "a\nb\nc\nd\n{}", "  "])
def test_a_file_without_a_document_is_no_json(content: str) -> None:
    with pytest.raises(FeedError) as caught:
        load(feed_of(content))
    assert caught.value.code == "not-json"


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ('{"a":\n [1,}', "line 2, column 5"),
        ('junk\n{"a":"NaN",\n"b":-Infinity}', "line 3, column 5"),
        ('{"a":1} x', "line 1, column 9"),
        ('{"a', "line 1, column 2"),
    ],
)
def test_loading_names_line_and_column(content: str, where: str) -> None:
    with pytest.raises(FeedError) as caught:
        load(feed_of(content))
    assert caught.value.code == "not-json"
    assert str(caught.value).startswith(where)


def test_loading_keeps_decimals_and_scalars() -> None:
    assert load(feed_of('{"price":1.10}')) == {"price": Decimal("1.10")}
    assert load(feed_of("[]")) == []


def test_half_characters_are_replaced() -> None:
    feed = feed_of(r'{"a":"\ud800x\ud83d\ude00 \\ud800 \n"}')
    assert load(feed) == {"a": "\ufffdx\U0001f600 \\ud800 \n"}
    assert feed.header.warnings == ["lone-surrogate: 1 half characters were replaced"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, []), ("null", []), ("", []), ("a", ["a"]), ([1, None, "null", {}], [1]), (0, [0])],
)
def test_as_list(value: Any, expected: list[Any]) -> None:
    assert as_list(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" a ", "a"), ("NULL", ""), (True, "true"), (False, "false"), (3, "3"),
        (Decimal("1.10"), "1.10"), ({"value": "v"}, "v"), ({"name": ["n"]}, "n"), ({"x": 1}, ""),
        (["", None, "b"], "b"), ([], ""), (None, ""),
    ],
)  # fmt: skip
def test_as_text(value: Any, expected: str) -> None:
    assert as_text(value) == expected


def test_as_texts_reads_lists_scalars_and_objects() -> None:
    assert as_texts(["a", {"value": "b"}, {"1": "c", "2": ""}, None]) == ["a", "b", "c"]
    assert as_texts("a") == ["a"]
    assert as_texts([[[]]]) == []


def test_as_dict_takes_the_object_or_the_first_one() -> None:
    assert as_dict({"a": 1}) == {"a": 1}
    assert as_dict(["x", {"a": 1}]) == {"a": 1}
    assert as_dict([]) == as_dict("x") == {}


@pytest.mark.parametrize(
    ("value", "number", "whole"),
    [
        ("825", Decimal(825), 825), (2.0, Decimal("2.0"), 2), ("1.5", Decimal("1.5"), None),
        ("x", None, None), (True, None, None), ("NaN", None, None), ("1e400", None, None),
        (Decimal("1e-900"), None, None), ("", None, None),
    ],
)  # fmt: skip
def test_numbers(value: Any, number: Decimal | None, whole: int | None) -> None:
    assert as_number(value) == number
    assert as_int(value) == whole


def test_a_member_is_found_in_any_letter_case_and_never_null() -> None:
    assert member({"Language": "fr"}, "language") == "fr"
    assert member({"a": "null", "b": 0}, "a", "b") == 0
    assert member({"a": None}, "a") is None


def test_raw_json_writes_what_was_read() -> None:
    assert raw_json({"a": Decimal("1.10"), "b": None}) == '{"a":1.10,"b":null}'


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("plain  text\n", "plain text"),
        ("<p>Tom &amp; Ann<br/>again</p>", "Tom & Ann again"),
        ("a<b>bold</b>b 1 < 2 & 3 > 2", "aboldb 1 < 2 & 3 > 2"),
        ("I <3 it", "I <3 it"),
        ("x<script>alert(1)</script>y<style>p{}</style></style>z", "x y z"),
        ("it&#39;s", "it's"),
    ],
)
def test_markup_is_taken_out_of_text(raw: str, expected: str) -> None:
    assert plain_text(raw) == expected
