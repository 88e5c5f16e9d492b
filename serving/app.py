"""The Flask application: the routes of `serving.routes` over one catalogue."""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from time import time_ns
from typing import Any

from flask import Flask

from serving import refusals
from serving.adapt import view
from serving.catalogue import Catalogue
from serving.finder import Finder
from serving.handlers import Context
from serving.refusals import REQUEST_ID
from serving.routes import ROUTES
from ummid.search.choose import Chosen, offline
from ummid.stores.cache import Cache
from ummid.stores.lmdb_table import LmdbTable

_SAFE_ID = re.compile(r"[A-Za-z0-9._~:/+=@-]{1,128}")
_PARAMETER = re.compile(r"\{(\w+)(\*?)\}")
_ON_EVERY_ANSWER = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Link, X-Request-ID"),
)


class Api(Flask):
    """Flask, with an id and the security headers on every answer, errors included."""

    def wsgi_app(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked: str | None = environ.get("HTTP_X_REQUEST_ID")
        request_id = asked if asked and _SAFE_ID.fullmatch(asked) else os.urandom(8).hex()
        environ[REQUEST_ID] = request_id

        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            headers += _ON_EVERY_ANSWER
            headers.append(("X-Request-ID", request_id))
            return start_response(status, headers, *failure)

        answer: Iterable[bytes] = super().wsgi_app(environ, start)
        return answer


def create_app(
    store: Path | LmdbTable,
    *,
    clock: Callable[[], int] | None = None,
    cache: Cache | None = None,
    means: Chosen | None = None,
) -> Api:
    """The API over a store: a folder, opened read only when first read, or an open table.

    `clock` gives the present in epoch ms. `cache` is what searches are remembered in; one in
    this process unless told otherwise. `means` says who embeds and where vectors are searched:
    here and offline unless told otherwise.
    """
    app = Api("serving", static_folder=None, template_folder=None)
    app.url_map.merge_slashes = False
    catalogue = Catalogue(store)
    finder = Finder(catalogue, means or offline(), cache)
    now = clock or (lambda: time_ns() // 1_000_000)
    for route in ROUTES:
        context = Context(catalogue, finder, now, route.cache, route.cache.header())
        app.add_url_rule(_rule(route.path), route.name, view(route, context), methods=["GET"])
    refusals.register(app)
    return app


def _rule(path: str) -> str:
    """A declared path in the notation of Flask."""
    return _PARAMETER.sub(lambda m: f"<path:{m[1]}>" if m[2] else f"<{m[1]}>", path)
