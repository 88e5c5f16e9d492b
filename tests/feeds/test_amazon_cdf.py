"""Amazon Fire TV Catalog Data Format."""

import pytest

from tests.feeds.reading import Read, read, read_shared
from ummid.catalog.grants import Bound, Grant, LanguageTerm, Price, Term, TerritorySet
from ummid.catalog.keys import stable_id
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
)

US = "<Regions><Country>US</Country></Regions>"
FREE = f"<FreeOffer>{US}</FreeOffer>"
NOWHERE = "<FreeOffer><Regions><Country>JJ</Country></Regions></FreeOffer>"


def catalogue(works: str, *, version: str = "FireTv-v1.3", after: str = "", **profile: str) -> Read:
    return read(
        '<?xml version="1.0"?>\n'
        '<Catalog xmlns="http://www.amazon.com/FireTv/2014-04-11/ingestion"'
        f' version="{version}"><Partner>Rockstar Films</Partner>\n<Works>{works}</Works>{after}'
        "</Catalog>",
        **profile,
    )


def work(
    kind: str = "Movie",
    own: str = "m1",
    more: str = "",
    *,
    offers: str = FREE,
    title: str = '<Title locale="en-US">Fog</Title>',
) -> str:
    return f"<{kind}><ID>{own}</ID>{title}<Offers>{offers}</Offers>{more}</{kind}>"


def one(more: str = "", **parts: str) -> SourceRecord:
    return catalogue(work(more=more, **parts)).one


OFFER = """<RentalOffer><Quality>HD</Quality>
<Regions><Country>US</Country><Country>UK</Country></Regions>
<WindowStart>2014-02-06T12:00:00-07:00</WindowStart><WindowEnd>2099-01-01T00:00:00Z</WindowEnd>
<LaunchDetails><Quality>uhd</Quality><AudioLanguage>en-US</AudioLanguage><Subtitle>fr</Subtitle>
<LaunchId>go-1</LaunchId></LaunchDetails>
<LaunchDetails><Quality>HD</Quality><AudioLanguage>es-MX</AudioLanguage><LaunchId>go-2</LaunchId>
</LaunchDetails><Price currency="usd">1.99</Price><Duration>120</Duration></RentalOffer>"""

FULL = """
<ExternalID scheme="imdb">tt0000001</ExternalID><ExternalID scheme="tms">nonsense</ExternalID>
<Copyright locale="en-US">2014 Rockstar</Copyright>
<ReleaseYear>2013</ReleaseYear>
<ShortDescription locale="en-US">A keeper &lt;i&gt;waits&lt;/i&gt;.</ShortDescription>
<ShortDescription locale="de"/>
<Synopsis locale="en-US">A keeper waits for a ship.</Synopsis>
<ImageUrl>https://art.example/1.jpg</ImageUrl>
<RuntimeMinutes>90</RuntimeMinutes><Color>black_and_white</Color>
<Credits>
<CastMember><Name locale="en-US">Ann One</Name><ExternalID scheme="imdb">nm0000001</ExternalID>
<Role locale="en-US">Tom</Role><Role locale="en-US">Self</Role></CastMember>
<CastMember><Name locale="en-US">Bo Two</Name></CastMember>
<CastMember><Role locale="en-US">Ghost</Role></CastMember>
<CrewMember><Name locale="en-US">Cy Three</Name><Job locale="en-US">Director</Job>
<Job locale="en-US">Grip</Job></CrewMember>
<CrewMember><Name locale="en-US">Di Four</Name></CrewMember></Credits>
<Studios><Studio>Acme</Studio></Studios>
<Language>ja</Language>
<CustomerRating><Score>8.2</Score><MaxValue>10</MaxValue><Count>512</Count></CustomerRating>
<Rank>3</Rank><Source>licensed</Source>
<Genres><Genre locale="en-US">horror</Genre><Genre>sea</Genre><Genre/></Genres>
<ContentRatings><ContentRating><System>MPAA</System><Certification>PG-13</Certification>
</ContentRating></ContentRatings>
<JP_Require18PlusAgeConfirmation>true</JP_Require18PlusAgeConfirmation>
<ReleaseDate>2013-10-04T00:00:00</ReleaseDate>
"""


def test_every_field_of_a_work() -> None:
    found = catalogue(work(more=FULL, offers=OFFER))
    assert found.format == "amazon_cdf"
    assert found.header.partner == "rockstar-films"
    record = found.one
    terms = "audio:en-US audio:es-MX subtitle:fr"
    assert record == SourceRecord(
        format="amazon_cdf",
        partner="rockstar-films",
        format_version="FireTv-v1.3",
        kind="film",
        key="m1",
        source=Source("feed", "line 3, /Catalog/Works/*[1] (Movie)"),
        own_id="m1",
        ids=(ExternalId("imdb", "tt0000001"), ExternalId("tms", "nonsense", valid=False)),
        titles=(Text("Fog", "en-US"),),
        synopses=(
            Synopsis("A keeper waits.", "en-US", "short"),
            Synopsis("A keeper waits for a ship.", "en-US", "long"),
        ),
        year=2013,
        original_language="ja",
        genres=(Genre("horror", language="en-US"), Genre("sea")),
        credits=(
            Credit("Ann One", "actor", "Tom / Self", None, (ExternalId("imdb", "nm0000001"),)),
            Credit("Bo Two", "actor"),
            Credit("Cy Three", "director"),
            Credit("Cy Three", "grip"),
            Credit("Di Four", "crew"),
        ),
        ratings=(Rating("MPAA", "PG-13"),),
        releases=(Release("2013-10-04"),),
        artwork=(Artwork("https://art.example/1.jpg"),),
        technical=Technical(duration_ms=5_400_000, colour="black_and_white"),
        organisations=(Organisation("Acme", "studio"),),
        grants=(
            Grant(
                key=stable_id(
                    "m1", "RentalOffer", "GB US", "HD UHD", "2014-02-06T12:00:00-07:00", terms
                ),
                licence="VOD",
                licence_text="RentalOffer",
                territories=TerritorySet(("US", "GB")),
                start=Bound("instant", "2014-02-06T12:00:00-07:00", 1_391_713_200_000, "-07:00"),
                end=Bound("open", "2099-01-01T00:00:00Z"),
                qualities=("HD", "UHD"),
                languages=(
                    LanguageTerm("en-US", "asset", "audio"),
                    LanguageTerm("es-MX", "asset", "audio"),
                    LanguageTerm("fr", "asset", "subtitle"),
                ),
                prices=(Price("rental", "1.99", "USD"),),
                rental_ms=432_000_000,
                link="go-1",
                terms=(Term("LaunchId", "go-2"),),
            ),
        ),
        extra={
            "copyright": "2014 Rockstar",
            "rank": "3",
            "source": "licensed",
            "jp-require18-plus-age-confirmation": "true",
            "customer-rating": "8.2/10 (512)",
        },
        warnings=record.warnings,
    )
    assert [w.code for w in record.warnings] == ["invalid-id", "nameless-person"]


WRAPPED = """<Movie><ID>m1</ID>
<Titles><Title locale="en-US">Fog</Title><Title locale="ja" pronunciation="kiri">霧</Title></Titles>
<Offers><SubscriptionOffer><Regions><Territories>US, CA</Territories></Regions></SubscriptionOffer>
</Offers><ShortDescriptions><ShortDescription locale="en-US">Wet.</ShortDescription>
</ShortDescriptions><Synopses><Synopsis locale="en-US">Very wet.</Synopsis></Synopses>
<Images><Image category="poster"><Url>https://art.example/1.jpg</Url><Locale>en-US</Locale></Image>
<Image>https://art.example/2.jpg</Image><Image><Locale>en</Locale></Image></Images>
<Runtimes><RuntimeMinutes>9</RuntimeMinutes></Runtimes>
<ReleaseDates><ReleaseDate territory="US">2013-10-04T00:00:00Z</ReleaseDate></ReleaseDates>
<Studio><Studio>Acme</Studio></Studio><IsOriginals><IsOriginal>true</IsOriginal></IsOriginals>
</Movie>"""


def test_versions_with_plural_wrappers_are_read_alike() -> None:
    record = catalogue(WRAPPED, version="FireTv-v1.11").one
    assert record.titles == (
        Text("Fog", "en-US"),
        Text("霧", "ja"),
        Text("kiri", "ja", "sort"),
    )
    assert [s.value for s in record.synopses] == ["Wet.", "Very wet."]
    assert record.artwork == (
        Artwork("https://art.example/1.jpg", "poster", language="en-US"),
        Artwork("https://art.example/2.jpg"),
    )
    assert record.technical == Technical(duration_ms=540_000)
    assert record.releases == (Release("2013-10-04", "original", "US"),)
    assert record.year == 2013
    assert record.organisations == (Organisation("Acme", "studio"),)
    assert record.grants[0].licence == "SVOD"
    assert record.grants[0].territories == TerritorySet(("US", "CA"))
    assert record.extra == {"is-original": "true"}


SHOW = work("TvShow", "s1")
SEASON = work("TvSeason", "s1-2", "<ShowID>s1</ShowID><SeasonInShow>2</SeasonInShow>")


def by(identifier: str, scope: str = "title") -> tuple[ExternalId, ...]:
    return (ExternalId("partner", identifier, scope),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "more", "expected", "parents", "numbers"),
    [
        ("TvShow", "", "series", (), (None, None)),
        (
            "TvSeason",
            "<ShowTitle locale='en'>Fog</ShowTitle><SeasonInShow>3</SeasonInShow>",
            "season",
            (Parent("series", title="Fog"),),
            (3, None),
        ),
        (
            "TvEpisode",
            "<ShowID>s1</ShowID><SeasonID>s1-2</SeasonID><EpisodeInSeason>5</EpisodeInSeason>",
            "episode",
            (Parent("series", by("s1", "series")), Parent("season", by("s1-2", "season"))),
            (None, 5),
        ),
        (
            "TvEpisode",
            "<ShowTitle>Fog</ShowTitle><SeasonInShow>2</SeasonInShow><SeasonTitle>Two</SeasonTitle>"
            "<EpisodeInSeason>x</EpisodeInSeason>",
            "episode",
            (Parent("series", title="Fog"), Parent("season", title="Two")),
            (2, None),
        ),
        ("TvSpecial", "", "special", (), (None, None)),
        (
            "MiniSeriesEpisode",
            "<MiniSeriesTitle>Rain</MiniSeriesTitle><EpisodeInSeries>4</EpisodeInSeries>",
            "episode",
            (Parent("series", title="Rain"),),
            (None, 4),
        ),
        ("Extra", "<Type>clip</Type>", "extra", (), (None, None)),
        (
            "Extra",
            "<Type>trailer</Type><RelatesToID>s1</RelatesToID>",
            "trailer",
            (Parent("title", by("s1")),),
            (None, None),
        ),
        (
            "Extra",
            "<RelatesToExternalID scheme='imdb'>tt0000001</RelatesToExternalID>",
            "extra",
            (Parent("title", (ExternalId("imdb", "tt0000001"),)),),
            (None, None),
        ),
    ],
)
def test_each_kind_of_work_and_what_it_belongs_to(
    kind: str,
    more: str,
    expected: str,
    parents: tuple[Parent, ...],
    numbers: tuple[int | None, int | None],
) -> None:
    record = catalogue(SHOW + SEASON + work(kind, "w", more)).records[2]
    assert (record.kind, record.parents) == (expected, parents)
    assert (record.season_number, record.episode_number) == numbers


def test_a_mini_series_is_a_series_that_says_so() -> None:
    found = catalogue(
        work("MiniSeriesEpisode", "e", "<MiniSeriesID>ms</MiniSeriesID>") + work("MiniSeries", "ms")
    )
    episode, series = found.records
    assert (series.kind, series.extra) == ("series", {"form": "mini-series"})
    assert episode.parents == (Parent("series", by("ms", "series")),)
    assert found.codes == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("<SeasonInShow>2016</SeasonInShow>", "year-as-season"),
        ("<RuntimeMinutes>0</RuntimeMinutes>", "implausible-duration"),
        ("<RuntimeMinutes>2881</RuntimeMinutes>", "implausible-duration"),
        ("<RuntimeMinutes>long</RuntimeMinutes>", "bad-number"),
        ("<ReleaseYear>12</ReleaseYear>", "bad-year"),
        (
            "<ReleaseYear>2001</ReleaseYear><ReleaseDate>2002-01-01T00:00:00</ReleaseDate>",
            "year-mismatch",
        ),
        ("<OriginalAirDate>spring</OriginalAirDate>", "bad-date"),
        ("<Synopsis locale='en'>fog</Synopsis>", "synopsis-is-title"),
        ("<Language>HK</Language>", "unknown-language"),
        (
            "<ContentRatings><ContentRating><System>MPAA</System>"
            "<Certification>ZZ</Certification></ContentRating></ContentRatings>",
            "unknown-rating",
        ),
        (
            "<ReleaseInfo><ReleaseDate>2002-02-20</ReleaseDate>"
            "<ReleaseCountry>JJ</ReleaseCountry></ReleaseInfo>",
            "unknown-territory",
        ),
    ],
)
def test_a_doubt_is_a_warning_and_the_work_is_kept(more: str, code: str) -> None:
    record = one(more)
    assert [w.code for w in record.warnings] == [code]


def test_air_dates_and_the_older_release_info_are_releases() -> None:
    record = one(
        "<OriginalAirDate>2012-05-13T00:00:00</OriginalAirDate><ReleaseInfo>"
        "<ReleaseDate>2012-02-20</ReleaseDate><ReleaseCountry>BT</ReleaseCountry></ReleaseInfo>"
    )
    assert record.releases == (
        Release("2012-05-13", "broadcast"),
        Release("2012-02-20", "original", "BT"),
    )


@pytest.mark.parametrize(("size", "length"), [(190, "short"), (191, "medium"), (590, "medium")])
def test_a_long_short_description_is_no_short_synopsis(size: int, length: str) -> None:
    record = one(f"<ShortDescription locale='en'>{'x' * size}</ShortDescription>")
    assert [s.length for s in record.synopses] == [length]


@pytest.mark.parametrize(
    ("offers", "licence", "codes"),
    [
        (FREE, "FREE", []),
        (f"<SubscriptionOffer>{US}</SubscriptionOffer>", "SVOD", []),
        (f"<PurchaseOffer>{US}<Price currency='EUR'>9</Price></PurchaseOffer>", "EST", []),
        (f"<PurchaseOffer>{US}</PurchaseOffer>", "EST", ["no-price"]),
        (
            f"<RentalOffer>{US}<Price>2</Price><Duration>2 days</Duration></RentalOffer>",
            "VOD",
            ["unknown-currency", "bad-duration"],
        ),
        (
            f"<RentalOffer>{US}<Price currency='XTS'>x</Price></RentalOffer>",
            "VOD",
            ["unknown-currency", "bad-price"],
        ),
        (f"<BarterOffer>{US}</BarterOffer>", "OTHER", ["unknown-offer"]),
        ("<FreeOffer/>", "FREE", ["no-territory"]),
        ("", None, ["no-offer"]),
        (
            f"<FreeOffer>{US}<LaunchDetails><Subtitle>HK</Subtitle></LaunchDetails></FreeOffer>",
            "FREE",
            ["unknown-language"],
        ),
    ],
)
def test_an_offer_is_a_grant_and_free_is_never_more_than_free(
    offers: str, licence: str | None, codes: list[str]
) -> None:
    record = one(offers=offers)
    assert [g.licence for g in record.grants] == ([licence] if licence else [])
    assert [w.code for w in record.warnings] == codes


def test_a_price_that_is_no_amount_keeps_its_text() -> None:
    record = one(offers=f"<PurchaseOffer>{US}<Price currency='USD'>free</Price></PurchaseOffer>")
    assert record.grants[0].prices == (Price("purchase", None, "USD", "free"),)


def test_the_profile_fills_what_an_offer_leaves_open() -> None:
    offers = (
        "<PurchaseOffer><WindowStart>2020-01-01T00:00:00</WindowStart><Price>5</Price>"
        "</PurchaseOffer>"
    )
    found = read(
        catalogue_text(offers),
        territories=("US",),
        currency="USD",
        platform="firetv",
        assumed_zone="-08:00",
    )
    (grant,) = found.one.grants
    assert grant.territories == TerritorySet(("US",))
    assert grant.prices == (Price("purchase", "5", "USD"),)
    assert grant.platform == "firetv"
    assert grant.start == Bound(
        "local", "2020-01-01T00:00:00", 1_577_865_600_000, assumed_zone="-08:00"
    )
    day_first = read(
        catalogue_text(offers.replace("2020-01-01T00:00:00", "31/12/2019")),
        date_formats=("%d/%m/%Y",),
    ).one.grants[0]
    assert day_first.start == Bound("date", "31/12/2019", 1_577_750_400_000, assumed_zone="UTC")


def catalogue_text(offers: str) -> str:
    return (
        '<Catalog xmlns="http://www.amazon.com/FireTv/2014-04-11/ingestion"><Partner>P</Partner>'
        f"<Works>{work(offers=offers)}</Works></Catalog>"
    )


def test_the_key_of_an_offer_does_not_depend_on_its_position() -> None:
    first = f"<SubscriptionOffer>{US}</SubscriptionOffer>"
    keys = {g.licence: g.key for g in one(offers=FREE + first).grants}
    assert {g.licence: g.key for g in one(offers=first + FREE).grants} == keys


def test_offers_alike_but_for_their_price_are_told_apart() -> None:
    offer = f"<PurchaseOffer>{US}<Price currency='USD'>{{}}</Price></PurchaseOffer>"
    found = one(offers=offer.format(1) + offer.format(2) + offer.format(2)).grants
    assert [g.prices[0].amount for g in found] == ["1", "2"]
    assert len({g.key for g in found}) == 2


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (work(offers=NOWHERE), "unknown-territory"),
        (work(offers=f"<FreeOffer>{US}<WindowEnd>soon</WindowEnd></FreeOffer>"), "bad-date"),
        (
            work(
                offers=f"<FreeOffer>{US}<WindowStart>2020-01-02T00:00:00Z</WindowStart>"
                "<WindowEnd>2020-01-01T00:00:00Z</WindowEnd></FreeOffer>"
            ),
            "reversed-window",
        ),
        (work(own=""), "missing-id"),
        ("<Podcast><ID>m1</ID></Podcast>", "unknown-work"),
    ],
)
def test_a_broken_work_is_refused_alone(broken: str, code: str) -> None:
    found = catalogue(broken + work(own="m2"))
    assert [r.key for r in found.records] == ["m2"]
    assert found.codes == [code]
    assert found.rejected[0].key == (None if code == "missing-id" else "m1")
    assert found.header.complete


@pytest.mark.parametrize(
    ("works", "codes", "fault"),
    [
        (work() + work(), ["duplicate-id", "whole-file-refused"], "duplicate-id: line 3"),
        (work(title="<Title locale='en'/>"), ["blank-title", "whole-file-refused"], "blank-title"),
        (work(title=""), ["blank-title", "whole-file-refused"], "blank-title"),
        (
            work("TvSeason", "x", "<ShowID>gone</ShowID>"),
            ["whole-file-refused"],
            "dangling-parent: line 3, /Catalog/Works/*[1] (TvSeason): ShowID 'gone'",
        ),
        (
            SHOW + work("TvEpisode", "x", "<SeasonID>s1</SeasonID>"),
            ["whole-file-refused"],
            "dangling-parent",
        ),
        (
            work("MiniSeriesEpisode", "x", "<MiniSeriesID>gone</MiniSeriesID>"),
            ["whole-file-refused"],
            "dangling-parent",
        ),
        (
            work("TvEpisode", "x", "<ShowID/>"),
            ["blank-parent", "whole-file-refused"],
            "blank-parent",
        ),
    ],
)
def test_some_faults_refuse_the_whole_file(works: str, codes: list[str], fault: str) -> None:
    found = catalogue(works)
    assert found.codes == codes
    assert found.rejected[-1].fatal
    assert found.header.warnings[0].startswith(fault)
    assert not found.header.complete


def test_a_parent_may_come_after_its_children() -> None:
    found = catalogue(SEASON + SHOW)
    assert (found.codes, len(found.records)) == ([], 2)


def test_a_parent_whose_own_offer_is_broken_still_exists() -> None:
    broken = work(
        "TvShow", "s1", offers="<FreeOffer><Regions><Country>JJ</Country></Regions></FreeOffer>"
    )
    assert catalogue(broken + SEASON).codes == ["unknown-territory"]


def test_an_extra_of_a_work_elsewhere_is_a_header_warning() -> None:
    found = catalogue(work("Extra", "x", "<RelatesToID>gone</RelatesToID>"))
    assert found.codes == []
    assert found.header.warnings[0].startswith("dangling-relation")


def test_an_empty_works_is_a_complete_catalogue_of_nothing() -> None:
    found = catalogue("")
    assert (found.records, found.rejected, found.header.complete) == ([], [], True)
    assert found.header.partner == "rockstar-films"


@pytest.mark.parametrize("padding", ["", " " * 300_000])
def test_a_missing_works_withdraws_nothing(padding: str) -> None:
    found = read(
        '<Catalog xmlns="http://www.amazon.com/FireTv/2014-04-11/ingestion">'
        f"<Partner>P</Partner>{padding}</Catalog>"
    )
    assert found.codes == ["missing-works"]
    assert not found.header.complete


def test_a_file_cut_short_is_no_complete_catalogue() -> None:
    text = catalogue_text(FREE)
    found = read(text[: text.index("</Works>")])
    assert (len(found.records), found.codes) == (1, ["not-well-formed"])


def test_stations_and_schedules_are_said_to_be_left_out() -> None:
    linear = "<LinearData><Station><ID>st</ID></Station><Lineup/></LinearData>"
    found = catalogue(work(), after=linear)
    assert (len(found.records), found.codes) == (1, [])
    assert found.header.warnings == [
        "linear-data: stations, line-ups and schedules of this catalogue are not read"
    ]


def test_an_unknown_version_is_read_with_a_warning() -> None:
    assert catalogue(work(), version="FireTv-v2").header.warnings == [
        "unknown-version: FireTv-v2 is not known here; read as FireTv-v1"
    ]


def test_a_whole_real_file() -> None:
    assert read_shared("amazon_cdf/amazon_docs_minimal.xml").one == SourceRecord(
        format="amazon_cdf",
        partner="everything-ever-made-filmworks",
        format_version="FireTv-v1.3",
        kind="film",
        key="MV-12345",
        source=Source("amazon_cdf/amazon_docs_minimal.xml", "line 5, /Catalog/Works/*[1] (Movie)"),
        own_id="MV-12345",
        titles=(Text("Edison Kinetoscopic Record of a Sneeze", "en-US"),),
        grants=(
            Grant(
                key=stable_id("MV-12345", "SubscriptionOffer", "US", "", "", ""),
                licence="SVOD",
                licence_text="SubscriptionOffer",
                territories=TerritorySet(("US",)),
            ),
        ),
    )


def test_a_whole_real_catalogue() -> None:
    found = read_shared("amazon_cdf/nbcu_usanow_catalog.xml")
    kinds = [r.kind for r in found.records]
    assert found.codes == []
    assert found.header.partner == "nbcup-n"
    assert {k: kinds.count(k) for k in set(kinds)} == {"series": 20, "season": 29, "episode": 234}
    assert len({r.key for r in found.records}) == 283
    assert {g.licence for r in found.records for g in r.grants} == {"FREE"}
    assert len({g.key for r in found.records for g in r.grants}) == 283
    assert [r.season_number for r in found.records if r.warnings] == [2016]
    assert {r.year for r in found.records} == {None}
    last = found.records[-1]
    show = "69D8A5A1-AD5B-62FF-BCAA-AF8C69DF48FF"
    assert (last.own_id, last.titles, last.episode_number) == (
        "3064570",
        (Text("To Trouble", "en-US"),),
        1,
    )
    assert last.parents == (
        Parent("series", by(show, "series")),
        Parent("season", by(f"{show}-SS6", "season")),
    )
