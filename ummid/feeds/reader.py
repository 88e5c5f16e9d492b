"""Reading one file: recognise, open safely, stream statements, sum up.

The only way from bytes to statements; the pipeline, the command line and the tests use it.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from ummid.catalog.keys import slug
from ummid.catalog.model import Rejected, Source, SourceRecord, Statement
from ummid.catalog.territories import Territories
from ummid.errors import FeedError, UmmidError
from ummid.feeds import parallel, registry
from ummid.feeds.bytes import RepairedText, ReplayedStream
from ummid.feeds.connector import Feed, Format, Header, Profile, reason_of
from ummid.feeds.head import HEAD_BYTES, Head
from ummid.feeds.parts import Render

MAX_BYTES = 64 * 1024**3
"""Decompressed size over which a file is refused rather than read to the end."""

_PLACE = re.compile(r"line \d+(?:, (?:byte|column) \d+)?(?=:)")


@dataclass
class Reading:
    """One file being read. Iterate it once; `header`, `digest` and `count` are final after.

    Never raises for what a file holds: the last statement of a broken file is a fatal
    Rejected with its place. A fault of ours ends the file in the same way, as `unexpected`.
    """

    path: str
    stream: BinaryIO
    profile: Profile = field(default_factory=Profile)
    format_name: str | None = None
    plan: parallel.Plan = field(default_factory=parallel.default_plan)
    header: Header = field(default_factory=Header)
    format: Format | None = None
    digest: str = ""
    size: int = 0

    @property
    def recognised(self) -> bool:
        return self.format is not None

    def __iter__(self) -> Iterator[Statement]:
        return cast("Iterator[Statement]", self._outcome(None))

    def rendered(self, render: Render) -> Iterator[bytes | Rejected]:
        """As iterating, with the records as the bytes that `render` makes of them, some of
        them joined. It is called where a record is read, which may be another process, and so
        is a function of a module.
        """
        with closing(self._outcome(render)) as found:
            for one in found:
                yield render(one) if isinstance(one, SourceRecord) else one

    def _outcome(self, render: Render | None) -> Generator[Statement | bytes, None, None]:
        data = ReplayedStream(b"", self.stream, MAX_BYTES)
        try:
            yield from self._statements(data, render)
        except FeedError as error:
            yield self._lost(error)
        except (OSError, EOFError) as error:
            yield self._lost(
                FeedError("unreadable", f"reading stopped: {error}; send the file again")
            )
        except UmmidError:
            raise  # a profile or an installation to be put right, whatever the file holds
        except Exception as error:
            fault = f"the file cannot be read on ({type(error).__name__}: {error})"
            yield self._lost(FeedError("unexpected", fault))
        with suppress(Exception):
            data.drain()
        self.digest = data.digest
        self.size = data.count

    def _statements(
        self, data: ReplayedStream, render: Render | None
    ) -> Iterator[Statement | bytes]:
        first = data.peek(HEAD_BYTES)
        head = Head(first, whole=len(first) < HEAD_BYTES)
        known = self.format = (
            registry.by_name(self.format_name) if self.format_name else registry.recognise(head)
        )
        repaired = RepairedText(cast("BinaryIO", data), self.header.warnings.append)
        feed = Feed(
            format=known.name,
            path=self.path,
            stream=cast("BinaryIO", repaired if head.is_utf8 else data),
            head=head,
            profile=self.profile,
            territories=Territories(self.profile.aliases),
            fallback_partner=partner_from_path(self.path),
            header=self.header,
        )
        yield from parallel.parse(known, feed, self.plan, render)

    def _lost(self, error: FeedError) -> Rejected:
        """The rest of the file, which cannot be read."""
        self.header.complete = False
        place = _PLACE.match(str(error))
        return Rejected(
            format=self.format.name if self.format else "unknown",
            partner=self.profile.partner or self.header.partner or partner_from_path(self.path),
            source=Source(self.path, place[0] if place else "file"),
            code=error.code,
            reason=reason_of(error),
            fatal=True,
            retryable=error.retryable,
        )


def partner_from_path(path: str) -> str:
    """A partner name for a file that nobody declared: its own name without dates and counters."""
    stem = path.replace("\\", "/").rsplit("/", 1)[-1].partition(".")[0]
    return (
        slug(re.sub(r"[\d]{4}[-_]?\d{2}[-_]?\d{2}([T_-]?\d{4,6}Z?)?|[-_ ]v?\d+$", "", stem))
        or "unknown"
    )
