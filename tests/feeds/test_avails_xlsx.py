"""The Avails sheet in its three carriers: columns by name, one row one offer."""

import io
import json
import zipfile
from datetime import date, datetime, time
from typing import Any

import msgspec
import openpyxl
import pytest

from tests.feeds.reading import Read, read, read_shared
from ummid.catalog.grants import Bound, LanguageTerm, Price, Term, TerritorySet
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
from ummid.errors import FeedError
from ummid.feeds import tabular
from ummid.feeds.avails_columns import Columns, canonical, cell_text, is_comment, stated_version
from ummid.feeds.avails_xlsx import sniff
from ummid.feeds.head import HEAD_BYTES, Head

ROW: dict[str, Any] = {
    "DisplayName": "North & Sons",
    "AssetLanguage": "fi",
    "Territory": "FI",
    "WorkType": "Movie",
    "EntryType": "Full Extract",
    "TitleInternalAlias": "Quiet Harbour, The",
    "TitleDisplayUnlimited": "The Quiet Harbour",
    "LicenseType": "EST",
    "LicenseRightsDescription": "Library",
    "FormatProfile": "HD",
    "Start": date(2031, 2, 3),
    "End": "Open",
    "PriceType": "Tier",
    "PriceValue": 4,
    "ContentID": "md:cid:org:north.example:7",
    "ALID": "md:alid:org:north.example:7",
}
TV = {
    k: v
    for k, v in ROW.items()
    if k not in ("ContentID", "ALID", "TitleInternalAlias", "TitleDisplayUnlimited")
}


def sheet(
    *rows: dict[str, Any], name: str = "Movies", version: object = "1.9", more: tuple[str, ...] = ()
) -> bytes:
    """A workbook with group words, names and the row of requirements, as in the template."""
    book = openpyxl.Workbook()
    book.active.title = name
    names = list(dict.fromkeys(key for row in rows for key in row))
    book.active.append(["AvailTrans"] * len(names))
    book.active.append(names)
    book.active.append([version, *["//REQ"] * (len(names) - 1)])
    for row in rows:
        book.active.append([row.get(key) for key in names])
    for other in more:
        book.create_sheet(other).append(["Question", "Answer"])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def one(row: dict[str, Any] | None = None, **cells: Any) -> SourceRecord:
    return read(sheet((ROW if row is None else row) | cells)).one


def codes(record: SourceRecord) -> set[str]:
    return {warning.code for warning in record.warnings}


def test_a_row_is_one_offer_of_its_title() -> None:
    found = read(sheet(ROW, more=("General Instructions",)))
    assert found.format == "avails_xlsx"
    assert (found.header.partner, found.header.format_version) == ("north-sons", "1.9")
    assert found.header.warnings == ["sheet-skipped: 'General Instructions' has no Avails header"]
    record = found.one
    assert (record.kind, record.own_id, record.full_extract) == ("film", ROW["ALID"], True)
    assert record.scopes == (Scope("alid:md:alid:org:north.example:7", territory="FI"),)
    assert record.ids == (ExternalId("movielabs", "md:cid:org:north.example:7"),)
    assert record.titles == (Text("The Quiet Harbour"), Text("Quiet Harbour, The", use="internal"))
    assert record.source.place == "Movies!4"
    (offer,) = record.grants
    assert (offer.licence, offer.rights_description, offer.qualities) == ("EST", "Library", ("HD",))
    assert offer.territories == TerritorySet(("FI",))
    assert (offer.start, offer.end) == (bound("2031-02-03"), bound("Open", end=True))
    assert offer.prices == (Price("Tier", text="4"),)
    assert offer.languages == (LanguageTerm("fi", "asset"),)
    assert offer.licensor == "North & Sons"


def as_csv(mark: str) -> str:
    values = {**ROW, "Start": "2031-02-03"}
    lines = [["Avail"] * len(values), list(values), ["//REQ"] * len(values), list(values.values())]
    return "\r\n".join(mark.join(f'"{cell}"' for cell in line) for line in lines)


CARRIERS = {
    "csv": as_csv(",").encode(),
    "csv with a mark": b"\xef\xbb\xbf" + as_csv(",").encode(),
    "tsv": as_csv("\t").encode(),
    "semicolons": as_csv(";").encode(),
    "utf-16": as_csv("\t").encode("utf-16"),
    "header alone": "\n".join(as_csv(",").split("\r\n")[1::2]).encode(),
    "json": json.dumps([{**ROW, "Start": "2031-02-03", "PriceValue": "4"}]).encode(),
    "json in snake case": json.dumps(
        [
            {
                "display_name": "North & Sons",
                "store_language": "fi",
                "territory": "FI",
                "work_type": "Movie",
                "entry_type": "Full Extract",
                "title_internal_alias": "Quiet Harbour, The",
                "title_display_unlimited": "The Quiet Harbour",
                "license_type": "EST",
                "license_rights_description": "Library",
                "format_profile": "HD",
                "start": "2031-02-03",
                "end": "Open",
                "price_type": "Tier",
                "price_value": 4,
                "srp": "",
                "content_id": "md:cid:org:north.example:7",
                "alid": "md:alid:org:north.example:7",
            }
        ]
    ).encode(),
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_carrier_says_the_same(carrier: str) -> None:
    expected, found = one(), read(CARRIERS[carrier])
    assert found.format == "avails_xlsx"
    record = found.one
    assert record.key == expected.key
    assert record.grants == expected.grants
    assert record.titles == expected.titles
    assert found.header.format_version in ("1.6", "1.7.2")


def test_places_are_lines_and_pointers() -> None:
    assert read(CARRIERS["csv"]).one.source.place == "line 4"
    assert read(CARRIERS["json"]).one.source.place == "/0"


HEADERS = [
    ("StoreLanguage", "AssetLanguage"),
    ("Store Language", "AssetLanguage"),
    ("avail/AvailID", "AvailID"),
    ("ExceptionsFlag", "ExceptionFlag"),
    ("BundledALIDs", "BundleALIDs"),
    ("VolumeDistributinoNumber", "VolumeDistributionNumber"),
    ("TitleDisplayUnliminted", "TitleDisplayUnlimited"),
    ("HoldbackExclusionLanguage", "AllowedLanguages"),
    ("ProductID", "EditID"),
    ("RetailerID4", None),
    ("Colour", None),
    ("Synopsis of it", None),
    ("", None),
]


@pytest.mark.parametrize(("header", "name"), HEADERS)
def test_headers_are_matched_by_name_with_their_known_slips(header: str, name: str | None) -> None:
    assert canonical(header) == name


def test_columns_may_stand_anywhere_and_unknown_ones_are_kept() -> None:
    turned = dict(reversed(ROW.items()))
    found = read(sheet({"House Colour": "red", **turned}))
    assert found.one.key == one().key
    assert found.one.extra["house_colour"] == "red"
    assert found.header.warnings == ["unknown-column: 'House Colour' is kept as it is named"]


def test_a_column_that_comes_twice_counts_once() -> None:
    columns = Columns.of(["Territory", "Territory", None, "Colour", "Colour"])
    assert columns.read(["FI", "SE", "?", "red", "blue"]) == (
        {"Territory": "FI"},
        {"Territory": "SE", "Colour": "red"},
    )


COMMENTS = [
    (("//REQ", "//Opt"), True),
    ((None, "//Opt", "x"), True),
    (("1.9", "//REQ", "//Opt"), True),
    (("1.9", "x", "//Opt"), False),
    ((None, ""), False),
]


@pytest.mark.parametrize(("row", "comment"), COMMENTS)
def test_comment_rows(row: tuple[object, ...], comment: bool) -> None:
    assert is_comment(row) is comment


VERSIONS = [((1.9, "//REQ"), "1.9"), (("v1.8",), "1.8"), (("//REQ",), None), ((), None)]


@pytest.mark.parametrize(("row", "version"), VERSIONS)
def test_the_comment_row_may_state_the_version(
    row: tuple[object, ...], version: str | None
) -> None:
    assert stated_version(row) == version


SHAPES = [
    ({"TerritoryExclusion": "RU"}, "1.7.3"),
    ({"StoreLanguage": "fi"}, "1.6"),
    ({"PriceCurrency": "EUR"}, "1.7.2"),
]


@pytest.mark.parametrize(("cells", "version"), SHAPES)
def test_else_the_columns_show_it(cells: dict[str, Any], version: str) -> None:
    assert read(sheet(ROW | cells, version="//REQ")).header.format_version == version


CELLS = [
    (None, ""),
    (" x ", "x"),
    ("'2031-01-01", "2031-01-01"),
    (True, "TRUE"),
    (False, "FALSE"),
    (7, "7"),
    (7.99, "7.99"),
    (date(2031, 1, 2), "2031-01-02"),
    (datetime(2031, 1, 2, 3, 4), "2031-01-02T03:04:00"),
    (time(1, 56, 20), "01:56:20"),
]


@pytest.mark.parametrize(("cell", "text"), CELLS)
def test_cells_as_text(cell: object, text: str) -> None:
    assert cell_text(cell) == text


def test_rows_that_are_empty_or_comments_are_no_statements() -> None:
    empty = dict.fromkeys(ROW)
    comment = {**empty, "DisplayName": "//e.g., North & Sons", "Territory": "//e.g., FI"}
    found = read(sheet(ROW, empty, comment, ROW | {"Territory": "SE"}))
    assert [r.source.place for r in found.records] == ["Movies!4", "Movies!7"]


ENTRIES = [
    ("Full Delete", "delete", True, 0),
    ("Delete", "delete", False, 0),
    ("Update", "upsert", False, 1),
    (None, "upsert", False, 1),
]


@pytest.mark.parametrize(("entry", "action", "full", "grants"), ENTRIES)
def test_entry_types(entry: str | None, action: str, full: bool, grants: int) -> None:
    record = one(EntryType=entry)
    assert (record.action, record.full_extract, len(record.grants)) == (action, full, grants)
    assert ("unknown-entry-type" in codes(record)) is (entry is None)
    assert record.key == one().key


REFUSED = [
    ({"Territory": 0}, "unknown-territory"),
    ({"Territory": "Narnia"}, "unknown-territory"),
    ({"Start": "next spring"}, "bad-date"),
    ({"Start": date(2032, 1, 1), "End": date(2031, 1, 1)}, "reversed-window"),
    ({"ALID": None, "ContentID": None}, "no-id"),
]


@pytest.mark.parametrize(("cells", "code"), REFUSED)
def test_a_row_that_cannot_be_taken_leaves_its_neighbours(cells: dict[str, Any], code: str) -> None:
    found = read(sheet(ROW | cells, ROW))
    assert found.codes == [code]
    (refused,) = found.rejected
    assert (refused.source.place, refused.fatal) == ("Movies!4", False)
    assert "Territory=" in refused.raw
    assert (refused.key is None) is (code in ("unknown-territory", "no-id"))
    assert len(found.records) == 1


TERRITORIES = [
    ({"Territory": "ZZ", "TerritoryExclusion": "US, CA"}, ("WORLD",), ("US", "CA")),
    ({"Territory": "fi; SE"}, ("FI", "SE"), ()),
    ({"Territory": None, "RefTerritory": "NO"}, ("NO",), ()),
]


@pytest.mark.parametrize(("cells", "included", "excluded"), TERRITORIES)
def test_territories(
    cells: dict[str, Any], included: tuple[str, ...], excluded: tuple[str, ...]
) -> None:
    record = one(**cells)
    assert record.grants[0].territories == TerritorySet(included, excluded)
    assert tuple(scope.territory for scope in record.scopes) == included


WINDOWS = [
    ({"Start": datetime(2031, 2, 3, 4, 5)}, "start", bound("2031-02-03T04:05:00")),
    ({"End": date(2031, 12, 31)}, "end", bound("2031-12-31", end=True)),
    ({"End": "ESTStart"}, "end", bound("ESTStart", end=True)),
    (
        {"Start": "Theatrical", "StartLag": "-PT12H"},
        "start",
        Bound("condition", "Theatrical", condition="Theatrical", lag="-PT12H"),
    ),
    ({"Start": None}, "start", None),
]


@pytest.mark.parametrize(("cells", "field", "expected"), WINDOWS)
def test_windows(cells: dict[str, Any], field: str, expected: Bound | None) -> None:
    assert getattr(one(**cells).grants[0], field) == expected


PRICES: list[tuple[dict[str, Any], tuple[Price, ...], tuple[Term, ...], str | None]] = [
    (
        {"PriceType": "WSP", "PriceValue": 7.99, "PriceCurrency": "eur"},
        (Price("WSP", "7.99", "EUR"),),
        (),
        None,
    ),
    ({"PriceType": "WSP", "PriceValue": 10}, (Price("WSP", "10"),), (), "no-currency"),
    (
        {"PriceType": "Category", "PriceValue": "New Release"},
        (Price("Category", text="New Release"),),
        (),
        None,
    ),
    ({"PriceType": "SRP", "PriceValue": "TBD"}, (Price("SRP", text="TBD"),), (), None),
    ({"PriceType": "NA", "PriceValue": "NA"}, (), (Term("NA", "NA"),), None),
    ({"PriceType": "WSP", "PriceValue": None}, (), (Term("PriceType", "WSP"),), None),
    ({"PriceType": None, "PriceValue": None}, (), (), None),
    ({"PriceType": None, "PriceValue": "free"}, (Price("price", text="free"),), (), None),
    ({"PriceType": "Deal", "PriceValue": "x"}, (Price("Deal", text="x"),), (), None),
    (
        {"SRP": "12.99", "PriceCurrency": "SEK"},
        (Price("Tier", text="4", currency="SEK"), Price("SRP", "12.99", "SEK")),
        (),
        None,
    ),
]


@pytest.mark.parametrize(("cells", "prices", "terms", "code"), PRICES)
def test_prices(
    cells: dict[str, Any], prices: tuple[Price, ...], terms: tuple[Term, ...], code: str | None
) -> None:
    record = one(**cells)
    assert record.grants[0].prices == prices
    assert record.grants[0].terms == terms
    assert codes(record) == ({code} if code else set())


def test_a_template_without_currency_takes_the_profile() -> None:
    data = sheet(ROW | {"PriceType": "WSP", "PriceValue": 10})
    assert read(data, currency="DKK").one.grants[0].prices == (Price("WSP", "10", "DKK"),)


def test_languages() -> None:
    record = one(
        AllowedLanguages="es:subdub, FR ;", AssetLanguage="EN:audio", HoldbackLanguage="de,zx9"
    )
    assert record.grants[0].languages == (
        LanguageTerm("es", "allowed", "subtitle"),
        LanguageTerm("es", "allowed", "dub"),
        LanguageTerm("fr"),
        LanguageTerm("en", "asset", "audio"),
        LanguageTerm("de", "holdback"),
    )
    assert record.grants[0].terms == (Term("holdback language", "zx9"),)
    assert codes(record) == {"unknown-language"}


def test_all_other_terms_of_an_offer() -> None:
    record = one(
        Licensee="Kino Plus",
        HDR="DV",
        WCG="yes",
        WindowDuration="P30D",
        SuppressionLiftDate=date(2031, 1, 1),
        SpecialPreOrderFulfillDate="2031-01-02",
        AnnounceDate="N/A",
        RentalDuration=720,
        WatchDuration="48",
        Exclusive=1,
        ExclusiveAttributes="Kino Plus",
        FixedEndDate="2035-01-01",
        ContractID="C-1",
        AvailID="A-1",
        ReportingID="R-1",
        Download="Yes",
    )
    (offer,) = record.grants
    assert (offer.licensee, offer.hdr, offer.window_duration) == ("Kino Plus", "DV", "P30D")
    assert offer.suppressed_until == bound("2031-01-01")
    assert offer.pre_order == bound("2031-01-02")
    assert offer.announced is None
    assert (offer.rental_ms, offer.watch_ms) == (720 * 3_600_000, 48 * 3_600_000)
    assert (offer.exclusive, offer.exclusive_to) == (True, "Kino Plus")
    assert (offer.contract, offer.stated_key) == ("C-1", "A-1")
    assert offer.terms == (
        Term("FixedEndDate", "2035-01-01"),
        Term("WCG", "yes"),
        Term("Download", "Yes"),
        Term("ReportingID", "R-1"),
    )


def test_what_a_film_row_says_of_the_film() -> None:
    record = one(
        ServiceProvider="Postal Works",
        CompanyDisplayCredit="North TV",
        Director="Oona Lahti; ; Aki Salo",
        TitleID="10.5240/8FF3-1C20-84F5-F247-8BCD-E",
        EditID="11.2340/1489-49A2-3956-4B2D-FE16-7",
        EncodeID="enc-1",
        AltID="QH",
        RetailerID1="K-77",
        UV_ID="uv-1",
        ReleaseYear=2029,
        ReleaseHistoryOriginal=date(2029, 1, 30),
        ReleaseHistoryPhysicalHV="2029-05",
        RatingSystem="FSK",
        RatingValue=12,
        RatingReason="violence, language",
        TotalRunTime=time(1, 56, 20),
        BundleALIDs="a1;a2",
        ExceptionFlag="Yes",
        CaptionIncluded="No",
    )
    assert record.organisations == (
        Organisation("North & Sons", "licensor"),
        Organisation("Postal Works", "service provider"),
        Organisation("North TV", "display credit"),
    )
    assert record.credits == (Credit("Oona Lahti", "director"), Credit("Aki Salo", "director"))
    assert record.ids == (
        ExternalId("movielabs", "md:cid:org:north.example:7"),
        ExternalId("eidr", "10.5240/8FF3-1C20-84F5-F247-8BCD-E"),
        ExternalId("eidr", "11.2340/1489-49A2-3956-4B2D-FE16-7", "edit", valid=False),
        ExternalId("partner", "enc-1", "manifestation"),
        ExternalId("partner", "QH"),
        ExternalId("retailer", "K-77"),
    )
    assert record.year == 2029
    assert record.releases == (
        Release("2029-01-30"),
        Release("2029-05", "DVD", precision="month"),
    )
    assert record.ratings == (Rating("FSK", "12", "FI", ("violence", "language")),)
    assert record.technical == Technical(duration_ms=6_980_000)
    assert record.links == ("a1", "a2")
    assert record.extra == {"uv_id": "uv-1", "caption_included": "No", "exception_flag": "Yes"}
    assert codes(record) == {"invalid-id", "exception-flag"}
    assert "exception-flag" not in codes(one(ExceptionFlag="No"))


RUN_TIMES = [
    ("56:20", 3_380_000, None),
    ("1:56:20", 6_980_000, None),
    ("PT1H", 3_600_000, None),
    (time(0, 9, 25), 565_000, None),
    ("56:20:00", 202_800_000, "implausible-duration"),
    ("long", None, "bad-duration"),
]


@pytest.mark.parametrize(("cell", "length", "code"), RUN_TIMES)
def test_run_times(cell: object, length: int | None, code: str | None) -> None:
    record = one(TotalRunTime=cell)
    assert (record.technical.duration_ms if record.technical else None) == length
    assert codes(record) == ({code} if code else set())


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"ReleaseYear": "soon"}, "bad-year"),
        ({"ReleaseHistoryOriginal": "30/01/2029"}, "bad-date"),
        ({"RatingSystem": "Stars", "RatingValue": "5"}, "unknown-rating"),
    ],
)
def test_doubts_beside_the_offer_do_not_refuse_it(cells: dict[str, Any], code: str) -> None:
    assert codes(one(**cells)) == {code}


EPISODE = TV | {
    "WorkType": "Episode",
    "SeriesTitleInternalAlias": "Island, The",
    "SeriesTitleDisplayUnlimited": "The Island",
    "SeasonNumber": 1,
    "EpisodeNumber": 2,
    "EpisodeTitleInternalAlias": "Second",
    "SeriesContentID": "md:cid:org:north.example:isle",
    "SeasonContentID": "md:cid:org:north.example:isle-1",
    "SeasonAltID": "isle-1",
    "VolumeContentID": "isle-v1",
    "EpisodeContentID": "isle-1-2",
    "EpisodeID": "edit-1-2",
    "EpisodeAltID": "alt-1-2",
    "RetailerEpisodeID1": "K-12",
    "EpisodeCount": 8,
}


def test_an_episode_row() -> None:
    record = one(EPISODE)
    assert (record.kind, record.own_id) == ("episode", "isle-1-2")
    assert (record.season_number, record.episode_number) == (1, 2)
    assert record.titles == (Text("Second", use="internal"),)
    assert record.ids == (
        ExternalId("partner", "edit-1-2", "edit"),
        ExternalId("partner", "alt-1-2"),
        ExternalId("retailer", "K-12"),
    )
    series = ExternalId("movielabs", "md:cid:org:north.example:isle", "series")
    season = ExternalId("movielabs", "md:cid:org:north.example:isle-1", "season")
    assert record.parents == (
        Parent("bundle", (ExternalId("partner", "isle-v1"),)),
        Parent("season", (season, ExternalId("partner", "isle-1", "season"))),
        Parent("series", (series,), "The Island"),
    )
    assert record.extra == {"episode_count": "8"}


LEVELS = [
    ({"WorkType": "Season"}, "season", "md:cid:org:north.example:isle-1", ["series"]),
    ({"WorkType": "Series"}, "series", "md:cid:org:north.example:isle", []),
    ({"WorkType": "Volume"}, "bundle", "isle-v1", ["season", "series"]),
    ({"WorkType": None}, "episode", "isle-1-2", ["bundle", "season", "series"]),
    (
        {"WorkType": None, "EpisodeNumber": None},
        "season",
        "md:cid:org:north.example:isle-1",
        ["series"],
    ),
    ({"EpisodeContentID": None}, "episode", "edit-1-2", ["bundle", "season", "series"]),
]


@pytest.mark.parametrize(("cells", "kind", "own", "above"), LEVELS)
def test_levels_of_a_series(cells: dict[str, Any], kind: str, own: str, above: list[str]) -> None:
    record = one(EPISODE, **cells)
    assert (record.kind, record.own_id) == (kind, own)
    assert [parent.relation for parent in record.parents] == above


def test_a_row_without_work_type_or_numbers_is_of_no_known_kind() -> None:
    assert one(WorkType=None).kind == "unknown"


def test_numbers_that_are_none_are_text() -> None:
    record = one(EPISODE, EpisodeNumber="2b", SeasonNumber="one")
    assert (record.season_number, record.episode_number, record.number_text) == (None, None, "2b")


def test_a_bonus_points_at_what_it_comes_with() -> None:
    record = one(
        WorkType="Supplemental", RefALID="md:alid:org:north.example:1", RefLicenseType="EST"
    )
    assert record.kind == "extra"
    parent = ExternalId("movielabs", "md:alid:org:north.example:1")
    assert record.parents == (Parent("title", (parent,)),)
    assert record.grants[0].terms == (Term("RefLicenseType", "EST"),)


def test_rows_of_one_title_share_its_id_and_differ_in_key() -> None:
    found = read(sheet(ROW, ROW | {"FormatProfile": "SD"}, ROW | {"Territory": "SE"}))
    assert len({r.key for r in found.records}) == 3
    assert {r.own_id for r in found.records} == {ROW["ALID"]}


def test_works_that_share_a_content_id_by_mistake_keep_their_own_rows() -> None:
    found = read(sheet(EPISODE, EPISODE | {"EpisodeNumber": 4, "EpisodeAltID": "alt-1-4"}))
    assert len({r.key for r in found.records}) == 2


OTHER_FILES: list[str | bytes] = [
    "title,year\nQuiet,2029\n",
    "one column\n",
    '[{"title": "Quiet", "year": 2029}]',
    '{"rows": []}',
    "<AvailList/>",
    '<a x="Territory,LicenseType"/>,b\n',
    "",
]


@pytest.mark.parametrize("content", OTHER_FILES)
def test_other_files_are_not_avails_sheets(content: str | bytes) -> None:
    data = content.encode() if isinstance(content, str) else content
    assert not sniff(Head(data, whole=True))


def test_a_table_whose_first_lines_break_the_reader_is_not_recognised() -> None:
    assert not sniff(Head(b'a,"' + b"x" * 200_000 + b"\n", whole=True))


def test_a_workbook_of_another_kind_is_left_to_the_tabular_reader() -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "title"])
    book.active.append(["1", "Quiet Harbour"])
    data = io.BytesIO()
    book.save(data)
    assert not sniff(Head(data.getvalue(), whole=True))


def test_a_workbook_beyond_the_head_is_handed_on_when_it_is_no_avails_sheet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(feed: object, book: Any) -> Any:
        raise FeedError("handed-on", f"{feed and ''}{book.sheet_names}")
        yield

    monkeypatch.setattr(tabular, "parse_workbook", refuse)
    book = openpyxl.Workbook()
    for number in range(30):
        book.active.append([f"{number}"])
    data = io.BytesIO()
    book.save(data)
    assert sniff(Head(data.getvalue()[:400], whole=False))
    found = read(data.getvalue(), format="avails_xlsx")
    assert found.codes == ["handed-on"]


def test_a_head_that_shows_all_words_decides() -> None:
    def strings(*words: str) -> bytes:
        text = "".join(f"<si><t>{word}</t></si>" for word in words)
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr("xl/sharedStrings.xml", f"<sst>{text}</sst>")
            out.writestr("xl/worksheets/sheet1.xml", "<a/>")
        return data.getvalue()

    assert sniff(Head(strings(*ROW), whole=False))
    assert not sniff(Head(strings("id", "title"), whole=False))


def test_a_sheet_without_a_header_is_no_avails_table() -> None:
    found = read("a,b\n" * 20, format="avails_xlsx")
    assert found.codes == ["no-header"]
    assert found.rejected[0].fatal
    assert read("a,b\n", format="avails_xlsx").codes == ["no-header"]


def test_a_broken_table_keeps_what_came_before_the_break() -> None:
    found = read(as_csv(",") + '\n"' + "x" * 200_000)
    assert (len(found.records), found.codes) == (1, ["bad-csv"])
    cut = read(CARRIERS["json"][:-1] + b', {"territory": ')
    assert (len(cut.records), cut.codes) == (1, ["bad-json"])


def test_an_item_that_is_no_row_is_refused() -> None:
    found = read(CARRIERS["json"][:-1] + b", 7]")
    assert (len(found.records), found.codes) == (1, ["no-id"])
    assert found.rejected[0].source.place == "/1"


SHARED = [
    ("Bonus_v1.9.xlsx", "1.9", 0, ["unknown-territory"] * 2),
    ("EMA_Avails_Movies-TV_v1-6e2.xlsx", "1.6", 65, []),
    ("Movies_v1.7.2_Bundle.xlsx", "1.7.2", 4, []),
    ("Movies_v1.7.3.xlsx", "1.7.3", 6, []),
    ("Movies_v1.8.xlsx", "1.8", 27, []),
    ("Movies_v1.9.xlsx", "1.9", 26, []),
    ("TV_v1.9.xlsx", "1.9", 38, []),
    ("pivotshare_merge_01.json", "1.6", 2, []),
    ("pivotshare_merge_02.json", "1.6", 2, []),
    ("pivotshare_merge_03.json", "1.6", 1, []),
    ("pivotshare_movies_v1.6.json", "1.6", 1, []),
]


def shared(name: str) -> Read:
    return read_shared(f"avails_xlsx/{name}")


@pytest.mark.shared
@pytest.mark.parametrize(("name", "version", "records", "rejected"), SHARED)
def test_real_files(name: str, version: str, records: int, rejected: list[str]) -> None:
    found = shared(name)
    assert found.format == "avails_xlsx"
    assert found.header.format_version == version
    assert (len(found.records), found.codes) == (records, rejected)


@pytest.mark.shared
def test_a_workbook_larger_than_the_head_is_recognised() -> None:
    found = shared("EMA_Avails_Movies-TV_v1-6e2.xlsx")
    assert found.reading.size > HEAD_BYTES
    assert {r.source.place.partition("!")[0] for r in found.records} == {"Movies", "TV"}


@pytest.mark.shared
def test_a_redelivery_withdraws_by_silence_and_by_full_delete() -> None:
    first, second, third = (shared(f"pivotshare_merge_0{n}.json").records for n in (1, 2, 3))
    season, episode = first
    scope = (Scope("alid:10.5240/1489-49A2-3956-4B2D-FE16-6", territory="US"),)
    assert (season.kind, episode.kind) == ("season", "episode")
    assert season.scopes == (Scope("alid:10.5240/1489-49A2-3956-4B2D-FE16-5", territory="US"),)
    assert episode.scopes == scope
    assert season.full_extract
    assert [(r.episode_number, r.full_extract) for r in second] == [(1, True), (2, True)]
    assert second[0].key == episode.key
    assert second[0].grants == episode.grants
    (withdrawn,) = third
    assert (withdrawn.action, withdrawn.full_extract, withdrawn.grants) == ("delete", True, ())
    assert (withdrawn.key, withdrawn.scopes) == (episode.key, scope)


# place, territory, licence, rights, quality, start, end, price, language, rental hours, watch hours
NINE = """
 4 US EST Library HD 2013-06-14 Open Tier 4 en - -
 5 US EST Library SD 2013-06-14 Open Tier 4 en - -
 6 CA POEST Preorder_EST HD 2013-04-14 ESTStart Tier 1 en - -
 7 CA POEST Preorder_EST SD 2013-04-14 ESTStart Tier 1 en - -
 8 CA EST Early_EST HD 2013-05-14 2013-05-28 Tier 1 en - -
 9 CA EST Early_EST SD 2013-05-14 2013-05-28 Tier 1 en - -
10 CA EST New_Release HD 2013-05-28 Open Tier 2 en - -
11 CA EST New_Release SD 2013-05-28 Open Tier 2 en - -
12 CA VOD Early_VOD HD 2013-05-14 2013-05-28 Category Early_VOD en 720 72
13 CA VOD Early_VOD SD 2013-05-14 2013-05-28 Category Early_VOD en 720 72
14 CA VOD New_Release HD 2013-05-28 2013-09-20 Category New_Release en 720 72
15 CA VOD New_Release SD 2013-05-28 2013-09-20 Category New_Release en 720 72
16 CA EST Early_EST HD 2013-05-14 2013-05-28 Tier 1 fr - -
17 CA EST Early_EST SD 2013-05-14 2013-05-28 Tier 1 fr - -
18 CA EST New_Release HD 2013-05-28 Open Tier 2 fr - -
19 CA EST New_Release SD 2013-05-28 Open Tier 2 fr - -
20 CA VOD New_Release HD 2013-05-28 2013-09-20 Category New_Release fr 720 72
21 CA VOD New_Release SD 2013-05-28 2013-09-20 Category New_Release fr 720 72
22 ES EST New_Release HD 2013-05-28 Open WSP 10 es - -
23 ES EST New_Release SD 2013-05-28 Open WSP 10 es - -
24 ES VOD New_Release HD 2013-05-28 2013-09-20 Category NR es 720 24
25 ES VOD New_Release SD 2013-05-28 2013-09-20 Category NR es 720 24
26 ES EST New_Release HD 2013-05-28 Open WSP 10 es - -
27 ES EST New_Release SD 2013-05-28 Open WSP 10 es - -
28 ES VOD New_Release HD 2013-05-28 2013-09-20 Category NR es 720 24
29 ES VOD New_Release SD 2013-05-28 2013-09-20 Category NR es 720 24
"""


@pytest.mark.shared
def test_every_row_of_a_real_sheet() -> None:
    def said(record: SourceRecord) -> str:
        (offer,) = record.grants
        assert offer.territories
        assert offer.start
        assert offer.end
        price = offer.prices[0]
        hours = [str(ms // 3_600_000) if ms else "-" for ms in (offer.rental_ms, offer.watch_ms)]
        words = [
            record.source.place.partition("!")[2],
            *offer.territories.included,
            offer.licence,
            str(offer.rights_description),
            *offer.qualities,
            offer.start.raw,
            offer.end.raw,
            price.kind,
            price.amount or str(price.text),
            *[term.language for term in offer.languages],
            *hours,
        ]
        return " ".join(word.replace(" ", "_") for word in words)

    records = shared("Movies_v1.9.xlsx").records
    assert [said(r) for r in records] == [line.strip() for line in NINE.strip().splitlines()]
    assert len({r.key for r in records}) == 26
    assert {p.currency for r in records for g in r.grants for p in g.prices if p.amount} == {"USD"}


def plain(record: SourceRecord) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(msgspec.json.encode(record))
    found["grants"] = [{k: v for k, v in g.items() if k != "key"} for g in found["grants"]]
    return {k: v for k, v in found.items() if k not in ("key", "warnings")}


@pytest.mark.shared
def test_a_real_row_whole() -> None:
    record = shared("Movies_v1.9.xlsx").records[0]
    assert plain(record) == {
        "format": "avails_xlsx",
        "format_version": "1.9",
        "partner": "rockstar-films",
        "kind": "film",
        "source": {"path": "avails_xlsx/Movies_v1.9.xlsx", "place": "Template-Movies!4"},
        "scopes": [{"name": "alid:md:alid:eidr-s:1489-49A2-3956-4B2D-ZZ45-6", "territory": "US"}],
        "full_extract": True,
        "own_id": "md:alid:eidr-s:1489-49A2-3956-4B2D-ZZ45-6",
        "ids": [
            {
                "scheme": "eidr",
                "value": "10.5240/1489-49A2-3956-4B2D-ZZ45-6",
                "valid": False,
                "raw": "1489-49A2-3956-4B2D-ZZ45-6",
            },
            {"scheme": "eidr", "value": "10.5240/1489-49A2-3956-4B2D-BEFK-6", "valid": False},
            {
                "scheme": "eidr",
                "value": "10.5240/1489-49A2-3956-4B2D-ZZ45-6",
                "scope": "edit",
                "valid": False,
            },
            {"scheme": "partner", "value": "VIEW_MT_2006"},
        ],
        "titles": [
            {"value": "The View from a Mountain"},
            {"value": "View from a Mountain, The", "use": "internal"},
        ],
        "year": 2006,
        "releases": [{"date": "2006-01-30"}, {"date": "2006-05-20", "type": "DVD"}],
        "ratings": [{"system": "MPAA", "value": "PG", "territory": "US"}],
        "technical": {"duration_ms": 6_980_000},
        "organisations": [{"name": "Rockstar Films", "role": "licensor"}],
        "grants": [
            {
                "licence": "EST",
                "stated_key": "34530345-ABD-AA-1",
                "rights_description": "Library",
                "licensor": "Rockstar Films",
                "territories": {"included": ["US"]},
                "start": {
                    "kind": "date",
                    "raw": "2013-06-14",
                    "instant": 1371168000000,
                    "assumed_zone": "UTC",
                },
                "end": {"kind": "open", "raw": "Open", "condition": "Open"},
                "qualities": ["HD"],
                "languages": [{"language": "en", "purpose": "asset"}],
                "exclusive": True,
                "prices": [{"kind": "Tier", "text": "4"}],
                "terms": [
                    {"name": "Download", "value": "Yes"},
                    {
                        "name": "ReportingID",
                        "value": "md:reportingid:eidr-x:1489-49A2-3956-4B2D-ZZ45-6:1",
                    },
                    {"name": "TitleStatus", "value": "Pending"},
                    {"name": "BrandingRights", "value": "1"},
                ],
            }
        ],
        "extra": {"caption_exemption": "4", "caption_included": "No"},
    }


@pytest.mark.shared
def test_a_real_row_with_world_exclusions_and_lags() -> None:
    first, second = shared("Movies_v1.7.3.xlsx").records[:2]
    assert first.grants[0].territories == TerritorySet(("WORLD",), ("US", "CA"))
    assert first.grants[0].window_duration == "P180D"
    assert (first.grants[0].hdr, first.grants[0].exclusive_to) == ("TRUE", None)
    assert first.titles[0] == Text("Star Farce: The Beginning of the End")
    assert second.grants[0].start == Bound(
        "condition", "Theatrical", condition="Theatrical", lag="-PT12H"
    )
    assert second.grants[0].end == Bound(
        "condition", "Broadcast", condition="Broadcast", lag="-P5DT10H"
    )
    assert second.scopes == (Scope("alid:SPACE-F-E2_2018", territory="WORLD"),)


@pytest.mark.shared
def test_real_bundles_and_seasons() -> None:
    bundle = shared("Movies_v1.7.2_Bundle.xlsx").records[0]
    assert (bundle.kind, len(bundle.links)) == ("bundle", 4)
    season, _, episode = shared("TV_v1.9.xlsx").records[:3]
    assert (season.kind, season.season_number, season.extra["episode_count"]) == ("season", 1, "8")
    assert [p.relation for p in episode.parents] == ["season", "series"]
    assert (episode.season_number, episode.episode_number) == (1, 101)
    assert episode.technical == Technical(duration_ms=600_000)
