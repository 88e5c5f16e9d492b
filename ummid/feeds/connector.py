"""What a partner format's module provides, and what it is given.

A connector sniffs by content and turns a stream into statements. It keeps no state between
files and never opens anything by itself: paths and URLs inside a feed are data.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, TypeVar

import msgspec

from ummid.catalog.model import Rejected, Source, SourceRecord, Statement
from ummid.catalog.territories import Territories
from ummid.errors import FeedError, UmmidError
from ummid.feeds.head import Head

DeliveryMode = Literal["snapshot", "scoped", "delta", "range"]
"""What the silence of a delivery means.

snapshot: whatever the feed's scope held and the delivery does not repeat is withdrawn;
scoped: the same, within each scope that a statement names (Avails: ALID × territory);
delta: nothing; range: the same as snapshot, within the stretch of time covered per channel.
"""

RAW_LIMIT = 4096
"""Characters of the raw fragment kept with a rejection."""

_REASON_LIMIT = 1000


@dataclass(frozen=True)
class Profile:
    """What is agreed with a partner and not in its feeds. Empty means: as the format says.

    `assumed_zone` places times without a zone; `territories` and `currency` apply where a
    feed has none; `mapping` names columns for tabular files (canonical field -> column).
    """

    partner: str | None = None
    mode: DeliveryMode | None = None
    scope: str | None = None
    assumed_zone: str = "UTC"
    territories: tuple[str, ...] = ()
    currency: str | None = None
    platform: str | None = None
    licence: str | None = None
    date_formats: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
    hold_share: float | None = None


@dataclass
class Header:
    """What a feed says about itself; a connector fills it as it meets it, at the latest when
    its last statement is out.

    `feed_id` names this feed among the partner's own. `time` is the feed's stated time (epoch
    ms). `complete` turns False when more pages follow (`next_page`) or the end is missing.
    `covered` maps a channel to the [start, end) in epoch ms that a range delivery speaks for.
    """

    partner: str | None = None
    feed_id: str | None = None
    format_version: str | None = None
    time: int | None = None
    complete: bool = True
    next_page: str | None = None
    covered: dict[str, tuple[int, int]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


@dataclass
class Feed:
    """One file being read: its bytes, where it came from, and what is agreed about it.

    `first_record` and `first_line` are not 0 where the stream is a later part of a large
    document (`ummid.feeds.parallel`): a connector adds them to the places that it counts.
    `encoded_next` says that whoever asks for the statements encodes them, and so learns by
    itself of a value that cannot be stored.
    """

    format: str
    path: str
    stream: BinaryIO
    head: Head
    profile: Profile
    territories: Territories
    fallback_partner: str = "unknown"
    header: Header = field(default_factory=Header)
    first_record: int = 0
    first_line: int = 0
    encoded_next: bool = False

    @property
    def partner(self) -> str:
        """The declared partner, else what the feed says of itself, else a name from its path."""
        return self.profile.partner or self.header.partner or self.fallback_partner

    def source(self, place: str) -> Source:
        return Source(self.path, place)

    def reject(
        self,
        place: str,
        error: FeedError,
        raw: str = "",
        *,
        key: str | None = None,
        fatal: bool = False,
    ) -> Rejected:
        """A statement that cannot be taken. `fatal`: the rest of the file is lost with it."""
        if fatal:
            self.header.complete = False
        return Rejected(
            format=self.format,
            partner=self.partner,
            source=self.source(place),
            code=error.code,
            reason=reason_of(error),
            raw=raw[:RAW_LIMIT],
            key=key,
            fatal=fatal,
            retryable=error.retryable,
        )


def reason_of(error: FeedError) -> str:
    """What a rejection says of an error; a partner's endless value is cut in the middle."""
    text = str(error)
    if len(text) <= _REASON_LIMIT:
        return text
    return f"{text[: _REASON_LIMIT // 2]} […] {text[-_REASON_LIMIT // 2 :]}"


@dataclass(frozen=True)
class Format:
    """A partner format as the registry knows it.

    `sniff` answers from the file's head alone; `parse` yields one statement per unit of the
    format and raises FeedError when the file as a whole cannot go on (what was yielded
    before stays).

    `record_elements` are the local names of XML elements between which a large document may
    be cut: each gives one statement, from itself and from what precedes the first of them.
    """

    name: str
    label: str
    mode: DeliveryMode
    sniff: Callable[[Head], bool]
    parse: Callable[[Feed], Iterator[Statement]]
    record_elements: tuple[str, ...] = ()


Item = TypeVar("Item")
_encoder = msgspec.msgpack.Encoder()
_SCRATCH = bytearray()
NOT_STORABLE = (OverflowError, UnicodeEncodeError)
"""What encoding a statement raises."""
_LATEST = 253_402_300_799_999
"""The end of the year 9999 in epoch ms: stores keep times as versions of cells."""


def read_each(
    feed: Feed,
    items: Iterable[tuple[str, Item]],
    read: Callable[[Feed, str, Item], Statement],
    raw: Callable[[Item], str],
    key: Callable[[Item], str | None] = lambda _: None,
) -> Iterator[Statement]:
    """One statement per (place, item): what `read` refuses becomes a rejection, the rest goes on.

    A fault of ours in `read` rejects that item alone, as `unexpected`, with its raw text; so
    does a record that nobody could name or store, as `no-identity` or `out-of-range`.
    """
    for place, item in items:
        try:
            statement = read(feed, place, item)
            _check(statement)
            if not feed.encoded_next:
                _check_storable(statement)
        except FeedError as error:
            statement = _refused(feed, place, error, item, raw, key)
        except UmmidError:
            raise  # the partner's profile is at fault, for every item alike
        except Exception as error:
            fault = FeedError("unexpected", f"cannot be read ({type(error).__name__}: {error})")
            statement = _refused(feed, place, fault, item, raw, key)
        yield statement


def _check(statement: Statement) -> None:
    if isinstance(statement, SourceRecord):
        if not statement.key:
            raise FeedError("no-identity", "there is neither an id nor anything to make one of")
        if not 0 <= (statement.event_time or 0) <= _LATEST:
            raise FeedError(
                "out-of-range", f"{statement.event_time} ms is no time at which anything was stated"
            )


def _check_storable(statement: Statement) -> None:
    try:
        _encoder.encode_into(statement, _SCRATCH)
    except NOT_STORABLE as error:
        raise FeedError(
            "out-of-range", f"a value cannot be stored ({error}); correct it at its source"
        ) from error


def _refused(
    feed: Feed,
    place: str,
    error: FeedError,
    item: Item,
    raw: Callable[[Item], str],
    key: Callable[[Item], str | None],
) -> Rejected:
    return feed.reject(place, error, _quietly(raw, item) or "", key=_quietly(key, item))


def _quietly(ask: Callable[[Item], str | None], item: Item) -> str | None:
    """What can be had of an item that could not be read."""
    try:
        return ask(item)
    except Exception:
        return None
