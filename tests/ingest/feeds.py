"""Small feeds of a few formats, written by the tests, and a store to ingest them into."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from transforms.files import match
from ummid.catalog.precedence import Precedence
from ummid.catalog.title import Title
from ummid.enrich.choose import Chosen
from ummid.feeds.connector import Profile
from ummid.ingest.context import close_table, open_table
from ummid.ingest.ruling import rule
from ummid.ingest.run import begin, ingest
from ummid.ingest.sources import Source
from ummid.partners import Partners
from ummid.stores.table import Table
from ummid.views import deadletters, digest, titles
from ummid.views.deadletters import DeadLetter
from ummid.views.runs import RunReport

DAY = 86_400_000


class Store:
    """A store in a folder, with a clock that moves a second per run."""

    def __init__(self, path: Path, partners: Mapping[str, Profile] | None = None) -> None:
        self.path = path
        self.partners = Partners(dict(partners or {}))
        self._now = 1_800_000_000_000  # January 2027
        self.enricher: Chosen | None = None
        self.archive: Path | None = None

    @property
    def table(self) -> Table:
        return open_table(self.path)

    def close(self) -> None:
        close_table(self.path)

    def ingest(
        self,
        *paths: Path,
        partner: str | None = None,
        precedence: Precedence | None = None,
        release_held: bool = False,
    ) -> RunReport:
        sources = [s for path in paths for s in match(str(path), partner)]
        return self.ingest_sources(sources, precedence=precedence, release_held=release_held)

    def ingest_sources(
        self,
        sources: Sequence[Source],
        *,
        precedence: Precedence | None = None,
        release_held: bool = False,
    ) -> RunReport:
        self._now += 1000
        with begin(
            self.path,
            precedence,
            clock=lambda: self._now,
            release_held=release_held,
            enricher=self.enricher,
            archive=self.archive,
        ) as run:
            report = ingest(run, sources, self.partners)
        total = report.published + report.unchanged + report.superseded
        assert report.read == total + report.withdrawn + report.rejected, report
        assert all(counts.adds_up for counts in report.partners.values()), report
        return report

    def rule(self, one: str, other: str, *, same: bool) -> RunReport:
        self._now += 1000
        return rule(self.path, one, other, same=same, author="ann", clock=lambda: self._now)

    def titles_by_id(self) -> dict[str, Title]:
        """Every published title."""
        return {
            key[2:].decode(): titles.decode_title(cell.value)
            for key, column, cell in self.table.scan(b"t#")
            if column == b"v:body" and cell.value
        }

    def views(self) -> dict[str, tuple[int, str]]:
        return digest.digest(self.table)

    def titles(self) -> dict[str, Title]:
        """Every published title by its display name."""
        return {title.title or name: title for name, title in self.titles_by_id().items()}

    def names(self) -> set[str]:
        return set(self.titles())

    def letters(self) -> list[DeadLetter]:
        return [x for x in deadletters.letters(self.table) if x.resolved_by is None]


def counts(report: RunReport) -> dict[str, int]:
    """The outcomes of a run that are not zero."""
    names = ("published", "unchanged", "superseded", "withdrawn", "rejected", "absent")
    return {name: value for name in names if (value := getattr(report, name))}


def write(path: Path, content: str | bytes, received: int | None = None) -> Path:
    """A file as received at a time (seconds); otherwise all files are of one instant."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    stamp = 1_700_000_000 if received is None else received
    os.utime(path, (stamp, stamp))
    return path


def mrss(items: Iterable[str], built: str = "", channel: str = "Acme TV", more: str = "") -> str:
    """A Media RSS channel; `built` is its lastBuildDate, `more` further channel elements."""
    stamp = f"<lastBuildDate>{built}</lastBuildDate>" if built else ""
    return (
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dcterms="http://purl.org/dc/terms/">'
        f"<channel><title>{channel}</title><link>https://acme.example/</link>{stamp}{more}"
        f"{''.join(items)}</channel></rss>"
    )


def item(guid: str, title: str, countries: str = "us ca", valid: str = "") -> str:
    window = f"<dcterms:valid>{valid}</dcterms:valid>" if valid else ""
    return (
        f"<item><guid>{guid}</guid><media:title>{title}</media:title>{window}"
        f'<media:restriction relationship="allow" type="country">{countries}</media:restriction>'
        f'<media:content url="https://acme.example/{guid}.mp4" duration="60"/></item>'
    )


AVAILS_COLUMNS = (
    "DisplayName", "Territory", "WorkType", "EntryType", "TitleDisplayUnlimited", "LicenseType",
    "FormatProfile", "Start", "End", "ContentID", "ALID",
)  # fmt: skip


def avails(rows: Sequence[Mapping[str, str]]) -> str:
    """An EMA Avails sheet as CSV; each row is given by what differs from a plain EST offer."""
    plain = {
        "DisplayName": "Rockstar", "Territory": "US", "WorkType": "Movie",
        "EntryType": "Full Extract", "TitleDisplayUnlimited": "Heat", "LicenseType": "SVOD",
        "FormatProfile": "HD", "Start": "2024-01-01", "End": "Open",
        "ContentID": "md:cid:org:rockstar:heat", "ALID": "md:alid:org:rockstar:heat",
    }  # fmt: skip
    groups = ",".join(["Avail"] * len(AVAILS_COLUMNS))
    lines = [groups, ",".join(AVAILS_COLUMNS)]
    lines += [",".join({**plain, **row}[c] for c in AVAILS_COLUMNS) for row in rows]
    return "\n".join(lines) + "\n"


def roku(movies: Sequence[Mapping[str, Any]], updated: str, provider: str = "Blue Channel") -> str:
    """A Roku Direct Publisher feed of movies."""
    return json.dumps(
        {
            "providerName": provider,
            "lastUpdated": updated,
            "language": "en",
            "movies": [
                {
                    "shortDescription": f"About {movie['title']}",
                    "releaseDate": "2020-01-01",
                    "genres": ["drama"],
                    "thumbnail": "https://blue.example/t.jpg",
                    "content": {
                        "dateAdded": "2020-01-01T00:00:00Z",
                        "duration": 5400,
                        "videos": [
                            {
                                "url": "https://blue.example/v.m3u8",
                                "quality": "HD",
                                "videoType": "HLS",
                            }
                        ],
                    },
                    **movie,
                }
                for movie in movies
            ],
        }
    )


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """A CSV of titles with the columns id, title, year, imdb_id, director."""
    columns = ("id", "title", "year", "imdb_id", "director")
    lines = [",".join(columns)]
    lines += [",".join(row.get(c, "") for c in columns) for row in rows]
    return "\n".join(lines) + "\n"


def xmltv(programmes: Iterable[tuple[str, str, str]], channel: str = "one.example") -> str:
    """A guide of (start, stop, title) on one channel; times as `YYYYMMDDhhmmss +0000`."""
    slots = "".join(
        f'<programme start="{start} +0000" stop="{stop} +0000" channel="{channel}">'
        f'<title lang="en">{title}</title></programme>'
        for start, stop, title in programmes
    )
    return f'<tv><channel id="{channel}"><display-name>One</display-name></channel>{slots}</tv>'
