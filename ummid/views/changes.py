"""The change feed: what was published when, by serial number."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from ummid.stores.table import Put, Table
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
    cell = table.get(keys.counter(_SERIAL), keys.VALUE)
    return int(cell.value) if cell else 0


def puts(
    table: Table, changes: Sequence[tuple[str, str, tuple[str, ...]]], run: str, at: int
) -> list[Put]:
    """Rows for (title, change, parts) under serials reserved for them.

    To be written in one batch with the views they are about. Serials rise and may have gaps:
    those of a batch that a killed process reserved and never wrote.
    """
    if not changes:
        return []
    serial = _reserve(table, len(changes), at)
    return [
        Put(
            keys.change(serial + number),
            keys.CHANGE,
            at,
            _encode(Change(serial + number, title, change, at, run, parts)),
        )
        for number, (title, change, parts) in enumerate(changes)
    ]


def _reserve(table: Table, count: int, at: int) -> int:
    """The first of `count` serials that nobody else will use."""
    row = keys.counter(_SERIAL)
    while True:
        cell = table.get(row, keys.VALUE)
        last = int(cell.value) if cell else 0
        version = max(at, cell.version) if cell else at
        put = Put(row, keys.VALUE, version, str(last + count).encode())
        if table.check_and_put(row, keys.VALUE, cell.value if cell else None, put):
            return last + 1


def since(table: Table, serial: int, limit: int) -> Iterator[Change]:
    """Up to `limit` changes after a serial, oldest first."""
    for count, (_, _, cell) in enumerate(table.scan(b"c#", keys.change(serial + 1))):
        if count >= limit:
            return
        yield _decode(cell.value)
