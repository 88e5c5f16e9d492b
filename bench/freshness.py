"""How long what arrives takes to be servable, at a steady rate, through `ummid ingest --streaming`.

    python -m bench.freshness [--rate 200] [--seconds 60] [--by files|messages] [--store emulator]

Every record is a new title of one of four partners, in files of 50 or in a message each. A record
has arrived when its file was renamed into the watched folder or its message sent; it is servable
when a reader of the store finds the title by the partner's id, as a lookup does. The stream and the
reader are processes of their own. Of messages one in nine is looked for. `--store emulator` keeps
the views in the Bigtable emulator; messages go through the Pub/Sub emulator. Ends with one JSON
line, in seconds.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from scripts.emulators import shared_emulator
from ummid.opening import open_table
from ummid.services import BIGTABLE, PUBSUB
from ummid.stores.table import Table
from ummid.views import titles

_PARTNERS = ("acme", "blue", "coral", "delta")
_A_FILE = 50
_LOOK = 0.005
_WARM_UP = 120.0
_LATEST = 120.0
_PROGRAM = "from ummid.cli import main; main()"


class Sent(NamedTuple):
    """The last record of a delivery, how many it is one of, and when it arrived (monotonic)."""

    partner: str
    last: str
    records: int
    at: float


def rows(partner: str, first: int, count: int) -> bytes:
    lines = [
        f"{n},The {partner} story number {n},{1950 + n % 70},{80 + n % 60}"
        for n in range(first, first + count)
    ]
    return "\n".join(["id,title,year,runtime", *lines, ""]).encode()


@contextmanager
def _streaming(store: str, *sources: str) -> Iterator[None]:
    command = ["ingest", "--streaming", "--no-index", "--store", store, *sources]
    process = subprocess.Popen([sys.executable, "-c", _PROGRAM, *command])
    try:
        yield
        process.send_signal(signal.SIGTERM)
        if process.wait(_LATEST):
            raise SystemExit("the stream ended with an error")
    finally:
        process.kill()
        process.wait()


class Files:
    """Sends to a watched folder: written aside, then renamed."""

    def __init__(self, inbox: Path) -> None:
        self._inbox, self._aside = inbox, inbox.with_name("aside")
        for folder in (self._aside, *(inbox / partner for partner in _PARTNERS)):
            folder.mkdir(parents=True)
        profiles = inbox.with_name("partners.toml")
        profiles.write_text("".join(f'[partner.{p}]\nfiles = ["{p}/*"]\n' for p in _PARTNERS))
        self.records, self.looked_for = _A_FILE, 1
        self.sources = (str(inbox), "--partners", str(profiles))

    def send(self, partner: str, first: int) -> float:
        aside = self._aside / f"{first}.csv"
        aside.write_bytes(rows(partner, first, self.records))
        aside.rename(self._inbox / partner / aside.name)
        return time.monotonic()


class Messages:
    """Sends each record to a topic that the stream has a subscription of."""

    def __init__(self) -> None:
        from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

        self._publisher = PublisherClient()
        self._topic = f"projects/bench/topics/t{os.getpid()}"
        name = f"projects/bench/subscriptions/s{os.getpid()}"
        self._publisher.create_topic(name=self._topic)
        with SubscriberClient() as subscriber:
            subscriber.create_subscription(name=name, topic=self._topic)
        self.records, self.looked_for, self.sources = 1, 9, ("--subscription", name)

    def send(self, partner: str, first: int) -> float:
        self._publisher.publish(self._topic, rows(partner, first, 1), partner=partner)
        return time.monotonic()


def _is_served(table: Table, sent: Sent) -> bool:
    return bool(titles.lookup(table, f"partner:{sent.partner}", sent.last))


def measure(table: Table, sending: Files | Messages, rate: float, seconds: float) -> list[float]:
    """Seconds from arrival to servable of every record."""
    first, waits, waiting = 1, [], [_sent(sending, 0, 1)]
    first += sending.records
    _until(lambda: _is_served(table, waiting[0]), _WARM_UP)  # the stream has started
    waiting.clear()
    began, number = time.monotonic(), 1
    due = began
    while time.monotonic() - began < seconds or waiting:
        now = time.monotonic()
        while due <= now and due - began < seconds:
            sent = _sent(sending, number, first)
            if number % sending.looked_for == 0:
                waiting.append(sent)
            first, number = first + sending.records, number + 1
            due += sending.records / rate
        still = []
        for sent in waiting:
            if _is_served(table, sent):
                waits += [time.monotonic() - sent.at] * sent.records
            else:
                still.append(sent)
        waiting = still
        if waiting and now - waiting[0].at > _LATEST:
            raise SystemExit(f"{waiting[0]} was not servable within {_LATEST:g} s")
        time.sleep(_LOOK)
    return waits


def _sent(sending: Files | Messages, number: int, first: int) -> Sent:
    partner = _PARTNERS[number % len(_PARTNERS)]
    at = sending.send(partner, first)
    return Sent(partner, str(first + sending.records - 1), sending.records, at)


def _until(reached: Callable[[], bool], within: float) -> None:
    until = time.monotonic() + within
    while not reached():
        if time.monotonic() > until:
            raise SystemExit(f"nothing was servable within {within:g} s")
        time.sleep(_LOOK)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=200, help="records a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--by", choices=("files", "messages"), default="files")
    parser.add_argument("--store", choices=("embedded", "emulator"), default="embedded")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = str(folder / "store")
        if asked.store == "emulator":
            if stack.enter_context(shared_emulator(BIGTABLE)) is None:
                raise SystemExit(f"the {BIGTABLE} is not installed")
            store = f"bigtable://bench/freshness/t{os.getpid()}?folder={folder}/beside"
            made = [sys.executable, "-c", _PROGRAM, "tables", "apply", "--store", store]
            subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        if asked.by == "messages" and stack.enter_context(shared_emulator(PUBSUB)) is None:
            raise SystemExit(f"the {PUBSUB} is not installed")
        sending = Messages() if asked.by == "messages" else Files(folder / "inbox")
        stack.enter_context(_streaming(store, *sending.sources))
        if asked.store == "embedded":
            _until((folder / "store" / "data.mdb").exists, _WARM_UP)
        with closing(open_table(Path(store), readonly=True)) as table:
            waits = measure(table, sending, asked.rate, asked.seconds)
    cuts = statistics.quantiles(waits, n=100)
    figures = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "longest": max(waits)}
    print(
        json.dumps(
            {
                "freshness": {name: round(value, 3) for name, value in figures.items()},
                "records": len(waits),
                "rate": asked.rate,
                "by": asked.by,
                "store": asked.store,
            }
        )
    )


if __name__ == "__main__":
    main()
