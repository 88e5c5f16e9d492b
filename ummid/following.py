"""`ummid follow`: the change feed as it grows."""

import signal
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import click
import msgspec

from ummid.errors import ConfigError
from ummid.opening import open_table
from ummid.settings import Settings
from ummid.stream.follow import Follower, Place
from ummid.stream.follow import follow as following
from ummid.views.changes import Change


class _Printed:
    """Changes as NDJSON."""

    def tell(self, told: Sequence[Change]) -> None:
        out = sys.stdout.buffer
        out.write(b"".join(msgspec.json.encode(change) + b"\n" for change in told))
        out.flush()


@click.command()
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the store.")
@click.option("--since", type=click.IntRange(0), help="After this serial; else from the first.")
@click.option("--topic", help="Publish there (projects/P/topics/T), from where it ended last.")
@click.option("--once", is_flag=True, help="What there is by now, then end.")
@click.pass_obj
def follow(
    settings: Settings, store: Path | None, since: int | None, topic: str | None, once: bool
) -> None:
    """Print every change, one JSON object a line, as it is published; or publish it to a topic.

    Serials rise. After a crash some are told again: the serial says which.
    """
    stop = None if once else _set_by_signals()
    with closing(open_table(store or settings.store, readonly=topic is None)) as table:
        if topic is None:
            following(table, _Printed(), since or 0, stop=stop)
            return
        place, follower = Place(table, topic), topic_of(topic)
        start = place.get() if since is None else since
        following(table, follower, start, reached=place.put, stop=stop)


def _set_by_signals() -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def topic_of(topic: str) -> Follower:
    """A Pub/Sub topic as a follower. Raises ConfigError for one that cannot be used."""
    follower: Follower = pubsub_client().Topic(topic)
    return follower


def pubsub_client() -> Any:
    """`ummid.stream.pubsub`. Raises ConfigError where its client is not installed."""
    try:
        from ummid.stream import pubsub
    except ImportError as error:
        raise ConfigError(
            f"Pub/Sub needs the Google Cloud packages: pip install '.[gcp]' ({error})"
        ) from error
    return pubsub
