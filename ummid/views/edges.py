"""Rows of the rights hypergraph, and the `Hypergraph` port on any `Table`.

An edge is one history cell in its owner's row, so that what is known of it at any time is one
read. A member by which edges are looked for has a row per owner: live while one of the owner's
edges has the member now, empty when one had it once, for questions about the past.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from ummid.stores.hypergraph import Edge, Known, Member, Told, checked, rank
from ummid.stores.table import Cell, Put, Table
from ummid.views import keys

INDEXED = ("title", "contract", "platform", "territory")
"""Roles by which edges are found without looking at all of them, the most telling first."""

_BATCH = 500
_LIVE = b"1"
_Stored = tuple[tuple[tuple[str, str], ...], int | None, int | None]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Stored).decode
_Row = Sequence[tuple[bytes, Cell]]


def edge_cell(edge_id: str) -> tuple[bytes, bytes]:
    """Row and column of an edge."""
    owner, _, name = edge_id.partition(".")
    return keys.edges(owner), b"h:" + name.encode()


def encode_edge(edge: Edge | None) -> bytes:
    """A cell's value; b"" for an edge that is no more."""
    return b"" if edge is None else _encode(edge[1:])


def decode_edge(edge_id: str, value: bytes) -> Edge | None:
    if not value:
        return None
    members, start, end = _decode(value)
    return Edge(edge_id, tuple(Member(*one) for one in members), start, end)


def changed_puts(owner: str, stored: _Row, edges: Sequence[Edge], known: int) -> Iterator[Put]:
    """Writes that make `edges` all that an owner has from `known` on, which is later than
    anything that is `stored` in its row.
    """
    row = keys.edges(owner)
    before = {column: cell.value for column, cell in stored if cell.value}
    after = {edge_cell(one.id)[1]: _encode(one[1:]) for one in edges}
    if before == after:
        return
    for column in before.keys() | after.keys():
        value = after.get(column, b"")
        if before.get(column, b"") != value:
            yield Put(row, column, known, value)
    has = {member for one in edges for member in one.members if member[0] in INDEXED}
    yield from _member_puts(owner, _members(before.values()), has, known)


def _member_puts(owner: str, had: set[Member], has: set[Member], known: int) -> Iterator[Put]:
    for one in had ^ has:
        yield Put(keys.member(*one, owner), keys.MEMBER, known, _LIVE if one in has else b"")


def _members(values: Iterable[bytes]) -> set[Member]:
    """Members of stored edges by which they are looked for."""
    return {
        Member(role, value)
        for stored in values
        if stored
        for role, value in _decode(stored)[0]
        if role in INDEXED
    }


class TableHypergraph:
    """See `Hypergraph`. The table stays with who opened it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def write(self, told: Iterable[Told]) -> None:
        counting: dict[str, dict[tuple[str, int], Edge | None]] = defaultdict(dict)
        for one in told:
            owned = counting[checked(one).id.partition(".")[0]]
            before = owned.get((one.id, one.known))
            owned[one.id, one.known] = max(before, one.edge, key=rank)
        owners = iter(counting)
        while batch := list(islice(owners, _BATCH)):
            rows = self._table.get_rows([keys.edges(owner) for owner in batch])
            puts: list[Put] = []
            for owner, row in zip(batch, rows, strict=True):
                puts += self._puts(owner, dict(row), counting[owner])
            self._table.write(sorted(puts))

    def _puts(
        self,
        owner: str,
        stored: Mapping[bytes, Cell],
        told: Mapping[tuple[str, int], Edge | None],
    ) -> Iterator[Put]:
        newest = dict(stored)
        once: set[Member] = set()
        for (edge_id, known), edge in told.items():
            row, column = edge_cell(edge_id)
            value = encode_edge(edge)
            there = self._table.get(row, column, known) if column in stored else None
            if there is not None and there.version == known:
                value = max(value, there.value, key=lambda v: rank(decode_edge(edge_id, v)))
            yield Put(row, column, known, value)
            once |= _members([value])
            if column not in newest or newest[column].version <= known:
                newest[column] = Cell(known, value)
        had = _members(cell.value for cell in stored.values())
        has = _members(cell.value for cell in newest.values())
        clock = max(known for known in (cell.version for cell in newest.values()))
        yield from _member_puts(owner, had, has, clock)
        for one in once - had - has:  # known of once: for questions about the past
            yield Put(keys.member(*one, owner), keys.MEMBER, clock, b"")

    def get(self, edge_id: str, as_of: int | None = None) -> Edge | None:
        row, column = edge_cell(edge_id)
        cell = self._table.get(row, column, as_of)
        return decode_edge(edge_id, cell.value) if cell else None

    def history(self, edge_ids: Sequence[str]) -> list[list[Known]]:
        cells = [edge_cell(edge_id) for edge_id in edge_ids]
        owners = list(dict.fromkeys(row for row, _ in cells))
        rows = dict(zip(owners, map(dict, self._table.get_rows(owners)), strict=True))
        return [
            [*self._versions(edge_id, row, column, rows[row].get(column))]
            for edge_id, (row, column) in zip(edge_ids, cells, strict=True)
        ]

    def _versions(
        self, edge_id: str, row: bytes, column: bytes, cell: Cell | None
    ) -> Iterator[Known]:
        until = None
        while cell is not None:
            yield Known(decode_edge(edge_id, cell.value), cell.version, until)
            until = cell.version
            cell = self._table.get(row, column, until - 1)

    def find(
        self,
        members: Sequence[Member] = (),
        *,
        at: int | None = None,
        as_of: int | None = None,
        after: str = "",
    ) -> Iterator[Edge]:
        for row, column, cell in self._cells(members, as_of, after.partition(".")[0]):
            edge_id = _edge_id(row, column)
            if edge_id <= after:
                continue
            if as_of is not None and cell.version > as_of:
                edge = self.get(edge_id, as_of)
            else:
                edge = decode_edge(edge_id, cell.value)
            if edge is not None and edge.has(members) and (at is None or edge.holds(at)):
                yield edge

    def _cells(
        self, members: Sequence[Member], as_of: int | None, owner: str
    ) -> Iterator[tuple[bytes, bytes, Cell]]:
        """The newest cells of owners, from one on, whose edges have or had the most telling of
        the members; all of them where no member is indexed.
        """
        led = min((m for m in members if m.role in INDEXED), key=_telling, default=None)
        if led is None:
            yield from self._table.scan(keys.edges(""), keys.edges(owner))
            return
        prefix = keys.member(*led, "")
        rows = (
            keys.edges(key[len(prefix) :].decode())
            for key, _, cell in self._table.scan(prefix, prefix + owner.encode())
            if cell.value or as_of is not None
        )
        while batch := list(islice(rows, _BATCH)):
            for row, found in zip(batch, self._table.get_rows(batch), strict=True):
                yield from ((row, column, cell) for column, cell in found)

    def histories(self, after: str = "", since: int = 0) -> Iterator[tuple[str, list[Known]]]:
        for row, column, cell in self._cells((), None, after.partition(".")[0]):
            edge_id = _edge_id(row, column)
            if edge_id > after and cell.version >= since:
                yield edge_id, [*self._versions(edge_id, row, column, cell)]

    def close(self) -> None:
        """Nothing of its own is open."""


def _edge_id(row: bytes, column: bytes) -> str:
    return f"{row[2:].decode()}.{column[2:].decode()}"


def _telling(member: Member) -> int:
    return INDEXED.index(member.role)
