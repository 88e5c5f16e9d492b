"""What an index should hold, in a table: the service itself has no versions and forgets removals.

Written before anything is sent, so that of two writers the table decides who is newer and a killed
one leaves a note of what may not have arrived. It has every vector and restrict: an index can be
mended, or filled anew, without embedding anything.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec import Struct

from ummid.errors import StoreError
from ummid.stores.table import MAX_KEY, Cell, Put, Table
from ummid.stores.vectors import Restricts, Vector
from ummid.stores.vertex.ids import datapoint_id, name_of

_HELD, _VECTOR, _DUE = b"s:held", b"s:vector", b"s:due"
_AT_ONCE = 500


class Held(Struct, frozen=True, array_like=True):
    """`live` is False for what was removed."""

    live: bool
    restricts: Restricts = Restricts()


class _Placed(Struct, frozen=True, array_like=True):
    crowd: str
    vector: bytes


class _Due(Struct, frozen=True, array_like=True):
    at: int
    ids: list[str]


class State(NamedTuple):
    """The newest of one id. Equal states were written by the same call."""

    version: int
    held: Held
    placed: Cell | None

    @property
    def is_live(self) -> bool:
        return self.held.live and self.placed is not None

    @property
    def crowd(self) -> str:
        return self._placed.crowd

    @property
    def vector(self) -> Vector:
        return np.frombuffer(self._placed.vector, "<f4")

    @property
    def _placed(self) -> _Placed:
        assert self.placed is not None
        return msgspec.msgpack.decode(self.placed.value, type=_Placed)


class Write(NamedTuple):
    """What is to be newest of one id; without a vector, the one that is there stays."""

    id: str
    version: int
    held: Held
    vector: Vector | None = None
    crowd: str = ""


class Ledger:
    """Of one index, in rows that begin with `prefix`. Several processes may write."""

    def __init__(self, table: Table, prefix: bytes) -> None:
        self._table, self._items, self._due = table, prefix + b"i#", prefix + b"w#"

    def states(self, ids: Sequence[str]) -> dict[str, State | None]:
        rows = [self._row(name) for name in ids]
        cells = zip(
            ids, self._table.get_many(rows, _HELD), self._table.get_many(rows, _VECTOR), strict=True
        )
        return {name: _state(held, placed) for name, held, placed in cells}

    def write(self, writes: Sequence[Write], at: int) -> bytes:
        """Takes what is to be newest, where nothing newer is there, and notes that it is due to
        be sent; the note's name, for `done`.
        """
        note = self._due + uuid.uuid4().hex.encode()
        due = msgspec.msgpack.encode(_Due(at, [each.id for each in writes]))
        puts = [*self._puts(writes)]
        self._table.write(
            [Put(note, _DUE, at, due)]
        )  # first: not every table writes all or nothing
        self._table.write(puts)
        return note

    def done(self, note: bytes) -> None:
        self._table.drop(note)

    def due(self) -> list[tuple[bytes, int, list[str]]]:
        """Notes of what may not have arrived: name, when it was written (epoch ms), ids."""
        found = []
        for key, _, cell in self._table.scan(self._due):
            due = msgspec.msgpack.decode(cell.value, type=_Due)
            found.append((key, due.at, due.ids))
        return found

    def ids(self) -> Iterator[list[str]]:
        """All that ever were, some at a time."""
        rows = self._table.scan(self._items)
        names = (name_of(k[len(self._items) :].decode()) for k, c, _ in rows if c == _HELD)
        while some := list(islice(names, _AT_ONCE)):
            yield some

    def _puts(self, writes: Iterable[Write]) -> Iterator[Put]:
        for each in writes:
            row = self._row(each.id)
            yield Put(row, _HELD, each.version, msgspec.msgpack.encode(each.held))
            if each.vector is not None:
                placed = _Placed(each.crowd, each.vector.astype("<f4").tobytes())
                yield Put(row, _VECTOR, each.version, msgspec.msgpack.encode(placed))

    def _row(self, name: str) -> bytes:
        row = self._items + datapoint_id(name).encode()
        if len(row) + len(_VECTOR) >= MAX_KEY:
            raise StoreError(f"the id {name[:40]!r}... is too long for this index; shorten it")
        return row


def _state(held: Cell | None, placed: Cell | None) -> State | None:
    if held is None:
        return None
    return State(held.version, msgspec.msgpack.decode(held.value, type=Held), placed)
