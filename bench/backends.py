"""The same feeds into an embedded store at once, and as a stream into Google's services.

    python -m bench.backends FEED…

Feeds lie in a bucket (a folder in its place) and are announced one by one, the newest first and
some of them twice, through the Pub/Sub emulator; `ummid ingest --streaming` keeps a Bigtable
emulator's table up to date; `ummid rights sync` copies its edges to the Firestore emulator. Beside
it, `ummid ingest` takes the folder as a whole. Then the views of both are compared byte for byte,
the edges in Firestore with the table's, and what became of every file. Ends with one JSON line;
exit status 1 when something differs.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.emulators import shared_emulator
from transforms.files import match
from ummid.opening import open_table
from ummid.services import BIGTABLE, FIRESTORE, PUBSUB
from ummid.views.digest import digest
from ummid.views.runs import reports

_PROGRAM = "from ummid.cli import main; main()"
_LATEST = 3600.0
_TWICE = 5
"""Every so many are announced twice."""


def ummid(*arguments: str, **settings: str) -> None:
    command = [sys.executable, "-c", _PROGRAM, *arguments]
    said = {f"UMMID_{name.upper()}": value for name, value in settings.items()}
    done = subprocess.run(command, check=False, env=os.environ | said, stdout=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(f"ummid {' '.join(arguments)}: {done.returncode}: {done.stdout.decode()}")


def fill(bucket: Path, feeds: list[str]) -> list[Path]:
    """The feeds in a bucket, each in a folder of its own, as old as they are."""
    made = []
    for number, source in enumerate(s for feed in feeds for s in match(feed)):
        path = Path(source.path)
        there = bucket / f"{number:04}" / path.name
        there.parent.mkdir(parents=True)
        shutil.copy2(path, there)
        made.append(there)
    return made


def announce(topic: str, buckets: Path, files: list[Path]) -> None:
    from google.cloud.pubsub_v1 import PublisherClient

    publisher = PublisherClient()
    sent = []
    newest = sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)
    for number, file in enumerate(newest):
        found = file.stat()
        bucket, _, name = str(file.relative_to(buckets)).partition("/")
        # as a batch reads it: to the millisecond, by which versions are ordered
        written = datetime.fromtimestamp(round(found.st_mtime * 1000) / 1000, UTC).isoformat()
        data = json.dumps({"timeCreated": written, "size": str(found.st_size)}).encode()
        said = {"eventType": "OBJECT_FINALIZE", "bucketId": bucket, "objectId": name}
        sent += [
            publisher.publish(topic, data, **said) for _ in range(2 if number % _TWICE == 0 else 1)
        ]
    for one in sent:
        one.result(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("feeds", nargs="+")
    asked = parser.parse_args()
    with ExitStack() as stack:
        for name in (BIGTABLE, FIRESTORE, PUBSUB):
            if stack.enter_context(shared_emulator(name)) is None:
                raise SystemExit(f"the {name} is not installed")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        print(json.dumps(told := compare(folder, asked.feeds)))
    if not told["equal"]:
        raise SystemExit(1)


def compare(folder: Path, feeds: list[str]) -> dict[str, Any]:
    from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient

    buckets, embedded = folder / "buckets", folder / "store"
    files = fill(buckets / "feeds", feeds)
    began = time.monotonic()
    ummid("ingest", "--no-index", "--store", str(embedded), str(buckets))
    batch = time.monotonic() - began

    topic, subscription = "projects/bench/topics/feeds", "projects/bench/subscriptions/feeds"
    PublisherClient().create_topic(name=topic)
    with SubscriberClient() as subscriber:
        subscriber.create_subscription(name=subscription, topic=topic, ack_deadline_seconds=600)
    cloud = f"bigtable://bench/backends/t{os.getpid()}?folder={folder}/beside"
    ummid("tables", "apply", "--store", cloud)
    began = time.monotonic()
    command = ["ingest", "--streaming", "--no-index", "--store", cloud]
    command += ["--subscription", subscription, "--buckets", str(buckets)]
    with subprocess.Popen([sys.executable, "-c", _PROGRAM, *command]) as process:
        try:
            announce(topic, buckets, files)
            until_taken(Path(cloud), {*files_of(embedded)}, process)
            process.send_signal(signal.SIGTERM)
            if process.wait(600):
                raise SystemExit("the stream ended with an error")
        finally:
            process.kill()
    streamed = time.monotonic() - began
    began = time.monotonic()
    graph = f"firestore://bench/t{os.getpid()}"
    ummid("rights", "sync", "--store", cloud, graph=graph)
    ummid("rights", "verify", "--dry-run", "--store", cloud, graph=graph)  # ends where one differs
    copied = time.monotonic() - began
    return {
        **differences(embedded, Path(cloud)),
        "files": len(files),
        "batch_s": round(batch, 1),
        "stream_s": round(streamed, 1),
        "graph_s": round(copied, 1),
    }


def files_of(store: Path) -> dict[str, int]:
    """What runs told of files, by their names in the buckets: how many records were rejected."""
    with closing(open_table(store, readonly=True)) as table:
        return {
            file.path.partition("/buckets/")[2] or file.path.removeprefix("gs://"): file.rejected
            for report in reports(table)
            for file in report.files
        }


def until_taken(store: Path, names: set[str], process: subprocess.Popen[bytes]) -> None:
    """Waits until runs have told of every file, and for what was announced twice."""
    until = time.monotonic() + _LATEST
    while not names <= files_of(store).keys():
        if process.poll() is not None:
            raise SystemExit("the stream ended before it was told to")
        if time.monotonic() > until:
            missing = sorted(names - files_of(store).keys())
            raise SystemExit(f"not taken within {_LATEST:g} s: {missing[:9]}")
        time.sleep(2)
    time.sleep(20)


def differences(embedded: Path, cloud: Path) -> dict[str, Any]:
    views = []
    for store in (embedded, cloud):
        with closing(open_table(store, readonly=True)) as table:
            views.append(digest(table))
    mine, theirs = files_of(embedded), files_of(cloud)
    differ = [name for name in views[0] if views[0][name] != views[1][name]]
    otherwise = sorted(name for name in mine.keys() | theirs if mine.get(name) != theirs.get(name))
    return {
        "equal": not differ and not otherwise,
        "cells": {name: count for name, (count, _) in views[0].items()},
        "views_that_differ": differ,
        "files_counted_otherwise": otherwise[:20],
    }


if __name__ == "__main__":
    main()
