"""A server on 127.0.0.1 that speaks the Gemini API's `generateContent`, well and badly."""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.models.telling import written

MODEL = "gemini-test"


class Reply(NamedTuple):
    """`after` seconds of silence come first; `drip` bytes a tenth of a second, if any."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    after: float = 0.0
    drip: int = 0
    breaks: bool = False


def says(text: str, *, finish: str = "STOP", tokens: tuple[int, int] = (900, 400)) -> Reply:
    """An answer of the model, as the API wraps it."""
    candidate = {
        "content": {"role": "model", "parts": [{"text": text}]},
        "finishReason": finish,
        "index": 0,
    }
    usage = {
        "promptTokenCount": tokens[0],
        "candidatesTokenCount": tokens[1] - 100,
        "thoughtsTokenCount": 100,
        "totalTokenCount": sum(tokens),
    }
    return whole({"candidates": [candidate], "usageMetadata": usage})


def whole(response: Any) -> Reply:
    if isinstance(response, dict):
        response = {"modelVersion": f"{MODEL}-001", "responseId": "r", **response}
    return Reply(body=json.dumps(response).encode())


def refuses(code: int, status: str, *, after: str | None = None, delay: str = "") -> Reply:
    """An error of the API; `after` as header, `delay` as its own RetryInfo."""
    error: dict[str, Any] = {"code": code, "message": f"{status} here", "status": status}
    if delay:
        kind = "type.googleapis.com/google.rpc.RetryInfo"
        error["details"] = [{"@type": kind, "retryDelay": delay}]
    headers = (("retry-after", after),) if after is not None else ()
    return Reply(code, json.dumps({"error": error}).encode(), headers)


GOOD = says(written())
THROTTLED = refuses(429, "RESOURCE_EXHAUSTED")

Script = Callable[[str, int], Reply]


class Gemini:
    """`script(title, n)` is the reply to the n-th call (from 0) about a title."""

    def __init__(self) -> None:
        self.script: Script = lambda _title, _n: GOOD
        self.calls: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self.paths: Counter[str] = Counter()
        self.headers: list[dict[str, str]] = []
        self.paid: Counter[str] = Counter()
        self.at: list[float] = []
        self.url = ""
        self.over = threading.Event()
        self._lock = threading.Lock()

    def reply(self, path: str, headers: dict[str, str], request: dict[str, Any]) -> Reply:
        title = told(request)["title"]
        with self._lock:
            number = len(self.calls[title])
            self.calls[title].append(request)
            self.paths[path] += 1
            self.headers.append(headers)
            self.at.append(time.monotonic())
            found = self.script(title, number)
            self.paid[title] += found.status == 200
            return found

    @property
    def total(self) -> int:
        return sum(map(len, self.calls.values()))


def told(request: dict[str, Any]) -> dict[str, Any]:
    """The facts between the markers of a request."""
    (content,) = request["contents"]
    (part,) = content["parts"]
    _language, begin, facts, end = part["text"].strip().split("\n")
    assert begin.removeprefix("FACTS ") == end.removeprefix("END ")
    found: dict[str, Any] = json.loads(facts)
    return found


@contextmanager
def serving() -> Iterator[Gemini]:
    gemini = Gemini()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            reply = gemini.reply(self.path, dict(self.headers), json.loads(body))
            if gemini.over.wait(reply.after) or reply.breaks:
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
                    if reply.drip and gemini.over.wait(0.1):
                        return
            except OSError:  # the client has hung up
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gemini.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield gemini
    finally:
        gemini.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
