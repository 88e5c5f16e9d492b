"""Amagi's EPG (XML, JSON) and VOD (XML, bulk sheet)."""

import json
from typing import Any

import pytest

from tests.feeds.reading import Read, read, read_shared
from ummid.catalog.grants import TerritorySet
from ummid.catalog.model import Artwork, Credit, Genre, Rating, Release, Scope, Text
from ummid.feeds.amagi import FORMATS, sniff
from ummid.feeds.head import Head

NINE = 1_588_064_400_000  # 2020-04-28T09:00:00Z
HOUR = 3_600_000
HEADER = (
    "Type,GUID,TMSID,Title,Description,SeriesID,SeriesTMSId,SeriesName,SeasonNumber,EpisodeNumber,"
    "LicensingStart,LicensingEnd,VideoDuration,Ad_Breaks (Mid-Roll),PreRoll,PostRoll,FileName,"
    "FilePath,ClosedCaptionsPath,ImageLandscapePath,ReleaseDate,RatingValue,RatingBody,Keywords,"
    "Genre,Categories,Platforms"
)


def codes(found: Read) -> list[str]:
    return [w.code for r in found.records for w in r.warnings]


def epg(*programs: str, **profile: Any) -> Read:
    body = "".join(f"<program>{p}</program>" for p in programs)
    return read(f"<programs>{body}</programs>", format="amagi", **profile)


def program(
    more: str = "", channel: str = "C", at: str = "09:00:00", day: str = "28-04-2020"
) -> str:
    return (
        f"<channel>{channel}</channel><episode_title>E</episode_title><air_date>{day}</air_date>"
        f"<announced_time>{at}</announced_time><duration>01:00:00</duration>{more}"
    )


@pytest.mark.parametrize(
    ("document", "recognised"),
    [
        ("<programs><program><air_date>1</air_date></program></programs>", True),
        ("<programs><program/></programs>", False),
        ("<root><provider>p</provider><type>movie</type></root>", True),
        ("<root><type>movie</type></root>", False),
        ("<root><provider>p</provider><type>car</type></root>", False),
        ('[{"startTime":"","endTime":"","program":{}}]', True),
        ('{"startTime":"","endTime":"","program":{}}', False),
        ("[1]", False),
        (HEADER, True),
        ("Title,GUID", False),
        ("PK\x03\x04,", False),
    ],
)
def test_is_recognised_by_content(document: str, recognised: bool) -> None:
    assert sniff(Head(document.encode(), whole=True)) is recognised
    assert FORMATS[0].mode == "range"


def test_something_else_is_refused_when_forced() -> None:
    assert read("<other/>", format="amagi").codes == ["not-amagi"]


def test_a_program_is_an_airing_at_local_time() -> None:
    found = epg(program(), assumed_zone="Asia/Kolkata")
    record = found.one
    (airing,) = record.airings
    assert (airing.start.kind, airing.start.raw) == ("local", "28-04-2020 09:00:00")
    assert (airing.start.assumed_zone, airing.start.instant) == ("Asia/Kolkata", NINE - 19_800_000)
    assert record.grants == ()
    found = epg(program())
    assert found.one.scopes == (Scope("channel:C", NINE),)
    assert found.header.covered == {"C": (NINE, NINE + HOUR)}


def test_channels_cover_from_their_first_start_to_their_last_end() -> None:
    found = epg(program(at="11:00"), program(), program(channel="D", at="10:00:00"))
    assert found.header.covered == {
        "C": (NINE, NINE + 3 * HOUR),
        "D": (NINE + HOUR, NINE + 2 * HOUR),
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (program(day="04-28-2020"), "bad-date"),
        (program(at=""), "bad-date"),
        (program(channel=""), "missing-channel"),
        (program().replace("01:00:00", "00:00:00"), "reversed-window"),
    ],
)
def test_airings_that_cannot_be_placed_are_refused(body: str, code: str) -> None:
    found = epg(body, program())
    assert (found.codes, len(found.records)) == ([code], 1)
    assert found.rejected[0].source.place == "line 1, /programs/program[1]"


def test_dates_follow_the_profile_where_it_declares_them() -> None:
    formats = ("%m-%d-%Y %H:%M:%S",)
    assert epg(program(day="04-28-2020"), date_formats=formats).one.airings[0].start.instant == NINE
    dates = epg(program(at=""), date_formats=("%d-%m-%Y",))
    assert dates.codes == ["bad-date"]


@pytest.mark.parametrize(
    ("day", "doubts"), [("Tuesday", []), ("Monday", ["weekday-differs"]), ("Dienstag", [])]
)
def test_the_weekday_is_checked(day: str, doubts: list[str]) -> None:
    assert codes(epg(program(f"<day_of_the_week>{day}</day_of_the_week>"))) == doubts
    both = epg(
        program(f"<day_of_the_week>{day}</day_of_the_week>"), date_formats=("%Y-%m-%d %H:%M:%S",)
    )
    assert codes(both) == doubts


@pytest.mark.parametrize(
    ("more", "kind", "doubts"),
    [
        ("<program_type>Movie</program_type>", "film", []),
        ("<program_type>Movie</program_type><episode>3</episode>", "film", ["kind-conflict"]),
        ("<program_type>Series</program_type>", "episode", []),
        ("<program_subtype>special</program_subtype>", "special", []),
        ("<episode>three</episode>", "episode", ["bad-number"]),
        ("<production_year>17</production_year>", "episode", ["bad-year"]),
        ("<original_air_date>31-02-2019</original_air_date>", "episode", ["bad-date"]),
    ],
)
def test_kind_and_numbers(more: str, kind: str, doubts: list[str]) -> None:
    found = epg(program(more))
    assert found.one.kind == kind
    assert codes(found) == doubts


def test_a_program_carries_its_facts() -> None:
    record = epg(
        program(
            "<series_title>S</series_title><season>2</season><episode>7</episode>"
            "<episode_sequence_number>10</episode_sequence_number><genre>G</genre>"
            "<category>K</category><episode_description>short</episode_description>"
            "<asset_id>a1</asset_id><production_year>2017</production_year>"
            "<parental_rating>TV-G</parental_rating>"
            "<original_air_date>20-03-2019</original_air_date><is_live>true</is_live>"
            "<series-images><image><url>s.jpg</url><type>poster</type></image></series-images>"
            "<program-images><image><url>p.jpg</url><width>9</width></image><image/>"
            "</program-images>"
        )
    ).one
    assert record.key == "C@2020-04-28T09:00:00Z#a1"
    assert (record.own_id, record.parents[0].title) == ("a1", "S")
    assert (record.season_number, record.episode_number, record.absolute_number) == (2, 7, 10)
    assert record.genres == (Genre("G"), Genre("K", "category"))
    assert record.ratings == (Rating("unspecified", "TV-G"),)
    assert record.releases == (Release("2019-03-20", "broadcast"),)
    assert record.artwork == (
        Artwork("p.jpg", None, 9),
        Artwork("s.jpg", "series-poster"),
    )
    assert record.airings[0].flags == ("live",)


def test_a_program_without_title_or_length_is_kept_with_doubts() -> None:
    body = program().replace("<episode_title>E</episode_title>", "").replace("01:00:00", "long")
    found = epg(body)
    assert found.one.kind == "programme"
    assert codes(found) == ["bad-duration", "missing-title"]
    assert found.header.covered == {"C": (NINE, NINE + 1)}


def slot(more: dict[str, Any] | None = None, start: str = "2020-04-28T09:00Z") -> dict[str, Any]:
    return {
        "startTime": start,
        "endTime": "2020-04-28T10:00Z",
        "program": {"title": "T", "titleLang": "en"} | (more or {}),
    }


def guide(*slots: Any, bom: bytes = b"", **profile: Any) -> Read:
    return read(bom + json.dumps(list(slots)).encode(), "guide.json", "amagi", **profile)


def test_a_slot_is_an_airing_on_the_channel_of_its_profile() -> None:
    found = guide(slot(), bom=b"\xef\xbb\xbf", scope="chan-1")
    assert found.one.airings[0].channel == "chan-1"
    assert found.header.covered == {"chan-1": (NINE, NINE + HOUR)}
    assert found.one.titles == (Text("T", "en"),)
    assert guide(slot()).one.airings[0].channel == "guide"


def test_a_slot_of_a_series_names_its_episode() -> None:
    record = guide(
        slot(
            {
                "programTitle": "P", "seriesId": "s1", "seasonNumber": "1", "episodeNumber": 2,
                "entityType": "Episode", "releaseYear": 2019, "releaseDate": "2019",
                "origAirDate": "2019-04-01", "genres": "G", "categories": ["K", None],
                "programImages": {"uri": "p.jpg", "type": "poster"}, "ratings": ["x"],
                "shortDescription": "a", "longDescription": "b", "isLive": True,
            }
        )
    ).one  # fmt: skip
    assert (record.kind, record.titles[0].value) == ("episode", "P")
    assert (record.parents[0].title, record.parents[0].ids[0].value) == ("T", "s1")
    assert (record.season_number, record.episode_number, record.year) == (1, 2, 2019)
    assert record.releases == (
        Release("2019", "original", None, "year"),
        Release("2019-04-01", "broadcast"),
    )
    assert record.genres == (Genre("G"), Genre("K", "category"))
    assert [s.length for s in record.synopses] == ["short", "long"]
    assert record.artwork == (Artwork("p.jpg", "poster"),)
    assert record.airings[0].flags == ("live",)


@pytest.mark.parametrize(
    ("body", "value", "rating", "doubts"),
    [
        ("MPAA", "G", Rating("MPAA", "G"), []),
        ("G", "MPAA", Rating("MPAA", "G"), ["swapped-rating"]),
        ("TV-G", "USA PR", Rating("USA PR", "TV-G"), ["swapped-rating"]),
        ("", "G", Rating("unspecified", "G"), []),
        ("MPAA", "", None, []),
    ],
)
def test_ratings_the_wrong_way_round(
    body: str, value: str, rating: Rating | None, doubts: list[str]
) -> None:
    found = guide(slot({"ratings": [{"body": body, "code": value}]}))
    assert found.one.ratings == ((rating,) if rating else ())
    assert codes(found) == doubts


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"startTime": "x"}, "missing-program"),
        (1, "missing-program"),
        (slot(start="28.04.2020"), "bad-date"),
        (slot(start="Open"), "bad-date"),
        (slot(start="2020-04-28T11:00Z"), "reversed-window"),
    ],
)
def test_slots_that_cannot_be_read_are_refused(bad: Any, code: str) -> None:
    found = guide(bad, slot())
    assert (found.codes, len(found.records)) == ([code], 1)
    assert found.rejected[0].source.place == "/0"


def test_a_slot_may_have_no_end_and_a_truncated_guide_is_fatal() -> None:
    assert guide({"startTime": "2020-04-28T09:00Z", "program": {}}).one.airings[0].end is None
    found = read('[{"startTime":"2020-04-28T09:00Z","endTime":"","program":{}},', format="amagi")
    assert (found.codes, len(found.records)) == (["not-well-formed"], 1)


def vod(body: str, type_: str = "movie") -> Read:
    return read(
        f"<root><provider>Chan</provider><type>{type_}</type><version>1.0</version>"
        f"<updatedAt>2020-10-04T23:10:44Z</updatedAt>{body}</root>",
        format="amagi",
    )


def test_a_movie_document() -> None:
    found = vod(
        "<movie><id>m1</id><title>M</title><releaseDate>1992-01-31</releaseDate>"
        "<longDescription>L</longDescription><assets><duration>7114.048</duration>"
        "<filePath>v.mp4</filePath><frameRate>25</frameRate><adBreaks>HH:MM:SS.msec</adBreaks>"
        "<adBreaks>00:15:29.310</adBreaks></assets><captions><filePath>c</filePath></captions>"
        "<metadata><credits><names>A</names><names>B</names><role>cast</role></credits>"
        "<credits><names>D</names><role>director</role></credits><genre>Comedy</genre>"
        "<category>K</category><ratings><ratingBody>USAP</ratingBody>"
        "<ratingValue>TV-14</ratingValue></ratings><ratings/></metadata></movie>"
    )
    record, technical = found.one, found.one.technical
    assert (record.kind, record.key, record.year) == ("film", "m1", 1992)
    assert record.credits == (
        Credit("A", "actor", None, 1),
        Credit("B", "actor", None, 2),
        Credit("D", "director", None, 3),
    )
    assert technical is not None
    assert (technical.duration_ms, technical.frame_rate) == (7_114_048, "25")
    assert technical.ad_breaks_ms == (929_310,)
    assert codes(found) == ["bad-duration"]
    assert (record.grants, record.scopes) == ((), ())
    assert record.event_time == found.header.time == 1_601_853_044_000


def test_a_series_document_without_episodes_is_about_the_series() -> None:
    found = vod(
        "<series><id>s</id><seriesName>S</seriesName><captions/></series>", type_="tv_series"
    )
    assert (found.one.kind, found.one.titles) == ("series", (Text("S"),))


def test_episodes_are_named_by_series_season_and_number_where_they_have_no_id() -> None:
    episode = "<episode><episodeName>E</episodeName><episodeNumber>{}</episodeNumber></episode>"
    body = f"<series><seriesName>S</seriesName><season>{episode.format(1)}{episode.format(2)}"
    found = vod(body + "<seasonNumber>x</seasonNumber></season></series>", "tv_episode")
    assert len({r.key for r in found.records}) == 2
    assert [r.parents[0].title for r in found.records] == ["S", "S"]
    assert codes(found) == ["bad-number", "bad-number"]


def test_documents_with_little_in_them() -> None:
    assert vod("").codes == ["no-title"]
    bare = vod("<movie/>")
    assert (codes(bare), bare.one.technical) == (["missing-title"], None)
    late = vod("<movie><title>T</title></movie>").reading
    assert late.header.partner == "chan"
    odd = read(
        "<root><provider>p</provider><type>movie</type><updatedAt>now</updatedAt>"
        "<movie><title>T</title></movie></root>",
        format="amagi",
    )
    assert odd.header.warnings[0].startswith("bad-date: updatedAt")


def sheet(*rows: dict[str, str], **profile: Any) -> Read:
    names = HEADER.split(",")
    lines = [HEADER, *(",".join(row.get(n, "") for n in names) for row in rows)]
    return read("\n".join(lines), format="amagi", **profile)


def test_a_row_is_a_title_with_its_window() -> None:
    found = sheet(
        {
            "Type": "Episode", "GUID": "g1", "TMSID": "EP000000010001", "Title": "T",
            "Description": "D", "SeriesID": "s1", "SeriesTMSId": "SH00000001", "SeriesName": "S",
            "SeasonNumber": "1", "EpisodeNumber": "2", "LicensingStart": "2020-01-01",
            "LicensingEnd": "2020-12-31", "VideoDuration": "3600",
            "Ad_Breaks (Mid-Roll)": "00:04:02:00;00:06:00:12", "PreRoll": "Yes",
            "FilePath": "f.mp4", "ClosedCaptionsPath": "c.scc", "ImageLandscapePath": "l.jpg",
            "ReleaseDate": "2007-02-01", "RatingValue": "TV-G", "RatingBody": "USAPR",
            "Keywords": "a;b", "Genre": "drama; fantasy", "Categories": "k",
            "Platforms": "roku;hulu",
        },
        licence="AVOD",
        territories=("US",),
        platform="box",
    )  # fmt: skip
    record = found.one
    (grant,) = record.grants
    assert (grant.licence, grant.platform) == ("AVOD", "box")
    assert grant.territories == TerritorySet(("US",))
    assert grant.start is not None
    assert grant.end is not None
    assert (grant.start.instant, grant.end.instant) == (1_577_836_800_000, 1_609_459_200_000)
    assert [(t.name, t.value) for t in grant.terms] == [
        ("Platform", "roku"), ("Platform", "hulu"), ("PreRoll", "Yes"),
    ]  # fmt: skip
    assert (record.kind, record.key, record.year) == ("episode", "g1", 2007)
    assert record.technical is not None
    assert record.technical.duration_ms == HOUR
    assert record.technical.ad_breaks_ms == (242_000, 360_000)
    assert record.genres == (Genre("drama"), Genre("fantasy"), Genre("k", "category"))
    assert record.artwork == (Artwork("l.jpg", "landscape"),)
    assert [(i.scheme, i.valid) for i in record.parents[0].ids] == [
        ("partner", True), ("tms", False),
    ]  # fmt: skip
    assert record.source.place == "row 2"
    assert codes(found) == ["invalid-id", "frames-dropped"]


def test_a_sheet_never_guesses_a_licence() -> None:
    found = sheet({"Type": "Movie", "GUID": "g", "Title": "T"})
    assert found.one.grants[0].licence == "OTHER"
    assert codes(found) == ["unknown-licence"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"Type": "Movie"}, "missing-id"),
        ({"GUID": "g", "LicensingStart": "01/02/2020"}, "bad-date"),
        (
            {"GUID": "g", "LicensingStart": "2020-05-02", "LicensingEnd": "2020-05-01"},
            "reversed-window",
        ),
    ],
)
def test_rows_that_cannot_be_read_are_refused(row: dict[str, str], code: str) -> None:
    found = sheet(row, {}, {"Type": "Movie", "GUID": "h", "Title": "T"})
    assert (found.codes, [r.key for r in found.records]) == ([code], ["h"])


def test_rows_with_doubts() -> None:
    row = {"Type": "Clip", "Title": "T", "VideoDuration": "long", "FileName": "f"}
    found = sheet(row, licence="AVOD", date_formats=("%d/%m/%Y",))
    assert codes(found) == ["unknown-kind", "bad-duration"]
    assert found.one.own_id is None
    more = read(f"{HEADER}\nMovie,g,,T{',' * 30}x", format="amagi", licence="AVOD")
    assert codes(more) == ["extra-cells"]
    dated = sheet(
        {"Type": "Movie", "GUID": "g", "LicensingStart": "01/02/2020", "VideoDuration": "9000ms"},
        licence="AVOD",
        date_formats=("%d/%m/%Y",),
    ).one
    assert dated.grants[0].start is not None
    assert dated.technical is not None
    assert dated.technical.duration_ms == 9000


SHARED = {
    "amagi_epg.json": (3, ["swapped-rating", "swapped-rating"]),
    "amagi_epg.xml": (2, ["kind-conflict", "kind-conflict"]),
    "amagi_vod_bulk_meta_template2.csv": (0, []),
    "amgdoc_xml1_episode.xml": (
        1,
        ["invalid-id", "bad-number", "bad-number", "bad-duration"],
    ),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", SHARED)
def test_real_files(name: str) -> None:
    found = read_shared(f"amagi/{name}")
    assert (found.format, found.codes) == ("amagi", [])
    assert (len(found.records), codes(found)) == SHARED[name]
    assert not any(r.grants for r in found.records)
