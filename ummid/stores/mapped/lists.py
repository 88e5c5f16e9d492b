"""Vectors of a large segment in lists around centres, as codes of 8 bits a number.

A query reads the lists around it first, and from what it found there estimates how many better
answers each other list may hold: by the list's size inside the filter, its centre's likeness, and
how far its members spread in the direction of the query. It reads on where that is not negligible.
"""

from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np
from msgspec import Struct

from ummid.stores.mapped.kernels import Floats, Rows, cosines, dots, pointer
from ummid.stores.mapped.pack import Pack, PackWriter, Ref
from ummid.stores.mapped.rowsets import Bits

_FIRST_LISTS = 12
_FIRST_ROWS = 300
_NEAR = 96
_SPARE = 30
"""Candidates beyond those asked for: codes order only nearly as the vectors do."""
_SHARE = 2
"""Or one for so many of those, where more are asked for than a page: reading twice costs more."""
NEGLIGIBLE = 0.0003
"""Expected answers, of ten, in a list that is left out. Of 21,787 real embeddings .0003, .001 and
.003 found .9935, .9875 and .9735 of the answers, at worst .8, .7 and .7; of 300,000 made-up vectors
.9995, .9995 and .999, the slowest queries reading 26,000, 20,000 and 16,000 rows."""
_NEXT_ROWS = 10_000
"""So many inside the filter at a time, while they turn out to help."""
_BLUR = 0.9
"""Three deviations of the error of codes that are steps of 1 apart."""
_LARGEST = 400
"""At most so many candidates for each answer asked for."""
_CHUNK = 65_536
_SOME = 4
"""One row in so many tells how lists scatter."""


class ListsLayout(Struct, frozen=True, array_like=True):
    """`spread` is by list: how its members scatter, relative to the whole; `scatter` is the
    covariance of all members around their centres. `steps` are those of the codes, by dimension.
    """

    centres: Ref
    starts: Ref
    spread: Ref
    scatter: Ref
    steps: Ref


class Inside(NamedTuple):
    """A filter as the lists need it: its rows as bits, and how many lie in each list."""

    bits: Bits
    counts: Rows


def write_lists(
    writer: PackWriter, codes: Path, vectors: Floats, centres: Floats, starts: Rows
) -> ListsLayout:
    """Writes the codes of vectors that already lie in the order of their lists."""
    index = _empty(centres)
    labels = np.repeat(np.arange(len(centres)), np.diff(starts))
    step = max(1, len(vectors) // 100_000)
    sample = np.ascontiguousarray(vectors[::step])
    index.train_encoder(len(sample), pointer(sample), None)
    index.is_trained = True
    scatter = np.zeros((vectors.shape[1], vectors.shape[1]), np.float32)
    spread, members = np.zeros(len(centres)), np.zeros(len(centres), np.int64)
    for start in range(0, len(vectors), _CHUNK):
        part = np.ascontiguousarray(vectors[start : start + _CHUNK])
        inside = np.ascontiguousarray(labels[start : start + len(part)])
        rows = np.arange(start, start + len(part))
        index.add_core(len(part), pointer(part), pointer(rows), pointer(inside))
        some = slice(None, None, _SOME)
        away = part[some] - centres[inside[some]]
        scatter += away.T @ away
        lengths = np.einsum("ij,ij->i", away, away)
        spread += np.bincount(inside[some], lengths, len(centres))
        members += np.bincount(inside[some], minlength=len(centres))
    faiss.write_index(index, str(codes))
    seen = int(members.sum())
    whole = max(float(spread.sum()) / seen, 1e-12)
    relative = np.sqrt(np.maximum((spread + 4 * whole) / (members + 4) / whole, 0.05))
    return ListsLayout(
        writer.add(centres),
        writer.add(starts),
        writer.add(relative.astype(np.float32)),
        writer.add((scatter / seen).astype(np.float32)),
        writer.add(np.ptp(sample, axis=0) / np.float32(255)),
    )


def _empty(centres: Floats) -> Any:
    count, dimensions = centres.shape
    around = faiss.IndexFlatIP(dimensions)
    around.add(centres)
    return faiss.IndexIVFScalarQuantizer(
        around, dimensions, count, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT, False
    )


class Lists:
    """The lists of a segment, mapped; may be searched by several threads."""

    def __init__(self, codes: Path, pack: Pack, layout: ListsLayout, dimensions: int) -> None:
        self.centres: Floats = pack.array(layout.centres).reshape(-1, dimensions)
        self.starts: Rows = pack.array(layout.starts)
        self._spread: Floats = pack.array(layout.spread)
        self._scatter: Floats = pack.array(layout.scatter).reshape(dimensions, dimensions)
        self._steps: Floats = pack.array(layout.steps)
        self.sizes: Rows = np.diff(self.starts)
        self._index = faiss.read_index(str(codes), faiss.IO_FLAG_MMAP)

    def counts(self, bits: Bits) -> Rows:
        """How many rows lie in each list, by whole bytes: a neighbour's may be counted too."""
        before = np.zeros(len(bits) + 1, np.int64)
        np.cumsum(np.bitwise_count(bits), out=before[1:])
        first, last = self.starts[:-1] // 8, (self.starts[1:] + 7) // 8
        return np.where(self.sizes > 0, before[last] - before[first], 0)

    def nearest(
        self, matrix: Floats, vector: Floats, count: int, inside: Inside | None
    ) -> tuple[Rows, Floats]:
        """The `count` likest rows, in effect, and some more, with their cosines.

        `matrix` has the vectors themselves: codes choose, vectors decide. Where more rows than
        were looked at are as good as the last one, within what codes blur, more are looked at.
        """
        sizes = self.sizes if inside is None else inside.counts
        likeness = dots(self.centres, vector)
        lists = self._first(likeness, sizes, count)
        wanted = count + max(_SPARE, count // _SHARE)
        coded, rows = self._scan(vector, lists, wanted, inside)
        helped, little = count, count // 10 if inside is None else 0
        while helped > little:
            more = self._next(vector, likeness, sizes, lists, coded, count)
            if not len(more):
                break
            lists, found = np.concatenate([lists, more]), self._scan(vector, more, wanted, inside)
            coded, rows = _merged(wanted, (coded, rows), found)
            helped = int((found[0] >= _last(coded, count)).sum())
        scores = cosines(matrix, rows, vector)
        blur = _BLUR * float(np.sqrt(np.sum((vector * self._steps) ** 2)))
        while len(rows) >= wanted and wanted < _LARGEST * count + _SPARE:
            if coded.min() < _last(scores, count) - blur:
                break
            wanted *= 4
            coded, rows = self._scan(vector, lists, wanted, inside)
            scores = cosines(matrix, rows, vector)
        return rows, scores

    def _next(
        self,
        vector: Floats,
        likeness: Floats,
        sizes: Rows,
        read: Rows,
        coded: Floats,
        count: int,
    ) -> Rows:
        """Of the lists that may still hold answers the next ones.

        What those that were read held also tells by how much the estimate is too high.
        """
        if len(coded) < count:
            rest = sizes > 0
            rest[read] = False
            return np.flatnonzero(rest)
        spread = self._spread * np.sqrt(max(float(vector @ self._scatter @ vector), 1e-12))
        expected = sizes * _tail((_last(coded, count) - likeness) / spread)
        expected *= min(1.0, count / max(float(expected[read].sum()), 1e-12))
        expected[read] = 0
        chosen = np.flatnonzero(expected > NEGLIGIBLE * count / 10)
        chosen = chosen[np.argsort(-expected[chosen])]
        held = np.cumsum(sizes[chosen])
        return chosen[: int(np.searchsorted(held, _NEXT_ROWS + 100 * count)) + 1]

    def _first(self, likeness: Floats, sizes: Rows, count: int) -> Rows:
        """The nearest lists that together hold enough rows for a first estimate."""
        scores = likeness if sizes is self.sizes else np.where(sizes > 0, likeness, -2)
        near = min(_NEAR, len(scores))
        found = np.argpartition(-scores, near - 1)[:near]
        found = found[np.argsort(-scores[found])]
        enough = max(_FIRST_ROWS, 4 * count)
        held = np.cumsum(sizes[found])
        if held[-1] < enough:
            found = np.argsort(-scores)
            held = np.cumsum(sizes[found])
        last = max(_FIRST_LISTS, int(np.searchsorted(held, enough)) + 1)
        return found[:last]

    def _scan(
        self, vector: Floats, lists: Rows, count: int, inside: Inside | None
    ) -> tuple[Floats, Rows]:
        scores, rows = np.empty(count, np.float32), np.empty(count, np.int64)
        lists, near = np.ascontiguousarray(lists), np.zeros(len(lists), np.float32)
        parameters = faiss.SearchParametersIVF(nprobe=len(lists))
        if inside is not None:
            selector = faiss.IDSelectorBitmap(len(inside.bits), pointer(inside.bits))
            parameters.sel = selector
        self._index.search_preassigned_c(
            1, pointer(vector), count, pointer(lists), pointer(near), pointer(scores),
            pointer(rows), False, parameters,
        )  # fmt: skip
        found = rows >= 0
        return scores[found], rows[found]


def _last(scores: Floats, count: int) -> float:
    """The last of the `count` highest scores."""
    place = max(len(scores) - count, 0)
    return float(np.partition(scores, place)[place])


def _merged(
    wanted: int, one: tuple[Floats, Rows], other: tuple[Floats, Rows]
) -> tuple[Floats, Rows]:
    scores, rows = np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]])
    if len(rows) <= wanted:
        return scores, rows
    kept = np.argpartition(-scores, wanted)[:wanted]
    return scores[kept], rows[kept]


def _tail(distance: Floats) -> Floats:
    """The share of a normal distribution beyond so many deviations, a little more rather than
    less.
    """
    beyond = np.maximum(distance, 0)
    share: Floats = np.exp(-0.5 * beyond * beyond) / (1 + beyond)
    return share
