"""The queries that are made, and nothing else is: `infra/firestore.indexes.json` has their indexes.

A query narrows by one token and by whether a version still counts; the other members and the two
times are compared here, where they cost no index.
"""

from collections.abc import Sequence

from google.cloud.firestore_v1.base_query import FieldFilter
from google.cloud.firestore_v1.collection import CollectionReference
from google.cloud.firestore_v1.query import Query

AT_ONCE = 30
"""Values of one `in`: more are refused."""

_LAST_KNOWN = 2**62


def versions(edges: CollectionReference, edge_ids: Sequence[str]) -> Query:
    """Every version of up to AT_ONCE edges."""
    return Query(edges).where(filter=FieldFilter("edge", "in", list(edge_ids)))


def current(edges: CollectionReference, token: str | None, after: str) -> Query:
    """Versions that still count, one per edge, by edge."""
    found = _with(edges, token).where(filter=FieldFilter("until", "==", None)).order_by("edge")
    return found.start_after({"edge": after}) if after else found


def ever(edges: CollectionReference, token: str | None, after: str, known: int | None) -> Query:
    """Versions of any time, by edge and then by when they became known. `known`: of the edge
    `after`, those known later; None: none of that edge.
    """
    found = _with(edges, token).order_by("edge").order_by("known")
    if not after:
        return found
    return found.start_after({"edge": after, "known": _LAST_KNOWN if known is None else known})


def _with(edges: CollectionReference, token: str | None) -> Query:
    found = Query(edges)
    if token is None:
        return found
    return found.where(filter=FieldFilter("tokens", "array_contains", token))
