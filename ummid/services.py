"""Servers that the tests start and the cloud adapters speak to, as far as this machine has them."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SDK = Path("/usr/lib/google-cloud-sdk/platform")
BIGTABLE, PUBSUB, FIRESTORE = "Bigtable emulator", "Pub/Sub emulator", "Firestore emulator"
_EMULATORS = {
    BIGTABLE: ("bigtable-emulator/cbtemulator", "BIGTABLE_EMULATOR_HOST"),
    FIRESTORE: (
        "cloud-firestore-emulator/cloud-firestore-emulator.jar",
        "FIRESTORE_EMULATOR_HOST",
    ),
    PUBSUB: ("pubsub-emulator/lib/cloud-pubsub-emulator-*.jar", "PUBSUB_EMULATOR_HOST"),
}
_SERVERS = {"Redis": "redis-server", "PostgreSQL": "postgres"}
_POSTGRES = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Service:
    """`program` is what starts it, None where it is not installed; `address` where one runs that
    the environment names by `variable`.
    """

    name: str
    program: Path | None
    variable: str = ""
    address: str = ""

    @property
    def detail(self) -> str:
        if self.address:
            return f"in use at {self.address} ({self.variable})"
        if self.program:
            return f"{self.program}, not running"
        return "not installed; only tests of its adapter use it"

    @property
    def is_there(self) -> bool:
        return bool(self.address or self.program)


def services() -> Iterator[Service]:
    """Every server that some adapter can be tested with."""
    for name, (relative, variable) in _EMULATORS.items():
        found = next((path for root in _roots() for path in root.glob(relative)), None)
        if found and found.suffix == ".jar" and shutil.which("java") is None:
            found = None
        yield Service(name, found, variable, os.environ.get(variable, ""))
    for name, command in _SERVERS.items():
        yield Service(name, _program(command))


def service(name: str) -> Service:
    return next(one for one in services() if one.name == name)


def _roots() -> Iterator[Path]:
    gcloud = shutil.which("gcloud")
    if gcloud:
        yield Path(gcloud).resolve().parents[1] / "platform"
    yield _SDK


def _program(command: str) -> Path | None:
    found = shutil.which(command)
    if found:
        return Path(found)
    beside = sorted(_POSTGRES.glob(f"*/bin/{command}"))  # Debian keeps it off the PATH
    return beside[-1] if beside else None
