"""Settling: what each delivery of a run means, before any of it is applied.

Pages are put together, full deliveries compared with what is live, and those that would
withdraw too much held for a person. The decision looks at deliveries in version order, so
that it does not depend on the order of the files.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from ummid.ingest.context import Run
from ummid.ingest.delivery import Delivery
from ummid.ingest.pages import put_together
from ummid.ingest.staging import decode_staged
from ummid.stores.table import Put, Table
from ummid.views import deadletters, keys
from ummid.views.state import Coverage, Scopes, Version

ACCEPTED, HELD, REFUSED, PAGES_MISSING = "accepted", "held", "refused", "pages missing"

Weighed = tuple[str, int]
"""A record id and the number of its live offers."""


class Settled(Struct, frozen=True, kw_only=True):
    """The plan for applying: small, and the same for every partition.

    `versions`, `feed_scopes` and `status` are by file id; a delivery that is not in `versions`
    is not applied. `status` says what became of each file.
    """

    versions: dict[str, Version]
    feed_scopes: dict[str, str]
    status: dict[str, str]
    silenced: tuple[str, ...] = ()


def settle(run: Run, table: Table, deliveries: Sequence[Delivery]) -> Settled:
    """Decides about every delivery and records which scopes they cover."""
    scopes = Scopes(table)
    versions: dict[str, Version] = {}
    feed_scopes: dict[str, str] = {}
    status: dict[str, str] = {}
    silenced: set[str] = set()
    puts: list[Put] = []
    snapshots: defaultdict[str, list[tuple[Delivery, ...]]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.refused:
            status[delivery.file] = REFUSED
            continue
        versions[delivery.file] = delivery.version
        status[delivery.file] = ACCEPTED
        if delivery.mode == "snapshot":
            feed_scopes[delivery.file] = delivery.scope
        for covered in delivery.covered:
            put = scopes.cover(
                covered.scope, Coverage(delivery.version, covered.start, covered.end)
            )
            if put:
                puts.append(put)
                silenced.update(record for record, _ in _live(table, covered.scope))
    feeds = put_together(table, deliveries, run.known)
    for feed in feeds.whole:
        snapshots[feed[0].scope].append(feed)
    status.update(dict.fromkeys(feeds.missing, PAGES_MISSING))
    puts += feeds.puts
    for scope, full in sorted(snapshots.items()):
        before: Iterable[Weighed] | None = None
        for feed in sorted(full, key=_version):
            version = _version(feed)
            if any(c.version > version for c in scopes.get(scope).covered):
                continue  # a newer full delivery is in already: this one withdraws nothing
            earlier = _live(table, scope) if before is None else before
            gone, live_offers, gone_offers = _missing(earlier, _staged(run, table, feed))
            share = gone_offers / live_offers if live_offers else 0.0
            if share > feed[0].hold_share and not run.release_held:
                for part in feed:
                    del versions[part.file]
                    status[part.file] = HELD
                    puts.append(_held(run, part, share, gone_offers, live_offers))
                continue
            for part in feed:
                versions[part.file] = version
            put = scopes.cover(scope, Coverage(version))
            if put:
                puts.append(put)
            silenced.update(gone)
            before = list(_staged(run, table, feed)) if len(full) > 1 else None
    table.write(puts)
    return Settled(
        versions=versions,
        feed_scopes=feed_scopes,
        status=status,
        silenced=tuple(sorted(silenced)),
    )


def _version(feed: tuple[Delivery, ...]) -> Version:
    """A feed of several pages is as new as its newest page."""
    return max(part.version for part in feed)


def _live(table: Table, scope: str) -> Iterator[Weighed]:
    """The live records of a scope with the number of their offers, by id."""
    prefix = keys.scope_records(scope)
    for key, _, cell in table.scan(prefix):
        if cell.value:
            yield key[len(prefix) :].decode(), int(cell.value)


def _staged(run: Run, table: Table, feed: tuple[Delivery, ...]) -> Iterator[Weighed]:
    """The records that a staged delivery states, by id."""
    wanted = {part.file for part in feed}
    prefix = keys.staged_run(run.id)
    for key, _, cell in table.scan(prefix):
        record_id, file, _ = key[len(prefix) :].split(b"#")
        if file.decode() in wanted:
            yield record_id.decode(), decode_staged(cell.value).offers


def _missing(live: Iterable[Weighed], stated: Iterable[Weighed]) -> tuple[list[str], int, int]:
    """Live records that are not stated, all live offers, and those of the missing records.

    Both come sorted by id, so that nothing but the missing ids is held in memory.
    """
    gone: list[str] = []
    total = lost = 0
    stated_ids = (record for record, _ in stated)
    current: str | None = ""
    for record, offers in live:
        total += offers
        while current is not None and current < record:
            current = next(stated_ids, None)
        if current != record:
            gone.append(record)
            lost += offers
    return gone, total, lost


def _held(run: Run, delivery: Delivery, share: float, gone: int, live: int) -> Put:
    letter = deadletters.DeadLetter(
        id=deadletters.letter_id(delivery.path, "file", "held-snapshot", delivery.version.digest),
        run=run.id,
        partner=delivery.partner,
        format=delivery.format,
        path=delivery.path,
        place="file",
        code="held-snapshot",
        reason=(
            f"this full delivery would withdraw {gone} of {live} live offers ({share:.0%}, more "
            f"than {delivery.hold_share:.0%}); nothing of it was applied. If it is right, "
            "`ummid deadletters replay --release-held ID` applies it; else ask for a whole file"
        ),
        statements=delivery.records,
    )
    return deadletters.put(letter, run.known)
