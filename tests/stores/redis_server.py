"""A Redis server of one's own, started by the project's script and reached by a socket."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from ummid.errors import StoreError
from ummid.stores.redis_cache import RedisCache

_SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "redis.sh"
_PATIENCE = 60.0


def needed() -> None:
    """Skips a test, and says so whatever pytest shows, where no server can be had."""
    fetched = subprocess.run([_SCRIPT, "--fetch"], capture_output=True, text=True, check=False)
    if fetched.returncode:
        reason = f"NOT TESTED, the Redis cache: {fetched.stderr.strip()}"
        print(f"\n{reason}", file=sys.__stderr__)
        pytest.skip(reason)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The URL of a server that runs as long as the context; it keeps nothing on disk."""
    socket = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no"]
    with subprocess.Popen(
        [_SCRIPT, *options, "--dir", str(folder)], stdout=subprocess.DEVNULL
    ) as server:
        try:
            url = f"unix://{socket}"
            _await(url, server)
            yield url
        finally:
            server.terminate()


def _await(url: str, server: "subprocess.Popen[bytes]") -> None:
    until = monotonic() + _PATIENCE
    while True:
        cache = RedisCache(url)
        try:
            cache.get("anything")
        except StoreError:
            assert server.poll() is None, "the server has ended"
            assert monotonic() < until, "the server does not answer"
            sleep(0.05)
        else:
            return
        finally:
            cache.close()
