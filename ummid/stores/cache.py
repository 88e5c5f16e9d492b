"""The `Cache` port: bytes by key, for a while; and what needs no server for it."""

import logging
import sys
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Protocol

from ummid.errors import ConfigError, UmmidError

Clock = Callable[[], float]

MEMORY = "memory"
_BYTES = 32 << 20
_PAUSE = 5.0
"""Seconds for which a cache that failed is left alone."""
_log = logging.getLogger(__name__)


class Cache(Protocol):
    """Delivery semantics: a value may be gone at any time, but is never another than the last
    one set under its key, and never older than its seconds. Used by several threads.
    """

    def get(self, key: str) -> bytes | None:
        """Raises StoreError where the cache cannot be asked."""
        ...

    def set(self, key: str, value: bytes, seconds: float) -> None:
        """Raises StoreError where the cache cannot be told; the key may then hold nothing, the
        value before or this one.
        """
        ...

    def close(self) -> None: ...


class MemoryCache:
    """In this process: what was used last stays, up to so many bytes."""

    def __init__(self, size: int = _BYTES, clock: Clock = monotonic) -> None:
        self._size, self._clock = size, clock
        self._lock = Lock()
        self._held: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._bytes = 0

    def get(self, key: str) -> bytes | None:
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            value, until = found
            if until <= self._clock():
                self._drop(key)
                return None
            self._held.move_to_end(key)
            return value

    def set(self, key: str, value: bytes, seconds: float) -> None:
        with self._lock:
            if key in self._held:
                self._drop(key)
            if seconds <= 0:
                return
            self._held[key] = value, self._clock() + seconds
            self._bytes += _weight(key, value)
            while self._bytes > self._size:
                self._drop(next(iter(self._held)))

    def close(self) -> None:
        """Nothing to close."""

    def _drop(self, key: str) -> None:
        value, _ = self._held.pop(key)
        self._bytes -= _weight(key, value)


class Sheltered:
    """A cache that fails is one that is empty, and is left alone for a while: nobody who asks
    has to wait for it again and again.
    """

    def __init__(self, cache: Cache, clock: Clock = monotonic) -> None:
        self._cache, self._clock = cache, clock
        self._until = float("-inf")

    def get(self, key: str) -> bytes | None:
        if self._clock() < self._until:
            return None
        try:
            return self._cache.get(key)
        except UmmidError as error:
            self._rest(error)
            return None

    def set(self, key: str, value: bytes, seconds: float) -> None:
        if self._clock() < self._until:
            return
        try:
            self._cache.set(key, value, seconds)
        except UmmidError as error:
            self._rest(error)

    def close(self) -> None:
        self._cache.close()

    def _rest(self, error: UmmidError) -> None:
        self._until = self._clock() + _PAUSE
        _log.warning("%s; going on without it for %g s", error, _PAUSE)


def open_cache(named: str) -> Cache:
    """The cache of a setting: `memory`, or the URL of a Redis or Valkey server.

    Nothing is asked of the server yet. Raises ConfigError for what names no cache.
    """
    if named == MEMORY:
        return MemoryCache()
    scheme = named.partition("://")[0]
    if scheme in ("redis", "rediss", "unix"):
        from ummid.stores.redis_cache import RedisCache  # loads a client that few need

        return Sheltered(RedisCache(named))
    raise ConfigError(
        f"cache {named!r} names no cache; give {MEMORY} or a URL such as redis://localhost:6379/0"
    )


def _weight(key: str, value: bytes) -> int:
    return sys.getsizeof(key) + sys.getsizeof(value) + 200
