"""Staging: a file's statements wait in the table until the run knows what they mean.

A full delivery is staged and then swapped in as a whole; nothing of a file that turns out
broken, changed while it was read, or held, has touched the catalogue by then.
"""

import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO

import msgspec
from msgspec import Struct

from ummid.catalog.model import Rejected, Source, SourceRecord
from ummid.catalog.times import iso
from ummid.errors import FeedError
from ummid.feeds.reader import Reading, partner_from_path
from ummid.ingest.context import HOLD_SHARE, Run
from ummid.ingest.delivery import Covered, Delivery, FeedFile
from ummid.stores.buffer import WriteBuffer
from ummid.stores.table import Put, Table
from ummid.views import deadletters, keys
from ummid.views.state import NOWHERE, Version, encode_record, scope_id, statement_id

REPORTED_EVERY = 2000
_CLOCK_SKEW = 24 * 3600 * 1000
WHOLE_FILE_REFUSED = "whole-file-refused"

Progress = Callable[[str, int, int], None]
"""Called per batch with the partner, and how many more were read and rejected."""


class Staged(Struct, frozen=True, array_like=True, gc=False):
    """One statement waiting. An `excuse` has no content: it was restated in a form that was
    rejected, so that its absence is no silence. `time` is its own version time, if stated."""

    hash: str
    content: msgspec.Raw
    time: int | None = None
    delete: bool = False
    excuse: bool = False
    full_extract: bool = False
    offers: int = 1
    source: Source = NOWHERE


_encode = msgspec.msgpack.Encoder().encode
decode_staged = msgspec.msgpack.Decoder(Staged).decode
_EXCUSE = _encode(Staged("", msgspec.Raw(b"\xc0"), excuse=True))


def stage_file(
    run: Run,
    table: Table,
    file: FeedFile,
    stream: BinaryIO,
    *,
    progress: Progress = lambda *_: None,
    changed: Callable[[], bool] = lambda: False,
) -> Delivery:
    """Stages every statement of one file and dead-letters every rejection.

    `changed` says, at the end, whether the file changed while it was read: then nothing of
    it counts. Never raises for what the file holds; repeating it writes the same rows.
    """
    reading = Reading(file.path, stream, file.profile, file.origin.declared_format)
    stage = _Stage(run, table, file, progress)
    for statement in reading:
        if isinstance(statement, SourceRecord):
            stage.record(statement)
        else:
            stage.reject(statement)
    if changed():
        stage.reject(_whole_file(file, reading, _changed()))
        stage.refused = True
    stage.flush()
    origin = msgspec.structs.replace(file.origin, digest=reading.digest)
    stage.remember(origin)
    return stage.delivery(reading)


def stage_unreadable(run: Run, table: Table, file: FeedFile, error: FeedError) -> Delivery:
    """A file of which not a byte could be had: one rejection, retryable as the error says."""
    reading = Reading(file.path, BytesIO(), file.profile)
    reading.header.complete = False
    stage = _Stage(run, table, file, lambda *_: None)
    stage.reject(_whole_file(file, reading, error))
    stage.flush()
    stage.remember(file.origin)
    return stage.delivery(reading)


class _Stage:
    def __init__(self, run: Run, table: Table, file: FeedFile, progress: Progress) -> None:
        self._run, self._file, self._progress = run, file, progress
        self._table, self._buffer = table, WriteBuffer(table)
        self._deletes = file.statement is not None and file.statement.delete
        self._sequence = 0
        self._reported = (0, 0)
        self._unnamed = False
        self._partner = "unknown"
        self._partitions: set[str] = set()
        self.records = 0
        self.rejected = 0
        self.refused = False
        self.broken = False

    def record(self, record: SourceRecord) -> None:
        self.records += 1
        self._partner = record.partner
        content = msgspec.structs.replace(record, source=NOWHERE, event_time=None)
        encoded = encode_record(content)
        staged = Staged(
            hashlib.blake2b(encoded, digest_size=10).hexdigest(),
            msgspec.Raw(encoded),
            record.event_time,
            self._deletes or record.action == "delete",
            False,
            record.full_extract,
            max(1, len(record.grants)),
            record.source,
        )
        self._stage(statement_id(record.format, record.partner, record.key), _encode(staged))

    def reject(self, rejected: Rejected) -> None:
        self.rejected += 1
        self._partner = rejected.partner
        self.broken |= rejected.fatal
        self.refused |= rejected.code == WHOLE_FILE_REFUSED
        letter = _letter(rejected, self._run)
        self._buffer.add([deadletters.put(letter, self._run.known)])
        if rejected.key is None:
            self._unnamed = True
        else:
            self._stage(statement_id(rejected.format, rejected.partner, rejected.key), _EXCUSE)

    def _stage(self, record_id: str, value: bytes) -> None:
        self._sequence += 1
        self._partitions.add(record_id[0])
        key = keys.staged(self._run.id, record_id, self._file.id, self._sequence)
        self._buffer.add([Put(key, keys.STAGED, self._run.known, value)])
        if self._sequence % REPORTED_EVERY == 0:
            self._report()

    def flush(self) -> None:
        self._buffer.flush()
        self._report()

    def remember(self, origin: deadletters.Origin) -> None:
        """Where the file is found again; a message, which is found nowhere, if it has letters."""
        puts = [deadletters.origin_put(origin, self._run.known)]
        if self._file.message:
            if not self.rejected:
                return
            path, message = self._file.path, self._file.message
            puts.append(deadletters.message_put(path, message, self._run.known))
        self._table.write(puts)

    def _report(self) -> None:
        read = self.records + self.rejected
        self._progress(self._partner, read - self._reported[0], self.rejected - self._reported[1])
        self._reported = (read, self.rejected)

    def delivery(self, reading: Reading) -> Delivery:
        header, file = reading.header, self._file
        known = reading.format
        mode = file.profile.mode or (known.mode if known else "delta")
        if file.statement:
            mode = "delta"
        name = known.name if known else "unknown"
        partner = file.profile.partner or header.partner or self._partner
        scope = file.profile.scope or header.feed_id or partner_from_path(file.path)
        received = file.origin.received
        return Delivery(
            file=file.id,
            path=file.path,
            partner=partner,
            format=name,
            mode=mode,
            scope=scope_id(name, partner, scope, None),
            version=Version(
                _stated_time(file, reading, self._run.known), received, reading.digest[:16]
            ),
            records=self.records,
            rejected=self.rejected,
            read_whole=not self.broken,
            complete=header.complete and not self._unnamed,
            refused=self.refused,
            damaged=self.broken or self._unnamed,
            next_page=header.next_page,
            covered=_covered(name, partner, reading) if mode == "range" else (),
            hold_share=(HOLD_SHARE if file.profile.hold_share is None else file.profile.hold_share),
            warnings=tuple(header.warnings),
            partitions="".join(sorted(self._partitions)),
        )


def _covered(format_name: str, partner: str, reading: Reading) -> tuple[Covered, ...]:
    return tuple(
        Covered(scope_id(format_name, partner, f"channel:{channel}", None), start, end)
        for channel, (start, end) in sorted(reading.header.covered.items())
    )


def _stated_time(file: FeedFile, reading: Reading, now: int) -> int:
    """The feed's own time, unless it lies in the future: that would block every later update."""
    received, stated = file.origin.received, reading.header.time
    if file.statement and file.statement.stated is not None:
        stated = file.statement.stated
    if stated is None:
        return received
    if stated > max(now, received) + _CLOCK_SKEW:
        reading.header.warnings.append(
            f"future-time: the feed says it is of {iso(stated)}, which is still to come; "
            f"the time it was received ({iso(received)}) is used"
        )
        return received
    return stated


def _letter(rejected: Rejected, run: Run) -> deadletters.DeadLetter:
    path, place = rejected.source.path, rejected.source.place
    return deadletters.DeadLetter(
        id=deadletters.letter_id(path, place, rejected.code, rejected.raw),
        run=run.id,
        partner=rejected.partner,
        format=rejected.format,
        path=path,
        place=place,
        code=rejected.code,
        reason=rejected.reason,
        raw=rejected.raw,
        retryable=rejected.retryable,
    )


def _whole_file(file: FeedFile, reading: Reading, error: FeedError) -> Rejected:
    return Rejected(
        format=reading.format.name if reading.format else "unknown",
        partner=file.profile.partner or reading.header.partner or partner_from_path(file.path),
        source=Source(file.path, "file"),
        code=error.code,
        reason=str(error),
        fatal=True,
        retryable=error.retryable,
    )


def _changed() -> FeedError:
    return FeedError(
        "changed-while-read",
        "the file changed while it was read; nothing of it was taken. Let the partner finish "
        "writing (write aside, then rename) and ingest it again",
        retryable=True,
    )
