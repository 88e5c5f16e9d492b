"""Publishing: the golden record and the views of every title that may have changed.

A view row is written only when its bytes differ, so that a replay publishes nothing.
"""

from collections.abc import Sequence

from ummid.catalog.merge import merge, offers
from ummid.catalog.survivorship import Contributor
from ummid.catalog.title import Title
from ummid.identity.links import id_link, own_link
from ummid.ingest.context import Run
from ummid.stores.buffer import BATCH
from ummid.stores.table import Put, Table
from ummid.views import availability, changes, keys, queue, titles
from ummid.views.state import RecordState, Scopes, dead, effective, states

CHUNK = 200
_NEVER_A_TITLE = frozenset({"asset"})


def publish_partition(run: Run, table: Table, partition: str) -> int:
    """Publishes the waiting titles of a partition; gives how many changed.

    A change enters the change feed in the same write as the views it is about.
    """
    publish = _Publish(run, table)
    waiting = queue.waiting(table, keys.affected_partition(partition))
    for start in range(0, len(waiting), CHUNK):
        publish.titles(waiting[start : start + CHUNK])
    publish.flush()
    return publish.changed


class _Publish:
    def __init__(self, run: Run, table: Table) -> None:
        self._run, self._table = run, table
        self._scopes = Scopes(table)
        self._puts: list[Put] = []
        self._changes: list[tuple[str, str, tuple[str, ...]]] = []
        self.changed = 0

    def flush(self) -> None:
        """Writes the views that wait, with their changes under the next serial numbers."""
        run, self.changed = self._run, self.changed + len(self._changes)
        self._puts += changes.puts(self._table, self._changes, run.id, run.known)
        self._puts.sort()
        self._table.write(self._puts)
        self._puts, self._changes = [], []

    def titles(self, title_ids: Sequence[str]) -> None:
        table = self._table
        aliases = table.get_many([keys.title(t) for t in title_ids], keys.ALIAS)
        bodies = table.get_many([keys.title(t) for t in title_ids], keys.BODY)
        grants = table.get_many([keys.availability(t) for t in title_ids], keys.GRANTS)
        groups = titles.members(table, title_ids)
        found = iter(states(table, [record for group in groups for record in group]))
        for title_id, alias, body, offer, group in zip(
            title_ids, aliases, bodies, grants, groups, strict=True
        ):
            members = [(record, next(found)) for record in group]
            merged_away = alias is not None and bool(alias.value)
            contributors = [] if merged_away else self._contributors(members)
            self._publish(
                title_id, contributors, body.value if body else b"", offer.value if offer else b""
            )
        if len(self._puts) >= BATCH:
            self.flush()

    def _contributors(self, members: list[tuple[str, RecordState | None]]) -> list[Contributor]:
        found = []
        for record_id, state in members:
            if state is None or not state.has_content:
                continue
            record = effective(state.record(), state, self._scopes)
            if record is not None:
                version = state.content_version
                stated = (version.time, version.received, version.digest)
                found.append(Contributor(record_id, stated, record))
        if all(c.record.kind in _NEVER_A_TITLE for c in found):
            return []
        return found

    def _publish(
        self, title_id: str, contributors: list[Contributor], old_body: bytes, old_grants: bytes
    ) -> None:
        known, precedence = self._run.known, self._run.precedence
        title: Title | None = None
        body = grants = b""
        if contributors:
            title = merge(title_id, contributors, precedence, self._parents(contributors))
            body = titles.encode_title(title)
            grants = availability.encode_offers(offers(contributors, precedence))
        puts = self._puts
        parts: list[str] = []
        if body != old_body:
            parts.append("title")
            puts.append(Put(keys.title(title_id), keys.BODY, known, body))
            before = titles.stored_ids(old_body)
            after = titles.searchable_ids(title) if title else ()
            puts += titles.external_puts(title_id, before, after, known)
        if grants != old_grants:
            parts.append("availability")
            puts.append(Put(keys.availability(title_id), keys.GRANTS, known, grants))
            puts += availability.inverse_puts(title_id, old_grants, grants, known)
        if parts:
            change = "updated" if old_body and body else "created" if body else "withdrawn"
            self._changes.append((title_id, change, tuple(parts)))

    def _parents(self, contributors: list[Contributor]) -> dict[tuple[str, str], str]:
        """Title ids of the parents that the catalogue holds, by (partner, id value)."""
        found: dict[tuple[str, str], str] = {}
        for contributor in contributors:
            partner = contributor.record.partner
            for parent in contributor.record.parents:
                for external in parent.ids:
                    own = external.scheme == "partner"
                    if not own and not external.valid:
                        continue
                    link = (
                        own_link(partner, external.value)
                        if own
                        else id_link(external, parent.relation)
                    )
                    title_id = self._holder(link)
                    if title_id:
                        found[partner, external.value] = title_id
        return found

    def _holder(self, link: str) -> str | None:
        """The title of the first live record that carries a link."""
        rows = self._table.scan(keys.link(link) + b"\x00m:")
        holders = [column[2:].decode() for _, column, cell in rows if cell.value]
        for holder, is_dead in zip(holders, dead(self._table, holders), strict=True):
            if not is_dead:
                return titles.survivor(self._table, holder)
        return None
