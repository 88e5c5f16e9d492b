"""What an edge's version looks like as a document.

| field | holds |
|---|---|
| `edge` | the edge's id; the document's own is `<edge>@<known>` |
| `known`, `until` | epoch ms between which this was what is known; `until` null: still |
| `members` | `role=value`, as told; not indexed |
| `tokens` | what the edge is found by: members, and each `territory` with each `platform` |
| `start`, `end` | the window, epoch ms, null without a bound |
| `removed` | that the edge was no more; such a version has no tokens |
| `expires` | from when the service may delete a closed version; missing: never |

Tokens are short, whatever a member is: Firestore indexes 1,500 bytes of a value and 40,000 index
entries of a document.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any

from ummid.catalog.keys import stable_id
from ummid.catalog.times import from_ms
from ummid.stores.hypergraph import Edge, Known, Member

COLLECTION = "edges"
DAY = 86_400_000
PAIRED = ("territory", "platform")
"""Asked for together so often, and each on its own so wide, that the two have a token."""

TELLING = (
    "title",
    "edit",
    "contract",
    "licensee",
    "exclusive_to",
    "licensor",
    "platform",
    "partner",
    "territory",
)
"""Roles by how few edges share a member, the fewest first; any other role comes after them."""

_LONG = 60
Document = dict[str, Any]


def name_of(edge_id: str, known: int) -> str:
    return f"{edge_id}@{known:016d}"


def document(edge_id: str, version: Known, history: int | None) -> Document:
    edge = version.edge
    found: Document = {
        "edge": edge_id,
        "known": version.known,
        "until": version.until,
        "removed": edge is None,
        "members": [f"{role}={value}" for role, value in edge.members] if edge else [],
        "tokens": sorted(set(_tokens(edge))) if edge else [],
        "start": edge.start if edge else None,
        "end": edge.end if edge else None,
    }
    if history is not None and version.until is not None:
        found["expires"] = _expiry(version.until, history)
    return found


def version_of(stored: Mapping[str, Any]) -> Known:
    return Known(edge_in(stored), stored["known"], stored["until"])


def edge_in(stored: Mapping[str, Any]) -> Edge | None:
    if stored["removed"]:
        return None
    parts = (one.partition("=") for one in stored["members"])
    members = tuple(Member(role, value) for role, _, value in parts)
    return Edge(stored["edge"], members, stored["start"], stored["end"])


def token(members: Sequence[Member]) -> str | None:
    """The one token by which edges with these members are looked for; None without members."""
    by_role = {one.role: one.value for one in members}
    led = min(by_role, key=_rank, default=None)
    if led is None:
        return None
    if led in PAIRED and all(role in by_role for role in PAIRED):
        return _pair(*(by_role[role] for role in PAIRED))
    return _short(f"{led}={by_role[led]}")


def kept(versions: Iterable[Known], history: int | None, now: int) -> list[Known]:
    """Those that are still to be there when only so many days of history are kept."""
    return [
        one
        for one in versions
        if history is None or one.until is None or one.until + history * DAY > now
    ]


def _expiry(until: int, history: int) -> datetime:
    return from_ms(min(until + history * DAY, _LAST))


def _tokens(edge: Edge) -> Iterator[str]:
    for role, value in edge.members:
        yield _short(f"{role}={value}")
    for pair in product(*(edge.values(role) for role in PAIRED)):
        yield _pair(*pair)


def _pair(territory: str, platform: str) -> str:
    return _short(f"{territory}@{platform}")


def _short(text: str) -> str:
    if len(text.encode()) <= _LONG:
        return text
    return f"{text[:9]}…{stable_id(text)}"


def _rank(role: str) -> int:
    return TELLING.index(role) if role in TELLING else len(TELLING)


_LAST = 253_402_300_799_000
"""The last second of the year 9999, which a timestamp can hold."""
