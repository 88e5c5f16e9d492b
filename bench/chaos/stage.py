"""A store under test, on which acts are played in processes that may be killed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.watching import ROOT, family

_LONGEST = 300
_PLAY = (sys.executable, "-m", "bench.chaos.play")


class Stage:
    """`environment` says what the acts see besides this process's own; `hung` counts acts that did
    not end by themselves.
    """

    def __init__(self, store: Path | str, environment: Mapping[str, str]) -> None:
        self._store = str(store)
        self._environment = {**os.environ, **environment}
        self.hung = 0

    def act(self, what: str, *arguments: object) -> int:
        """The exit status of an act that nobody disturbs."""
        process = self._begin(what, *arguments)
        return self._ended(process)

    def killed(self, dice: random.Random, within: float, *arguments: object) -> int:
        """The same of an act that is killed at a moment within so many seconds."""
        process = self._begin("ingest", *arguments)
        time.sleep(dice.uniform(0.2, 1) * within)
        process.kill()
        return self._ended(process)

    def bereft(self, dice: random.Random, within: float, *arguments: object) -> int:
        """The same of an act of which a worker is killed."""
        process = self._begin("ingest", *arguments, "--workers", 2)
        end = time.monotonic() + dice.uniform(0.3, 1) * within
        while process.poll() is None:
            _, *workers = family(process.pid)
            if workers and time.monotonic() > end:
                os.kill(dice.choice(sorted(workers)), signal.SIGKILL)
                break
            time.sleep(0.02)
        return self._ended(process)

    def check(self) -> dict[str, Any]:
        process = self._begin("check")
        said, _ = process.communicate(timeout=_LONGEST)
        if process.returncode:
            raise RuntimeError(f"the store {self._store} cannot be read: {process.returncode}")
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        return found

    def _ended(self, process: "subprocess.Popen[str]") -> int:
        try:
            return process.wait(_LONGEST)
        except subprocess.TimeoutExpired:
            self.hung += 1
            for one in list(family(process.pid)):
                os.kill(one, signal.SIGKILL)
            return process.wait()

    def _begin(self, what: str, *arguments: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*_PLAY, what, self._store, *map(str, arguments)],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE if what == "check" else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )


class Storm:
    """Bad weather between the acts and the emulator; `suffered` counts calls, at its end."""

    def __init__(self, server: str, kind: str, seed: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.chaos.weather", server, kind, str(seed)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout
        self.address = self._process.stdout.readline().strip()
        self.suffered = 0

    def end(self) -> None:
        said, _ = self._process.communicate(timeout=_LONGEST)
        self.suffered = int(said or 0)


@contextmanager
def storm(server: str, kind: str, seed: int) -> Iterator[Storm]:
    raging = Storm(server, kind, seed)
    try:
        yield raging
    finally:
        raging.end()
