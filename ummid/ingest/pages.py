"""Feeds of several pages: which deliveries of a run are a whole one together.

A last page links to nothing, so that alone it looks like a whole feed. Which page linked to
which is therefore kept with the scope, by the names that pages have: pages that come apart, in
several runs, are known for such and withdraw nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Struct

from ummid.ingest.delivery import Delivery
from ummid.stores.table import Put, Table
from ummid.views import keys

_KEPT = 10_000
"""Links of one scope: a partner that names its pages anew every day would add some for ever."""


class _Link(Struct, frozen=True, array_like=True, order=True, gc=False):
    """At `time` (epoch ms), a page linked to a next one; "" when it linked to none."""

    time: int
    page: str
    following: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[_Link]).decode


class Pages:
    """The feeds among a run's full deliveries; `missing` are the ids of files whose feed lacks
    pages, and `puts` is what to remember of how pages link. Both are whole once `feeds` has
    been read to its end.
    """

    def __init__(self, table: Table, known: int) -> None:
        self._table, self._known = table, known
        self.missing: list[str] = []
        self.puts: list[Put] = []

    def feeds(self, deliveries: Sequence[Delivery]) -> Iterator[tuple[Delivery, ...]]:
        """Single files that say they are whole, and complete sets of pages, a scope at a time."""
        accepted = [d for d in deliveries if d.mode == "snapshot" and not d.refused]
        by_scope = sorted(accepted, key=lambda d: (d.scope, d.version))
        for scope, group in groupby(by_scope, key=lambda d: d.scope):
            parts = list(group)
            links = self._links(scope, parts)
            linked = set(links.values())
            paged = [d for d in parts if d.next_page or d.page in linked]
            yield from ((d,) for d in parts if d.is_snapshot and d not in paged)
            names = {d.page for d in paged}
            wanted = names.union(_page_name(d.next_page) for d in paged if d.next_page)
            unread = any(not d.is_snapshot and not d.next_page for d in paged)
            if unread or _reached(wanted, links) > names:
                self.missing += [d.file for d in paged]
            elif paged:
                yield tuple(paged)

    def _links(self, scope: str, parts: Sequence[Delivery]) -> dict[str, str]:
        """The next page by page, as stated last, this run's statements included."""
        cell = self._table.get(keys.scope_pages(scope), keys.PAGES)
        before = _decode(cell.value) if cell else []
        stated = {link.page: link for link in before}
        for d in parts:
            link = _Link(d.version.time, d.page, _page_name(d.next_page) if d.next_page else "")
            if link.following or d.page in stated:
                stated[d.page] = max(stated.get(d.page, link), link)
        after = sorted(stated.values())[-_KEPT:]
        if after != before:
            put = Put(keys.scope_pages(scope), keys.PAGES, self._known, _encode(after))
            self.puts.append(put)
        return {link.page: link.following for link in after if link.following}


def _reached(names: set[str], links: dict[str, str]) -> set[str]:
    """The pages that hang together with some, by links either way."""
    found: set[str] = set()
    more = set(names)
    while more:
        found |= more
        before = {page for page, following in links.items() if following in more}
        more = (before | {links[page] for page in more if page in links}) - found
    return found


def _page_name(url: str) -> str:
    path = urlsplit(url)
    return unquote(path.path.rsplit("/", 1)[-1]) + (f"?{path.query}" if path.query else "")
