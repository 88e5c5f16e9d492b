"""One row of an Avails sheet: one offer of one title."""

from ummid.catalog.grants import Term, TerritorySet
from ummid.catalog.keys import slug, stable_id
from ummid.catalog.model import (
    Action,
    Credit,
    Kind,
    Organisation,
    Rating,
    Release,
    SourceRecord,
    Technical,
    Warning,
)
from ummid.catalog.times import duration_ms, year_of
from ummid.errors import FeedError
from ummid.feeds import avails_terms as vocabulary
from ummid.feeds.avails_offer import Offer
from ummid.feeds.avails_parts import distinct, snake
from ummid.feeds.avails_works import Work, work_of
from ummid.feeds.connector import Feed
from ummid.feeds.movielabs import check_rating, release_date, work_kind

_WORDS = (
    "LicenseType",
    "LicenseRightsDescription",
    "FormatProfile",
    "HDR",
    "Start",
    "End",
    "WindowDuration",
    "ContractID",
    "Licensee",
)
_TERMS = {
    "SRP": "SRP",
    "SuppressionLiftDate": "SuppressionLiftDate",
    "SpecialPreOrderFulfillDate": "PreorderFulfillDate",
    "AnnounceDate": "AnnounceDate",
    "RentalDuration": "RentalDuration",
    "WatchDuration": "WatchDuration",
    "FixedEndDate": "FixedEndDate",
    "Exclusive": "Exclusive",
    "ExclusiveAttributes": "ExclusiveAttributes",
}
"""Columns that are a `Term` of the XML."""

_FREE_TERMS = (
    "WCG",
    "HFR",
    "NGAudio",
    "Description",
    "Download",
    "OtherTerms",
    "OtherInstructions",
    "ReportingID",
    "TitleStatus",
    "BrandingRights",
    "BrandingRightsAttributes",
    "RequiredFulfillmentLanguages",
    "RefTerritory",
    "RefTerritoryExcluded",
    "RefLicenseType",
    "RefFormatProfile",
    "RefAvailID",
)
_EXTRA = (
    "StoreType",
    "LocalizationType",
    "GroupIdentity",
    "Metadata",
    "UV_ID",
    "DMA_ID",
    "CaptionIncluded",
    "CaptionExemption",
    "Any",
    "EpisodeCount",
    "SeasonCount",
    "VolumeNumber",
    "DistributionNumber",
    "VolumeDistributionNumber",
    "RetailerSpare1",
    "RetailerSpare2",
    "RetailerSpare3",
    "PackageLabel",
)
_TELLING = ("EditID", "EpisodeID", "AltID", "EpisodeAltID", "SeasonNumber", "EpisodeNumber")
_NOTHING = frozenset({"na", "none", "notapplicable"})
_LONG_DAY_MS = 12 * 3_600_000

Row = tuple[dict[str, str], dict[str, str]]
"""Values by the template's column names, and those of any other column by its own."""


def read_row(feed: Feed, place: str, row: Row) -> SourceRecord:
    """Raises FeedError when the row has no identity, or its territory or window is unreadable."""
    cells, others = row
    warnings: list[Warning] = []
    if feed.header.partner is None and (licensor := cells.get("DisplayName")):
        feed.header.partner = slug(licensor)
    kind = _kind(cells)
    work = work_of(cells, kind, warnings)
    action, full_extract = _entry_type(cells, warnings)
    offer = _offer(feed, cells, warnings)
    territories = offer.territories()
    grants = (offer.grant(work.own_id, territories),) if action == "upsert" else ()
    extra = {snake(name): cells[name] for name in _EXTRA if name in cells}
    extra.update((snake(name), value) for name, value in others.items())
    if flag := cells.get("ExceptionFlag"):
        extra["exception_flag"] = flag
        if vocabulary.yes_or_no(flag):
            warnings.append(vocabulary.EXCEPTION)
    number, number_text = _number(cells.get("EpisodeNumber"))
    return SourceRecord(
        format=feed.format,
        format_version=feed.header.format_version,
        partner=feed.partner,
        kind=kind,
        key=_row_key(cells, offer, work, territories),
        source=feed.source(place),
        action=action,
        scopes=vocabulary.scopes(work.own_id, [territories]),
        full_extract=full_extract,
        own_id=work.own_id,
        ids=work.ids,
        titles=work.titles,
        year=_year(cells, warnings),
        parents=work.parents,
        season_number=_number(cells.get("SeasonNumber"))[0],
        episode_number=number if kind == "episode" else None,
        number_text=number_text,
        credits=_directors(cells),
        ratings=_ratings(cells, territories, warnings),
        releases=_releases(cells, warnings),
        technical=_technical(cells, warnings),
        organisations=_organisations(cells),
        links=_listed(cells.get("BundleALIDs", "")),
        grants=grants,
        warnings=distinct(warnings),
        extra=extra,
    )


def row_key(feed: Feed, row: Row) -> str:
    """The key of a row that was refused, where its parts can be read."""
    cells = row[0]
    offer = _offer(feed, cells, [])
    return _row_key(cells, offer, work_of(cells, _kind(cells), []), offer.territories())


def row_text(row: Row) -> str:
    """A row as it was written, for a dead letter."""
    return "\t".join(f"{name}={value}" for part in row for name, value in part.items())


def _row_key(
    cells: dict[str, str], offer: Offer, work: Work, territories: TerritorySet | None
) -> str:
    """The offer's own key, with what else tells works apart: templates repeat a ContentID."""
    others = [cells.get(name, "") for name in _TELLING]
    return stable_id("avail-row", offer.key(work.own_id, territories), *others)


def _kind(cells: dict[str, str]) -> Kind:
    stated = work_kind(cells.get("WorkType", ""))
    if stated != "unknown" or cells.get("WorkType"):
        return stated
    for name, kind in (("EpisodeNumber", "episode"), ("SeasonNumber", "season")):
        if name in cells:
            return kind  # type: ignore[return-value]
    return "unknown"


def _entry_type(cells: dict[str, str], warnings: list[Warning]) -> tuple[Action, bool]:
    raw = cells.get("EntryType", "")
    found = vocabulary.entry_type(raw)
    if found is None:
        warnings.append(vocabulary.doubtful_entry_type(raw))
        return "upsert", False
    return found


def _offer(feed: Feed, cells: dict[str, str], warnings: list[Warning]) -> Offer:
    offer = Offer(feed, warnings)
    words = offer.words
    words.update({name: cells[name] for name in _WORDS if name in cells})
    words["Licensor"] = cells.get("DisplayName", "")
    words["TransactionID"] = cells.get("TransactionID") or cells.get("AvailID", "")
    offer.lags["Start"], offer.lags["End"] = cells.get("StartLag"), cells.get("EndLag")
    offer.included = _split(cells.get("Territory") or cells.get("RefTerritory", ""))
    offer.excluded = _split(cells.get("TerritoryExclusion", ""))
    for name, purpose in (
        ("AllowedLanguages", "allowed"),
        ("AssetLanguage", "asset"),
        ("HoldbackLanguage", "holdback"),
    ):
        for item in _split(cells.get(name, "")):
            code, _, asset = item.partition(":")
            offer.add_language(purpose, code.strip(), asset.strip())
    _add_price(offer, cells)
    for name, term in _TERMS.items():
        if name in cells and vocabulary.squeezed(cells[name]) not in _NOTHING:
            currency = cells.get("PriceCurrency") if name == "SRP" else None
            offer.add_term(term, cells[name], currency)
    offer.terms += [Term(name, cells[name]) for name in _FREE_TERMS if name in cells]
    return offer


def _add_price(offer: Offer, cells: dict[str, str]) -> None:
    kind, value = cells.get("PriceType", ""), cells.get("PriceValue", "")
    if not kind and not value:
        return
    if vocabulary.squeezed(kind) in _NOTHING:
        offer.terms.append(Term("NA", value or kind))
    elif value or not kind:
        name = vocabulary.price_kind(kind) or kind or "price"
        currency = cells.get("PriceCurrency")
        offer.prices.append(vocabulary.price(name, value, currency, offer.feed, offer.warnings))
    else:
        offer.terms.append(Term("PriceType", kind))


def _split(raw: str) -> list[str]:
    """A list in one cell: commas, semicolons, bars or lines."""
    for mark in ";|\n":
        raw = raw.replace(mark, ",")
    return [item.strip() for item in raw.split(",") if item.strip()]


def _listed(raw: str) -> tuple[str, ...]:
    return tuple(_split(raw))


def _number(raw: str | None) -> tuple[int | None, str | None]:
    """(whole number, None) or (None, the text that is shown instead)."""
    if not raw:
        return None, None
    text = raw.removesuffix(".0")
    return (int(text), None) if text.isdecimal() else (None, raw)


def _year(cells: dict[str, str], warnings: list[Warning]) -> int | None:
    raw = cells.get("ReleaseYear", "")
    year = year_of(raw)
    if raw and year is None:
        warnings.append(Warning("bad-year", "year", f"{raw!r} is no year of a release"))
    return year


def _releases(cells: dict[str, str], warnings: list[Warning]) -> tuple[Release, ...]:
    """`ReleaseHistoryPhysicalHV` is what MovieLabs' translator writes as `DVD`."""
    found: list[Release] = []
    for name, kind in (("ReleaseHistoryOriginal", "original"), ("ReleaseHistoryPhysicalHV", "DVD")):
        raw = cells.get(name, "")
        date = release_date(raw)
        if date:
            found.append(Release(date[0], kind, precision=date[1]))
        elif raw:
            warnings.append(Warning("bad-date", "releases", f"{name} {raw!r} is no date"))
    return tuple(found)


def _ratings(
    cells: dict[str, str], territories: TerritorySet | None, warnings: list[Warning]
) -> tuple[Rating, ...]:
    system, value = cells.get("RatingSystem", ""), cells.get("RatingValue", "")
    if not system and not value:
        return ()
    check_rating(system, value, warnings)
    codes = territories.included if territories else ()
    territory = codes[0] if len(codes) == 1 and codes[0] != "WORLD" else None
    return (Rating(system, value, territory, _listed(cells.get("RatingReason", ""))),)


def _technical(cells: dict[str, str], warnings: list[Warning]) -> Technical | None:
    raw = cells.get("TotalRunTime", "")
    try:
        length = duration_ms(raw)
    except FeedError as error:
        warnings.append(Warning("bad-duration", "technical.duration_ms", str(error)))
        return None
    if length is None:
        return None
    if length > _LONG_DAY_MS:
        message = f"a run time of {raw}; hours and minutes may stand for minutes and seconds"
        warnings.append(Warning("implausible-duration", "technical.duration_ms", message))
    return Technical(duration_ms=length)


def _organisations(cells: dict[str, str]) -> tuple[Organisation, ...]:
    roles = (
        ("DisplayName", "licensor"),
        ("ServiceProvider", "service provider"),
        ("CompanyDisplayCredit", "display credit"),
    )
    return tuple(Organisation(cells[name], role) for name, role in roles if name in cells)


def _directors(cells: dict[str, str]) -> tuple[Credit, ...]:
    names = cells.get("Director", "").split(";")
    return tuple(Credit(name.strip(), "director") for name in names if name.strip())
