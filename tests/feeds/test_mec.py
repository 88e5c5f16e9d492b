"""MovieLabs Media Entertainment Core."""

import msgspec
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

EIDR = "7791-8534-2C23-9030-8610-5"


def document(
    basic: str, *, rest: str = "", content: str = "md:cid:org:acme:1", root: str = ""
) -> str:
    return f"""<?xml version="1.0"?>
<mdmec:CoreMetadata xmlns:mdmec="http://www.movielabs.com/schema/mdmec/v2.8"
  xmlns:md="http://www.movielabs.com/schema/md/v2.8/md" {root}>
<mdmec:Basic ContentID="{content}">{basic}</mdmec:Basic>{rest}</mdmec:CoreMetadata>"""


def mec(basic: str, **more: str) -> Read:
    return read(document(basic, **more))


FULL = f"""
<md:UpdateNum>3</md:UpdateNum>
<md:LocalizedInfo language="fr">
  <md:TitleDisplay60>Le Phare</md:TitleDisplay60>
  <md:Summary190>Un gardien.</md:Summary190>
  <md:Genre level="0" source="urn:g">Drama</md:Genre>
  <md:Region><md:country>FR</md:country></md:Region>
  <md:Region><md:country>BE</md:country></md:Region>
  <md:OriginalTitle>The Lamp</md:OriginalTitle>
  <md:CopyrightLine>ACME FR</md:CopyrightLine>
  <md:PeopleLocal><md:Job><md:JobFunction>Actor</md:JobFunction></md:Job>
    <md:Name><md:DisplayName>Anne Un</md:DisplayName></md:Name></md:PeopleLocal>
</md:LocalizedInfo>
<md:LocalizedInfo language="en" default="true">
  <md:TitleDisplay19>Lamp</md:TitleDisplay19>
  <md:TitleDisplay60>The Lamp</md:TitleDisplay60>
  <md:TitleDisplayUnlimited>The Lamp: A Tale of the Sea</md:TitleDisplayUnlimited>
  <md:TitleSort>Lamp, The</md:TitleSort>
  <md:ArtReference resolution="800x600" purpose="poster">
    md:imageid:org:acme:1:art.en</md:ArtReference>
  <md:ArtReference resolution="large">https://art.example/2.jpg</md:ArtReference>
  <md:ArtReference/>
  <md:Summary190>{"x" * 191}</md:Summary190>
  <md:Summary400>A &lt;b&gt;keeper&lt;/b&gt; waits.</md:Summary400>
  <md:Summary4000>A keeper waits for a ship.</md:Summary4000>
  <md:DisplayIndicators>CC</md:DisplayIndicators>
  <md:Genre level="0" source="urn:g">Drama</md:Genre>
  <md:Genre level="one" id="sea"/>
  <md:Genre/>
  <md:Keyword>sea</md:Keyword><md:Keyword>sea</md:Keyword>
  <md:VersionNotes>long cut</md:VersionNotes>
  <md:OriginalTitle>The Lamp</md:OriginalTitle>
  <md:CopyrightLine>ACME</md:CopyrightLine>
  <md:TitleAlternate language="de">Die Lampe</md:TitleAlternate>
  <md:TitleAlternate>The Light</md:TitleAlternate>
  <md:TitleAlternate/>
</md:LocalizedInfo>
<md:RunLength>PT90M</md:RunLength>
<md:ReleaseYear>2019</md:ReleaseYear>
<md:ReleaseDate>2019-10</md:ReleaseDate>
<md:ReleaseHistory><md:ReleaseType>Theatrical</md:ReleaseType>
  <md:DistrTerritory><md:country>US</md:country></md:DistrTerritory>
  <md:DistrTerritory><md:country>JJ</md:country></md:DistrTerritory>
  <md:Date>2019-10-18</md:Date>
  <md:ReleaseOrg role="Distributor"><md:DisplayName>Boat Films</md:DisplayName></md:ReleaseOrg>
</md:ReleaseHistory>
<md:ReleaseHistory><md:ReleaseType>SVOD</md:ReleaseType><md:Date>18/10/2019</md:Date></md:ReleaseHistory>
<md:WorkType>Movie</md:WorkType>
<md:WorkTypeDetail>Silent</md:WorkTypeDetail>
<md:PictureColorType>bandw</md:PictureColorType>
<md:PictureFormat>Pillarbox</md:PictureFormat>
<md:ThreeD>false</md:ThreeD>
<md:AspectRatio>1.19:1</md:AspectRatio>
<md:FrameRate>24</md:FrameRate>
<md:AltIdentifier><md:Namespace>IMDB</md:Namespace><md:Identifier>tt0000001</md:Identifier></md:AltIdentifier>
<md:RatingSet>
  <md:Rating><md:Region><md:country>US</md:country></md:Region><md:System>MPAA</md:System><md:Value>R</md:Value></md:Rating>
  <md:AdultContent>true</md:AdultContent>
</md:RatingSet>
<md:People>
  <md:Job><md:JobFunction>Actor</md:JobFunction><md:BillingBlockOrder>1</md:BillingBlockOrder>
    <md:Character>Tom</md:Character><md:Character>Old Tom</md:Character></md:Job>
  <md:Job><md:JobDisplay>Producer</md:JobDisplay><md:BillingBlockOrder>first</md:BillingBlockOrder>
    <md:CharacterInfo><md:CharacterName>Himself</md:CharacterName></md:CharacterInfo></md:Job>
  <md:Name><md:DisplayName>Ann One</md:DisplayName><md:SortName>One,One</md:SortName></md:Name>
  <md:Identifier><md:Identifier>nm1</md:Identifier><md:Namespace>IMDB</md:Namespace></md:Identifier>
</md:People>
<md:People><md:Name><md:FirstGivenName>Bo</md:FirstGivenName><md:FamilyName>Two</md:FamilyName></md:Name></md:People>
<md:People><md:Job><md:JobFunction/></md:Job><md:Name><md:Moniker>Cy</md:Moniker></md:Name></md:People>
<md:People><md:Job><md:JobFunction>Writer</md:JobFunction></md:Job></md:People>
<md:Group role="Band"><md:DisplayName>The Fog</md:DisplayName></md:Group>
<md:Group/>
<md:CountryOfOrigin><md:country>US</md:country></md:CountryOfOrigin>
<md:CountryOfOrigin><md:country>XY</md:country></md:CountryOfOrigin>
<md:PrimarySpokenLanguage>en</md:PrimarySpokenLanguage>
<md:OriginalLanguage>en</md:OriginalLanguage>
<md:VersionLanguage>fr</md:VersionLanguage>
<md:AssociatedOrg organizationID="md:orgid:acme" role="Licensor"/>
<md:AssociatedOrg role="producer"/>
<md:SecurityTitle>Foghorn</md:SecurityTitle>
<md:SequenceInfo><md:Number>2</md:Number></md:SequenceInfo>
<md:Parent relationshipType="isbasedon">
  <md:ParentContentID>md:cid:eidr-s:{EIDR}</md:ParentContentID></md:Parent>
<md:Parent><md:ParentContentID/></md:Parent>
"""

REST = """
<mdmec:DigitalAsset><md:Audio><md:Type>primary</md:Type><md:Language>en</md:Language></md:Audio></mdmec:DigitalAsset>
<mdmec:TitleInternalAlias>LAMP_FEATURE</mdmec:TitleInternalAlias>
<mdmec:TrackingID>T-9</mdmec:TrackingID>
<mdmec:Source><md:DisplayName>Acme Pictures</md:DisplayName></mdmec:Source>
<mdmec:CompanyDisplayCredit>
  <md:DisplayString>An Acme Film</md:DisplayString></mdmec:CompanyDisplayCredit>
<mdmec:GroupingEntity>
  <md:Type>Brand</md:Type><md:DisplayName>Sea Tales</md:DisplayName></mdmec:GroupingEntity>
"""
ROOT = 'timestamp="2020-01-02T03:04:05Z" updateNum="4" updateDeliveryType="full"'


class TestEveryField:
    found = mec(FULL, rest=REST, root=ROOT)
    record = found.one

    def test_the_file_says_who_when_and_which_version(self) -> None:
        assert self.found.format == "mec"
        assert self.found.header.partner == self.record.partner == "acme-pictures"
        assert self.found.header.format_version == self.record.format_version == "2.8"
        assert self.found.header.time == self.record.event_time == 1_577_934_245_000
        assert self.found.header.warnings == []

    def test_identity(self) -> None:
        assert self.record.kind == "film"
        assert self.record.key == self.record.own_id == "md:cid:org:acme:1"
        assert self.record.ids == (
            ExternalId("movielabs", "md:cid:org:acme:1"),
            ExternalId("imdb", "tt0000001"),
        )
        assert self.record.source.place == "line 4, /CoreMetadata/Basic"

    def test_titles_start_with_the_default_language(self) -> None:
        assert self.record.titles == (
            Text("The Lamp: A Tale of the Sea", "en"),
            Text("The Lamp", "en", "short"),
            Text("Lamp", "en", "short"),
            Text("Lamp, The", "en", "sort"),
            Text("Die Lampe", "de", "alternate"),
            Text("The Light", "en", "alternate"),
            Text("Le Phare", "fr", "display", "FR"),
            Text("Le Phare", "fr", "display", "BE"),
            Text("The Lamp", "en", "original"),
            Text("Foghorn", "und", "internal"),
            Text("LAMP_FEATURE", "und", "internal"),
        )

    def test_descriptions_are_plain_text(self) -> None:
        assert self.record.synopses[1:] == (
            Synopsis("A keeper waits.", "en", "medium"),
            Synopsis("A keeper waits for a ship.", "en", "long"),
            Synopsis("Un gardien.", "fr", "short", "FR"),
            Synopsis("Un gardien.", "fr", "short", "BE"),
        )

    def test_genres_are_one_each_and_a_term_may_stand_in_the_id(self) -> None:
        assert self.record.genres == (
            Genre("Drama", "urn:g", None, "en", 0),
            Genre("sea", None, "sea", "en", None),
        )
        assert self.record.keywords == ("sea",)

    def test_dates(self) -> None:
        assert self.record.year == 2019
        assert self.record.releases == (
            Release("2019-10", "original", None, "month"),
            Release("2019-10-18", "theatrical", "US"),
            Release("2019-10-18", "theatrical"),
        )

    def test_people_have_one_credit_per_job_and_sort_names_are_not_trusted(self) -> None:
        imdb = (ExternalId("imdb", "nm1"),)
        assert self.record.credits == (
            Credit("Ann One", "actor", "Tom / Old Tom", 1, imdb),
            Credit("Ann One", "producer", "Himself", None, imdb),
            Credit("Bo Two", "other"),
            Credit("Cy", "other"),
            Credit("The Fog", "band"),
        )

    def test_the_rest(self) -> None:
        assert self.record.ratings == (Rating("MPAA", "R", "US"),)
        assert self.record.artwork == (
            Artwork("md:imageid:org:acme:1:art.en", "poster", 800, 600, "en"),
            Artwork("https://art.example/2.jpg", language="en"),
        )
        assert self.record.countries == ("US",)
        assert (self.record.original_language, self.record.languages) == ("en", ("en", "fr"))
        assert self.record.technical == Technical(
            duration_ms=5_400_000,
            frame_rate="24",
            aspect_ratio="1.19:1",
            colour="bandw",
            tracks=(Track("audio", "en", "primary"),),
        )
        assert self.record.organisations == (
            Organisation("md:orgid:acme", "licensor", "md:orgid:acme"),
            Organisation("Boat Films", "distributor"),
            Organisation("An Acme Film", "display-credit"),
            Organisation("Acme Pictures", "source"),
        )
        assert self.record.parents == (
            Parent("title", (ExternalId("eidr", f"10.5240/{EIDR}", raw=EIDR),)),
        )
        assert (self.record.season_number, self.record.episode_number) == (None, None)
        assert self.record.number_text == "2"
        assert self.record.grants == ()
        assert self.record.extra == {
            "work-type": "Movie",
            "work-type-detail": "Silent",
            "picture-format": "Pillarbox",
            "three-d": "false",
            "update-num": "4",
            "update-delivery-type": "full",
            "adult-content": "true",
            "copyright": "ACME",
            "version-notes": "long cut",
            "display-indicators": "CC",
            "people-fr": "Anne Un",
            "relationship": "isbasedon",
            "tracking-id": "T-9",
            "grouping": "Brand: Sea Tales",
        }

    def test_every_doubt_is_said(self) -> None:
        assert sorted(w.code for w in self.record.warnings) == [
            "bad-date",
            "bad-number",
            "bad-number",
            "bad-resolution",
            "empty-genre",
            "empty-parent",
            "nameless-organisation",
            "nameless-person",
            "over-length",
            "unknown-territory",
            "unknown-territory",
        ]


TITLE = (
    '<md:LocalizedInfo language="en">'
    "<md:TitleDisplayUnlimited>Fog</md:TitleDisplayUnlimited></md:LocalizedInfo>"
)


def body(work: str, more: str = "", info: str = TITLE) -> str:
    return f"{info}<md:ReleaseYear>2001</md:ReleaseYear><md:WorkType>{work}</md:WorkType>{more}"


def parent(relationship: str, inner: str) -> str:
    stated = f' relationshipType="{relationship}"' if relationship else ""
    return f"<md:Parent{stated}>{inner}</md:Parent>"


def by_id(identifier: str) -> str:
    return f"<md:ParentContentID>{identifier}</md:ParentContentID>"


@pytest.mark.parametrize(
    ("work", "relationship", "identifier", "relation"),
    [
        ("Episode", "isepisodeof", "md:cid:org:a:s1", "season"),
        ("Episode", "isepisodeof", "md:cid:org:a:show:series", "series"),
        ("Episode", "", "md:cid:org:a:s1", "season"),
        ("Episode", "isdescendentof", "md:cid:org:a:show", "series"),
        ("Episode", "ispartof", "md:cid:org:a:s1", "season"),
        ("Season", "isseasonof", "md:cid:org:a:show", "series"),
        ("Season", "", "md:cid:org:a:show", "series"),
        ("Movie", "ispartof", "md:cid:org:a:box", "bundle"),
        ("Movie", "", "md:cid:org:a:2", "title"),
        ("Movie", "isdescendantof", "md:cid:org:a:2", "title"),
        ("Promotion", "ispromotionfor", "md:cid:org:a:2", "title"),
    ],
)
def test_a_parent_is_named_by_relationship_and_kind(
    work: str, relationship: str, identifier: str, relation: str
) -> None:
    record = mec(body(work, parent(relationship, by_id(identifier)))).one
    scope = relation if relation in ("series", "season") else "title"
    assert [(p.relation, p.ids[0].value, p.ids[0].scope) for p in record.parents] == [
        (relation, identifier, scope)
    ]


def test_an_opaque_parent_id_is_the_partners_own() -> None:
    record = mec(body("Season", parent("isseasonof", by_id("77"))), content="78").one
    assert record.parents == (Parent("series", (ExternalId("partner", "77", "series"),)),)
    assert (record.own_id, record.ids) == ("78", ())


@pytest.mark.parametrize(
    ("embedded", "expected"),
    [
        (
            f'<md:Parent ContentID="md:cid:org:a:9">{TITLE}'
            "<md:WorkType>Series</md:WorkType></md:Parent>",
            Parent("series", (ExternalId("movielabs", "md:cid:org:a:9", "series"),), "Fog"),
        ),
        (f"<md:Parent>{TITLE}</md:Parent>", Parent("season", (), "Fog")),
        ('<md:Parent ContentID=""/>', None),
    ],
)
def test_an_embedded_parent_has_a_title_and_a_kind(embedded: str, expected: Parent | None) -> None:
    record = mec(body("Episode", parent("isepisodeof", embedded))).one
    assert record.parents == ((expected,) if expected else ())


@pytest.mark.parametrize(
    ("work", "info", "numbers", "extra"),
    [
        (
            "Episode",
            "<md:Number>4</md:Number><md:HouseSequence>42</md:HouseSequence>",
            (None, 4, 42, None),
            {"house-sequence": "42"},
        ),
        (
            "Episode",
            "<md:Number>4</md:Number><md:DistributionNumber>4b</md:DistributionNumber>"
            "<md:HouseSequence>S1-04</md:HouseSequence><md:AlternateNumber>9</md:AlternateNumber>",
            (None, 4, None, "4b"),
            {"house-sequence": "S1-04", "alternate-numbers": "9"},
        ),
        ("Season", "<md:Number>1</md:Number>", (1, None, None, None), {}),
        ("Episode", "<md:Number>four</md:Number>", (None, None, None, "four"), {}),
        ("Supplemental", "<md:Number>1</md:Number>", (None, None, None, "1"), {}),
        ("Episode", "", (None, None, None, None), {}),
    ],
)
def test_numbers_within_the_parent_and_over_the_whole_run(
    work: str, info: str, numbers: tuple[object, ...], extra: dict[str, str]
) -> None:
    record = mec(body(work, f"<md:SequenceInfo>{info}</md:SequenceInfo>")).one
    assert (
        record.season_number,
        record.episode_number,
        record.absolute_number,
        record.number_text,
    ) == numbers
    assert record.extra == {"work-type": work, **extra}


def test_a_parent_may_hold_the_number() -> None:
    inner = by_id("md:cid:org:a:s1") + "<md:SequenceInfo><md:Number>3</md:Number></md:SequenceInfo>"
    assert mec(body("Episode", parent("isepisodeof", inner))).one.episode_number == 3


@pytest.mark.parametrize(
    ("basic", "codes"),
    [
        (body("Movie", info='<md:LocalizedInfo language="en"/>'), ["no-title"]),
        (body("Hologram"), ["unknown-work-type"]),
        (body("Other"), []),
        (body(""), ["missing-work-type"]),
        (body("Movie", info=TITLE + TITLE), ["default-language"]),
        (body("Movie").replace("2001", "1492"), ["bad-year"]),
        (body("Movie", "<md:RunLength>P1Y</md:RunLength>"), ["bad-duration"]),
        (body("Movie", info=TITLE.replace('"en"', '"HK"')), ["unknown-language"]),
    ],
)
def test_a_doubt_is_a_warning_and_the_title_is_kept(basic: str, codes: list[str]) -> None:
    assert [w.code for w in mec(basic).one.warnings] == codes


def test_several_original_languages_are_all_kept() -> None:
    spoken = "".join(f"<md:OriginalLanguage>{t}</md:OriginalLanguage>" for t in ("en", "fr"))
    record = mec(body("Movie", spoken)).one
    assert (record.original_language, record.extra["original-languages"]) == ("en", "en; fr")


def test_a_wrong_check_character_keeps_the_id_and_never_matches() -> None:
    record = mec(body("Movie"), content=f"md:cid:eidr-s:{EIDR[:-1]}6").one
    assert [(i.scheme, i.valid) for i in record.ids] == [("eidr", False)]
    assert [w.code for w in record.warnings] == ["invalid-id"]


def test_the_year_comes_from_the_date_where_it_is_not_stated() -> None:
    basic = f"{TITLE}<md:ReleaseDate>2003-04-05</md:ReleaseDate><md:WorkType>Movie</md:WorkType>"
    assert mec(basic).one.year == 2003


def test_people_are_taken_from_a_language_only_when_the_title_names_nobody() -> None:
    local = (
        "<md:PeopleLocal><md:Job><md:JobFunction>Actor</md:JobFunction></md:Job>"
        "<md:Name><md:DisplayName>Dee</md:DisplayName></md:Name></md:PeopleLocal></md:LocalizedInfo>"
    )
    info = TITLE.replace("</md:LocalizedInfo>", local)
    assert mec(body("Movie", info=info)).one.credits == (Credit("Dee", "actor"),)


def test_a_title_without_an_id_gets_one_from_what_it_says() -> None:
    sequence = "<md:SequenceInfo><md:Number>3</md:Number></md:SequenceInfo>"
    more = parent("isepisodeof", by_id("md:cid:org:a:s1")) + sequence
    first, second = (mec(body("Episode", more), content="").one for _ in range(2))
    other = mec(body("Episode", more.replace("3", "4")), content="").one
    assert first.key == second.key != other.key
    assert (first.own_id, [w.code for w in first.warnings]) == (None, ["missing-id"])
    assert mec(body("Movie"), content="").one.key != first.key


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (document("<md:WorkType>Movie</md:WorkType>", content=""), ["missing-id"]),
        (document("").replace("mdmec:Basic", "mdmec:Other"), ["missing-basic"]),
        (document(body("Movie"))[:-20], ["not-well-formed"]),
        (
            '<m:CoreMetadataList xmlns:m="http://www.movielabs.com/schema/mdmec/v2.8"/>',
            ["no-title"],
        ),
    ],
)
def test_what_describes_no_title_is_refused(content: str, codes: list[str]) -> None:
    found = read(content)
    assert (found.records, found.codes) == ([], codes)


def test_a_list_of_titles_goes_on_after_a_bad_one() -> None:
    entry = (
        '<m:CoreMetadata><m:Basic ContentID="{}" xmlns="http://www.movielabs.com/schema/md/v9.9/md">'
        "<LocalizedInfo language='en'><TitleDisplayUnlimited>T{}</TitleDisplayUnlimited>"
        "</LocalizedInfo>"
        "<WorkType>Movie</WorkType></m:Basic></m:CoreMetadata>"
    )
    bad = '<m:CoreMetadata><m:LocalizedInfo ContentID="x"/></m:CoreMetadata>'
    found = read(
        '<m:CoreMetadataListSigned xmlns:m="http://www.movielabs.com/schema/mdmec/v9.9"'
        f' CoreMetadataListID="L1">{entry.format("a", 1)}{bad}{entry.format("b", 2)}'
        "</m:CoreMetadataListSigned>"
    )
    assert [r.key for r in found.records] == ["a", "b"]
    assert [(r.code, r.key) for r in found.rejected] == [("missing-basic", None)]
    assert found.rejected[0].source.place == "line 1, /CoreMetadataListSigned/CoreMetadata[2]"
    assert "CoreMetadata" in found.rejected[0].raw
    assert found.header.feed_id == "L1"
    assert found.header.warnings[0].startswith("unknown-version: mdmec 9.9")


def test_one_language_alone_is_a_statement_of_its_own() -> None:
    found = read(
        '<m:LocalizedInfoDeliveryList xmlns:m="http://www.movielabs.com/schema/mdmec/v2.12"'
        ' xmlns="http://www.movielabs.com/schema/md/v2.12/md">'
        '<m:LocalizedInfoDelivery ContentID="md:cid:org:acme:1" language="pt-BR" updateNum="2">'
        "<TitleDisplayUnlimited>O Farol</TitleDisplayUnlimited><Summary400>Um guarda.</Summary400>"
        "</m:LocalizedInfoDelivery>"
        '<m:LocalizedInfoDelivery language="it"/></m:LocalizedInfoDeliveryList>'
    )
    assert found.records == [
        SourceRecord(
            format="mec",
            partner="feed",
            kind="unknown",
            key="md:cid:org:acme:1 pt-BR",
            source=Source("feed", "line 1, /LocalizedInfoDeliveryList/LocalizedInfoDelivery[1]"),
            format_version="2.12",
            own_id="md:cid:org:acme:1",
            ids=(ExternalId("movielabs", "md:cid:org:acme:1"),),
            titles=(Text("O Farol", "pt-BR"),),
            synopses=(Synopsis("Um guarda.", "pt-BR"),),
            extra={"update-num": "2"},
        )
    ]
    assert found.codes == ["missing-id"]


def org(role: str, name: str) -> str:
    shown = f"<md:DisplayName>{name}</md:DisplayName>"
    return f'<md:AssociatedOrg role="{role}">{shown}</md:AssociatedOrg>'


SHOWN = "<md:DisplayString>An Acme Film</md:DisplayString>"


@pytest.mark.parametrize(
    ("rest", "basic", "partner"),
    [
        ("", org("distributor", "Boat Films"), "boat-films"),
        ("", org("distributor", "Boat Films") + org("licensor", "Acme"), "acme"),
        (f"<mdmec:CompanyDisplayCredit>{SHOWN}</mdmec:CompanyDisplayCredit>", "", "an-acme-film"),
        ("", org("sponsor", "Soap"), None),
    ],
)
def test_the_partner_is_who_sends_or_licenses(rest: str, basic: str, partner: str | None) -> None:
    assert mec(body("Movie", basic), rest=rest).header.partner == partner


def test_an_unreadable_timestamp_is_no_time() -> None:
    found = mec(body("Movie"), root='timestamp="yesterday"')
    assert (found.header.time, found.one.event_time) == (None, None)


@pytest.mark.parametrize(
    ("video", "expected"),
    [
        (
            "<md:Encoding><md:Codec>H.264</md:Codec><md:BitRateAverage>8000000</md:BitRateAverage>"
            "<md:ActualLength>PT10S</md:ActualLength></md:Encoding><md:Picture>"
            "<md:AspectRatio>16:9</md:AspectRatio><md:WidthPixels>3840</md:WidthPixels>"
            "<md:HeightPixels>2160</md:HeightPixels>"
            '<md:FrameRate multiplier="1000/1001">24</md:FrameRate>'
            "<md:ColorEncoding><md:TransferFunction>SMPTE2084</md:TransferFunction></md:ColorEncoding>"
            "</md:Picture><md:ColorType>color</md:ColorType>",
            Technical(
                duration_ms=10_000,
                frame_rate="24000/1001",
                width=3840,
                height=2160,
                hdr="SMPTE2084",
                aspect_ratio="16:9",
                colour="color",
                bitrate_kbps=8000,
                tracks=(Track("video", codec="H.264"),),
            ),
        ),
        (
            '<md:Picture><md:FrameRate multiplier="x">24</md:FrameRate></md:Picture>',
            Technical(tracks=(Track("video"),)),
        ),
    ],
)
def test_delivered_media_give_technical_facts(video: str, expected: Technical) -> None:
    rest = f"<mdmec:DigitalAsset><md:Video>{video}</md:Video></mdmec:DigitalAsset>"
    assert mec(body("Movie"), rest=rest).one.technical == expected


def test_a_length_stated_on_the_sound_alone_counts() -> None:
    rest = (
        "<mdmec:DigitalAsset><md:Audio><md:Encoding><md:Codec>AAC</md:Codec>"
        "<md:ActualLength>PT9S</md:ActualLength></md:Encoding>"
        "<md:Language forced='true'>xx-x</md:Language>"
        "<md:Channels>2.0</md:Channels></md:Audio></mdmec:DigitalAsset>"
    )
    record = mec(body("Movie"), rest=rest).one
    track = Track("audio", None, "forced", "AAC", "2.0")
    assert record.technical == Technical(duration_ms=9000, tracks=(track,))
    assert [w.code for w in record.warnings] == ["unknown-language"]


def test_a_whole_real_file() -> None:
    record = read_shared("mec/MEC_v2.7_F.xml").one
    content = "md:cid:org:number.NationalGeographicChannel_Cosmos_YNF"
    genre = "http://www.movielabs.com/md/mec/mec_primary_genre.html"
    art = "file://Cosmos_YNF000_2000x2818_ENG_SER_IMG.png"
    # The descriptions are the studio's text: known here by language, length and first words.
    assert [(t.language, t.length, t.value[:13]) for t in record.synopses] == [
        ("en", "medium", "A 13-part adv"),
        ("en", "long", "A 13-part adv"),
        ("nl", "medium", "De vooraansta"),
        ("nl", "long", "De vooraansta"),
    ]
    assert msgspec.structs.replace(record, synopses=()) == SourceRecord(
        format="mec",
        partner="national-geographic-channel",
        kind="season",
        key=f"{content}100:season",
        source=Source("mec/MEC_v2.7_F.xml", "line 3, /CoreMetadata/Basic"),
        format_version="2.7",
        own_id=f"{content}100:season",
        ids=(ExternalId("movielabs", f"{content}100:season", "season"),),
        titles=(
            Text("Cosmos: A Spacetime Odyssey: Season 1", "en"),
            Text("Cosmos: Season 1", "en", "short"),
            Text("Cosmos: Season 1", "nl"),
            Text("Cosmos: A Spacetime Odyssey: Season 1", "en", "original"),
            Text("Cosmos: Season 1", "en", "original"),
        ),
        year=2014,
        parents=(Parent("series", (ExternalId("movielabs", f"{content}000:series", "series"),)),),
        season_number=1,
        original_language="en",
        languages=("en",),
        countries=("US",),
        genres=(Genre("Instructional", genre, "Instructional", "en", 0),),
        credits=(Credit("Stoney Emshwiller", "actor", "George Tilton", 1),),
        ratings=(Rating("Kijkwijzer", "AL", "NL"), Rating("TVPG", "TV-PG", "US")),
        releases=(Release("2014-03-09"), Release("2014-03-16", "original", "NL")),
        artwork=(
            Artwork(art, None, 2000, 2818, "en"),
            Artwork(art, None, 2000, 2818, "nl"),
        ),
        organisations=(Organisation("National Geographic Channel", "distributor"),),
        extra={
            "work-type": "Season",
            "copyright": "2014 Cosmos Studios, Inc. All rights reserved.",
            "relationship": "isseasonof",
        },
    )


@pytest.mark.parametrize(
    ("name", "kind", "title", "codes"),
    [
        (
            "MEC_v1.6_errors",
            "film",
            "Big Buck Bunny",
            {"invalid-id", "unknown-language", "unknown-territory"},
        ),
        ("MEC_v2.12_base", "film", None, {"no-title"}),
        ("MEC_v2.12_errors", "film", None, {"no-title", "unknown-rating"}),
        ("MEC_v2.7", "film", None, {"no-title"}),
        ("MEC_v2.7_F", "season", "Cosmos: A Spacetime Odyssey: Season 1", set()),
        ("ManifestCore_Example1_MEC_Trailer1", "trailer", "The Counselor", {"over-length"}),
        ("VEEP_Bonus_1_mec", "extra", "VEEP - From Script to Screen", set()),
        ("VEEP_Season5_E4_mec", "episode", "Mother", set()),
        ("VEEP_Season5_mec", "season", "Veep: Season 5", {"over-length"}),
        ("VEEP_Series_mec", "series", "Veep", {"over-length"}),
    ],
)
def test_every_real_file_is_one_title(
    name: str, kind: str, title: str | None, codes: set[str]
) -> None:
    record = read_shared(f"mec/{name}.xml").one
    assert (record.kind, record.titles[0].value if record.titles else None) == (kind, title)
    assert {w.code for w in record.warnings} == codes


def test_an_episode_counts_in_its_season_and_over_the_run() -> None:
    record = read_shared("mec/VEEP_Season5_E4_mec.xml").one
    assert (record.episode_number, record.absolute_number) == (4, 42)
    assert record.titles[-1] == Text("Thanksgiving", "und", "original")
    assert Credit("Julia Louis-Dreyfus", "actor", "Selina Meyer", 1) in record.credits
