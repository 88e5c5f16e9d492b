"""What a feed's full deliveries cover: which statements its silence withdraws.

It is a function of every page that was ever stated, so that a late older delivery is judged
against newer ones of earlier runs, and pages may come in any order, each in a run of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from ummid.ingest.context import Run
from ummid.ingest.delivery import Delivery
from ummid.ingest.pages import PageSets, Whole, feeds, kept, page_of, stated
from ummid.ingest.staging import decode_staged
from ummid.stores.table import Put, Table
from ummid.views import keys, pages
from ummid.views.state import NEVER, Coverage, Scopes, Version, feed_covered_put, restated

CHUNK = 1000
Weighed = tuple[str, int]
"""A record id and the number of its live offers."""
Hold = Callable[[Sequence[Delivery], int, int], None]
"""Called with deliveries that are not to count, the live offers they would withdraw and all."""


class FeedScope:
    """The scope of one feed, and what the deliveries of a run change in it."""

    def __init__(self, run: Run, table: Table, scope: str, scopes: Scopes) -> None:
        self._run, self._table, self._scope = run, table, scope
        self._known = self._links = pages.read(table, scope)
        self._whole = self._before = feeds(self._links).newest
        self._scopes = scopes
        self._earlier: dict[str, int] | None = None
        self.silenced: set[str] = set()

    def judge(self, parts: Sequence[Delivery], hold: Hold) -> None:
        """Takes the pages of a run, in the order of their versions, feed by feed.

        Those that would withdraw a larger share than was agreed do not count.
        """
        groups = self._groups(parts)
        for group in groups:
            self._take(group, hold, last=group is groups[-1])

    def _groups(self, parts: Sequence[Delivery]) -> list[list[Delivery]]:
        """Pages that hang together; a feed in one file by itself."""
        sets = PageSets(stated(self._links, parts))
        found: defaultdict[str, list[Delivery]] = defaultdict(list)
        for part in parts:
            together = list(sets.around(page_of(part)))
            found[min(together) if len(together) > 1 else part.file].append(part)
        return sorted(found.values(), key=lambda feed: max(part.version for part in feed))

    def _take(self, feed: list[Delivery], hold: Hold, *, last: bool) -> None:
        while feed:
            links = stated(self._links, feed)
            whole = feeds(links).newest
            if whole and self._is_news(whole.version):
                gone, offers, gone_offers = self._missing(feed, whole.version)
                share = gone_offers / offers if offers else 0.0
                if share > feed[0].hold_share and not self._run.release_held:
                    held = [p for p in feed if page_of(p) in whole.pages] or feed
                    hold(held, gone_offers, offers)
                    feed = [part for part in feed if part not in held]
                    continue
                self.silenced.update(gone)
                if not last:
                    self._remember(feed, gone)
            self._links, self._whole = links, whole
            return

    def _is_news(self, version: Version) -> bool:
        covered = self._scopes.get(self._scope).covered
        return version > max(_version(self._whole), *(c.version for c in covered), NEVER)

    def _remember(self, feed: list[Delivery], gone: Iterable[str]) -> None:
        """What the next feed of this run is compared with."""
        earlier = dict(_live(self._table, self._scope)) if self._earlier is None else self._earlier
        for record in gone:
            earlier.pop(record, None)
        self._earlier = earlier | dict(_staged(self._run, self._table, feed))

    def _missing(self, feed: Sequence[Delivery], since: Version) -> tuple[list[str], int, int]:
        """Live records not stated since then, all live offers, and those of the records."""
        live: Iterable[Weighed] = (
            _live(self._table, self._scope)
            if self._earlier is None
            else sorted(self._earlier.items())
        )
        fresh = [part for part in feed if part.version >= since]
        total = _Sum()
        missing = _unstated(total.counting(live), _staged(self._run, self._table, fresh))
        gone: list[str] = []
        lost = 0
        while chunk := list(islice(missing, CHUNK)):
            seen = restated(self._table, [record for record, _ in chunk])
            for (record, offers), when in zip(chunk, seen, strict=True):
                if when < since:
                    gone.append(record)
                    lost += offers
        return gone, total.offers, lost

    def puts(self) -> list[Put]:
        """What is to be remembered. Fills `silenced` with what may count again."""
        if self._links == self._known:
            return []
        remembered = kept(self._links)
        found = [pages.put(self._scope, remembered, self._run.known)]
        before, after = _version(self._before), _version(self._whole)
        if self._whole and feeds(remembered).newest != self._whole:
            covered_for_good = self._scopes.cover(self._scope, Coverage(after))
            found += [covered_for_good] if covered_for_good else []
        if after != before:
            covered = self._whole.version if self._whole else None
            found.append(feed_covered_put(self._scope, covered, self._run.known))
        if after < before:
            prefix = keys.scope_records(self._scope)
            self.silenced.update(
                key[len(prefix) :].decode() for key, _, _ in self._table.scan(prefix)
            )
        return found

    def lacks_pages(self, parts: Iterable[Delivery]) -> list[str]:
        """The files among these whose feed is not all there."""
        used, sets = feeds(self._links).used, PageSets(self._links)
        return [
            part.file
            for part in parts
            if used.get(page := page_of(part), NEVER) < part.version
            and (part.next_page or any(sets.linking[page]))
        ]


class _Sum:
    """The offers of what goes past."""

    offers = 0

    def counting(self, weighed: Iterable[Weighed]) -> Iterator[Weighed]:
        for one in weighed:
            self.offers += one[1]
            yield one


def _version(whole: Whole | None) -> Version:
    return whole.version if whole else NEVER


def _live(table: Table, scope: str) -> Iterator[Weighed]:
    """The live records of a scope with the number of their offers, by id."""
    prefix = keys.scope_records(scope)
    for key, _, cell in table.scan(prefix):
        if cell.value:
            yield key[len(prefix) :].decode(), int(cell.value)


def live_records(table: Table, scope: str) -> Iterator[str]:
    """The ids of the live records of a scope."""
    return (record for record, _ in _live(table, scope))


def _staged(run: Run, table: Table, feed: Iterable[Delivery]) -> Iterator[Weighed]:
    """The records that staged deliveries state, by id."""
    wanted = {part.file for part in feed}
    prefix = keys.staged_run(run.id)
    for key, _, cell in table.scan(prefix):
        record_id, file, _ = key[len(prefix) :].split(b"#")
        if file.decode() in wanted:
            yield record_id.decode(), decode_staged(cell.value).offers


def _unstated(live: Iterable[Weighed], stated: Iterable[Weighed]) -> Iterator[Weighed]:
    """Live records that are not stated. Both come sorted by id, so that none are held in memory."""
    stated_ids = (record for record, _ in stated)
    current: str | None = ""
    for one in live:
        while current is not None and current < one[0]:
            current = next(stated_ids, None)
        if current != one[0]:
            yield one
