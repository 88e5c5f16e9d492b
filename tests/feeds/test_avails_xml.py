"""Avails XML: one record per Avail, one grant per Transaction, deliveries by ALID and territory."""

import json
from typing import Any

import msgspec
import pytest

from tests.feeds.reading import Read, read, read_shared
from ummid.catalog.grants import Bound, Grant, LanguageTerm, Price, Term, TerritorySet
from ummid.catalog.model import (
    Credit,
    ExternalId,
    Organisation,
    Parent,
    Rating,
    Release,
    Scope,
    SourceRecord,
    Technical,
    Text,
)
from ummid.catalog.times import bound

NS = "http://www.movielabs.com/schema/avails/v2.6/avails"
MD = "http://www.movielabs.com/schema/md/v2.10/md"

TRANSACTION = """
  <Transaction TransactionID="t1">
    <LicenseType>EST</LicenseType>
    <Territory><md:country>FI</md:country></Territory>
    <Start>2031-02-03T04:05:06</Start>
    <EndCondition>Open</EndCondition>
    <FormatProfile>HD</FormatProfile>
  </Transaction>"""
ASSET = """
  <Asset contentID="md:cid:org:north.example:7">
    <WorkType>Movie</WorkType>
    <Metadata><TitleInternalAlias>Quiet Harbour, The</TitleInternalAlias></Metadata>
  </Asset>"""


def avail(
    transactions: str = TRANSACTION,
    asset: str = ASSET,
    entry: str = "Full Extract",
    alid: str = "md:alid:org:north.example:7",
    more: str = "",
) -> str:
    return f"""
 <Avail>
  <ALID>{alid}</ALID>
  <Disposition><EntryType>{entry}</EntryType></Disposition>
  <Licensor><md:DisplayName>North &amp; Sons</md:DisplayName></Licensor>
  <AvailType>single</AvailType>{asset}{transactions}{more}
 </Avail>"""


def listed(*avails: str, namespace: str = NS) -> str:
    body = "".join(avails)
    return f'<AvailList xmlns="{namespace}" xmlns:md="{MD}">{body}\n</AvailList>'


def one(transactions: str = TRANSACTION, **parts: str) -> SourceRecord:
    return read(listed(avail(transactions, **parts))).one


def grant(inside: str, **profile: Any) -> Grant:
    found = read(listed(avail(f"<Transaction>{inside}</Transaction>")), **profile)
    (only,) = found.one.grants
    return only


def codes(record: SourceRecord) -> set[str]:
    return {warning.code for warning in record.warnings}


def test_an_avail_is_a_title_with_its_offers_in_each_territory() -> None:
    found = read(listed(avail()))
    assert found.format == "avails_xml"
    assert (found.header.partner, found.header.format_version) == ("north-sons", "2.6")
    record = found.one
    assert (record.kind, record.partner, record.action) == ("film", "north-sons", "upsert")
    assert record.full_extract
    assert record.own_id == "md:alid:org:north.example:7"
    assert record.scopes == (Scope("alid:md:alid:org:north.example:7", territory="FI"),)
    assert record.ids == (ExternalId("movielabs", "md:cid:org:north.example:7"),)
    assert record.titles == (Text("Quiet Harbour, The", use="internal"),)
    assert record.organisations == (Organisation("North & Sons", "licensor"),)
    assert record.source.place == "line 2, /AvailList/Avail[1]"
    (offer,) = record.grants
    assert (offer.licence, offer.stated_key, offer.licensor) == ("EST", "t1", "North & Sons")
    assert offer.territories == TerritorySet(("FI",))
    assert (offer.start, offer.end) == (bound("2031-02-03T04:05:06"), bound("Open", end=True))
    assert offer.qualities == ("HD",)


@pytest.mark.parametrize(
    ("namespace", "version", "warned"),
    [
        (f"http://www.movielabs.com/schema/avails/v{v}/avails", v, w)
        for v, w in (("2.1", False), ("2.2.2", False), ("2.7", False), ("2.99", True))
    ],
)
def test_versions_are_data(namespace: str, version: str, warned: bool) -> None:
    found = read(listed(avail(), namespace=namespace))
    assert found.one.format_version == version
    assert bool(found.header.warnings) is warned


@pytest.mark.parametrize(
    "document",
    [
        f'<MediaManifest xmlns="{NS}"/>',
        '<AvailList xmlns="http://elsewhere.example/avails"/>',
        f'<AvailList xmlns="{MD}"/>',
        "ALID,Territory\nx,FI",
    ],
)
def test_other_documents_are_not_avails(document: str) -> None:
    assert read(document, format=None).format != "avails_xml"


ENTRY_TYPES = [
    ("Full Extract", "upsert", True, 1),
    ("Full Delete", "delete", True, 0),
    ("Create", "upsert", False, 1),
    ("Update", "upsert", False, 1),
    ("Delete", "delete", False, 0),
    ("full_delete", "delete", True, 0),
    ("Amend", "upsert", False, 1),
]


@pytest.mark.parametrize(("entry", "action", "full", "grants"), ENTRY_TYPES)
def test_entry_types(entry: str, action: str, full: bool, grants: int) -> None:
    record = one(entry=entry)
    assert (record.action, record.full_extract, len(record.grants)) == (action, full, grants)
    assert ("unknown-entry-type" in codes(record)) is (entry == "Amend")


def test_a_delete_beats_a_window_that_nobody_can_read() -> None:
    broken = TRANSACTION.replace("2031-02-03T04:05:06", "soon")
    assert read(listed(avail(broken))).codes == ["bad-date"]
    record = one(broken, entry="Full Delete")
    assert record.action == "delete"
    assert record.scopes == (Scope("alid:md:alid:org:north.example:7", territory="FI"),)


def test_the_key_names_alid_and_territories_in_any_order() -> None:
    def at(*countries: str) -> str:
        regions = "".join(f"<Territory><md:country>{c}</md:country></Territory>" for c in countries)
        return TRANSACTION.replace("<Territory><md:country>FI</md:country></Territory>", regions)

    record = one(at("SE", "FI"))
    assert record.key == one(at("FI") + at("SE")).key == one(at("fi", "SWE")).key
    assert record.key != one().key
    assert [s.territory for s in record.scopes] == ["SE", "FI"]


REGIONS = [
    ("<Territory><md:country>ZZ</md:country></Territory>", ("WORLD",), ()),
    ("<Territory><md:countryRegion>US-CA</md:countryRegion></Territory>", ("US-CA",), ()),
    ("<Territory>NO</Territory>", ("NO",), ()),
    (
        "<Territory><md:country>ZZ</md:country></Territory>"
        "<TerritoryExcluded><md:country>US</md:country></TerritoryExcluded>"
        "<TerritoryExcluded><md:country>CA</md:country></TerritoryExcluded>",
        ("WORLD",),
        ("US", "CA"),
    ),
    ("<TerritoryExcluded><md:country>RU</md:country></TerritoryExcluded>", ("WORLD",), ("RU",)),
]


@pytest.mark.parametrize(("regions", "included", "excluded"), REGIONS)
def test_territories(regions: str, included: tuple[str, ...], excluded: tuple[str, ...]) -> None:
    assert grant(regions).territories == TerritorySet(included, excluded)


def test_no_territory_is_not_the_world() -> None:
    assert grant("").territories is None
    assert one("<Transaction/>").scopes == (Scope("alid:md:alid:org:north.example:7"),)
    declared = grant("", territories=("SE", "NO"))
    assert declared.territories == TerritorySet(("SE", "NO"))


def test_an_unknown_territory_refuses_its_avail_and_the_next_is_read() -> None:
    bad = avail(TRANSACTION.replace("FI", "QQ"))
    found = read(listed(bad, avail(alid="second")))
    assert found.codes == ["unknown-territory"]
    assert "QQ" in found.rejected[0].reason
    assert found.rejected[0].key
    assert "Quiet Harbour" in found.rejected[0].raw
    assert [r.own_id for r in found.records] == ["second"]
    assert read(listed(bad), aliases={"QQ": "FI"}).one.key == one().key


def test_a_refused_avail_keeps_the_key_that_it_had() -> None:
    broken = TRANSACTION.replace("2031-02-03T04:05:06", "soon")
    (refused,) = read(listed(avail(broken))).rejected
    assert refused.key == one().key
    nameless = read(listed("<Avail><AvailType>single</AvailType></Avail>")).rejected[0]
    assert (nameless.code, nameless.key) == ("no-id", None)


def test_the_content_id_stands_in_for_a_missing_alid() -> None:
    assert one(alid="").own_id == "md:cid:org:north.example:7"


WINDOWS = [
    ("<Start>2031-01-01T00:00:00Z</Start>", "start", bound("2031-01-01T00:00:00Z")),
    ("<Start>2031-01-01</Start>", "start", bound("2031-01-01")),
    (
        '<StartCondition lag="-PT12H">Theatrical</StartCondition>',
        "start",
        Bound("condition", "Theatrical", condition="Theatrical", lag="-PT12H"),
    ),
    (
        "<EndCondition>ESTStart</EndCondition>",
        "end",
        Bound("condition", "ESTStart", condition="ESTStart"),
    ),
    ("<End>2099-12-31T00:00:00</End>", "end", Bound("open", "2099-12-31T00:00:00")),
    ("<End>2031-06-30</End>", "end", bound("2031-06-30", end=True)),
]


@pytest.mark.parametrize(("inside", "field", "expected"), WINDOWS)
def test_windows(inside: str, field: str, expected: Bound) -> None:
    assert getattr(grant(inside), field) == expected


def test_the_profile_places_times_and_declares_formats() -> None:
    assert grant("<Start>2031-01-01T00:00:00</Start>", assumed_zone="Europe/Paris").start == bound(
        "2031-01-01T00:00:00", assumed_zone="Europe/Paris"
    )
    formats = ("%d/%m/%Y",)
    start = grant("<Start>02/03/2031</Start>", date_formats=formats).start
    assert start is not None
    assert start.instant == bound("2031-03-02").instant
    assert grant("<Start>2031-03-02</Start>", date_formats=formats).start == bound("2031-03-02")
    assert grant("<EndCondition>Open</EndCondition>", date_formats=formats).end == bound("Open")


def test_a_window_that_ends_before_it_starts_is_refused() -> None:
    reversed_window = "<Start>2031-02-01T00:00:00</Start><End>2031-01-01T00:00:00</End>"
    found = read(listed(avail(f"<Transaction>{reversed_window}</Transaction>")))
    assert found.codes == ["reversed-window"]


def test_a_start_long_before_any_store_is_kept_with_a_doubt() -> None:
    record = one("<Transaction><Start>1917-09-24T00:00:00</Start></Transaction>")
    assert record.grants[0].start == bound("1917-09-24T00:00:00")
    assert "implausible-date" in codes(record)


LICENCES = [
    ("EST", "EST", None),
    ("POEST", "POEST", None),
    ("Pre-Release", "PRE_RELEASE", "Pre-Release"),
    ("Library", "LIBRARY", "Library"),
    ("svod", "SVOD", "svod"),
    ("AVOD", "AVOD", None),
    ("FAST", "FAST", None),
    ("Free", "FREE", "Free"),
    ("Barter", "OTHER", "Barter"),
    ("", "OTHER", None),
]


@pytest.mark.parametrize(("word", "licence", "text"), LICENCES)
def test_licences(word: str, licence: str, text: str | None) -> None:
    record = one(f"<Transaction><LicenseType>{word}</LicenseType></Transaction>")
    assert (record.grants[0].licence, record.grants[0].licence_text) == (licence, text)
    assert ("unknown-licence" in codes(record)) is (licence == "OTHER")


def test_languages_keep_their_purpose_and_track() -> None:
    inside = """
      <AllowedLanguage>fi</AllowedLanguage>
      <AllowedLanguage asset="subtitle">SV</AllowedLanguage>
      <AssetLanguage asset="audio" assetProvided="true">es_la</AssetLanguage>
      <AssetLanguage> de </AssetLanguage>
      <HoldbackLanguage asset="subdub">fr</HoldbackLanguage>
      <StoreLanguage>nb</StoreLanguage>
      <AllowedLanguage/>"""
    found = grant(inside)
    assert found.languages == (
        LanguageTerm("fi"),
        LanguageTerm("sv", "allowed", "subtitle"),
        LanguageTerm("es-419", "asset", "audio"),
        LanguageTerm("de", "asset"),
        LanguageTerm("fr", "holdback", "subtitle"),
        LanguageTerm("fr", "holdback", "dub"),
        LanguageTerm("nb", "asset"),
    )
    assert found.terms == (Term("AssetLanguage es_la assetProvided", "true"),)


def test_a_language_that_is_none_is_kept_as_a_term() -> None:
    record = one("<Transaction><AllowedLanguage>XYZ</AllowedLanguage></Transaction>")
    assert record.grants[0].languages == ()
    assert record.grants[0].terms == (Term("allowed language", "XYZ"),)
    assert "unknown-language" in codes(record)
    track = one('<Transaction><AssetLanguage asset="lips">fi</AssetLanguage></Transaction>')
    assert track.grants[0].languages == (LanguageTerm("fi", "asset"),)
    assert "unknown-track" in codes(track)


def term(name: str, value: str) -> str:
    return f'<Term termName="{name}">{value}</Term>'


PRICES = [
    (term("SRP", '<Money currency="eur">9.99</Money>'), Price("SRP", "9.99", "EUR"), None),
    (term("tpr-wsp", '<Money currency="USD">1</Money>'), Price("TPR-WSP", "1", "USD"), None),
    (term("Tier", "<Number>4</Number>"), Price("Tier", text="4"), None),
    (term("Category", "<Text>New Release</Text>"), Price("Category", text="New Release"), None),
    (term("WSP", "<Money>5.00</Money>"), Price("WSP", "5.00"), "no-currency"),
    (
        term("SRP", '<Money currency="XTS">1.00</Money>'),
        Price("SRP", "1.00", "XTS"),
        "unknown-currency",
    ),
    (
        term("SRP", '<Money currency="EUR">TBD</Money>'),
        Price("SRP", currency="EUR", text="TBD"),
        None,
    ),
    (term("SRP", "<Money>NaN</Money>"), Price("SRP", text="NaN"), None),
]


@pytest.mark.parametrize(("inside", "price", "code"), PRICES)
def test_prices(inside: str, price: Price, code: str | None) -> None:
    record = one(f"<Transaction>{inside}</Transaction>")
    assert record.grants[0].prices == (price,)
    assert codes(record) - {"unknown-licence"} == ({code} if code else set())


def test_the_profile_gives_the_currency_platform_and_licence_that_a_feed_lacks() -> None:
    found = grant(
        term("WSP", "<Money>5.00</Money>"), currency="SEK", platform="store", licence="VOD"
    )
    assert found.prices == (Price("WSP", "5.00", "SEK"),)
    assert (found.platform, found.licence) == ("store", "VOD")


def test_terms_with_a_field_of_their_own() -> None:
    found = grant(
        term("AnnounceDate", "<Event>2031-01-01</Event>")
        + term("PreorderFulfillDate", "<Event>2031-01-02T00:00:00Z</Event>")
        + term("SuppressionLiftDate", "<YearDateTime>2031-01-03</YearDateTime>")
        + term("RentalDuration", "<Duration>P30D</Duration>")
        + term("WatchDuration", "<Number>48</Number>")
        + term("Exclusive", "<Boolean>true</Boolean>")
        + term("ExclusiveAttributes", "<Text>Kino Plus</Text>")
        + term("CampaignID", "<!-- which --><ID>77</ID>")
    )
    assert found.announced == bound("2031-01-01")
    assert found.pre_order == bound("2031-01-02T00:00:00Z")
    assert found.suppressed_until == bound("2031-01-03")
    assert (found.rental_ms, found.watch_ms) == (30 * 86_400_000, 48 * 3_600_000)
    assert (found.exclusive, found.exclusive_to) == (True, "Kino Plus")
    assert found.terms == (Term("CampaignID", "77"),)


UNREADABLE = [
    ("AnnounceDate", "<Text>soon</Text>", "soon", "bad-date"),
    ("RentalDuration", "<Text>a while</Text>", "a while", "bad-duration"),
    ("Exclusive", "<Text>perhaps</Text>", "perhaps", None),
    ("ExclusiveAttributes", "<Text>No</Text>", "No", None),
    ("NA", "<Text>NA</Text>", "NA", None),
]


@pytest.mark.parametrize(("name", "inside", "value", "code"), UNREADABLE)
def test_a_term_that_cannot_be_read_stays_as_it_is(
    name: str, inside: str, value: str, code: str | None
) -> None:
    record = one(f"<Transaction>{term(name, inside)}</Transaction>")
    assert record.grants[0].terms == (Term(name, value),)
    assert codes(record) - {"unknown-licence"} == ({code} if code else set())


def test_the_rest_of_a_transaction() -> None:
    record = one("""<Transaction>
      <!-- from the deal memo -->
      <Licensee><md:DisplayName>Kino Plus</md:DisplayName></Licensee>
      <LicenseType>VOD</LicenseType>
      <Description>with   bonus</Description>
      <LicenseRightsDescription>Early VOD</LicenseRightsDescription>
      <WindowDuration>P90D</WindowDuration>
      <FormatProfile HDR="DV" WCG="true">UHD</FormatProfile>
      <ContractID>C-9</ContractID>
      <ReportingID>R-9</ReportingID>
      <RefALID>md:alid:org:north.example:1</RefALID>
      <OtherInstructions/>
    </Transaction>""")
    (found,) = record.grants
    assert (found.licensee, found.rights_description) == ("Kino Plus", "Early VOD")
    assert (found.window_duration, found.contract) == ("P90D", "C-9")
    assert (found.qualities, found.hdr) == (("UHD",), "DV")
    assert found.terms == (
        Term("Description", "with bonus"),
        Term("WCG", "true"),
        Term("ReportingID", "R-9"),
    )
    parent = ExternalId("movielabs", "md:alid:org:north.example:1")
    assert record.parents == (Parent("title", (parent,)),)


def test_a_licensee_may_be_plain_text() -> None:
    assert grant("<Licensee>Kino Plus</Licensee>").licensee == "Kino Plus"


def test_offers_that_differ_have_their_own_keys_and_redelivery_keeps_them() -> None:
    finnish = TRANSACTION.replace(
        "<FormatProfile>", "<AllowedLanguage>fi</AllowedLanguage><FormatProfile>"
    )
    swedish = finnish.replace(">fi<", ">sv<")
    first = [g.key for g in one(finnish + swedish).grants]
    assert len(set(first)) == 2
    assert [g.key for g in one(swedish + finnish).grants] == first[::-1]


def test_offers_that_differ_in_price_alone_are_two() -> None:
    cheap = TRANSACTION.replace("</Transaction>", term("Tier", "<Text>1</Text>") + "</Transaction>")
    dear = cheap.replace("<Text>1<", "<Text>2<")
    keys = [g.key for g in one(cheap + dear).grants]
    assert len(set(keys)) == 2
    assert [g.key for g in one(dear + cheap).grants] == keys[::-1]


def test_an_offer_stated_twice_is_one() -> None:
    record = one(TRANSACTION + TRANSACTION)
    assert len(record.grants) == 1
    assert "duplicate-grant" in codes(record)


EPISODE = """
  <Asset contentID="md:cid:org:north.example:s1e2">
   <WorkType>Episode</WorkType>
   <EpisodeMetadata>
    <!-- second of eight -->
    <TitleDisplayUnlimited language="fi">Toinen
        jakso</TitleDisplayUnlimited>
    <TitleDisplayUnlimited language="qq-none">Andra</TitleDisplayUnlimited>
    <TitleDisplayUnlimited/>
    <TitleInternalAlias region="FI">Second</TitleInternalAlias>
    <TitleInternalAlias region="Narnia">2nd</TitleInternalAlias>
    <TitleInternalAlias/>
    <EditEIDR-URN>urn:eidr:10.5240:77C5-ED35-8FC2-7D9D-9531-1</EditEIDR-URN>
    <TitleEIDR-URN>10.5240/8FF3-1C20-84F5-F247-8BCD-E</TitleEIDR-URN>
    <AltIdentifier scope="Edit">
      <md:Namespace>org:mddf</md:Namespace><md:Identifier>AltID:n-12</md:Identifier>
    </AltIdentifier>
    <AltIdentifier>
      <md:Namespace>IMDB</md:Namespace><md:Identifier>tt1234567</md:Identifier>
    </AltIdentifier>
    <AltIdentifier>
      <md:Namespace>IMDB</md:Namespace><md:Identifier>nonsense</md:Identifier>
    </AltIdentifier>
    <AltIdentifier>
      <md:Namespace>org:mddf</md:Namespace><md:Identifier/>
    </AltIdentifier>
    <EncodeID>enc-1</EncodeID>
    <ReleaseDate>2029-04-05</ReleaseDate>
    <RunLength>PT44M</RunLength>
    <People>
      <md:Job><md:JobFunction>Actor</md:JobFunction><md:Character>Aino</md:Character></md:Job>
      <md:Job><md:JobFunction>Director</md:JobFunction></md:Job>
      <md:Name><md:DisplayName>Oona Lahti</md:DisplayName></md:Name>
    </People>
    <People><md:Job/></People>
    <ReleaseHistory>
      <md:ReleaseType>SVOD</md:ReleaseType>
      <md:DistrTerritory><md:country>SE</md:country></md:DistrTerritory>
      <md:Date>2030-01</md:Date>
    </ReleaseHistory>
    <ReleaseHistory>
      <md:DistrTerritory><md:country>Narnia</md:country></md:DistrTerritory>
      <md:Date>2030</md:Date>
    </ReleaseHistory>
    <ReleaseHistory><md:Date>one day</md:Date></ReleaseHistory>
    <USACaptionsExemptionReason>2</USACaptionsExemptionReason>
    <Ratings><md:Rating>
      <md:Region><md:country>DE</md:country></md:Region>
      <md:System>FSK</md:System><md:Value>12</md:Value>
    </md:Rating></Ratings>
    <LocalizationOffering>sub</LocalizationOffering>
    <GroupingEntity>
      <md:Type>channel</md:Type><md:GroupIdentity>north-tv</md:GroupIdentity>
    </GroupingEntity>
    <EpisodeNumber>
      <!-- aired second --><md:Number>2</md:Number><md:HouseSequence>H-2</md:HouseSequence>
      <md:DistributionNumber>2b</md:DistributionNumber><md:AlternateNumber/>
    </EpisodeNumber>
    <SeasonMetadata>
      <SeasonContentID>md:cid:org:north.example:s1</SeasonContentID>
      <SeasonTitleDisplayUnlimited>Talvi</SeasonTitleDisplayUnlimited>
      <SeasonNumber><md:Number>1</md:Number></SeasonNumber>
      <ReleaseDate>2029</ReleaseDate>
      <NumberOfEpisodes>8</NumberOfEpisodes>
      <SeriesMetadata>
        <SeriesContentID>north-series</SeriesContentID>
        <SeriesEIDR-URN>urn:eidr:10.5240:0000-0000-0000-0000-0000-1</SeriesEIDR-URN>
        <SeriesTitleInternalAlias>Saari</SeriesTitleInternalAlias>
        <LocalSeriesTitle language="sv">Holmen</LocalSeriesTitle>
        <CompanyDisplayCredit><md:DisplayString>North</md:DisplayString></CompanyDisplayCredit>
        <CompanyDisplayCredit><md:DisplayString/></CompanyDisplayCredit>
      </SeriesMetadata>
    </SeasonMetadata>
   </EpisodeMetadata>
  </Asset>"""


def test_an_episode_with_all_that_stands_above_it() -> None:
    record = one(asset=EPISODE)
    assert (record.kind, record.season_number, record.episode_number) == ("episode", 1, 2)
    assert record.number_text == "2b"
    assert record.titles == (
        Text("Toinen jakso", "fi"),
        Text("Andra"),
        Text("Second", use="internal", territory="FI"),
        Text("2nd", use="internal"),
    )
    assert record.ids == (
        ExternalId("movielabs", "md:cid:org:north.example:s1e2"),
        ExternalId(
            "eidr",
            "10.5240/77C5-ED35-8FC2-7D9D-9531-1",
            "edit",
            raw="urn:eidr:10.5240:77C5-ED35-8FC2-7D9D-9531-1",
        ),
        ExternalId("eidr", "10.5240/8FF3-1C20-84F5-F247-8BCD-E"),
        ExternalId("partner", "n-12", "edit", raw="AltID:n-12"),
        ExternalId("imdb", "tt1234567"),
        ExternalId("imdb", "nonsense", valid=False),
        ExternalId("partner", "enc-1", "manifestation"),
    )
    assert record.parents == (
        Parent(
            "season", (ExternalId("movielabs", "md:cid:org:north.example:s1", "season"),), "Talvi"
        ),
        Parent(
            "series",
            (
                ExternalId("partner", "north-series", "series"),
                ExternalId(
                    "eidr",
                    "10.5240/0000-0000-0000-0000-0000-1",
                    "series",
                    valid=False,
                    raw="urn:eidr:10.5240:0000-0000-0000-0000-0000-1",
                ),
            ),
            "Saari",
        ),
    )
    assert record.year == 2029
    assert record.releases == (
        Release("2029-04-05"),
        Release("2030-01", "SVOD", "SE", "month"),
        Release("2030", precision="year"),
    )
    assert record.technical == Technical(duration_ms=44 * 60_000)
    assert record.credits == (
        Credit("Oona Lahti", "actor", "Aino"),
        Credit("Oona Lahti", "director"),
    )
    assert record.ratings == (Rating("FSK", "12", "DE"),)
    assert record.organisations == (
        Organisation("North & Sons", "licensor"),
        Organisation("North", "display credit"),
    )
    assert record.extra == {
        "avail_type": "single",
        "episode_house_sequence": "H-2",
        "group_channel": "north-tv",
        "localization_offering": "sub",
        "season_number_of_episodes": "8",
        "season_year": "2029",
        "usacaptions_exemption_reason": "2",
    }
    assert codes(record) == {"bad-date", "invalid-id", "unknown-language", "unknown-territory"}


VOLUME = """
  <Asset contentID="v1"><WorkType>Volume</WorkType><VolumeMetadata>
    <VolumeContentID>v1</VolumeContentID>
    <VolumeTitleDisplayUnlimited>Saari 1</VolumeTitleDisplayUnlimited>
    <VolumeNumber><md:Number>1</md:Number></VolumeNumber>
    <ReleaseDate>someday</ReleaseDate>
    <VolumeFirstEpisodeNumber>1</VolumeFirstEpisodeNumber>
    <SeasonMetadata>
      <SeasonNumber/>
      <SeriesMetadata><SeriesTitleDisplayUnlimited>Saari</SeriesTitleDisplayUnlimited></SeriesMetadata>
    </SeasonMetadata>
  </VolumeMetadata></Asset>"""


def test_a_volume_is_a_bundle_of_a_season() -> None:
    record = one(asset=VOLUME, alid="v1")
    assert (record.kind, record.season_number, record.ids) == ("bundle", None, ())
    assert record.titles == (Text("Saari 1"),)
    assert record.parents == (Parent("series", (), "Saari"),)
    assert record.extra["volume_number"] == "1"
    assert record.extra["first_episode_number"] == "1"
    assert "bad-date" in codes(record)


BUNDLE = """
  <Asset contentID="b1"><WorkType>Collection</WorkType><WorkTypeDetail>Box</WorkTypeDetail>
    <!-- two films -->
    <Metadata><TitleInternalAlias>Both</TitleInternalAlias><RunLength>long</RunLength></Metadata>
    <BundledAsset sequence="0"><BundledALID>a1</BundledALID></BundledAsset>
    <BundledAsset sequence="1"><BundledALID>a2</BundledALID></BundledAsset>
  </Asset>
  <Asset contentID="b2"><WorkType>Movie</WorkType></Asset>
  <Asset contentID="b3"><WorkType>Movie</WorkType></Asset>"""


def test_a_bundle_links_what_it_holds() -> None:
    record = one(asset=BUNDLE)
    assert (record.kind, record.links) == ("bundle", ("a1", "a2"))
    assert record.extra["other_assets"] == "b2; b3"
    assert record.extra["work_type_detail"] == "Box"
    assert record.ids == (ExternalId("partner", "b1"),)
    assert "bad-duration" in codes(record)


KINDS = [
    ("Movie", "single", "film"),
    ("", "episode", "episode"),
    ("", "supplement", "extra"),
    ("Supplemental", "single", "extra"),
    ("", "single", "unknown"),
    ("Season", "season", "season"),
]


@pytest.mark.parametrize(("work", "avail_type", "kind"), KINDS)
def test_kinds(work: str, avail_type: str, kind: str) -> None:
    asset = f'<Asset contentID="c"><WorkType>{work}</WorkType></Asset>'
    text = avail(asset=asset).replace(">single<", f">{avail_type}<")
    assert read(listed(text)).one.kind == kind


def test_what_stands_beside_asset_and_transaction() -> None:
    record = one(
        more="""
  <ServiceProvider organizationID="sp-1">
    <md:DisplayName>Postal Works</md:DisplayName>
  </ServiceProvider>
  <ServiceProvider/>
  <ShortDescription>for   review</ShortDescription>
  <AssociatedALID relationship="replaces">old-1</AssociatedALID>
  <SharedEntitlement ecosystem="DMA"><EcosystemID>e1</EcosystemID></SharedEntitlement>
  <SharedEntitlement ecosystem="DMA"><EcosystemID>e2</EcosystemID></SharedEntitlement>
  <ExceptionFlag>true</ExceptionFlag>
  <CoreMetadata/>"""
    )
    assert record.organisations[1] == Organisation("Postal Works", "service provider", "sp-1")
    assert len(record.organisations) == 2
    assert record.extra == {
        "associated_replaces": "old-1",
        "avail_type": "single",
        "entitlement_dma": "e1; e2",
        "exception_flag": "true",
        "short_description": "for review",
    }
    assert codes(record) == {"exception-flag", "not-read"}
    assert "exception-flag" not in codes(one(more="<ExceptionFlag>false</ExceptionFlag>"))


ISSUED = [
    ("<IssueDate>2030-05-06</IssueDate>", "", bound("2030-05-06").instant, None),
    ("<IssueDate>2030</IssueDate>", "", None, "2030"),
    (
        "<IssueDate>2030-05-06</IssueDate>",
        'timestamp="2030-05-07T08:00:00Z" updateNum="3"',
        bound("2030-05-07T08:00:00Z").instant,
        None,
    ),
]


@pytest.mark.parametrize(("issue", "attributes", "expected", "kept"), ISSUED)
def test_the_issue_date_is_the_version_of_the_avail(
    issue: str, attributes: str, expected: int | None, kept: str | None
) -> None:
    text = avail().replace("</EntryType>", f"</EntryType>{issue}")
    record = read(listed(text.replace("<Avail>", f"<Avail {attributes}>"))).one
    assert record.event_time == expected
    assert record.extra.get("issue_date") == kept
    assert record.extra.get("update_num") == ("3" if attributes else None)


def test_comments_inside_values_do_not_cut_them() -> None:
    text = avail().replace("<LicenseType>EST", "<LicenseType><!-- sale -->E<!-- -->ST")
    assert read(listed(text)).one.grants[0].licence == "EST"


def test_a_broken_document_keeps_what_came_before_the_break() -> None:
    found = read(listed(avail()) + "<")
    assert [r.own_id for r in found.records] == ["md:alid:org:north.example:7"]
    assert found.codes == ["not-well-formed"]
    assert found.rejected[0].fatal
    assert not found.header.complete


def test_a_signed_list_and_a_lone_avail_are_read() -> None:
    inner = listed(avail())
    assert read(f'<AvailListSigned xmlns="{NS}">{inner}</AvailListSigned>').one.kind == "film"
    lone = avail().strip().replace("<Avail>", f'<Avail xmlns="{NS}" xmlns:md="{MD}">')
    assert read(lone).one.kind == "film"


def test_a_declared_partner_is_not_the_licensor() -> None:
    found = read(listed(avail()), partner="aggregator")
    assert found.one.partner == "aggregator"
    assert found.one.grants[0].licensor == "North & Sons"


SHARED = [
    ("Avails_Volume_error_v2.6.xml", 9, 9, []),
    ("Avails_noErrors_v2.3.xml", 12, 24, []),
    ("Avails_noErrors_v2.4.xml", 12, 24, []),
    ("Avails_withErrors.xml", 1, 2, ["unknown-territory"]),
    ("TPT-test_v1.9_v2.5.xml", 1, 3, []),
    ("VEEP_Season5_E5_avail.xml", 1, 2, []),
]


def shared(name: str) -> Read:
    return read_shared(f"avails_xml/{name}")


@pytest.mark.shared
@pytest.mark.parametrize(("name", "records", "grants", "rejected"), SHARED)
def test_real_files(name: str, records: int, grants: int, rejected: list[str]) -> None:
    found = shared(name)
    assert found.format == "avails_xml"
    assert (len(found.records), found.codes) == (records, rejected)
    assert sum(len(r.grants) for r in found.records) == grants
    assert len({r.key for r in found.records}) == records
    assert len({g.key for r in found.records for g in r.grants}) == grants


@pytest.mark.shared
def test_a_real_file_whole() -> None:
    """Two Transactions that differ in their language alone; a start far ahead; an open end."""
    record = json.loads(msgspec.json.encode(shared("VEEP_Season5_E5_avail.xml").one))
    keys = [offer.pop("key") for offer in record["grants"]]
    assert len({*keys, record.pop("key")}) == 3

    def offer(language: str) -> dict[str, Any]:
        return {
            "licence": "EST",
            "rights_description": "Library",
            "licensor": "HBO",
            "territories": {"included": ["DE"]},
            "start": {
                "kind": "local",
                "raw": "2036-08-31T00:00:00",
                "instant": 2103753600000,
                "assumed_zone": "UTC",
            },
            "end": {"kind": "open", "raw": "Open", "condition": "Open"},
            "qualities": ["HD"],
            "languages": [{"language": language}],
            "prices": [{"kind": "WSP", "amount": "999.99", "currency": "EUR"}],
        }

    assert record == {
        "format": "avails_xml",
        "format_version": "2.4",
        "partner": "hbo",
        "kind": "episode",
        "source": {
            "path": "avails_xml/VEEP_Season5_E5_avail.xml",
            "place": "line 3, /AvailList/Avail[1]",
        },
        "scopes": [{"name": "alid:md:alid:org:number.hbo.com:787232", "territory": "DE"}],
        "full_extract": True,
        "event_time": 1474588800000,
        "own_id": "md:alid:org:number.hbo.com:787232",
        "ids": [{"scheme": "movielabs", "value": "md:cid:org:number.hbo.com:787232"}],
        "titles": [{"value": "VEEP"}, {"value": "VEEP", "use": "internal"}],
        "year": 2016,
        "ratings": [{"system": "FSK", "value": "16", "territory": "DE"}],
        "releases": [{"date": "2016-05-22"}],
        "technical": {"duration_ms": 28 * 60 * 1000},
        "organisations": [{"name": "HBO", "role": "licensor"}],
        "grants": [offer("de"), offer("en")],
        "extra": {
            "avail_type": "Episode",
            "short_description": "Veep S5_E5",
            "version_description": "International HE",
        },
    }


@pytest.mark.shared
def test_promotion_prices_of_a_real_file() -> None:
    record = shared("TPT-test_v1.9_v2.5.xml").one
    assert (record.own_id, record.ids) == ("02485", ())
    assert record.titles == (Text("CATS", use="internal"),)
    assert [(g.qualities[0], g.prices[0], g.terms) for g in record.grants] == [
        (
            quality,
            Price("TPR-WSP", amount, "USD"),
            (Term("CampaignID", campaign), Term("TPRType", "Conditional")),
        )
        for quality, amount, campaign in (
            ("UHD", "2.99", "12345"),
            ("HD", "1.99", "12346"),
            ("SD", "0.99", "12347"),
        )
    ]


@pytest.mark.shared
def test_real_volumes_stand_beside_their_episodes() -> None:
    volumes = [r for r in shared("Avails_Volume_error_v2.6.xml").records if r.kind == "bundle"]
    assert [
        (v.season_number, v.extra["volume_number"], v.extra["number_of_episodes"]) for v in volumes
    ] == [
        (1, "2", "2"),
        (1, "1", "4"),
    ]
    assert volumes[0].extra["status"] == "InComplete"


@pytest.mark.shared
def test_the_collection_of_a_real_file_links_its_parts() -> None:
    bundle = next(r for r in shared("Avails_noErrors_v2.4.xml").records if r.kind == "bundle")
    assert bundle.links == ("33483_OV", "33600_OV", "33601_OV", "33602_OV", "33603_OV")
    assert bundle.titles[0] == Text("Star Wars: The Digital Movie Collection (5)")
    assert {g.prices[0] for g in bundle.grants} == {Price("LicenseFee", text="FooBar-6")}
