"""Answers: bytes and headers made once, sent without further handling."""

import hashlib
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from flask import Response
from msgspec import Struct

JSON = "application/json"
_encode = msgspec.json.Encoder().encode
_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Cache(Struct, frozen=True):
    """For how long an answer may be kept, in seconds: by a browser (`age`), by a shared cache
    (`shared`), and past that while it is fetched anew (`stale`) or cannot be (`broken`)."""

    age: int
    shared: int = 0
    stale: int = 0
    broken: int = 0

    def header(self, bound: int | None = None) -> str:
        """`Cache-Control`. `bound` is after how many seconds the answer may be wrong."""
        if not self.age:
            return "no-store"
        if bound is not None:
            return f"public, max-age={min(self.age, bound)}, s-maxage={min(self.shared, bound)}"
        parts = ["public", f"max-age={self.age}"]
        for name, seconds in (
            ("s-maxage", self.shared),
            ("stale-while-revalidate", self.stale),
            ("stale-if-error", self.broken),
        ):
            if seconds:
                parts.append(f"{name}={seconds}")
        return ", ".join(parts)


class Answer(Response):
    """A whole body with its final headers.

    Called by the WSGI server it gives both as they are: none of the header handling of
    `Response`, and a list, which granian sends in one piece.
    """

    def __init__(
        self, body: bytes, headers: list[tuple[str, str]], status: int = 200, etag: str = ""
    ) -> None:
        self.body = body
        self.sent = headers
        self.line = _STATUS_LINES[status]
        self.etag = etag

    def __call__(self, environ: Mapping[str, Any], start_response: Any) -> Iterable[bytes]:
        headers, etag = self.sent, self.etag
        if etag:
            headers.append(("ETag", etag))
            wanted = environ.get("HTTP_IF_NONE_MATCH")
            if wanted is not None and matches(wanted, etag):
                kept = [h for h in headers if h[0] not in ("Content-Type", "Content-Length")]
                start_response("304 NOT MODIFIED", kept)
                return []
        headers.append(("Content-Length", str(len(self.body))))
        start_response(self.line, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


def matches(wanted: str, etag: str) -> bool:
    """Whether `If-None-Match` names the tag (weak comparison, RFC 9110 section 13.1.2)."""
    if wanted == etag:
        return True
    tags = (tag.strip().removeprefix("W/") for tag in wanted.split(","))
    return wanted.strip() == "*" or etag in tags


Content = TypeVar("Content", bound=Struct)


def as_json(
    content: Struct, cache_control: str, *more: tuple[str, str], status: int = 200
) -> Answer:
    """A struct as JSON. What may be cached has a strong ETag over its bytes."""
    body = _encode(content)
    headers = [("Content-Type", JSON), ("Cache-Control", cache_control), *more]
    etag = "" if cache_control == "no-store" else f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Answer(body, headers, status, etag)
