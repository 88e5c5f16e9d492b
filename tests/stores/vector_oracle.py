"""What a `VectorIndex` answers, by looking at everything: slow, and plainly right."""

from collections.abc import Iterable, Sequence

import numpy as np

from ummid.stores.vectors import EVERYTHING, Filter, Hit, Item, Restricts, Vector


class Oracle:
    """Keeps `VectorIndex`'s promises in dictionaries."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}
        self._removed: dict[str, int] = {}

    def upsert(self, items: Iterable[Item]) -> None:
        for item in items:
            if self._newest(item.id) <= item.version:
                self._items[item.id] = item

    def restrict(self, changes: Iterable[tuple[str, Restricts, int]]) -> list[str]:
        missing = []
        for name, restricts, version in changes:
            if name not in self._items:
                missing.append(name)
            elif self._newest(name) <= version:
                self._items[name] = self._items[name]._replace(restricts=restricts, version=version)
        return missing

    def remove(self, removals: Iterable[tuple[str, int]]) -> None:
        for name, version in removals:
            if self._newest(name) <= version:
                self._items.pop(name, None)
                self._removed[name] = version

    def search(
        self, vector: Vector, count: int, within: Filter = EVERYTHING, per_crowd: int = 0
    ) -> list[Hit]:
        query = vector / np.linalg.norm(vector.astype(float))
        hits = sorted(
            (-round(float(query @ (i.vector / np.linalg.norm(i.vector.astype(float)))), 5), i.id)
            for i in self._items.values()
            if satisfies(i.restricts, within)
        )
        kept: list[Hit] = []
        seen: dict[str, int] = {}
        for below, name in hits:
            crowd = self._items[name].crowd
            seen[crowd] = seen.get(crowd, 0) + 1
            if not per_crowd or not crowd or seen[crowd] <= per_crowd:
                kept.append(Hit(name, -below))
        return kept[:count]

    def versions(self, ids: Sequence[str]) -> list[int | None]:
        return [self._items[name].version if name in self._items else None for name in ids]

    def _newest(self, name: str) -> int:
        item = self._items.get(name)
        return max(self._removed.get(name, -1), -1 if item is None else item.version)


def satisfies(restricts: Restricts, within: Filter) -> bool:
    for namespace, tokens in within.allow.items():
        if not set(tokens) & set(restricts.tokens.get(namespace, ())):
            return False
    for namespace, tokens in within.deny.items():
        if set(tokens) & set(restricts.tokens.get(namespace, ())):
            return False
    for name, (first, last) in within.ranges.items():
        if name not in restricts.numbers:
            return False
        number = restricts.numbers[name]
        if (first is not None and number < first) or (last is not None and number > last):
            return False
    if within.on is None:
        return True
    held = {
        w.token
        for w in restricts.windows
        if (w.start is None or w.start <= within.on[1]) and (w.end is None or within.on[1] < w.end)
    }
    return bool(held & set(within.on[0]))
