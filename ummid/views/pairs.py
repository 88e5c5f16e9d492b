"""Blocks, compared pairs and people's rulings, as rows that a run writes and resolving reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from typing import NamedTuple

import msgspec
from msgspec import Struct

from ummid.identity.clusters import Ruling
from ummid.identity.links import Links
from ummid.stores.table import Put, Table
from ummid.views import keys

CROWDED = 1000
"""A block with more members than this compares nobody: what so many share tells nothing."""

_MEMBER, _PAIR, _RULING = b"m:", b"p:", b"d:"
_CROWDED = b"s:crowded"
_BETWEEN = "+"


class Compared(Struct, frozen=True, array_like=True, gc=False):
    """What a comparison of two statements gave, and the marks of both at the time.

    It holds for as long as both still have these marks.
    """

    mark: str
    other_mark: str
    probability: int


class RulingRow(Struct, frozen=True, array_like=True):
    """A person's word on two records. `time` is epoch ms; `author` and `note` are their own."""

    same: bool
    time: int
    author: str
    note: str = ""


def holds(found: Compared, links: Links, other: Links, crowded: Set[str]) -> bool:
    """Whether a comparison still counts: both are what they were, and a block that tells
    something still brings them together.
    """
    if (links.mark, other.mark) != (found.mark, found.other_mark):
        return False
    return not crowded or bool(set(links.blocks).intersection(other.blocks) - crowded)


_encode = msgspec.msgpack.Encoder().encode
_decode_compared = msgspec.msgpack.Decoder(Compared).decode
_decode_ruling = msgspec.msgpack.Decoder(RulingRow).decode


def member_puts(
    within: Iterable[str], left: Iterable[str], record_id: str, stub: bytes, known: int
) -> Iterator[Put]:
    """Enters a record into blocks by its encoded stub, and takes it out of those it left."""
    column = _MEMBER + record_id.encode()
    for blocks, value in ((within, stub), (left, b"")):
        for block in blocks:
            yield Put(keys.block(block), column, known, value)


class Members(NamedTuple):
    """The members of a block by their encoded stubs, and which of them are new in it."""

    by_stub: dict[bytes, list[str]]
    new: set[str]
    size: int


def members(table: Table, since: Mapping[str, int]) -> Iterator[Members]:
    """The members of each block, in the order asked; new are those written at `since` or later.

    Being entered again with another statement makes a member new.
    """
    rows = table.get_rows([keys.block(block) for block in since])
    for row, moment in zip(rows, since.values(), strict=True):
        by_stub: dict[bytes, list[str]] = {}
        new: set[str] = set()
        size = 0
        for column, (version, stub) in row:
            if stub:
                size += 1
                record_id = column[2:].decode()
                by_stub.setdefault(stub, []).append(record_id)
                if version >= moment:
                    new.add(record_id)
        yield Members(by_stub, new, size)


def is_crowded(table: Table, block: str) -> bool:
    """Whether a block has too many members to compare them."""
    live = (cell for _, _, cell in table.scan(keys.block(block) + b"\x00" + _MEMBER) if cell.value)
    return next(islice(live, CROWDED, None), None) is not None


def crowded(table: Table, prefix: str = "") -> set[str]:
    """The blocks found to have too many members."""
    start = keys.crowded(prefix)
    lead = len(keys.crowded(""))
    return {key[lead:].decode() for key, _, cell in table.scan(start) if cell.value}


def crowded_put(block: str, is_crowded: bool, known: int) -> Put:
    return Put(keys.crowded(block), _CROWDED, known, b"1" if is_crowded else b"")


def joined(one: str, other: str) -> str:
    """A pair of record ids as one, whichever comes first; partitioned as the lesser one is."""
    return f"{one}{_BETWEEN}{other}" if one < other else f"{other}{_BETWEEN}{one}"


def parted(pair: str) -> tuple[str, str]:
    """The two ids of a joined pair."""
    one, _, other = pair.partition(_BETWEEN)
    return one, other


def pair_puts(one: str, other: str, found: Compared | None, known: int) -> Iterator[Put]:
    """Writes a comparison, or takes it back, on both sides."""
    value = turned = b""
    if found is not None:
        value = _encode(found)
        turned = _encode(Compared(found.other_mark, found.mark, found.probability))
    yield Put(keys.pairs(one), _PAIR + other.encode(), known, value)
    yield Put(keys.pairs(other), _PAIR + one.encode(), known, turned)


def compared(table: Table, record_ids: Sequence[str]) -> Iterator[dict[str, Compared]]:
    """What each record's comparisons gave, by the other record."""
    for row in table.get_rows([keys.pairs(r) for r in record_ids]):
        yield {
            column[2:].decode(): _decode_compared(cell.value)
            for column, cell in row
            if column.startswith(_PAIR) and cell.value
        }


def all_compared(table: Table) -> Iterator[tuple[str, str, Compared]]:
    """Every comparison that was likely enough to keep, once."""
    lead = len(keys.pairs(""))
    for key, column, cell in table.scan(keys.pairs("")):
        one, other = key[lead:].decode(), column[2:].decode()
        if column.startswith(_PAIR) and cell.value and one < other:
            yield one, other, _decode_compared(cell.value)


def ruling_puts(one: str, other: str, ruling: RulingRow) -> Iterator[Put]:
    """A person's word, on both sides; a later one replaces it, an earlier one is too late."""
    for record_id, about in ((one, other), (other, one)):
        yield Put(keys.rulings(record_id), _RULING + about.encode(), ruling.time, _encode(ruling))


def rulings(table: Table, record_ids: Sequence[str]) -> Iterator[Mapping[str, RulingRow]]:
    """People's words about each record, by the other record."""
    for row in table.get_rows([keys.rulings(r) for r in record_ids]):
        yield {column[2:].decode(): _decode_ruling(cell.value) for column, cell in row}


def all_rulings(table: Table) -> Iterator[tuple[str, Mapping[str, RulingRow]]]:
    """Each record that people spoke of, with their words about it by the other record."""
    for key, column, cell in table.scan(keys.rulings("")):
        yield key[2:].decode(), {column[2:].decode(): _decode_ruling(cell.value)}


def as_rulings(found: Iterable[tuple[str, Mapping[str, RulingRow]]]) -> set[Ruling]:
    """Rulings for clustering, each once."""
    return {
        Ruling(min(record_id, other), max(record_id, other), ruling.same, ruling.time)
        for record_id, words in found
        for other, ruling in words.items()
    }
