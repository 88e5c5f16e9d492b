"""The client of one Firestore database: deadlines, what is tried again, what errors mean."""

import time
from collections.abc import Callable
from random import uniform
from typing import NamedTuple, TypeVar

from google.api_core import exceptions
from google.api_core.retry import Retry
from google.auth.exceptions import GoogleAuthError
from google.cloud import firestore

from ummid.errors import StoreError
from ummid.stores.firestore.place import FirestorePlace

Result = TypeVar("Result")
EMULATOR = "FIRESTORE_EMULATOR_HOST"


class Deadlines(NamedTuple):
    """Seconds: until a call is given up, all its tries together; of one try; and of the first
    wait between two, which doubles.
    """

    whole: float = 60
    attempt: float = 20
    wait: float = 0.2


_PASSING = (
    exceptions.ServiceUnavailable,
    exceptions.DeadlineExceeded,
    exceptions.Aborted,
    exceptions.ResourceExhausted,
    exceptions.InternalServerError,
    exceptions.Cancelled,
)
_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.NotFound, "`gcloud firestore databases create` makes a database"),
    (exceptions.PermissionDenied, "the credentials may not do that (roles/datastore.user may)"),
    (exceptions.FailedPrecondition, "deploy infra/firestore.indexes.json (docs/backends.md)"),
)
_LONGEST_WAIT = 10.0

ONE_TRY = Retry(predicate=lambda _: False)
"""For calls that `until_done` makes again: the client fails over a retry of None."""


def connect(place: FirestorePlace) -> firestore.Client:
    """A client of the place's database; of the emulator where the environment names one."""
    try:
        return firestore.Client(project=place.project, database=place.database)
    except GoogleAuthError as error:
        raise StoreError(f"opening {place} failed: {error}") from error


def is_passing(error: BaseException | None) -> bool:
    """Whether the same call may succeed later."""
    return isinstance(error, _PASSING)


def in_words(error: Exception) -> str:
    """What the service said, in one line, and what to do."""
    lines = str(error).splitlines()
    said = lines[0] if lines else type(error).__name__
    advice = next((then for kind, then in _ADVICE if isinstance(error, kind)), "")
    return f"{said}; {advice}" if advice else said


def until_done(
    call: Callable[[float], Result],
    deadlines: Deadlines,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """What `call(timeout)` gives, asked again after what may pass, until the deadline.

    `call` must be one that may be repeated whole. Raises what it raised last.
    """
    ends, wait = clock() + deadlines.whole, deadlines.wait
    while True:
        try:
            return call(max(0.001, min(deadlines.attempt, ends - clock())))
        except _PASSING:
            pause = uniform(0.5, 1) * wait
            if clock() + pause >= ends:
                raise
            sleep(pause)
            wait = min(2 * wait, _LONGEST_WAIT)


def failed(place: FirestorePlace, what: str, error: Exception) -> StoreError:
    return StoreError(f"{what} {place} failed: {in_words(error)}", retryable=is_passing(error))
