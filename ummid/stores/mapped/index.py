"""`VectorIndex` in a folder: any number of processes search it while one at a time writes."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import numpy as np

from ummid.errors import StoreError
from ummid.stores.checks import direction
from ummid.stores.mapped.compact import compact, removals
from ummid.stores.mapped.files import (
    Manifest,
    read_manifest,
    sweep,
    write_manifest,
    write_synced,
    writer_lock,
)
from ummid.stores.mapped.journal import Change, Frame, Row, append
from ummid.stores.mapped.ranking import ranked
from ummid.stores.mapped.reader import Place, Reader
from ummid.stores.mapped.source import Draft, Taken, checked
from ummid.stores.vectors import EVERYTHING, Filter, Hit, Item, Restricts, Vector

JOURNALED = 4096
"""The journal holds at most so many rows before they become a segment."""
_JOURNALED_BYTES = 64 << 20
_AT_ONCE = 65_536


class MappedVectorIndex:
    """See `VectorIndex`. `path` is a folder, made when missing unless `readonly`.

    A write that returned is in the journal or a segment, synced; a process killed while it
    writes leaves all of a call or nothing (of `restrict` with very many changes, whole blocks).
    Searches never wait for a writer. Above about 4,000 items a call becomes a segment of its
    own: load an index with few large calls.
    """

    def __init__(
        self, path: Path, dimensions: int, *, readonly: bool = False, journaled: int = JOURNALED
    ) -> None:
        self.path, self.dimensions = path, dimensions
        self._readonly, self._journaled = readonly, journaled
        self._lock = Lock()
        self._removed: tuple[str | None, dict[str, int]] = (None, {})
        if not readonly:
            _create(path, dimensions)
        manifest = read_manifest(path)
        if manifest is None:
            raise StoreError(f"there is no vector index in {path}; index titles first")
        if manifest.dimensions != dimensions:
            raise StoreError(
                f"the vector index in {path} has {manifest.dimensions} dimensions, not "
                f"{dimensions}; give another folder to another embedder"
            )
        self._reader = Reader(path, dimensions)

    def upsert(self, items: Iterable[Item]) -> None:
        self._check_writable()
        with Draft(self.path, self.dimensions) as draft:
            taken = draft.take(items)
            with self._writing() as reader:
                rows = np.flatnonzero(
                    [
                        self._newest(name) <= version
                        for name, version in zip(taken.ids, taken.versions.tolist(), strict=True)
                    ]
                )
                kept = taken if len(rows) == len(taken.ids) else taken.part(rows)
                if len(kept.ids) > self._journaled:
                    self._add(reader, kept)
                elif kept.ids:
                    self._append(reader, _frame(kept), len(kept.ids))

    def restrict(self, changes: Iterable[tuple[str, Restricts, int]]) -> list[str]:
        newest: dict[str, Change] = {}
        for name, restricts, version in changes:
            change = Change(name, version, checked(name, restricts))
            if name not in newest or newest[name].version <= version:
                newest[name] = change
        missing: list[str] = []
        waiting = list(newest.values())
        for start in range(0, len(waiting), _AT_ONCE):
            with self._writing() as reader:
                missing += self._change(reader, waiting[start : start + _AT_ONCE])
        return missing

    def _change(self, reader: Reader, changes: Sequence[Change]) -> list[str]:
        missing: list[str] = []
        kept: list[tuple[Change, Place]] = []
        for change in changes:
            place = reader.place(change.id)
            if place is None:
                missing.append(change.id)
            elif self._newest(change.id) <= change.version:
                kept.append((change, place))
        if len(kept) > self._journaled:
            self._add(
                reader,
                Taken(
                    [change.id for change, _ in kept],
                    np.array([change.version for change, _ in kept], np.int64),
                    np.array([reader.crowd(place) for _, place in kept], np.uint64),
                    [change.restricts for change, _ in kept],
                    np.array([reader.vector(place) for _, place in kept]),
                ),
            )
        elif kept:
            self._append(reader, Frame(changes=[change for change, _ in kept]), len(kept))
        return missing

    def remove(self, removals: Iterable[tuple[str, int]]) -> None:
        newest: dict[str, int] = {}
        for name, version in removals:
            newest[name] = max(version, newest.get(name, version))
        with self._writing() as reader:
            kept = [(n, version) for n, version in newest.items() if self._newest(n) <= version]
            if kept:
                self._append(reader, Frame(removed=kept), 0)

    def search(
        self, vector: Vector, count: int, within: Filter = EVERYTHING, per_crowd: int = 0
    ) -> list[Hit]:
        query = direction(vector, self.dimensions)
        return ranked(self._reader.state(), query, count, within, per_crowd)

    def versions(self, ids: Sequence[str]) -> list[int | None]:
        with self._reader.lock:
            self._reader.refresh()
            return [self._reader.version(name) for name in ids]

    def compact(self) -> None:
        """Makes one segment of everything and retrains its lists: after a load in many calls."""
        with self._writing() as reader:
            compact(self.path, reader, whole=True)

    def close(self) -> None:
        self._reader.close()

    def _check_writable(self) -> None:
        if self._readonly:
            raise StoreError(f"the vector index in {self.path} was opened for reading only")

    def _newest(self, name: str) -> float:
        """The version that decides against an older one; of an id never seen, below all."""
        known = (self._reader.version(name), self._reader.removed.get(name),
                 self._removed[1].get(name))  # fmt: skip
        return max((version for version in known if version is not None), default=-np.inf)

    def _add(self, reader: Reader, taken: Taken) -> None:
        for name in taken.ids:
            reader.bury(name)
        compact(self.path, reader, taken)

    def _append(self, reader: Reader, frame: Frame, rows: int) -> None:
        if len(reader.recent.ids) + rows > self._journaled or reader.position > _JOURNALED_BYTES:
            compact(self.path, reader)
        append(self.path / reader.manifest.journal, reader.position, frame)

    @contextmanager
    def _writing(self) -> Iterator[Reader]:
        """The newest state, with the lock; a failure leaves what was published."""
        self._check_writable()
        with self._lock, writer_lock(self.path):
            reader = self._reader
            try:
                with reader.lock:
                    reader.refresh()
                    if self._removed[0] != reader.manifest.removed:
                        known = removals(self.path, reader.manifest)
                        self._removed = (reader.manifest.removed, known)
                    yield reader
                    reader.refresh()  # what was written is seen from here on
            except BaseException as error:
                reader.forget()
                if isinstance(error, OSError):
                    raise StoreError(
                        f"writing to the vector index in {self.path} failed, nothing of the call "
                        f"was kept: {error}; check disk space and rights",
                        retryable=True,
                    ) from error
                raise


def _create(path: Path, dimensions: int) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        with writer_lock(path):
            manifest = read_manifest(path)
            if manifest is None:
                manifest = Manifest(dimensions, 1, "journal-1")
                write_synced(path / manifest.journal, b"")
                write_manifest(path, manifest)
            sweep(path, manifest)
    except OSError as error:
        raise StoreError(f"the vector index in {path} cannot be opened: {error}") from error


def _frame(kept: Taken) -> Frame:
    versions, crowds = kept.versions.tolist(), kept.crowds.tolist()
    rows = [Row(*row) for row in zip(kept.ids, versions, crowds, kept.restricts, strict=True)]
    return Frame(rows, kept.gather(np.arange(len(rows))).tobytes())
