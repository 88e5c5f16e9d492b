"""`Hypergraph` on Firestore: every version of an edge is a document."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.cloud import firestore
from google.cloud.firestore_v1.query import Query
from google.cloud.firestore_v1.transaction import Transaction

from ummid.errors import StoreError
from ummid.stores.firestore import queries
from ummid.stores.firestore.client import (
    ONE_TRY,
    Deadlines,
    connect,
    failed,
    in_words,
    is_passing,
    until_done,
)
from ummid.stores.firestore.documents import (
    COLLECTION,
    Document,
    document,
    edge_in,
    kept,
    name_of,
    token,
    version_of,
)
from ummid.stores.firestore.place import FirestorePlace
from ummid.stores.hypergraph import Edge, Known, Member, Told, checked, rank
from ummid.stores.table import Failure, PartlyWritten

_PAGE = 300
_WRITES = 400
"""Documents that one transaction writes, unless one edge alone takes more."""
_History = dict[int, Edge | None]


class _Work(NamedTuple):
    """What is told of some edges, to be written together; `whole`: and is all there is to know."""

    told: Mapping[str, _History]
    whole: bool

    def alone(self) -> list["_Work"]:
        return [_Work({edge_id: history}, self.whole) for edge_id, history in self.told.items()]


class FirestoreHypergraph:
    """See `Hypergraph`. What is told of an edge, with what it closes, is one transaction: seen as
    a whole, and safe beside another writer. Transactions are made again whole when they fail for
    what may pass; they write what is there already a second time at worst.
    """

    def __init__(self, place: FirestorePlace, deadlines: Deadlines | None = None) -> None:
        self.place = place
        self._deadlines = deadlines or Deadlines()
        self._client = connect(place)
        self._edges = self._client.collection(COLLECTION)

    def write(self, told: Iterable[Told]) -> None:
        counting: defaultdict[str, _History] = defaultdict(dict)
        for one in told:
            history = counting[checked(one).id]
            history[one.known] = max(history.get(one.known), one.edge, key=rank)
        self._write_all(counting, whole=False)

    def replace(self, histories: Mapping[str, Sequence[Known]]) -> None:
        """Makes these all that is known of some edges: for a graph that copies another one. An
        edge without any history is gone. Errors as of `write`.
        """
        told = {name: {one.known: one.edge for one in found} for name, found in histories.items()}
        self._write_all(told, whole=True)

    def _write_all(self, told: Mapping[str, _History], *, whole: bool) -> None:
        failures = [one for work in _portions(told, whole) for one in self._written(work)]
        if not failures:
            return
        first = failures[0]
        said = f"{len(failures):,} of {len(told):,} edges were not written to {self.place}"
        message = f"{said}; the first, {first.key.decode()}: {first.reason}"
        if len(failures) == len(told):
            raise StoreError(message, retryable=all(one.retryable for one in failures))
        raise PartlyWritten(message, failures)

    def _written(self, work: _Work) -> list[Failure]:
        """What of it could not be written. One edge that is refused takes no other one along."""
        try:
            until_done(lambda timeout: self._transact(work, timeout), self._deadlines)
        except (GoogleAPICallError, RetryError) as error:
            if len(work.told) > 1 and not is_passing(error):
                return [one for part in work.alone() for one in self._written(part)]
            reason, passing = in_words(error), is_passing(error)
            return [Failure(edge_id.encode(), (), reason, passing) for edge_id in work.told]
        return []

    def _transact(self, work: _Work, timeout: float) -> None:
        @firestore.transactional
        def change(transaction: Transaction) -> None:
            query = queries.versions(self._edges, list(work.told))
            stored: defaultdict[str, dict[int, Document]] = defaultdict(dict)
            for found in query.get(transaction=transaction, retry=ONE_TRY, timeout=timeout):
                there = found.to_dict() or {}
                stored[there["edge"]][there["known"]] = there
            for edge_id, history in work.told.items():
                before = stored[edge_id]
                after = history if work.whole else _together(before, history)
                for name, fields in self._changed(edge_id, before, after):
                    transaction.set(self._edges.document(name), fields)
                for known in before.keys() - after.keys():
                    transaction.delete(self._edges.document(name_of(edge_id, known)))

        try:
            change(self._client.transaction(max_attempts=1))
        except ValueError as error:  # how the client says that it was aborted, or never begun
            raise error.__cause__ or error.__context__ or error from error

    def _changed(
        self, edge_id: str, stored: Mapping[int, Document], history: _History
    ) -> Iterator[tuple[str, Document]]:
        for version in kept(_in_order(history), self.place.history, _now()):
            fields = document(edge_id, version, self.place.history)
            if stored.get(version.known) != fields:
                yield name_of(edge_id, version.known), fields

    def get(self, edge_id: str, as_of: int | None = None) -> Edge | None:
        (history,) = self.history([edge_id])
        return _at(history, as_of)

    def history(self, edge_ids: Sequence[str]) -> list[list[Known]]:
        found: defaultdict[str, list[Known]] = defaultdict(list)
        wanted = list(dict.fromkeys(edge_ids))
        for start in range(0, len(wanted), queries.AT_ONCE):
            query = queries.versions(self._edges, wanted[start : start + queries.AT_ONCE])
            for stored in self._asked(query):
                found[stored["edge"]].append(version_of(stored))
        for versions in found.values():
            versions.sort(key=lambda version: -version.known)
        return [found.get(edge_id, []) for edge_id in edge_ids]

    def find(
        self,
        members: Sequence[Member] = (),
        *,
        at: int | None = None,
        as_of: int | None = None,
        after: str = "",
    ) -> Iterator[Edge]:
        led = token(members)
        found = self._current(led, after) if as_of is None else self._then(led, after, as_of)
        for edge in found:
            if edge.has(members) and (at is None or edge.holds(at)):
                yield edge

    def histories(self, after: str = "", since: int = 0) -> Iterator[tuple[str, list[Known]]]:
        for edge_id, stored in groupby(self._ever(None, after), key=lambda one: one["edge"]):
            versions = sorted(map(version_of, stored), key=lambda version: -version.known)
            if versions[0].known >= since:
                yield edge_id, versions

    def _current(self, led: str | None, after: str) -> Iterator[Edge]:
        while page := self._asked(queries.current(self._edges, led, after).limit(_PAGE)):
            after = page[-1]["edge"]
            yield from filter(None, map(edge_in, page))

    def _then(self, led: str | None, after: str, as_of: int) -> Iterator[Edge]:
        for _, versions in groupby(self._ever(led, after), key=lambda stored: stored["edge"]):
            then = [one for one in versions if one["known"] <= as_of]
            if then and (then[-1]["until"] is None or then[-1]["until"] > as_of):
                edge = edge_in(then[-1])
                if edge is not None:
                    yield edge

    def _ever(self, led: str | None, after: str) -> Iterator[Document]:
        known: int | None = None
        while page := self._asked(queries.ever(self._edges, led, after, known).limit(_PAGE)):
            after, known = page[-1]["edge"], page[-1]["known"]
            yield from page

    def _asked(self, query: Query) -> list[Document]:
        def ask(timeout: float) -> list[Document]:
            return [found.to_dict() or {} for found in query.get(retry=ONE_TRY, timeout=timeout)]

        try:
            return until_done(ask, self._deadlines)
        except (GoogleAPICallError, RetryError) as error:
            raise failed(self.place, "reading", error) from error

    def close(self) -> None:
        self._client.close()  # type: ignore[no-untyped-call]


def _portions(told: Mapping[str, _History], whole: bool) -> Iterator[_Work]:
    """Parts that each fit one query and one commit; every version told may close another one."""
    waiting: dict[str, _History] = {}
    writes = 0
    for edge_id, history in told.items():
        more = 2 * len(history)
        if waiting and (len(waiting) >= queries.AT_ONCE or writes + more > _WRITES):
            yield _Work(waiting, whole)
            waiting, writes = {}, 0
        waiting[edge_id] = history
        writes += more
    if waiting:
        yield _Work(waiting, whole)


def _together(stored: Mapping[int, Document], told: _History) -> _History:
    """What was told before and now."""
    history: _History = {known: edge_in(one) for known, one in stored.items()}
    for known, edge in told.items():
        history[known] = max(history.get(known), edge, key=rank)
    return history


def _in_order(history: _History) -> list[Known]:
    """The newest first, each closed by the next one."""
    found: list[Known] = []
    for known in sorted(history, reverse=True):
        found.append(Known(history[known], known, found[-1].known if found else None))
    return found


def _at(history: Sequence[Known], as_of: int | None) -> Edge | None:
    then = (one for one in history if as_of is None or one.known <= as_of)
    return next((one.edge for one in then), None)


def _now() -> int:
    return time.time_ns() // 1_000_000
