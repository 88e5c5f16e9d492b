"""A source in memory, which tests hand deliveries to, and what they need around it."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread

from tests.ingest.feeds import write
from ummid.ingest.messages import Message
from ummid.ingest.sources import Source, source_of
from ummid.stream.loop import Stream
from ummid.stream.source import Arrival, Take

WITHIN = 60.0


class Handed:
    """Delivers again what is put off, as soon as it may come."""

    def __init__(self, arrivals: Sequence[Arrival] = ()) -> None:
        self.name = "handed"
        self.arrivals = list(arrivals)
        self.finished: list[str] = []
        self.put_off: list[tuple[str, float]] = []
        self.error: BaseException | None = None
        self.is_closed = False
        self._take: Take | None = None

    def start(self, take: Take) -> None:
        self._take = take
        for arrival in self.arrivals:
            assert take(arrival)

    def done(self, arrivals: Sequence[Arrival]) -> None:
        self.finished += [arrival.id for arrival in arrivals]

    def again(self, arrivals: Sequence[Arrival], seconds: float) -> None:
        assert self._take
        for arrival in arrivals:
            self.put_off.append((arrival.id, seconds))
            self._take(arrival)

    def failure(self) -> BaseException | None:
        return self.error

    def close(self) -> None:
        self.is_closed = True


def of_file(path: Path, partner: str = "acme") -> Arrival:
    source = Source(
        path=str(path),
        received=path.stat().st_mtime_ns // 1_000_000 if path.exists() else 1,
        size=path.stat().st_size if path.exists() else 0,
        partner=partner,
    )
    return Arrival(by="handed", id=str(path), partner=partner, source=source, size=source.size)


def of_message(number: int, data: bytes, published: int = 1, **attributes: str) -> Arrival:
    message = Message("s", str(number), published, data, attributes)
    source = source_of(message)
    assert source
    partner = source.partner or ""
    return Arrival(by="handed", id=message.path, partner=partner, source=source, size=len(data))


def titles(path: Path, *names: str) -> Path:
    rows = [f"{path.parent.name}-{name},{name},1999" for name in names]
    return write(path, "\n".join(["id,title,year", *rows]) + "\n")


def run_until(stream: Stream, reached: Callable[[], bool]) -> None:
    """Runs a stream in a thread until something is reached, then stops and ends it."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            stream.run()
        except BaseException as error:
            raised.append(error)

    thread = Thread(target=run)
    thread.start()
    try:
        until = time.monotonic() + WITHIN
        while not reached() and thread.is_alive():
            assert time.monotonic() < until, "not reached in time"
            time.sleep(0.01)
    finally:
        stream.stop()
        thread.join(WITHIN)
    assert not thread.is_alive()
    if raised:
        raise raised[0]
