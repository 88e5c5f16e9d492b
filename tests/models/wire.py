"""A server on 127.0.0.1 that speaks Google's JSON over HTTP, well and badly."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Protocol, TypeVar


class Reply(NamedTuple):
    """`after` seconds of silence come first; `drip` bytes a tenth of a second, if any."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    after: float = 0.0
    drip: int = 0
    breaks: bool = False


def refuses(code: int, status: str, *, after: str | None = None, delay: str = "") -> Reply:
    """An error of the API; `after` as header, `delay` as its own RetryInfo."""
    error: dict[str, Any] = {"code": code, "message": f"{status} here", "status": status}
    if delay:
        kind = "type.googleapis.com/google.rpc.RetryInfo"
        error["details"] = [{"@type": kind, "retryDelay": delay}]
    headers = (("retry-after", after),) if after is not None else ()
    return Reply(code, json.dumps({"error": error}).encode(), headers)


class Service(Protocol):
    """Who answers. `url` is set when it is served, `over` when no more."""

    url: str
    over: threading.Event

    def reply(self, path: str, headers: dict[str, str], request: dict[str, Any]) -> Reply: ...


Served = TypeVar("Served", bound=Service)


@contextmanager
def served(service: Served) -> Iterator[Served]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            reply = service.reply(self.path, dict(self.headers), json.loads(body))
            if service.over.wait(reply.after) or reply.breaks:
                self.close_connection = True
                return
            try:
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                step = reply.drip or len(reply.body) or 1
                for start in range(0, len(reply.body), step):
                    self.wfile.write(reply.body[start : start + step])
                    if reply.drip and service.over.wait(0.1):
                        return
            except OSError:  # the client has hung up
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        service.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
