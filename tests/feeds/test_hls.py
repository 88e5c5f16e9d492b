"""HLS playlists are recognised and refused: they name no title and no right."""

import pytest

from tests.feeds.reading import read, read_shared

MEDIA = """#EXTM3U
#EXT-X-TARGETDURATION:10
{markers}
#EXTINF:10,
a.ts
#EXT-X-CUE-OUT-CONT:5/15
#EXTINF:5,
b.ts
#EXT-X-CUE-IN
"""


@pytest.mark.parametrize(
    ("markers", "breaks"),
    [
        ("", 0),
        ("#EXT-X-CUE-OUT:15.000", 1),
        ("#EXT-OATCLS-SCTE35:/DAl==\n#EXT-X-CUE-OUT:15", 1),
        ("#EXT-X-CUE-OUT:15\n#EXTINF:1,\nz.ts\n#EXT-X-CUE-IN\n#EXT-X-CUE-OUT", 2),
        ('#EXT-SCTE35: CUE="/DAI", ID="1"', 1),
        ('#EXT-X-SCTE35:CUE="/DAI",CUE-IN=YES', 0),
        ('#EXT-X-DATERANGE:ID="x",SCTE35-OUT=0xFC', 1),
        ('#EXT-X-DATERANGE:ID="x",SCTE35-IN=0xFC', 0),
    ],
)
def test_a_playlist_is_refused_once_with_its_count_of_ad_breaks(markers: str, breaks: int) -> None:
    found = read(MEDIA.format(markers=markers))
    assert found.format == "hls_scte35"
    (rejected,) = found.rejected
    assert rejected.code == "not-a-catalogue"
    assert not rejected.fatal
    assert rejected.source.place == "line 1"
    assert f"ad breaks: {breaks})" in rejected.reason
    assert rejected.raw.startswith("#EXTM3U")
    assert found.header.complete


def test_comment_lines_before_the_mark_are_tolerated() -> None:
    found = read("# made by hand\n#\n\n#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n")
    assert found.rejected[0].source.place == "line 4"
    assert "1 variants" in found.rejected[0].reason


@pytest.mark.parametrize("content", ["a.ts\n#EXTM3U", "# only a comment\n", "#\n" * 30 + "#EXTM3U"])
def test_other_text_is_no_playlist(content: str) -> None:
    assert read(content).format != "hls_scte35"


def test_a_playlist_declared_in_a_profile_needs_no_mark() -> None:
    assert read("#EXTINF:1,\na.ts\n", format="hls_scte35").rejected[0].source.place == "line 1"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "place", "held"),
    [
        ("master-with-hlsv7.m3u8", "line 3", "9 variants, ad breaks: 0"),
        ("media-playlist-with-oatcls-scte35.m3u8", "line 1", "3 segments, ad breaks: 1"),
        ("media-playlist-with-scte35.m3u8", "line 1", "3 segments, ad breaks: 1"),
    ],
)
def test_the_shared_playlists(name: str, place: str, held: str) -> None:
    found = read_shared(f"hls_scte35/{name}")
    assert (found.records, found.codes) == ([], ["not-a-catalogue"])
    assert found.rejected[0].source.place == place
    assert held in found.rejected[0].reason
