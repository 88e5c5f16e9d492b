"""One act of a scenario, in a process of its own that may be killed.

    python -m bench.chaos.play ingest STORE FOLDER [--die-at-write N] [--file-limit BYTES]
                                                   [--clock-back MS] [--workers N]
    python -m bench.chaos.play prepare|check STORE

`ingest` takes every partner's deliveries below FOLDER in one run; `check` prints as one JSON line
the fingerprints of the views, the names of all titles by partner and own id, and what is wrong
with the change feed.
"""

import argparse
import json
import os
import resource
import signal
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

from ummid.feeds.connector import Profile
from ummid.ingest.context import open_table
from ummid.ingest.run import begin, ingest, now_ms
from ummid.ingest.sources import Source
from ummid.opening import is_bigtable, parse
from ummid.partners import Partners
from ummid.stores.table import Put, Table
from ummid.views import changes, titles
from ummid.views.digest import digest

_PATIENCE = 90.0
"""Seconds to wait for the lease of a killed run: longer than it lasts."""


def play(store: Path, folder: Path, workers: int, clock_back: int) -> None:
    sources = [_source(path) for path in sorted(folder.glob("*/*/*"))]
    names = {source.partner for source in sources if source.partner}
    # holding a delivery is a person's business, and none is here
    profiles = Partners({name: Profile(partner=name, hold_share=1.0) for name in names})
    with begin(store, clock=lambda: now_ms() - clock_back, patience=_PATIENCE) as run:
        report = ingest(run, sources, profiles, workers=workers)
    outcomes = report.published + report.unchanged + report.superseded
    if report.read != outcomes + report.withdrawn + report.rejected:
        raise SystemExit(f"the report does not add up: {report}")


def _source(path: Path) -> Source:
    """A delivery as the world lays it: below a folder named for its partner."""
    stat = path.stat()
    received = round(stat.st_mtime * 1000)
    return Source(
        path=str(path), received=received, size=stat.st_size, partner=path.parents[1].name
    )


def die_at_write(table: Table, number: int) -> None:
    """This process is killed when it has that many batches written."""
    write, numbers = table.write, count()

    def writing(puts: Iterable[Put]) -> None:
        if next(numbers) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        write(puts)

    table.write = writing  # type: ignore[method-assign]


def check(store: Path) -> dict[str, Any]:
    table = open_table(store)
    live = {
        key[2:].decode(): titles.decode_title(cell.value).title
        for key, column, cell in table.scan(b"t#")
        if column == b"v:body" and cell.value
    }
    named: dict[str, list[str | None]] = {}
    for key, column, cell in table.scan(b"x#partner:"):
        if cell.value:
            named.setdefault(key[2:].decode(), []).append(live.get(column[2:].decode(), "nobody"))
    told = list(changes.since(table, 0, 1_000_000))
    last = {change.title: change.change for change in told}
    wrong = [title for title in live if last.get(title, "withdrawn") in ("withdrawn", "merged")]
    wrong += [title for title, how in last.items() if how == "published" and title not in live]
    serials = [change.serial for change in told]
    return {
        "views": digest(table),
        "named": named,
        "titles": len(live),
        "feed": wrong if serials == sorted(set(serials)) else ["serials repeat", *wrong],
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("act", choices=("ingest", "prepare", "check"))
    parser.add_argument("store", type=Path)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--die-at-write", type=int)
    parser.add_argument("--file-limit", type=int)
    parser.add_argument("--clock-back", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    if asked.act == "prepare":
        from ummid.stores.bigtable.schema import Schema

        if is_bigtable(asked.store):
            schema = Schema(parse(asked.store))
            schema.apply()
            schema.close()
        return
    if asked.act == "check":
        print(json.dumps(check(asked.store)))
        return
    if asked.file_limit is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a full disk is an error, not an end
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked.file_limit, asked.file_limit))
    if asked.die_at_write is not None:
        die_at_write(open_table(asked.store), asked.die_at_write)
    play(asked.store, asked.folder, asked.workers, asked.clock_back)


if __name__ == "__main__":
    main()
