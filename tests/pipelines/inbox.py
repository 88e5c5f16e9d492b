"""A folder of small feeds of several partners, as it might lie on a machine."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

from tests.ingest.feeds import avails, item, mrss, roku, table, write, xmltv

PROFILES = """
[partner.acme]
files = ["acme/*"]

[partner.lists]
files = ["lists/*"]
territories = ["FR"]
"""

STAMP = 1_700_000_000


def fill(folder: Path) -> Path:
    """Writes the feeds; twelve statements of six partners, two of which cannot be taken."""
    bad = item("g3", "Nowhere", "atlantis")
    write(folder / "acme" / "feed.xml", mrss([item("g1", "One"), item("g2", "Two"), bad]))
    rows = [{"Territory": "US"}, {"Territory": "FR"}, {"Start": "2025-01-01", "End": "2024-01-01"}]
    write(folder / "studio" / "avails.csv", avails(rows))
    write(folder / "lists" / "titles.csv", table([{"id": "1", "title": "One", "year": "1999"}]))
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        entry = zipfile.ZipInfo("deep/feed.xml", (2024, 1, 2, 3, 4, 6))
        archive.writestr(entry, mrss([item("z1", "Zipped")], channel="Zip TV"))
        archive.writestr("__MACOSX/._feed.xml", b"junk")
    write(folder / "packed.zip", zipped.getvalue())
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w:gz") as archive:
        movies = [{"id": "m1", "title": "Tarred"}, {"id": "m2", "title": "Feathered"}]
        data = roku(movies, "2024-01-01T00:00:00Z").encode()
        member = tarfile.TarInfo("roku.json")
        member.size, member.mtime = len(data), STAMP
        archive.addfile(member, io.BytesIO(data))
    write(folder / "packed.tar.gz", tarred.getvalue())
    guide = xmltv([(f"2024010{n}100000", f"2024010{n}110000", f"Show {n}") for n in (1, 2)])
    write(folder / "below" / "guide.xml.gz", gzip.compress(guide.encode(), mtime=STAMP))
    write(folder / ".hidden.xml", mrss([item("h1", "Hidden")]))
    write(folder / ".git" / "feed.xml", mrss([item("h2", "Hidden, too")]))
    return folder
