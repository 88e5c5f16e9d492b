"""`ummid serve`: the API under granian, several processes over one embedded store."""

import os
import socket
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from ummid.errors import ConfigError
from ummid.opening import absolute, check
from ummid.settings import Settings
from ummid.stores.cache import open_cache

_TARGET = "serving.wsgi:app"
_DRAIN_SECONDS = 10


@click.command()
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer.")
@click.pass_obj
def serve(
    settings: Settings | None,
    store: Path | None,
    host: str | None,
    port: int | None,
    workers: int | None,
) -> None:
    """Serve the API over a store, also while an ingest writes to it.

    Stops on SIGTERM or SIGINT when the requests under way are answered.
    """
    known = settings or Settings()
    folder = store or known.store
    check(folder)  # says now, once, what each worker would find
    open_cache(known.get("cache")).close()
    os.environ["UMMID_STORE"] = str(absolute(folder))
    run(
        _TARGET,
        host or known.get("host"),
        port or _number(known, "port"),
        workers or _number(known, "workers"),
    )


def _number(settings: Settings, name: str) -> int:
    setting = settings.setting(name)
    try:
        return int(setting.value)
    except ValueError as error:
        raise ConfigError(
            f"{name} is {setting.value!r} ({setting.origin}); it takes a whole number"
        ) from error


def run(target: str, host: str, port: int, workers: int) -> None:
    """Serves a WSGI application (`module:name`) until a signal ends it.

    One thread a worker: a request holds the interpreter nearly all of its time, and more
    threads only contend for it. Raises ConfigError for an address that cannot be used.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces

    _check_address(host, port)
    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=workers,
        blocking_threads=1,
        workers_kill_timeout=_DRAIN_SECONDS,
    ).serve(target_loader=_load)


def _check_address(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {host}, port {port}: {error.strerror or error}; "
            "use another --host or --port"
        ) from error


def _load(target: str) -> Any:
    """Imports the application in the worker: a store is never opened before a fork."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)
