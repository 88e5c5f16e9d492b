"""A command watched from outside: its time, its memory and that of all it starts."""

import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.generate import MB

ROOT = Path(__file__).resolve().parents[1]
_PAGE = resource.getpagesize()


class Watched(NamedTuple):
    """Seconds by the clock and of processors; peak memory in MB of the command and its children,
    added up, without file pages and with them (shared ones then count once for each process).
    """

    seconds: float
    processor: float
    peak: float
    peak_with_files: float
    output: str


def watched(command: list[str], *, silent: bool = False) -> Watched:
    """Runs a command to its end in the root of the checkout; memory is sampled ten times a second
    from /proc (Linux). Ends this process when the command fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    peak = mapped = 0
    with tempfile.TemporaryFile() as output:
        out = subprocess.DEVNULL if silent else output
        with subprocess.Popen(command, cwd=ROOT, stdout=out) as process:
            while process.poll() is None:
                pages = [memory(pid) for pid in family(process.pid)]
                peak = max(peak, sum(own for own, _ in pages))
                mapped = max(mapped, sum(resident for _, resident in pages))
                time.sleep(0.1)
        took = time.perf_counter() - began
        output.seek(0)
        text = output.read().decode()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}\n{text}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Watched(took, processor, peak / MB, mapped / MB, text)


def family(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = listed.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def memory(pid: int) -> tuple[int, int]:
    """Bytes of memory without and with file pages; 0 for a process that has gone."""
    try:
        _, resident, files = Path(f"/proc/{pid}/statm").read_text().split()[:3]
    except (OSError, ValueError):
        return 0, 0
    return (int(resident) - int(files)) * _PAGE, int(resident) * _PAGE
