"""What an index holds at this moment, brought up to date with its folder."""

import os
import struct
from pathlib import Path
from threading import RLock
from typing import NamedTuple

import msgspec
import numpy as np

from ummid.errors import StoreError
from ummid.stores.mapped import rowsets
from ummid.stores.mapped.files import Manifest, manifest_path, manifest_stamp, read_manifest
from ummid.stores.mapped.journal import Frame, frames
from ummid.stores.mapped.kernels import Floats
from ummid.stores.mapped.recent import Recent, RecentView
from ummid.stores.mapped.rowsets import RowSet
from ummid.stores.mapped.segment import Segment

_ATTEMPTS = 10
_DAMAGE = (OSError, ValueError, RuntimeError, struct.error, msgspec.MsgspecError)
"""What the libraries raise of files that are not as they were written."""


class Live(NamedTuple):
    """A segment without its dead rows."""

    segment: Segment
    dead: RowSet | None


class Place(NamedTuple):
    """Where an id is: a row of a segment, or of the journal when None."""

    segment: Segment | None
    row: int


class State(NamedTuple):
    segments: tuple[Live, ...]
    recent: RecentView


class Reader:
    """Follows a folder. `state` may be called by several threads, never waits and is cheap when
    nothing has changed; a state that was handed out stays as it is. All else needs the lock.
    """

    def __init__(self, folder: Path, dimensions: int) -> None:
        self._folder, self._dimensions = folder, dimensions
        self._manifest = manifest_path(folder)
        self.lock = RLock()
        self._stamp: tuple[int, int] | None = None
        self._journal = -1
        self._seen = (0, 0)
        self._dead: dict[Segment, rowsets.Bits | None] = {}
        self._load()

    def state(self) -> State:
        if self.lock.acquire(blocking=False):  # otherwise another thread is at it
            try:
                self.refresh()
            finally:
                self.lock.release()
        return self._state

    def refresh(self) -> None:
        """Takes in what was published since."""
        if self._stamp != manifest_stamp(self._manifest):
            self._load()
        self._follow()

    def place(self, name: str) -> Place | None:
        row = self.recent.row_of.get(name)
        if row is not None:
            return Place(None, row)
        for segment, dead in self._dead.items():
            row = segment.find(name)
            if row is not None and (dead is None or not rowsets.has(dead, np.array([row]))[0]):
                return Place(segment, row)
        return None

    def version(self, name: str) -> int | None:
        place = self.place(name)
        if place is None:
            return None
        if place.segment is None:
            return self.recent.versions[place.row]
        return int(place.segment.versions[place.row])

    def vector(self, place: Place) -> Floats:
        vectors = self.recent.vectors if place.segment is None else place.segment.vectors
        found: Floats = vectors[place.row]
        return found

    def crowd(self, place: Place) -> int:
        crowds = self.recent.crowds if place.segment is None else place.segment.crowds
        return int(crowds[place.row])

    def parts(self) -> list[tuple[Segment, rowsets.Bits | None]]:
        """Segments with the rows of theirs that are no more."""
        return list(self._dead.items())

    def forget(self) -> None:
        """Whatever was buried and not published is read again."""
        self._stamp = None

    def close(self) -> None:
        if self._journal >= 0:
            os.close(self._journal)
            self._journal = -1

    def _load(self) -> None:
        for _ in range(_ATTEMPTS):
            stamp = manifest_stamp(self._manifest)
            manifest = read_manifest(self._folder)
            try:
                if manifest is not None:
                    self._open(manifest)
                    self._stamp = stamp
                    return
            except FileNotFoundError:
                continue  # replaced meanwhile
        raise StoreError(f"the index in {self._folder} lacks files; rebuild it")

    def _open(self, manifest: Manifest) -> None:
        known = {each.name: each for each in self._dead}
        loaded: dict[Segment, rowsets.Bits | None] = {}
        for part in manifest.segments:
            segment = known.get(part.name) or self._segment(part.name)
            dead = None
            if part.dead is not None:
                dead = np.fromfile(self._folder / part.dead, np.uint8)
            loaded[segment] = dead
        journal = os.open(self._folder / manifest.journal, os.O_RDONLY)
        self.close()
        self.manifest, self._dead, self._journal = manifest, loaded, journal
        self.recent, self.position, self._seen = Recent(self._dimensions), 0, (-1, 0)
        self.removed: dict[str, int] = {}
        self._publish()

    def _segment(self, name: str) -> Segment:
        try:
            return Segment(self._folder, name, self._dimensions)
        except FileNotFoundError:
            raise
        except _DAMAGE as error:
            raise StoreError(
                f"segment {name} of the index in {self._folder} is damaged ({error}); rebuild it"
            ) from error

    def _follow(self) -> None:
        status = os.fstat(self._journal)
        seen = (status.st_size, status.st_mtime_ns)
        if seen == self._seen:
            return
        for frame, end in frames(self._journal, self.position):
            self._apply(frame)
            self.position = end
        self._seen = seen
        self._publish()

    def _apply(self, frame: Frame) -> None:
        vectors = np.frombuffer(frame.vectors, np.float32).reshape(-1, self._dimensions)
        for row, vector in zip(frame.rows, vectors, strict=True):
            self.bury(row.id)
            self.recent.add(row.id, row.version, row.crowd, row.restricts, vector)
        for change in frame.changes:
            place = self.place(change.id)
            assert place is not None  # the writer has seen it
            vector, crowd = self.vector(place), self.crowd(place)
            self.bury(change.id)
            self.recent.add(change.id, change.version, crowd, change.restricts, vector)
        for name, version in frame.removed:
            self.bury(name)
            self.removed[name] = version

    def bury(self, name: str) -> None:
        """An id is no more in the states to come, unless it is `forget`."""
        place = self.place(name)
        if place is None:
            return
        if place.segment is None:
            self.recent.drop(name)
            return
        dead = self._dead[place.segment]
        if dead is None:
            dead = rowsets.pack(place.segment.size, np.empty(0, np.uint32))
        elif not self._owned.get(place.segment):
            dead = dead.copy()
        self._dead[place.segment] = dead
        self._owned[place.segment] = True
        rowsets.set_bits(dead, np.array([place.row]))

    def _publish(self) -> None:
        """What was buried so far is shared from here on: the next burial copies."""
        self._owned: dict[Segment, bool] = {}
        self._state = State(
            tuple(
                Live(segment, None if dead is None else _row_set(segment.size, dead))
                for segment, dead in self._dead.items()
            ),
            self.recent.view(),
        )


def _row_set(size: int, bits: rowsets.Bits) -> RowSet | None:
    dead = rowsets.of_bits(size, bits)
    return dead if dead.total else None
