"""Roku Direct Publisher feeds: every item, season and episode a statement with its place."""

import json
from typing import Any

import pytest

from tests.feeds.reading import Read, as_dict, read, read_shared
from ummid.catalog.keys import stable_id
from ummid.catalog.model import SourceRecord
from ummid.feeds.roku import season_id


def item(**changes: Any) -> dict[str, Any]:
    """A film that is right in every respect, with changes; None takes a member out."""
    base: dict[str, Any] = {
        "id": "f1",
        "title": "The Quiet Lock",
        "shortDescription": "A lock keeper waits.",
        "releaseDate": "2021-05-04",
        "genres": ["drama"],
        "tags": ["canal"],
        "thumbnail": "https://example.org/f1.jpg",
        "content": {
            "dateAdded": "2022-01-01T00:00:00Z",
            "duration": 3600,
            "videos": [{"url": "https://example.org/f1.m3u8", "quality": "HD", "videoType": "HLS"}],
        },
    }
    merged = base | changes
    return {name: value for name, value in merged.items() if value is not None}


def content(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = item()["content"] | changes
    return {name: value for name, value in found.items() if value is not None}


def feed(*movies: Any, **root: Any) -> str:
    head = {"providerName": "Lock & Weir TV", "language": "en", "movies": list(movies)}
    return json.dumps(head | root)


def film(profile: dict[str, Any] | None = None, **changes: Any) -> SourceRecord:
    return read(feed(item(**changes)), **(profile or {})).one


def codes(record: SourceRecord) -> list[str]:
    return [w.code for w in record.warnings]


def test_a_whole_film() -> None:
    record = film(
        longDescription="A lock keeper waits for the spring flood.",
        credits=[
            {"name": "Ada Byrne", "role": "Director", "birthDate": "1952-03-11"},
            {"name": "Tom Reed"},
            {"role": "actor"},
        ],
        rating={"rating": "PG", "ratingSource": "MPAA"},
        externalIds=[{"id": "tt0371724", "idType": "IMDB"}, {"id": "bad", "idType": "TMS"}],
        brandedThumbnail="https://example.org/b.jpg",
        content=content(
            language="fr",
            videos=[
                {"url": "https://example.org/a.mp4", "quality": "fhd", "videoType": "MP4",
                 "bitrate": "2500"},
                {"url": "https://example.org/b.mp4", "quality": "HD", "videoType": "MP4",
                 "bitrate": 900},
            ],
            captions=[{"url": "https://example.org/c.vtt", "Language": "es",
                       "captionType": "CLOSED_CAPTION"}],
            trickPlayFiles=[{"url": "https://example.org/t.bif", "quality": "HD"}],
            adBreaks=["00:10:00", 1200.5],
            validityPeriodStart="2022-02-01T00:00:00Z",
            validityPeriodEnd="2023-02-01",
        ),
    )  # fmt: skip
    assert as_dict(record) == {
        "format": "roku_dp_json",
        "partner": "lock-weir-tv",
        "kind": "film",
        "key": "f1",
        "source": {"path": "feed", "place": "/movies/0"},
        "own_id": "f1",
        "ids": (
            {"scheme": "imdb", "value": "tt0371724"},
            {"scheme": "tms", "value": "bad", "valid": False},
        ),
        "titles": ({"value": "The Quiet Lock", "language": "en"},),
        "synopses": (
            {"value": "A lock keeper waits.", "language": "en", "length": "short"},
            {
                "value": "A lock keeper waits for the spring flood.",
                "language": "en",
                "length": "long",
            },
        ),
        "year": 2021,
        "original_language": "fr",
        "genres": ({"text": "drama", "scheme": "roku"},),
        "keywords": ("canal",),
        "credits": (
            {"name": "Ada Byrne", "role": "director", "order": 1},
            {"name": "Tom Reed", "order": 2},
        ),
        "ratings": ({"system": "MPAA", "value": "PG", "territory": "US"},),
        "releases": ({"date": "2021-05-04"},),
        "artwork": (
            {"reference": "https://example.org/f1.jpg", "purpose": "thumbnail"},
            {"reference": "https://example.org/b.jpg", "purpose": "branded-thumbnail"},
        ),
        "technical": {
            "duration_ms": 3_600_000,
            "bitrate_kbps": 2500,
            "mime_type": "video/mp4",
            "location": "https://example.org/a.mp4",
            "tracks": (
                {"kind": "video", "type": "FHD", "location": "https://example.org/a.mp4"},
                {"kind": "video", "type": "HD", "location": "https://example.org/b.mp4"},
                {
                    "kind": "subtitle",
                    "language": "es",
                    "type": "closed_caption",
                    "location": "https://example.org/c.vtt",
                },
            ),
            "ad_breaks_ms": (600_000, 1_200_500),
        },
        "grants": (
            {
                "key": stable_id("roku-dp", "f1", "FREE", "from", "2022-02-01T00:00:00Z"),
                "licence": "FREE",
                "start": {
                    "kind": "instant",
                    "raw": "2022-02-01T00:00:00Z",
                    "instant": 1_643_673_600_000,
                    "zone": "Z",
                },
                "end": {
                    "kind": "date",
                    "raw": "2023-02-01",
                    "instant": 1_675_296_000_000,
                    "assumed_zone": "UTC",
                },
                "qualities": ("FHD", "HD"),
            },
        ),
        "warnings": (
            {"code": "invalid-id", "field": "ids", "message": "'bad' is no valid tms id"},
        ),
        "extra": {
            "dateAdded": "2022-01-01T00:00:00Z",
            "birthDate of Ada Byrne": "1952-03-11",
            "video 2": "HD MP4 900",
            "trickPlayFiles": "https://example.org/t.bif",
        },
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("movies", "film"), ("shortFormVideos", "short"), ("tvSpecials", "special"),
        ("liveFeeds", "channel"), ("items", "unknown"),
    ],
)  # fmt: skip
def test_each_root_array_has_its_kind_and_one_grant_per_item(name: str, kind: str) -> None:
    found = read(json.dumps({"providerName": "P", name: [item()], "language": "en"}))
    record = found.one
    assert (record.kind, record.source.place, len(record.grants)) == (kind, f"/{name}/0", 1)
    assert bool(found.header.warnings) == (name == "items")
    assert record.languages == (("en",) if kind == "channel" else ())


SERIES = {
    "id": "s1",
    "title": "Weir",
    "seasons": [
        {"seasonNumber": "1", "thumbnail": "t.jpg", "episodes": [item(id="e1", episodeNumber="3")]},
        {"id": "own", "seasonNumber": 2, "episodes": [item(id="e2", episodeNumber=1)]},
    ],
    "episodes": [item(id="e3", seasonNumber=9, episodeNumber=2)],
}


def test_a_series_its_seasons_and_episodes_are_statements_of_their_own() -> None:
    found = read(json.dumps({"providerName": "P", "language": "en", "series": [SERIES]}))
    first = season_id("s1", "1")
    series_parent = {
        "relation": "series",
        "ids": ({"scheme": "partner", "value": "s1", "scope": "series"},),
        "title": "Weir",
    }

    def season_parent(value: str) -> dict[str, Any]:
        ids = ({"scheme": "partner", "value": value, "scope": "season"},)
        return {"relation": "season", "ids": ids}

    shown = [
        (r.kind, r.key, r.season_number, r.episode_number, r.source.place, len(r.grants))
        for r in found.records
    ]
    assert shown == [
        ("series", "s1", None, None, "/series/0", 0),
        ("season", first, 1, None, "/series/0/seasons/0", 0),
        ("episode", "e1", 1, 3, "/series/0/seasons/0/episodes/0", 1),
        ("season", "own", 2, None, "/series/0/seasons/1", 0),
        ("episode", "e2", 2, 1, "/series/0/seasons/1/episodes/0", 1),
        ("episode", "e3", 9, 2, "/series/0/episodes/0", 1),
    ]
    assert [as_dict(r.parents) for r in found.records] == [
        (),
        (series_parent,),
        (series_parent, season_parent(first)),
        (series_parent,),
        (series_parent, season_parent("own")),
        (series_parent,),
    ]
    assert found.records[1].own_id == first


def test_extras_of_a_film_are_titles_under_it() -> None:
    extra = {"id": "x1", "content": content()}
    parent, child = read(feed(item(extras=[extra]))).records
    assert (parent.kind, child.kind, child.key) == ("film", "extra", "x1")
    assert child.source.place == "/movies/0/extras/0"
    assert child.parents[0].ids[0].value == "f1"
    assert child.parents[0].title == "The Quiet Lock"


@pytest.mark.parametrize("raw", ["22-16-02 14:00:00-04:00", "22-02-02T16:30:00-04:00", "2021-02-30",
                                 "2021-13", "soon"])  # fmt: skip
def test_a_release_date_that_is_none_is_a_doubt_with_its_text(raw: str) -> None:
    record = film(releaseDate=raw)
    assert (record.year, record.releases, codes(record)) == (None, (), ["bad-date"])
    assert raw in record.warnings[0].message


@pytest.mark.parametrize(
    ("raw", "date", "precision"),
    [
        ("2022-01-03T00:00:00.000+01:00", "2022-01-03", "day"),
        ("2021-05", "2021-05", "month"),
        (2021, "2021", "year"),
        ("04/05/2021", "2021-05-04", "day"),
    ],
)
def test_a_release_date_keeps_its_precision(raw: Any, date: str, precision: str) -> None:
    (release,) = film({"date_formats": ("%d.%m.%Y", "%d/%m/%Y")}, releaseDate=raw).releases
    assert (release.date, release.precision) == (date, precision)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"validityPeriodStart": "22-16-02 14:00:00-04:00"}, "bad-date"),
        ({"validityPeriodEnd": "soon"}, "bad-date"),
        ({"validityPeriodEnd": "2022-02-01T00:00:00+99:99"}, "bad-date"),
        ({"validityPeriodStart": 1643673600}, "bad-date"),
        (
            {"validityPeriodStart": "2022-02-01", "validityPeriodEnd": "2021-01-01"},
            "reversed-window",
        ),
    ],
)
def test_a_window_that_cannot_be_read_rejects_its_item_alone(
    changes: dict[str, Any], code: str
) -> None:
    found = read(feed(item(content=content(**changes)), item(id="f2")))
    (rejected,) = found.rejected
    assert (rejected.code, rejected.key, rejected.fatal) == (code, "f1", False)
    assert rejected.source.place == "/movies/0"
    assert json.loads(rejected.raw)["id"] == "f1"
    assert [r.key for r in found.records] == ["f2"]


def test_windows_in_epoch_ms_and_in_declared_formats() -> None:
    record = film(content=content(validityPeriodStart=1643673600000))
    start = record.grants[0].start
    assert start is not None
    assert start.instant == 1643673600000
    declared = film(
        {"date_formats": ("%d/%m/%Y",), "assumed_zone": "Europe/Paris"},
        content=content(validityPeriodStart="01/02/2022"),
    )
    start = declared.grants[0].start
    assert start is not None
    assert (start.kind, start.instant) == ("date", 1643670000000)
    condition = film(content=content(validityPeriodStart="Immediate")).grants[0].start
    assert condition is not None
    assert condition.kind == "condition"


def test_a_grant_takes_licence_and_territories_from_the_profile() -> None:
    grant = film({"licence": "svod", "territories": ("FR", "BE"), "platform": "Roku"}).grants[0]
    assert (grant.licence, grant.licence_text, grant.platform) == ("SVOD", "svod", "Roku")
    assert grant.territories is not None
    assert grant.territories.included == ("FR", "BE")
    assert film({"licence": "barter"}).grants[0].licence == "FREE"
    assert film().grants[0].territories is None


@pytest.mark.parametrize(
    ("raw", "expected", "code"),
    [
        ("825", 825_000, None), (62.5, 62_500, None), ("00:10:00", 600_000, None),
        ("PT10M", 600_000, None), (3, 3000, "implausible-duration"),
        (90_000, 90_000_000, "implausible-duration"), (0, None, "bad-duration"),
        (-5, None, "bad-duration"), ("long", None, "bad-duration"), ("null", None, None),
    ],
)  # fmt: skip
def test_durations(raw: Any, expected: int | None, code: str | None) -> None:
    record = film(content=content(duration=raw))
    assert record.technical is not None
    assert record.technical.duration_ms == expected
    assert codes(record) == ([code] if code else [])


@pytest.mark.parametrize(
    ("breaks", "expected", "code"),
    [
        ("00:10:00,00:20:00", (600_000, 1_200_000), None),
        ([600, "1200"], (600_000, 1_200_000), None),
        (["02:00:00"], (7_200_000,), "ad-break-after-end"),
        (["soon", -1, "00:10:00"], (600_000,), "bad-ad-break"),
    ],
)
def test_ad_breaks(breaks: Any, expected: tuple[int, ...], code: str | None) -> None:
    record = film(content=content(adBreaks=breaks))
    assert record.technical is not None
    assert record.technical.ad_breaks_ms == expected
    assert set(codes(record)) == ({code} if code else set())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": None}, "no-title"),
        ({"shortDescription": "x" * 201}, "too-long"),
        ({"longDescription": "A lock keeper waits."}, "repeated-text"),
        ({"language": "xq-unknown-language"}, "unknown-language"),
        ({"rating": "PG"}, "unknown-rating-system"),
        ({"episodeNumber": 2021}, "doubtful-number"),
        ({"episodeNumber": "two"}, "bad-number"),
        ({"id": None}, "no-id"),
        ({"content": None}, "no-video"),
        ({"content": content(videos=[])}, "no-video"),
        (
            {"content": content(videos=[{"url": "u", "videoType": "REAL"}])},
            "unknown-video-type",
        ),
        ({"content": content(videos=[{"url": "u", "bitrate": "fast"}])}, "bad-bitrate"),
    ],
)
def test_doubts_are_kept_beside_the_record(changes: dict[str, Any], code: str) -> None:
    assert codes(film(**changes)) == [code]


def test_doubtful_values_are_kept() -> None:
    assert film(episodeNumber=2021).episode_number == 2021
    assert film(episodeNumber="two").number_text == "two"
    assert len(film(shortDescription="x" * 1165).synopses[0].value) == 1165
    assert film(content=None).grants == ()


def test_shapes_are_normalised() -> None:
    record = film(
        tags={"0": "a", "1": "b"},
        genres="drama",
        externalIds="x",
        credits="Ada Byrne",
        rating={"ratingSource": "BBFC"},
        content=content(
            videos="https://example.org/v.mp4",
            captions="https://example.org/c.vtt",
            audioTracks=["fr"],
            adBreaks=None,
        ),
    )
    assert record.keywords == ("a", "b")
    assert record.genres[0].text == "drama"
    assert (record.ids[0].scheme, record.ids[0].value) == ("other", "x")
    assert record.credits[0].name == "Ada Byrne"
    assert record.ratings == ()
    assert record.technical is not None
    assert [t.kind for t in record.technical.tracks] == ["video", "audio", "subtitle"]
    none = film(content={"videos": {}, "bitrate": "null"}, tags=None, genres="null")
    assert (none.technical, none.genres) == (None, ())
    null = film(content=content(videos=[{"url": "u", "bitrate": "null"}, {}]))
    assert codes(null) == []


def test_ids_derived_from_content_do_not_depend_on_position() -> None:
    one, two = item(id=None), item(id=None, title="Other")
    forward = {r.titles[0].value: r.key for r in read(feed(one, two)).records}
    backward = {r.titles[0].value: r.key for r in read(feed(two, one)).records}
    assert forward == backward
    assert len(set(forward.values())) == 2


def test_what_has_no_identity_or_is_no_object_is_rejected() -> None:
    nameless = {"providerName": "P", "movies": [{}, "text", 7, item()], "series": ["x", {
        "seasons": [{"episodes": [item(id="e1")]}, "odd"]}]}  # fmt: skip
    found = read(json.dumps(nameless))
    assert [(r.code, r.source.place) for r in found.rejected] == [
        ("no-identity", "/movies/0"),
        ("not-an-object", "/movies/1"),
        ("not-an-object", "/movies/2"),
        ("not-an-object", "/series/0"),
        ("no-identity", "/series/1"),
        ("no-identity", "/series/1/seasons/0"),
        ("not-an-object", "/series/1/seasons/1"),
    ]
    assert [r.key for r in found.records] == ["f1", "e1"]
    assert found.records[1].parents == ()


def test_places_count_nulls_and_know_single_objects() -> None:
    series = {
        "id": "s1",
        "title": "Weir",
        "seasons": {"seasonNumber": 1, "episodes": [None, item()]},
    }
    found = read(json.dumps({"providerName": "P", "series": series}))
    assert [r.source.place for r in found.records] == [
        "/series",
        "/series/seasons",
        "/series/seasons/episodes/1",
    ]
    assert [(r.code, r.source.place) for r in found.rejected] == [
        ("not-an-object", "/series/seasons/episodes/0")
    ]


def test_the_header_is_read_wherever_it_stands() -> None:
    found = read(
        json.dumps(
            {"movies": [item()], "lastUpdated": "2020-01-01T00:00:00Z", "language": "fr",
             "providerName": "Écluse TV", "playlists": [], "rating": {"rating": "G"}}
        )
    )  # fmt: skip
    assert found.one.partner == found.header.partner == "ecluse-tv"
    assert found.one.titles[0].language == "fr"
    assert found.header.time == 1577836800000
    assert found.header.warnings == [
        "unknown-member: the root's 'rating' is in no version of the format; not read"
    ]


def test_a_bad_header_is_reported_and_read_on() -> None:
    found = read(feed(item(), lastUpdated="yesterday", language="xq-?"))
    assert found.one.titles[0].language == "und"
    assert [w.partition(":")[0] for w in found.header.warnings] == ["bad-date", "unknown-language"]
    assert found.header.time is None


def test_of_a_truncated_feed_every_whole_item_is_read() -> None:
    whole = json.dumps({"providerName": "P", "series": [SERIES]})
    found = read(whole[: whole.index('"e2"')])
    assert [r.key for r in found.records] == [
        season_id("s1", "1"),
        "e1",
    ]
    assert found.codes == ["not-json"]
    assert found.rejected[-1].fatal
    assert not found.header.complete
    films = feed(item(), item(id="f2"))
    cut = read(films[: films.index('"f2"') + 30])
    assert [r.key for r in cut.records] == ["f1"]
    assert cut.codes == ["not-json"]


@pytest.mark.parametrize(
    ("content", "known"),
    [
        ('{"providerName":"P","movies":[]}', True),
        ('{"items":[{"content":{"videos":[{"videoType":"HLS"}]}}]}', True),
        ('[{"id":"1","title":"T","content":{"videos":[{"videoType":"HLS"}]}}]', True),
        ('{"items":[{"id":1}]}', False),
        ('{"@context":"x","providerName":"P","movies":[]}', False),
        ('{"providerName":"P"}', False),
        ("[1]", False),
        ("<rss/>", False),
    ],
)
def test_recognised_by_content(content: str, known: bool) -> None:
    found = read(content)
    assert (found.format == "roku_dp_json") == known
    if known:
        assert found.codes in ([], ["no-identity"])


def kinds(found: Read) -> dict[str, int]:
    counted = [r.kind for r in found.records]
    return {kind: counted.count(kind) for kind in dict.fromkeys(counted)}


def doubts(found: Read) -> dict[str, int]:
    counted = [w.code for r in found.records for w in r.warnings]
    return {code: counted.count(code) for code in sorted(set(counted))}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "expected", "warnings"),
    [
        ("beltv_haiti_live", {"channel": 1}, {"repeated-text": 1}),
        ("carlin_wrong_root", {"unknown": 3}, {}),
        ("dollardesign_bad_dates", {"film": 48}, {"bad-date": 4, "too-long": 36}),
        ("heritage_roku_feed", {"film": 82}, {}),
        ("jbpm_rokufeed", {"short": 9}, {}),
        (
            "knox_test_feed",
            {"film": 5, "short": 5},
            {"implausible-duration": 3, "repeated-text": 10},
        ),
        (
            "media_ccc_de_feed",
            {"series": 8, "season": 8, "episode": 749},
            {"doubtful-number": 75, "repeated-text": 40, "too-long": 4},
        ),
        (
            "roku_sample_junk_first_line",
            {"short": 10, "film": 23, "series": 2, "episode": 23},
            {"repeated-text": 23, "too-long": 3},
        ),
    ],
)
def test_the_shared_feeds(name: str, expected: dict[str, int], warnings: dict[str, int]) -> None:
    found = read_shared(f"roku_dp_json/{name}.json")
    playable = sum(n for kind, n in expected.items() if kind not in ("series", "season"))
    assert (kinds(found), found.codes, doubts(found)) == (expected, [], warnings)
    assert sum(len(r.grants) for r in found.records) == playable
    keys = [r.key for r in found.records]
    assert len(set(keys)) == len(keys)
    assert found.header.complete


@pytest.mark.shared
def test_the_junk_line_before_a_shared_feed_is_reported() -> None:
    found = read_shared("roku_dp_json/roku_sample_junk_first_line.json")
    assert found.header.warnings[0].startswith("junk-before-document: ")
    assert "@BindingType" in found.header.warnings[0]
    episode = next(r for r in found.records if r.kind == "episode")
    assert "/episodes/" in episode.source.place
    assert [p.relation for p in episode.parents] == ["series"]


@pytest.mark.shared
def test_a_whole_shared_feed() -> None:
    found = read_shared("roku_dp_json/beltv_haiti_live.json")
    picture = (
        "https://beltvhaiti.com/wp-content/uploads/2020/06/"
        "cropped-Be%CC%80l-tv-logo5-1-1-270x270.png"
    )
    stream = "https://play.acwstream.com:7002/live/acw_01/index.m3u8"
    assert found.rejected == []
    assert found.header.partner == "bel-tv-haiti"
    assert found.header.time == 1591744933000
    assert found.header.warnings == []
    assert as_dict(found.one) == {
        "format": "roku_dp_json",
        "partner": "bel-tv-haiti",
        "kind": "channel",
        "key": "1509428502953",
        "source": {"path": "roku_dp_json/beltv_haiti_live.json", "place": "/liveFeeds/0"},
        "own_id": "1509428502953",
        "titles": ({"value": "BEL TV", "language": "ht"},),
        "synopses": ({"value": "Bel TV", "language": "ht", "length": "short"},),
        "original_language": "ht",
        "languages": ("ht",),
        "keywords": ("linear", "news", "celebrity"),
        "artwork": (
            {"reference": picture, "purpose": "thumbnail"},
            {"reference": picture, "purpose": "branded-thumbnail"},
        ),
        "technical": {
            "duration_ms": 3_600_000,
            "mime_type": "application/vnd.apple.mpegurl",
            "location": stream,
            "tracks": ({"kind": "video", "type": "HD", "location": stream},),
            "ad_breaks_ms": (900_000, 1_800_000, 2_700_000),
        },
        "grants": (
            {
                "key": stable_id("roku-dp", "1509428502953", "FREE", "from", ""),
                "licence": "FREE",
                "qualities": ("HD",),
            },
        ),
        "warnings": (
            {
                "code": "repeated-text",
                "field": "synopses.long",
                "message": "the same as the short description",
            },
        ),
        "extra": {"dateAdded": "2019-11-11T22:21:37+00:00"},
    }
