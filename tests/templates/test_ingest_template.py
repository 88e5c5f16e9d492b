"""The main file of the ingest's template, started as a launcher starts it."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.ingest.launcher import launch
from scripts.templates import FOLDER
from ummid.errors import ConfigError, FeedError
from ummid.ingest.context import close_table, open_table
from ummid.views import runs

FEEDS = FOLDER.parent / "samples/feeds"


def test_the_main_file_ingests(tmp_path: Path) -> None:
    store = tmp_path / "store"
    feeds = ["--feeds", f"{FEEDS}/canal-bleu;{FEEDS}/northwind", "--store", str(store)]
    command = [sys.executable, str(FOLDER / "ingest/main.py"), *feeds]
    done = subprocess.run(
        [*command, "--release_held=true", "--runner=FnApiRunner"],
        env={"PYTHONPATH": str(FOLDER.parent)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (report,) = runs.reports(open_table(store))
    close_table(store)
    assert report.published > 0
    assert report.read == (
        report.published + report.unchanged + report.superseded + report.withdrawn + report.rejected
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--store=s"], "--feeds names nothing"),
        (["--feeds= ; ", "--store=s"], "--feeds names nothing"),
        (["--feeds=x"], "--store is missing"),
        ([f"--feeds={FEEDS}", "--store=s", "--runner=DataflowRunner"], "needs a store that its"),
        (["--feeds=x", "--store=s", "--partners=nowhere"], "no such file or folder of partner"),
    ],
)
def test_options_that_cannot_be_used_are_said(arguments: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        launch(arguments)


def test_an_unknown_format_is_said(tmp_path: Path) -> None:
    with pytest.raises((ConfigError, FeedError), match="nonesuch"):
        launch(["--feeds=x", f"--store={tmp_path / 's'}", "--feed_format=nonesuch"])


def test_release_held_is_true_or_false(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        launch(["--feeds=x", "--store=s", "--release_held=perhaps"])
    assert "takes true or false, not 'perhaps'" in capsys.readouterr().err
