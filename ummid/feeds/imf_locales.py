"""Who and what a composition is for: version ids, locales and ratings of an IMF CPL."""

from collections.abc import Iterator

import pycountry

from ummid.catalog.identifiers import external_id
from ummid.catalog.languages import language
from ummid.catalog.model import ExternalId, IdScope, Rating, Warning
from ummid.feeds.connector import Feed
from ummid.feeds.xml import Element, child, child_text, children, text


def uuid_id(raw: str, scope: IdScope) -> ExternalId | None:
    """`urn:uuid:…`, `urn:eidr:…` or any other URN as an identifier of its own scheme."""
    lower = raw.strip().lower()
    if lower.startswith("urn:uuid:"):
        return ExternalId("uuid", lower.removeprefix("urn:uuid:"), scope, raw=raw.strip())
    if lower.startswith("urn:"):
        return external_id(lower.split(":")[1], raw, scope)
    return external_id("content-version", raw, scope)


def versions(listed: Element | None, doubts: list[Warning]) -> Iterator[tuple[ExternalId, str]]:
    """The label is the only place that tells a manifestation's id from an edit's."""
    for _, version in children(listed) if listed is not None else ():
        label = child_text(version, "LabelText")
        scope: IdScope = "manifestation" if "manifestation" in label.lower() else "edit"
        known = uuid_id(child_text(version, "Id"), scope)
        if known is None:
            doubts.append(Warning("missing-id", "ContentVersion", f"{label!r} has no Id"))
            continue
        if not known.valid:
            doubts.append(
                Warning("invalid-id", "ContentVersion", f"{known.raw or known.value} is invalid")
            )
        yield known, label


def locales(
    feed: Feed, listed: Element | None, doubts: list[Warning]
) -> tuple[list[str], list[str], list[Rating]]:
    """Languages, regions as stated, and ratings of a LocaleList."""
    languages: list[str] = []
    regions: list[str] = []
    ratings: list[Rating] = []
    for _, locale in children(listed) if listed is not None else ():
        for raw in _values(locale, "LanguageList"):
            tag = language(raw)
            if tag:
                languages.append(tag)
            else:
                doubts.append(Warning("unknown-language", "LocaleList", f"{raw!r} is no language"))
        stated = _values(locale, "RegionList")
        regions.extend(stated)
        codes = [_region(feed, raw, doubts) for raw in stated]
        territory = codes[0] if len(codes) == 1 else None
        rated = child(locale, "ContentMaturityRatingList")
        for _, rating in children(rated) if rated is not None else ():
            ratings.extend(_rating(rating, territory, doubts))
    return languages, regions, ratings


def _rating(rating: Element, territory: str | None, doubts: list[Warning]) -> Iterator[Rating]:
    agency, value = child_text(rating, "Agency"), child_text(rating, "Rating")
    audience = " ".join(
        part
        for name, element in children(rating)
        if name == "Audience"
        for part in (attribute(element, "scope"), text(element))
        if part
    )
    if value:
        yield Rating(agency, value, territory, (audience,) if audience else ())
    else:
        doubts.append(
            Warning("empty-rating", "LocaleList", f"{agency} states no rating {audience}".rstrip())
        )


def _region(feed: Feed, raw: str, doubts: list[Warning]) -> str | None:
    """A country by any code, UN M49 included; M49 areas (`021`) are no territory."""
    country = pycountry.countries.get(numeric=raw) if raw.isdigit() else None
    code = country.alpha_2 if country else feed.territories.read(raw)
    if code is None:
        doubts.append(Warning("unknown-territory", "RegionList", f"{raw!r} is no territory"))
    return code


def _values(locale: Element, name: str) -> list[str]:
    listed = child(locale, name)
    return [text(v) for _, v in children(listed) if text(v)] if listed is not None else []


def attribute(element: Element | None, name: str) -> str | None:
    """An attribute of an element that may be absent."""
    return element.get(name) if element is not None else None
