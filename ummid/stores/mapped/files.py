"""The files of an index: which of them count, replaced atomically."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

import msgspec
from msgspec import Struct

from ummid.errors import StoreError

_NAME, _LOCK = "manifest.json", "writer.lock"


class Part(Struct, frozen=True):
    """A segment, and the file that says which of its rows are no more."""

    name: str
    dead: str | None = None


class Manifest(Struct, frozen=True):
    """`serial` numbers every file that was ever begun, so that no name comes twice."""

    dimensions: int
    serial: int
    journal: str
    segments: tuple[Part, ...] = ()
    removed: str | None = None

    def files(self) -> set[str]:
        """Every file that counts."""
        parts = [(p.name + PACK, p.name + CODES, p.dead) for p in self.segments]
        named = {_NAME, _LOCK, self.journal, self.removed, *(f for part in parts for f in part)}
        return {name for name in named if name}


PACK, CODES = ".pack", ".codes"


def read_manifest(folder: Path) -> Manifest | None:
    try:
        content = (folder / _NAME).read_bytes()
    except FileNotFoundError:
        return None
    try:
        return msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise StoreError(f"{folder / _NAME} cannot be read ({error}); rebuild the index") from error


def manifest_path(folder: Path) -> str:
    """For `manifest_stamp`; a text, since making a path costs more than looking at the file."""
    return str(folder / _NAME)


def manifest_stamp(manifest: str) -> tuple[int, int]:
    """Changes whenever the manifest is replaced."""
    status = os.stat(manifest)  # noqa: PTH116
    return status.st_ino, status.st_mtime_ns


def write_manifest(folder: Path, manifest: Manifest) -> None:
    write_synced(folder / (_NAME + ".new"), msgspec.json.encode(manifest))
    (folder / (_NAME + ".new")).replace(folder / _NAME)
    sync_folder(folder)


def sweep(folder: Path, manifest: Manifest) -> None:
    """Removes what no longer counts; whoever has it open keeps it until it is closed."""
    kept = manifest.files()
    for file in folder.iterdir():
        if file.name not in kept:
            file.unlink(missing_ok=True)


def write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """One writer among all processes; released when its process ends, however it ends."""
    with (folder / _LOCK).open("ab") as file:
        flock(file, LOCK_EX)
        yield
