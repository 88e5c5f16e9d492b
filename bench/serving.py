"""Throughput and latency of point lookups, beside a bare Flask route with the same bytes.

    python -m bench.serving --store DIR [--rounds 3] [--seconds 8]

Needs `wrk` (a Debian package); says so and stops without it. Everything runs on 127.0.0.1
and shares this machine's cores with the client. Rounds alternate between the servers, so
that a slow moment of the machine meets all of them; figures are medians over the rounds.
"""

import argparse
import importlib.util
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# run as a file, this one would otherwise be found in place of the package `serving`

import msgspec
from flask import Flask, Response

from serving.handlers import TITLES
from ummid.settings import Settings
from ummid.stores.lmdb_table import LmdbTable
from ummid.views import keys
from ummid.views.generated import served

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
_BODIES = "UMMID_BENCH_BODIES"
_SEED = 20250301
_GRANIAN = "from serving.command import run; run({target!r}, {host!r}, {port}, {workers})"
_SCRIPT = """
local requests, position = {{}}, {seed}
function init(args)
  for line in io.lines("{ids}") do
    requests[#requests + 1] = wrk.format("GET", "{titles}" .. line)
  end
end
function request()
  position = (position * 1103515245 + 12345) % 2147483648
  return requests[position % #requests + 1]
end
function done(summary, latency, r)
  local e = summary.errors
  print(string.format("RESULT %d %d %d %d %d %d", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(95), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


class Round(NamedTuple):
    """Requests a second, and latency in ms."""

    rate: float
    p50: float
    p95: float
    p99: float


class Server(NamedTuple):
    name: str
    command: list[str]
    environment: dict[str, str]


def bare(bodies: dict[str, bytes]) -> Flask:
    """The least that Flask can do for a title: a route that answers with bytes at hand."""
    app = Flask("bare", static_folder=None)

    @app.get(f"{TITLES}<id>")
    def title(id: str) -> Response:
        return Response(bodies[id], mimetype="application/json")

    @app.get("/readyz")
    def ready() -> str:
        return "ready"

    return app


def __getattr__(name: str) -> Flask:
    """`bench.serving:bare_app`, made only in a server's process."""
    if name == "bare_app":
        return bare(msgspec.msgpack.decode(Path(os.environ[_BODIES]).read_bytes()))
    raise AttributeError(name)


def sample(store: Path, number: int) -> dict[str, bytes]:
    """Bodies of live titles by id, from places spread over the store."""
    dice = random.Random(_SEED)
    found: dict[str, bytes] = {}
    with closing(LmdbTable(store, readonly=True)) as table:
        for _ in range(200):
            start = "".join(dice.choices("0123456789abcdef", k=4))
            rows = table.scan(keys.title(""), keys.title(start))
            live = (k for k, column, cell in rows if column == keys.BODY and cell.value)
            for key in islice(live, max(1, number // 100)):
                title_id = key.decode().partition("#")[2]
                document = served(table, title_id)
                if document is not None:
                    found[title_id] = document.body
            if len(found) >= number:
                break
    return found


def servers(store: Path, bodies: Path, workers: int) -> Iterator[tuple[Server, int]]:
    """What is measured, each with its port: ours, the bare route, and gunicorn if it is there."""
    ours = {"UMMID_STORE": str(store.resolve())}
    for name, target, environment in (
        ("catalogue, granian", "serving.wsgi:app", ours),
        ("bare Flask, granian", "bench.serving:bare_app", {_BODIES: str(bodies)}),
    ):
        port = _free_port()
        code = _GRANIAN.format(target=target, host=HOST, port=port, workers=workers)
        yield Server(name, [sys.executable, "-c", code], environment), port
    if importlib.util.find_spec("gunicorn") is None:
        print("gunicorn is not installed here: its line is left out")
        return
    port = _free_port()
    options = ["-k", "gthread", "--threads", "4", "-w", str(workers), "-b", f"{HOST}:{port}"]
    command = [sys.executable, "-m", "gunicorn", *options, "serving.wsgi:app"]
    yield Server("catalogue, gunicorn gthread", command, ours), port


@contextmanager
def running(server: Server, port: int) -> Iterator[None]:
    """Starts a server, waits until it answers, and ends that very process."""
    process = subprocess.Popen(
        server.command,
        cwd=ROOT,
        env=os.environ | server.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://{HOST}:{port}/readyz", process)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def load(script: Path, port: int, seconds: int, connections: int, threads: int) -> Round:
    """One round of wrk. Raises RuntimeError when an answer was not a 200."""
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", str(script)]
    done = subprocess.run(
        [*command, f"http://{HOST}:{port}"],
        capture_output=True,
        text=True,
        timeout=seconds + 30,
        check=True,
    )
    line = next(x for x in done.stdout.splitlines() if x.startswith("RESULT"))
    requests, micros, p50, p95, p99, errors = map(int, line.split()[1:])
    if errors:
        raise RuntimeError(f"{errors} of {requests} requests failed:\n{done.stdout}")
    return Round(requests / (micros / 1e6), p50 / 1e3, p95 / 1e3, p99 / 1e3)


def measure(options: argparse.Namespace) -> dict[str, list[Round]]:
    """All rounds of every server, by its name."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bodies = sample(options.store, options.ids)
        if not bodies:
            raise SystemExit(f"no title is published in {options.store}: ingest something first")
        sizes = sorted(map(len, bodies.values()))
        print(f"{len(bodies):,} ids; body median {sizes[len(sizes) // 2]:,} bytes")
        held, ids, script = (Path(folder) / n for n in ("bodies", "ids", "lookups.lua"))
        held.write_bytes(msgspec.msgpack.encode(bodies))
        ids.write_text("\n".join(bodies) + "\n", encoding="utf-8")
        script.write_text(_SCRIPT.format(ids=ids, titles=TITLES, seed=_SEED), encoding="utf-8")
        rounds: dict[str, list[Round]] = {}
        ports: dict[str, int] = {}
        for server, port in servers(options.store, held, options.workers):
            stack.enter_context(running(server, port))
            ports[server.name] = port
            load(script, port, options.warm_up, options.connections, options.threads)
        for _ in range(options.rounds):
            for name, port in ports.items():
                found = load(script, port, options.seconds, options.connections, options.threads)
                rounds.setdefault(name, []).append(found)
        return rounds


def report(rounds: dict[str, list[Round]], options: argparse.Namespace) -> None:
    """A table for people and one JSON line for machines."""
    medians = {
        name: Round(*(statistics.median(v) for v in zip(*found, strict=True)))
        for name, found in rounds.items()
    }
    print(f"{'':<28}{'req/s':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    for name, found in medians.items():
        times = "".join(f"{v:>9.2f}" for v in found[1:])
        print(f"{name:<28}{found.rate:>9,.0f}{times}")
    ours, other = medians["catalogue, granian"], medians["bare Flask, granian"]
    ratio = ours.rate / other.rate
    print(f"ratio of the first to the second: {ratio:.2f}")
    figures = {name: found._asdict() for name, found in medians.items()}
    settings = {
        k: getattr(options, k) for k in ("workers", "connections", "threads", "rounds", "seconds")
    }
    print(json.dumps({"serving": figures, "ratio": round(ratio, 3), **settings}))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--store", type=Path, default=Settings().store)
    parser.add_argument("--ids", type=int, default=2000, help="how many titles are asked for")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2, help="threads of wrk")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8, help="length of a round")
    parser.add_argument("--warm-up", type=int, default=2, help="seconds before the first round")
    options = parser.parse_args(arguments)
    if shutil.which("wrk") is None:
        print("skipped: wrk is not installed (on Debian: apt-get install wrk)")
        return
    report(measure(options), options)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server for {url} ended with status {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing answered at {url} within 20 s")


if __name__ == "__main__":
    main()
