"""ADI 3 (SCTE 236): assets joined by their uriId."""

import pytest

from tests.feeds.reading import Read, read
from ummid.catalog.grants import Price, TerritorySet
from ummid.catalog.model import Artwork, Credit, Genre, Text

XSI = "http://www.w3.org/2001/XMLSchema-instance"


def node(kind: str, uri: str, body: str = "", **attributes: str) -> str:
    facts = {"creationDateTime": "2020-01-01T00:00:00Z", "providerVersionNum": "1",
             "internalVersionNum": "0"} | attributes  # fmt: skip
    stated = " ".join(f'{k}="{v}"' for k, v in facts.items())
    return f'<Asset xsi:type="x:{kind}Type" uriId="{uri}" {stated}>{body}</Asset>'


def document(*nodes: str, year: str = "2016", **profile: object) -> Read:
    return read(
        f'<ADI3 xmlns="http://www.scte.org/schemas/236/{year}/core" xmlns:xsi="{XSI}">'
        f"{''.join(nodes)}</ADI3>",
        format="adi",
        **profile,
    )


GROUP = node(
    "ContentGroup",
    "g",
    '<TitleRef uriId="t"/><MovieRef uriId="m"/><PreviewRef uriId="p"/><BoxCoverRef uriId="b"/>',
)
MEDIA = (
    node("Movie", "m", "<SourceUrl>m.ts</SourceUrl><Duration>PT1H</Duration>"
         "<Resolution>1080i</Resolution><Language>en</Language>"
         "<SubtitleLanguage>q9</SubtitleLanguage><ContentFileSize>many</ContentFileSize>"),
    node("Preview", "p", "<SourceUrl>p.ts</SourceUrl>"),
    node("BoxCover", "b", "<X_Resolution>320</X_Resolution><Y_Resolution>240</Y_Resolution>"),
)  # fmt: skip


def offer(uri: str = "o", body: str = "", **attributes: str) -> str:
    window = {"startDateTime": "2020-02-01T00:00:00Z", "endDateTime": "2020-03-01T00:00:00Z"}
    return node(
        "Offer",
        uri,
        f'<Product>SVOD</Product><ContentGroupRef uriId="g"/>{body}',
        **(window | attributes),
    )


def title(body: str = "", **attributes: str) -> str:
    return node("Title", "t", f"<TitleLong>T</TitleLong>{body}", **attributes)


def codes(found: Read) -> list[str]:
    return [w.code for w in found.one.warnings]


def test_offers_are_joined_to_their_title() -> None:
    terms = node(
        "Terms", "x",
        '<ContractName>C</ContractName><SuggestedPrice currency="eur">5.95</SuggestedPrice>'
        "<UsagePeriod>P00DT24H00M</UsagePeriod><Info><Percent>5</Percent></Info>"
        '<Limit maximumViews="5"/>',
    )  # fmt: skip
    category = node("Category", "c", "<CategoryPath>A/B</CategoryPath>")
    body = (
        '<Provider>Some Films</Provider><TermsRef uriId="x"/><BillingId>7</BillingId>'
        '<Presentation><CategoryRef uriId="c"/><DisplayAsNew>P7D</DisplayAsNew></Presentation>'
    )
    found = document(offer("o", body), title(), GROUP, terms, category, *MEDIA)
    (grant,) = found.one.grants
    assert (grant.licence, grant.stated_key, grant.contract) == ("SVOD", "o", "C")
    assert grant.prices == (Price("SRP", "5.95", "EUR"),)
    assert grant.rental_ms == 86_400_000
    assert grant.start is not None
    assert (grant.start.kind, grant.start.instant) == ("instant", 1_580_515_200_000)
    assert (grant.qualities, grant.territories) == (("HD",), None)
    assert [(t.name, t.value) for t in grant.terms] == [
        ("BillingId", "7"),
        ("DisplayAsNew", "P7D"),
        ("ContractName", "C"),
        ("UsagePeriod", "P00DT24H00M"),
        ("Info.Percent", "5"),
        ("Limit", "maximumViews=5"),
    ]
    assert found.one.genres == (Genre("A/B", "category"),)
    assert found.header.partner == "some-films"


def test_media_pictures_and_previews_hang_on_the_title() -> None:
    found = document(title(), GROUP, *MEDIA)
    record, technical = found.one, found.one.technical
    assert technical is not None
    assert (technical.duration_ms, technical.height, technical.location) == (
        3_600_000,
        1080,
        "m.ts",
    )
    assert record.artwork == (Artwork("b", "boxcover", 320, 240),)
    assert record.extra["preview"] == "p.ts"
    assert (record.languages, record.grants) == (("en",), ())
    assert codes(found) == ["bad-number", "unknown-language"]


def test_two_offers_of_a_title_are_two_grants() -> None:
    found = document(offer("o1"), offer("o2"), title(), GROUP, *MEDIA, territories=("US",))
    assert [g.stated_key for g in found.one.grants] == ["o1", "o2"]
    assert found.one.grants[0].territories == TerritorySet(("US",))
    assert [i.value for i in found.one.ids] == ["o1", "o2"]


def test_the_latest_version_counts() -> None:
    found = document(
        offer("o", providerVersionNum="3"), title(internalVersionNum="4"), GROUP, *MEDIA
    )
    assert found.one.event_time == 1_577_836_803_000


def test_bad_versions_are_doubts() -> None:
    found = document(title(providerVersionNum="a", creationDateTime="now"))
    assert (codes(found), found.one.event_time) == (["bad-version", "bad-date"], 0)


@pytest.mark.parametrize(
    ("nodes", "codes_"),
    [
        ([offer(), title()], ["dangling-reference"]),
        ([offer("o", endDateTime="2019-01-01T00:00:00Z"), title(), GROUP, *MEDIA],
         ["reversed-window", ]),
        ([offer("o", startDateTime="soon"), title(), GROUP, *MEDIA], ["bad-date"]),
        ([title().replace('uriId="t"', "")], ["missing-id"]),
        ([GROUP], ["no-title"]),
    ],
)  # fmt: skip
def test_refusals(nodes: list[str], codes_: list[str]) -> None:
    assert document(*nodes).codes == codes_


def test_references_that_lead_nowhere_are_doubts() -> None:
    found = document(offer("o", '<TermsRef uriId="none"/>'), title(), GROUP)
    assert codes(found) == ["dangling-reference"] * 4


def test_localised_titles_people_and_ids() -> None:
    words = (
        '<LocalizableTitle xml:lang="fr"><TitleBrief>B</TitleBrief><TitleLong>L</TitleLong>'
        "<TitleMedium>M</TitleMedium><SummaryLong>S</SummaryLong>"
        '<Actor fullName="A B"/><DirectorDisplay>C D,E F</DirectorDisplay>'
        '<StudioDisplay>St</StudioDisplay><Chapter heading="One" timeCode="00:00:02:00"/>'
        "</LocalizableTitle>"
    )
    found = document(
        node(
            "Title", "t", words + '<Ext><App_Data Name="Writer" Value="H,G"/></Ext>'
            '<AlternateId identifierSystem="ISAN">0000 - bad</AlternateId><AlternateId/>'
            "<Rating ratingSystem='MPAA'>R</Rating><Rating/><Advisory>AL</Advisory>"
            "<Year>19</Year><CountryOfOrigin>Atlantis</CountryOfOrigin>"
            "<CountryOfOrigin>US</CountryOfOrigin><SeriesName>Se</SeriesName>"
            "<SeasonNumber>2</SeasonNumber><EpisodeNumber>x</EpisodeNumber>"
            "<ShowType>Series</ShowType><DisplayRunTime>01:30</DisplayRunTime>",
        )
    )  # fmt: skip
    record = found.one
    assert record.titles == (
        Text("L", "fr"), Text("M", "fr"), Text("B", "fr", "short"),
    )  # fmt: skip
    assert record.credits == (
        Credit("A B", "actor", None, 1),
        Credit("C D", "director", None, 2),
        Credit("E F", "director", None, 3),
        Credit("G H", "writer", None, 4),
    )
    assert (record.kind, record.season_number, record.episode_number) == ("episode", 2, None)
    assert record.technical is not None
    assert record.technical.duration_ms == 5_400_000
    assert record.extra["Chapters"] == "00:00:02:00 One"
    assert record.ids[0].valid is False
    assert sorted(codes(found)) == ["bad-number", "bad-year", "invalid-id", "unknown-territory"]


def test_odd_durations_and_versions_of_the_schema_are_doubts() -> None:
    terms = node("Terms", "x", "<UsagePeriod>long</UsagePeriod>")
    movie = node("Movie", "m", "<Duration>long</Duration><DubbedLanguage>de</DubbedLanguage>")
    group = node("ContentGroup", "g", '<TitleRef uriId="t"/><MovieRef uriId="m"/>')
    found = document(offer("o", '<TermsRef uriId="x"/>'), title(), group, terms, movie, year="2031")
    assert codes(found) == ["bad-duration", "bad-duration"]
    assert found.header.format_version == "SCTE236-2031"
    assert found.header.warnings[0].startswith("unknown-version")
    assert found.one.technical is not None
    assert found.one.technical.tracks[1].type == "dubbed"


def test_another_namespace_has_no_year() -> None:
    root = '<ADI3 xmlns="urn:cablelabs:md:xsd:core:3.0"><Offer uriId="o"/></ADI3>'
    found = read(root, format="adi")
    assert (found.codes, found.header.format_version) == (["dangling-reference"], "ADI3")
