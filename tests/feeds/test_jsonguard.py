"""Numbers and nesting beyond all reason end a document before a parser sees them."""

import io
import json
from typing import Any

import ijson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.feeds.reading import read
from tests.feeds.test_bytes import pieces
from ummid.errors import FeedError
from ummid.feeds.jsonguard import NESTING, GuardedJson


def refused(data: bytes, size: int = 1 << 16) -> str | None:
    """What refuses these bytes when they come in pieces of a size."""
    stream = GuardedJson(pieces(*(data[i : i + size] for i in range(0, len(data), size))))
    try:
        assert stream.read() == data
    except FeedError as error:
        return error.code
    return None


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 16])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a": [1, 2.5e10, -3E+99], "b": "x"}', None),
        ('{"a": "' + "[" * 500 + '"}', None),
        ('{"a": "\\"' + "[" * 500 + '\\\\"}', None),
        ('{"a": "1e99999"}', None),
        ("[" * NESTING + "]" * NESTING, None),
        ("[]" * 500, None),
        ("[" * (NESTING + 1), "too-deep"),
        ('{"a":' * (NESTING + 1), "too-deep"),
        ('["x", ' * (NESTING + 1), "too-deep"),
        ('["]]]]", ' * (NESTING + 1), "too-deep"),
        ('["\\"]", ' * (NESTING + 1), "too-deep"),
        ('["\\\\", ' * (NESTING + 1), "too-deep"),
        ('{"a": 1e99999}', "not-json"),
        ('{"a": -1.5E-10000}', "not-json"),
    ],
)
def test_brackets_and_numbers_count_and_text_does_not(
    text: str, code: str | None, size: int
) -> None:
    assert refused(text.encode(), size) == code


@pytest.mark.parametrize("digits", [1000, 5000, 200_000])
@pytest.mark.parametrize("size", [100, 1 << 16])
def test_a_number_of_a_thousand_digits_is_refused(digits: int, size: int) -> None:
    assert refused(b'{"n": ' + b"1" * digits + b"}", size) == "not-json"
    assert refused(b'{"n": ' + b"1" * 999 + b"}", size) is None


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text('ab"\\[]{}é\n'),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('a"\\['), inner, max_size=3)
    ),
    max_leaves=20,
)


@given(JSON, st.booleans(), st.integers(1, 9))
def test_any_sensible_document_passes_as_it_is(value: Any, ascii_only: bool, size: int) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only).encode()
    stream = GuardedJson(io.BytesIO(data))
    assert b"".join(iter(lambda: stream.read(size), b"")) == data


@example(["\\", *"[[[[["])  # a backslash outside of a string escapes nothing
@given(st.lists(st.sampled_from(['"', "\\", "[", "]", "{", "a", "1", "\n"]), max_size=60))
def test_where_chunks_end_never_matters(parts: list[str]) -> None:
    data = ("[" * 60 + "".join(parts)).encode()
    assert len({refused(data, size) for size in (1, 2, 3, 5, 64, 1 << 16)}) == 1


def test_what_comes_before_is_given() -> None:
    stream = GuardedJson(io.BytesIO(b'[{"a": 1},' + b" " * 70_000 + b'{"a": ' + b"9" * 5000))
    items = ijson.items(stream, "item")
    assert next(items) == {"a": 1}
    with pytest.raises(FeedError):
        next(items)


DOCUMENTS = {
    "mec_csv_amazon": '{"contentId": "1", "localizedInfo": [{"titleDisplay60": "x"}], %s}',
    "avails_xlsx": '[{"ALID": "1", "Territory": "FR", "TitleInternalAlias": "x",'
    ' "WorkType": "Movie", "Start": "2025-03-01", "LicenseType": "SVOD", "AvailTrans": "y"}, {%s}]',
    "watch_actions": '{"@context": "http://schema.org", "@type": "DataFeed", "dataFeedElement":'
    ' [{"@type": "Movie", "@id": "1", "name": "x"}, {%s}]}',
    "roku_dp_json": '{"providerName": "x", "movies": [{"id": "1", "title": "x"}], %s}',
    "roku_search_json": '{"version": "1", "defaultLanguage": "en", "assets": [],'
    ' "defaultAvailabilityCountries": ["us"], %s}',
    "tabular": '[{"id": "1", "title": "x"}, {%s}]',
}


@pytest.mark.parametrize("format_name", DOCUMENTS)
@pytest.mark.parametrize(
    "bomb",
    ["1" * 6000, "-" + "1" * 6000, "[" * 100_000, '{"a":' * 50_000, "1e999999999999999999999",
     "1." + "1" * 6000, "NaN"],
)  # fmt: skip
def test_no_connector_chokes_on_a_number_or_on_nesting(format_name: str, bomb: str) -> None:
    """Some of these ended the process, or took all its memory, before they were refused."""
    found = read(DOCUMENTS[format_name] % f'"zz": {bomb}', format=format_name)
    assert "unexpected" not in found.codes
    sniffed = read(DOCUMENTS[format_name] % f'"zz": {bomb}')
    assert "unexpected" not in sniffed.codes
