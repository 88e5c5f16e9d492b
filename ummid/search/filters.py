"""Which documents satisfy a filter, exactly, before anything is scored; and counts by token."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ummid.search.arrays import Arrays, Groups
from ummid.stores.vectors import Filter, Restricts

Mask = NDArray[np.bool_]

_SINCE_EVER, _FOR_EVER = -(2**62), 2**62
_BETWEEN = "\x00"
"""Between a namespace and its token."""
_AFTER = "\x01"
_FEW = 8
"""One document of so many that matches, and it is quicker to ask each what it carries."""


class Facet(NamedTuple):
    token: str
    documents: int


class Restricted:
    """The restricts of documents numbered from 0, turned round: from token to documents."""

    def __init__(self, arrays: Arrays, size: int) -> None:
        self._size = size
        self._tokens = Groups(arrays, "tokens")
        self._held_from, self._held = arrays["held.starts"], arrays["held.tokens"]
        self._numbers, self._values = Groups(arrays, "numbers"), arrays["numbers.values"]
        self._windows = Groups(arrays, "windows")
        self._from, self._until = arrays["windows.from"], arrays["windows.until"]

    @staticmethod
    def arrays(restricts: Sequence[Restricts]) -> Arrays:
        tokens: defaultdict[str, list[int]] = defaultdict(list)
        numbers: defaultdict[str, dict[int, int]] = defaultdict(dict)
        windows: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for row, one in enumerate(restricts):
            for space, named in one.tokens.items():
                for token in dict.fromkeys(named):
                    tokens[f"{space}{_BETWEEN}{token}"].append(row)
            for name, value in one.numbers.items():
                numbers[name][row] = value
            for window in one.windows:
                start = _SINCE_EVER if window.start is None else window.start
                end = _FOR_EVER if window.end is None else window.end
                windows[window.token].append((row, start, end))
        values = [value for name in sorted(numbers) for value in numbers[name].values()]
        times = [time for token in sorted(windows) for time in windows[token]]
        grouped = Groups.arrays(tokens, "tokens")
        return {
            **grouped,
            **held(grouped, len(restricts)),
            **Groups.arrays({name: list(rows) for name, rows in numbers.items()}, "numbers"),
            "numbers.values": np.array(values, np.int64),
            **Groups.arrays({t: [row for row, *_ in w] for t, w in windows.items()}, "windows"),
            "windows.from": np.array([start for _, start, _ in times], np.int64),
            "windows.until": np.array([end for *_, end in times], np.int64),
        }

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
        counts = self._counted(matched)
        return {space: self._facets(counts, space) for space in spaces}

    def _counted(self, matched: Mask) -> NDArray[np.int64]:
        """By token, how many of the matched documents carry it: by way of the documents where
        they are few, else by way of the tokens.
        """
        size, rows = len(self._tokens.keys), np.flatnonzero(matched)
        if len(rows) * _FEW < self._size:
            first, after = self._held_from[rows], self._held_from[rows + 1]
            amounts = after - first
            places = np.arange(amounts.sum()) + np.repeat(after - np.cumsum(amounts), amounts)
            return np.bincount(self._held[places], minlength=size)
        if not size:
            return np.zeros(0, np.int64)
        inside = matched[self._tokens.rows]
        return np.add.reduceat(inside, self._tokens.starts[:-1], dtype=np.int64)

    def _facets(self, counts: NDArray[np.int64], space: str) -> tuple[Facet, ...]:
        keys = self._tokens.keys
        first = bisect_left(keys, f"{space}{_BETWEEN}")
        last = bisect_left(keys, f"{space}{_AFTER}")
        found = [
            Facet(keys[first + place].partition(_BETWEEN)[2], int(counts[first + place]))
            for place in np.flatnonzero(counts[first:last]).tolist()
        ]
        return tuple(sorted(found, key=lambda facet: (-facet.documents, facet.token)))

    def _any(self, space: str, tokens: Iterable[str]) -> Mask:
        mask = np.zeros(self._size, np.bool_)
        for token in tokens:
            mask[self._tokens.rows[self._tokens.part(f"{space}{_BETWEEN}{token}")]] = True
        return mask

    def _range(self, name: str, first: int | None, last: int | None) -> Mask:
        part = self._numbers.part(name)
        values = self._values[part]
        inside = np.ones(len(values), np.bool_)
        if first is not None:
            inside &= values >= first
        if last is not None:
            inside &= values <= last
        mask = np.zeros(self._size, np.bool_)
        mask[self._numbers.rows[part][inside]] = True
        return mask

    def _open(self, tokens: Iterable[str], day: int) -> Mask:
        mask = np.zeros(self._size, np.bool_)
        for token in tokens:
            part = self._windows.part(token)
            holds = (self._from[part] <= day) & (day < self._until[part])
            mask[self._windows.rows[part][holds]] = True
        return mask


def held(tokens: Arrays, size: int) -> Arrays:
    """The tokens of each document, from the documents of each token."""
    rows = tokens["tokens.rows"]
    places = np.repeat(
        np.arange(len(tokens["tokens.starts"]) - 1), np.diff(tokens["tokens.starts"])
    )
    counts = np.bincount(rows, minlength=size)
    return {
        "held.starts": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "held.tokens": places[np.argsort(rows, kind="stable")].astype(np.uint32),
    }
