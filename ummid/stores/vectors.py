"""The `VectorIndex` port: vectors with restricts, searched by likeness inside an exact filter.

Modelled on what Vertex AI Vector Search can express, so that the same calls reach it: tokens by
namespace (allowed or denied), whole numbers by name, crowding. One thing is ours: a window is a
token that holds between two days, which is how availability in a territory on a date is asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Vector = NDArray[np.float32]


class Window(Struct, frozen=True, array_like=True, gc=False):
    """`token` holds from day `start` until before day `end` (days since 1970-01-01, UTC).

    None is open: since ever, for ever.
    """

    token: str
    start: int | None = None
    end: int | None = None


class Restricts(Struct, frozen=True, array_like=True):
    """What a filter may ask of an item: tokens by namespace, numbers by name, windows."""

    tokens: Mapping[str, tuple[str, ...]] = {}
    numbers: Mapping[str, int] = {}
    windows: tuple[Window, ...] = ()


class Item(NamedTuple):
    """One vector to index. `version` (epoch ms) decides between two writes of one id; of two with
    one version the later call counts. Items of one `crowd` may be limited in an answer.
    """

    id: str
    vector: Vector
    version: int
    restricts: Restricts = Restricts()
    crowd: str = ""


class Filter(Struct, frozen=True):
    """What every answer must satisfy.

    `allow`: at least one of the tokens of each namespace named; `deny`: none of them; `ranges`:
    a number from first to last, both included, None for open (an item without the number is
    out); `on`: one of these window tokens holds on that day.
    """

    allow: Mapping[str, tuple[str, ...]] = {}
    deny: Mapping[str, tuple[str, ...]] = {}
    ranges: Mapping[str, tuple[int | None, int | None]] = {}
    on: tuple[tuple[str, ...], int] | None = None


EVERYTHING = Filter()


class Hit(NamedTuple):
    """An answer and its cosine; equal scores come in the order of their ids."""

    id: str
    score: float


class VectorIndex(Protocol):
    """Delivery semantics: a write that returned is durable and may be repeated; an older version
    never replaces a newer one, and a removal counts as a version like any other. Several
    processes may search while one writes; what is written is found once `search` is called
    afterwards in the same process, and soon in others (of a service: soon, in all of them).

    Vectors have `dimensions` numbers and any length but 0; likeness is their cosine.
    """

    dimensions: int

    def upsert(self, items: Iterable[Item]) -> None:
        """Adds or replaces items. Raises StoreError for a vector of another size; ItemError, which
        names the item and, as far as it knows, the `others`, for a vector of length 0 or with
        numbers that are none, for more restricts than there is room for, and for what a service
        refuses. Of such a call any part of the other items may be written: send them again.
        """
        ...

    def restrict(self, changes: Iterable[tuple[str, Restricts, int]]) -> list[str]:
        """Replaces the restricts of items (id, restricts, version) and keeps their vectors; the
        ids that are not there.
        """
        ...

    def remove(self, removals: Iterable[tuple[str, int]]) -> None:
        """Removes items (id, version)."""
        ...

    def search(
        self, vector: Vector, count: int, within: Filter = EVERYTHING, per_crowd: int = 0
    ) -> list[Hit]:
        """The `count` items most like a vector that satisfy a filter, the likest first.

        With `per_crowd`, at most so many of each crowd.
        """
        ...

    def versions(self, ids: Sequence[str]) -> list[int | None]:
        """The version at which each id is there, None where it is not."""
        ...

    def close(self) -> None: ...
