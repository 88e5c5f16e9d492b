"""The formats known: each documented, each recognised by content, none in another's way."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ummid.errors import ConfigError, FeedError
from ummid.feeds import registry
from ummid.feeds.connector import DeliveryMode, Format
from ummid.feeds.head import HEAD_BYTES, Head

ISSUE = {
    "mec", "avails_xml", "avails_xlsx", "mec_csv_amazon", "amazon_cdf", "imf", "mrss", "tva",
    "roku_dp_json", "roku_search_json", "adi", "xmltv", "watch_actions", "mmc", "amagi",
    "apple_umc", "tabular",
}  # fmt: skip
SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "feeds"


def test_every_format_asked_for_is_there_under_one_name() -> None:
    names = [known.name for known in registry.formats()]
    assert len(names) == len(set(names))
    assert set(names) >= ISSUE


@pytest.mark.parametrize("known", registry.formats(), ids=lambda known: known.name)
def test_every_format_says_what_it_is(known: Format) -> None:
    assert re.fullmatch("[a-z0-9_]+", known.name)
    assert len(known.label) > 5
    assert known.mode in DeliveryMode.__args__  # type: ignore[attr-defined]
    assert registry.by_name(known.name) is known


def test_tables_are_recognised_last() -> None:
    """Every sheet is a table: whoever knows more about it is asked before."""
    assert registry.formats()[-1].name == "tabular"


def test_a_name_that_there_is_none_of_is_refused_with_those_there_are() -> None:
    with pytest.raises(FeedError, match=r"there are: .*mrss") as refused:
        registry.by_name("word")
    assert refused.value.code == "unknown-format"


def test_a_connector_that_cannot_be_loaded_stops_everything_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without it a more general format would take its files, and withdraw what it had offered."""
    monkeypatch.setattr(registry, "_MODULES", ("mec", "no_such_connector"))
    with pytest.raises(ConfigError, match=r"no_such_connector.*install"):
        registry.formats.__wrapped__()


def outcome(data: bytes, whole: bool) -> str:
    try:
        return registry.recognise(Head(data, whole=whole)).name
    except FeedError as error:
        return error.code


WORDS = st.sampled_from(
    [b"<", b">", b"/>", b"<?xml version='1.0' encoding='utf-16'?>", b"<!DOCTYPE ADI [", b"]>",
     b"<rss", b"<tv>", b"<ADI>", b" xmlns='http://www.movielabs.com/schema/md/v2.1/md'", b"<a:b",
     b"{", b"[", b"]", b"}", b'"', b'"a":', b'"movies":', b'"dataFeedElement":', b'"@context":',
     b'"playOptions"', b"1e9", b"1" * 1200, b",", b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf",
     b"PK\x03\x04", b"PAR1", b"\xe9", b"#EXTM3U\n", b"title,year", b"TitleInternalAlias",
     b"sep=;\n"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(WORDS | st.binary(max_size=8), max_size=12).map(b"".join), st.booleans())
def test_no_bytes_make_recognition_fail(data: bytes, whole: bool) -> None:
    head = Head(data, whole=whole)
    for known in registry.formats():
        assert known.sniff(head) in (True, False)
    assert outcome(data, whole)


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.*")), ids=lambda path: path.name)
def test_a_sample_cut_anywhere_is_that_format_or_unknown(path: Path) -> None:
    """Never an error, of XML never another format, of JSON at worst a table."""
    data = path.read_bytes()[:HEAD_BYTES]
    full = outcome(data, len(data) < HEAD_BYTES)
    for length in {*range(0, len(data), max(1, len(data) // 40)), 1, 2, 3, 4, 5}:
        for whole in (True, False):
            cut = outcome(data[:length], whole)
            if path.suffix == ".xml":
                assert cut in (full, "unknown-format", "empty-file")
            elif path.suffix == ".json":
                assert cut in (full, "unknown-format", "empty-file", "tabular")
