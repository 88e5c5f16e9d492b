"""Which documents satisfy a filter, exactly, before anything is scored; and counts by token."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ummid.stores.vectors import Filter, Restricts

Mask = NDArray[np.bool_]
Rows = NDArray[np.uint32]

_SINCE_EVER, _FOR_EVER = -(2**62), 2**62


class _Windows(NamedTuple):
    rows: Rows
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, found: Sequence[tuple[int, int, int]]) -> "_Windows":
        table = np.array(found, np.int64)
        return cls(table[:, 0].astype(np.uint32), table[:, 1], table[:, 2])


class _Numbers(NamedTuple):
    rows: Rows
    values: NDArray[np.int64]

    @classmethod
    def of(cls, found: Sequence[tuple[int, int]]) -> "_Numbers":
        table = np.array(found, np.int64)
        return cls(table[:, 0].astype(np.uint32), table[:, 1])


class Facet(NamedTuple):
    token: str
    documents: int


class Restricted:
    """The restricts of documents numbered from 0, turned round: from token to documents."""

    def __init__(self, restricts: Sequence[Restricts]) -> None:
        tokens: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        numbers: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        windows: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for row, one in enumerate(restricts):
            for space, named in one.tokens.items():
                for token in dict.fromkeys(named):
                    tokens[space, token].append(row)
            for name, value in one.numbers.items():
                numbers[name].append((row, value))
            for window in one.windows:
                start = _SINCE_EVER if window.start is None else window.start
                end = _FOR_EVER if window.end is None else window.end
                windows[window.token].append((row, start, end))
        self._size = len(restricts)
        self._tokens = {key: np.array(rows, np.uint32) for key, rows in tokens.items()}
        self._numbers = {name: _Numbers.of(found) for name, found in numbers.items()}
        self._windows = {token: _Windows.of(found) for token, found in windows.items()}

    def mask(self, within: Filter) -> Mask:
        """True for each document that satisfies every part of a filter."""
        mask = np.ones(self._size, np.bool_)
        for space, tokens in within.allow.items():
            mask &= self._any(space, tokens)
        for space, tokens in within.deny.items():
            mask &= ~self._any(space, tokens)
        for name, (first, last) in within.ranges.items():
            mask &= self._range(name, first, last)
        if within.on is not None:
            mask &= self._open(*within.on)
        return mask

    def facets(self, matched: Mask, spaces: Iterable[str]) -> Mapping[str, tuple[Facet, ...]]:
        """How many of the matched documents carry each token, the most frequent first."""
        wanted = dict.fromkeys(spaces)
        counted: dict[str, list[Facet]] = {space: [] for space in wanted}
        for (space, token), rows in self._tokens.items():
            if space in wanted and (count := int(np.count_nonzero(matched[rows]))):
                counted[space].append(Facet(token, count))
        return {
            space: tuple(sorted(found, key=lambda facet: (-facet.documents, facet.token)))
            for space, found in counted.items()
        }

    def _any(self, space: str, tokens: Iterable[str]) -> Mask:
        mask = np.zeros(self._size, np.bool_)
        for token in tokens:
            if (rows := self._tokens.get((space, token))) is not None:
                mask[rows] = True
        return mask

    def _range(self, name: str, first: int | None, last: int | None) -> Mask:
        mask = np.zeros(self._size, np.bool_)
        if (numbers := self._numbers.get(name)) is not None:
            inside = np.ones(len(numbers.rows), np.bool_)
            if first is not None:
                inside &= numbers.values >= first
            if last is not None:
                inside &= numbers.values <= last
            mask[numbers.rows[inside]] = True
        return mask

    def _open(self, tokens: Iterable[str], day: int) -> Mask:
        mask = np.zeros(self._size, np.bool_)
        for token in tokens:
            if (windows := self._windows.get(token)) is not None:
                mask[windows.rows[(windows.starts <= day) & (day < windows.ends)]] = True
        return mask
