"""A wire between a client and a real server of the same protocol, on which calls go wrong."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.cloud.bigtable_v2.types import MutateRowsRequest, MutateRowsResponse
from google.rpc.status_pb2 import Status

STREAMED = ("ReadRows", "MutateRows", "SampleRowKeys", "RunQuery")


@dataclass(frozen=True)
class Fault:
    """What happens to one call. `code` ends it, before the server hears of it, or `after` the
    server has done it, or `midway`, after the first message of the answer. `rows` are the rows of
    a MutateRows that get this code instead, each on its own. Without a code the call hangs.
    """

    code: grpc.StatusCode | None = grpc.StatusCode.UNAVAILABLE
    after: bool = False
    midway: bool = False
    rows: Callable[[bytes], bool] | None = None


class Wire(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Forwards every call to `server` as it is, but for those with a fault."""

    def __init__(self, server: str) -> None:
        self._channel = grpc.insecure_channel(server)
        self._faults: defaultdict[str, deque[Fault | None]] = defaultdict(deque)
        self.calls: Counter[str] = Counter()
        self.address = ""

    def fail(self, method: str, *faults: Fault | None) -> None:
        """The next calls of a method go wrong, each in its own way; None goes well."""
        self._faults[method].extend(faults)

    def mend(self) -> None:
        self._faults.clear()

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        name = details.method.rpartition("/")[2]
        metadata = [pair for pair in details.invocation_metadata if pair[0].startswith("x-goog")]
        if name in STREAMED:
            forward = self._channel.unary_stream(details.method)
            return grpc.unary_stream_rpc_method_handler(self._streamed(name, forward, metadata))
        forward = self._channel.unary_unary(details.method)
        return grpc.unary_unary_rpc_method_handler(self._single(name, forward, metadata))

    def _fault(self, name: str) -> Fault | None:
        self.calls[name] += 1
        waiting = self._faults[name]
        return waiting.popleft() if waiting else None

    def _single(self, name: str, forward: Any, metadata: Any) -> Any:
        def handle(request: bytes, context: grpc.ServicerContext) -> bytes:
            fault = self._fault(name)
            if fault and not fault.after:
                _end(context, fault)
            answer: bytes = _told(forward, request, metadata, context)
            if fault:
                _end(context, fault)
            return answer

        return handle

    def _streamed(self, name: str, forward: Any, metadata: Any) -> Any:
        def handle(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
            fault = self._fault(name)
            if fault and fault.rows:
                yield _half(request, fault, forward, metadata)
                return
            if fault and not (fault.after or fault.midway):
                _end(context, fault)
            try:
                for message in forward(request, metadata=metadata):
                    if not (fault and fault.after):
                        yield message
                    if fault and fault.midway:
                        _end(context, fault)
            except grpc.RpcError as error:
                context.abort(error.code(), error.details())
            if fault:
                _end(context, fault)

        return handle


def _told(forward: Any, request: bytes, metadata: Any, context: grpc.ServicerContext) -> bytes:
    try:
        answer: bytes = forward(request, metadata=metadata)
    except grpc.RpcError as error:
        context.abort(error.code(), error.details())
    return answer


def _end(context: grpc.ServicerContext, fault: Fault) -> None:
    if fault.code is None:
        while context.is_active():  # until the client gives it up
            pass
        return
    context.abort(fault.code, f"the wire says {fault.code.name}")


def _half(request: bytes, fault: Fault, forward: Any, metadata: Any) -> bytes:
    """Lets the server do the rows without a fault, and answers for the others."""
    asked = MutateRowsRequest.deserialize(request)
    assert fault.rows
    assert fault.code
    good = [n for n, entry in enumerate(asked.entries) if not fault.rows(entry.row_key)]
    bad = [n for n in range(len(asked.entries)) if n not in good]
    done = []
    if good:
        entries = asked.entries
        asked.entries = [entries[n] for n in good]
        for message in forward(MutateRowsRequest.serialize(asked), metadata=metadata):
            for one in MutateRowsResponse.deserialize(message).entries:
                done.append(MutateRowsResponse.Entry(index=good[one.index], status=one.status))
    status = Status(code=fault.code.value[0], message=f"the wire says {fault.code.name}")
    done += [MutateRowsResponse.Entry(index=n, status=status) for n in bad]
    return bytes(MutateRowsResponse.serialize(MutateRowsResponse(entries=done)))


@contextmanager
def wire(server: str, made: type[Wire] = Wire) -> Iterator[Wire]:
    """A wire to a server at an address, for as long as it is needed."""
    handler = made(server)
    pool = ThreadPoolExecutor(16)
    listening = grpc.server(pool, options=[("grpc.max_receive_message_length", -1)])
    listening.add_generic_rpc_handlers((handler,))
    handler.address = f"127.0.0.1:{listening.add_insecure_port('127.0.0.1:0')}"
    listening.start()
    try:
        yield handler
    finally:
        handler.mend()
        listening.stop(0).wait()
        pool.shutdown()
        handler._channel.close()
