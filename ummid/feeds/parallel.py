"""A large XML document read on several cores, with the outcome of reading it on one.

The document is cut between records; each part is read by a worker process as a document of
its own, and the statements come out in document order. What a part is read on, the header
and the number of records before it, is taken to be what the parts before it left; where one
of them changes it after all (an Avail that names the licensor for the first time), the parts
behind it are read again. The first part and what follows the last record are read here.

One thing differs, for the better: a record in the middle that is not well-formed is lost
alone, while on one core everything behind it is.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import closing
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol, cast

from lxml import etree

from ummid.catalog.model import Statement
from ummid.errors import FeedError
from ummid.feeds import parts, xml
from ummid.feeds.connector import Feed, Format, Header
from ummid.feeds.parts import Render
from ummid.feeds.workers import WorkerDied, Workers
from ummid.feeds.xml_split import OPENING_LIMIT, Joined, Opening, Part, Splitter, opening, take
from ummid.machine import usable_cores

PATIENCE = 300
"""Seconds after which a part that no worker has answered is read here."""

_ONE_FILE = threading.Lock()
"""The cores are shared: while one file is read on all of them, others are read on one."""


class Crew(Protocol):
    """Who reads parts: `ask` takes an encoded `parts.Task` and answers a `parts.Outcome`."""

    def ask(self, task: bytes) -> "Future[bytes]": ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Plan:
    """How to read: a file of less than `threshold` bytes is read on one core, as all are
    with one worker; `first` and `size` are the bytes of the first part and of the others;
    `start` starts so many workers on an encoded `parts.Setting`.
    """

    workers: int
    threshold: int = 16 << 20
    first: int = 4 << 20
    size: int = 1 << 19
    start: Callable[[int, bytes], "Crew"] = Workers


def default_plan() -> Plan:
    """A worker for each core that this process may use, four at most."""
    return Plan(min(usable_cores(), 4))


def parse(
    known: Format, feed: Feed, plan: Plan, render: Render | None = None
) -> Iterator[Statement | bytes]:
    """The statements of `known.parse(feed)`, read on several cores where that pays.

    With `render`, records that other processes read are what it made of them there. The
    stream must be UTF-8. Raises what `known.parse` raises.
    """
    cuttable = known.record_elements and feed.head.is_utf8
    if plan.workers < 2 or not cuttable or not _ONE_FILE.acquire(blocking=False):
        yield from known.parse(feed)
        return
    try:
        begun, trouble = take(feed.stream, plan.threshold)
        document = None
        if len(begun) == plan.threshold and trouble is None:
            document = _document(known, feed, begun, plan, render)
        if document is None:
            whole = Joined(begun, feed.stream, trouble)
            yield from known.parse(replace(feed, stream=cast("BinaryIO", whole)))
        else:
            yield from document.statements()
    finally:
        _ONE_FILE.release()


def _document(
    known: Format, feed: Feed, begun: bytes, plan: Plan, render: Render | None
) -> "_Document | None":
    """None for a document that cannot be cut, or when there is no room for more processes."""
    found = opening(begun[:OPENING_LIMIT], known.record_elements)
    if found is None:
        return None
    head = feed.head
    setting = parts.Setting(
        feed.format,
        known.parse.__module__,
        feed.path,
        head.data,
        head.whole,
        feed.profile,
        feed.fallback_partner,
        found,
        f"{render.__module__}:{render.__qualname__}" if render else "",
    )
    try:
        etree.fromstring(found.data.lstrip() + found.closing, etree.XMLParser(**xml.SAFE))
        crew = plan.start(plan.workers, parts.encode(setting))
    except (etree.XMLSyntaxError, OSError):
        return None
    return _Document(known, feed, found, Splitter(found, begun, feed.stream), plan, crew, render)


class _Document:
    """One document on its way through the workers.

    `_waiting` holds the parts given out, in order; `_shift` is by how many records the parts
    read so far differ from what the scanner counted.
    """

    def __init__(
        self,
        known: Format,
        feed: Feed,
        found: Opening,
        splitter: Splitter,
        plan: Plan,
        crew: Crew,
        render: Render | None,
    ) -> None:
        self._known, self._feed, self._found, self._plan = known, feed, found, plan
        self._splitter, self._crew, self._render = splitter, crew, render
        self._waiting: deque[tuple[Part, Future[bytes]]] = deque()
        self._shift = 0

    def statements(self) -> Iterator[Statement | bytes]:
        with closing(self._crew):
            cut = self._splitter.parts(self._plan.first, self._plan.size)
            for part in cut:
                yield from self._here(part)
                break
            for part in cut:
                if len(self._waiting) > self._plan.workers + 1:
                    yield from self._next()
                self._give(part)
            while self._waiting:
                yield from self._next()
        yield from self._rest()

    def _here(self, part: Part) -> Iterator[Statement]:
        count = 0
        for statement in parts.read_part(self._known, self._feed, self._found, part):
            yield statement
            count += 1
        self._shift += count - part.records

    def _give(self, part: Part) -> None:
        self._waiting.append((part, self._crew.ask(parts.encode(self._task(part)))))

    def _task(self, part: Part) -> parts.Task:
        header = replace(self._feed.header, complete=True, covered={}, warnings=[])
        part = part._replace(records_before=part.records_before + self._shift)
        return parts.Task(part, header)

    def _next(self) -> Iterator[Statement | bytes]:
        part, answer = self._waiting.popleft()
        outcome = self._outcome(part, answer)
        yield from parts.statements(outcome, rendered=self._render is not None)
        if outcome.error:
            code, message, retryable = outcome.error
            raise FeedError(code, message, retryable=retryable)
        changed = _merge(self._feed.header, outcome.header)
        if changed or outcome.count != part.records:
            self._shift += outcome.count - part.records
            again = [part for part, _ in self._waiting]
            self._waiting.clear()
            for part in again:
                self._give(part)

    def _outcome(self, part: Part, answer: "Future[bytes]") -> parts.Outcome:
        try:
            return parts.decode_outcome(answer.result(PATIENCE))
        except (WorkerDied, TimeoutError, CancelledError):
            return parts.work(self._known, self._feed, self._found, self._task(part), self._render)

    def _rest(self) -> Iterator[Statement]:
        """From the last record on: the document's own end, or where it could not be cut."""
        splitter, header = self._splitter, self._feed.header
        rest = replace(
            self._feed,
            stream=cast("BinaryIO", splitter.rest(self._found.data)),
            first_record=splitter.records + self._shift,
            first_line=splitter.lines - self._found.data.count(b"\n"),
        )
        complete, header.complete = header.complete, True
        try:
            yield from self._known.parse(rest)
        except FeedError as error:
            raise parts.placed(error, rest.first_line, self._found) from error
        finally:
            header.complete &= complete
            header.warnings[:] = dict.fromkeys(header.warnings)


def _merge(header: Header, found: Header) -> bool:
    """Adds what one part found to the header; whether that changes what others are read on."""
    before = replace(header)
    header.complete &= found.complete
    header.warnings += [w for w in found.warnings if w not in header.warnings]
    for channel, (start, end) in found.covered.items():
        first, last = header.covered.get(channel, (start, end))
        header.covered[channel] = (min(first, start), max(last, end))
    names = ("partner", "feed_id", "format_version", "time", "next_page")
    for name in names:
        setattr(header, name, getattr(found, name))
    return any(getattr(before, name) != getattr(header, name) for name in names)
