"""`Transaction` of Avails XML: one offer.

Most of a large delivery is Transactions and most of their elements are languages, so this walks
all elements of one in document order instead of level by level, which lxml does twice as fast.
No name has two meanings within a Transaction except a region's, and that follows its container.
"""

from ummid.catalog.grants import LanguageTerm, Term
from ummid.catalog.model import Warning
from ummid.feeds.avails_offer import Offer
from ummid.feeds.avails_parts import local_name
from ummid.feeds.avails_terms import language_terms
from ummid.feeds.connector import Feed
from ummid.feeds.xml import Element

_PURPOSES = {
    "AllowedLanguage": "allowed",
    "AssetLanguage": "asset",
    "StoreLanguage": "asset",
    "HoldbackLanguage": "holdback",
}
"""`StoreLanguage` is what 2.1 had before the others."""

_WORDS = {
    "Start": "Start",
    "End": "End",
    "LicenseType": "LicenseType",
    "LicenseRightsDescription": "LicenseRightsDescription",
    "WindowDuration": "WindowDuration",
    "ContractID": "ContractID",
    "Licensee": "Licensee",
    "DisplayName": "Licensee",
}
_VALUES = frozenset(
    {"Money", "Event", "Text", "Number", "Boolean", "Duration", "URI", "Language", "ID"}
    | {"Namespace", "Identifier", "YearDateTime", "Time"}
)
"""What a Term holds (AvailTerms-type), its AltIdentifier included."""


class _PlainLanguages(dict[str | None, tuple[LanguageTerm, ...] | None]):
    """Terms of a language element without attributes, by its text; None: look closer."""

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self._purpose = purpose

    def __missing__(self, raw: str | None) -> tuple[LanguageTerm, ...] | None:
        terms = language_terms(raw.strip(), self._purpose, "") if raw else None
        if len(self) < 4096:
            self[raw] = terms
        return terms


_PLAIN = {name: _PlainLanguages(purpose) for name, purpose in _PURPOSES.items()}


def read_transaction(element: Element, feed: Feed, licensor: str, warnings: list[Warning]) -> Offer:
    """The offer of one Transaction without comments; doubts go to `warnings` of its Avail."""
    offer = Offer(feed, warnings)
    words, languages = offer.words, offer.languages
    words["TransactionID"] = element.get("TransactionID", "").strip()
    words["Licensor"] = licensor
    regions: list[str] | None = None
    term = ""
    for item in element.iter():
        name = local_name[item.tag]
        if name in _PLAIN:
            attributes = item.items()
            found = None if attributes else _PLAIN[name][item.text]
            if found is None:
                _read_language(offer, name, (item.text or "").strip(), attributes)
            else:
                languages += found
            continue
        if name == "Term":
            term, regions = item.get("termName", "").strip(), None
            continue
        text = item.text
        value = text.strip() if text else ""
        if name in _WORDS:
            words[_WORDS[name]] = value or words.get(_WORDS[name], "")
        elif name in _VALUES:
            offer.add_term(term, value, item.get("currency"))
        elif name == "FormatProfile":
            words[name] = value
            for feature, detail in item.items():
                _read_feature(offer, str(feature), str(detail))
        elif name in ("StartCondition", "EndCondition"):
            end_name = name.removesuffix("Condition")
            words[end_name] = value
            offer.lags[end_name] = item.get("lag")
        elif name in ("Territory", "TerritoryExcluded"):
            regions = offer.included if name == "Territory" else offer.excluded
            if value:  # some writers put the code straight in
                regions.append(value)
        elif name in ("country", "countryRegion"):
            if regions is None:
                offer.add_term(term, value)
            else:
                regions.append(value)
        elif value:
            _read_other(offer, name, value)
    return offer


def _read_other(offer: Offer, name: str, value: str) -> None:
    if name == "RefALID":
        offer.references.append(value)
    else:
        offer.terms.append(Term(name, " ".join(value.split())))


def _read_language(offer: Offer, name: str, value: str, attributes: list[tuple[str, str]]) -> None:
    if not value:
        return
    said = dict(attributes)
    offer.add_language(_PURPOSES[name], value, said.pop("asset", ""))
    for key, detail in said.items():
        offer.terms.append(Term(f"{name} {value} {key}", detail))


def _read_feature(offer: Offer, feature: str, value: str) -> None:
    """An attribute of FormatProfile: HDR has a field, WCG, HFR and NGAudio are terms."""
    if feature == "HDR":
        offer.words["HDR"] = value
    else:
        offer.terms.append(Term(feature, value))
