"""XMLTV schedules: every programme an airing on a channel, never an offer."""

from typing import Any

import pytest

from tests.feeds.reading import Read, as_dict, read, read_shared
from ummid.catalog.keys import stable_id
from ummid.catalog.model import SourceRecord
from ummid.feeds.xmltv_values import Numbers, onscreen, zero_based

SLOT = 'start="20220331180000 +0000" stop="20220331190000 +0000" channel="one.tv"'
START_MS = 1_648_749_600_000


def tv(*inside: str, root: str = "<tv>") -> str:
    return f'<?xml version="1.0"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n{root}{"".join(inside)}</tv>'


def programme(inside: str = "<title>News</title>", slot: str = SLOT) -> str:
    return f"<programme {slot}>{inside}</programme>"


def one(inside: str, slot: str = SLOT, **profile: Any) -> SourceRecord:
    return read(tv(programme(inside, slot)), **profile).one


def titled(inside: str = "", **profile: Any) -> SourceRecord:
    return one(f"<title>News</title>{inside}", **profile)


def codes(record: SourceRecord) -> list[str]:
    return [w.code for w in record.warnings]


def test_a_programme_is_an_airing_with_a_scope_on_its_channel_and_no_grant() -> None:
    found = read(
        tv(
            '<channel id="one.tv"><display-name>One</display-name></channel>',
            programme(),
            root='<tv source-info-name="Listings &amp; Co" date="20220401000000 +0000">',
        )
    )
    key = stable_id("airing", "one.tv", str(START_MS))
    assert as_dict(found.one) == {
        "format": "xmltv",
        "partner": "listings-co",
        "kind": "programme",
        "key": key,
        "source": {"path": "feed", "place": "line 3, /tv/programme[1]"},
        "scopes": ({"name": "channel:one.tv", "point": START_MS},),
        "own_id": found.one.own_id,
        "titles": ({"value": "News"},),
        "airings": (
            {
                "channel": "one.tv",
                "start": {
                    "kind": "instant",
                    "raw": "20220331180000 +0000",
                    "instant": START_MS,
                    "zone": "+0000",
                },
                "end": {
                    "kind": "instant",
                    "raw": "20220331190000 +0000",
                    "instant": START_MS + 3_600_000,
                    "zone": "+0000",
                },
                "channel_name": "One",
            },
        ),
    }
    assert found.header.partner == "listings-co"
    assert found.header.time == 1648771200000
    assert found.header.covered == {"one.tv": (START_MS, START_MS + 3_600_000)}
    assert found.header.warnings == []


@pytest.mark.parametrize(
    ("raw", "zone", "instant", "kind"),
    [
        ("20220331180000 +0100", "UTC", START_MS - 3_600_000, "instant"),
        ("20220331180000 -03:30", "UTC", START_MS + 12_600_000, "instant"),
        ("20220331180000 +01", "UTC", START_MS - 3_600_000, "instant"),
        ("20220331180000+0000", "UTC", START_MS, "instant"),
        ("20220331180000 BST", "UTC", START_MS - 3_600_000, "instant"),
        ("202203311800 utc", "UTC", START_MS, "instant"),
        ("20220331180000.5 Z", "UTC", START_MS, "instant"),
        ("20220331180000", "UTC", START_MS, "local"),
        ("20220331180000", "Europe/Paris", START_MS - 7_200_000, "local"),
        ("202203311800", "UTC", START_MS, "local"),
        ("2022033118", "UTC", START_MS, "local"),
        ("2022-03-31T18:00:00Z", "UTC", START_MS, "instant"),
    ],
)
def test_stamps_whole_or_truncated_with_or_without_a_zone(
    raw: str, zone: str, instant: int, kind: str
) -> None:
    record = one("<title>T</title>", f'start="{raw}" channel="c"', assumed_zone=zone)
    (airing,) = record.airings
    assert (airing.start.instant, airing.start.kind, airing.start.raw) == (instant, kind, raw)
    assert airing.start.assumed_zone == (zone if kind == "local" else None)
    assert airing.end is None
    assert record.scopes[0].point == instant


@pytest.mark.parametrize(
    ("slot", "code"),
    [
        ('start="20220331" channel="c"', "bad-date"),
        ('start="2022" channel="c"', "bad-date"),
        ('start="20223131180000" channel="c"', "bad-date"),
        ('start="20220331180000 +9900" channel="c"', "bad-date"),
        ('start="2022-03-31T18:00:00+99:99" channel="c"', "bad-date"),
        ('start="tonight" channel="c"', "bad-date"),
        ('start="TBD" channel="c"', "bad-date"),
        ('channel="c"', "bad-date"),
        ('start="20220331180000 QQQ" channel="c"', "unknown-zone"),
        ('start="20220331180000"', "no-channel"),
        ('start="20220331180000" stop="20220331170000" channel="c"', "reversed-window"),
    ],
)
def test_a_programme_without_a_slot_is_rejected_alone(slot: str, code: str) -> None:
    found = read(tv(programme(slot=slot), programme()))
    (rejected,) = found.rejected
    assert (rejected.code, rejected.source.place) == (code, "line 3, /tv/programme[1]")
    assert rejected.raw.startswith("<programme")
    assert (rejected.key is not None) == (code == "reversed-window")
    assert len(found.records) == 1
    assert list(found.header.covered) == ["one.tv"]


def test_a_stop_that_cannot_be_read_is_a_doubt_and_a_zero_length_is_kept() -> None:
    late = one("<title>T</title>", 'start="2022033118" stop="late" channel="c"')
    assert (late.airings[0].end, codes(late)) == (None, ["bad-date"])
    none = one("<title>T</title>", 'start="2022033118" stop="2022033118" channel="c"')
    assert none.airings[0].end is not None
    assert codes(none) == ["zero-length"]


def test_the_time_covered_is_counted_per_channel() -> None:
    hour = 3_600_000
    found = read(
        tv(
            programme(slot='start="2022033120" stop="2022033121" channel="a"'),
            programme(slot='start="2022033118" stop="2022033119" channel="a"'),
            programme(slot='start="2022033118" channel="b"'),
        )
    )
    assert found.header.covered == {
        "a": (START_MS, START_MS + 3 * hour),
        "b": (START_MS, START_MS + 1),
    }


def test_channels_between_programmes_name_what_follows_and_are_no_statements() -> None:
    channel = '<channel id="one.tv"><display-name> </display-name>{}</channel>'
    named = channel.format("<icon/><display-name>One</display-name><display-name>1</display-name>")
    found = read(tv(programme(), named, channel.format(""), "<x-random/>", programme()))
    assert [r.airings[0].channel_name for r in found.records] == [None, "One"]
    assert [w.partition(":")[0] for w in found.header.warnings] == ["repeated-channel"]


def test_airings_of_one_programme_share_its_own_id_and_not_their_keys() -> None:
    same = "<title>News!</title><sub-title>At six</sub-title><date>2021</date>"
    other = same.replace("six", "ten")
    later = SLOT.replace("2022033118", "2022040118").replace("2022033119", "2022040119")
    found = read(
        tv(
            programme(same),
            programme(same.replace("News!", "NEWS"), later),
            programme(other, SLOT.replace("one.tv", "two.tv")),
        )
    ).records
    assert found[0].own_id == found[1].own_id != found[2].own_id
    assert len({r.key for r in found}) == 3
    assert one(same).own_id != one(same, partner="other").own_id


def test_the_own_id_ignores_the_order_of_languages() -> None:
    french, english = '<title lang="fr">Infos</title>', '<title lang="en">News</title>'
    assert one(french + english).own_id == one(english + french).own_id
    assert one("<title>!!!</title>").own_id != one("<title>???</title>").own_id


def test_two_programmes_in_one_clump_have_keys_of_their_own() -> None:
    found = read(
        tv(
            programme(slot=f'{SLOT} clumpidx="0/2"'),
            programme(slot=f'{SLOT} clumpidx="1/2"'),
            programme(slot=f'{SLOT} clumpidx="0/1"'),
            programme(),
        )
    ).records
    assert len({r.key for r in found}) == 3
    assert found[2].key == found[3].key
    assert [r.airings[0].flags for r in found] == [("clump 0/2",), ("clump 1/2",), (), ()]


@pytest.mark.parametrize(
    ("raw", "numbers"),
    [
        ("2 . 9 . 0/1", Numbers(3, 10, 1, parts=1)),
        ("0.12/13.0/3", Numbers(1, 13, 1, episodes=13, parts=3)),
        ("18.50/30.", Numbers(19, 51, episodes=30)),
        ("0..", Numbers(1)),
        ("1/4.", Numbers(2, seasons=4)),
        ("..", Numbers()),
        ("3", Numbers(4)),
        ("1.2/.", Numbers(2, 3)),
        ("/4..", Numbers(seasons=4)),
        ("1.2.3.4", None),
        ("S1.E2", None),
        ("-1.2.", None),
    ],
)
def test_numbers_from_zero(raw: str, numbers: Numbers | None) -> None:
    assert zero_based(raw) == numbers


@pytest.mark.parametrize(
    ("raw", "season", "episode"),
    [
        ("S02E05", 2, 5), ("Season 2, Episode 5", 2, 5), ("s2 ep. 5", 2, 5), ("2x05", 2, 5),
        ("Episode 5", None, 5), ("Ep #5", None, 5), ("Episode #FFEE", None, None),
        ("Part two", None, None),
    ],
)  # fmt: skip
def test_numbers_on_screen(raw: str, season: int | None, episode: int | None) -> None:
    record = titled(f"<episode-num>{raw}</episode-num>")
    assert onscreen(raw)[:2] == (season, episode)
    assert (record.season_number, record.episode_number) == (season, episode)
    assert record.number_text == raw
    assert record.kind == ("programme" if episode is None else "episode")


def number(system: str, value: str) -> str:
    return f'<episode-num system="{system}">{value}</episode-num>'


def test_a_number_over_its_total_is_kept_with_a_doubt() -> None:
    record = titled(number("xmltv_ns", "18.50/30.1/2"))
    assert (record.season_number, record.episode_number) == (19, 51)
    assert codes(record) == ["number-over-total"]
    assert record.extra == {"episodes in all": "30", "parts in all": "2", "part": "2"}


def test_two_numberings_are_joined_and_compared() -> None:
    joined = titled(number("xmltv_ns", "1..") + number("onscreen", "Episode 7"))
    assert (joined.season_number, joined.episode_number, codes(joined)) == (2, 7, [])
    disputed = titled(number("xmltv_ns", "1.6.") + number("onscreen", "S02E08"))
    assert (disputed.episode_number, codes(disputed)) == (7, ["numbers-disagree"])
    bad = titled(number("xmltv_ns", "one") + number("xmltv_ns", ""))
    assert (bad.number_text, codes(bad)) == ("one", ["bad-number"])
    kept = titled(number("onscreen", "Pilot") + number("xmltv_ns", "one"))
    assert kept.number_text == "Pilot"


def test_a_gracenote_id_is_the_own_id_when_it_is_one() -> None:
    record = titled(number("dd_progid", "EP02420905.0022"))
    assert (record.own_id, record.kind) == ("EP024209050022", "episode")
    assert as_dict(record.ids) == (
        {"scheme": "tms", "value": "EP024209050022", "raw": "EP02420905.0022"},
    )
    assert one(number("dd_progid", "MV00083341.0000")).kind == "film"
    assert one(number("dd_progid", "SP00083341.0000")).kind == "event"
    assert one(number("dd_progid", "SH00083341.0000")).kind == "programme"
    bad = titled(number("dd_progid", "EP1"))
    assert (bad.own_id, codes(bad)) == (titled().own_id, ["invalid-id"])
    assert bad.ids[0].valid is False
    assert titled(number("dd_progid", "EP1") + number("dd_progid", " ")).ids == bad.ids


def test_ids_of_databases_and_other_numberings() -> None:
    record = titled(
        number("themoviedb.org", "movie/1234")
        + number("thetvdb.com", "series/99")
        + number("imdb.com", "title/tt0371724")
        + number("SxxExx", "S1")
        + '<url system="IMDb">https://www.imdb.com/title/tt0371724/</url>'
        + '<url system="TMDB">https://www.themoviedb.org/about</url>'
        + '<url system="imdb">https://www.imdb.com/title/tt1/</url>'
        + "<url>https://example.org/news</url><url/>"
    )
    assert [(i.scheme, i.value, i.scope, i.valid) for i in record.ids] == [
        ("tmdb", "1234", "title", True),
        ("tvdb", "99", "series", True),
        ("imdb", "tt0371724", "title", True),
        ("imdb", "tt0371724", "title", True),
        ("imdb", "tt1", "title", False),
    ]
    assert len(record.links) == 4
    assert record.extra == {"episode-num sxxexx": "S1"}
    assert codes(record) == ["invalid-id"]


def test_an_episode_has_the_sub_title_as_title_and_the_title_as_series() -> None:
    inside = (
        '<title lang="en">Weir</title><title lang="fr">Barrage</title>'
        '<sub-title lang="en">Flood</sub-title>'
    )
    episode = one(inside + number("xmltv_ns", "0.1."))
    assert as_dict(episode.titles) == ({"value": "Flood", "language": "en"},)
    assert as_dict(episode.parents) == ({"relation": "series", "title": "Weir"},)
    assert episode.extra == {"series title 2 (fr)": "Barrage"}
    plain = one(inside)
    assert [(t.value, t.use) for t in plain.titles] == [
        ("Weir", "display"),
        ("Barrage", "display"),
        ("Flood", "alternate"),
    ]
    assert plain.parents == ()
    bare = titled(number("xmltv_ns", "0.1."))
    assert (bare.titles[0].value, bare.parents[0].title) == ("News", "News")
    assert one(number("dd_progid", "EP02420905.0022")).parents == ()


def test_a_programme_without_title_and_id_is_rejected() -> None:
    assert read(tv(programme("<title> </title><sub-title/><desc/>"))).codes == ["no-title"]


@pytest.mark.parametrize(
    ("category", "kind"),
    [("Movies", "film"), ("film", "film"), ("Short film", "short"), ("Movie / Drama", "programme"),
     ("Series", "programme")],
)  # fmt: skip
def test_a_category_names_a_kind_only_when_it_says_nothing_else(category: str, kind: str) -> None:
    record = titled(f"<category>{category}</category>")
    assert (record.kind, record.genres[0].text) == (kind, category)


def test_every_element_of_the_dtd() -> None:
    record = one(
        """
        <title lang="en">Weir</title>
        <desc lang="en">Short  text with &amp;amp; in
          it</desc><desc lang="">x</desc>
        <credits>
          <director>Ada Byrne</director>
          <actor role="Tom">Lee Reed<image type="person">https://e.org/p.jpg</image>
            <url system="TMDB">204</url><url>https://e.org/p</url>
            <url system="x"/></actor>
          <actor guest="yes">Kay Dell</actor>
          <actor>Presenter - Lu Ash</actor>
          <guest> </guest>
        </credits>
        <date>19901011</date>
        <category lang="en">Drama</category><category/>
        <keyword>canal</keyword><keyword/>
        <language>English</language>
        <orig-language>fr</orig-language>
        <length units="minutes">60</length>
        <icon src="i.jpg" width="500" height="12 px"/><icon/>
        <country>ES</country><country lang="en">Italy</country><country/>
        <video><present>yes</present><colour>no</colour><aspect>16:9</aspect><quality>HDTV</quality>
          </video>
        <audio><present>yes</present><stereo>surround</stereo></audio>
        <previously-shown start="2021" channel="two.tv"/>
        <premiere>First here</premiere><last-chance/><new/>
        <subtitles type="teletext"><language>English</language></subtitles>
        <subtitles type="deaf-signed"/>
        <rating system="MPAA"><value>PG</value><icon src="x"/></rating>
        <rating><value>7</value></rating><rating system="BBFC"><value/></rating>
        <star-rating system="Guide"><value>4/5</value><icon src="s"/></star-rating>
        <review type="text" source="Paper">Fine</review><review type="text" source="Paper">Or not
        </review>
        <image type="poster">https://e.org/poster.jpg</image><image>x.jpg</image><image/>
        <x-unknown>no</x-unknown>
        """,
        f'{SLOT} showview="123"',
    )
    shown = as_dict(record)
    for name in ("format", "partner", "key", "source", "scopes", "own_id", "airings"):
        del shown[name]
    assert record.airings[0].flags == ("previously-shown", "premiere", "last-chance", "new")
    assert shown == {
        "kind": "programme",
        "titles": ({"value": "Weir", "language": "en"},),
        "synopses": (
            {"value": "Short text with & in it", "language": "en", "length": "short"},
            {"value": "x", "length": "short"},
        ),
        "year": 1990,
        "original_language": "fr",
        "languages": ("en",),
        "countries": ("ES", "IT"),
        "genres": ({"text": "Drama", "language": "en"},),
        "keywords": ("canal",),
        "credits": (
            {"name": "Ada Byrne", "role": "director", "order": 1},
            {
                "name": "Lee Reed",
                "character": "Tom",
                "order": 2,
                "ids": ({"scheme": "tmdb", "value": "204"},),
            },
            {"name": "Kay Dell", "role": "guest actor", "order": 3},
            {"name": "Lu Ash", "role": "presenter", "order": 4},
        ),
        "ratings": ({"system": "MPAA", "value": "PG"}, {"system": "unknown", "value": "7"}),
        "releases": ({"date": "1990-10-11"},),
        "artwork": (
            {"reference": "https://e.org/p.jpg", "purpose": "person"},
            {"reference": "i.jpg", "purpose": "icon", "width": 500},
            {"reference": "https://e.org/poster.jpg", "purpose": "poster"},
            {"reference": "x.jpg", "purpose": "image"},
        ),
        "technical": {
            "duration_ms": 3_600_000,
            "aspect_ratio": "16:9",
            "colour": "black-and-white",
            "tracks": (
                {"kind": "video", "type": "HDTV"},
                {"kind": "audio", "channels": "surround"},
                {"kind": "subtitle", "language": "en", "type": "teletext"},
                {"kind": "subtitle", "type": "deaf-signed"},
            ),
        },
        "warnings": (
            {
                "code": "role-in-name",
                "field": "credits",
                "message": "'Presenter - Lu Ash' was read as a role and a name",
            },
        ),
        "extra": {
            "previously-shown": "2021 two.tv",
            "premiere": "First here",
            "stars Guide": "4/5",
            "review Paper": "Fine | Or not",
            "showview": "123",
        },
    }


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<date>soon</date>", "bad-date"),
        ("<date>20211301</date>", "bad-date"),
        ("<date>Immediate</date>", "bad-date"),
        ("<language>Klingonese</language>", "unknown-language"),
        ('<desc lang="zz-!!">x</desc>', "unknown-language"),
        ("<country>Neverland</country>", "unknown-territory"),
        ('<length units="minutes">long</length>', "bad-duration"),
        ('<length units="days">1</length>', "bad-duration"),
        ('<length units="hours">90</length>', "implausible-duration"),
        ('<length units="minutes">0</length>', "implausible-duration"),
    ],
)
def test_doubts_are_kept_beside_the_record(inside: str, code: str) -> None:
    assert codes(titled(inside)) == [code]


@pytest.mark.parametrize(
    ("raw", "date", "precision"),
    [("2016", "2016", "year"), ("201605", "2016-05", "month"), ("2016-05-04", "2016-05-04", "day"),
     ("20160504120000 +0100", "2016-05-04", "day")],
)  # fmt: skip
def test_a_date_keeps_its_precision(raw: str, date: str, precision: str) -> None:
    record = titled(f"<date>{raw}</date>")
    (release,) = record.releases
    assert (release.date, release.precision, record.year) == (date, precision, 2016)


def test_absent_pictures_sizes_and_empty_elements() -> None:
    record = titled(
        "<video><present>no</present><quality>800x600</quality></video>"
        "<audio><present>no</present><stereo/></audio><date/><language/>"
        '<length units="minutes"/><video><quality/><colour>sepia</colour><aspect/></video>'
    )
    assert record.extra == {"video": "none", "audio": "none"}
    assert record.technical is not None
    assert (record.technical.width, record.technical.height) == (800, 600)
    assert record.technical.colour == "sepia"
    assert codes(record) == []


@pytest.mark.parametrize(
    ("raw", "time", "warnings"),
    [("20151126", 1448496000000, 0), ("2022-04-01", 1648771200000, 0), ("7/29/2020 11 AM", None, 1),
     ("", None, 0)],
)  # fmt: skip
def test_the_date_of_a_delivery(raw: str, time: int | None, warnings: int) -> None:
    header = read(tv(root=f'<tv date="{raw}">')).header
    assert (header.time, len(header.warnings)) == (time, warnings)


def test_a_truncated_schedule_gives_what_came_before_and_is_not_complete() -> None:
    text = tv(programme(), programme())
    found = read(text[: text.rindex("</title>")])
    assert len(found.records) == 1
    assert found.codes == ["not-well-formed"]
    assert found.rejected[0].fatal
    assert not found.header.complete


def test_only_a_tv_root_is_a_schedule() -> None:
    assert read("<invalid/>").format != "xmltv"
    assert read("{}").format != "xmltv"
    assert read("<invalid/>", format="xmltv").codes == ["wrong-root"]
    assert read("<tv/>").format == "xmltv"


def kinds(found: Read) -> dict[str, int]:
    counted = [r.kind for r in found.records]
    return {kind: counted.count(kind) for kind in dict.fromkeys(counted)}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "expected", "doubts"),
    [
        ("androidtv_xmltv", {"programme": 7, "film": 2}, set()),
        ("jellyfin_multilanguage", {"episode": 2}, {"role-in-name", "number-over-total"}),
        ("jellyfin_schedulesdirect", {"episode": 2}, set()),
        ("localnow_fast_epg", {"programme": 2215}, set()),
        ("xmltv_augment_5-2", {"programme": 99}, set()),
        ("xmltv_clump", {"programme": 2}, set()),
        ("xmltv_dups", {"programme": 7}, set()),
        ("xmltv_overlap", {"programme": 14}, {"zero-length"}),
        ("xmltv_test", {"episode": 1}, {"invalid-id"}),
        ("xmltv_x-whatever", {"programme": 2}, set()),
    ],
)
def test_the_shared_schedules(name: str, expected: dict[str, int], doubts: set[str]) -> None:
    found = read_shared(f"xmltv/{name}.xml")
    assert (kinds(found), found.codes) == (expected, [])
    assert {c for r in found.records for c in codes(r)} == doubts
    assert all(len(r.airings) == 1 and not r.grants for r in found.records)
    for record in found.records:
        (scope,) = record.scopes
        start, end = found.header.covered[scope.name.removeprefix("channel:")]
        assert scope.point is not None
        assert start <= scope.point < end


@pytest.mark.shared
def test_a_shared_file_with_another_root_is_not_read() -> None:
    found = read_shared("xmltv/androidtv_invalid.xml")
    assert (found.records, found.codes) == ([], ["unknown-format"])


@pytest.mark.shared
def test_exact_repeats_of_a_shared_schedule_share_their_key() -> None:
    found = read_shared("xmltv/localnow_fast_epg.xml")
    assert len({r.key for r in found.records}) == 2175
    assert len(found.header.covered) == 435
    assert all(r.airings[0].channel_name for r in found.records)
    assert found.header.warnings == [
        "repeated-channel: 8 channel elements repeat an id; the first name counts"
    ]
    labradors = next(r for r in found.records if r.titles[0].value == "Pawsome Profiles")
    assert "Welcome to 'Pawsome Profiles,'" in labradors.synopses[0].value


@pytest.mark.shared
def test_named_zones_and_truncated_stamps_of_shared_schedules() -> None:
    whatever = read_shared("xmltv/xmltv_x-whatever.xml").records
    assert [r.airings[0].start.instant for r in whatever] == [999039900000, 999075300000]
    assert whatever[0].extra == {"x-foo": "bar"}
    assert whatever[1].airings[0].flags == ("previously-shown",)
    augment = read_shared("xmltv/xmltv_augment_5-2.xml").records
    assert augment[0].airings[0].start.instant == 1467316800000


@pytest.mark.shared
def test_a_shared_schedule_in_latin_1_with_several_titles_per_language() -> None:
    first, second = read_shared("xmltv/jellyfin_multilanguage.xml").records
    assert [t.language for t in first.titles] == ["es", "es", "en", "en", "und", "und"]
    assert (first.season_number, first.episode_number) == (19, 51)
    assert [c.role for c in first.credits] == ["presenter"] * 3
    assert first.own_id == second.own_id
    assert first.key != second.key


@pytest.mark.shared
def test_both_spellings_of_a_rating_in_a_shared_schedule() -> None:
    found = read_shared("xmltv/jellyfin_schedulesdirect.xml")
    first = found.records[0]
    assert [(r.system, r.value) for r in first.ratings] == [
        ("Canadian Parental Rating", "14+"),
        ("USA Parental Rating", "TV14"),
        ("VCHIP", "TV-14"),
    ]
    assert (first.own_id, first.season_number, first.episode_number) == ("EP024209050022", 2, 12)
    assert found.header.partner == "schedules-direct"
    assert found.header.time is None
    assert "7/29/2020" in found.header.warnings[0]


@pytest.mark.shared
def test_a_whole_shared_schedule() -> None:
    found = read_shared("xmltv/xmltv_test.xml")
    start = 960_049_980_000
    person = "https://www.example.com/xxx.jpg"
    picture = "https://www.example.com/xxxx.jpg"
    assert found.rejected == []
    assert found.header.covered == {"3sat.de": (start, start + 1)}
    assert found.header.warnings == []
    assert as_dict(found.one) == {
        "format": "xmltv",
        "partner": "xmltv-test",
        "kind": "episode",
        "key": stable_id("airing", "3sat.de", str(start)),
        "source": {"path": "xmltv/xmltv_test.xml", "place": "line 12, /tv/programme[1]"},
        "scopes": ({"name": "channel:3sat.de", "point": start},),
        "own_id": stable_id("programme", "xmltv-test", "blah", "", "3", "10", "1", "", "19901011"),
        "ids": (
            {
                "scheme": "imdb",
                "value": "tt0365",
                "valid": False,
                "raw": "https://www.example.com/title/tt0365/",
            },
        ),
        "titles": ({"value": "blah", "language": "de"}, {"value": "blah", "language": "en"}),
        "synopses": ({"value": "Blah Blah Blah.", "language": "de", "length": "short"},),
        "year": 1990,
        "parents": ({"relation": "series", "title": "blah"},),
        "season_number": 3,
        "episode_number": 10,
        "countries": ("ES",),
        "genres": ({"text": "Comedy", "language": "en"},),
        "credits": (
            {"name": "blah", "role": "director", "order": 1},
            {"name": "a", "order": 2},
            {"name": "b", "order": 3},
            {"name": "c", "character": "blah", "order": 4},
            {"name": "d", "role": "guest actor", "order": 5},
            {
                "name": "e",
                "character": "blah",
                "order": 6,
                "ids": (
                    {
                        "scheme": "tmdb",
                        "value": "204",
                        "raw": "https://www.themoviedb.org/person/204",
                    },
                ),
            },
        ),
        "ratings": ({"system": "MPAA", "value": "PG"},),
        "releases": ({"date": "1990-10-11"},),
        "artwork": (
            {"reference": person, "purpose": "person"},
            {
                "reference": "http://image.example.com/dgXPhzNJH8H.jpg",
                "purpose": "icon",
                "width": 500,
                "height": 123,
            },
            {"reference": picture, "purpose": "image"},
            {"reference": picture, "purpose": "backdrop"},
            {"reference": picture, "purpose": "poster"},
        ),
        "technical": {
            "duration_ms": 3_600_000,
            "aspect_ratio": "16:9",
            "tracks": ({"kind": "subtitle", "language": "en", "type": "teletext"},),
        },
        "links": (
            "https://www.example.com/title/0365/",
            "https://www.example.com/title/tt0365/",
        ),
        "airings": (
            {
                "channel": "3sat.de",
                "channel_name": "3SAT",
                "start": {
                    "kind": "local",
                    "raw": "200006031633",
                    "instant": start,
                    "assumed_zone": "UTC",
                },
                "flags": ("last-chance",),
            },
        ),
        "warnings": (
            {
                "code": "invalid-id",
                "field": "ids",
                "message": "'https://www.example.com/title/tt0365/' is no valid imdb id",
            },
        ),
        "extra": {"stars": "3/3", "review tvreviews": "More blah blah"},
    }
