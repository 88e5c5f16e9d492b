"""Apple UMC: catalogues of both shapes, the availability feed, and a catalogue cut short."""

from typing import Any

import pytest

from tests.feeds.reading import Read, as_dict, read, read_shared
from ummid.catalog.keys import stable_id
from ummid.catalog.model import SourceRecord
from ummid.feeds.apple_umc import FORMATS
from ummid.feeds.head import Head

CATALOGUE = """<?xml version="1.0" encoding="UTF-8"?>
<umcCatalog version="3.6" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <teamId>TEAM42</teamId>
  <channel>
    <lastBuildDate>2026-01-02T03:04:05Z</lastBuildDate>
    <catalogId>test.catalog</catalogId>
    <defaultLocale>en-US</defaultLocale>
    <item contentType="movie" contentId="M1">
      <pubDate>2026-01-01T00:00:00</pubDate>
      <contentGroupId>G1</contentGroupId>
      <title locale="fr-FR">La Rivière</title>
      <title>The River</title>
      <title isPhonetic="true" locale="ja-JP">ri ba</title>
      <title type="short">River</title>
      <description>Water flows.</description>
      <genre id="drama">Drama</genre>
      <originalReleaseDate>2019-05-06</originalReleaseDate>
      <duration>5400</duration>
      <rating systemCode="us-movies" code="PG" country="US"/>
      <credits>
        <credit role="Director">Ann Lee</credit>
        <credit><name>Bob Ray</name><role>actor</role><character>Tim</character></credit>
      </credits>
      <artwork url="https://a.test/1.jpg" type="poster" width="2000" height="3000" locale="en"/>
      <externalId scheme="IMDB">tt0000001</externalId>
      <countryOfOrigin>US,GB</countryOfOrigin>
      <originalSpokenLocale>en-US</originalSpokenLocale>
    </item>
  </channel>
</umcCatalog>"""

AVAILABILITY = """<umcAvailability version="1.1">
  <lastBuildDate>2026-01-02T03:04:05Z</lastBuildDate>
  <service teamId="TEAM42" serviceId="test.service">
    <serviceType>svod</serviceType>
    <item contentType="movie" contentId="M1" catalogId="test.catalog" variantId="V1">
      <pubDate>2026-01-01T00:00:00Z</pubDate>
      <locators>
        <locator platform="atv" action="open" url="https://w.test/open"/>
        <locator platform="atv" action="play" url="https://w.test/play"/>
      </locators>
      <playableProperties>
        <primaryLocale>en-US</primaryLocale>
        <closedCaptioning>en-US,es-MX</closedCaptioning>
        <videoQuality>uhd</videoQuality>
      </playableProperties>
      <offers>
        <offer>
          <offeringType>subscription</offeringType>
          <windowStart>2026-01-01T00:00:00Z</windowStart>
          <windowEnd>2026-02-01T00:00:00Z</windowEnd>
          <restrictions><allow>US</allow></restrictions>
        </offer>
      </offers>
    </item>
  </service>
</umcAvailability>"""


def catalogue(items: str, channel: str = "", version: str = "3.6") -> Read:
    return read(
        f'<umcCatalog version="{version}"><teamId>T1</teamId><channel>'
        f"<catalogId>c</catalogId>{channel}{items}</channel></umcCatalog>"
    )


def item(body: str, kind: str = "movie") -> SourceRecord:
    return catalogue(f'<item contentType="{kind}" contentId="X">{body}</item>').one


def offers(body: str, **profile: Any) -> Read:
    return read(
        '<umcAvailability><service teamId="T1" serviceId="s"><item contentType="tv_episode" '
        f'contentId="E1"><offers>{body}</offers></item></service></umcAvailability>',
        **profile,
    )


def codes(record: SourceRecord) -> list[str]:
    return [w.code for w in record.warnings]


def test_a_whole_catalogue() -> None:
    feed = read(CATALOGUE, "catalogue.xml")
    header = feed.header
    assert feed.format == "apple_umc"
    assert (header.partner, header.feed_id, header.time) == (
        "team42",
        "test.catalog",
        1767323045000,
    )
    assert (header.format_version, header.complete, header.warnings) == ("3.6", True, [])
    assert as_dict(feed.one) == {
        "format": "apple_umc",
        "format_version": "3.6",
        "partner": "team42",
        "kind": "film",
        "key": "M1",
        "own_id": "M1",
        "source": {"path": "catalogue.xml", "place": "line 8, /umcCatalog/channel/item[1]"},
        "ids": ({"scheme": "imdb", "value": "tt0000001"},),
        "titles": (
            {"value": "The River", "language": "en-US"},
            {"value": "River", "language": "en-US", "use": "short"},
            {"value": "La Rivière", "language": "fr-FR"},
            {"value": "ri ba", "language": "ja-JP", "use": "sort"},
        ),
        "synopses": ({"value": "Water flows.", "language": "en-US", "length": "short"},),
        "year": 2019,
        "original_language": "en-US",
        "countries": ("US", "GB"),
        "genres": ({"text": "Drama", "code": "drama"},),
        "credits": (
            {"name": "Ann Lee", "role": "director"},
            {"name": "Bob Ray", "role": "actor", "character": "Tim"},
        ),
        "ratings": ({"system": "us-movies", "value": "PG", "territory": "US"},),
        "releases": ({"date": "2019-05-06"},),
        "artwork": (
            {
                "reference": "https://a.test/1.jpg",
                "purpose": "poster",
                "width": 2000,
                "height": 3000,
                "language": "en",
            },
        ),
        "technical": {"duration_ms": 5_400_000},
        "extra": {"contentgroupid": "G1", "pubdate": "2026-01-01T00:00:00"},
    }


def test_a_whole_availability_feed() -> None:
    feed = read(AVAILABILITY, "availability.xml")
    assert (feed.header.partner, feed.header.feed_id) == ("team42", "test.service")
    assert feed.header.time == 1767323045000
    key = "availability:test.service:M1:V1"
    assert as_dict(feed.one) == {
        "format": "apple_umc",
        "format_version": "1.1",
        "partner": "team42",
        "kind": "film",
        "key": key,
        "own_id": "M1",
        "source": {
            "path": "availability.xml",
            "place": "line 5, /umcAvailability/service/item[1]",
        },
        "languages": ("en-US",),
        "links": ("https://w.test/open", "https://w.test/play"),
        "technical": {
            "tracks": (
                {"kind": "audio", "language": "en-US", "type": "primary"},
                {"kind": "subtitle", "language": "en-US", "type": "caption"},
                {"kind": "subtitle", "language": "es-MX", "type": "caption"},
            ),
        },
        "grants": (
            {
                "key": stable_id(key, "offer", "subscription", "2026-01-01T00:00:00Z"),
                "licence": "SVOD",
                "licence_text": "subscription",
                "start": {
                    "kind": "instant",
                    "raw": "2026-01-01T00:00:00Z",
                    "instant": 1767225600000,
                    "zone": "Z",
                },
                "end": {
                    "kind": "instant",
                    "raw": "2026-02-01T00:00:00Z",
                    "instant": 1769904000000,
                    "zone": "Z",
                },
                "qualities": ("UHD",),
                "languages": ({"language": "en-US", "purpose": "asset", "track": "audio"},),
                "link": "https://w.test/play",
                "terms": ({"name": "allow", "value": "US"},),
            },
        ),
        "warnings": (
            {
                "code": "unverified-terms",
                "field": "grants",
                "message": "kept as terms, not read as territory or condition: allow",
            },
        ),
        "extra": {
            "catalogid": "test.catalog",
            "pubdate": "2026-01-01T00:00:00Z",
            "variantid": "V1",
        },
    }


def test_the_real_fragment_is_cut_short_inside_its_first_item() -> None:
    feed = read_shared("apple_umc/shudder_fragment_NOT_WELL_FORMED.xml")
    assert feed.format == "apple_umc"
    assert (feed.records, feed.codes, feed.header.complete) == ([], ["not-well-formed"], False)
    assert feed.header.format_version == "1.1"


def test_a_catalogue_cut_short_keeps_its_whole_items() -> None:
    cut = CATALOGUE[: CATALOGUE.index("</channel>")] + "<item>"
    feed = read(cut)
    assert ([r.key for r in feed.records], feed.codes) == (["M1"], ["not-well-formed"])


def test_version_1_writes_identity_as_elements() -> None:
    feed = catalogue(
        "<item><contentType>tv_episode</contentType><contentId>E9</contentId>"
        "<title>2. Hope</title><tvEpisodeInfo><showContentId>S1</showContentId>"
        "<showTitle>Show</showTitle><seasonContentId>S1-2</seasonContentId>"
        "<seasonNumber>2</seasonNumber><episodeNumber>two</episodeNumber></tvEpisodeInfo></item>",
        version="1.1",
    )
    record = feed.one
    assert (record.kind, record.own_id, record.season_number) == ("episode", "E9", 2)
    assert [(p.relation, p.ids[0].value, p.title) for p in record.parents] == [
        ("series", "S1", "Show"),
        ("season", "S1-2", None),
    ]
    assert (record.episode_number, codes(record)) == (None, ["bad-number"])


def test_an_unknown_version_and_time_are_read_with_warnings() -> None:
    header = catalogue("<item contentId='1'/>", "<lastBuildDate>soon</lastBuildDate>", "9.0").header
    assert [w.partition(":")[0] for w in header.warnings] == ["unknown-version", "bad-date"]
    assert header.time is None


@pytest.mark.parametrize(
    ("body", "code"), [("<item/>", "empty-item"), ("<item><title>T</title></item>", "no-identity")]
)
def test_items_that_are_refused(body: str, code: str) -> None:
    feed = catalogue(body + "<item contentId='next' contentType='movie'/>")
    assert (feed.codes, [r.key for r in feed.records]) == ([code], ["next"])


def test_a_refused_item_is_still_named() -> None:
    refused = offers("<offer><windowStart>soon</windowStart></offer>").rejected[0]
    assert (refused.code, refused.key) == ("bad-date", "availability:s:E1")


@pytest.mark.parametrize(
    ("stated", "kind", "warned"),
    [
        ("movie", "film", []),
        ("tv_show", "series", []),
        ("tv_season", "season", []),
        ("tv_episode", "episode", []),
        ("sporting_event", "event", []),
        ("podcast", "unknown", ["unknown-kind"]),
    ],
)
def test_kinds(stated: str, kind: str, warned: list[str]) -> None:
    record = item("", stated)
    assert (record.kind, codes(record)) == (kind, warned)


@pytest.mark.parametrize(
    ("body", "warned"),
    [
        ("<title locale='??'>T</title>", ["unknown-language"]),
        ("<duration>long</duration>", ["bad-duration"]),
        ("<duration>PT1H</duration>", []),
        ("<releaseDate>2019</releaseDate><title/>", []),
        ("<releaseDate>May 2019</releaseDate>", ["bad-date"]),
        ("<countryOfOrigin>Atlantis</countryOfOrigin>", ["unknown-territory"]),
        ("<rating>PG</rating><rating country='QQ'>R</rating>", ["unknown-territory"]),
        ("<image>https://a.test/i</image><artwork type='x'/><credit/><description/>", []),
        ("<eidr>10.5240/7791-8534-2C23-9030-8610-5</eidr>", []),
    ],
)
def test_doubts(body: str, warned: list[str]) -> None:
    assert codes(item(body)) == warned


@pytest.mark.parametrize(
    ("kind", "licence", "warned"),
    [
        ("free", "FREE", []),
        ("account", "FREE", []),
        ("subscription", "SVOD", []),
        ("coming_soon", "OTHER", []),
        ("rent", "OTHER", ["unknown-licence"]),
    ],
)
def test_offer_types(kind: str, licence: str, warned: list[str]) -> None:
    record = offers(f"<offer><offeringType>{kind}</offeringType></offer>").one
    (grant,) = record.grants
    assert (grant.licence, grant.licence_text, codes(record)) == (licence, kind, warned)
    assert (grant.territories, grant.start, grant.end) == (None, None, None)


def test_offers_of_one_type_and_start_count_once() -> None:
    free = "<offer type='free'/>"
    record = offers(free + free + "<linearOffer><isLive>true</isLive></linearOffer>").one
    assert [(g.licence, g.licence_text) for g in record.grants] == [
        ("FREE", "free"),
        ("OTHER", "linearOffer"),
    ]
    assert codes(record) == ["duplicate-offer", "unverified-terms"]


def test_the_profile_gives_territories_platform_and_date_formats() -> None:
    body = "<offer><offeringType>free</offeringType><windowEnd>01.02.2026</windowEnd></offer>"
    feed = offers(body, territories=("US",), platform="atv", date_formats=("%d.%m.%Y",))
    (grant,) = feed.one.grants
    assert (grant.territories and grant.territories.included, grant.platform) == (("US",), "atv")
    assert grant.end is not None
    assert grant.end.instant == 1769990400000


def test_reversed_windows_are_refused_and_far_ends_are_open() -> None:
    window = "<offer type='free'><windowStart>{}</windowStart><windowEnd>{}</windowEnd></offer>"
    assert offers(window.format("2026-02-01", "2026-01-01")).codes == ["reversed-window"]
    (grant,) = offers(window.format("2026-01-01", "2099-12-31T00:00:00Z")).one.grants
    assert grant.end is not None
    assert grant.end.kind == "open"


def test_offers_of_a_whole_service_are_a_channels() -> None:
    feed = read(
        '<umcAvailability><service teamId="T1" serviceId="s"><serviceOffers><serviceOffer>'
        "<offeringType>subscription</offeringType></serviceOffer></serviceOffers></service>"
        "</umcAvailability>"
    )
    record = feed.one
    assert (record.kind, record.key, record.own_id) == ("channel", "service:s", "s")
    assert record.grants[0].licence == "SVOD"


@pytest.mark.parametrize(
    ("document", "known"),
    [("<umcCatalog/>", True), ("<umcAvailability/>", True), ("<umc/>", False), ("{}", False)],
)
def test_sniffing(document: str, known: bool) -> None:
    assert FORMATS[0].sniff(Head(document.encode(), whole=True)) is known


def test_an_empty_catalogue() -> None:
    assert read("<umcCatalog version='3.6'/>").records == []
