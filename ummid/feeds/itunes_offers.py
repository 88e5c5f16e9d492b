"""Offers of an iTunes package: one `product` per territory, one grant per cleared flag.

`cleared_for_sale` and its HD and 4K forms are purchase (EST), `cleared_for_vod` rental (VOD);
a flag that is not true grants nothing. Dates are whole days; `unavailable_for_vod_date` is
the first day without the title.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ummid.catalog import times
from ummid.catalog.grants import Bound, Grant, Licence, Price, TerritorySet
from ummid.catalog.keys import stable_id
from ummid.catalog.model import Warning
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.xml import Element, child, children, text


class _Offer(NamedTuple):
    flag: str
    licence: Licence
    quality: str
    tier: str


_OFFERS = (
    _Offer("cleared_for_sale", "EST", "SD", "wholesale_price_tier"),
    _Offer("cleared_for_hd_sale", "EST", "HD", "hd_wholesale_price_tier"),
    _Offer("cleared_for_4k_sale", "EST", "UHD", "hd_wholesale_price_tier"),
    _Offer("cleared_for_vod", "VOD", "SD", "vod_wholesale_price_tier"),
    _Offer("cleared_for_hd_vod", "VOD", "HD", "hd_vod_wholesale_price_tier"),
    _Offer("cleared_for_4k_vod", "VOD", "UHD", "hd_vod_wholesale_price_tier"),
)


def offers(
    feed: Feed, video: Element, title: str, doubts: list[Warning]
) -> tuple[list[Grant], list[str]]:
    """The grants of a video, and the flags that say no (`flag:territory`)."""
    grants: list[Grant] = []
    refused: list[str] = []
    for product in many(video, "products", "product"):
        stated = {name: text(value) for name, value in children(product)}
        spelling = stated.get("territory", "")
        where = _territory(feed, product, spelling)
        for offer in _OFFERS:
            cleared = stated.get(offer.flag, "").lower()
            if cleared in ("true", "1", "yes"):
                grants.append(_grant(feed, title, stated, offer, where))
            elif cleared in ("false", "0", "no"):
                refused.append(f"{offer.flag}:{spelling}")
            elif cleared:
                doubts.append(
                    Warning("bad-flag", offer.flag, f"{cleared!r} is neither true nor false")
                )
    return grants, refused


def many(element: Element, group: str, name: str) -> Iterator[Element]:
    """The children called `name` of the child called `group`."""
    listed = child(element, group)
    for found, value in children(listed) if listed is not None else ():
        if found == name:
            yield value


def _territory(feed: Feed, product: Element, spelling: str) -> TerritorySet | None:
    if not spelling:
        return TerritorySet(feed.profile.territories) if feed.profile.territories else None
    code = feed.territories.read(spelling)
    if code is None:
        raise FeedError(
            "unknown-territory",
            f"line {product.sourceline}: {spelling!r} names no territory; "
            "add an alias to the partner's profile",
        )
    return TerritorySet((code,))


def _grant(
    feed: Feed, title: str, stated: dict[str, str], offer: _Offer, where: TerritorySet | None
) -> Grant:
    tier = stated.get(offer.tier)
    pre_order = None
    if offer.licence == "EST":
        start, end = _day(feed, stated.get("sales_start_date")), _last(feed, stated, whole=True)
        pre_order = _day(feed, stated.get("preorder_sales_start_date"))
    else:
        start = _day(feed, stated.get("available_for_vod_date"))
        end = _last(feed, stated, whole=False)
    times.check_window(start, end)
    return Grant(
        key=stable_id(
            "itunes",
            title,
            offer.licence,
            offer.quality,
            start.raw if start else "",
            *(where.included if where else ()),
        ),
        licence=offer.licence,
        licence_text=stated.get("vod_type") if offer.licence == "VOD" else None,
        platform=feed.profile.platform or "itunes",
        territories=where,
        start=start,
        end=end,
        qualities=(offer.quality,),
        prices=(Price("tier", text=tier),) if tier else (),
        pre_order=pre_order,
    )


def _last(feed: Feed, stated: dict[str, str], *, whole: bool) -> Bound | None:
    raw = stated.get("sales_end_date" if whole else "unavailable_for_vod_date")
    if not raw:
        return None
    end = times.bound(raw, end=True, assumed_zone=feed.profile.assumed_zone)
    return end if whole or end.kind == "open" else _day(feed, raw)


def _day(feed: Feed, raw: str | None) -> Bound | None:
    return times.bound(raw, assumed_zone=feed.profile.assumed_zone) if raw else None
