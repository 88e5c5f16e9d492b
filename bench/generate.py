"""Large partner feeds, made up: Media RSS and Avails XML of any size.

    python -m bench.generate {mrss,avails} SIZE_MB FILE [--seed N]

The same seed and size give the same bytes. Records vary as in real deliveries (2-3 KB each):
films and episodes, CDATA and escaped text, names and texts in several scripts, renditions,
one or several windows, allow and deny lists, tiers and prices.
"""

import argparse
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from stdnum.iso7064 import mod_37_36

MB = 1_000_000
SEED = 20250301
_BATCH = 256


def _pool(words: str) -> list[str]:
    return words.split()


_FIRST = _pool(
    "Ana Bo Chloé Dmitri Elif François Grace Hiro Inês Jürgen Kofi Lætitia 美咲 Νίκος Omar Søren"
)
_LAST = _pool(
    "Álvarez Bauer Chen Dubois Eriksson Fontana García Haddad Ivanov Jensen 田中 Kowalski Müller"
)
_WORDS = _pool(
    "a the of and in on night river letter winter city house girl father secret last first "
    "return summer island road stranger light shadow sister king train music door garden war "
    "naïve café über cœur señora mañana 東京 любовь love money crime detective holiday planet"
)
_GENRES = ("Drama", "Comedy", "Thriller", "Documentary", "Action", "Romance", "Sci-Fi", "Kids")
_ROLES = ("actor", "actor", "actor", "director", "writer", "producer", "studio")
_LANGUAGES = _pool("en de fr es pt-BR it ja ko ar cmn cs da el fi he hu nl no pl ru sv th tr uk vi")
_PLACES = _pool("US CA GB DE FR ES IT PT BR MX AR JP KR AU NZ SE NO DK FI NL BE AT CH PL CZ IN")
_LICENSORS = ("Northlight Pictures", "Rivière Films", "Tanaka Media", "Blue Harbour Studios")
_RATINGS = (
    ("urn:mpaa", "PG-13"),
    ("urn:mpaa", "R"),
    ("urn:v-chip", "TV-14"),
    ("urn:simple", "nonadult"),
)
_DAY_ZERO = datetime(2024, 1, 1, tzinfo=UTC)


def generate(kind: str, size: int, path: Path, seed: int = SEED) -> int:
    """Writes at least `size` bytes of one kind to `path`; how many records they hold."""
    head, record, tail = KINDS[kind]
    chance = random.Random(seed)
    written, count = 0, 0
    with path.open("wb") as out:
        out.write(head.encode())
        while written < size:
            batch = "".join([record(chance, count + n) for n in range(_BATCH)]).encode()
            written += out.write(batch)
            count += _BATCH
        out.write(tail.encode())
    return count


def document(kind: str, records: int, seed: int = SEED) -> bytes:
    """A whole feed of so many records, for tests."""
    head, record, tail = KINDS[kind]
    chance = random.Random(seed)
    return "".join([head, *(record(chance, n) for n in range(records)), tail]).encode()


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(_WORDS, k=count))


def _title(chance: random.Random) -> str:
    return _words(chance, chance.randint(1, 5)).title()


def _person(chance: random.Random) -> str:
    return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"


def _window(chance: random.Random) -> tuple[datetime, datetime]:
    start = _DAY_ZERO + timedelta(days=chance.randrange(900), hours=chance.choice((0, 0, 0, 5, 8)))
    return start, start + timedelta(days=chance.choice((30, 90, 180, 365, 730)))


def _mrss_item(chance: random.Random, number: int) -> str:
    name = f"{number:09d}"
    title, text = escape(_title(chance)), _words(chance, chance.randint(20, 60))
    start, end = _window(chance)
    media = "".join(_rendition(chance, name, n) for n in range(chance.choice((1, 1, 1, 2, 3))))
    people = "".join(
        f'      <media:credit role="{chance.choice(_ROLES)}" scheme="urn:ebu">'
        f"{_person(chance)}</media:credit>\n"
        for _ in range(chance.randint(2, 6))
    )
    genres = chance.sample(_GENRES, chance.randint(1, 3))
    scheme, rating = chance.choice(_RATINGS)
    countries = " ".join(_PLACES[: chance.randint(1, 12)])
    return (
        "    <item>\n"
        f'      <guid isPermaLink="false">nl-{name}</guid>\n'
        f"      <title>{title}</title>\n"
        f"      <link>https://www.northlight.example/watch/{name}</link>\n"
        f"      <pubDate>{start:%a, %d %b %Y %H:%M:%S} +0000</pubDate>\n"
        f"      <description>{_described(chance, text)}</description>\n"
        + (
            f"      <media:group>\n{media}      </media:group>\n"
            if media.count("\n") > 1
            else media
        )
        + f"      <media:title>{title}</media:title>\n"
        f'      <media:description type="plain">{text[:160]}</media:description>\n'
        f"{_pictures(name)}{people}"
        f'      <media:rating scheme="{scheme}">{rating}</media:rating>\n'
        + "".join(f"      <media:category>{genre}</media:category>\n" for genre in genres)
        + f"      <media:keywords>{', '.join(chance.sample(_WORDS, 6))}</media:keywords>\n"
        f'      <media:restriction relationship="{chance.choice(("allow", "allow", "deny"))}" '
        f'type="country">{countries}</media:restriction>\n'
        f"      <dcterms:valid>start={start:%Y-%m-%dT%H:%M:%SZ}; end={end:%Y-%m-%dT%H:%M:%SZ}; "
        "scheme=W3C-DTF</dcterms:valid>\n"
        f"{_vendor(chance)}"
        "    </item>\n"
    )


def _rendition(chance: random.Random, name: str, number: int) -> str:
    width, height, rate = ((1920, 1080, 5000), (1280, 720, 2500), (640, 360, 800))[number]
    return (
        f'      <media:content url="https://cdn.northlight.example/{name}/{height}.m3u8" '
        f'type="application/x-mpegURL" medium="video" duration="{chance.randint(300, 9000)}" '
        f'width="{width}" height="{height}" bitrate="{rate}" framerate="23.976" '
        f'lang="{chance.choice(_LANGUAGES)}" isDefault="{"false" if number else "true"}"/>\n'
    )


def _described(chance: random.Random, text: str) -> str:
    form = chance.randrange(4)
    if form == 0:
        return f"<![CDATA[<p>{text} &amp; more</p>]]>"
    return f"{text} &amp; more" if form == 1 else text


def _pictures(name: str) -> str:
    return "".join(
        f'      <media:thumbnail url="https://img.northlight.example/{name}/{width}.jpg" '
        f'width="{width}" height="{width * 9 // 16}"/>\n'
        for width in (1920, 640)
    )


def _vendor(chance: random.Random) -> str:
    lines = [f'      <media:subTitle type="text/vtt" lang="{chance.choice(_LANGUAGES)}" '
             'href="https://cdn.northlight.example/s.vtt"/>\n']  # fmt: skip
    if chance.random() < 0.3:
        lines.append(f"      <fast:seriesTitle>{_title(chance)}</fast:seriesTitle>\n")
        lines.append(f"      <fast:seasonNumber>{chance.randint(1, 9)}</fast:seasonNumber>\n")
        lines.append(f"      <fast:episodeNumber>{chance.randint(1, 24)}</fast:episodeNumber>\n")
    return "".join(lines)


def _avail(chance: random.Random, number: int) -> str:
    digits = f"{number:012X}{chance.getrandbits(32):08X}"
    groups = "-".join(digits[n : n + 4] for n in range(0, 20, 4))
    eidr = f"{groups}-{mod_37_36.calc_check_digit(digits)}"
    offers = "".join(
        _transaction(chance, number * 4 + n) for n in range(chance.choice((1, 1, 2, 2, 3)))
    )
    action = chance.choice(("Full Extract",) * 8 + ("Full Delete", "Update"))
    return (
        "  <avails:Avail>\n"
        f"    <avails:ALID>md:alid:eidr-s:{eidr}</avails:ALID>\n"
        "    <avails:Disposition>\n"
        f"      <avails:EntryType>{action}</avails:EntryType>\n"
        "    </avails:Disposition>\n"
        "    <avails:Licensor>\n"
        f"      <md:DisplayName>{chance.choice(_LICENSORS)}</md:DisplayName>\n"
        "    </avails:Licensor>\n"
        "    <avails:ServiceProvider/>\n"
        f"{_asset(chance, eidr)}{offers}"
        "  </avails:Avail>\n"
    )


def _asset(chance: random.Random, eidr: str) -> str:
    episode, title = chance.random() < 0.3, _title(chance)
    kind, prefix = ("Episode", "Episode") if episode else ("Movie", "")
    year = chance.randint(1950, 2025)
    above = (
        "        <avails:SeasonMetadata>\n"
        f"          <avails:SeasonNumber><md:Number>{chance.randint(1, 9)}</md:Number>"
        "</avails:SeasonNumber>\n"
        "          <avails:SeriesMetadata>\n"
        f"            <avails:SeriesTitleDisplayUnlimited>{_title(chance)}"
        "</avails:SeriesTitleDisplayUnlimited>\n"
        "          </avails:SeriesMetadata>\n"
        "        </avails:SeasonMetadata>\n"
    )
    count = f"<md:Number>{chance.randint(1, 24)}</md:Number>"
    return (
        f"    <avails:AvailType>{'episode' if episode else 'single'}</avails:AvailType>\n"
        f"    <avails:ShortDescription>{title} ({year})</avails:ShortDescription>\n"
        f'    <avails:Asset contentID="md:cid:eidr-s:{eidr}">\n'
        f"      <avails:WorkType>{kind}</avails:WorkType>\n"
        f"      <avails:{prefix}Metadata>\n"
        f"        <avails:{prefix}TitleDisplayUnlimited>{title}"
        f"</avails:{prefix}TitleDisplayUnlimited>\n"
        f"        <avails:{prefix}TitleInternalAlias>{title}</avails:{prefix}TitleInternalAlias>\n"
        + (f"        <avails:EpisodeNumber>{count}</avails:EpisodeNumber>\n" if episode else "")
        + f"        <avails:{prefix}TitleEIDR-URN>urn:eidr:10.5240:{eidr}"
        f"</avails:{prefix}TitleEIDR-URN>\n"
        "        <avails:AltIdentifier>\n"
        "          <md:Namespace>northlight.example</md:Namespace>\n"
        f"          <md:Identifier>NL{eidr[:9]}</md:Identifier>\n"
        "        </avails:AltIdentifier>\n"
        f"        <avails:ReleaseDate>{year}</avails:ReleaseDate>\n"
        f"        <avails:RunLength>PT{chance.randint(1, 2)}H{chance.randint(0, 59)}M"
        "</avails:RunLength>\n"
        f"{above if episode else ''}"
        f"      </avails:{prefix}Metadata>\n"
        "    </avails:Asset>\n"
    )


def _transaction(chance: random.Random, number: int) -> str:
    start, end = _window(chance)
    until = (
        "<avails:EndCondition>Open</avails:EndCondition>"
        if chance.random() < 0.3
        else f"<avails:End>{end:%Y-%m-%dT%H:%M:%S}</avails:End>"
    )
    first = chance.randrange(len(_LANGUAGES) - 6)
    languages = "".join(
        f"      <avails:AllowedLanguage>{tag}</avails:AllowedLanguage>\n"
        for tag in _LANGUAGES[first : first + chance.randint(1, 6)]
    )
    quality = chance.choice(("SD", "HD", "UHD"))
    return (
        f'    <avails:Transaction TransactionID="{number}">\n'
        f"      <avails:LicenseType>{chance.choice(('EST', 'VOD', 'SVOD'))}</avails:LicenseType>\n"
        "      <avails:Territory>\n"
        f"        <md:country>{chance.choice(_PLACES)}</md:country>\n"
        "      </avails:Territory>\n"
        f"      <avails:Start>{start:%Y-%m-%dT%H:%M:%S}</avails:Start>\n"
        f"      {until}\n"
        f"{languages}"
        "      <avails:AssetLanguage>en</avails:AssetLanguage>\n"
        "      <avails:LicenseRightsDescription>Library</avails:LicenseRightsDescription>\n"
        f"      <avails:FormatProfile>{quality}</avails:FormatProfile>\n"
        '      <avails:Term termName="WSP">\n'
        f'        <avails:Money currency="USD">{chance.choice((2, 4, 7, 12))}.99</avails:Money>\n'
        "      </avails:Term>\n"
        "    </avails:Transaction>\n"
    )


_MRSS_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"
     xmlns:dcterms="http://purl.org/dc/terms/" xmlns:fast="https://northlight.example/fast">
  <channel>
    <title>Northlight FAST</title>
    <link>https://www.northlight.example/</link>
    <description>Everything on air</description>
    <language>en</language>
    <lastBuildDate>Sat, 01 Mar 2025 00:00:00 +0000</lastBuildDate>
"""
_AVAILS_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<avails:AvailList xmlns:avails="http://www.movielabs.com/schema/avails/v2.4/avails"
  xmlns:md="http://www.movielabs.com/schema/md/v2.7/md">
"""

KINDS: dict[str, tuple[str, Callable[[random.Random, int], str], str]] = {
    "mrss": (_MRSS_HEAD, _mrss_item, "  </channel>\n</rss>\n"),
    "avails": (_AVAILS_HEAD, _avail, "</avails:AvailList>\n"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("megabytes", type=float)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    count = generate(asked.kind, round(asked.megabytes * MB), asked.file, asked.seed)
    print(f"{asked.file}: {count:,} records, {asked.file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
