"""Offers for tests of rights."""

from typing import Any

from ummid.catalog import times
from ummid.catalog.grants import Bound, Grant, TerritorySet
from ummid.catalog.merge import Offer


def at(text: str) -> int:
    """Epoch ms of an ISO date or instant."""
    instant = times.bound(text).instant
    assert instant is not None
    return instant


def offer(
    key: str = "g1",
    start: str | Bound | None = "2025-01-01",
    end: str | Bound | None = "2025-12-31",
    **grant: Any,
) -> Offer:
    """An SVOD offer in France for 2025, unless told otherwise; ends as dates are inclusive."""
    stated = {"licence": "SVOD", "platform": "flix", "territories": TerritorySet(("FR",))} | grant
    for name in ("pre_order", "suppressed_until"):
        if isinstance(stated.get(name), str):
            stated[name] = times.bound(stated[name])
    return Offer(
        Grant(
            key=key,
            start=times.bound(start) if isinstance(start, str) else start,
            end=times.bound(end, end=True) if isinstance(end, str) else end,
            **stated,
        ),
        record=f"record-of-{key}",
        partner="acme",
    )
