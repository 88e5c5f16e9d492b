"""MovieLabs Media Manifest Core."""

import pytest

from tests.feeds.reading import Read, read, read_shared
from ummid.catalog.model import (
    Artwork,
    ExternalId,
    Organisation,
    Parent,
    Source,
    SourceRecord,
    Technical,
    Text,
    Track,
)

EIDR = "7791-8534-2C23-9030-8610-5"


def manifest(
    experiences: str,
    *,
    inventory: str = "",
    parts: str = "",
    root: str = 'ManifestID="M1"',
    version: str = "1.9",
) -> Read:
    return read(
        f"""<?xml version="1.0"?>
<MediaManifest xmlns="http://www.movielabs.com/schema/manifest/v{version}/manifest"
  xmlns:md="http://www.movielabs.com/schema/md/v2.8/md" {root}>
<Source><ServiceProvider><md:DisplayName>Post House</md:DisplayName></ServiceProvider>
<Licensor organizationID="md:orgid:acme"><md:DisplayName>Acme</md:DisplayName></Licensor>
<DeliveryContact/></Source>
<Inventory>{inventory}</Inventory>{parts}
<Experiences>{experiences}</Experiences></MediaManifest>"""
    )


def file(name: str) -> str:
    place = f"<ContainerLocation>{name}\n\t</ContainerLocation>"
    return f"<ContainerReference>{place}</ContainerReference>"


BASIC = """<BasicMetadata ContentID="md:cid:org:a:1"><md:LocalizedInfo language="en">
<md:TitleDisplayUnlimited>Fog</md:TitleDisplayUnlimited>
<md:ArtReference purpose="cover">md:imageid:org:a:2</md:ArtReference>
<md:ArtReference>md:imageid:org:a:none</md:ArtReference>
<md:ArtReference>https://art.example/1.jpg</md:ArtReference>
</md:LocalizedInfo><md:ReleaseYear>2001</md:ReleaseYear><md:WorkType>Movie</md:WorkType>
<md:RunLength>PT90M</md:RunLength></BasicMetadata>"""

INVENTORY = f"""
<Audio AudioTrackID="aud.en"><md:Type>primary</md:Type>
  <md:Language dubbed="true">en</md:Language>{file("sound en:1.wav")}</Audio>
<Video VideoTrackID="vid"><md:Type>primary</md:Type>
  <md:Picture><md:WidthPixels>1920</md:WidthPixels></md:Picture>
  <ContainerReference><ContainerLocation>v.mov</ContainerLocation><Length>99</Length>
    <Hash method="MD5">abc</Hash></ContainerReference></Video>
<Video VideoTrackID="vid2"><ContainerReference><Hash>def</Hash></ContainerReference></Video>
<Subtitle SubtitleTrackID="sub"><md:Format>Text</md:Format><md:Type>normal</md:Type>
  <md:Language>de</md:Language>{file("s.ttml")}</Subtitle>
<Image ImageID="md:imageid:org:a:1"><md:Purpose>poster</md:Purpose><md:Width>10</md:Width>
  <md:Height>20</md:Height><md:Language>en</md:Language>{file("a.jpg")}</Image>
<Image ImageID="md:imageid:org:a:2"><md:Width>30</md:Width><md:Height>40</md:Height></Image>
<Metadata ContentID="md:cid:org:a:1">{file("mec.xml")}{BASIC}</Metadata>
<Metadata ContentID="md:cid:org:a:1:trailer">{file("trailer.xml")}</Metadata>
"""

PARTS = """
<Presentations><Presentation PresentationID="p1"><TrackMetadata>
  <TrackSelectionNumber>0</TrackSelectionNumber>
  <VideoTrackReference><VideoTrackID>vid
  </VideoTrackID></VideoTrackReference>
  <AudioTrackReference><AudioTrackID>aud.en</AudioTrackID><AudioTrackID>aud.fr</AudioTrackID>
  </AudioTrackReference>
  <SubtitleTrackReference><SubtitleTrackID>sub</SubtitleTrackID></SubtitleTrackReference>
</TrackMetadata></Presentation>
<Presentation PresentationID="p2"><TrackMetadata><VideoTrackReference>
  <VideoTrackID>vid2</VideoTrackID></VideoTrackReference></TrackMetadata></Presentation>
</Presentations>
<PlayableSequences><PlayableSequence PlayableSequenceID="q1">
  <Clip><PresentationID>p2</PresentationID></Clip></PlayableSequence></PlayableSequences>
<PictureGroups><PictureGroup PictureGroupID="g1">
  <Picture><PictureID>x</PictureID><ImageID>md:imageid:org:a:1</ImageID>
    <ImageID>md:imageid:org:a:2</ImageID><LanguageInImage>fr</LanguageInImage>
    <Purpose>hero</Purpose></Picture>
  <Picture><PictureID>y</PictureID><ImageID>md:imageid:org:a:9</ImageID></Picture>
</PictureGroup></PictureGroups>
"""

EXPERIENCES = """
<Experience ExperienceID="e1" version="1.0"><Language>en</Language>
  <Region><md:country>US</md:country></Region>
  <ContentID>md:cid:org:a:1 </ContentID>
  <Audiovisual ContentID="md:cid:org:a:1"><Type>Main</Type><SubType>Feature</SubType>
    <PresentationID>p1</PresentationID></Audiovisual>
  <PictureGroupID>g1</PictureGroupID>
  <ExperienceChild><Relationship>ispromotionfor</Relationship>
    <SequenceInfo><md:Number>2</md:Number></SequenceInfo>
    <ExperienceID>e2</ExperienceID></ExperienceChild>
</Experience>
<Experience ExperienceID="e2" version="1.0">
  <Audiovisual ContentID="md:cid:org:a:1:trailer"><Type>Promotion</Type>
    <PlayableSequenceID>q1</PlayableSequenceID></Audiovisual>
  <PictureGroupID>g7</PictureGroupID>
</Experience>
"""

MAPS = """<ALIDExperienceMaps><ALIDExperienceMap>
<ALID>md:alid:org:a:1</ALID><ALID>md:alid:eidr-s:7791-8534-2C23-9030-8610-5</ALID>
<ExperienceID>e1
</ExperienceID><RelatedExperienceID><Relationship>isepisodeof</Relationship>
<ExperienceID>e1</ExperienceID><ExternalManifestID>M0</ExternalManifestID></RelatedExperienceID>
</ALIDExperienceMap></ALIDExperienceMaps>"""


class TestEveryField:
    found = manifest(
        EXPERIENCES,
        inventory=INVENTORY,
        parts=PARTS + MAPS,
        root='ManifestID="M1" updateNum="2" timestamp="2020-01-02T03:04:05Z"',
    )

    def test_the_manifest_says_who_when_and_which(self) -> None:
        header = self.found.header
        assert self.found.format == "mmc"
        assert (header.partner, header.feed_id, header.format_version) == (
            "post-house",
            "M1",
            "1.9",
        )
        assert header.time == 1_577_934_245_000
        assert header.warnings == []

    def test_an_experience_is_the_title_its_metadata_describes(self) -> None:
        record = self.found.records[0]
        assert (record.kind, record.key, record.own_id) == ("film", "M1 e1", "md:cid:org:a:1")
        assert record.titles == (Text("Fog", "en"),)
        assert record.year == 2001
        assert record.event_time == 1_577_934_245_000
        assert record.grants == ()

    def test_alids_join_it_to_avails(self) -> None:
        record = self.found.records[0]
        assert record.links == (
            "md:alid:org:a:1",
            f"md:alid:eidr-s:{EIDR}",
        )
        assert record.ids == (
            ExternalId("movielabs", "md:cid:org:a:1"),
            ExternalId("movielabs", "md:alid:org:a:1", "package"),
            ExternalId("eidr", f"10.5240/{EIDR}", "package", raw=EIDR),
        )

    def test_tracks_are_those_its_presentation_reaches(self) -> None:
        record = self.found.records[0]
        assert record.versions == ("p1",)
        assert record.technical == Technical(
            duration_ms=5_400_000,
            width=1920,
            size_bytes=99,
            checksum="md5:abc",
            location="v.mov",
            tracks=(
                Track("audio", "en", "primary, dubbed", location="sound en:1.wav"),
                Track("video", None, "primary", location="v.mov"),
                Track("subtitle", "de", "normal", "Text", location="s.ttml"),
            ),
        )

    def test_images_are_resolved_and_their_files_never_opened(self) -> None:
        assert self.found.records[0].artwork == (
            Artwork("md:imageid:org:a:2", "cover", 30, 40, "en"),
            Artwork("md:imageid:org:a:none", language="en"),
            Artwork("https://art.example/1.jpg", language="en"),
            Artwork("a.jpg", "poster", 10, 20, "en"),
            Artwork("md:imageid:org:a:2", "hero", 30, 40, "fr"),
            Artwork("md:imageid:org:a:9"),
        )

    def test_facts_without_a_field_are_kept(self) -> None:
        record = self.found.records[0]
        assert record.organisations == (
            Organisation("Post House", "service-provider"),
            Organisation("Acme", "licensor", "md:orgid:acme"),
        )
        assert record.extra == {
            "work-type": "Movie",
            "experience-id": "e1",
            "type": "Main",
            "sub-type": "Feature",
            "experience-languages": "en",
            "regions": "US",
            "children": "ispromotionfor e2",
            "related": "isepisodeof M0",
            "metadata-files": "mec.xml",
            "update-num": "2",
        }

    def test_what_the_manifest_lacks_is_a_warning(self) -> None:
        assert [(w.code, w.field) for w in self.found.records[0].warnings] == [
            ("dangling-reference", "artwork"),
            ("language-conflict", "artwork"),
            ("dangling-reference", "artwork"),
            ("dangling-reference", "technical.tracks"),
        ]

    def test_a_child_experience_belongs_to_the_one_that_names_it(self) -> None:
        record = self.found.records[1]
        assert (record.kind, record.own_id) == ("asset", "md:cid:org:a:1:trailer")
        assert record.parents == (Parent("title", (ExternalId("movielabs", "md:cid:org:a:1"),)),)
        assert record.number_text == "2"
        assert record.versions == ("p2",)
        assert record.technical == Technical(checksum="def", tracks=(Track("video"),))
        assert record.extra["relationship"] == "ispromotionfor"
        assert record.extra["metadata-files"] == "trailer.xml"
        assert [w.code for w in record.warnings] == ["missing-content-id", "dangling-reference"]


def test_a_season_of_the_same_manifest_gets_its_number_and_series() -> None:
    series = """<Experience ExperienceID="e1"><ContentID>md:cid:org:a:show</ContentID>
    <ExperienceChild><Relationship>isseasonof</Relationship>
    <SequenceInfo><md:Number>3</md:Number></SequenceInfo><ExperienceID>e2</ExperienceID>
    </ExperienceChild><ExperienceChild><Relationship/><ALID>md:alid:org:a:4</ALID></ExperienceChild>
    </Experience>"""
    season = """<Experience ExperienceID="e2"><BasicMetadata ContentID="md:cid:org:a:s3">
    <md:LocalizedInfo language="en"><md:TitleDisplayUnlimited>Fog 3</md:TitleDisplayUnlimited>
    </md:LocalizedInfo><md:ReleaseYear>2001</md:ReleaseYear><md:WorkType>Season</md:WorkType>
    </BasicMetadata></Experience>"""
    found = manifest(series + season, version="1.4")
    first, second = found.records
    assert first.extra["children"] == "isseasonof e2; md:alid:org:a:4"
    assert (second.kind, second.own_id, second.season_number) == ("season", "md:cid:org:a:s3", 3)
    assert second.parents == (
        Parent("series", (ExternalId("movielabs", "md:cid:org:a:show", "series"),)),
    )


@pytest.mark.parametrize(
    ("experience", "own", "codes"),
    [
        (
            '<Experience ExperienceID="e"><App><ContentID>c1</ContentID></App></Experience>',
            "c1",
            ["missing-content-id"],
        ),
        ('<Experience ExperienceID="e"/>', None, ["missing-content-id"]),
        (
            '<Experience ExperienceID="e"><BasicMetadata/><Gallery/></Experience>',
            None,
            ["missing-content-id"],
        ),
        ("<Experience><ContentID>c1</ContentID></Experience>", "c1", []),
        (
            '<Experience ExperienceID="e"><ContentID>c1</ContentID><Audiovisual ContentID="c1">'
            "<PresentationID>p9</PresentationID></Audiovisual></Experience>",
            "c1",
            ["dangling-reference"],
        ),
        (
            '<Experience ExperienceID="e"><ContentID>c1</ContentID><Audiovisual ContentID="c1">'
            "<PlayableSequenceID>q9</PlayableSequenceID></Audiovisual></Experience>",
            "c1",
            [],
        ),
    ],
)
def test_an_experience_is_named_by_what_it_has(
    experience: str, own: str | None, codes: list[str]
) -> None:
    record = manifest(experience).one
    assert record.own_id == own
    assert set(codes) <= {w.code for w in record.warnings}


def test_an_experience_without_an_id_keeps_its_key_when_sent_again() -> None:
    nameless = "<Experience><ContentID>{}</ContentID></Experience>"
    keys = [manifest(nameless.format(c)).one.key for c in ("c1", "c1", "c2")]
    assert keys[0] == keys[1] != keys[2]
    assert keys[0].startswith("M1 ")


@pytest.mark.parametrize(
    ("experiences", "code"), [("", "no-experience"), ("<Experience/>", "missing-id")]
)
def test_a_manifest_that_names_nothing_is_refused(experiences: str, code: str) -> None:
    found = manifest(experiences)
    assert (found.records, found.codes) == ([], [code])


def test_an_unknown_version_and_time_are_read_with_a_warning() -> None:
    found = manifest(EXPERIENCES, version="7.7", root='timestamp="soon"')
    assert [r.key for r in found.records] == ["e1", "e2"]
    assert found.header.warnings[0].startswith("unknown-version: manifest 7.7")
    assert (found.header.time, found.header.feed_id) == (None, None)


def test_other_roots_of_the_namespace_are_another_format() -> None:
    edit = '<MediaManifestEdit xmlns="http://www.movielabs.com/schema/manifest/v1.9/manifest"/>'
    assert read(edit).codes == ["unknown-format"]


def test_a_whole_real_file() -> None:
    found = read_shared("mmc/VEEP_Season5_E5_manifest.xml")
    eidr = "5783-D070-78E6-3AC5-E892-W"
    file = "resources/VEEP__043_787232"
    assert found.header.feed_id == "md:manifestid:org:number.hbo.com:78732"
    assert found.one == SourceRecord(
        format="mmc",
        partner="veep-season5-e5-manifest",
        kind="asset",
        key=f"md:manifestid:org:number.hbo.com:78732 md:experienceid:eidr-x:{eidr}:1",
        source=Source(
            "mmc/VEEP_Season5_E5_manifest.xml",
            "line 133, /MediaManifest/Experiences/Experience[1]",
        ),
        format_version="1.9",
        own_id=f"md:cid:eidr-x:{eidr}:1",
        ids=(
            ExternalId("movielabs", f"md:cid:eidr-x:{eidr}:1"),
            ExternalId("movielabs", f"md:alid:eidr-x:{eidr}", "package"),
        ),
        artwork=(Artwork(f"{file}_858219_SeasonPhoto.jpg", None, 800, 800),),
        technical=Technical(
            location=f"{file}_858219_nonsubtitled.mov",
            tracks=(
                Track("audio", "de", "primary, dubbed", location=f"{file}:de_audio.mov"),
                Track("audio", "en", "primary, dubbed", location=f"{file}_en_audio.mov"),
                Track("video", None, "primary", location=f"{file}_858219_nonsubtitled.mov"),
                Track(
                    "subtitle", "de", "normal", "TTML", location=f"{file}_858219:de_subtitle.sdb"
                ),
            ),
        ),
        versions=(f"md:presentationid:eidr-x:{eidr}:main.us",),
        links=(f"md:alid:eidr-x:{eidr}",),
        extra={
            "experience-id": f"md:experienceid:eidr-x:{eidr}:1",
            "type": "Main",
            "experience-languages": "de",
            "related": "isdescendentof md:manifestid:eidr-s:CF5A-AB7E-A4DB-35FA-BAC5-M; "
            "isepisodeof md:manifestid:eidr-s:2D99-3C1C-9F31-3E10-3411-1",
            "metadata-files": "./VEEP_Season5_E5_mec.xml",
        },
    )


@pytest.mark.parametrize(
    ("name", "kinds", "codes"),
    [
        ("MMC_Example1_simple", ["asset", "asset"], set()),
        ("MMC_Example2_simple-w-err", ["asset", "asset"], set()),
        (
            "MMCore_v1_ERRORS",
            ["asset", "film", "film"],
            {"dangling-reference", "missing-content-id"},
        ),
        ("ManifestCore_Example1_multilang", ["asset", "asset"], {"language-conflict"}),
        ("VEEP_Season5_E5_manifest", ["asset"], set()),
        ("VEEP_Series_manifest", ["asset"], set()),
    ],
)
def test_every_experience_of_every_real_file_is_read(
    name: str, kinds: list[str], codes: set[str]
) -> None:
    found = read_shared(f"mmc/{name}.xml")
    assert found.codes == []
    assert [r.kind for r in found.records] == kinds
    assert {w.code for r in found.records for w in r.warnings} == codes


def test_a_series_without_presentations_still_has_its_pictures() -> None:
    record = read_shared("mmc/VEEP_Series_manifest.xml").one
    assert record.technical is None
    assert [a.reference for a in record.artwork] == [
        "resources/VEEP_en_SeriesPhoto.jpg",
        "resources/VEEP__de_SeriesPhoto.jpg",
    ]
    assert record.links == ("md:alid:org:number.hbo.com:787232",)


def test_art_without_a_picture_group_is_found_by_its_image_id_or_doubted() -> None:
    record = read_shared("mmc/MMCore_v1_ERRORS.xml").records[1]
    assert [a.reference for a in record.artwork] == [
        "md:imageid:org:number.hbo.com:787232:season-photo.en"
    ]
    assert [w.code for w in record.warnings] == ["dangling-reference"]
