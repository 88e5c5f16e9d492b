"""Whole TV-Anytime and DVB-I documents, field by field.

The literals were read against the files they stand for.
"""

import json
from typing import Any

import pytest

from tests.feeds.reading import as_dict, read_shared

pytestmark = pytest.mark.shared


def plain(value: Any) -> Any:
    return json.loads(json.dumps(as_dict(value)))


EXTENDED_INFORMATION = [
    {
        "format": "tva",
        "partner": "dvbi-extended-program-information",
        "kind": "programme",
        "key": "https://channel7.co.uk/service_a_content_owning@2013-09-25T11:15:00Z#crid://channel7.co.uk/b01myjsy",
        "source": {
            "path": "tva/dvbi_extended_program_information.xml",
            "place": "line 62, /TVAMain//ScheduleEvent[1]",
        },
        "format_version": "2026",
        "scopes": [
            {
                "name": "channel:https://channel7.co.uk/service_a_content_owning",
                "point": 1380107700000,
            }
        ],
        "own_id": "crid://channel7.co.uk/b01myjsy",
        "titles": [
            {"value": "Bargain Hunt", "language": "en"},
            {"value": "讨价还价", "language": "zh"},
            {"value": "01/01/2014", "language": "en", "use": "alternate"},
        ],
        "synopses": [
            {
                "value": "The Bargain Hunt teams head to Staffordshire's County Showground.",
                "language": "en",
                "length": "short",
            },
            {"value": "谈判小组前往斯塔福德郡的县陈列室。", "language": "zh", "length": "short"},
            {
                "value": "The Bargain Hunt teams head to Staffordshire's County "
                "Showground, where both experts face double trouble.",
                "language": "en",
            },
            {
                "value": "讨价还价小组前往斯塔福德郡的县展示场，两位专家都在那里面临双重麻烦。",
                "language": "zh",
            },
            {
                "value": "The Bargain Hunt teams head to Staffordshire's County "
                "Showground, where both experts face double trouble. David Harper "
                "heads up two Toms for the red team, while twin sisters Elizabeth "
                "and Rachel are guided by Jonathan Pratt for the blue team. Tim "
                "Wonnacott travels to Bath to visit one of the city's greatest "
                "architectural delights.",
                "language": "en",
                "length": "long",
            },
            {
                "value": "讨价还价小组前往斯塔福德郡的县展示场，两位专家都在那里面临双重麻烦。 "
                "大卫哈珀带领红队的两个汤姆斯，而双胞胎姐妹伊丽莎白和雷切尔则由乔纳森普拉特带领蓝队。 蒂姆·沃纳科特 (Tim "  # noqa: E501
                "Wonnacott) 前往巴斯参观这座城市最伟大的建筑之一。",
                "language": "zh",
                "length": "long",
            },
        ],
        "genres": [
            {
                "text": "Show/Game show",
                "scheme": "urn:dvb:metadata:cs:ContentSubject:2019",
                "code": "3",
            }
        ],
        "keywords": ["FAMILY LIFE", "RELATIONSHIPS", "Critic’s Choice"],
        "credits": [
            {"name": "Jeremy Brown", "role": "presenter", "order": 1},
            {"name": "William Johnson", "role": "actor", "character": "Billy Johns", "order": 2},
        ],
        "ratings": [
            {"system": "minimum-age", "value": "15"},
            {
                "system": "urn:fvc:metadata:cs:ContentRatingCS:2014-07",
                "value": "fifteen",
                "reasons": [
                    "Contains strong language and flash photography",
                    "包含强烈的语言和闪光摄影",
                ],
            },
        ],
        "artwork": [
            {
                "reference": "https://img-ctv.mdata.co.uk/channel7/bargain_hunt.png",
                "purpose": "promotional-still",
            }
        ],
        "technical": {
            "duration_ms": 2700000,
            "width": 576,
            "height": 512,
            "aspect_ratio": "16:9",
            "tracks": [{"kind": "video"}],
        },
        "organisations": [{"name": "ITV Studios Limited", "role": "production-company"}],
        "links": ["https://channel7.co.uk/ait.aitx?pid=b01myjsy"],
        "airings": [
            {
                "channel": "https://channel7.co.uk/service_a_content_owning",
                "start": {
                    "kind": "instant",
                    "raw": "2013-09-25T11:15:00Z",
                    "instant": 1380107700000,
                    "zone": "Z",
                },
                "end": {"kind": "instant", "raw": "PT45M", "instant": 1380110400000, "zone": "Z"},
                "flags": ["free"],
            }
        ],
        "warnings": [
            {
                "code": "date-as-title",
                "field": "Title",
                "message": "'01/01/2014' is a date, no title",
            }
        ],
        "extra": {
            "auxiliary_url": "https://channel7.co.uk/ait.aitx?template",
            "instance_genres": "media_available fepg_unavailable",
        },
    }
]


def test_extended_information() -> None:
    found = read_shared("tva/dvbi_extended_program_information.xml")
    assert plain(found.records) == EXTENDED_INFORMATION


NOW_NEXT = [
    {
        "format": "tva",
        "partner": "dvbi-nownext",
        "kind": "programme",
        "key": "SERVICE_ID_TEMPLATE@2013-09-25T11:15:00Z#crid://channel7.co.uk/b01myjsy",
        "source": {
            "path": "tva/dvbi_nownext.xml",
            "place": "line 61, /TVAMain//Schedule[1]/ScheduleEvent[1]",
        },
        "format_version": "2026",
        "scopes": [{"name": "channel:SERVICE_ID_TEMPLATE", "point": 1380107700000}],
        "own_id": "crid://channel7.co.uk/b01myjsy",
        "titles": [
            {"value": "Bargain Hunt", "language": "en"},
            {"value": "讨价还价", "language": "zh"},
            {"value": "01/01/2014", "language": "en", "use": "alternate"},
        ],
        "synopses": [
            {
                "value": "The Bargain Hunt teams head to Staffordshire's County Showground.",
                "language": "en",
                "length": "short",
            },
            {"value": "谈判小组前往斯塔福德郡的县陈列室。", "language": "zh", "length": "short"},
            {
                "value": "The Bargain Hunt teams head to Staffordshire's County "
                "Showground, where both experts face double trouble.",
                "language": "en",
            },
            {
                "value": "讨价还价小组前往斯塔福德郡的县展示场，两位专家都在那里面临双重麻烦。",
                "language": "zh",
            },
        ],
        "genres": [
            {
                "text": "Show/Game show",
                "scheme": "urn:dvb:metadata:cs:ContentSubject:2019",
                "code": "3",
            }
        ],
        "ratings": [
            {"system": "minimum-age", "value": "15"},
            {
                "system": "urn:fvc:metadata:cs:ContentRatingCS:2014-07",
                "value": "fifteen",
                "reasons": [
                    "Contains strong language and flash photography",
                    "包含强烈的语言和闪光摄影",
                ],
            },
        ],
        "artwork": [
            {"reference": "INSTALL~~LOCATION/backend/nownext.png", "purpose": "promotional-still"}
        ],
        "technical": {"duration_ms": 2700000},
        "airings": [
            {
                "channel": "SERVICE_ID_TEMPLATE",
                "start": {
                    "kind": "instant",
                    "raw": "2013-09-25T11:15:00Z",
                    "instant": 1380107700000,
                    "zone": "Z",
                },
                "end": {"kind": "instant", "raw": "PT45M", "instant": 1380110400000, "zone": "Z"},
            }
        ],
        "warnings": [
            {
                "code": "date-as-title",
                "field": "Title",
                "message": "'01/01/2014' is a date, no title",
            },
            {
                "code": "placeholder",
                "field": "MediaUri",
                "message": "'INSTALL~~LOCATION/backend/nownext.png' was not filled in",
            },
            {
                "code": "placeholder",
                "field": "serviceIDRef",
                "message": "'SERVICE_ID_TEMPLATE' was not filled in",
            },
        ],
    },
    {
        "format": "tva",
        "partner": "dvbi-nownext",
        "kind": "programme",
        "key": "SERVICE_ID_TEMPLATE@2013-09-25T12:00:00Z#crid://channel7.co.uk/b03bhc3n",
        "source": {
            "path": "tva/dvbi_nownext.xml",
            "place": "line 66, /TVAMain//Schedule[1]/ScheduleEvent[2]",
        },
        "format_version": "2026",
        "scopes": [{"name": "channel:SERVICE_ID_TEMPLATE", "point": 1380110400000}],
        "own_id": "crid://channel7.co.uk/b03bhc3n",
        "titles": [{"value": "BBC News at One", "language": "en"}],
        "synopses": [
            {
                "value": "The latest national and international news stories from the BBC "
                "News team, followed by weather",
                "language": "en",
            }
        ],
        "genres": [
            {
                "text": "News/Current affairs",
                "scheme": "urn:dvb:metadata:cs:ContentSubject:2019",
                "code": "2",
            }
        ],
        "ratings": [
            {"system": "minimum-age", "value": "0"},
            {
                "system": "urn:fvc:metadata:cs:ContentRatingCS:2014-07",
                "value": "no_parental_controls",
                "reasons": [
                    "Contains scenes of violence and strong language.",
                    "包含强烈的语言和闪光摄影",
                ],
            },
        ],
        "artwork": [
            {"reference": "INSTALL~~LOCATION/backend/nownext.png", "purpose": "promotional-still"}
        ],
        "technical": {"duration_ms": 1800000},
        "airings": [
            {
                "channel": "SERVICE_ID_TEMPLATE",
                "start": {
                    "kind": "instant",
                    "raw": "2013-09-25T12:00:00Z",
                    "instant": 1380110400000,
                    "zone": "Z",
                },
                "end": {"kind": "instant", "raw": "PT30M", "instant": 1380112200000, "zone": "Z"},
            }
        ],
        "warnings": [
            {
                "code": "placeholder",
                "field": "MediaUri",
                "message": "'INSTALL~~LOCATION/backend/nownext.png' was not filled in",
            },
            {
                "code": "rating-conflict",
                "field": "ParentalGuidance",
                "message": "MinimumAge 0 beside a content warning",
            },
            {
                "code": "placeholder",
                "field": "serviceIDRef",
                "message": "'SERVICE_ID_TEMPLATE' was not filled in",
            },
        ],
    },
]


def test_now_next() -> None:
    found = read_shared("tva/dvbi_nownext.xml")
    assert plain(found.records) == NOW_NEXT


SERVICES = [
    {
        "format": "tva",
        "partner": "dvb",
        "kind": "channel",
        "key": "tag:dvb.org,2020:sid1",
        "source": {
            "path": "tva/dvbi_servicelist_example.xml",
            "place": "line 40, /ServiceList/Service[1]",
        },
        "format_version": "2026",
        "own_id": "tag:dvb.org,2020:sid1",
        "ids": [{"scheme": "dvb", "value": "8916.4097.74", "scope": "channel"}],
        "titles": [{"value": "DVB-T channel 1", "language": "en"}],
        "number_text": "646",
        "countries": ["FI"],
        "organisations": [{"name": "DVB", "role": "provider"}],
        "extra": {
            "guide_reference": "cgsid_1",
            "version": "1",
            "list": "DVB-I example service list",
        },
    },
    {
        "format": "tva",
        "partner": "dvb",
        "kind": "channel",
        "key": "tag:dvb.org,2020:sid3",
        "source": {
            "path": "tva/dvbi_servicelist_example.xml",
            "place": "line 64, /ServiceList/Service[3]",
        },
        "format_version": "2026",
        "own_id": "tag:dvb.org,2020:sid3",
        "titles": [
            {"value": "IRT test channel", "language": "en"},
            {"value": "IRT测试通道", "language": "zh"},
        ],
        "number_text": "4",
        "organisations": [{"name": "IRT", "role": "provider"}],
        "links": ["https://livesim.dashif.org/livesim/testpic_2s/multi_subs.mpd"],
        "extra": {
            "guide_reference": "cgsid_3",
            "version": "1",
            "list": "DVB-I example service list",
        },
    },
    {
        "format": "tva",
        "partner": "dvb",
        "kind": "channel",
        "key": "tag:dvb.org,2020:DASHIF-LL",
        "source": {
            "path": "tva/dvbi_servicelist_example.xml",
            "place": "line 210, /ServiceList/Service[7]",
        },
        "format_version": "2026",
        "own_id": "tag:dvb.org,2020:DASHIF-LL",
        "titles": [{"value": "DASH-IF livesim LL", "language": "en"}],
        "number_text": "21",
        "technical": {
            "frame_rate": "30",
            "width": 1280,
            "height": 720,
            "tracks": [
                {"kind": "audio", "codec": "4.3.1", "channels": "2"},
                {"kind": "video", "codec": "1.4.9"},
                {"kind": "video", "codec": "1.4.10"},
                {"kind": "video", "codec": "1.4.10"},
            ],
        },
        "organisations": [{"name": "DASH Industry Forum", "role": "provider"}],
        "links": [
            "https://livesim.dashif.org/livesim-chunked/chunkdur_1/ato_7/testpic4_8s/Manifest.mpd"
        ],
        "extra": {"version": "1", "list": "DVB-I example service list"},
    },
]


def test_services() -> None:
    found = read_shared("tva/dvbi_servicelist_example.xml")
    assert (
        plain(
            [
                r
                for r in found.records
                if r.key
                in ["tag:dvb.org,2020:DASHIF-LL", "tag:dvb.org,2020:sid1", "tag:dvb.org,2020:sid3"]
            ]
        )
        == SERVICES
    )


def test_all_services() -> None:
    found = read_shared("tva/dvbi_servicelist_example.xml")
    assert [(r.key, r.titles[0].value, r.number_text) for r in found.records] == [
        ("tag:dvb.org,2020:sid1", "DVB-T channel 1", "646"),
        ("tag:dvb.org,2020:sid2", "DVB-T channel 2", "11"),
        ("tag:dvb.org,2020:sid3", "IRT test channel", "4"),
        ("tag:dvb.org,2020:sid15", "Availability window service", "647"),
        ("tag:dvb.org,2020:sid18", "Parental rating service", "648"),
        ("tag:dvb-i-referenceapp,2023:Parental-1", "Parental rating service 2", "649"),
        ("tag:dvb.org,2020:DASHIF-LL", "DASH-IF livesim LL", "21"),
        ("tag:dvb.org,2020:AKAMAI-LL", "Akamai LL test", "23"),
        ("tag:dvb.org,2020:AKAMAI-LL-CMCDv1-req", "Akamai LL+CMCDv1-req test", "24"),
        ("tag:dvb.org,2020:AKAMAI-LL-CMCDv2-req", "Akamai LL+CMCDv2-req test", "26"),
        ("tag:dvb.org,2020:AKAMAI-LL-CMCDv1-header", "Akamai LL+CMCDv1-head test", "25"),
        ("tag:onscreen.tv,2026:MAYNARD-CMCDv2-req", "Maynard RTÉ_One+CMCDv2-req test", "101"),
        ("tag:onscreen.tv,2026:MAYNARD-CMCDv2-header", "Maynard RTÉ_One+CMCDv2-head test", "102"),
    ]
    assert (found.header.partner, found.header.feed_id) == ("dvb", "tag:dvb.org,2026:ref-example")
    (logo,) = found.records[3].artwork
    assert logo.reference.startswith("data:image/png;base64,iVBORw0KGgo")
    assert logo.purpose == "service-logo"
    assert len(found.records[3].extra["availability"].split()) == 72


def test_what_the_schedule_covers() -> None:
    header = read_shared("tva/dvbi_nownext.xml").header
    assert header.covered == {"SERVICE_ID_TEMPLATE": (1_380_107_700_000, 1_380_112_200_000)}
