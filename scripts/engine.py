"""A Beam engine of processes of its own: Prism, built from Beam's Go module, and a pool of workers.

python -m scripts.engine            # runs until Ctrl-C, says how to launch on it
python -m scripts.engine --build    # only builds it

Prism is of the very release of Beam that is installed. The module proxy's checksums are checked by
`go` itself.
"""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import grpc
from apache_beam.portability.api import beam_fn_api_pb2 as api
from apache_beam.portability.api import beam_fn_api_pb2_grpc as api_grpc

FOLDER = Path("var/engine")
_WORKER = """
import sys
from apache_beam.runners.worker.sdk_worker import SdkHarness
SdkHarness(sys.argv[1], worker_id=sys.argv[2], data_buffer_time_limit_ms=-1).run()
"""
_MODULE = "github.com/apache/beam/sdks/v2/go/cmd/prism"
_OLDEST_GO = (1, 21)
"""The first that fetches the release which a module asks for, if it is older itself."""
_ENDS_IN = 10


@dataclass(frozen=True)
class Engine:
    """`jobs` and `workers` are addresses, `processes` the workers of jobs by Beam's worker id."""

    jobs: str
    workers: str
    processes: dict[str, subprocess.Popen[bytes]] = field(compare=False)

    @property
    def options(self) -> tuple[str, ...]:
        """Beam's options for a job on this engine, with the runner PortableRunner."""
        return (
            f"--job_endpoint={self.jobs}",
            "--environment_type=EXTERNAL",
            f"--environment_config={self.workers}",
        )


def missing() -> str:
    """Why Prism can be neither found nor built; "" when it can."""
    if program().exists():
        return ""
    go = shutil.which("go")
    if go is None:
        return "no `go` to build it with; install Go 1.21 or newer"
    said = subprocess.run([go, "version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"go(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < _OLDEST_GO:
        return f"{said.strip()} is too old to build it with; install Go 1.21 or newer"
    return ""


def program() -> Path:
    """Where Prism is, or will be once it is built."""
    return FOLDER / f"prism-{version('apache-beam')}"


def build() -> Path:
    """Prism's program; the first call compiles it (some minutes and about 1 GB of Go's caches).

    Raises RuntimeError where it cannot be built, with what to do.
    """
    made = program()
    if made.exists():
        return made
    if why := missing():
        raise RuntimeError(f"Prism: {why}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:  # two at once would each take all cores
        fcntl.flock(lock, fcntl.LOCK_EX)
        return made if made.exists() else _install(made)


def _install(made: Path) -> Path:
    release = version("apache-beam")
    print(f"building Prism {release} with go: some minutes, once", file=sys.stderr, flush=True)
    folder = FOLDER.resolve() / "build"
    env = {**os.environ, "GOBIN": str(folder)}
    done = subprocess.run(
        ["go", "install", f"{_MODULE}@v{release}"],
        check=False,
        env=env,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"Prism {release} was not built: {done.stderr.strip()[-2000:]}")
    (folder / "prism").replace(made)
    return made


@contextmanager
def engine() -> Iterator[Engine]:
    """Prism and a pool of workers of this process alone, on free ports of the loopback interface.

    A job's workers are processes that the pool starts; all end with this process.
    """
    silent = ("-serve_http=false", "-log_kind", "json")
    process = subprocess.Popen(
        [*_ending_with_us(), str(build()), "-job_port", "0", *silent],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        said = process.stderr.readline()
        try:
            jobs = str(json.loads(said)["endpoint"])
        except (ValueError, KeyError):
            raise RuntimeError(
                f"Prism did not start: {said.strip() or 'it said nothing'}"
            ) from None
        with ThreadPoolExecutor(1) as reader, _worker_pool() as (workers, processes):
            reader.submit(_pass_on, process)  # or its pipe fills and it waits for ever
            try:
                yield Engine(jobs, workers, processes)
            finally:
                _end(process)
    finally:
        _end(process)
        if process.stderr:
            process.stderr.close()


def _pass_on(process: subprocess.Popen[str]) -> None:
    assert process.stderr
    for line in process.stderr:
        try:
            said = json.loads(line)
        except ValueError:
            said = {"level": "ERROR", "msg": line.strip()}
        if said.get("level") == "ERROR":
            print("prism:", said.get("msg"), said.get("error", ""), file=sys.stderr, flush=True)


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(_ENDS_IN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class _Workers(api_grpc.BeamFnExternalWorkerPoolServicer):
    """Starts Beam's own Python worker for whoever asks, as a process.

    Beam's `worker_pool_main` does the same, but listens on every interface and never reads what
    its workers print.
    """

    def __init__(self) -> None:
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def StartWorker(self, request: api.StartWorkerRequest, _: object) -> api.StartWorkerResponse:
        endpoint = request.control_endpoint.url
        self.processes[request.worker_id] = subprocess.Popen(
            [*_ending_with_us(), sys.executable, "-c", _WORKER, endpoint, request.worker_id]
        )
        return api.StartWorkerResponse()

    def StopWorker(self, request: api.StopWorkerRequest, _: object) -> api.StopWorkerResponse:
        worker = self.processes.pop(request.worker_id, None)
        if worker:
            _end(worker)
        return api.StopWorkerResponse()


@contextmanager
def _worker_pool() -> Iterator[tuple[str, dict[str, subprocess.Popen[bytes]]]]:
    """Reachable from this machine only: who reaches it can have it start workers."""
    pool = _Workers()
    server = grpc.server(ThreadPoolExecutor(4))
    api_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}", pool.processes
    finally:
        server.stop(0).wait()
        for worker in pool.processes.values():
            _end(worker)


def _ending_with_us() -> list[str]:
    command = shutil.which("setpriv")
    return [command, "--pdeathsig", "TERM", "--"] if command else []


def main() -> None:
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, signal.default_int_handler)
    try:
        build()
        if "--build" in sys.argv[1:]:
            return
        with engine() as running:
            options = " ".join(f"--beam={option}" for option in running.options)
            print(f"ummid ingest FEED… --runner PortableRunner {options}", flush=True)
            signal.pause()
    except RuntimeError as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        print("ended")


if __name__ == "__main__":
    main()
