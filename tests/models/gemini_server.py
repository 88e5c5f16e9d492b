"""A server on 127.0.0.1 that speaks the Gemini API's `generateContent`, well and badly."""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests.models.telling import written
from tests.models.wire import Reply, refuses, served

MODEL = "gemini-test"


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


def serving() -> AbstractContextManager[Gemini]:
    return served(Gemini())
