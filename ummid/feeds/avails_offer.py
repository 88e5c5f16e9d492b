"""One offer of an Avail on its way to a Grant: what a Transaction or a sheet row says of it."""

from ummid.catalog.grants import Bound, Grant, LanguageTerm, Price, Term, TerritorySet
from ummid.catalog.keys import stable_id
from ummid.catalog.model import Warning
from ummid.catalog.times import check_window
from ummid.feeds import avails_terms as vocabulary
from ummid.feeds.connector import Feed


class Offer:
    """Collects the parts of one offer in the source's words; `grant` makes sense of them."""

    __slots__ = (
        "bounds",
        "excluded",
        "exclusive",
        "exclusive_to",
        "feed",
        "included",
        "lags",
        "languages",
        "periods",
        "prices",
        "references",
        "terms",
        "warnings",
        "words",
    )

    def __init__(self, feed: Feed, warnings: list[Warning]) -> None:
        self.feed = feed
        self.warnings = warnings
        self.words: dict[str, str] = {}
        self.lags: dict[str, str | None] = {}
        self.included: list[str] = []
        self.excluded: list[str] = []
        self.languages: list[LanguageTerm] = []
        self.prices: list[Price] = []
        self.references: list[str] = []
        self.terms: list[Term] = []
        self.bounds: dict[str, Bound | None] = {}
        self.periods: dict[str, int | None] = {}
        self.exclusive: bool | None = None
        self.exclusive_to: str | None = None

    def add_language(self, purpose: str, raw: str, asset: str) -> None:
        found = vocabulary.read_language(raw, purpose, asset, self.warnings)
        self.languages += found
        if not found:
            self.terms.append(Term(f"{purpose} language", raw))

    def add_term(self, name: str, value: str, currency: str | None = None) -> None:
        """A `Term` of the XML or its column: to the field that it has, else kept as named."""
        kind = vocabulary.price_kind(name)
        if kind is not None:
            self.prices.append(vocabulary.price(kind, value, currency, self.feed, self.warnings))
            return
        match name:
            case "SuppressionLiftDate" | "AnnounceDate" | "PreorderFulfillDate":
                found = self.bounds[name] = vocabulary.other_bound(
                    self.feed, name, value, self.warnings
                )
                if found is not None:
                    return
            case "RentalDuration" | "WatchDuration":
                period = self.periods[name] = vocabulary.duration(name, value, self.warnings)
                if period is not None:
                    return
            case "Exclusive":
                self.exclusive = vocabulary.yes_or_no(value)
                if self.exclusive is not None:
                    return
            case "ExclusiveAttributes" if vocabulary.yes_or_no(value) is None:
                self.exclusive_to = value
                return
        self.terms.append(Term(name, value))

    def territories(self) -> TerritorySet | None:
        """Where the offer holds. Raises FeedError `unknown-territory`."""
        return vocabulary.territory_set(self.feed, self.included, self.excluded)

    def key(self, own_id: str, territories: TerritorySet | None) -> str:
        """What tells this offer from others of its title, the same on every redelivery."""
        words = self.words.get
        return stable_id(
            "avail-offer",
            own_id,
            words("LicenseType", ""),
            words("LicenseRightsDescription", ""),
            _names(territories),
            words("FormatProfile", ""),
            words("HDR", ""),
            words("Start", ""),
            ",".join([f"{t.purpose}:{t.language}:{t.track}" for t in self.languages]),
            words("TransactionID", ""),
        )

    def grant(self, own_id: str, territories: TerritorySet | None) -> Grant:
        """The grant of this offer for the title `own_id`.

        Raises FeedError for a window that cannot be read or ends before it starts.
        """
        feed, words = self.feed, self.words
        profile = feed.profile
        licence_text = words.get("LicenseType") or profile.licence or ""
        licence = vocabulary.licence(licence_text)
        if licence is None:
            self._warn_of_licence(licence_text)
        start, end = self._bound("Start", end=False), self._bound("End", end=True)
        check_window(start, end)
        if start is not None and start.instant is not None and start.instant < 0:
            vocabulary.warn_of_start(start, self.warnings)
        quality, hdr = words.get("FormatProfile"), words.get("HDR") or None
        stated = words.get("TransactionID") or None
        rights = words.get("LicenseRightsDescription") or None
        bounds = self.bounds
        return Grant(
            key=self.key(own_id, territories),
            licence=licence or "OTHER",
            licence_text=licence_text if licence_text and licence_text != licence else None,
            stated_key=stated,
            rights_description=rights,
            licensor=words.get("Licensor") or None,
            licensee=words.get("Licensee") or None,
            platform=profile.platform,
            territories=territories,
            start=start,
            end=end,
            window_duration=words.get("WindowDuration") or None,
            qualities=(quality,) if quality else (),
            hdr=hdr,
            languages=tuple(self.languages),
            exclusive=self.exclusive,
            exclusive_to=self.exclusive_to,
            prices=tuple(self.prices),
            rental_ms=self.periods.get("RentalDuration"),
            watch_ms=self.periods.get("WatchDuration"),
            announced=bounds.get("AnnounceDate"),
            pre_order=bounds.get("PreorderFulfillDate"),
            suppressed_until=bounds.get("SuppressionLiftDate"),
            contract=words.get("ContractID") or None,
            terms=tuple(self.terms),
        )

    def _bound(self, name: str, *, end: bool) -> Bound | None:
        raw = self.words.get(name)
        if not raw:
            return None
        return vocabulary.window_bound(self.feed, raw, end=end, lag=self.lags.get(name))

    def _warn_of_licence(self, raw: str) -> None:
        message = f"{raw!r} is no licence type" if raw else "no licence type is stated"
        self.warnings.append(Warning("unknown-licence", "grants.licence", message))


def _names(territories: TerritorySet | None) -> str:
    if territories is None:
        return ""
    return vocabulary.territory_names(territories.included, territories.excluded)
