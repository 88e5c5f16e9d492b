"""Publishing: the golden record and the views of every title that may have changed.

A view row is written only when its bytes differ, so that a replay publishes nothing.
"""

from collections.abc import Sequence
from itertools import count

from ummid.catalog.merge import Offer, merge, offers
from ummid.catalog.model import Parent, SourceRecord
from ummid.catalog.survivorship import Contributor
from ummid.catalog.title import Title
from ummid.identity.links import parent_id_links, parent_name_links
from ummid.ingest.context import Run
from ummid.stores.buffer import BATCH
from ummid.stores.table import Cell, Put, Table
from ummid.views import availability, changes, keys, queue, titles
from ummid.views.edges import changed_puts
from ummid.views.grants import edges_of
from ummid.views.state import RecordState, Scopes, dead, effective, states

CHUNK = 200
_NEVER_A_TITLE = frozenset({"asset"})


def publish_partition(run: Run, table: Table, partition: str) -> int:
    """Publishes the waiting titles of a partition; gives how many changed.

    A change enters the change feed in the same write as the views it is about, and a changed
    title the queue of those to enrich.
    """
    publish = _Publish(run, table, partition)
    waiting = queue.waiting(table, keys.affected_partition(partition))
    for start in range(0, len(waiting), CHUNK):
        publish.titles(waiting[start : start + CHUNK])
    publish.flush()
    return publish.changed


class _Publish:
    def __init__(self, run: Run, table: Table, partition: str) -> None:
        self._run, self._table = run, table
        self._parts = (f"{partition}{number}" for number in count())
        self._scopes = Scopes(table)
        self._parents_known: dict[tuple[str, bytes], dict[str, str]] = {}
        self._puts: list[Put] = []
        self._changes: list[tuple[str, str, tuple[str, ...]]] = []
        self.changed = 0

    def flush(self) -> None:
        """Writes the views that wait, with their changes under the next serial numbers."""
        run, self.changed = self._run, self.changed + len(self._changes)
        if run.enricher is not None:
            retold = [title for title, _, parts in self._changes if "title" in parts]
            part = next(self._parts)
            self._puts += queue.puts(keys.unenriched, retold, run.id, part, run.known)
        with changes.numbered(self._table, self._changes, run.id, run.known) as news:
            self._table.write(sorted([*self._puts, *news]))
        self._puts, self._changes = [], []

    def titles(self, title_ids: Sequence[str]) -> None:
        table = self._table
        aliases = table.get_many([keys.title(t) for t in title_ids], keys.ALIAS)
        bodies = table.get_many([keys.title(t) for t in title_ids], keys.BODY)
        grants = table.get_many([keys.availability(t) for t in title_ids], keys.GRANTS)
        groups = titles.members(table, title_ids)
        records = [record for group in groups for record in group]
        found = iter(states(table, records))
        edges = iter(table.get_rows([keys.edges(record) for record in records]))
        for title_id, alias, body, offer, group in zip(
            title_ids, aliases, bodies, grants, groups, strict=True
        ):
            members = [(record, next(found)) for record in group]
            owned = {record: next(edges) for record in group}
            merged_away = alias is not None and bool(alias.value)
            contributors = [] if merged_away else self._contributors(members)
            counting = offers(contributors, self._run.precedence)
            self._publish(
                title_id,
                contributors,
                counting,
                body.value if body else b"",
                offer.value if offer else b"",
            )
            if not merged_away:
                self._connect(title_id, contributors, counting, owned)
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

    def _connect(
        self,
        title_id: str,
        contributors: list[Contributor],
        counting: Sequence[Offer],
        owned: dict[str, list[tuple[bytes, Cell]]],
    ) -> None:
        """Writes the edges of the grants that count, in the rows of the title's own records.

        A record is of one title at a time, so that nobody else writes its row: an edge keeps its
        id, and its history, when its record moves to another title.
        """
        records = {c.record_id: c.record for c in contributors}
        edges = edges_of(title_id, counting, records)
        for record_id, stored in owned.items():
            found = edges.get(record_id, ())
            if found or stored:
                self._puts += changed_puts(record_id, stored, found, self._run.known)

    def _publish(
        self,
        title_id: str,
        contributors: list[Contributor],
        counting: Sequence[Offer],
        old_body: bytes,
        old_grants: bytes,
    ) -> None:
        known, precedence = self._run.known, self._run.precedence
        title: Title | None = None
        body = grants = b""
        if contributors:
            title = merge(title_id, contributors, precedence, self._parents(contributors))
            body = titles.encode_title(title)
            grants = availability.encode_offers(counting)
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
        """Title ids of the parents that the catalogue holds, by (partner, id value), and of those
        that are only named by (partner and relation, name).
        """
        found: dict[tuple[str, str], str] = {}
        for contributor in contributors:
            record = contributor.record
            for parent in record.parents:
                by_id = False
                for external in parent.ids:
                    links = parent_id_links(record.partner, Parent(parent.relation, (external,)))
                    holders = self._holders(links[0], b"m:") if links else {}
                    if holders:
                        found[record.partner, external.value] = next(iter(holders.values()))
                        by_id = True
                if not by_id and parent.title:
                    named = self._named(record, parent)
                    if named:
                        found[f"{record.partner} {parent.relation}", parent.title] = named
        return found

    def _named(self, record: SourceRecord, parent: Parent) -> str | None:
        """The one title that goes by a parent's name: the partner's own before anybody's."""
        holders: dict[str, str] = {}
        for link in parent_name_links(record, parent):
            holders |= self._holders(link, b"n:")
        stated = zip(holders, states(self._table, list(holders)), strict=True)
        own = [h for h, state in stated if state and state.record().partner == record.partner]
        for titles_so_named in ({holders[h] for h in own}, set(holders.values())):
            if len(titles_so_named) == 1:
                return titles_so_named.pop()
        return None

    def _holders(self, link: str, column: bytes) -> dict[str, str]:
        """The title of each live record that carries a link, by record."""
        known = self._parents_known.get((link, column))
        if known is not None:
            return known
        if len(self._parents_known) >= CHUNK:
            self._parents_known.clear()
        rows = self._table.scan(keys.link(link) + b"\x00" + column)
        holders = [column[2:].decode() for _, column, cell in rows if cell.value]
        live = [
            holder
            for holder, is_dead in zip(holders, dead(self._table, holders), strict=True)
            if not is_dead
        ]
        survivors = titles.survivors(self._table, live)
        found = self._parents_known[link, column] = {one: survivors[one] for one in live}
        return found
