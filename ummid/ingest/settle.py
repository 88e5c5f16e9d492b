"""Settling: what each delivery of a run means, before any of it is applied.

Pages are put together, full deliveries compared with what is live, and those that would
withdraw too much held for a person. The decision looks at deliveries in version order, so
that it does not depend on the order of the files.
"""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from ummid.ingest.context import Run
from ummid.ingest.cover import FeedScope, live_records
from ummid.ingest.delivery import Delivery
from ummid.stores.table import Put, Table
from ummid.views import deadletters, keys, queue
from ummid.views.state import Coverage, Scopes

ACCEPTED, HELD, REFUSED, PAGES_MISSING = "accepted", "held", "refused", "pages missing"


class Settled(Struct, frozen=True, kw_only=True):
    """The plan for applying: small, and the same for every partition.

    `status` says what became of each file, by its id.
    """

    status: dict[str, str]

    def takes(self, file: str) -> bool:
        """Whether the statements of a file count."""
        return self.status[file] not in (HELD, REFUSED)


def settle(run: Run, table: Table, deliveries: Sequence[Delivery]) -> Settled:
    """Decides about every delivery, records which scopes they cover, and queues the records
    that may count, or not count, because of that.
    """
    step = _Settling(run, table)
    feeds: defaultdict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        step.status[delivery.file] = REFUSED if delivery.refused else ACCEPTED
        if delivery.is_page:
            feeds[delivery.scope].append(delivery)
        if not delivery.refused:
            step.ranges(delivery)
    for scope, parts in sorted(feeds.items()):
        step.feed(scope, parts)
    if step.silenced:
        table.write(queue.puts(keys.dirty, step.silenced, run.id, "settled", run.known))
    if step.puts:
        table.write(step.puts)
    return Settled(status=step.status)


class _Settling:
    def __init__(self, run: Run, table: Table) -> None:
        self._run, self._table = run, table
        self._scopes = Scopes(table)
        self.status: dict[str, str] = {}
        self.silenced: set[str] = set()
        self.puts: list[Put] = []

    def ranges(self, delivery: Delivery) -> None:
        for covered in delivery.covered:
            coverage = Coverage(delivery.version, covered.start, covered.end)
            put = self._scopes.cover(covered.scope, coverage)
            if put:
                self.puts.append(put)
                self.silenced.update(live_records(self._table, covered.scope))

    def feed(self, scope: str, parts: Sequence[Delivery]) -> None:
        feed = FeedScope(self._run, self._table, scope, self._scopes)
        feed.judge(parts, self._hold)
        self.puts += feed.puts()
        self.silenced |= feed.silenced
        taken = [part for part in parts if self.status[part.file] == ACCEPTED]
        self.status.update(dict.fromkeys(feed.lacks_pages(taken), PAGES_MISSING))

    def _hold(self, deliveries: Sequence[Delivery], gone: int, live: int) -> None:
        for delivery in deliveries:
            self.status[delivery.file] = HELD
            self.puts.append(_held(self._run, delivery, gone, live))


def _held(run: Run, delivery: Delivery, gone: int, live: int) -> Put:
    letter = deadletters.DeadLetter(
        id=deadletters.letter_id(delivery.path, "file", "held-snapshot", delivery.version.digest),
        run=run.id,
        partner=delivery.partner,
        format=delivery.format,
        path=delivery.path,
        place="file",
        code="held-snapshot",
        reason=(
            f"this full delivery would withdraw {gone} of {live} live offers ({gone / live:.0%}, "
            f"more than {delivery.hold_share:.0%}); nothing of it was applied. If it is right, "
            "`ummid deadletters replay --release-held ID` applies it; else ask for a whole file"
        ),
        statements=delivery.records,
    )
    return deadletters.put(letter, run.known)
