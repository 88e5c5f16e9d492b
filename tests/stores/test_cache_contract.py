"""What every `Cache` does, in this process and on a server."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

from tests.stores import redis_server
from ummid.stores.cache import Cache, MemoryCache
from ummid.stores.redis_cache import RedisCache

LONG = 3600.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    redis_server.needed()
    with redis_server.serving(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(params=["memory", "redis"])
def cache(request: pytest.FixtureRequest) -> Iterator[Cache]:
    opened: Cache
    if request.param == "memory":
        opened = MemoryCache()
    else:
        opened = RedisCache(request.getfixturevalue("server"), wait=30.0)
    with closing(opened):
        yield opened


def test_what_was_set_is_there_and_nothing_else(cache: Cache) -> None:
    cache.set("here", b"value", LONG)
    assert cache.get("here") == b"value"
    assert cache.get("elsewhere") is None


@pytest.mark.parametrize(
    "value", [b"", b"\x00\xff\r\n", b"x" * 1_000_000], ids=["empty", "odd", "large"]
)
@pytest.mark.parametrize("key", ["k", "answer:é\n*?", "k" * 500], ids=["plain", "odd", "long"])
def test_any_bytes_come_back_as_they_were(cache: Cache, key: str, value: bytes) -> None:
    cache.set(key, value, LONG)
    assert cache.get(key) == value


def test_the_last_value_counts(cache: Cache) -> None:
    cache.set("one", b"old", LONG)
    cache.set("one", b"new", LONG)
    assert cache.get("one") == b"new"


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_what_is_kept_for_no_time_is_gone_at_once(cache: Cache, seconds: float) -> None:
    cache.set("brief", b"value", LONG)
    cache.set("brief", b"value", seconds)
    assert cache.get("brief") is None


def test_a_value_goes_when_its_time_is_over(cache: Cache) -> None:
    cache.set("brief", b"value", 0.05)
    cache.set("lasting", b"value", LONG)
    until = monotonic() + 60
    while cache.get("brief") is not None:
        assert monotonic() < until
        sleep(0.02)
    assert cache.get("lasting") == b"value"


def test_threads_share_it_and_meet_whole_values(cache: Cache) -> None:
    odd: list[bytes] = []

    def use(sign: int) -> None:
        for _ in range(50):
            cache.set("shared", bytes([sign]) * 1000, LONG)
            found = cache.get("shared")
            if found is None or len(found) != 1000 or len(set(found)) != 1:
                odd.append(found or b"")

    threads = [Thread(target=use, args=(sign,)) for sign in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not odd


def test_processes_of_one_server_share_what_they_know(server: str) -> None:
    with closing(RedisCache(server)) as one, closing(RedisCache(server)) as other:
        one.set("told", b"value", LONG)
        assert other.get("told") == b"value"


def test_the_server_forgets_and_comes_back(tmp_path: Path) -> None:
    redis_server.needed()
    with redis_server.serving(tmp_path) as url:
        cache = RedisCache(url, wait=30.0)
        cache.set("one", b"value", LONG)
    with redis_server.serving(tmp_path):
        assert cache.get("one") is None
        cache.set("one", b"value", LONG)
        assert cache.get("one") == b"value"
    cache.close()
