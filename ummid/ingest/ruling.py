"""A person's word on two records: stored as a record of its own and acted on at once."""

from collections.abc import Callable
from pathlib import Path

from ummid.catalog.precedence import Precedence
from ummid.enrich.choose import Chosen
from ummid.errors import StoreError
from ummid.ingest.run import begin, ingest, now_ms
from ummid.views import keys, pairs, queue
from ummid.views.pairs import RulingRow
from ummid.views.runs import RunReport
from ummid.views.state import links_of


def rule(
    store: Path,
    one: str,
    other: str,
    *,
    same: bool,
    author: str,
    note: str = "",
    precedence: Precedence | None = None,
    clock: Callable[[], int] = now_ms,
    enricher: Chosen | None = None,
) -> RunReport:
    """Says that two records are, or are not, about one title; then publishes what follows.

    The word is about the records, so that it holds on every replay, for as long as nobody says
    otherwise later. Repeating it changes nothing. Raises StoreError when a record is unknown
    or the store is busy.
    """
    with begin(store, precedence, clock=clock, enricher=enricher) as run:
        table = run.table()
        if one == other:
            raise StoreError(f"{one!r} is one record; name two")
        for record_id, found in zip((one, other), links_of(table, [one, other]), strict=True):
            if found is None:
                raise StoreError(f"there is no record {record_id!r} in the store")
        ruling = RulingRow(same, run.known, author, note)
        table.write(
            [
                *pairs.ruling_puts(one, other, ruling),
                *queue.puts(keys.dirty, (one, other), run.id, "ruling", run.known),
            ]
        )
        return ingest(run, ())
