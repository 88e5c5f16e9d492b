"""A delivery: one file as a whole, once it has been read."""

from msgspec import Struct

from ummid.feeds.connector import Profile
from ummid.ingest.messages import Statement
from ummid.views.deadletters import Origin, file_id
from ummid.views.state import Version


class FeedFile(Struct, frozen=True, kw_only=True):
    """A file to read: `path` names it to people, `origin` finds its bytes again.

    `message`, encoded, and the `statement` in it stand for one that came as a message.
    """

    path: str
    origin: Origin
    profile: Profile
    message: bytes = b""
    statement: Statement | None = None

    @property
    def id(self) -> str:
        """Names the file within a run."""
        return file_id(self.path)[:12]


class Covered(Struct, frozen=True, array_like=True):
    """A stretch of a scope that a range delivery speaks for (epoch ms)."""

    scope: str
    start: int
    end: int


class Delivery(Struct, frozen=True, kw_only=True):
    """What settling needs to know of a file; small, whatever the file's size.

    `read_whole` is False when its end could not be read; `damaged` says that, or that a
    rejected statement could not be named. `complete` is False for either and where more pages
    follow: then the delivery's silence means nothing. `refused`: none of it counts.
    `partitions` are those of its staged statements.
    """

    file: str
    path: str
    partner: str
    format: str
    mode: str
    scope: str
    version: Version
    records: int
    rejected: int
    read_whole: bool
    complete: bool
    refused: bool
    damaged: bool = False
    next_page: str | None = None
    covered: tuple[Covered, ...] = ()
    hold_share: float = 0.5
    warnings: tuple[str, ...] = ()
    partitions: str = ""

    @property
    def page(self) -> str:
        """The file's own name, by which other pages of its feed link to it."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def is_page(self) -> bool:
        """Whether it is a whole feed, or a page of one."""
        stated = self.complete or self.next_page is not None
        return self.mode == "snapshot" and stated and not self.refused
