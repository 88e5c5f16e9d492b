"""`Cache` on a Redis or Valkey server, Memorystore among them, shared by all processes."""

from ummid.errors import ConfigError, StoreError

try:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry
except ImportError as error:  # pragma: no cover
    raise ConfigError(
        "a Redis cache needs the package redis; install requirements/gcp.txt, or set cache to "
        "memory"
    ) from error

_PREFIX = "ummid:"
_WAIT = 0.25
"""Seconds: what takes longer than to make the answer again is no use."""


class RedisCache:
    """See `Cache`. `url` as redis-py takes it: redis://, rediss:// (TLS) or unix://."""

    def __init__(self, url: str, wait: float = _WAIT) -> None:
        try:
            self._client = redis.Redis.from_url(
                url,
                socket_timeout=wait,
                socket_connect_timeout=wait,
                retry=Retry(NoBackoff(), 1),
            )
        except ValueError as error:
            raise ConfigError(f"the cache's URL cannot be read: {error}") from error
        self._place = self._client.connection_pool.connection_kwargs.get("host", "a socket")

    def get(self, key: str) -> bytes | None:
        try:
            found = self._client.get(_PREFIX + key)
        except redis.RedisError as error:
            raise self._failure(error) from error
        return found if isinstance(found, bytes) else None

    def set(self, key: str, value: bytes, seconds: float) -> None:
        try:
            if seconds > 0:
                self._client.set(_PREFIX + key, value, px=max(1, int(seconds * 1000)))
            else:
                self._client.delete(_PREFIX + key)
        except redis.RedisError as error:
            raise self._failure(error) from error

    def close(self) -> None:
        self._client.close()

    def _failure(self, error: Exception) -> StoreError:
        """Without the URL, which may hold a password."""
        return StoreError(
            f"the cache on {self._place} failed: {type(error).__name__}; see that the server "
            "runs and that the setting cache names it",
            retryable=True,
        )
