"""Roku Search feeds: one statement per asset, one grant per play option."""

import json
from typing import Any

import pytest

from tests.feeds.reading import Read, as_dict, read, read_shared
from ummid.catalog.grants import Grant
from ummid.catalog.keys import stable_id
from ummid.catalog.model import SourceRecord
from ummid.feeds.roku import season_id


def asset(**changes: Any) -> dict[str, Any]:
    """A film that is right in every respect, with changes; None takes a member out."""
    base: dict[str, Any] = {
        "id": "a1",
        "type": "movie",
        "titles": [{"value": "The Quiet Lock", "languages": ["en"]}],
        "shortDescriptions": [{"value": "A lock keeper waits.", "languages": ["en"]}],
        "releaseDate": "2021-05-04",
        "durationInSeconds": 3600,
        "content": {"playOptions": [option()]},
    }
    return {name: value for name, value in (base | changes).items() if value is not None}


def option(**changes: Any) -> dict[str, Any]:
    base = {"license": "free", "quality": "hd", "playId": "p1"}
    return {name: value for name, value in (base | changes).items() if value is not None}


def feed(*assets: Any, **root: Any) -> str:
    head = {"version": "1", "defaultLanguage": "en", "defaultAvailabilityCountries": ["us", "GB"]}
    return json.dumps(
        {n: v for n, v in (head | {"assets": list(assets)} | root).items() if v is not None}
    )


def one(profile: dict[str, Any] | None = None, **changes: Any) -> SourceRecord:
    return read(feed(asset(**changes)), **(profile or {})).one


def grant(profile: dict[str, Any] | None = None, **changes: Any) -> Grant:
    return one(profile, content={"playOptions": [option(**changes)]}).grants[0]


def codes(record: SourceRecord) -> list[str]:
    return [w.code for w in record.warnings]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("movie", "film"), ("tvspecial", "special"), ("tvSpecial", "special"), ("series", "series"),
        ("season", "season"), ("episode", "episode"), ("shortForm", "short"),
        ("shortform", "short"), ("liveStream", "channel"), ("liveEvent", "event"),
    ],
)  # fmt: skip
def test_types_are_read_in_any_letter_case(raw: str, kind: str) -> None:
    assert one(type=raw).kind == kind


def test_types_that_need_more_than_their_name() -> None:
    assert one(type="shortform", subType="trailer").kind == "trailer"
    assert one(type="shortform", subType="recap").extra == {"subType": "recap"}
    unknown = one(type="hologram")
    assert (unknown.kind, codes(unknown)) == ("unknown", ["unknown-type"])


@pytest.mark.parametrize(
    ("raw", "kind", "valid"),
    [
        ("MV000833410000", "film", True), ("SH000833410000", "series", True),
        ("EP000833410000", "episode", True), ("x9", "unknown", False),
    ],
)  # fmt: skip
def test_an_asset_of_an_external_id_alone(raw: str, kind: str, valid: bool) -> None:
    record = one(id=raw, type="externalIdOnly", externalIdSource="TMS", titles=None)
    assert (record.kind, record.own_id) == (kind, raw)
    assert [(i.scheme, i.value, i.valid) for i in record.ids] == [("tms", raw, valid)]
    assert codes(record) == ([] if valid else ["invalid-id"])
    assert one(externalIdSource="PARTNER_TITLE_ID").ids == ()


@pytest.mark.parametrize(
    ("raw", "licence", "code"),
    [
        ("free", "FREE", None), ("Subscription", "SVOD", None), ("rental", "VOD", None),
        ("purchase", "EST", None), ("barter", "OTHER", "unknown-licence"),
        (None, "OTHER", "no-licence"),
    ],
)  # fmt: skip
def test_licences(raw: str | None, licence: str, code: str | None) -> None:
    record = one(content={"playOptions": [option(license=raw)]})
    assert (record.grants[0].licence, record.grants[0].licence_text) == (licence, raw)
    assert codes(record) == ([code] if code else [])
    assert grant({"licence": "AVOD"}, license=None).licence == "AVOD"


@pytest.mark.parametrize(
    "changes",
    [
        {"availabilityStartTime": "2019-08-06T10:00:00Z"},
        {"availabilityStartTime": 1565085600000},
        {"availabilityStartTime": "1565085600000"},
        {"availabilityStartTimeStamp": 1565085600000},
        {"availabilityStartTimestamp": 1565085600000.0},
        {"availabilityStart": "2019-08-06T12:00:00+02:00"},
        {"availabilityInfo": {"availabilityStartTime": "2019-08-06T10:00:00Z"}},
    ],
)
def test_a_start_is_read_in_every_spelling(changes: dict[str, Any]) -> None:
    found = grant(**changes)
    assert found.start is not None
    assert found.start.instant == 1565085600000
    assert found.end is None
    assert found.key == grant(availabilityStartTime="2019-08-06T10:00:00Z").key


def test_ends_may_be_open_and_two_spellings_are_a_doubt() -> None:
    end = grant(availabilityEndTime="2099-12-31T00:00:00Z").end
    assert end is not None
    assert end.kind == "open"
    twice = option(availabilityEndTime="2030-01-01", availabilityEndTimeStamp=1893456000000)
    record = one(content={"playOptions": [twice]})
    assert codes(record) == ["stated-twice"]
    assert record.grants[0].end is not None
    assert record.grants[0].end.kind == "date"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"availabilityStartTime": "soon"}, "bad-date"),
        ({"availabilityStartTimeStamp": 1565085600}, "bad-date"),
        (
            {"availabilityStartTime": "2022-01-01", "availabilityEndTime": "2021-01-01"},
            "reversed-window",
        ),
        ({"availabilityInfo": {"country": ["us", "JJ"]}}, "unknown-territory"),
    ],
)
def test_a_window_or_territory_that_cannot_be_read_rejects_the_asset_alone(
    changes: dict[str, Any], code: str
) -> None:
    found = read(feed(asset(content={"playOptions": [option(**changes)]}), asset(id="a2")))
    assert [(r.code, r.key, r.source.place) for r in found.rejected] == [(code, "a1", "/assets/0")]
    assert [r.key for r in found.records] == ["a2"]


def territories(text: str, **profile: Any) -> tuple[str, ...] | None:
    found = read(text, **profile).one.grants[0].territories
    return found.included if found else None


def test_countries_come_from_the_nearest_place_that_names_any() -> None:
    info = {"country": ["mx", "us"]}
    own = asset(content={"playOptions": [option(availabilityInfo=info)]})
    assert territories(feed(own)) == ("MX", "US")
    single = asset(content={"playOptions": [option(availabilityInfo={"country": "ca"})]})
    assert territories(feed(single)) == ("CA",)
    assert territories(feed(asset(availabilityInfo=info))) == ("MX", "US")
    assert territories(feed(asset())) == ("US", "GB")
    bare = feed(asset(), defaultAvailabilityCountries=None)
    assert territories(bare) is None
    assert territories(bare, territories=("FR",)) == ("FR",)
    alias = feed(asset(), defaultAvailabilityCountries=["Neverland"])
    assert territories(alias, aliases={"neverland": "IE"}) == ("IE",)


def test_defaults_behind_the_assets_count_as_well() -> None:
    late = json.dumps({"assets": [asset(titles=["T"])], "defaultLanguage": "fr",
                       "defaultAvailabilityCountries": ["fr"], "version": "1"})  # fmt: skip
    record = read(late).one
    assert record.titles[0].language == "fr"
    assert territories(late) == ("FR",)


@pytest.mark.parametrize(
    ("changes", "price", "code"),
    [
        ({"price": 3.99, "currency": "usd"}, ("3.99", "USD", None), None),
        ({"price": "4.50", "currency": "GBP"}, ("4.50", "GBP", None), None),
        ({"price": 5}, ("5", "USD", None), "assumed-currency"),
        ({"price": "cheap", "currency": "eur"}, (None, "EUR", "cheap"), "bad-price"),
        ({"price": -1, "currency": "eur"}, (None, "EUR", "-1"), "bad-price"),
        ({"price": 1, "currency": "XTS"}, ("1", "XTS", None), "unknown-currency"),
        ({"price": 1, "currency": "QQQ"}, ("1", "QQQ", None), "unknown-currency"),
    ],
)
def test_prices(changes: dict[str, Any], price: tuple[Any, ...], code: str | None) -> None:
    record = one(content={"playOptions": [option(license="rental", **changes)]})
    (found,) = record.grants[0].prices
    assert (found.amount, found.currency, found.text) == price
    assert codes(record) == ([code] if code else [])


def test_a_price_takes_its_currency_from_the_profile() -> None:
    assert grant({"currency": "cad"}, price=2).prices[0].currency == "CAD"


def test_what_else_a_play_option_says_is_kept_as_terms() -> None:
    restriction = [{"allow": True, "type": "geo", "valueType": "postal_code", "values": ["194"]}]
    found = grant(
        {"platform": "app"},
        live=True,
        audioFormats=["stereo"],
        promotionalStartTime="2021-01-01T00:00:00Z",
        availabilityInfo={"country": ["us"], "restrictions": restriction},
    )
    assert [(t.name, t.value) for t in found.terms] == [
        ("live", "true"),
        ("audioFormats", '["stereo"]'),
        ("restrictions", json.dumps(restriction, separators=(",", ":"))),
    ]
    assert found.announced is not None
    assert found.announced.instant == 1609459200000
    assert (found.link, found.qualities, found.platform) == ("p1", ("HD",), "app")
    assert grant(availabilityInfo={"platform": ["roku", "web"]}).platform == "roku, web"
    late = one(content={"playOptions": [option(promotionalStartTime="soon")]})
    assert codes(late) == ["bad-date"]


def test_each_play_option_is_a_grant_with_a_key_that_ignores_position() -> None:
    options = [option(), option(license="purchase", price=9, currency="usd"), option(quality="uhd")]
    forward = [g.key for g in one(content={"playOptions": options}).grants]
    backward = [g.key for g in one(content={"playOptions": options[::-1]}).grants]
    assert len(set(forward)) == 3
    assert forward == backward[::-1]


def test_assets_without_play_options() -> None:
    assert codes(one(content=None)) == ["no-play-options"]
    series = one(type="series", content=None)
    assert (series.grants, codes(series)) == ((), [])
    found = read(feed(asset(content={"playOptions": ["free"]})))
    assert found.codes == ["bad-play-option"]
    assert len(one(content=None, playOptions=[option()]).grants) == 1


def test_titles_and_descriptions_by_language_with_the_default_first() -> None:
    record = one(
        titles=[
            {"value": "La esclusa", "language": "es"},
            {"value": "The Lock", "languages": ["en", "en-GB"]},
            {"value": "L'écluse", "languages": ["fr"]},
            {"value": ""},
        ],
        shortDescriptions=[{"value": "Short"}, {"value": "Corto", "language": "zq-bad-language"}],
        longDescriptions="Long",
    )
    assert [(t.value, t.language) for t in record.titles] == [
        ("The Lock", "en"),
        ("La esclusa", "es"),
        ("The Lock", "en-GB"),
        ("L'écluse", "fr"),
    ]
    assert [(s.value, s.language, s.length) for s in record.synopses] == [
        ("Short", "en", "short"),
        ("Corto", "und", "short"),
        ("Long", "en", "long"),
    ]
    assert codes(record) == ["unknown-language"]


def test_the_other_facts_of_an_asset() -> None:
    record = one(
        durationInSeconds=None,
        durationInMilliseconds=5_400_500,
        releaseYear=2021,
        genres=["drama", "drama"],
        tags=["canal"],
        credits=[{"name": "Ada Byrne", "role": "director"}],
        advisoryRatings=[{"source": "BBFC", "value": "PG", "descriptors": ["Language"]}],
        images=[
            {"type": "Main", "url": "m.jpg", "languages": ["en", "es"]},
            "b.jpg",
            {"type": "logo"},
        ],
        externalIds=[{"id": "tt0371724", "source": "IMDB"}],
        isOriginal=True,
        liveInfo={"startTimeStamp": 1},
        content={
            "playOptions": [option()],
            "media": {
                "originalProductionLanguage": "fr",
                "audioTracks": [{"language": "fr", "type": "original"}],
                "videos": [{"url": "v.mpd", "quality": "uhd", "videoType": "dash", "bitRate": 9}],
                "adBreaks": [600],
                "dateAddedTimeStamp": 1565085600000,
            },
        },
    )
    shown = as_dict(record)
    assert shown["technical"] == {
        "duration_ms": 5_400_500,
        "bitrate_kbps": 9,
        "mime_type": "application/dash+xml",
        "location": "v.mpd",
        "tracks": (
            {"kind": "video", "type": "UHD", "location": "v.mpd"},
            {"kind": "audio", "language": "fr", "type": "original"},
        ),
        "ad_breaks_ms": (600_000,),
    }
    assert shown["artwork"] == (
        {"reference": "m.jpg", "purpose": "main", "language": "en"},
        {"reference": "m.jpg", "purpose": "main", "language": "es"},
        {"reference": "b.jpg", "language": "en"},
    )
    assert shown["ratings"] == (
        {"system": "BBFC", "value": "PG", "territory": "GB", "reasons": ("Language",)},
    )
    assert shown["genres"] == ({"text": "drama", "scheme": "roku"},)
    assert shown["ids"] == ({"scheme": "imdb", "value": "tt0371724"},)
    assert shown["original_language"] == "fr"
    assert shown["extra"] == {
        "isOriginal": "true",
        "liveInfo": '{"startTimeStamp":1}',
        "dateAdded": "1565085600000",
    }
    assert codes(record) == []


@pytest.mark.parametrize(
    ("changes", "year", "code"),
    [
        ({"releaseDate": None, "releaseYear": 2020}, 2020, None),
        ({"releaseYear": 1066}, 2021, "bad-date"),
        ({"releaseYear": 1999}, 2021, "years-disagree"),
        ({"releaseDate": "04/05/2021", "releaseYear": "2021"}, 2021, "bad-date"),
    ],
)
def test_years(changes: dict[str, Any], year: int, code: str | None) -> None:
    record = one(**changes)
    assert (record.year, codes(record)) == (year, [code] if code else [])


def test_series_seasons_and_episodes_by_reference() -> None:
    found = read(
        feed(
            asset(id="s1", type="series", content=None),
            asset(id=None, type="season", content=None,
                  seasonInfo={"seriesId": "s1", "seasonNumber": 1}),
            asset(id="e1", type="episode",
                  episodeInfo={"seriesId": "s1", "seasonNumber": 1, "episodeNumber": 4}),
            asset(id="e2", type="episode", seriesId="s1", seasonId="t9", episodeNumber="4b"),
        )
    )  # fmt: skip
    season = season_id("s1", "1")
    assert [(r.kind, r.key, r.season_number, r.episode_number) for r in found.records] == [
        ("series", "s1", None, None),
        ("season", season, 1, None),
        ("episode", "e1", 1, 4),
        ("episode", "e2", None, None),
    ]
    assert [[p.ids[0].value for p in r.parents] for r in found.records] == [
        [],
        ["s1"],
        ["s1", season],
        ["s1", "t9"],
    ]
    assert found.records[3].number_text == "4b"
    assert codes(found.records[3]) == ["bad-number"]


def test_series_seasons_and_episodes_by_nesting() -> None:
    series = {
        "id": "s1", "type": "series", "titles": ["Weir"],
        "seasons": [
            {"seasonNumber": 2, "titles": ["Two"], "episodes": [asset(id="e1", type=None)]}
        ],
        "episodes": [asset(id="e2", type="episode"), "odd"],
    }  # fmt: skip
    found = read(feed(series))
    assert [(r.code, r.source.place) for r in found.rejected] == [
        ("not-an-object", "/assets/0/episodes/1")
    ]
    season = season_id("s1", "2")
    assert [(r.kind, r.key, r.source.place, len(r.grants)) for r in found.records] == [
        ("series", "s1", "/assets/0", 0),
        ("season", season, "/assets/0/seasons/0", 0),
        ("episode", "e1", "/assets/0/seasons/0/episodes/0", 1),
        ("episode", "e2", "/assets/0/episodes/0", 1),
    ]
    assert [[p.ids[0].value for p in r.parents] for r in found.records] == [
        [],
        ["s1"],
        ["s1", season],
        ["s1"],
    ]


def test_an_asset_without_identity_or_shape_is_rejected_and_the_rest_goes_on() -> None:
    found = read(feed("text", asset(id=None), asset(id=None, type="season"), asset()))
    assert found.codes == ["not-an-object", "no-identity", "no-identity"]
    assert [r.key for r in found.records] == ["a1"]
    assert codes(one(titles=None)) == ["no-title"]


def test_a_page_with_a_next_one_is_no_complete_delivery() -> None:
    last = read(feed(asset()))
    assert (last.header.complete, last.header.next_page) == (True, None)
    page = read(feed(asset(), nextPageUrl="https://example.org/2.json"))
    assert (page.header.complete, page.header.next_page) == (False, "https://example.org/2.json")


def test_the_header() -> None:
    found = read(feed(asset(), version="3", providerName="Lock TV", defaultLanguage="zq-bad-tag",
                      lastUpdated="2020-01-01T00:00:00Z"))  # fmt: skip
    assert (found.header.partner, found.one.format_version) == ("lock-tv", "3")
    assert found.header.time == 1577836800000
    assert [w.partition(":")[0] for w in found.header.warnings] == [
        "unknown-version",
        "unknown-language",
    ]
    late = read(feed(asset(), lastUpdated="yesterday"))
    assert late.header.time is None
    assert len(late.header.warnings) == 1


def test_of_a_truncated_page_every_whole_asset_is_read() -> None:
    text = feed(asset(), asset(id="a2"))
    found = read(text[: text.index('"a2"') + 40])
    assert [r.key for r in found.records] == ["a1"]
    assert found.codes == ["not-json"]
    assert not found.header.complete


@pytest.mark.parametrize(
    ("content", "known"),
    [
        ('{"version":"1","defaultAvailabilityCountries":[],"assets":[]}', True),
        ('{"assets":[{"content":{"playOptions":[]}}]}', True),
        ('{"assets":[{"id":1}]}', False),
        ('[{"assets":[]}]', False),
        ("<rss/>", False),
    ],
)
def test_recognised_by_content(content: str, known: bool) -> None:
    assert (read(content).format == "roku_search_json") == known


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "kind", "count", "warnings"),
    [
        ("flamingelephant_search_feed", "film", 7, ["too-long"]),
        ("roku_search_schema", "short", 1, []),
    ],
)
def test_the_shared_feeds(name: str, kind: str, count: int, warnings: list[str]) -> None:
    found: Read = read_shared(f"roku_search_json/{name}.json")
    assert [r.kind for r in found.records] == [kind] * count
    assert found.codes == []
    assert [c for r in found.records for c in codes(r)] == warnings
    assert [len(r.grants) for r in found.records] == [1] * count
    assert found.header.complete


@pytest.mark.shared
def test_upper_case_countries_and_no_window_in_a_shared_feed() -> None:
    record = read_shared("roku_search_json/flamingelephant_search_feed.json").records[0]
    (found,) = record.grants
    assert found.territories is not None
    assert found.territories.included == ("US",)
    assert (found.start, found.end, record.year) == (None, None, 2026)


@pytest.mark.shared
def test_a_whole_shared_feed() -> None:
    found = read_shared("roku_search_json/roku_search_schema.json")
    poster = "https://images.sr.roku.com/test/simple-shortform.png"
    features = "Direct to Play and Enhanced Voice Control"
    assert found.rejected == []
    assert found.header.format_version == "1"
    assert found.header.warnings == []
    assert as_dict(found.one) == {
        "format": "roku_search_json",
        "format_version": "1",
        "partner": "roku-search-schema",
        "kind": "short",
        "key": "shortform-voice-control",
        "source": {"path": "roku_search_json/roku_search_schema.json", "place": "/assets/0"},
        "own_id": "shortform-voice-control",
        "titles": (
            {"value": "Voice Features", "language": "en"},
            {"value": "Funciones de Voz", "language": "es"},
        ),
        "synopses": (
            {
                "value": f"A video highlighting {features} features",
                "language": "en",
                "length": "short",
            },
            {
                "value": "Un video que destaca las funciones Direct to Play y Enhanced "
                "Voice Control",
                "language": "es",
                "length": "short",
            },
            {
                "value": f"A video highlighting {features} features on Roku",
                "language": "en",
                "length": "long",
            },
            {
                "value": "Un video que destaca las funciones Direct to Play y Enhanced "
                "Voice Control en Roku",
                "language": "es",
                "length": "long",
            },
        ),
        "year": 2020,
        "genres": ({"text": "educational", "scheme": "roku"},),
        "ratings": (
            {"system": "USA_PR", "value": "TVG", "territory": "US"},
            {"system": "RTC", "value": "A", "territory": "MX"},
        ),
        "releases": ({"date": "2020-01-17"},),
        "artwork": (
            {"reference": poster, "purpose": "main", "language": "en"},
            {"reference": poster, "purpose": "main", "language": "es"},
        ),
        "technical": {"duration_ms": 98_000},
        "grants": (
            {
                "key": stable_id(
                    "roku-search", "shortform-voice-control", "FREE", "free", "MX", "US",
                    "quality", "UHD", "from", "2019-08-06T10:00:00Z",
                    "play", "shortform-voice-control",
                ),
                "licence": "FREE",
                "licence_text": "free",
                "territories": {"included": ("US", "MX")},
                "start": {
                    "kind": "instant",
                    "raw": "1565085600000",
                    "instant": 1_565_085_600_000,
                    "zone": "Z",
                },
                "end": {
                    "kind": "instant",
                    "raw": "2524546800000",
                    "instant": 2_524_546_800_000,
                    "zone": "Z",
                },
                "qualities": ("UHD",),
                "link": "shortform-voice-control",
            },
        ),
    }  # fmt: skip
