"""Requests to Vertex AI Vector Search by gRPC: paced, tried again by kind of failure, counted.

`grpc` and the service's message types are imported when a connection is made:
`pip install 'nexus-ummid[gcp]'`. The whole Vertex SDK (227 MB in memory) is never imported.
"""

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NamedTuple

from ummid.errors import ConfigError, StoreError
from ummid.pace import Pace, backoff
from ummid.stores.halving import Refused

_INDEX = "/google.cloud.aiplatform.v1.IndexService/"
_MATCH = "/google.cloud.aiplatform.v1.MatchService/"
_BUSY = {"RESOURCE_EXHAUSTED", "UNAVAILABLE"}
_AGAIN = {*_BUSY, "DEADLINE_EXCEEDED", "INTERNAL", "ABORTED", "UNKNOWN", "CANCELLED"}
_SETTINGS = {"NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED", "FAILED_PRECONDITION"}
_LARGEST = 64 << 20
_PLAIN = "http://"
_NAMED = re.compile(r"projects/([^/]+)/locations/([^/]+)/(indexes|indexEndpoints)/([^/]+)")


@dataclass(frozen=True)
class Place:
    """An index, and where it is deployed: `index` as projects/P/locations/L/indexes/I, `endpoint`
    as projects/P/locations/L/indexEndpoints/E, `deployed` the id it has there, `domain` the
    endpoint's public domain name; http://HOST:PORT for a stand-in, asked without credentials."""

    index: str
    endpoint: str
    deployed: str
    domain: str

    def __post_init__(self) -> None:
        for name, value in (("index", self.index), ("endpoint", self.endpoint)):
            kind = "indexes" if name == "index" else "indexEndpoints"
            found = _NAMED.fullmatch(value)
            if not found or found[3] != kind:
                raise ConfigError(
                    f"vertex_{name} {value!r}: the whole name, as in "
                    f"projects/my-project/locations/europe-west4/{kind}/123"
                )
        if not self.deployed or not self.domain:
            raise ConfigError(
                "vertex_deployed and vertex_domain: the id under which the index is deployed and "
                "the endpoint's public domain name; `gcloud ai index-endpoints describe` has both"
            )

    @property
    def api(self) -> str:
        found = _NAMED.fullmatch(self.index)
        return f"{found[2] if found else ''}-aiplatform.googleapis.com"


@dataclass(frozen=True)
class WireConfig:
    """`rate` is where the pace of writes starts, `most_rate` where the project's quota ends
    (6,000 a minute), in requests a second; a request of several `turn_bytes` counts as several,
    by which the quota of bytes (120,000 KB a minute) is kept as well. `timeout` is for one
    request and `deadline` for all tries of it, in seconds."""

    rate: float = 20.0
    most_rate: float = 100.0
    turn_bytes: int = 20_000
    timeout: float = 30.0
    deadline: float = 240.0
    search_timeout: float = 1.0
    search_deadline: float = 2.5
    tries: int = 8
    backoff: float = 0.5


class Channels(NamedTuple):
    """To the API and to the endpoint that an index is deployed at."""

    api: Any
    endpoint: Any


def connect(place: Place) -> Channels:
    """With the environment's credentials. Raises ConfigError when there are none."""
    if place.domain.startswith(_PLAIN):
        channel = connect_api("", place.domain)
        return Channels(channel, channel)
    return Channels(*(connect_api(host) for host in (place.api, place.domain)))


def connect_api(host: str, stand_in: str = "") -> Any:
    """A channel to a host with the environment's credentials, or to http://HOST:PORT without.

    Raises ConfigError when there are none, or when the client is not installed.
    """
    types = service_types()
    options = [("grpc.max_receive_message_length", _LARGEST)]
    if stand_in:
        import grpc

        return grpc.insecure_channel(stand_in.removeprefix(_PLAIN), options)
    from google.auth.exceptions import GoogleAuthError

    transport = types.MatchServiceClient.get_transport_class("grpc")
    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
    try:
        return transport.create_channel(f"{host}:443", scopes=scopes, options=options)
    except GoogleAuthError as error:
        raise ConfigError(
            f"Vertex AI cannot be asked: {error}; `gcloud auth application-default login`, or run "
            "as a service account that may use it"
        ) from error


class Wire:
    """One place, through two channels. Threads may share it. Raises StoreError."""

    def __init__(
        self,
        place: Place,
        channels: Channels,
        config: WireConfig,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.place, self.types = place, service_types()
        self.counts: Counter[str] = Counter()
        self._channels, self._config, self._chance = channels, config, chance
        self._pace = Pace(config.rate, most=config.most_rate)
        self._lock = Lock()
        t = self.types
        index, endpoint = f"index={place.index}", f"index_endpoint={place.endpoint}"
        self._upsert = self._method(channels.api, _INDEX, "UpsertDatapoints", index, t)
        self._remove = self._method(channels.api, _INDEX, "RemoveDatapoints", index, t)
        self._find = self._method(channels.endpoint, _MATCH, "FindNeighbors", endpoint, t)
        self._read = self._method(channels.endpoint, _MATCH, "ReadIndexDatapoints", endpoint, t)

    def upsert(self, datapoints: Sequence[Any], *, only_restricts: bool = False) -> None:
        request = self.types.UpsertDatapointsRequest.pb()(
            index=self.place.index, datapoints=datapoints
        )
        if only_restricts:
            request.update_mask.paths.append("all_restricts")
        self._written(self._upsert, request)
        self.counts["upserted"] += len(datapoints)

    def remove(self, ids: Sequence[str]) -> None:
        request = self.types.RemoveDatapointsRequest.pb()(index=self.place.index, datapoint_ids=ids)
        self._written(self._remove, request)
        self.counts["removed"] += len(ids)

    def find(self, query: Any, *, whole: bool) -> list[Any]:
        """Neighbours, nearest first; `whole`: with all of their datapoints."""
        request = self.types.FindNeighborsRequest.pb()(
            index_endpoint=self.place.endpoint,
            deployed_index_id=self.place.deployed,
            queries=[query],
            return_full_datapoint=whole,
        )
        config = self._config
        found = self._tried(self._find, request, config.search_timeout, config.search_deadline)
        return list(found.nearest_neighbors[0].neighbors) if found.nearest_neighbors else []

    def read(self, ids: Sequence[str]) -> list[Any]:
        """The datapoints that are there."""
        request = self.types.ReadIndexDatapointsRequest.pb()(
            index_endpoint=self.place.endpoint, deployed_index_id=self.place.deployed, ids=ids
        )
        found = self._tried(self._read, request, self._config.timeout, self._config.deadline)
        return list(found.datapoints)

    def close(self) -> None:
        for channel in set(self._channels):
            channel.close()

    def _method(self, channel: Any, service: str, name: str, params: str, types: Any) -> Any:
        request = getattr(types, f"{name}Request").pb()
        method = channel.unary_unary(
            service + name,
            request_serializer=request.SerializeToString,
            response_deserializer=getattr(types, f"{name}Response").pb().FromString,
        )
        return lambda message, timeout: method(
            message, timeout=timeout, metadata=(("x-goog-request-params", params),)
        )

    def _written(self, method: Any, request: Any) -> None:
        turns = -(-request.ByteSize() // self._config.turn_bytes)
        self._tried(method, request, self._config.timeout, self._config.deadline, turns)

    def _tried(
        self, method: Any, request: Any, timeout: float, deadline: float, turns: int = 0
    ) -> Any:
        """With `turns`, in its turn by the pace of writes."""
        from grpc import RpcError

        ends = time.monotonic() + deadline
        attempt = 0
        while True:
            self._turn(turns, ends)
            left = ends - time.monotonic()
            try:
                self.counts["requests"] += 1
                answer = method(request, min(timeout, max(left, 0.001)))
            except RpcError as error:
                attempt += 1
                pause = self._failed(error, attempt, turns)
                if attempt == self._config.tries or time.monotonic() + pause >= ends:
                    raise self._told(error) from error
                time.sleep(pause)
            else:
                if turns:
                    with self._lock:
                        self._pace.went_well()
                return answer

    def _failed(self, error: Any, attempt: int, turns: int) -> float:
        """Counts, and says how long to wait. Raises StoreError where waiting has no sense."""
        code = error.code().name
        self.counts[f"failed: {code}"] += 1
        if code not in _AGAIN:
            raise self._told(error) from error
        if turns and code in _BUSY:
            with self._lock:
                self._pace.pushed_back()
        return backoff(attempt, self._config.backoff, 0.0, self._chance())

    def _turn(self, turns: int, ends: float) -> None:
        if not turns:
            return
        with self._lock:
            wait = self._pace.wait(turns)
        if time.monotonic() + wait >= ends:
            raise StoreError(
                f"{self.place.index} takes fewer writes than are waiting: no turn within "
                f"{self._config.deadline:g} s; run it again, or ask for more quota",
                retryable=True,
            )
        time.sleep(wait)

    def _told(self, error: Any) -> StoreError:
        code = error.code().name
        message = f"{self.place.index}: {code}: {str(error.details())[:300]}"
        if code in _AGAIN:
            return StoreError(f"{message}; run it again", retryable=True)
        if code in _SETTINGS:
            return StoreError(f"{message}; check vertex_index, vertex_endpoint and permissions")
        return Refused(message) if code == "INVALID_ARGUMENT" else StoreError(message)


def service_types() -> Any:
    """The service's clients and messages. Raises ConfigError where they are not installed."""
    try:
        import grpc  # noqa: F401
        from google.cloud import aiplatform_v1
    except ImportError as error:
        raise ConfigError(
            "Vertex AI Vector Search needs its client: pip install 'nexus-ummid[gcp]', or set "
            "vectors = mapped"
        ) from error
    return aiplatform_v1
