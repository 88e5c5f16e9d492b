"""The part of Google Cloud that a template's launcher speaks to, on 127.0.0.1: the metadata server
that gives it a token, buckets (JSON API), and the creation of a Dataflow job.

Only what the clients ask for here; whatever else is asked is not found, and said in `unknown`.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import google_crc32c

TOKEN = "a-token-of-this-machine"
_OBJECTS = "/storage/v1/b/"


@dataclass
class Cloud:
    """`objects` by gs:// path; `jobs` as they were created; `tokens` that requests carried."""

    address: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Of a process that runs in it."""
        return {
            "GCE_METADATA_HOST": self.address,
            "GCE_METADATA_IP": self.address,
            "STORAGE_EMULATOR_HOST": f"http://{self.address}",
        }

    def staged(self, name: str) -> bytes:
        """The one object of that name, wherever it lies."""
        (found,) = (data for path, data in self.objects.items() if path.endswith(f"/{name}"))
        return found


@contextmanager
def cloud() -> Iterator[Cloud]:
    one = Cloud()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(one))
    one.address = f"127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(cloud: Cloud) -> type[BaseHTTPRequestHandler]:
    uploads: dict[str, tuple[str, bytearray]] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path, asked = parts.path, parse_qs(parts.query)
            if "Metadata-Flavor" in self.headers:
                return self._metadata(path)
            self._noted()
            bucket, _, name = path.partition(_OBJECTS)[2].partition("/o")
            if not bucket:
                return self._not_found()
            if not name:
                whole = "/o" in path
                return self._json(_listed(bucket, asked) if whole else {"name": bucket})
            return self._object(f"gs://{bucket}/{unquote(name[1:])}", asked)

        def do_POST(self) -> None:
            self._noted()
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if parts.path.startswith("/v1b3/") and parts.path.endswith("/jobs"):
                cloud.jobs.append(json.loads(body))
                return self._json({**cloud.jobs[-1], "id": "job-1"})
            bucket = parts.path.partition(f"/upload{_OBJECTS}")[2].removesuffix("/o")
            if not bucket or parse_qs(parts.query)["uploadType"] != ["resumable"]:
                return self._not_found()
            named = parse_qs(parts.query).get("name") or [json.loads(body)["name"]]
            uploads[str(len(uploads))] = f"gs://{bucket}/{named[0]}", bytearray()
            where = f"http://{cloud.address}/upload?id={len(uploads) - 1}"
            return self._say(200, b"{}", {"Location": where})

        def do_PUT(self) -> None:
            path, data = uploads[parse_qs(urlsplit(self.path).query)["id"][0]]
            data += self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers["Content-Range"].endswith("/*"):
                return self._say(308, b"", {"Range": f"bytes=0-{len(data) - 1}"})
            cloud.objects[path] = bytes(data)
            return self._json(_described(path))

        def _metadata(self, path: str) -> None:
            texts = {"project-id": "project", "universe-domain": "googleapis.com"}
            text, kind = texts.get(path.rpartition("/")[2], ""), "application/text"
            if not text:
                said = {"access_token": TOKEN, "expires_in": 3600, "email": "launcher@project"}
                text, kind = json.dumps({**said, "scopes": []}), "application/json"
            self._say(200, text.encode(), {"Metadata-Flavor": "Google", "Content-Type": kind})

        def _object(self, path: str, asked: dict[str, list[str]]) -> None:
            if path not in cloud.objects:
                return self._say(404, b'{"error": {"code": 404, "message": "no such object"}}')
            if asked.get("alt") != ["media"]:
                return self._json(_described(path))
            data, span = cloud.objects[path], self.headers.get("Range", "")
            if not span:
                return self._say(200, data)
            first, _, last = span.removeprefix("bytes=").partition("-")
            part = data[int(first) : int(last) + 1 if last else None]
            if not part:
                return self._say(416, b"")
            ends = f"bytes {first}-{int(first) + len(part) - 1}/{len(data)}"
            return self._say(206, part, {"Content-Range": ends})

        def _noted(self) -> None:
            cloud.tokens.add(self.headers.get("Authorization", ""))

        def _not_found(self) -> None:
            cloud.unknown.append(f"{self.command} {self.path}")
            self._say(404, b"{}")

        def _json(self, said: object) -> None:
            self._say(200, json.dumps(said).encode(), {"Content-Type": "application/json"})

        def _say(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    def _listed(bucket: str, asked: dict[str, list[str]]) -> dict[str, object]:
        begin = f"gs://{bucket}/{asked.get('prefix', [''])[0]}"
        return {"items": [_described(p) for p in sorted(cloud.objects) if p.startswith(begin)]}

    def _described(path: str) -> dict[str, object]:
        bucket, _, name = path.removeprefix("gs://").partition("/")
        return {
            "bucket": bucket,
            "name": name,
            "size": str(len(cloud.objects[path])),
            "updated": "2025-01-01T00:00:00.000Z",
            "generation": "1",
            "crc32c": b64encode(google_crc32c.Checksum(cloud.objects[path]).digest()).decode(),
        }

    return Handler
