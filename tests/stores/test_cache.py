"""What is particular to each cache: room, time, failure, and which one a setting names."""

import socket

import pytest

from ummid.errors import ConfigError, StoreError
from ummid.stores.cache import MemoryCache, Sheltered, open_cache
from ummid.stores.redis_cache import RedisCache


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Failing:
    """A cache that fails as long as it is told to, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked, self.broken = 0, True
        self.told: tuple[str, bytes, float] | None = None

    def _ask(self) -> None:
        self.asked += 1
        if self.broken:
            raise StoreError("the cache is away", retryable=True)

    def get(self, key: str) -> bytes | None:
        self._ask()
        return key.encode()

    def set(self, key: str, value: bytes, seconds: float) -> None:
        self._ask()
        self.told = key, value, seconds

    def close(self) -> None:
        self.asked = -1


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_in_memory_what_was_used_longest_ago_makes_room() -> None:
    cache = MemoryCache(size=4_000)
    for name in ("a", "b", "c"):
        cache.set(name, b"x" * 1_000, 60)
    cache.get("a")
    cache.set("d", b"x" * 1_000, 60)
    assert [cache.get(name) is not None for name in "abcd"] == [True, False, True, True]


def test_in_memory_what_is_larger_than_all_room_is_not_kept() -> None:
    cache = MemoryCache(size=1_000)
    cache.set("a", b"x" * 5_000, 60)
    assert cache.get("a") is None


def test_in_memory_time_is_that_of_the_clock() -> None:
    time = Time()
    cache = MemoryCache(clock=time)
    cache.set("a", b"x", 10)
    time.now = 9.9
    assert cache.get("a") == b"x"
    time.now = 10.0
    assert cache.get("a") is None


def test_a_cache_that_fails_is_an_empty_one_and_is_left_alone_for_a_while() -> None:
    time, failing = Time(), Failing()
    cache = Sheltered(failing, time)
    assert cache.get("a") is None
    cache.set("a", b"x", 60)
    assert cache.get("a") is None
    assert failing.asked == 1
    time.now = 6.0
    cache.set("a", b"x", 60)
    assert (cache.get("a"), failing.asked) == (None, 2)
    time.now, failing.broken = 12.0, False
    assert cache.get("a") == b"a"
    cache.set("a", b"x", 60)
    assert (failing.asked, failing.told) == (4, ("a", b"x", 60))
    cache.close()
    assert failing.asked == -1


def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    cache = RedisCache(f"redis://:secret@127.0.0.1:{unused_port()}/0")
    with pytest.raises(StoreError, match=r"127\.0\.0\.1 failed: ConnectionError") as told:
        cache.get("a")
    with pytest.raises(StoreError) as also:
        cache.set("a", b"x", 60)
    assert "secret" not in f"{told.value}{also.value}"
    assert told.value.retryable


def test_a_server_that_is_silent_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cache = RedisCache(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", wait=0.1)
        with pytest.raises(StoreError, match="TimeoutError"):
            cache.get("a")


def test_a_setting_names_a_cache() -> None:
    assert isinstance(open_cache("memory"), MemoryCache)
    away = open_cache(f"redis://127.0.0.1:{unused_port()}/0")
    assert away.get("a") is None
    away.close()


@pytest.mark.parametrize("named", ["", "memcached://host", "redis", "redis://host:port"])
def test_what_names_no_cache_is_refused(named: str) -> None:
    with pytest.raises(ConfigError, match="cache"):
        open_cache(named)
