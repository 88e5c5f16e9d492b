"""The steps of a run on several cores of one machine.

A step looks at one partition at a time and shares nothing but the store with the others, so
that processes can take partitions in turns. They are started when first needed, import the
domain alone, and end with the process that started them, however that ends.
"""

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, connection, get_context, parent_process
from threading import Thread
from typing import Any, TypeVar

from ummid.errors import StoreError
from ummid.ingest.context import PARTITIONS, Run

Result = TypeVar("Result")

_pools: dict[str, ProcessPoolExecutor] = {}
"""By the id of the run, in the process that started them."""


def collect_seldom() -> None:
    """A run makes millions of small objects and hardly a cycle: looking for cycles as often as
    Python does takes a third of its time.
    """
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


@contextmanager
def processes(run: Run, count: int) -> Iterator[None]:
    """While inside, the steps of a run that this process asks for are done by `count` others.

    With one they are done here.
    """
    if count < 2:
        yield
        return
    before = set(active_children())
    # started afresh: a fork would take an open store and running threads along
    pool = ProcessPoolExecutor(count, get_context("spawn"), _begin)
    _pools[run.id] = pool
    try:
        yield
    except BaseException:
        # one that was being started when another was killed is waited for, and never told to end
        for process in set(active_children()) - before:
            process.terminate()
        raise
    finally:
        del _pools[run.id]
        pool.shutdown(cancel_futures=True)


def on_partition(run: Run, step: Callable[..., Result], *known: object) -> Result:
    """What `step(run, table, *known)` gives.

    Raises what the step raises, and StoreError when the process that did it was ended.
    """
    pool = _pools.get(run.id)
    if pool is None:
        return step(run, run.table(), *known)
    try:
        return pool.submit(_do, step, run, known).result()
    except BrokenProcessPool as error:
        raise _ended() from error


def each_partition(
    run: Run,
    step: Callable[..., Result],
    *known: object,
    among: Iterable[str] = PARTITIONS,
) -> list[Result]:
    """What a step gives for every partition, or those `among` which it has work, in order."""
    pool = _pools.get(run.id)
    if pool is None:
        table = run.table()
        return [step(run, table, *known, partition) for partition in among]
    try:
        futures = [pool.submit(_do, step, run, (*known, partition)) for partition in among]
        return [future.result() for future in futures]
    except BrokenProcessPool as error:
        raise _ended() from error


def _ended() -> StoreError:
    return StoreError(
        "a process of this run was ended from outside (too little memory?); nothing is lost: "
        "run it again, with --workers 1 to need less",
        retryable=True,
    )


def _begin() -> None:
    collect_seldom()
    parent: Any = parent_process()
    Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """A run whose launching process was killed must not go on beside the next one."""
    connection.wait([sentinel])
    os._exit(1)


def _do(step: Callable[..., Result], run: Run, known: tuple[object, ...]) -> Result:
    return step(run, run.table(), *known)
