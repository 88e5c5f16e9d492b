"""Whole IMF documents, field by field.

The literals were read against the files they stand for.
"""

import json
from typing import Any

import pytest

from tests.feeds.reading import as_dict, read_shared

pytestmark = pytest.mark.shared


def plain(value: Any) -> Any:
    return json.loads(json.dumps(as_dict(value)))


CPL = [
    {
        "format": "imf",
        "partner": "sony-pictures-entertainment",
        "kind": "composition",
        "key": "urn:uuid:fe8cf2f4-1bcd-4145-8f72-6775af4038c4",
        "source": {"path": "imf/blackl_202_ENG_CPL.xml", "place": "line 2, /CompositionPlaylist"},
        "format_version": "2067-3/2013",
        "event_time": 1444444195000,
        "own_id": "urn:uuid:fe8cf2f4-1bcd-4145-8f72-6775af4038c4",
        "ids": [
            {
                "scheme": "uuid",
                "value": "fc04e99a-da13-4d7f-915a-5cddd9190fd2",
                "scope": "edit",
                "raw": "urn:uuid:fc04e99a-da13-4d7f-915a-5cddd9190fd2",
            },
            {
                "scheme": "eidr",
                "value": "10.5240/4FEC-7003-F150-AD59-9D70-S",
                "scope": "manifestation",
                "raw": "urn:eidr:10.5240/4FEC-7003-F150-AD59-9D70-S",
            },
        ],
        "titles": [{"value": "BLACKL_202_HD_REC709_178_ENG", "use": "internal"}],
        "languages": ["en-US"],
        "technical": {
            "duration_ms": 298131,
            "frame_rate": "24000/1001",
            "width": 3840,
            "height": 2160,
            "aspect_ratio": "16:9",
            "colour": "BT.709",
            "tracks": [
                {
                    "kind": "video",
                    "type": "primary",
                    "codec": "JPEG 2000",
                    "location": "urn:uuid:ea05e7ab-5ee2-4ac7-ab41-6c3a2cf78a0b",
                },
                {
                    "kind": "audio",
                    "language": "en-US",
                    "type": "GIC Audio Content",
                    "codec": "PCM",
                    "channels": "5.1",
                    "location": "urn:uuid:c808001c-da54-4295-a721-dcaa00659699",
                },
                {
                    "kind": "audio",
                    "language": "en-US",
                    "type": "GIC Audio Content",
                    "codec": "PCM",
                    "channels": "2.0",
                    "location": "urn:uuid:7be07495-1aaa-4a69-8b92-3ec162122b34",
                },
            ],
            "ad_breaks_ms": [1001, 26568, 52010, 244077],
        },
        "versions": [
            "Netflix Plugfest October 2015 ENG",
            "EIDR Blacklist EP202 English Manifestation",
        ],
        "organisations": [
            {"name": "Sony Pictures Entertainment", "role": "issuer"},
            {"name": "Sony Pictures Entertainment", "role": "originator"},
        ],
        "warnings": [
            {
                "code": "empty-rating",
                "field": "LocaleList",
                "message": "MCAA states no rating General",
            }
        ],
        "extra": {
            "content_kind": "episode",
            "annotation": "BLACKL_202_HD_REC709_178_ENG",
            "issue_date": "2015-10-10T02:29:55+00:00",
            "creator": "IMF Creator Release 1.0 (r2082)",
            "timecode_start": "00:00:00:00",
            "application": "http://www.smpte-ra.org/schemas/2067-21/2014",
            "regions": "US",
            "markers": "FFCL@1001 FPCI@1001 LFCL@4963 FFMC@5005 LFMC@26526 FFCB@26568 "
            "LFCB@28779 FFMC@28820 FPCI@52010 LFMC@52010 FFOI@52052 LFOI@57015 "
            "FFEC@57057 LFEC@96596 FFMC@96638 LFMC@244035 FFCL@244077 "
            "FPCI@244077 LFCL@248039",
            "audio_titles": "GIC MCA Title",
        },
    }
]


def test_cpl() -> None:
    found = read_shared("imf/blackl_202_ENG_CPL.xml")
    assert plain(found.records) == CPL


ASSET_MAP = [
    {
        "format": "imf",
        "partner": "blackmagic-design",
        "kind": "asset",
        "key": "assetmap:urn:uuid:23e9a145-f2da-4183-86b2-1c399db41afb",
        "source": {
            "path": "imf/badxml_ASSETMAP.xml",
            "place": "line 10, /AssetMap/AssetList/Asset[1]",
        },
        "format_version": "429-9/2007",
        "own_id": "urn:uuid:23e9a145-f2da-4183-86b2-1c399db41afb",
        "technical": {
            "size_bytes": 4052278,
            "location": "VIDEO_23e9a145-f2da-4183-86b2-1c399db41afb.mxf",
        },
        "organisations": [{"name": "Blackmagic Design", "role": "issuer"}],
        "extra": {
            "volume": "1",
            "list": "urn:uuid:297d8786-3e7c-45d9-94f7-c407cf0a7b90",
            "list_annotation": "Non-Compliant test file with missing xml elements",
            "issue_date": "2024-09-10T14:52:13",
            "creator": "Blackmagic Design DaVinci Resolve Studio 19.0.1.0006",
        },
    },
    {
        "format": "imf",
        "partner": "blackmagic-design",
        "kind": "asset",
        "key": "assetmap:urn:uuid:3aa56098-7709-4673-9266-7f0c70ba10d8",
        "source": {
            "path": "imf/badxml_ASSETMAP.xml",
            "place": "line 30, /AssetMap/AssetList/Asset[3]",
        },
        "format_version": "429-9/2007",
        "own_id": "urn:uuid:3aa56098-7709-4673-9266-7f0c70ba10d8",
        "technical": {
            "size_bytes": 17193,
            "location": "CPL_3aa56098-7709-4673-9266-7f0c70ba10d8.xml",
        },
        "organisations": [{"name": "Blackmagic Design", "role": "issuer"}],
        "extra": {
            "volume": "1",
            "list": "urn:uuid:297d8786-3e7c-45d9-94f7-c407cf0a7b90",
            "list_annotation": "Non-Compliant test file with missing xml elements",
            "issue_date": "2024-09-10T14:52:13",
            "creator": "Blackmagic Design DaVinci Resolve Studio 19.0.1.0006",
        },
    },
    {
        "format": "imf",
        "partner": "blackmagic-design",
        "kind": "asset",
        "key": "assetmap:urn:uuid:913ef906-893f-4851-8664-2d053bd2ec95",
        "source": {
            "path": "imf/badxml_ASSETMAP.xml",
            "place": "line 41, /AssetMap/AssetList/Asset[4]",
        },
        "format_version": "429-9/2007",
        "own_id": "urn:uuid:913ef906-893f-4851-8664-2d053bd2ec95",
        "technical": {
            "size_bytes": 1715,
            "location": "PKL_913ef906-893f-4851-8664-2d053bd2ec95.xml",
        },
        "organisations": [{"name": "Blackmagic Design", "role": "issuer"}],
        "extra": {
            "packing_list": "true",
            "volume": "1",
            "list": "urn:uuid:297d8786-3e7c-45d9-94f7-c407cf0a7b90",
            "list_annotation": "Non-Compliant test file with missing xml elements",
            "issue_date": "2024-09-10T14:52:13",
            "creator": "Blackmagic Design DaVinci Resolve Studio 19.0.1.0006",
        },
    },
]


def test_asset_map() -> None:
    found = read_shared("imf/badxml_ASSETMAP.xml")
    assert plain(found.records) == ASSET_MAP


PACKING_LIST = [
    {
        "format": "imf",
        "partner": "r-s",
        "kind": "asset",
        "key": "pkl:urn:uuid:0eb3d1b9-b77b-4d3f-bbe5-7c69b15dca85",
        "source": {
            "path": "imf/meridian_PKL.xml",
            "place": "line 8, /PackingList/AssetList/Asset[1]",
        },
        "format_version": "429-8/2007",
        "own_id": "urn:uuid:0eb3d1b9-b77b-4d3f-bbe5-7c69b15dca85",
        "technical": {
            "size_bytes": 15214,
            "checksum": "sha1:IW0J5IZBsAxLMCCmWtHvfHhjVUw=",
            "mime_type": "text/xml",
            "location": "CPL_0eb3d1b9-b77b-4d3f-bbe5-7c69b15dca85.xml",
        },
        "organisations": [{"name": "R&S", "role": "issuer"}],
        "extra": {
            "annotation": "Meridian UHD 5994P",
            "list": "urn:uuid:f5e93462-aed2-44ad-a4ba-2adb65823e7c",
            "list_annotation": "MERIDIAN",
            "issue_date": "2016-10-06T08:35:02-00:00",
            "creator": "Clipster 6.1.0.0 Beta (build 111500)",
        },
    },
    {
        "format": "imf",
        "partner": "r-s",
        "kind": "asset",
        "key": "pkl:urn:uuid:8cf83c32-4949-4f00-b081-01e12b18932f",
        "source": {
            "path": "imf/meridian_PKL.xml",
            "place": "line 16, /PackingList/AssetList/Asset[2]",
        },
        "format_version": "429-8/2007",
        "own_id": "urn:uuid:8cf83c32-4949-4f00-b081-01e12b18932f",
        "technical": {
            "size_bytes": 15214,
            "checksum": "sha1:IW0J5IZBsAxLMCCmWtHvfHhjVUw=",
            "mime_type": "text/xml",
            "location": "OPL_8cf83c32-4949-4f00-b081-01e12b18932f.xml",
        },
        "organisations": [{"name": "R&S", "role": "issuer"}],
        "warnings": [
            {
                "code": "same-hash",
                "field": "Hash",
                "message": "the same as that of "
                "urn:uuid:0eb3d1b9-b77b-4d3f-bbe5-7c69b15dca85: one of the two "
                "is wrong",
            }
        ],
        "extra": {
            "annotation": "Meridian UHD 5994P",
            "list": "urn:uuid:f5e93462-aed2-44ad-a4ba-2adb65823e7c",
            "list_annotation": "MERIDIAN",
            "issue_date": "2016-10-06T08:35:02-00:00",
            "creator": "Clipster 6.1.0.0 Beta (build 111500)",
        },
    },
    {
        "format": "imf",
        "partner": "r-s",
        "kind": "asset",
        "key": "pkl:urn:uuid:61d91654-2650-4abf-abbc-ad2c7f640bf8",
        "source": {
            "path": "imf/meridian_PKL.xml",
            "place": "line 24, /PackingList/AssetList/Asset[3]",
        },
        "format_version": "429-8/2007",
        "own_id": "urn:uuid:61d91654-2650-4abf-abbc-ad2c7f640bf8",
        "technical": {
            "size_bytes": 79486353,
            "checksum": "sha1:fL7SnTeNskm71I4otXqr/T0D5LQ=",
            "mime_type": "application/mxf",
            "location": "MERIDIAN_Netflix_Photon_161006_00.mxf",
        },
        "organisations": [{"name": "R&S", "role": "issuer"}],
        "extra": {
            "list": "urn:uuid:f5e93462-aed2-44ad-a4ba-2adb65823e7c",
            "list_annotation": "MERIDIAN",
            "issue_date": "2016-10-06T08:35:02-00:00",
            "creator": "Clipster 6.1.0.0 Beta (build 111500)",
        },
    },
    {
        "format": "imf",
        "partner": "r-s",
        "kind": "asset",
        "key": "pkl:urn:uuid:9fcb24c4-5c57-4082-a694-7470d5168aa4",
        "source": {
            "path": "imf/meridian_PKL.xml",
            "place": "line 31, /PackingList/AssetList/Asset[4]",
        },
        "format_version": "429-8/2007",
        "own_id": "urn:uuid:9fcb24c4-5c57-4082-a694-7470d5168aa4",
        "technical": {
            "size_bytes": 595339,
            "checksum": "sha1:X6GxGHTavnlIRLZiD7hHe5/CUh4=",
            "mime_type": "application/mxf",
            "location": "MERIDIAN_Netflix_Photon_161006_ENG-51_00.mxf",
        },
        "organisations": [{"name": "R&S", "role": "issuer"}],
        "extra": {
            "list": "urn:uuid:f5e93462-aed2-44ad-a4ba-2adb65823e7c",
            "list_annotation": "MERIDIAN",
            "issue_date": "2016-10-06T08:35:02-00:00",
            "creator": "Clipster 6.1.0.0 Beta (build 111500)",
        },
    },
]


def test_packing_list() -> None:
    found = read_shared("imf/meridian_PKL.xml")
    assert plain(found.records) == PACKING_LIST


OUTPUT_PROFILE = [
    {
        "format": "imf",
        "partner": "clipster-5-9-3-7-build-96012",
        "kind": "asset",
        "key": "opl:urn:uuid:8cf83c32-4949-4f00-b081-01e12b18932f",
        "source": {"path": "imf/meridian_OPL.xml", "place": "line 13, /OutputProfileList"},
        "format_version": "2067-100/2014",
        "event_time": 1465932157000,
        "own_id": "urn:uuid:8cf83c32-4949-4f00-b081-01e12b18932f",
        "parents": [
            {
                "relation": "title",
                "ids": [
                    {
                        "scheme": "uuid",
                        "value": "0eb3d1b9-b77b-4d3f-bbe5-7c69b15dca85",
                        "scope": "manifestation",
                        "raw": "urn:uuid:0eb3d1b9-b77b-4d3f-bbe5-7c69b15dca85",
                    }
                ],
            }
        ],
        "organisations": [{"name": "Clipster 5.9.3.7 (build 96012)", "role": "issuer"}],
        "extra": {
            "document": "output-profile-list",
            "annotation": "OPL Example",
            "issue_date": "2016-06-14T19:22:37-00:00",
            "creator": "Clipster 5.9.3.7 (build 96012)",
            "composition": "urn:uuid:0eb3d1b9-b77b-4d3f-bbe5-7c69b15dca85",
            "aliases": "MainImage=macros/encode-1/outputs/images; "
            "MainAudio/L=macros/arm-1/outputs/left-channel; "
            "MainAudio/R=macros/arm-1/outputs/right-channel",
            "macros": "scale-1 decode-1 crop-1 encode-1 arm-1",
        },
    }
]


def test_output_profile() -> None:
    found = read_shared("imf/meridian_OPL.xml")
    assert plain(found.records) == OUTPUT_PROFILE


def test_the_header_of_a_composition() -> None:
    header = read_shared("imf/blackl_202_ENG_CPL.xml").header
    assert header.partner == "sony-pictures-entertainment"
    assert header.feed_id == "urn:uuid:fe8cf2f4-1bcd-4145-8f72-6775af4038c4"
    assert (header.format_version, header.time) == ("2067-3/2013", 1_444_444_195_000)


def test_the_asset_that_is_refused() -> None:
    (rejected,) = read_shared("imf/badxml_ASSETMAP.xml").rejected
    assert rejected.source.place == "line 21, /AssetMap/AssetList/Asset[2]"
    assert rejected.key == "assetmap:urn:uuid:a2a83e0a-a0ac-4785-8685-d868631f493a"
