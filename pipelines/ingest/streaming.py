"""`ummid ingest --streaming`: feeds as they come, until told to end."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from errno import ENOENT
from pathlib import Path
from threading import Event, Thread
from typing import BinaryIO

import click
from msgspec import Struct

from pipelines.quiet import importing_beam
from ummid.enrich.choose import chosen
from ummid.errors import ConfigError
from ummid.following import pubsub_client, topic_of
from ummid.ingest.context import close_table, open_table
from ummid.ingest.messages import BUCKETS
from ummid.ingest.sources import Access, LocalFiles
from ummid.partners import load_partners
from ummid.settings import Settings
from ummid.stream.folder import WatchedFolder
from ummid.stream.follow import Place, follow
from ummid.stream.loop import Stream, Target
from ummid.stream.source import Arrival, Deliveries
from ummid.views.runs import RunReport

_SAID_EVERY = 5.0
_INDEXED_EVERY = 60.0


class Streaming(Struct, frozen=True, kw_only=True):
    """What comes from where: folders to watch and Pub/Sub subscriptions.

    `topic` is told every change. `buckets` is a folder that stands for gs://, each bucket a folder
    in it. With `indexes`, titles are made searchable every minute.
    """

    folders: Sequence[str] = ()
    subscriptions: Sequence[str] = ()
    partner: str | None = None
    format: str | None = None
    topic: str | None = None
    buckets: Path | None = None
    indexes: bool = True


class FolderOfBuckets(LocalFiles):
    """Local files; gs:// objects from a folder in which each bucket is one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def open(self, path: str) -> BinaryIO:
        if not path.startswith(BUCKETS):
            return super().open(path)
        inside = (self._folder / path.removeprefix(BUCKETS)).resolve()
        if not inside.is_relative_to(self._folder):
            raise FileNotFoundError(ENOENT, "not inside the folder of buckets", path)
        return super().open(str(inside))


def _access(streaming: Streaming) -> Access:
    if streaming.buckets is not None:
        return FolderOfBuckets(streaming.buckets)
    if not streaming.subscriptions:
        return LocalFiles()
    with importing_beam():
        from transforms.files import BeamFiles

    return BeamFiles()


def run_stream(
    settings: Settings, streaming: Streaming, store: Path, partners: Path | None = None
) -> None:
    """Ingests what comes until SIGTERM or Ctrl-C, and then what has been begun.

    Exactly once in effect: what a killed stream had not published for good comes again to the next.
    Raises ConfigError for a source that cannot be used, StoreError for a store.
    """
    target = Target(
        store=store,
        partners=load_partners(partners or settings.partners),
        access=_access(streaming),
        precedence=settings.precedence,
        enricher=chosen(settings),
    )
    open_table(store)
    indexer = Indexer(settings, store) if streaming.indexes else None
    said = _Said(indexer)
    sources = list(_sources(streaming, store))
    stream = Stream(target, sources, told=said.told, between=said.between)
    try:
        with _ended_by_signals(stream.stop), _following(store, streaming.topic):
            click.echo(f"streaming into {store}", err=True)
            stream.run()
        said.say()
    finally:
        if indexer is not None:
            indexer.end()
        close_table(store)


def _sources(streaming: Streaming, store: Path) -> Iterator[Deliveries]:
    for folder in dict.fromkeys(streaming.folders):
        if not Path(folder).is_dir():
            raise ConfigError(f"{folder} is no folder: --streaming watches folders")
        yield WatchedFolder(store, Path(folder), partner=streaming.partner, format=streaming.format)
    if streaming.subscriptions:
        pubsub = pubsub_client()
        yield from map(pubsub.Subscription, dict.fromkeys(streaming.subscriptions))


@contextmanager
def _ended_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: stop()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _following(store: Path, topic: str | None) -> Iterator[None]:
    """Tells a topic what changes, to the last change."""
    if topic is None:
        yield
        return
    table, follower, stop = open_table(store), topic_of(topic), Event()
    place = Place(table, topic)

    def tell() -> None:
        follow(table, follower, place.get(), reached=place.put, stop=stop)

    thread = Thread(target=tell, name="follow", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        follow(table, follower, place.get(), reached=place.put)


class Indexer:
    """`ummid index` beside the stream, a minute after the last one: it takes longer than a run."""

    def __init__(self, settings: Settings, store: Path) -> None:
        config = ["--config", str(settings.file)] if settings.file.exists() else []
        self._command = [*config, "index", "--store", str(store)]
        self._process: subprocess.Popen[bytes] | None = None
        self._began = time.monotonic()

    def is_due(self) -> bool:
        running = self._process is not None and self._process.poll() is None
        return not running and time.monotonic() - self._began >= _INDEXED_EVERY

    def begin(self) -> None:
        self._began = time.monotonic()
        program = "from ummid.cli import main; main()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, *self._command], stdin=subprocess.DEVNULL
        )

    def end(self) -> None:
        """What is not indexed yet the next one does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


class _Said:
    """Says now and then what was done, and has what changed indexed."""

    def __init__(self, indexer: Indexer | None) -> None:
        self._indexer = indexer
        self._last = time.monotonic()
        self._read = self._published = self._rejected = self._deliveries = self._changed = 0

    def told(self, report: RunReport, done: Sequence[Arrival]) -> None:
        self._deliveries += len(done)
        self._read += report.read
        self._published += report.published
        self._rejected += report.rejected
        self._changed += report.titles_changed

    def between(self) -> None:
        if self._changed and self._indexer is not None and self._indexer.is_due():
            self._changed = 0
            self._indexer.begin()
        if time.monotonic() - self._last >= _SAID_EVERY:
            self.say()

    def say(self) -> None:
        if self._deliveries:
            click.echo(
                f"{self._deliveries:,} deliveries: {self._read:,} records, "
                f"{self._published:,} published, {self._rejected:,} rejected",
                err=True,
            )
        self._last = time.monotonic()
        self._deliveries = self._read = self._published = self._rejected = 0
