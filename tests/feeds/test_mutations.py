"""Damaged files of every format: never an error, never a record that could not be stored."""

from pathlib import Path
from zlib import crc32

import pytest

from tests.feeds.mutating import check, mutated
from tests.shared import SHARED

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples" / "feeds"
REAL = SHARED / "feeds" / "dev"
PACKED = (".zip", ".gz", ".md", ".tsv")

OWN = {
    "mec.xml": """<mdmec:CoreMetadata xmlns:md="http://www.movielabs.com/schema/md/v2.1/md"
 xmlns:mdmec="http://www.movielabs.com/schema/mdmec/v2.1"><mdmec:Basic ContentID="md:cid:org:x:1">
<md:LocalizedInfo language="en" default="true">
<md:TitleDisplayUnlimited>One</md:TitleDisplayUnlimited><md:Summary190>A film.</md:Summary190>
      <md:ArtReference resolution="1x2">i.jpg</md:ArtReference>
</md:LocalizedInfo><md:RunLength>PT1H30M</md:RunLength><md:ReleaseYear>1979</md:ReleaseYear>
<md:WorkType>Movie</md:WorkType><md:AltIdentifier><md:Namespace>IMDB</md:Namespace>
<md:Identifier>tt0079944</md:Identifier></md:AltIdentifier></mdmec:Basic></mdmec:CoreMetadata>""",
    "guide.xml": """<!DOCTYPE tv SYSTEM "xmltv.dtd"><tv source-info-name="x"><channel id="c">
<display-name>C</display-name></channel><programme start="20250301180000 +0100"
 stop="20250301190000 +0100" channel="c"><title lang="en">News</title><episode-num
 system="xmltv_ns">0.1.</episode-num><length units="minutes">60</length></programme></tv>""",
    "rss.xml": """<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>T</title><item><guid>1</guid><title>One</title>
<pubDate>Sat, 01 Mar 2025 00:00:00 GMT</pubDate>
<media:content url="https://x.test/1.mp4" duration="90" width="640" height="360"/>
<media:restriction relationship="allow" type="country">fr de</media:restriction></item>
</channel></rss>""",
    "roku.json": """{"providerName": "P", "language": "en", "lastUpdated": "2025-03-01T00:00:00Z",
"movies": [{"id": "1", "title": "One", "releaseDate": "1979-05-25", "shortDescription": "x",
"genres": ["drama"], "thumbnail": "https://x.test/1.jpg", "content": {"duration": 5400,
"dateAdded": "2025-03-01T00:00:00Z", "videos": [{"url": "https://x.test/1.m3u8",
"quality": "HD", "videoType": "HLS"}], "validityPeriodStart": "2025-03-01T00:00:00Z"}}]}""",
    "titles.csv": "id,title,year,territory,start,end,licence,runtime\n"
    "1,One,1979,FR,2025-03-01,2025-12-31,SVOD,90\n2,\"Two, too\",1980,DE,2025-03-01,,EST,91\n",
    "titles.ndjson": '{"id": "1", "title": "One", "year": 1979}\n{"id": "2", "title": "Two"}\n',
    "adi.xml": """<?xml version="1.0"?><!DOCTYPE ADI SYSTEM "ADI.DTD"><ADI><Metadata><AMS
 Provider="P" Product="MOD" Asset_Name="n" Version_Major="1" Version_Minor="0" Description="d"
 Creation_Date="2025-03-01" Provider_ID="p.test" Asset_ID="PPPP0000000000000001"
 Asset_Class="package"/></Metadata><Asset><Metadata><AMS Provider="P" Product="MOD"
 Asset_Name="n" Version_Major="1" Version_Minor="0" Description="d" Creation_Date="2025-03-01"
 Provider_ID="p.test" Asset_ID="PPPP0000000000000002" Asset_Class="title"/>
<App_Data App="MOD" Name="Title" Value="One"/><App_Data App="MOD" Name="Run_Time" Value="01:30:00"/>
<App_Data App="MOD" Name="Licensing_Window_Start" Value="2025-03-01"/>
<App_Data App="MOD" Name="Licensing_Window_End" Value="2025-12-31"/></Metadata></Asset></ADI>""",
}  # fmt: skip


def files(folder: Path, limit: int) -> list[Path]:
    found = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix not in PACKED)
    return [p for p in found if p.stat().st_size <= limit]


def attack(data: bytes, name: str, times: int) -> None:
    """The undamaged file is never `unexpected`; nor, so far, is any damaged one."""
    for number in range(times):
        damaged = mutated(data, f"{name} {number}") if number else data
        for rejected in check(damaged, name):
            assert rejected.code != "unexpected", f"{name} {number}: {rejected.reason}"


@pytest.mark.parametrize("name", OWN)
def test_a_small_document_damaged_in_many_ways(name: str) -> None:
    assert check(OWN[name].encode(), name) == []
    attack(OWN[name].encode(), name, 120)


@pytest.mark.parametrize("path", files(SAMPLES, 200_000), ids=lambda path: path.name)
def test_a_sample_damaged_in_some_ways(path: Path) -> None:
    attack(path.read_bytes(), path.name, 25)


def test_partner_files_damaged_in_some_ways() -> None:
    if not REAL.exists():
        pytest.skip("needs the partner files shared/feeds/dev, which are not beside this checkout")
    for path in files(REAL, 100_000):
        attack(path.read_bytes(), path.name, 4)


def test_damage_is_the_same_for_the_same_seed() -> None:
    data = OWN["mec.xml"].encode()
    assert crc32(mutated(data, "a")) == crc32(mutated(data, "a")) != crc32(mutated(data, "b"))
