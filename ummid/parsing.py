"""Statements as lines of JSON: what `ummid parse` prints."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from ummid.catalog.lines import record_line, rejected_line
from ummid.catalog.model import Rejected, Source
from ummid.errors import FeedError
from ummid.feeds import archives
from ummid.feeds.reader import Reading, partner_from_path
from ummid.partners import Partners

Write = Callable[[bytes], object]


def parse_files(
    files: Iterable[Path],
    partners: Partners,
    partner: str | None,
    format_name: str | None,
    write: Write,
    write_rejected: Write,
) -> bool:
    """Writes every statement of every file as NDJSON; whether every file was recognised."""
    understood = True
    for file in files:
        for path, stream, trouble in _streams(file):
            if trouble or stream is None:
                write_rejected(trouble)
                understood = False
                continue
            with closing(stream):
                profile = partners.profile_for(path, partner)
                reading = Reading(path, stream, profile, format_name)
                for found in reading.rendered(record_line):
                    if isinstance(found, Rejected):
                        write_rejected(rejected_line(found))
                    else:
                        write(found)
            understood &= reading.recognised
    return understood


def _streams(file: Path) -> Iterator[tuple[str, BinaryIO | None, bytes]]:
    """Each file, or each file of an archive, with its stream; or what is wrong with it."""
    path = str(file)
    try:
        stream: BinaryIO = file.open("rb")
    except OSError as error:
        yield path, None, _trouble(path, "unreadable", f"{error.strerror}: {path}")
        return
    head = stream.read(archives.HEAD)
    stream.seek(0)
    if not archives.is_archive(head):
        yield path, stream, b""
        return
    stream.close()
    try:
        for member in archives.members(lambda: file.open("rb"), path):
            name = f"{path}!{member.name}"
            if isinstance(member, archives.BadMember):
                yield name, None, _trouble(name, member.error.code, str(member.error))
            else:
                yield name, member.open(), b""
    except FeedError as error:  # the rest of the archive cannot be read
        yield path, None, _trouble(path, error.code, str(error))


def _trouble(path: str, code: str, reason: str) -> bytes:
    rejected = Rejected(
        format="unknown",
        partner=partner_from_path(path),
        source=Source(path, "file"),
        code=code,
        reason=reason,
        fatal=True,
    )
    return rejected_line(rejected)
