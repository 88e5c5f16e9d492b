"""What may be shown in a territory at an instant, and the grant that decides it."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, get_args

from msgspec import Struct

from ummid.catalog.grants import Bound, Grant, LanguageTerm, Price
from ummid.catalog.merge import Offer, platform_of
from ummid.rights.windows import Edge, end_of, is_immediate, start_of, written

Status = Literal["available", "pre_order", "suppressed", "unknown", "not_available"]
"""Best first: a title has the best status of its offers."""

_RANK: dict[str, int] = {status: rank for rank, status in enumerate(get_args(Status))}
_NEVER = float("inf")


class WindowEdge(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One end of a window: `at` in UTC where it is known, and how the feed wrote it.

    `kind` is `duration` for an end that follows from the start and the window's length.
    """

    at: str | None = None
    kind: str
    raw: str
    zone: str | None = None
    assumed_zone: str | None = None
    condition: str | None = None
    lag: str | None = None


class OfferAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One offer's part in an answer. `start` is inclusive and `end` exclusive.

    `decides` marks the one that the answer rests on; every other one says in `yields` why
    it does not decide. `territory_stated` is False where the feed names no territory.
    """

    grant: str
    record: str
    partner: str
    licence: str
    platform: str
    status: Status
    reason: str
    decides: bool = False
    yields: str | None = None
    territory_stated: bool = True
    start: WindowEdge | None = None
    end: WindowEdge | None = None
    pre_order: WindowEdge | None = None
    suppressed_until: WindowEdge | None = None
    exclusive: bool | None = None
    qualities: tuple[str, ...] = ()
    hdr: str | None = None
    languages: tuple[LanguageTerm, ...] = ()
    holdbacks: tuple[LanguageTerm, ...] = ()
    prices: tuple[Price, ...] = ()
    link: str | None = None


class Availability(Struct, frozen=True, kw_only=True):
    """The answer for a territory at an instant (epoch ms).

    `deciding` is the grant key of the offer that decides; None when nothing is offered.
    `next_change` is the next instant at which the answer can be another one.
    """

    territory: str
    at: int
    status: Status
    reason: str
    deciding: str | None = None
    next_change: int | None = None
    offers: tuple[OfferAnswer, ...] = ()


def availability(
    offers: Sequence[Offer],
    territory: str,
    at: int,
    *,
    unplaced: Sequence[Offer] = (),
    elsewhere: int = 0,
) -> Availability:
    """What may be shown in `territory` at `at`, by the grants that are known.

    `offers` are those that concern the territory, `unplaced` those whose feed states no
    territory, `elsewhere` counts the title's other grants. Windows are half-open, in UTC.

    An offer is, at `at`:

    - `available` in its window. An open or absent end never comes, unless a window duration
      closes it; a start counts as passed when the feed states none at all. A POEST licence
      only permits orders: it is `pre_order` until the date on which they are fulfilled.
    - `pre_order` before its window, from the instant at which orders are taken.
    - `suppressed` when it would be one of these but may not be shown before a later instant.
    - `unknown` when only a condition (`ESTStart`, `TBD`) could tell. A known bound that
      already excludes `at` still decides: what has not begun may end on any condition.
    - `not_available` otherwise.

    An unplaced offer that could hold is `unknown`, for it may or may not concern the
    territory; one whose window is over is `not_available` anywhere. The answer is the best
    of its offers; among equals the one that ends last decides, then the smaller grant key,
    then the smaller record id. Without an offer it is `not_available` when the title has
    grants elsewhere, and `unknown` when nobody has stated any. Holdbacks of a language are
    listed and withhold that language, not the title.
    """
    weighed = [_weigh(o, at) for o in offers] + [_weigh(o, at, placed=False) for o in unplaced]
    if not weighed:
        return Availability(
            territory=territory,
            at=at,
            status="not_available" if elsewhere else "unknown",
            reason=(
                f"none of the title's {elsewhere} grants concerns {territory}"
                if elsewhere
                else "no grant is stated for this title"
            ),
        )
    weighed.sort(key=_order)
    first, *others = weighed
    return Availability(
        territory=territory,
        at=at,
        status=first.status,
        reason=_summary(first, len(others)),
        deciding=first.offer.grant.key,
        next_change=min((e for w in weighed for e in _edges(w) if e > at), default=None),
        offers=(_answer(first, None), *(_answer(other, first) for other in others)),
    )


class _Weighed(NamedTuple):
    """An offer with its status. `ends` is what breaks ties: later is better."""

    offer: Offer
    placed: bool
    start: Edge
    end: Edge
    status: Status
    reason: str

    @property
    def ends(self) -> float:
        return _NEVER if self.end.at is None else self.end.at


def _weigh(offer: Offer, at: int, *, placed: bool = True) -> _Weighed:
    grant = offer.grant
    start, end = start_of(grant), end_of(grant)
    status, reason = _status(grant, start, end, at)
    if not placed and status != "not_available":
        reason = f"the feed states no territory; where it applies it is {status}: {reason}"
        status = "unknown"
    return _Weighed(offer, placed, start, end, status, reason)


def _status(grant: Grant, start: Edge, end: Edge, at: int) -> tuple[Status, str]:
    started, ended = start.reached(at, without=True), end.reached(at, without=False)
    if ended:
        return "not_available", f"the window is over: {end.words}"
    if started and ended is False:
        return _shown(grant, _in_window(grant, start, end, at), at)
    if started is False:
        orders = _reached(grant.pre_order, at)
        if not orders:
            unsure = grant.pre_order is not None and orders is None
            note = "; whether orders are taken depends on a condition" if unsure else ""
            return (
                "unknown" if unsure else "not_available",
                f"the window has not begun: {start.words}{note}",
            )
        return _shown(grant, ("pre_order", f"orders are taken; the window {start.words}"), at)
    unsure_edges = " and ".join(edge.words for edge in (start, end) if not edge.decided)
    return "unknown", f"only an event that no feed dates could tell: {unsure_edges}"


def _in_window(grant: Grant, start: Edge, end: Edge, at: int) -> tuple[Status, str]:
    words = f"the window holds: {start.words}, {end.words}"
    if grant.licence == "POEST" and not _reached(grant.pre_order, at):
        when = grant.pre_order.instant if grant.pre_order else None
        fulfilled = "" if when is None else f", fulfilled from {written(when)}"
        return "pre_order", f"{words}; a POEST licence permits orders only{fulfilled}"
    return "available", words


def _shown(grant: Grant, found: tuple[Status, str], at: int) -> tuple[Status, str]:
    """`found`, unless the offer may not be shown yet."""
    lift = grant.suppressed_until
    if lift is None or _reached(lift, at):
        return found
    if lift.instant is None:
        return "unknown", f"{found[1]}; shown only after a condition ({lift.raw})"
    return "suppressed", f"{found[1]}; not to be shown before {written(lift.instant)}"


def _reached(bound: Bound | None, at: int) -> bool | None:
    """Whether a single date has come; None for no date, or one that hangs on a condition."""
    if bound is None or (bound.instant is None and not is_immediate(bound)):
        return None
    return bound.instant is None or bound.instant <= at


def _order(weighed: _Weighed) -> tuple[int, float, str, str]:
    offer = weighed.offer
    return (_RANK[weighed.status], -weighed.ends, offer.grant.key, offer.record)


def _edges(weighed: _Weighed) -> Iterator[int]:
    grant = weighed.offer.grant
    bounds = (grant.pre_order, grant.suppressed_until)
    for at in (weighed.start.at, weighed.end.at, *(b.instant for b in bounds if b)):
        if at is not None:
            yield at


def _summary(first: _Weighed, others: int) -> str:
    what = f"{first.offer.grant.licence} on {_platform(first.offer)}"
    if first.status == "not_available" and others:
        return f"no grant holds; of {others + 1} the nearest is {what}: {first.reason}"
    return f"{what}: {first.reason}"


def _yields(weighed: _Weighed, first: _Weighed) -> str:
    if weighed.status != first.status:
        return f"{first.status} of another grant comes before {weighed.status}"
    if weighed.ends != first.ends:
        return f"{weighed.status} too, but the deciding grant ends later"
    return f"{weighed.status} too, with the same end; the smaller grant key decides"


def _platform(offer: Offer) -> str:
    return platform_of(offer.grant, offer.partner)


def _answer(weighed: _Weighed, first: _Weighed | None) -> OfferAnswer:
    offer, grant = weighed.offer, weighed.offer.grant
    return OfferAnswer(
        grant=grant.key,
        record=offer.record,
        partner=offer.partner,
        licence=grant.licence,
        platform=_platform(offer),
        status=weighed.status,
        reason=weighed.reason,
        decides=first is None,
        yields=_yields(weighed, first) if first else None,
        territory_stated=weighed.placed,
        start=_edge(grant.start),
        end=_end(weighed),
        pre_order=_edge(grant.pre_order),
        suppressed_until=_edge(grant.suppressed_until),
        exclusive=grant.exclusive,
        qualities=grant.qualities,
        hdr=grant.hdr,
        languages=tuple(t for t in grant.languages if t.purpose != "holdback"),
        holdbacks=tuple(t for t in grant.languages if t.purpose == "holdback"),
        prices=grant.prices,
        link=grant.link,
    )


def _end(weighed: _Weighed) -> WindowEdge | None:
    stated, at = weighed.offer.grant.end, weighed.end.at
    duration = weighed.offer.grant.window_duration
    if duration and at is not None and (stated is None or stated.kind == "open"):
        return WindowEdge(at=written(at), kind="duration", raw=duration)
    return _edge(stated)


def _edge(bound: Bound | None) -> WindowEdge | None:
    if bound is None:
        return None
    return WindowEdge(
        at=None if bound.instant is None else written(bound.instant),
        kind=bound.kind,
        raw=bound.raw,
        zone=bound.zone,
        assumed_zone=bound.assumed_zone,
        condition=bound.condition,
        lag=bound.lag,
    )
