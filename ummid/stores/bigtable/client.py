"""The client of one Bigtable table, its deadlines, and what its errors mean."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from google.api_core import exceptions
from google.auth.exceptions import GoogleAuthError
from google.cloud.bigtable.data import BigtableDataClient, Table
from google.cloud.bigtable.data.exceptions import RetryExceptionGroup

from ummid.errors import StoreError
from ummid.stores.bigtable.place import BigtablePlace

_METRICS = "google.cloud.bigtable.data._metrics"
EMULATOR = "BIGTABLE_EMULATOR_HOST"


class Deadlines(NamedTuple):
    """Seconds until a call is given up, all its tries together; and of one try."""

    read: float = 30
    write: float = 120
    attempt: float = 20


_PASSING = (
    exceptions.ServiceUnavailable,
    exceptions.DeadlineExceeded,
    exceptions.Aborted,
    exceptions.ResourceExhausted,
    exceptions.InternalServerError,
    exceptions.Cancelled,
)
_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.NotFound, "`ummid tables apply` makes the table and its families"),
    (exceptions.PermissionDenied, "the credentials may not do that (roles/bigtable.user may)"),
    (
        exceptions.FailedPrecondition,
        "the app profile must route to one cluster and be transactional",
    ),
)


def connect(place: BigtablePlace) -> BigtableDataClient:
    """A client of the place's project; of the emulator where the environment names one."""
    logging.getLogger(_METRICS).setLevel(logging.ERROR)  # it complains of its own counting
    with warnings.catch_warnings():
        if os.environ.get(EMULATOR):  # it warns of what is meant
            warnings.simplefilter("ignore", RuntimeWarning)
        with asking(place, "opening"):
            return BigtableDataClient(project=place.project)


def open_target(client: BigtableDataClient, place: BigtablePlace, deadlines: Deadlines) -> Table:
    return client.get_table(
        place.instance,
        place.table,
        app_profile_id=place.profile or None,
        default_read_rows_operation_timeout=deadlines.read,
        default_read_rows_attempt_timeout=min(deadlines.attempt, deadlines.read),
        default_mutate_rows_operation_timeout=deadlines.write,
        default_mutate_rows_attempt_timeout=min(deadlines.attempt, deadlines.write),
        default_operation_timeout=deadlines.read,
        default_attempt_timeout=min(deadlines.attempt, deadlines.read),
        # the client's own lists leave out throttling; a write of ours may always be repeated
        default_read_rows_retryable_errors=_PASSING,
        default_mutate_rows_retryable_errors=_PASSING,
        default_retryable_errors=_PASSING,
    )


def is_passing(error: BaseException | None) -> bool:
    """Whether the same call may succeed later."""
    return isinstance(_said_last(error), _PASSING)


def in_words(error: BaseException | None) -> str:
    """What the service said last, in one line, and what to do."""
    told = _said_last(error)
    said = str(told).splitlines()[0] if str(told) else type(told).__name__
    advice = next((then for kind, then in _ADVICE if isinstance(told, kind)), "")
    return f"{said}; {advice}" if advice else said


def _said_last(error: BaseException | None) -> BaseException | None:
    """The service's own word: the client puts its timeout after, or around, what it heard."""
    if isinstance(error, RetryExceptionGroup):
        heard = [one for one in error.exceptions if not _is_timeout(one)]
        return _said_last((heard or error.exceptions)[-1])
    if _is_timeout(error) and error and isinstance(error.__cause__, RetryExceptionGroup):
        return _said_last(error.__cause__)
    return error


def _is_timeout(error: BaseException | None) -> bool:
    return isinstance(error, exceptions.DeadlineExceeded) and "operation_timeout" in str(error)


@contextmanager
def asking(place: BigtablePlace, what: str) -> Iterator[None]:
    """Errors of the service as StoreError, said once."""
    try:
        yield
    except (exceptions.GoogleAPICallError, exceptions.RetryError) as error:
        raise StoreError(
            f"{what} {place} failed: {in_words(error)}", retryable=is_passing(error)
        ) from error
    except GoogleAuthError as error:
        raise StoreError(f"{what} {place} failed: {error}") from error
