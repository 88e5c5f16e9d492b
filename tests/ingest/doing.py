"""Steps for other processes to do, in a module that is quick to import there."""

import os
import signal
import time

from ummid.errors import FeedError
from ummid.ingest.context import Run
from ummid.stores.table import Table


def who(_run: Run, _table: Table, partition: str) -> tuple[int, str]:
    return os.getpid(), partition


def refuse(_run: Run, _table: Table, partition: str) -> None:
    raise FeedError("refused", f"{partition} is refused")


def end(_run: Run, _table: Table, _partition: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sleep(run: Run, _table: Table, _partition: str) -> None:
    (run.store / f"pid-{os.getpid()}").touch()
    time.sleep(600)


def end_first(run: Run, table: Table, partition: str) -> None:
    if partition == "0":
        end(run, table, partition)
