"""A few worker processes that read parts of a document, each asked by a thread of its own.

They are plain child processes on pipes rather than a `multiprocessing` pool: they never run
the caller's main module again, may be started from a daemonic process or beside threads and
an open LMDB environment, end by themselves when this process does, however it ends, and can
be killed without waiting.
"""

import gc
import os
import signal
import struct
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock
from typing import BinaryIO, cast

_PIPE = 1 << 18
"""Bytes that a pipe holds, where that can be set: every read of one has to wait for its turn
in a busy process.
"""
_COLLECT = 50_000
"""Containers made before a worker looks for cycles: records are none and die in order."""
_LENGTH = struct.Struct("<Q")


class WorkerDied(Exception):
    """The process that read a part ended before it answered."""


class Workers:
    """`count` processes, started at once; `ask` gives one of them a task.

    A process that dies fails its own task alone and is replaced for the next. Raises OSError
    when none can be started.
    """

    def __init__(self, count: int, setting: bytes) -> None:
        self._setting = setting
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="ummid-part")
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._all: list[_Worker] = []
        self._lock = Lock()
        self._closed = False
        try:
            for _ in range(count):
                self._all.append(_Worker(setting))
                self._idle.put(self._all[-1])
        except OSError:
            self.close()
            raise

    @property
    def pids(self) -> list[int]:
        return [worker.process.pid for worker in self._all]

    def ask(self, task: bytes) -> "Future[bytes]":
        """The answer to `task`; WorkerDied when its process ended instead."""
        return self._threads.submit(self._ask, task)

    def close(self) -> None:
        """Ends all processes now, whatever they are doing."""
        with self._lock:
            self._closed = True
            for worker in self._all:
                worker.process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._all:
            worker.end()

    def _ask(self, task: bytes) -> bytes:
        worker = self._idle.get()
        try:
            return worker.ask(task)
        except (OSError, EOFError, ValueError) as error:
            worker.end()
            worker = self._another(worker)
            raise WorkerDied(f"a worker process ended while it read a part: {error}") from error
        finally:
            self._idle.put(worker)

    def _another(self, dead: "_Worker") -> "_Worker":
        """A worker in place of one that died; that one again, to fail again, if there is none."""
        with self._lock, suppress(OSError):
            if not self._closed:
                fresh = _Worker(self._setting)
                self._all[self._all.index(dead)] = fresh
                return fresh
        return dead


class _Worker:
    def __init__(self, setting: bytes) -> None:
        self._setting = setting
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=_PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    def ask(self, task: bytes) -> bytes:
        stdin = cast("BinaryIO", self.process.stdin)
        if self._setting:
            write_frame(stdin, self._setting)
            self._setting = b""
        write_frame(stdin, task)
        return read_frame(cast("BinaryIO", self.process.stdout))

    def end(self) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):  # what was still to be written has no reader any more
                if pipe:
                    pipe.close()
        self.process.wait()


def write_frame(stream: BinaryIO, data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes:
    """Raises EOFError when the other side is gone."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return _exactly(stream, length)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("the other side has gone")
    return data


def main() -> None:
    """A worker: reads parts from standard input until it is closed."""
    from ummid.feeds import parts

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to handle
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not end up among the answers
    with suppress(EOFError, BrokenPipeError):
        setting = parts.decode_setting(read_frame(source))
        known, feed = parts.format_of(setting), parts.feed_of(setting)
        render = parts.render_of(setting)
        gc.freeze()
        gc.set_threshold(_COLLECT)
        while True:
            task = parts.decode_task(read_frame(source))
            outcome = parts.work(known, feed, setting.opening, task, render)
            write_frame(answers, parts.encode(outcome))


if __name__ == "__main__":
    main()
