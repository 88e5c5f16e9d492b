"""The command line: what it prints, where, with which exit status, and without tracebacks."""

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
from tests.ingest.feeds import Store, avails, item, mrss, table, write
from ummid import __version__

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
    """A working folder without settings, and an environment without any."""
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "STORE", "PARTNERS", "HOST", "PORT", "WORKERS"):
        monkeypatch.delenv(f"UMMID_{name}", raising=False)


def test_the_command_lists_its_commands_and_its_version() -> None:
    found = ummid("--help")
    assert found.exit_code == 0
    listed = [line.split()[0] for line in found.stdout.partition("Commands:\n")[2].splitlines()]
    assert listed == sorted(listed)
    expected = {"config", "deadletters", "doctor", "formats", "ingest", "parse", "runs", "serve"}
    assert expected | {"title", "views"} <= set(listed)
    assert ummid("--version").stdout == f"ummid, version {__version__}\n"


def test_a_command_that_there_is_not_is_said() -> None:
    found = ummid("ingets")
    assert found.exit_code == 2
    assert "Error: No such command 'ingets'." in found.stderr


@pytest.mark.parametrize("command", ["ingest", "deadletters", "serve"])
def test_commands_of_other_packages_are_loaded_when_called(command: str) -> None:
    found = ummid(command, "--help")
    assert found.exit_code == 0
    assert found.stdout.startswith(f"Usage: main {command} ")


def test_formats_are_listed_with_what_their_silence_means() -> None:
    found = ummid("formats").stdout.splitlines()
    listed = {line.split()[0]: line.split()[1] for line in found}
    assert len(found) == len(listed)
    assert list(listed) == sorted(listed)
    for name, mode in (
        ("mec", "delta"),
        ("avails_xml", "scoped"),
        ("avails_xlsx", "scoped"),
        ("amazon_cdf", "snapshot"),
        ("imf", "delta"),
        ("mrss", "snapshot"),
        ("roku_dp_json", "snapshot"),
        ("adi", "delta"),
        ("xmltv", "range"),
        ("watch_actions", "snapshot"),
        ("tva", "range"),
        ("tabular", "delta"),
    ):
        assert listed[name] == mode
    assert all(len(line.split(maxsplit=2)) == 3 for line in found)


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


def test_a_flag_comes_before_the_environment_the_file_and_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def store() -> str:
        return refused(ummid("views")).split()[5].rstrip(";")

    assert store() == "var/store"
    write(tmp_path / "ummid.toml", 'store = "by-file"')
    assert store() == "by-file"
    monkeypatch.setenv("UMMID_STORE", "by-environment")
    assert store() == "by-environment"
    for command in (["views"], ["runs"], ["title", "ab"], ["deadletters", "list"]):
        assert "there is no store in by-flag;" in refused(ummid(*command, "--store", "by-flag"))


def test_config_says_what_is_in_force_and_from_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "mine.toml", 'port = 81\n[precedence]\nrights = ["legal", "*"]\n')
    monkeypatch.setenv("UMMID_HOST", "::1")
    assert ummid("--config", file, "config").stdout.splitlines() == [
        "store = 'var/store'  (default; folder of the embedded store)",
        "partners = ''  (default; TOML file, or folder of them, with the partners' profiles)",
        "host = '::1'  (environment UMMID_HOST; address that `ummid serve` listens on)",
        f"port = '81'  ({file}; port that `ummid serve` listens on)",
        "workers = '2'  (default; processes of `ummid serve`)",
        f"precedence.rights = ['legal', '*']  ({file})",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no settings file"),
        ("stroe = 1", "unknown setting stroe"),
        ("[precedence]\nright = []", "no field group 'right'"),
    ],
)
def test_settings_that_cannot_be_used_are_said(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        write(tmp_path / "mine.toml", text)
    found = ummid("--config", tmp_path / "mine.toml", "config")
    assert found.exit_code == 1
    assert said in found.stderr
    assert found.stderr.startswith("Error: ")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store after two runs."""
    opened = Store(tmp_path / "store")
    feed = write(tmp_path / "in" / "table.csv", table([{"id": "1", "title": "Amélie"}]))
    for _ in range(2):
        opened.ingest(feed, partner="acme")
    opened.close()
    return opened.path


def test_a_title_is_printed_as_it_is_served(store: Path) -> None:
    (found,) = lines(ummid("parse", store.parent / "in" / "table.csv").stdout)
    assert found["title"] == "Amélie"
    opened = Store(store)
    (title_id,) = [title.id for title in opened.titles().values()]
    opened.close()
    printed = ummid("title", title_id, "--store", store)
    assert printed.exit_code == 0
    assert '"title": "Amélie"' in printed.stdout
    assert json.loads(printed.stdout)["id"] == title_id


@pytest.mark.parametrize("title_id", ["nope", "a" * 20, "é#\n", "x" * 2000])
def test_a_title_that_there_is_not_is_said(store: Path, title_id: str) -> None:
    assert refused(ummid("title", title_id, "--store", store)) == (
        f"there is no title {title_id!r} in the store"
    )


def test_a_title_that_was_withdrawn_is_not_printed(tmp_path: Path) -> None:
    opened = Store(tmp_path / "store")
    opened.ingest(write(tmp_path / "in" / "a.xml", FEED, 1), partner="acme")
    gone = opened.titles()["Amélie"].id
    left = write(tmp_path / "in" / "a.xml", mrss([item("g1", "Leaving Soon")]), 2)
    opened.ingest(left, partner="acme", release_held=True)
    opened.close()
    assert "there is no title" in refused(ummid("title", gone, "--store", opened.path))


def test_equal_stores_have_equal_views(store: Path, tmp_path: Path) -> None:
    other = Store(tmp_path / "other")
    other.ingest(tmp_path / "in" / "table.csv", partner="acme")
    other.close()
    one, two = (ummid("views", "--store", path).stdout for path in (store, other.path))
    assert one == two
    assert [line.split("  ")[0] for line in one.splitlines()] == [
        "titles",
        "external ids",
        "availability",
        "markets",
    ]
    assert " 1 cells  " in one.splitlines()[0]


def test_runs_are_listed_last_ones_last(store: Path) -> None:
    first, second = ummid("runs", "--store", store).stdout.splitlines()
    assert "read 1 = 1 published + 0 unchanged + 0 superseded + 0 withdrawn + 0 rejected" in first
    assert "read 1 = 0 published + 1 unchanged + 0 superseded + 0 withdrawn + 0 rejected" in second
    assert first < second
    assert ummid("runs", "--store", store, "--last", 1).stdout.splitlines() == [second]
    assert ummid("runs", "--store", store, "--last", 0).exit_code == 2


def test_the_installed_command_parses_and_refuses_cleanly(tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.xml", BROKEN)
    parsed = run("parse", feed)
    assert parsed.returncode == 0
    assert len(lines(parsed.stdout)) == 2
    assert len(lines(parsed.stderr)) == 1
    failed = run("views", "--store", tmp_path / "none")
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: there is no store in ")
    assert failed.stderr.count("\n") == 1


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


def test_a_folder_that_cannot_be_used_is_said_in_one_line(tmp_path: Path) -> None:
    write(tmp_path / "file", "")
    feed = write(tmp_path / "feed.xml", FEED)
    said = refused(ummid("ingest", feed, "--store", tmp_path / "file" / "store"))
    assert said == f"{tmp_path / 'file' / 'store'}: Not a directory"


def test_output_that_does_not_fit_on_the_disk_is_said_in_one_line(tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.xml", FEED)
    with Path("/dev/full").open("w") as full:
        found = run("parse", feed, stdout=full)
    assert (found.returncode, found.stderr) == (1, "Error: No space left on device\n")
