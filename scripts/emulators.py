"""Emulators of Google's services for as long as they are needed, on ports of their own.

python -m scripts.emulators               # Bigtable, until Ctrl-C; says what to export
python -m scripts.emulators pubsub        # or pubsub, or firestore
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import IO, NamedTuple

from ummid.services import BIGTABLE, FIRESTORE, PUBSUB, service

_ENDS_IN = 10
_JAVA = ("java", "-Xmx512m", "-Duser.language=en")
_FIRESTORE_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"


class _Kind(NamedTuple):
    """`ready` is what it says when it answers; its group is the address, where it picks its own."""

    command: Callable[[str, int], list[str]]
    ready: re.Pattern[str]
    picks_port: bool = False


_KINDS = {
    BIGTABLE: _Kind(
        lambda program, port: [program, "-host", "127.0.0.1", "-port", f"{port}"],
        re.compile(r"running on (\S+:\d+)"),
        picks_port=True,
    ),
    PUBSUB: _Kind(
        lambda jar, port: [*_JAVA, "-jar", jar, "--host=127.0.0.1", f"--port={port}"],
        re.compile("Server started, listening on"),
    ),
    FIRESTORE: _Kind(
        lambda jar, port: [
            *(*_JAVA, "-cp", jar, _FIRESTORE_CLASS),
            *("start", "--host=127.0.0.1", f"--port={port}"),
        ],
        re.compile("is now running"),
    ),
}
_NAMES = {"bigtable": BIGTABLE, "pubsub": PUBSUB, "firestore": FIRESTORE}


@contextmanager
def emulator(program: Path, name: str = BIGTABLE, *options: str) -> Iterator[str]:
    """An emulator of this process alone, with its own further options; its address. It is ended by
    its process id, and ends by itself (where there is `setpriv`, as on Linux) when this process is
    killed.
    """
    kind = _KINDS[name]
    port = 0 if kind.picks_port else _free_port()
    process = subprocess.Popen(
        [*_ending_with_us(), *kind.command(str(program), port), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    drain = Thread(target=_drain, args=(process.stdout,), daemon=True)
    try:
        ready = _ready(process.stdout, kind, program)
        drain.start()  # or it waits for ever once its pipe is full
        yield ready[1] if kind.picks_port else f"127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(_ENDS_IN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if drain.ident:
            drain.join()
        process.stdout.close()


def _ready(output: IO[str], kind: _Kind, program: Path) -> re.Match[str]:
    said = ""
    for line in output:
        if found := kind.ready.search(line):
            return found
        said += line
    raise RuntimeError(f"{program} did not start: {said.strip()[-2000:] or 'it said nothing'}")


def _drain(output: IO[str]) -> None:
    for _ in output:
        pass


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ending_with_us() -> list[str]:
    command = shutil.which("setpriv")
    return [command, "--pdeathsig", "TERM", "--"] if command else []


@contextmanager
def shared_emulator(name: str = BIGTABLE) -> Iterator[str | None]:
    """The emulator that the environment names, else one that is started and named there for the
    processes that this one starts; None where it is not installed.
    """
    found = service(name)
    if found.address:
        yield found.address
    elif found.program is None:
        yield None
    else:
        with emulator(found.program, name) as address:
            os.environ[found.variable] = address
            try:
                yield address
            finally:
                os.environ.pop(found.variable, None)


def main(which: str = "bigtable") -> None:
    if which not in _NAMES:
        raise SystemExit(f"{which}: there are {', '.join(_NAMES)}")
    found = service(_NAMES[which])
    if found.program is None:
        raise SystemExit(f"{found.name}: {found.detail}")
    with emulator(found.program, found.name) as address:
        print(f"export {found.variable}={address}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("ended")


if __name__ == "__main__":
    main(*sys.argv[1:2])
