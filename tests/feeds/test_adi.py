"""CableLabs ADI 1.1 packages: titles, versions, deletes, windows by region, doubts."""

import pytest

from tests.feeds.reading import Read, read, read_shared
from ummid.catalog.grants import Price, TerritorySet
from ummid.catalog.model import Artwork, Credit, Genre, Rating, Text
from ummid.feeds.adi import FORMATS, sniff
from ummid.feeds.adi_title import person
from ummid.feeds.head import Head

WINDOW = {"Licensing_Window_Start": "2020-01-01", "Licensing_Window_End": "2020-12-31"}


def ams(kind: str, asset: str, **more: str) -> str:
    facts = {
        "Asset_Class": kind,
        "Asset_ID": asset,
        "Provider": "Some Films",
        "Provider_ID": "films.example",
        "Product": "SVOD",
        "Version_Major": "1",
        "Version_Minor": "2",
        "Creation_Date": "2020-01-01",
    } | more
    return "<AMS " + " ".join(f'{k}="{v}"' for k, v in facts.items() if v is not None) + "/>"


def data(facts: dict[str, str | list[str]]) -> str:
    return "".join(
        f'<App_Data App="MOD" Name="{name}" Value="{value}"/>'
        for name, values in facts.items()
        for value in ([values] if isinstance(values, str) else values)
    )


def asset(kind: str, identity: str, facts: dict[str, str | list[str]], content: str = "") -> str:
    held = f'<Content Value="{content}"/>' if content else ""
    return f"<Asset><Metadata>{ams(kind, identity)}{data(facts)}</Metadata>{held}</Asset>"


def package(
    facts: dict[str, str | list[str]] | None = None,
    *parts: str,
    head: str = "",
    title: str | None = None,
    window: dict[str, str] = WINDOW,
    **profile: object,
) -> Read:
    """A package of one title, `Title` T and a year's window unless stated otherwise."""
    about: dict[str, str | list[str]] = {"Title": "T", **window, **(facts or {})}
    main = asset("title", "T1", about) if title is None else title
    return read(
        f"<ADI><Metadata>{head or ams('package', 'P1')}</Metadata>{main}{''.join(parts)}</ADI>",
        format="adi",
        **profile,
    )


def codes(found: Read) -> list[str]:
    return [w.code for w in found.one.warnings]


@pytest.mark.parametrize(
    ("document", "recognised"),
    [
        ("<ADI/>", True),
        ('<!DOCTYPE ADI SYSTEM "ADI.DTD"><ADI/>', True),
        ('<x:ADI xmlns:x="urn:cable"/>', True),
        ('<ADI3 xmlns="http://www.scte.org/schemas/236/2017/core"/>', True),
        ("<ad/>", False),
        ("a,b", False),
    ],
)
def test_is_recognised_by_its_root(document: str, recognised: bool) -> None:
    assert sniff(Head(document.encode(), whole=True)) is recognised
    assert FORMATS[0].mode == "delta"


def test_a_package_gives_one_record_per_title() -> None:
    record = package().one
    assert record.key == "films.example/P1"
    assert record.own_id == "films.example/T1"
    assert [(i.scheme, i.value, i.scope) for i in record.ids] == [
        ("paid", "films.example/P1", "package")
    ]
    assert record.partner == "some-films"


def test_a_package_of_two_titles_keys_them_apart_and_shares_out_its_parts() -> None:
    found = package(
        None,
        asset("poster", "I1", {}, "one.jpg"),
        asset("title", "T2", {"Title": "U", **WINDOW}),
        asset("poster", "I2", {}, "two.jpg"),
    )
    assert [r.key for r in found.records] == ["films.example/P1#films.example/T1",
                                              "films.example/P1#films.example/T2"]  # fmt: skip
    assert [r.artwork[0].reference for r in found.records] == ["one.jpg", "two.jpg"]
    assert [r.source.place for r in found.records] == [
        "line 1, /ADI/Asset[1]",
        "line 1, /ADI/Asset[3]",
    ]


def test_an_asset_before_the_title_belongs_to_it_and_a_namespace_changes_nothing() -> None:
    inner = asset("poster", "I1", {}, "p.jpg") + asset("title", "T1", {"Title": "T", **WINDOW})
    found = read(
        f'<ADI xmlns="urn:x"><Metadata>{ams("package", "P1")}</Metadata>{inner}</ADI>', format="adi"
    )
    assert found.one.artwork == (Artwork("p.jpg", "poster"),)


@pytest.mark.parametrize(
    ("major", "minor", "event_time"),
    [("1", "0", 1_577_836_801_000), ("1", "12", 1_577_836_801_012), ("2", "0", 1_577_836_802_000)],
)
def test_a_higher_version_of_the_same_day_is_later(major: str, minor: str, event_time: int) -> None:
    head = ams("package", "P1", Version_Major=major, Version_Minor=minor)
    assert package(head=head).one.event_time == event_time


def test_versions_and_dates_that_cannot_be_read_are_doubts() -> None:
    found = package(head=ams("package", "P1", Version_Major="one", Creation_Date="new"))
    assert codes(found) == ["bad-version", "bad-date"]
    assert found.one.event_time is None
    assert found.header.warnings[0].startswith("bad-date:")


@pytest.mark.parametrize("where", ["package", "title"])
def test_the_verb_deletes(where: str) -> None:
    reversed_ = {"Licensing_Window_Start": "2020-05-01", "Licensing_Window_End": "2019-01-01"}
    head = ams("package", "P1", Verb="DELETE") if where == "package" else ams("package", "P1")
    meta = ams("title", "T1", Verb="DELETE" if where == "title" else "")
    title = f"<Asset><Metadata>{meta}{data({'Title': 'T', **reversed_})}</Metadata></Asset>"
    record = package(head=head, title=title).one
    assert (record.action, record.key, record.grants) == ("delete", "films.example/P1", ())


def test_a_delete_needs_no_title_and_another_package_does() -> None:
    deleted = package(head=ams("package", "P1", Verb="delete"), title="").one
    assert (deleted.action, deleted.key, deleted.kind) == ("delete", "films.example/P1", "unknown")
    found = package(title="")
    assert found.codes == ["no-title"]
    assert found.rejected[0].key == "films.example/P1"


def test_a_template_is_refused() -> None:
    found = package({"Title": "%title%"})
    assert (found.codes, found.rejected[0].key) == (["placeholder"], "films.example/P1")
    named = package(head=ams("package", "%id%", Provider="%provider%"))
    assert (named.codes, named.rejected[0].key, named.header.partner) == (
        ["placeholder"],
        None,
        None,
    )
    assert package({"Title": "100% Wolf"}).one.titles[0].value == "100% Wolf"


@pytest.mark.parametrize(
    ("product", "licence", "doubt"),
    [
        ("SVOD", "SVOD", []),
        ("First-Run", "VOD", []),
        ("MOD", "VOD", []),
        ("TVOD", "VOD", []),
        ("FOD", "FREE", []),
        ("Free", "FREE", []),
        ("AVOD", "AVOD", []),
        ("EST", "EST", []),
        ("PRD", "OTHER", ["unknown-licence"]),
    ],
)
def test_product_names_the_licence(product: str, licence: str, doubt: list[str]) -> None:
    found = package(head=ams("package", "P1", Product=product))
    (grant,) = found.one.grants
    assert (grant.licence, grant.licence_text) == (licence, product)
    assert codes(found) == doubt


def test_the_profile_says_what_the_package_does_not() -> None:
    found = package(
        {"Price": "1.50"},
        head=ams("package", "P1", Product="PRD"),
        licence="AVOD",
        territories=("FR",),
        currency="EUR",
        platform="box",
    )
    (grant,) = found.one.grants
    assert (grant.licence, grant.platform) == ("AVOD", "box")
    assert grant.territories == TerritorySet(("FR",))
    assert grant.prices == (Price("price", "1.50", "EUR"),)


@pytest.mark.parametrize(
    ("start", "end", "instants"),
    [
        ("2020-01-01", "2020-01-02", (1_577_836_800_000, 1_578_009_600_000)),
        ("2020-01-01T00:00:00", "2020-01-02T00:00:00", (1_577_836_800_000, 1_577_923_200_000)),
        ("2020-01-01'T'00:00:00", "2038-01-19", (1_577_836_800_000, None)),
    ],
)
def test_windows(start: str, end: str, instants: tuple[int, int | None]) -> None:
    window = {"Licensing_Window_Start": start, "Licensing_Window_End": end}
    (grant,) = package(window=window).one.grants
    assert grant.start is not None
    assert grant.end is not None
    assert (grant.start.instant, grant.end.instant) == instants


def test_naive_times_are_placed_by_the_profile() -> None:
    window = {"Licensing_Window_Start": "2020-01-01T00:00:00"}
    (grant,) = package(window=window, assumed_zone="+05:30").one.grants
    assert grant.start is not None
    assert (grant.start.instant, grant.start.kind) == (1_577_817_000_000, "local")
    assert grant.start.assumed_zone == "+05:30"
    window = {"Licensing_Window_Start": "31/01/2020"}
    (grant,) = package(window=window, date_formats=("%d/%m/%Y",)).one.grants
    assert grant.start is not None
    assert grant.start.instant == 1_580_428_800_000


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"Licensing_Window_End": "2016-12-31"}, "reversed-window"),
        ({"Licensing_Window_Start": "01/02/2020"}, "bad-date"),
        ({"Country": "Atlantis"}, "unknown-territory"),
    ],
)
def test_rights_that_cannot_be_read_refuse_the_title(facts: dict[str, str], code: str) -> None:
    found = package(dict(facts))
    assert (found.codes, found.rejected[0].key) == ([code], "films.example/P1")


def test_no_window_is_a_doubt() -> None:
    assert codes(package(window={})) == ["missing-window"]


def test_a_regional_asset_overrides_the_window_of_its_country() -> None:
    found = package(
        {"Country": ["IN,US", "Bosnia and Herzegovina"]},
        asset(
            "regional",
            "R1",
            {"Country": "IN", "Rating": "G", "Licensing_Window_Start": "2020-03-01"},
        ),
        asset("regional", "R2", {"Country": "US", "Rating": "PG"}),
    )
    base, india = found.one.grants
    assert base.territories == TerritorySet(("IN", "US", "BA"), ("IN",))
    assert india.territories == TerritorySet(("IN",))
    assert india.start is not None
    assert (india.start.raw, india.end) == ("2020-03-01", base.end)
    assert india.key != base.key
    assert found.one.ratings[:2] == (
        Rating("unspecified", "G", "IN"),
        Rating("unspecified", "PG", "US"),
    )


def test_a_regional_window_needs_a_country() -> None:
    window = {"Licensing_Window_End": "2020-03-01"}
    assert package(None, asset("regional", "R1", dict(window))).codes == ["unknown-territory"]
    found = package(None, asset("regional", "R1", {"Country": "IN", **window}))
    assert found.one.grants[0].territories is None
    assert codes(found) == ["regional-override"]
    found = package(None, asset("regional", "R1", {"Country": "Atlantis", "Rating": "G"}))
    assert found.codes == ["unknown-territory"]
    found = package(None, asset("regional", "R1", {"Rating": "G"}))
    assert codes(found) == ["unknown-territory"]


def test_prices_rental_times_and_terms() -> None:
    found = package(
        {
            "Rental": "Y",
            "Price": "4.99",
            "Suggested_Price": "free",
            "Currency": "XTS",
            "Maximum_Viewing_Length": "02:12:30",
            "Rental_Duration": "3600",
            "Contract_Name": "C",
            "Billing_ID": "B",
            "Licensing_Window_End_Comcast": ["2020-11-30", "2020-10-31"],
            "Platforms": "one,two",
            "Title_DirecTV": "T!",
        },
        head=ams("package", "P1", Product="VOD"),
    )
    (grant,) = found.one.grants
    assert grant.prices == (Price("SRP", None, "XTS", "free"), Price("rental", "4.99", "XTS"))
    assert (grant.rental_ms, grant.watch_ms) == (3_600_000, 217_800_000)
    assert grant.contract == "C"
    assert [(t.name, t.value) for t in grant.terms] == [
        ("Licensing_Window_End_Comcast", "2020-11-30"),
        ("Licensing_Window_End_Comcast", "2020-10-31"),
        ("Platforms", "one,two"),
        ("Billing_ID", "B"),
    ]
    assert found.one.extra["Title_DirecTV"] == "T!"
    assert codes(found) == ["assumed-unit", "unknown-currency", "bad-price", "unknown-currency"]


@pytest.mark.parametrize(
    ("facts", "rental", "doubts"),
    [
        ({"Maximum_Viewing_Length": "00:24:00"}, 86_400_000, []),
        ({"Maximum_Viewing_Length": "a day"}, None, ["bad-duration"]),
        ({"Rental_Duration": "P2D"}, 172_800_000, []),
        ({"Rental_Duration": "two"}, None, ["bad-duration"]),
        ({"Rental": "Y"}, None, ["licence-conflict"]),
    ],
)
def test_rental_time(facts: dict[str, str], rental: int | None, doubts: list[str]) -> None:
    found = package(dict(facts))
    assert found.one.grants[0].rental_ms == rental
    assert codes(found) == doubts


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Cameron,James", "James Cameron"),
        ("Cameron, James", "James Cameron"),
        ("James Cameron", "James Cameron"),
        ("MarVista Entertainment, Inc.", "MarVista Entertainment, Inc."),
        ("One,Two,Three", "One,Two,Three"),
        ("Cher,", "Cher,"),
    ],
)
def test_names_are_turned_round(raw: str, name: str) -> None:
    assert person(raw) == name


def test_people_come_in_order_and_display_lists_fill_in() -> None:
    record = package(
        {"Actors": ["B,A", "D,C"], "Director": "F,E", "Writer_Display": "G H, I J"}
    ).one
    assert record.credits == (
        Credit("A B", "actor", None, 1),
        Credit("C D", "actor", None, 2),
        Credit("E F", "director", None, 3),
        Credit("G H", "writer", None, 4),
        Credit("I J", "writer", None, 5),
    )


@pytest.mark.parametrize(
    ("facts", "kind", "doubts"),
    [
        ({"Show_Type": "Movie"}, "film", []),
        ({"Show_Type": "Movie", "Episode_Number": "1"}, "film", ["kind-conflict"]),
        ({"Show_Type": "Series"}, "episode", []),
        ({"Show_Type": "Sports"}, "event", []),
        ({"Episode_Number": "3"}, "episode", []),
        ({"TMS_ID": "MV000000010000"}, "film", []),
        ({"Show_Type": "Other"}, "unknown", []),
        ({"TMS_ID": "M1"}, "unknown", ["invalid-id"]),
        ({"Episode_Number": "three"}, "episode", ["bad-number"]),
    ],
)
def test_kind(facts: dict[str, str], kind: str, doubts: list[str]) -> None:
    found = package(dict(facts))
    assert found.one.kind == kind
    assert codes(found) == doubts


def test_series_and_season_are_named() -> None:
    record = package({"Series_Name": "S", "Series_ID": "s1", "Season_ID": "s1-1"}).one
    assert [(p.relation, p.title, [i.value for i in p.ids]) for p in record.parents] == [
        ("series", "S", ["s1"]),
        ("season", None, ["s1-1"]),
    ]


def test_translations_give_titles_in_their_language() -> None:
    record = package(
        {"Language": "eng", "Title_Brief": "Brief", "Summary_Long": "L", "Keywords": "a, b"},
        asset("translation", "X", {"Language": "fra", "Title": "Titre", "Summary_Long": "M",
                                   "Keywords": "b;c"}),
    ).one  # fmt: skip
    assert record.titles == (
        Text("T", "en"), Text("Brief", "en", "short"), Text("Titre", "fr"),
    )  # fmt: skip
    assert [(s.value, s.language, s.length) for s in record.synopses] == [
        ("L", "en", "long"),
        ("M", "fr", "long"),
    ]
    assert record.keywords == ("a", "b", "c")


@pytest.mark.parametrize(
    ("language", "text", "doubts"),
    [
        ("q9", "T", ["unknown-language"]),
        ("tna", "บาง", ["language-doubt"]),
        ("tha", "บาง", []),
        ("hin", "वििरण", ["damaged-text"]),
        ("eng", "Ã©t", ["damaged-text"]),
    ],
)
def test_doubtful_text_is_kept(language: str, text: str, doubts: list[str]) -> None:
    found = package({"Language": language, "Title": text})
    assert found.one.titles[0].value == text
    assert codes(found) == doubts


def test_ids_lose_their_blanks_with_a_doubt() -> None:
    found = package(head=ams("package", " P1"))
    assert found.one.key == "films.example/P1"
    assert codes(found) == ["stripped-id"]


def test_one_id_on_two_assets_is_a_doubt() -> None:
    found = package(None, asset("poster", "X", {}), asset("movie", "X", {}))
    assert codes(found) == ["duplicate-id"]


def test_media_facts() -> None:
    movie = {
        "Audio_Type": "Stereo", "Languages": ["eng_1234", "q9"], "Subtitle_Languages": "es,fr",
        "Dubbed_Languages": "de", "Codec": "H264", "Resolution": "1080i", "Frame_Rate": "2997",
        "Bit_Rate": "3750", "Content_FileSize": "big", "Content_CheckSum": "AB",
        "Screen_Format": "Widescreen",
    }  # fmt: skip
    caption = {"Language": "ita", "Type": "SRT"}
    found = package(
        {"Run_Time": "01:30:00", "Rating": ["TV-14", "R", "U"], "Advisories": "V,L"},
        asset("movie", "M1", dict(movie), " m.ts"),
        asset("closedCaption", "C1", dict(caption), "c.srt"),
        asset("preview", "V1", {"Run_Time": "00:01:00"}, "v.ts"),
        asset("box cover", "B1", {"Image_Aspect_Ratio": "320x240"}, "b.jpg"),
        asset("image", "B2", {"Type": "WIDE_1920X1080"}),
    )
    record, technical = found.one, found.one.technical
    assert technical is not None
    assert (technical.duration_ms, technical.height, technical.frame_rate) == (
        5_400_000, 1080, "30000/1001",
    )  # fmt: skip
    assert (technical.location, technical.size_bytes, technical.checksum) == ("m.ts", None, "ab")
    assert [(t.kind, t.language, t.type) for t in technical.tracks] == [
        ("video", None, None),
        ("audio", "en", None),
        ("audio", None, None),
        ("audio", "de", "dubbed"),
        ("subtitle", "es", None),
        ("subtitle", "fr", None),
        ("subtitle", "it", "SRT"),
    ]
    assert record.grants[0].qualities == ("HD",)
    assert [(x.language, x.track) for x in record.grants[0].languages] == [
        ("en", "audio"), ("de", "dub"), ("es", "subtitle"), ("fr", "subtitle"), ("it", "subtitle"),
    ]  # fmt: skip
    assert record.artwork == (
        Artwork("b.jpg", "box_cover", 320, 240),
        Artwork("films.example/B2", "image", 1920, 1080),
    )
    assert [(r.system, r.value) for r in record.ratings] == [
        ("TVPG", "TV-14"), ("MPAA", "R"), ("unspecified", "U"),
    ]  # fmt: skip
    assert record.ratings[0].reasons == ("V", "L")
    assert record.extra["preview"] == "v.ts"
    assert codes(found) == ["language-suffix", "unknown-language", "bad-number"]


@pytest.mark.parametrize(
    ("facts", "milliseconds", "doubts"),
    [
        ({"Display_Run_Time": "00:29"}, 1_740_000, []),
        ({"Display_Run_Time": "soon"}, None, ["bad-duration"]),
        ({"Run_Time": "99:00:00"}, 356_400_000, ["implausible-duration"]),
    ],
)
def test_run_time(facts: dict[str, str], milliseconds: int | None, doubts: list[str]) -> None:
    found = package(dict(facts))
    assert (found.one.technical.duration_ms if found.one.technical else None) == milliseconds
    assert codes(found) == doubts


@pytest.mark.parametrize(("flag", "quality"), [("Y", "HD"), ("N", "SD")])
def test_quality_from_the_hd_flag(flag: str, quality: str) -> None:
    found = package(None, asset("movie", "M", {"HDContent": flag}))
    assert found.one.grants[0].qualities == (quality,)


def test_run_time_is_compared_with_the_media() -> None:
    movie = {"Start_Of_Media": "01:00:00:00", "End_Of_Media": "02:26:44:19"}
    pair = '<App_Data Name="Segment1" In="01:00:00:00" Out="01:20:30:17"/>'
    media = asset("movie", "M", dict(movie)).replace("</Metadata>", pair + "</Metadata>")
    found = package({"Run_Time": "01:00:00"}, media)
    assert codes(found) == ["run-time-differs"]
    assert found.one.extra["movie.Segment1"] == "01:00:00:00-01:20:30:17"


def test_other_doubts_and_facts() -> None:
    found = package(
        {
            "Title": "", "Title_Brief": "B", "Year": "19", "Genre": "Drama", "Category": "/A",
            "Country_of_Origin": ["India", "Atlantis"], "MSORating": "X",
            "Studio": "S", "Network": "N",
        }
    )  # fmt: skip
    record = found.one
    assert record.countries == ("IN",)
    assert record.genres == (Genre("Drama"), Genre("/A", "category"))
    assert record.ratings == (Rating("MSO", "X"),)
    assert [(o.name, o.role) for o in record.organisations] == [
        ("Some Films", "provider"), ("S", "studio"), ("N", "network"),
    ]  # fmt: skip
    assert sorted(codes(found)) == ["bad-year", "missing-title", "unknown-territory"]


def test_a_title_without_any_id_is_keyed_by_what_it_says() -> None:
    title = (
        f"<Asset><Metadata>{ams('title', '')}{data({'Title': 'T', **WINDOW})}</Metadata></Asset>"
    )
    first = package(head="<Note/>", title=title)
    assert first.one.key == package(head="<Note/>", title=title).one.key
    assert (first.one.own_id, first.one.ids) == (None, ())
    keyed = package(head="<Note/>")
    assert keyed.one.key == "films.example/T1"


SHARED = {
    "amagi_episode": (1, []),
    "amagi_movie": (0, ["reversed-window"]),
    "bbayles_reference": (1, []),
    "bbayles_template": (0, ["placeholder"]),
    "lifetime_adi1_tvshow": (1, []),
    "scte236_adi3_titanic": (1, []),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", SHARED)
def test_real_files(name: str) -> None:
    found = read_shared(f"adi/{name}.xml")
    assert found.format == "adi"
    assert (len(found.records), found.codes) == SHARED[name]


@pytest.mark.shared
def test_a_film_numbered_as_an_episode_stays_a_film() -> None:
    record = read_shared("adi/lifetime_adi1_tvshow.xml").one
    assert (record.kind, record.season_number, record.episode_number) == ("film", 1, 1)
    assert record.titles[0].value == "Friends Who Kill HD"
    assert [w.code for w in record.warnings] == ["run-time-differs", "kind-conflict"]
    assert record.extra["Category_DirecTV"].splitlines()[1] == "Lifetime Movie Club/Teen"
    assert ("Licensing_Window_End_Comcast", "2020-12-31") in [
        (t.name, t.value) for t in record.grants[0].terms
    ]
    assert record.grants[0].rental_ms == 24 * 3_600_000
