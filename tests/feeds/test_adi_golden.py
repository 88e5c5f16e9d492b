"""Whole ADI packages, field by field.

The literals were read against the files they stand for.
"""

import json
from typing import Any

import pytest

from tests.feeds.reading import as_dict, read_shared
from ummid.catalog.keys import stable_id

BASE = stable_id(
    "adi", "amagi.com/amagi202000000001", "amagi.com/amagi202000000002", "SVOD", "base"
)
INDIA = stable_id(BASE, "IN", "amagi.com/amagi202000000009", "2020-03-03T00:00:00")
OFFER = stable_id("adi3", "indemand.com/Offer/UNVA2001081701004000", "First-Run")

pytestmark = pytest.mark.shared


def plain(value: Any) -> Any:
    return json.loads(json.dumps(as_dict(value)))


ADI_1_1 = [
    {
        "format": "adi",
        "partner": "amagi-media",
        "kind": "episode",
        "key": "amagi.com/amagi202000000001",
        "source": {"path": "adi/amagi_episode.xml", "place": "line 8, /ADI/Asset[1]"},
        "format_version": "CableLabsVOD1.1",
        "event_time": 1579392001001,
        "own_id": "amagi.com/amagi202000000002",
        "ids": [
            {"scheme": "paid", "value": "amagi.com/amagi202000000001", "scope": "package"},
            {"scheme": "paid", "value": "amagi.com/amagi202000000003", "scope": "manifestation"},
        ],
        "titles": [
            {"value": "Some Show S01 Ep 01", "language": "en"},
            {"value": "Some Show S01 Ep 01 (Brief)", "language": "en", "use": "short"},
            {"value": "Name 1", "language": "en", "use": "alternate"},
            {"value": "कुछ दिखाने S01 Ep 01", "language": "hi"},
            {"value": "บางคนแสดง S01 Ep 01", "language": "tna"},
        ],
        "synopses": [
            {"value": "A short description", "language": "en", "length": "short"},
            {"value": "A long description", "language": "en", "length": "long"},
            {"value": "एक संक्षिप्त वििरण", "language": "hi", "length": "short"},
            {"value": "एक लंबा वििरण", "language": "hi", "length": "long"},
            {"value": "ค าอธิบายสั น ้ ๆ", "language": "tna", "length": "short"},
            {"value": "ค าอธิบายยาว", "language": "tna", "length": "long"},
        ],
        "year": 2012,
        "parents": [
            {
                "relation": "series",
                "ids": [{"scheme": "partner", "value": "SST", "scope": "series"}],
                "title": "Some Show",
            }
        ],
        "season_number": 1,
        "episode_number": 1,
        "languages": ["en", "as", "fr"],
        "countries": ["IN"],
        "genres": [{"text": "Drama"}, {"text": "/TVShows", "scheme": "category"}],
        "keywords": [
            "keyword1",
            "keyword2",
            "keyword3",
            "कीिर्ड 1",
            "कीिर्ड 2",
            "कीिर्ड 3",
            "ค าหลัก 1",
            "ค าหลัก 2",
            "ค าหลัก 3",
        ],
        "credits": [
            {"name": "Firstname Lastname", "order": 1},
            {"name": "Firstname Lastname", "order": 2},
            {"name": "Firstname Lastname", "role": "director", "order": 3},
        ],
        "ratings": [
            {"system": "unspecified", "value": "U"},
            {"system": "unspecified", "value": "G", "territory": "IN"},
        ],
        "artwork": [
            {
                "reference": "amagi202000000001-poster.jpg",
                "purpose": "poster",
                "width": 530,
                "height": 764,
            },
            {
                "reference": "amagi202000000004-boxcover.jpg",
                "purpose": "box_cover",
                "width": 530,
                "height": 764,
            },
        ],
        "technical": {
            "duration_ms": 1740000,
            "height": 480,
            "size_bytes": 1577923726,
            "checksum": "a653cfdaabc93f2e106b31ecda43181f",
            "location": "amagii202000000003-feature.ts",
            "tracks": [
                {"kind": "video", "codec": "H264", "location": "amagii202000000003-feature.ts"},
                {
                    "kind": "audio",
                    "language": "en",
                    "channels": "Stereo",
                    "location": "amagii202000000003-feature.ts",
                },
                {
                    "kind": "audio",
                    "language": "as",
                    "channels": "Stereo",
                    "location": "amagii202000000003-feature.ts",
                },
                {
                    "kind": "audio",
                    "language": "fr",
                    "channels": "Stereo",
                    "location": "amagii202000000003-feature.ts",
                },
                {
                    "kind": "subtitle",
                    "language": "en",
                    "type": "SMPTE-TT",
                    "location": "amagi202000000008_cap_eng.xml",
                },
                {
                    "kind": "subtitle",
                    "language": "fr",
                    "type": "SRT",
                    "location": "amagi202000000009_cap_fra.srt",
                },
            ],
        },
        "organisations": [{"name": "Amagi Media", "role": "provider", "id": "amagi.com"}],
        "grants": [
            {
                "key": BASE,
                "licence": "SVOD",
                "licence_text": "SVOD",
                "stated_key": "amagi.com/amagi202000000001",
                "licensor": "Amagi Media",
                "territories": {"included": ["IN"], "excluded": ["IN"]},
                "start": {
                    "kind": "local",
                    "raw": "2020-01-01T00:00:00",
                    "instant": 1577836800000,
                    "assumed_zone": "UTC",
                },
                "end": {
                    "kind": "local",
                    "raw": "2020-12-31T00:00:00",
                    "instant": 1609372800000,
                    "assumed_zone": "UTC",
                },
                "qualities": ["SD"],
                "languages": [
                    {"language": "en", "purpose": "asset", "track": "audio"},
                    {"language": "as", "purpose": "asset", "track": "audio"},
                    {"language": "fr", "purpose": "asset", "track": "audio"},
                    {"language": "en", "purpose": "asset", "track": "subtitle"},
                    {"language": "fr", "purpose": "asset", "track": "subtitle"},
                ],
                "contract": "11111",
                "terms": [
                    {"name": "Subscription_Packages", "value": "package1;package2;package3"},
                    {"name": "Platforms", "value": "amazon,samsung_tv,sling"},
                    {"name": "Billing_ID", "value": "11111"},
                ],
            },
            {
                "key": INDIA,
                "licence": "SVOD",
                "licence_text": "SVOD",
                "stated_key": "amagi.com/amagi202000000009",
                "licensor": "Amagi Media",
                "territories": {"included": ["IN"]},
                "start": {
                    "kind": "local",
                    "raw": "2020-03-03T00:00:00",
                    "instant": 1583193600000,
                    "assumed_zone": "UTC",
                },
                "end": {
                    "kind": "local",
                    "raw": "2020-03-30T00:00:00",
                    "instant": 1585526400000,
                    "assumed_zone": "UTC",
                },
                "qualities": ["SD"],
                "languages": [
                    {"language": "en", "purpose": "asset", "track": "audio"},
                    {"language": "as", "purpose": "asset", "track": "audio"},
                    {"language": "fr", "purpose": "asset", "track": "audio"},
                    {"language": "en", "purpose": "asset", "track": "subtitle"},
                    {"language": "fr", "purpose": "asset", "track": "subtitle"},
                ],
                "contract": "11111",
                "terms": [
                    {"name": "Subscription_Packages", "value": "package1;package2;package3"},
                    {"name": "Platforms", "value": "amazon,samsung_tv,sling"},
                    {"name": "Billing_ID", "value": "11111"},
                ],
            },
        ],
        "warnings": [
            {
                "code": "stripped-id",
                "field": "Asset_ID",
                "message": "' amagi202000000001' in <package> has blanks round it",
            },
            {
                "code": "duplicate-id",
                "field": "Asset_ID",
                "message": "amagi.com/amagi202000000009 is a closedcaption and a regional",
            },
            {
                "code": "stripped-id",
                "field": "Asset_ID",
                "message": "' amagi202000000002' in <title> has blanks round it",
            },
            {
                "code": "language-suffix",
                "field": "Languages",
                "message": "'eng_1233' is read as 'eng'",
            },
            {
                "code": "language-suffix",
                "field": "Languages",
                "message": "'asm_4561' is read as 'asm'",
            },
            {
                "code": "language-suffix",
                "field": "Languages",
                "message": "'fra_3332' is read as 'fra'",
            },
            {
                "code": "language-doubt",
                "field": "Title",
                "message": "Thai script under language 'tna'",
            },
            {
                "code": "damaged-text",
                "field": "Summary_Short",
                "message": "looks damaged in conversion: 'एक संक्षिप्त वििरण'",
            },
            {
                "code": "damaged-text",
                "field": "Summary_Long",
                "message": "looks damaged in conversion: 'एक लंबा वििरण'",
            },
            {
                "code": "damaged-text",
                "field": "Summary_Short",
                "message": "looks damaged in conversion: 'ค าอธิบายสั น ้ ๆ'",
            },
            {
                "code": "damaged-text",
                "field": "Summary_Long",
                "message": "looks damaged in conversion: 'ค าอธิบายยาว'",
            },
        ],
        "extra": {
            "Asset_Name": "Some Show S01 Ep 01 package",
            "Description": "Some Show S01 Ep 01",
            "Update_Time": "2020-01-19'T'11:52:01",
            "Creation_Date": "2020-01-19",
            "Version": "1.1",
            "Metadata_Spec_Version": "CableLabsVOD1.1",
            "Closed_Captioning": "Y",
            "Provider_QA_Contact": "qa@amagi.com",
            "Show_Type": "Series",
        },
    }
]


def test_adi_1_1() -> None:
    found = read_shared("adi/amagi_episode.xml")
    assert plain(found.records) == ADI_1_1


ADI_3 = [
    {
        "format": "adi",
        "partner": "indemand",
        "kind": "film",
        "key": "indemand.com/Title/UNVA2001081701004001",
        "source": {"path": "adi/scte236_adi3_titanic.xml", "place": "line 47, /ADI3/Asset[2]"},
        "format_version": "SCTE236-2016",
        "event_time": 1010707201000,
        "own_id": "indemand.com/Title/UNVA2001081701004001",
        "ids": [
            {"scheme": "vod1.1", "value": "vod://indemand.com/UNVA2001081701004001"},
            {"scheme": "isan", "value": "1881-66C7-3420-000-7-9F3A-02450- U", "valid": False},
            {
                "scheme": "adi3",
                "value": "indemand.com/Offer/UNVA2001081701004000",
                "scope": "package",
            },
        ],
        "titles": [
            {"value": "The Titanic"},
            {"value": "The Titanic", "use": "short"},
            {"value": "Titanic, The", "use": "sort"},
            {"value": "Collision With destiny", "use": "alternate"},
        ],
        "synopses": [
            {
                "value": "Fictional romantic tale of a rich girl and poor boy who meet on "
                "the ill-fated voyage of the 'unsinkable' ship",
                "length": "short",
            },
            {
                "value": "Fictional romantic tale of rich girl and poor boy who meet on "
                "the ill-fated voyage of the 'unsinkable' ship"
            },
            {
                "value": "Fictional romantic tale of a rich girl and poor boy who meet on "
                "the ill-fated voyage of the 'unsinkable' ship",
                "length": "long",
            },
        ],
        "year": 1997,
        "languages": ["en", "es"],
        "countries": ["US"],
        "genres": [
            {"text": "Drama"},
            {"text": "Romance"},
            {"text": "InDemand/Movies A-Z", "scheme": "category"},
        ],
        "credits": [
            {"name": "Kate Winslet", "role": "actor", "order": 1},
            {"name": "Leonardo DiCaprio", "role": "actor", "order": 2},
            {"name": "Billy Zane", "role": "actor", "order": 3},
            {"name": "James Cameron", "role": "director", "order": 4},
            {"name": "James Cameron", "role": "producer", "order": 5},
            {"name": "James Cameron", "role": "writer", "order": 6},
        ],
        "ratings": [{"system": "MPAA", "value": "R", "reasons": ["AL", "N"]}],
        "artwork": [
            {
                "reference": "The_Titanic_Box_Cover.bmp",
                "purpose": "boxcover",
                "width": 320,
                "height": 240,
            }
        ],
        "technical": {
            "duration_ms": 11640000,
            "aspect_ratio": "Widescreen",
            "size_bytes": 3907840625,
            "checksum": "12558d3269d25852bd26548dc2654ca2",
            "location": "The_Titanic.mpg",
            "tracks": [
                {"kind": "video", "location": "The_Titanic.mpg"},
                {
                    "kind": "audio",
                    "language": "en",
                    "channels": "Dolby Digital",
                    "location": "The_Titanic.mpg",
                },
                {
                    "kind": "audio",
                    "language": "es",
                    "type": "dubbed",
                    "channels": "Dolby Digital",
                    "location": "The_Titanic.mpg",
                },
                {"kind": "subtitle", "language": "es", "location": "The_Titanic.mpg"},
                {"kind": "video", "location": "The_Titanic_Encrypted.mpg"},
                {
                    "kind": "audio",
                    "language": "en",
                    "channels": "Dolby Digital",
                    "location": "The_Titanic_Encrypted.mpg",
                },
                {
                    "kind": "audio",
                    "language": "es",
                    "type": "dubbed",
                    "channels": "Dolby Digital",
                    "location": "The_Titanic_Encrypted.mpg",
                },
                {"kind": "subtitle", "language": "es", "location": "The_Titanic_Encrypted.mpg"},
            ],
        },
        "organisations": [
            {"name": "InDemand", "role": "provider"},
            {"name": "IND", "role": "network"},
            {"name": "Paramount", "role": "studio"},
        ],
        "grants": [
            {
                "key": OFFER,
                "licence": "VOD",
                "licence_text": "First-Run",
                "stated_key": "indemand.com/Offer/UNVA2001081701004000",
                "licensor": "InDemand",
                "start": {
                    "kind": "instant",
                    "raw": "2002-02-01T00:00:00Z",
                    "instant": 1012521600000,
                    "zone": "Z",
                },
                "end": {
                    "kind": "instant",
                    "raw": "2002-03-31T11:59:59Z",
                    "instant": 1017575999000,
                    "zone": "Z",
                },
                "languages": [
                    {"language": "en", "purpose": "asset", "track": "audio"},
                    {"language": "es", "purpose": "asset", "track": "dub"},
                    {"language": "es", "purpose": "asset", "track": "subtitle"},
                ],
                "prices": [{"kind": "SRP", "amount": "5.95"}],
                "rental_ms": 86400000,
                "contract": "InDemand",
                "terms": [
                    {"name": "ProviderContentTier", "value": "InDemand1"},
                    {"name": "BillingId", "value": "56789"},
                    {"name": "DisplayAsNew", "value": "P7D"},
                    {"name": "DisplayAsLastChance", "value": "P7D"},
                    {"name": "ContractName", "value": "InDemand"},
                    {"name": "BillingGracePeriod", "value": "PT300S"},
                    {"name": "UsagePeriod", "value": "P00DT24H00M"},
                    {"name": "HomeVideoWindow", "value": "P1000D"},
                    {
                        "name": "SubscriberViewLimit",
                        "value": "startDateTime=2002-03-01T00:00:00Z "
                        "endDateTime=2002-03-31T23:59:59Z maximumViews=5",
                    },
                    {"name": "DistributorRoyaltyInfo.OrganizationName", "value": "InDemand"},
                    {"name": "DistributorRoyaltyInfo.RoyaltyPercent", "value": "52.5"},
                    {"name": "DistributorRoyaltyInfo.RoyaltyMinimum", "value": "3.124"},
                    {"name": "DistributorRoyaltyInfo.RoyaltyFlatRate", "value": "3.155"},
                    {"name": "StudioRoyaltyInfo.OrganizationName", "value": "Paramount"},
                    {"name": "StudioRoyaltyInfo.OrganizationCode", "value": "PAR"},
                    {"name": "StudioRoyaltyInfo.RoyaltyPercent", "value": "47.5"},
                    {"name": "StudioRoyaltyInfo.RoyaltyMinimum", "value": "2.826"},
                    {"name": "StudioRoyaltyInfo.RoyaltyFlatRate", "value": "2.795"},
                ],
            }
        ],
        "warnings": [
            {
                "code": "invalid-id",
                "field": "AlternateId",
                "message": "'1881-66C7-3420-000-7-9F3A-02450- U' is no valid ISAN",
            }
        ],
        "extra": {
            "ProviderQAContact": "John Doe, JDoe@InDemand.com",
            "AssetName": "The_Titanic_Title",
            "Product": "First-Run",
            "Description": "The Titanic title metadata",
            "IsClosedCaptioning": "false",
            "ShowType": "Movie",
            "IsSeasonPremiere": "false",
            "IsSeasonFinale": "false",
            "IsEncryptionRequired": "true",
            "BoxOffice": "1835000000",
            "RecordingArtist": "Celine Dion",
            "SongTitle": "My Heart Will Go On",
            "Chapters": "00:00:02:00 Opening Scene\n"
            "00:15:12:00 They Meet\n"
            "02:03:06:00 The Collision\n"
            "02:55:15:00 She Goes Under\n"
            "03:02:09:00 Final Scene",
            "preview": "The_Titanic_Preview.mpg",
            "more_movies": "The_Titanic_Encrypted.mpg",
        },
    }
]


def test_adi_3() -> None:
    found = read_shared("adi/scte236_adi3_titanic.xml")
    assert plain(found.records) == ADI_3


def test_the_header_of_a_package() -> None:
    header = read_shared("adi/amagi_episode.xml").header
    assert (header.partner, header.feed_id) == ("amagi-media", "amagi.com")
    assert (header.format_version, header.time) == ("CableLabsVOD1.1", 1_579_434_721_000)
