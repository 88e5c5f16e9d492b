"""`VectorIndex` on PostgreSQL with pgvector."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from pgvector import Vector as PgVector

from ummid.errors import ItemError, StoreError, first_of
from ummid.stores.checks import check_shape, direction, unit
from ummid.stores.halving import Refused
from ummid.stores.pgvector import rows
from ummid.stores.pgvector.place import Place
from ummid.stores.pgvector.rows import Condition, Row
from ummid.stores.pgvector.session import Patience, Session, Timed, is_refused
from ummid.stores.vectors import EVERYTHING, Filter, Hit, Item, Restricts, Vector

REVISION = "0001"
"""Of the schema that this code reads and writes; the newest file of migrations/versions."""
SEARCHING = Patience(timeout=2.5, deadline=2.5)
WRITING = Patience(timeout=60, deadline=120)
FEW = 5_000
"""As many are all scored: exact, and no slower than a walk through the graph that skips most."""
_TOGETHER = 500
_AHEAD = 8
_WIDER = 4
_MOST = 1_000
"""Candidates that a graph is asked for; beyond, everything is scored."""
_BLUR = 0.001
"""Of a cosine by 16 bits a number, which choose the candidates."""
_DIGITS = 1e6
"""What differs less than 1 in so many is equal, so that ties have the same order everywhere."""

_COLUMNS = "version, vector, crowd, tokens, numbers, window_tokens, starts, ends"
_WRITE = f"""
INSERT INTO ummid_vectors AS held (id, {_COLUMNS})
VALUES (%s, %s, %b::vector, %s, %s::text[], %s, %s::text[], %s::bigint[], %s::bigint[])
ON CONFLICT (id) DO UPDATE SET ({_COLUMNS}) = ROW (excluded.{_COLUMNS.replace(", ", ", excluded.")})
WHERE held.version <= excluded.version
"""
_RESTRICT = """
UPDATE ummid_vectors SET version = %s, tokens = %s::text[], numbers = %s,
  window_tokens = %s::text[], starts = %s::bigint[], ends = %s::bigint[]
WHERE id = %s AND vector IS NOT NULL AND version <= %s
"""
_LIVE = "SELECT id, version FROM ummid_vectors WHERE id = ANY(%s::text[]) AND vector IS NOT NULL"


class _Near(NamedTuple):
    id: str
    crowd: str
    apart: float
    roughly: float


class PgVectorIndex:
    """See `VectorIndex`. A write is one transaction for each 500 items, in the order of their ids;
    the condition on the version is in the statement, so that the database decides who is newer
    and a write may be repeated. What was removed stays as a row without a vector. A write is
    found by the next search, in every process.

    Up to `few` items inside a filter are all scored. Of more, a graph (HNSW) gives candidates,
    read on in strict order until enough of them satisfy the filter; where it gives up before,
    all are scored. So a filter loses no answers; what an approximate search overlooks without
    one may be overlooked within.
    """

    def __init__(
        self,
        place: Place,
        dimensions: int,
        embedder: str,
        *,
        readonly: bool = False,
        searching: Patience = SEARCHING,
        writing: Patience = WRITING,
        few: int = FEW,
    ) -> None:
        """Raises StoreError for a database without the schema, or with another embedder's."""
        self.dimensions, self._few = dimensions, few
        self._searching, self._writing = Session(place, searching), Session(place, writing)
        self._place, self._readonly = place, readonly
        try:
            self.identity = self._check(embedder)
        except StoreError:
            self.close()
            raise

    @property
    def counts(self) -> Counter[str]:
        return self._searching.counts + self._writing.counts

    def upsert(self, items: Iterable[Item]) -> None:
        newest: dict[str, Row] = {}
        for item in items:
            check_shape(repr(item.id), item.vector, self.dimensions)
            vector = unit(item.vector.astype(np.float64)[None], [item.id])[0]
            _take(newest, rows.row(item.id, item.version, item.restricts, vector, item.crowd))
        self._write(newest)

    def restrict(self, changes: Iterable[tuple[str, Restricts, int]]) -> list[str]:
        newest: dict[str, Row] = {}
        missing: dict[str, None] = {}
        for name, restricts, version in changes:
            if rows.is_storable(name):
                _take(newest, rows.row(name, version, restricts))
            else:
                missing[name] = None
        self._writable()
        for some in _parts(newest):
            missing |= dict.fromkeys(self._tried(some, _restricted))
        return [*missing]

    def remove(self, removals: Iterable[tuple[str, int]]) -> None:
        newest: dict[str, Row] = {}
        for name, version in removals:
            _take(newest, rows.row(name, version, Restricts()))
        self._write(newest)

    def search(
        self, vector: Vector, count: int, within: Filter = EVERYTHING, per_crowd: int = 0
    ) -> list[Hit]:
        asked = PgVector(direction(vector, self.dimensions))
        if count <= 0:
            return []
        where = rows.condition(within)
        return self._searching.run(
            lambda connection: self._searched(connection, asked, count, where, per_crowd)
        )

    def versions(self, ids: Sequence[str]) -> list[int | None]:
        found: dict[Any, Any] = dict(self._searching.run(lambda connection: _live(connection, ids)))
        return [found.get(name) for name in ids]

    def close(self) -> None:
        self._searching.close()
        self._writing.close()

    def _check(self, embedder: str) -> str:
        revision, identity, *found = self._searching.run(_marker)
        if revision != REVISION:
            raise StoreError(
                f"{self._place} has revision {revision} of the schema, and this version needs "
                f"{REVISION}: `ummid vectors apply`, or the version that made it"
            )
        if found != [embedder, self.dimensions]:
            raise StoreError(
                f"{self._place} has vectors of {found[0]}/{found[1]}, not of "
                f"{embedder}/{self.dimensions}: two are never compared; give this embedder a "
                "database or schema of its own in vectors, or set embedder and embed_dimensions "
                "as they were"
            )
        return str(identity)

    def _writable(self) -> None:
        if self._readonly:
            raise StoreError(f"{self._place} was opened for searching only")

    def _write(self, newest: dict[str, Row]) -> None:
        self._writable()
        for some in _parts(newest):
            self._tried(some, _written)

    def _tried(self, some: list[Row], work: Callable[[Timed, list[Row]], list[str]]) -> list[str]:
        """One transaction; where the server refuses it, whose fault that is."""

        def whole(connection: Timed) -> list[str]:
            with connection.transaction():
                return work(connection, some)

        def one_by_one(connection: Timed) -> list[ItemError]:
            with connection.transaction(force_rollback=True):
                tried = [_blamed(connection, each, work) for each in some]
            return [error for error in tried if error]

        try:
            return self._writing.run(whole)
        except Refused:
            if blamed := self._writing.run(one_by_one):
                raise first_of(blamed) from None
            raise

    def _searched(
        self, connection: Timed, asked: PgVector, count: int, where: Condition, per_crowd: int
    ) -> list[Hit]:
        wanted = count + _AHEAD
        if not _is_few(connection, where, self._few):
            while wanted <= _MOST:
                found = _near(connection, asked, wanted, where)
                hits = _of_crowds(found, per_crowd)[:count]
                if len(found) < wanted:  # the rest satisfy no filter, or the graph gave up
                    break
                edge = max(each.roughly for each in found) - _BLUR
                if len(hits) == count and hits[-1].apart / _DIGITS < edge:
                    return [_hit(each.id, each.apart) for each in hits]
                wanted *= _WIDER
        return _all(connection, asked, count, where, per_crowd)


def _take(newest: dict[str, Row], row: Row) -> None:
    """Of two of one call the newer, and of two of one version the later."""
    if row.id not in newest or newest[row.id].version <= row.version:
        newest[row.id] = row


def _parts(newest: dict[str, Row]) -> Iterator[list[Row]]:
    """In one order everywhere: two writers wait for each other, and never both."""
    ordered = [newest[name] for name in sorted(newest)]
    for start in range(0, len(ordered), _TOGETHER):
        yield ordered[start : start + _TOGETHER]


def _written(connection: Timed, some: list[Row]) -> list[str]:
    connection.cursor().executemany(_WRITE, some)
    return []


def _restricted(connection: Timed, some: list[Row]) -> list[str]:
    connection.cursor().executemany(
        _RESTRICT, [(row.version, *row[4:], row.id, row.version) for row in some]
    )
    there = dict(_live(connection, [row.id for row in some]))
    return [row.id for row in some if row.id not in there]


def _blamed(
    connection: Timed, row: Row, work: Callable[[Timed, list[Row]], list[str]]
) -> ItemError | None:
    import psycopg

    try:
        with connection.transaction():
            work(connection, [row])
    except psycopg.Error as error:
        if not is_refused(error):
            raise
        said = error.diag.message_primary
        return ItemError(row.id, "refused", f"the database does not take {row.id!r}: {said}")
    return None


def _live(connection: Timed, ids: Sequence[str]) -> list[Any]:
    return connection.execute(_LIVE, [[name for name in ids if rows.is_storable(name)]]).fetchall()


def _marker(connection: Timed) -> tuple[Any, ...]:
    found = connection.execute(
        "SELECT version_num, id, embedder, dimensions FROM ummid_vectors_version, ummid_vectors_of"
    ).fetchone()
    if found is None:
        raise StoreError("the schema is not whole; `ummid vectors apply` makes what is missing")
    return found


def _is_few(connection: Timed, where: Condition, few: int) -> bool:
    sql, values = where
    counted = connection.execute(
        f"SELECT count(*) FROM (SELECT FROM ummid_vectors WHERE {sql} LIMIT %s) AS counted",
        [*values, few + 1],
    ).fetchone()
    return counted is not None and int(str(counted[0])) <= few


def _near(connection: Timed, asked: PgVector, wanted: int, where: Condition) -> list[_Near]:
    sql, values = where
    half = f"halfvec({len(asked.to_list())})"
    found: list[Any] = connection.execute(
        f"SELECT id, crowd, round({_DIGITS} * (vector <#> %b::vector)) AS apart, roughly FROM ("
        f"SELECT id, crowd, vector, vector::{half} <#> %b::vector::{half} AS roughly "
        f"FROM ummid_vectors WHERE {sql} ORDER BY vector::{half} <#> %b::vector::{half} LIMIT %s"
        ") AS near ORDER BY apart, id",
        [asked, asked, *values, asked, wanted],
    ).fetchall()
    return [_Near(*each) for each in found]


def _of_crowds(found: Iterable[_Near], per_crowd: int) -> list[_Near]:
    seen: Counter[str] = Counter()
    kept = []
    for each in found:
        seen[each.crowd] += 1
        if not per_crowd or not each.crowd or seen[each.crowd] <= per_crowd:
            kept.append(each)
    return kept


def _all(
    connection: Timed, asked: PgVector, count: int, where: Condition, per_crowd: int
) -> list[Hit]:
    sql, values = where
    scored = (
        f"SELECT id, crowd, round({_DIGITS} * (vector <#> %b::vector)) AS apart "
        f"FROM ummid_vectors WHERE {sql}"
    )
    if per_crowd:
        scored = (
            "SELECT id, apart FROM (SELECT id, crowd, apart, row_number() OVER "
            f"(PARTITION BY crowd ORDER BY apart, id) AS place FROM ({scored}) AS every) AS placed "
            "WHERE crowd = '' OR place <= %s"
        )
        values = [*values, per_crowd]
    found: list[Any] = connection.execute(
        f"SELECT id, apart FROM ({scored}) AS scored ORDER BY apart, id LIMIT %s",
        [asked, *values, count],
    ).fetchall()
    return [_hit(name, apart) for name, apart in found]


def _hit(name: str, apart: float) -> Hit:
    return Hit(name, -apart / _DIGITS + 0.0)
