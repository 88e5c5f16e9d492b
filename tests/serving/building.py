"""A small store for tests, written as an ingest writes it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.rights.offers import at
from ummid.catalog.keys import stable_id
from ummid.catalog.merge import Offer, merge
from ummid.catalog.model import Source, SourceRecord
from ummid.catalog.precedence import Precedence
from ummid.catalog.survivorship import Contributor
from ummid.catalog.title import Title
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Put
from ummid.views import availability, changes, keys, titles
from ummid.views.state import RecordState, Version, encode_record, state_put, statement_id

KNOWN = at("2025-02-01")
"""When the first run published."""


class Building:
    """Writes titles, merges and withdrawals into a store in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.table = LmdbTable(folder)

    def title(
        self, *records: SourceRecord, offers: Sequence[Offer] = (), known: int = KNOWN
    ) -> Title:
        """Publishes the title of some statements, with its offers."""
        contributors = []
        for record in records:
            version = Version(record.event_time or 0, KNOWN, "d")
            contributors.append(Contributor(filed_as(record), (version.time, KNOWN, ""), record))
            state = RecordState(
                content_version=version,
                content_hash="h",
                content=msgspec.Raw(encode_record(record)),
                restated=version,
                run="run-1",
                source=Source(f"{record.partner}.xml", "line 7"),
            )
            self.table.write([state_put(filed_as(record), state)])
        title_id = min(c.record_id for c in contributors)
        title = merge(title_id, contributors, Precedence(), {})
        self.put(title_id, titles.encode_title(title), offers, known=known, change="created")
        ids = titles.searchable_ids(title)
        self.table.write(titles.external_puts(title_id, (), ids, known))
        return title

    def put(
        self,
        title_id: str,
        body: bytes,
        offers: Sequence[Offer] = (),
        *,
        known: int = KNOWN,
        change: str = "updated",
    ) -> None:
        puts = [Put(keys.title(title_id), keys.BODY, known, body)]
        grants = availability.encode_offers(offers)
        if grants or self.table.get(keys.availability(title_id), keys.GRANTS):
            puts.append(Put(keys.availability(title_id), keys.GRANTS, known, grants))
        news = [(title_id, change, ("title",))]
        with changes.numbered(self.table, news, "run-1", known) as rows:
            self.table.write([*puts, *rows])

    def withdraw(self, title_id: str, known: int = KNOWN + 1) -> None:
        self.put(title_id, b"", known=known, change="withdrawn")

    def merge(self, title_id: str, survivor: str, known: int = KNOWN + 1) -> None:
        self.withdraw(title_id, known)
        self.table.write([titles.alias_put(title_id, survivor, known)])


def statement(key: str = "one", partner: str = "acme", **fields: Any) -> SourceRecord:
    """A partner's statement about a film."""
    stated = {"format": "mec", "kind": "film", "source": Source("", "")} | fields
    return SourceRecord(partner=partner, key=key, **stated)


def filed_as(record: SourceRecord) -> str:
    return statement_id(record.format, record.partner, record.key)


NEVER = stable_id("a title that never was")
