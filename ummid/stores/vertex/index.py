"""`VectorIndex` on Vertex AI Vector Search."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from ummid.errors import ItemError, StoreError, first_of
from ummid.stores.checks import check_shape, direction, unit
from ummid.stores.halving import Refused
from ummid.stores.table import Table
from ummid.stores.vectors import EVERYTHING, Filter, Hit, Item, Restricts, Vector
from ummid.stores.vertex import messages
from ummid.stores.vertex.ids import MARKER, datapoint_id, name_of
from ummid.stores.vertex.ledger import Held, Ledger, State, Write
from ummid.stores.vertex.sending import States, send
from ummid.stores.vertex.wire import Wire

MOST = 1_000
"""Neighbours that one query may ask for."""
_TOGETHER = 100
_AHEAD = 8
_WIDER = 4
_BLUR = 0.05
_DIGITS = 6
"""Of a cosine: what differs less is equal, so that ties have the same order everywhere."""
_FORGOTTEN = 900_000
"""Milliseconds after which who noted that something is due to be sent will not send it."""


class VertexVectorIndex:
    """See `VectorIndex`. `table` has the ledger, in rows that begin with `prefix`; without it the
    index is for searching only.

    A write is in the ledger before it is sent and looked up there after: whoever was overtaken
    by a newer one sends that again, so that the service ends with the newest whatever the order
    of arrival. A process that is killed leaves a note, and whoever writes next after 15 minutes
    sends what it may not have sent. An item that the service itself refuses is found, taken out
    and named by an ItemError once its neighbours are written. The service shows a write within
    seconds, in all processes alike. Of more likest ones than `MOST`, or of equal ones in a crowd,
    the service chooses.
    """

    def __init__(
        self,
        wire: Wire,
        dimensions: int,
        embedder: str,
        table: Table | None = None,
        prefix: bytes = b"",
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises StoreError for an index that is another embedder's, or empty and only read."""
        self.dimensions = dimensions
        self._wire, self._clock = wire, clock
        self._ledger = Ledger(table, prefix) if table is not None else None
        self._sign: int | None = None
        self._embedder = embedder
        self._check_embedder()

    @property
    def counts(self) -> Counter[str]:
        return self._wire.counts

    def upsert(self, items: Iterable[Item]) -> None:
        newest: dict[str, Write] = {}
        for item in items:
            check_shape(repr(item.id), item.vector, self.dimensions)
            messages.check_restricts(item.id, item.restricts)
            vector = unit(item.vector.astype(np.float64)[None], [item.id])[0]
            write = Write(item.id, item.version, Held(True, item.restricts), vector, item.crowd)
            _take(newest, write)
        ledger = self._writable()
        self._finish(ledger)
        refused: dict[str, Refused] = {}
        for some in _parts([*newest.values()]):
            known = ledger.states([each.id for each in some])
            refused |= self._write(ledger, [each for each in some if _counts(each, known)])
        _tell(refused)

    def restrict(self, changes: Iterable[tuple[str, Restricts, int]]) -> list[str]:
        newest: dict[str, Write] = {}
        for name, restricts, version in changes:
            messages.check_restricts(name, restricts)
            _take(newest, Write(name, version, Held(True, restricts)))
        ledger = self._writable()
        due = self._finish(ledger)
        missing: list[str] = []
        refused: dict[str, Refused] = {}
        for some in _parts([*newest.values()]):
            known = ledger.states([each.id for each in some])
            there = [each for each in some if (state := known[each.id]) and state.is_live]
            missing += [each.id for each in some if each not in there]
            kept = [each for each in there if _counts(each, known)]
            sent = {each.id: known[each.id] for each in kept if each.id not in due}
            refused |= self._write(ledger, kept, sent)
        _tell(refused)
        return missing

    def remove(self, removals: Iterable[tuple[str, int]]) -> None:
        newest: dict[str, Write] = {}
        for name, version in removals:
            _take(newest, Write(name, version, Held(False)))
        ledger = self._writable()
        self._finish(ledger)
        for some in _parts([*newest.values()]):
            known = ledger.states([each.id for each in some])
            self._write(ledger, [each for each in some if _counts(each, known)])

    def search(
        self, vector: Vector, count: int, within: Filter = EVERYTHING, per_crowd: int = 0
    ) -> list[Hit]:
        unit_vector = direction(vector, self.dimensions)
        if count > MOST:
            raise StoreError(f"{count} answers are asked for; Vertex gives at most {MOST:,}")
        query = messages.query(self._wire.types, unit_vector, within)
        if query is None or count <= 0:
            return []
        sign, certain = self._sense(), messages.certain(within)
        if certain:
            query.per_crowding_attribute_neighbor_count = per_crowd
        wanted = count + _AHEAD
        while True:
            query.neighbor_count = min(wanted, MOST)
            found = self._wire.find(query, whole=not certain)
            hits = _ranked(found if certain else _checked(found, within, per_crowd, sign), sign)
            # Of those that tie with the last place all must be known: the first by id count.
            is_whole = len(hits) > count and hits[count].score < hits[count - 1].score
            if is_whole or len(found) < query.neighbor_count or query.neighbor_count == MOST:
                return hits[:count]
            wanted *= _WIDER

    def versions(self, ids: Sequence[str]) -> list[int | None]:
        if self._ledger is not None:
            known = self._ledger.states(ids)
            return [s.version if (s := known[name]) and s.is_live else None for name in ids]
        found: dict[str, int | None] = {}
        for some in _parts([datapoint_id(name) for name in ids], MOST):
            for point in self._wire.read(some):
                found[point.datapoint_id] = messages.version_of(point)
        return [found.get(datapoint_id(name)) for name in ids]

    def verify(self, *, mend: bool = True) -> Counter[str]:
        """Compares all that the ledger has with what the service has, and sends what differs:
        `same`, `missing`, `older`, `left` (removed, and still there). What the service has and
        the ledger never had is not seen: the service lists nothing.
        """
        ledger, told = self._writable(), Counter[str]()
        if mend:
            self._finish(ledger, forgotten=0)
        for ids in ledger.ids():
            names = {datapoint_id(name): name for name in ids}
            there = {
                names[point.datapoint_id]: messages.version_of(point)
                for point in self._wire.read([*names])
            }
            wrong = []
            for name, state in ledger.states(ids).items():
                kind = _kind(state, name in there, there.get(name))
                told[kind] += 1
                if kind != "same":
                    wrong.append(name)
            for some in _parts(wrong) if mend else ():
                self._settle(ledger, some, {})
        return told

    def close(self) -> None:
        self._wire.close()

    def _sense(self) -> int:
        """By what the service's distance is to be multiplied to be a cosine: documents call it the
        negative of the dot product, answers have been seen with the product itself. The marker's
        from itself tells. Raises StoreError for an index with another measure.
        """
        if self._sign is None:
            marker = messages.marker_query(self._wire.types, self.dimensions)
            found = self._wire.find(marker, whole=False)
            if not found:  # not shown yet
                return 1
            distance = found[0].distance
            if abs(abs(distance) - 1) > _BLUR:
                raise StoreError(
                    f"{self._wire.place.index} has another measure than the dot product (a vector "
                    f"is {distance:g} from itself); make one as `ummid vectors plan` says"
                )
            self._sign = 1 if distance > 0 else -1
        return self._sign

    def _check_embedder(self) -> None:
        place, wanted = self._wire.place, f"{self._embedder}/{self.dimensions}"
        found = {point.datapoint_id: messages.marked(point) for point in self._wire.read([MARKER])}
        if not found and self._ledger is None:
            raise StoreError(f"nothing is in {place.index} yet; `ummid index` fills it")
        if not found:
            self._mark()
        elif found[MARKER] != wanted:
            raise StoreError(
                f"{place.index} has vectors of {found[MARKER]}, not of {wanted}: two are never "
                "compared; give this embedder an index of its own in vertex_index, or set embedder "
                "and embed_dimensions as they were"
            )

    def _mark(self) -> None:
        """What a service that is well takes; it may be sent again, and is then the same."""
        self._wire.upsert([messages.marker(self._wire.types, self.dimensions, self._embedder)])

    def _writable(self) -> Ledger:
        if self._ledger is None:
            raise StoreError(f"{self._wire.place.index} was opened for searching only")
        return self._ledger

    def _finish(self, ledger: Ledger, forgotten: int = _FORGOTTEN) -> set[str]:
        """Sends what was noted long ago and may not have arrived; what still may not have."""
        now, waiting = round(self._clock() * 1000), set[str]()
        for note, at, ids in ledger.due():
            if now - at >= forgotten:
                for some in _parts(ids):
                    self._settle(ledger, some, {})
                ledger.done(note)
            else:
                waiting.update(ids)
        return waiting

    def _write(
        self, ledger: Ledger, writes: list[Write], sent: States | None = None
    ) -> dict[str, Refused]:
        """`sent`: of which ids the service has what the ledger had before. What it refuses."""
        if not writes:
            return {}
        note = ledger.write(writes, round(self._clock() * 1000))
        refused = self._settle(ledger, [each.id for each in writes], sent or {})
        ledger.done(note)
        return refused

    def _settle(self, ledger: Ledger, ids: Sequence[str], sent: States) -> dict[str, Refused]:
        """Sends the newest until nobody has written a newer one meanwhile. What the service
        refuses is taken out of the ledger and of the service: it holds no more.
        """
        sent, refused = dict(sent), dict[str, Refused]()
        known = ledger.states(ids)
        while waiting := [name for name in ids if known[name] != sent.get(name)]:
            found = send(self._wire, {name: known[name] for name in waiting}, sent, self._mark)
            sent.update((name, known[name]) for name in waiting)
            self._take_out(ledger, {name: known[name] for name in found})
            refused |= found
            known = ledger.states(ids)
        return refused

    def _take_out(self, ledger: Ledger, states: States) -> None:
        """Under the caller's note, which has these ids and is kept until the removal is sent."""
        writes = [Write(name, s.version, Held(False)) for name, s in states.items() if s]
        if writes:
            self._wire.counts["refused"] += len(writes)
            ledger.done(ledger.write(writes, round(self._clock() * 1000)))


def _take(newest: dict[str, Write], write: Write) -> None:
    """Of two of one call the newer, and of two of one version the later."""
    if write.id not in newest or newest[write.id].version <= write.version:
        newest[write.id] = write


def _tell(refused: dict[str, Refused]) -> None:
    """Raises ItemError for those that the service refuses, whose neighbours are written."""
    if refused:
        raise first_of([ItemError(n, "refused", f"{n!r}: {why}") for n, why in refused.items()])


def _counts(write: Write, known: States) -> bool:
    state = known[write.id]
    return state is None or state.version <= write.version


def _parts(of: Sequence[Any], size: int = _TOGETHER) -> Iterator[Any]:
    for start in range(0, len(of), size):
        yield of[start : start + size]


def _ranked(found: Iterable[Any], sign: int) -> list[Hit]:
    return sorted((_hit(each, sign) for each in found), key=_place)


def _checked(found: Sequence[Any], within: Filter, per_crowd: int, sign: int) -> Iterator[Any]:
    """Those that satisfy a filter, so many of each crowd: what the service could not tell."""
    seen: Counter[str] = Counter()
    for neighbour in sorted(found, key=lambda each: _place(_hit(each, sign))):
        crowd = messages.crowd_of(neighbour.datapoint)
        if messages.satisfies(neighbour.datapoint, within):
            seen[crowd] += 1
            if not per_crowd or seen[crowd] <= per_crowd:
                yield neighbour


def _hit(neighbour: Any, sign: int) -> Hit:
    name = name_of(neighbour.datapoint.datapoint_id)
    return Hit(name, round(sign * neighbour.distance, _DIGITS) + 0.0)


def _place(hit: Hit) -> tuple[float, str]:
    return -hit.score, hit.id


def _kind(state: State | None, there: bool, version: int | None) -> str:
    if state is None or not state.is_live:
        return "left" if there else "same"
    if not there:
        return "missing"
    return "same" if version == state.version else "older"
