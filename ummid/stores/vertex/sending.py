"""What the ledger has, sent to the service; and what the service does not take of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ummid.stores.halving import Refused, send_in_halves
from ummid.stores.vertex import messages
from ummid.stores.vertex.ids import datapoint_id, name_of
from ummid.stores.vertex.ledger import State
from ummid.stores.vertex.wire import Wire

_REQUEST = 4 << 20
"""Bytes of datapoints in one request, far below what the service's front end takes."""

States = Mapping[str, State | None]


def send(
    wire: Wire, states: States, before: States, check: Callable[[], None]
) -> dict[str, Refused]:
    """Sends states by id; `before` is what the service has. Those that it refuses, whose
    neighbours went through. `check` raises Refused where the service would take nothing.
    """
    whole: list[Any] = []
    changed: list[Any] = []
    gone: list[str] = []
    for name, state in states.items():
        if state is None or not state.is_live:
            gone.append(datapoint_id(name))
            continue
        was = before.get(name)
        same = was is not None and was.is_live and was.placed == state.placed
        point = messages.datapoint(
            wire.types,
            name,
            state.version,
            state.held.restricts,
            None if same else state.vector,
            "" if same else state.crowd,
        )
        (changed if same else whole).append(point)
    refused = [
        *_upserted(wire, whole, check, only_restricts=False),
        *_upserted(wire, changed, check, only_restricts=True),
    ]
    if gone:
        wire.remove(gone)
    return {name_of(point.datapoint_id): error for point, error in refused}


def _upserted(
    wire: Wire, points: list[Any], check: Callable[[], None], *, only_restricts: bool
) -> Iterator[tuple[Any, Refused]]:
    for some in _by_bytes(points):
        yield from send_in_halves(
            some, lambda part: wire.upsert(part, only_restricts=only_restricts), check
        )


def _by_bytes(points: Iterable[Any]) -> Iterator[list[Any]]:
    some: list[Any] = []
    held = 0
    for point in points:
        size = point.ByteSize()
        if some and held + size > _REQUEST:
            yield some
            some, held = [], 0
        some.append(point)
        held += size
    if some:
        yield some
