"""The rights graph of a store beside the views that it must agree with."""

from ummid.stores.table import Table
from ummid.views import keys
from ummid.views.availability import decode_offers
from ummid.views.edges import INDEXED, TableHypergraph
from ummid.views.grants import edge_id

Placed = set[tuple[str, str]]
"""(edge id, title)."""


def drawn(table: Table) -> Placed:
    """Every edge, with the title it is on."""
    return {(edge.id, *edge.values("title")) for edge in TableHypergraph(table).find()}  # type: ignore[misc]


def offered(table: Table) -> Placed:
    """The same, of every grant that the availability view holds."""
    return {
        (edge_id(offer.record, offer.grant.key), key[2:].decode())
        for key, _, cell in table.scan(b"a#")
        for offer in decode_offers(cell.value).offers
    }


def assert_agrees(table: Table) -> None:
    """One edge per grant that counts, and each found by its members."""
    assert drawn(table) == offered(table)
    index = {key for key, _, cell in table.scan(b"M#") if cell.value}
    assert index == {
        keys.member(*member, edge.id.partition(".")[0])
        for edge in TableHypergraph(table).find()
        for member in edge.members
        if member.role in INDEXED
    }
