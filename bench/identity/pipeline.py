"""Files resolved by the pipeline's own steps in a store of their own, and what came out."""

import csv
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from bench.identity.candidates import partner_of
from ummid.ingest.apply import apply_partition
from ummid.ingest.compare import compare_partition
from ummid.ingest.context import Run, close_table
from ummid.ingest.pair import pair_partition
from ummid.ingest.processes import each_partition, processes
from ummid.ingest.resolve import resolve_partition
from ummid.ingest.run import begin
from ummid.ingest.settle import settle
from ummid.ingest.sources import LocalFiles, Source, stage_source
from ummid.machine import usable_cores
from ummid.partners import Partners
from ummid.stores.table import Table
from ummid.views import keys, titles
from ummid.views.state import links_of

_CHUNK = 10_000


class Member(NamedTuple):
    """A record by the position of its file and its id there; ordered as the files are."""

    file: int
    id: str


class Resolved(NamedTuple):
    """Records by title, those of one record too; `seconds` by step, `pairs` compared."""

    clusters: list[list[Member]]
    seconds: dict[str, float]
    pairs: int

    def matches(self) -> Iterator[tuple[str, str]]:
        """Every pair of ids from two files in one title, that of the earlier file first."""
        for members in self.clusters:
            for one, other in combinations(members, 2):
                if one.file != other.file:
                    yield one.id, other.id


def resolve(files: Sequence[Path]) -> Resolved:
    """Stages, applies, compares and resolves the files, each as a partner of its own."""
    with tempfile.TemporaryDirectory(prefix="ummid-identity-") as folder:
        store = Path(folder)
        with begin(store) as run:
            try:
                return _resolve(run, files)
            finally:
                close_table(store)


def _resolve(run: Run, files: Sequence[Path]) -> Resolved:
    table, laps = run.table(), [time.perf_counter()]

    def lap() -> None:
        laps.append(time.perf_counter())

    deliveries = [
        delivery
        for n, path in enumerate(files)
        for delivery in stage_source(run, table, _source(n, path), Partners(), access=LocalFiles())
    ]
    lap()
    settled = settle(run, table, deliveries)
    with processes(run, usable_cores()):
        each_partition(run, apply_partition, settled, deliveries)
        lap()
        each_partition(run, pair_partition)
        compared = sum(found.pairs for found in each_partition(run, compare_partition))
        lap()
        each_partition(run, resolve_partition)
    lap()
    steps = ("stage", "apply", "compare", "resolve")
    seconds = {s: round(b - a, 2) for s, a, b in zip(steps, laps[:-1], laps[1:], strict=True)}
    return Resolved(list(_titles(table)), seconds, compared)


def _source(position: int, path: Path) -> Source:
    if not path.is_file():
        raise SystemExit(f"{path} is no file; check the path")
    stat = path.stat()
    return Source(
        path=str(path),
        received=round(stat.st_mtime * 1000),
        size=stat.st_size,
        partner=partner_of(position, path),
    )


def _titles(table: Table) -> Iterator[list[Member]]:
    """The records of every title, in the order of the files."""
    left = [
        key.removeprefix(keys.record("")).decode()
        for key, column, _ in table.scan(keys.record(""))
        if column == keys.STATE
    ]
    owner: dict[str, Member] = {}
    for start in range(0, len(left), _CHUNK):
        chunk = left[start : start + _CHUNK]
        for record_id, links in zip(chunk, links_of(table, chunk), strict=True):
            if links is not None and links.owner:
                partner, own_id = links.owner
                owner[record_id] = Member(int(partner.partition("-")[0]), own_id)
    seen: set[str] = set()
    for members in titles.members(table, left):
        seen.update(members[1:])
    for record_id, members in zip(left, titles.members(table, left), strict=True):
        if record_id not in seen:
            yield sorted(owner[m] for m in members if m in owner)


def peak_megabytes() -> float:
    """At most, of this process and of as many as it starts, pages of the store included (Linux:
    kilobytes)."""
    own, other = (
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    peak = own + usable_cores() * other
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


def write_pairs(resolved: Resolved, path: Path) -> int:
    found = sorted(set(resolved.matches()))
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(found)
    return len(found)


def write_clusters(resolved: Resolved, path: Path) -> None:
    """Id of the record, number of its title; a record per line."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        for number, members in enumerate(sorted(resolved.clusters)):
            writer.writerows((member.id, number) for member in members)
