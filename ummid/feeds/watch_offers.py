"""Watch actions as grants: one per action and access requirement.

Source: Google's ActionAccessSpecification; `expectsAcceptanceOf` is a schema.org Offer, which
older feeds put straight on the action.
"""

import re
from collections.abc import Sequence
from typing import cast, get_args

import pycountry

from ummid.catalog import times
from ummid.catalog.grants import Bound, Grant, LanguageTerm, Licence, Price, Term, TerritorySet
from ummid.catalog.keys import stable_id
from ummid.catalog.territories import WORLD
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.json_ld import Object, identity, many, objects, type_of, word, words, written
from ummid.feeds.watch_facts import Doubts

_LICENCES: dict[str, Licence] = {
    "nologinrequired": "FREE",
    "free": "FREE",
    "subscription": "SVOD",
    "externalsubscription": "SVOD",
    "rental": "VOD",
    "purchase": "EST",
    "adsupported": "AVOD",
}
_NARROW = frozenset(("City", "GeoShape", "PostalAddress", "AdministrativeArea", "GeoCircle"))


class Offers:
    """Reads the actions of entities under one feed's profile."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._profile = feed.profile

    def bound(self, raw: str, *, end: bool = False) -> Bound:
        profile = self._profile
        if profile.date_formats:
            formats, zone = profile.date_formats, profile.assumed_zone
            return times.bound_in_format(raw, formats, end=end, assumed_zone=zone)
        return times.bound(raw, end=end, assumed_zone=profile.assumed_zone)

    def read(self, entity: Object, key: str, doubts: Doubts) -> tuple[Grant, ...]:
        grants: dict[str, Grant] = {}
        for action in objects(entity.get("potentialAction")):
            if type_of(action) not in ("WatchAction", "ViewAction", ""):
                continue
            for access in self._accesses(action):
                grant = self._grant(entity, action, access, key, doubts)
                if grant:
                    grants.setdefault(grant.key, grant)
        return tuple(grants.values())

    def _accesses(self, action: Object) -> list[Object]:
        stated = objects(action.get("actionAccessibilityRequirement"))
        return stated or objects(action.get("expectsAcceptanceOf")) or [{}]

    def _grant(
        self, entity: Object, action: Object, access: Object, key: str, doubts: Doubts
    ) -> Grant | None:
        offers = [*objects(access.get("expectsAcceptanceOf")), access]
        targets = many(action.get("target"))
        if not (targets or len(access)):
            return None
        category = _first(offers, "category").rpartition("/")[2]
        starts, ends = _first(offers, "availabilityStarts"), _first(offers, "availabilityEnds")
        start = self.bound(starts) if starts else None
        end = self.bound(ends, end=True) if ends else None
        times.check_window(start, end)
        if any(type_of(r) in _NARROW for o in offers for r in _regions(o)):
            raw = written([o["eligibleRegion"] for o in offers if "eligibleRegion" in o])
            doubts.add("narrow-region", "grants", f"narrower than a country, no grant made: {raw}")
            return None
        licence = self._licence(category, entity, doubts)
        territories = self._territories(offers)
        subscriptions = [s for o in offers for s in many(o.get("requiresSubscription"))]
        prices = tuple(p for o in offers for p in self._prices(o, doubts))
        tags = [
            doubts.language("grants", t)
            for o in objects(targets)
            for t in words(o.get("inLanguage"))
        ]
        places = territories.included if territories else ()
        parts = [key, licence, category.lower(), *map(identity, subscriptions), *sorted(places)]
        parts += [tag for tag in tags if tag]
        return Grant(
            key=stable_id(*parts, starts),
            licence=licence,
            licence_text=category or None,
            platform=self._profile.platform,
            territories=territories,
            start=start,
            end=end,
            languages=tuple(LanguageTerm(t, "asset") for t in dict.fromkeys(tags) if t),
            prices=prices,
            link=next((u for t in targets if (u := _url(t))), None),
            terms=tuple(_terms(objects(targets), subscriptions, offers)),
        )

    def _licence(self, category: str, entity: Object, doubts: Doubts) -> Licence:
        known = _LICENCES.get(category.lower())
        if known:
            return known
        if category:
            doubts.add("unknown-licence", "grants", f"category {category!r} is not known")
            return "OTHER"
        if word(entity.get("isAccessibleForFree")).lower().endswith("true"):
            return "FREE"
        agreed = self._profile.licence
        if agreed in get_args(Licence):
            return cast("Licence", agreed)
        doubts.add("no-licence", "grants", "the action does not say on what terms it is open")
        return "OTHER"

    def _territories(self, offers: Sequence[Object]) -> TerritorySet | None:
        included = [self._territory(r) for o in offers for r in words(_names(o, "eligibleRegion"))]
        excluded = [
            self._territory(r) for o in offers for r in words(_names(o, "ineligibleRegion"))
        ]
        if not included and not excluded:
            agreed = self._profile.territories
            return TerritorySet(agreed) if agreed else None
        included = included or list(self._profile.territories) or [WORLD]
        return TerritorySet(tuple(dict.fromkeys(included)), tuple(dict.fromkeys(excluded)))

    def _territory(self, raw: str) -> str:
        code = WORLD if raw.upper() == "EARTH" else self._feed.territories.read(raw)
        if code is None:
            raise FeedError(
                "unknown-territory",
                f"{raw!r} names no territory; add an alias to the partner's profile, "
                "or have it corrected at its source",
            )
        return code

    def _prices(self, offer: Object, doubts: Doubts) -> list[Price]:
        amount = word(offer.get("price")).replace(",", ".")
        if not amount:
            return []
        currency = word(offer.get("priceCurrency")).upper() or self._profile.currency
        known = currency and pycountry.currencies.get(alpha_3=currency)
        if not known or currency in ("XTS", "XXX"):
            doubts.add("unknown-currency", "grants", f"{currency!r} is no currency for {amount}")
        if not re.fullmatch(r"\d+(\.\d+)?", amount):
            doubts.add("bad-price", "grants", f"{amount!r} is no amount")
            return [Price("retail", None, currency, amount)]
        return [Price("retail", amount, currency)]


def _first(offers: Sequence[Object], name: str) -> str:
    """The access specification's own value, else its offer's."""
    return next((text for offer in reversed(offers) if (text := word(offer.get(name)))), "")


def _regions(offer: Object) -> list[Object]:
    return objects(offer.get("eligibleRegion"))


def _names(offer: Object, name: str) -> list[object]:
    """Region names; a Country may hold its name in `name`, `identifier` or `addressCountry`."""
    found: list[object] = []
    for region in many(offer.get(name)):
        if isinstance(region, dict):
            stated = (region.get(k) for k in ("name", "identifier", "addressCountry", "@id"))
            found += next((many(s) for s in stated if s), [])
        else:
            found.append(region)
    return found


def _url(target: object) -> str:
    if isinstance(target, dict):
        return word(target.get("urlTemplate") or target.get("url") or target.get("@id"))
    return word(target)


def _terms(
    targets: Sequence[Object], subscriptions: Sequence[object], offers: Sequence[Object]
) -> list[Term]:
    terms = []
    for subscription in subscriptions:
        terms.append(Term("subscription", word(subscription)))
        if isinstance(subscription, dict):
            for name in ("@id", "commonTier", "authenticator"):
                if text := word(subscription.get(name)):
                    terms.append(Term(f"subscription:{name.lstrip('@')}", text))
    platforms = dict.fromkeys(p for t in targets for p in words(t.get("actionPlatform")))
    terms += [Term("platform", p.rpartition("/")[2]) for p in platforms]
    for offer in offers:
        terms += [Term("seller", text) for text in words(offer.get("seller"))]
    return terms
