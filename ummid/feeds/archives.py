"""Opening what partners pack: zip, tar and gzip, in memory, bounded, one member at a time.

Recognised by content, never by name. Sizes, counts and names in an archive are its sender's
word: bytes are counted as they come out, and nothing is ever written to disk. A workbook is
a zip and no archive.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from gzip import GzipFile
from tarfile import BLOCKSIZE, HeaderError, TarInfo
from typing import BinaryIO, cast

from ummid.errors import FeedError
from ummid.feeds.archive_bytes import Budget, Content, Entry, Limits
from ummid.feeds.archive_tar import tar_entries
from ummid.feeds.archive_zip import is_office_file, zip_entries

__all__ = ["BadMember", "Limits", "Member", "is_archive", "members"]

HEAD = 4096
"""Bytes of a member looked at to know whether it is an archive itself."""

_JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db")
"""What desktop programs add: no content of the partner's, and not reported."""


@dataclass(frozen=True)
class Member:
    """A file within an archive. Read it before asking for the next one.

    `name` is the path within the archive (`outer.zip/inner.xml` for a nested one), safe to
    use below a folder. `modified_ms` is epoch ms as stored (zip: taken as UTC), if it is.
    `open` gives its bytes once; reading raises FeedError `corrupt-member`,
    `truncated-archive`, `zip-bomb` or `too-large`.
    """

    name: str
    modified_ms: int | None
    open: Callable[[], BinaryIO] = field(compare=False)


@dataclass(frozen=True)
class BadMember:
    """An entry that is not given, and why; its neighbours are."""

    name: str
    error: FeedError


def is_archive(head: bytes) -> bool:
    """Whether these first bytes (512 or more) are of a zip, gzip or tar to be unpacked."""
    return _kind(head) is not None


def members(
    opener: Callable[[], BinaryIO], path: str, limits: Limits | None = None
) -> Iterator[Member | BadMember]:
    """Every file of an archive, in order, archives within it unpacked up to `limits.depth`.

    `opener` gives a fresh seekable stream of the archive; `path` only names things. Raises
    FeedError when the archive as a whole cannot go on (`truncated-archive`, `bad-archive`,
    `too-many-entries`, `zip-bomb`, `too-large`); what was yielded before stays.
    """
    with opener() as stream:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        head = stream.read(HEAD)
        stream.seek(0)
        walk = _Walk(Budget(limits or Limits(), size))
        yield from walk.unpack(head, stream, path)


@dataclass(frozen=True)
class _Walk:
    """One archive being gone through: its own limits are those of all nested in it."""

    budget: Budget
    prefix: str = ""
    depth: int = 1

    def unpack(self, head: bytes, stream: BinaryIO, path: str) -> Iterator[Member | BadMember]:
        match _kind(head):
            case "zip":
                yield from self._members(zip_entries(stream, self.budget))
            case "tar":
                yield from self._members(tar_entries(stream, self.budget))
            case "gzip":
                modified = int.from_bytes(head[4:8], "little") * 1000 or None
                yield from self._gunzipped(stream, path, modified)
            case _:
                raise FeedError("bad-archive", f"{path} is no zip, tar or gzip file")

    def _gunzipped(
        self, stream: BinaryIO, path: str, modified: int | None
    ) -> Iterator[Member | BadMember]:
        """The one file in a gzip, or the entries of the tar in it."""
        content = Content(GzipFile(fileobj=stream, mode="rb"), self.budget)
        if _kind(content.peek(HEAD)) == "tar":
            yield from self._members(tar_entries(cast("BinaryIO", content), self.budget))
            return
        self.budget.enter()
        name = _without_gz(path.replace("\\", "/").rsplit("/", 1)[-1])
        yield from self._member(self.prefix + name, modified, content)

    def _members(self, entries: Iterator[Entry]) -> Iterator[Member | BadMember]:
        for name, modified, content in entries:
            self.budget.enter()
            if any(junk in name for junk in _JUNK):
                continue
            if isinstance(content, FeedError):
                yield BadMember(self.prefix + _printable(name), content)
            elif refused := unsafe(name):
                yield BadMember(self.prefix + _printable(name), refused)
            else:
                yield from self._member(self.prefix + _clean(name), modified, content)

    def _member(
        self, name: str, modified: int | None, content: Content
    ) -> Iterator[Member | BadMember]:
        try:
            head = content.peek(HEAD)
            kind = _kind(head)
            if kind is None:
                yield Member(name, modified, partial(cast, BinaryIO, content))
                return
            if self.depth >= self.budget.limits.depth:
                raise FeedError(
                    "nested-archive",
                    f"an archive within {self.depth} others; send its files in one archive",
                )
            stream = cast("BinaryIO", content)
            nested = _in_memory(stream, self.budget) if kind == "zip" else stream
            inside = _Walk(self.budget, f"{name}/", self.depth + 1)
            yield from inside.unpack(head, nested, name)
        except FeedError as error:
            if error.code in Budget.FATAL:
                raise
            yield BadMember(name, error)


def _in_memory(content: BinaryIO, budget: Budget) -> BinaryIO:
    """A zip is read from its end, so one within an archive is held as a whole."""
    limit = budget.limits.nested_zip
    data = content.read(limit + 1)
    if len(data) > limit:
        raise FeedError(
            "nested-archive",
            f"a zip of more than {limit} bytes within an archive; send it on its own",
        )
    return io.BytesIO(data)


def _kind(head: bytes) -> str | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return None if is_office_file(head) else "zip"
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    return "tar" if len(head) >= BLOCKSIZE and _is_tar(head[:BLOCKSIZE]) else None


def _is_tar(block: bytes) -> bool:
    """By its checksum, which old archives without a magic word have too."""
    try:
        return bool(TarInfo.frombuf(block, "utf-8", "surrogateescape").name)
    except HeaderError:
        return False


def unsafe(name: str) -> FeedError | None:
    """Why a name must not be used as a path, if so."""
    path = name.replace("\\", "/")
    if (
        path.startswith("/")
        or path[1:2] == ":"
        or ".." in path.split("/")
        or any(ord(c) < 32 for c in path)
        or len(path) > 1024
        or not _clean(name)
    ):
        return FeedError(
            "unsafe-path",
            f"the entry is named {_printable(name)[:200]!r}; use short relative names",
        )
    return None


def _clean(name: str) -> str:
    parts = name.replace("\\", "/").split("/")
    return _printable("/".join(p for p in parts if p not in ("", ".")))


def _printable(name: str) -> str:
    """Names may hold bytes that are no text; they must not break what prints or stores them."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _without_gz(name: str) -> str:
    return name[:-3] if name.lower().endswith(".gz") and len(name) > 3 else name
