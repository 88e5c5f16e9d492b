"""The columns of the EMA Avails template 1.6-1.9, found by name wherever they stand.

Source: the template sheets Movies, TV and Bonus and their data dictionaries. Names are matched
by letters and digits alone, so that `store_language`, `Store Language` and `StoreLanguage` are
one; older names and slips of the template itself are mapped to the name of 1.9.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from ummid.feeds.avails_terms import squeezed
from ummid.feeds.workbook import Cell

_TEMPLATE = """
DisplayName Licensee AssetLanguage Territory TerritoryExclusion StoreType WorkType EntryType
TitleInternalAlias TitleDisplayUnlimited LocalizationType CompanyDisplayCredit GroupIdentity
Director LicenseType LicenseRightsDescription FormatProfile HDR WCG HFR NGAudio Start StartLag End
EndLag WindowDuration PriceType PriceValue PriceCurrency SRP Description Download OtherTerms
OtherInstructions TitleID EditID EncodeID AltID ContentID AvailID TransactionID UV_ID DMA_ID
ReportingID Metadata ALID SuppressionLiftDate SpecialPreOrderFulfillDate AnnounceDate ReleaseYear
ReleaseHistoryOriginal ReleaseHistoryPhysicalHV ExceptionFlag RatingSystem RatingValue
RatingReason RentalDuration WatchDuration FixedEndDate CaptionIncluded CaptionExemption Any
ContractID TitleStatus Exclusive ExclusiveAttributes BrandingRights BrandingRightsAttributes
ServiceProvider TotalRunTime HoldbackLanguage AllowedLanguages RequiredFulfillmentLanguages
BundleALIDs RetailerID1 RetailerID2 RetailerID3 RetailerSpare1 RetailerSpare2 RetailerSpare3
PackageLabel RefALID RefTerritory RefTerritoryExcluded RefLicenseType RefFormatProfile RefAvailID
SeriesTitleInternalAlias SeriesTitleDisplayUnlimited SeasonNumber VolumeTitleInternalAlias
VolumeTitleDisplayUnlimited VolumeNumber DistributionNumber VolumeDistributionNumber EpisodeNumber
EpisodeTitleInternalAlias EpisodeTitleDisplayUnlimited SeasonTitleInternalAlias
SeasonTitleDisplayUnlimited EpisodeCount SeasonCount SeriesID SeasonID VolumeID EpisodeTitleID
EpisodeID SeriesAltID SeasonAltID VolumeAltID EpisodeAltID SeriesContentID SeasonContentID
VolumeContentID EpisodeContentID RetailerEpisodeID1 RetailerEpisodeID2 RetailerVolumeID
RetailerSeasonID RetailerSeriesID
"""
NAMES = tuple(_TEMPLATE.split())

_OTHER_NAMES = {
    "StoreLanguage": "AssetLanguage",
    "ProductID": "EditID",
    "EpisodeProductID": "EpisodeID",
    "HoldbackExclusionLanguage": "AllowedLanguages",
    "AllowedLanguage": "AllowedLanguages",
    "HoldbackLanguages": "HoldbackLanguage",
    "ExceptionsFlag": "ExceptionFlag",
    "BundledALIDs": "BundleALIDs",
    "Avail/AvailID": "AvailID",
    "TerritoryExcluded": "TerritoryExclusion",
    "PreOrderFulfillDate": "SpecialPreOrderFulfillDate",
    "VolumeDistributinoNumber": "VolumeDistributionNumber",
}
"""1.6 calls the edit's id `ProductID` (its data dictionary: "Edit Level EIDR")."""

_BY_NAME = {squeezed(name): name for name in NAMES} | {
    squeezed(name): known for name, known in _OTHER_NAMES.items()
}
_MARKS = ({"Territory", "RefTerritory"}, {"LicenseType"}, {"EntryType", "FormatProfile"})
_ENOUGH = 6
"""Known names that a header row has at least, one of each of `_MARKS` among them."""

_NEAR = 0.93


@lru_cache(maxsize=2048)
def canonical(header: str) -> str | None:
    """The 1.9 name of a column header, tolerating one slip; None for a column of another kind."""
    key = squeezed(header)
    if key in _BY_NAME or not key or key[-1].isdigit():
        return _BY_NAME.get(key)
    near = difflib.get_close_matches(key, _BY_NAME, 1, _NEAR) if len(key) > 8 else []
    return _BY_NAME[near[0]] if near else None


def is_header(cells: Sequence[object]) -> bool:
    """Whether a row names the columns of an Avails sheet."""
    names = {_BY_NAME.get(squeezed(cell)) for cell in cells if isinstance(cell, str)} - {None}
    return len(names) >= _ENOUGH and all(names & marks for marks in _MARKS)


@dataclass
class Columns:
    """The header of one sheet: which column holds what.

    `others` are columns the template does not have; they keep their own name.
    """

    places: dict[str, int]
    others: dict[str, int] = field(default_factory=dict)
    old: bool = False

    @classmethod
    def of(cls, header: Sequence[object]) -> "Columns":
        places: dict[str, int] = {}
        others: dict[str, int] = {}
        for index, cell in enumerate(header):
            name = cell_text(cell)
            known = canonical(name) if name else None
            if known and known not in places:
                places[known] = index
            elif name:
                others.setdefault(name, index)
        return cls(places, others, any(squeezed(cell_text(c)) == "storelanguage" for c in header))

    def read(self, row: Sequence[object]) -> tuple[dict[str, str], dict[str, str]]:
        """(values by canonical name, values of other columns) of the cells that are filled."""
        return self._filled(self.places, row), self._filled(self.others, row)

    @staticmethod
    def _filled(places: dict[str, int], row: Sequence[object]) -> dict[str, str]:
        width = len(row)
        return {
            name: text
            for name, index in places.items()
            if index < width and (text := cell_text(row[index]))
        }

    def version(self) -> str:
        """The template's version as its set of columns shows it, where no cell states one."""
        if self.old:
            return "1.6"
        return "1.7.3" if "TerritoryExclusion" in self.places else "1.7.2"


def is_comment(row: Sequence[object]) -> bool:
    """`//REQ`, `//e.g.` rows: the first filled cell, or most of them, start with slashes."""
    filled = [cell_text(cell) for cell in row if cell is not None and cell != ""]
    marked = sum(text.startswith("//") for text in filled)
    return bool(filled) and (filled[0].startswith("//") or marked * 2 > len(filled))


def stated_version(row: Sequence[Any]) -> str | None:
    """`1.9` where the first cell of the comment row holds the template's version."""
    text = cell_text(row[0]).lower().removeprefix("v") if row else ""
    return text if text.startswith("1.") and text.replace(".", "").isdigit() else None


def cell_text(cell: Cell | object) -> str:
    """A cell as text: ISO 8601 for dates, no leading apostrophe, `TRUE` and `FALSE`."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip().removeprefix("'")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("seconds")
    return str(cell)
