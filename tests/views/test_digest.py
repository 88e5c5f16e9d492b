"""The fingerprint of the views: what is told, not when or in what order it was written."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Put
from ummid.views.digest import digest

V, H = b"v:one", b"h:one"
PUTS = [
    Put(b"t#1", V, 5, b"title"),
    Put(b"x#imdb#1", b"v:1", 5, b"1"),
    Put(b"a#1", H, 5, b"old"),
    Put(b"a#1", H, 6, b"offers"),
    Put(b"v#FR#flix#1", V, 5, b"SVOD"),
    Put(b"E#1", H, 5, b"edge"),
    Put(b"M#territory#FR#1.a", V, 5, b"1"),
]
VIEWS = ("titles", "external ids", "availability", "markets", "edges", "edge members")


class Stores:
    """Makes a store of some cells and gives its fingerprint."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._made = folder, 0

    def of(self, puts: Sequence[Put]) -> dict[str, tuple[int, str]]:
        self._made += 1
        table = LmdbTable(self._folder / str(self._made))
        for put in puts:
            table.write([put])
        found = digest(table)
        table.close()
        return found


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return Stores(tmp_path)


def test_every_view_is_counted_and_an_empty_store_has_empty_ones(stores: Stores) -> None:
    found = stores.of(PUTS)
    assert tuple(found) == VIEWS
    assert [cells for cells, _ in found.values()] == [1] * len(VIEWS)
    assert len({fingerprint for _, fingerprint in found.values()}) == len(VIEWS)
    empty = stores.of([])
    assert [cells for cells, _ in empty.values()] == [0] * len(VIEWS)
    assert len({fingerprint for _, fingerprint in empty.values()}) == 1


@pytest.mark.parametrize(
    "same",
    [
        PUTS[::-1],
        [put._replace(version=put.version + 7) for put in PUTS],
        [*PUTS, Put(b"t#2", V, 5, b""), Put(b"x#imdb#1", b"v:2", 5, b"")],
        [*PUTS, Put(b"t#2", V, 5, b"was here"), Put(b"t#2", V, 6, b"")],
        [PUTS[0], *PUTS[1:2], *PUTS[3:]],
        [
            *PUTS,
            Put(b"r#1", V, 5, b"state"),
            Put(b"c#1", V, 5, b"change"),
            Put(b"g#1", V, 5, b"run"),
        ],
    ],
    ids=["order", "versions", "tombstones", "deleted", "history", "other rows"],
)
def test_stores_that_tell_the_same_have_the_same_fingerprint(
    stores: Stores, same: list[Put]
) -> None:
    assert stores.of(same) == stores.of(PUTS)


@pytest.mark.parametrize(("number", "view"), [*zip((0, 1, 3, 4, 5, 6), VIEWS, strict=True)])
@pytest.mark.parametrize(
    "change",
    [{"value": b"other"}, {"value": b""}, {"column": b"v:two"}],
    ids=["value", "deleted", "column"],
)
def test_any_difference_shows_in_its_view_alone(
    stores: Stores, number: int, view: str, change: dict[str, Any]
) -> None:
    changed = [put._replace(**change) if n == number else put for n, put in enumerate(PUTS)]
    before, after = stores.of(PUTS), stores.of(changed)
    differing = [name for name in VIEWS if before[name] != after[name]]
    assert differing == [view]


def test_what_moves_from_one_cell_to_the_next_makes_a_difference(stores: Stores) -> None:
    one = stores.of([Put(b"t#1", V, 1, b"ab"), Put(b"t#2", V, 1, b"c")])
    other = stores.of([Put(b"t#1", V, 1, b"a"), Put(b"t#2", V, 1, b"bc")])
    assert one["titles"] != other["titles"]


def test_a_value_is_not_taken_for_the_next_cell(stores: Stores) -> None:
    two = stores.of([Put(b"t#1", V, 1, b"a"), Put(b"t#2", V, 1, b"b")])
    one = stores.of([Put(b"t#1", V, 1, b"at#2v:oneb")])
    assert one["titles"][1] != two["titles"][1]
