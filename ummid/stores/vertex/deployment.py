"""An index of Vertex AI Vector Search and its deployment as code: what is missing, and making it.

What is there is never changed or removed. `grpc` and the service's clients are imported when asked
for: `pip install 'nexus-ummid[gcp]'`.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from ummid.errors import ConfigError, StoreError
from ummid.stores.vertex.wire import Place, connect_api, service_types

NEAREST = 150
"""Neighbours that the service looks at before it orders them exactly: the console's own value."""
LEAF = 1000
_DEADLINE = 60.0
PAUSE = 10.0
"""Seconds between two looks at what is being made."""
_ID = re.compile(r"[A-Za-z]\w{0,127}", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """`name` is the display name of the index and its endpoint and the id of the deployment;
    `machine` a machine type, "" for the service's own choice; `replicas` the fewest and the most
    machines of a shard. `stand_in` is http://HOST:PORT of a server that needs no credentials.
    """

    project: str
    location: str
    name: str
    dimensions: int
    machine: str = ""
    replicas: tuple[int, int] = (2, 2)
    stand_in: str = ""

    def __post_init__(self) -> None:
        if not self.project or not self.location:
            raise ConfigError(
                "gemini_project and gemini_location say where an index is made, as in "
                "my-project and europe-west4"
            )
        if not _ID.fullmatch(self.name):
            raise ConfigError(
                f"--name {self.name!r}: a letter, then letters, digits or _, at most 128"
            )
        if not 1 <= self.replicas[0] <= self.replicas[1]:
            raise ConfigError("replicas: at least 1, and at most no fewer than at least")

    @property
    def parent(self) -> str:
        return f"projects/{self.project}/locations/{self.location}"


class Step(NamedTuple):
    """`what` is index, endpoint or deployment; `name` the resource's, "" while it is not made."""

    what: str
    name: str
    detail: str

    @property
    def is_needed(self) -> bool:
        return not self.name


class Deployment:
    """One index with its public endpoint, asked and made by the API. To be closed.

    Every method raises ConfigError for what settings or permissions do not allow and for
    resources of that name that are not what is wanted, StoreError when the service fails.
    """

    def __init__(self, wanted: Wanted, *, pause: float | None = None) -> None:
        self._wanted, self._pause = wanted, PAUSE if pause is None else pause
        self._types = service_types()
        self._channel = connect_api(f"{wanted.location}-aiplatform.googleapis.com", wanted.stand_in)
        with _asking(wanted):
            self._indexes = _client(self._types.IndexServiceClient, self._channel)
            self._endpoints = _client(self._types.IndexEndpointServiceClient, self._channel)

    def plan(self) -> list[Step]:
        """What there is and what `apply` would make. Changes nothing."""
        index, endpoint = self._index(), self._endpoint()
        deployed = self._deployed(index, endpoint)
        return [
            Step("index", index.name if index else "", self._index_in_words()),
            Step("endpoint", endpoint.name if endpoint else "", "public"),
            Step("deployment", deployed.id if deployed else "", self._machines_in_words()),
        ]

    def apply(self, progress: Callable[[str], None] = lambda _: None) -> Place:
        """Makes what is missing and waits for it (an index about half an hour, its deployment as
        long); `progress` is told what is waited for. Repeating it makes nothing more.
        """
        index = self._index() or self._make_index(progress)
        endpoint = self._endpoint() or self._make_endpoint(progress)
        deployed = self._deployed(index, endpoint)
        if deployed is None:
            self._deploy(index, endpoint, progress)
            endpoint = self._endpoint() or endpoint
            deployed = self._deployed(index, endpoint)
            if deployed is None:
                raise StoreError(f"{endpoint.name}: the deployment is gone again; look there")
        domain = self._wanted.stand_in or endpoint.public_endpoint_domain_name
        return Place(index.name, endpoint.name, deployed.id, domain)

    def close(self) -> None:
        self._channel.close()

    def _index(self) -> Any | None:
        with _asking(self._wanted):
            found = list(self._indexes.list_indexes(request=self._named(), timeout=_DEADLINE))
        index = self._one("index", found)
        if index is not None:
            self._check(index)
        return index

    def _endpoint(self) -> Any | None:
        with _asking(self._wanted):
            found = self._endpoints.list_index_endpoints(request=self._named(), timeout=_DEADLINE)
            endpoint = self._one("endpoint", list(found))
        if endpoint is not None and not endpoint.public_endpoint_enabled:
            raise ConfigError(
                f"{endpoint.name} is no public endpoint, and searches reach no other; "
                "give another --name"
            )
        return endpoint

    def _deployed(self, index: Any | None, endpoint: Any | None) -> Any | None:
        if index is None or endpoint is None:
            return None
        for deployed in endpoint.deployed_indexes:
            if deployed.index == index.name:
                return deployed
            if deployed.id == self._wanted.name:
                raise ConfigError(
                    f"{endpoint.name} has another index deployed as {deployed.id}: "
                    f"{deployed.index}; give another --name"
                )
        return None

    def _named(self) -> dict[str, str]:
        wanted = self._wanted
        return {"parent": wanted.parent, "filter": f'display_name="{wanted.name}"'}

    def _one(self, what: str, found: Sequence[Any]) -> Any | None:
        if len(found) > 1:
            raise ConfigError(
                f"several of the name {self._wanted.name} are there: "
                f"{', '.join(sorted(one.name for one in found))}; which {what} is meant cannot be "
                "told: give another --name"
            )
        return found[0] if found else None

    def _check(self, index: Any) -> None:
        """Raises ConfigError for an index that would answer otherwise or not at all."""
        types = self._types
        config = dict(dict(index.metadata or {}).get("config") or {})
        stated = {
            "dimensions": (config.get("dimensions"), self._wanted.dimensions),
            "distance": (config.get("distanceMeasureType"), "DOT_PRODUCT_DISTANCE"),
            "updates": (
                types.Index.IndexUpdateMethod(index.index_update_method).name,
                "STREAM_UPDATE",
            ),
        }
        wrong = [f"{k} {held}, not {asked}" for k, (held, asked) in stated.items() if held != asked]
        if wrong:
            raise ConfigError(
                f"{index.name} cannot be used: {'; '.join(wrong)}. An index cannot be changed so: "
                "give another --name"
            )

    def _make_index(self, progress: Callable[[str], None]) -> Any:
        index = self._types.Index(
            display_name=self._wanted.name,
            metadata=metadata(self._wanted.dimensions),
            index_update_method="STREAM_UPDATE",
        )
        with _asking(self._wanted):
            operation = self._indexes.create_index(
                parent=self._wanted.parent, index=index, timeout=_DEADLINE
            )
            return self._waited(operation, "the index", progress)

    def _make_endpoint(self, progress: Callable[[str], None]) -> Any:
        endpoint = self._types.IndexEndpoint(
            display_name=self._wanted.name, public_endpoint_enabled=True
        )
        with _asking(self._wanted):
            operation = self._endpoints.create_index_endpoint(
                parent=self._wanted.parent, index_endpoint=endpoint, timeout=_DEADLINE
            )
            return self._waited(operation, "the endpoint", progress)

    def _deploy(self, index: Any, endpoint: Any, progress: Callable[[str], None]) -> None:
        wanted = self._wanted
        least, most = wanted.replicas
        bounds = {"min_replica_count": least, "max_replica_count": most}
        resources: dict[str, Any] = {"automatic_resources": bounds}
        if wanted.machine:
            machine = {"machine_type": wanted.machine}
            resources = {"dedicated_resources": {"machine_spec": machine, **bounds}}
        deployed = self._types.DeployedIndex(
            {"id": wanted.name, "index": index.name, "display_name": wanted.name, **resources}
        )
        with _asking(wanted):
            operation = self._endpoints.deploy_index(
                index_endpoint=endpoint.name, deployed_index=deployed, timeout=_DEADLINE
            )
            self._waited(operation, "the deployment", progress)

    def _waited(self, operation: Any, what: str, progress: Callable[[str], None]) -> Any:
        began = time.monotonic()
        while not operation.done():
            progress(f"{what} is being made, for {time.monotonic() - began:,.0f} s")
            time.sleep(self._pause)
        return operation.result(timeout=_DEADLINE)

    def _index_in_words(self) -> str:
        return f"{self._wanted.dimensions} dimensions, dot product, updated as a stream"

    def _machines_in_words(self) -> str:
        least, most = self._wanted.replicas
        count = f"{least}" if least == most else f"{least} to {most}"
        return f"{count} x {self._wanted.machine or 'machines of the service’s choice'}"


def metadata(dimensions: int) -> dict[str, Any]:
    """What an index is made with, for vectors of unit length and `dimensions` numbers."""
    return {
        "config": {
            "dimensions": dimensions,
            "approximateNeighborsCount": NEAREST,
            "distanceMeasureType": "DOT_PRODUCT_DISTANCE",
            "featureNormType": "NONE",
            "shardSize": "SHARD_SIZE_MEDIUM",
            "algorithmConfig": {"treeAhConfig": {"leafNodeEmbeddingCount": LEAF}},
        }
    }


def _client(kind: Any, channel: Any) -> Any:
    transport = kind.get_transport_class("grpc")
    return kind(transport=transport(channel=channel))


@contextmanager
def _asking(wanted: Wanted) -> Iterator[None]:
    """What the service says in place of an answer, as errors of ours."""
    from google.api_core import exceptions

    try:
        yield
    except exceptions.AlreadyExists as error:
        raise StoreError(
            f"{wanted.parent}: {wanted.name} is being made by somebody else; run it again when "
            f"that is done: {error.message}",
            retryable=True,
        ) from error
    except (exceptions.Forbidden, exceptions.Unauthorized, exceptions.NotFound) as error:
        raise ConfigError(
            f"{wanted.parent}: {error.message}; check gemini_project, gemini_location and the "
            "role Vertex AI Administrator"
        ) from error
    except exceptions.GoogleAPICallError as error:
        passing = (exceptions.ServerError, exceptions.TooManyRequests, exceptions.Aborted)
        again = isinstance(error, passing)
        raise StoreError(
            f"{wanted.parent}: {type(error).__name__}: {error.message}"
            f"{'; run it again' if again else ''}",
            retryable=again,
        ) from error
