"""IMF package documents: compositions, packing lists, asset maps, output profiles."""

import pytest

from tests.feeds.reading import Read, read, read_shared
from ummid.catalog.model import ExternalId, Rating
from ummid.errors import FeedError
from ummid.feeds.connector import Profile
from ummid.feeds.head import Head
from ummid.feeds.imf import FORMATS, safe_path, sniff
from ummid.feeds.imf_essence import rate

CPL = "http://www.smpte-ra.org/schemas/2067-3/2016"
AM = "http://www.smpte-ra.org/schemas/429-9/2007/AM"
PKL = "http://www.smpte-ra.org/schemas/2067-2/2016/PKL"
OPL = "http://www.smpte-ra.org/schemas/2067-100/2014"
HASH = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="


def imf(text: str) -> Read:
    return read(text, format="imf")


def codes(found: Read) -> list[str]:
    return [w.code for r in found.records for w in r.warnings]


def composition(body: str = "", segments: str = "", edit_rate: str = "24 1") -> str:
    return (
        f'<CompositionPlaylist xmlns="{CPL}"><Id>urn:uuid:1</Id><Issuer>A Lab</Issuer>'
        f"<IssueDate>2020-01-01T00:00:00Z</IssueDate><EditRate>{edit_rate}</EditRate>{body}"
        f"<SegmentList>{segments}</SegmentList></CompositionPlaylist>"
    )


def segment(*sequences: str) -> str:
    return f"<Segment><Id>s</Id><SequenceList>{''.join(sequences)}</SequenceList></Segment>"


def sequence(name: str, *resources: str, track: str = "t") -> str:
    listed = "".join(f"<Resource>{r}</Resource>" for r in resources)
    return f"<{name}><TrackId>{track}</TrackId><ResourceList>{listed}</ResourceList></{name}>"


def image(*resources: str) -> str:
    return segment(sequence("MainImageSequence", *resources))


def described(descriptor: str, name: str = "MainImageSequence") -> Read:
    body = (
        "<EssenceDescriptorList><Note/><EssenceDescriptor><Id>d</Id></EssenceDescriptor>"
        f"<EssenceDescriptor><Id>e</Id>{descriptor}</EssenceDescriptor></EssenceDescriptorList>"
    )
    resource = "<IntrinsicDuration>24</IntrinsicDuration><SourceEncoding>e</SourceEncoding>"
    return imf(composition(body, segment(sequence(name, resource))))


@pytest.mark.parametrize(
    ("namespace", "root", "recognised"),
    [
        (CPL, "CompositionPlaylist", True),
        ("http://www.smpte-ra.org/schemas/2067-3/2013", "CompositionPlaylist", True),
        (CPL, "Composition", True),
        ("http://www.smpte-ra.org/schemas/429-8/2007/PKL", "PackingList", True),
        (PKL, "PackingList", True),
        ("http://www.smpte-ra.org/schemas/2067-2/20XX/PKL", "PackingList", True),
        (AM, "AssetMap", True),
        (AM, "VolumeIndex", True),
        (OPL, "OutputProfileList", True),
        ("http://www.smpte-ra.org/schemas/429-7/2006/CPL", "CompositionPlaylist", False),
        ("http://www.digicine.com/PROTO-ASDCP-CPL-20040511#", "CompositionPlaylist", False),
        ("", "CompositionPlaylist", False),
    ],
)
def test_is_recognised_by_namespace(namespace: str, root: str, recognised: bool) -> None:
    head = Head(f'<{root} xmlns="{namespace}"/>'.encode(), whole=True)
    assert sniff(head) is recognised


def test_other_content_is_not_recognised_and_refused_when_forced() -> None:
    assert not sniff(Head(b"{}", whole=True))
    assert imf("{}").codes == ["not-imf"]


def test_a_composition_is_never_an_offer_and_the_format_is_delta() -> None:
    record = imf(composition()).one
    assert (record.kind, record.grants) == ("composition", ())
    assert FORMATS[0].mode == "delta"


@pytest.mark.parametrize(
    ("resources", "edit_rate", "milliseconds"),
    [
        (["<IntrinsicDuration>48</IntrinsicDuration>"], "24 1", 2000),
        (["<IntrinsicDuration>48</IntrinsicDuration><EntryPoint>24</EntryPoint>"], "24 1", 1000),
        (
            [
                "<IntrinsicDuration>48</IntrinsicDuration><SourceDuration>12</SourceDuration>"
                "<RepeatCount>3</RepeatCount>"
            ],
            "24 1",
            1500,
        ),
        (["<IntrinsicDuration>24000</IntrinsicDuration>"], "24000/1001", 1_001_000),
        (
            [
                "<EditRate>50 1</EditRate><IntrinsicDuration>50</IntrinsicDuration>",
                "<IntrinsicDuration>25</IntrinsicDuration>",
            ],
            "25",
            2000,
        ),
    ],
)
def test_duration_adds_up_the_main_image(
    resources: list[str], edit_rate: str, milliseconds: int
) -> None:
    technical = imf(composition(segments=image(*resources), edit_rate=edit_rate)).one.technical
    assert technical is not None
    assert technical.duration_ms == milliseconds


def test_a_composition_without_image_has_no_duration() -> None:
    found = imf(composition(segments=segment(sequence("MainAudioSequence"))))
    assert found.one.technical is not None
    assert found.one.technical.duration_ms is None
    assert codes(found) == ["no-main-image"]


def test_more_source_than_the_file_holds_is_kept_with_a_doubt() -> None:
    body = "<IntrinsicDuration>24</IntrinsicDuration><SourceDuration>48</SourceDuration>"
    assert codes(imf(composition(segments=image(body)))) == ["beyond-source"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (composition(edit_rate="0 1"), "bad-edit-rate"),
        (composition(edit_rate="fast"), "bad-edit-rate"),
        (composition(segments=image("<EditRate>1 0</EditRate>")), "bad-edit-rate"),
        (
            composition(segments=image("<IntrinsicDuration>x</IntrinsicDuration>")),
            "bad-number",
        ),
        (f'<Composition xmlns="{CPL}"><Id>urn:uuid:9</Id></Composition>', "wrong-root"),
        (f'<PackageList xmlns="{PKL}"/>', "wrong-root"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(document: str, code: str) -> None:
    found = imf(document)
    assert found.codes == [code]
    assert not found.rejected[0].fatal
    assert found.rejected[0].source.place.startswith("line 1, /")


def test_a_wrong_root_keeps_its_id_as_key() -> None:
    found = imf(f'<Composition xmlns="{CPL}"><Id>urn:uuid:9</Id></Composition>')
    assert found.rejected[0].key == "urn:uuid:9"
    assert "CompositionPlaylist" in found.rejected[0].reason


def test_markers_are_placed_on_the_composition_and_breaks_taken_from_them() -> None:
    markers = (
        "<IntrinsicDuration>48</IntrinsicDuration><EntryPoint>12</EntryPoint>"
        "<Marker><Label>FFOC</Label><Offset>12</Offset></Marker>"
        "<Marker><Label>FFCB</Label><Offset>24</Offset></Marker>"
        "<Marker><Label>LFOC</Label><Offset>6</Offset></Marker>"
    )
    one = segment(
        sequence("MarkerSequence", markers, track="m"),
        sequence("MainImageSequence", "<IntrinsicDuration>36</IntrinsicDuration>"),
        sequence("ISXDSequence", track="d"),
    )
    record = imf(composition(segments=one + one)).one
    assert record.extra["markers"] == "FFOC@0 FFCB@500 FFOC@1500 FFCB@2000"
    assert record.extra["other_sequences"] == "ISXDSequence"
    assert record.technical is not None
    assert record.technical.ad_breaks_ms == (500, 2000)


@pytest.mark.parametrize(
    ("label", "hdr"),
    [
        ("urn:smpte:ul:060e2b34.0401010d.04010101.010a0000", "PQ"),
        ("060e2b34.0401.010d.04010101.010b0000", "HLG"),
        ("urn:smpte:ul:060e2b34.04010101.04010101.01020000", None),
        ("nonsense", None),
    ],
)
def test_transfer_characteristic_tells_hdr(label: str, hdr: str | None) -> None:
    found = described(f"<R><TransferCharacteristic>{label}</TransferCharacteristic></R>")
    assert found.one.technical is not None
    assert found.one.technical.hdr == hdr


def test_picture_facts_come_from_the_descriptor() -> None:
    technical = described(
        "<CDCIDescriptor><StoredWidth>1920</StoredWidth><StoredHeight>540</StoredHeight>"
        "<FrameLayout>SeparateFields</FrameLayout><ImageAspectRatio>16 9</ImageAspectRatio>"
        "<ColorPrimaries>urn:smpte:ul:060e2b34.04010106.04010101.03060000</ColorPrimaries>"
        "<PictureCompression>urn:smpte:ul:060e2b34.0401010d.04010202.03010801"
        "</PictureCompression></CDCIDescriptor>"
    ).one.technical
    assert technical is not None
    assert (technical.width, technical.height, technical.aspect_ratio) == (1920, 1080, "16:9")
    assert (technical.colour, technical.tracks[0].codec) == ("P3-D65", "HTJ2K")


def test_unknown_labels_are_kept_as_written() -> None:
    technical = described(
        "<RGBADescriptor><ColorPrimaries>urn:x</ColorPrimaries><StoredWidth>wide</StoredWidth>"
        "<PictureCompression>urn:y</PictureCompression></RGBADescriptor>"
    ).one.technical
    assert technical is not None
    assert (technical.colour, technical.tracks[0].codec) == ("urn:x", "urn:y")


@pytest.mark.parametrize(
    ("descriptor", "name", "track"),
    [
        (
            "<WAVEPCMDescriptor><ChannelCount>6</ChannelCount><SubDescriptors>"
            "<SoundfieldGroupLabelSubDescriptor><MCATagSymbol>sg51</MCATagSymbol>"
            "<RFC5646SpokenLanguage>fr-CA</RFC5646SpokenLanguage>"
            "</SoundfieldGroupLabelSubDescriptor></SubDescriptors></WAVEPCMDescriptor>",
            "MainAudioSequence",
            ("audio", "fr-CA", "primary", "PCM", "5.1"),
        ),
        (
            "<WAVEPCMDescriptor><ChannelCount>2</ChannelCount><SubDescriptors>"
            "<AudioChannelLabelSubDescriptor><RFC5646SpokenLanguage>de</RFC5646SpokenLanguage>"
            "</AudioChannelLabelSubDescriptor></SubDescriptors></WAVEPCMDescriptor>",
            "MainAudioSequence",
            ("audio", "de", "primary", "PCM", "2"),
        ),
        ("<SoundDescriptor/>", "MainAudioSequence", ("audio", None, "primary", None, None)),
        (
            "<IABEssenceDescriptor><SubDescriptors><IABSoundfieldLabelSubDescriptor>"
            "<MCATagSymbol>IAB</MCATagSymbol></IABSoundfieldLabelSubDescriptor></SubDescriptors>"
            "</IABEssenceDescriptor>",
            "IABSequence",
            ("audio", None, "immersive", "IAB", "IAB"),
        ),
        (
            "<DCTimedTextDescriptor><NamespaceURI>http://www.w3.org/ns/ttml</NamespaceURI>"
            "<RFC5646LanguageTagList>es</RFC5646LanguageTagList></DCTimedTextDescriptor>",
            "ForcedNarrativeSequence",
            ("subtitle", "es", "forced", "TTML", None),
        ),
        ("<TextDescriptor/>", "SubtitlesSequence", ("subtitle", None, "subtitle", None, None)),
    ],
)
def test_sound_and_text_become_tracks(
    descriptor: str, name: str, track: tuple[str | None, ...]
) -> None:
    technical = described(descriptor, name).one.technical
    assert technical is not None
    (found,) = technical.tracks
    assert (found.kind, found.language, found.type, found.codec, found.channels) == track


def test_a_language_that_is_none_is_a_doubt() -> None:
    found = described(
        "<T><RFC5646LanguageTagList>q9</RFC5646LanguageTagList></T>", "SubtitlesSequence"
    )
    assert codes(found) == ["unknown-language", "no-main-image"]


def test_a_missing_descriptor_is_a_doubt() -> None:
    body = (
        "<EssenceDescriptorList><EssenceDescriptor><Id>z</Id><R/></EssenceDescriptor>"
        "</EssenceDescriptorList>"
    )
    segments = segment(sequence("MainImageSequence", "<SourceEncoding>e</SourceEncoding>"))
    assert codes(imf(composition(body, segments))) == ["missing-descriptor"]


def test_version_ids_keep_their_schemes_and_level() -> None:
    body = "<ContentVersionList>" + "".join(
        f"<ContentVersion><Id>{i}</Id><LabelText>{label}</LabelText></ContentVersion>"
        for i, label in (
            ("urn:uuid:AB", "First"),
            ("urn:eidr:10.5240/7791-8534-2C23-9030-8610-5", "An EIDR Manifestation"),
            ("urn:eidr:10.5240/7791-8534-2C23-9030-8610-6", ""),
            ("house-7", "House"),
            ("", "Nothing"),
        )
    )
    found = imf(composition(body + "</ContentVersionList>"))
    assert found.one.ids == (
        ExternalId("uuid", "ab", "edit", raw="urn:uuid:AB"),
        ExternalId(
            "eidr",
            "10.5240/7791-8534-2C23-9030-8610-5",
            "manifestation",
            raw="urn:eidr:10.5240/7791-8534-2C23-9030-8610-5",
        ),
        ExternalId(
            "eidr",
            "10.5240/7791-8534-2C23-9030-8610-6",
            "edit",
            valid=False,
            raw="urn:eidr:10.5240/7791-8534-2C23-9030-8610-6",
        ),
        ExternalId("content-version", "house-7", "edit"),
    )
    assert found.one.versions == ("First", "An EIDR Manifestation", "House")
    assert codes(found) == ["no-main-image", "invalid-id", "missing-id"]


def test_locales_give_languages_and_ratings_by_country() -> None:
    def locale(language: str, region: str, rating: str) -> str:
        return (
            f"<Locale><LanguageList><Language>{language}</Language></LanguageList>"
            f"<RegionList><Region>{region}</Region></RegionList><ContentMaturityRatingList>"
            f"<ContentMaturityRating><Agency>a</Agency><Rating>{rating}</Rating>"
            '<Audience scope="s">Adults</Audience></ContentMaturityRating>'
            "</ContentMaturityRatingList></Locale>"
        )

    listed = (
        locale("en", "840", "R") + locale("q9", "021", "PG") + "<Locale/>" + locale("en", "GB", "")
    )
    found = imf(composition(f"<LocaleList>{listed}</LocaleList>"))
    assert found.one.languages == ("en",)
    assert found.one.ratings == (
        Rating("a", "R", "US", ("s Adults",)),
        Rating("a", "PG", None, ("s Adults",)),
    )
    assert found.one.extra["regions"] == "840 021 GB"
    assert codes(found)[1:] == ["unknown-language", "unknown-territory", "empty-rating"]


@pytest.mark.parametrize(
    ("stated", "code"),
    [("00:00:01", []), ("00:00:30", ["running-time-differs"]), ("soon", ["bad-duration"])],
)
def test_the_running_time_is_compared(stated: str, code: list[str]) -> None:
    body = f"<TotalRunningTime>{stated}</TotalRunningTime>"
    found = imf(composition(body, image("<IntrinsicDuration>48</IntrinsicDuration>")))
    assert codes(found) == code


def test_a_composition_without_id_is_keyed_by_what_it_says() -> None:
    document = composition("<ContentTitle>House</ContentTitle>").replace("<Id>urn:uuid:1</Id>", "")
    first, second = imf(document).one, imf("\n" + document).one
    assert first.key == second.key
    assert first.own_id is None


def test_an_unreadable_issue_date_and_an_unknown_version_are_header_warnings() -> None:
    document = composition().replace("2020-01-01T00:00:00Z", "today").replace("/2016", "/2031")
    found = imf(document)
    assert found.one.event_time is None
    assert [w.partition(":")[0] for w in found.header.warnings] == ["unknown-version", "bad-date"]


def asset_map(*assets: str, head: str = "<VolumeCount>1</VolumeCount>") -> Read:
    return imf(
        f'<AssetMap xmlns="{AM}"><Id>urn:uuid:m</Id><AnnotationText>Map</AnnotationText>{head}'
        f"<IssueDate>2020-01-01</IssueDate><Issuer>A Lab</Issuer><AssetList>"
        f"{''.join(assets)}</AssetList></AssetMap>"
    )


def chunk(path: str, more: str = "", asset: str = "urn:uuid:a") -> str:
    return (
        f"<Asset><Id>{asset}</Id><ChunkList><Chunk><Path>{path}</Path>{more}</Chunk></ChunkList>"
        "</Asset>"
    )


def test_an_asset_map_gives_one_asset_per_entry() -> None:
    found = asset_map(
        chunk("a.mxf", "<VolumeIndex>1</VolumeIndex><Length>7</Length>"),
        "<Asset><PackingList>true</PackingList><ChunkList><Chunk><Path>p.xml</Path></Chunk>"
        "<Chunk><Path>q.xml</Path><Length>many</Length></Chunk></ChunkList></Asset>",
    )
    first, second = found.records
    assert (first.kind, first.key, first.own_id) == ("asset", "assetmap:urn:uuid:a", "urn:uuid:a")
    assert first.technical is not None
    assert (first.technical.location, first.technical.size_bytes) == ("a.mxf", 7)
    assert second.own_id is None
    assert second.extra["packing_list"] == "true"
    assert second.extra["more_paths"] == "q.xml"
    assert codes(found) == ["bad-size"]
    assert found.header.partner == "a-lab"
    assert found.header.feed_id == "urn:uuid:m"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/etc/passwd", "unsafe-path"),
        ("\\\\host\\share", "unsafe-path"),
        ("C:\\x.mxf", "unsafe-path"),
        ("file:///x.mxf", "unsafe-path"),
        ("https://example.com/x.mxf", "unsafe-path"),
        ("a/../../x.mxf", "unsafe-path"),
        ("..", "unsafe-path"),
        ("%2e%2e/x.mxf", "unsafe-path"),
        ("a%00b", "unsafe-path"),
        ("", "missing-path"),
    ],
)
def test_paths_stay_inside_the_package(path: str, code: str) -> None:
    found = asset_map(chunk(path), chunk("good.mxf", asset="urn:uuid:b"))
    assert found.codes == [code]
    assert found.rejected[0].key == "assetmap:urn:uuid:a"
    assert [r.own_id for r in found.records] == ["urn:uuid:b"]
    with pytest.raises(FeedError):
        safe_path(path)


def test_relative_paths_are_kept_as_written() -> None:
    assert safe_path("media/a..b.mxf") == "media/a..b.mxf"


def test_an_asset_without_chunk_is_refused_at_its_place() -> None:
    found = asset_map("<Asset><Id>urn:uuid:x</Id><Chunk><Path>a</Path></Chunk></Asset>")
    (rejected,) = found.rejected
    assert rejected.code == "missing-chunk"
    assert rejected.source.place == "line 1, /AssetMap/AssetList/Asset[1]"


def test_volumes_that_do_not_fit_are_doubts() -> None:
    found = asset_map(
        chunk("a", "<VolumeIndex>3</VolumeIndex>"), head="<VolumeCount>2</VolumeCount>"
    )
    assert codes(found) == ["bad-volume"]
    assert found.header.warnings[0].startswith("volumes:")
    assert codes(asset_map(chunk("a", "<VolumeIndex>x</VolumeIndex>"))) == ["bad-volume"]


def test_an_empty_list_and_a_volume_index_state_nothing() -> None:
    empty = asset_map()
    assert (empty.records, empty.codes) == ([], [])
    assert empty.header.warnings == ["empty: the list names no asset"]
    volume = imf(f'<VolumeIndex xmlns="{AM}"><Index>1</Index></VolumeIndex>')
    assert (volume.records, volume.codes, volume.format) == ([], [], "imf")


def packed(asset: str, body: str) -> str:
    return f"<Asset><Id>{asset}</Id>{body}</Asset>"


def test_a_packing_list_gives_size_hash_and_type() -> None:
    found = imf(
        f'<PackingList xmlns="{PKL}"><Id>urn:uuid:p</Id><AssetList>'
        + packed(
            "urn:uuid:a",
            f"<Hash>{HASH}</Hash><Size>12</Size><Type>text/xml</Type>"
            "<OriginalFileName>a.xml</OriginalFileName>"
            '<HashAlgorithm Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>',
        )
        + packed("urn:uuid:b", f"<Hash>{HASH}</Hash>")
        + packed("urn:uuid:c", "<Hash>no</Hash>")
        + packed("urn:uuid:d", f"<Hash>{HASH}</Hash><OriginalFileName>../d</OriginalFileName>")
        + "</AssetList></PackingList>"
    )
    technical = found.records[0].technical
    assert technical is not None
    assert (technical.size_bytes, technical.mime_type) == (12, "text/xml")
    assert (technical.checksum, technical.location) == (f"sha256:{HASH}", "a.xml")
    assert codes(found) == ["same-hash", "bad-hash"]
    assert found.codes == ["unsafe-path"]


def test_an_output_profile_list_points_at_its_composition() -> None:
    record = imf(
        f'<OutputProfileList xmlns="{OPL}"><Id>urn:uuid:o</Id>'
        "<CompositionPlaylistId>urn:uuid:C</CompositionPlaylistId></OutputProfileList>"
    ).one
    assert (record.kind, record.key) == ("asset", "opl:urn:uuid:o")
    assert record.parents[0].ids[0].value == "c"
    bare = imf(f'<OutputProfileList xmlns="{OPL}"/>').one
    assert (bare.parents, bare.own_id) == ((), None)


@pytest.mark.parametrize("raw", ["1 0", "0 1", "a", ""])
def test_no_rate(raw: str) -> None:
    assert rate(raw) is None


def test_a_broken_document_ends_with_a_fatal_rejection() -> None:
    found = imf(f'<AssetMap xmlns="{AM}"><AssetList>{chunk("a")}<Asset>')
    assert (len(found.records), found.codes) == (1, ["not-well-formed"])
    assert found.rejected[0].fatal


SHARED = {
    "CPL-2020_updated-core-constraints": (1, [], []),
    "IAB_CPL_valid_iabsequence": (1, [], []),
    "badxml_ASSETMAP": (3, ["missing-chunk"], []),
    "badxml_CPL": (0, ["wrong-root"], []),
    "blackl_202_ASSETMAP": (13, [], []),
    "blackl_202_ENG_CPL": (1, [], ["empty-rating"]),
    "blackl_202_PKL": (12, [], []),
    "chimera25_CPL-segments": (1, [], []),
    "meridian_ASSETMAP": (6, [], []),
    "meridian_CPL": (1, [], ["unknown-territory"]),
    "meridian_OPL": (1, [], []),
    "meridian_PKL": (4, [], ["same-hash"]),
    "meridian_VOLINDEX": (0, [], []),
    "nycbcrlt_ASSETMAP": (4, [], []),
    "nycbcrlt_ASSETMAP_ERROR": (4, [], []),
    "nycbcrlt_CPL": (1, [], ["placeholder-title", "running-time-differs"]),
    "nycbcrlt_CPL_error": (1, [], ["beyond-source"]),
    "nycbcrlt_PKL": (3, [], []),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", SHARED)
def test_real_files(name: str) -> None:
    records, rejected, doubts = SHARED[name]
    found = read_shared(f"imf/{name}.xml")
    assert found.format == "imf"
    assert (len(found.records), found.codes) == (records, rejected)
    assert codes(found) == doubts
    assert not any(r.grants for r in found.records)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "milliseconds"),
    [
        ("chimera25_CPL-segments", 64_000),  # (100 + 200 + 3x300 + 100 + 3x100) frames at 25
        ("nycbcrlt_CPL", 600_600),  # 720 frames x 20 at 24000/1001
        ("meridian_CPL", 667),  # 40 frames at 60000/1001
    ],
)
def test_durations_of_real_files(name: str, milliseconds: int) -> None:
    technical = read_shared(f"imf/{name}.xml").one.technical
    assert technical is not None
    assert technical.duration_ms == milliseconds


def test_the_assumed_zone_places_a_local_issue_date() -> None:
    document = composition().replace("00:00:00Z", "02:00:00")
    found = Read(document.encode(), "f", "imf", Profile(assumed_zone="Europe/Paris"))
    assert found.header.time == 1_577_840_400_000
