"""The raw archive: the original bytes of what was ingested, and a manifest of every run.

    blobs/ab/abcd…       original bytes, named by their SHA-256; `.zst` where compressing pays
    pending/RUN/….json   sources of a run that has not ended: a crash leaves them
    runs/RUN.parquet     manifest of a run that has, one row per delivery

A file appears under its name when it is whole (written aside, then renamed), and never changes.
Writing the same thing again, in this process or another, is harmless.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO, cast

import msgspec
from msgspec import Struct

from ummid.catalog.keys import stable_id
from ummid.errors import StoreError
from ummid.ingest.delivery import Delivery

_BLOCK = 1 << 20
_PAYS = 0.9
"""A file is compressed when its first block comes out smaller than this share of itself."""


class Archived(Struct, frozen=True, kw_only=True):
    """A source as a run read it. `received` and `known` are epoch ms, `size` bytes; `partner`
    and `format` what the operator declared; `member` limits an archive file to one of its own.
    """

    run: str
    known: int
    path: str
    received: int
    digest: str
    size: int
    partner: str | None
    format: str | None
    member: str | None
    release_held: bool


def add_blob(folder: Path, stream: BinaryIO) -> tuple[str, int]:
    """Keeps the rest of a stream: its SHA-256 and its size in bytes. Holds one block in memory.

    What is there already is not written again. Raises OSError when the stream cannot be read,
    StoreError when the archive cannot be written.
    """
    block = stream.read(_BLOCK)
    compressed = _pays(block)
    digest, size = hashlib.sha256(), 0
    with _aside(folder) as aside:
        with _writing(aside, compressed) as out:
            while block:
                digest.update(block)
                size += len(block)
                with _refusing(folder):
                    out.write(block)
                block = stream.read(_BLOCK)
        name = digest.hexdigest()
        target = _blob(folder, name, ".zst" if compressed else "")
        with _refusing(folder):
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                aside.rename(target)
    return name, size


@contextmanager
def open_blob(folder: Path, digest: str) -> Iterator[BinaryIO]:
    """The original bytes of a blob. Raises StoreError where there is none."""
    import pyarrow as pa

    plain, packed = _blob(folder, digest, ""), _blob(folder, digest, ".zst")
    if plain.exists():
        with plain.open("rb") as stream:
            yield stream
    elif packed.exists():
        with pa.CompressedInputStream(str(packed), "zstd") as stream:
            yield cast("BinaryIO", stream)
    else:
        raise StoreError(f"{folder} has no blob {digest}; was it moved without its blobs folder?")


def note(folder: Path, source: Archived) -> None:
    """Says that a run reads a source whose bytes are kept."""
    name = f"{stable_id('archived', source.path, source.member or '')}.json"
    with _aside(folder) as aside, _refusing(folder):
        aside.write_bytes(msgspec.json.encode(source))
        target = folder / "pending" / source.run / name
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.rename(target)


def pending(folder: Path, run: str) -> list[Archived]:
    """The sources of a run that has not ended, by path."""
    found = sorted((folder / "pending" / run).glob("*.json"))
    sources = [msgspec.json.decode(one.read_bytes(), type=Archived) for one in found]
    return sorted(sources, key=lambda source: (source.path, source.member or ""))


def close_run(
    folder: Path, run: str, deliveries: Sequence[Delivery], status: Mapping[str, str]
) -> None:
    """Turns what a run noted into its manifest: one row per delivery, with what became of it.

    A delivery whose bytes could not be had is no row. Raises StoreError when the manifest
    cannot be written; the notes are still there then.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    sources = pending(folder, run)
    rows = [
        {
            **msgspec.structs.asdict(source),
            "delivery": delivery.path,
            "read_partner": delivery.partner,
            "read_format": delivery.format,
            "status": status.get(delivery.file, ""),
        }
        for source in sources
        for delivery in deliveries
        if _is_of(delivery.path, source)
    ]
    if not rows:
        return
    with _aside(folder) as aside, _refusing(folder):
        pq.write_table(pa.Table.from_pylist(rows, schema=_schema()), aside)
        target = folder / "runs" / f"{run}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.rename(target)
        shutil.rmtree(folder / "pending" / run)


def _is_of(path: str, source: Archived) -> bool:
    name, _, member = path.partition("!")
    return name == source.path and source.member in (None, member)


def _schema() -> object:
    import pyarrow as pa

    numbers, flags = ("known", "received", "size"), ("release_held",)
    names = (*Archived.__struct_fields__, "delivery", "read_partner", "read_format", "status")
    kinds = dict.fromkeys(numbers, pa.int64()) | dict.fromkeys(flags, pa.bool_())
    return pa.schema([(name, kinds.get(name, pa.string())) for name in names])


def _blob(folder: Path, digest: str, ending: str) -> Path:
    return folder / "blobs" / digest[:2] / f"{digest}{ending}"


def _pays(block: bytes) -> bool:
    import pyarrow as pa

    return len(pa.compress(block, "zstd", asbytes=True)) < _PAYS * len(block)


@contextmanager
def _writing(path: Path, compressed: bool) -> Iterator[BinaryIO]:
    import pyarrow as pa

    with path.open("wb") as plain:
        if compressed:
            with pa.CompressedOutputStream(plain, "zstd") as packed:
                yield cast("BinaryIO", packed)
        else:
            yield plain


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    with _refusing(folder):
        (folder / "aside").mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(dir=folder / "aside")
        os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _refusing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the archive {folder} cannot be written: {error.strerror or error}; "
            "make room or permit it, then run again: nothing is lost",
            retryable=True,
        ) from error
