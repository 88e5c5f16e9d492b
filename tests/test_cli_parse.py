"""`ummid parse`: statements as lines of JSON, and what becomes of everything else."""

import gzip
import io
import json
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commandline import UMMID, lines, refused, run, ummid
from tests.ingest.feeds import avails, item, mrss, write

FEED = mrss([item("g1", "Leaving Soon"), item("g2", "Amélie", "fr")])
BROKEN = mrss([item("g1", "Fine"), item("g2", "Lost", "atlantis"), item("g3", "Fine too")])
KEYS = {
    "format",
    "partner",
    "kind",
    "title",
    "titles",
    "year",
    "ids",
    "languages",
    "territories",
    "grants",
    "source",
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder without settings."""
    monkeypatch.chdir(tmp_path)


def test_parse_prints_a_line_of_json_for_every_statement(tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.xml", FEED)
    found = ummid("parse", feed, "--partner", "acme")
    assert (found.exit_code, found.stderr) == (0, "")
    first, second = lines(found.stdout)
    assert KEYS <= first.keys() == second.keys()
    assert (first["format"], first["partner"], first["title"]) == ("mrss", "acme", "Leaving Soon")
    assert first["titles"] == {"und": "Leaving Soon"}
    assert first["ids"] == {"partner": "g1"}
    assert first["territories"] == ["US", "CA"]
    assert first["grants"][0]["territories"] == {"included": ["US", "CA"]}
    assert first["source"] == {"path": str(feed), "place": "line 1, /rss/channel/item[1]"}
    assert (second["title"], second["territories"]) == ("Amélie", ["FR"])


def test_parse_says_what_an_offer_says(tmp_path: Path) -> None:
    sheet = write(tmp_path / "sheet.csv", avails([{"Territory": "FR"}]))
    (one,) = lines(ummid("parse", sheet).stdout)
    assert one.keys() >= KEYS
    assert (one["format"], one["kind"], one["title"]) == ("avails_xlsx", "film", "Heat")
    (grant,) = one["grants"]
    assert (grant["licence"], grant["start"]["raw"]) == ("SVOD", "2024-01-01")


@pytest.mark.parametrize("to_file", [False, True])
def test_rejections_go_to_standard_error_or_a_file(tmp_path: Path, to_file: bool) -> None:
    feed = write(tmp_path / "feed.xml", BROKEN)
    options = ("--rejects", tmp_path / "rejects.ndjson") if to_file else ()
    found = ummid("parse", feed, *options)
    assert found.exit_code == 0
    assert [one["title"] for one in lines(found.stdout)] == ["Fine", "Fine too"]
    written = (tmp_path / "rejects.ndjson").read_text("utf-8") if to_file else found.stderr
    assert found.stderr == ("" if to_file else written)
    (rejected,) = lines(written)
    assert list(rejected)[:3] == ["path", "place", "reason"]
    assert rejected["path"] == str(feed)
    assert rejected["place"] == "line 1, /rss/channel/item[2]"
    assert "atlantis" in rejected["reason"].casefold()
    assert rejected["code"] == "unknown-territory"


def zipped(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "in.zip", "w") as archive:
        archive.writestr("a/feed.xml", FEED)
    return folder / "in.zip"


def tarred(folder: Path) -> Path:
    with tarfile.open(folder / "in.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo("a/feed.xml")
        entry.size = len(FEED.encode())
        archive.addfile(entry, io.BytesIO(FEED.encode()))
    return folder / "in.tar.gz"


def gzipped(folder: Path) -> Path:
    return write(folder / "feed.xml.gz", gzip.compress(FEED.encode()))


@pytest.mark.parametrize(
    ("pack", "member"), [(zipped, "a/feed.xml"), (tarred, "a/feed.xml"), (gzipped, "feed.xml")]
)
def test_parse_reads_the_files_of_archives(
    tmp_path: Path, pack: Callable[[Path], Path], member: str
) -> None:
    archive = pack(tmp_path)
    found = ummid("parse", archive)
    assert found.exit_code == 0
    assert [one["title"] for one in lines(found.stdout)] == ["Leaving Soon", "Amélie"]
    assert {one["source"]["path"] for one in lines(found.stdout)} == {f"{archive}!{member}"}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.xml", None, "unreadable"),
        ("empty.xml", "", "empty-file"),
        ("notes.txt", "nothing that anybody sent", "unknown-format"),
        ("broken.zip", "PK\x03\x04 and no more", "truncated-archive"),
    ],
)
def test_a_file_that_is_not_understood_is_said_and_its_neighbours_are_parsed(
    tmp_path: Path, name: str, content: str | None, code: str
) -> None:
    if content is not None:
        write(tmp_path / name, content)
    found = ummid("parse", tmp_path / name, write(tmp_path / "feed.xml", FEED))
    assert found.exit_code == 2
    assert len(lines(found.stdout)) == 2
    (rejected,) = lines(found.stderr)
    assert (rejected["path"], rejected["code"]) == (str(tmp_path / name), code)
    assert rejected["place"]
    assert rejected["reason"]


def test_parse_reads_as_the_format_that_is_named(tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.xml", FEED)
    assert ummid("parse", feed, "--format", "mrss").exit_code == 0
    wrong = ummid("parse", feed, "--format", "mrrs")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    (rejected,) = lines(wrong.stderr)
    assert rejected["reason"].startswith("no format is called 'mrrs'; there are: mec, ")


PROFILES = '[partner.acme]\nfiles = ["*/feed.xml"]\naliases = { atlantis = "GR" }\n'


def test_parse_knows_what_is_agreed_with_a_partner(tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.xml", BROKEN)
    profiles = write(tmp_path / "partners.toml", PROFILES)
    found = ummid("parse", feed, "--partners", profiles)
    assert (found.exit_code, found.stderr) == (0, "")
    assert [one["partner"] for one in lines(found.stdout)] == ["acme"] * 3
    assert lines(found.stdout)[1]["territories"] == ["GR"]
    write(tmp_path / "ummid.toml", f'partners = "{profiles}"')
    assert len(lines(ummid("parse", feed).stdout)) == 3


def test_profiles_that_cannot_be_used_are_said(tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.xml", FEED)
    assert "there is no such file or folder" in refused(ummid("parse", feed, "--partners", "none"))
    rivals = '[partner.a]\nfiles = ["feed.xml"]\n[partner.b]\nfiles = ["feed.xml"]\n'
    profiles = write(tmp_path / "partners.toml", rivals)
    assert "or name the partner" in refused(ummid("parse", feed, "--partners", profiles))
    assert ummid("parse", feed, "--partners", profiles, "--partner", "a").exit_code == 0


def test_a_place_for_rejections_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.xml", FEED)
    found = ummid("parse", feed, "--rejects", tmp_path / "none" / "r.ndjson")
    assert (found.exit_code, found.stdout) == (2, "")
    assert "No such file or directory" in found.stderr


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.xml", mrss(item(f"g{n}", f"Title {n}") for n in range(20_000)))
    parsing = subprocess.Popen(
        [UMMID, "parse", feed], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert parsing.stdout
    assert parsing.stderr
    assert json.loads(parsing.stdout.readline())["title"] == "Title 0"
    parsing.stdout.close()
    assert parsing.stderr.read() == b""
    assert parsing.wait() in (0, 1)
    parsing.stderr.close()


def test_output_that_does_not_fit_on_the_disk_is_said_in_one_line(tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.xml", FEED)
    with Path("/dev/full").open("w") as full:
        found = run("parse", feed, stdout=full)
    assert (found.returncode, found.stderr) == (1, "Error: No space left on device\n")
