"""Which page of a scope's feed linked to which, and when: one cell a scope."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from ummid.stores.table import Put, Table
from ummid.views import keys
from ummid.views.state import Version


class PageLink(Struct, frozen=True, array_like=True, order=True, gc=False):
    """In its delivery of `version`, `page` linked to `following`, or to none ("").

    Both are hashes of the names that pages have: partners write those, of any length. A feed
    in one file is a page that links to none. `complete` is False when a part of the page could
    not be read.
    """

    version: Version
    page: str
    following: str
    complete: bool = True


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[PageLink]).decode


def read(table: Table, scope: str) -> list[PageLink]:
    cell = table.get(keys.scope_pages(scope), keys.PAGES)
    return _decode(cell.value) if cell else []


def put(scope: str, links: Sequence[PageLink], known: int) -> Put:
    return Put(keys.scope_pages(scope), keys.PAGES, known, _encode(links))
