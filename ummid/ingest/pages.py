"""Feeds of several pages: which deliveries of a run are a whole one together.

A last page links to nothing, so that alone it looks like a whole feed. Which page linked to
which is therefore kept with the scope: pages that come apart, in several runs, are known for
such and withdraw nothing.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ummid.catalog.keys import stable_id
from ummid.ingest.delivery import Delivery
from ummid.stores.table import Put, Table
from ummid.views import pages
from ummid.views.pages import PageLink

_KEPT = 10_000
"""Links of one scope: a partner that names its pages anew every day would add some for ever."""


class Feeds(NamedTuple):
    """`whole`: single files that say they are whole, and complete sets of pages; `missing`: ids
    of files whose feed lacks pages; `puts`: how pages link, to be remembered.
    """

    whole: list[tuple[Delivery, ...]]
    missing: list[str]
    puts: list[Put]


def put_together(table: Table, deliveries: Sequence[Delivery], known: int) -> Feeds:
    """The feeds among a run's full deliveries; `known` (epoch ms) is the time of the run."""
    feeds = Feeds([], [], [])
    accepted = [d for d in deliveries if d.mode == "snapshot" and not d.refused]
    by_scope = sorted(accepted, key=lambda d: (d.scope, d.version))
    for scope, group in groupby(by_scope, key=lambda d: d.scope):
        parts = list(group)
        before = pages.read(table, scope)
        after = _stated(before, parts)
        if after != before:
            feeds.puts.append(pages.put(scope, after, known))
        links = {link.page: link.following for link in after if link.following}
        linked = set(links.values())
        paged = [d for d in parts if d.next_page or _own(d) in linked]
        feeds.whole.extend((d,) for d in parts if d.is_snapshot and d not in paged)
        if not paged:
            continue
        here = {_own(d) for d in paged}
        wanted = here.union(_following(d) for d in paged if d.next_page)
        unread = any(not d.is_snapshot and not d.next_page for d in paged)
        if unread or _connected(wanted, links) > here:
            feeds.missing.extend(d.file for d in paged)
        else:
            feeds.whole.append(tuple(paged))
    return feeds


def _stated(before: Sequence[PageLink], parts: Sequence[Delivery]) -> list[PageLink]:
    """The links of a scope once these deliveries count, each page's as stated last."""
    stated = {link.page: link for link in before}
    for d in parts:
        link = PageLink(d.version, _own(d), _following(d))
        if link.following or link.page in stated:
            stated[link.page] = max(stated.get(link.page, link), link)
    return sorted(stated.values())[-_KEPT:]


def _connected(pages: set[str], links: dict[str, str]) -> set[str]:
    """The pages that hang together with some, by links either way."""
    found: set[str] = set()
    more = set(pages)
    while more:
        found |= more
        before = {page for page, following in links.items() if following in more}
        more = (before | {links[page] for page in more if page in links}) - found
    return found


def _own(delivery: Delivery) -> str:
    return stable_id(delivery.page)


def _following(delivery: Delivery) -> str:
    """The page linked to, by the last part of its address; "" for none."""
    if not delivery.next_page:
        return ""
    path = urlsplit(delivery.next_page)
    name = unquote(path.path.rsplit("/", 1)[-1])
    return stable_id(f"{name}?{path.query}" if path.query else name)
