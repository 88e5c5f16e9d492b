"""Reading one file: recognise, open safely, stream statements, sum up.

The only way from bytes to statements; the pipeline, the command line and the tests use it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from ummid.catalog.keys import slug
from ummid.catalog.model import Rejected, Source, Statement
from ummid.catalog.territories import Territories
from ummid.errors import FeedError
from ummid.feeds import registry
from ummid.feeds.bytes import RepairedText, ReplayedStream
from ummid.feeds.connector import Feed, Format, Header, Profile
from ummid.feeds.head import HEAD_BYTES, Head

MAX_BYTES = 64 * 1024**3
"""Decompressed size over which a file is refused rather than read to the end."""


@dataclass
class Reading:
    """One file being read. Iterate it once; `header`, `digest` and `count` are final after.

    Never raises for what a file holds: the last statement of a broken file is a fatal
    Rejected with its place.
    """

    path: str
    stream: BinaryIO
    profile: Profile = field(default_factory=Profile)
    format_name: str | None = None
    header: Header = field(default_factory=Header)
    format: Format | None = None
    digest: str = ""
    size: int = 0

    @property
    def recognised(self) -> bool:
        return self.format is not None

    def __iter__(self) -> Iterator[Statement]:
        data = self.stream.read(HEAD_BYTES)
        whole = len(data) < HEAD_BYTES
        bytes_read = ReplayedStream(data, self.stream, MAX_BYTES)
        try:
            head = Head(data, whole=whole)
            self.format = (
                registry.by_name(self.format_name) if self.format_name else registry.recognise(head)
            )
            yield from self._statements(self.format, head, bytes_read)
        except FeedError as error:
            yield self._lost(error)
        except (OSError, EOFError) as error:
            yield self._lost(
                FeedError("unreadable", f"reading stopped: {error}; send the file again")
            )
        self.digest = bytes_read.drain()
        self.size = bytes_read.count

    def _statements(self, known: Format, head: Head, data: ReplayedStream) -> Iterator[Statement]:
        text = not head.is_zip and not head.is_parquet and head.encoding == "utf-8"
        declared = re.match(rb'<\?xml[^>]*encoding=["\'](?!utf-?8["\'])', head.body, re.IGNORECASE)
        stream = RepairedText(cast("BinaryIO", data), self.header.warnings.append)
        feed = Feed(
            format=known.name,
            path=self.path,
            stream=cast("BinaryIO", stream if text and not declared else data),
            head=head,
            profile=self.profile,
            territories=Territories(self.profile.aliases),
            fallback_partner=partner_from_path(self.path),
            header=self.header,
        )
        yield from known.parse(feed)

    def _lost(self, error: FeedError) -> Rejected:
        """The rest of the file, which cannot be read."""
        self.header.complete = False
        return Rejected(
            format=self.format.name if self.format else "unknown",
            partner=self.profile.partner or self.header.partner or partner_from_path(self.path),
            source=Source(self.path, "file"),
            code=error.code,
            reason=str(error),
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
