"""Whole Amagi documents, field by field.

The literals were read against the files they stand for.
"""

import json
from typing import Any

import pytest

from tests.feeds.reading import as_dict, read_shared
from ummid.catalog.keys import stable_id

EPISODE = stable_id("program title", "series title")
MOVIE = stable_id("movie title")
SHOW = stable_id("show title")

pytestmark = pytest.mark.shared


def plain(value: Any) -> Any:
    return json.loads(json.dumps(as_dict(value)))


EPG_XML = [
    {
        "format": "amagi",
        "partner": "amagi-epg",
        "kind": "film",
        "key": "Name of the Channel@2020-04-28T06:00:00Z#270d0232-82bf-41c9-b309-bdf3fcb40018",
        "source": {"path": "amagi/amagi_epg.xml", "place": "line 3, /programs/program[1]"},
        "scopes": [{"name": "channel:Name of the Channel", "point": 1588053600000}],
        "own_id": "270d0232-82bf-41c9-b309-bdf3fcb40018",
        "titles": [{"value": "Episode title"}],
        "synopses": [
            {"value": "short description of the episode", "length": "short"},
            {"value": "long description of the episode", "length": "long"},
        ],
        "year": 2017,
        "parents": [{"relation": "series", "title": "Series title"}],
        "season_number": 2,
        "episode_number": 7,
        "absolute_number": 10,
        "genres": [{"text": "Entertainment"}, {"text": "Entertainment", "scheme": "category"}],
        "ratings": [{"system": "unspecified", "value": "NR"}],
        "releases": [{"date": "2019-03-20", "type": "broadcast"}],
        "artwork": [
            {
                "reference": "public URL or image file name in Amagi S3",
                "purpose": "poster",
                "width": 1280,
                "height": 720,
            },
            {
                "reference": "public URL or image file name in Amagi S3",
                "purpose": "scene",
                "width": 1280,
                "height": 720,
            },
            {
                "reference": "public URL or image file name in Amagi S3",
                "purpose": "series-poster",
                "width": 1280,
                "height": 720,
            },
            {
                "reference": "public URL or image file name in Amagi S3",
                "purpose": "series-scene",
                "width": 1280,
                "height": 720,
            },
        ],
        "technical": {"duration_ms": 3600000},
        "airings": [
            {
                "channel": "Name of the Channel",
                "start": {
                    "kind": "local",
                    "raw": "28-04-2020 06:00:00",
                    "instant": 1588053600000,
                    "assumed_zone": "UTC",
                },
                "end": {
                    "kind": "local",
                    "raw": "01:00:00",
                    "instant": 1588057200000,
                    "assumed_zone": "UTC",
                },
            }
        ],
        "warnings": [
            {
                "code": "kind-conflict",
                "field": "program_type",
                "message": "'Movie' and yet season and episode",
            }
        ],
        "extra": {
            "program_type": "Movie",
            "program_subtype": "movie",
            "series_description": "short description of the series",
            "series_long_description": "long description of the series",
        },
    },
    {
        "format": "amagi",
        "partner": "amagi-epg",
        "kind": "film",
        "key": "Name of the Channel@2020-04-28T07:00:00Z#bdf3fcb4-82bf-41c9-b309-bdf3fcb40018",
        "source": {"path": "amagi/amagi_epg.xml", "place": "line 56, /programs/program[2]"},
        "scopes": [{"name": "channel:Name of the Channel", "point": 1588057200000}],
        "own_id": "bdf3fcb4-82bf-41c9-b309-bdf3fcb40018",
        "titles": [{"value": "Episode title"}],
        "synopses": [
            {"value": "short description of the episode", "length": "short"},
            {"value": "long description of the episode", "length": "long"},
        ],
        "year": 2017,
        "parents": [{"relation": "series", "title": "Series title"}],
        "season_number": 2,
        "episode_number": 7,
        "absolute_number": 10,
        "genres": [{"text": "Entertainment"}, {"text": "Entertainment", "scheme": "category"}],
        "ratings": [{"system": "unspecified", "value": "NR"}],
        "releases": [{"date": "2019-03-20", "type": "broadcast"}],
        "artwork": [
            {
                "reference": "public URL or image file name in Amagi S3",
                "purpose": "poster",
                "width": 1280,
                "height": 720,
            },
            {
                "reference": "public URL or image file name in Amagi S3",
                "purpose": "scene",
                "width": 1280,
                "height": 720,
            },
            {
                "reference": "public URL or image file name in Amagi S3",
                "purpose": "series-poster",
                "width": 1280,
                "height": 720,
            },
            {
                "reference": "public URL or image file name in Amagi S3",
                "purpose": "series-scene",
                "width": 1280,
                "height": 720,
            },
        ],
        "technical": {"duration_ms": 3600000},
        "airings": [
            {
                "channel": "Name of the Channel",
                "start": {
                    "kind": "local",
                    "raw": "28-04-2020 07:00:00",
                    "instant": 1588057200000,
                    "assumed_zone": "UTC",
                },
                "end": {
                    "kind": "local",
                    "raw": "01:00:00",
                    "instant": 1588060800000,
                    "assumed_zone": "UTC",
                },
            }
        ],
        "warnings": [
            {
                "code": "kind-conflict",
                "field": "program_type",
                "message": "'Movie' and yet season and episode",
            }
        ],
        "extra": {
            "program_type": "Movie",
            "program_subtype": "movie",
            "series_description": "short description of the series",
            "series_long_description": "long description of the series",
        },
    },
]


def test_epg_xml() -> None:
    found = read_shared("amagi/amagi_epg.xml")
    assert plain(found.records) == EPG_XML


EPG_JSON = [
    {
        "format": "amagi",
        "partner": "amagi-epg",
        "kind": "episode",
        "key": f"amagi-epg@2019-12-12T15:00:00Z#{EPISODE}",
        "source": {"path": "amagi/amagi_epg.json", "place": "/0"},
        "scopes": [{"name": "channel:amagi-epg", "point": 1576162800000}],
        "titles": [{"value": "program title", "language": "en"}],
        "synopses": [
            {"value": "short description of episode", "language": "en", "length": "short"},
            {"value": "long description of episode", "language": "en", "length": "long"},
        ],
        "year": 2019,
        "parents": [
            {
                "relation": "series",
                "ids": [{"scheme": "partner", "value": "16718791", "scope": "series"}],
                "title": "series title",
            }
        ],
        "season_number": 1,
        "episode_number": 1,
        "absolute_number": 1,
        "genres": [{"text": "Entertainment"}, {"text": "Entertainment", "scheme": "category"}],
        "ratings": [
            {"system": "USA Parental Rating", "value": "TVG"},
            {"system": "Régie du cinéma", "value": "G"},
            {"system": "Canadian Parental Rating", "value": "G"},
        ],
        "releases": [{"date": "2019-04-01"}, {"date": "2019-04-01", "type": "broadcast"}],
        "artwork": [
            {
                "reference": "https://test.com/assets/image.jpg",
                "purpose": "poster",
                "width": 1920,
                "height": 1080,
            },
            {
                "reference": "https://test.com/assets/image.jpg",
                "purpose": "series-poster",
                "width": 1920,
                "height": 1080,
            },
            {
                "reference": "https://test.com/assets/image.jpg",
                "purpose": "series-scene",
                "width": 1920,
                "height": 1080,
            },
        ],
        "airings": [
            {
                "channel": "amagi-epg",
                "start": {
                    "kind": "instant",
                    "raw": "2019-12-12T15:00Z",
                    "instant": 1576162800000,
                    "zone": "Z",
                },
                "end": {
                    "kind": "instant",
                    "raw": "2019-12-12T16:00Z",
                    "instant": 1576166400000,
                    "zone": "Z",
                },
            }
        ],
        "extra": {
            "entity_type": "Episode",
            "sub_type": "episode",
            "series_description": "short description of series",
            "series_long_description": "long description of series",
        },
    },
    {
        "format": "amagi",
        "partner": "amagi-epg",
        "kind": "film",
        "key": f"amagi-epg@2019-12-12T16:00:00Z#{MOVIE}",
        "source": {"path": "amagi/amagi_epg.json", "place": "/1"},
        "scopes": [{"name": "channel:amagi-epg", "point": 1576166400000}],
        "titles": [{"value": "movie title", "language": "en"}],
        "synopses": [
            {"value": "short description of movie", "language": "en", "length": "short"},
            {"value": "long description of movie", "language": "en", "length": "long"},
        ],
        "year": 2018,
        "genres": [{"text": "Reality"}],
        "ratings": [{"system": "MPAA", "value": "G"}],
        "releases": [{"date": "2018-03-31"}],
        "artwork": [
            {
                "reference": "https://test.com/assets/image.jpg",
                "purpose": "series-poster",
                "width": 1920,
                "height": 1080,
            }
        ],
        "airings": [
            {
                "channel": "amagi-epg",
                "start": {
                    "kind": "instant",
                    "raw": "2019-12-12T16:00Z",
                    "instant": 1576166400000,
                    "zone": "Z",
                },
                "end": {
                    "kind": "instant",
                    "raw": "2019-12-12T16:30Z",
                    "instant": 1576168200000,
                    "zone": "Z",
                },
            }
        ],
        "warnings": [
            {
                "code": "swapped-rating",
                "field": "ratings",
                "message": "body 'G' and code 'MPAA' exchanged",
            }
        ],
        "extra": {"entity_type": "Movie", "sub_type": "movie"},
    },
    {
        "format": "amagi",
        "partner": "amagi-epg",
        "kind": "programme",
        "key": f"amagi-epg@2019-12-12T16:00:00Z#{SHOW}",
        "source": {"path": "amagi/amagi_epg.json", "place": "/2"},
        "scopes": [{"name": "channel:amagi-epg", "point": 1576166400000}],
        "titles": [{"value": "show title", "language": "en"}],
        "synopses": [
            {"value": "short description of show", "language": "en", "length": "short"},
            {"value": "long description of show", "language": "en", "length": "long"},
        ],
        "year": 2018,
        "genres": [{"text": "Reality"}],
        "ratings": [{"system": "USA PR", "value": "TV-G"}],
        "releases": [{"date": "2018-03-31"}, {"date": "2019-04-01", "type": "broadcast"}],
        "artwork": [
            {
                "reference": "https://test.com/assets/image.jpg",
                "purpose": "series-poster",
                "width": 1920,
                "height": 1080,
            }
        ],
        "airings": [
            {
                "channel": "amagi-epg",
                "start": {
                    "kind": "instant",
                    "raw": "2019-12-12T16:00Z",
                    "instant": 1576166400000,
                    "zone": "Z",
                },
                "end": {
                    "kind": "instant",
                    "raw": "2019-12-12T16:30Z",
                    "instant": 1576168200000,
                    "zone": "Z",
                },
            }
        ],
        "warnings": [
            {
                "code": "swapped-rating",
                "field": "ratings",
                "message": "body 'TV-G' and code 'USA PR' exchanged",
            }
        ],
        "extra": {"entity_type": "Sports", "sub_type": "sports-talk"},
    },
]


def test_epg_json() -> None:
    found = read_shared("amagi/amagi_epg.json")
    assert plain(found.records) == EPG_JSON


VOD_XML = [
    {
        "format": "amagi",
        "partner": "the-channel-name",
        "kind": "episode",
        "key": "episode-id",
        "source": {
            "path": "amagi/amgdoc_xml1_episode.xml",
            "place": "line 45, /root/series/season/episode",
        },
        "format_version": "1.0",
        "event_time": 1601854224000,
        "own_id": "episode-id",
        "ids": [
            {"scheme": "tms", "value": "tms-id-from-gracenote", "valid": False},
            {"scheme": "provider-1", "value": "is-from-provider-1"},
        ],
        "titles": [{"value": "Episode name"}],
        "synopses": [
            {"value": "Short description about episode", "length": "short"},
            {"value": "Long description about episode", "length": "long"},
        ],
        "parents": [
            {
                "relation": "series",
                "ids": [
                    {"scheme": "partner", "value": "series-id", "scope": "series"},
                    {
                        "scheme": "tms",
                        "value": "tms-id-from-gracenote",
                        "scope": "series",
                        "valid": False,
                    },
                    {"scheme": "provider-1", "value": "is-from-provider-1", "scope": "series"},
                ],
                "title": "Series Name",
            }
        ],
        "season_number": 1,
        "episode_number": 3,
        "genres": [
            {"text": "genre-1"},
            {"text": "genre-2"},
            {"text": "category-1", "scheme": "category"},
            {"text": "category-2", "scheme": "category"},
        ],
        "ratings": [{"system": "USAP", "value": "TV-14", "reasons": ["Reason"]}],
        "artwork": [
            {"reference": "https://image-url"},
            {"reference": "https://image-url", "purpose": "series-type-name"},
            {"reference": "https://image-url", "purpose": "series-type-name-1"},
        ],
        "technical": {
            "duration_ms": 1320000,
            "frame_rate": "30000/1001",
            "location": "https://video-url",
            "tracks": [
                {"kind": "subtitle", "type": "caption", "location": "https://captions-url"},
                {"kind": "subtitle", "type": "subtitle", "location": "https://subtitles-url"},
            ],
            "ad_breaks_ms": [929310],
        },
        "organisations": [{"name": "The channel name", "role": "provider"}],
        "warnings": [
            {
                "code": "invalid-id",
                "field": "externalIDs",
                "message": "'tms-id-from-gracenote' is no tms id",
            },
            {"code": "bad-number", "field": "width", "message": "'width-in-pixels' is no number"},
            {"code": "bad-number", "field": "height", "message": "'height-in-pixels' is no number"},
            {
                "code": "bad-duration",
                "field": "adBreaks",
                "message": "'HH:MM:SS.msec' is not a duration (PT1H3M or HH:MM:SS)",
            },
        ],
        "extra": {
            "created_at": "2020-10-04T23:30:24Z",
            "updated_at": "2020-10-04T23:30:24Z",
            "series_description": "A lengthy description about series",
        },
    }
]


def test_vod_xml() -> None:
    found = read_shared("amagi/amgdoc_xml1_episode.xml")
    assert plain(found.records) == VOD_XML


def test_what_the_guides_cover() -> None:
    covered = read_shared("amagi/amagi_epg.xml").header.covered
    assert covered == {"Name of the Channel": (1_588_053_600_000, 1_588_060_800_000)}
    covered = read_shared("amagi/amagi_epg.json").header.covered
    assert covered == {"amagi-epg": (1_576_162_800_000, 1_576_168_200_000)}
