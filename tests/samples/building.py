"""The sample feeds read as `ummid parse` reads them, and ingested as `ummid ingest` does."""

from pathlib import Path
from typing import Any

import msgspec

import serving.catalogue
from tests.samples.tables import Holds
from transforms.files import match
from ummid.catalog.times import bound
from ummid.catalog.title import Title
from ummid.ingest.context import close_table
from ummid.ingest.run import begin, ingest
from ummid.parsing import parse_files
from ummid.partners import Partners
from ummid.rights.availability import Availability
from ummid.settings import Settings
from ummid.views import keys
from ummid.views.digest import digest
from ummid.views.runs import RunReport
from ummid.views.titles import decode_title, document, lookup, read_document

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
FEEDS, LATER = SAMPLES / "feeds", SAMPLES / "later"
PARTNERS = Partners.load(SAMPLES / "partners.toml")
LANTERN = "tt9910101"
"""The IMDb id of the film that most partners speak of."""


class Parsed:
    """What `ummid parse` says of some samples."""

    def __init__(self, *files: str) -> None:
        out: list[bytes] = []
        err: list[bytes] = []
        paths = [SAMPLES / file for file in files]
        self.understood = parse_files(paths, PARTNERS, None, None, out.append, err.append)
        self.records: list[dict[str, Any]] = [msgspec.json.decode(line) for line in out]
        self.rejected: list[dict[str, Any]] = [msgspec.json.decode(line) for line in err]

    def holds(self) -> Holds:
        formats = {said["format"] for said in (*self.records, *self.rejected)}
        codes = tuple(said["code"] for said in self.rejected)
        return Holds("+".join(sorted(formats)), len(self.records), codes)


class Catalogue:
    """A store in a folder, with the precedence of the samples."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports: list[RunReport] = []
        self._precedence = Settings({}, SAMPLES / "ummid.toml").precedence

    def take(self, feeds: Path) -> "Catalogue":
        with begin(self.folder, self._precedence) as run:
            self.reports.append(ingest(run, match(str(feeds)), PARTNERS))
            self._table = run.table()
        return self

    def close(self) -> None:
        close_table(self.folder)

    def views(self) -> dict[str, tuple[int, str]]:
        return digest(self._table)

    def titles(self) -> list[Title]:
        rows = self._table.scan(b"t#")
        return [decode_title(c.value) for _, name, c in rows if name == keys.BODY and c.value]

    def title(self, value: str, scheme: str = "imdb") -> Title:
        (found,) = lookup(self._table, scheme, value)
        stored = read_document(self._table, found)
        assert stored is not None
        return decode_title(document(stored.body))

    def may_show(self, imdb: str, territory: str, day: str) -> Availability:
        instant = bound(day).instant
        assert instant is not None
        served = serving.catalogue.Catalogue(self._table)
        return served.availability(self.title(imdb).id, territory, instant, None).answer


def outcome(report: RunReport) -> dict[str, int]:
    """Where the statements of a run went, zeros left out."""
    names = ("read", "published", "unchanged", "superseded", "withdrawn", "rejected")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def statuses(report: RunReport) -> dict[str, str]:
    """The files that were not simply accepted."""
    unusual = [file for file in report.files if file.status != "accepted"]
    return {Path(file.path).name: file.status for file in unusual}
