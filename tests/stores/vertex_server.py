"""Vertex AI Vector Search on 127.0.0.1, by gRPC and the service's own messages.

Keeps what is sent, filters as documented (namespaces all, tokens any, denied tokens none, an item
without a namespace out where tokens of it are allowed), and refuses what is documented as too
much. Looks at everything, so that answers are exact; of equal ones it prefers the larger id, as a
service may that knows no order of ids.
"""

import os
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent import futures
from typing import Any

import grpc
import numpy as np
from google.cloud import aiplatform_v1 as v1

_PORT = "UMMID_TEST_VERTEX_PORT"
_API, _ENDPOINT = (f"google.cloud.aiplatform.v1.{n}Service" for n in ("Index", "Match"))
_MOST_READ, _MOST_NEIGHBOURS = 1_000, 1_000
_LARGEST = 10 << 20
_SERVERS: list[Any] = []

Point = Any
Fault = grpc.StatusCode | float | None
Script = Callable[[str, int], Fault | tuple[str, grpc.StatusCode]]


class Vertex:
    """`script(method, n)` may spoil the n-th call (from 0) of a method: a status in its place,
    seconds of silence, or ("half" or "all", status): so much is applied, and then it fails.
    `distance` is what an answer says of a dot product; `refuses` spoils a request for one of its
    datapoints.
    """

    def __init__(self) -> None:
        self.indexes: defaultdict[str, dict[str, Point]] = defaultdict(dict)
        self.script: Script = lambda _method, _n: None
        self.calls: Counter[str] = Counter()
        self.sizes: list[int] = []
        self.masks: list[list[str]] = []
        self.metadata: list[dict[str, str]] = []
        self.distance: Callable[[float], float] = lambda product: product
        self.refuses: Callable[[Point], bool] = lambda _: False
        self.over = threading.Event()
        self.port = 0
        self._lock = threading.RLock()

    def upsert(self, request: Any, context: Any) -> Any:
        share = self._spoilt("UpsertDatapoints", context)
        only = list(request.update_mask.paths)
        self.sizes.append(len(request.datapoints))
        self.masks.append(only)
        if only not in ([], ["all_restricts"]):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"update_mask {only}")
        with self._lock:
            index = self.indexes[request.index]
            sizes = {len(p.feature_vector) for p in index.values()}
            if any(self.refuses(point) for point in request.datapoints):
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a datapoint is not taken")
            for point in request.datapoints[: self._part(share, request.datapoints)]:
                self._check(point, sizes, only, context)
                if not only:
                    index[point.datapoint_id] = _copy(point)
                elif point.datapoint_id in index:
                    there = index[point.datapoint_id]
                    del there.restricts[:], there.numeric_restricts[:]
                    there.restricts.extend(point.restricts)
                    there.numeric_restricts.extend(point.numeric_restricts)
        self._failed(share, context)
        return v1.UpsertDatapointsResponse.pb()()

    def remove(self, request: Any, context: Any) -> Any:
        share = self._spoilt("RemoveDatapoints", context)
        with self._lock:
            for name in request.datapoint_ids[: self._part(share, request.datapoint_ids)]:
                self.indexes[request.index].pop(name, None)
        self._failed(share, context)
        return v1.RemoveDatapointsResponse.pb()()

    def read(self, request: Any, context: Any) -> Any:
        self._spoilt("ReadIndexDatapoints", context)
        if len(request.ids) > _MOST_READ:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "at most 1000 ids")
        with self._lock:
            index = self.indexes[request.deployed_index_id]
            found = [_copy(index[name]) for name in request.ids if name in index]
        return v1.ReadIndexDatapointsResponse.pb()(datapoints=found)

    def find(self, request: Any, context: Any) -> Any:
        self._spoilt("FindNeighbors", context)
        response = v1.FindNeighborsResponse.pb()()
        for query in request.queries:
            if not 0 < query.neighbor_count <= _MOST_NEIGHBOURS:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, "neighbor_count")
            with self._lock:
                points = [*self.indexes[request.deployed_index_id].values()]
            nearest = response.nearest_neighbors.add(id=query.datapoint.datapoint_id)
            for score, point in _nearest(points, query):
                whole = _copy(point)
                if not request.return_full_datapoint:
                    whole = v1.IndexDatapoint.pb()(datapoint_id=point.datapoint_id)
                nearest.neighbors.add(datapoint=whole, distance=self.distance(score))
        return response

    def _check(self, point: Point, sizes: set[int], only: list[str], context: Any) -> None:
        size = len(point.feature_vector)
        if not only and (not size or sizes - {size}):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{size} dimensions, not {sizes}")
        if not point.datapoint_id or any(n.op for n in point.numeric_restricts):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "no id, or an operator")

    def _spoilt(self, method: str, context: Any) -> Any:
        with self._lock:
            number = self.calls[method]
            self.calls[method] += 1
            self.metadata.append(dict(context.invocation_metadata()))
        fault = self.script(method, number)
        if isinstance(fault, float):
            self.over.wait(fault)
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "too late")
        if isinstance(fault, grpc.StatusCode):
            context.abort(fault, f"{fault.name} here")
        return fault

    def _part(self, share: Any, of: Any) -> int:
        return len(of) // 2 if share and share[0] == "half" else len(of)

    def _failed(self, share: Any, context: Any) -> None:
        if share:
            context.abort(share[1], "after it was applied")


def _copy(point: Point) -> Point:
    return v1.IndexDatapoint.pb().FromString(point.SerializeToString())


def _nearest(points: list[Point], query: Any) -> list[tuple[float, Point]]:
    asked = np.array(query.datapoint.feature_vector)
    most = query.per_crowding_attribute_neighbor_count
    ordered = sorted(
        (float(asked @ np.array(p.feature_vector)), p.datapoint_id, p)
        for p in points
        if _passes(p, query.datapoint)
    )
    ordered.reverse()
    if most:  # which of the equal ones in a crowd is given is nobody's promise: here, the first
        ordered.sort(key=lambda each: (-round(each[0], 6), each[1]))
    seen: Counter[str] = Counter()
    found = []
    for score, _, point in ordered:
        crowd = point.crowding_tag.crowding_attribute
        seen[crowd] += 1
        if not most or seen[crowd] <= most:
            found.append((score, point))
    return found[: query.neighbor_count]


def _passes(point: Point, asked: Point) -> bool:
    for each in asked.restricts:
        held = {t for r in point.restricts if r.namespace == each.namespace for t in r.allow_list}
        if each.allow_list and not held & set(each.allow_list):
            return False
        if held & set(each.deny_list):
            return False
    for each in asked.numeric_restricts:
        values = [n.value_int for n in point.numeric_restricts if n.namespace == each.namespace]
        operator = v1.IndexDatapoint.NumericRestriction.Operator(each.op).name
        if not values or not _OPERATORS[operator](values[0], each.value_int):
            return False
    return True


_OPERATORS: dict[str, Callable[[int, int], bool]] = {
    "GREATER_EQUAL": lambda held, asked: held >= asked,
    "LESS_EQUAL": lambda held, asked: held <= asked,
}


def start(vertex: Vertex) -> tuple[Any, int]:
    """A running server and its port, which the service knows as well."""
    options = [("grpc.max_receive_message_length", _LARGEST), ("grpc.so_reuseport", 0)]
    server = grpc.server(futures.ThreadPoolExecutor(8), options=options)
    methods = {
        _API: {"UpsertDatapoints": vertex.upsert, "RemoveDatapoints": vertex.remove},
        _ENDPOINT: {"ReadIndexDatapoints": vertex.read, "FindNeighbors": vertex.find},
    }
    for service, handlers in methods.items():
        server.add_generic_rpc_handlers(
            (
                grpc.method_handlers_generic_handler(
                    service,
                    {
                        name: grpc.unary_unary_rpc_method_handler(
                            handler,
                            request_deserializer=getattr(v1, f"{name}Request").pb().FromString,
                            response_serializer=getattr(v1, f"{name}Response")
                            .pb()
                            .SerializeToString,
                        )
                        for name, handler in handlers.items()
                    },
                ),
            )
        )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    vertex.port = port
    return server, port


def shared_port() -> int:
    """Of the one server of this process and of those that it starts."""
    if _PORT not in os.environ:
        server, port = start(Vertex())
        _SERVERS.append(server)
        os.environ[_PORT] = str(port)
    return int(os.environ[_PORT])
