"""Makes the samples that are not plain text: workbooks, archives, and tables in other encodings.

    python samples/make_binary.py

Writes the same bytes on every machine: fixed dates, no compression, no field that names the
writer. Run it after a change here or in `samples/sources`, and commit what it wrote.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from openpyxl import Workbook

HERE = Path(__file__).parent
PACKED = (2025, 5, 27, 6, 0, 0)
"""When archives and workbooks say they were made."""

Cell = str | int | float | date | None
Sheet = Iterable[Sequence[Cell]]

_GROUPS = ("Avail", "AvailTrans", "AvailAsset", "AvailMetadata", "Disposition")
_AVAILS = {
    "DisplayName": "Avail",
    "Licensee": "Avail",
    "Territory": "AvailTrans",
    "WorkType": "AvailAsset",
    "EntryType": "Disposition",
    "TitleInternalAlias": "AvailMetadata",
    "TitleDisplayUnlimited": "AvailMetadata",
    "LicenseType": "AvailTrans",
    "LicenseRightsDescription": "AvailTrans",
    "FormatProfile": "AvailTrans",
    "HDR": "AvailTrans",
    "Start": "AvailTrans",
    "End": "AvailTrans",
    "PriceType": "AvailTrans",
    "PriceValue": "AvailTrans",
    "PriceCurrency": "AvailTrans",
    "SRP": "AvailTrans",
    "AllowedLanguages": "AvailTrans",
    "TitleID": "AvailAsset",
    "ContentID": "AvailAsset",
    "ALID": "Avail",
    "AvailID": "Avail",
    "ReleaseYear": "AvailMetadata",
    "TotalRunTime": "AvailMetadata",
    "ContractID": "AvailTrans",
    "RentalDuration": "AvailTrans",
    "WatchDuration": "AvailTrans",
}
_LANTERN = ("LANTERN_FEATURE", "The Lantern Keeper", "FA4E-0101-0A1B-2C3D-0DEF-D", 2021, "1:52:00")
_SALT = ("SALT_FEATURE", "Salt and Static", "FA4E-0102-0A1B-2C3D-2CDE-M", 2019, "1:38:00")
_MOONS = ("MOONS_FEATURE", "Paper Moons Over Tamsin", "FA4E-0108-0A1B-2C3D-E678-T", 2023, "1:44:00")
_HARBOUR = ("HARBOUR22_FEATURE", "Harbour Lights", "FA4E-010B-0A1B-2C3D-4345-0", 2022, "1:49:00")
_UNDERSTUDY = (
    "UNDERSTUDY_FEATURE", "The Understudy's Revenge", "FA4E-0109-0A1B-2C3D-0567-X", 2015, "1:37:00",
)  # fmt: skip
"""Alias, title, EIDR, year and running time. The last EIDR has a wrong check character."""

Title = tuple[str, str, str, int, str]


def legal_movies() -> list[list[Cell]]:
    """The rights desk's EMA Avails sheet 1.9; its last two rows cannot be taken."""
    first, last = date(2024, 7, 1), date(2025, 9, 30)
    wholesale = {"PriceType": "WSP", "PriceCurrency": "USD"}
    home = {"LicenseRightsDescription": "Catalog", **wholesale}
    rows = [
        _avail("L-0001", _LANTERN, "FR", "SVOD", "UHD", first, last),
        _avail("L-0002", _LANTERN, "BE", "SVOD", "UHD", first, last),
        _avail("L-0003", _LANTERN, "GB", "SVOD", "HD", date(2024, 1, 1), "2026-12-31"),
        _avail("L-0004", _LANTERN, "US", "EST", "UHD", date(2022, 2, 1), "Open",
               HDR="HDR10", PriceValue=9.1, SRP=14.99, **home),
        _avail("L-0005", _LANTERN, "CA", "EST", "UHD", date(2022, 2, 1), "Open",
               HDR="HDR10", PriceValue=9.1, SRP=16.99, **home),
        _avail("L-0006", _SALT, "GB, IE", "SVOD", "HD", date(2024, 1, 1), date(2025, 12, 31)),
        _avail("L-0007", _MOONS, "US", "EST", "HD", date(2023, 5, 1), "Open",
               PriceValue=7, SRP=12.99, **home),
        _avail("L-0008", _MOONS, "US", "VOD", "HD", date(2023, 6, 1), date(2027, 5, 31),
               PriceValue=2.5, RentalDuration="720:00", WatchDuration="48:00", **wholesale),
        _avail("L-0009", _HARBOUR, "US", "SVOD", "UHD", date(2024, 11, 1), date(2026, 10, 31)),
        _avail("L-0010", _UNDERSTUDY, "GB", "EST", "HD", date(2016, 1, 1), date(2025, 4, 30)),
        _avail("L-0011", _HARBOUR, "Ruritania", "SVOD", "HD", date(2025, 1, 1), date(2026, 1, 1)),
        _avail("L-0012", _MOONS, "GB", "SVOD", "HD", date(2026, 3, 1), date(2025, 3, 1)),
    ]  # fmt: skip
    groups = [_AVAILS[name] for name in _AVAILS]
    required: list[Cell] = ["1.9", *("//Opt" for _ in list(_AVAILS)[1:])]
    required[0] = "//REQ"
    return [list(groups), list(_AVAILS), required, *rows]


def _avail(
    number: str, title: Title, territory: str, licence: str, quality: str,
    start: Cell, end: Cell, **more: Cell,
) -> list[Cell]:  # fmt: skip
    alias, name, eidr, year, length = title
    cells: dict[str, Cell] = {
        "DisplayName": "Northwind Pictures",
        "Licensee": "Prairie Stream",
        "Territory": territory,
        "WorkType": "Movie",
        "EntryType": "Full Extract",
        "TitleInternalAlias": alias,
        "TitleDisplayUnlimited": name,
        "LicenseType": licence,
        "FormatProfile": quality,
        "Start": start,
        "End": end,
        "AllowedLanguages": "en:audio",
        "TitleID": f"10.5240/{eidr}",
        "ContentID": f"md:cid:eidr-s:{eidr}",
        "ALID": f"md:alid:eidr-s:{eidr}",
        "AvailID": number,
        "ReleaseYear": year,
        "TotalRunTime": length,
        "ContractID": "NWL-2024",
        **more,
    }
    return [cells.get(column) for column in _AVAILS]


LATIN_1 = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/">
  <channel>
    <title>Mishap TV</title>
    <link>https://mishap.example/tv</link>
    <language>fr</language>
    <lastBuildDate>Mon, 26 May 2025 06:00:00 GMT</lastBuildDate>
    <item>
      <guid isPermaLink="false">mishap-ete</guid>
      <title>L'été à Évreux</title>
      <media:content url="https://cdn.mishap.example/1.mp4" type="video/mp4" duration="600"/>
      <media:description>Déclaré en UTF-8, écrit en Latin-1.</media:description>
    </item>
  </channel>
</rss>
"""


def samples() -> dict[str, bytes]:
    """Every sample made here, by its path below `samples`."""
    guide = _source("cablebay-guide.xml")
    mec = ("harbour-lights-1958.mec.xml", "harbour-lights-2022.mec.xml", "paper-moons.mec.xml")
    french = _source("canal-bleu-catalogue.csv").decode("utf-8")
    german = _source("kinobund-bestand.tsv").decode("utf-8")
    return {
        "feeds/northwind-legal/avails-movies.xlsx": workbook({"Movies": legal_movies()}),
        "feeds/kinobund/bestand.tsv": b"\xff\xfe" + german.encode("utf-16-le"),
        "feeds/northwind/catalogue-2025-05.zip": archive({f"mec/{n}": _source(n) for n in mec}),
        "feeds/cablebay/guide.xml.gz": gzipped(guide),
        "feeds/canal-bleu/catalogue.csv": french.encode("cp1252"),
        "feeds/broken/latin-1-bytes.xml": LATIN_1.encode("latin-1"),
        "feeds/broken/path-traversal.zip": archive(
            {"../../outside.xml": b"<rss/>", "inside/empty.xml": b""}
        ),
    }


def workbook(sheets: Mapping[str, Sheet]) -> bytes:
    """An XLSX file without the time and the name of its writer."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as made:
        parts = {name: made.read(name) for name in sorted(made.namelist())}
    stamp = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*PACKED).encode()
    parts["docProps/core.xml"] = re.sub(
        rb">[^<]+</dcterms:", b">" + stamp + b"</dcterms:", parts["docProps/core.xml"]
    )
    parts["docProps/app.xml"] = re.sub(
        rb"<AppVersion>[^<]*</AppVersion>", b"", parts["docProps/app.xml"]
    )
    return archive(parts)


def archive(members: Mapping[str, bytes]) -> bytes:
    """A zip of stored members: what deflate writes differs between zlib builds."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as packed:
        for name, content in members.items():
            member = zipfile.ZipInfo(name, PACKED)
            member.create_system = 3
            member.external_attr = 0o644 << 16
            packed.writestr(member, content)
    return made.getvalue()


def gzipped(content: bytes) -> bytes:
    """One gzip member with one stored block."""
    if len(content) > 0xFFFF:
        raise ValueError(f"{len(content)} bytes do not fit into one stored block")
    head = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x00\xff"
    block = b"\x01" + struct.pack("<HH", len(content), 0xFFFF - len(content)) + content
    return head + block + struct.pack("<II", zlib.crc32(content), len(content))


def _source(name: str) -> bytes:
    return (HERE / "sources" / name).read_bytes()


def main() -> None:
    for path, content in samples().items():
        target = HERE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        print(f"{len(content):>8,}  {path}")


if __name__ == "__main__":
    main()
