"""A segment: rows that never change, searched where they lie."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from ummid.stores.mapped import rowsets
from ummid.stores.mapped.build import SegmentLayout
from ummid.stores.mapped.columns import Columns
from ummid.stores.mapped.files import CODES, PACK
from ummid.stores.mapped.kernels import Floats, Rows, best, cosines, dots, dots_at
from ummid.stores.mapped.lists import Inside, Lists
from ummid.stores.mapped.pack import Pack, Ref
from ummid.stores.mapped.rowsets import RowSet
from ummid.stores.mapped.source import Taken, hash_of
from ummid.stores.vectors import Filter

GATHERED = 3_000
"""Up to so many rows of a filter are all scored: reading lists would not be cheaper."""
_REMEMBERED = 64

_EVERYTHING = repr(Filter())


class Selection(NamedTuple):
    """What a filter means here, without regard to rows that are no more; None is everything."""

    rows: RowSet | None
    inside: NDArray[np.int64] | None
    """How many in each list, when that matters."""


class Found(NamedTuple):
    """Rows and their cosines, the highest first."""

    rows: Rows
    scores: Floats


class Segment:
    """See `build`. May be searched by several threads."""

    def __init__(self, folder: Path, name: str, dimensions: int) -> None:
        self.name = name
        self._pack = Pack(folder / (name + PACK))
        layout = msgspec.msgpack.decode(self._pack.directory, type=SegmentLayout)
        self.size = layout.size
        array = self._pack.array
        self.vectors: Floats = array(layout.vectors).reshape(-1, dimensions)
        self.versions: NDArray[np.int64] = array(layout.versions)
        self.crowds: NDArray[np.uint64] = array(layout.crowds)
        self._texts = (layout.ids, array(layout.ids_at))
        self._restricts = (layout.restricts, array(layout.restricts_at))
        self._hashes, self._hash_rows = array(layout.hashes), array(layout.hash_rows)
        self._columns = Columns(self._pack, layout.columns)
        self.lists = (
            Lists(folder / (name + CODES), self._pack, layout.lists, dimensions)
            if layout.lists is not None
            else None
        )
        self._everything = RowSet(self.size, None, rowsets.pack(self.size, None), self.size)
        self._selections: OrderedDict[str, Selection] = OrderedDict()

    def id_of(self, row: int) -> str:
        return self._text(self._texts, row).decode()

    def ids_of(self, rows: Rows) -> list[str]:
        """As `id_of`, of many at once: reading where each begins costs more than reading it."""
        ref, at = self._texts
        first, last = at[rows] + np.uint64(ref.offset), at[rows + 1] + np.uint64(ref.offset)
        window = self._pack.window
        ends = zip(first.tolist(), last.tolist(), strict=True)
        return [window(start, end).decode() for start, end in ends]

    def restricts_of(self, row: int) -> bytes:
        return self._text(self._restricts, row)

    def _text(self, texts: tuple[Ref, NDArray[np.uint64]], row: int) -> bytes:
        ref, at = texts
        return self._pack.window(ref.offset + int(at[row]), ref.offset + int(at[row + 1]))

    def find(self, name: str) -> int | None:
        """The row of an id."""
        wanted = np.uint64(hash_of(name))
        place = int(np.searchsorted(self._hashes, wanted))
        while place < self.size and self._hashes[place] == wanted:
            row = int(self._hash_rows[place])
            if self.id_of(row) == name:
                return row
            place += 1
        return None

    def rows_of(self, rows: Rows) -> Taken:
        """Rows as the source of another segment; vectors are read when they are gathered."""
        chosen: Sequence[int] = rows.tolist()
        return Taken(
            self.ids_of(rows),
            self.versions[rows],
            self.crowds[rows],
            [self.restricts_of(row) for row in chosen],
            self.vectors,
            rows,
        )

    def search(self, vector: Floats, count: int, within: Filter, dead: RowSet | None) -> Found:
        """The likest rows in effect, all of the equal ones at the end where they were seen."""
        selection = self._selection(within)
        chosen = selection.rows
        if dead is not None:
            chosen = rowsets.difference(self._everything if chosen is None else chosen, dead)
        alive = self.size if chosen is None else chosen.total
        if alive <= GATHERED or self.lists is None or count * 20 > alive:
            rows = self._exact(vector, count, chosen)
            scores = cosines(self.vectors, rows, vector)
        else:
            inside = None
            if chosen is not None:
                counts = self.lists.sizes if selection.inside is None else selection.inside
                inside = Inside(chosen.as_bits(), counts)
            rows, scores = self.lists.nearest(self.vectors, vector, count, inside)
        order = np.argsort(-scores, kind="stable")
        return Found(rows[order], scores[order])

    def _exact(self, vector: Floats, count: int, chosen: RowSet | None) -> Rows:
        if chosen is None:
            return best(dots(self.vectors, vector), count)
        rows = chosen.as_rows()
        return rows[best(dots_at(self.vectors, rows, vector), count)]

    def _selection(self, within: Filter) -> Selection:
        """Compiled once for each filter; the latest ones are remembered."""
        key = repr(within)
        if key == _EVERYTHING:
            return Selection(None, None)
        known = self._selections.get(key)
        if known is None:
            rows = self._columns.select(within)
            inside = None
            if rows is not None and rows.total > GATHERED and self.lists is not None:
                inside = self.lists.counts(rows.as_bits())
            known = self._selections[key] = Selection(rows, inside)
            if len(self._selections) > _REMEMBERED:
                self._selections.popitem(last=False)
        return known
