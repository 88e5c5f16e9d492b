"""`ummid ingest` from end to end, on Beam's in-process runner unless a test says otherwise."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.commandline import errors, run, ummid
from tests.ingest.feeds import Store, item, mrss, table, write
from tests.pipelines.inbox import PROFILES, fill
from ummid.enrich.choose import Chosen
from ummid.ingest.run import begin
from ummid.views import keys

NAMES = ("read", "published", "unchanged", "superseded", "withdrawn", "rejected")


@dataclass
class Ran:
    """An inbox, the store it went to twice, and what the two runs said."""

    inbox: Path
    store: Path
    profiles: Path
    said: list[str]
    reports: list[dict[str, Any]]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("ran")
    ran = Ran(fill(folder / "inbox"), folder / "store", folder / "partners.toml", [], [])
    write(ran.profiles, PROFILES)
    options = ("--store", ran.store, "--partners", ran.profiles, "--report", folder / "r.json")
    for _ in range(2):
        found = ummid("ingest", ran.inbox, *options)
        assert (found.exit_code, errors(found)) == (0, [])
        ran.said.append(found.stdout)
        ran.reports.append(json.loads((folder / "r.json").read_text("utf-8")))
    return ran


def test_every_record_is_accounted_for_whole_and_per_partner(ran: Ran) -> None:
    for report in ran.reports:
        for counts in (report, *report["partners"].values()):
            assert counts["read"] == sum(counts[name] for name in NAMES[1:])
        for name in NAMES:
            total = sum(partner[name] for partner in report["partners"].values())
            assert report[name] == total


def test_the_report_says_what_became_of_the_records(ran: Ran) -> None:
    first = ran.reports[0]
    assert {name: first[name] for name in NAMES} == {
        "read": 12,
        "published": 10,
        "unchanged": 0,
        "superseded": 0,
        "withdrawn": 0,
        "rejected": 2,
    }
    assert {name: counts["read"] for name, counts in first["partners"].items()} == {
        "acme": 3,
        "blue-channel": 2,
        "guide": 2,
        "lists": 1,
        "rockstar": 3,
        "zip-tv": 1,
    }
    assert first["run"].startswith("run-2")
    assert first["seconds"] > 0
    assert first["enrichment"] == {"enriched": first["titles_changed"]}
    assert first["serial"] == 2 * first["titles_changed"] > 0


def test_the_report_names_every_file_with_its_format_and_no_hidden_one(ran: Ran) -> None:
    files = {
        file["path"].removeprefix(f"{ran.inbox}/"): (file["format"], file["records"])
        for file in ran.reports[0]["files"]
    }
    assert files == {
        "acme/feed.xml": ("mrss", 2),
        "below/guide.xml.gz!guide.xml": ("xmltv", 2),
        "lists/titles.csv": ("tabular", 1),
        "packed.tar.gz!roku.json": ("roku_dp_json", 2),
        "packed.zip!deep/feed.xml": ("mrss", 1),
        "studio/avails.csv": ("avails_xlsx", 2),
    }


def test_a_second_run_publishes_nothing_and_says_so(ran: Ran) -> None:
    second = ran.reports[1]
    assert (second["published"], second["withdrawn"], second["titles_changed"]) == (0, 0, 0)
    assert second["serial"] == ran.reports[0]["serial"]
    assert second["rejected"] == 2
    assert "nothing new was published" in ran.said[1]
    assert "nothing new was published" not in ran.said[0]


def test_a_run_ends_with_a_table_and_what_to_do_next(ran: Ran) -> None:
    rows = [line.split() for line in ran.said[0].splitlines() if line]
    assert ["partner", *NAMES] in rows
    assert ["acme", "3", "2", "0", "0", "0", "1"] in rows
    assert ["all", "12", "10", "0", "0", "0", "2"] in rows
    assert "what could not be taken waits as dead letters: `ummid deadletters list`" in ran.said[0]
    assert max(len(line) for line in ran.said[0].splitlines()) <= 80


def test_beam_and_the_plain_loop_give_the_same_views(ran: Ran, tmp_path: Path) -> None:
    loop = Store(tmp_path / "loop")
    loop.partners, loop.enricher = loop.partners.load(ran.profiles), Chosen()
    report = loop.ingest(ran.inbox)
    loop.close()
    assert report.published == ran.reports[0]["published"]
    views = ummid("views", "--store", ran.store).stdout
    assert " 0 cells" not in views
    assert views == ummid("views", "--store", loop.path).stdout


def test_another_runner_gives_the_same_views(ran: Ran, tmp_path: Path) -> None:
    options = ("--partners", ran.profiles, "--runner", "BundleBasedDirectRunner")
    found = ummid("ingest", ran.inbox, "--store", tmp_path / "store", *options)
    assert found.exit_code == 0
    views = ummid("views", "--store", ran.store).stdout
    assert views == ummid("views", "--store", tmp_path / "store").stdout


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return write(tmp_path / "feed.xml", mrss([item("g1", "One")]))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["feed.xml", "fede.xml"], "fede.xml matches no file; check the path"),
        (["feed.xml", "*.json"], "*.json matches no file; check the path"),
        (["empty"], "empty matches no file; check the path"),
        (["s4://bucket/x"], "s4://bucket/x: no file system for such paths is installed; "),
        (["feed.xml", "--format", "mrrs"], "no format is called 'mrrs'; there are: mec, "),
        (["feed.xml", "--partners", "none"], "none: there is no such file or folder of partner"),
        (["feed.xml", "--report", "no/r.json"], "--report no/r.json: there is no folder no"),
        (["feed.xml", "--runner", "Nope"], "--runner Nope cannot be used: Unexpected pipeline"),
    ],
)
def test_a_mistake_on_the_command_line_is_said_before_anything_runs(
    feed: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(feed.parent)
    (feed.parent / "empty").mkdir()
    found = ummid("ingest", *arguments, "--store", "store")
    assert found.exit_code == 1
    assert found.stdout == ""
    assert found.stderr.startswith(f"Error: {said}")
    assert not Path("store").exists()


def test_the_settings_say_whose_word_counts_and_every_id_of_a_title_answers(
    tmp_path: Path,
) -> None:
    for partner, title in (("acme", "Newer"), ("beta", "Preferred")):
        row = {"id": partner, "title": title, "year": "1999", "imdb_id": "tt0133093"}
        stamp = {"acme": 2, "beta": 1}[partner]
        write(tmp_path / "in" / partner / "titles.csv", table([row]), stamp)
    profiles = "".join(f'[partner.{p}]\nfiles = ["{p}/*"]\n' for p in ("acme", "beta"))
    settings = {"store": tmp_path / "store", "partners": write(tmp_path / "p.toml", profiles)}
    written = "".join(f'{name} = "{path}"\n' for name, path in settings.items())
    config = write(tmp_path / "ummid.toml", written + '[precedence]\ntitles = ["beta", "*"]\n')
    assert ummid("--config", config, "ingest", tmp_path / "in").exit_code == 0
    store = Store(tmp_path / "store")
    ((alias, survivor),) = [
        (key[2:].decode(), cell.value.decode())
        for key, column, cell in store.table.scan(b"t#")
        if column == keys.ALIAS and cell.value
    ]
    store.close()
    for title_id in (alias, survivor):
        found = json.loads(ummid("--config", config, "title", title_id).stdout)
        assert (found["id"], found["title"]) == (survivor, "Preferred")


def test_two_ingests_at_once_are_refused_with_who_is_at_it(feed: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with begin(store.path):
        found = run("ingest", feed, "--store", store.path)
    store.close()
    assert (found.returncode, found.stdout) == (1, "")
    (line,) = errors(found)
    assert line.startswith(f"Error: another ingest is running on {store.path} (process ")
    assert line.endswith("wait for it (--wait SECONDS) or use another --store")


def test_a_store_that_cannot_be_written_ends_it_in_one_line(tmp_path: Path) -> None:
    feed = write(tmp_path / "feed.xml", mrss(item(f"g{n}", "x" * 500) for n in range(800)))
    found = run("ingest", feed, "--store", tmp_path / "store", preexec_fn=_no_space)
    assert (found.returncode, found.stdout) == (1, "")
    (line,) = errors(found)
    assert line.startswith(f"Error: writing to the store in {tmp_path / 'store'} failed, nothing")
    again = ummid("ingest", feed, "--store", tmp_path / "store")
    assert "800 titles changed" in again.stdout


def _no_space() -> None:
    """As a full disk: no file of the process may grow beyond 500 kB."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))


def test_a_full_delivery_of_great_effect_is_held_until_it_is_released(tmp_path: Path) -> None:
    feed, store = tmp_path / "acme.xml", ("--store", tmp_path / "store")
    items = [item(f"g{n}", f"Title {n}") for n in range(4)]
    before = Store(tmp_path / "store")
    assert before.ingest(write(feed, mrss(items), 1)).titles_changed == 4
    before.close()
    write(feed, mrss(items[:1]), 2)
    held = ummid("ingest", feed, *store).stdout
    assert f"held: {feed}" in held.splitlines()
    assert "0 titles changed" in held
    letters = ummid("deadletters", "list", *store).stdout
    assert "held-snapshot" in letters
    assert "would withdraw 3 of 4 live offers (75%, more than 50%)" in letters
    released = ummid("ingest", feed, *store, "--release-held").stdout
    assert "3 titles changed" in released
    assert "; 3 withdrawn by full deliveries" in released
    assert ummid("deadletters", "list", *store).stdout == ""
