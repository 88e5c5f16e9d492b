"""Makes a segment of the rows of several sources."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from ummid.stores.mapped import cluster
from ummid.stores.mapped.columns import Layout, decode, write_columns
from ummid.stores.mapped.files import CODES, PACK, sync_file
from ummid.stores.mapped.kernels import Floats, Rows
from ummid.stores.mapped.lists import ListsLayout, write_lists
from ummid.stores.mapped.pack import PackWriter, Ref
from ummid.stores.mapped.source import Source, hashes_of

LISTED = 4096
"""Smaller segments have no lists: they are read whole."""
_CHUNK = 16_384


class SegmentLayout(Struct, frozen=True, array_like=True):
    """`ids`, `restricts`: bytes one after the other, `*_at`: where each begins; `hashes` of ids
    in order, with their rows.
    """

    size: int
    vectors: Ref
    ids: Ref
    ids_at: Ref
    versions: Ref
    crowds: Ref
    restricts: Ref
    restricts_at: Ref
    hashes: Ref
    hash_rows: Ref
    columns: Layout
    lists: ListsLayout | None


class _Order(NamedTuple):
    """Which input row each output row is, and where the lists begin when there are any."""

    rows: Rows
    centres: Floats | None
    starts: Rows


def build(
    folder: Path,
    name: str,
    sources: Sequence[Source],
    dimensions: int,
    centres: Floats | None = None,
) -> None:
    """Writes and syncs the files of a segment: lists one after the other, ids in order in each.

    `centres` of an older segment are taken again when they still fit the size.
    """
    ids = [each for source in sources for each in source.ids]
    order = _order(sources, ids, centres)
    chosen = order.rows.tolist()
    restricts = [each for source in sources for each in source.restricts]
    restricts = [restricts[row] for row in chosen]
    ids = [ids[row] for row in chosen]
    hashes = hashes_of(ids)
    by_hash = np.argsort(hashes, kind="stable")
    with PackWriter(folder / (name + PACK)) as writer:
        vectors_ref, room = writer.reserve(len(ids) * dimensions, np.float32)
        vectors: Floats = room.reshape(len(ids), dimensions)
        _place(sources, order.rows, vectors)
        lists = None
        if order.centres is not None:
            lists = write_lists(
                writer, folder / (name + CODES), vectors, order.centres, order.starts
            )
            sync_file(folder / (name + CODES))
        writer.close(
            SegmentLayout(
                len(ids),
                vectors_ref,
                *_texts(writer, [each.encode() for each in ids]),
                writer.add(np.concatenate([s.versions for s in sources])[order.rows]),
                writer.add(np.concatenate([s.crowds for s in sources])[order.rows]),
                *_texts(writer, restricts),
                writer.add(hashes[by_hash]),
                writer.add(by_hash.astype(np.uint32)),
                write_columns(writer, map(decode, restricts)),
                lists,
            )
        )


def _order(sources: Sequence[Source], ids: Sequence[str], centres: Floats | None) -> _Order:
    by_id = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
    if len(ids) < LISTED:
        return _Order(by_id, None, np.empty(0, np.int64))
    count = cluster.centres_for(len(ids))
    if centres is None or not count / 2 <= len(centres) <= count * 2:
        rng = np.random.default_rng(len(ids))
        centres = cluster.train(lambda rows: _gather(sources, rows), len(ids), count, rng)
    labels = np.empty(len(ids), np.int64)
    for start in range(0, len(ids), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(ids)))
        labels[rows] = cluster.assign(_gather(sources, rows), centres)
    starts = np.zeros(len(centres) + 1, np.int64)
    np.cumsum(np.bincount(labels, minlength=len(centres)), out=starts[1:])
    return _Order(by_id[np.argsort(labels[by_id], kind="stable")], centres, starts)


def _place(sources: Sequence[Source], order: Rows, vectors: Floats) -> None:
    """Reads each source once from end to end, and puts each vector where it belongs."""
    target = np.empty_like(order)
    target[order] = np.arange(len(order))
    for start in range(0, len(order), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(order)))
        vectors[target[rows]] = _gather(sources, rows)


def _gather(sources: Sequence[Source], rows: Rows) -> Floats:
    """Vectors of ascending row numbers that count through all the sources."""
    parts, before = [], 0
    for source in sources:
        first, last = np.searchsorted(rows, [before, before + len(source.ids)])
        if first < last:
            parts.append(source.gather(rows[first:last] - before))
        before += len(source.ids)
    return np.ascontiguousarray(parts[0] if len(parts) == 1 else np.concatenate(parts))


def _texts(writer: PackWriter, texts: Sequence[bytes]) -> tuple[Ref, Ref]:
    at = np.zeros(len(texts) + 1, np.uint64)
    np.cumsum(np.fromiter(map(len, texts), np.uint64, len(texts)), out=at[1:])
    return writer.add(np.frombuffer(b"".join(texts), np.uint8)), writer.add(at)
