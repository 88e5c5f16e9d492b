"""The pairs of records that share a block, in memory: what training learns from.

Everything that decides is the pipeline's own; only the gathering, which the pipeline does
through its store, is done here at one go, so that labels can be laid beside each pair.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from ummid.catalog.model import SourceRecord
from ummid.feeds.connector import Profile as Agreed
from ummid.feeds.reader import Reading
from ummid.identity.clusters import Pair, clusters
from ummid.identity.links import Links, links
from ummid.identity.pairs import stub, worth_comparing
from ummid.views.pairs import CROWDED


class Entry(NamedTuple):
    """A record of a file, by the position of the file."""

    file: int
    id: str
    links: Links
    stub: bytes

    @property
    def key(self) -> str:
        return f"{self.file:02d}/{self.id}"


def partner_of(position: int, path: Path) -> str:
    """Two files are two partners, whatever they are called."""
    return f"{position:02d}-{path.name.partition('.')[0]}"


def records(path: Path, partner: str) -> Iterator[SourceRecord]:
    with path.open("rb") as stream:
        for found in Reading(str(path), stream, profile=Agreed(partner=partner)):
            if isinstance(found, SourceRecord):
                yield found


def entries(files: Sequence[Path]) -> list[Entry]:
    """All records of the files that are compared at all."""
    found = []
    for n, path in enumerate(files):
        for record in records(path, partner_of(n, path)):
            known = links(record)
            if known.blocks:
                found.append(Entry(n, record.own_id or "", known, stub(known)))
    return found


def pairs(found: Iterable[Entry]) -> list[tuple[Entry, Entry]]:
    """Every pair from two files that the pipeline compares, the one of the earlier file first."""
    members: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in found:
        for block in entry.links.blocks:
            members[block].append(entry)
    chosen: dict[tuple[str, str], tuple[Entry, Entry]] = {}
    for block in members.values():
        if 1 < len(block) <= CROWDED:
            for one, other in combinations(block, 2):
                if one.file != other.file and worth_comparing(one.stub, other.stub):
                    chosen[one.key, other.key] = one, other
    return list(chosen.values())


def joined(
    found: Sequence[tuple[Entry, Entry]], likely: Sequence[int], merge: int
) -> set[tuple[str, str]]:
    """The pairs of ids that the pipeline's clustering puts together at a threshold."""
    members: dict[str, Entry] = {}
    sure = []
    for (one, other), probability in zip(found, likely, strict=True):
        if probability >= merge:
            members[one.key], members[other.key] = one, other
            sure.append(Pair(*sorted((one.key, other.key)), probability))
    groups = clusters({key: entry.links for key, entry in members.items()}, sure)
    together = set()
    for group in groups:
        for a, b in combinations(sorted(group), 2):
            if members[a].file != members[b].file:
                together.add((members[a].id, members[b].id))
    return together
