"""From a path to deliveries: opening, archives, and files that change under the reader."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec
from msgspec import Struct

from ummid.errors import FeedError, StoreError
from ummid.feeds import archives
from ummid.feeds.connector import Profile
from ummid.ingest import messages
from ummid.ingest.archive import Archived, add_blob, note
from ummid.ingest.context import Run, open_table
from ummid.ingest.delivery import Delivery, FeedFile
from ummid.ingest.kept import kept_path
from ummid.ingest.messages import Message
from ummid.ingest.staging import Progress, stage_file, stage_unreadable
from ummid.partners import Partners
from ummid.stores.table import Table
from ummid.views import deadletters
from ummid.views.deadletters import Origin

_decode_message = msgspec.msgpack.Decoder(Message).decode
MEMBER = "!"
"""Between an archive's path and a member's: `feeds.zip!mec/one.xml`."""


class Source(Struct, frozen=True, kw_only=True):
    """A file matched for a run. `received` is epoch ms, `size` bytes, as listed.

    `member` limits an archive to one of its files (for a replay). With a `message` there is no
    file: it came with that. Of one with a `fault` it is known that no run can take it.
    """

    path: str
    received: int
    size: int = 0
    location: str | None = None
    partner: str | None = None
    format: str | None = None
    member: str | None = None
    message: Message | None = None
    fault: str = ""


class Access(Protocol):
    """How files are opened: local ones here, `gs://` through Beam's file systems."""

    def open(self, path: str) -> BinaryIO:
        """A seekable stream of the raw bytes. Raises OSError."""
        ...

    def fingerprint(self, _path: str, stream: BinaryIO) -> object:
        """Something that differs once the content that `stream` reads has changed."""
        ...


class LocalFiles:
    """Files of this machine. A file replaced by rename keeps its old bytes for who reads it."""

    def open(self, path: str) -> BinaryIO:
        return open(path, "rb")  # noqa: PTH123 - the caller closes it

    def fingerprint(self, _path: str, stream: BinaryIO) -> object:
        found = os.fstat(stream.fileno())
        return (found.st_size, found.st_mtime_ns)


def stage_source(
    run: Run,
    table: Table,
    source: Source,
    partners: Partners,
    *,
    access: Access,
    progress: Progress = lambda *_: None,
) -> Iterator[Delivery]:
    """Stages one matched file, or every file of an archive: one delivery each.

    Never raises for a file: what cannot be opened or unpacked is a delivery with its
    rejection, and its neighbours go on.
    """
    if source.fault:
        yield stage_unreadable(run, table, _at_fault(source), FeedError("unexpected", source.fault))
        return
    if source.message is not None:
        yield _stage_message(run, table, source, source.message, partners)
        return
    location = source.location or source.path
    try:
        with closing(access.open(location)) as stream:
            before = access.fingerprint(location, stream)
            if run.archive is not None:
                _archive(run, run.archive, source, stream)
            head = stream.read(archives.HEAD)
            stream.seek(0)
            if not archives.is_archive(head):
                yield stage_file(
                    run,
                    table,
                    _file(source, source.path, source.received, partners),
                    stream,
                    progress=progress,
                    changed=lambda: access.fingerprint(location, stream) != before,
                )
                return
    except OSError as error:
        file = _file(source, source.path, source.received, partners)
        yield stage_unreadable(run, table, file, _unreadable(source.path, error))
        return
    yield from _members(
        run, table, source, partners, lambda: access.open(location), progress=progress
    )


def _stage_message(
    run: Run, table: Table, source: Source, message: Message, partners: Partners
) -> Delivery:
    """Stages what a message says itself: a statement. What it refers to is a source of its own."""
    file = _file(source, source.path, source.received, partners)
    encoded = msgspec.msgpack.encode(message)
    file = msgspec.structs.replace(file, message=encoded)
    try:
        found = messages.read(message)
    except FeedError as error:
        return stage_unreadable(run, table, file, error)
    assert isinstance(found, messages.Statement)
    file = msgspec.structs.replace(file, statement=found)
    return stage_file(run, table, file, BytesIO(found.body))


def source_of(message: Message) -> Source | None:
    """What a message brings to be read; None for one that brings nothing."""
    try:
        found = messages.read(message)
    except FeedError:  # said when it is staged, as a dead letter
        found = messages.Statement(body=b"")
    if found is None:
        return None
    if isinstance(found, messages.Written):
        return Source(
            path=found.path,
            received=found.at,
            size=found.size,
            partner=found.partner,
            format=found.format,
        )
    return Source(
        path=message.path,
        received=message.published,
        size=len(message.data),
        partner=found.partner,
        format=found.format,
        message=message,
    )


def _archive(run: Run, folder: Path, source: Source, stream: BinaryIO) -> None:
    digest, size = add_blob(folder, stream)
    stream.seek(0)
    note(
        folder,
        Archived(
            run=run.id,
            known=run.known,
            path=source.path,
            received=source.received,
            digest=digest,
            size=size,
            partner=source.partner,
            format=source.format,
            member=source.member,
            release_held=run.release_held,
        ),
    )


def _members(
    run: Run,
    table: Table,
    source: Source,
    partners: Partners,
    opener: Callable[[], BinaryIO],
    *,
    progress: Progress,
) -> Iterator[Delivery]:
    try:
        for member in archives.members(opener, source.path):
            path = f"{source.path}{MEMBER}{member.name}"
            if isinstance(member, archives.BadMember):
                file = _file(source, path, source.received, partners)
                yield stage_unreadable(run, table, file, member.error)
            elif source.member in (None, member.name):
                file = _file(source, path, member.modified_ms or source.received, partners)
                with closing(member.open()) as stream:
                    yield stage_file(run, table, file, stream, progress=progress)
    except FeedError as error:  # the rest of the archive cannot be read
        file = _file(source, source.path, source.received, partners)
        yield stage_unreadable(run, table, file, error)


def _file(source: Source, path: str, received: int, partners: Partners) -> FeedFile:
    profile = partners.profile_for(path, source.partner)
    return FeedFile(path=path, origin=_origin(source, path, received), profile=profile)


def _at_fault(source: Source) -> FeedFile:
    """Whatever its partner's profile is: that may be the fault."""
    return FeedFile(
        path=source.path,
        origin=_origin(source, source.path, source.received),
        profile=Profile(partner=source.partner),
        message=msgspec.msgpack.encode(source.message) if source.message else b"",
    )


def _origin(source: Source, path: str, received: int) -> Origin:
    return Origin(
        path=path,
        location=source.location or source.path,
        received=received,
        declared_partner=source.partner,
        declared_format=source.format,
        is_message=source.message is not None,
    )


def _unreadable(path: str, error: OSError) -> FeedError:
    return FeedError(
        "unreadable",
        f"{path} cannot be opened: {error.strerror or error}; check that it is there and readable",
        retryable=True,
    )


def source_again(store: Path, origin: Origin) -> Source:
    """The source that reads a dead letter's file again: where it was, else our copy of it.

    A file that has changed since is read as what it is now. Raises StoreError when there is
    nothing left to read.
    """
    if origin.is_message:
        return _message_again(store, origin)
    path, _, member = origin.path.partition(MEMBER)
    original, copy = Path(origin.location), kept_path(store, origin)
    received, location = origin.received, origin.location
    if original.exists():
        received = round(original.stat().st_mtime * 1000) if not member else received
    elif copy.exists():
        location = str(copy)
    elif "://" not in location:
        raise StoreError(
            f"{origin.location} is gone and was too large to keep; put it back there, or "
            "ingest it from its new place"
        )
    return Source(
        path=path,
        location=location,
        received=received,
        partner=origin.declared_partner,
        format=origin.declared_format,
        member=member or None,
    )


def _message_again(store: Path, origin: Origin) -> Source:
    kept = deadletters.message(open_table(store), origin.path)
    source = source_of(_decode_message(kept)) if kept else None
    if source is None:
        raise StoreError(f"the message {origin.path} was not kept; have it published again")
    return source
