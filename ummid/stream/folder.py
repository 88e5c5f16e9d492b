"""A watched folder as a source of deliveries.

A file is taken when two looks in a row find it alike: who writes in place is given time, and who
writes aside and renames costs one look. It is looked at by size and time of change; one that is
overwritten is taken again, and one that changes while it is read is dead-lettered by that run and
taken again at the next look. What is done is remembered in the store.
"""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from stat import S_ISREG
from threading import Event, Lock, Thread

from ummid.ingest.context import open_table
from ummid.ingest.sources import Source
from ummid.stores.table import Put, Table
from ummid.stream.source import Arrival, Take
from ummid.views import keys

LOOK = 0.1
"""Seconds between looks; longer where a look itself takes more than a tenth of that."""
_Seen = tuple[int, int]
"""Size in bytes and time of change in ns."""
_NOTHING: _Seen = (-1, -1)


class WatchedFolder:
    """Every file below a folder, hidden ones left out, as it comes and as it changes.

    The partner is the declared one, else named by the file's first folder below.
    """

    def __init__(
        self,
        store: Path,
        folder: Path,
        *,
        partner: str | None = None,
        format: str | None = None,
        look: float = LOOK,
    ) -> None:
        self.name = str(folder)
        self._store, self._folder, self._look = store, folder, look
        self._partner, self._format = partner, format
        self._before: dict[str, _Seen] = {}
        self._taken: dict[str, _Seen] = {}
        self._not_before: dict[str, float] = {}
        self._lock = Lock()
        self._closed = Event()
        self._failure: BaseException | None = None
        self._thread: Thread | None = None

    @property
    def _table(self) -> Table:
        return open_table(self._store)

    def start(self, take: Take) -> None:
        self._thread = Thread(target=self._watch, args=(take,), name="watch", daemon=True)
        self._thread.start()

    def _watch(self, take: Take) -> None:
        try:
            while not self._closed.is_set():
                began = time.monotonic()
                self.look(take)
                self._closed.wait(max(self._look, 10 * (time.monotonic() - began)))
        except BaseException as error:
            self._failure = error

    def look(self, take: Take) -> None:
        """One look at the folder. Raises OSError when it cannot be listed."""
        now = dict(_files(self._folder))
        settled = [path for path, seen in now.items() if self._before.get(path) == seen]
        self._before = now
        with self._lock:
            unknown = [path for path in settled if path not in self._taken]
            self._taken |= self._remembered(unknown)
            for path in self._taken.keys() - now.keys():
                del self._taken[path]
            waits = {p for p, until in self._not_before.items() if until > time.monotonic()}
            due = [p for p in settled if self._taken.get(p) != now[p] and p not in waits]
        for path in sorted(due, key=lambda path: now[path][1]):
            if self._closed.is_set():
                return
            with self._lock:
                before = self._taken.get(path, _NOTHING)
                self._taken[path] = now[path]
            if not take(self._arrival(path, now[path])):
                with self._lock:
                    self._taken[path] = before

    def _arrival(self, path: str, seen: _Seen) -> Arrival:
        size, changed = seen
        inside = Path(path).relative_to(self._folder).parts
        declared = self._partner
        return Arrival(
            by=self.name,
            id=path,
            partner=declared or (inside[0] if len(inside) > 1 else "."),
            source=Source(
                path=path,
                received=changed // 1_000_000,
                size=size,
                partner=declared,
                format=self._format,
            ),
            size=size,
            held=seen,
        )

    def _remembered(self, paths: Sequence[str]) -> dict[str, _Seen]:
        cells = self._table.get_many([keys.arrived(path) for path in paths], keys.VALUE)
        return {
            path: _seen(cell.value) if cell else _NOTHING
            for path, cell in zip(paths, cells, strict=True)
        }

    def done(self, arrivals: Sequence[Arrival]) -> None:
        puts = [Put(keys.arrived(a.id), keys.VALUE, _now_ms(), b"%d %d" % a.held) for a in arrivals]
        if puts:
            self._table.write(puts)

    def again(self, arrivals: Sequence[Arrival], seconds: float) -> None:
        with self._lock:
            for arrival in arrivals:
                self._not_before[arrival.id] = time.monotonic() + seconds
                self._taken[arrival.id] = _NOTHING

    def failure(self) -> BaseException | None:
        return self._failure

    def close(self) -> None:
        self._closed.set()
        if self._thread is not None:
            self._thread.join()


def _seen(value: bytes) -> _Seen:
    size, changed = map(int, value.split())
    return size, changed


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _files(folder: Path) -> Iterator[tuple[str, _Seen]]:
    def refuse(error: OSError) -> None:
        if error.filename == str(folder):
            raise error  # one below may have gone since

    for here, names, files in os.walk(folder, onerror=refuse):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in files:
            if name.startswith("."):
                continue
            path = os.path.join(here, name)  # noqa: PTH118 - as quick as a look can be
            try:
                found = os.stat(path)  # noqa: PTH116
            except OSError:
                continue
            if S_ISREG(found.st_mode):
                yield path, (found.st_size, found.st_mtime_ns)
