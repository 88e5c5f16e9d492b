"""The command line: what it prints, where, with which exit status, and without tracebacks."""

import json
from pathlib import Path

import pytest

from tests.commandline import lines, refused, run, ummid
from tests.ingest.feeds import Store, item, mrss, table, write
from ummid import __version__
from ummid.settings import _DEFAULTS, HELP

FEED = mrss([item("g1", "Leaving Soon"), item("g2", "Amélie", "fr")])
BROKEN = mrss([item("g1", "Fine"), item("g2", "Lost", "atlantis"), item("g3", "Fine too")])


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
    lines = ummid("--config", file, "config").stdout.splitlines()
    set_here = {
        "host": "host = '::1'  (environment UMMID_HOST; address that `ummid serve` listens on)",
        "port": f"port = '81'  ({file}; port that `ummid serve` listens on)",
    }
    assert lines == [
        *(
            set_here.get(name, f"{name} = {default!r}  (default; {HELP[name]})")
            for name, default in _DEFAULTS.items()
        ),
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


def test_a_title_is_explained_in_words(store: Path) -> None:
    opened = Store(store)
    (title_id,) = [title.id for title in opened.titles().values()]
    opened.close()
    told = ummid("title", "why", title_id, "--store", store).stdout
    assert told.startswith('"Amélie" (unknown)  ')
    assert "quality 80 of 100\n  one partner alone says so (-15)" in told
    assert "table.csv" in told.splitlines()[-2]


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
        "edges",
        "edge members",
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


def test_a_folder_that_cannot_be_used_is_said_in_one_line(tmp_path: Path) -> None:
    write(tmp_path / "file", "")
    feed = write(tmp_path / "feed.xml", FEED)
    said = refused(ummid("ingest", feed, "--store", tmp_path / "file" / "store"))
    assert said == f"{tmp_path / 'file' / 'store'}: Not a directory"
