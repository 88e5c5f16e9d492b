"""What one part of an index holds of its documents: nothing that depends on any other."""

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ummid.search.across import Across
from ummid.search.arrays import Arrays, Strings, encoded
from ummid.search.document import Document
from ummid.search.filters import Restricted
from ummid.search.labels import Labels
from ummid.search.merging import Merged
from ummid.search.text_index import TextIndex
from ummid.search.titles import Names

_NO_YEAR = -(10**6)


def part_of(documents: Iterable[Document]) -> Arrays:
    """Rows are in the order of ids; of several documents with one id the last counts."""
    last = {document.id: document for document in documents}
    ordered = [last[key] for key in sorted(last)]
    years = [_NO_YEAR if document.year is None else document.year for document in ordered]
    kinds = sorted({document.kind for document in ordered})
    kind = {name: n for n, name in enumerate(kinds)}
    return {
        **Strings.arrays([document.id for document in ordered], "ids"),
        **_hashed(np.array([hashed(d.id) for d in ordered], np.uint64), np.arange(len(ordered))),
        "years": np.array(years, np.int64),
        **Strings.arrays(kinds, "kind_names"),
        "kinds": np.array([kind[document.kind] for document in ordered], np.uint32),
        "series": np.array([hashed(d.series) if d.series else 0 for d in ordered], np.uint64),
        **TextIndex.arrays(ordered),
        **Names.arrays(ordered),
        **Restricted.arrays([document.restricts for document in ordered]),
        **Labels.arrays(document.labels for document in ordered),
    }


def merge(across: Across, path: Path) -> None:
    """Writes the rows of parts that count to a file, which `arrays.Mapped` reads."""
    with Merged(across, path) as merged:
        merged.lists("ids.ends", "ids.bytes", np.uint8)
        hashes = np.concatenate([part.arrays["ids.hashes"] for part in across.parts])
        rows = np.concatenate([part.rows[part.arrays["ids.rows"]] for part in across.parts])
        for name, array in _hashed(hashes[rows < across.size], rows[rows < across.size]).items():
            merged.add(name, array)
        names, kinds = kinds_of(across)
        for name, array in Strings.arrays(names, "kind_names").items():
            merged.add(name, array)
        merged.add("kinds", kinds)
        merged.column("years", np.int64)
        merged.column("series", np.uint64)
        for holder in (TextIndex, Names, Restricted, Labels):
            holder.merge(merged)


def kinds_of(across: Across) -> tuple[list[str], NDArray[np.uint32]]:
    """All kinds, sorted, and the kind of each row."""
    named = [list(Strings(part.arrays, "kind_names")) for part in across.parts]
    names = sorted(set().union(*named))
    kinds = np.empty(across.size + 1, np.uint32)
    for part, own in zip(across.parts, named, strict=True):
        moved = np.array([names.index(name) for name in own], np.uint32)
        kinds[part.rows] = moved[part.arrays["kinds"]]
    return names, kinds[: across.size]


def hashed(key: str) -> int:
    """64 bits: of a hundred million ids, hardly two share one."""
    return int.from_bytes(blake2b(encoded(key), digest_size=8).digest(), "little")


def _hashed(hashes: NDArray[np.uint64], rows: NDArray[Any]) -> Arrays:
    """Rows by the hash of their id."""
    order = np.argsort(hashes, kind="stable")
    return {"ids.hashes": hashes[order], "ids.rows": rows[order].astype(np.uint32)}
