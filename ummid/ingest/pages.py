"""Feeds of several pages: which pages are a whole feed together, and since when.

A last page links to nothing, so that alone it looks like a whole feed. Pages come in any order
and in different runs; what they linked to is remembered, and what they mean together is a
function of all that is remembered, whatever came first.
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ummid.catalog.keys import stable_id
from ummid.ingest.delivery import Delivery
from ummid.views.pages import PageLink
from ummid.views.state import NEVER, Version

_KEPT = 10_000
"""Links of one scope: a partner that names its pages anew every day would add some for ever."""
_KEPT_LAST = 100
"""Pages of one scope that link to nothing, which are feeds in one file for the most part."""
_KEPT_OF_PAGE = 3


class Whole(NamedTuple):
    """A feed of which every page is there. It withdraws what is older than its oldest page."""

    version: Version
    pages: frozenset[str]


def page_of(delivery: Delivery) -> str:
    return stable_id(delivery.page)


def stated(before: Iterable[PageLink], parts: Iterable[Delivery]) -> list[PageLink]:
    """What pages said, oldest first, once these deliveries count."""
    return sorted({*before, *map(_link, parts)})


def kept(links: Sequence[PageLink]) -> list[PageLink]:
    """The newest of these: what is kept of two lists together is kept of what each has kept."""
    of_page: defaultdict[str, list[PageLink]] = defaultdict(list)
    for link in links:
        of_page[link.page].append(link)
    newest = sorted(link for said in of_page.values() for link in said[-_KEPT_OF_PAGE:])
    linking = [link for link in newest if link.following][-_KEPT:]
    last = [link for link in newest if not link.following][-_KEPT_LAST:]
    return sorted(linking + last)


def _link(delivery: Delivery) -> PageLink:
    following = _following(delivery)
    return PageLink(delivery.version, page_of(delivery), following, not delivery.damaged)


def _following(delivery: Delivery) -> str:
    """The page linked to, by the last part of its address; "" for none."""
    if not delivery.next_page:
        return ""
    path = urlsplit(delivery.next_page)
    name = unquote(path.path.rsplit("/", 1)[-1])
    return stable_id(f"{name}?{path.query}" if path.query else name)


class Feeds(NamedTuple):
    """`newest`: of the feeds that were whole at some time, the one that withdraws most. `used`:
    by page, when it was last one of a whole feed.
    """

    newest: Whole | None
    used: dict[str, Version]


def feeds(links: Sequence[PageLink]) -> Feeds:
    """What pages, in the order of their versions, were together.

    A feed is whole when all its pages are there, each stated again since they were it last: until
    the last page of a new feed is there, what it lists may still be on its way, and what the old
    one withdrew stays withdrawn.
    """
    history = _History(links)
    used: dict[str, Version] = {}
    newest: Whole | None = None
    for link in links:
        history.sets.say(link)
        whole = history.whole(link, used)
        if whole:
            used.update(dict.fromkeys(whole.pages, link.version))
            if newest is None or whole.version > newest.version:
                newest = whole
    return Feeds(newest, used)


class PageSets:
    """Pages that hang together by their links, as stated last."""

    def __init__(self, links: Iterable[PageLink] = ()) -> None:
        self.said: dict[str, PageLink] = {}
        self.linking: defaultdict[str, set[str]] = defaultdict(set)
        for link in links:
            self.say(link)

    def say(self, link: PageLink) -> None:
        before = self.said.get(link.page)
        if before:
            self.linking[before.following].discard(link.page)
        self.said[link.page] = link
        self.linking[link.following].add(link.page)

    def around(self, page: str) -> Iterator[str]:
        """A page and those that hang together with it, there or not, those that follow first."""
        more, seen = [page], {page}
        while more:
            one = more.pop()
            yield one
            said = self.said.get(one)
            following = said.following if said else ""
            for other in (*sorted(self.linking[one]), following):
                if other and other not in seen:
                    seen.add(other)
                    more.append(other)


class _History:
    """`sets` is how it was at some time; what came later says which pages were awaited."""

    def __init__(self, links: Iterable[PageLink]) -> None:
        self.sets = PageSets()
        self._of_page: defaultdict[str, list[Version]] = defaultdict(list)
        self._linking: defaultdict[str, list[Version]] = defaultdict(list)
        for link in links:
            self._of_page[link.page].append(link.version)
            self._linking[link.following].append(link.version)

    def whole(self, newest: PageLink, used: dict[str, Version]) -> Whole | None:
        """The feed around the newest page, if every page is there and none was used before."""
        oldest, before, pages = newest.version, NEVER, []
        for page in self.sets.around(newest.page):
            said = self.sets.said.get(page)
            if said is None or not said.complete or self._awaited(page, newest.version):
                return None
            pages.append(page)
            oldest, before = min(oldest, said.version), max(before, used.get(page, NEVER))
            if oldest <= before:
                return None
        return Whole(oldest, frozenset(pages))

    def _awaited(self, page: str, now: Version) -> bool:
        """Whether the page as it is was linked to only later, so that it was never alone."""
        if self.sets.linking[page]:
            return False
        said, linking = self._of_page[page], self._linking[page]
        following = bisect(said, now)
        first = bisect(linking, now)
        if first == len(linking):
            return False
        return following == len(said) or linking[first] < said[following]
