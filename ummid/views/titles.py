"""Title rows, external ids and aliases: written by a run, read by the API in one get."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct

from ummid.catalog.model import ExternalId
from ummid.catalog.title import Title
from ummid.stores.table import Put, Table
from ummid.views import keys

_ETAG = 16
_encode = msgspec.json.Encoder().encode


class _Ids(Struct):
    """The part of a stored title by which it is found; the rest is not decoded."""

    ids: tuple[ExternalId, ...] = ()


class Named(Struct, frozen=True):
    """What a list shows of a title."""

    kind: str
    title: str | None = None
    year: int | None = None


_decode_title = msgspec.json.Decoder(Title).decode
_decode_ids = msgspec.json.Decoder(_Ids).decode
_decode_named = msgspec.json.Decoder(Named).decode


class Document(NamedTuple):
    """A body as served, with its strong validator."""

    etag: str
    body: bytes


def document(body: bytes) -> bytes:
    """A stored body: 16 hex characters of its SHA-256, then the bytes themselves."""
    return hashlib.sha256(body).hexdigest()[:_ETAG].encode() + body


def etag(stored: bytes) -> str:
    """The validator of a stored body."""
    return stored[:_ETAG].decode()


def encode_title(title: Title) -> bytes:
    return document(_encode(title))


def decode_title(stored: bytes) -> Title:
    return decode_body(stored[_ETAG:])


def decode_body(body: bytes) -> Title:
    """A title from its body as served."""
    return _decode_title(body)


def read_document(table: Table, title_id: str) -> Document | None:
    """The title as served; None when it was never published, b"" as body when withdrawn."""
    cell = table.get(keys.title(title_id), keys.BODY)
    if cell is None:
        return None
    return as_served(cell.value)


def as_served(stored: bytes) -> Document:
    """A stored body, parted into validator and body."""
    return Document(stored[:_ETAG].decode(), stored[_ETAG:])


def named(table: Table, title_ids: Sequence[str]) -> dict[str, Named]:
    """Those of the titles that are published now."""
    cells = table.get_many([keys.title(title_id) for title_id in title_ids], keys.BODY)
    return {
        title_id: _decode_named(cell.value[_ETAG:])
        for title_id, cell in zip(title_ids, cells, strict=True)
        if cell is not None and cell.value
    }


def survivor(table: Table, title_id: str) -> str:
    """The id under which a title answers now: its own, or the one it was merged into."""
    cell = table.get(keys.title(title_id), keys.ALIAS)
    return cell.value.decode() if cell and cell.value else title_id


def survivors(table: Table, title_ids: Iterable[str]) -> dict[str, str]:
    """As `survivor`, for many ids at once."""
    ids = sorted(title_ids)
    cells = table.get_many([keys.title(t) for t in ids], keys.ALIAS)
    return {
        t: cell.value.decode() if cell and cell.value else t
        for t, cell in zip(ids, cells, strict=True)
    }


def lookup(table: Table, scheme: str, value: str) -> list[str]:
    """Ids of the titles that carry an external id, in order; [] when nobody does."""
    prefix = keys.external(scheme, value) + b"\x00"
    return [column[2:].decode() for _, column, cell in table.scan(prefix) if cell.value]


def external_puts(
    title_id: str, before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]], known: int
) -> Iterator[Put]:
    """Writes that move a title from one set of (scheme, value) to another."""
    old, new = set(before), set(after)
    column = b"v:" + title_id.encode()
    for scheme, value in sorted(old ^ new):
        mark = b"1" if (scheme, value) in new else b""
        yield Put(keys.external(scheme, value), column, known, mark)


def searchable_ids(title: Title) -> list[tuple[str, str]]:
    """The ids by which a title may be looked up: those that passed their check."""
    return _searchable(title.ids)


def stored_ids(stored: bytes) -> list[tuple[str, str]]:
    """As `searchable_ids`, of a stored title."""
    return _searchable(_decode_ids(stored[_ETAG:]).ids) if stored else []


def _searchable(ids: Iterable[ExternalId]) -> list[tuple[str, str]]:
    return [(i.scheme, i.value) for i in ids if i.valid]


def members(table: Table, title_ids: Sequence[str]) -> list[tuple[str, ...]]:
    """The records of each title. One that was never merged is its own only record."""
    cells = table.get_many([keys.members(t) for t in title_ids], keys.MEMBERS)
    return [
        tuple(cell.value.decode().split()) if cell and cell.value else (title_id,)
        for title_id, cell in zip(title_ids, cells, strict=True)
    ]


def members_put(title_id: str, record_ids: Sequence[str], known: int) -> Put:
    alone = len(record_ids) == 1
    return Put(
        keys.members(title_id), keys.MEMBERS, known, b"" if alone else " ".join(record_ids).encode()
    )


def alias_put(record_id: str, title_id: str, known: int) -> Put:
    return Put(
        keys.title(record_id),
        keys.ALIAS,
        known,
        b"" if record_id == title_id else title_id.encode(),
    )
