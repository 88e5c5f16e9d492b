"""What holds of every adapter of the `Table` port for any cells in any order."""

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ummid.stores.table import Cell, Put, Table

V, H = b"v:one", b"h:one"
_PREFIXES = (b"%d#" % number for number in itertools.count())
_SHARED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
_cells = st.tuples(st.sampled_from([b"a", b"a#", b"b"]), st.sampled_from([V, H, b"h:two"]))


@_SHARED
@given(
    cells=st.lists(st.tuples(_cells, st.binary(max_size=3)), max_size=12),
    data=st.data(),
)
def test_the_same_cells_in_any_order_and_any_batches_are_the_same_table(
    table: Table, cells: list[tuple[tuple[bytes, bytes], bytes]], data: st.DataObject
) -> None:
    versioned = [(cell, version, value) for version, (cell, value) in enumerate(cells)]
    stored = []
    for _ in range(2):
        prefix = next(_PREFIXES)
        order = data.draw(st.permutations(versioned))
        cut = data.draw(st.integers(0, len(order)))
        for batch in (order[:cut], order[cut:]):
            table.write(
                [Put(prefix + key, column, version, v) for (key, column), version, v in batch]
            )
        stored.append(
            [
                [
                    (key.removeprefix(prefix), column, cell)
                    for key, column, cell in table.scan(prefix)
                ],
                [
                    table.get(prefix + key, column, at)
                    for (key, column), _, _ in versioned
                    if column.startswith(b"h:")
                    for at in range(len(versioned))
                ],
            ]
        )
    assert stored[0] == stored[1]


@_SHARED
@given(
    batches=st.lists(
        st.lists(st.tuples(_cells, st.integers(0, 5), st.binary(max_size=2)), max_size=6),
        max_size=4,
    ),
    at=st.integers(0, 6),
    bounds=st.tuples(
        st.sampled_from([b"", b"a", b"a#", b"b"]), st.sampled_from([None, b"a#", b"b"])
    ),
)
def test_every_read_agrees_with_a_dictionary(
    table: Table,
    batches: list[list[tuple[tuple[bytes, bytes], int, bytes]]],
    at: int,
    bounds: tuple[bytes, bytes | None],
) -> None:
    prefix = next(_PREFIXES)
    model: dict[tuple[bytes, bytes], dict[int, bytes]] = {}
    for batch in batches:
        table.write([Put(prefix + key, column, version, v) for (key, column), version, v in batch])
        for cell, version, value in batch:
            model.setdefault(cell, {})[version] = value
    newest = {cell: Cell(max(kept), kept[max(kept)]) for cell, kept in model.items()}
    rows = [b"a", b"a#", b"b"]
    for column in (V, H, b"h:two"):
        expected = [newest.get((row, column)) for row in rows]
        assert table.get_many([prefix + row for row in rows], column) == expected
        assert [table.get(prefix + row, column) for row in rows] == expected
    for (row, column), kept in model.items():
        if column.startswith(b"h:"):
            known = max((version for version in kept if version <= at), default=None)
            expected_cell = None if known is None else Cell(known, kept[known])
            assert table.get(prefix + row, column, at) == expected_cell
    by_row = [[(c, cell) for (r, c), cell in sorted(newest.items()) if r == row] for row in rows]
    assert table.get_rows([prefix + row for row in rows]) == by_row
    start, stop = bounds
    scanned = [
        (prefix + row, column, cell)
        for (row, column), cell in sorted(newest.items())
        if row >= start and (stop is None or row < stop)
    ]
    ends = (prefix + start, None if stop is None else prefix + stop)
    assert list(table.scan(prefix, *ends)) == scanned
