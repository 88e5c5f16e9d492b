"""The Bigtable emulator for as long as it is needed, on a port of its own.

python -m scripts.bigtable_emulator       # runs until Ctrl-C, says what to export
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ummid.services import BIGTABLE, service

VARIABLE = "BIGTABLE_EMULATOR_HOST"
_SAID = re.compile(r"running on (\S+:\d+)")
_ENDS_IN = 10


@contextmanager
def emulator(program: Path) -> Iterator[str]:
    """An emulator of this process alone; its address. It is ended by its process id, and ends
    by itself (where there is `setpriv`, as on Linux) when this process is killed.
    """
    process = subprocess.Popen(
        [*_ending_with_us(), str(program), "-host", "127.0.0.1", "-port", "0"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout
        said = process.stdout.readline()
        found = _SAID.search(said)
        if found is None:
            raise RuntimeError(f"{program} did not start: {said.strip() or 'it said nothing'}")
        yield found[1]
    finally:
        process.terminate()
        try:
            process.wait(_ENDS_IN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _ending_with_us() -> list[str]:
    command = shutil.which("setpriv")
    return [command, "--pdeathsig", "TERM", "--"] if command else []


@contextmanager
def shared_emulator() -> Iterator[str | None]:
    """The emulator that the environment names, else one that is started and named there for the
    processes that this one starts; None where it is not installed.
    """
    found = service(BIGTABLE)
    if found.address:
        yield found.address
    elif found.program is None:
        yield None
    else:
        with emulator(found.program) as address:
            os.environ[VARIABLE] = address
            try:
                yield address
            finally:
                os.environ.pop(VARIABLE, None)


def main() -> None:
    found = service(BIGTABLE)
    if found.program is None:
        raise SystemExit(f"{BIGTABLE}: {found.detail}")
    with emulator(found.program) as address:
        print(f"export {VARIABLE}={address}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("ended")


if __name__ == "__main__":
    main()
