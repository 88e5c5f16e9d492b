"""Reading one part of a large document: what a worker process does, and what it sends back."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from importlib import import_module
from io import BytesIO
from typing import cast

import msgspec
from msgspec import Struct

from ummid.catalog.model import Rejected, SourceRecord, Statement
from ummid.catalog.territories import Territories
from ummid.errors import FeedError
from ummid.feeds.connector import NOT_STORABLE, Feed, Format, Header, Profile
from ummid.feeds.head import Head
from ummid.feeds.xml import SmallDocument
from ummid.feeds.xml_split import Opening, Part, record_starts

Render = Callable[[SourceRecord], bytes]

_BATCH = 16
_NOT_WELL_FORMED = "not-well-formed"
_REST_LOST = "; what comes after this place was not read"


class Setting(Struct, array_like=True):
    """What all parts of one file are read with.

    `module` is where the format is defined: a worker imports that one and not all of them.
    `render` (module:function) makes of a record what the caller wants instead of it.
    """

    format: str
    module: str
    path: str
    head: bytes
    whole: bool
    profile: Profile
    fallback_partner: str
    opening: Opening
    render: str = ""


class Task(Struct, array_like=True):
    """One part, and the header as the parts before it left it."""

    part: Part
    header: Header


class Outcome(Struct, array_like=True):
    """The statements of one part: records in batches, encoded or rendered; each rejection
    with how many batches come before it.

    `count` is how many records were met; `error` (code, message, retryable) ends the file.
    """

    batches: list[bytes]
    rejected: list[tuple[int, Rejected]]
    count: int
    header: Header
    error: tuple[str, str, bool] | None = None


_encoder = msgspec.msgpack.Encoder()
_decode_records = msgspec.msgpack.Decoder(list[SourceRecord]).decode
decode_outcome = msgspec.msgpack.Decoder(Outcome).decode
decode_task = msgspec.msgpack.Decoder(Task).decode
decode_setting = msgspec.msgpack.Decoder(Setting).decode
encode = _encoder.encode


def feed_of(setting: Setting) -> Feed:
    """The feed that parts are read as, still without bytes."""
    return Feed(
        format=setting.format,
        path=setting.path,
        stream=BytesIO(),
        head=Head(setting.head, whole=setting.whole),
        profile=setting.profile,
        territories=Territories(setting.profile.aliases),
        fallback_partner=setting.fallback_partner,
    )


def format_of(setting: Setting) -> Format:
    known: tuple[Format, ...] = import_module(setting.module).FORMATS
    return next(each for each in known if each.name == setting.format)


def render_of(setting: Setting) -> Render | None:
    module, _, name = setting.render.partition(":")
    return cast("Render", getattr(import_module(module), name)) if module else None


def work(
    known: Format, feed: Feed, found: Opening, task: Task, render: Render | None = None
) -> Outcome:
    """Reads one part on a header of its own."""
    if render is None:
        try:
            return _outcome(known, replace(feed, encoded_next=True), found, deepcopy(task), None)
        except NOT_STORABLE:
            pass  # in one of the records: each is tried by itself, which tells in which
    return _outcome(known, feed, found, task, render)


def _outcome(
    known: Format, feed: Feed, found: Opening, task: Task, render: Render | None
) -> Outcome:
    feed = replace(feed, header=task.header)
    outcome = Outcome([], [], 0, task.header)
    batch: list[SourceRecord] = []
    try:
        for statement in read_part(known, feed, found, task.part):
            outcome.count += 1
            if isinstance(statement, SourceRecord):
                batch.append(statement)
                if len(batch) == _BATCH:
                    _pack(outcome, batch, render)
            else:
                _pack(outcome, batch, render)
                outcome.rejected.append((len(outcome.batches), statement))
    except FeedError as error:
        outcome.error = (error.code, str(error), error.retryable)
    _pack(outcome, batch, render)
    return outcome


def _pack(outcome: Outcome, batch: list[SourceRecord], render: Render | None) -> None:
    if batch:
        outcome.batches.append(b"".join(map(render, batch)) if render else encode(batch))
        batch.clear()


def statements(outcome: Outcome, *, rendered: bool = False) -> Iterator[Statement | bytes]:
    """The statements of a part in document order, rendered records a batch at a time."""
    rejected = deque(outcome.rejected)
    for number, batch in enumerate(outcome.batches):
        while rejected and rejected[0][0] == number:
            yield rejected.popleft()[1]
        if rendered:
            yield batch
        else:
            yield from _decode_records(batch)
    for _, last in rejected:
        yield last


def read_part(known: Format, feed: Feed, found: Opening, part: Part) -> Iterator[Statement]:
    """The statements of one part, with the places they have in the whole document.

    A record that is not well-formed is lost alone: its neighbours go on behind it.
    """
    data, number, line = part.data, part.records_before, part.lines_before
    while data:
        one = replace(
            feed,
            stream=SmallDocument(found.data + data + found.closing),
            first_record=number,
            first_line=line - found.data.count(b"\n"),
        )
        count = 0
        try:
            for statement in known.parse(one):
                yield statement
                count += 1
        except FeedError as error:
            error = placed(error, one.first_line, found)
            if error.code != _NOT_WELL_FORMED:
                raise error from None
            starts = [*record_starts(data, found.tag)[0], len(data), len(data)]
            broken, following = starts[count : count + 2]
            line += data.count(b"\n", 0, broken)
            yield _broken(one, error, line + 1, number + count + 1, data[broken:following])
            line += data.count(b"\n", broken, following)
            data, number = data[following:], number + count + 1
        else:
            return


def placed(error: FeedError, first_line: int, found: Opening) -> FeedError:
    """What the XML parser refused in a part, with the lines of the whole document."""
    lines = found.data.count(b"\n")
    if error.code not in (_NOT_WELL_FORMED, "entity") or not first_line:
        return error

    def moved(match: re.Match[str]) -> str:
        line = int(match[1])
        return f"line {line + first_line if line > lines else line}"

    text = re.sub(r"\bline (\d+)", moved, str(error))
    return FeedError(error.code, text, retryable=error.retryable)


def _broken(feed: Feed, error: FeedError, line: int, number: int, raw: bytes) -> Rejected:
    """The rejection of a record that cannot even be read as XML."""
    reason = str(error).partition(_REST_LOST)[0] + "; the records after it were read"
    return feed.reject(
        f"line {line}, record {number}",
        FeedError(error.code, reason),
        raw.decode("utf-8", "replace"),
        fatal=True,
    )
