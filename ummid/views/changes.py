"""The change feed: what was published when, by serial number."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from ummid.stores.table import Put, Table
from ummid.views import keys

_SERIAL = "serial"
_BATCH = 5000


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
    cell = table.get(keys.counter(_SERIAL), keys.VALUE)
    return int(cell.value) if cell else 0


def pending_put(title: str, change: str, parts: Sequence[str], known: int) -> Put:
    """A change that waits for its serial, written together with what it is about."""
    return Put(keys.pending_change(title), keys.CHANGE, known, " ".join((change, *parts)).encode())


def number(table: Table, run: str, at: int) -> int:
    """Gives the waiting changes their serials, by title id, and returns how many there were.

    A change leaves the queue in the write that files it: a killed run neither loses nor
    repeats one.
    """
    serial = first = last_serial(table)
    puts: list[Put] = []
    for key, column, cell in table.scan(keys.PENDING_CHANGES):
        if not cell.value:
            continue
        serial += 1
        change, *parts = cell.value.decode().split()
        title = key[len(keys.PENDING_CHANGES) :].decode()
        value = _encode(Change(serial, title, change, at, run, tuple(parts)))
        puts.append(Put(keys.change(serial), keys.CHANGE, at, value))
        puts.append(Put(key, column, at, b""))
        if len(puts) >= _BATCH:
            table.write([*puts, _counter(serial)])
            puts = []
    if puts:
        table.write([*puts, _counter(serial)])
    table.drop(keys.PENDING_CHANGES)
    return serial - first


def since(table: Table, serial: int, limit: int) -> Iterator[Change]:
    """Up to `limit` changes after a serial, oldest first."""
    for count, (_, _, cell) in enumerate(table.scan(b"c#", keys.change(serial + 1))):
        if count >= limit:
            return
        yield _decode(cell.value)


def _counter(serial: int) -> Put:
    return Put(keys.counter(_SERIAL), keys.VALUE, serial, str(serial).encode())
