"""Calling `ummid` in a test: within this process, or as it is installed."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from pipelines.ingest.display import STEPS
from ummid.cli import main

UMMID = Path(sys.executable).with_name("ummid")


def ummid(*arguments: object) -> Result:
    """Within this process. What it raises, other than a clean refusal, fails the test."""
    runner = CliRunner(env={"COLUMNS": None})
    return runner.invoke(main, [str(a) for a in arguments], catch_exceptions=False)


def run(*arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":
    """As it is installed, in a process of its own."""
    return subprocess.run(
        [UMMID, *(str(a) for a in arguments)],
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options,
        check=False,
    )


def lines(text: str) -> list[dict[str, Any]]:
    """NDJSON as data."""
    return [json.loads(line) for line in text.splitlines()]


def errors(result: "Result | subprocess.CompletedProcess[str]") -> list[str]:
    """Lines on standard error, less those of progress, which a slow machine shows."""
    progress = ("reading: ", "indexing: ", *(f"{step.lower()}: " for step in STEPS))
    return [line for line in result.stderr.splitlines() if not line.startswith(progress)]


def refused(result: Result) -> str:
    """The one line that a command says when it cannot go on."""
    assert result.exit_code != 0
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line.removeprefix("Error: ")
