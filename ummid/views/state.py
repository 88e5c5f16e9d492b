"""What is known of each partner statement: registers that only ever move forward.

Every register is a maximum over versions, so that any order, repetition or replay of the
same deliveries ends in the same state.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Self

import msgspec
from msgspec import Struct

from ummid.catalog.keys import stable_id
from ummid.catalog.model import Source, SourceRecord
from ummid.identity.links import NO_LINKS, Links
from ummid.stores.table import Put, Table
from ummid.views import keys


class Version(Struct, frozen=True, array_like=True, order=True, gc=False):
    """When something was stated: the feed's own time, when we received it, and which bytes.

    Times are epoch ms. The digest decides between two deliveries of one instant, the same
    way everywhere.
    """

    time: int = 0
    received: int = 0
    digest: str = ""


NEVER = Version()
NOWHERE = Source("", "")
NO_CONTENT = msgspec.Raw(b"\xc0")


class RecordState(Struct, frozen=True, array_like=True):
    """One statement's registers.

    `content` is the newest upsert (its version and record), kept beside a newer delete so
    that identity does not depend on which came first; `run` and `source` say which run took
    it and where it stood. `restated` is the newest version at which the statement was seen
    at all, even in a form that was rejected. `feed_scope` is the scope of the feed that
    replaces it as a whole, "" for a feed that does not; `scoped` says whether the record
    names scopes itself. `links` is what identity needs of the record.
    """

    content_version: Version = NEVER
    content_hash: str = ""
    content: msgspec.Raw = NO_CONTENT
    deleted: Version = NEVER
    restated: Version = NEVER
    run: str = ""
    source: Source = NOWHERE
    feed_scope: str = ""
    scoped: bool = False
    links: Links = NO_LINKS

    @property
    def has_content(self) -> bool:
        return bool(self.content_hash)

    @property
    def is_deleted(self) -> bool:
        return self.deleted > self.content_version

    def record(self) -> SourceRecord:
        return decode_record(bytes(self.content))


_encode = msgspec.msgpack.Encoder().encode
_decode_state = msgspec.msgpack.Decoder(RecordState).decode
decode_record = msgspec.msgpack.Decoder(SourceRecord).decode
encode_record = _encode


def decode_state(data: bytes) -> RecordState:
    return _decode_state(data)


def encode_state(state: RecordState) -> bytes:
    return _encode(state)


def states(table: Table, record_ids: Sequence[str]) -> list[RecordState | None]:
    """The state of each record, None where nothing was ever stated."""
    cells = table.get_many([keys.record(r) for r in record_ids], keys.STATE)
    return [None if cell is None else _decode_state(cell.value) for cell in cells]


class _LinksOfState(Struct, array_like=True, gc=False):
    """The fields of RecordState in their order; those that are not needed stay as they are."""

    content_version: msgspec.Raw
    content_hash: str
    content: msgspec.Raw
    deleted: msgspec.Raw
    restated: msgspec.Raw
    run: msgspec.Raw
    source: msgspec.Raw
    feed_scope: msgspec.Raw
    scoped: msgspec.Raw
    links: Links


_decode_links = msgspec.msgpack.Decoder(_LinksOfState).decode


def links_of(table: Table, record_ids: Sequence[str]) -> list[Links | None]:
    """Links of each record without the rest of its state; None where it has no content."""
    found: list[Links | None] = []
    for cell in table.get_many([keys.record(r) for r in record_ids], keys.STATE):
        state = _decode_links(cell.value) if cell else None
        found.append(state.links if state and state.content_hash else None)
    return found


def dead(table: Table, record_ids: Sequence[str]) -> list[bool]:
    """Whether each record was found, when last resolved, not to count any more."""
    cells = table.get_many([keys.record(r) for r in record_ids], keys.DEAD)
    return [cell is not None and bool(cell.value) for cell in cells]


def dead_put(record_id: str, is_dead: bool, known: int) -> Put:
    return Put(keys.record(record_id), keys.DEAD, known, b"1" if is_dead else b"")


def state_put(record_id: str, state: RecordState) -> Put:
    version = max(state.restated, state.deleted, state.content_version)
    return Put(keys.record(record_id), keys.STATE, max(0, version.time), _encode(state))


def statement_id(format_name: str, partner: str, key: str) -> str:
    """The id under which a partner's statement is filed, and by which a title may be known."""
    return stable_id("record", partner, format_name, key)


@lru_cache(maxsize=100_000)
def scope_id(format_name: str, partner: str, scope: str, territory: str | None) -> str:
    return stable_id("scope", partner, format_name, scope, territory or "")


class Coverage(Struct, frozen=True, array_like=True, gc=False):
    """A full delivery spoke for a scope, or for [`start`, `end`) of it (epoch ms)."""

    version: Version
    start: int | None = None
    end: int | None = None

    def holds(self, point: int | None) -> bool:
        return point is None or (
            (self.start is None or self.start <= point) and (self.end is None or point < self.end)
        )

    def within(self, other: Self) -> bool:
        starts = other.start is None or (self.start is not None and other.start <= self.start)
        ends = other.end is None or (self.end is not None and self.end <= other.end)
        return starts and ends


def _order(coverage: Coverage) -> tuple[Version, bool, int, bool, int]:
    start, end = coverage.start, coverage.end
    return coverage.version, start is not None, start or 0, end is not None, end or 0


class ScopeState(Struct, frozen=True, array_like=True):
    """The full deliveries that still matter for a scope: none lies within a newer one."""

    covered: tuple[Coverage, ...] = ()

    def with_coverage(self, new: Coverage) -> "ScopeState":
        kept = {new, *self.covered}
        final = [
            c
            for c in kept
            if not any(o is not c and o.version > c.version and c.within(o) for o in kept)
        ]
        return ScopeState(tuple(sorted(final, key=_order)))

    def silences(self, restated: Version, point: int | None) -> bool:
        """Whether a newer full delivery covered this point without restating the statement."""
        return any(c.version > restated and c.holds(point) for c in self.covered)


_decode_scope = msgspec.msgpack.Decoder(ScopeState).decode


class Scopes:
    """Scope states read through a small cache, for one step of a run.

    Each `writer` has a cell of its own, so that two that cover one scope at once lose nothing:
    a scope is covered by all that its cells say.
    """

    def __init__(self, table: Table, writer: str = "") -> None:
        self._table, self._column = table, keys.COVERED + writer.encode()
        self._known: dict[str, ScopeState] = {}

    def get(self, scope: str) -> ScopeState:
        try:
            return self._known[scope]
        except KeyError:
            (row,) = self._table.get_rows([keys.scope(scope)])
            found, *others = [_decode_scope(cell.value) for _, cell in row] or [ScopeState()]
            for coverage in {c for other in others for c in other.covered}:
                found = found.with_coverage(coverage)
            if len(self._known) > 50_000:
                self._known.clear()
            self._known[scope] = found
            return found

    def cover(self, scope: str, coverage: Coverage) -> Put | None:
        """The write that adds a coverage; None when it is known already."""
        before = self.get(scope)
        after = before.with_coverage(coverage)
        if after == before:
            return None
        self._known[scope] = after
        newest = max(0, *(c.version.time for c in after.covered))
        return Put(keys.scope(scope), self._column, newest, _encode(after))


def feed_covered_put(scope: str, covered: Version | None, known: int) -> Put:
    """Says of a feed's scope since when it is covered, whatever was said before: pages that come
    late may show that it was covered less than it seemed.
    """
    state = ScopeState((Coverage(covered),) if covered else ())
    return Put(keys.scope(scope), keys.COVERED_BY_FEED, known, _encode(state))


class _RestatedOfState(Struct, array_like=True, gc=False):
    """The first fields of RecordState, in their order."""

    content_version: msgspec.Raw
    content_hash: msgspec.Raw
    content: msgspec.Raw
    deleted: msgspec.Raw
    restated: Version


_decode_restated = msgspec.msgpack.Decoder(_RestatedOfState).decode


def restated(table: Table, record_ids: Sequence[str]) -> list[Version]:
    """When each record was seen last."""
    cells = table.get_many([keys.record(r) for r in record_ids], keys.STATE)
    return [_decode_restated(cell.value).restated if cell else NEVER for cell in cells]


def effective(record: SourceRecord, state: RecordState, scopes: Scopes) -> SourceRecord | None:
    """The record as it counts now: None when deleted or silenced by a newer full delivery.

    A record with several scopes (an Avail over several territories) keeps the territories
    that are still stated.
    """
    if state.is_deleted:
        return None
    if state.feed_scope and scopes.get(state.feed_scope).silences(state.restated, None):
        return None
    if not record.scopes:
        return record
    silenced = [
        s
        for s in record.scopes
        if scopes.get(scope_id(record.format, record.partner, s.name, s.territory)).silences(
            state.restated, s.point
        )
    ]
    if not silenced:
        return record
    if len(silenced) == len(record.scopes):
        return None
    return _without(record, {s.territory for s in silenced})


def _without(record: SourceRecord, gone: set[str | None]) -> SourceRecord:
    grants = []
    for grant in record.grants:
        territories = grant.territories
        stated = territories.included if territories else (None,)
        remaining = tuple(t for t in stated if t not in gone)
        if remaining == stated:
            grants.append(grant)
        elif territories and remaining:
            narrowed = msgspec.structs.replace(territories, included=remaining)
            grants.append(msgspec.structs.replace(grant, territories=narrowed))
    kept = tuple(s for s in record.scopes if s.territory not in gone)
    return msgspec.structs.replace(record, grants=tuple(grants), scopes=kept)


def scope_ids(record: SourceRecord, state: RecordState) -> list[str]:
    """Every scope in which a full delivery can silence this statement."""
    stated = [scope_id(record.format, record.partner, s.name, s.territory) for s in record.scopes]
    return [state.feed_scope, *stated] if state.feed_scope else stated
