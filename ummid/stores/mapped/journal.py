"""The journal: what was written since the last segment, a checked frame for each call."""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import msgspec
from msgspec import Struct

_HEAD = struct.Struct("<II")


class Row(Struct, frozen=True, array_like=True, gc=False):
    """An item without its vector; `crowd` is as `crowd_of` has it."""

    id: str
    version: int
    crowd: int
    restricts: bytes


class Change(Struct, frozen=True, array_like=True, gc=False):
    """New restricts of an item that is there and keeps its vector."""

    id: str
    version: int
    restricts: bytes


class Frame(Struct, frozen=True, array_like=True):
    """One call, reduced to what takes effect. `vectors` are those of `rows`, float32."""

    rows: list[Row] = []
    vectors: bytes = b""
    changes: list[Change] = []
    removed: list[tuple[str, int]] = []


_DECODER = msgspec.msgpack.Decoder(Frame)


def append(path: Path, position: int, frame: Frame) -> int:
    """Writes a frame where the last whole one ended, and syncs; where the next one goes.

    What a killed writer left behind that position is cut off first.
    """
    payload = msgspec.msgpack.encode(frame)
    with path.open("r+b") as file:
        file.truncate(position)
        file.seek(position)
        try:
            file.write(_HEAD.pack(len(payload), crc32(payload)) + payload)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.ftruncate(file.fileno(), position)
            raise
    return position + _HEAD.size + len(payload)


def frames(journal: int, position: int) -> Iterator[tuple[Frame, int]]:
    """Whole frames of an open journal from a position on, each with where it ends."""
    while len(head := os.pread(journal, _HEAD.size, position)) == _HEAD.size:
        size, check = _HEAD.unpack(head)
        payload = os.pread(journal, size, position + _HEAD.size)
        if len(payload) < size or crc32(payload) != check:
            return
        position += _HEAD.size + size
        yield _DECODER.decode(payload), position
