"""The change feed: what was published when, by serial number."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import NamedTuple

import msgspec
from msgspec import Struct

from ummid.stores.table import Cell, Put, Table
from ummid.views import keys

_SERIAL = "serial"


class Change(Struct, frozen=True, omit_defaults=True):
    """One published change of a title. `at` is epoch ms."""

    serial: int
    title: str
    change: str
    at: int
    run: str
    parts: tuple[str, ...] = ()


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Change).decode


def last_serial(table: Table) -> int:
    """The serial up to which every change can be read."""
    return _counter(table.get(keys.counter(_SERIAL), keys.VALUE)).readable


@contextmanager
def numbered(
    table: Table, changes: Sequence[tuple[str, str, tuple[str, ...]]], run: str, at: int
) -> Iterator[list[Put]]:
    """Rows for (title, change, parts) under serials reserved for them.

    Inside, they are to be written in one batch with the views they are about. Until then nobody
    reads those behind them either: a follower, who asks for what comes after the last it has
    seen, would never see these. Serials rise and may have gaps: those of a batch that was never
    written, which hold up readers until `settle`.
    """
    if not changes:
        yield []
        return
    first = _update(table, at, lambda counter: counter.reserved(len(changes))).last + 1
    yield [
        Put(
            keys.change(serial),
            keys.CHANGE,
            at,
            _encode(Change(serial, title, change, at, run, parts)),
        )
        for serial, (title, change, parts) in enumerate(changes, first)
    ]
    _update(table, at, lambda counter: counter.written(first))


def settle(table: Table, at: int) -> None:
    """Gives up the serials of batches that were never written; for who alone may write."""
    if _counter(table.get(keys.counter(_SERIAL), keys.VALUE)).open:
        _update(table, at, lambda counter: counter._replace(open=()))


def since(table: Table, serial: int, limit: int) -> Iterator[Change]:
    """Up to `limit` changes after a serial, oldest first."""
    stop = keys.change(last_serial(table) + 1)
    for key, _, cell in islice(table.scan(b"c#", keys.change(serial + 1)), limit):
        if key >= stop:
            return
        yield _decode(cell.value)


class _Counter(NamedTuple):
    """The last serial given, and the first one of each batch that is not written yet."""

    last: int = 0
    open: tuple[int, ...] = ()

    @property
    def readable(self) -> int:
        return min(self.open) - 1 if self.open else self.last

    def reserved(self, count: int) -> "_Counter":
        return _Counter(self.last + count, (*self.open, self.last + 1))

    def written(self, first: int) -> "_Counter":
        return self._replace(open=tuple(one for one in self.open if one != first))


def _counter(cell: Cell | None) -> _Counter:
    if cell is None:
        return _Counter()
    last, *waiting = map(int, cell.value.split())
    return _Counter(last, tuple(waiting))


def _update(table: Table, at: int, change: Callable[[_Counter], _Counter]) -> _Counter:
    """Changes the counter, whoever else does; gives it as it was before."""
    row = keys.counter(_SERIAL)
    while True:
        cell = table.get(row, keys.VALUE)
        before = _counter(cell)
        after = change(before)
        value = " ".join(map(str, (after.last, *after.open))).encode()
        put = Put(row, keys.VALUE, max(at, cell.version) if cell else at, value)
        if table.check_and_put(row, keys.VALUE, cell.value if cell else None, put):
            return before
