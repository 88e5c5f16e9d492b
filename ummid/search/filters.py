"""Which documents satisfy a filter, exactly, before anything is scored; and counts by token."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ummid.search.across import Across, Share, Spread
from ummid.search.arrays import Arrays, Groups, places, starts
from ummid.search.merging import Beside, Merged
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

    def __init__(self, across: Across) -> None:
        self._size = across.size
        self._tokens = Spread(across, "tokens")
        self._numbers, self._windows = Spread(across, "numbers"), Spread(across, "windows")

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
            **_held(grouped, len(restricts)),
            **Groups.arrays({name: list(rows) for name, rows in numbers.items()}, "numbers"),
            "numbers.values": np.array(values, np.int64),
            **Groups.arrays({t: [row for row, *_ in w] for t, w in windows.items()}, "windows"),
            "windows.from": np.array([start for _, start, _ in times], np.int64),
            "windows.until": np.array([end for *_, end in times], np.int64),
        }

    @staticmethod
    def merge(merged: Merged) -> None:
        parts = merged.across.parts

        def beside(name: str) -> Beside:
            return lambda number, stretch: parts[number].arrays[name][stretch]

        tokens = merged.groups("tokens")
        merged.lists("held.starts", "held.tokens", np.uint32, tokens.moved)
        merged.groups("numbers", {"values": (np.int64, beside("numbers.values"))})
        times = {name: (np.int64, beside(f"windows.{name}")) for name in ("from", "until")}
        merged.groups("windows", times)

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
        every = np.append(matched, False)
        counted = [(share, _counted(share, every[share.placed])) for share in self._tokens.shares]
        return {space: _facets(counted, space) for space in spaces}

    def _any(self, space: str, tokens: Iterable[str]) -> Mask:
        mask = self._none()
        for token in tokens:
            for share, part in self._tokens.parts(f"{space}{_BETWEEN}{token}"):
                mask[share.rows(part)] = True
        return mask[: self._size]

    def _range(self, name: str, first: int | None, last: int | None) -> Mask:
        mask = self._none()
        for share, part in self._numbers.parts(name):
            values = share.arrays["numbers.values"][part]
            inside = np.ones(len(values), np.bool_)
            if first is not None:
                inside &= values >= first
            if last is not None:
                inside &= values <= last
            mask[share.rows(part)[inside]] = True
        return mask[: self._size]

    def _open(self, tokens: Iterable[str], day: int) -> Mask:
        mask = self._none()
        for token in tokens:
            for share, part in self._windows.parts(token):
                start, end = share.arrays["windows.from"][part], share.arrays["windows.until"][part]
                mask[share.rows(part)[(start <= day) & (day < end)]] = True
        return mask[: self._size]

    def _none(self) -> Mask:
        """With a place for the rows that count no more, behind all others."""
        return np.zeros(self._size + 1, np.bool_)


def _counted(share: Share, matched: Mask) -> NDArray[np.int64]:
    """By token of a part, how many of the matched documents carry it: by way of the documents
    where they are few, else by way of the tokens.
    """
    size, rows = len(share.groups.keys), np.flatnonzero(matched)
    if len(rows) * _FEW < len(matched):
        first = share.arrays["held.starts"][rows]
        amounts = share.arrays["held.starts"][rows + 1] - first
        return np.bincount(share.arrays["held.tokens"][places(first, amounts)], minlength=size)
    if not size:
        return np.zeros(0, np.int64)
    inside = matched[share.groups.rows]
    return np.add.reduceat(inside, share.groups.starts[:-1], dtype=np.int64)


def _facets(counted: Iterable[tuple[Share, NDArray[np.int64]]], space: str) -> tuple[Facet, ...]:
    found: Counter[str] = Counter()
    for share, counts in counted:
        keys = share.groups.keys
        first, last = keys.first(f"{space}{_BETWEEN}"), keys.first(f"{space}{_AFTER}")
        for place in (first + np.flatnonzero(counts[first:last])).tolist():
            found[keys[place].partition(_BETWEEN)[2]] += int(counts[place])
    facets = (Facet(token, documents) for token, documents in found.items())
    return tuple(sorted(facets, key=lambda facet: (-facet.documents, facet.token)))


def _held(tokens: Arrays, size: int) -> Arrays:
    """The tokens of each document, from the documents of each token."""
    rows, amounts = tokens["tokens.rows"], np.diff(tokens["tokens.starts"])
    of = np.repeat(np.arange(len(amounts)), amounts)
    return {
        "held.starts": starts(np.bincount(rows, minlength=size)),
        "held.tokens": of[np.argsort(rows, kind="stable")].astype(np.uint32),
    }
