"""One bad item is one rejection: its neighbours go on."""

import io
from typing import Any

import pytest
from msgspec import structs

from ummid.catalog.model import Rejected, Source, SourceRecord, Statement, Technical, Text
from ummid.catalog.territories import Territories
from ummid.errors import ConfigError, FeedError
from ummid.feeds.connector import RAW_LIMIT, Feed, Header, Profile, read_each, reason_of
from ummid.feeds.head import Head


def feed(profile: Profile | None = None, header: Header | None = None) -> Feed:
    return Feed(
        "mrss",
        "in/feed.xml",
        io.BytesIO(),
        Head(b"", whole=True),
        profile or Profile(),
        Territories(),
        "from-path",
        header or Header(),
    )


def take(one: Feed, place: str, item: Any) -> Statement:
    """Refuses items that are exceptions, by raising them."""
    if isinstance(item, Exception):
        raise item
    return SourceRecord(
        format=one.format,
        partner=one.partner,
        kind="film",
        key=item,
        source=one.source(place),
    )


@pytest.mark.parametrize(
    ("declared", "stated", "partner"),
    [("acme", "zenith", "acme"), (None, "zenith", "zenith"), (None, None, "from-path")],
)
def test_a_declared_partner_comes_before_a_stated_one_before_a_name_from_the_path(
    declared: str | None, stated: str | None, partner: str
) -> None:
    assert feed(Profile(partner=declared), Header(partner=stated)).partner == partner


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FeedError("reversed-window", "it ends before it starts"), "reversed-window"),
        (ValueError("of ours"), "unexpected"),
        (KeyError("of ours"), "unexpected"),
        (RecursionError("of ours"), "unexpected"),
        (OSError("of ours"), "unexpected"),
    ],
)
def test_a_bad_item_is_rejected_alone_with_its_place_key_and_text(
    error: Exception, code: str
) -> None:
    one = feed()
    items = [("line 1", "a"), ("line 2", error), ("line 3", "b")]
    first, bad, last = read_each(one, items, take, lambda i: f"<{i}>", lambda i: f"key of {i}")
    assert isinstance(bad, Rejected)
    assert (bad.code, bad.fatal, bad.source) == (code, False, Source("in/feed.xml", "line 2"))
    assert (bad.raw, bad.key) == (f"<{error}>", f"key of {error}")
    assert str(error) in bad.reason
    assert [s.key for s in (first, last)] == ["a", "b"]
    assert one.header.complete


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"key": ""}, "no-identity"),
        ({"season_number": 10**30}, "out-of-range"),
        ({"technical": Technical(duration_ms=-(2**64))}, "out-of-range"),
        ({"titles": (Text("half \ud800 a character"),)}, "out-of-range"),
        ({"event_time": 2**63}, "out-of-range"),
        ({"event_time": -1}, "out-of-range"),
    ],
)
def test_a_record_that_could_not_be_named_or_stored_is_rejected_where_it_stands(
    fields: dict[str, Any], code: str
) -> None:
    def read(one: Feed, place: str, item: str) -> Statement:
        return structs.replace(take(one, place, item), **(fields if item == "bad" else {}))

    items = [("line 1", "good"), ("line 2", "bad"), ("line 3", "fine")]
    first, bad, last = read_each(feed(), items, read, str)
    assert isinstance(bad, Rejected)
    assert (bad.code, bad.source.place, bad.raw) == (code, "line 2", "bad")
    assert [s.key for s in (first, last)] == ["good", "fine"]


def test_an_item_that_cannot_even_be_shown_or_named_is_still_rejected() -> None:
    def fails(_: Any) -> str:
        raise UnicodeError("nothing to show")

    (bad,) = read_each(feed(), [("line 1", FeedError("a", "b"))], take, fails, fails)
    assert isinstance(bad, Rejected)
    assert (bad.code, bad.raw, bad.key) == ("a", "", None)
    (unnamed,) = read_each(feed(), [("line 1", FeedError("a", "b"))], take, str)
    assert isinstance(unnamed, Rejected)
    assert unnamed.key is None


def test_what_is_wrong_with_the_profile_is_not_blamed_on_every_item() -> None:
    with pytest.raises(ConfigError):
        list(read_each(feed(), [("line 1", ConfigError("no such zone"))], take, str))


def test_a_fatal_rejection_makes_the_delivery_incomplete() -> None:
    one = feed()
    assert not one.reject("line 1", FeedError("a", "b")).fatal
    assert one.header.complete
    assert one.reject("line 1", FeedError("a", "b"), fatal=True).fatal
    assert not one.header.complete


def test_endless_values_are_cut_and_both_ends_of_a_reason_kept() -> None:
    endless = FeedError("bad-date", f"'{'x' * 100_000}' is no date; correct it", retryable=True)
    bad = feed().reject("line 1", endless, "y" * 100_000)
    assert len(bad.raw) == RAW_LIMIT
    assert len(bad.reason) < 1100
    assert bad.reason.startswith("'xxx")
    assert bad.reason.endswith("correct it")
    assert bad.retryable
    assert reason_of(FeedError("a", "as it is")) == "as it is"
