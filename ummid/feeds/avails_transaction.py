"""`Transaction` of Avails XML: one offer.

Most of a large delivery is Transactions, and most of their elements are languages: this is
written for speed.
"""

from ummid.catalog.grants import LanguageTerm, Term
from ummid.catalog.model import Warning
from ummid.feeds.avails_levels import local_name, parts, plain
from ummid.feeds.avails_offer import Offer
from ummid.feeds.avails_terms import language_terms
from ummid.feeds.connector import Feed
from ummid.feeds.xml import Element, text

_PURPOSES = {
    "AllowedLanguage": "allowed",
    "AssetLanguage": "asset",
    "StoreLanguage": "asset",
    "HoldbackLanguage": "holdback",
}
"""`StoreLanguage` is what 2.1 had before the others."""

_WORDS = frozenset(
    {"Start", "End", "LicenseType", "LicenseRightsDescription", "WindowDuration", "ContractID"}
)


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
    """The offer of one Transaction; doubts go to `warnings` of its Avail."""
    offer = Offer(feed, warnings)
    words = offer.words
    words["TransactionID"] = element.get("TransactionID", "").strip()
    words["Licensor"] = licensor
    for item in element:
        name = local_name[item.tag]
        if name in _PLAIN:
            attributes = item.items()
            terms = None if attributes else _PLAIN[name][item.text]
            if terms is None:
                _read_language(offer, name, plain(item), attributes)
            else:
                offer.languages += terms
        elif name in _WORDS:
            words[name] = plain(item)
        elif name == "Term":
            term = item.get("termName", "").strip()
            for value in item:
                if isinstance(value.tag, str):
                    offer.add_term(term, plain(value), value.get("currency"))
        elif name == "FormatProfile":
            words[name] = plain(item)
            for feature, detail in item.items():
                _read_feature(offer, str(feature), str(detail))
        elif name == "Territory":
            offer.included += _regions(item)
        elif name in ("StartCondition", "EndCondition"):
            end_name = name.removesuffix("Condition")
            words[end_name] = plain(item)
            offer.lags[end_name] = item.get("lag")
        elif name:
            _read_rare(offer, name, item)
    return offer


def _read_rare(offer: Offer, name: str, item: Element) -> None:
    if name == "TerritoryExcluded":
        offer.excluded += _regions(item)
    elif name == "Licensee":
        offer.words[name] = parts(item).get("DisplayName") or plain(item)
    elif name == "RefALID":
        offer.references.append(plain(item))
    elif value := text(item):
        offer.terms.append(Term(name, value))


def _regions(element: Element) -> list[str]:
    """`country` or `countryRegion`; some writers put the code straight in."""
    codes = [plain(region) for region in element if isinstance(region.tag, str)]
    return codes or [plain(element)]


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
