"""Real feeds in ten random orders, in runs of random size, end in the same catalogue."""

import random
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.ingest.feeds import Store
from tests.shared import shared_path
from ummid.feeds.connector import Profile
from ummid.views.review import doubts

PARTNERS = ("disney", "hetrec_es", "movielens", "paramount", "tmdb")
PIECES = 3
BEGINNING = "Ma"
"""Titles that begin so: enough for every partner to share some with the others."""


@pytest.mark.shared
def test_ten_random_orders_of_real_feeds_end_in_the_same_catalogue(tmp_path: Path) -> None:
    pieces = [piece for partner in PARTNERS for piece in _pieces(partner, tmp_path)]
    expected = _catalogue(tmp_path / "whole", [pieces])
    assert expected[1]
    for seed in range(10):
        order = random.Random(seed)
        shuffled = order.sample(pieces, len(pieces))
        runs = []
        while shuffled:
            size = order.randint(1, len(shuffled))
            runs.append(shuffled[:size])
            shuffled = shuffled[size:]
        assert _catalogue(tmp_path / f"order-{seed}", runs) == expected, f"seed {seed}"


def _pieces(partner: str, folder: Path) -> list[Path]:
    source = shared_path(f"bench-data/identity/partners_{partner}_records.parquet")
    records = pq.read_table(source)
    records = records.filter(pc.starts_with(records["title"], BEGINNING))
    (folder / partner).mkdir()
    found = []
    for number in range(PIECES):
        found.append(folder / partner / f"{number}.parquet")
        pq.write_table(records.take([*range(number, len(records), PIECES)]), found[-1])
    return found


def _catalogue(path: Path, runs: list[list[Path]]) -> tuple[object, ...]:
    """The views and the waiting pairs after these runs."""
    parts = {name: Profile(partner=name, mode="delta") for name in PARTNERS}
    store = Store(path, parts)
    try:
        for files in runs:
            for partner in PARTNERS:
                told = [file for file in files if file.parent.name == partner]
                if told:
                    store.ingest(*told, partner=partner)
        return store.views(), sorted((d.id, d.probability) for d in doubts(store.table))
    finally:
        store.close()
