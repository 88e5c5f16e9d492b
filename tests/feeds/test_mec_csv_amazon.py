"""Tables and JSON from which MEC and MMC files for Prime Video are made."""

import json
from typing import Any

import pytest

from tests.feeds.reading import Read, read, read_shared
from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    Genre,
    Organisation,
    Parent,
    Rating,
    Release,
    Source,
    SourceRecord,
    Synopsis,
    Technical,
    Text,
    Track,
)

BASE = {"LocalizedInfo:language": "en-US", "TitleDisplay": "Fog", "WorkType": "movie"}


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def table(*rows: dict[str, str]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    return "\n".join(",".join(quoted(cell) for cell in line) for line in lines)


def mec(*rows: dict[str, str]) -> Read:
    return read(table(*({**BASE, **row} for row in rows)))


FULL = {
    "ContentID": "md:cid:org:acme:fog",
    "TitleSort": "Fog, The",
    "Summary190": "x" * 191,
    "Summary400": "A <b>keeper</b> waits.",
    "ArtReference": "a.png;b.png",
    "ArtReference:resolution": "1920x1080;big",
    "ArtReference:purpose": "cover",
    "Genre": "horror;sea||sea_ships||sea_fog",
    "ReleaseYear": "2001",
    "ReleaseDate": "2001-02-03",
    "ReleaseHistory:Type": "Theatrical;SVOD",
    "ReleaseHistory:Country": "US;JJ",
    "ReleaseHistory:Date": "2001-02-03;spring",
    "Identifier:Namespace": "IMDB",
    "Identifier": "tt0000001",
    "Rating": "Yes",
    "Rating:Country": "US;GB",
    "Rating:System": "MPAA;BBFC",
    "Rating:Value": "R;99",
    "Cast:JobFunction": "Actor;Director;",
    "Cast:BillingBlockOrder": "1;x;3",
    "Cast:DisplayName:language": "en-US",
    "Cast:DisplayName": "Ann One;Bo Two;",
    "Cast:DisplayName:ja-JP": "アン;Bo Two",
    "OriginalLanguage": "en-US",
    "OrganizationID": "md:orgid:acme",
    "OrganizationRole": "Licensor",
    "CompanyDisplayCredit": "Acme Pictures",
    "Category": "Feature",
    "SequenceNumber": "2",
}


def test_every_column_of_a_title() -> None:
    found = mec(FULL)
    record = found.one
    assert found.format == "mec_csv_amazon"
    assert (found.header.partner, found.header.format_version) == ("acme", "MEC")
    assert record == SourceRecord(
        format="mec_csv_amazon",
        partner="acme",
        format_version="MEC",
        kind="film",
        key=record.key,
        source=Source("feed", "line 2"),
        own_id="md:cid:org:acme:fog",
        ids=(ExternalId("movielabs", "md:cid:org:acme:fog"), ExternalId("imdb", "tt0000001")),
        titles=(Text("Fog", "en-US"), Text("Fog, The", "en-US", "sort")),
        synopses=(
            Synopsis("x" * 191, "en-US", "short"),
            Synopsis("A keeper waits.", "en-US", "medium"),
        ),
        year=2001,
        number_text="2",
        original_language="en-US",
        genres=(
            Genre("horror", level=0),
            Genre("sea", level=0),
            Genre("sea_ships", level=1),
            Genre("sea_fog", level=1),
        ),
        credits=(Credit("Ann One", "actor", order=1), Credit("Bo Two", "director")),
        ratings=(Rating("MPAA", "R", "US"), Rating("BBFC", "99", "GB")),
        releases=(
            Release("2001-02-03"),
            Release("2001-02-03", "theatrical", "US"),
        ),
        artwork=(
            Artwork("a.png", "cover", 1920, 1080, "en-US"),
            Artwork("b.png", None, None, None, "en-US"),
        ),
        organisations=(
            Organisation("acme", "licensor", "md:orgid:acme"),
            Organisation("Acme Pictures", "display-credit"),
        ),
        extra={
            "work-type": "movie",
            "category": "Feature",
            "rated": "Yes",
            "people-ja-JP": "アン",
        },
        warnings=record.warnings,
    )
    assert sorted(w.code for w in record.warnings) == [
        "bad-date",
        "bad-number",
        "bad-resolution",
        "nameless-person",
        "over-length",
        "unequal-lists",
        "unknown-rating",
    ]


SERIES = {"TitleDisplay": "Fog", "WorkType": "series"}
SEASON = {
    "TitleDisplay": "Fog Season 2",
    "WorkType": "series",
    "ParentContentID": "Fog",
    "SequenceNumber": "2",
}
EPISODE = {
    "TitleDisplay": "Fog Season 2  Episode 3",
    "WorkType": "series",
    "ParentContentID": "Fog Season 2",
    "SequenceNumber": "3",
}


def test_series_season_and_episode_are_told_apart_by_their_parents() -> None:
    series, season, episode = mec(SERIES, SEASON, EPISODE).records
    assert (series.kind, series.parents, series.warnings) == ("series", (), ())
    assert (season.kind, season.season_number) == ("season", 2)
    assert season.parents == (Parent("series", title="Fog"),)
    assert (episode.kind, episode.season_number, episode.episode_number) == ("episode", 2, 3)
    assert episode.parents == (
        Parent("season", title="Fog Season 2"),
        Parent("series", title="Fog"),
    )
    assert episode.titles == (Text("Fog Season 2 Episode 3", "en-US"),)
    assert [w.code for w in episode.warnings] == ["kind-derived"]


def test_a_title_keeps_its_key_whether_or_not_its_parents_come_along() -> None:
    alone = mec(EPISODE).one
    assert alone.key == mec(SERIES, SEASON, EPISODE).records[2].key
    assert alone.key != mec({**EPISODE, "SequenceNumber": "4"}).one.key
    assert alone.own_id is None


@pytest.mark.parametrize(
    ("row", "kind", "relation"),
    [
        (EPISODE, "episode", "season"),
        ({**EPISODE, "TitleDisplay": "The Wreck"}, "episode", "season"),
        ({**EPISODE, "ParentContentID": "Fog"}, "episode", "season"),
        ({**SEASON, "TitleDisplay": "Fog II"}, "season", "series"),
        ({**SEASON, "Category": "Episode", "TitleDisplay": "The Wreck"}, "episode", "season"),
        ({**SEASON, "Category": "Season"}, "season", "series"),
        ({**EPISODE, "WorkType": "episode"}, "episode", "season"),
        ({**SEASON, "WorkType": "promotion"}, "trailer", "title"),
    ],
)
def test_without_its_parent_a_title_is_placed_by_what_it_says(
    row: dict[str, str], kind: str, relation: str
) -> None:
    record = mec(row).one
    assert (record.kind, record.parents[0].relation) == (kind, relation)


def test_an_episode_of_a_series_without_seasons() -> None:
    row = {**EPISODE, "WorkType": "episode", "ParentContentID": "Fog"}
    assert mec(SERIES, row).records[1].parents == (Parent("series", title="Fog"),)


def test_a_parent_may_be_named_by_its_id() -> None:
    record = mec({**SEASON, "ParentContentID": "md:cid:org:acme:fog"}).one
    series = ExternalId("movielabs", "md:cid:org:acme:fog", "series")
    assert record.parents == (Parent("series", (series,)),)


def test_languages_in_one_cell_are_titles_in_each() -> None:
    record = mec(
        {
            "LocalizedInfo:language": "en-US;ja-JP",
            "TitleDisplay": "Fog;霧",
            "Summary400": "One; two; three.",
        }
    ).one
    assert record.titles == (Text("Fog", "en-US"), Text("霧", "ja-JP"))
    assert [(s.value, s.language) for s in record.synopses] == [("One; two; three.", "en-US")]
    assert [w.code for w in record.warnings] == ["unequal-lists"]


def test_a_title_may_hold_a_semicolon() -> None:
    assert mec({"TitleDisplay": "Fog; or, The Lamp"}).one.titles[0].value == "Fog; or, The Lamp"


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ({"WorkType": "hologram"}, ["unknown-work-type"]),
        ({"WorkType": ""}, ["unknown-work-type"]),
        ({"LocalizedInfo:language": "HK"}, ["unknown-language"]),
        ({"LocalizedInfo:language": ""}, []),
        ({"ReleaseDate": "03/02/2001"}, ["bad-date"]),
        ({"ReleaseHistory:Country": "JJ", "ReleaseHistory:Date": "2001"}, ["unknown-territory"]),
        ({"Rating": "No"}, []),
        ({"OriginalLanguage": "HK"}, ["unknown-language"]),
        ({"SequenceNumber": "two"}, ["bad-number"]),
    ],
)
def test_a_doubt_is_a_warning_and_the_title_is_kept(row: dict[str, str], codes: list[str]) -> None:
    assert [w.code for w in mec(row).one.warnings] == codes


def test_an_image_only_table_has_ids_and_no_titles() -> None:
    row = {
        "LocalizedInfo:language": "en-US",
        "ContentID": "md:cid:org:acme:fog",
        "WorkType": "movie",
        "ArtReference": "a.png",
    }
    record = read(table(row)).one
    assert (record.titles, [w.code for w in record.warnings]) == ((), ["no-title"])
    assert record.artwork == (Artwork("a.png", language="en-US"),)


def test_broken_rows_are_refused_alone() -> None:
    text = table(BASE) + "\n,,\n" + "en-US,Rain\n" + "en-US,,movie\n" + "en-US,Sleet,movie,,extra\n"
    found = read(text)
    assert [r.titles[0].value for r in found.records] == ["Fog", "Rain"]
    assert [w.code for w in found.records[1].warnings] == ["ragged-row", "unknown-work-type"]
    assert [(r.code, r.source.place) for r in found.rejected] == [
        ("missing-id", "line 5"),
        ("ragged-row", "line 6"),
    ]
    assert "Sleet" in found.rejected[1].raw


def test_a_table_no_reader_can_split_ends_with_a_fatal_rejection() -> None:
    found = read(table(BASE) + '\nen-US,"' + "x" * 200_000 + '",movie')
    assert (len(found.records), found.codes) == (1, ["bad-table"])
    assert found.rejected[-1].fatal


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_read(encoding: str) -> None:
    assert read(table({**BASE, "TitleDisplay": "霧"}).encode(encoding)).one.titles[0].value == "霧"


def test_the_credit_names_the_partner_where_no_organisation_does() -> None:
    assert mec({"CompanyDisplayCredit": "Acme Pictures"}).header.partner == "acme-pictures"


MEDIA = {
    "TitleDisplay": "Fog",
    "VideoType": "primary",
    "VideoLanguage": "en-US",
    "VideoLocation": "v.mp4",
    "VideoTrackID": "md:vidtrackid:org:acme:fog",
    "VideoHash": "abc",
    "WidthPixels": "1920",
    "HeightPixels": "1080",
    "AspectRatio": "16:9",
    "AudioType": "stereo",
    "AudioLanguage": "en-US;es-ES",
    "AudioLocation": "en.aac;es.aac",
    "SubtitleType": "Normal",
    "SubtitleLanguage": "HK",
    "SubtitleLocation": "s.srt",
    "SubtitleFrameRate": "23.976",
    "PresentationID": "md:presentationid:org:acme:fog",
    "ExperienceID": "md:experienceid:org:acme:fog",
    "ExperienceType": "Main",
    "ExperienceSubType": "Feature",
    "ALID": "md:alid:org:acme:fog",
}


def test_every_column_of_a_media_table() -> None:
    found = read(table(MEDIA))
    record = found.one
    assert found.header.format_version == "MMC"
    assert record == SourceRecord(
        format="mec_csv_amazon",
        partner="feed",
        format_version="MMC",
        kind="asset",
        key=record.key,
        source=Source("feed", "line 2"),
        own_id="md:experienceid:org:acme:fog",
        ids=(ExternalId("movielabs", "md:alid:org:acme:fog", "package"),),
        titles=(Text("Fog"),),
        technical=Technical(
            width=1920,
            height=1080,
            aspect_ratio="16:9",
            checksum="abc",
            location="v.mp4",
            tracks=(
                Track("video", "en-US", "primary", location="v.mp4"),
                Track("audio", "en-US", "stereo", location="en.aac"),
                Track("audio", "es-ES", None, location="es.aac"),
                Track("subtitle", None, "Normal", location="s.srt"),
            ),
        ),
        versions=("md:presentationid:org:acme:fog",),
        links=("md:alid:org:acme:fog",),
        extra={
            "type": "Main",
            "sub-type": "Feature",
            "subtitle-frame-rate": "23.976",
            "track-ids": "md:vidtrackid:org:acme:fog",
        },
        warnings=record.warnings,
    )
    assert [w.code for w in record.warnings] == ["unknown-language"]


def test_media_are_named_by_an_id_a_title_or_a_file() -> None:
    nameless = {**MEDIA, "ExperienceID": ""}
    keys = {read(table(row)).one.key for row in (MEDIA, nameless, {**nameless, "TitleDisplay": ""})}
    assert len(keys) == 3
    empty = dict.fromkeys(MEDIA, "") | {"ExperienceType": "Main"}
    assert read(table(empty)).codes == ["missing-id"]


def payload(**more: Any) -> dict[str, Any]:
    return {
        "localizedInfo": [{"language": "en-US", "titleDisplay": "Fog"}],
        "workType": "movie",
        **more,
    }


def document(**more: Any) -> Read:
    return read(json.dumps(payload(**more)))


def test_a_json_document_is_one_title() -> None:
    record = document(
        contentId="md:cid:org:acme:fog-2-3",
        workType="episode",
        releaseYear="1999",
        genre={"primary": "Action", "subGenre": "Sea"},
        identifier=[{"namespace": "ISAN", "value": "nonsense"}],
        cast=[{"jobFunction": "Actor", "displayName": "Ann One"}, {"displayName": {}}],
        organization={"id": "md:orgid:acme", "role": "licensor"},
        category={
            "type": "Episode",
            "sequenceNumber": 3,
            "parentContentId": "md:cid:org:acme:fog-2",
        },
        rating=[{"system": "MPAA", "value": "R"}, {}],
    ).one
    assert (record.partner, record.source.place, record.year) == ("acme", "/", 1999)
    assert (record.kind, record.episode_number) == ("episode", 3)
    season = ExternalId("movielabs", "md:cid:org:acme:fog-2", "season")
    assert record.parents == (Parent("season", (season,)),)
    assert record.genres == (Genre("Action", level=0), Genre("Sea", level=1))
    assert record.credits == (Credit("Ann One", "actor"),)
    assert record.ratings == (Rating("MPAA", "R"),)
    assert [w.code for w in record.warnings] == ["invalid-id", "nameless-person"]


def test_names_in_other_languages_are_kept_beside_the_credit() -> None:
    cast = [
        {"jobFunction": "Actor", "displayName": {"en-US": "Ann One", "ja-JP": "アン"}},
        {"jobFunction": "Actor", "displayName": {"en-US": "Bo Two", "ja-JP": "ボー"}},
    ]
    assert document(cast=cast).one.extra["people-ja-JP"] == "アン; ボー"


def test_an_array_of_documents_goes_on_after_a_bad_one() -> None:
    documents = [payload(), 7, {"localizedInfo": []}, payload(releaseDate="2001")]
    found = read("title export\n" + json.dumps(documents))
    assert [r.source.place for r in found.records] == ["/0", "/3"]
    assert [(r.code, r.source.place) for r in found.rejected] == [
        ("bad-shape", "/1"),
        ("missing-id", "/2"),
    ]
    assert found.header.warnings == ["junk-line: a line before the JSON document is not read"]


def test_json_cut_short_ends_with_a_fatal_rejection() -> None:
    found = read(json.dumps([payload(), payload()])[:-10])
    assert (len(found.records), found.codes) == (1, ["not-well-formed"])


def test_a_media_document() -> None:
    record = read(
        json.dumps(
            {
                "video": [
                    {"type": "primary", "location": "v.mp4", "picture": {"widthPixels": "640"}}
                ],
                "audio": [{}],
                "image": [{"purpose": "Cover", "language": "en-US", "location": "c.jpg"}, {}],
                "presentation": [{}],
                "experience": [{"type": "Movie", "subType": "Feature"}],
                "alidExperience": [{}],
            }
        )
    ).one
    assert (record.kind, record.titles, record.links) == ("asset", (), ())
    assert record.technical == Technical(
        width=640, location="v.mp4", tracks=(Track("video", None, "primary", location="v.mp4"),)
    )
    assert record.artwork == (Artwork("c.jpg", "cover", language="en-US"),)


def test_media_without_any_track_have_no_technical_facts() -> None:
    record = read(json.dumps({"video": [], "experience": [{"id": "e1"}]})).one
    assert (record.own_id, record.technical) == ("e1", None)


@pytest.mark.parametrize(
    "content",
    [
        "title,year\nFog,2001\n",
        '{"localizedInfo": []}',
        "<x/>",
        "TitleDisplay,WorkType\nFog,movie\n",
    ],
)
def test_other_tables_and_documents_are_another_format(content: str) -> None:
    assert read(content).format != "mec_csv_amazon"


def test_a_table_declared_as_this_format_without_its_columns_is_refused() -> None:
    assert read("a,b\n1,2\n", format="mec_csv_amazon").codes == ["unknown-columns"]


def test_a_whole_real_document() -> None:
    record = read_shared("mec_csv_amazon/mec-complete.json").one
    art = "https://cdn.wiflix.com/my-epic-movie/images"
    assert [(s.language, s.length, s.value[:10]) for s in record.synopses] == [
        ("en-US", "short", "An action-"),
        ("en-US", "medium", "An action-"),
        ("es-ES", "medium", "Una aventu"),
    ]
    assert record == SourceRecord(
        format="mec_csv_amazon",
        partner="mec-complete",
        kind="film",
        key=record.key,
        source=Source("mec_csv_amazon/mec-complete.json", "/"),
        titles=(
            Text("My Epic Movie", "en-US"),
            Text("Epic Movie", "en-US", "sort"),
            Text("Mi Película Épica", "es-ES"),
        ),
        synopses=record.synopses,
        year=2024,
        genres=(
            Genre("Action", level=0),
            Genre("Adventure", level=1),
            Genre("Sci-Fi", level=1),
        ),
        credits=(
            Credit("Jane Smith", "actor", order=1),
            Credit("John Doe", "actor", order=2),
            Credit("Sarah Johnson", "director", order=3),
            Credit("Michael Chen", "producer", order=4),
        ),
        ratings=(Rating("MPAA", "PG-13", "US"), Rating("BBFC", "12A", "GB")),
        releases=(
            Release("2024-03-15"),
            Release("2024-03-15", "theatrical", "US"),
            Release("2024-03-20", "original", "NG"),
            Release("2024-06-15", "svod", "US"),
        ),
        artwork=(
            Artwork(f"{art}/cover.jpg", "cover", 1920, 1080, "en-US"),
            Artwork(f"{art}/hero.jpg", "hero", 3840, 2160, "en-US"),
        ),
        extra={"work-type": "movie"},
    )


@pytest.mark.parametrize(
    ("name", "kinds", "codes"),
    [
        ("mec-complete.json", ["film"], set()),
        ("minimal-MEC.csv", ["film", "series", "season", "episode", "episode"], {"kind-derived"}),
        ("minimal-MMC.csv", ["asset", "asset", "asset"], set()),
    ],
)
def test_every_row_of_every_real_file_is_read(name: str, kinds: list[str], codes: set[str]) -> None:
    found = read_shared(f"mec_csv_amazon/{name}")
    assert found.codes == []
    assert [r.kind for r in found.records] == kinds
    assert {w.code for r in found.records for w in r.warnings} == codes
    assert len({r.key for r in found.records}) == len(kinds)


def test_lists_genres_and_parents_of_a_real_table() -> None:
    film, series, season, first, second = read_shared("mec_csv_amazon/minimal-MEC.csv").records
    assert [a.purpose for a in film.artwork] == ["boxart", "cover", "hero", "poster", "title"]
    assert [c.name for c in film.credits][-1] == "David Asare Masterwille"
    assert [(g.text, g.level) for g in series.genres] == [
        ("documentary", 0),
        ("documentary_sports", 1),
        ("sports_football_soccer", 0),
    ]
    assert (film.ratings, series.ratings) == ((Rating("NFVCB", "PG", "NG"),), ())
    assert season.parents == (Parent("series", title="Football Nation"),)
    assert [(e.season_number, e.episode_number) for e in (first, second)] == [(1, 1), (1, 2)]
    assert first.parents[0] == Parent("season", title="Football Nation Season 1")


def test_a_real_media_table_names_titles_its_own_way() -> None:
    first, *_, last = read_shared("mec_csv_amazon/minimal-MMC.csv").records
    assert first.titles == (Text("Chioma My Love"),)
    assert first.technical is not None
    assert (first.technical.width, first.technical.height) == (1920, 1080)
    assert [t.kind for t in first.technical.tracks] == ["video", "audio", "subtitle"]
    assert last.technical is not None
    assert [t.kind for t in last.technical.tracks] == ["video"]
