"""Turns the journal into a segment, and small segments into larger ones."""

from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from ummid.stores.mapped import rowsets
from ummid.stores.mapped.build import build
from ummid.stores.mapped.files import (
    Manifest,
    Part,
    sweep,
    write_manifest,
    write_synced,
)
from ummid.stores.mapped.kernels import Floats
from ummid.stores.mapped.reader import Reader
from ummid.stores.mapped.segment import Segment
from ummid.stores.mapped.source import Source, Taken

_TIER: Final = 3
"""A segment joins a new one that has at least a third of its rows: few segments, each row
written a few times."""


def compact(
    folder: Path, reader: Reader, extra: Taken | None = None, *, whole: bool = False
) -> None:
    """Publishes the journal, and `extra` rows whose older ones are buried, as one segment with
    those it outgrows; with all of them when `whole`. The writer's lock is held.
    """
    manifest = reader.manifest
    fresh: list[Source] = [
        source for source in (reader.recent.taken(), extra) if source is not None and source.ids
    ]
    every = [segment for segment, _ in reader.parts()]
    joined = every if whole else _joined(reader, sum(len(source.ids) for source in fresh))
    serial = manifest.serial + 1
    segments: list[Part] = []
    for number, (segment, dead) in enumerate(reader.parts()):
        if segment in joined:
            continue
        gone = None
        if dead is not None:
            gone = f"dead-{serial}-{number}"
            write_synced(folder / gone, dead.tobytes())
        segments.append(Part(segment.name, gone))
    sources = [*(segment.rows_of(_alive(reader, segment)) for segment in joined), *fresh]
    if any(source.ids for source in sources):
        name = f"segment-{serial}"
        build(folder, name, sources, manifest.dimensions, None if whole else _centres(joined))
        segments.append(Part(name))
    removed = manifest.removed
    if reader.removed:
        removed = f"removed-{serial}"
        known = removals(folder, manifest) | reader.removed
        write_synced(folder / removed, msgspec.msgpack.encode(known))
    write_synced(folder / f"journal-{serial}", b"")
    renewed = Manifest(manifest.dimensions, serial, f"journal-{serial}", tuple(segments), removed)
    write_manifest(folder, renewed)
    reader.refresh()
    sweep(folder, renewed)


def removals(folder: Path, manifest: Manifest) -> dict[str, int]:
    """The versions of removed ids, up to the journal: kept for ever, as an old version may come
    at any time.
    """
    if manifest.removed is None:
        return {}
    content = (folder / manifest.removed).read_bytes()
    return msgspec.msgpack.decode(content, type=dict[str, int])


def _joined(reader: Reader, size: int) -> list[Segment]:
    """The segments that a new one of `size` rows takes in, and those that are half dead."""
    alive = {segment: len(_alive(reader, segment)) for segment, _ in reader.parts()}
    joined = [segment for segment, rows in alive.items() if rows * 2 <= segment.size]
    size += sum(alive[segment] for segment in joined)
    for segment, rows in sorted(alive.items(), key=lambda entry: entry[1]):
        if segment not in joined and rows <= _TIER * size:
            joined.append(segment)
            size += rows
    return joined


def _alive(reader: Reader, segment: Segment) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    dead = dict(reader.parts())[segment]
    rows = np.arange(segment.size)
    return rows if dead is None else rows[~rowsets.has(dead, rows)]


def _centres(joined: list[Segment]) -> Floats | None:
    """Those of the largest."""
    largest = max(joined, key=lambda segment: segment.size, default=None)
    return None if largest is None or largest.lists is None else largest.lists.centres
