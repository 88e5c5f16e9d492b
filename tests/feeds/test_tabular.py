"""A table of titles becomes one record per row, whatever its columns are called."""

import io
from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from tests.feeds.reading import Read, read
from tests.shared import shared_path
from ummid.catalog.model import Genre, Parent, Rating, Release, Text
from ummid.errors import FeedError
from ummid.feeds import tabular
from ummid.feeds.connector import Feed, Profile
from ummid.feeds.head import Head
from ummid.feeds.tabular_guess import guess, names_a_title

FILMS = """id,title,original_title,year,runtime,genres,countries,director,cast,description,seasons
f1,Night Ferry,Nachtfähre,1994,92 min,"Drama, Crime",DE|FR,Ana Vogt,"Ben Roy,Cy Low",A boat.,
"""


def table(text: str, **profile: Any) -> Read:
    return read(text, "partner/list.csv", "tabular", **profile)


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, **options)
    return sink.getvalue()


def test_a_row_becomes_a_record_with_every_known_column() -> None:
    found = read(FILMS, "partner/list.csv")
    assert found.format == "tabular"
    assert msgspec.json.decode(msgspec.json.encode(found.one)) == {
        "format": "tabular",
        "partner": "list",
        "kind": "unknown",
        "key": "f1",
        "source": {"path": "partner/list.csv", "place": "line 2"},
        "own_id": "f1",
        "titles": [
            {"value": "Night Ferry"},
            {"value": "Nachtfähre", "use": "original"},
        ],
        "synopses": [{"value": "A boat.", "length": "short"}],
        "year": 1994,
        "genres": [{"text": "Drama"}, {"text": "Crime"}],
        "countries": ["DE", "FR"],
        "credits": [
            {"name": "Ana Vogt", "role": "director", "order": 1},
            {"name": "Ben Roy", "order": 1},
            {"name": "Cy Low", "order": 2},
        ],
        "technical": {"duration_ms": 5_520_000},
    }


HEADERS = [
    ("tconst,titleType,primaryTitle,startYear,runtimeMinutes", "imdb type title year runtime"),
    ("show_id,title,country,release_year,listed_in", "id title countries year genres"),
    ("show_id,episode,episode_title", "series_id episode episode_title"),
    ("rid,source,type,title", "id partner type title"),
    ("movie_title,actor_2_name,actor_1_name,title_year", "title cast cast year"),
    ("Titel,Originaltitel,Regie,Darsteller,Jahr", "title original_title directors cast year"),
    ("Título,Año,Duración,Géneros,Países", "title year runtime genres countries"),
    ("Titre,Réalisateur,Synopsis,Année", "title directors synopsis year"),
    ("タイトル,監督,年", "title directors year"),
    ("title,title_fr,Title (German),title:pt-BR", "title title title title"),
    ("title,country,licence", "title territories licence"),
    ("title,service,price", "title platform price"),
    ("title,service", "title -"),
    ("title,name,movie_id,gadget", "title - id -"),
    ("title,weirdId", "title id"),
]


@pytest.mark.parametrize(("header", "fields"), HEADERS)
def test_headers_are_understood_in_many_spellings(header: str, fields: str) -> None:
    assert [c.field or "-" for c in guess(header.split(","))] == fields.split()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("id,title", True),
        ("Nombre;Año", False),
        ("name,phone", False),
        ("name,year", True),
        ("imdb,genres", True),
        ("id,gold", False),
        ("ltable_id,rtable_id", False),
        ("title", False),
        ("a,b", False),
    ],
)
def test_a_header_must_name_a_title_or_an_id(header: str, expected: bool) -> None:
    assert names_a_title(header.split(",")) is expected


@pytest.mark.parametrize(
    ("title", "year", "shown"),
    [
        ("Harbour, The (1999)", 1999, "The Harbour"),
        ("Harbour, The", None, "The Harbour"),
        ("Notte, La (Night) (1961) ", 1961, "La Notte (Night)"),
        ("Road, L' (2001)", 2001, "L'Road"),
        ("Long Story (1989-1990)", 1989, "Long Story"),
        ("Still On (2019– )", 2019, "Still On"),
        ("2001 (Part 2)", None, "2001 (Part 2)"),
        ("Two  spaces", None, "Two spaces"),
        ("None", None, "None"),
    ],
)
def test_a_title_is_tidied_and_kept_as_written(title: str, year: int | None, shown: str) -> None:
    record = table(f'id,title\n1,"{title}"\n').one
    assert record.year == year
    assert record.titles[0] == Text(shown)
    assert [t.value for t in record.titles[1:]] == (
        [title.strip()] if shown != title.strip() else []
    )


def test_a_year_column_beats_the_year_in_brackets() -> None:
    record = table("id,title,year\n1,Harbour (1999),2001\n").one
    assert (record.year, record.titles[0].value) == (2001, "Harbour (1999)")
    assert [w.code for w in record.warnings] == ["year-differs"]


@pytest.mark.parametrize(
    ("columns", "row", "kind"),
    [
        ("type", "Movie", "film"),
        ("type", "TV Show", "series"),
        ("type", "tvEpisode", "episode"),
        ("type", "SHORT", "short"),
        ("type,season,episode", "series,1,2", "episode"),
        ("season,episode", "S01,E02", "episode"),
        ("season", "3", "season"),
        ("seasons", "4", "series"),
        ("duration", "2 Seasons", "series"),
        ("year", "1999", "unknown"),
    ],
)
def test_the_kind_is_as_stated_or_as_the_numbers_show(columns: str, row: str, kind: str) -> None:
    assert table(f"title,{columns}\nHarbour,{row}\n").one.kind == kind


def test_a_kind_we_do_not_know_is_kept_in_words() -> None:
    record = table("title,type\nHarbour,Hologram\n").one
    assert (record.kind, record.extra) == ("unknown", {"type": "Hologram"})
    assert [w.code for w in record.warnings] == ["unknown-kind"]


def test_an_episode_names_its_series_and_season() -> None:
    text = (
        "id,show,series_id,season_id,season,episode,absolute_number,title\n"
        "e9,Harbour,s1,s1-2,2,3,15,The Quay\n"
    )
    record = table(text).one
    assert record.titles == (Text("The Quay"),)
    assert (record.season_number, record.episode_number, record.absolute_number) == (2, 3, 15)
    series, season = record.parents
    assert (series.relation, series.title, series.ids[0].value) == ("series", "Harbour", "s1")
    assert (season.relation, season.ids[0].value) == ("season", "s1-2")
    short = table("title,episode title,season,episode\nHarbour,The Quay,1,1\n").one
    assert short.titles == (Text("The Quay"),)
    assert short.parents == (Parent("series", (), "Harbour"),)


def test_keys_come_from_the_own_id_a_public_one_or_the_content() -> None:
    assert table("id,title\nab,Harbour\n").one.key == "ab"
    assert table("tconst,title\ntt1234567,Harbour\n").one.key == "imdb:tt1234567"
    first, again, other = (
        table(f"title,year\nHarbour,{year}\n").one.key for year in (1999, 1999, 2000)
    )
    assert first == again != other


def test_public_ids_are_found_by_name_and_by_shape() -> None:
    text = (
        "id,title,code,asset eidr,tmdb_id,imdb link\n"
        "tt0000001,A,10.5240/7791-8534-2C23-9030-8610-5,x,12.0,https://www.imdb.com/title/tt0000002/\n"
    )
    record = table(text).one
    assert {(i.scheme, i.value, i.valid) for i in record.ids} == {
        ("imdb", "tt0000001", True),
        ("imdb", "tt0000002", True),
        ("tmdb", "12", True),
        ("eidr", "10.5240/7791-8534-2C23-9030-8610-5", True),
        ("eidr", "x", False),
    }
    assert [w.code for w in record.warnings] == ["invalid-id"]
    assert table("title,imdb\nA,42\n").one.ids[0].value == "tt0000042"
    assert table("id,title\n10.5240/7791-8534-2C23-9030-8610-5,A\n").one.ids[0].scheme == "eidr"


def test_values_tell_what_a_nameless_column_holds() -> None:
    rows = "".join(f"Film {n},tt000000{n},19{n}0\n" for n in range(5, 9))
    found = table("title,x,when\n" + rows)
    assert [(r.ids[0].value, r.year) for r in found.records][:1] == [("tt0000005", 1950)]
    born = table("title,x,birth_year\n" + rows).records[0]
    assert (born.year, born.extra) == (None, {"birth_year": "1950"})


def test_dates_are_read_when_they_can_be_read_in_one_way() -> None:
    text = "title,released\nA,17 November 1995\nB,1995-11\nC,05/11/1995\n"
    first, second, third = table(text).records
    assert (first.releases, first.year) == ((Release("1995-11-17"),), 1995)
    assert second.releases == (Release("1995-11", precision="month"),)
    assert (third.releases, third.extra) == ((), {"released": "05/11/1995"})
    assert [w.code for w in third.warnings] == ["bad-date"]
    declared = table(text, date_formats=("%d/%m/%Y",)).records[2]
    assert declared.releases == (Release("1995-11-05"),)


def test_doubts_keep_the_raw_value() -> None:
    text = (
        "title,year,runtime,season,countries,languages,original_language,updated\n"
        "A,soon,long,one,Utopia,Xlang,Ylang,never\n"
    )
    record = table(text).one
    codes = {(w.code, w.field) for w in record.warnings}
    assert codes == {
        ("bad-year", "year"),
        ("bad-duration", "technical.duration_ms"),
        ("bad-number", "season"),
        ("unknown-territory", "countries"),
        ("unknown-language", "languages"),
        ("unknown-language", "original_language"),
        ("bad-date", "event_time"),
    }
    assert record.extra == {"year": "soon", "runtime": "long", "updated": "never"}
    assert record.number_text == "one"
    assert [w.code for w in table("title,runtime\nA,2000 min\n").one.warnings] == ["implausible"]


def test_languages_and_texts() -> None:
    text = (
        "id,title,locale,title_de,tagline,tagline_fr,original_title,original_language,language,"
        "aka,sort_title,overview\n"
        "1,Ferry,en-GB,Fähre,All aboard,À bord,Traghetto,it,Italian|de,Boat|Ship,Ferry 1,"
        "<p>Tom &amp; Ann</p> go\n"
    )
    record = table(text).one
    assert record.titles == (
        Text("Ferry", "en-GB"),
        Text("Fähre", "de"),
        Text("À bord", "fr", "tagline"),
        Text("Boat", "und", "alternate"),
        Text("Ship", "und", "alternate"),
        Text("Traghetto", "it", "original"),
        Text("Ferry 1", "en-GB", "sort"),
        Text("All aboard", "en-GB", "tagline"),
    )
    assert record.original_language == "it"
    assert record.synopses[0].value == "Tom & Ann go"
    assert record.synopses[0].language == "en-GB"
    whole = table('title,aka\nA,"One, or the Other"\n').one
    assert [t.value for t in whole.titles] == ["A", "One, or the Other"]


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("rating", "PG-13", (Rating("MPAA", "PG-13"),)),
        ("mpaa", "X", (Rating("MPAA", "X"),)),
        ("FSK", "16", (Rating("FSK", "16"),)),
        ("rating", "7.8", ()),
        ("age rating", "12", (Rating("unknown", "12"),)),
    ],
)
def test_a_score_is_no_age_rating(header: str, value: str, expected: tuple[Rating, ...]) -> None:
    record = table(f"title,{header}\nA,{value}\n").one
    assert record.ratings == expected
    assert record.extra == ({} if expected else {header: value})


def test_people_written_last_name_first_are_turned_round() -> None:
    rows = "".join(f'F{n},"Vogt, Ana (II)","Roy, Ben|Low, Cy"\n' for n in range(6))
    record = table("title,director,cast\n" + rows).records[0]
    assert [c.name for c in record.credits][:1] == ["Ana Vogt"]
    plain = table('title,director\nA,"Vogt, Ana"\n').one
    assert [c.name for c in plain.credits] == ["Vogt", "Ana"]


def test_unknown_columns_keep_their_values_by_header() -> None:
    record = table("title,gadget,gadget,,id\nA,x,y,z,1\n").one
    assert record.extra == {"gadget": "x", "gadget (2)": "y", "column 4": "z"}


def test_a_second_column_of_the_same_name_does_not_replace_the_first() -> None:
    record = table("title,title,genre,genre,start_year,year\nA,B,Drama,Crime,,1999\n").one
    assert record.titles == (Text("A"),)
    assert record.genres == (Genre("Drama"), Genre("Crime"))
    assert (record.year, record.extra) == (1999, {"title (2)": "B"})


def test_a_row_without_id_and_title_is_rejected_and_its_neighbours_are_not() -> None:
    found = table("title,year\nA,1999\n\\N,2000\n\nB,2001\n")
    assert [r.titles[0].value for r in found.records] == ["A", "B"]
    (bad,) = found.rejected
    assert (bad.code, bad.source.place, bad.fatal) == ("no-identity", "line 3", False)
    assert bad.raw == '["\\\\N", "2000"]'


def test_a_row_with_an_id_and_no_title_is_kept_with_a_doubt() -> None:
    assert [w.code for w in table("id,title\n7,\n").one.warnings] == ["no-title"]


def test_a_row_can_withdraw_a_title() -> None:
    text = "id,title,action\n1,A,delete\n2,B,update\n3,C,explode\n4,D,\n"
    first, second, third, fourth = table(text).records
    assert [r.action for r in (first, second, third, fourth)] == [
        "delete", "upsert", "upsert", "upsert",
    ]  # fmt: skip
    assert [w.code for w in third.warnings] == ["unknown-action"]
    assert table("id,deleted\n1,yes\n", mapping={"id": "id"}).one.action == "delete"


@pytest.mark.parametrize(
    ("raw", "mapping", "expected"),
    [
        ("2024-05-01T00:00:00Z", "updated", 1714521600000),
        ("1714521600", "updated", 1714521600000),
        ("01.05.2024", "updated|format=%d.%m.%Y", 1714521600000),
    ],
)
def test_a_row_states_when_it_changed(raw: str, mapping: str, expected: int) -> None:
    record = table(f"id,title,updated\n1,A,{raw}\n", mapping={"updated": mapping}).one
    assert record.event_time == expected


def test_the_partner_is_as_the_table_says_unless_declared() -> None:
    found = table("id,title,source\n1,A,Acme Films\n2,B,Other\n")
    assert [r.partner for r in found.records] == ["acme-films", "acme-films"]
    assert found.records[1].extra == {"source": "Other"}
    assert table("id,title,source\n1,A,Acme\n", partner="mine").one.partner == "mine"


def test_organisations_pictures_links_and_keywords() -> None:
    text = (
        "title,studio,distributor,network,poster,url,tags\n"
        "A,X Films; Y Films,D,N,http://i/1.jpg,http://w/a;b http://w/c,sea|ship\n"
    )
    record = table(text).one
    assert [(o.name, o.role) for o in record.organisations] == [
        ("X Films", "studio"),
        ("Y Films", "studio"),
        ("D", "distributor"),
        ("N", "network"),
    ]
    assert [a.reference for a in record.artwork] == ["http://i/1.jpg"]
    assert record.links == ("http://w/a;b", "http://w/c")
    assert record.keywords == ("sea", "ship")


class Sheets:
    """A workbook as the reader of workbooks gives it."""

    def __init__(self, sheets: dict[str, list[tuple[object, ...]]]) -> None:
        self._sheets = sheets
        self.sheet_names = tuple(sheets)

    def rows(self, sheet: str) -> Any:
        return iter(list(enumerate(self._sheets[sheet], start=1)))


def book(sheets: dict[str, list[tuple[object, ...]]]) -> tuple[list[Any], Feed]:
    feed = Feed(
        format="avails_xlsx",
        path="a.xlsx",
        stream=io.BytesIO(),
        head=Head(b"PK\x03\x04", whole=True),
        profile=Profile(),
        territories=tabular_territories(),
    )
    return list(tabular.parse_workbook(feed, Sheets(sheets))), feed


def tabular_territories() -> Any:
    from ummid.catalog.territories import Territories

    return Territories()


def test_a_workbook_is_read_sheet_by_sheet_below_its_header() -> None:
    statements, feed = book(
        {
            "Notes": [("hello",)],
            "Blank": [],
            "Films": [
                ("Catalogue of May",),
                ("Title", "Year", "Released", "Start", "Licence", None),
                (
                    "=cmd|' /C calc'!A0",
                    1999.0,
                    date(1999, 5, 1),
                    datetime(2024, 5, 1, 9, 30),
                    "EST",
                ),
                ("Short row",),
                ("Wide", 2000, None, None, None, None, "a note"),
            ],
        }
    )
    first, short, wide = statements
    assert first.format == "tabular"
    assert first.source.place == "Films!3"
    assert first.titles == (Text("=cmd|' /C calc'!A0"),)
    assert (first.year, first.releases) == (1999, (Release("1999-05-01"),))
    assert (first.grants[0].start.raw, first.grants[0].licence) == ("2024-05-01T09:30:00", "EST")
    assert (short.grants, wide.year) == ((), 2000)
    assert feed.header.warnings == ["sheet-skipped: sheet 'Notes' has no header we know"]
    with pytest.raises(FeedError, match="no sheet of the workbook"):
        book({"Notes": [("hello", "you")]})


def test_a_real_workbook_is_read_when_the_format_is_declared() -> None:
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.active.append(["title", "year"])  # type: ignore[union-attr]
    workbook.active.append(["A", 1999])  # type: ignore[union-attr]
    data = io.BytesIO()
    workbook.save(data)
    record = read(data.getvalue(), "a.xlsx", "tabular").one
    assert (record.titles[0].value, record.year) == ("A", 1999)


def test_parquet_columns_keep_their_types() -> None:
    import pyarrow as pa

    data = parquet(
        {
            "id": [1, 2],
            "title": pa.array(["A", None]).dictionary_encode(),
            "year": [1999.0, float("nan")],
            "genres": [["Drama", "Robert Downey, Jr."], []],
            "released": pa.array([1_000_000_000, None], pa.timestamp("ns")),
            "adult": [True, None],
            "blob": [b"x", None],
            "cast": [[{"name": "Ben", "character": "C"}], None],
        }
    )
    found = read(data, "x/list.parquet")
    first, second = found.records
    assert (first.own_id, first.year, first.titles) == ("1", 1999, (Text("A"),))
    assert first.genres == (Genre("Drama"), Genre("Robert Downey, Jr."))
    assert first.releases == (Release("1970-01-01"),)
    assert first.extra == {"adult": "true", "blob": "x"}
    assert [c.name for c in first.credits] == ["Ben"]
    assert first.source.place == "row 1"
    assert (second.year, second.titles, second.genres) == (None, (), ())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PAR1" + b"\0" * 100, "unreadable"),
        (parquet({"a": [1], "b": [2]}), "unknown-format"),
    ],
)
def test_parquet_that_cannot_be_used_is_refused_with_a_reason(data: bytes, code: str) -> None:
    found = read(data, "x.parquet", "tabular")
    assert (found.codes, found.rejected[0].fatal) == ([code], True)


def test_parquet_that_breaks_off_keeps_what_came_before() -> None:
    groups = {"id": [f"id-{n}" for n in range(6000)], "title": ["A"] * 6000}
    plain = {"compression": "none", "use_dictionary": False, "write_statistics": False}
    data = bytearray(parquet(groups, row_group_size=2000, **plain))
    at = data.index(b"id-4000") - 24
    data[at : at + 20] = b"\xff" * 20
    found = read(bytes(data), "x.parquet", "tabular")
    assert len(found.records) == 4000
    assert (found.codes, found.rejected[0].fatal) == (["unreadable"], True)
    assert "row 4001" in found.rejected[0].reason


PARTNERS = [
    ("paramount", 3182), ("tmdb", 10865), ("disney", 1854), ("hetrec_es", 9042),
    ("movielens", 62423),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(("name", "count"), PARTNERS)
def test_every_row_of_the_partner_tables_is_a_record(name: str, count: int) -> None:
    path = shared_path(f"bench-data/identity/partners_{name}_records.parquet")
    found = read(path.read_bytes(), str(path.name))
    assert (found.format, len(found.records), found.codes) == ("tabular", count, [])
    assert found.header.partner == name.replace("_", "-")
    assert len({r.key for r in found.records}) == count
    assert msgspec.json.encode(found.records[0])
