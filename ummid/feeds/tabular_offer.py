"""The offer in a row: who may show the title where, when and how."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import NamedTuple

import pycountry

from ummid.catalog import times
from ummid.catalog.grants import Bound, Grant, LanguageTerm, Licence, Price, TerritorySet
from ummid.catalog.keys import stable_id
from ummid.catalog.languages import language
from ummid.catalog.model import Warning
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.tabular_guess import Column
from ummid.feeds.tabular_values import (
    UNKNOWN_PLACE,
    amount_of,
    items,
    licence_of,
    truth_of,
)

MAKES_A_GRANT = frozenset(
    {"territories", "start", "end", "licence", "price", "wholesale_price", "offer_id"}
)


class Offer(NamedTuple):
    grant: Grant
    doubts: tuple[Warning, ...]


class Offers:
    """Builds the grant of each row of one file."""

    def __init__(self, feed: Feed, columns: Mapping[str, Column]) -> None:
        self._profile = feed.profile
        self._territories = feed.territories
        self._columns = columns

    def grant(self, title: str, cells: Mapping[str, str], *, deleted: bool) -> Offer:
        """The grant of a row (`title` names what it is about) with its doubts.

        Raises FeedError `unknown-territory`, `bad-date`, `unknown-zone`, `reversed-window`;
        a row that only withdraws an offer is not checked for its window.
        """
        doubts: list[Warning] = []
        get = cells.get
        start = self._bound("start", get("start"), deleted)
        end = self._bound("end", get("end"), deleted)
        if not deleted:
            times.check_window(start, end)
        licence, licence_text = self._licence(get("licence"), doubts)
        territories = self._territory_set(get("territories"), get("excluded_territories"))
        platform = get("platform") or self._profile.platform
        qualities = (
            tuple(items(cells["quality"], self._separator("quality"))) if get("quality") else ()
        )
        stated = get("offer_id")
        identity = (
            (stated,)
            if stated
            else (
                ",".join(sorted(territories.included)) if territories else "",
                licence_text or licence,
                platform or "",
                ",".join(sorted(qualities)),
                start.raw if start else "",
            )
        )
        grant = Grant(
            key=stable_id("tabular", title, *identity),
            licence=licence,
            licence_text=licence_text,
            stated_key=stated,
            licensor=get("licensor"),
            platform=platform,
            territories=territories,
            start=start,
            end=end,
            qualities=qualities,
            languages=self._languages(cells, doubts),
            exclusive=truth_of(cells["exclusive"]) if get("exclusive") else None,
            prices=self._prices(cells, doubts),
            contract=get("contract"),
        )
        return Offer(grant, tuple(doubts))

    def _bound(self, field: str, raw: str | None, deleted: bool) -> Bound | None:
        if not raw:
            return None
        try:
            return self._read_bound(field, raw)
        except FeedError:
            if deleted:
                return Bound("condition", raw)
            raise

    def _read_bound(self, field: str, raw: str) -> Bound:
        end = field == "end"
        zone = self._profile.assumed_zone
        if raw.isdigit() and len(raw) == 13:
            return times.bound_from_ms(raw, end=end)
        declared = self._columns[field].format
        formats = (declared,) if declared else self._profile.date_formats
        if not formats:
            return times.bound(raw, end=end, assumed_zone=zone)
        try:
            return times.bound_in_format(raw, formats, end=end, assumed_zone=zone)
        except FeedError:
            # A workbook's own dates are ISO whatever is declared, and `Open` is no date.
            with suppress(FeedError):
                return times.bound(raw, end=end, assumed_zone=zone)
            raise

    def _licence(self, raw: str | None, doubts: list[Warning]) -> tuple[Licence, str | None]:
        if raw is None:
            declared = licence_of(self._profile.licence or "")
            return declared or "OTHER", None
        found = licence_of(raw)
        if found is None:
            doubts.append(Warning("unknown-licence", "grants.licence", f"{raw!r} is kept as OTHER"))
        return found or "OTHER", raw

    def _territory_set(self, included: str | None, excluded: str | None) -> TerritorySet | None:
        if not included and not excluded:
            return TerritorySet(self._profile.territories) if self._profile.territories else None
        stated = self._codes("territories", included) or self._profile.territories or ("WORLD",)
        return TerritorySet(stated, self._codes("excluded_territories", excluded))

    def _codes(self, field: str, raw: str | None) -> tuple[str, ...]:
        if not raw:
            return ()
        parts = items(raw, self._separator(field), UNKNOWN_PLACE)
        if len(parts) == 1 and self._territories.read(raw) is None:
            parts = raw.split()
        codes = [self._territory(part) for part in parts]
        return tuple(dict.fromkeys(codes))

    def _territory(self, raw: str) -> str:
        code = self._territories.read(raw)
        if code is None:
            raise FeedError(
                "unknown-territory",
                f"{raw!r} names no territory; add an alias to the partner's profile "
                f'(aliases = {{"{raw}" = "…"}}) or correct it',
            )
        return code

    def _languages(
        self, cells: Mapping[str, str], doubts: list[Warning]
    ) -> tuple[LanguageTerm, ...]:
        terms = []
        for field, track in (("audio_languages", "audio"), ("subtitle_languages", "subtitle")):
            if field not in cells:
                continue
            for raw in items(cells[field], self._separator(field)):
                tag = language(raw)
                if tag is None:
                    doubts.append(
                        Warning("unknown-language", f"grants.{field}", f"{raw!r} is no language")
                    )
                else:
                    terms.append(
                        LanguageTerm(tag, "asset", "audio" if track == "audio" else "subtitle")
                    )
        return tuple(terms)

    def _prices(self, cells: Mapping[str, str], doubts: list[Warning]) -> tuple[Price, ...]:
        prices = []
        for field, kind in (("price", "SRP"), ("wholesale_price", "WSP")):
            if field in cells:
                amount, of_sign = amount_of(cells[field])
                currency = self._currency(cells.get("currency") or of_sign, doubts)
                text = None if amount else cells[field]
                prices.append(Price(kind, amount, currency, text))
        return tuple(prices)

    def _currency(self, raw: str | None, doubts: list[Warning]) -> str | None:
        code = (raw or self._profile.currency or "").upper()
        if code and code not in _currencies():
            doubts.append(
                Warning("unknown-currency", "grants.prices", f"{code!r} is no ISO 4217 currency")
            )
        return code or None

    def _separator(self, field: str) -> str | None:
        return self._columns[field].separator


@cache
def _currencies() -> frozenset[str]:
    return frozenset(c.alpha_3 for c in pycountry.currencies) - {"XTS", "XXX"}
