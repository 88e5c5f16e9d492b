"""The pairs of records that share a block, for training: what the pipeline compares, in memory.

What decides is the pipeline's own code; only the gathering of pairs, which the pipeline does
through its store, is done here at one go.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from ummid.catalog.model import SourceRecord
from ummid.feeds.connector import Profile as Agreed
from ummid.feeds.reader import Reading
from ummid.identity.blocking import blocks
from ummid.identity.profile import Profile, profile

CROWDED = 1000
YEARS_APART = 5


class Entry(NamedTuple):
    """A record of a file, by the position of the file."""

    file: int
    id: str
    profile: Profile


def partner_of(position: int, path: Path) -> str:
    """Two files are two partners, whatever they are called."""
    return f"{position:02d}-{path.name.partition('.')[0]}"


def records(path: Path, partner: str) -> Iterator[SourceRecord]:
    with path.open("rb") as stream:
        for found in Reading(str(path), stream, profile=Agreed(partner=partner)):
            if isinstance(found, SourceRecord):
                yield found


def entries(files: Sequence[Path]) -> list[Entry]:
    return [
        Entry(n, record.own_id or "", profile(record))
        for n, path in enumerate(files)
        for record in records(path, partner_of(n, path))
    ]


def pairs(found: Iterable[Entry]) -> list[tuple[Entry, Entry]]:
    """Every pair from two files with a block in common, the one of the earlier file first."""
    members: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in found:
        for block in blocks(entry.profile):
            members[block].append(entry)
    chosen: dict[tuple[int, str, int, str], tuple[Entry, Entry]] = {}
    for block in members.values():
        if 1 < len(block) <= CROWDED:
            for one, other in combinations(block, 2):
                if _worth_comparing(one, other):
                    chosen[one.file, one.id, other.file, other.id] = one, other
    return list(chosen.values())


def _worth_comparing(one: Entry, other: Entry) -> bool:
    if one.file == other.file:
        return False
    a, b = one.profile, other.profile
    if a.kind and b.kind and a.kind != b.kind:
        return False
    return not (a.year and b.year and abs(a.year - b.year) > YEARS_APART)
