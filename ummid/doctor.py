"""`ummid doctor`: what this machine has of what the project can use."""

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ummid import opening
from ummid.errors import StoreError, UmmidError
from ummid.services import services
from ummid.settings import Settings
from ummid.stores.bigtable.place import is_bigtable, parse
from ummid.stores.lmdb_table import LmdbTable

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "firefox")


@dataclass(frozen=True)
class Finding:
    """`needed`: without it the main job does not run; the rest is for the cloud or the tests."""

    what: str
    ok: bool
    detail: str
    needed: bool = False


def examine(settings: Settings) -> Iterator[Finding]:
    """What is there and what is missing, with what to do about it."""
    yield _python()
    yield from _packages()
    yield _store(settings.store)
    yield _disk(opening.beside(settings.store))
    yield from _services()
    yield _browser()
    yield _credentials()


def _python() -> Finding:
    version = platform.python_version()
    return Finding(
        "Python", sys.version_info >= (3, 11), f"{version} (3.11 or newer is needed)", needed=True
    )


def _packages() -> Iterator[Finding]:
    for module, purpose in (
        ("apache_beam", "runs the pipelines"),
        ("lmdb", "the embedded store"),
        ("flask", "the API"),
        ("granian", "serves the API"),
    ):
        there = importlib.util.find_spec(module) is not None
        hint = purpose if there else f"{purpose}; `make setup` installs it"
        yield Finding(f"package {module}", there, hint, needed=True)
    there = importlib.util.find_spec("apitools") is not None
    uses = "gs:// paths and stores in the cloud"
    hint = f"for {uses}" if there else f"needed only for {uses}: pip install '.[gcp]'"
    yield Finding("Google Cloud packages", there, hint)


def _store(store: Path) -> Finding:
    if is_bigtable(store):
        return _cloud_store(store)
    if not (store / "data.mdb").exists():
        return Finding("store", False, f"none yet in {store}; `ummid ingest` makes it")
    try:
        LmdbTable(store, readonly=True).close()
    except StoreError as error:
        return Finding("store", False, str(error), needed=True)
    size = (store / "data.mdb").stat().st_size
    return Finding("store", True, f"{store}, {size / 1e6:,.0f} MB")


def _cloud_store(store: Path) -> Finding:
    try:
        opening.open_table(store, readonly=True).close()
    except UmmidError as error:
        return Finding("store", False, str(error), needed=True)
    return Finding("store", True, f"{parse(store)} answers")


def _disk(store: Path) -> Finding:
    nearest = next(p for p in (store.resolve(), *store.resolve().parents) if p.exists())
    free = shutil.disk_usage(nearest).free
    detail = f"{free / 1e9:,.1f} GB free for the store (2 GB are needed)"
    return Finding("disk", free > 2e9, detail, needed=True)


def _services() -> Iterator[Finding]:
    for found in services():
        yield Finding(found.name, found.is_there, found.detail)


def _browser() -> Finding:
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    detail = found or "none found; only tests of the web page use one"
    return Finding("browser", found is not None, detail)


def _credentials() -> Finding:
    named = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    default = Path.home() / ".config/gcloud/application_default_credentials.json"
    if named:
        there = Path(named).is_file()
        detail = named if there else f"GOOGLE_APPLICATION_CREDENTIALS names {named}: no such file"
        return Finding("Google Cloud credentials", there, detail)
    detail = str(default) if default.is_file() else "none; nothing on one machine needs them"
    return Finding("Google Cloud credentials", default.is_file(), detail)
