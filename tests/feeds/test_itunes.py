"""iTunes package metadata: titles, people, files, and offers by territory."""

import json

import pytest

from tests.feeds.reading import Read, as_dict, read, read_shared
from ummid.catalog.grants import Price, TerritorySet
from ummid.catalog.model import Artwork, Credit, Genre, Parent, Rating, Text
from ummid.feeds.head import Head
from ummid.feeds.itunes import FORMATS, sniff

NS = "http://apple.com/itunes/importer"


def package(video: str, version: str = "film5.3", head: str = "<language>en-US</language>") -> Read:
    body = f"<video>{video}</video>" if video else ""
    return read(
        f'<package xmlns="{NS}" version="{version}"><provider>Some Films</provider>{head}{body}'
        "</package>",
        format="itunes",
    )


def product(body: str, territory: str = "US") -> str:
    return (
        "<vendor_id>V1</vendor_id><title>T</title><products><product>"
        f"<territory>{territory}</territory>{body}</product></products>"
    )


def codes(found: Read) -> list[str]:
    return [w.code for w in found.one.warnings]


@pytest.mark.parametrize(
    ("document", "recognised"),
    [
        (f'<package xmlns="{NS}" version="film5.2"/>', True),
        (f'<metadata xmlns="{NS}"/>', False),
        ('<package xmlns="http://www.idpf.org/2007/opf"/>', False),
        ("[]", False),
    ],
)
def test_is_recognised_by_root_and_namespace(document: str, recognised: bool) -> None:
    assert sniff(Head(document.encode(), whole=True)) is recognised
    assert FORMATS[0].mode == "delta"


def test_a_film_carries_its_facts() -> None:
    record = package(
        "<type>film</type><subtype>feature</subtype><vendor_id>V1</vendor_id><country>US</country>"
        "<original_spoken_locale>fr-FR</original_spoken_locale><title>Night</title>"
        "<sort_title>Night, The</sort_title><studio_release_title>La Nuit</studio_release_title>"
        "<synopsis>Dark.</synopsis><theatrical_release_date>2001-02-03</theatrical_release_date>"
        '<locales><locale name="de-DE"><title>Nacht</title><synopsis>Dunkel.</synopsis></locale>'
        '<locale name="it"/></locales><genres><genre code="DRAMA-00">Drama</genre><genre/></genres>'
        '<ratings><rating system="mpaa" reason="Language">R</rating><rating system="bbfc"/>'
        "</ratings><cast><cast_member><apple_id>77</apple_id><display_name>A B</display_name>"
        "<characters><character><character_name>X</character_name></character>"
        "<character><character_name>Y</character_name></character></characters></cast_member>"
        "</cast><crew><crew_member><display_name>C D</display_name><roles><role>Director</role>"
        "<role>Writer</role></roles></crew_member></crew><isan>bad</isan>"
    ).one
    assert (record.kind, record.key, record.own_id, record.year) == ("film", "V1", "V1", 2001)
    assert record.titles == (
        Text("Night", "en-US"),
        Text("Nacht", "de-DE"),
        Text("La Nuit", "fr-FR", "original"),
        Text("Night, The", "en-US", "sort"),
    )
    assert [s.value for s in record.synopses] == ["Dark.", "Dunkel."]
    assert record.genres == (Genre("Drama", "itunes", "DRAMA-00"),)
    assert record.ratings == (Rating("mpaa", "R", reasons=("Language",)),)
    assert [(c.name, c.role, c.character) for c in record.credits] == [
        ("A B", "actor", "X / Y"),
        ("C D", "director", None),
        ("C D", "writer", None),
    ]
    assert record.credits[0].ids[0].value == "77"
    assert isinstance(record.credits[1], Credit)
    assert (record.original_language, record.countries) == ("fr-FR", ("US",))
    assert (record.ids[0].scheme, record.ids[0].valid) == ("isan", False)
    assert record.grants == ()


def test_an_episode_names_its_season() -> None:
    record = package(
        "<type>tv</type><vendor_id>E1</vendor_id><title>Pilot</title>"
        "<container_id>S1</container_id><container_position>4</container_position>"
        "<episode_production_number>104</episode_production_number>"
        "<release_date>2010-01-02</release_date><network_name>N</network_name>",
        version="tv5.3",
    )
    assert record.header.warnings == ["unknown-version: tv5.3 is read as film5.x"]
    found = record.one
    assert (found.kind, found.episode_number, found.number_text) == ("episode", 4, "104")
    assert isinstance(found.parents[0], Parent)
    assert found.parents[0].ids[0].value == "S1"
    assert found.releases[0].type == "original"


def test_each_cleared_flag_is_one_grant() -> None:
    record = package(
        product(
            "<cleared_for_sale>true</cleared_for_sale>"
            "<wholesale_price_tier>3</wholesale_price_tier>"
            "<sales_start_date>2020-01-01</sales_start_date>"
            "<sales_end_date>2020-12-31</sales_end_date>"
            "<preorder_sales_start_date>2019-12-01</preorder_sales_start_date>"
            "<cleared_for_hd_sale>false</cleared_for_hd_sale>"
            "<cleared_for_hd_vod>true</cleared_for_hd_vod><vod_type>New Release</vod_type>"
            "<available_for_vod_date>2020-02-01</available_for_vod_date>"
            "<unavailable_for_vod_date>2020-03-01</unavailable_for_vod_date>"
        )
    ).one
    est, vod = record.grants
    assert (est.licence, est.qualities, est.territories) == ("EST", ("SD",), TerritorySet(("US",)))
    assert est.prices == (Price("tier", text="3"),)
    assert est.start is not None
    assert est.end is not None
    assert (est.start.instant, est.end.instant) == (1_577_836_800_000, 1_609_459_200_000)
    assert est.pre_order is not None
    assert (vod.licence, vod.qualities, vod.licence_text) == ("VOD", ("HD",), "New Release")
    assert vod.end is not None
    assert vod.end.instant == 1_583_020_800_000  # gone from 1 March on
    assert record.extra["not_cleared"] == "cleared_for_hd_sale:US"
    assert est.key != vod.key


def test_a_far_end_is_open_and_the_profile_fills_in_territories() -> None:
    document = (
        f'<package xmlns="{NS}" version="film5.2"><video><title>T</title><products><product>'
        "<cleared_for_vod>true</cleared_for_vod>"
        "<unavailable_for_vod_date>2099-12-31</unavailable_for_vod_date>"
        "</product></products></video></package>"
    )
    (grant,) = read(document, format="itunes", territories=("FR",), platform="p").one.grants
    assert grant.end is not None
    assert (grant.end.kind, grant.platform) == ("open", "p")
    assert grant.territories == TerritorySet(("FR",))
    (grant,) = read(document, format="itunes").one.grants
    assert grant.territories is None


@pytest.mark.parametrize(
    ("video", "code"),
    [
        (product("<cleared_for_sale>true</cleared_for_sale>", "Atlantis"), "unknown-territory"),
        (
            product(
                "<cleared_for_sale>true</cleared_for_sale>"
                "<sales_start_date>2020-02-30</sales_start_date>"
            ),
            "bad-date",
        ),
        (
            product(
                "<cleared_for_vod>true</cleared_for_vod>"
                "<available_for_vod_date>2020-05-01</available_for_vod_date>"
                "<unavailable_for_vod_date>2020-05-01</unavailable_for_vod_date>"
            ),
            "reversed-window",
        ),
    ],
)
def test_offers_that_cannot_be_read_refuse_the_video(video: str, code: str) -> None:
    found = package(video)
    assert found.codes == [code]
    assert found.rejected[0].key == "V1"


def test_doubts_keep_the_rest() -> None:
    found = package(
        product("<cleared_for_sale>maybe</cleared_for_sale>").replace("<title>T</title>", "")
        + "<country>Atlantis</country><theatrical_release_date>soon</theatrical_release_date>"
        "<original_spoken_locale>q9</original_spoken_locale>"
        "<assets><asset type='full'><data_file><size>big</size></data_file></asset></assets>"
    )
    assert sorted(codes(found)) == [
        "bad-date",
        "bad-flag",
        "bad-size",
        "missing-title",
        "unknown-language",
        "unknown-territory",
    ]


def test_files_become_tracks_and_artwork() -> None:
    record = package(
        "<title>T</title><assets><asset type='full'><note/><data_file role='source'>"
        "<file_name>t.mov</file_name><size>9</size><checksum type='md5'>ab</checksum></data_file>"
        "<data_file role='audio.7_1'><locale name='fr'/><file_name>f.wav</file_name></data_file>"
        "<data_file role='captions'><locale name='en'/></data_file></asset>"
        "<asset type='artwork'><data_file><file_name>p.jpg</file_name></data_file></asset></assets>"
    ).one
    technical = record.technical
    assert technical is not None
    assert (technical.location, technical.size_bytes, technical.checksum) == ("t.mov", 9, "md5:ab")
    assert [(t.kind, t.language) for t in technical.tracks] == [
        ("video", None),
        ("audio", "fr"),
        ("subtitle", "en"),
    ]
    assert record.artwork == (Artwork("p.jpg", "artwork"),)
    assert record.own_id is None


def test_a_package_without_video_is_refused_and_several_are_told_apart() -> None:
    assert package("").codes == ["no-video"]
    several = package("<vendor_id>A</vendor_id></video><video><vendor_id>B</vendor_id>")
    assert [r.source.place for r in several.records] == [
        "line 1, /package/video[1]",
        "line 1, /package/video[2]",
    ]


@pytest.mark.shared
def test_golden_film() -> None:
    found = read_shared("imf/itunes_film-metadata.xml")
    assert found.format == "itunes"
    assert (found.header.partner, found.header.format_version) == ("required-provider", "film5.2")
    assert json.loads(json.dumps(as_dict(found.one))) == {
        "format": "itunes",
        "partner": "required-provider",
        "kind": "film",
        "key": "000000000000",
        "source": {"path": "imf/itunes_film-metadata.xml", "place": "line 5, /package/video"},
        "format_version": "film5.2",
        "own_id": "000000000000",
        "titles": [
            {"value": "Required title", "language": "fr-CA"},
            {"value": "Required title", "language": "fr-CA", "use": "original"},
        ],
        "synopses": [{"value": "Required synopsis", "language": "fr-CA", "length": "long"}],
        "year": 2016,
        "original_language": "fr-CA",
        "countries": ["CA"],
        "genres": [{"text": "CLASSICS-00", "scheme": "itunes", "code": "CLASSICS-00"}],
        "credits": [
            {
                "name": "Required cast member display name",
                "character": "Required cast member character name",
                "order": 1,
            },
            {"name": "Required crew member name", "role": "director", "order": 2},
        ],
        "ratings": [{"system": "mpaa", "value": "G"}],
        "releases": [{"date": "2016-08-02", "type": "theatrical"}],
        "organisations": [
            {"name": "Required provider", "role": "provider"},
            {"name": "Required company", "role": "production-company"},
        ],
        "extra": {
            "type": "film",
            "subtype": "feature",
            "copyright_cline": "2016 Required company",
            "studio_release_title": "Required title",
            "not_cleared": "cleared_for_sale:WW",
        },
    }
