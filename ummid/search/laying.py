"""Where rows of parts are among all, as documents come, go and are changed, and parts are merged.

Rows are numbered in the order of ids, whatever part has them, so that equal scores have an order
that does not depend on how an index came to be.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ummid.search.across import Across, Placed
from ummid.search.arrays import Arrays, Strings
from ummid.search.ids import Ids, sources
from ummid.search.part import kinds_of


def columns(across: Across) -> Arrays:
    """What is known of each row among all: where its id is, its year, kind and series."""
    names, kinds = kinds_of(across)
    years, year_of = np.unique(across.column("years", np.int64), return_inverse=True)
    hashes = across.column("series", np.uint64)
    _, series = np.unique(np.append(hashes, np.uint64(0)), return_inverse=True)
    return {
        "sources": sources(across),
        "years": years,
        "years.of": year_of.astype(np.uint32),
        **Strings.arrays(names, "kind_names"),
        "kinds": kinds,
        "series": series[:-1].astype(np.uint32),
    }


def changed(across: Across, gone: Sequence[str], added: Arrays | None = None) -> Across:
    """Without the documents of some ids, and with those of a new part, which replace others."""
    ids = Ids(across, sources(across))
    new = list(Strings(added, "ids")) if added is not None else []
    stays = np.ones(across.size, np.bool_)
    stays[[row for row in ids.rows([*gone, *new]) if row is not None]] = False
    before = np.fromiter(_befores(ids, new), np.int64, len(new))
    staying = np.zeros(across.size + 1, np.int64)
    np.cumsum(stays, out=staying[1:])
    size = int(staying[-1]) + len(new)
    rows = np.full(across.size + 1, size, np.uint32)
    others = np.flatnonzero(stays)
    rows[others] = staying[others] + np.searchsorted(before, others, "right")
    parts = [Placed(part.arrays, rows[part.rows]) for part in across.parts]
    if added is not None:
        own = staying[before] + np.arange(len(new))
        parts.append(Placed(added, own.astype(np.uint32)))
    return Across(parts, size)


def apart(across: Across, which: Sequence[int]) -> tuple[Across, NDArray[np.uint32]]:
    """Some parts by themselves, with the row among all of each of their rows."""
    parts = [across.parts[number] for number in which]
    counting = [part.rows[part.rows < across.size] for part in parts]
    rows = np.sort(np.concatenate(counting))
    place = np.full(across.size + 1, len(rows), np.uint32)
    place[rows] = np.arange(len(rows), dtype=np.uint32)
    return Across([Placed(part.arrays, place[part.rows]) for part in parts], len(rows)), rows


def _befores(ids: Ids, new: Sequence[str]) -> Iterator[int]:
    """How many ids are before each of other ids, which are sorted."""
    place, last = 0, ids[len(ids) - 1] if ids else ""
    for one in new:
        # What comes behind all others needs no look at them: whole catalogues come in order.
        place = len(ids) if not ids or one > last else bisect_left(ids, one, place)
        yield place
