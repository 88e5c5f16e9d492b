"""Small collections that copy something whole: what operators decided, and how far a copy is."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.cloud.firestore import Client

from ummid.stores.firestore.client import ONE_TRY, Deadlines, connect, failed, until_done
from ummid.stores.firestore.place import FirestorePlace

_AT_ONCE = 400
Documents = Mapping[str, Mapping[str, Any]]
Result = TypeVar("Result")


class Mirror:
    """Collections of one database, each read and written whole. Errors are StoreError."""

    def __init__(self, place: FirestorePlace, deadlines: Deadlines | None = None) -> None:
        self._place, self._deadlines = place, deadlines or Deadlines()
        self._client: Client = connect(place)

    def read(self, collection: str) -> dict[str, dict[str, Any]]:
        def ask(timeout: float) -> dict[str, dict[str, Any]]:
            found = self._client.collection(collection).get(retry=ONE_TRY, timeout=timeout)
            return {one.id: one.to_dict() or {} for one in found}

        return self._asked("reading", ask)

    def replace(self, collection: str, documents: Documents) -> int:
        """Makes these all that the collection holds; how many were changed or taken out.

        Written in commits of some hundred: a reader may see one before the next.
        """
        before = self.read(collection)
        changes = [(name, dict(one)) for name, one in documents.items() if before.get(name) != one]
        gone = [(name, None) for name in before.keys() - documents.keys()]
        waiting = iter([*changes, *gone])
        while part := list(islice(waiting, _AT_ONCE)):
            self._asked("writing", partial(self._commit, collection, part))
        return len(changes) + len(gone)

    def _commit(
        self, collection: str, part: list[tuple[str, dict[str, Any] | None]], timeout: float
    ) -> None:
        batch = self._client.batch()
        for name, fields in part:
            document = self._client.collection(collection).document(name)
            if fields is None:
                batch.delete(document)
            else:
                batch.set(document, fields)
        batch.commit(retry=ONE_TRY, timeout=timeout)

    def _asked(self, what: str, call: Callable[[float], Result]) -> Result:
        try:
            return until_done(call, self._deadlines)
        except (GoogleAPICallError, RetryError) as error:
            raise failed(self._place, what, error) from error

    def close(self) -> None:
        self._client.close()  # type: ignore[no-untyped-call]
