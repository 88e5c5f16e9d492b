"""The administration of Vertex AI Vector Search on 127.0.0.1, by gRPC and the service's messages.

Makes indexes, endpoints and deployments by long-running operations, of which each takes as many
polls as `polls` says.
"""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent import futures
from typing import Any

import grpc
from google.cloud import aiplatform_v1 as v1
from google.longrunning import operations_pb2
from google.protobuf.json_format import MessageToDict

_SERVICE = "google.cloud.aiplatform.v1."

Fault = grpc.StatusCode | None


class VertexAdmin:
    """`script(method, n)` puts a status in place of the answer to the n-th call (from 0) of a
    method; `failing` is the text with which operations end, "" for well.
    """

    def __init__(self) -> None:
        self.indexes: dict[str, Any] = {}
        self.endpoints: dict[str, Any] = {}
        self.calls: Counter[str] = Counter()
        self.script: Callable[[str, int], Fault] = lambda _method, _n: None
        self.polls = 2
        self.failing = ""
        self.port = 0
        self._waiting: dict[str, tuple[int, Any, Callable[[], None]]] = {}
        self._lock = threading.RLock()

    def list_indexes(self, request: Any, _: Any) -> Any:
        found = [i for i in self.indexes.values() if self._asked(request, i)]
        return v1.ListIndexesResponse.pb()(indexes=found)

    def list_endpoints(self, request: Any, _: Any) -> Any:
        found = [e for e in self.endpoints.values() if self._asked(request, e)]
        return v1.ListIndexEndpointsResponse.pb()(index_endpoints=found)

    def create_index(self, request: Any, context: Any) -> Any:
        index = request.index
        config = MessageToDict(index.metadata).get("config", {})
        if not index.display_name or not config.get("dimensions"):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "display_name and dimensions")
        index.name = f"{request.parent}/indexes/{len(self.indexes) + 1}"
        return self._operation(index, lambda: self.indexes.update({index.name: index}))

    def create_endpoint(self, request: Any, _: Any) -> Any:
        endpoint = request.index_endpoint
        number = len(self.endpoints) + 1
        endpoint.name = f"{request.parent}/indexEndpoints/{number}"
        if endpoint.public_endpoint_enabled:
            endpoint.public_endpoint_domain_name = f"{number}.vdb.example"
        return self._operation(endpoint, lambda: self.endpoints.update({endpoint.name: endpoint}))

    def deploy(self, request: Any, context: Any) -> Any:
        endpoint, deployed = self.endpoints[request.index_endpoint], request.deployed_index
        if deployed.id in [each.id for each in endpoint.deployed_indexes]:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, f"{deployed.id} is deployed")
        if deployed.index not in self.indexes:
            context.abort(grpc.StatusCode.NOT_FOUND, deployed.index)
        answer = v1.DeployIndexResponse.pb()(deployed_index=deployed)
        return self._operation(answer, lambda: endpoint.deployed_indexes.append(deployed))

    def get_operation(self, request: Any, _: Any) -> Any:
        left, answer, done = self._waiting[request.name]
        operation = operations_pb2.Operation(name=request.name)
        if left:
            self._waiting[request.name] = left - 1, answer, done
        elif self.failing:
            operation.done = True
            operation.error.code = grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
            operation.error.message = self.failing
        else:
            done()
            operation.done = True
            operation.response.Pack(answer)
        return operation

    def _asked(self, request: Any, one: Any) -> bool:
        return bool(
            one.name.startswith(f"{request.parent}/")
            and request.filter == f'display_name="{one.display_name}"'
        )

    def _operation(self, answer: Any, done: Callable[[], None]) -> Any:
        name = f"operations/{len(self._waiting)}"
        self._waiting[name] = self.polls, answer, done
        return operations_pb2.Operation(name=name)

    def spoilt(self, method: str, handler: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def handle(request: Any, context: Any) -> Any:
            with self._lock:
                number = self.calls[method]
                self.calls[method] += 1
                fault = self.script(method, number)
                if fault is not None:
                    context.abort(fault, f"{fault.name} here")
                return handler(request, context)

        return handle


def start(admin: VertexAdmin) -> Any:
    """A running server, whose port `admin` knows."""
    server = grpc.server(futures.ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
    operation = operations_pb2.Operation
    methods: dict[str, dict[str, tuple[Any, Any, Any]]] = {
        f"{_SERVICE}IndexService": {
            "ListIndexes": (admin.list_indexes, *_messages("ListIndexes")),
            "CreateIndex": (admin.create_index, v1.CreateIndexRequest.pb(), operation),
        },
        f"{_SERVICE}IndexEndpointService": {
            "ListIndexEndpoints": (admin.list_endpoints, *_messages("ListIndexEndpoints")),
            "CreateIndexEndpoint": (
                admin.create_endpoint,
                v1.CreateIndexEndpointRequest.pb(),
                operation,
            ),
            "DeployIndex": (admin.deploy, v1.DeployIndexRequest.pb(), operation),
        },
        "google.longrunning.Operations": {
            "GetOperation": (admin.get_operation, operations_pb2.GetOperationRequest, operation),
        },
    }
    for service, handlers in methods.items():
        made = {
            name: grpc.unary_unary_rpc_method_handler(
                admin.spoilt(name, handler),
                request_deserializer=request.FromString,
                response_serializer=response.SerializeToString,
            )
            for name, (handler, request, response) in handlers.items()
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, made),))
    admin.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server


def _messages(method: str) -> tuple[Any, Any]:
    return getattr(v1, f"{method}Request").pb(), getattr(v1, f"{method}Response").pb()
